"""What is promised of consults, swaps, conferences and transfers after speaking."""

import pytest

from history.core import routing as facts
from history.core.call_words import CallAct, ConsultEndedBecause, TransferKind, WorkKind
from history.core.vocabulary import (
    AgentId,
    HandlingPhase,
    InteractionId,
    InteractionPhase,
    LegFailure,
    Medium,
    OfferId,
    OutcomeReason,
    Presence,
)
from router.core import inputs
from router.core.effects import HangUpCustomer, RingLeg, ShowScreenPop
from tests.specs.center import Outcome
from tests.specs.talks import CONSULT, HOLD, QUEUE, TALK, Talks, a_floor


@pytest.fixture
def center() -> Talks:
    return a_floor()


def owner_of(center: Talks, caller: InteractionId) -> str | None:
    handlings = center.engine.state.interaction_handlings.get(caller, {})
    return next((each.agent for each in handlings.values() if each.phase is HandlingPhase.ACTIVE), None)


def test_a_colleague_is_asked_the_record_is_shown_and_then_the_phone_rings(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.asks("ann", to_agent="ben")
    work = center.last(facts.WorkStarted)
    assert isinstance(work, facts.WorkStarted)
    assert (work.agent, work.kind, work.interaction) == ("ben", WorkKind.CONSULT, caller)
    pop = center.effects_now(ShowScreenPop)[-1]
    assert isinstance(pop, ShowScreenPop) and (pop.agent, pop.offer, pop.interaction) == ("ben", "l1", caller)
    assert center.places(caller) == (HOLD, [CONSULT, CONSULT])
    assert not center.effects_now(RingLeg)
    center.sees("ben")
    ring = center.last_ring()
    assert (ring.leg, ring.agent, ring.phone, ring.at, ring.ring_ms) == ("l1", "ben", "ben", CONSULT, 20_000)


def test_a_page_that_does_not_paint_delays_the_ring_by_350_ms(center: Talks) -> None:
    center.talks("ann")
    center.asks("ann", to_agent="ben")
    center.after(seconds=0.349)
    assert not center.effects_now(RingLeg)
    center.after(seconds=0.001)
    ordered = center.last(facts.LegRingOrdered)
    assert center.effects_now(RingLeg) and isinstance(ordered, facts.LegRingOrdered) and ordered.pop_was_late


def test_a_phone_without_a_desktop_rings_at_once(center: Talks) -> None:
    center.tell(inputs.DesktopLost, agent=AgentId("ben"))
    center.talks("ann")
    center.asks("ann", to_agent="ben")
    assert center.effects_now(RingLeg)


def test_who_is_asked_gets_no_call(center: Talks) -> None:
    center.talks("ann")
    center.chooses("cleo", Presence.NOT_READY, "break")
    center.asks("ann", to_agent="ben")
    center.caller_arrives()
    center.expect_no_offer("ben")
    center.fails("ben", LegFailure.BUSY)
    assert center.offers_of("ben")


def test_a_colleague_who_is_not_ready_may_be_asked(center: Talks) -> None:
    center.talks("ann")
    center.chooses("ben", Presence.NOT_READY, "break")
    center.asks_and_reaches("ann", "ben")
    assert center.presence_of("ben") is Presence.NOT_READY


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        ("gone", OutcomeReason.NOT_SIGNED_IN),
        ("unreachable", OutcomeReason.PHONE_UNREACHABLE),
        ("busy", OutcomeReason.PHONE_BUSY),
        ("talks", OutcomeReason.PHONE_BUSY),
        ("rings", OutcomeReason.OFFER_STANDS),
        ("reserved", OutcomeReason.RESERVED),
    ],
)
def test_nobody_is_asked_who_cannot_talk(center: Talks, happens: str, reason: OutcomeReason) -> None:
    center.talks("ann")
    center.chooses("cleo", Presence.NOT_READY, "break")
    match happens:
        case "gone":
            center.chooses("ben", Presence.SIGNED_OUT)
        case "unreachable":
            center.phone_is_gone("ben")
        case "busy":
            center.tell(inputs.PhoneBusy, agent=AgentId("ben"))
        case "talks":
            center.talks("ben")
        case "rings":
            center.caller_arrives()
        case _:
            center.tell(
                inputs.ReservationAsked,
                reservation="r1",
                agents="repairs",
                medium=Medium.VOICE,
                until_ms=center.now_ms + 9_000,
            )
    refused = center.asks("ann", to_agent="ben")
    assert (refused.reason, refused.field) == (reason, "to_agent")
    assert not center.engine.state.legs


