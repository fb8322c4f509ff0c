"""Waiting work, by work class: what has the same queue and the same requirement waits in one heap, most urgent first.

Only the head of a class can be next, so what matching costs depends on the number of classes and not on how many wait.
The heads of a medium stand in one list by due time; an agent who becomes free goes along it to the first class that
they may take. Classes of queues whose lateness counts faster change places with time: they are looked at one by one.
An interaction that an agent has declined waits in a class of its own kind, which leaves that agent out.
"""

from bisect import bisect_left, insort
from collections.abc import Collection, Iterator
from heapq import heapify, heappop, heappush

from history.core.routing_records import InteractionRecord
from history.core.routing_settings import QueueSettings
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


def _place(entry: Entry) -> tuple[int, int, InteractionId]:
    return entry[:3]


class WorkClass:
    """What waits together. `mask` says who may take it, and so does `members`, by the agent's number."""

    __slots__ = (
        "ages",
        "head",
        "heap",
        "key",
        "live",
        "mask",
        "medium",
        "members",
        "number",
        "present",
        "queue",
        "requirement",
        "there",
        "there_count",
        "tiers",
    )

    def __init__(self, number: int, key: Key) -> None:
        self.number = number
        self.key = key
        self.queue, self.medium, self.requirement, _ = key
        self.mask = 0
        self.members = ""
        """One character an agent: 1 for those who may take it. To look one up costs the same on any floor."""
        self.heap: list[Entry] = []
        self.head: Entry | None = None
        self.live = 0
        self.ages = False
        self.present: int | None = None
        """For whom (`Seats.present`) it was looked at last who of them may take it:"""
        self.there = 0
        self.there_count = 0
        self.tiers: list[tuple[int, int]] | None = None
        """Score and mask of those who have it, best first; made when a choice by score first needs it."""

    def look_at(self, present: int) -> None:
        """Note who of those who are there may take it, for the reckoning of expected waits."""
        self.present = present
        self.there = self.mask & present
        self.there_count = self.there.bit_count()

    @property
    def excluded(self) -> tuple[AgentId, ...]:
        return self.key[3]


