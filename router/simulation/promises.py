"""What an offer has to respect, and what has to happen in time, said over the books of `Watch` by other means than the
engine's own.
"""

from typing import TYPE_CHECKING

from history.core import routing as facts
from history.core.routing_blending import Floor, Reserve
from history.core.vocabulary import (
    AgentId,
    InteractionId,
    Medium,
    OfferedBecause,
    Presence,
    RecalledBecause,
    Takes,
)
from router.core.requirements import is_met, parse
from router.errors import BrokenInvariant
from router.simulation.scenario import Capacity

if TYPE_CHECKING:  # the books ask these functions at each offer
    from router.simulation.watching import Visit, Watch

IN_A_ROW_MAX = 5
"""While overdue work of a medium waits that an agent can take, so many offers in a row may be of other media."""
SLACK_MS = 15_000
"""By so much what time brings may come later: an engine that is down brings nothing."""
OFFER_MS = 23_000
"""No offer lives longer: the wait for the page, the ring and its grace."""


def hold(condition: bool, what: str) -> None:
    """Raises BrokenInvariant."""
    if not condition:
        raise BrokenInvariant(what)


def offer_is_due(watch: "Watch", at_ms: int, fact: facts.OfferMade, visit: "Visit") -> None:
    """The agent may take it, has room for it, is not kept for others, and nobody comes before it. Raises
    BrokenInvariant."""
    hold(may_take(watch, fact.agent, fact.interaction), f"{fact.agent} may not take {fact.interaction}")
    held = held_by(watch, fact.agent)
    too_much = has_no_room(watch, fact.agent, fact.medium, held)
    hold(too_much is None, f"{fact.agent} is offered {fact.interaction}: {too_much}")
    if not held and fact.because is not OfferedBecause.HELD:
        _is_left(watch, fact)
    if fact.because is not OfferedBecause.HELD:
        _is_not_at_the_floor(watch, fact)
    if fact.because is OfferedBecause.HELD:
        hold(watch.held_for.get(fact.agent) == fact.interaction, f"{fact.agent} was not held for {fact.interaction}")
    else:
        _in_order(watch, fact, visit)
    _in_turn(watch, at_ms, fact, held)


def may_take(watch: "Watch", agent: AgentId, interaction: InteractionId) -> bool:
    """Whether the agent meets what is asked now, or is lent there, and has not just declined it; nor is lent
    elsewhere alone."""
    visit = watch.visits[interaction]
    lent = watch.lent.get(agent)
    if (interaction, agent) in watch.declined or (lent is not None and lent.only and lent.queue != visit.queue):
        return False
    lent_there = lent is not None and lent.queue == visit.queue
    return lent_there or is_met(parse(visit.requirement), watch.agents[agent])


def _barring(watch: "Watch", agent: AgentId, queue: str) -> list[Reserve]:
    """Return the reserves whose group the agent is in and which are for other queues than this one."""
    if watch.settings is None or agent in watch.lent:
        return []
    return [
        rule
        for rule in watch.settings.reserves
        if queue not in rule.queues and is_met(parse(rule.agents), watch.agents[agent])
    ]


def _floors(watch: "Watch", agent: AgentId, queue: str) -> list[Floor]:
    """Return the floors of other queues that the agent is at work for."""
    if watch.settings is None:
        return []
    return [
        rule
        for rule in watch.settings.floors
        if queue not in rule.queues
        and is_met(parse(rule.agents), watch.agents[agent])
        and agent in _at_work(watch, rule)
    ]


def _at_work(watch: "Watch", rule: Floor) -> set[AgentId]:
    held = [*watch.offers.values(), *(each for each in watch.handlings.values() if not each.frees)]
    return {
        each.agent
        for each in held
        if watch.visits[each.interaction].queue in rule.queues and is_met(parse(rule.agents), watch.agents[each.agent])
    }


def _is_not_at_the_floor(watch: "Watch", fact: facts.OfferMade) -> None:
    """Nothing else is offered to one of the last who are at work for a floor."""
    for rule in _floors(watch, fact.agent, fact.queue):
        enough = len(_at_work(watch, rule)) > rule.agents_min
        hold(enough, f"{fact.agent} is offered {fact.interaction} and is kept by {rule.rule}")


def _is_left(watch: "Watch", fact: facts.OfferMade) -> None:
    """More than the reserve were idle before this offer to an idle one. These books do not know whose phone is gone,
    and take them for idle."""
    for rule in _barring(watch, fact.agent, fact.queue):
        idle = [
            agent
            for agent, settings in watch.agents.items()
            if watch.presence.get(agent) is Presence.READY
            and agent not in watch.lent
            and is_met(parse(rule.agents), settings)
            and not held_by(watch, agent)
        ]
        hold(len(idle) > rule.keep, f"{fact.agent} is offered {fact.interaction} and is kept by {rule.rule}")


LENT_AGAIN_MS = 15 * 60_000


