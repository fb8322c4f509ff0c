"""Waiting work, by work class: what has the same queue and the same requirement waits in one heap, most urgent first.

Only the head of a class can be next, so what matching costs depends on the number of classes and not on how many wait.
An interaction that an agent has declined waits in a class of its own kind, which leaves that agent out.
"""

from heapq import heapify, heappop, heappush

from history.core.routing_records import InteractionRecord
from history.core.vocabulary import AgentId, InteractionId, Medium, QueueId, Requirement
from router.core.capacity import MEDIA, NUMBER_OF, Seat
from router.core.seats import Seats

Entry = tuple[int, int, InteractionId, int, "WorkClass"]
"""(due, arrived, interaction, push, class). The push number is unique, so a comparison never reaches the class."""
Key = tuple[QueueId, Medium, Requirement, tuple[AgentId, ...]]
CLASSES_KEPT = 1_000
"""Empty classes are kept, since work of their kind comes again; beyond this many they are dropped when they are the
most."""
STALE_KEPT = 32


class WorkClass:
    """What waits together. `mask` says who may take it."""

    __slots__ = ("heap", "key", "live", "mask", "medium", "number", "queue", "requirement", "tiers")

    def __init__(self, number: int, key: Key) -> None:
        self.number = number
        self.key = key
        self.queue, self.medium, self.requirement, _ = key
        self.mask = 0
        self.heap: list[Entry] = []
        self.live = 0
        self.tiers: list[tuple[int, int]] | None = None
        """Score and mask of those who have it, best first; made when a choice by score first needs it."""

    @property
    def excluded(self) -> tuple[AgentId, ...]:
        return self.key[3]


class Waiting:
    """All waiting interactions that may be offered."""

    def __init__(self, seats: Seats) -> None:
        self._seats = seats
        self._of: dict[Key, WorkClass] = {}
        self._pushed = 0
        self.numbered: list[WorkClass] = []
        self.places: dict[InteractionId, Entry] = {}
        self.holding_work = 0
        """Mask of the classes in which somebody waits."""
        self.of_medium = [0] * len(MEDIA)
        """For each medium the mask of its classes."""
        self.fresh: dict[int, None] = {}
        """Numbers of the classes that have another head than when they were matched last."""
        self.in_queue: dict[QueueId, int] = {}

    def add(self, record: InteractionRecord) -> None:
        work_class = self._class_for(record)
        self._pushed += 1
        entry: Entry = (record.due_ms, record.arrived_ms, record.interaction, self._pushed, work_class)
        heappush(work_class.heap, entry)
        self.places[record.interaction] = entry
        if not work_class.live:
            self.holding_work |= 1 << work_class.number
        work_class.live += 1
        self.in_queue[record.queue] = self.in_queue.get(record.queue, 0) + 1
        self.fresh[work_class.number] = None

    def remove(self, interaction: InteractionId) -> None:
        """Take an interaction out, wherever it stands. One that does not stand here (parked) is no matter."""
        entry = self.places.pop(interaction, None)
        if entry is None:
            return
        work_class = entry[4]
        work_class.live -= 1
        self.in_queue[work_class.queue] -= 1
        if not work_class.live:
            self.holding_work ^= 1 << work_class.number
            work_class.heap.clear()
            return
        if work_class.heap[0] is entry:
            self.fresh[work_class.number] = None
        if len(work_class.heap) > 2 * work_class.live + STALE_KEPT:
            work_class.heap = [each for each in work_class.heap if self.places.get(each[2]) is each]
            heapify(work_class.heap)

    def head(self, work_class: WorkClass) -> Entry | None:
        """Return the most urgent of a class, or None when nobody waits in it."""
        heap = work_class.heap
        while heap:
            if self.places.get(heap[0][2]) is heap[0]:
                return heap[0]
            heappop(heap)
        return None

    def of_class(self, work_class: WorkClass) -> list[InteractionId]:
        """Return all who wait in a class, most urgent first."""
        return [entry[2] for entry in sorted(work_class.heap) if self.places.get(entry[2]) is entry]

    def classes_of(self, seat: Seat) -> int:
        """Return the mask of the classes that an agent may take, whether or not anybody waits in them."""
        if seat.classes_seen < len(self.numbered):
            for work_class in self.numbered[seat.classes_seen :]:
                if work_class.mask >> seat.number & 1:
                    seat.classes |= 1 << work_class.number
            seat.classes_seen = len(self.numbered)
        return seat.classes

    def defined_anew(self) -> None:
        """Agents are numbered anew: every class reckons its mask again, and empty ones are dropped."""
        self.numbered = [work_class for work_class in self.numbered if work_class.live]
        self._of = {}
        self.of_medium = [0] * len(MEDIA)
        self.holding_work = (1 << len(self.numbered)) - 1
        for number, work_class in enumerate(self.numbered):
            work_class.number = number
            self._place(work_class)
        self.fresh = dict.fromkeys(range(len(self.numbered)))
        for seat in self._seats.numbered:
            seat.classes = seat.classes_seen = 0

    def _class_for(self, record: InteractionRecord) -> WorkClass:
        excluded = tuple(sorted(each.agent for each in record.declined_by)) if record.declined_by else ()
        key = (record.queue, record.medium, record.requirement, excluded)
        found = self._of.get(key)
        if found is None:
            if len(self.numbered) > max(CLASSES_KEPT, 4 * self.holding_work.bit_count()):
                self.defined_anew()
            found = WorkClass(len(self.numbered), key)
            self.numbered.append(found)
            self._place(found)
        return found

    def _place(self, work_class: WorkClass) -> None:
        self._of[work_class.key] = work_class
        self.of_medium[NUMBER_OF[work_class.medium]] |= 1 << work_class.number
        work_class.tiers = None
        work_class.mask = self._seats.mask_of(work_class.requirement)
        for agent in work_class.excluded:
            if (seat := self._seats.of.get(agent)) is not None:
                work_class.mask &= ~(1 << seat.number)
