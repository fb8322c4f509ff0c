"""An owner whose phone is lost while the customer is there (a page that is loaded anew, a wireless network): the
handling stays, the customer hears music, and the phone is rung again as soon as it can be, for half a minute.

It is over sooner when the agent declines, signs out or is taken out by a supervisor. Then whoever is in the conference
goes on, and without anybody the customer waits again in the old place.
"""

from history.core import routing as facts
from history.core.call_words import LegFor, LegPhase, PartyAt
from history.core.routing_call_records import CallRecord, LegRecord, Lost
from history.core.routing_records import HandlingRecord
from history.core.vocabulary import AgentId, InteractionId, LegFailure, LegId
from router.core import calls, passing_on
from router.core.decision import RING_GRACE_MS, Deciding
from router.core.keeping import leg_of
from router.core.state import State

LOST_MS = 30_000
"""So long a lost phone is tried again."""


def lose(deciding: Deciding, handling: HandlingRecord) -> None:
    """The owner's leg is gone through no fault of theirs."""
    state = deciding.state
    interaction = handling.interaction
    plan = calls.plan_of(state, interaction)
    at = plan.legs.pop(leg_of(handling), PartyAt.TALK)
    arranged = calls.was_arranged(state, interaction)
    rest = calls.others(state, interaction)
    company = [leg for leg in calls.talk(rest) if leg.purpose is LegFor.PARTY]
    deciding.add(
        facts.LegLost(
            handling=handling.handling,
            interaction=interaction,
            agent=handling.agent,
            leg=leg_of(handling),
            at=at,
            until_ms=deciding.now_ms + LOST_MS,
        )
    )
    consult = next((leg for leg in rest if leg.purpose is LegFor.CONSULT), None)
    if company:
        plan.customer = PartyAt.TALK
    elif consult is not None:
        plan.customer = PartyAt.HOLD
    else:
        plan.customer = PartyAt.QUEUE
    if consult is not None and consult.phase is LegPhase.CONNECTED:
        plan.legs[consult.leg] = PartyAt.HOLD
    if plan.customer is not PartyAt.HOLD:
        deciding.end_hold(handling)
    if arranged or rest:
        calls.order(deciding, plan, firm=True)


def ring_again(deciding: Deciding) -> None:
    """Ring every lost phone that can be rung now."""
    state, now_ms = deciding.state, deciding.now_ms
    ordered = state.legs_ordered
    for interaction in state.lost:
        lost = _lost(state, interaction)
        owner = state.handlings[lost.handling]
        record = state.agents[owner.agent]
        rings = again_leg(state, interaction) is not None
        if rings or not record.phone_reachable or record.phone_busy or not lost.again_ms <= now_ms < lost.until_ms:
            continue
        ordered += 1
        _ring(deciding, interaction, owner, LegId(f"l{ordered}"), lost)


def _lost(state: State, interaction: InteractionId) -> Lost:
    lost = state.calls[interaction].lost
    assert lost is not None, "only whose owner is lost is listed"
    return lost


def _ring(deciding: Deciding, interaction: InteractionId, owner: HandlingRecord, leg: LegId, lost: Lost) -> None:
    state, now_ms = deciding.state, deciding.now_ms
    call = state.calls[interaction]
    apart = call.consult is not None
    ring_ms = min(state.queue_settings[state.interactions[interaction].queue].offer_ms, lost.until_ms - now_ms)
    expires_at_ms = min(now_ms + ring_ms + RING_GRACE_MS, lost.until_ms)
    deciding.add(
        facts.LegOrdered(
            leg=leg,
            interaction=interaction,
            purpose=LegFor.AGAIN,
            at=PartyAt.CONSULT if apart else PartyAt.TALK,
            agent=owner.agent,
            expires_at_ms=now_ms,
        ),
        facts.LegRingOrdered(leg=leg, pop_was_late=False, ring_ms=ring_ms, expires_at_ms=expires_at_ms),
    )


def again_leg(state: State, interaction: InteractionId) -> LegRecord | None:
    """Return the leg by which the owner is rung again now."""
    for leg, _ in state.calls[interaction].legs:
        record = state.legs.get(leg)
        if record is not None and record.purpose is LegFor.AGAIN:
            return record
    return None


def found(deciding: Deciding, call: CallRecord, leg: LegRecord) -> None:
    """The owner has picked up: everybody stands again as before."""
    assert call.lost is not None and leg.agent is not None
    state = deciding.state
    deciding.add(
        facts.LegFound(
            handling=call.lost.handling,
            interaction=call.interaction,
            agent=leg.agent,
            leg=leg.leg,
            lost_ms=deciding.now_ms - call.lost.since_ms,
        )
    )
    if not call.arrangement and not calls.others(state, call.interaction):
        return  # the waiting caller is connected with the phone, as by an offer
    plan = calls.plan_of(state, call.interaction)
    apart = call.consult is not None
    plan.legs[leg.leg] = PartyAt.CONSULT if apart else PartyAt.TALK
    if call.consult is not None:
        plan.legs[call.consult] = PartyAt.CONSULT
    else:
        plan.all_talk()
    calls.order(deciding, plan, firm=True)


def not_found(deciding: Deciding, call: CallRecord, leg: LegRecord, cause: LegFailure, *, stop: bool = False) -> None:
    """The ring was in vain: it is tried again, unless the agent declines."""
    deciding.add(facts.LegOver(leg=leg.leg, interaction=call.interaction, agent=leg.agent, cause=cause))
    if stop:
        deciding.stop_leg(leg)
    if cause is LegFailure.DECLINED and call.lost is not None:
        passing_on.lost_for_good(deciding, deciding.state.handlings[call.lost.handling])


def of_agent(state: State, agent: AgentId) -> list[HandlingRecord]:
    """Return the handlings whose owner's phone is lost, of one agent."""
    found = [state.handlings[_lost(state, interaction).handling] for interaction in state.lost]
    return [handling for handling in found if handling.agent == agent]


def time_is_up(deciding: Deciding, interaction: InteractionId, at_ms: int) -> None:
    call = deciding.state.calls.get(interaction)
    if call is not None and call.lost is not None and call.lost.until_ms <= at_ms:
        passing_on.lost_for_good(deciding, deciding.state.handlings[call.lost.handling])
