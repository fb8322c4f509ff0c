"""What is promised when somebody hangs up in a call with more than two parties, at each moment."""

import pytest

from history.core import routing as facts
from history.core.call_words import CallAct, WorkKind
from history.core.vocabulary import (
    AgentId,
    EndedBy,
    HandlingPhase,
    InteractionId,
    InteractionPhase,
    Medium,
    OfferId,
    OutcomeReason,
    Presence,
    SourceId,
    SwitchName,
    UserId,
    WorkId,
)
from router.core import inputs
from router.core.call_inputs import PartyAnswered
from router.core.effects import HangUpCustomer
from tests.specs.center import closed_as
from tests.specs.talks import CONSULT, HOLD, TALK, Talks, a_floor


@pytest.fixture
def center() -> Talks:
    return a_floor()


def owner_of(center: Talks, caller: InteractionId) -> str | None:
    handlings = center.engine.state.interaction_handlings.get(caller, {})
    return next((each.agent for each in handlings.values() if each.phase is HandlingPhase.ACTIVE), None)


# -- Hanging up at each moment ----------------------------------------------------------------------------------------


def test_the_owner_hangs_up_while_asking_and_the_other_one_has_the_customer(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.asks_and_reaches("ann", "ben")
    center.leg_ends(handling, EndedBy.AGENT)
    assert owner_of(center, caller) == "ben" and not center.effects_now(HangUpCustomer)


def test_the_owner_hangs_up_while_the_other_phone_rings(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.asks("ann", to_agent="ben")
    center.sees("ben")
    center.leg_ends(handling, EndedBy.AGENT)
    assert center.engine.state.interactions[caller].phase is InteractionPhase.HANDED_ON


def test_the_owner_hangs_up_while_swapped_back(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.asks_and_reaches("ann", "ben")
    center.steers("ann", CallAct.SWAP)
    center.leg_ends(handling, EndedBy.AGENT)
    assert owner_of(center, caller) == "ben"
    assert center.places(caller) == (TALK, [TALK])


def test_the_owner_leaves_a_conference_to_who_joined_first(center: Talks) -> None:
    caller, handling = center.talks("ann")
    for whom in ("cleo", "ben"):
        center.asks_and_reaches("ann", whom)
        center.steers("ann", CallAct.JOIN)
        center.after(seconds=5)
    center.ends("ann", handling)
    assert owner_of(center, caller) == "cleo"
    center.hangs_up("cleo")
    assert owner_of(center, caller) == "ben"
    center.hangs_up("ben")
    assert center.effects_now(HangUpCustomer)
    center.nothing_is_left()


def test_whom_the_owner_asked_hangs_up(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.asks_and_reaches("ann", "ben")
    center.hangs_up("ben")
    assert center.places(caller) == (TALK, [TALK])
    assert owner_of(center, caller) == "ann"
    center.nothing_is_left()


def test_somebody_leaves_a_conference(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.asks_and_reaches("ann", "ben")
    center.steers("ann", CallAct.JOIN)
    center.hangs_up("ben")
    assert owner_of(center, caller) == "ann" and center.places(caller) == (TALK, [TALK])
    center.nothing_is_left()


def test_the_owner_takes_somebody_out(center: Talks) -> None:
    caller, _ = center.talks("ann")
    leg = center.asks_and_reaches("ann", "ben")
    center.steers("ann", CallAct.JOIN)
    refused = center.drops("ann", center.engine.state.handlings[center.handling_of("ann")].offer)  # type: ignore[arg-type]  # an own leg is no party
    assert (refused.reason, refused.field) == (OutcomeReason.UNKNOWN_LEG, "leg")
    center.drops("ann", leg)
    assert leg not in dict(center.last_order().legs) and center.places(caller) == (TALK, [TALK])
    center.nothing_is_left()


def test_a_customer_without_company_hears_music_while_the_owner_asks(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.asks_and_reaches("ann", "ben")
    center.steers("ann", CallAct.JOIN)
    center.asks_and_reaches("ann", "cleo")
    assert center.places(caller)[0] is TALK
    center.hangs_up("ben")
    assert center.places(caller)[0] is HOLD
    assert center.engine.state.calls[caller].held_since_ms == center.now_ms


@pytest.mark.parametrize("moment", ["rings", "asked", "swapped", "conference"])
def test_the_customer_leaves(center: Talks, moment: str) -> None:
    caller, handling = center.talks("ann")
    center.asks("ann", to_agent="ben")
    center.sees("ben")
    if moment != "rings":
        center.picks_up("ben")
    if moment == "swapped":
        center.steers("ann", CallAct.SWAP)
    if moment == "conference":
        center.steers("ann", CallAct.JOIN)
    center.customer_leaves(caller)
    ended = center.last(facts.WrapUpStarted)
    assert isinstance(ended, facts.WrapUpStarted) and ended.by is EndedBy.CUSTOMER
    assert center.count(facts.HoldBegan) == center.count(facts.HoldEnded)
    assert center.count(facts.ConsultEnded) == 1
    talk_on = moment in ("asked", "conference")
    assert bool(center.engine.state.works) is talk_on
    assert talk_on or center.last_order().legs == ()
    center.wraps_up("ann", handling)
    assert (closed_as(center, caller) is None) is talk_on
    if talk_on:
        center.tell(inputs.LegEnded, offer=OfferId("o1"), by=EndedBy.AGENT)
        assert center.last_order().legs == ()
        assert closed_as(center, caller) == "handled"
    center.nothing_is_left()


def test_the_one_who_was_asked_hangs_up_after_the_customer_has_left(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.asks_and_reaches("ann", "ben")
    center.customer_leaves(caller)
    center.caller_arrives()
    center.expect_no_offer("ben")
    center.hangs_up("ben")
    center.nothing_is_left()
    assert closed_as(center, caller) is None
    center.wraps_up("ann", handling)
    assert closed_as(center, caller) == "handled"


def test_the_customer_leaves_while_the_phone_rings_on_for_them(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.asks("ann", to_agent="ben")
    center.sees("ben")
    center.steers("ann", CallAct.COMPLETE)
    center.customer_leaves(caller)
    assert center.last_order().legs == ()
    center.nothing_is_left()
    center.wraps_up("ann", handling)
    assert closed_as(center, caller) == "handled"


# -- Outside ----------------------------------------------------------------------------------------------------------


def test_somebody_outside_is_asked(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.asks("ann", to_destination="bank")
    ring = center.last_ring()
    assert (ring.agent, ring.phone, ring.destination, ring.switch) == (None, None, "bank", "s1")
    center.picks_up(None)
    assert center.places(caller) == (HOLD, [CONSULT, CONSULT])
    assert not center.engine.state.works


def test_completing_to_somebody_outside_sends_the_customer_there(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.asks("ann", to_destination="bank")
    leg = center.picks_up(None)
    center.steers("ann", CallAct.COMPLETE)
    assert dict(center.last_order().legs) == {leg: TALK} and not center.effects_now(HangUpCustomer)
    center.nothing_is_left()
    center.wraps_up("ann", handling)
    assert closed_as(center, caller) == "sent_outside"
    assert [each for each in center.recovered().outstanding()] == [center.last_order()]
    center.arranged()
    assert not center.engine.state.calls


def test_who_is_outside_with_the_customer_stays_with_them_also_when_the_switch_needs_two_tries(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.asks("ann", to_destination="bank")
    leg = center.picks_up(None)
    center.steers("ann", CallAct.COMPLETE)
    center.cannot_arrange(caller)
    assert dict(center.last_order().legs) == {leg: TALK}
    center.wraps_up("ann", handling)
    center.cannot_arrange(caller)
    assert dict(center.last_order().legs) == {leg: TALK}
    center.cannot_arrange(caller)
    assert not center.engine.state.calls


def test_somebody_outside_who_answers_later_has_the_customer(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.asks("ann", to_destination="bank")
    center.ends("ann", handling)
    assert center.engine.state.interactions[caller].phase is InteractionPhase.HANDED_ON
    center.picks_up(None)
    center.wraps_up("ann", handling)
    assert closed_as(center, caller) == "sent_outside"


def test_the_owner_leaves_a_conference_with_somebody_outside_alone(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.asks("ann", to_destination="bank")
    center.picks_up(None)
    center.steers("ann", CallAct.JOIN)
    center.leg_ends(handling, EndedBy.AGENT)
    center.wraps_up("ann", handling)
    assert closed_as(center, caller) == "sent_outside" and not center.effects_now(HangUpCustomer)


def test_an_agent_comes_before_somebody_outside(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.asks("ann", to_destination="bank")
    center.picks_up(None)
    center.steers("ann", CallAct.JOIN)
    center.asks_and_reaches("ann", "ben")
    center.steers("ann", CallAct.JOIN)
    center.leg_ends(handling, EndedBy.AGENT)
    assert owner_of(center, caller) == "ben"
    assert center.places(caller) == (TALK, [TALK, TALK])


# -- No orphans -------------------------------------------------------------------------------------------------------


def test_nobody_is_signed_out_of_a_consult_that_talks_and_one_that_rings_is_taken_back(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.asks("ann", to_agent="ben")
    forced = {"agent": AgentId("ben"), "presence": Presence.SIGNED_OUT, "by": UserId("max")}
    assert center.tell(inputs.PresenceForced, **forced).reason is None
    assert center.places(caller) == (TALK, [TALK])
    center.nothing_is_left()
    center.chooses("ben", Presence.READY)
    center.asks_and_reaches("ann", "ben")
    assert center.tell(inputs.PresenceForced, **forced).reason is OutcomeReason.WORK_IN_HAND
    assert center.chooses("ben", Presence.SIGNED_OUT).reason is OutcomeReason.WORK_IN_HAND


def test_a_definition_without_who_is_asked_is_refused(center: Talks) -> None:
    center.talks("ann")
    center.asks("ann", to_agent="ben")
    without = tuple(agent for agent in center.agents if agent.agent != "ben")
    assert center.apply_definition(agents=without).reason is OutcomeReason.WORK_IN_HAND


@pytest.mark.parametrize("restarted", [True, False])
def test_a_switch_without_the_call_ends_all_of_it(center: Talks, restarted: bool) -> None:
    center.talks("ann")
    center.asks_and_reaches("ann", "ben")
    center.tell(inputs.SwitchSeen, switch=SwitchName("s1"), interactions=(), restarted=restarted)
    center.nothing_is_left()


def test_a_switch_without_the_call_ends_also_those_who_talked_on(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.asks_and_reaches("ann", "ben")
    center.customer_leaves(caller)
    center.wraps_up("ann", handling)
    center.tell(inputs.SwitchSeen, switch=SwitchName("s1"), interactions=(), restarted=False)
    center.nothing_is_left()
    assert closed_as(center, caller) == "handled"


def test_a_room_neither_begins_nor_ends_a_consult(center: Talks) -> None:
    center.talks("ann")
    center.asks("ann", to_agent="ben")
    assert center.work_ends("consult-l1").reason is OutcomeReason.WORK_OF_A_CALL
    begun = center.send(
        inputs.WorkBegun(
            source=SourceId("dialer"),
            source_epoch=1,
            source_number=1,
            work=WorkId("w1"),
            agent=AgentId("ben"),
            medium=Medium.VOICE,
            kind=WorkKind.CONSULT,
        )
    )
    assert (begun.reason, begun.field) == (OutcomeReason.WORK_OF_A_CALL, "kind")


def test_who_picks_up_too_late_is_let_go_again(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.asks("ann", to_agent="ben")
    center.sees("ben")
    leg = center.leg("ben")
    center.steers("ann", CallAct.END_CONSULT)
    center.arranged()
    late = center.tell(PartyAnswered, leg=leg, interaction=caller, agent=AgentId("ben"))
    assert late.reason is OutcomeReason.LEG_OVER
    assert leg not in dict(center.last_order().legs) and center.last_order().arrangement == 3


def test_who_is_to_be_let_go_is_let_go_in_three_tries(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.asks_and_reaches("ann", "ben")
    center.steers("ann", CallAct.END_CONSULT)
    first = center.last_order().arrangement
    for _ in range(4):
        if center.engine.state.calls[caller].ordered is not None:
            center.cannot_arrange(caller)
    assert center.last_order().arrangement == first + 2
    assert center.places(caller) == (TALK, [TALK])


def test_everything_stands_again_after_a_restart(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.asks("ann", to_agent="ben")
    center.sees("ben")
    for engine in (center.recovered(), center.from_snapshot()):
        kinds = [type(each).__name__ for each in engine.outstanding()]
        assert kinds == ["ArrangeCall", "RingLeg"]
        assert engine.state.calls[caller].consult == "l1"
