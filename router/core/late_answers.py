"""A phone that is picked up as its ring ends: the switch has connected it, whatever was decided meanwhile."""

from history.core import routing as facts
from history.core.vocabulary import (
    AgentId,
    InteractionId,
    InteractionPhase,
    Medium,
    OfferId,
    OfferPhase,
    OutcomeReason,
    WithdrawnBecause,
)
from router.core.decision import Deciding, Refused, ignored


def answered_late(
    deciding: Deciding, key: OfferId, interaction_id: InteractionId, agent: AgentId | None
) -> Refused | None:
    """The ring ended while the phone was being picked up. The two talk, so the agent has the customer; what was
    offered meanwhile, of this interaction or to this phone, is taken back."""
    state = deciding.state
    interaction = state.interactions.get(interaction_id)
    if interaction is None or agent is None or agent not in state.agents:
        return ignored(OutcomeReason.OFFER_ENDED)
    if key in state.handling_of_offer:
        # Told again of who has passed the caller on: the switch is still letting them go.
        return ignored(OutcomeReason.OFFER_ENDED)
    if interaction.phase not in (InteractionPhase.WAITING, InteractionPhase.OFFERED):
        return ignored(OutcomeReason.OFFER_ENDED)
    if key in state.stops:
        deciding.add(facts.RingingStopped(offer=key))
    if interaction.offer is not None:
        deciding.withdraw(state.offers[interaction.offer], WithdrawnBecause.ANSWERED_ELSEWHERE)
    for other in list(state.seats.of[agent].offers.values()):
        if other.medium is Medium.VOICE and other.interaction != interaction_id:
            deciding.withdraw(other, WithdrawnBecause.AGENT_TALKS)
            if other.phase is OfferPhase.RINGING:
                deciding.stop_ringing(other)
    deciding.begin_handling(interaction, agent, key)
    return None
