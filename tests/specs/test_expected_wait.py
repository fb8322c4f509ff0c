"""What is told of the wait that is to come: an interval from the line as it stands, or nothing while unsure."""

from itertools import cycle, pairwise

import pytest

from history.core import routing as facts
from history.core.routing_records import PaceRecord
from history.core.routing_settings import Overflow, QueueSettings, RelaxationStep
from history.core.routing_work import Expected
from history.core.vocabulary import EndedBy, InteractionId, Medium, MovedBecause, Presence, QueueId, Requirement
from router.core.pace import SCORED_LEAST
from router.core.queueing import expected_still
from router.core.snapshot import snapshot
from tests.specs.center import Center, a_queue, an_agent

SALES = QueueId("sales")
SERVICE = QueueId("service")
LENGTHS = (40, 90, 60, 45, 75, 50)
"""How long agents are taken by one call after the other (s)."""


def a_center(*overflow: Overflow, **more: QueueSettings) -> Center:
    """Ann and ben take calls for sales and service, cem those for service alone."""
    queues = (
        more.get("sales", a_queue("sales", Medium.VOICE, "french", overflow=overflow)),
        a_queue("service", Medium.VOICE),
    )
    agents = (an_agent("ann", "french"), an_agent("ben", "french"), an_agent("cem"), an_agent("dora"))
    return Center(agents=agents, queues=queues)


def queued(center: Center, interaction: InteractionId) -> facts.InteractionQueued:
    for fact in center.found(facts.InteractionQueued):
        assert isinstance(fact, facts.InteractionQueued)
        if fact.interaction == interaction:
            return fact
    raise AssertionError(f"{interaction} never came")


def told(center: Center, interaction: InteractionId) -> Expected:
    """What this caller was told; a test that asks expects that it was something."""
    expected = queued(center, interaction).expected
    assert expected is not None, "unknown"
    return expected


def pace(center: Center, queue: QueueId = SALES) -> PaceRecord:
    return center.engine.state.paces[queue]


def one_after_the_other(center: Center, calls: int, queue: str = "sales", agent: str = "ann") -> None:
    """The agent has a call, another waits, so many times over; in the end both are gone and the agent is free."""
    center.arrives(queue)
    lengths = cycle(LENGTHS)
    for _ in range(calls):
        handling = center.takes(agent)
        center.arrives(queue)
        center.after(seconds=next(lengths))
        center.leg_ends(handling, EndedBy.CUSTOMER)
        center.wraps_up(agent, handling)
    handling = center.takes(agent)
    center.leg_ends(handling, EndedBy.CUSTOMER)
    center.wraps_up(agent, handling)


def a_calibrated_center(*overflow: Overflow) -> Center:
    center = a_center(*overflow)
    center.signs_in("ann")
    one_after_the_other(center, 2 * SCORED_LEAST)
    return center


def test_where_somebody_is_free_the_wait_is_nothing() -> None:
    center = a_center()
    center.signs_in("ann")
    caller = center.arrives("sales")
    assert told(center, caller) == Expected(0, 0)


def test_before_anybody_has_been_served_it_is_unknown() -> None:
    center = a_center()
    center.signs_in("ann")
    center.arrives("sales")
    caller = center.arrives("sales")
    assert (queued(center, caller).expected, queued(center, caller).unsure) == (None, None)


def test_where_nobody_is_ready_it_is_unknown() -> None:
    center = a_calibrated_center()
    center.chooses("ann", Presence.NOT_READY, "break")
    caller = center.arrives("sales")
    assert (queued(center, caller).expected, queued(center, caller).unsure) == (None, None)


def test_before_enough_has_been_scored_it_is_reckoned_and_not_told() -> None:
    center = a_center()
    center.signs_in("ann")
    one_after_the_other(center, SCORED_LEAST)
    assert pace(center).scored == SCORED_LEAST - 1, "the first one who waited found nothing to reckon with"
    center.arrives("sales")
    caller = center.arrives("sales")
    fact = queued(center, caller)
    assert fact.expected is None
    assert fact.unsure is not None
    assert 20_000 < fact.unsure.p50_ms < fact.unsure.p90_ms


def test_each_one_ahead_makes_it_longer_and_who_is_due_earlier_is_ahead() -> None:
    center = a_calibrated_center()
    center.arrives("sales")
    line = [told(center, center.arrives("sales")) for _ in range(12)]
    assert [each.ahead for each in line] == list(range(12))
    long = [each.p50_ms for each in line[8:]]
    assert long == sorted(set(long)), "within a long line each place counts"
    assert line[11].p50_ms > 4 * line[0].p50_ms
    assert all(each.p50_ms < each.p90_ms for each in line)
    urgent = told(center, center.arrives("sales", due_ms=center.now_ms - 3_600_000))
    assert urgent.ahead == 0
    assert urgent.p50_ms == line[0].p50_ms


