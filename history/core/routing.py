"""Facts of the stream `routing/<domain>`: what the router decided, in the past tense.

`router/core/engine.py` creates them and `router/core/apply.py` applies them; the projections and the read models of the
screens fold the same facts. Times are UTC milliseconds; each entry also carries its own `at_ms`. They are defined
beside what they are about (`routing_agents.py`, `routing_work.py`, `routing_offers.py`, `routing_calls.py`) and readers
know this module.
"""

from typing import ClassVar

from history.core.entries import Fact
from history.core.routing_agents import (
    AgentBackedOff,
    AgentHeld,
    AgentLent,
    AgentRecalled,
    AgentReserved,
    BackOffEnded,
    DesktopConnected,
    DesktopDisconnected,
    LendingKept,
    PhoneBecameBusy,
    PhoneBecameFree,
    PhoneBecameReachable,
    PhoneBecameUnreachable,
    PresenceChanged,
    PresencePlanned,
    ReasonOverrun,
    ReservationEnded,
    WorkEnded,
    WorkStarted,
)
from history.core.routing_calls import (
    CALL_FACTS,
    ArrangementFailed,
    ArrangementMade,
    ArrangementOrdered,
    ConsultBegan,
    ConsultEnded,
    HandlingTransferred,
    HoldBegan,
    HoldEnded,
    LegAwaited,
    LegConnected,
    LegFound,
    LegLost,
    LegOrdered,
    LegOver,
    LegPopConfirmed,
    LegRang,
    LegRingOrdered,
)
from history.core.routing_offers import (
    HandlingStarted,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferFailed,
    OfferMade,
    OfferWithdrawn,
    PhoneRang,
    PopConfirmed,
    RingingStopped,
    RingingToStop,
    RingOrdered,
    WrapUpCompleted,
    WrapUpExtended,
    WrapUpStarted,
)
from history.core.routing_queues import EmergencyBegan, EmergencyEnded, QueueOpeningChanged
from history.core.routing_settings import RoutingSettings
from history.core.routing_work import (
    Attributes,
    CustomerLegEnded,
    Expected,
    ExpectedWaitTold,
    HangUpOrdered,
    InteractionAttributed,
    InteractionClosed,
    InteractionParked,
    InteractionPrioritised,
    InteractionQueued,
    InteractionResumed,
    OfferableAgain,
    RequirementRelaxed,
    Rivals,
    SendingFailed,
    SendOrdered,
    VisitAbandoned,
    VisitAnswered,
    VisitFlowedOut,
    VisitMoved,
)
from history.core.vocabulary import (
    Outcome,
    OutcomeReason,
    SourceId,
)

__all__ = [
    "AgentBackedOff",
    "ArrangementFailed",
    "ArrangementMade",
    "ArrangementOrdered",
    "ConsultBegan",
    "ConsultEnded",
    "HandlingTransferred",
    "HoldBegan",
    "HoldEnded",
    "LegAwaited",
    "LegConnected",
    "LegFound",
    "LegLost",
    "LegOrdered",
    "LegOver",
    "LegPopConfirmed",
    "LegRang",
    "LegRingOrdered",
    "AgentHeld",
    "AgentLent",
    "AgentRecalled",
    "AgentReserved",
    "Attributes",
    "BackOffEnded",
    "CustomerLegEnded",
    "DesktopConnected",
    "DesktopDisconnected",
    "EmergencyBegan",
    "EmergencyEnded",
    "Expected",
    "ExpectedWaitTold",
    "HandlingStarted",
    "HangUpOrdered",
    "InputSetAside",
    "InputTaken",
    "InteractionAttributed",
    "InteractionClosed",
    "InteractionParked",
    "InteractionPrioritised",
    "InteractionQueued",
    "InteractionResumed",
    "LendingKept",
    "OfferAccepted",
    "OfferDeclined",
    "OfferExpired",
    "OfferFailed",
    "OfferMade",
    "OfferWithdrawn",
    "OfferableAgain",
    "PhoneBecameBusy",
    "PhoneBecameFree",
    "PhoneBecameReachable",
    "PhoneBecameUnreachable",
    "PhoneRang",
    "PopConfirmed",
    "PresenceChanged",
    "PresencePlanned",
    "QueueOpeningChanged",
    "ROUTING_FACTS",
    "ReasonOverrun",
    "RequirementRelaxed",
    "ReservationEnded",
    "RingOrdered",
    "RingingStopped",
    "RingingToStop",
    "Rivals",
    "RoutingDefined",
    "SendOrdered",
    "SendingFailed",
    "VisitAbandoned",
    "VisitAnswered",
    "VisitFlowedOut",
    "VisitMoved",
    "WorkEnded",
    "WorkStarted",
    "WrapUpCompleted",
    "WrapUpExtended",
    "WrapUpStarted",
]


class InputTaken(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The receipt of an input: the highest (epoch, number) per source, and what became of it."""

    source: SourceId
    source_epoch: int
    source_number: int
    outcome: Outcome
    reason: OutcomeReason | None = None


class RoutingDefined(Fact, frozen=True, kw_only=True):
    """From here on these settings hold."""

    version: ClassVar[int] = 2

    settings: RoutingSettings


class InputSetAside(Fact, frozen=True, kw_only=True):
    """A defect: the engine raised, nothing has changed, the alarm is on."""

    source: SourceId
    source_epoch: int
    source_number: int


ROUTING_FACTS: tuple[type[Fact], ...] = (
    InputTaken,
    RoutingDefined,
    PresenceChanged,
    PresencePlanned,
    ReasonOverrun,
    DesktopConnected,
    DesktopDisconnected,
    PhoneBecameReachable,
    PhoneBecameUnreachable,
    PhoneBecameBusy,
    PhoneBecameFree,
    AgentBackedOff,
    BackOffEnded,
    InteractionQueued,
    InteractionAttributed,
    RequirementRelaxed,
    OfferableAgain,
    AgentHeld,
    AgentLent,
    AgentRecalled,
    LendingKept,
    AgentReserved,
    ReservationEnded,
    InteractionPrioritised,
    InteractionParked,
    InteractionResumed,
    ExpectedWaitTold,
    VisitMoved,
    WorkStarted,
    WorkEnded,
    OfferMade,
    PopConfirmed,
    RingOrdered,
    PhoneRang,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferFailed,
    OfferWithdrawn,
    RingingToStop,
    RingingStopped,
    VisitAnswered,
    VisitAbandoned,
    VisitFlowedOut,
    SendOrdered,
    SendingFailed,
    QueueOpeningChanged,
    EmergencyBegan,
    EmergencyEnded,
    HandlingStarted,
    WrapUpStarted,
    WrapUpExtended,
    WrapUpCompleted,
    HangUpOrdered,
    CustomerLegEnded,
    InteractionClosed,
    InputSetAside,
    *CALL_FACTS,
)
