"""An agent's calls with more than two parties on their desk, and the directory: made of the floor, pure."""

from collections.abc import Mapping

from agent_desktop.core.call_on_floor import CallOnFloor, LegOnFloor, Talking
from agent_desktop.core.call_parts import (
    CallShown,
    ColleagueShown,
    ConsultCard,
    DestinationShown,
    PartyShown,
    PartyState,
    QueueTarget,
)
from agent_desktop.core.desk_words import About, unknown_who
from agent_desktop.core.floor import Floor
from agent_desktop.core.on_floor import AgentOnFloor, HandlingOnFloor
from agent_desktop.core.parts import AnyPart
from agent_desktop.core.serving import serves
from agent_desktop.core.settings import CenterSettings
from history.core.call_words import LegFor, LegPhase, PartyAt
from history.core.vocabulary import AgentId, ConversationId, InteractionId, LegId, Medium, Opening, Presence, UserId


def calls_in_hand(floor: Floor, center: CenterSettings, agent: AgentId) -> list[AnyPart]:
    """What stands apart in the calls that this agent has."""
    parts: list[AnyPart] = []
    for handling in floor.work_of(agent):
        call = floor.talks.calls.get(handling.interaction)
        if call is not None and handling.wrap_up_since_ms is None:
            parts.append(_call(call, handling, floor, center))
    return parts


def _call(call: CallOnFloor, handling: HandlingOnFloor, floor: Floor, center: CenterSettings) -> CallShown:
    places: Mapping[LegId, PartyAt] = dict(call.legs)
    others = [
        leg
        for leg in floor.talks.legs.values()
        if leg.interaction == call.interaction and leg.agent != handling.agent and leg.purpose is not LegFor.OWNER
    ]
    named = {leg.leg for leg in others}
    own = next((at for leg, at in call.legs if leg not in named), PartyAt.TALK)
    return CallShown(
        key=f"call/{handling.handling}",
        handling=handling.handling,
        interaction=call.interaction,
        doing=floor.doing(handling.agent, call.interaction) or Talking.TALKING,
        customer=call.customer,
        own=own,
        settled=call.confirmed,
        failed=call.failed,
        held_since_ms=call.held_since_ms,
        held_by=call.held_by,
        consult_since_ms=call.consult_since_ms if call.consult is not None else None,
        consult_failed=call.consult_failed,
        lost_until_ms=call.lost_until_ms,
        parties=tuple(_party(leg, call, places, center) for leg in sorted(others, key=lambda leg: leg.since_ms)),
    )


def _party(leg: LegOnFloor, call: CallOnFloor, places: Mapping[LegId, PartyAt], center: CenterSettings) -> PartyShown:
    return PartyShown(
        leg=leg.leg,
        name=_name(leg, center),
        agent=leg.agent,
        at=places.get(leg.leg, PartyAt.CONSULT),
        state=PartyState.CONNECTED if leg.phase is LegPhase.CONNECTED else PartyState.RINGING,
        asked=call.consult == leg.leg,
        since_ms=leg.since_ms,
    )


def _name(leg: LegOnFloor, center: CenterSettings) -> str:
    if leg.agent is not None:
        return center.user_name(leg.agent)
    return "" if leg.destination is None else center.destination_name(leg.destination)


def consults_of(
    floor: Floor, center: CenterSettings, agent: AgentId, about: Mapping[InteractionId, About]
) -> list[AnyPart]:
    """The calls about which this agent is asked."""
    parts: list[AnyPart] = []
    for leg in asked_legs(floor, agent):
        interaction = floor.interactions.get(leg.interaction)
        if interaction is None:
            continue
        known = about.get(leg.interaction, About())
        parts.append(
            ConsultCard(
                key=f"consult/{leg.leg}",
                leg=leg.leg,
                interaction=leg.interaction,
                conversation=ConversationId(leg.interaction),
                who=known.who or unknown_who(Medium.VOICE, leg.interaction),
                customer=interaction.customer,
                trust=interaction.trust,
                why=known.why,
                queue=interaction.queue,
                queue_name=center.queue_name(interaction.queue),
                from_agent=leg.asked_by,
                from_name="" if leg.asked_by is None else center.user_name(leg.asked_by),
                doing=floor.doing(agent, leg.interaction) or Talking.RINGING,
                handed_on=leg.purpose is LegFor.NEXT,
                since_ms=leg.since_ms,
            )
        )
    return parts


def asked_legs(floor: Floor, agent: AgentId) -> list[LegOnFloor]:
    """This agent's legs in calls that are not theirs, oldest first."""
    mine = (leg for leg in floor.talks.legs.values() if leg.agent == agent)
    asked = (LegFor.CONSULT, LegFor.PARTY, LegFor.NEXT)
    return sorted((leg for leg in mine if leg.purpose in asked), key=lambda leg: leg.since_ms)


def directory_parts(floor: Floor, center: CenterSettings) -> list[AnyPart]:
    """Everybody and everything that a call could be handed on to, in the definition's order."""
    parts: list[AnyPart] = []
    settings = {each.agent: each for each in floor.settings.agents} if floor.settings is not None else {}
    free: set[AgentId] = set()
    for user in center.users:
        agent = AgentId(user.user)
        if not user.is_agent or agent not in settings or settings[agent].phone is None:
            continue
        shown = _colleague(agent, floor.agents.get(agent, AgentOnFloor()), floor, center)
        parts.append(shown)
        if shown.takes_calls:
            free.add(agent)
    waiting = floor.waiting()
    for queue in floor.settings.queues if floor.settings is not None else ():
        if queue.medium is Medium.VOICE:
            hours, wait = floor.openings.get(queue.queue), floor.waits.get(queue.queue)
            parts.append(
                QueueTarget(
                    key=f"target/{queue.queue}",
                    queue=queue.queue,
                    name=center.queue_name(queue.queue),
                    opening=Opening.OPEN if hours is None else hours.opening,
                    waiting=waiting.get(queue.queue, (0, None))[0],
                    expected_p50_ms=None if wait is None else wait.p50_ms,
                    ready=sum(1 for agent in free if serves(settings[agent], queue)),
                )
            )
    parts += [
        DestinationShown(key=f"destination/{destination}", destination=destination, name=name)
        for destination, name in center.destinations
    ]
    return parts


def _colleague(agent: AgentId, now: AgentOnFloor, floor: Floor, center: CenterSettings) -> ColleagueShown:
    free = now.phone_reachable and not now.phone_busy
    talks = Medium.VOICE in floor.leases_of(agent)
    return ColleagueShown(
        key=f"colleague/{agent}",
        agent=agent,
        name=center.user_name(UserId(agent)),
        presence=now.presence,
        reason_name=center.reason_name(now.reason),
        in_call=now.phone_busy,
        phone_reachable=now.phone_reachable,
        since_ms=now.since_ms,
        takes_calls=free and not talks and now.presence is Presence.READY and now.planned is None,
        may_be_asked=free and now.presence is not Presence.SIGNED_OUT,
    )
