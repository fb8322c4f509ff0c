"""What is told of a leg as the router's input: the first leg of a call has its offer's key, later ones
have their own."""

from typing import Any

from history.core.vocabulary import AgentId, EndedBy, InteractionId, LegFailure, LegId, OfferId
from router.core import inputs
from router.core.call_inputs import PartyAnswered, PartyEnded, PartyFailed, PartyRang

Told = tuple[Any, dict[str, Any]]
"""A kind of input, and what it says."""


def is_further(key: str) -> bool:
    """Whether this is the key of a leg beside the first one."""
    return key.startswith("l")


def rang(key: str) -> Told:
    return (PartyRang, {"leg": LegId(key)}) if is_further(key) else (inputs.AgentRang, {"offer": OfferId(key)})


def answered(key: str, interaction: InteractionId, agent: AgentId | None) -> Told:
    both = {"interaction": interaction, "agent": agent}
    if is_further(key):
        return PartyAnswered, {"leg": LegId(key), **both}
    return inputs.AgentAnswered, {"offer": OfferId(key), **both}


def failed(key: str, cause: LegFailure) -> Told:
    if is_further(key):
        return PartyFailed, {"leg": LegId(key), "cause": cause}
    return inputs.AgentLegFailed, {"offer": OfferId(key), "cause": cause}


def ended(key: str, by: EndedBy) -> Told:
    if is_further(key):
        return PartyEnded, {"leg": LegId(key), "by": by}
    return inputs.LegEnded, {"offer": OfferId(key), "by": by}
