"""Bugs planted in the engine's source, one at a time, for days with faults to find.

`python -m tests.simulation.planted NAME` plays days with that bug until one fails, and prints what was found. The
source is changed as the module is loaded, in a process of its own; a text that is no longer there is said, so that a
bug never quietly ceases to be planted.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

SEEDS_MAX = 60
NOT_FOUND = "nothing noticed"


class Bug(NamedTuple):
    """`before` in a module of the engine is replaced by `after`, once."""

    kind: str
    module: str
    before: str
    after: str


BUGS: dict[str, Bug] = {
    "one more than the limit": Bug(
        "capacity", "router.core.capacity", "held.count(medium) >= wanted.limit", "held.count(medium) > wanted.limit"
    ),
    "weights beyond the whole": Bug(
        "capacity", "router.core.capacity", "return load <= FULL", "return load <= FULL + 30"
    ),
    "own calls are no load": Bug(
        "capacity", "router.core.capacity", "held += [work.medium for work in self.works.values()]", "pass"
    ),
    "two questions at a time": Bug(
        "capacity",
        "router.core.capacity",
        "if wanted.interruptible or offered is None or not offered.interruptible:",
        "if offered is None:",
    ),
    "the last one first": Bug(
        "order",
        "router.core.waiting",
        "entry: Entry = (record.due_ms, record.arrived_ms,",
        "entry: Entry = (-record.due_ms, record.arrived_ms,",
    ),
    "a priority that moves nothing": Bug(
        "order",
        "router.core.applying_to_work",
        "interaction.priority, interaction.due_ms = fact.priority, fact.due_ms",
        "interaction.priority = fact.priority",
    ),
    "back in the queue as if just arrived": Bug(
        "order",
        "router.core.queueing",
        "step, due = min(max(0, gone_by), len(found) - 1), record.due_ms",
        "step, due = min(max(0, gone_by), len(found) - 1), now_ms + queue.target_ms",
    ),
    "a moved wait begins anew": Bug(
        "order",
        "router.core.applying_to_work",
        "return earlier.queued_ms if waited_on else at_ms",
        "return at_ms",
    ),
    "offers that never expire": Bug(
        "offer end",
        "router.core.keeping",
        'state.add_deadline(record.expires_at_ms, "offer", record.offer)',
        "pass",
    ),
    "declined and offered again": Bug(
        "offer end",
        "router.core.waiting",
        "excluded = tuple(sorted(each.agent for each in record.declined_by)) if record.declined_by else ()",
        "excluded = ()",
    ),
    "a late answer, and what was offered meanwhile stays offered": Bug(
        "offer end",
        "router.core.late_answers",
        "if interaction.offer is not None:",
        "if interaction.offer is None:",
    ),
    "a ring that is never stopped": Bug(
        "offer end",
        "router.core.outstanding",
        "yield StopRinging(offer=fact.offer, interaction=fact.interaction)",
        "yield from ()",
    ),
    "closed with the customer still there": Bug(
        "wrap-up", "router.core.decision", "if interaction.customer_gone and not self.is_open", "if not self.is_open"
    ),
    "a wait told too long": Bug(
        "wait",
        "router.core.decision",
        "wait_ms = max(0, self.now_ms - interaction.queued_ms)",
        "wait_ms = 1 + max(0, self.now_ms - interaction.queued_ms)",
    ),
    "offered before a planned break": Bug("presence", "router.core.capacity", " or record.planned is not None", ""),
    "a snapshot forgets who declined": Bug(
        "snapshot",
        "router.core.restoring",
        'state.add_deadline(declined.until_ms, "declined", record.interaction)',
        "pass",
    ),
    "a wrap-up that never ends": Bug(
        "wrap-up",
        "router.core.deadlines",
        "if handling.wrap_up_ends_at_ms <= at_ms and (handling.timed or unattended):",
        "if handling.wrap_up_ends_at_ms <= at_ms and unattended:",
    ),
    "steps that are never taken": Bug(
        "relaxation",
        "router.core.keeping",
        'state.add_deadline(record.next_step_ms, "step", record.interaction)',
        "pass",
    ),
    "relaxed and no longer in line": Bug(
        "relaxation",
        "router.core.applying_to_work",
        "    if stands:\n        state.waiting.add(interaction)\n    put_steps(state, interaction)",
        "    put_steps(state, interaction)",
    ),
    "a requirement that nobody asks": Bug(
        "requirement",
        "router.core.waiting",
        "work_class.mask = self._seats.mask_of(work_class.requirement)",
        "work_class.mask = (1 << len(self._seats.numbered)) - 1",
    ),
    "work handed on while it is offered": Bug(
        "transfer",
        "router.core.steering",
        "deciding.take_back(record, WithdrawnBecause.MOVED)\n    deciding.move(",
        "deciding.move(",
    ),
    "work handed on without its arrival": Bug(
        "transfer",
        "router.core.queueing",
        "arrived_ms=record.arrived_ms,\n        due_ms=due,",
        "arrived_ms=now_ms,\n        due_ms=due,",
    ),
    "parked for ever": Bug(
        "steering",
        "router.core.keeping",
        'state.add_deadline(record.parked_until_ms, "parked", record.interaction)',
        "pass",
    ),
    "held for what has gone": Bug(
        "fairness", "router.core.keeping", "let_go(state, state.held_for.get(interaction))", "pass"
    ),
    "calls that ended in a gap go on": Bug(
        "recovery", "router.core.arrivals", "if record.interaction in seen:", "if True:"
    ),
    "an older engine's news": Bug(
        "recovery", "router.core.engine", "if given.source_epoch < record.epoch:", "if given.source_epoch < 0:"
    ),
    "nothing is outstanding": Bug(
        "recovery", "router.core.engine", "return tuple(outstanding(self.state))", "return ()"
    ),
    "what comes twice counts twice": Bug(
        "duplicate input",
        "router.core.engine",
        "if given.source_number > record.number:",
        "if given.source_number >= record.number:",
    ),
    "a snapshot without works": Bug(
        "snapshot", "router.core.snapshot", "records.WorkRestored(record=", "records.WorkRestored(record=None and "
    ),
    "a reserve that is one too small": Bug(
        "blending", "router.core.blending", "each.count <= each.keep", "each.count < each.keep"
    ),
    "lent again at once": Bug(
        "blending", "router.core.lending", "now_ms >= record.recalled_ms + AGAIN_MS", "now_ms >= record.recalled_ms"
    ),
    "called back before the shortest stay": Bug(
        "blending", "router.core.lending", "now_ms < since_ms + rule.stay_ms", "now_ms < since_ms"
    ),
    "a floor that keeps nobody": Bug(
        "blending",
        "router.core.blending",
        "floor.at_work.bit_count() <= floor.rule.agents_min",
        "floor.at_work.bit_count() < floor.rule.agents_min",
    ),
    "a share that forgets who goes on": Bug(
        "blending",
        "router.core.applying_to_offers",
        "note_handling(state, handling, 1, at_ms)",
        "pass",
    ),
    "a reservation without an end": Bug(
        "blending",
        "router.core.keeping",
        'state.add_deadline(record.until_ms, "reservation", record.reservation)',
        "pass",
    ),
    "a snapshot forgets who is lent": Bug(
        "blending",
        "router.core.keeping",
        "    if record.lent is not None:\n        put_lent(state, record)\n",
        "",
    ),
    "a snapshot forgets the parked": Bug(
        "snapshot",
        "router.core.restoring",
        "        put_waiting(state, record)\n",
        "        if record.parked_until_ms is None:\n            put_waiting(state, record)\n",
    ),
    "who comes a little late comes in time": Bug(
        "hours",
        "router.core.opening",
        "_interval_at(intervals, record.came_ms) is None",
        "_interval_at(intervals, record.came_ms - 300_000) is None",
    ),
    "closing that never ends": Bug(
        "hours", "router.core.opening", "if closing_ms is None:", "if closing_ms is None or closing_ms > 0:"
    ),
    "overflow before its time": Bug(
        "overflow",
        "router.core.overflow",
        "in_time = now_ms - record.entered_ms >= rule.after_ms",
        "in_time = now_ms - record.entered_ms >= rule.after_ms // 2",
    ),
    "overflow that is never looked at": Bug(
        "overflow",
        "router.core.keeping",
        'state.add_deadline(record.entered_ms + rule.after_ms, "overflow", record.interaction)',
        "pass",
    ),
    "a full queue that sends on one too early": Bug(
        "overflow",
        "router.core.overflow",
        "state.waiting.in_queue.get(queue.queue, 0) > rule.length",
        "state.waiting.in_queue.get(queue.queue, 0) >= rule.length",
    ),
    "an emergency that leaves those who wait": Bug(
        "emergency", "router.core.emergency", "_send_all(deciding, given)", "pass"
    ),
    "an emergency without an end": Bug(
        "emergency",
        "router.core.emergency",
        "if known is not None and known.until_ms <= at_ms:",
        "if known is not None and known.until_ms + 600_000 <= deciding.now_ms:",
    ),
    "a hold without an end": Bug(
        "transfer", "router.core.decision", "        self.end_hold(handling)\n        if", "        if"
    ),
    "a lease that outlives its leg": Bug(
        "transfer",
        "router.core.calls",
        "cause=cause, by=by))\n    end_lease(deciding, leg)",
        "cause=cause, by=by))",
    ),
    "offered before the caller is back": Bug("transfer", "router.core.passing_on", "passing=True", "passing=False"),
    "handed over for ever": Bug(
        "transfer",
        "router.core.keeping",
        'state.add_deadline(record.give_up_at_ms, "arrangement", record.interaction)',
        "pass",
    ),
    "a lost agent who is never given up": Bug(
        "transfer",
        "router.core.lost_legs",
        "call.lost is not None and call.lost.until_ms <= at_ms",
        "call.lost is not None and call.lost.until_ms + 600_000 <= at_ms",
    ),
    "the talk counted as a wait": Bug(
        "transfer",
        "router.core.applying_to_work",
        "return earlier.queued_ms if waited_on else at_ms",
        "return earlier.queued_ms",
    ),
    "closed while somebody still writes": Bug(
        "transfer",
        "router.core.decision",
        "writing = self.is_open_still(interaction.interaction)",
        "writing = False",
    ),
    "a snapshot without the further legs": Bug(
        "transfer",
        "router.core.snapshot",
        "for leg in state.legs.values()",
        "for leg in ()",
    ),
    "a caller handed on to nobody": Bug(
        "transfer",
        "router.core.party_news",
        "passing_on.to_queue(deciding, state.interactions[leg.interaction])",
        "pass",
    ),
    "talk credited to who only rang": Bug(
        "transfer",
        "router.core.passing_on",
        "agents = [leg for leg in there if leg.agent is not None]",
        "agents = [leg for leg in rest if leg.agent is not None]",
    ),
}


class Planting(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module with its bug."""

    def __init__(self, bug: Bug) -> None:
        self._bug = bug

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._bug.module:
            return None
        found = importlib.machinery.PathFinder.find_spec(fullname, path)
        if found is None or found.origin is None:
            return None
        return importlib.util.spec_from_file_location(
            fullname, found.origin, loader=_Changed(fullname, found.origin, self._bug)
        )


class _Changed(importlib.machinery.SourceFileLoader):
    def __init__(self, fullname: str, path: str, bug: Bug) -> None:
        super().__init__(fullname, path)
        self._bug = bug

    def get_code(self, fullname: str) -> object:  # type: ignore[override]  # the library's stub wants a CodeType
        source = Path(self.path).read_text(encoding="utf-8")
        if self._bug.before not in source:
            raise SystemExit(f"{self._bug.module} no longer says {self._bug.before!r}; plant the bug elsewhere")
        return compile(source.replace(self._bug.before, self._bug.after, 1), self.path, "exec")


def main(name: str) -> None:
    """Play days with this bug until one fails."""
    sys.meta_path.insert(0, Planting(BUGS[name]))
    from router.simulation.errors import SeedFailed
    from router.simulation.faultday import fault_day

    for seed in range(SEEDS_MAX):
        try:
            fault_day(seed)
        except SeedFailed as found:
            print(found)
            return
    raise SystemExit(NOT_FOUND)


if __name__ == "__main__":
    main(sys.argv[1])