def test_agents_who_come_and_go_count_at_once() -> None:
    center = a_calibrated_center()
    for _ in range(10):
        center.arrives("sales")
    alone = told(center, center.arrives("sales"))
    center.signs_in("ben")
    center.takes("ben")
    together = told(center, center.arrives("sales"))
    assert together.p50_ms < 0.7 * alone.p50_ms
    center.chooses("ann", Presence.NOT_READY, "break")
    assert told(center, center.arrives("sales")).p50_ms > 1.4 * together.p50_ms


def test_those_of_another_queue_count_where_they_want_the_same_agents() -> None:
    center = a_calibrated_center()
    center.arrives("sales")
    center.takes("ann")
    for _ in range(6):
        center.arrives("service")
    center.after(seconds=60)
    shared = told(center, center.arrives("sales"))
    assert shared.ahead == 6
    for agent in ("cem", "dora"):
        center.signs_in(agent)
        center.takes(agent)
    center.after(seconds=60)
    # Four of service still wait, and one of three who could take them is ann.
    assert told(center, center.arrives("sales")).ahead == 1 + round(4 / 3)


def test_rivals_are_looked_at_once_a_second_and_what_was_found_stands_in_the_fact() -> None:
    center = a_calibrated_center()
    one_after_the_other(center, 2, "service")
    center.arrives("sales")
    center.takes("ann")
    for _ in range(3):
        center.arrives("service")
    center.after(seconds=60)
    first = queued(center, center.arrives("sales"))
    assert first.rivals is not None
    assert first.rivals.ahead == 3_000
    assert first.rivals.work_ms > 0
    kept = center.engine.state.rivals[SALES, first.requirement]
    assert (kept.ahead, kept.work_ms, kept.at_ms) == (first.rivals.ahead, first.rivals.work_ms, center.now_ms)
    for _ in range(3):
        center.arrives("service")
    second = queued(center, center.arrives("sales"))
    assert second.rivals is None, "it is too soon"
    assert second.expected is not None
    assert second.expected.ahead == 4, "one of sales and three of service, as they were kept"
    center.after(seconds=1)
    third = queued(center, center.arrives("sales"))
    assert third.rivals is not None
    assert third.rivals.ahead > first.rivals.ahead
    for engine in (center.recovered(), center.from_snapshot()):
        assert engine.state.rivals == center.engine.state.rivals


def test_what_somebody_in_another_place_finds_is_not_kept_for_others() -> None:
    center = a_calibrated_center()
    center.arrives("sales")
    center.takes("ann")
    for _ in range(3):
        center.arrives("service")
    center.after(seconds=60)
    urgent = queued(center, center.arrives("sales", due_ms=center.now_ms - 3_600_000))
    assert urgent.expected is not None
    assert urgent.expected.ahead == 0
    assert urgent.rivals is None
    usual = queued(center, center.arrives("sales"))
    assert usual.rivals is not None
    assert usual.rivals.ahead == 3_000


def test_who_goes_on_to_another_queue_at_once_leaves_in_both_what_was_found() -> None:
    center = a_calibrated_center(Overflow(when=MovedBecause.LENGTH, length=1, to=SERVICE))
    one_after_the_other(center, 2, "service")
    center.arrives("sales")
    center.takes("ann")
    center.arrives("sales")
    center.after(seconds=60)
    caller = center.arrives("sales")
    visits = [
        fact
        for fact in center.found(facts.InteractionQueued)
        if isinstance(fact, facts.InteractionQueued) and fact.interaction == caller
    ]
    assert [fact.queue for fact in visits] == [SALES, SERVICE]
    here, there = (fact.rivals for fact in visits)
    assert here is not None
    assert there is not None
    assert (here.ahead, there.ahead) == (0, 2_000), "to service those in sales are rivals, the one who goes among them"
    kept = center.engine.state.rivals
    assert {each.queue: each.ahead for each in kept.values()} == {SALES: 0, SERVICE: 2_000}
    assert center.recovered().state.rivals == kept


def test_a_step_that_asks_more_agents_shortens_it() -> None:
    step = RelaxationStep(after_ms=30_000, widen=Requirement("anyone"))
    center = a_center(sales=a_queue("sales", Medium.VOICE, "french", relaxation=(step,)))
    center.signs_in("ann")
    one_after_the_other(center, 2 * SCORED_LEAST)
    for agent in ("cem", "dora"):
        center.signs_in(agent)
        center.arrives("service")
    center.arrives("sales")
    for _ in range(8):
        center.arrives("sales")
    wide = told(center, center.arrives("sales"))
    for agent in ("cem", "dora"):
        center.chooses(agent, Presence.NOT_READY, "break")
    narrow = told(center, center.arrives("sales"))
    assert wide.p50_ms < 0.6 * narrow.p50_ms


