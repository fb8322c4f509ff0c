"""What is promised of holds: by the desk or by the phone's own key, each has its beginning and its end."""

import pytest

from history.core import routing as facts
from history.core.call_words import CallAct, HeldBy
from history.core.vocabulary import AgentId, EndedBy, LegId, OutcomeReason
from router.core.call_inputs import CallSteered, PhoneHeld, PhoneResumed
from router.core.effects import ArrangeCall, HangUpCustomer
from tests.specs.center import closed_as
from tests.specs.talks import HOLD, TALK, Talks, a_floor


@pytest.fixture
def center() -> Talks:
    return a_floor()


def test_a_customer_is_put_on_hold_and_taken_back(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.steers("ann", CallAct.HOLD)
    order = center.last_order()
    assert (order.customer, dict(order.legs)) == (HOLD, {"o1": TALK})
    center.arranged()
    center.after(seconds=12)
    center.steers("ann", CallAct.RESUME)
    assert center.places(caller) == (TALK, [TALK])
    ended = center.last(facts.HoldEnded)
    assert isinstance(ended, facts.HoldEnded) and ended.held_ms == 12_000 and ended.by is HeldBy.DESK
    assert order.arrangement == 1 and center.last_order().arrangement == 2


def test_what_is_so_already_changes_nothing(center: Talks) -> None:
    center.talks("ann")
    assert center.steers("ann", CallAct.RESUME).reason is OutcomeReason.NO_CHANGE
    center.steers("ann", CallAct.HOLD)
    assert center.steers("ann", CallAct.HOLD).reason is OutcomeReason.NO_CHANGE


def test_a_hold_ends_when_the_customer_leaves(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.steers("ann", CallAct.HOLD)
    center.after(seconds=3)
    center.customer_leaves(caller)
    center.nothing_is_left()
    assert center.last_order().legs == ()


def test_a_hold_ends_when_the_agent_hangs_up(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.steers("ann", CallAct.HOLD)
    center.leg_ends(handling, EndedBy.AGENT)
    center.nothing_is_left()
    assert center.effects_now(HangUpCustomer)
    center.customer_leaves(caller)
    center.wraps_up("ann", handling)
    assert closed_as(center, caller) == "handled"


def test_a_hold_ends_when_the_agent_presses_end(center: Talks) -> None:
    _, handling = center.talks("ann")
    center.steers("ann", CallAct.HOLD)
    center.ends("ann", handling)
    center.nothing_is_left()


def test_a_hold_outlives_the_engine(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.steers("ann", CallAct.HOLD)
    for engine in (center.recovered(), center.from_snapshot()):
        assert engine.state.calls[caller].held_since_ms == center.now_ms
        (again,) = [each for each in engine.outstanding() if isinstance(each, ArrangeCall)]
        assert again == center.last_order()


def test_what_the_switch_has_confirmed_is_not_asked_again(center: Talks) -> None:
    center.talks("ann")
    center.steers("ann", CallAct.HOLD)
    center.arranged()
    assert not [each for each in center.recovered().outstanding() if isinstance(each, ArrangeCall)]


def test_the_phones_own_key_holds_too(center: Talks) -> None:
    center.talks("ann")
    center.tell(PhoneHeld, leg=LegId("o1"))
    assert not center.effects_now(ArrangeCall)
    assert center.steers("ann", CallAct.RESUME).reason is OutcomeReason.HELD_BY_PHONE
    center.after(seconds=2)
    center.tell(PhoneResumed, leg=LegId("o1"))
    ended = center.last(facts.HoldEnded)
    assert isinstance(ended, facts.HoldEnded) and ended.by is HeldBy.PHONE and ended.held_ms == 2_000


def test_a_phone_that_holds_a_call_which_the_desk_holds_is_no_news(center: Talks) -> None:
    center.talks("ann")
    center.steers("ann", CallAct.HOLD)
    assert center.tell(PhoneHeld, leg=LegId("o1")).reason is OutcomeReason.NO_CHANGE
    assert center.tell(PhoneResumed, leg=LegId("o1")).reason is OutcomeReason.NO_CHANGE
    assert center.tell(PhoneHeld, leg=LegId("o9")).reason is OutcomeReason.UNKNOWN_LEG
    assert center.count(facts.HoldBegan) == 1


def test_a_hold_that_the_switch_cannot_make_is_none(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.steers("ann", CallAct.HOLD)
    center.cannot_arrange(caller)
    assert center.places(caller) == (TALK, [TALK])
    center.nothing_is_left()


def test_a_hold_of_which_the_switch_says_nothing_is_none_after_ten_seconds(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.steers("ann", CallAct.HOLD)
    center.after(seconds=10)
    assert center.places(caller) == (TALK, [TALK])
    failed = center.last(facts.ArrangementFailed)
    assert isinstance(failed, facts.ArrangementFailed) and failed.unanswered
    center.nothing_is_left()


def test_a_customer_who_cannot_be_taken_back_is_on_hold_still(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.steers("ann", CallAct.HOLD)
    center.arranged()
    center.steers("ann", CallAct.RESUME)
    center.cannot_arrange(caller)
    assert center.places(caller) == (HOLD, [TALK])
    assert center.engine.state.calls[caller].held_since_ms is not None


def test_nobody_holds_a_call_of_others_or_one_that_has_ended(center: Talks) -> None:
    _, handling = center.talks("ann")
    refused = center.tell(
        CallSteered,
        agent=AgentId("ben"),
        handling=handling,
        act=CallAct.HOLD,
    )
    assert (refused.reason, refused.field) == (OutcomeReason.NOT_YOURS, "agent")
    center.ends("ann", handling)
    ended = center.steers("ann", CallAct.HOLD)
    assert (ended.reason, ended.field) == (OutcomeReason.HANDLING_ENDED, "handling")


def test_only_calls_can_be_held(center: Talks) -> None:
    center.arrives("mail")
    center.takes("ann")
    refused = center.steers("ann", CallAct.HOLD)
    assert (refused.reason, refused.field) == (OutcomeReason.NO_CALL, "handling")