class Waiting:
    """All waiting interactions that may be offered."""

    def __init__(self, seats: Seats) -> None:
        self._seats = seats
        self._queues: dict[QueueId, QueueSettings] = {}
        self._of: dict[Key, WorkClass] = {}
        self._pushed = 0
        self.led = 0
        """In how many classes somebody waits."""
        self.numbered: list[WorkClass] = []
        self.places: dict[InteractionId, Entry] = {}
        self.order: list[list[Entry]] = [[] for _ in MEDIA]
        """For each medium the heads of its classes by due time, but for those that age."""
        self.aging: list[dict[int, WorkClass]] = [{} for _ in MEDIA]
        """For each medium the classes that age and in which somebody waits."""
        self.ages = False
        """Whether any queue ages."""
        self.fresh: dict[int, None] = {}
        """Numbers of the classes that have another head than when they were matched last."""
        self.in_queue: dict[QueueId, int] = {}

    def add(self, record: InteractionRecord) -> None:
        work_class = self._class_for(record)
        self._pushed += 1
        entry: Entry = (record.due_ms, record.arrived_ms, record.interaction, self._pushed, work_class)
        heappush(work_class.heap, entry)
        self.places[record.interaction] = entry
        work_class.live += 1
        self.in_queue[record.queue] = self.in_queue.get(record.queue, 0) + 1
        if work_class.heap[0] is entry:
            self._lead(work_class, entry)

    def remove(self, interaction: InteractionId) -> None:
        """Take an interaction out, wherever it stands. One that does not stand here (parked) is no matter."""
        entry = self.places.pop(interaction, None)
        if entry is None:
            return
        work_class = entry[4]
        work_class.live -= 1
        self.in_queue[work_class.queue] -= 1
        heap = work_class.heap
        if heap[0] is entry:
            heappop(heap)
            while heap and self.places.get(heap[0][2]) is not heap[0]:
                heappop(heap)
            self._lead(work_class, heap[0] if heap else None)
        elif len(heap) > 2 * work_class.live + STALE_KEPT:
            work_class.heap = [each for each in heap if self.places.get(each[2]) is each]
            heapify(work_class.heap)

    def _lead(self, work_class: WorkClass, head: Entry | None) -> None:
        """The class has another head."""
        self.led += (head is not None) - (work_class.head is not None)
        number = NUMBER_OF[work_class.medium]
        if work_class.ages:
            if head is None:
                self.aging[number].pop(work_class.number, None)
            else:
                self.aging[number][work_class.number] = work_class
        else:
            order = self.order[number]
            if work_class.head is not None:
                del order[bisect_left(order, work_class.head)]
            if head is not None:
                insort(order, head)
        work_class.head = head
        if head is not None:
            self.fresh[work_class.number] = None

    def heads_for(self, seat: Seat, media: int) -> Iterator[Entry]:
        """Yield the head of each class of these media that the agent may take, those of one medium that do not age by
        due time."""
        at = seat.number
        for number in range(len(MEDIA)):
            if media >> number & 1:
                for entry in self.order[number]:
                    if entry[4].members[at] == "1":
                        yield entry
                for work_class in self.aging[number].values():
                    if work_class.head is not None and work_class.members[at] == "1":
                        yield work_class.head

    def of_class(self, work_class: WorkClass) -> list[InteractionId]:
        """Return all who wait in a class, most urgent first."""
        return [entry[2] for entry in sorted(work_class.heap) if self.places.get(entry[2]) is entry]

    def in_queues(self, queues: Collection[QueueId]) -> list[InteractionId]:
        """Return all who wait in these queues, most urgent first. Goes through everybody who waits."""
        return [entry[2] for entry in sorted(self.places.values(), key=_place) if entry[4].queue in queues]

    def found(self, queue: QueueId, medium: Medium, requirement: Requirement) -> WorkClass | None:
        """Return the class of those whom nobody has declined, or None when there has been none."""
        return self._of.get((queue, medium, requirement, ()))

    def defined_anew(self, queues: dict[QueueId, QueueSettings]) -> None:
        """Agents are numbered anew or queues have changed: every class reckons its mask again, empty ones are
        dropped."""
        self._queues = queues
        self.ages = any(queue.age_percent != 100 for queue in queues.values())
        self.numbered = [work_class for work_class in self.numbered if work_class.live]
        self._of = {}
        self.order = [[] for _ in MEDIA]
        self.aging = [{} for _ in MEDIA]
        self.fresh = {}
        self.led = 0
        for number, work_class in enumerate(self.numbered):
            work_class.number = number
            self._place(work_class)
            head, work_class.head = work_class.head, None
            self._lead(work_class, head)

    def asked_anew(self, queue: QueueId) -> None:
        """Who may take work of a queue has changed."""
        for work_class in self.numbered:
            if work_class.queue == queue:
                self._place(work_class)

    def _class_for(self, record: InteractionRecord) -> WorkClass:
        excluded = tuple(sorted(each.agent for each in record.declined_by)) if record.declined_by else ()
        key = (record.queue, record.medium, record.requirement, excluded)
        found = self._of.get(key)
        if found is None:
            if len(self.numbered) > CLASSES_KEPT and len(self.numbered) > 4 * sum(
                1 for each in self.numbered if each.live
            ):
                self.defined_anew(self._queues)
            found = WorkClass(len(self.numbered), key)
            self.numbered.append(found)
            self._place(found)
        return found

    def _place(self, work_class: WorkClass) -> None:
        self._of[work_class.key] = work_class
        work_class.tiers = work_class.present = None
        work_class.ages = self._queues[work_class.queue].age_percent != 100
        work_class.mask = self._seats.mask_of(work_class.requirement) | self._seats.lent_to(work_class.queue)
        for agent in work_class.excluded:
            if (seat := self._seats.of.get(agent)) is not None:
                work_class.mask &= ~(1 << seat.number)
        work_class.members = format(work_class.mask, f"0{len(self._seats.numbered) or 1}b")[::-1]
