"""Facts about offers and handlings: one interaction and one agent."""

from history.core.entries import Fact
from history.core.vocabulary import (
    AgentChoice,
    AgentId,
    DispositionId,
    EndedBy,
    HandlingId,
    HandlingRole,
    InteractionId,
    LegFailure,
    Medium,
    OfferedBecause,
    OfferId,
    QueueId,
    UserId,
    VisitId,
    WithdrawnBecause,
)


class OfferMade(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """One interaction proposed to one agent. A call's own time begins with `RingOrdered`.

    `score` and `runner_up_score` are what the queue's choice compares, higher first: nothing for the longest idle,
    minus the ms in work for the least occupied, levels for the best skill, minus the number of skills for the least
    skilled, weighted levels, and for the round robin nothing, since the turn decides.
    """

    offer: OfferId
    interaction: InteractionId
    visit: VisitId
    queue: QueueId
    medium: Medium
    agent: AgentId
    waited_ms: int
    expires_at_ms: int
    """End of the offer; for a call the instant at which the phone rings at the latest."""
    idle_ms: int
    candidates: int
    choice: AgentChoice = AgentChoice.LONGEST_IDLE
    score: int = 0
    because: OfferedBecause = OfferedBecause.URGENCY
    runner_up: AgentId | None = None
    runner_up_idle_ms: int = 0
    runner_up_score: int = 0
    passed_over: tuple[Medium, ...] = ()
    """Media of which overdue work that the agent could have taken goes on waiting."""


class PopConfirmed(Fact, frozen=True, kw_only=True):
    """The agent's page has shown the record, this long after the offer."""

    offer: OfferId
    after_ms: int


class RingOrdered(Fact, frozen=True, kw_only=True):
    """The phone may ring now; the offer's time runs from here."""

    offer: OfferId
    pop_was_late: bool
    expires_at_ms: int


class PhoneRang(Fact, frozen=True, kw_only=True):
    offer: OfferId


class OfferAccepted(Fact, frozen=True, kw_only=True):
    offer: OfferId
    interaction: InteractionId
    agent: AgentId


class OfferDeclined(Fact, frozen=True, kw_only=True):
    """The agent does not want it now; it is offered to others, and to them again only after a while."""

    offer: OfferId
    interaction: InteractionId
    agent: AgentId
    not_again_before_ms: int


class OfferExpired(Fact, frozen=True, kw_only=True):
    """RONA: the interaction keeps its place; `misses` counts the agent's in a row."""

    offer: OfferId
    interaction: InteractionId
    agent: AgentId
    misses: int


class OfferFailed(Fact, frozen=True, kw_only=True):
    """The phone could not be connected; nobody missed anything."""

    offer: OfferId
    interaction: InteractionId
    agent: AgentId
    cause: LegFailure


class OfferWithdrawn(Fact, frozen=True, kw_only=True):
    offer: OfferId
    interaction: InteractionId
    agent: AgentId
    because: WithdrawnBecause


class RingingToStop(Fact, frozen=True, kw_only=True):
    """An offer ended while its phone rang: the ring has to be stopped, until then or until the switch says it is."""

    offer: OfferId
    interaction: InteractionId
    give_up_at_ms: int


class RingingStopped(Fact, frozen=True, kw_only=True):
    offer: OfferId


class HandlingStarted(Fact, frozen=True, kw_only=True, omit_defaults=True):
    handling: HandlingId
    interaction: InteractionId
    agent: AgentId
    queue: QueueId
    medium: Medium
    offer: OfferId
    role: HandlingRole = HandlingRole.OWNER


class WrapUpStarted(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The agent's part with the customer is over; what they still write is wrap-up."""

    handling: HandlingId
    interaction: InteractionId
    agent: AgentId
    by: EndedBy
    active_ms: int
    ends_at_ms: int | None = None
    """When it ends by itself: a timed or optional one, and any of an agent without a desktop."""
    timed: bool = False
    """It ends then also with a desktop."""
    frees: bool = False
    """The agent may be offered more meanwhile: it is no lease."""


class WrapUpExtended(Fact, frozen=True, kw_only=True):
    handling: HandlingId
    interaction: InteractionId
    agent: AgentId
    ends_at_ms: int
    extensions: int


class WrapUpCompleted(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The handling's end."""

    handling: HandlingId
    interaction: InteractionId
    agent: AgentId
    wrap_up_ms: int
    disposition: DispositionId | None = None
    supervisor: UserId | None = None
    """Who closed it in the agent's place."""
