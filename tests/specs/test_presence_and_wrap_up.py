"""Breaks after the work in hand, forced presences, reasons with limits, and the four ways of wrap-up."""

from typing import Any

import msgspec
import pytest

from history.core import routing as facts
from history.core.routing_settings import BackOffs, ReasonLimits
from history.core.vocabulary import (
    AgentId,
    HandlingId,
    LegFailure,
    Medium,
    Outcome,
    OutcomeReason,
    Presence,
    PresenceBy,
    ReasonCode,
    UserId,
    WrapUp,
)
from router.core import inputs
from tests.specs.center import Center, a_queue, an_agent, closed_as

ANN, MAX = AgentId("ann"), UserId("max")


def a_center(wrap_up: WrapUp = WrapUp.MANDATORY, **queue: Any) -> Center:
    sales = a_queue("sales", Medium.VOICE, wrap_up=wrap_up, wrap_up_ms=30_000, disposition_required=False, **queue)
    center = Center(agents=(an_agent("ann"), an_agent("ben")), queues=(sales, a_queue("chat", Medium.CHAT)))
    center.signs_in("ann")
    return center


def plans(center: Center, presence: Presence, reason: str | None = None) -> inputs.Receipt:
    code = None if reason is None else ReasonCode(reason)
    return center.tell(inputs.AgentChosePresence, agent=ANN, presence=presence, reason=code, after_work=True)


def forces(center: Center, presence: Presence, reason: str | None = None) -> inputs.Receipt:
    code = None if reason is None else ReasonCode(reason)
    return center.tell(inputs.PresenceForced, agent=ANN, presence=presence, reason=code, by=MAX)


# -- Break after this ----------------------------------------------------------------------------------------------


def test_a_break_after_this_begins_with_the_end_of_the_last_piece_and_nothing_more_is_offered() -> None:
    center = a_center()
    center.arrives("chat")
    center.arrives("chat")
    first, second = center.takes("ann"), center.takes("ann")
    assert plans(center, Presence.NOT_READY, "break").outcome is Outcome.ACCEPTED
    center.arrives("chat")
    center.ends("ann", first)
    center.wraps_up("ann", first)
    center.expect_no_offer("ann")
    assert center.presence_of("ann") is Presence.READY
    center.ends("ann", second)
    center.wraps_up("ann", second)
    assert center.presence_of("ann") is Presence.NOT_READY
    assert center.engine.state.agents[ANN].reason == "break"
    center.expect_no_offer("ann")


def test_a_planned_sign_out_happens_and_a_plan_can_be_dropped() -> None:
    center = a_center()
    center.arrives("chat")
    handling = center.takes("ann")
    plans(center, Presence.SIGNED_OUT)
    assert center.chooses("ann", Presence.READY).outcome is Outcome.ACCEPTED
    center.arrives("chat")
    assert center.offers_of("ann")
    plans(center, Presence.SIGNED_OUT)
    second = center.takes("ann")
    for each in (handling, second):
        center.ends("ann", each)
        center.wraps_up("ann", each)
    assert center.presence_of("ann") is Presence.SIGNED_OUT


def test_dropping_a_plan_leaves_what_is_now_as_it_was() -> None:
    center = a_center()
    center.arrives("chat")
    center.takes("ann")
    center.chooses("ann", Presence.NOT_READY, "break")
    since_ms = center.now_ms
    center.after(seconds=30)
    plans(center, Presence.SIGNED_OUT)
    center.chooses("ann", Presence.NOT_READY, "break")
    agent = center.engine.state.agents[ANN]
    assert (agent.presence, agent.presence_since_ms, agent.planned) == (Presence.NOT_READY, since_ms, None)


def test_with_nothing_in_hand_a_plan_is_carried_out_at_once() -> None:
    center = a_center()
    plans(center, Presence.NOT_READY, "break")
    assert center.presence_of("ann") is Presence.NOT_READY


def test_a_plan_survives_a_restart() -> None:
    center = a_center()
    center.arrives("chat")
    handling = center.takes("ann")
    plans(center, Presence.NOT_READY, "break")
    center.engine = center.from_snapshot()
    center.ends("ann", handling)
    center.wraps_up("ann", handling)
    assert center.presence_of("ann") is Presence.NOT_READY


# -- Forced by a supervisor ----------------------------------------------------------------------------------------


