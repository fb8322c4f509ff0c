"""All that was heard of channels, dials and bridges, kept so that the order of hearing does not matter.

Each thing is kept under its own instant, once: heard twice it changes nothing, heard late it lands where it belongs.
What it means (`core/telling.py`) is worked out from what is kept, never from the order in which it came.
Bounded: a channel keeps the latest `KEPT_MAX` entries of each sort.
"""

import re
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from cti.core.channels import BridgeKind, ChannelSeen, ChannelState, DialStatus, When

KEPT_MAX = 1_000
"""Stays, names, holds, transfers and digits that a channel keeps, of each sort."""
AWAITED_MAX = 1_000
PACTS_MAX = 5_000
NEVER: When = (2**62, 0)

_SEQUENCE = re.compile(r"-[0-9A-Za-z]{1,16}$")
_HALF = re.compile(r";[12]$")
_NO_PHONE = (
    "Local/",
    "AsyncGoto/",
    "Surrogate/",
    "Substitute/",
    "Parked/",
    "Transfered/",
    "Bridge/",
    "CBAnn/",
    "CBRec/",
    "Announcer/",
    "Recorder/",
    "Snoop/",
    "Message/",
    "Bouncer/",
    "BridgeAnnouncer/",
    "OutgoingSpoolFailed/",
)
"""Channels that the switch makes for its own plumbing."""
_LEAVINGS = ("<ZOMBIE>", "<MASQ>")
_KINDS = (BridgeKind.TALK, BridgeKind.CONFERENCE, BridgeKind.HOLDING)
_STATUSES = (
    DialStatus.OTHER,
    DialStatus.CANCEL,
    DialStatus.NO_ANSWER,
    DialStatus.UNAVAILABLE,
    DialStatus.CONGESTION,
    DialStatus.BUSY,
    DialStatus.ANSWER,
)
"""The later one is believed: app_queue says of one ring both NOANSWER and CANCEL."""

Entry = TypeVar("Entry")


def is_phone(name: str) -> bool:
    """Whether somebody can stand behind a channel of this name: no half of a Local, no plumbing, no leavings."""
    return not name.startswith(_NO_PHONE) and not name.endswith(_LEAVINGS)


def phone_of(name: str) -> str:
    """The device in a channel's name: `PJSIP/agent1` of `PJSIP/agent1-0000000e`."""
    return _SEQUENCE.sub("", _HALF.sub("", name))


class Dated(list[tuple[When, Entry]]):
    """Entries in the order of their instants, each once; the oldest give way beyond `KEPT_MAX`."""

    __slots__ = ()

    def note(self, when: When, entry: Entry) -> bool:
        """Keep it; False when it was there."""
        pair = (when, entry)
        at = bisect_right(self, when, key=lambda each: each[0])
        if pair in self[max(0, at - 4) : at]:
            return False
        self.insert(at, pair)
        if len(self) > KEPT_MAX:
            del self[0]
        return True


@dataclass(frozen=True, slots=True)
class TransferHeard:
    """A transfer as the switch told it. `second` is the transferer's channel of the consultation."""

    by: str
    second: str | None
    transferee: str | None
    target: str | None
    to: str
    succeeded: bool


