"""What is promised of blind transfers: nobody loses their place, and nobody is sent where nobody could serve them."""

import pytest

from history.core import routing as facts
from history.core.call_words import CallAct, TransferKind
from history.core.routing_settings import Hours, OpenInterval
from history.core.vocabulary import (
    AgentId,
    EndedBy,
    HandlingPhase,
    HoursId,
    InteractionPhase,
    LegId,
    Medium,
    OutcomeReason,
    Presence,
    SwitchName,
)
from router.core import inputs
from router.core.call_inputs import CallHandedOver
from router.core.effects import ArrangeCall, SendCustomer
from tests.specs.center import DEFAULT_QUEUES, Outcome, a_queue, closed_as
from tests.specs.talks import HOLD, QUEUE, Talks, a_floor


@pytest.fixture
def center() -> Talks:
    return a_floor()


def test_a_caller_is_passed_to_a_queue_and_offered_once_they_are_back_at_its_music(center: Talks) -> None:
    caller, handling = center.talks("ann")
    arrived = center.engine.state.interactions[caller].arrived_ms
    center.after(seconds=60)
    assert center.hands_over("ann", to_queue="service").outcome is Outcome.ACCEPTED
    assert center.engine.state.handlings[handling].phase is HandlingPhase.WRAP_UP
    record = center.engine.state.interactions[caller]
    assert (record.queue, record.phase, record.arrived_ms) == ("service", InteractionPhase.PASSING, arrived)
    assert record.due_ms == arrived + 20_000
    order = center.last_order()
    assert (order.customer, order.legs) == (QUEUE, ())
    center.expect_no_offer("ben")
    center.arranged()
    center.expect_offer("ben", caller)


