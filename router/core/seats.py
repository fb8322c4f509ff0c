"""Agents as matching sees them: numbered, with a bit for each in the masks that say who has what and who is free.

A mask is a whole number with the bit of every agent that it means, so that "who of those who may take this is free" is
one operation at any number of agents. All of it follows from settings and records: `apply` marks an agent *stale* when
something about them changes, and `refresh` looks at each stale one once before anybody is matched.
"""

from collections.abc import Iterable, Iterator

from history.core.routing_records import AgentRecord, Lent
from history.core.routing_settings import RoutingSettings
from history.core.vocabulary import AgentId, Presence, QueueId, Requirement, SkillId, TeamId
from router.core.blending import Blending, has_rules
from router.core.capacity import FULL, MEDIA, NUMBER_OF, Seat, able_media, open_media
from router.core.idle import IdleOrder
from router.core.requirements import (
    LEVEL_MAX,
    Anyone,
    Every,
    Expression,
    HasSkill,
    InTeam,
    IsAgent,
    Nobody,
    Not,
    Some,
    parse,
)

MASKS_KEPT = 10_000
"""Requirements whose masks are remembered; beyond it they are reckoned anew."""


class Seats:
    """All agents of the definition, in the order of their ids."""

    def __init__(self) -> None:
        self.of: dict[AgentId, Seat] = {}
        self.numbered: list[Seat] = []
        self.open = [0] * len(MEDIA)
        """For each medium the mask of those who may be offered one more."""
        self.signed_in = 0
        self.ready = 0
        self.takes = [0] * len(MEDIA)
        """For each medium the mask of those who take it at all."""
        self.present = [0] * len(MEDIA)
        """For each medium the mask of those who take it and are ready: the same number until that changes."""
        self.pieces = [1.0] * len(MEDIA)
        """For each medium how many pieces of it, and nothing else, an agent who takes it holds on average."""
        self.aside = 0
        """Media (a bit each) that are interruptible wherever they are taken."""
        self.idle = IdleOrder()
        """Who may be offered anything: (idle since, number), longest idle first."""
        self.stale: dict[AgentId, None] = {}
        self.opened: dict[int, None] = {}
        """Numbers of those who may take more than when they were matched last."""
        self.blending: Blending | None = None
        """The rules by which agents are shared, if there are any."""
        self._settings: RoutingSettings | None = None
        self._everyone = 0
        self._teams: dict[TeamId, int] = {}
        self._at_least: dict[SkillId, list[int]] = {}
        self._masks: dict[Requirement, int] = {}

    def define(self, settings: RoutingSettings, records: dict[AgentId, AgentRecord]) -> None:
        """Number the agents anew. Leases of those who stay go with them; all are stale."""
        before = self.of
        self.numbered = [
            Seat(number, each, records[each.agent])
            for number, each in enumerate(sorted(settings.agents, key=lambda each: each.agent))
        ]
        self.of = {seat.agent: seat for seat in self.numbered}
        for seat in self.numbered:
            if (old := before.get(seat.agent)) is not None:
                seat.offers, seat.handlings, seat.works = old.offers, old.handlings, old.works
                seat.reservations = old.reservations
        self.open = [0] * len(MEDIA)
        self.signed_in = self.ready = 0
        self.present = [0] * len(MEDIA)
        self.takes = [mask_with(seat.number for seat in self.numbered if medium in seat.capacities) for medium in MEDIA]
        self._reckon_capacities()
        self.idle = IdleOrder()
        self.opened = {}
        self.stale = dict.fromkeys(self.of)
        self._everyone = (1 << len(self.numbered)) - 1
        self._masks = {}
        self._number_skills()
        self._settings = settings
        self.blending = Blending(settings, self.mask_of) if has_rules(settings) else None
        for seat in self.numbered:
            if seat.record.lent is not None:
                self.lend(seat, seat.record.lent)

    def lend(self, seat: Seat, lent: Lent) -> None:
        """The agent may be offered work of a queue whatever it asks. Without other rules there are rules from now."""
        if self.blending is None:
            assert self._settings is not None, "agents are lent after a definition"
            self.blending = Blending(self._settings, self.mask_of)
        self.blending.lend(seat.number, lent)
        self.stale[seat.agent] = None
        self.opened[seat.number] = None

    def recall(self, seat: Seat, lent: Lent) -> None:
        """The agent is as before."""
        if self.blending is not None:
            self.blending.recall(seat.number, lent)
        self.stale[seat.agent] = None
        self.opened[seat.number] = None

    def lent_to(self, queue: QueueId) -> int:
        """Return the mask of those who are lent to a queue."""
        return 0 if self.blending is None else self.blending.lent_to.get(queue, 0)

    def _reckon_capacities(self) -> None:
        self.aside = 0
        for number, medium in enumerate(MEDIA):
            held = [seat.capacities[medium] for seat in self.numbered if medium in seat.capacities]
            pieces = [max(1, min(each.limit, FULL // max(1, each.weight))) for each in held]
            self.pieces[number] = sum(pieces) / len(pieces) if pieces else 1.0
            if held and all(each.interruptible for each in held):
                self.aside |= 1 << number

    def _number_skills(self) -> None:
        teams: dict[TeamId, list[int]] = {}
        at_least: dict[SkillId, list[list[int]]] = {}
        for seat in self.numbered:
            for team in seat.settings.teams:
                teams.setdefault(team, []).append(seat.number)
            for skill, level in seat.levels.items():
                levels = at_least.setdefault(skill, [[] for _ in range(LEVEL_MAX + 2)])
                for reached in range(level + 1):
                    levels[reached].append(seat.number)
        self._teams = {team: mask_with(numbers) for team, numbers in teams.items()}
        self._at_least = {skill: [mask_with(numbers) for numbers in levels] for skill, levels in at_least.items()}

    def mask_of(self, requirement: Requirement) -> int:
        """Return the mask of the agents who meet a requirement, whatever their presence and load."""
        mask = self._masks.get(requirement)
        if mask is None:
            if len(self._masks) > MASKS_KEPT:
                self._masks.clear()
            mask = self._masks[requirement] = self._mask(parse(requirement))
        return mask

    def _mask(self, expression: Expression) -> int:
        match expression:
            case Anyone():
                return self._everyone
            case Nobody():
                return 0
            case HasSkill():
                levels = self._at_least.get(expression.skill)
                return 0 if levels is None else levels[expression.least] & ~levels[expression.most + 1]
            case IsAgent():
                seat = self.of.get(expression.agent)
                return 0 if seat is None else 1 << seat.number
            case InTeam():
                return self._teams.get(expression.team, 0)
            case Not():
                return self._everyone & ~self._mask(expression.of)
            case Every():
                mask = self._everyone
                for part in expression.parts:
                    mask &= self._mask(part)
                return mask
            case Some():
                mask = 0
                for part in expression.parts:
                    mask |= self._mask(part)
                return mask

    def refresh(self) -> None:
        """Look at every stale agent once."""
        if self.stale:
            stale, self.stale = self.stale, {}
            ready = self.ready
            for agent in stale:
                seat = self.of.get(agent)
                if seat is not None:
                    self._look_at(seat)
            if self.ready != ready:
                self.present = [self.ready & takes for takes in self.takes]
            if self.blending is not None:
                for number in numbers_in(self.blending.refresh()):
                    self.opened[number] = None

    def _look_at(self, seat: Seat) -> None:
        record = seat.record
        if record.presence is not seat.presence:
            self._note_presence(seat)
        seat.able = able_media(seat)
        opened = open_media(seat, seat.able)
        if record.held_medium is not None:
            if opened >> NUMBER_OF[record.held_medium] & 1:
                self.opened[seat.number] = None
            opened = 0
        if changed := opened ^ seat.open:
            bit = 1 << seat.number
            for number in range(changed.bit_length()):
                if changed >> number & 1:
                    self.open[number] ^= bit
            if opened & changed:
                self.opened[seat.number] = None
            seat.open = opened
        if self.blending is not None:
            self.blending.note(seat)
        entry = (record.idle_since_ms, seat.number) if opened else None
        if entry != seat.idle_entry:
            if seat.idle_entry is not None:
                self.idle.remove(seat.idle_entry)
            if entry is not None:
                self.idle.add(entry)
            seat.idle_entry = entry

    def _note_presence(self, seat: Seat) -> None:
        bit, before, now = 1 << seat.number, seat.presence, seat.record.presence
        seat.presence = now
        if (now is Presence.SIGNED_OUT) != (before is Presence.SIGNED_OUT):
            self.signed_in ^= bit
        if (now is Presence.READY) != (before is Presence.READY):
            self.ready ^= bit


def mask_with(numbers: Iterable[int]) -> int:
    """Return the mask with these bits."""
    found = bytearray()
    for number in numbers:
        byte = number >> 3
        if byte >= len(found):
            found.extend(bytes(byte + 1 - len(found)))
        found[byte] |= 1 << (number & 7)
    return int.from_bytes(found, "little")


def numbers_in(mask: int) -> Iterator[int]:
    """Yield the numbers whose bits are set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
