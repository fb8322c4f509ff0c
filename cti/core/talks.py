"""Who heard whom, worked out of who was in which bridge.

A Local channel's two halves make one room of the bridges that they stand in, and count for nobody themselves; a
channel that another one took over counts for the phone that stood behind it at that moment; nobody is heard in a
holding bridge. A stretch is told for those who were up, two at least.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cti.core.channels import BridgeKind, When
from cti.core.records import NEVER, Channel, is_phone
from cti.core.traffic import Traffic, found_as_it_grows

Place = tuple[str, str]
"""A channel's id, and the name it bore."""

GAP_MS_MAX = 250
"""The same parties within this are one talk: a switch takes people from bridge to bridge."""
PASSING_MS_MAX = 50
"""In a transfer one is in before the other is out: a crowd shorter than this was no conference."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The same people, from one instant to another."""

    since: When
    until: When
    places: tuple[Place, ...]
    conference: bool

    @property
    def who(self) -> frozenset[str]:
        """The channels."""
        return frozenset(unique_id for unique_id, _ in self.places)


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when a channel counts as one of a call."""

    since: When
    until: When


def stretches(traffic: Traffic, members: dict[str, Span]) -> list[Stretch]:
    """All talks in which a member took part."""
    found: list[Stretch] = []
    for since, until, inside in _slices(traffic, members):
        for places, conference in rooms(traffic, inside, since):
            ours = [members[unique_id] for unique_id, _ in places if unique_id in members]
            if not any(_within(span, since) for span in ours):
                continue
            # The one who is passed on enters the other call's bridge just before the switch says so, or just after.
            passed_on = len(ours) < len(places) and all(span.until == until for span in ours)
            passed_on = passed_on or (len(ours) == len(places) and all(span.since == since for span in ours))
            if not passed_on or until[0] - since[0] >= PASSING_MS_MAX:
                found.append(Stretch(since, until, places, conference))
    return _joined(_without_passing(found))


def rooms(traffic: Traffic, inside: dict[str, str], at: When) -> Iterator[tuple[tuple[Place, ...], bool]]:
    """Yield who hears whom, given who is in which bridge at an instant, and whether it is a conference."""
    room = {bridge_id: bridge_id for bridge_id in inside.values()}
    for unique_id, bridge_id in inside.items():
        half = traffic.half_at(unique_id, at)
        if half is not None and half in inside:
            _merge(room, bridge_id, inside[half])
    people: dict[str, list[Place]] = {}
    conferences = set()
    for unique_id, bridge_id in inside.items():
        channel = traffic.channels[unique_id]
        name = channel.name_at(at)
        here = _room(room, bridge_id)
        if traffic.kinds.get(bridge_id) is BridgeKind.CONFERENCE:
            conferences.add(here)
        if is_phone(name) and (channel.up is None or channel.up <= at):
            people.setdefault(here, []).append((unique_id, name))
    for here, places in people.items():
        if len(places) > 1:
            yield (
                tuple(sorted(places, key=lambda place: (traffic.channels[place[0]].began, place))),
                here in conferences,
            )


def bridges_of(traffic: Traffic, members: dict[str, Span]) -> list[str]:
    """Every bridge that a member was in, and those that a Local channel joined with it."""
    found: dict[str, None] = {}
    for unique_id in members:
        found.update((bridge_id, None) for _, (bridge_id, _) in traffic.channels[unique_id].stays)
    for bridge_id in found_as_it_grows(found):
        for unique_id in traffic.in_bridge.get(bridge_id, ()):
            for half in traffic.halves(unique_id):
                found.update((bridge, None) for _, (bridge, _) in traffic.channels[half].stays)
    return [bridge_id for bridge_id in found if traffic.kinds.get(bridge_id) is not BridgeKind.HOLDING]


def bridges_lately(traffic: Traffic, unique_ids: list[str]) -> list[str]:
    """The bridges that these channels are in or have just left, and those that a Local channel joins with them."""
    found: dict[str, None] = {}
    for unique_id in unique_ids:
        found.update((bridge_id, None) for bridge_id in traffic.channels[unique_id].bridges_lately())
    for bridge_id in found_as_it_grows(found):
        for unique_id in traffic.in_bridge.get(bridge_id, ()):
            for half in traffic.halves(unique_id):
                found.update((bridge, None) for bridge in traffic.channels[half].bridges_lately())
    return [bridge_id for bridge_id in found if traffic.kinds.get(bridge_id) is not BridgeKind.HOLDING]


def _slices(traffic: Traffic, members: dict[str, Span]) -> Iterator[tuple[When, When, dict[str, str]]]:
    """Yield each stretch between two changes, and who is in which bridge during it."""
    changes: list[tuple[When, int, str, str]] = []
    wanted = set(bridges_of(traffic, members))
    present: dict[str, None] = {}
    for bridge_id in wanted:
        present.update(traffic.in_bridge.get(bridge_id, {}))
    for unique_id in sorted(present):
        channel = traffic.channels[unique_id]
        for bridge_id, since, until in channel.intervals():
            if bridge_id in wanted:
                changes.append((since, 1, unique_id, bridge_id))
                changes.append((until, 0, unique_id, bridge_id))
        changes.extend((when, 2, unique_id, "") for when in _turns(channel))
    for span in members.values():
        changes.extend((when, 2, "", "") for when in (span.since, span.until))
    changes.sort()
    inside: dict[str, str] = {}
    for number, (when, kind, unique_id, bridge_id) in enumerate(changes):
        if kind == 1:
            inside[unique_id] = bridge_id
        elif kind == 0 and inside.get(unique_id) == bridge_id:
            del inside[unique_id]
        until = changes[number + 1][0] if number + 1 < len(changes) else NEVER
        if until > when and len(inside) > 1:
            yield when, until, inside


def _turns(channel: Channel) -> Iterator[When]:
    """Yield when another phone came behind the channel, and when it was answered."""
    for when, _ in channel.names[1:]:
        yield when
    if channel.up is not None:
        yield channel.up


def _within(span: Span, when: When) -> bool:
    return span.since <= when < span.until


def _merge(room: dict[str, str], one: str, other: str) -> None:
    first, second = sorted((_room(room, one), _room(room, other)))
    room[second] = first


def _room(room: dict[str, str], bridge_id: str) -> str:
    while room[bridge_id] != bridge_id:
        bridge_id = room[bridge_id]
    return bridge_id


def _without_passing(found: list[Stretch]) -> list[Stretch]:
    """Leave out the moment in which one is in already and the other not yet out."""
    kept = []
    for number, each in enumerate(found):
        beside = found[max(0, number - 1) : number] + found[number + 1 : number + 2]
        passing = each.until[0] - each.since[0] < PASSING_MS_MAX and not each.conference
        if passing and len(each.who) > 2 and any(other.who < each.who for other in beside):
            continue
        kept.append(each)
    return kept


def _joined(found: list[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    latest: dict[str, int] = {}
    for each in found:
        # By name: a channel that took another one over has another id, and the same phone behind it.
        names = {name for _, name in each.places}
        before = {latest.get(name) for name in names}
        at = before.pop()
        if at is not None and not before and {name for _, name in joined[at].places} == names:
            old = joined[at]
            if each.since[0] - old.until[0] <= GAP_MS_MAX:
                joined[at] = Stretch(old.since, each.until, each.places, old.conference or each.conference)
                continue
        latest.update((name, len(joined)) for name in names)
        joined.append(each)
    return joined
