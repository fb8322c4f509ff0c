"""A day told fact by fact, for figures that are worked out by hand. Instants are seconds."""

from dataclasses import dataclass, field

from history.core import routing as facts
from history.core.entries import Fact
from history.core.routing_settings import AgentSettings, QueueSettings, RoutingSettings
from history.core.vocabulary import (
    AgentId,
    CloseReason,
    EndedBy,
    HandlingId,
    InteractionId,
    LegFailure,
    Medium,
    OfferId,
    Presence,
    QueueId,
    ReasonCode,
    VisitId,
    WithdrawnBecause,
)
from tests.specs.center import a_queue, an_agent

SALES, MAIL = QueueId("sales"), QueueId("mail")
ANN, BEN = AgentId("ann"), AgentId("ben")
SERVICE = QueueId("service")
QUEUES = (a_queue("sales", Medium.VOICE), a_queue("service", Medium.VOICE), a_queue("mail", Medium.MAIL))
"""Service-level time 20 s each. Weights of the agents: a call 100, a mail 30."""
MEDIA = {queue.queue: queue.medium for queue in QUEUES}


def the_settings(
    agents: tuple[AgentSettings, ...] = (an_agent("ann"), an_agent("ben")),
    queues: tuple[QueueSettings, ...] = QUEUES,
) -> RoutingSettings:
    return RoutingSettings(definition_version=1, agents=agents, queues=queues, reasons=(), dispositions=())


@dataclass
class Story:
    journal: list[tuple[int, Fact]] = field(default_factory=list)
    entries: dict[InteractionId, tuple[int, QueueId, VisitId]] = field(default_factory=dict)
    offers: int = 0

    def __post_init__(self) -> None:
        self.tell(0, facts.RoutingDefined(settings=the_settings()))

    def tell(self, second: float, fact: Fact) -> None:
        self.journal.append((round(second * 1000), fact))

    def in_order(self) -> list[tuple[int, Fact]]:
        """By time; what was told for one instant stays in the order in which it was told."""
        return sorted(self.journal, key=lambda entry: entry[0])

    def is_present(self, second: float, agent: AgentId, presence: Presence, reason: str | None = None) -> None:
        code = None if reason is None else ReasonCode(reason)
        self.tell(second, facts.PresenceChanged(agent=agent, presence=presence, reason=code))

    def enters(self, second: float, name: str, queue: QueueId = SALES, visit: int = 1, arrived: float = -1) -> None:
        interaction, came = InteractionId(name), second if arrived < 0 else arrived
        arrived_ms = round(came * 1000)
        visit_id = VisitId(f"{name}/{visit}")
        self.entries[interaction] = (round(second * 1000), queue, visit_id)
        queued = facts.InteractionQueued(
            interaction=interaction,
            visit=visit_id,
            medium=MEDIA[queue],
            queue=queue,
            arrived_ms=arrived_ms,
            due_ms=arrived_ms,
        )
        self.tell(second, queued)

    def is_offered(self, second: float, name: str, agent: AgentId) -> OfferId:
        self.offers += 1
        offer, interaction = OfferId(f"o{self.offers}"), InteractionId(name)
        entered_ms, queue, visit = self.entries[interaction]
        made = facts.OfferMade(
            offer=offer,
            interaction=interaction,
            visit=visit,
            queue=queue,
            medium=MEDIA[queue],
            agent=agent,
            waited_ms=round(second * 1000) - entered_ms,
            expires_at_ms=0,
            idle_ms=0,
            candidates=1,
        )
        self.tell(second, made)
        return offer

    def offer_ends(self, second: float, offer: OfferId, name: str, agent: AgentId, how: str) -> None:
        interaction = InteractionId(name)
        ends: dict[str, Fact] = {
            "declined": facts.OfferDeclined(offer=offer, interaction=interaction, agent=agent, not_again_before_ms=0),
            "expired": facts.OfferExpired(offer=offer, interaction=interaction, agent=agent, misses=1),
            "failed": facts.OfferFailed(
                offer=offer, interaction=interaction, agent=agent, cause=LegFailure.UNREACHABLE
            ),
            "withdrawn": facts.OfferWithdrawn(
                offer=offer, interaction=interaction, agent=agent, because=WithdrawnBecause.PHONE_GONE
            ),
        }
        self.tell(second, ends[how])

    def is_offered_in_vain(self, second: float, until: float, name: str, agent: AgentId, how: str) -> None:
        self.offer_ends(until, self.is_offered(second, name, agent), name, agent, how)

    def is_answered(
        self, offered: float, answered: float, talk_s: float, wrap_up_s: float, name: str, agent: AgentId
    ) -> None:
        """The whole way of a served interaction; `talk_s` and `wrap_up_s` are lengths."""
        offer, interaction = self.is_offered(offered, name, agent), InteractionId(name)
        self.tell(answered, facts.OfferAccepted(offer=offer, interaction=interaction, agent=agent))
        self.is_taken(answered, name, agent, offer)
        self.part_ends(answered + talk_s, talk_s, name, agent)
        self.is_done(answered + talk_s + wrap_up_s, wrap_up_s, name, agent)
        self.is_over(answered + talk_s + wrap_up_s, name)

    def is_taken(self, second: float, name: str, agent: AgentId, offer: OfferId) -> None:
        interaction = InteractionId(name)
        entered_ms, queue, visit = self.entries[interaction]
        wait_ms = round(second * 1000) - entered_ms
        medium = MEDIA[queue]
        self.tell(
            second,
            facts.VisitAnswered(visit=visit, interaction=interaction, queue=queue, medium=medium, wait_ms=wait_ms),
        )
        started = facts.HandlingStarted(
            handling=HandlingId(f"h-{visit}"),
            interaction=interaction,
            agent=agent,
            queue=queue,
            medium=medium,
            offer=offer,
        )
        self.tell(second, started)

    def part_ends(self, second: float, talk_s: float, name: str, agent: AgentId) -> None:
        interaction = InteractionId(name)
        handling = HandlingId(f"h-{self.entries[interaction][2]}")
        ended = facts.WrapUpStarted(
            handling=handling, interaction=interaction, agent=agent, by=EndedBy.CUSTOMER, active_ms=round(talk_s * 1000)
        )
        self.tell(second, ended)

    def is_done(self, second: float, wrap_up_s: float, name: str, agent: AgentId) -> None:
        interaction = InteractionId(name)
        handling = HandlingId(f"h-{self.entries[interaction][2]}")
        done = facts.WrapUpCompleted(
            handling=handling, interaction=interaction, agent=agent, wrap_up_ms=round(wrap_up_s * 1000)
        )
        self.tell(second, done)

    def is_over(self, second: float, name: str) -> None:
        self.tell(second, facts.InteractionClosed(interaction=InteractionId(name), reason=CloseReason.HANDLED))

    def leaves(self, second: float, name: str, short: bool = False) -> None:
        interaction = InteractionId(name)
        entered_ms, queue, visit = self.entries[interaction]
        left = facts.VisitAbandoned(
            visit=visit,
            interaction=interaction,
            queue=queue,
            medium=MEDIA[queue],
            wait_ms=round(second * 1000) - entered_ms,
            short=short,
        )
        self.tell(second, left)
        self.is_over(second, name)

    def is_moved(self, second: float, name: str, to: QueueId, waits_since: float) -> None:
        interaction = InteractionId(name)
        _, queue, visit = self.entries[interaction]
        moved = facts.VisitMoved(
            visit=visit,
            interaction=interaction,
            queue=queue,
            medium=MEDIA[queue],
            wait_ms=round((second - waits_since) * 1000),
            to=to,
        )
        self.tell(second, moved)
        self.enters(second, name, to, visit=int(visit.rpartition("/")[2]) + 1, arrived=waits_since)

    def flows_out(self, second: float, name: str) -> None:
        interaction = InteractionId(name)
        entered_ms, queue, visit = self.entries[interaction]
        gone = facts.VisitFlowedOut(
            visit=visit,
            interaction=interaction,
            queue=queue,
            medium=MEDIA[queue],
            wait_ms=round(second * 1000) - entered_ms,
        )
        self.tell(second, gone)
        self.is_over(second, name)


