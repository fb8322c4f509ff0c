"""How a stretch begins: the state at its first instant, as facts for the figures and as inputs for the simulation.

Who waits is taken over with arrival and place, also who was just being offered. What agents had in hand stays theirs
to its recorded end, as work that was not offered. Agents come in the order in which they have been idle.
"""

from collections.abc import Iterator

from history.core import routing as facts
from history.core.entries import Fact
from history.core.routing_records import AgentRecord, HandlingRecord, InteractionRecord
from history.core.vocabulary import (
    AgentId,
    EndedBy,
    HandlingId,
    HandlingPhase,
    InteractionPhase,
    Medium,
    Presence,
    ReasonCode,
    WorkId,
)
from router.core import inputs
from router.core.capacity import Seat
from router.core.inputs import AnyInput
from router.core.state import State
from router.simulation.trace import UNTOLD, traced


def opening_facts(state: State, at_ms: int) -> Iterator[Fact]:
    """Yield facts from which figures can be counted on: settings, presence, what waits and what is in hand."""
    yield facts.RoutingDefined(settings=state.settings)
    for agent in state.agents.values():
        if agent.presence is not Presence.SIGNED_OUT:
            yield facts.PresenceChanged(agent=agent.agent, presence=agent.presence, reason=agent.reason)
    for record in state.interactions.values():
        yield _queued(record)
    for offer in state.offers.values():
        record = state.interactions[offer.interaction]
        yield facts.OfferMade(
            offer=offer.offer,
            interaction=offer.interaction,
            visit=record.visit,
            queue=record.queue,
            medium=offer.medium,
            agent=offer.agent,
            waited_ms=max(0, offer.made_ms - record.queued_ms),
            expires_at_ms=offer.expires_at_ms,
            idle_ms=0,
            candidates=1,
        )
    for handling in state.handlings.values():
        yield from _in_hand(handling, at_ms)
    for work in state.works.values():
        yield facts.WorkStarted(
            work=work.work, agent=work.agent, medium=work.medium, kind=work.kind, interaction=work.interaction
        )


def _queued(record: InteractionRecord) -> facts.InteractionQueued:
    return facts.InteractionQueued(
        interaction=record.interaction,
        visit=record.visit,
        medium=record.medium,
        queue=record.queue,
        arrived_ms=record.arrived_ms,
        due_ms=record.due_ms,
    )


def _in_hand(handling: HandlingRecord, at_ms: int) -> Iterator[Fact]:
    yield facts.HandlingStarted(
        handling=handling.handling,
        interaction=handling.interaction,
        agent=handling.agent,
        queue=handling.queue,
        medium=handling.medium,
        offer=handling.offer,
    )
    if handling.phase is HandlingPhase.WRAP_UP:
        yield facts.WrapUpStarted(
            handling=handling.handling,
            interaction=handling.interaction,
            agent=handling.agent,
            by=EndedBy.CUSTOMER,
            active_ms=max(0, at_ms - handling.started_ms),
            frees=handling.frees,
        )


def waiting_at(state: State) -> list[InteractionRecord]:
    """Return what waits or is being offered, in order of arrival."""
    open_ones = (InteractionPhase.WAITING, InteractionPhase.OFFERED)
    found = [record for record in state.interactions.values() if record.phase in open_ones]
    return sorted(found, key=lambda record: (record.arrived_ms, record.interaction))


def work_of(handling: HandlingId) -> WorkId:
    """Return the name under which a handling of before the stretch is taken over."""
    return WorkId(f"before/{handling}")


def opening_inputs(state: State, from_ms: int) -> list[tuple[int, AnyInput]]:
    """Return what brings the agents to where they stood, each at an instant of their own before the stretch, and the
    emergencies that were declared."""
    agents = sorted(state.agents.values(), key=lambda agent: (agent.idle_since_ms, agent.agent))
    found: list[tuple[int, AnyInput]] = [
        (from_ms - len(agents) + place, given)
        for place, agent in enumerate(agents)
        for given in (*_devices(state, agent), *_taken_over(state, agent.agent), *_presence(agent))
    ]
    return [*found, *((from_ms - 1, given) for given in _emergencies(state))]


def _emergencies(state: State) -> Iterator[AnyInput]:
    for each in state.emergencies.values():
        yield traced(inputs.EmergencyDeclared, queue=each.queue, number=each.number, until_ms=each.until_ms, by=each.by)


def _devices(state: State, agent: AgentRecord) -> Iterator[AnyInput]:
    if agent.desktop:
        yield traced(inputs.DesktopAttached, agent=agent.agent)
    if agent.phone_reachable:
        yield traced(inputs.PhoneReachable, agent=agent.agent)
    if agent.phone_busy and not _has_call(state.seats.of[agent.agent]):
        yield traced(inputs.PhoneBusy, agent=agent.agent)


def _has_call(seat: Seat) -> bool:
    held = [*(each.medium for each in seat.offers.values()), *(each.medium for each in seat.handlings.values())]
    return Medium.VOICE in held


def _taken_over(state: State, agent: AgentId) -> Iterator[AnyInput]:
    for handling in state.seats.of[agent].handlings.values():
        if not handling.frees:
            yield traced(
                inputs.WorkBegun, work=work_of(handling.handling), agent=handling.agent, medium=handling.medium
            )
    for work in state.works.values():
        if work.agent == agent:
            yield traced(inputs.WorkBegun, work=work.work, agent=agent, medium=work.medium)


def _presence(agent: AgentRecord) -> Iterator[AnyInput]:
    if agent.presence is Presence.SIGNED_OUT:
        return
    yield traced(inputs.AgentChosePresence, agent=agent.agent, presence=agent.presence, reason=reason_of(agent))
    if agent.planned is not None:
        reason = agent.planned_reason or UNTOLD if agent.planned is Presence.NOT_READY else None
        yield traced(
            inputs.AgentChosePresence, agent=agent.agent, presence=agent.planned, reason=reason, after_work=True
        )


def reason_of(given: AgentRecord | facts.PresenceChanged | facts.PresencePlanned) -> ReasonCode | None:
    """Return the reason of one who is not ready, and none for others."""
    return given.reason or UNTOLD if given.presence is Presence.NOT_READY else None
