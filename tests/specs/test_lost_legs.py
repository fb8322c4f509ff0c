"""What is promised when the phone of a call's owner is lost: a page loaded anew, a wireless network."""

import pytest

from history.core import routing as facts
from history.core.call_words import CallAct
from history.core.vocabulary import (
    AgentId,
    EndedBy,
    HandlingPhase,
    InteractionPhase,
    LegFailure,
    LegId,
    OfferId,
    OutcomeReason,
    Presence,
    Standing,
    UserId,
)
from router.core import inputs
from router.core.call_inputs import PartyAnswered, PartyFailed
from router.core.effects import ArrangeCall, HangUpCustomer, RingLeg, StopRinging
from tests.specs.center import Outcome, closed_as
from tests.specs.talks import CONSULT, HOLD, QUEUE, TALK, Talks, a_floor


@pytest.fixture
def center() -> Talks:
    return a_floor()


def test_the_handling_stays_and_the_phone_is_rung_again_at_once(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.leg_ends(handling, EndedBy.LOST)
    assert center.engine.state.handlings[handling].phase is HandlingPhase.ACTIVE
    ring = center.last_ring()
    assert (ring.agent, ring.interaction, ring.at, ring.phone) == ("ann", caller, TALK, "ann")
    assert not center.effects_now(ArrangeCall)
    center.expect_no_offer("ben")


def test_found_again_everything_goes_on_as_before(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.leg_ends(handling, EndedBy.SYSTEM)
    center.after(seconds=4)
    leg = center.picks_up("ann")
    found = center.last(facts.LegFound)
    assert isinstance(found, facts.LegFound) and (found.leg, found.lost_ms) == (leg, 4_000)
    assert center.places(caller) == (TALK, [TALK])
    center.after(seconds=60)
    assert center.engine.state.handlings[handling].phase is HandlingPhase.ACTIVE
    center.hangs_up("ann")
    assert center.effects_now(HangUpCustomer)
    ended = center.last(facts.WrapUpStarted)
    assert isinstance(ended, facts.WrapUpStarted) and ended.active_ms == 64_000


def test_a_phone_that_is_out_of_reach_is_rung_as_soon_as_it_is_back(center: Talks) -> None:
    _, handling = center.talks("ann")
    center.phone_is_gone("ann")
    center.leg_ends(handling, EndedBy.LOST)
    assert not center.effects_now(RingLeg)
    center.after(seconds=5)
    center.tell(inputs.PhoneReachable, agent=AgentId("ann"))
    assert center.effects_now(RingLeg)


def test_a_busy_phone_is_rung_as_soon_as_it_is_free(center: Talks) -> None:
    center.tell(inputs.PhoneBusy, agent=AgentId("ann"))
    center.chooses("ben", Presence.NOT_READY, "break")
    center.tell(inputs.PhoneFree, agent=AgentId("ann"))
    _, handling = center.talks("ann")
    center.tell(inputs.PhoneBusy, agent=AgentId("ann"))
    center.leg_ends(handling, EndedBy.LOST)
    assert not center.effects_now(RingLeg)
    center.tell(inputs.PhoneFree, agent=AgentId("ann"))
    assert center.effects_now(RingLeg)


def test_a_ring_in_vain_is_tried_again_after_two_seconds(center: Talks) -> None:
    _, handling = center.talks("ann")
    center.leg_ends(handling, EndedBy.LOST)
    center.fails("ann", LegFailure.UNREACHABLE)
    center.after(seconds=1.9)
    assert len(center.effects_now(RingLeg)) == 1
    center.after(seconds=0.1)
    assert len(center.effects_now(RingLeg)) == 2
    assert center.last_ring().leg == "l2"


def test_after_half_a_minute_the_caller_waits_again_in_the_old_place(center: Talks) -> None:
    caller, handling = center.talks("ann")
    due = center.engine.state.interactions[caller].due_ms
    center.phone_is_gone("ann")
    center.leg_ends(handling, EndedBy.LOST)
    center.after(seconds=29.9)
    assert center.engine.state.interactions[caller].phase is InteractionPhase.ACTIVE
    center.after(seconds=0.1)
    center.expect_offer("ben", caller)
    assert center.engine.state.interactions[caller].due_ms == due
    assert handling not in center.engine.state.handlings
    center.nothing_is_left()


def test_no_ring_lasts_longer_than_the_half_minute(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.phone_is_gone("ann")
    center.leg_ends(handling, EndedBy.LOST)
    center.after(seconds=25)
    center.tell(inputs.PhoneReachable, agent=AgentId("ann"))
    assert center.last_ring().ring_ms == 5_000
    center.after(seconds=5)
    assert [stop.offer for stop in center.effects_now(StopRinging) if isinstance(stop, StopRinging)] == ["l1"]
    center.expect_offer("ben", caller)
    center.tell(PartyFailed, leg=LegId("l1"), cause=LegFailure.SWITCH_DOWN)
    assert not center.engine.state.stops


def test_who_declines_does_not_want_the_call_back(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.leg_ends(handling, EndedBy.LOST)
    center.fails("ann", LegFailure.DECLINED)
    assert center.engine.state.interactions[caller].offer is not None
    center.nothing_is_left()


def test_who_declines_on_the_desk_has_the_ring_stopped(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.leg_ends(handling, EndedBy.LOST)
    center.tell(inputs.AgentDeclinedOffer, agent=AgentId("ann"), offer=OfferId("l1"))
    assert center.effects_now(StopRinging)
    assert center.engine.state.interactions[caller].offer is not None


def test_who_signs_out_leaves_the_caller_to_others(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.leg_ends(handling, EndedBy.LOST)
    assert center.chooses("ann", Presence.SIGNED_OUT).outcome is Outcome.ACCEPTED
    assert center.presence_of("ann") is Presence.SIGNED_OUT
    center.expect_offer("ben", caller)
    center.nothing_is_left()


def test_who_has_other_work_in_hand_still_does_not_sign_out(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.work_begins("ann", "w1", "mail")  # type: ignore[arg-type]  # as it comes over the wire
    center.leg_ends(handling, EndedBy.LOST)
    assert center.chooses("ann", Presence.SIGNED_OUT).reason is OutcomeReason.WORK_IN_HAND
    assert caller in center.engine.state.lost


@pytest.mark.parametrize("presence", [Presence.SIGNED_OUT, Presence.NOT_READY])
def test_who_is_taken_out_leaves_the_caller_to_others(center: Talks, presence: Presence) -> None:
    caller, handling = center.talks("ann")
    center.leg_ends(handling, EndedBy.LOST)
    reason = "break" if presence is Presence.NOT_READY else None
    forced = center.tell(
        inputs.PresenceForced, agent=AgentId("ann"), presence=presence, reason=reason, by=UserId("max")
    )
    assert forced.outcome is Outcome.ACCEPTED
    center.expect_offer("ben", caller)
    center.nothing_is_left()


def test_a_desktop_that_is_gone_meanwhile_changes_nothing(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.leg_ends(handling, EndedBy.LOST)
    center.tell(inputs.DesktopLost, agent=AgentId("ann"))
    center.after(seconds=3)
    center.tell(inputs.DesktopAttached, agent=AgentId("ann"))
    center.picks_up("ann")
    assert center.places(caller) == (TALK, [TALK])


def test_the_customer_leaves_meanwhile(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.leg_ends(handling, EndedBy.LOST)
    center.customer_leaves(caller)
    ended = center.last(facts.WrapUpStarted)
    assert isinstance(ended, facts.WrapUpStarted) and ended.by is EndedBy.CUSTOMER
    center.nothing_is_left()
    center.wraps_up("ann", handling)
    assert closed_as(center, caller) == "handled"


def test_the_agent_presses_end_meanwhile(center: Talks) -> None:
    _, handling = center.talks("ann")
    center.leg_ends(handling, EndedBy.LOST)
    center.ends("ann", handling)
    assert center.effects_now(HangUpCustomer) and center.effects_now(StopRinging)
    center.nothing_is_left()


def test_the_owner_can_do_nothing_with_the_call_meanwhile(center: Talks) -> None:
    _, handling = center.talks("ann")
    center.leg_ends(handling, EndedBy.LOST)
    refused = center.steers("ann", CallAct.HOLD)
    assert (refused.reason, refused.field) == (OutcomeReason.LEG_IS_LOST, "handling")


def test_a_hold_ends_as_the_phone_is_lost(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.steers("ann", CallAct.HOLD)
    center.arranged()
    center.leg_ends(handling, EndedBy.LOST)
    assert center.places(caller)[0] is QUEUE
    center.arranged()
    center.picks_up("ann")
    assert center.places(caller) == (TALK, [TALK])
    assert center.count(facts.HoldBegan) == center.count(facts.HoldEnded) == 1


def test_who_is_asked_waits_for_the_owner(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.asks_and_reaches("ann", "ben")
    center.leg_ends(handling, EndedBy.LOST)
    assert center.places(caller)[0] is HOLD
    assert center.last_order().legs == (("l1", HOLD),)
    assert center.last_ring().at is CONSULT
    center.picks_up("ann")
    assert center.places(caller) == (HOLD, [CONSULT, CONSULT])


def test_whoever_is_asked_is_let_go_when_the_owner_is_not_found(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.asks_and_reaches("ann", "ben")
    center.phone_is_gone("ann")
    center.leg_ends(handling, EndedBy.LOST)
    center.after(seconds=30)
    assert center.engine.state.interactions[caller].phase is InteractionPhase.PASSING
    assert center.last_order().legs == ()
    center.nothing_is_left()


def test_a_conference_goes_on_without_its_owner(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.asks_and_reaches("ann", "ben")
    center.steers("ann", CallAct.JOIN)
    center.phone_is_gone("ann")
    center.leg_ends(handling, EndedBy.LOST)
    assert center.places(caller) == (TALK, [TALK])
    center.after(seconds=30)
    handlings = center.engine.state.interaction_handlings[caller].values()
    assert [(each.agent, each.phase) for each in handlings] == [("ben", HandlingPhase.ACTIVE)]


def test_only_somebody_outside_is_left_when_the_owner_is_not_found(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.asks("ann", to_destination="bank")
    center.picks_up(None)
    center.steers("ann", CallAct.JOIN)
    center.phone_is_gone("ann")
    center.leg_ends(handling, EndedBy.LOST)
    center.after(seconds=30)
    assert closed_as(center, caller) == "sent_outside"
    center.nothing_is_left()


def test_a_caller_whom_the_switch_finds_at_the_music_has_lost_their_agent(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.finds(caller, Standing.WAITING)
    assert caller in center.engine.state.lost
    assert center.finds(caller, Standing.WAITING).reason is OutcomeReason.NO_CHANGE


def test_it_is_tried_on_after_a_restart(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.leg_ends(handling, EndedBy.LOST)
    for engine in (center.recovered(), center.from_snapshot()):
        assert [each for each in engine.outstanding()] == [center.last_ring()]
        assert caller in engine.state.lost


def test_who_picks_up_as_the_ring_is_stopped_has_the_caller(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.leg_ends(handling, EndedBy.LOST)
    center.tell(inputs.AgentDeclinedOffer, agent=AgentId("ann"), offer=OfferId("l1"))
    center.tell(PartyAnswered, leg=LegId("l1"), interaction=caller, agent=AgentId("ann"))
    (owner,) = center.engine.state.interaction_handlings[caller].values()
    assert owner.agent == "ann" and not center.offers_of("ben")


def test_late_news_of_the_lost_leg_is_no_news(center: Talks) -> None:
    _, handling = center.talks("ann")
    center.leg_ends(handling, EndedBy.LOST)
    assert center.leg_ends(handling, EndedBy.LOST).outcome is Outcome.IGNORED
    center.picks_up("ann")
    assert center.leg_ends(handling, EndedBy.LOST).outcome is Outcome.IGNORED
