"""The engine: `handle(input, now_ms) -> Decision`, `advance(now_ms)`, `next_deadline_ms()`, `outstanding()`.

Pure and synchronous. A rule reads the state and returns facts; only then are they applied, and what the shell must do
follows from them. A rule that raises has therefore changed nothing: the driver sets the input aside and goes on. An
exception while applying, or a broken invariant, is another matter: the process ends and recovery folds the facts.
"""

from typing import Any

import msgspec

from history.core import routing as facts
from history.core.entries import Fact
from history.core.vocabulary import Outcome, OutcomeReason
from router.core import (
    arranging,
    arrivals,
    consulting,
    deadlines,
    desk_requests,
    dispatch,
    emergency,
    leaving,
    lending,
    lost_legs,
    opening,
    overflow,
    party_news,
    passing_on,
    presence_requests,
    reserving,
    steering,
    telephony,
    telling,
)
from router.core.apply import APPLY, apply
from router.core.decision import Deciding
from router.core.effects import AnyEffect
from router.core.inputs import AnyInput, Receipt, TimeAdvanced
from router.core.outstanding import effects_of, outstanding
from router.core.refusals import field_of
from router.core.state import State
from router.errors import BrokenInvariant

_RULES: dict[type, Any] = {
    **arrivals.DECIDE,
    **telephony.DECIDE,
    **desk_requests.DECIDE,
    **presence_requests.DECIDE,
    **steering.DECIDE,
    **lending.DECIDE,
    **reserving.DECIDE,
    **leaving.DECIDE,
    **emergency.DECIDE,
    **arranging.DECIDE,
    **party_news.DECIDE,
    **consulting.DECIDE,
    **passing_on.DECIDE,
}

_BACK_IN_LINE = (
    facts.ArrangementFailed,
    facts.ArrangementMade,
    facts.InteractionQueued,
    facts.InteractionResumed,
    facts.OfferDeclined,
    facts.OfferExpired,
    facts.OfferFailed,
    facts.OfferWithdrawn,
)

_LOOKS_AT_LENDING = (facts.InteractionQueued, facts.PresenceChanged, facts.RoutingDefined)

ACCEPTED = Receipt(outcome=Outcome.ACCEPTED)


class Decision(msgspec.Struct, frozen=True):
    """What follows from one input: facts to commit, effects to release after the commit, and the source's answer."""

    facts: tuple[Fact, ...]
    effects: tuple[AnyEffect, ...]
    receipt: Receipt
    defect: Exception | None = None
    """A rule of what time or matching brings has raised: its part is missing, everything else stands."""


