"""Takes a trace from committed facts: `Tracing.take` is told each fact from the beginning of the stretch on.

It goes on beyond the end of the stretch until everybody who came within it has gone, and a little longer, so that they
are served among those who came after them (`is_over`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from history.core import routing as facts
from history.core.entries import Fact
from history.core.vocabulary import (
    AgentId,
    HandlingId,
    InteractionId,
    Medium,
    OfferId,
    Presence,
    PresenceBy,
    WorkId,
)
from router.core import inputs
from router.core.inputs import AnyInput
from router.core.state import State
from router.simulation.opening import opening_inputs, reason_of, waiting_at, work_of
from router.simulation.trace import Contact, How, Met, Trace, arrival_of, traced

AFTER_MS: Final = 30 * 60_000
"""So much longer than the last of those who count the trace goes on: other rules may serve them later."""
AFTER_MAX_MS: Final = 8 * 3_600_000
"""Who is still there so long after the end of the stretch is not waited for."""


@dataclass(slots=True)
class _Standing:
    """An offer that has not ended."""

    interaction: InteractionId
    agent: AgentId
    medium: Medium
    since_ms: int
    pop_ms: int | None = None
    rang: bool = False


class Tracing:
    """One trace in the making, from the state at its beginning and the facts after it."""

    def __init__(self, state: State, from_ms: int, to_ms: int) -> None:
        self.trace = Trace(from_ms, to_ms, end_ms=to_ms, settings=state.settings)
        self.trace.events += opening_inputs(state, from_ms)
        self._settings = state.settings
        self._offers: dict[OfferId, _Standing] = {}
        self._calls: dict[AgentId, set[OfferId | HandlingId]] = {}
        """Voice offers and handlings of each agent: while there are any, a busy phone is ours."""
        self._outside: set[AgentId] = set()
        self._works = {work_of(handling) for handling in state.handlings}
        self._planned = {agent.agent: agent.planned for agent in state.agents.values() if agent.planned is not None}
        self._made_not_ready: dict[AgentId, int] = {}
        self._open = 0
        self._serving: dict[HandlingId, tuple[InteractionId, int, bool]] = {}
        """Handlings of the stretch that have not ended: of what, since when, and whether it is the wrap-up already."""
        self._at_ms = from_ms
        for seat in state.seats.numbered:
            calls: set[OfferId | HandlingId] = {
                each.offer for each in seat.offers.values() if each.medium is Medium.VOICE
            }
            calls |= {each.handling for each in seat.handlings.values() if each.medium is Medium.VOICE}
            self._calls[seat.agent] = calls
            if seat.record.phone_busy and not calls:
                self._outside.add(seat.agent)
        for record in waiting_at(state):
            self._comes(Contact(arrival_of(record, state.settings, record.queue), from_ms, counts=False))

    def take(self, at_ms: int, fact: Fact) -> None:
        """Take the next fact."""
        self._at_ms = at_ms
        found = _TAKE.get(type(fact))
        if found is not None:
            found(self, fact)

    def is_over(self, at_ms: int) -> bool:
        """Whether the trace needs no facts of this instant or later."""
        trace = self.trace
        if at_ms < trace.to_ms:
            return False
        if self._open:
            trace.end_ms = max(trace.end_ms, at_ms)
            return at_ms > trace.to_ms + AFTER_MAX_MS
        return at_ms > trace.end_ms + AFTER_MS

    def ended(self) -> Trace:
        """Return the trace. It ends with the record, where that has somebody of the stretch still there; what agents
        have in hand then takes as long as it is known to have taken."""
        trace = self.trace
        for interaction, since_ms, wraps_up in self._serving.values():
            contact = trace.contacts[interaction]
            if wraps_up:
                contact.wrap_up_ms += self._at_ms - since_ms
            else:
                contact.active_ms += self._at_ms - since_ms
        trace.end_ms = min(self._at_ms + 1, trace.to_ms + AFTER_MAX_MS) if self._open else trace.end_ms + AFTER_MS
        return trace

    # ---- who came

    def _comes(self, contact: Contact) -> None:
        self.trace.contacts[contact.arrival.interaction] = contact
        self.trace.events.append((contact.came_ms, contact.arrival))
        self._open += contact.counts

    def _queued(self, fact: facts.InteractionQueued) -> None:
        if fact.interaction in self.trace.contacts:
            return
        counts = self.trace.from_ms <= min(fact.arrived_ms, self._at_ms) < self.trace.to_ms
        self._comes(Contact(arrival_of(fact, self._settings, fact.queue), self._at_ms, counts))

    def _attributed(self, fact: facts.InteractionAttributed) -> None:
        self._happens(
            traced(
                inputs.InteractionLearnt,
                interaction=fact.interaction,
                customer=fact.customer,
                identity=fact.identity,
                trust=fact.trust,
                attributes=fact.attributes,
            )
        )

    def _abandoned(self, fact: facts.VisitAbandoned) -> None:
        contact = self.trace.contacts.get(fact.interaction)
        if contact is not None:
            contact.left_ms = self._at_ms

    def _seen(self, fact: "facts.VisitAnswered | facts.VisitFlowedOut") -> None:
        contact = self.trace.contacts.get(fact.interaction)
        if contact is not None and contact.seen_until_ms is None:
            contact.seen_until_ms = self._at_ms

    def _closed(self, fact: facts.InteractionClosed) -> None:
        contact = self.trace.contacts.get(fact.interaction)
        if contact is not None and not contact.closed:
            contact.closed = True
            self._open -= contact.counts

    # ---- how offers were met

    def _offered(self, fact: facts.OfferMade) -> None:
        self._offers[fact.offer] = _Standing(fact.interaction, fact.agent, fact.medium, self._at_ms)
        if fact.medium is Medium.VOICE:
            self._calls.setdefault(fact.agent, set()).add(fact.offer)

    def _pop_shown(self, fact: facts.PopConfirmed) -> None:
        offer = self._offers.get(fact.offer)
        if offer is not None:
            offer.pop_ms = fact.after_ms
            if offer.medium is not Medium.VOICE:
                offer.since_ms = self._at_ms

    def _ring_ordered(self, fact: facts.RingOrdered) -> None:
        offer = self._offers.get(fact.offer)
        if offer is not None:
            offer.since_ms = self._at_ms

    def _ends(self, how: How | None, fact: Any) -> None:
        self._calls.setdefault(fact.agent, set()).discard(fact.offer)
        offer = self._offers.pop(fact.offer, None)
        if offer is None or how is None:
            return
        met = Met(how, offer.pop_ms, self._at_ms - offer.since_ms)
        self.trace.met.setdefault((offer.interaction, offer.agent), []).append(met)
        if how is not How.TAKEN_BACK:
            self.trace.met_by.setdefault((offer.agent, offer.medium), []).append(met)

    def _accepted(self, fact: facts.OfferAccepted) -> None:
        self._ends(How.ACCEPTED, fact)

    def _declined(self, fact: facts.OfferDeclined) -> None:
        self._ends(How.DECLINED, fact)

    def _expired(self, fact: facts.OfferExpired) -> None:
        self._ends(How.MISSED, fact)

    def _taken_back(self, fact: facts.OfferWithdrawn) -> None:
        self._ends(How.TAKEN_BACK, fact)

    def _failed(self, fact: facts.OfferFailed) -> None:
        self._ends(None, fact)

    # ---- how long it took

    def _handled(self, fact: facts.HandlingStarted) -> None:
        if fact.interaction in self.trace.contacts:
            self._serving[fact.handling] = (fact.interaction, self._at_ms, False)
        if fact.medium is Medium.VOICE:
            self._calls.setdefault(fact.agent, set()).add(fact.handling)

    def _wrapping_up(self, fact: facts.WrapUpStarted) -> None:
        contact = self.trace.contacts.get(fact.interaction)
        self._calls.setdefault(fact.agent, set()).discard(fact.handling)
        if contact is not None:
            contact.active_ms += fact.active_ms
            self._serving[fact.handling] = (fact.interaction, self._at_ms, True)
        if fact.frees:
            self._finish(work_of(fact.handling))

    def _wrapped_up(self, fact: facts.WrapUpCompleted) -> None:
        contact = self.trace.contacts.get(fact.interaction)
        if contact is not None:
            contact.wrap_up_ms += fact.wrap_up_ms
            contact.handled = True
            self._serving.pop(fact.handling, None)
        self._finish(work_of(fact.handling))

    def _work_started(self, fact: facts.WorkStarted) -> None:
        self._works.add(fact.work)
        self._happens(traced(inputs.WorkBegun, work=fact.work, agent=fact.agent, medium=fact.medium))

    def _work_ended(self, fact: facts.WorkEnded) -> None:
        self._works.add(fact.work)
        self._finish(fact.work)

    def _finish(self, work: WorkId) -> None:
        if work in self._works:
            self._works.discard(work)
            self._happens(traced(inputs.WorkFinished, work=work))

    # ---- who was at work

    def _planned_presence(self, fact: facts.PresencePlanned) -> None:
        if fact.presence is None:
            self._planned.pop(fact.agent, None)
            self._chooses(fact.agent, Presence.READY, None, after_work=False)
        else:
            self._planned[fact.agent] = fact.presence
            reason = reason_of(fact)
            self._chooses(fact.agent, fact.presence, reason, after_work=True)

    def _presence(self, fact: facts.PresenceChanged) -> None:
        planned = self._planned.pop(fact.agent, None)
        since_ms = self._made_not_ready.pop(fact.agent, None)
        if fact.by in (PresenceBy.MISSED_OFFERS, PresenceBy.PHONE_PROBLEM):
            self._made_not_ready[fact.agent] = self._at_ms
            return
        if since_ms is not None and fact.presence is Presence.READY:
            self.trace.away_ms.append(self._at_ms - since_ms)
        if fact.by is PresenceBy.AGENT and planned is fact.presence:
            return
        if fact.by is PresenceBy.SUPERVISOR and fact.presence is not Presence.SIGNED_OUT:
            forced = traced(
                inputs.PresenceForced,
                agent=fact.agent,
                presence=fact.presence,
                reason=reason_of(fact),
                by=fact.supervisor or "",
            )
            self._happens(forced)
            return
        self._chooses(fact.agent, fact.presence, reason_of(fact), after_work=fact.presence is Presence.SIGNED_OUT)

    def _chooses(self, agent: AgentId, presence: Presence, reason: str | None, *, after_work: bool) -> None:
        self._happens(
            traced(inputs.AgentChosePresence, agent=agent, presence=presence, reason=reason, after_work=after_work)
        )

    def _desktop_connected(self, fact: facts.DesktopConnected) -> None:
        self._happens(traced(inputs.DesktopAttached, agent=fact.agent))

    def _desktop_disconnected(self, fact: facts.DesktopDisconnected) -> None:
        self._happens(traced(inputs.DesktopLost, agent=fact.agent))

    def _reachable(self, fact: facts.PhoneBecameReachable) -> None:
        self._happens(traced(inputs.PhoneReachable, agent=fact.agent))

    def _unreachable(self, fact: facts.PhoneBecameUnreachable) -> None:
        self._happens(traced(inputs.PhoneUnreachable, agent=fact.agent))

    def _busy(self, fact: facts.PhoneBecameBusy) -> None:
        """A phone that is busy with a call of ours will be so in the simulation whenever it has one."""
        if not self._calls.get(fact.agent):
            self._outside.add(fact.agent)
            self._happens(traced(inputs.PhoneBusy, agent=fact.agent))

    def _free(self, fact: facts.PhoneBecameFree) -> None:
        if fact.agent in self._outside:
            self._outside.discard(fact.agent)
            self._happens(traced(inputs.PhoneFree, agent=fact.agent))

    def _defined(self, fact: facts.RoutingDefined) -> None:
        self._settings = fact.settings
        self._happens(traced(inputs.DefinitionApplied, settings=fact.settings))

    def _emergency(self, fact: facts.EmergencyBegan) -> None:
        declared = traced(
            inputs.EmergencyDeclared, queue=fact.queue, number=fact.number, until_ms=fact.until_ms, by=fact.by
        )
        self._happens(declared)

    def _emergency_over(self, fact: facts.EmergencyEnded) -> None:
        self._happens(traced(inputs.EmergencyLifted, queue=fact.queue, number=fact.number, by=fact.by))

    def _happens(self, given: AnyInput) -> None:
        self.trace.events.append((self._at_ms, given))


# Each function takes exactly the fact type it stands under, which a dictionary cannot say to the type checker.
_TAKE: Final[dict[type[Fact], Callable[[Tracing, Any], None]]] = {
    facts.RoutingDefined: Tracing._defined,
    facts.InteractionQueued: Tracing._queued,
    facts.InteractionAttributed: Tracing._attributed,
    facts.InteractionClosed: Tracing._closed,
    facts.VisitAbandoned: Tracing._abandoned,
    facts.VisitAnswered: Tracing._seen,
    facts.VisitFlowedOut: Tracing._seen,
    facts.OfferMade: Tracing._offered,
    facts.PopConfirmed: Tracing._pop_shown,
    facts.RingOrdered: Tracing._ring_ordered,
    facts.OfferAccepted: Tracing._accepted,
    facts.OfferDeclined: Tracing._declined,
    facts.OfferExpired: Tracing._expired,
    facts.OfferFailed: Tracing._failed,
    facts.OfferWithdrawn: Tracing._taken_back,
    facts.HandlingStarted: Tracing._handled,
    facts.WrapUpStarted: Tracing._wrapping_up,
    facts.WrapUpCompleted: Tracing._wrapped_up,
    facts.WorkStarted: Tracing._work_started,
    facts.WorkEnded: Tracing._work_ended,
    facts.PresencePlanned: Tracing._planned_presence,
    facts.PresenceChanged: Tracing._presence,
    facts.DesktopConnected: Tracing._desktop_connected,
    facts.DesktopDisconnected: Tracing._desktop_disconnected,
    facts.PhoneBecameReachable: Tracing._reachable,
    facts.PhoneBecameUnreachable: Tracing._unreachable,
    facts.PhoneBecameBusy: Tracing._busy,
    facts.PhoneBecameFree: Tracing._free,
    facts.EmergencyBegan: Tracing._emergency,
    facts.EmergencyEnded: Tracing._emergency_over,
}