def test_a_supervisor_takes_an_agent_out_and_the_caller_keeps_their_place() -> None:
    center = a_center()
    caller = center.caller_arrives()
    center.pop_is_shown("ann")
    assert forces(center, Presence.NOT_READY, "break").outcome is Outcome.ACCEPTED
    assert center.engine.state.interactions[caller].offer is None
    changed = center.last(facts.PresenceChanged)
    assert isinstance(changed, facts.PresenceChanged)
    assert (changed.by, changed.supervisor) == (PresenceBy.SUPERVISOR, MAX)
    assert center.found(facts.RingingToStop)


def test_what_an_agent_handles_stays_theirs() -> None:
    center = a_center()
    center.caller_arrives()
    handling = center.takes("ann")
    assert forces(center, Presence.SIGNED_OUT).reason is OutcomeReason.WORK_IN_HAND
    assert forces(center, Presence.NOT_READY, "break").outcome is Outcome.ACCEPTED
    assert handling in center.engine.state.handlings


def test_signing_an_agent_out_closes_the_wrap_up_that_they_left_open() -> None:
    center = a_center()
    caller = center.caller_arrives()
    handling = center.takes("ann")
    center.customer_leaves(caller)
    assert forces(center, Presence.SIGNED_OUT).outcome is Outcome.ACCEPTED
    assert handling not in center.engine.state.handlings
    assert closed_as(center, caller) == "handled"
    assert center.presence_of("ann") is Presence.SIGNED_OUT


def test_forcing_needs_a_known_agent_and_a_reason_and_says_when_nothing_changes() -> None:
    center = a_center()
    assert forces(center, Presence.NOT_READY).reason is OutcomeReason.REASON_MISSING
    assert forces(center, Presence.NOT_READY, "tea").reason is OutcomeReason.UNKNOWN_REASON
    assert forces(center, Presence.READY).reason is OutcomeReason.NO_CHANGE
    ghost = center.tell(inputs.PresenceForced, agent=AgentId("ghost"), presence=Presence.READY, by=MAX)
    assert ghost.reason is OutcomeReason.UNKNOWN_AGENT


# -- Reasons with limits -------------------------------------------------------------------------------------------


def limited(center: Center, **limits: int) -> None:
    settings = msgspec.structs.replace(
        center.engine.state.settings, reason_limits=(ReasonLimits(reason=ReasonCode("break"), **limits),)
    )
    center.tell(inputs.DefinitionApplied, settings=settings)


def test_a_reason_that_lasts_too_long_is_an_overrun_once_and_changes_no_presence() -> None:
    center = a_center()
    limited(center, lasts_ms=60_000)
    center.chooses("ann", Presence.NOT_READY, "break")
    center.after(seconds=59)
    assert not center.found(facts.ReasonOverrun)
    center.after(seconds=300)
    assert center.found(facts.ReasonOverrun) == [facts.ReasonOverrun(agent=ANN, reason=ReasonCode("break"))]
    assert center.presence_of("ann") is Presence.NOT_READY
    center.engine = center.from_snapshot()
    center.after(seconds=300)
    assert len(center.found(facts.ReasonOverrun)) == 1


def test_only_so_many_are_on_a_break_at_once_planned_ones_included() -> None:
    center = a_center()
    limited(center, agents_max=1)
    center.arrives("chat")
    center.takes("ann")
    plans(center, Presence.NOT_READY, "break")
    assert center.chooses("ben", Presence.NOT_READY, "break").reason is OutcomeReason.REASON_FULL
    assert center.chooses("ben", Presence.NOT_READY, "lunch").outcome is Outcome.ACCEPTED
    center.chooses("ann", Presence.READY)
    assert center.chooses("ben", Presence.NOT_READY, "break").outcome is Outcome.ACCEPTED


# -- Wrap-up -------------------------------------------------------------------------------------------------------


def after_a_call(center: Center) -> HandlingId:
    caller = center.caller_arrives()
    handling = center.takes("ann")
    center.customer_leaves(caller)
    return handling


def test_without_wrap_up_the_agent_is_free_with_the_end_of_the_call() -> None:
    center = a_center(WrapUp.NONE)
    handling = after_a_call(center)
    center.after(seconds=0)
    assert handling not in center.engine.state.handlings
    center.expect_offer("ann", center.caller_arrives())


