"""The state's records put in their place, each with the indexes and deadlines that follow from it.

Used alike when a fact makes a record and when a snapshot brings it back, so that both lead to the same state.
"""

import heapq

from history.core import routing as facts
from history.core.routing_records import AgentRecord, HandlingRecord, InteractionRecord, OfferRecord
from history.core.vocabulary import InteractionId
from router.core.state import State, class_of

CLOSED_KEPT = 10_000
"""How many closed interactions are remembered, so that their late arrival is no new contact."""


def put_agent(state: State, record: AgentRecord) -> None:
    state.agents[record.agent] = record
    state.agent_offers.setdefault(record.agent, {})
    state.agent_handlings.setdefault(record.agent, {})
    if record.backed_off_until_ms:
        state.add_deadline(record.backed_off_until_ms, "back_off", record.agent)


def push_waiting(state: State, record: InteractionRecord) -> None:
    heap = state.waiting.setdefault(class_of(record), [])
    heapq.heappush(heap, (record.due_ms, record.arrived_ms, record.interaction))
    state.waiting_count[record.queue] = state.waiting_count.get(record.queue, 0) + 1


def leave_waiting(state: State, record: InteractionRecord) -> None:
    state.waiting_count[record.queue] -= 1


def put_offer(state: State, record: OfferRecord) -> None:
    state.offers[record.offer] = record
    state.agent_offers[record.agent][record.offer] = record
    state.add_deadline(record.expires_at_ms, "offer", record.offer)


def put_handling(state: State, record: HandlingRecord) -> None:
    state.handlings[record.handling] = record
    state.agent_handlings[record.agent][record.handling] = record
    state.handling_of_offer[record.offer] = record.handling
    state.interaction_handlings.setdefault(record.interaction, {})[record.handling] = record
    if record.wrap_up_ends_at_ms is not None:
        state.add_deadline(record.wrap_up_ends_at_ms, "wrap_up", record.handling)


def remember_closed(state: State, interaction: InteractionId) -> None:
    state.closed[interaction] = None
    if len(state.closed) > CLOSED_KEPT:
        state.closed.popitem(last=False)


def put_stop(state: State, fact: facts.RingingToStop) -> None:
    state.stops[fact.offer] = fact
    state.add_deadline(fact.give_up_at_ms, "stop", fact.offer)