@dataclass(slots=True)
class Channel:
    """What is known of one channel. Mutable: it is the one place where knowledge grows."""

    unique_id: str
    first_heard: When
    made: When | None = None
    linked: tuple[When, str] | None = None
    number: tuple[When, str] | None = None
    caller_name: tuple[When, str] | None = None
    dialled: tuple[When, str] | None = None
    calling: bool = False
    adopted: bool = False
    alerting: When | None = None
    up: When | None = None
    ended: When | None = None
    failed: When | None = None
    lost: bool = False
    cause: int = 0
    wanted: str = ""
    masked: str | None = None
    asks: Dated[int] = field(default_factory=Dated)
    names: Dated[str] = field(default_factory=Dated)
    stays: Dated[tuple[str, bool]] = field(default_factory=Dated)
    holds: Dated[bool] = field(default_factory=Dated)
    dial_ends: Dated[DialStatus] = field(default_factory=Dated)
    transfers: Dated[TransferHeard] = field(default_factory=Dated)
    queues: Dated[tuple[str, str]] = field(default_factory=Dated)
    digits: Dated[None] = field(default_factory=Dated)

    def name_at(self, when: When) -> str:
        """The channel's name at an instant; before the first one is known, the first."""
        at = bisect_right(self.names, when, key=lambda each: each[0])
        if not self.names:
            return self.wanted
        return self.names[max(0, at - 1)][1]

    @property
    def name(self) -> str:
        """The channel's last name that is not that of leavings."""
        return next((name for _, name in reversed(self.names) if not name.endswith(_LEAVINGS)), "")

    @property
    def first_name(self) -> str:
        """The name that it was made with."""
        return self.names[0][1] if self.names else self.wanted

    @property
    def asked(self) -> When | None:
        """When its far end first asked to hang up."""
        return self.asks[0][0] if self.asks else None

    @property
    def gone(self) -> When | None:
        """When it ended; of an originate that came to nothing before there was a channel, when that was said."""
        return self.failed if self.ended is None and self.made is None else self.ended

    @property
    def began(self) -> When:
        """When it was made, or first heard of."""
        return self.first_heard if self.made is None else min(self.made, self.first_heard)

    @property
    def other_half(self) -> str | None:
        """The name of the other half of a Local channel."""
        name = self.first_name
        if not name.startswith("Local/") or not _HALF.search(name):
            return None
        return name[:-1] + ("2" if name.endswith("1") else "1")

    def intervals(self) -> Iterator[tuple[str, When, When]]:
        """Yield each stay in a bridge: which, since when, until when (`NEVER` while it lasts)."""
        inside: tuple[str, When] | None = None
        end = self.gone or NEVER
        for when, (bridge_id, entered) in self.stays:
            if when > end:
                break
            if inside is not None and entered and inside[0] != bridge_id:
                yield inside[0], inside[1], when
                inside = None
            if entered and inside is None:
                inside = (bridge_id, when)
            elif not entered and inside is not None and inside[0] == bridge_id:
                yield inside[0], inside[1], when
                inside = None
        if inside is not None:
            yield inside[0], inside[1], end

    def bridge_now(self) -> str | None:
        """The bridge that it is in."""
        return next((bridge_id for bridge_id, _, until in self.intervals() if until == NEVER), None)


@dataclass(slots=True)
class Dial:
    """What is known of the dial that made one channel."""

    target: str
    began: When
    by: tuple[When, str] | None = None
    status: DialStatus | None = None
    ended: When | None = None
    forwarded_to: str | None = None

    @property
    def source(self) -> str | None:
        """The channel that dials, None for the switch itself."""
        return None if self.by is None else self.by[1]

    @property
    def originated(self) -> bool:
        """Whether the switch dialled by itself."""
        return self.source is None

    def end(self, when: When, status: DialStatus) -> bool:
        """Believe the weightier of two ends, the earlier of two alike."""
        if self.status is not None and self.ended is not None:
            old, new = _STATUSES.index(self.status), _STATUSES.index(status)
            if new < old or (new == old and when >= self.ended):
                return False
        self.status, self.ended = status, when
        return True


