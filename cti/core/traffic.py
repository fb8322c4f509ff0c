"""All that was heard of channels, dials and bridges of one switch, and who belongs to whom.

Each thing is kept under its own instant, once: heard twice it changes nothing, heard late it lands where it belongs.
What it means (`core/telling.py`) is worked out from what is kept, never from the order in which it came.
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from cti.core.channels import BridgeKind, ChannelSeen, ChannelState, When
from cti.core.records import KEPT_MAX, LEAVINGS, NEVER, Channel, Dated, Dial, is_phone, other_half_of

AWAITED_MAX = 1_000
PACTS_MAX = 5_000

_KINDS = (BridgeKind.TALK, BridgeKind.CONFERENCE, BridgeKind.HOLDING)


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
    _joined: dict[str, list[str]] = field(default_factory=dict)
    _pact_lines: set[str] | None = field(default_factory=set)
    """The channels on whose parents the joins hang; None when they have to be worked out anew."""

    # -- what is heard -------------------------------------------------------------------------------------------------

    def see(self, seen: ChannelSeen, when: When, *, made: bool = False) -> Channel:
        """Note what a message says of a channel, and return it."""
        channel = self.channels.get(seen.unique_id)
        if channel is None:
            channel = self._new(seen.unique_id, when)
        channel.first_heard = min(channel.first_heard, when)
        if made:
            channel.made = when if channel.made is None else min(channel.made, when)
        if seen.name and made:
            self._name(channel, when, seen.name)
        elif seen.name and not channel.names:
            channel.heard_name = _earlier(channel.heard_name, when, seen.name)
            self._bear(channel, when, seen.name)
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

    def _new(self, unique_id: str, when: When) -> Channel:
        if self._pact_lines is not None and unique_id in self._pact_lines:
            self._pact_lines = None  # a call that was known by its members alone has its first channel now
        channel = self.channels[unique_id] = Channel(unique_id, when)
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
        self._bear(channel, when, name)
        return noted

    def _bear(self, channel: Channel, when: When, name: str) -> None:
        """Find again what waited for a channel of this name."""
        if not name.endswith(LEAVINGS):
            self.bearers.setdefault(name, Dated()).note(when, channel.unique_id)
        half = self.half_of(channel.unique_id)
        if half is not None:
            self.settle(half)
        awaited = self.awaited.pop(name, None)
        if awaited is not None:
            self.dial(awaited[0], channel.unique_id, awaited[1])
        for mask in self.masks.get(name, ()):
            self._mask(*mask)

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
            channel = self._new(unique_id, when)
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
        at = bisect_right(self.pacts, pact)
        if at and self.pacts[at - 1] == pact:
            return False
        self.pacts.insert(at, pact)
        if self._pact_lines is not None and at == len(self.pacts) - 1:
            self._join(pact, self._pact_lines)
        else:
            self._pact_lines = None
        if len(self.pacts) > PACTS_MAX:
            del self.pacts[0]
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
        if self._pact_lines is None:
            self._joins, self._joined, self._pact_lines = {}, {}, set()
            for pact in self.pacts:
                self._join(pact, self._pact_lines)
        return self._joins

    def _join(self, pact: tuple[When, str, str], lines: set[str]) -> None:
        when, joining, joined = pact
        lines.update(self._line(joining), self._line(joined))
        here, there = self.root(joining), self.root(joined)
        if here not in self._joins and here != there and self.final(there) != here:
            self._joins[here] = (when, there)
            self._joined.setdefault(there, []).append(here)

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
            joins = self.joins()
            for other in self._joined.get(each, ()):
                if other != root and other not in found:
                    found[other] = joins[other][0]
                    waiting.append(other)
        return sorted(found.items(), key=lambda pair: (pair[1], pair[0]))

    def half_of(self, unique_id: str) -> str | None:
        """The channel that is the other half of this Local one."""
        channel = self.channels.get(unique_id)
        half = None if channel is None else channel.other_half
        return None if half is None else self.bearer(half)

    def half_at(self, unique_id: str, when: When) -> str | None:
        """The channel that is the other half of this one at an instant, when both are halves of one Local."""
        name = self.channels[unique_id].name_at(when)
        other = other_half_of(name)
        half = None if other is None else self.bearer(other, when)
        return half if half is not None and self.channels[half].name_at(when) == other else None

    def halves(self, unique_id: str) -> list[str]:
        """Every channel that ever was the other half of this one."""
        others = {other_half_of(name) for _, name in self.channels[unique_id].names}
        return [bearer for other in sorted(filter(None, others)) for _, bearer in self.bearers.get(other, ())]

    def forget(self, root: str) -> list[str]:
        """Drop a call's own channels and all that hangs on them; return their ids."""
        gone = self.family(root)
        for unique_id in gone:
            channel = self.channels.pop(unique_id)
            heard = () if channel.heard_name is None else (channel.heard_name,)
            for _, name in (*channel.names, *heard):
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
        self._unjoin(root)
        return gone

    def _unjoin(self, root: str) -> None:
        join = self.joins().pop(root, None)
        if join is not None:
            self._joined[join[1]].remove(root)
        others = self._joined.pop(root, [])
        for other in others:
            self._joins.pop(other, None)
        if join is not None or others:
            self.pacts = [each for each in self.pacts if each[1] in self.channels and each[2] in self.channels]

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
