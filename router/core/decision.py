"""What the rules of a decision share: the state as it is read, the instant, and the facts found so far.

A rule reads and adds facts; nothing is applied before the rule has returned, so a rule that raises has changed nothing.
"""

from dataclasses import dataclass

import msgspec

from history.core import routing as facts
from history.core.call_words import LegFor, LegPhase
from history.core.entries import Fact
from history.core.routing_call_records import LegRecord
from history.core.routing_records import HandlingRecord, InteractionRecord, OfferRecord
from history.core.routing_settings import BackOffs
from history.core.vocabulary import (
    AgentId,
    BackOffBecause,
    CloseReason,
    DispositionId,
    EndedBy,
    HandlingId,
    InteractionId,
    LegFailure,
    Medium,
    MovedBecause,
    OfferId,
    OfferPhase,
    Outcome,
    OutcomeReason,
    Presence,
    PresenceBy,
    QueueId,
    UserId,
    VisitId,
    WithdrawnBecause,
    WrapUp,
)
from router.core import queueing
from router.core.keeping import leg_of
from router.core.state import State

RING_GRACE_MS = 2_000
"""The switch ends a ring itself; the engine's own deadline comes this much later, in case it did not tell."""
NOT_AGAIN_MS = 30_000
"""How long an interaction is not offered to an agent who has declined it."""
HANG_UP_MS = 10_000
"""A hang-up or a stopped ring that the switch has not confirmed by then is taken as done."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why nothing follows. `IGNORED` for late news, `REFUSED` for a request that somebody has to be told about."""

    reason: OutcomeReason
    outcome: Outcome = Outcome.REFUSED


def ignored(reason: OutcomeReason) -> Refused:
    return Refused(reason, Outcome.IGNORED)


