"""Calls with more than two parties as they stand on the floor: who is in them and where, and what an agent does there.

A call of two that was never on hold, arranged or lost has nothing here.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from history.core import routing as facts
from history.core.call_words import ConsultEndedBecause, HeldBy, LegFor, LegPhase, PartyAt
from history.core.entries import Fact
from history.core.vocabulary import (
    AgentId,
    DestinationId,
    InteractionId,
    LegFailure,
    LegId,
    Word,
)


class Talking(Word):
    """What an agent does in a call."""

    TALKING = "talking"
    ON_HOLD = "on_hold"  # their customer hears music
    CONSULTING = "consulting"
    CONSULTED = "consulted"  # is asked, or is in the conference of somebody else
    RINGING = "ringing"  # is about to be asked
    RECONNECTING = "reconnecting"  # their phone is lost and is rung again


@dataclass(frozen=True, slots=True)
class LegOnFloor:
    """A further leg of a call."""

    leg: LegId
    interaction: InteractionId
    purpose: LegFor
    phase: LegPhase
    since_ms: int
    """When it was ordered, and then when it was connected."""
    agent: AgentId | None = None
    destination: DestinationId | None = None
    asked_by: AgentId | None = None


@dataclass(frozen=True, slots=True)
class CallOnFloor:
    interaction: InteractionId
    customer: PartyAt = PartyAt.TALK
    legs: tuple[tuple[LegId, PartyAt], ...] = ()
    confirmed: bool = True
    """Whether the switch has said that the parties stand so."""
    failed: bool = False
    """The last arrangement could not be made."""
    held_since_ms: int | None = None
    held_by: HeldBy | None = None
    consult: LegId | None = None
    consult_since_ms: int | None = None
    consult_failed: LegFailure | None = None
    """Why the last one reached nobody."""
    lost_since_ms: int | None = None
    lost_until_ms: int | None = None


CALL_FACTS = frozenset(
    (
        facts.ArrangementOrdered,
        facts.ArrangementMade,
        facts.ArrangementFailed,
        facts.HoldBegan,
        facts.HoldEnded,
        facts.LegLost,
        facts.LegFound,
        facts.ConsultBegan,
        facts.ConsultEnded,
    )
)
LEG_FACTS = frozenset((facts.LegOrdered, facts.LegRingOrdered, facts.LegConnected, facts.LegOver, facts.LegAwaited))
OTHER_FACTS = frozenset((facts.HandlingStarted, facts.WrapUpStarted, facts.InteractionClosed))
"""They end what went on in a call, or give it to somebody else."""


@dataclass(slots=True)
class TalksOnFloor:
    """`fold` is the only thing that changes it."""

    calls: dict[InteractionId, CallOnFloor] = field(default_factory=dict)
    legs: dict[LegId, LegOnFloor] = field(default_factory=dict)

    def interaction_of(self, fact: Fact) -> InteractionId | None:
        """The call in which a fact changes something; none for any other fact."""
        kind = type(fact)
        if kind in LEG_FACTS and not isinstance(fact, facts.LegOrdered):
            leg = self.legs.get(fact.leg)  # type: ignore[attr-defined]  # each fact of a leg names it
            return None if leg is None else leg.interaction
        if kind in CALL_FACTS or kind is facts.LegOrdered:
            return fact.interaction  # type: ignore[attr-defined,no-any-return]  # each of them names its call
        if kind in OTHER_FACTS:
            interaction: InteractionId = fact.interaction  # type: ignore[attr-defined]  # the same
            return interaction if interaction in self.calls else None
        return None

    def agents_at(self, interaction: InteractionId) -> frozenset[AgentId]:
        """Agents whose further legs are in a call."""
        legs = (leg for leg in self.legs.values() if leg.interaction == interaction)
        return frozenset(leg.agent for leg in legs if leg.agent is not None)

    def doing(self, agent: AgentId, interaction: InteractionId, owns: bool) -> Talking | None:
        """What an agent does in a call; `owns`: the customer is theirs. None: they have no part in it."""
        call = self.calls.get(interaction)
        if not owns:
            mine = [leg for leg in self.legs.values() if leg.agent == agent and leg.interaction == interaction]
            if not mine:
                return None
            return Talking.CONSULTED if any(leg.phase is LegPhase.CONNECTED for leg in mine) else Talking.RINGING
        if call is None:
            return Talking.TALKING
        if call.lost_since_ms is not None:
            return Talking.RECONNECTING
        if call.consult is not None:
            return Talking.CONSULTING
        return Talking.ON_HOLD if call.held_since_ms is not None else Talking.TALKING

    def fold(self, fact: Fact, at_ms: int) -> None:
        """Apply one fact for which `interaction_of` has named a call."""
        match fact:
            case facts.InteractionClosed():
                self._close(fact.interaction)
            case facts.HandlingStarted() | facts.WrapUpStarted():
                call = self.calls[fact.interaction]
                self.calls[fact.interaction] = replace(call, lost_since_ms=None, lost_until_ms=None)
                leg = self.legs.get(LegId(fact.offer)) if isinstance(fact, facts.HandlingStarted) else None
                if leg is not None:
                    self.legs[leg.leg] = replace(leg, purpose=LegFor.OWNER)
            case facts.LegOrdered():
                self.calls.setdefault(fact.interaction, CallOnFloor(fact.interaction))
                self.legs[fact.leg] = LegOnFloor(
                    leg=fact.leg,
                    interaction=fact.interaction,
                    purpose=fact.purpose,
                    phase=LegPhase.PENDING,
                    since_ms=at_ms,
                    agent=fact.agent,
                    destination=fact.destination,
                )
            case facts.LegOver():
                del self.legs[fact.leg]
            case facts.LegRingOrdered():
                self.legs[fact.leg] = replace(self.legs[fact.leg], phase=LegPhase.RINGING)
            case facts.LegConnected():
                self.legs[fact.leg] = replace(self.legs[fact.leg], phase=LegPhase.CONNECTED, since_ms=at_ms)
            case facts.LegAwaited():
                self.legs[fact.leg] = replace(self.legs[fact.leg], purpose=LegFor.NEXT)
            case _:
                self._call(fact, at_ms)

    def _call(self, fact: Any, at_ms: int) -> None:
        """`fact` is one of CALL_FACTS."""
        call = self.calls.get(fact.interaction, CallOnFloor(fact.interaction))
        self.calls[fact.interaction] = _call_after(call, fact, at_ms)
        leg = self.legs.get(fact.leg) if hasattr(fact, "leg") else None
        if leg is None:
            return
        match fact:
            case facts.ConsultBegan():
                self.legs[leg.leg] = replace(leg, asked_by=fact.agent)
            case facts.ConsultEnded(because=ConsultEndedBecause.JOINED):
                self.legs[leg.leg] = replace(leg, purpose=LegFor.PARTY)
            case facts.LegFound():
                self.legs[leg.leg] = replace(leg, purpose=LegFor.OWNER)
            case facts.LegLost():
                del self.legs[leg.leg]
            case _:
                pass

    def _close(self, interaction: InteractionId) -> None:
        self.calls.pop(interaction, None)
        for leg in [item.leg for item in self.legs.values() if item.interaction == interaction]:
            del self.legs[leg]


def _call_after(call: CallOnFloor, fact: Any, at_ms: int) -> CallOnFloor:
    """The call after one of CALL_FACTS."""
    match fact:
        case facts.ArrangementOrdered():
            return replace(call, customer=fact.customer, legs=fact.legs, confirmed=False, failed=False)
        case facts.ArrangementMade():
            return replace(call, confirmed=True)
        case facts.ArrangementFailed():
            return replace(call, confirmed=True, failed=True)
        case facts.HoldBegan():
            return replace(call, held_since_ms=at_ms, held_by=fact.by)
        case facts.HoldEnded():
            return replace(call, held_since_ms=None, held_by=None)
        case facts.LegLost():
            return replace(call, lost_since_ms=at_ms, lost_until_ms=fact.until_ms)
        case facts.LegFound():
            return replace(call, lost_since_ms=None, lost_until_ms=None)
        case facts.ConsultBegan():
            return replace(call, consult=fact.leg, consult_since_ms=at_ms, consult_failed=None)
        case facts.ConsultEnded():
            return replace(call, consult=None, consult_since_ms=None, consult_failed=fact.cause)
        case _:
            return call
