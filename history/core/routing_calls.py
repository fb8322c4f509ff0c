"""Facts about calls with more than two parties: where the parties stand, their legs, holds, consults and transfers.

A *leg* is one phone's part in a call. An *arrangement* says where each party shall stand, and drops every leg that it
does not name; it is ordered until the switch has confirmed it, and ordered twice it changes nothing.
"""

from history.core.call_words import ConsultEndedBecause, HeldBy, LegFor, PartyAt, Places, TransferKind
from history.core.entries import Fact
from history.core.vocabulary import (
    AgentId,
    DestinationId,
    EndedBy,
    HandlingId,
    InteractionId,
    LegFailure,
    LegId,
    QueueId,
    WorkId,
)


class ArrangementOrdered(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """From here on the parties are to stand so. `customer` says nothing once the customer has gone."""

    interaction: InteractionId
    arrangement: int
    """Counted upwards for each interaction."""
    customer: PartyAt
    legs: Places
    give_up_at_ms: int
    firm: bool = False
    """There is no way back: if the switch cannot, it is ordered again. Else the parties stand as before."""
    again: bool = False
    """The switch could not before."""


class ArrangementMade(Fact, frozen=True, kw_only=True):
    """The switch says that the parties stand so."""

    interaction: InteractionId
    arrangement: int


class ArrangementFailed(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The switch could not, or has not said that it did. A firm one is ordered again a few times; of any
    other the parties stand as before."""

    interaction: InteractionId
    arrangement: int
    unanswered: bool = False


class HoldBegan(Fact, frozen=True, kw_only=True):
    """The customer hears music while their agent has them."""

    interaction: InteractionId
    handling: HandlingId
    agent: AgentId
    by: HeldBy


class HoldEnded(Fact, frozen=True, kw_only=True):
    """However it ended: taken back, by the customer's leaving or with the agent's part."""

    interaction: InteractionId
    handling: HandlingId
    agent: AgentId
    by: HeldBy
    held_ms: int


class LegOrdered(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A phone of an agent, or a destination outside, is to come into the call."""

    leg: LegId
    interaction: InteractionId
    purpose: LegFor
    at: PartyAt
    agent: AgentId | None = None
    destination: DestinationId | None = None
    work: WorkId | None = None
    """The agent's lease of it."""
    expires_at_ms: int
    """The instant at which it rings at the latest."""


class LegRingOrdered(Fact, frozen=True, kw_only=True):
    """It may ring now, for so long."""

    leg: LegId
    pop_was_late: bool
    ring_ms: int
    expires_at_ms: int


class LegPopConfirmed(Fact, frozen=True, kw_only=True):
    """The agent's page has shown the record, this long after the leg was ordered."""

    leg: LegId
    after_ms: int


class LegRang(Fact, frozen=True, kw_only=True):
    leg: LegId


class LegConnected(Fact, frozen=True, kw_only=True, omit_defaults=True):
    leg: LegId
    interaction: InteractionId
    agent: AgentId | None = None


class LegOver(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A leg has failed (`cause`) or ended (`by`), or is dropped by the arrangement that is ordered with it."""

    leg: LegId
    interaction: InteractionId
    agent: AgentId | None = None
    cause: LegFailure | None = None
    by: EndedBy | None = None


class LegAwaited(Fact, frozen=True, kw_only=True):
    """The agent has handed on the customer, for whom this leg rings on."""

    leg: LegId
    interaction: InteractionId


class LegLost(Fact, frozen=True, kw_only=True):
    """The phone of a call's owner is gone and the customer is there: it is rung again until then."""

    handling: HandlingId
    interaction: InteractionId
    agent: AgentId
    leg: LegId
    at: PartyAt
    """Where the agent stood."""
    until_ms: int


class LegFound(Fact, frozen=True, kw_only=True):
    """The owner is back, on another leg."""

    handling: HandlingId
    interaction: InteractionId
    agent: AgentId
    leg: LegId
    lost_ms: int


class ConsultBegan(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The owner asks somebody, while the customer waits."""

    interaction: InteractionId
    handling: HandlingId
    agent: AgentId
    leg: LegId
    to_agent: AgentId | None = None
    to_queue: QueueId | None = None
    """By whose choice the agent is asked."""
    to_destination: DestinationId | None = None


class ConsultEnded(Fact, frozen=True, kw_only=True, omit_defaults=True):
    interaction: InteractionId
    handling: HandlingId
    agent: AgentId
    leg: LegId
    because: ConsultEndedBecause
    cause: LegFailure | None = None
    consult_ms: int


class HandlingTransferred(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The agent has passed the customer on; their part ends with it."""

    handling: HandlingId
    interaction: InteractionId
    agent: AgentId
    kind: TransferKind
    to_queue: QueueId | None = None
    to_agent: AgentId | None = None
    to_destination: DestinationId | None = None
    leg: LegId | None = None
    """Who takes over, or is to."""


CALL_FACTS: tuple[type[Fact], ...] = (
    ArrangementOrdered,
    ArrangementMade,
    ArrangementFailed,
    HoldBegan,
    HoldEnded,
    LegOrdered,
    LegRingOrdered,
    LegPopConfirmed,
    LegRang,
    LegConnected,
    LegOver,
    LegAwaited,
    LegLost,
    LegFound,
    ConsultBegan,
    ConsultEnded,
    HandlingTransferred,
)