class Deciding(msgspec.Struct):
    state: State
    now_ms: int
    facts: list[Fact] = msgspec.field(default_factory=list)

    def add(self, *found: Fact) -> None:
        self.facts.extend(found)

    def ended_offer(self, offer_id: OfferId) -> Refused:
        """Late news about an offer: known to have ended, or never made here."""
        number = offer_id[1:20]
        made = offer_id == f"o{number}" and number.isdecimal() and 0 < int(number) <= self.state.offers_made
        return ignored(OutcomeReason.OFFER_ENDED if made else OutcomeReason.UNKNOWN_OFFER)

    def order_ring(self, offer: OfferRecord, *, pop_was_late: bool) -> None:
        """Let the phone ring; the offer's time runs from here."""
        queue = self.state.queue_settings[self.state.interactions[offer.interaction].queue]
        expires_at_ms = self.now_ms + queue.offer_ms + RING_GRACE_MS
        self.add(facts.RingOrdered(offer=offer.offer, pop_was_late=pop_was_late, expires_at_ms=expires_at_ms))

    def accept(self, offer: OfferRecord) -> None:
        """The agent has the customer: the visit is answered and a handling starts."""
        self.add(facts.OfferAccepted(offer=offer.offer, interaction=offer.interaction, agent=offer.agent))
        self.begin_handling(self.state.interactions[offer.interaction], offer.agent, offer.offer)

    def begin_handling(self, interaction: InteractionRecord, agent: AgentId, offer: OfferId) -> None:
        self.add(
            facts.VisitAnswered(
                visit=interaction.visit,
                interaction=interaction.interaction,
                queue=interaction.queue,
                medium=interaction.medium,
                wait_ms=max(0, self.now_ms - interaction.queued_ms),
                agent=agent,
            ),
            facts.HandlingStarted(
                handling=HandlingId(f"h{self.state.handlings_started + 1}"),
                interaction=interaction.interaction,
                agent=agent,
                queue=interaction.queue,
                medium=interaction.medium,
                offer=offer,
            ),
        )

    def miss(self, offer: OfferRecord) -> None:
        """RONA: the interaction keeps its place; too many misses make the agent not ready."""
        queue = self.state.queue_settings[self.state.interactions[offer.interaction].queue]
        misses = self.state.agents[offer.agent].misses + 1
        self.add(facts.OfferExpired(offer=offer.offer, interaction=offer.interaction, agent=offer.agent, misses=misses))
        if misses >= queue.misses_max:
            self.make_not_ready(offer, PresenceBy.MISSED_OFFERS)
        else:
            self.back_off(offer, BackOffBecause.NO_ANSWER, queue.back_offs.no_answer_ms)

    def back_off(self, offer: OfferRecord, because: BackOffBecause, for_ms: int) -> None:
        """Leave the agent in peace for a while, if their queue says so."""
        if for_ms > 0:
            self.add(facts.AgentBackedOff(agent=offer.agent, until_ms=self.now_ms + for_ms, because=because))

    def back_offs_of(self, offer: OfferRecord) -> BackOffs:
        return self.state.queue_settings[self.state.interactions[offer.interaction].queue].back_offs

    def make_not_ready(self, offer: OfferRecord, by: PresenceBy) -> None:
        if self.state.agents[offer.agent].presence is Presence.READY:
            self.add(facts.PresenceChanged(agent=offer.agent, presence=Presence.NOT_READY, by=by))

    def decline(self, offer: OfferRecord) -> None:
        self.add(
            facts.OfferDeclined(
                offer=offer.offer,
                interaction=offer.interaction,
                agent=offer.agent,
                not_again_before_ms=self.now_ms + NOT_AGAIN_MS,
            )
        )
        self.back_off(offer, BackOffBecause.DECLINED, self.back_offs_of(offer).declined_ms)

    def withdraw(self, offer: OfferRecord, because: WithdrawnBecause) -> None:
        self.add(
            facts.OfferWithdrawn(offer=offer.offer, interaction=offer.interaction, agent=offer.agent, because=because)
        )

    def take_back(self, interaction: InteractionRecord, because: WithdrawnBecause) -> None:
        """End the offer, if there is one, of what is no longer to be offered as it is."""
        if interaction.offer is not None:
            offer = self.state.offers[interaction.offer]
            self.withdraw(offer, because)
            if offer.phase is OfferPhase.RINGING:
                self.stop_ringing(offer)

    def stop_leg(self, leg: LegRecord) -> None:
        """Have a phone stop that rings alone for a waiting caller; in an arranged call it is not named any more."""
        if leg.phase is LegPhase.RINGING:
            self.add(
                facts.RingingToStop(
                    offer=OfferId(leg.leg), interaction=leg.interaction, give_up_at_ms=self.now_ms + HANG_UP_MS
                )
            )

    def stop_ringing(self, offer: OfferRecord) -> None:
        self.add(
            facts.RingingToStop(
                offer=offer.offer, interaction=offer.interaction, give_up_at_ms=self.now_ms + HANG_UP_MS
            )
        )

    def abandon(self, interaction: InteractionRecord, reason: CloseReason | None) -> None:
        """The customer left unanswered. A short abandon is counted apart."""
        queue = self.state.queue_settings[interaction.queue]
        wait_ms = max(0, self.now_ms - interaction.queued_ms)
        short = wait_ms < queue.short_abandon_ms
        self.add(
            facts.VisitAbandoned(
                visit=interaction.visit,
                interaction=interaction.interaction,
                queue=interaction.queue,
                medium=interaction.medium,
                wait_ms=wait_ms,
                short=short,
            )
        )
        self.close(interaction, reason or (CloseReason.SHORT_ABANDONED if short else CloseReason.ABANDONED))

    def close(self, interaction: InteractionRecord, reason: CloseReason) -> None:
        """The customer is gone, and so is the interaction, unless somebody who had them before still writes about it:
        then it is closed after that."""
        writing = self.is_open_still(interaction.interaction)
        closes_as = reason if writing else None
        self.add(facts.CustomerLegEnded(interaction=interaction.interaction, closes_as=closes_as))
        if not writing:
            self.add(facts.InteractionClosed(interaction=interaction.interaction, reason=reason))

    def is_open_still(self, interaction: InteractionId) -> bool:
        """Whether anybody has a part in it that this decision does not end."""
        done = {fact.handling for fact in self.facts if isinstance(fact, facts.WrapUpCompleted)}
        return any(each not in done for each in self.state.interaction_handlings.get(interaction, ()))

    def flow_out(
        self, interaction: InteractionId, visit: VisitId, queue: QueueId, medium: Medium, queued_ms: int
    ) -> None:
        """Somebody outside has the customer, of whom nothing more will be known here."""
        wait_ms = max(0, self.now_ms - queued_ms)
        self.add(
            facts.VisitFlowedOut(visit=visit, interaction=interaction, queue=queue, medium=medium, wait_ms=wait_ms)
        )
        reason = CloseReason.SERVED_BY_FALLBACK
        record = self.state.interactions.get(interaction)
        if record is not None:
            self.close(record, reason)
        else:  # served before we learnt of them
            self.add(
                facts.CustomerLegEnded(interaction=interaction),
                facts.InteractionClosed(interaction=interaction, reason=reason),
            )

    def has_ended(self, handling: HandlingRecord) -> bool:
        """Whether this decision has ended the part."""
        return any(isinstance(fact, facts.WrapUpStarted) and fact.handling == handling.handling for fact in self.facts)

    def has_completed(self, handling: HandlingRecord) -> bool:
        """Whether this decision has ended the handling."""
        return any(
            isinstance(fact, facts.WrapUpCompleted) and fact.handling == handling.handling for fact in self.facts
        )

    def end_hold(self, handling: HandlingRecord) -> None:
        """The customer's hold is over, if there is one."""
        call = self.state.calls.get(handling.interaction)
        if call is None or call.held_since_ms is None:
            return
        if not any(isinstance(fact, facts.HoldEnded) and fact.handling == handling.handling for fact in self.facts):
            self.add(
                facts.HoldEnded(
                    interaction=handling.interaction,
                    handling=handling.handling,
                    agent=handling.agent,
                    by=call.held_by,
                    held_ms=self.now_ms - call.held_since_ms,
                )
            )

    def _leave_call(self, handling: HandlingRecord, by: EndedBy) -> None:
        """The agent's phone is out of the call, and is not rung again where it was lost."""
        call = self.state.calls.get(handling.interaction)
        if call is None:
            return
        over = {fact.leg for fact in self.facts if isinstance(fact, facts.LegOver)}
        own = leg_of(handling)
        for leg, _ in call.legs:
            record = self.state.legs.get(leg)
            if leg in over:
                continue
            if leg == own:
                self.add(facts.LegOver(leg=leg, interaction=call.interaction, agent=handling.agent, by=by))
            elif record is not None and record.purpose is LegFor.AGAIN:
                cause = LegFailure.CALLER_GONE
                self.add(facts.LegOver(leg=leg, interaction=call.interaction, agent=handling.agent, cause=cause))
                self.stop_leg(record)

    def end_part(self, handling: HandlingRecord, by: EndedBy, *, talks_on: bool = False) -> None:
        """The agent's part with the customer is over, and what their queue asks for afterwards begins. No wrap-up at
        all is one that is over in the same millisecond. `talks_on`: their phone stays in the call."""
        self.end_hold(handling)
        if not talks_on:
            self._leave_call(handling, by)
        queue = self.state.queue_settings[handling.queue]
        attended = self.state.agents[handling.agent].desktop
        timed = queue.wrap_up is not WrapUp.MANDATORY
        lasts_ms = 0 if queue.wrap_up is WrapUp.NONE else queue.wrap_up_ms
        self.add(
            facts.WrapUpStarted(
                handling=handling.handling,
                interaction=handling.interaction,
                agent=handling.agent,
                by=by,
                active_ms=self.now_ms - handling.started_ms,
                ends_at_ms=self.now_ms + lasts_ms if timed or not attended else None,
                timed=timed,
                frees=queue.wrap_up is WrapUp.OPTIONAL,
            )
        )

    def back_to_queue(self, handling: HandlingRecord, by: EndedBy) -> None:
        """The caller lost their agent through no fault of theirs: the part is over, without a wrap-up, and a new visit
        keeps arrival and due time."""
        interaction = self.state.interactions[handling.interaction]
        self.end_part(handling, by)
        self.complete(handling, None, self.now_ms)
        self.add(queueing.queued_again(self.state, interaction, self.now_ms))

    def move(
        self, interaction: InteractionRecord, to: QueueId, because: MovedBecause, by: UserId | None = None
    ) -> None:
        """End the visit and begin one in another queue, with the arrival and the wait."""
        self.add(
            facts.VisitMoved(
                visit=interaction.visit,
                interaction=interaction.interaction,
                queue=interaction.queue,
                medium=interaction.medium,
                wait_ms=max(0, self.now_ms - interaction.queued_ms),
                to=to,
                because=because,
                by=by,
            ),
            queueing.queued_again(self.state, interaction, self.now_ms, to=to),
        )

    def complete(
        self,
        handling: HandlingRecord,
        disposition: DispositionId | None,
        since_ms: int,
        supervisor: UserId | None = None,
    ) -> None:
        self.add(
            facts.WrapUpCompleted(
                handling=handling.handling,
                interaction=handling.interaction,
                agent=handling.agent,
                wrap_up_ms=self.now_ms - since_ms,
                disposition=disposition,
                supervisor=supervisor,
            )
        )

    def complete_and_close(
        self, handling: HandlingRecord, disposition: DispositionId | None, supervisor: UserId | None = None
    ) -> None:
        """End a wrap-up, and the interaction with it when its customer has gone, no other handling is open and nobody
        talks on."""
        self.complete(handling, disposition, handling.wrap_up_since_ms, supervisor)
        interaction = self.state.interactions[handling.interaction]
        if interaction.customer_gone and not self.is_open_still(interaction.interaction):
            self.close_after_work(interaction)

    def close_after_work(self, interaction: InteractionRecord) -> None:
        """Close what only waited for somebody to finish, unless phones are still together."""
        call = self.state.calls.get(interaction.interaction)
        if call is None or not call.legs:
            reason = interaction.closes_as or CloseReason.HANDLED
            self.add(facts.InteractionClosed(interaction=interaction.interaction, reason=reason))

    def order_hang_up(self, interaction: InteractionRecord) -> None:
        """End the customer's leg. A chat ends with the fact itself, mail and tasks have no leg."""
        if interaction.customer_gone:
            return
        if interaction.medium is Medium.VOICE:
            self.add(facts.HangUpOrdered(interaction=interaction.interaction, give_up_at_ms=self.now_ms + HANG_UP_MS))
        else:
            self.add(facts.CustomerLegEnded(interaction=interaction.interaction))