class Engine:
    """One router's mind. Build it empty, fold the committed facts into it, then let it decide."""

    def __init__(self) -> None:
        self.state = State()

    def fold(self, fact: Fact, at_ms: int) -> None:
        """Take a committed fact, in order: recovery and replay."""
        apply(self.state, fact, at_ms)

    def handle(self, given: AnyInput, now_ms: int) -> Decision:
        """Decide on one input. A repeated input gets its first answer again and changes nothing."""
        if isinstance(given, TimeAdvanced):
            return self.advance(now_ms)
        answered = self._answered_before(given)
        if answered is not None:
            return Decision(facts=(), effects=(), receipt=answered)
        deciding = Deciding(self.state, now_ms)
        refused = _RULES[type(given)](deciding, given)
        receipt = ACCEPTED if refused is None else _answer(given, refused.outcome, refused.reason)
        taken = facts.InputTaken(
            source=given.source,
            source_epoch=given.source_epoch,
            source_number=given.source_number,
            outcome=receipt.outcome,
            reason=receipt.reason,
        )
        return self._decision([taken, *deciding.facts], receipt, now_ms)

    def set_aside(self, given: AnyInput, now_ms: int) -> Decision:
        """The answer to an input whose rule raised: it is remembered as a defect, so that it is not tried again."""
        aside = facts.InputSetAside(
            source=given.source, source_epoch=given.source_epoch, source_number=given.source_number
        )
        return self._decision([aside], Receipt(outcome=Outcome.DEFECT), now_ms)

    def advance(self, now_ms: int) -> Decision:
        """Carry out every deadline that has come, one after the other."""
        found: list[Fact] = []
        defect: Exception | None = None
        while (due := deadlines.next_due(self.state, now_ms)) is not None:
            deciding = Deciding(self.state, now_ms)
            try:
                deadlines.decide(deciding, due)
            except Exception as error:  # a defect of one deadline's rule: the others go on, the driver raises the alarm
                defect = error
                continue
            self._apply(deciding.facts, now_ms)
            found += deciding.facts
        return self._decision([], ACCEPTED, now_ms, applied=found, defect=defect)

    def next_deadline_ms(self) -> int | None:
        """Return when `advance` wants to be called next (UTC ms), or None. It may be early, never late."""
        return self.state.deadlines[0].at_ms if self.state.deadlines else None

    def outstanding(self) -> tuple[AnyEffect, ...]:
        """Return every effect that is due and not yet answered, oldest offer first: released after a recovery."""
        return tuple(outstanding(self.state))

    def _decision(
        self,
        decided: list[Fact],
        receipt: Receipt,
        now_ms: int,
        applied: list[Fact] | None = None,
        defect: Exception | None = None,
    ) -> Decision:
        self._apply(decided, now_ms)
        found = decided if applied is None else [*applied, *decided]
        try:
            if self.state.planned:
                self._change_as_planned(found, now_ms)
            if self.state.reservations:
                decided = reserving.agents_gone(Deciding(self.state, now_ms))
                self._apply(decided, now_ms)
                found += decided
            if self.state.lost:
                self._ring_again(found, now_ms)
            if self.state.overflows or self.state.emergencies:
                self._overflow(found, now_ms)
            if self.state.lends_to or self.state.lent:
                self._lend(found, now_ms, timed=applied is not None)
            self._match(found, now_ms)
            if applied is not None:
                self._tell(found, now_ms)
        except BrokenInvariant:
            raise
        except Exception as error:  # a defect in matching: what came in is decided all the same
            defect = error
        return Decision(tuple(found), effects_of(self.state, found), receipt, defect)

    def _tell(self, found: list[Fact], now_ms: int) -> None:
        deciding = Deciding(self.state, now_ms)
        telling.tell(deciding)
        self._apply(deciding.facts, now_ms)
        found += deciding.facts

    def _change_as_planned(self, found: list[Fact], now_ms: int) -> None:
        decided = presence_requests.planned_now(Deciding(self.state, now_ms))
        self._apply(decided, now_ms)
        found += decided

    def _ring_again(self, found: list[Fact], now_ms: int) -> None:
        deciding = Deciding(self.state, now_ms)
        lost_legs.ring_again(deciding)
        self._apply(deciding.facts, now_ms)
        found += deciding.facts

    def _overflow(self, found: list[Fact], now_ms: int) -> None:
        """Who has come into a queue, or is back in it, and who is left alone there; then those who came on by it."""
        looked_at = 0
        while looked_at < len(found):
            new, looked_at = found[looked_at:], len(found)
            records = {
                fact.interaction: self.state.interactions.get(fact.interaction)
                for fact in new
                if isinstance(fact, _BACK_IN_LINE)
            }
            if any(isinstance(fact, facts.PresenceChanged | facts.RoutingDefined) for fact in new):
                records |= {record.interaction: record for record in overflow.left_alone(self.state)}
            borders = [fact for fact in new if isinstance(fact, facts.QueueOpeningChanged)]
            records |= {record.interaction: record for record in opening.newly_closed(self.state, borders)}
            here = [record for record in records.values() if record is not None]
            decided = overflow.settle(Deciding(self.state, now_ms), here)
            self._apply(decided, now_ms)
            found += decided

    def _lend(self, found: list[Fact], now_ms: int, *, timed: bool) -> None:
        """Looked at as time passes, and as somebody comes in or changes presence; one rule after the other."""
        if not timed and not any(isinstance(fact, _LOOKS_AT_LENDING) for fact in found):
            return
        for rule in (None, *self.state.settings.lending):
            deciding = Deciding(self.state, now_ms)
            lending.look(deciding, rule)
            self._apply(deciding.facts, now_ms)
            found += deciding.facts

    def _match(self, found: list[Fact], now_ms: int) -> None:
        """Make offers until nobody who waits can be served. A phone without a desktop rings in the same decision."""
        while dispatch.has_news(self.state):
            deciding = Deciding(self.state, now_ms)
            if not dispatch.next_match(deciding):
                return
            self._apply(deciding.facts, now_ms)
            found += deciding.facts
            found += self._ring_at_once(deciding.facts, now_ms)

    def _ring_at_once(self, made: list[Fact], now_ms: int) -> list[Fact]:
        due = [fact.offer for fact in made if isinstance(fact, facts.OfferMade) and fact.expires_at_ms <= now_ms]
        if not due:
            return []
        deciding = Deciding(self.state, now_ms)
        for offer in due:
            deciding.order_ring(self.state.offers[offer], pop_was_late=False)
        self._apply(deciding.facts, now_ms)
        return deciding.facts

    def _apply(self, decided: list[Fact], now_ms: int) -> None:
        state = self.state
        try:
            for fact in decided:
                APPLY[type(fact)](state, fact, now_ms)  # as `apply` does; a call for each fact would count
        except Exception as error:
            raise BrokenInvariant(f"a decided fact could not be applied: {error!r}") from error

    def _answered_before(self, given: AnyInput) -> Receipt | None:
        record = self.state.sources.get(given.source)
        if record is None or given.source_epoch > record.epoch:
            return None
        if given.source_epoch < record.epoch:
            return _answer(given, Outcome.REFUSED, OutcomeReason.OLDER_EPOCH)
        if given.source_number > record.number:
            return None
        for answer in record.answers:
            if answer.number == given.source_number:
                return _answer(given, answer.outcome, answer.reason)
        return Receipt(outcome=Outcome.IGNORED, reason=OutcomeReason.ALREADY_HANDLED)


def _answer(given: AnyInput, outcome: Outcome, reason: OutcomeReason | None) -> Receipt:
    field = field_of(given, reason) if outcome is Outcome.REFUSED else None
    return Receipt(outcome=outcome, reason=reason, field=field)