@dataclass(slots=True)
class Traffic:
    """The channels of one switch, and who belongs to whom."""

    channels: dict[str, Channel] = field(default_factory=dict)
    dials: dict[str, Dial] = field(default_factory=dict)
    dialled_by: dict[str, dict[str, None]] = field(default_factory=dict)
    in_bridge: dict[str, dict[str, None]] = field(default_factory=dict)
    kinds: dict[str, BridgeKind] = field(default_factory=dict)
    bearers: dict[str, Dated[str]] = field(default_factory=dict)
    masks: dict[str, list[tuple[When, str, str]]] = field(default_factory=dict)
    pacts: list[tuple[When, str, str]] = field(default_factory=list)
    """Which channel's call goes on in which other channel's, and since when."""
    awaited: OrderedDict[str, tuple[str, When]] = field(default_factory=OrderedDict)
    """Channels that were said to be dialled by their names alone, before they were heard of: by whom, and when."""
    _parents: dict[str, str] = field(default_factory=dict)
    _children: dict[str, dict[str, None]] = field(default_factory=dict)
    _joins: dict[str, tuple[When, str]] = field(default_factory=dict)
    _pact_lines: set[str] | None = field(default_factory=set)
    """The channels on whose parents the joins hang; None when they have to be worked out anew."""

    # -- what is heard -------------------------------------------------------------------------------------------------

    def see(self, seen: ChannelSeen, when: When, *, made: bool = False) -> Channel:
        """Note what a message says of a channel, and return it."""
        channel = self.channels.get(seen.unique_id)
        if channel is None:
            channel = self.channels[seen.unique_id] = Channel(seen.unique_id, when)
        channel.first_heard = min(channel.first_heard, when)
        if made:
            channel.made = when if channel.made is None else min(channel.made, when)
        if seen.name and (not channel.names or (made and when < channel.names[0][0])):
            self._name(channel, when, seen.name)
        if seen.linked_id:
            channel.linked = _earlier(channel.linked, when, seen.linked_id)
        if seen.dialled is not None:
            channel.dialled = _earlier(channel.dialled, when, seen.dialled)
        if seen.number is not None:
            channel.number = _later(channel.number, when, seen.number)
        if seen.caller_name is not None:
            channel.caller_name = _later(channel.caller_name, when, seen.caller_name)
        self._state(channel, seen.state, when)
        self.settle(seen.unique_id)
        return channel

    def _state(self, channel: Channel, state: ChannelState | None, when: When) -> None:
        if state is ChannelState.CALLING:
            channel.calling = True
        elif state is ChannelState.RINGING:
            channel.alerting = when if channel.alerting is None else min(channel.alerting, when)
        elif state is ChannelState.UP:
            channel.up = when if channel.up is None else min(channel.up, when)

    def _name(self, channel: Channel, when: When, name: str) -> bool:
        noted = channel.names.note(when, name)
        if not name.endswith(_LEAVINGS):
            self.bearers.setdefault(name, Dated()).note(when, channel.unique_id)
        half = self.half_of(channel.unique_id)
        if half is not None:
            self.settle(half)
        awaited = self.awaited.pop(name, None)
        if awaited is not None:
            self.dial(awaited[0], channel.unique_id, awaited[1])
        for mask in self.masks.get(name, ()):
            self._mask(*mask)
        return noted

    def mask(self, clone: str, original: str, when: When) -> None:
        """Note that what stood behind one channel goes on in another."""
        known = self.masks.setdefault(original, [])
        mask = (when, clone, original)
        if mask not in known and len(known) < KEPT_MAX:
            known.append(mask)
            self.masks.setdefault(clone, []).append(mask)
        self._mask(*mask)

    def _mask(self, when: When, clone: str, original: str) -> None:
        """What the switch made to carry a channel on belongs to that channel's call; who takes a ringing channel over
        joins the call that rings it."""
        source, made = self.bearer(clone, when), self.bearer(original, when)
        if source is None or made is None or source == made:
            return
        channel = self.channels[made]
        if not is_phone(original):
            channel.masked = source
            self.settle(made)
        elif made in self.dials and (channel.up is None or channel.up >= when) and self.root(source) == source:
            self.join(source, made, when)

    def bearer(self, name: str, when: When | None = None) -> str | None:
        """Which channel bore a name at an instant, or first; None if none is known."""
        borne = self.bearers.get(name)
        if not borne:
            return None
        at = 1 if when is None else bisect_right(borne, when, key=lambda each: each[0])
        return borne[max(0, at - 1)][1]

    def rename(self, unique_id: str, name: str, when: When) -> bool:
        """Another phone stands behind this channel from here on."""
        channel = self.channels.get(unique_id)
        if channel is None:
            channel = self.channels[unique_id] = Channel(unique_id, when)
        return self._name(channel, when, name)

    def dial(self, source: str | None, target: str, when: When) -> Dial:
        """Note that `target` was dialled."""
        dial = self.dials.get(target)
        if dial is None:
            dial = self.dials[target] = Dial(target, when)
        dial.began = min(dial.began, when)
        if source is not None and source != target:
            known, dial.by = dial.source, _earlier(dial.by, when, source)
            if known is not None and known != dial.source:
                self.dialled_by[known].pop(target, None)
            self.dialled_by.setdefault(dial.by[1], {})[target] = None
        self.settle(target)
        return dial

    def dial_by_name(self, source: str, name: str, when: When) -> None:
        """Note that the channel of this name was dialled; if it is not known yet, once it is."""
        target = self.bearer(name)
        if target is not None:
            self.dial(source, target, when)
            return
        self.awaited[name] = (source, when)
        if len(self.awaited) > AWAITED_MAX:
            self.awaited.popitem(last=False)

    def stay(self, bridge_id: str, unique_id: str, when: When, *, entered: bool) -> bool:
        """Note that a channel enters or leaves a bridge."""
        self.in_bridge.setdefault(bridge_id, {})[unique_id] = None
        return self.channels[unique_id].stays.note(when, (bridge_id, entered))

    def kind(self, bridge_id: str, kind: BridgeKind) -> None:
        """Note what a bridge is for; the most special kind that was heard is believed."""
        known = self.kinds.get(bridge_id, BridgeKind.TALK)
        self.kinds[bridge_id] = max(known, kind, key=_KINDS.index)

    def join(self, joining: str, joined: str, when: When) -> bool:
        """Note that the call of one channel goes on in the call of another."""
        pact = (when, joining, joined)
        if pact in self.pacts:
            return False
        self.pacts.append(pact)
        del self.pacts[:-PACTS_MAX]
        self._pact_lines = None
        return True

    # -- who belongs to whom -------------------------------------------------------------------------------------------

    def settle(self, unique_id: str) -> None:
        """Find out anew for whom a channel was made."""
        parent, known = self._parent(unique_id), self._parents.get(unique_id)
        if parent == known:
            return
        if known is not None:
            self._children[known].pop(unique_id, None)
        if parent is None:
            del self._parents[unique_id]
        else:
            self._parents[unique_id] = parent
            self._children.setdefault(parent, {})[unique_id] = None
        if self._pact_lines is not None and unique_id in self._pact_lines:
            self._pact_lines = None

    def _parent(self, unique_id: str) -> str | None:
        """Who dialled it; of the second half of a Local, the first; else the channel whose id it was linked with."""
        dial, channel = self.dials.get(unique_id), self.channels.get(unique_id)
        parent: str | None = None
        if dial is not None and dial.source is not None:
            parent = dial.source
        elif channel is not None:
            half = channel.other_half
            if half is not None and half.endswith("1"):
                parent = self.bearer(half)
            if parent is None and channel.masked is not None:
                parent = channel.masked
            if parent is None and channel.linked is not None and not (dial is not None and dial.originated):
                parent = channel.linked[1]
        return None if parent == unique_id else parent

    def root(self, unique_id: str) -> str:
        """The channel with which this one's own call began."""
        passed = {unique_id}
        while (parent := self._parents.get(unique_id)) is not None and parent in self.channels:
            if parent in passed:
                return min(passed)
            passed.add(parent)
            unique_id = parent
        return unique_id

    def joins(self) -> dict[str, tuple[When, str]]:
        """Each call that goes on in another one, since when and in which, by their first channels."""
        if self._pact_lines is not None:
            return self._joins
        self._joins, self._pact_lines = {}, set()
        for when, joining, joined in sorted(self.pacts):
            for line in (joining, joined):
                self._pact_lines.update(self._line(line))
            here, there = self.root(joining), self.root(joined)
            if here not in self._joins and here != there and self.final(there) != here:
                self._joins[here] = (when, there)
        return self._joins

    def _line(self, unique_id: str) -> list[str]:
        line = [unique_id]
        while (parent := self._parents.get(line[-1])) is not None and parent not in line:
            line.append(parent)
        return line

    def final(self, root: str, when: When = NEVER) -> str:
        """The call in which this one goes on at an instant, after it was joined to others."""
        passed = {root}
        joins = self.joins()
        while (join := joins.get(root)) is not None and join[0] <= when:
            root = join[1]
            if root in passed:
                return min(passed)
            passed.add(root)
        return root

    def family(self, root: str) -> list[str]:
        """The channels of a call: its first one and all that were made for it."""
        found: dict[str, None] = {root: None}
        for unique_id in found_as_it_grows(found):
            for child in self._children.get(unique_id, ()):
                found.setdefault(child)
        return [unique_id for unique_id in found if unique_id in self.channels]

    def joined_to(self, root: str) -> list[tuple[str, When]]:
        """The calls that were joined to this one, directly or by way of another, and since when."""
        found: dict[str, When] = {}
        waiting = [root]
        while waiting:
            each = waiting.pop()
            for other, (when, there) in self.joins().items():
                if there == each and other != root and other not in found:
                    found[other] = when
                    waiting.append(other)
        return sorted(found.items(), key=lambda pair: (pair[1], pair[0]))

    def half_of(self, unique_id: str) -> str | None:
        """The channel that is the other half of this Local one."""
        channel = self.channels.get(unique_id)
        half = None if channel is None else channel.other_half
        return None if half is None else self.bearer(half)

    def forget(self, root: str) -> list[str]:
        """Drop a call's own channels and all that hangs on them; return their ids."""
        gone = self.family(root)
        for unique_id in gone:
            channel = self.channels.pop(unique_id)
            for _, name in channel.names:
                self._unname(name, unique_id)
            for _, (bridge_id, _entered) in channel.stays:
                inside = self.in_bridge.get(bridge_id)
                if inside is not None:
                    inside.pop(unique_id, None)
                    if not inside:
                        del self.in_bridge[bridge_id]
                        self.kinds.pop(bridge_id, None)
            self.dials.pop(unique_id, None)
            self.dialled_by.pop(unique_id, None)
            self._children.pop(unique_id, None)
            self._parents.pop(unique_id, None)
        left = [pact for pact in self.pacts if pact[1] in self.channels and pact[2] in self.channels]
        if len(left) < len(self.pacts):
            self.pacts, self._pact_lines = left, None
        return gone

    def _unname(self, name: str, unique_id: str) -> None:
        for mask in self.masks.pop(name, ()):
            others = self.masks.get(mask[1] if mask[2] == name else mask[2])
            if others is not None and mask in others:
                others.remove(mask)
        borne = self.bearers.get(name)
        if borne is not None:
            borne[:] = [each for each in borne if each[1] != unique_id]
            if not borne:
                del self.bearers[name]


def found_as_it_grows(found: dict[str, None]) -> Iterator[str]:
    """Yield the keys of a dictionary that grows meanwhile, each once."""
    done = 0
    while done < len(found):
        some = list(found)[done:]
        done = len(found)
        yield from some


def _earlier(known: tuple[When, str] | None, when: When, value: str) -> tuple[When, str]:
    return (when, value) if known is None or when < known[0] else known


def _later(known: tuple[When, str] | None, when: When, value: str) -> tuple[When, str]:
    return (when, value) if known is None or when > known[0] else known
