"""What callers and agents are promised about calls."""

import pytest

from history.core import routing as facts
from history.core.vocabulary import (
    AgentId,
    EndedBy,
    InteractionId,
    LegFailure,
    Outcome,
    OutcomeReason,
    Presence,
    Standing,
    SwitchName,
)
from router.core import inputs
from router.core.effects import HangUpCustomer, RingAgent, ShowScreenPop, StopRinging
from tests.specs.center import Center, an_agent, closed_as


@pytest.fixture
def center() -> Center:
    center = Center(agents=(an_agent("ann", "repairs"), an_agent("ben")))
    center.signs_in("ann")
    center.after(seconds=1)
    return center


def test_a_caller_is_offered_to_a_ready_agent_at_once(center: Center) -> None:
    caller = center.caller_arrives()
    center.expect_offer("ann", caller)
    assert center.engine.state.offers[center.offer_of("ann")].made_ms == center.now_ms


def test_the_pop_comes_before_the_ring(center: Center) -> None:
    center.caller_arrives()
    assert center.effects_now(ShowScreenPop) and not center.effects_now(RingAgent)
    center.pop_is_shown("ann")
    assert len(center.effects_now(RingAgent)) == 1


def test_a_page_that_does_not_paint_delays_the_ring_by_350_ms_and_is_counted_late(center: Center) -> None:
    center.caller_arrives()
    center.after(seconds=0.349)
    assert not center.effects_now(RingAgent)
    center.after(seconds=0.001)
    assert len(center.effects_now(RingAgent)) == 1
    ordered = center.last(facts.RingOrdered)
    assert isinstance(ordered, facts.RingOrdered) and ordered.pop_was_late


def test_a_desk_phone_without_a_desktop_rings_at_once() -> None:
    center = Center(agents=(an_agent("ann"),))
    center.signs_in("ann", desktop=False)
    center.caller_arrives()
    assert len(center.effects_now(RingAgent)) == 1 and not center.effects_now(ShowScreenPop)


def test_a_ring_lasts_as_long_as_the_queue_says(center: Center) -> None:
    center.caller_arrives()
    center.pop_is_shown("ann")
    ring = center.effects_now(RingAgent)[0]
    assert isinstance(ring, RingAgent) and ring.ring_ms == 20_000 and ring.phone == "ann"


def test_the_longest_idle_agent_gets_the_call(center: Center) -> None:
    center.signs_in("ben")
    center.expect_offer("ann", center.caller_arrives())
    center.expect_offer("ben", center.caller_arrives())


def test_only_agents_with_the_skill_are_asked(center: Center) -> None:
    center.signs_in("ben")
    first = center.arrives("service")
    center.expect_offer("ann", first)
    second = center.arrives("service")
    center.expect_no_offer("ben")
    center.takes("ann")
    assert center.engine.state.interactions[second].offer is None


def test_answer_talk_and_hang_up_by_the_caller_end_in_wrap_up_with_a_disposition(center: Center) -> None:
    caller = center.caller_arrives()
    handling = center.takes("ann")
    center.after(seconds=60)
    center.customer_leaves(caller)
    assert not center.effects_now(HangUpCustomer)
    assert center.wraps_up("ann", handling, None).reason is OutcomeReason.DISPOSITION_MISSING
    assert center.wraps_up("ann", handling, "none such").reason is OutcomeReason.UNKNOWN_DISPOSITION
    center.after(seconds=10)
    assert center.wraps_up("ann", handling).outcome is Outcome.ACCEPTED
    assert closed_as(center, caller) == "handled"
    wrapped = center.last(facts.WrapUpCompleted)
    assert isinstance(wrapped, facts.WrapUpCompleted) and wrapped.wrap_up_ms == 10_000


def test_when_the_agent_hangs_up_the_call_is_ended(center: Center) -> None:
    caller = center.caller_arrives()
    handling = center.takes("ann")
    center.leg_ends(handling, EndedBy.AGENT)
    assert len(center.effects_now(HangUpCustomer)) == 1
    center.wraps_up("ann", handling)
    assert closed_as(center, caller) is None
    center.customer_leaves(caller)
    assert closed_as(center, caller) == "handled"


