"""A small vocabulary for specs: a contact center under virtual time, driven by sentences a supervisor can read."""

from dataclasses import dataclass, field
from typing import Any

from history.core import routing as facts
from history.core.entries import Fact
from history.core.routing_settings import (
    AgentSettings,
    BackOffs,
    Hours,
    MediumCapacity,
    NumberSettings,
    QueueSettings,
    RoutingSettings,
    SkillLevel,
)
from history.core.vocabulary import (
    AgentId,
    DispositionId,
    EndedBy,
    HandlingId,
    IdentityId,
    InteractionId,
    LegFailure,
    Medium,
    OfferId,
    Outcome,
    PhoneName,
    Presence,
    QueueId,
    ReasonCode,
    SkillId,
    SourceId,
    Standing,
    SwitchName,
    TeamId,
    WorkId,
)
from router.core import inputs
from router.core.effects import AnyEffect
from router.core.engine import Decision, Engine
from router.core.inputs import AnyInput, Receipt
from router.core.invariants import check
from router.core.requirements import every_requirement, skills_requirement
from router.core.snapshot import snapshot

CAPACITIES = (
    MediumCapacity(medium=Medium.VOICE, weight=100, limit=1),
    MediumCapacity(medium=Medium.CHAT, weight=30, limit=2),
    MediumCapacity(medium=Medium.MAIL, weight=30, limit=2, interruptible=True),
    MediumCapacity(medium=Medium.TASK, weight=30, limit=2, interruptible=True),
)


def _skill(text: str) -> SkillLevel:
    """`french` or `french 7`."""
    name, _, level = text.partition(" ")
    return SkillLevel(SkillId(name), int(level or 5))


def an_agent(name: str, *skills: str, phone: bool = True, teams: tuple[str, ...] = (), **more: Any) -> AgentSettings:
    return AgentSettings(
        agent=AgentId(name),
        skills=tuple(_skill(skill) for skill in skills),
        teams=tuple(TeamId(team) for team in teams),
        switch=SwitchName("s1") if phone else None,
        phone=PhoneName(name) if phone else None,
        **{"capacities": CAPACITIES, **more},
    )


def a_queue(
    name: str, medium: Medium, *skills: str, target_s: int = 20, requires: str = "anyone", **more: Any
) -> QueueSettings:
    return QueueSettings(
        queue=QueueId(name),
        medium=medium,
        requirement=every_requirement(requires, skills_requirement(SkillId(skill) for skill in skills)),
        target_ms=target_s * 1000,
        offer_ms=20_000,
        **{"back_offs": BackOffs(declined_ms=5_000 if medium is Medium.VOICE else 0), **more},
    )


DEFAULT_QUEUES = (
    a_queue("sales", Medium.VOICE),
    a_queue("service", Medium.VOICE, "repairs"),
    a_queue("mail", Medium.MAIL, target_s=3600),
    a_queue("chat", Medium.CHAT, target_s=30, misses_max=2),
    a_queue("tasks", Medium.TASK, target_s=7200),
)


