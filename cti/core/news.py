"""What is news: compares what is known of a call with what was told of it, and tells the difference once."""

from cti.core.cast import cast_of, is_live, party, party_at
from cti.core.channels import (
    BlindTransferred,
    ChannelSignal,
    ConsultTransferred,
    Held,
    QueueJoined,
    QueueLeft,
    Resumed,
    When,
)
from cti.core.events import CallId, call_id_of
from cti.core.records import Channel, is_phone
from cti.core.ringing import end_of, is_ring
from cti.core.story import (
    CallBegan,
    CallJoined,
    CallOver,
    CallTransferred,
    HoldChanged,
    QueueChanged,
    RingOver,
    RingTold,
    Story,
    StoryAmended,
    StoryEvent,
    TalkChanged,
)
from cti.core.talks import Place, bridges_lately, rooms
from cti.core.telling import tell, transfer_told
from cti.core.traffic import Traffic
from history.core.vocabulary import SwitchName

Told = list[StoryEvent]


class News:
    """What was told of the calls of one switch."""

    def __init__(self, switch: SwitchName, traffic: Traffic, *, hang_ups_told: bool) -> None:
        self._switch = switch
        self._traffic = traffic
        self._hang_ups_told = hang_ups_told
        self.ids: dict[str, CallId] = {}
        self.roots: dict[CallId, str] = {}
        self.over: dict[str, tuple[int, int]] = {}
        """Calls that have ended: when, and a print of the story as it was then."""
        self._newly_over: list[str] = []
        self._rings: set[str] = set()
        self._ring_ends: set[str] = set()
        self._talking: dict[str, tuple[Place, ...]] = {}

    def story(self, root: str) -> Story:
        """The story of a call so far."""
        return tell(self._traffic, root, self.ids, hang_ups_told=self._hang_ups_told)

    def is_live(self, root: str) -> bool:
        """Whether anybody of a call is left."""
        return is_live(self._traffic, cast_of(self._traffic, root))

    def call(self, unique_id: str) -> str:
        """The call that a channel belongs to by now, by its first channel."""
        return self._traffic.final(self._traffic.root(unique_id))

    def newly_over(self) -> list[tuple[str, int]]:
        """The calls that have ended since this was last asked, and when."""
        found = [(root, self.over[root][0]) for root in self._newly_over if root in self.over]
        self._newly_over = []
        return found

    def forget(self, root: str, channels: list[str]) -> None:
        """Nothing of this call was ever told."""
        self.roots.pop(self.ids.pop(root, CallId("")), None)
        self.over.pop(root, None)
        self._talking.pop(root, None)
        self._rings.difference_update(channels)
        self._ring_ends.difference_update(channels)

    # -- the parts -----------------------------------------------------------------------------------------------------

    def begun(self, unique_ids: list[str], at_ms: int) -> Told:
        """Calls that have begun, and those that turn out to be part of another."""
        told: Told = []
        for unique_id in unique_ids:
            root = self._traffic.root(unique_id)
            if unique_id in self.ids and root != unique_id and root in self._traffic.channels:
                told += self._name(root, at_ms)
                call_id = self.ids.pop(unique_id)
                self.roots.pop(call_id, None)
                told.append(CallJoined(at_ms=at_ms, call_id=call_id, joined_to=self.ids[root]))
                self.over.pop(unique_id, None)
            elif root not in self.ids and self._is_call(self._traffic.channels[root]):
                told += self._name(root, at_ms)
        return told

    def _name(self, root: str, at_ms: int) -> Told:
        if root in self.ids:
            return []
        call_id = self.ids[root] = call_id_of(self._switch, root)
        self.roots[call_id] = root
        first = self._traffic.channels[root]
        dialled = None if first.dialled is None else first.dialled[1]
        return [CallBegan(at_ms=at_ms, call_id=call_id, caller=party_at(self._traffic, root), dialled=dialled)]

    def _is_call(self, first: Channel) -> bool:
        """Whether a channel that nobody was found for is a call: it calls in, is called by the switch, or is up."""
        name = first.first_name
        if name and not is_phone(name) and not (name.startswith("Local/") and not name.endswith(";2")):
            return False
        if first.calling or first.up is not None or first.alerting is not None or first.queues or first.stays:
            return True
        half = self._traffic.half_of(first.unique_id)
        dials = self._traffic.dialled_by
        return first.unique_id in dials or half in dials or first.unique_id in self._traffic.dials

    def rung(self, unique_ids: list[str], at_ms: int) -> Told:
        """Phones that ring, and rings that have ended."""
        told: Told = []
        for unique_id in unique_ids:
            dial = self._traffic.dials.get(unique_id)
            call_id = self.ids.get(self.call(unique_id))
            if dial is None or call_id is None or unique_id in self._ring_ends or not is_ring(self._traffic, dial):
                continue
            target = self._traffic.channels[unique_id]
            who = party(target, target.first_name)
            if target.alerting is not None and unique_id not in self._rings:
                self._rings.add(unique_id)
                told.append(RingTold(at_ms=at_ms, call_id=call_id, target=who))
            end, _ = end_of(self._traffic, dial)
            if end is not None:
                self._ring_ends.add(unique_id)
                told.append(RingOver(at_ms=at_ms, call_id=call_id, target=who, end=end))
        return told

    def talked(self, unique_ids: list[str], when: When) -> Told:
        """Calls in which other people hear each other than before."""
        inside: dict[str, str] = {}
        for bridge_id in bridges_lately(self._traffic, unique_ids):
            for unique_id in self._traffic.in_bridge.get(bridge_id, ()):
                if self._traffic.channels[unique_id].bridge_now() == bridge_id:
                    inside[unique_id] = bridge_id
        now: dict[str, tuple[Place, ...]] = {}
        for places, _ in rooms(self._traffic, inside, when):
            for unique_id, _name in places:
                now.setdefault(self.call(unique_id), places)
        told: Told = []
        for root in dict.fromkeys(self.call(unique_id) for unique_id in (*unique_ids, *inside)):
            places = now.get(root, ())
            if places == self._talking.get(root, ()) or root not in self.ids:
                continue
            self._talking[root] = places
            parties = tuple(party(self._traffic.channels[unique_id], name) for unique_id, name in places)
            told.append(TalkChanged(at_ms=when[0], call_id=self.ids[root], parties=parties))
        return told

    def said(self, signal: ChannelSignal, held_before: bool) -> Told:
        """What a signal that was not known yet tells by itself."""
        match signal:
            case Held(channel=seen) | Resumed(channel=seen):
                held = is_held(self._traffic, seen.unique_id)
                call_id = self.ids.get(self.call(seen.unique_id))
                if call_id is None or held == held_before:
                    return []
                by = party_at(self._traffic, seen.unique_id)
                return [HoldChanged(at_ms=signal.at_ms, call_id=call_id, by=by, held=held)]
            case BlindTransferred(by=by) | ConsultTransferred(first=by):
                return self._transferred(by.unique_id, signal.when)
            case QueueJoined(channel=seen) | QueueLeft(channel=seen):
                call_id = self.ids.get(self.call(seen.unique_id))
                if call_id is None:
                    return []
                waiting = isinstance(signal, QueueJoined)
                abandoned = isinstance(signal, QueueLeft) and signal.abandoned
                who = party_at(self._traffic, seen.unique_id)
                return [
                    QueueChanged(
                        at_ms=signal.at_ms,
                        call_id=call_id,
                        by=who,
                        queue=signal.queue,
                        waiting=waiting,
                        abandoned=abandoned,
                    )
                ]
            case _:
                return []

    def _transferred(self, by: str, when: When) -> Told:
        call_id = self.ids.get(self.call(by))
        heard = next((each for at, each in self._traffic.channels[by].transfers if at == when), None)
        if call_id is None or heard is None:
            return []
        transfer = transfer_told(self._traffic, when, heard, [])
        return [CallTransferred(at_ms=when[0], call_id=call_id, transfer=transfer)]

    def ended(self, unique_ids: list[str], at_ms: int) -> Told:
        """Calls of which nobody is left, and ended ones whose story has changed since."""
        told: Told = []
        concerned = dict.fromkeys(root for each in unique_ids for root in (self._traffic.root(each), self.call(each)))
        for root in concerned:
            call_id = self.ids.get(root)
            if call_id is None or (root not in self.over and self.is_live(root)):
                continue
            story = self.story(root)
            known = self.over.get(root)
            self.over[root] = (at_ms if known is None else known[0], hash(story))
            if known is None:
                self._newly_over.append(root)
            if known is not None:
                if known[1] != hash(story):
                    told.append(StoryAmended(at_ms=at_ms, call_id=call_id))
            elif story.ending is not None and story.ending.joined_to is not None:
                told.append(CallJoined(at_ms=at_ms, call_id=call_id, joined_to=story.ending.joined_to))
            elif story.ending is not None:
                told.append(CallOver(at_ms=at_ms, call_id=call_id, ending=story.ending))
        return told


def is_held(traffic: Traffic, unique_id: str) -> bool:
    """Whether the phone of this channel holds the other side."""
    channel = traffic.channels.get(unique_id)
    return channel is not None and bool(channel.holds) and channel.holds[-1][1]
