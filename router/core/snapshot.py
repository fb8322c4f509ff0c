"""A snapshot: the state as a list of facts that folds to the same state, and that no later decision changes."""

from copy import copy

from history.core import routing_call_records as call_records
from history.core import routing_records as records
from history.core.entries import Fact
from history.core.routing import RoutingDefined
from router.core.state import State


def snapshot(state: State) -> list[Fact]:
    """Return facts that, folded into an empty state, give this one."""
    folded: list[Fact] = [
        RoutingDefined(settings=state.settings),
        records.CountersRestored(offers=state.offers_made, handlings=state.handlings_started, legs=state.legs_ordered),
    ]
    folded += [records.SourceRestored(record=copy(source)) for source in state.sources.values()]
    folded += [records.AgentRestored(record=copy(agent)) for agent in state.agents.values()]
    folded += [records.InteractionRestored(record=copy(record)) for record in state.interactions.values()]
    folded += [records.OfferRestored(record=copy(offer)) for offer in state.offers.values()]
    folded += [records.HandlingRestored(record=copy(handling)) for handling in state.handlings.values()]
    folded += [records.WorkRestored(record=work) for work in state.works.values()]
    folded += [call_records.CallRestored(record=copy(call)) for call in state.calls.values()]
    folded += [call_records.LegRestored(record=copy(leg)) for leg in state.legs.values()]
    folded += [records.ReservationRestored(record=each) for each in state.reservations.values()]
    folded += [records.LendingRestored(record=copy(lending)) for lending in state.lendings.values()]
    folded += [records.ShareRestored(record=copy(share)) for share in state.shares.values()]
    folded += [records.PlaceRestored(record=place) for place in state.places_kept.values()]
    folded += [records.OpeningRestored(record=each) for each in state.openings.values()]
    folded += [records.EmergencyRestored(record=each) for each in state.emergencies.values()]
    folded += [records.TurnRestored(queue=queue, agent=agent) for queue, agent in state.turns.items()]
    folded += [records.PaceRestored(record=copy(pace)) for pace in state.paces.values()]
    folded += [records.RivalsRestored(record=rivals) for rivals in state.rivals.values()]
    folded += [
        records.StopRestored(offer=stop.offer, interaction=stop.interaction, give_up_at_ms=stop.give_up_at_ms)
        for stop in state.stops.values()
    ]
    folded.append(records.ClosedRestored(interactions=tuple(state.closed)))
    return folded