@pytest.mark.parametrize(
    ("whom", "reason", "field"),
    [
        ({}, OutcomeReason.ONE_TARGET, "to_agent"),
        ({"to_queue": "sales", "to_destination": "bank"}, OutcomeReason.ONE_TARGET, "to_agent"),
        ({"to_agent": "ann"}, OutcomeReason.YOURSELF, "to_agent"),
        ({"to_agent": "nobody"}, OutcomeReason.UNKNOWN_AGENT, "to_agent"),
        ({"to_queue": "mail"}, OutcomeReason.WRONG_MEDIUM, "to_queue"),
        ({"to_queue": "nowhere"}, OutcomeReason.UNKNOWN_QUEUE, "to_queue"),
    ],
)
def test_a_target_that_is_none_is_refused_with_its_field(
    center: Talks, whom: dict[str, str], reason: OutcomeReason, field: str
) -> None:
    center.talks("ann")
    refused = center.asks("ann", **whom)
    assert (refused.outcome, refused.reason, refused.field) == (Outcome.REFUSED, reason, field)


def test_a_queue_is_asked_by_its_own_choice(center: Talks) -> None:
    center.talks("ann")
    center.asks("ann", to_queue="service")
    began = center.last(facts.ConsultBegan)
    assert isinstance(began, facts.ConsultBegan) and (began.to_agent, began.to_queue) == ("ben", "service")


def test_a_queue_in_which_nobody_is_free_is_refused(center: Talks) -> None:
    center.talks("ann")
    center.chooses("ben", Presence.NOT_READY, "break")
    refused = center.asks("ann", to_queue="service")
    assert (refused.reason, refused.field) == (OutcomeReason.NOBODY_FREE, "to_queue")


def test_one_consult_at_a_time(center: Talks) -> None:
    center.talks("ann")
    center.asks("ann", to_agent="ben")
    refused = center.asks("ann", to_agent="cleo")
    assert (refused.reason, refused.field) == (OutcomeReason.CONSULT_STANDS, "handling")
    assert center.steers("ann", CallAct.HOLD).reason is OutcomeReason.CONSULT_STANDS


@pytest.mark.parametrize("cause", [LegFailure.BUSY, LegFailure.NO_ANSWER, LegFailure.DECLINED, LegFailure.UNREACHABLE])
def test_a_consult_that_fails_brings_the_owner_back_to_the_customer_at_once(center: Talks, cause: LegFailure) -> None:
    caller, _ = center.talks("ann")
    center.asks("ann", to_agent="ben")
    center.sees("ben")
    center.fails("ben", cause)
    assert center.places(caller) == (TALK, [TALK])
    ended = center.last(facts.ConsultEnded)
    assert isinstance(ended, facts.ConsultEnded)
    assert (ended.because, ended.cause) == (ConsultEndedBecause.FAILED, cause)
    center.nothing_is_left()


