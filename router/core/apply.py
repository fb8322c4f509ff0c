"""`apply`: the only function that changes the router's state, when deciding, recovering and replaying alike.

What a fact changes stands in `applying_to_agents.py`, `applying_to_work.py`, `applying_to_offers.py` and
`applying_to_calls.py`, and for the facts of a snapshot in `restoring.py`.
"""

from collections.abc import Callable
from typing import Any

from history.core import routing as facts
from history.core.entries import Fact
from history.core.routing_records import (
    AgentRecord,
    EmergencyRecord,
    OpeningRecord,
    SourceAnswer,
    SourceRecord,
)
from history.core.vocabulary import (
    Outcome,
    SourceId,
)
from router.core import applying_to_agents, applying_to_calls, applying_to_offers, applying_to_work, telling
from router.core.keeping import (
    define_lending,
    let_go,
    put_agent,
    put_emergency,
    put_opening,
    put_overflow,
    put_reason,
)
from router.core.restoring import RESTORE
from router.core.sharing import define_shares
from router.core.state import State

ANSWERS_KEPT = 16
"""How many answers a source may ask for again."""
SOURCES_MAX = 10_000
"""The source that has been silent for longest is forgotten beyond this."""


def apply(state: State, fact: Fact, at_ms: int) -> None:
    """Change the state by one fact. A fact of an unknown type is a defect of the program that reads it."""
    APPLY[type(fact)](state, fact, at_ms)


def _input_taken(state: State, fact: facts.InputTaken, at_ms: int) -> None:
    answer = SourceAnswer(number=fact.source_number, outcome=fact.outcome, reason=fact.reason)
    _remember_answer(state, fact.source, fact.source_epoch, answer)


def _input_set_aside(state: State, fact: facts.InputSetAside, at_ms: int) -> None:
    answer = SourceAnswer(number=fact.source_number, outcome=Outcome.DEFECT)
    _remember_answer(state, fact.source, fact.source_epoch, answer)


def _remember_answer(state: State, source: SourceId, epoch: int, answer: SourceAnswer) -> None:
    record = state.sources.get(source)
    if record is None:
        record = state.sources[source] = SourceRecord(source=source, epoch=epoch, number=0, answers=())
        if len(state.sources) > SOURCES_MAX:
            state.sources.popitem(last=False)
    earlier = record.answers if record.epoch == epoch else ()
    record.epoch, record.number = epoch, answer.number
    record.answers = (*earlier[1 - ANSWERS_KEPT :], answer)
    state.sources.move_to_end(source)


def _routing_defined(state: State, fact: facts.RoutingDefined, at_ms: int) -> None:
    state.settings = fact.settings
    state.queue_settings = {queue.queue: queue for queue in fact.settings.queues}
    state.paces = {queue: pace for queue, pace in state.paces.items() if queue in state.queue_settings}
    state.rivals = {}
    state.overflows = any(queue.overflow for queue in fact.settings.queues)
    state.hours = {each.hours: each.open for each in fact.settings.hours}
    limits = fact.settings.reason_limits
    state.reason_lasts_ms = {each.reason: each.lasts_ms for each in limits if each.lasts_ms is not None}
    agents = {agent.agent for agent in fact.settings.agents}
    for settings in fact.settings.agents:
        if settings.agent not in state.agents:
            put_agent(state, AgentRecord(agent=settings.agent, presence_since_ms=at_ms, idle_since_ms=at_ms))
    for agent in list(state.held_for.values()):
        let_go(state, agent)  # who may take what has changed; they are held anew where it is still so
    for queue in [queue for queue in state.openings if queue not in state.queue_settings]:
        del state.openings[queue]
    for agent in [agent for agent in state.agents if agent not in agents]:
        del state.agents[agent]
        state.planned.pop(agent, None)
        state.lent.pop(agent, None)
    define_lending(state)
    state.seats.define(fact.settings, state.agents)
    define_shares(state, at_ms)
    state.waiting.defined_anew(state.queue_settings)
    for record in state.agents.values():
        put_reason(state, record)
    for interaction in state.interactions.values():
        put_overflow(state, interaction)
    telling.look_at_all(state, at_ms)


def _queue_opening_changed(state: State, fact: facts.QueueOpeningChanged, at_ms: int) -> None:
    put_opening(state, OpeningRecord(queue=fact.queue, opening=fact.opening, until_ms=fact.until_ms))


def _emergency_began(state: State, fact: facts.EmergencyBegan, at_ms: int) -> None:
    put_emergency(state, EmergencyRecord(queue=fact.queue, number=fact.number, until_ms=fact.until_ms, by=fact.by))


def _emergency_ended(state: State, fact: facts.EmergencyEnded, at_ms: int) -> None:
    del state.emergencies[fact.queue, fact.number]


# Each function takes exactly the fact type it stands under, which a dictionary cannot say to the type checker.
APPLY: dict[type[Fact], Callable[[State, Any, int], None]] = {
    facts.InputTaken: _input_taken,
    facts.InputSetAside: _input_set_aside,
    facts.RoutingDefined: _routing_defined,
    facts.QueueOpeningChanged: _queue_opening_changed,
    facts.EmergencyBegan: _emergency_began,
    facts.EmergencyEnded: _emergency_ended,
    **applying_to_agents.APPLY,
    **applying_to_work.APPLY,
    **applying_to_offers.APPLY,
    **applying_to_calls.APPLY,
    **RESTORE,
}