def test_a_hang_up_that_the_switch_never_confirms_is_given_up_after_10_seconds(center: Center) -> None:
    caller = center.caller_arrives()
    handling = center.takes("ann")
    center.leg_ends(handling, EndedBy.AGENT)
    assert center.engine.outstanding() == (HangUpCustomer(interaction=caller),)
    center.after(seconds=10)
    assert center.engine.outstanding() == ()
    center.wraps_up("ann", handling)
    assert closed_as(center, caller) == "handled"


def test_a_hang_up_given_up_after_the_wrap_up_closes_the_interaction(center: Center) -> None:
    caller = center.caller_arrives()
    handling = center.takes("ann")
    center.ends("ann", handling)
    center.wraps_up("ann", handling)
    assert closed_as(center, caller) is None
    center.after(seconds=10)
    assert closed_as(center, caller) == "handled"


def test_wrap_up_cannot_be_completed_while_talking(center: Center) -> None:
    center.caller_arrives()
    handling = center.takes("ann")
    assert center.wraps_up("ann", handling).reason is OutcomeReason.STILL_TALKING


def test_a_leg_that_is_not_found_again_sends_the_caller_back_to_the_head_of_the_queue(center: Center) -> None:
    early = center.caller_arrives()
    handling = center.takes("ann")
    center.after(seconds=5)
    late = center.caller_arrives()
    center.leg_ends(handling, EndedBy.LOST)
    center.phone_is_gone("ann")
    center.after(seconds=30)
    center.tell(inputs.PhoneReachable, agent=AgentId("ann"))
    center.expect_offer("ann", early)
    assert center.engine.state.interactions[early].visits == 2
    assert center.engine.state.interactions[late].offer is None


def test_an_unanswered_ring_keeps_the_callers_place_and_makes_the_agent_not_ready(center: Center) -> None:
    first = center.caller_arrives()
    center.pop_is_shown("ann")
    center.after(seconds=5)
    second = center.caller_arrives()
    center.phone_fails("ann", LegFailure.NO_ANSWER)
    assert center.presence_of("ann") is Presence.NOT_READY
    center.signs_in("ben")
    center.expect_offer("ben", first)
    assert center.engine.state.interactions[second].offer is None


def test_a_ring_that_the_switch_does_not_end_is_stopped_two_seconds_later(center: Center) -> None:
    caller = center.caller_arrives()
    center.pop_is_shown("ann")
    offer = center.offer_of("ann")
    center.after(seconds=21.9)
    center.expect_offer("ann", caller)
    center.after(seconds=0.1)
    assert center.effects_now(StopRinging) == [StopRinging(offer=offer, interaction=caller)]
    assert center.engine.outstanding() == (StopRinging(offer=offer, interaction=caller),)
    center.tell(inputs.AgentLegFailed, offer=offer, cause=LegFailure.NO_ANSWER)
    assert center.engine.outstanding() == ()


def test_a_stop_that_nobody_confirms_is_given_up(center: Center) -> None:
    center.caller_arrives()
    center.after(seconds=40)
    assert center.engine.outstanding() == () and center.found(facts.RingingStopped)


def test_a_leg_that_ends_or_a_caller_who_leaves_also_confirms_a_stop(center: Center) -> None:
    center.caller_arrives()
    center.after(seconds=22.35)
    (stop,) = center.engine.state.stops.values()
    center.tell(inputs.LegEnded, offer=stop.offer, by=EndedBy.SYSTEM)
    assert not center.engine.state.stops
    center.chooses("ann", Presence.READY)
    center.after(seconds=22.35)
    (stop,) = center.engine.state.stops.values()
    center.customer_leaves(stop.interaction)
    assert not center.engine.state.stops


@pytest.mark.parametrize("cause", [LegFailure.BUSY, LegFailure.SWITCH_DOWN])
def test_a_phone_that_cannot_now_is_left_alone_for_a_moment(center: Center, cause: LegFailure) -> None:
    caller = center.caller_arrives()
    center.pop_is_shown("ann")
    center.phone_fails("ann", cause)
    center.expect_no_offer("ann")
    assert center.presence_of("ann") is Presence.READY
    center.after(seconds=5)
    center.expect_offer("ann", caller)


@pytest.mark.parametrize("cause", [LegFailure.UNREACHABLE, LegFailure.REFUSED])
def test_a_phone_that_is_not_there_makes_the_agent_not_ready(center: Center, cause: LegFailure) -> None:
    center.caller_arrives()
    center.pop_is_shown("ann")
    center.phone_fails("ann", cause)
    assert center.presence_of("ann") is Presence.NOT_READY