def test_their_wait_begins_anew_as_they_are_passed_on(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.after(seconds=60)
    center.hands_over("ann", to_queue="service")
    center.after(seconds=2)
    center.arranged()
    center.takes("ben")
    answered = center.last(facts.VisitAnswered)
    assert isinstance(answered, facts.VisitAnswered)
    assert (answered.interaction, answered.visit, answered.wait_ms) == (caller, f"{caller}/2", 2_000)


def test_the_transfer_is_told(center: Talks) -> None:
    center.talks("ann")
    center.hands_over("ann", to_queue="service")
    told = center.last(facts.HandlingTransferred)
    ended = center.last(facts.WrapUpStarted)
    assert isinstance(told, facts.HandlingTransferred) and isinstance(ended, facts.WrapUpStarted)
    assert (told.kind, told.agent, told.to_queue) == (TransferKind.BLIND, "ann", "service")
    assert ended.by is EndedBy.AGENT


def test_a_switch_that_says_nothing_keeps_nobody_from_the_queue_for_longer_than_ten_seconds(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.hands_over("ann", to_queue="service")
    center.after(seconds=9.9)
    center.expect_no_offer("ben")
    center.after(seconds=0.1)
    center.expect_offer("ben", caller)


def test_neither_does_one_that_cannot(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.hands_over("ann", to_queue="service")
    center.cannot_arrange(caller)
    center.expect_offer("ben", caller)


def test_who_is_on_the_way_is_on_the_way_also_after_a_restart(center: Talks) -> None:
    center.talks("ann")
    center.hands_over("ann", to_queue="service")
    for engine in (center.recovered(), center.from_snapshot()):
        (order,) = [each for each in engine.outstanding() if isinstance(each, ArrangeCall)]
        assert order == center.last_order()


def test_who_leaves_on_the_way_has_abandoned_and_is_closed_after_the_wrap_up(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.hands_over("ann", to_queue="service")
    center.after(seconds=6)
    center.customer_leaves(caller)
    assert isinstance(center.last(facts.VisitAbandoned), facts.VisitAbandoned)
    assert closed_as(center, caller) is None
    center.wraps_up("ann", handling)
    assert closed_as(center, caller) == "abandoned"


def test_who_leaves_the_second_queue_before_the_wrap_up_is_closed_after_it(center: Talks) -> None:
    center.chooses("ben", Presence.NOT_READY, "break")
    caller, handling = center.talks("ann")
    center.hands_over("ann", to_queue="service")
    center.arranged()
    center.after(seconds=50)
    center.customer_leaves(caller)
    assert closed_as(center, caller) is None
    center.wraps_up("ann", handling)
    assert closed_as(center, caller) == "abandoned"


def test_signing_out_closes_what_only_waited_for_both_of_ones_wrap_ups() -> None:
    center = a_floor(queues=(a_queue("sales", Medium.VOICE), a_queue("service", Medium.VOICE, "repairs")))
    caller, _ = center.talks("ann")
    center.hands_over("ann", to_queue="sales")
    center.chooses("ben", Presence.NOT_READY, "break")
    center.chooses("cleo", Presence.NOT_READY, "break")
    center.arranged()
    center.wraps_up("ann", center.handling_of("ann"))
    again = center.takes("ann")
    center.hands_over("ann", to_queue="service")
    center.customer_leaves(caller)
    assert closed_as(center, caller) is None
    assert center.engine.state.handlings[again].phase is HandlingPhase.WRAP_UP
    center.chooses("ann", Presence.SIGNED_OUT)
    assert closed_as(center, caller) in (None, "abandoned", "short_abandoned")
    center.wraps_up("ann", again)
    assert closed_as(center, caller) in ("abandoned", "short_abandoned")


def test_nobody_is_passed_to_where_nobody_could_ever_serve_them(center: Talks) -> None:
    center = a_floor(queues=(*DEFAULT_QUEUES, a_queue("french", Medium.VOICE, "french")))
    center.talks("ann")
    refused = center.hands_over("ann", to_queue="french")
    assert (refused.reason, refused.field) == (OutcomeReason.NOBODY_COULD_SERVE, "to_queue")


def test_nobody_is_passed_to_a_closed_queue() -> None:
    office = Hours(hours=HoursId("office"), open=(OpenInterval(from_ms=5_000_000, until_ms=9_000_000),))
    shut = a_queue("night", Medium.VOICE, hours=HoursId("office"))
    center = a_floor(queues=(*DEFAULT_QUEUES, shut), hours=(office,))
    center.talks("ann")
    refused = center.hands_over("ann", to_queue="night")
    assert (refused.reason, refused.field) == (OutcomeReason.QUEUE_CLOSED, "to_queue")


@pytest.mark.parametrize(
    ("whom", "reason", "field"),
    [
        ({}, OutcomeReason.ONE_TARGET, "to_agent"),
        ({"to_queue": "sales", "to_agent": "ben"}, OutcomeReason.ONE_TARGET, "to_agent"),
        ({"to_queue": "mail"}, OutcomeReason.WRONG_MEDIUM, "to_queue"),
        ({"to_queue": "nowhere"}, OutcomeReason.UNKNOWN_QUEUE, "to_queue"),
        ({"to_agent": "nobody"}, OutcomeReason.UNKNOWN_AGENT, "to_agent"),
        ({"to_agent": "ann"}, OutcomeReason.YOURSELF, "to_agent"),
    ],
)
def test_a_target_that_is_none_is_refused_with_its_field(
    center: Talks, whom: dict[str, str], reason: OutcomeReason, field: str
) -> None:
    center.talks("ann")
    refused = center.hands_over("ann", **whom)
    assert (refused.outcome, refused.reason, refused.field) == (Outcome.REFUSED, reason, field)


def test_a_caller_is_passed_to_an_agent_alone_and_to_the_queue_when_they_do_not_answer(center: Talks) -> None:
    caller, _ = center.talks("ann")
    assert center.hands_over("ann", to_agent="cleo").reason is None
    center.arranged()
    center.expect_offer("cleo", caller)
    center.expect_no_offer("ben")
    center.pop_is_shown("cleo")
    center.after(seconds=22.1)
    center.expect_offer("ben", caller)


def test_an_agent_is_named_whatever_the_queue_asks(center: Talks) -> None:
    caller = center.arrives("service")
    center.takes("ben")
    assert center.hands_over("ben", to_agent="cleo").reason is None
    center.arranged()
    center.expect_offer("cleo", caller)


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        ("break", OutcomeReason.NOT_READY),
        ("gone", OutcomeReason.NOT_SIGNED_IN),
        ("unreachable", OutcomeReason.PHONE_UNREACHABLE),
        ("busy", OutcomeReason.PHONE_BUSY),
        ("talks", OutcomeReason.LIMIT_REACHED),
        ("rings", OutcomeReason.OFFER_STANDS),
    ],
)
def test_an_agent_who_could_not_be_offered_a_call_is_refused_at_once_with_the_reason(
    center: Talks, happens: str, reason: OutcomeReason
) -> None:
    center.talks("ann")
    center.chooses("cleo", Presence.NOT_READY, "break")
    match happens:
        case "break":
            center.chooses("ben", Presence.NOT_READY, "break")
        case "gone":
            center.chooses("ben", Presence.SIGNED_OUT)
        case "unreachable":
            center.phone_is_gone("ben")
        case "busy":
            center.tell(inputs.PhoneBusy, agent=AgentId("ben"))
        case "talks":
            center.talks("ben")
        case _:
            center.caller_arrives()
    refused = center.hands_over("ann", to_agent="ben")
    assert (refused.reason, refused.field) == (reason, "to_agent")


def test_a_caller_is_passed_outside(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.hands_over("ann", to_destination="bank")
    assert center.engine.state.interactions[caller].phase is InteractionPhase.SENDING
    (send,) = center.effects_now(SendCustomer)
    assert isinstance(send, SendCustomer) and send.destination == "bank"
    center.tell(inputs.CustomerSent, interaction=caller)
    assert closed_as(center, caller) is None
    center.wraps_up("ann", handling)
    assert closed_as(center, caller) == "sent_outside"


def test_a_caller_who_cannot_be_sent_outside_waits_in_their_old_place(center: Talks) -> None:
    caller, _ = center.talks("ann")
    due = center.engine.state.interactions[caller].due_ms
    center.after(seconds=40)
    center.hands_over("ann", to_destination="bank")
    center.after(seconds=3)
    center.tell(inputs.CustomerNotSent, interaction=caller)
    center.expect_offer("ben", caller)
    record = center.engine.state.interactions[caller]
    assert (record.due_ms, record.queued_ms) == (due, center.now_ms - 3_000)


def test_a_transfer_drops_everybody_else_in_the_call(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.asks_and_reaches("ann", "ben")
    center.hands_over("ann", to_queue="service")
    center.nothing_is_left()
    assert center.last_order().legs == ()
    center.expect_no_offer("ben")
    center.arranged()
    center.expect_offer("ben", caller)


def test_a_hold_ends_with_the_transfer(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.steers("ann", CallAct.HOLD)
    assert center.places(caller)[0] is HOLD
    center.hands_over("ann", to_destination="bank")
    center.nothing_is_left()
    assert center.last_order().legs == ()


def test_chains_of_transfers_keep_the_first_arrival(center: Talks) -> None:
    caller, first = center.talks("ann")
    arrived = center.engine.state.interactions[caller].arrived_ms
    center.hands_over("ann", to_queue="service")
    center.arranged()
    second = center.takes("ben")
    center.hands_over("ben", to_agent="cleo")
    center.arranged()
    third = center.takes("cleo")
    assert center.engine.state.interactions[caller].arrived_ms == arrived
    assert center.last_order().arrangement == 2
    center.customer_leaves(caller)
    for agent, handling in (("ann", first), ("ben", second), ("cleo", third)):
        assert closed_as(center, caller) is None
        center.wraps_up(agent, handling)
    assert closed_as(center, caller) == "handled"


def test_the_leg_that_is_let_go_is_no_news(center: Talks) -> None:
    _, handling = center.talks("ann")
    center.hands_over("ann", to_queue="service")
    offer = center.engine.state.handlings[handling].offer
    assert center.leg_ends(handling, EndedBy.SYSTEM).outcome is Outcome.IGNORED
    late = center.tell(inputs.AgentAnswered, offer=offer, interaction="v-1", agent=AgentId("ann"))
    assert late.outcome is Outcome.IGNORED


def test_a_switch_without_the_call_ends_what_was_on_its_way(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.hands_over("ann", to_queue="service")
    center.tell(inputs.SwitchSeen, switch=SwitchName("s1"), interactions=(), restarted=True)
    center.wraps_up("ann", handling)
    assert closed_as(center, caller) == "switch_restarted"


def test_only_the_owner_hands_over(center: Talks) -> None:
    _, handling = center.talks("ann")
    refused = center.tell(CallHandedOver, agent=AgentId("ben"), handling=handling, to_queue="service")
    assert refused.reason is OutcomeReason.NOT_YOURS
    assert LegId("o1") not in center.engine.state.legs
