"""Who is next: due times, what moves them, and what a supervisor does to waiting work. The wait counts on."""

import pytest

from history.core import routing as facts
from history.core.entries import Fact
from history.core.vocabulary import AgentId, InteractionId, Medium, Outcome, OutcomeReason, Presence, QueueId, UserId
from router.core import inputs
from router.core.order import due_at_ms, due_ms, moved_ms
from tests.specs.center import Center, a_queue, an_agent

SALES = a_queue("sales", Medium.VOICE, priority_step_ms=4_000, value_step_ms=100, moved_max_ms=15_000)
QUEUES = (
    SALES,
    a_queue("service", Medium.VOICE, "repairs", target_s=60),
    a_queue("mail", Medium.MAIL, target_s=3600),
)
MAX = UserId("max")


def a_center(*agents: str) -> Center:
    return Center(agents=tuple(an_agent(agent, "repairs") for agent in agents), queues=QUEUES)


def due_of(center: Center, interaction: InteractionId) -> int:
    return center.engine.state.interactions[interaction].due_ms - center.now_ms


@pytest.mark.parametrize(
    ("priority", "value", "moved"),
    [(0, 0, 0), (2, 0, 8_000), (-2, 0, -8_000), (0, 50, 5_000), (3, 50, 15_000), (-10, 0, -15_000), (-1, 60, 2_000)],
)
def test_priority_and_value_move_the_due_time_up_to_the_cap(priority: int, value: int, moved: int) -> None:
    assert moved_ms(SALES, priority, value) == moved
    assert due_ms(SALES, 1_000, priority, value) == 1_000 + 20_000 - moved


def test_what_is_late_counts_as_later_still_up_to_the_cap_and_never_changes_the_order_within_a_queue() -> None:
    assert due_at_ms(10_000, 9_000, 300, 5_000) == 10_000
    assert due_at_ms(10_000, 11_000, 300, 5_000) == 8_000
    assert due_at_ms(10_000, 60_000, 300, 5_000) == 5_000
    for now_ms in range(9_000, 30_000, 500):
        assert [due_at_ms(due, now_ms, 250, 7_000) for due in range(8_000, 20_000, 300)] == sorted(
            due_at_ms(due, now_ms, 250, 7_000) for due in range(8_000, 20_000, 300)
        )


def test_a_late_call_gains_on_a_later_mail_where_its_queue_says_so() -> None:
    mail = a_queue("mail", Medium.MAIL, target_s=1)
    for age_percent, first in ((100, "mail"), (300, "voice")):
        call = a_queue("sales", Medium.VOICE, target_s=5, age_percent=age_percent, age_max_ms=60_000)
        center = Center(agents=(an_agent("ann"),), queues=(call, mail))
        center.arrives("mail")
        center.arrives("sales")
        center.after(seconds=20)
        center.signs_in("ann")
        made = center.found(facts.OfferMade)[0]
        assert isinstance(made, facts.OfferMade)
        assert made.medium == first


def test_a_dearer_and_a_more_pressing_caller_come_first() -> None:
    center = a_center("ann")
    plain = center.arrives("sales")
    dear = center.arrives("sales", value=100)
    pressing = center.arrives("sales", priority=3)
    assert [due_of(center, each) for each in (plain, dear, pressing)] == [20_000, 10_000, 8_000]
    center.signs_in("ann")
    center.expect_offer("ann", pressing)


def test_another_priority_moves_waiting_work_at_once_and_leaves_its_wait_alone() -> None:
    center = a_center("ann")
    first = center.arrives("sales")
    center.after(seconds=2)
    second = center.arrives("sales")
    center.after(seconds=3)
    assert center.tell(inputs.WorkPrioritised, interaction=second, priority=2, by=MAX).outcome is Outcome.ACCEPTED
    center.signs_in("ann")
    center.expect_offer("ann", second)
    assert waited(center.last(facts.OfferMade)) == 3_000
    assert center.engine.state.interactions[first].due_ms > center.engine.state.interactions[second].due_ms


def waited(fact: Fact) -> int:
    assert isinstance(fact, facts.OfferMade)
    return fact.waited_ms


def test_moved_work_stands_in_the_other_queue_as_if_it_had_arrived_there() -> None:
    center = a_center("ann")
    caller = center.arrives("sales", priority=1)
    arrived_ms = center.now_ms
    center.after(seconds=7)
    center.tell(inputs.WorkMoved, interaction=caller, to=QueueId("service"), by=MAX)
    record = center.engine.state.interactions[caller]
    assert (record.queue, record.requirement) == ("service", "repairs")
    assert (record.arrived_ms, record.queued_ms, record.due_ms) == (arrived_ms, arrived_ms, arrived_ms + 60_000)
    moved = center.last(facts.VisitMoved)
    assert isinstance(moved, facts.VisitMoved)
    assert (moved.queue, moved.to, moved.wait_ms, moved.by) == ("sales", "service", 7_000, MAX)
    center.after(seconds=3)
    center.signs_in("ann")
    center.takes("ann")
    answered = center.last(facts.VisitAnswered)
    assert isinstance(answered, facts.VisitAnswered)
    assert (answered.visit, answered.wait_ms) == (f"{caller}/2", 10_000)


