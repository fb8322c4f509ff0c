"""Blending: whom the rules by which agents are shared keep from which queue's work at the moment.

- *Reserves.* Of a group the last `keep` idle ones are offered nothing but work of the queues they are kept for. Idle is
  who has nothing in hand and may be offered work of one of these queues' media. So another queue gets one of them only
  while more than `keep` are idle; who has something in hand already is not counted and not kept.
- *Floors.* While fewer than `agents_min` of a group are at work for a floor's queues, who becomes free takes its work
  first; and as long as no more than that are, they are offered nothing of other queues beside what they have in hand,
  also where a call could interrupt it.
- *Shares.* Who becomes free takes first from the queue that is furthest below its share of the group's time
  (`sharing.py`). Shares keep nobody idle: where only one queue has work for them, that is taken.
- *Lending.* Who is lent to a queue may be offered its work whatever it asks, and with `only` nothing else; they are in
  no reserve meanwhile. When agents are lent and recalled is the matter of `lending.py`.

Agents are bits in masks, as in `seats.py`; a decision costs an operation or two for each rule, at any number of agents.
All of it follows from settings and records.
"""

from collections.abc import Callable

from history.core.routing_blending import Floor, Reserve
from history.core.routing_records import Lent
from history.core.routing_settings import RoutingSettings
from history.core.vocabulary import QueueId, Requirement
from router.core.capacity import NUMBER_OF, Seat


class Reserved:
    """A reserve and whom it keeps now."""

    __slots__ = ("count", "idle", "keep", "kept", "mask", "media", "rule")

    def __init__(self, rule: Reserve, mask: int, media: int) -> None:
        self.rule = rule
        self.mask = mask
        self.media = media
        """Media (a bit each) of the queues that agents are kept for."""
        self.keep = rule.keep
        self.idle = 0
        """The mask of the idle ones of the group, and how many they are."""
        self.count = 0
        self.kept = 0
        """The mask of those who are offered nothing else; 0 while there are enough of them."""


class Floored:
    """A floor and who is at work for it now."""

    __slots__ = ("at_work", "kept", "mask", "queues", "rule")

    def __init__(self, rule: Floor, mask: int) -> None:
        self.rule = rule
        self.mask = mask
        self.queues = frozenset(rule.queues)
        self.at_work = 0
        self.kept = 0
        """The mask of those who are offered nothing else beside; 0 while more are at work than have to be."""

    def is_short(self) -> bool:
        return self.at_work.bit_count() < self.rule.agents_min


def has_rules(settings: RoutingSettings) -> bool:
    """Whether anything has to be watched at every offer."""
    return bool(settings.reserves or settings.shares or settings.floors)


class Blending:
    """The rules over the agents of one definition."""

    def __init__(self, settings: RoutingSettings, mask_of: Callable[[Requirement], int]) -> None:
        medium_of = {queue.queue: NUMBER_OF[queue.medium] for queue in settings.queues}
        self.reserves = [
            Reserved(
                rule, mask_of(rule.agents), sum({1 << medium_of[each] for each in medium_of if each in rule.queues})
            )
            for rule in settings.reserves
        ]
        self._reserves_of: list[list[Reserved]] = [
            [each for each in self.reserves if each.mask >> number & 1] for number in range(len(settings.agents))
        ]
        """By the agent's number the reserves whose group they are in."""
        self.lent_to: dict[QueueId, int] = {}
        """By queue the mask of those who are lent to it."""
        self.closes = False
        """Whether anybody may be kept from anything now; most of the time nobody is."""
        self._only_lent = 0
        """The mask of those who are offered nothing but work of the queue they are lent to."""
        self.floors = [Floored(rule, mask_of(rule.agents)) for rule in settings.floors]
        self.shares = [(rule, mask_of(rule.agents)) for rule in settings.shares]
        self._all: list[Reserved | Floored] = [*self.reserves, *self.floors]
        self._kept_from: dict[QueueId, list[Reserved | Floored]] = {
            queue: [each for each in self._all if queue not in each.rule.queues] for queue in medium_of
        }

    def lend(self, number: int, lent: Lent) -> None:
        bit = 1 << number
        self.lent_to[lent.queue] = self.lent_to.get(lent.queue, 0) | bit
        if lent.only:
            self._only_lent |= bit
            self.closes = True

    def recall(self, number: int, lent: Lent) -> None:
        bit = 1 << number
        self.lent_to[lent.queue] &= ~bit
        self._only_lent &= ~bit

    def note(self, seat: Seat) -> None:
        """Something about the agent has changed."""
        bit = 1 << seat.number
        if reserves := self._reserves_of[seat.number]:
            free = seat.open if seat.record.lent is None and seat.open and not seat.leases() else 0
            for reserve in reserves:
                if bool(free & reserve.media) is not bool(reserve.idle & bit):
                    reserve.idle ^= bit
                    reserve.count += 1 if reserve.idle & bit else -1
        for each in self.floors:
            if each.mask & bit and is_at_work(seat, each.queues) is not bool(each.at_work & bit):
                each.at_work ^= bit

    def refresh(self) -> int:
        """Reckon anew whom each rule keeps, and return the mask of those it lets go."""
        let_go, closes = 0, self._only_lent
        for each in self.reserves:
            kept = each.idle if each.count <= each.keep else 0
            if kept or each.kept:
                let_go |= each.kept & ~kept
                each.kept = kept
                closes |= kept
        for floor in self.floors:
            kept = floor.at_work if floor.at_work.bit_count() <= floor.rule.agents_min else 0
            let_go |= floor.kept & ~kept
            floor.kept = kept
            closes |= kept
        self.closes = bool(closes)
        return let_go

    def closed_to(self, queue: QueueId | None) -> int:
        """Return the mask of those who are not offered work of a queue (or of none), whatever they could take."""
        if queue is None:
            closed, kept_from = self._only_lent, self._all
        else:
            closed, kept_from = self._only_lent & ~self.lent_to.get(queue, 0), self._kept_from[queue]
        for each in kept_from:
            closed |= each.kept
        return closed

    def is_open(self, seat: Seat, queue: QueueId) -> bool:
        """Whether the agent may be offered work of a queue, as far as these rules go."""
        return not self.closes or not self.closed_to(queue) >> seat.number & 1

    def rules_against(self, seat: Seat, queue: QueueId) -> list[Reserve | Floor]:
        """Return the rules that keep the agent from a queue's work."""
        return [each.rule for each in self._kept_from[queue] if each.kept >> seat.number & 1]


def is_at_work(seat: Seat, queues: frozenset[QueueId]) -> bool:
    """Whether the agent has an offer or a handling of one of these queues in hand."""
    if any(handling.queue in queues and not handling.frees for handling in seat.handlings.values()):
        return True
    return any(offer.queue in queues for offer in seat.offers.values())
