"""Entering a queue: the requirement's first step, the due time, and the facts of a new visit."""

from functools import lru_cache

from history.core.routing import InteractionQueued, RequirementRelaxed
from history.core.routing_records import InteractionRecord
from history.core.routing_settings import ANYONE, QueueSettings, RelaxationStep
from history.core.routing_work import Expected
from history.core.vocabulary import AgentId, QueueId, Requirement, VisitId
from router.core.expected_wait import at_arrival, remaining
from router.core.inputs import InteractionArrived
from router.core.order import due_ms
from router.core.requirements import IsAgent, asked_by, every_requirement, text_of
from router.core.state import State
from router.core.steps import Step, first_step, steps


def queued(state: State, given: InteractionArrived, queue: QueueSettings, now_ms: int) -> InteractionQueued:
    """Return the fact of a first visit.

    Raises:
        router.errors.BadRequirement: what the arrival asks cannot be read.
    """
    own = asked_by(given.required_skills, given.requirement or ANYONE)
    found = _steps(queue, own, given.attributes.preferred_agents)
    step = first_step(found, 0, lambda requirement: is_servable(state, requirement))
    due = due_ms(queue, given.arrived_ms, given.priority, given.attributes.value)
    if given.due_ms is not None:
        due = given.due_ms
    kept = None if given.identity is None else state.places_kept.get((queue.queue, given.identity))
    again = kept is not None and kept.until_ms > given.arrived_ms
    due = min(due, kept.due_ms) if kept is not None and again else due
    estimate = at_arrival(state, queue, found[step:], due, now_ms)
    return InteractionQueued(
        interaction=given.interaction,
        visit=VisitId(f"{given.interaction}/1"),
        medium=given.medium,
        queue=queue.queue,
        requirement=found[step].requirement,
        own=None if own == ANYONE else own,
        step=step,
        next_step_ms=_ends_ms(found[step], now_ms),
        arrived_ms=given.arrived_ms,
        due_ms=due,
        again=again,
        priority=given.priority,
        switch=given.switch,
        called=given.called,
        customer=given.customer,
        identity=given.identity,
        trust=given.trust,
        attributes=given.attributes,
        expected=estimate.expected,
        unsure=estimate.unsure,
        rivals=estimate.rivals,
    )


def queued_again(
    state: State,
    record: InteractionRecord,
    now_ms: int,
    *,
    to: QueueId | None = None,
    for_agent: AgentId | None = None,
    passing: bool = False,
) -> InteractionQueued:
    """Return the fact of a later visit: in its own queue, where arrival, due time and step stay, or in another one,
    where it stands as if it had arrived there. `for_agent` has it first, alone, for as long as an offer stands."""
    to = None if to == record.queue else to
    queue = state.queue_settings[record.queue if to is None else to]
    found = _steps(queue, record.own or ANYONE, record.attributes.preferred_agents, for_agent)
    if to is None:
        gone_by = 0 if for_agent is not None else record.step - (record.for_agent is not None)
        step, due = min(max(0, gone_by), len(found) - 1), record.due_ms
    else:
        step = first_step(found, 0, lambda requirement: is_servable(state, requirement))
        due = due_ms(queue, record.arrived_ms, record.priority, record.attributes.value)
    estimate = at_arrival(state, queue, found[step:], due, now_ms)
    return InteractionQueued(
        interaction=record.interaction,
        visit=VisitId(f"{record.interaction}/{record.visits + 1}"),
        medium=record.medium,
        queue=queue.queue,
        requirement=found[step].requirement,
        own=record.own,
        for_agent=for_agent,
        passing=passing,
        step=step,
        next_step_ms=_ends_ms(found[step], now_ms),
        arrived_ms=record.arrived_ms,
        due_ms=due,
        priority=record.priority,
        switch=record.switch,
        called=record.called,
        customer=record.customer,
        identity=record.identity,
        trust=record.trust,
        attributes=record.attributes,
        expected=estimate.expected,
        unsure=estimate.unsure,
        rivals=estimate.rivals,
    )


def relaxed(state: State, record: InteractionRecord, now_ms: int, *, without: int = 0) -> RequirementRelaxed | None:
    """Return the fact of the next step that somebody signed in could serve, or of the next one when none could be; or
    None after the last. `without` is a mask of agents who do not count."""
    queue = state.queue_settings[record.queue]
    found = _steps(queue, record.own or ANYONE, record.attributes.preferred_agents, record.for_agent)
    if record.step + 1 >= len(found):
        return None
    step = first_step(found, record.step + 1, lambda requirement: is_servable(state, requirement, without))
    return RequirementRelaxed(
        interaction=record.interaction,
        step=step,
        requirement=found[step].requirement,
        next_step_ms=_ends_ms(found[step], now_ms),
    )


def expected_now(state: State, queue: QueueSettings, now_ms: int) -> Expected | None:
    """Return what somebody is told who comes now and asks nothing of their own."""
    found = _steps(queue, ANYONE, ())
    step = first_step(found, 0, lambda requirement: is_servable(state, requirement))
    return at_arrival(state, queue, found[step:], due_ms(queue, now_ms, 0, 0), now_ms).expected


def expected_still(state: State, record: InteractionRecord, now_ms: int) -> Expected | None:
    """Return what somebody who waits is told now of the rest of their wait; None as well for one that is put aside."""
    if record.parked_until_ms is not None:
        return None
    queue = state.queue_settings[record.queue]
    found = _steps(queue, record.own or ANYONE, record.attributes.preferred_agents, record.for_agent)
    return remaining(state, record, found[min(record.step, len(found) - 1) :], now_ms)


def left_behind(state: State, agent: AgentId, now_ms: int) -> list[RequirementRelaxed]:
    """Return the facts for those who waited for this agent alone, who is signing out: nobody waits for somebody who
    has gone home while others could serve a later step."""
    state.seats.refresh()
    seat = state.seats.of[agent]
    bit = 1 << seat.number
    found = []
    for work_class in state.waiting.numbered:
        if not work_class.live or not work_class.mask & bit or work_class.mask & state.seats.signed_in & ~bit:
            continue
        for interaction in state.waiting.of_class(work_class):
            fact = relaxed(state, state.interactions[interaction], now_ms, without=bit)
            if fact is not None and is_servable(state, fact.requirement, without=bit):
                found.append(fact)
    return found


def last_requirement(queue: QueueSettings, record: InteractionRecord) -> Requirement:
    """Return what is asked in the end."""
    return _steps(queue, record.own or ANYONE, ())[-1].requirement


def is_servable(state: State, requirement: Requirement, without: int = 0) -> bool:
    """Whether somebody who is signed in meets a requirement."""
    state.seats.refresh()
    return bool(state.seats.mask_of(requirement) & state.seats.signed_in & ~without)


def _steps(
    queue: QueueSettings, own: Requirement, preferred: tuple[AgentId, ...], for_agent: AgentId | None = None
) -> tuple[Step, ...]:
    found = _steps_of(queue.requirement, own, queue.relaxation, preferred, queue.preferred_ms)
    return found if for_agent is None else (Step(text_of(IsAgent(for_agent)), queue.offer_ms), *found)


@lru_cache(maxsize=10_000)
def _steps_of(
    asked: Requirement,
    own: Requirement,
    relaxation: tuple[RelaxationStep, ...],
    preferred: tuple[AgentId, ...],
    preferred_ms: tuple[int, ...],
) -> tuple[Step, ...]:
    return steps(every_requirement(asked, own), relaxation, preferred, preferred_ms)


def _ends_ms(step: Step, now_ms: int) -> int | None:
    return None if step.lasts_ms is None else now_ms + step.lasts_ms
