"""What a walk does with calls of more than two parties: agents steer, ask, hand over; the switch tells, or does not."""

from random import Random

from history.core.call_words import CallAct, LegPhase, PartyAt
from history.core.vocabulary import (
    AgentId,
    DestinationId,
    EndedBy,
    HandlingPhase,
    InteractionId,
    LegFailure,
    LegId,
    Medium,
    OfferId,
    QueueId,
)
from router.core import inputs
from router.core.call_inputs import (
    CallArranged,
    CallHandedOver,
    CallNotArranged,
    CallSteered,
    ConsultAsked,
    PartyAnswered,
    PartyDropped,
    PartyEnded,
    PartyFailed,
    PartyRang,
    PhoneHeld,
    PhoneResumed,
)
from tests.router.walk_center import QUEUES
from tests.specs.center import Center


def steer_calls(center: Center, chance: Random, names: list[str]) -> None:
    """Each agent who has a customer on the phone may do something with the call."""
    for handling in list(center.engine.state.handlings.values()):
        if handling.medium is not Medium.VOICE or handling.phase is not HandlingPhase.ACTIVE:
            continue
        of = {"agent": handling.agent, "handling": handling.handling}
        call = center.engine.state.calls.get(handling.interaction)
        if call is not None and call.consult is not None and chance.random() < 0.5:
            acts = (CallAct.SWAP, CallAct.JOIN, CallAct.COMPLETE, CallAct.END_CONSULT)
            center.tell(CallSteered, **of, act=chance.choice(acts))
            continue
        match chance.randrange(5):
            case 0:
                center.tell(CallSteered, **of, act=chance.choice(list(CallAct)))
            case 1:
                center.tell(ConsultAsked, **of, **_target(chance, names))
            case 2 if chance.random() < 0.3:
                center.tell(CallHandedOver, **of, **_target(chance, names))
            case 3:
                legs = [*center.engine.state.legs, LegId("l9999")]
                center.tell(PartyDropped, **of, leg=chance.choice(legs))
            case _:
                kind = chance.choice((PhoneHeld, PhoneResumed))
                center.tell(kind, leg=handling.leg or LegId(handling.offer))


def _target(chance: Random, names: list[str]) -> dict[str, object]:
    match chance.randrange(8):
        case 0:
            return {}
        case 1:
            return {"to_queue": QueueId("sales"), "to_agent": AgentId(names[0])}
        case 2 | 3:
            return {"to_queue": chance.choice(QUEUES).queue}
        case 4:
            return {"to_destination": DestinationId("bank")}
        case _:
            return {"to_agent": AgentId(chance.choice([*names, "nobody"]))}


def leg_news(center: Center, chance: Random) -> None:
    """The switch tells of the further legs, sometimes too late or of none that was ordered."""
    state = center.engine.state
    for leg in list(state.legs.values()):
        if leg.leg not in state.legs:
            continue
        match (leg.phase, chance.randrange(6)):
            case (LegPhase.PENDING, 0 | 1) if leg.agent is not None:
                center.tell(inputs.PopShown, agent=leg.agent, offer=OfferId(leg.leg))
            case (LegPhase.PENDING | LegPhase.RINGING, 2) if leg.agent is not None:
                center.tell(inputs.AgentDeclinedOffer, agent=leg.agent, offer=OfferId(leg.leg))
            case (LegPhase.RINGING, 0):
                center.tell(PartyRang, leg=leg.leg)
            case (LegPhase.RINGING, 3 | 4 | 5):
                center.tell(PartyAnswered, leg=leg.leg, interaction=leg.interaction, agent=leg.agent)
            case (LegPhase.RINGING, 1):
                center.tell(PartyFailed, leg=leg.leg, cause=chance.choice(list(LegFailure)))
            case (LegPhase.CONNECTED, 0):
                center.tell(PartyEnded, leg=leg.leg, by=chance.choice(list(EndedBy)))
            case _:
                pass
    if chance.random() < 0.2:
        late = LegId(f"l{chance.randrange(1, state.legs_ordered + 3)}")
        calls = list(state.interactions) or [InteractionId("v-none")]
        center.tell(PartyAnswered, leg=late, interaction=chance.choice(calls), agent=AgentId("agent1"))
        center.tell(PartyEnded, leg=late, by=EndedBy.AGENT)


def arranging(center: Center, chance: Random) -> None:
    """Mostly the switch does what it was asked; sometimes it cannot, or tells of what has been overtaken."""
    for call in list(center.engine.state.calls.values()):
        if call.ordered is not None and chance.random() < 0.7:
            kind = CallNotArranged if chance.random() < 0.2 else CallArranged
            late = chance.random() < 0.1
            center.tell(kind, interaction=call.interaction, arrangement=call.arrangement - late)


def hang_up_first_legs(center: Center, chance: Random) -> None:
    """Also of those who talk on after their customer has left."""
    for call in list(center.engine.state.calls.values()):
        for leg, at in call.legs:
            if not leg.startswith("o") or chance.random() > 0.2 or at is PartyAt.HOLD:
                continue
            by = chance.choice((EndedBy.AGENT, EndedBy.LOST, EndedBy.CUSTOMER))
            center.tell(inputs.LegEnded, offer=OfferId(leg), by=by)


def everybody_finishes(center: Center) -> None:
    """The switch does what it was asked, whoever is rung answers, and those who talk on hang up."""
    state = center.engine.state
    for call in list(state.calls.values()):
        if call.ordered is not None:
            center.tell(CallArranged, interaction=call.interaction, arrangement=call.arrangement)
    for leg in list(state.legs.values()):
        if leg.leg in state.legs and leg.phase is LegPhase.RINGING:
            center.tell(PartyAnswered, leg=leg.leg, interaction=leg.interaction, agent=leg.agent)
    for call in list(state.calls.values()):
        record = state.interactions.get(call.interaction)
        for key, _ in call.legs if record is not None and record.customer_gone else ():
            if key.startswith("o"):
                center.tell(inputs.LegEnded, offer=OfferId(key), by=EndedBy.AGENT)
            else:
                center.tell(PartyEnded, leg=key, by=EndedBy.AGENT)