def lent_in_time(watch: "Watch", at_ms: int, fact: facts.AgentLent) -> None:
    """Nobody is lent by a rule again within a quarter of an hour of having gone back. Raises BrokenInvariant."""
    since_ms = watch.loans.get(fact.agent, (0, 0))[1]
    hold(not since_ms or at_ms >= since_ms + LENT_AGAIN_MS, f"{fact.agent} is lent again too soon")


def recalled_in_time(watch: "Watch", at_ms: int, fact: facts.AgentRecalled) -> None:
    """A rule keeps its shortest stay. Raises BrokenInvariant."""
    rules = {} if watch.settings is None else {rule.rule: rule for rule in watch.settings.lending}
    if fact.because is RecalledBecause.RULE and fact.rule in rules:
        since_ms = watch.loans[fact.agent][0]
        hold(at_ms >= since_ms + rules[fact.rule].stay_ms, f"{fact.agent} is called back too soon")


def held_by(watch: "Watch", agent: AgentId) -> list[Medium]:
    """Return the medium of everything that the agent has in hand."""
    held = [offer.medium for offer in watch.offers.values() if offer.agent == agent]
    held += [each.medium for each in watch.handlings.values() if each.agent == agent and not each.frees]
    others = (*watch.works.values(), *watch.reservations.values())
    return held + [medium for whose, medium in others if whose == agent]


def has_no_room(watch: "Watch", agent: AgentId, medium: Medium, held: list[Medium]) -> str | None:
    """Say what stands in the way of one more of this medium, or None."""
    capacities = watch.groups[agent.rpartition(".")[0]].capacity
    wanted = capacities.get(medium, Capacity())
    if held.count(medium) >= wanted.limit:
        return f"they have {held} already"
    if medium is Medium.VOICE and agent in watch.phone_busy:
        return "their phone is busy"
    for offer in watch.offers.values():
        offered = capacities.get(offer.medium, Capacity())
        if offer.agent == agent and (wanted.interruptible or not offered.interruptible):
            return f"they are asked about {offer.interaction}"
    counted = [capacities.get(each, Capacity()) for each in held]
    load = sum(each.weight for each in counted if wanted.interruptible or not each.interruptible) + wanted.weight
    return f"with {held} they would carry {load} of 100" if load > 100 else None


def _in_order(watch: "Watch", fact: facts.OfferMade, visit: "Visit") -> None:
    """Nobody of the same queue who is due earlier is passed over, but for whom this agent may not take, or takes later
    since their skill fits another step better."""
    mine = (visit.due_ms, visit.arrived_ms, fact.interaction)
    own_skill = watch.agents[fact.agent].takes is Takes.BEST_SKILL_FIRST
    for name in watch.waiting[visit.queue]:
        other = watch.visits[name]
        if (other.due_ms, other.arrived_ms, name) < mine and may_take(watch, fact.agent, name):
            hold(
                own_skill and other.requirement != visit.requirement,
                f"{fact.agent} is offered {fact.interaction} before {name}, which is due earlier",
            )


def _in_turn(watch: "Watch", at_ms: int, fact: facts.OfferMade, held: list[Medium]) -> None:
    """No medium starves: overdue work of it that the agent could take is passed over only so often in a row."""
    overdue: set[Medium] = set()
    for waiting in watch.waiting.values():
        for name in waiting:
            other = watch.visits[name]
            kept = not held and bool(_barring(watch, fact.agent, other.queue))
            kept = kept or bool(_floors(watch, fact.agent, other.queue))
            if other.medium in overdue or other.due_ms >= at_ms or kept:
                continue
            if may_take(watch, fact.agent, name):
                overdue.add(other.medium)
    for medium in Medium:
        passed = medium is not fact.medium and medium in overdue
        passed = passed and has_no_room(watch, fact.agent, medium, held) is None
        times = watch.passed_over.get((fact.agent, medium), 0) + 1 if passed else 0
        hold(times <= IN_A_ROW_MAX, f"{fact.agent} was offered other work {times} times while {medium} was overdue")
        watch.passed_over[fact.agent, medium] = times


def in_time(watch: "Watch", now_ms: int) -> None:
    """What time was to bring has come: offers have ended, steps been taken, parked work resumed. Raises
    BrokenInvariant."""
    for offer, held in watch.offers.items():
        hold(now_ms <= held.since_ms + OFFER_MS + SLACK_MS, f"{offer} has not ended in its time")
    for handling, held in watch.handlings.items():
        hold(
            held.ends_ms is None or now_ms <= held.ends_ms + SLACK_MS,
            f"the wrap-up of {handling} has not ended in time",
        )
    for (name, agent), until_ms in watch.declined.items():
        hold(now_ms <= until_ms + SLACK_MS, f"{name} is not offerable to {agent} again in its time")
    for name, visit in watch.visits.items():
        if visit.ended:
            continue
        step_ms, parked_ms = visit.next_step_ms, visit.parked_until_ms
        hold(step_ms is None or now_ms <= step_ms + SLACK_MS, f"{name} is not relaxed in its time")
        hold(parked_ms is None or now_ms <= parked_ms + SLACK_MS, f"{name} is not resumed in its time")