def test_a_caller_who_leaves_while_the_phone_rings_abandons_once(center: Center) -> None:
    caller = center.caller_arrives()
    center.pop_is_shown("ann")
    center.phone_rings("ann")
    center.phone_fails("ann", LegFailure.CALLER_GONE)
    assert closed_as(center, caller) == "short_abandoned"
    assert center.customer_leaves(caller).reason is OutcomeReason.INTERACTION_CLOSED
    assert len(center.found(facts.VisitAbandoned)) == 1
    center.expect_no_offer("ann")


def test_a_caller_who_gives_up_is_an_abandon(center: Center) -> None:
    center.chooses("ann", Presence.NOT_READY, "break")
    caller = center.caller_arrives()
    center.after(seconds=30)
    center.customer_leaves(caller)
    assert closed_as(center, caller) == "abandoned"
    abandoned = center.last(facts.VisitAbandoned)
    assert isinstance(abandoned, facts.VisitAbandoned) and abandoned.wait_ms == 30_000 and not abandoned.short


def test_an_agent_on_a_call_that_did_not_come_through_us_is_not_rung(center: Center) -> None:
    center.tell(inputs.PhoneBusy, agent=AgentId("ann"))
    caller = center.caller_arrives()
    center.expect_no_offer("ann")
    center.tell(inputs.PhoneFree, agent=AgentId("ann"))
    center.expect_offer("ann", caller)


def test_an_unregistered_phone_is_not_rung(center: Center) -> None:
    center.tell(inputs.PhoneUnreachable, agent=AgentId("ann"))
    caller = center.caller_arrives()
    center.expect_no_offer("ann")
    center.tell(inputs.PhoneReachable, agent=AgentId("ann"))
    center.expect_offer("ann", caller)


def test_late_news_of_an_offer_changes_nothing(center: Center) -> None:
    caller = center.caller_arrives()
    center.pop_is_shown("ann")
    offer = center.offer_of("ann")
    center.phone_fails("ann", LegFailure.NO_ANSWER)
    assert center.tell(inputs.AgentRang, offer=offer).reason is OutcomeReason.OFFER_ENDED
    answered = center.tell(inputs.AgentAnswered, offer="o99", interaction=caller, agent=AgentId("ann"))
    assert answered.reason is OutcomeReason.UNKNOWN_OFFER
    assert center.tell(inputs.LegEnded, offer="x", by=EndedBy.AGENT).reason is OutcomeReason.UNKNOWN_OFFER


def phase_of(center: Center, interaction: InteractionId) -> str:
    return center.engine.state.interactions[interaction].phase


def last_offer(center: Center) -> facts.OfferMade:
    offer = center.last(facts.OfferMade)
    assert isinstance(offer, facts.OfferMade)
    return offer


def test_who_picks_up_as_the_offer_expires_has_the_customer(center: Center) -> None:
    caller = center.caller_arrives()
    center.pop_is_shown("ann")
    offer = last_offer(center)
    center.after(seconds=22)
    assert phase_of(center, caller) == "waiting"
    assert center.answers_late(offer).outcome is Outcome.ACCEPTED
    assert phase_of(center, caller) == "active"
    assert not center.engine.state.stops, "a ring that became a talk is not stopped"
    assert center.answers_late(offer).reason is OutcomeReason.OFFER_ENDED
    center.tell(inputs.LegEnded, offer=offer.offer, by=EndedBy.AGENT)
    center.wraps_up("ann", center.handling_of("ann"))
    center.customer_leaves(caller)
    assert closed_as(center, caller) == "handled"


def test_what_was_offered_to_the_next_agent_meanwhile_is_taken_back(center: Center) -> None:
    caller = center.caller_arrives()
    center.pop_is_shown("ann")
    offer = last_offer(center)
    center.signs_in("ben")
    center.after(seconds=22)
    center.expect_offer("ben", caller)
    center.answers_late(offer)
    center.expect_no_offer("ben")
    assert phase_of(center, caller) == "active"
    center.expect_offer("ben", center.caller_arrives())