@dataclass
class Center:
    """Time starts at one million ms, so that no test confuses an instant with a length."""

    agents: tuple[AgentSettings, ...]
    queues: tuple[QueueSettings, ...] = DEFAULT_QUEUES
    hours: tuple[Hours, ...] = ()
    numbers: tuple[NumberSettings, ...] = ()
    rules: dict[str, Any] = field(default_factory=dict)
    """Rules by which agents are shared, as in the settings."""
    now_ms: int = 1_000_000
    engine: Engine = field(default_factory=Engine)
    journal: list[tuple[int, Fact]] = field(default_factory=list)
    effects: list[AnyEffect] = field(default_factory=list)
    taken: list[tuple[int, AnyInput, tuple[Fact, ...]]] = field(default_factory=list)
    """Each input, when it came, and what was decided."""
    sent: int = 0
    arrived: int = 0

    def __post_init__(self) -> None:
        self.apply_definition()

    def apply_definition(
        self, agents: tuple[AgentSettings, ...] | None = None, queues: tuple[QueueSettings, ...] | None = None
    ) -> Receipt:
        settings = RoutingSettings(
            definition_version=1,
            agents=self.agents if agents is None else agents,
            queues=self.queues if queues is None else queues,
            reasons=(ReasonCode("break"), ReasonCode("lunch")),
            dispositions=(DispositionId("done"), DispositionId("sale")),
            hours=self.hours,
            numbers=self.numbers,
            **self.rules,
        )
        return self.tell(inputs.DefinitionApplied, settings=settings)

    def tell(self, kind: type, /, **what: object) -> Receipt:
        """Send one input from the test's own source and check the invariants after it."""
        self.sent += 1
        given = kind(source=SourceId("spec"), source_epoch=1, source_number=self.sent, **what)
        return self.send(given)

    def send(self, given: AnyInput) -> Receipt:
        return self._note(given, self.engine.handle(given, self.now_ms)).receipt

    def _note(self, given: AnyInput, decision: Decision) -> Decision:
        if decision.defect is not None:
            raise decision.defect
        self.taken.append((self.now_ms, given, decision.facts))
        self.journal += [(self.now_ms, fact) for fact in decision.facts]
        self.effects += decision.effects
        check(self.engine.state)
        return decision

    def after(self, seconds: float) -> None:
        """Let time pass, stopping at every deadline on the way."""
        until_ms = self.now_ms + round(seconds * 1000)
        while (due_ms := self.engine.next_deadline_ms()) is not None and due_ms <= until_ms:
            self.now_ms = max(self.now_ms, due_ms)
            given = inputs.TimeAdvanced(source=SourceId("timer"), source_epoch=0, source_number=0)
            self._note(given, self.engine.handle(given, self.now_ms))
        self.now_ms = until_ms

    def signs_in(self, agent: str, *, desktop: bool = True, phone: bool = True) -> None:
        """At the desk and ready."""
        if desktop:
            self.tell(inputs.DesktopAttached, agent=AgentId(agent))
        if phone:
            self.tell(inputs.PhoneReachable, agent=AgentId(agent))
        self.chooses(agent, Presence.READY)

    def chooses(self, agent: str, presence: Presence, reason: str | None = None) -> Receipt:
        given_reason = None if reason is None else ReasonCode(reason)
        return self.tell(inputs.AgentChosePresence, agent=AgentId(agent), presence=presence, reason=given_reason)

    def arrives(
        self,
        queue: str,
        *skills: str,
        due_ms: int | None = None,
        preferred: tuple[str, ...] = (),
        value: int = 0,
        identity: str | None = None,
        **more: Any,
    ) -> InteractionId:
        self.arrived += 1
        medium = next(q.medium for q in self.queues if q.queue == queue)
        interaction = InteractionId(f"{medium[0]}-{self.arrived}")
        self.tell(
            inputs.InteractionArrived,
            interaction=interaction,
            medium=medium,
            queue=QueueId(queue),
            arrived_ms=self.now_ms,
            switch=SwitchName("s1") if medium is Medium.VOICE else None,
            required_skills=tuple(SkillId(skill) for skill in skills),
            due_ms=due_ms,
            identity=None if identity is None else IdentityId(identity),
            attributes=facts.Attributes(preferred_agents=tuple(AgentId(agent) for agent in preferred), value=value),
            **more,
        )
        return interaction

    def caller_arrives(self, *skills: str) -> InteractionId:
        return self.arrives("sales", *skills)

    def finds(self, caller: InteractionId | None, standing: Standing) -> Receipt:
        """The switch is read after a gap and has this caller so; none: one who came during the gap."""
        if caller is None:
            self.arrived += 1
        return self.tell(
            inputs.InteractionArrived,
            interaction=caller or InteractionId(f"v-{self.arrived}"),
            medium=Medium.VOICE,
            queue=QueueId("sales"),
            arrived_ms=self.now_ms - 40_000,
            switch=SwitchName("s1"),
            standing=standing,
        )

    def customer_leaves(self, interaction: InteractionId) -> Receipt:
        return self.tell(inputs.CustomerLeft, interaction=interaction)

    def phone_is_gone(self, agent: str) -> None:
        self.tell(inputs.PhoneUnreachable, agent=AgentId(agent))

    def pop_is_shown(self, agent: str) -> None:
        self.tell(inputs.PopShown, agent=AgentId(agent), offer=self.offer_of(agent))

    def phone_rings(self, agent: str) -> None:
        self.tell(inputs.AgentRang, offer=self.offer_of(agent))

    def answers(self, agent: str, offer_id: OfferId | None = None) -> HandlingId:
        """On the phone for a call, on the desktop for everything else."""
        offer = self.engine.state.offers[offer_id or self.offer_of(agent)]
        if offer.medium is Medium.VOICE:
            self.tell(inputs.AgentAnswered, offer=offer.offer, interaction=offer.interaction, agent=offer.agent)
        else:
            self.tell(inputs.AgentAcceptedOffer, agent=AgentId(agent), offer=offer.offer)
        return self.handling_of(agent)

    def answers_late(self, offer: facts.OfferMade) -> Receipt:
        """The phone is picked up as, or after, its offer has ended."""
        return self.tell(inputs.AgentAnswered, offer=offer.offer, interaction=offer.interaction, agent=offer.agent)

    def takes(self, agent: str, offer_id: OfferId | None = None) -> HandlingId:
        """The whole way of an offer: pop, ring, answer."""
        offer = self.engine.state.offers[offer_id or self.offer_of(agent)]
        if offer.medium is Medium.VOICE and not offer.pop_shown and self.engine.state.agents[AgentId(agent)].desktop:
            self.tell(inputs.PopShown, agent=AgentId(agent), offer=offer.offer)
        return self.answers(agent, offer.offer)

    def phone_fails(self, agent: str, cause: LegFailure) -> None:
        self.tell(inputs.AgentLegFailed, offer=self.offer_of(agent), cause=cause)

    def leg_ends(self, handling: HandlingId, by: EndedBy) -> Receipt:
        return self.tell(inputs.LegEnded, offer=self.engine.state.handlings[handling].offer, by=by)

    def ends(self, agent: str, handling: HandlingId) -> Receipt:
        return self.tell(inputs.AgentEndedHandling, agent=AgentId(agent), handling=handling)

    def wraps_up(self, agent: str, handling: HandlingId, disposition: str | None = "done") -> Receipt:
        chosen = None if disposition is None else DispositionId(disposition)
        return self.tell(inputs.AgentCompletedWrapUp, agent=AgentId(agent), handling=handling, disposition=chosen)

    def work_begins(self, agent: str, work: str, medium: Medium) -> Receipt:
        return self.tell(inputs.WorkBegun, work=WorkId(work), agent=AgentId(agent), medium=medium)

    def work_ends(self, work: str) -> Receipt:
        return self.tell(inputs.WorkFinished, work=WorkId(work))

    def offers_of(self, agent: str) -> list[OfferId]:
        return list(self.engine.state.seats.of[AgentId(agent)].offers)

    def offer_of(self, agent: str) -> OfferId:
        offers = self.offers_of(agent)
        assert len(offers) == 1, f"{agent} has {len(offers)} offers"
        return offers[0]

    def handling_of(self, agent: str) -> HandlingId:
        return next(reversed(self.engine.state.seats.of[AgentId(agent)].handlings))

    def expect_offer(self, agent: str, interaction: InteractionId) -> None:
        assert self.engine.state.offers[self.offer_of(agent)].interaction == interaction

    def expect_no_offer(self, agent: str) -> None:
        assert not self.offers_of(agent)

    def presence_of(self, agent: str) -> Presence:
        return self.engine.state.agents[AgentId(agent)].presence

    def found(self, kind: type[Fact]) -> list[Fact]:
        return [fact for _, fact in self.journal if isinstance(fact, kind)]

    def last(self, kind: type[Fact]) -> Fact:
        return self.found(kind)[-1]

    def effects_now(self, kind: type) -> list[AnyEffect]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def recovered(self) -> Engine:
        """Fold the journal into a new engine, as after kill -9."""
        engine = Engine()
        for at_ms, fact in self.journal:
            engine.fold(fact, at_ms)
        return engine

    def from_snapshot(self) -> Engine:
        engine = Engine()
        for fact in snapshot(self.engine.state):
            engine.fold(fact, self.now_ms)
        return engine


def closed_as(center: Center, interaction: InteractionId) -> str | None:
    """Return the terminal reason of an interaction, or None while it is open."""
    for fact in center.found(facts.InteractionClosed):
        assert isinstance(fact, facts.InteractionClosed)
        if fact.interaction == interaction:
            return fact.reason.value
    return None


__all__ = ["CAPACITIES", "Center", "Outcome", "a_queue", "an_agent", "closed_as"]
