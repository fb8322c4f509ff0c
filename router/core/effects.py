"""What the shell must do: imperative, never stored, each with the key by which its adapter asks whether it is done.

An effect names the inputs that answer it in `answered_by`; one of them is a failure or a deadline of the engine's own
(`TimeAdvanced`). `Engine.outstanding` lists every effect that is due and not yet answered.
"""

from typing import ClassVar

import msgspec

from history.core.vocabulary import (
    AgentId,
    AnnouncementId,
    DestinationId,
    InteractionId,
    Medium,
    OfferId,
    PhoneName,
    QueueId,
    SwitchName,
)
from router.core.inputs import (
    AgentAnswered,
    AgentLegFailed,
    AgentRang,
    CustomerLeft,
    CustomerNotSent,
    CustomerSent,
    Input,
    LegEnded,
    PopShown,
    TimeAdvanced,
)


class Effect(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    answered_by: ClassVar[tuple[type[Input], ...]] = ()


class ShowScreenPop(Effect, frozen=True, kw_only=True):
    """Show the customer's record on the agent's desktop. Key: the offer."""

    answered_by: ClassVar[tuple[type[Input], ...]] = (PopShown, TimeAdvanced)

    offer: OfferId
    interaction: InteractionId
    agent: AgentId
    medium: Medium
    queue: QueueId


class RingAgent(Effect, frozen=True, kw_only=True):
    """Connect the waiting call to the agent's phone. Key: the offer."""

    answered_by: ClassVar[tuple[type[Input], ...]] = (AgentRang, AgentAnswered, AgentLegFailed, LegEnded, TimeAdvanced)

    offer: OfferId
    interaction: InteractionId
    agent: AgentId
    switch: SwitchName
    phone: PhoneName
    ring_ms: int


class StopRinging(Effect, frozen=True, kw_only=True):
    """The offer is over: the phone stops ringing and the caller is back at the music. Key: the offer."""

    answered_by: ClassVar[tuple[type[Input], ...]] = (AgentLegFailed, LegEnded, CustomerLeft, TimeAdvanced)

    offer: OfferId
    interaction: InteractionId


class HangUpCustomer(Effect, frozen=True, kw_only=True):
    """End the call: the agent has gone or pressed End. Key: the interaction."""

    answered_by: ClassVar[tuple[type[Input], ...]] = (CustomerLeft, TimeAdvanced)

    interaction: InteractionId


class SendCustomer(Effect, frozen=True, kw_only=True):
    """Take the caller outside: play the announcement, then go on to the destination, or end the call without one. Key:
    the interaction."""

    answered_by: ClassVar[tuple[type[Input], ...]] = (CustomerSent, CustomerNotSent, CustomerLeft, TimeAdvanced)

    interaction: InteractionId
    destination: DestinationId | None = None
    announcement: AnnouncementId | None = None


AnyEffect = ShowScreenPop | RingAgent | StopRinging | HangUpCustomer | SendCustomer