def test_an_optional_wrap_up_leaves_the_agent_free_and_ends_by_itself() -> None:
    center = a_center(WrapUp.OPTIONAL)
    handling = after_a_call(center)
    second = center.caller_arrives()
    center.expect_offer("ann", second)
    assert handling in center.engine.state.handlings
    center.takes("ann")
    assert center.wraps_up("ann", handling).outcome is Outcome.ACCEPTED
    center.customer_leaves(second)
    center.after(seconds=30)
    assert not center.engine.state.handlings


def test_a_mandatory_wrap_up_waits_for_the_agent() -> None:
    center = a_center()
    handling = after_a_call(center)
    center.after(seconds=3_600)
    center.caller_arrives()
    center.expect_no_offer("ann")
    center.wraps_up("ann", handling)
    assert center.offers_of("ann")


def test_a_timed_wrap_up_ends_by_itself_and_can_be_extended_so_many_times() -> None:
    center = a_center(WrapUp.TIMED, extension_ms=20_000, extensions_max=2)
    handling = after_a_call(center)
    extends = {"agent": ANN, "handling": handling}
    for _ in range(2):
        assert center.tell(inputs.AgentExtendedWrapUp, **extends).outcome is Outcome.ACCEPTED
    assert center.tell(inputs.AgentExtendedWrapUp, **extends).reason is OutcomeReason.NO_EXTENSION_LEFT
    center.after(seconds=69.9)
    assert handling in center.engine.state.handlings
    center.after(seconds=0.1)
    assert handling not in center.engine.state.handlings


def test_a_wrap_up_that_is_not_timed_has_nothing_to_extend() -> None:
    center = a_center()
    center.caller_arrives()
    handling = center.takes("ann")
    assert center.tell(inputs.AgentExtendedWrapUp, agent=ANN, handling=handling).reason is OutcomeReason.STILL_TALKING
    center.ends("ann", handling)
    assert center.tell(inputs.AgentExtendedWrapUp, agent=ANN, handling=handling).reason is (
        OutcomeReason.NO_EXTENSION_LEFT
    )
    ben = AgentId("ben")
    assert center.tell(inputs.AgentExtendedWrapUp, agent=ben, handling=handling).reason is OutcomeReason.NOT_YOURS


def test_a_supervisor_closes_a_hung_wrap_up() -> None:
    center = a_center()
    caller = center.caller_arrives()
    handling = center.takes("ann")
    assert center.tell(inputs.WrapUpClosed, handling=handling, by=MAX).reason is OutcomeReason.STILL_TALKING
    center.customer_leaves(caller)
    assert center.tell(inputs.WrapUpClosed, handling=handling, by=MAX).outcome is Outcome.ACCEPTED
    completed = center.last(facts.WrapUpCompleted)
    assert isinstance(completed, facts.WrapUpCompleted)
    assert completed.supervisor == MAX
    assert center.tell(inputs.WrapUpClosed, handling=handling, by=MAX).reason is OutcomeReason.UNKNOWN_HANDLING


# -- Back-offs, each its own ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "seconds"),
    [
        (LegFailure.DECLINED, 7),
        (LegFailure.BUSY, 9),
        (LegFailure.NO_ANSWER, 11),
        (LegFailure.UNREACHABLE, 13),
        (LegFailure.SWITCH_DOWN, 3),
    ],
)
def test_each_bad_end_has_a_back_off_of_its_own(cause: LegFailure, seconds: int) -> None:
    back_offs = BackOffs(declined_ms=7_000, busy_ms=9_000, no_answer_ms=11_000, unreachable_ms=13_000, failed_ms=3_000)
    sales = a_queue("sales", Medium.VOICE, back_offs=back_offs, misses_max=3)
    center = Center(agents=(an_agent("ann"),), queues=(sales,))
    center.signs_in("ann")
    first = center.caller_arrives()
    center.pop_is_shown("ann")
    center.phone_fails("ann", cause)
    center.customer_leaves(first)
    second = center.caller_arrives()
    center.after(seconds=seconds - 0.1)
    center.expect_no_offer("ann")
    center.after(seconds=0.1)
    center.expect_offer("ann", second)


def test_an_agent_whose_phone_cannot_be_reached_is_made_not_ready_where_no_back_off_is_set() -> None:
    center = a_center()
    center.caller_arrives()
    center.pop_is_shown("ann")
    center.phone_fails("ann", LegFailure.UNREACHABLE)
    assert center.presence_of("ann") is Presence.NOT_READY