def test_moving_what_rings_takes_the_ring_back() -> None:
    center = a_center("ann")
    center.signs_in("ann")
    caller = center.arrives("sales")
    center.pop_is_shown("ann")
    center.tell(inputs.WorkMoved, interaction=caller, to=QueueId("service"))
    assert center.found(facts.OfferWithdrawn)
    assert center.found(facts.RingingToStop)
    center.expect_offer("ann", caller)


def test_parked_work_is_offered_to_nobody_until_its_time_and_then_has_its_old_place() -> None:
    center = a_center("ann")
    parked = center.arrives("mail")
    center.after(seconds=10)
    center.tell(inputs.WorkParked, interaction=parked, until_ms=center.now_ms + 60_000, by=MAX)
    later = center.arrives("mail")
    center.signs_in("ann", phone=False)
    center.expect_offer("ann", later)
    handling = center.takes("ann")
    center.after(seconds=59)
    center.expect_no_offer("ann")
    center.after(seconds=1)
    center.expect_offer("ann", parked)
    assert waited(center.last(facts.OfferMade)) == 70_000
    center.ends("ann", handling)


def test_parked_work_can_be_resumed_and_taken_before_its_time() -> None:
    center = a_center("ann")
    mail = center.arrives("mail")
    center.tell(inputs.WorkParked, interaction=mail, until_ms=center.now_ms + 60_000)
    center.signs_in("ann")
    center.expect_no_offer("ann")
    center.tell(inputs.WorkResumed, interaction=mail, by=MAX)
    center.expect_offer("ann", mail)


def test_work_that_is_pulled_is_its_agents_at_once_and_passes_their_limits() -> None:
    center = a_center("ann")
    mails = [center.arrives("mail") for _ in range(4)]
    center.signs_in("ann")
    center.takes("ann")
    center.takes("ann")
    center.expect_no_offer("ann")
    assert center.tell(inputs.WorkPulled, interaction=mails[3], agent="ann").outcome is Outcome.ACCEPTED
    assert len(center.engine.state.seats.of[AgentId("ann")].handlings) == 3
    center.expect_no_offer("ann")


def test_a_pulled_call_rings_also_while_its_agent_is_not_ready() -> None:
    center = a_center("ann")
    center.signs_in("ann")
    center.chooses("ann", Presence.NOT_READY, "break")
    caller = center.arrives("sales")
    center.tell(inputs.WorkPulled, interaction=caller, agent="ann", by=MAX)
    center.expect_offer("ann", caller)
    center.takes("ann")
    assert center.tell(inputs.WorkPulled, interaction=center.arrives("sales"), agent="ann").reason is (
        OutcomeReason.WORK_IN_HAND
    )


@pytest.mark.parametrize(
    ("kind", "what", "reason"),
    [
        (inputs.WorkPrioritised, {"priority": 11}, OutcomeReason.OUT_OF_RANGE),
        (inputs.WorkPrioritised, {"priority": 0}, OutcomeReason.NO_CHANGE),
        (inputs.WorkMoved, {"to": "nowhere"}, OutcomeReason.UNKNOWN_QUEUE),
        (inputs.WorkMoved, {"to": "mail"}, OutcomeReason.WRONG_MEDIUM),
        (inputs.WorkMoved, {"to": "sales"}, OutcomeReason.NO_CHANGE),
        (inputs.WorkParked, {"until_ms": 5}, OutcomeReason.OUT_OF_RANGE),
        (inputs.WorkParked, {"until_ms": 10**13}, OutcomeReason.OUT_OF_RANGE),
        (inputs.WorkResumed, {}, OutcomeReason.NO_CHANGE),
        (inputs.WorkPulled, {"agent": "nobody"}, OutcomeReason.UNKNOWN_AGENT),
        (inputs.WorkPulled, {"agent": "ann"}, OutcomeReason.WORK_IN_HAND),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason_and_changes_nothing(
    kind: type, what: dict[str, object], reason: OutcomeReason
) -> None:
    center = a_center("ann")
    caller = center.arrives("sales")
    before = center.engine.state.interactions[caller]
    assert center.tell(kind, interaction=caller, **what).reason is reason
    assert center.engine.state.interactions[caller] == before
    assert isinstance(center.journal[-1][1], facts.InputTaken)


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (inputs.WorkPrioritised, {"priority": 1}),
        (inputs.WorkMoved, {"to": "service"}),
        (inputs.WorkParked, {"until_ms": 2_000_000}),
        (inputs.WorkPulled, {"agent": "ann"}),
    ],
)
def test_only_what_waits_can_be_steered(kind: type, what: dict[str, object]) -> None:
    center = a_center("ann")
    center.signs_in("ann")
    caller = center.arrives("sales")
    handling = center.takes("ann")
    assert center.tell(kind, interaction=caller, **what).reason is OutcomeReason.NOT_WAITING
    center.customer_leaves(caller)
    center.wraps_up("ann", handling)
    assert center.tell(kind, interaction=caller, **what).reason is OutcomeReason.INTERACTION_CLOSED
    assert center.tell(kind, interaction="v-none", **what).reason is OutcomeReason.UNKNOWN_INTERACTION