def a_small_day() -> Story:
    """Nine interactions, two agents, from second 0 to 1000; `test_kpi.py` has the figures worked out by hand."""
    day = Story()
    day.is_present(0, ANN, Presence.READY)
    day.is_present(100, BEN, Presence.READY)
    day.is_present(300, BEN, Presence.NOT_READY, "lunch")
    day.is_present(400, BEN, Presence.READY)
    day.is_present(640, BEN, Presence.NOT_READY, "lunch")  # in the middle of a wrap-up
    day.is_present(660, BEN, Presence.READY)
    day.is_present(800, BEN, Presence.SIGNED_OUT)

    day.enters(10, "c1")
    day.is_answered(10, 25, 100, 20, "c1", ANN)
    day.enters(120, "c2")
    day.is_offered_in_vain(120, 140, "c2", BEN, "expired")
    day.is_answered(145, 150, 100, 10, "c2", ANN)
    day.enters(200, "c3")
    day.leaves(203, "c3", short=True)
    day.enters(210, "c4")
    day.leaves(225, "c4")
    day.enters(230, "c5")
    day.leaves(270, "c5")
    day.enters(300, "c6")
    day.flows_out(350, "c6")
    day.enters(490, "c7")
    day.is_offered_in_vain(490, 495, "c7", BEN, "declined")
    day.is_offered_in_vain(495, 500, "c7", ANN, "failed")
    day.is_answered(510, 520, 100, 40, "c7", BEN)
    day.enters(600, "m1", MAIL)
    day.is_answered(600, 601, 100, 0, "m1", ANN)
    day.enters(700, "c8")
    day.is_offered_in_vain(700, 705, "c8", ANN, "withdrawn")
    return day
