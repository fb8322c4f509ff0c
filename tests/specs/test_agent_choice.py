"""Which of those who are free gets it: one spec a choice, and what the offer says about it."""

from typing import Any

import msgspec

from history.core import routing as facts
from history.core.routing_settings import AgentSettings, SkillLevel
from history.core.vocabulary import AgentChoice, Medium, OfferedBecause, Presence, SkillId, Takes
from tests.specs.center import CAPACITIES, Center, a_queue, an_agent


def a_center(choice: AgentChoice, *agents: AgentSettings, **queue: Any) -> Center:
    queues = (a_queue("sales", Medium.VOICE, choice=choice, **queue), a_queue("mail", Medium.MAIL))
    center = Center(agents=agents, queues=queues)
    for agent in agents:
        center.signs_in(agent.agent)
        center.after(seconds=1)
    return center


def serve(center: Center, agent: str, seconds: float) -> None:
    """One call from answer to the end of its wrap-up."""
    handling = center.takes(agent)
    center.after(seconds=seconds)
    center.ends(agent, handling)
    center.wraps_up(agent, handling)


def last_offer(center: Center) -> facts.OfferMade:
    made = center.last(facts.OfferMade)
    assert isinstance(made, facts.OfferMade)
    return made


def test_longest_idle_goes_first_and_equal_ones_by_id() -> None:
    center = Center(agents=(an_agent("ben"), an_agent("ann"), an_agent("cem")))
    center.signs_in("cem")
    center.after(seconds=5)
    center.signs_in("ben")
    center.signs_in("ann")
    center.expect_offer("cem", center.caller_arrives())
    made = last_offer(center)
    assert (made.idle_ms, made.candidates, made.runner_up, made.runner_up_idle_ms) == (5_000, 3, "ann", 0)
    center.expect_offer("ann", center.caller_arrives())
    center.expect_offer("ben", center.caller_arrives())


def test_least_occupied_goes_by_the_work_of_the_last_half_hour() -> None:
    center = a_center(AgentChoice.LEAST_OCCUPIED, an_agent("ann"), an_agent("ben"))
    center.caller_arrives()
    serve(center, "ann", seconds=600)
    center.caller_arrives()
    serve(center, "ben", seconds=60)
    center.expect_offer("ben", center.caller_arrives())
    made = last_offer(center)
    assert (made.choice, made.score, made.runner_up, made.runner_up_score) == (
        AgentChoice.LEAST_OCCUPIED,
        -60_000,
        "ann",
        -600_000,
    )
    serve(center, "ben", seconds=600)
    center.after(seconds=1_700)
    center.expect_offer("ann", center.caller_arrives())
    assert last_offer(center).score == 0


def test_best_skill_goes_by_the_levels_that_are_asked() -> None:
    agents = (
        an_agent("ann", "sales 9", "french 2"),
        an_agent("ben", "sales 6", "french 6"),
        an_agent("cem", "sales 9"),
    )
    center = a_center(AgentChoice.BEST_SKILL, *agents, requires="sales and french")
    center.expect_offer("ben", center.caller_arrives())
    made = last_offer(center)
    assert (made.score, made.runner_up, made.runner_up_score, made.candidates) == (12, "ann", 11, 2)


def test_best_skill_takes_the_next_best_when_the_best_are_at_work() -> None:
    agents = (an_agent("ann", "sales 9"), an_agent("ben", "sales 6"), an_agent("cem", "sales 6"))
    center = a_center(AgentChoice.BEST_SKILL, *agents, requires="sales")
    for expected in ("ann", "ben", "cem"):
        center.expect_offer(expected, center.caller_arrives())


def test_least_skilled_first_keeps_who_can_do_much_free() -> None:
    agents = (an_agent("ann", "sales", "french", "boats"), an_agent("ben", "sales"), an_agent("cem", "sales", "boats"))
    center = a_center(AgentChoice.LEAST_SKILLED, *agents, requires="sales")
    for expected in ("ben", "cem", "ann"):
        center.expect_offer(expected, center.caller_arrives())


def test_round_robin_goes_on_after_the_last_one_also_after_a_restart() -> None:
    center = a_center(AgentChoice.ROUND_ROBIN, an_agent("ann"), an_agent("ben"), an_agent("cem"))
    center.expect_offer("ann", center.caller_arrives())
    serve(center, "ann", seconds=1)
    center.expect_offer("ben", center.caller_arrives())
    assert last_offer(center).runner_up == "cem"
    serve(center, "ben", seconds=1)
    center.engine = center.from_snapshot()
    center.expect_offer("cem", center.caller_arrives())
    serve(center, "cem", seconds=1)
    center.expect_offer("ann", center.caller_arrives())


def test_weighted_levels() -> None:
    agents = (an_agent("ann", "sales 9"), an_agent("ben", "sales 3", "french 8"))
    weights = (SkillLevel(SkillId("sales"), 1), SkillLevel(SkillId("french"), 2))
    center = a_center(AgentChoice.WEIGHTED, *agents, weights=weights)
    center.expect_offer("ben", center.caller_arrives())
    made = last_offer(center)
    assert (made.score, made.runner_up_score) == (19, 9)


def test_an_agent_may_take_their_best_skill_before_what_is_more_urgent() -> None:
    ann = an_agent("ann", "french 9", "sales 2", takes=Takes.BEST_SKILL_FIRST)
    queues = (a_queue("french", Medium.VOICE, "french"), a_queue("sales", Medium.VOICE, "sales"))
    center = Center(agents=(ann,), queues=queues)
    center.arrives("sales")
    center.after(seconds=5)
    french = center.arrives("french")
    center.signs_in("ann")
    center.expect_offer("ann", french)
    assert last_offer(center).because is OfferedBecause.OWN_SKILL


def test_choices_are_the_same_whatever_number_of_others_is_idle() -> None:
    """Few who are free are looked at one by one, many are found along the idle: both give the same agent."""
    wanted = [an_agent(f"w{n:03}", "french") for n in range(60)]
    others = [an_agent(f"o{n:03}") for n in range(400)]
    center = Center(
        agents=(*wanted, *others),
        queues=(a_queue("french", Medium.VOICE, "french"), a_queue("all", Medium.VOICE)),
    )
    order = [*others[:200], *wanted[30:], *others[200:], *wanted[:30]]
    for agent in order:
        center.signs_in(agent.agent)
        center.now_ms += 1
    expected = [agent.agent for agent in (*wanted[30:], *wanted[:30])]
    found = []
    for _ in range(60):
        center.arrives("french")
        found.append(last_offer(center).agent)
    assert found == expected


def test_wrap_up_and_break_make_nobody_idle_longer() -> None:
    center = a_center(AgentChoice.LONGEST_IDLE, an_agent("ann"), an_agent("ben"))
    center.chooses("ann", Presence.NOT_READY, "break")
    center.after(seconds=60)
    center.chooses("ann", Presence.READY)
    center.expect_offer("ben", center.caller_arrives())


def test_limits_count_work_that_was_not_offered() -> None:
    few = tuple(msgspec.structs.replace(each, limit=1) for each in CAPACITIES)
    center = Center(agents=(an_agent("ann", capacities=few),))
    center.signs_in("ann")
    center.work_begins("ann", "direct-1", Medium.VOICE)
    caller = center.caller_arrives()
    center.expect_no_offer("ann")
    center.work_ends("direct-1")
    center.expect_offer("ann", caller)
