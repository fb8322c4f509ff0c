"""The tracker of calls: signals of any channel in, what happens out, and each call's story when asked.

`apply` takes signals in whatever order, twice or late, and tells what is news; `story` works the story out of all that
was heard (`core/telling.py`), so that the final story is the same for every order of hearing. Bounded: at most
`channels_max` channels are followed, and when all of them belong to live calls a new one is counted in `unheard` and
told nothing of. An ended call is kept for `KEPT_MS`, and longer while its people or its bridges live on in another, but
at most `calls_kept` of them, the oldest forgotten first; its channels stay known as gone for another `KEPT_MS`, so that
a late word does not bring one back. No clock: the signals bring the time.
"""

from collections import OrderedDict

import msgspec

from cti.core.channels import ChannelFound, ChannelMade, ChannelSignal, Found, When
from cti.core.events import CallId
from cti.core.hearing import channels_in, hear
from cti.core.news import News, is_held
from cti.core.story import Story, StoryEvent
from cti.core.traffic import Traffic
from history.core.vocabulary import SwitchName

CHANNELS_MAX = 20_000
CALLS_KEPT = 5_000
KEPT_MS = 600_000
TOMBSTONES_MAX = 100_000


class Stories:
    """All calls of one switch."""

    def __init__(
        self,
        switch: SwitchName,
        *,
        hang_ups_told: bool = True,
        channels_max: int = CHANNELS_MAX,
        calls_kept: int = CALLS_KEPT,
    ) -> None:
        """`hang_ups_told`: whether the feed holds who asks for a hang-up; without it that is inferred."""
        self._channels_max = channels_max
        self._calls_kept = calls_kept
        self._traffic = Traffic()
        self._news = News(switch, self._traffic, hang_ups_told=hang_ups_told)
        self._due: OrderedDict[str, int] = OrderedDict()
        self._tombstones: OrderedDict[str, int] = OrderedDict()
        self._now_ms = 0
        self.unheard = 0
        """Channels that were not followed, since too many were live."""

    # -- what is known -------------------------------------------------------------------------------------------------

    def story(self, call_id: CallId) -> Story | None:
        """The story so far, None if the call is unknown or forgotten."""
        root = self._news.roots.get(call_id)
        return None if root is None else self._news.story(root)

    def call_of(self, unique_id: str) -> CallId | None:
        """The call that a channel belongs to by now."""
        if unique_id not in self._traffic.channels:
            return None
        return self._news.ids.get(self._news.call(unique_id))

    def calls(self) -> tuple[CallId, ...]:
        """Every call that is known, ended ones too, in the order of beginning."""
        return tuple(self._news.ids[root] for root in self._in_order())

    def live_calls(self) -> tuple[CallId, ...]:
        """Every call that has not ended, in the order of beginning."""
        return tuple(self._news.ids[root] for root in self._in_order() if self._news.is_live(root))

    def _in_order(self) -> list[str]:
        return sorted(self._news.ids, key=lambda root: (self._traffic.channels[root].began, root))

    # -- what is heard -------------------------------------------------------------------------------------------------

    def apply(self, signal: ChannelSignal) -> tuple[StoryEvent, ...]:
        """Take a signal in; what is news because of it. Empty where it is known already or fits nothing."""
        self._now_ms = max(self._now_ms, signal.at_ms)
        self._forget_old()
        about = list(channels_in(signal, self._traffic))
        if any(unique_id in self._tombstones for unique_id in about):
            return ()
        if not self._has_room_for(about):
            self.unheard += isinstance(signal, ChannelMade)
            return ()
        held = bool(about) and is_held(self._traffic, about[0])
        new = hear(self._traffic, signal)
        # A Local's half is touched by what touches the other: its dial leads on.
        halves = [half for each in about if (half := self._traffic.half_of(each)) is not None]
        touched = [*about, *halves]
        told = self._news.begun(touched, signal.at_ms)
        told += self._news.rung(about, signal.at_ms)
        if new:
            told += self._news.said(signal, held)
        told += self._news.talked(touched, (self._now_ms, 1_000_000))
        told += self._news.ended(touched, signal.at_ms)
        self._note_ends()
        return tuple(told)

    def adopt(self, found: Found, at_ms: int) -> tuple[StoryEvent, ...]:
        """Believe a snapshot of the switch: go on with what is there, end what is not there any more."""
        self._now_ms = max(self._now_ms, at_ms)
        when = (at_ms, 0)
        there = {each.channel.unique_id for each in found.channels}
        for each in sorted(found.channels, key=lambda each: (each.since_ms, each.channel.unique_id)):
            self._tombstones.pop(each.channel.unique_id, None)
            if not self._has_room_for([each.channel.unique_id]):
                self.unheard += 1
                continue
            self._adopt_channel(each, when)
            if each.bridge_id is not None and each.bridge_id in found.bridges:
                self._traffic.kind(each.bridge_id, found.bridges[each.bridge_id])
        for channel in self._traffic.channels.values():
            if channel.gone is None and channel.unique_id not in there:
                channel.ended, channel.lost = when, True
        touched = list(self._traffic.channels)
        told = self._news.begun(touched, at_ms) + self._news.rung(touched, at_ms)
        told += self._news.talked(touched, (at_ms, 1_000_000)) + self._news.ended(touched, at_ms)
        self._note_ends()
        return tuple(told)

    def _adopt_channel(self, found: ChannelFound, when: When) -> None:
        seen, since = found.channel, (found.since_ms, 0)
        if seen.unique_id not in self._traffic.channels:
            before = msgspec.structs.replace(seen, state=None)
            self._traffic.see(before, since, made=True).adopted = True
            if found.dialled_out:
                source = seen.linked_id if seen.linked_id != seen.unique_id else None
                self._traffic.dial(source, seen.unique_id, since)
        channel = self._traffic.see(seen, when)
        if channel.gone is not None:
            channel.ended, channel.failed, channel.lost = None, None, False
        bridge_now = channel.bridge_now()
        if bridge_now == found.bridge_id:
            return
        if bridge_now is not None:
            self._traffic.stay(bridge_now, seen.unique_id, when, entered=False)
        if found.bridge_id is not None:
            self._traffic.stay(found.bridge_id, seen.unique_id, when, entered=True)

    def advance(self, at_ms: int) -> None:
        """Let time pass where no signal brings it: forget what ended long ago."""
        self._now_ms = max(self._now_ms, at_ms)
        self._forget_old()

    # -- bounds --------------------------------------------------------------------------------------------------------

    def _has_room_for(self, unique_ids: list[str]) -> bool:
        new = sum(unique_id not in self._traffic.channels for unique_id in unique_ids)
        while len(self._traffic.channels) + new > self._channels_max and self._due and new:
            self._forget(next(iter(self._due)))
        return not new or len(self._traffic.channels) + new <= self._channels_max

    def _note_ends(self) -> None:
        for root, at_ms in self._news.newly_over():
            self._due[root] = at_ms + KEPT_MS
        while len(self._due) > self._calls_kept:
            self._forget(next(iter(self._due)))

    def _forget_old(self) -> None:
        while self._due:
            root, due_ms = next(iter(self._due.items()))
            if due_ms > self._now_ms:
                break
            if self._is_needed(root):
                del self._due[root]
                self._due[root] = self._now_ms + KEPT_MS
                continue
            self._forget(root)
        while self._tombstones and (
            next(iter(self._tombstones.values())) <= self._now_ms or len(self._tombstones) > TOMBSTONES_MAX
        ):
            self._tombstones.popitem(last=False)

    def _is_needed(self, root: str) -> bool:
        """Whether a live call's story tells of this one's channels."""
        if self._news.is_live(self._traffic.final(root)):
            return True
        for unique_id in self._traffic.family(root):
            for _, (bridge_id, _entered) in self._traffic.channels[unique_id].stays:
                others = self._traffic.in_bridge.get(bridge_id, ())
                if any(self._traffic.channels[other].gone is None for other in others):
                    return True
        return False

    def _forget(self, root: str) -> None:
        self._due.pop(root, None)
        channels = self._traffic.forget(root)
        self._news.forget(root, channels)
        for unique_id in channels:
            self._tombstones[unique_id] = self._now_ms + KEPT_MS
