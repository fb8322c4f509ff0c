"""Inputs about calls with more than two parties: what a switch tells of legs and arrangements, what agents ask for.

A leg's key is its `LegId`; the first leg of a call has the key of its offer, and is told of by `AgentRang` to
`LegEnded` (`router/core/inputs.py`).
"""

from history.core.call_words import CallAct
from history.core.vocabulary import (
    AgentId,
    DestinationId,
    EndedBy,
    HandlingId,
    InteractionId,
    LegFailure,
    LegId,
    QueueId,
)
from router.core.input_base import Input


class CallArranged(Input, frozen=True, kw_only=True):
    """The parties of the call stand as this arrangement says, and no others are in it."""

    interaction: InteractionId
    arrangement: int


class CallNotArranged(Input, frozen=True, kw_only=True):
    """The switch could not bring the parties there."""

    interaction: InteractionId
    arrangement: int


class PartyRang(Input, frozen=True, kw_only=True):
    leg: LegId


class PartyAnswered(Input, frozen=True, kw_only=True, omit_defaults=True):
    """The leg is connected, and stands where it was to come in."""

    leg: LegId
    interaction: InteractionId
    agent: AgentId | None = None
    """Whose phone it is by the definition of today; none outside."""


class PartyFailed(Input, frozen=True, kw_only=True):
    """The ring of this leg is over and nobody is connected. Also answers a ring that was stopped."""

    leg: LegId
    cause: LegFailure


class PartyEnded(Input, frozen=True, kw_only=True):
    """The leg has ended after an answer."""

    leg: LegId
    by: EndedBy


class PhoneHeld(Input, frozen=True, kw_only=True):
    """A phone has put its call on hold by its own key."""

    leg: LegId


class PhoneResumed(Input, frozen=True, kw_only=True):
    leg: LegId


class CallSteered(Input, frozen=True, kw_only=True):
    """The owner of a call does something with its parties."""

    agent: AgentId
    handling: HandlingId
    act: CallAct


class CallHandedOver(Input, frozen=True, kw_only=True, omit_defaults=True):
    """A blind transfer, to exactly one of the three: the agent's part ends with it."""

    agent: AgentId
    handling: HandlingId
    to_queue: QueueId | None = None
    to_agent: AgentId | None = None
    to_destination: DestinationId | None = None


class ConsultAsked(Input, frozen=True, kw_only=True, omit_defaults=True):
    """The owner wants to ask somebody, exactly one of the three, while the customer waits."""

    agent: AgentId
    handling: HandlingId
    to_queue: QueueId | None = None
    """The best agent of it who is free now."""
    to_agent: AgentId | None = None
    to_destination: DestinationId | None = None


class PartyDropped(Input, frozen=True, kw_only=True):
    """The owner takes a party out of the call."""

    agent: AgentId
    handling: HandlingId
    leg: LegId