def test_who_waits_can_be_told_again_how_long_it_still_is() -> None:
    center = a_calibrated_center()
    center.arrives("sales")
    handling = center.takes("ann")
    callers = [center.arrives("sales") for _ in range(9)]
    state = center.engine.state
    before = expected_still(state, state.interactions[callers[-1]], center.now_ms)
    assert before is not None
    assert before.ahead == 8
    center.leg_ends(handling, EndedBy.CUSTOMER)
    center.wraps_up("ann", handling)
    center.takes("ann")
    after = expected_still(state, state.interactions[callers[-1]], center.now_ms)
    assert after is not None
    assert after.p50_ms < before.p50_ms


def test_who_leaves_is_not_scored_and_makes_the_line_shorter_for_those_to_come() -> None:
    center = a_calibrated_center()
    scored = pace(center).scored
    center.arrives("sales")
    center.takes("ann")
    for _ in range(20):
        caller = center.arrives("sales")
        center.after(seconds=30)
        center.customer_leaves(caller)
    assert pace(center).scored == scored
    assert pace(center).left_ppm > 0
    ahead = [center.arrives("sales") for _ in range(9)]
    patient = a_calibrated_center()
    patient.arrives("sales")
    others = [patient.arrives("sales") for _ in range(9)]
    assert told(center, ahead[-1]).p50_ms < told(patient, others[-1]).p50_ms


def test_what_was_told_and_holds_no_longer_is_told_no_longer() -> None:
    center = a_calibrated_center()
    center.arrives("sales")
    assert told(center, center.arrives("sales"))
    center.takes("ann")
    for _ in range(20):  # each handling is suddenly a hundred times as long
        center.after(seconds=6_000)
        handling = center.handling_of("ann")
        center.leg_ends(handling, EndedBy.CUSTOMER)
        center.wraps_up("ann", handling)
        center.takes("ann")
        caller = center.arrives("sales")
        if queued(center, caller).expected is None:
            break
    assert queued(center, caller).unsure is not None
    assert pace(center).held_90_ppm < 650_000


def test_a_snapshot_keeps_all_that_has_been_learnt() -> None:
    center = a_calibrated_center()
    for _ in range(5):
        center.arrives("sales")
    center.after(seconds=3)
    assert snapshot(center.from_snapshot().state) == snapshot(center.engine.state)
    assert snapshot(center.recovered().state) == snapshot(center.engine.state)
    here = told(center, center.arrives("sales"))
    center.engine = center.recovered()
    assert center.engine.state.interactions[InteractionId(f"v-{center.arrived}")].expected == here


def tellings(center: Center) -> list[tuple[int, int | None]]:
    return [
        (at_ms, fact.p50_ms)
        for at_ms, fact in center.journal
        if isinstance(fact, facts.ExpectedWaitTold) and fact.queue == SALES
    ]


def test_screens_are_told_when_it_has_changed_and_ten_seconds_apart() -> None:
    center = a_calibrated_center()
    center.after(seconds=60)
    assert tellings(center)[-1][1] == 0, "ann is free"
    before = len(tellings(center))
    center.arrives("sales")
    center.takes("ann")
    for _ in range(30):
        center.arrives("sales")
        center.after(seconds=1)
    rising = tellings(center)[before:]
    assert 2 <= len(rising) <= 4
    assert all(later[0] - earlier[0] >= 10_000 for earlier, later in pairwise(rising))
    center.after(seconds=30)
    before = len(tellings(center))
    center.after(seconds=3_600)
    assert len(tellings(center)) == before, "nothing has happened"
    center.chooses("ann", Presence.NOT_READY, "break")
    center.after(seconds=15)
    assert tellings(center)[-1][1] is None, "nobody is there"


def test_a_queue_whose_wait_is_too_long_sends_on_who_comes() -> None:
    rule = Overflow(when=MovedBecause.EXPECTED_WAIT, to=SERVICE, wait_ms=120_000)
    center = a_calibrated_center(rule)
    center.arrives("sales")
    callers = [center.arrives("sales") for _ in range(12)]
    gone = [each for each in callers if told(center, each).p50_ms >= 120_000]
    stayed = [each for each in callers if each not in gone]
    assert gone
    assert stayed
    state = center.engine.state
    assert {state.interactions[each].queue for each in gone} == {"service"}
    assert {state.interactions[each].queue for each in stayed} == {"sales"}
    moved = center.last(facts.VisitMoved)
    assert isinstance(moved, facts.VisitMoved)
    assert moved.because is MovedBecause.EXPECTED_WAIT


@pytest.mark.parametrize("ready", [True, False])
def test_what_is_unknown_sends_nobody_on(ready: bool) -> None:
    center = a_center(Overflow(when=MovedBecause.EXPECTED_WAIT, to=SERVICE, wait_ms=1_000))
    if ready:
        center.signs_in("ann")
    for _ in range(10):
        center.arrives("sales")
    assert not center.found(facts.VisitMoved)
