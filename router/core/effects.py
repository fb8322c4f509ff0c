"""What the shell must do: imperative, never stored, each with the key by which its adapter asks whether it is done.

An effect names the inputs that answer it in `answered_by`; one of them is a failure or a deadline of the engine's own
(`TimeAdvanced`). `Engine.outstanding` lists every effect that is due and not yet answered.
"""

from typing import ClassVar

import msgspec

from history.core.call_words import PartyAt, Places
from history.core.vocabulary import (
    AgentId,
    AnnouncementId,
    DestinationId,
    InteractionId,
    LegId,
    Medium,
    OfferId,
    PhoneName,
    QueueId,
    SwitchName,
)
from router.core.call_inputs import (
    CallArranged,
    CallNotArranged,
    PartyAnswered,
    PartyEnded,
    PartyFailed,
    PartyRang,
)
from router.core.input_base import Input
from router.core.inputs import (
    AgentAnswered,
    AgentLegFailed,
    AgentRang,
    CustomerLeft,
    CustomerNotSent,
    CustomerSent,
    LegEnded,
    PopShown,
    TimeAdvanced,
)


class Effect(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    answered_by: ClassVar[tuple[type[Input], ...]] = ()


class ShowScreenPop(Effect, frozen=True, kw_only=True):
    """Show the customer's record on the agent's desktop. Key: the offer, or the leg of whom is asked about a call."""

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
    """The offer is over: the phone stops ringing and the caller is back at the music. Key: the offer, or the leg by
    which a lost agent is rung again while nobody else is in the call."""

    answered_by: ClassVar[tuple[type[Input], ...]] = (
        AgentLegFailed,
        LegEnded,
        PartyFailed,
        PartyEnded,
        CustomerLeft,
        TimeAdvanced,
    )

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


class ArrangeCall(Effect, frozen=True, kw_only=True):
    """Bring the parties of a call to where they shall stand, and hang up each leg of it that is not named. Key: the
    interaction and the number; a higher number is the later one. Done twice it changes nothing. A leg that is named may
    still have to ring; one that was connected and is there no more is told as ended. Of a customer who has gone nothing
    is asked. Commands of one call are carried out in their order."""

    answered_by: ClassVar[tuple[type[Input], ...]] = (CallArranged, CallNotArranged, CustomerLeft, TimeAdvanced)

    interaction: InteractionId
    arrangement: int
    customer: PartyAt
    legs: Places


class RingLeg(Effect, frozen=True, kw_only=True):
    """Ring a further phone for a call, an agent's or a destination outside, to stand there once it answers; the other
    parties stay where they are. Key: the leg. While nobody but the customer is in the call, it rings as an offer does:
    the waiting caller is connected with it."""

    answered_by: ClassVar[tuple[type[Input], ...]] = (PartyRang, PartyAnswered, PartyFailed, PartyEnded, TimeAdvanced)

    leg: LegId
    interaction: InteractionId
    agent: AgentId | None = None
    switch: SwitchName
    phone: PhoneName | None = None
    destination: DestinationId | None = None
    at: PartyAt
    ring_ms: int


AnyEffect = ShowScreenPop | RingAgent | StopRinging | HangUpCustomer | SendCustomer | ArrangeCall | RingLeg
