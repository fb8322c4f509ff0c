"""What an interaction asks of an agent, and how that widens while it waits, in its place."""

from typing import Any

import msgspec

from history.core import routing as facts
from history.core.routing_settings import AgentSettings, RelaxationStep, SkillLevel
from history.core.vocabulary import EndedBy, InteractionId, Medium, OutcomeReason, Presence, Requirement, SkillId
from tests.specs.center import Center, a_queue, an_agent

STEPS = (
    RelaxationStep(after_ms=10_000, lower=(SkillLevel(SkillId("french"), 3),)),
    RelaxationStep(after_ms=20_000, drop=(SkillId("french"),)),
    RelaxationStep(after_ms=30_000, widen=Requirement("anyone")),
)


def a_center(*agents: AgentSettings, **queue: Any) -> Center:
    given = {"requires": "french >= 6 and sales", "relaxation": STEPS, **queue}
    return Center(agents=agents, queues=(a_queue("sales", Medium.VOICE, **given), a_queue("mail", Medium.MAIL)))


def step_of(center: Center, caller: InteractionId) -> tuple[int, str]:
    record = center.engine.state.interactions[caller]
    return record.step, record.requirement


def test_only_who_meets_the_whole_requirement_is_offered_it() -> None:
    center = a_center(an_agent("ann", "french 5", "sales"), an_agent("ben", "french 6", "sales 1"))
    center.signs_in("ann")
    center.signs_in("ben")
    caller = center.caller_arrives()
    center.expect_offer("ben", caller)
    center.expect_no_offer("ann")


def test_levels_ranges_names_and_negations_are_asked() -> None:
    requires = "(sales 2..4 or agent:dan) and not trainee"
    agents = [
        an_agent("ann", "sales 5"),
        an_agent("ben", "sales 3", "trainee"),
        an_agent("cem", "sales 4"),
        an_agent("dan"),
    ]
    center = a_center(*agents, requires=requires, relaxation=())
    for agent in ("ann", "ben", "cem", "dan"):
        center.signs_in(agent)
    first, second, third = center.caller_arrives(), center.caller_arrives(), center.caller_arrives()
    center.expect_offer("cem", first)
    center.expect_offer("dan", second)
    assert center.engine.state.interactions[third].offer is None


def test_an_arrival_asks_for_more_than_its_queue() -> None:
    center = a_center(an_agent("ann", "sales"), an_agent("ben", "sales", "boats"), requires="sales", relaxation=())
    center.signs_in("ann")
    center.after(seconds=1)
    center.signs_in("ben")
    center.expect_offer("ben", center.caller_arrives("boats"))
    center.expect_offer("ann", center.arrives("sales", requirement=Requirement("not boats")))


def test_a_requirement_widens_step_by_step_and_nothing_else_changes() -> None:
    center = a_center(
        an_agent("far", "french 9", "sales"), an_agent("ann", "sales"), an_agent("ben", "french 3", "sales")
    )
    center.signs_in("far")
    center.chooses("far", Presence.NOT_READY, "break")
    center.signs_in("ann")
    center.signs_in("ben")
    caller = center.caller_arrives()
    arrived = msgspec.structs.replace(center.engine.state.interactions[caller])
    assert step_of(center, caller) == (0, "french >= 6 and sales")
    center.after(seconds=9.9)
    center.expect_no_offer("ben")
    center.after(seconds=0.1)
    center.expect_offer("ben", caller)
    made = center.last(facts.OfferMade)
    assert isinstance(made, facts.OfferMade)
    assert made.waited_ms == 10_000
    record = center.engine.state.interactions[caller]
    assert (record.arrived_ms, record.queued_ms, record.due_ms, record.visit) == (
        arrived.arrived_ms,
        arrived.queued_ms,
        arrived.due_ms,
        arrived.visit,
    )
    assert step_of(center, caller) == (1, "french >= 3 and sales")


def test_a_step_runs_on_while_an_offer_stands() -> None:
    center = a_center(an_agent("ann", "sales"), an_agent("far", "french 9", "sales"))
    center.signs_in("far")
    caller = center.caller_arrives()
    center.after(seconds=12)
    assert step_of(center, caller) == (1, "french >= 3 and sales")
    center.expect_offer("far", caller)


def test_steps_that_nobody_signed_in_could_serve_are_passed_over() -> None:
    center = a_center(an_agent("ann", "sales"), an_agent("far", "french 9", "sales"))
    center.signs_in("ann")
    caller = center.caller_arrives()
    assert step_of(center, caller) == (2, "sales")
    center.expect_offer("ann", caller)


def test_while_nobody_at_all_is_signed_in_the_first_step_stands_and_its_time_runs() -> None:
    center = a_center(an_agent("ann", "sales"), an_agent("far", "french 9", "sales"))
    caller = center.caller_arrives()
    assert step_of(center, caller)[0] == 0
    center.after(seconds=11)
    assert step_of(center, caller)[0] == 1


def test_preferred_agents_are_waited_for_in_order_each_for_its_own_time() -> None:
    agents = [an_agent(name, "sales") for name in ("ann", "ben", "cem")]
    center = a_center(*agents, requires="sales", relaxation=(), preferred_ms=(8_000, 4_000))
    for agent in ("ann", "ben", "cem"):
        center.signs_in(agent)
    for agent in ("ann", "ben"):
        center.chooses(agent, Presence.NOT_READY, "break")
    caller = center.arrives("sales", preferred=("ann", "ben"))
    assert step_of(center, caller) == (0, "agent:ann and sales")
    center.after(seconds=8)
    assert step_of(center, caller) == (1, "agent:ben and sales")
    center.after(seconds=3.9)
    center.expect_no_offer("cem")
    center.after(seconds=0.1)
    center.expect_offer("cem", caller)


def test_nobody_is_glued_to_an_agent_who_has_signed_out() -> None:
    agents = [an_agent(name, "sales") for name in ("ann", "ben")]
    center = a_center(*agents, requires="sales", relaxation=(), preferred_ms=(600_000,))
    center.signs_in("ben")
    at_once = center.arrives("sales", preferred=("ann",))
    center.expect_offer("ben", at_once)
    center.takes("ben")
    center.signs_in("ann")
    center.chooses("ann", Presence.NOT_READY, "break")
    waits_for_ann = center.arrives("sales", preferred=("ann",))
    assert step_of(center, waits_for_ann) == (0, "agent:ann and sales")
    center.chooses("ann", Presence.SIGNED_OUT)
    assert step_of(center, waits_for_ann) == (1, "sales")


def test_a_caller_who_lost_their_agent_stays_at_their_step() -> None:
    center = a_center(an_agent("ann", "sales"), an_agent("far", "french 9", "sales"))
    center.signs_in("ann")
    caller = center.caller_arrives()
    handling = center.takes("ann")
    center.leg_ends(handling, EndedBy.LOST)
    assert step_of(center, caller) == (2, "sales")


def test_an_unreadable_requirement_is_refused_and_nothing_changes() -> None:
    center = a_center(an_agent("ann", "sales"))
    before = len(center.journal)
    center.arrives("sales", requirement=Requirement("sales >="))
    assert not center.engine.state.interactions
    (receipt,) = [fact for _, fact in center.journal[before:]]
    assert isinstance(receipt, facts.InputTaken)
    assert receipt.reason is OutcomeReason.REQUIREMENT_UNREADABLE