def test_a_second_call_does_not_ring_on_at_a_phone_that_was_picked_up_late(center: Center) -> None:
    first = center.caller_arrives()
    center.pop_is_shown("ann")
    offer = last_offer(center)
    center.phone_fails("ann", LegFailure.SWITCH_DOWN)
    center.signs_in("ben")
    center.expect_offer("ben", first)
    second = center.caller_arrives()
    center.after(seconds=2)
    center.expect_offer("ann", second)
    center.pop_is_shown("ann")
    rings = center.offer_of("ann")
    center.answers_late(offer)
    center.expect_no_offer("ann")
    assert [stop.offer for stop in center.effects_now(StopRinging) if isinstance(stop, StopRinging)] == [rings]
    center.expect_offer("ben", second)


def test_a_desk_phone_agents_wrap_up_ends_by_itself() -> None:
    center = Center(agents=(an_agent("ann"),))
    center.signs_in("ann", desktop=False)
    caller = center.caller_arrives()
    center.answers("ann")
    center.customer_leaves(caller)
    center.after(seconds=59)
    assert closed_as(center, caller) is None
    center.after(seconds=1)
    assert closed_as(center, caller) == "handled"
    center.expect_offer("ann", center.caller_arrives())


def test_a_wrap_up_waits_a_minute_for_its_lost_desktop(center: Center) -> None:
    caller = center.caller_arrives()
    handling = center.takes("ann")
    center.customer_leaves(caller)
    center.after(seconds=300)
    center.tell(inputs.DesktopLost, agent=AgentId("ann"))
    center.after(seconds=59)
    center.tell(inputs.DesktopAttached, agent=AgentId("ann"))
    center.after(seconds=300)
    assert center.wraps_up("ann", handling).outcome is Outcome.ACCEPTED


def test_a_restarted_switch_closes_its_calls_with_that_reason(center: Center) -> None:
    center.chooses("ann", Presence.NOT_READY, "break")
    caller = center.caller_arrives()
    center.tell(inputs.SwitchSeen, switch=SwitchName("s2"), restarted=True)
    assert closed_as(center, caller) is None
    center.tell(inputs.SwitchSeen, switch=SwitchName("s1"), restarted=True)
    assert closed_as(center, caller) == "switch_restarted"


def test_a_caller_whom_the_fallback_has_served_is_offered_to_nobody(center: Center) -> None:
    known = center.caller_arrives()
    center.expect_offer("ann", known)
    center.finds(known, Standing.SERVED)
    center.finds(InteractionId("v-new"), Standing.SERVED)
    center.expect_no_offer("ann")
    assert closed_as(center, known) == "served_by_fallback"
    assert closed_as(center, InteractionId("v-new")) == "served_by_fallback"
    flowed = center.last(facts.VisitFlowedOut)
    assert isinstance(flowed, facts.VisitFlowedOut) and flowed.wait_ms == 40_000
    assert center.customer_leaves(known).reason is OutcomeReason.INTERACTION_CLOSED


def test_an_agent_whose_caller_the_fallback_has_served_goes_to_wrap_up(center: Center) -> None:
    caller = center.caller_arrives()
    handling = center.takes("ann")
    center.finds(caller, Standing.SERVED)
    assert phase_of(center, caller) == "wrap_up" and not center.effects_now(HangUpCustomer)
    center.wraps_up("ann", handling)
    assert closed_as(center, caller) == "handled"


def test_a_caller_who_is_found_waiting_has_lost_the_agent_and_keeps_the_place(center: Center) -> None:
    caller = center.caller_arrives()
    center.takes("ann")
    behind = center.caller_arrives()
    center.phone_is_gone("ann")
    assert center.finds(caller, Standing.WITH_AGENT).outcome is Outcome.IGNORED
    assert center.finds(caller, Standing.WAITING).outcome is Outcome.ACCEPTED
    center.after(seconds=30)
    center.tell(inputs.PhoneReachable, agent=AgentId("ann"))
    center.expect_offer("ann", caller)
    assert phase_of(center, behind) == "waiting"
    assert center.finds(caller, Standing.WAITING).outcome is Outcome.IGNORED


def test_after_a_gap_calls_that_the_switch_no_longer_has_are_ended(center: Center) -> None:
    talking = center.caller_arrives()
    handling = center.takes("ann")
    waiting, gone = center.caller_arrives(), center.caller_arrives()
    center.tell(inputs.SwitchSeen, switch=SwitchName("s1"), interactions=(waiting,))
    assert closed_as(center, gone) == "short_abandoned"
    assert closed_as(center, waiting) is None
    center.wraps_up("ann", handling)
    assert closed_as(center, talking) == "handled"