def test_a_ring_of_which_nothing_is_told_fails_after_its_time(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.asks("ann", to_agent="ben")
    center.sees("ben")
    center.after(seconds=22)
    assert center.places(caller) == (TALK, [TALK])
    center.nothing_is_left()


def test_who_is_asked_may_decline_on_the_desk(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.asks("ann", to_agent="ben")
    refused = center.tell(inputs.AgentDeclinedOffer, agent=AgentId("cleo"), offer=OfferId("l1"))
    assert refused.reason is OutcomeReason.NOT_YOURS
    center.tell(inputs.AgentDeclinedOffer, agent=AgentId("ben"), offer=OfferId("l1"))
    assert center.places(caller) == (TALK, [TALK])
    center.nothing_is_left()


def test_swapping_goes_between_the_two(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.asks("ann", to_agent="ben")
    assert center.steers("ann", CallAct.SWAP).reason is OutcomeReason.NOT_ANSWERED
    center.sees("ben")
    center.picks_up("ben")
    center.steers("ann", CallAct.SWAP)
    assert center.places(caller) == (TALK, [TALK, HOLD])
    center.steers("ann", CallAct.SWAP)
    assert center.places(caller) == (HOLD, [CONSULT, CONSULT])
    assert center.count(facts.HoldBegan) == 2


def test_a_conference_of_three_and_more(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.asks_and_reaches("ann", "ben")
    center.steers("ann", CallAct.JOIN)
    assert center.places(caller) == (TALK, [TALK, TALK])
    center.asks("ann", to_agent="cleo")
    assert center.places(caller) == (TALK, [CONSULT, TALK, CONSULT])
    center.sees("cleo")
    center.picks_up("cleo")
    center.steers("ann", CallAct.JOIN)
    assert center.places(caller) == (TALK, [TALK, TALK, TALK])
    assert len(center.engine.state.works) == 2


def test_no_more_than_six_parties(center: Talks) -> None:
    center = a_floor("dan", "eve", "fay")
    center.talks("ann")
    for whom in ("ben", "cleo", "dan", "eve"):
        center.asks_and_reaches("ann", whom)
        center.steers("ann", CallAct.JOIN)
    refused = center.asks("ann", to_agent="fay")
    assert (refused.reason, refused.field) == (OutcomeReason.PARTIES_FULL, "handling")


def test_completing_gives_the_customer_to_whom_was_asked(center: Talks) -> None:
    caller, handling = center.talks("ann")
    leg = center.asks_and_reaches("ann", "ben")
    center.steers("ann", CallAct.COMPLETE)
    told = center.last(facts.HandlingTransferred)
    assert isinstance(told, facts.HandlingTransferred)
    assert (told.kind, told.to_agent, told.leg) == (TransferKind.CONSULT, "ben", leg)
    assert center.engine.state.handlings[handling].phase is HandlingPhase.WRAP_UP
    assert owner_of(center, caller) == "ben"
    assert center.engine.state.interactions[caller].visits == 1
    assert (center.last_order().customer, dict(center.last_order().legs)) == (TALK, {leg: TALK})
    center.nothing_but_the_owner()
    center.arranged()
    center.hangs_up("ben")
    assert center.effects_now(HangUpCustomer)


def test_completing_while_the_phone_still_rings(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.asks("ann", to_agent="ben")
    center.sees("ben")
    center.steers("ann", CallAct.COMPLETE)
    assert center.engine.state.interactions[caller].phase is InteractionPhase.HANDED_ON
    assert center.engine.state.handlings[handling].phase is HandlingPhase.WRAP_UP
    assert center.places(caller) == (QUEUE, [TALK])
    center.picks_up("ben")
    assert owner_of(center, caller) == "ben"
    assert center.places(caller) == (TALK, [TALK])
    assert center.count(facts.VisitAnswered) == 1


def test_a_phone_that_rang_on_in_vain_leaves_the_customer_in_their_old_place(center: Talks) -> None:
    caller, _ = center.talks("ann")
    due = center.engine.state.interactions[caller].due_ms
    center.asks("ann", to_agent="ben")
    center.sees("ben")
    center.steers("ann", CallAct.COMPLETE)
    center.fails("ben", LegFailure.NO_ANSWER)
    assert center.engine.state.interactions[caller].phase is InteractionPhase.PASSING
    center.arranged()
    assert center.engine.state.interactions[caller].due_ms == due
    center.expect_offer("cleo", caller)
    center.nothing_is_left()


def test_ending_the_consult_brings_both_back(center: Talks) -> None:
    caller, _ = center.talks("ann")
    leg = center.asks_and_reaches("ann", "ben")
    center.steers("ann", CallAct.END_CONSULT)
    assert center.places(caller) == (TALK, [TALK])
    assert leg not in dict(center.last_order().legs)
    center.nothing_is_left()


def test_acts_without_a_consult_are_refused(center: Talks) -> None:
    center.talks("ann")
    for act in (CallAct.SWAP, CallAct.JOIN, CallAct.COMPLETE, CallAct.END_CONSULT):
        refused = center.steers("ann", act)
        assert (refused.reason, refused.field) == (OutcomeReason.NO_CONSULT, "act")
