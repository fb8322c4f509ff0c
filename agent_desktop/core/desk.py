"""The view `desk`: one signed-in user's own screen, made of the floor, the names and what the shell has looked up.

Pure: the same floor and look-ups give the same parts. The browser computes nothing about availability.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from agent_desktop.core.calls_on_desk import calls_in_hand, consults_of
from agent_desktop.core.desk_words import About, unknown_who
from agent_desktop.core.floor import Floor
from agent_desktop.core.kept_away_words import line_of
from agent_desktop.core.on_floor import AgentOnFloor, HandlingOnFloor, InteractionOnFloor, OfferOnFloor
from agent_desktop.core.parts import (
    AnyPart,
    CapacityChip,
    Center,
    ChannelDown,
    DraftShown,
    Me,
    Named,
    OfferCard,
    Phone,
    PhoneKind,
    PhoneState,
    QueueChoice,
    QueueGlance,
    TodayCount,
    WorkItem,
    WorkKeptAway,
    WorkState,
)
from agent_desktop.core.seating import Seating
from agent_desktop.core.serving import serves
from agent_desktop.core.settings import CenterSettings, UserSettings
from history.core.call_words import LegPhase
from history.core.routing_settings import AgentSettings, QueueSettings, RoutingSettings
from history.core.vocabulary import AgentId, ConversationId, HandlingId, InteractionId, Medium, QueueId


@dataclass(frozen=True, slots=True)
class LookedUp:
    """Everything a desk shows that is not on the floor."""

    about: Mapping[InteractionId, About] = field(default_factory=dict)
    drafts: Mapping[tuple[HandlingId, str], str] = field(default_factory=dict)
    channels_down: tuple[ChannelDown, ...] = ()
    day_began_ms: int = 0
    """Since when an agent's numbers of today count."""


PULLED_MEDIA = frozenset({Medium.MAIL, Medium.TASK})
"""What agents may take for themselves, out of its turn: nobody is on the line for it."""


def desk_parts(
    floor: Floor, center: CenterSettings, user: UserSettings, looked_up: LookedUp, seating: Seating | None = None
) -> list[AnyPart]:
    """All parts of this user's desk, in a stable order. `seating` follows the floor and is refreshed."""
    parts: list[AnyPart] = [_center(floor, center)]
    agent_id = AgentId(user.user)
    agent = floor.agents.get(agent_id, AgentOnFloor())
    parts.append(_me(user, agent, floor, center))
    if user.is_agent:
        settings = agent_settings(floor.settings, agent_id)
        offers, work = floor.offers_to(agent_id), floor.work_of(agent_id)
        if Medium.VOICE in center.media:
            parts.append(_phone(user, agent, offers, rung=_is_rung(floor, agent_id)))
        parts += _capacity(center, settings, floor.leases_of(agent_id))
        parts += [_offer(offer, floor, center, looked_up) for offer in offers]
        parts += [_work(handling, floor, center, looked_up) for handling in work]
        parts += calls_in_hand(floor, center, agent_id)
        parts += consults_of(floor, center, agent_id, looked_up.about)
        parts += _drafts(work, looked_up)
        glances = _glances(floor, center, settings)
        parts += glances
        if seating is not None:
            parts += _kept_away(floor, center, agent_id, glances, seating)
        if settings is not None:
            parts += _today(floor, center, agent_id, looked_up.day_began_ms)
    parts += looked_up.channels_down
    return parts


def _center(floor: Floor, center: CenterSettings) -> Center:
    required = tuple(
        queue.queue for queue in (floor.settings.queues if floor.settings else ()) if queue.disposition_required
    )
    return Center(
        key="center",
        name=center.name,
        media=center.media,
        rehearsal=center.rehearsal,
        reasons=tuple(Named(id=reason, name=name) for reason, name in center.reasons),
        dispositions=tuple(Named(id=disposition, name=name) for disposition, name in center.dispositions),
        queues=tuple(QueueChoice(id=queue.queue, name=queue.name, medium=queue.medium) for queue in center.queues),
        disposition_required=required,
        zone=center.zone,
    )


def _me(user: UserSettings, agent: AgentOnFloor, floor: Floor, center: CenterSettings) -> Me:
    return Me(
        key="me",
        user=user.user,
        name=user.name,
        role=user.role,
        is_agent=user.is_agent,
        presence=agent.presence,
        reason=agent.reason,
        by=agent.by,
        since_ms=agent.since_ms,
        backed_off_until_ms=agent.backed_off_until_ms,
        forced_by_name=center.user_name(agent.forced_by) if agent.forced_by is not None else "",
        overrun_since_ms=agent.overrun_since_ms,
        work_in_hand=bool(floor.leases_of(AgentId(user.user))),
        planned=agent.planned,
        planned_reason=agent.planned_reason,
    )


def _is_rung(floor: Floor, agent: AgentId) -> bool:
    """Whether the phone rings for a call in which this agent has a part already, or is to have one."""
    return any(leg.agent == agent and leg.phase is LegPhase.RINGING for leg in floor.talks.legs.values())


def _phone(user: UserSettings, agent: AgentOnFloor, offers: Iterable[OfferOnFloor], *, rung: bool) -> Phone:
    # A switch calls a phone busy as soon as it rings; what rings for an offer is to be answered.
    if rung or any(offer.ringing for offer in offers):
        state = PhoneState.RINGING
    elif agent.phone_busy:
        state = PhoneState.BUSY
    elif agent.phone_reachable:
        state = PhoneState.FREE
    else:
        state = PhoneState.UNREACHABLE
    own = user.phone
    softphone = own.kind is PhoneKind.SOFTPHONE
    return Phone(
        key="phone",
        kind=own.kind,
        state=state,
        ws_url=own.ws_url if softphone else None,
        sip_uri=own.sip_uri if softphone else None,
        password=own.password if softphone else None,
    )


def _capacity(center: CenterSettings, settings: AgentSettings | None, carried: list[Medium]) -> list[AnyPart]:
    return [
        CapacityChip(
            key=f"capacity/{capacity.medium}",
            medium=capacity.medium,
            carried=carried.count(capacity.medium),
            limit=capacity.limit,
        )
        for capacity in (settings.capacities if settings else ())
        if capacity.medium in center.media
    ]


def _offer(offer: OfferOnFloor, floor: Floor, center: CenterSettings, looked_up: LookedUp) -> OfferCard:
    about = looked_up.about.get(offer.interaction, About())
    interaction = floor.interactions.get(offer.interaction)
    return OfferCard(
        key=f"offer/{offer.offer}",
        offer=offer.offer,
        interaction=offer.interaction,
        conversation=ConversationId(offer.interaction),
        medium=offer.medium,
        who=about.who or unknown_who(offer.medium, offer.interaction),
        customer=interaction.customer if interaction else None,
        trust=_known(interaction).trust,
        why=about.why,
        queue=offer.queue,
        queue_name=center.queue_name(offer.queue),
        arrived_ms=interaction.arrived_ms if interaction else offer.made_ms,
        offered_ms=offer.made_ms,
        expires_at_ms=offer.expires_at_ms,
        ringing=offer.ringing,
        acceptable_here=offer.medium is not Medium.VOICE,
    )


def _work(handling: HandlingOnFloor, floor: Floor, center: CenterSettings, looked_up: LookedUp) -> WorkItem:
    about = looked_up.about.get(handling.interaction, About())
    interaction = floor.interactions.get(handling.interaction)
    known = _known(interaction)
    queue = _queue(floor.settings, handling.queue)
    return WorkItem(
        key=f"work/{handling.handling}",
        handling=handling.handling,
        interaction=handling.interaction,
        conversation=ConversationId(handling.interaction),
        medium=handling.medium,
        state=WorkState.ACTIVE if handling.wrap_up_since_ms is None else WorkState.WRAP_UP,
        who=about.who or unknown_who(handling.medium, handling.interaction),
        customer=known.customer,
        trust=known.trust,
        why=about.why,
        queue=handling.queue,
        queue_name=center.queue_name(handling.queue),
        arrived_ms=interaction.arrived_ms if interaction else handling.started_ms,
        started_ms=handling.started_ms,
        wrap_up_since_ms=handling.wrap_up_since_ms,
        wrap_up_ends_at_ms=handling.wrap_up_ends_at_ms,
        wrap_up_timed=handling.timed,
        wrap_up_optional=handling.frees,
        extension_ms=queue.extension_ms if queue else 0,
        extensions_left=max(0, queue.extensions_max - handling.extensions) if queue and handling.timed else 0,
        ended_by=handling.ended_by,
        due_ms=interaction.due_ms if interaction and not about.answered else None,
        customer_gone=known.customer_gone,
        unread=about.unread,
        last_line=about.last_line,
        last_line_ms=about.last_line_ms,
        disposition_required=queue is not None and queue.disposition_required,
    )


def _today(floor: Floor, center: CenterSettings, agent: AgentId, day_began_ms: int) -> list[AnyPart]:
    today = [done for done in floor.handled.get(agent, ()) if done.completed_ms >= day_began_ms]
    return [
        TodayCount(
            key=f"today/{medium}",
            medium=medium,
            handled=sum(1 for done in today if done.medium is medium),
            handle_ms=sum(done.handle_ms for done in today if done.medium is medium),
        )
        for medium in center.media
    ]


def _known(interaction: InteractionOnFloor | None) -> InteractionOnFloor:
    return interaction if interaction is not None else _NOTHING_KNOWN


def _queue(settings: RoutingSettings | None, queue: QueueId) -> QueueSettings | None:
    return next((each for each in settings.queues if each.queue == queue), None) if settings else None


def _drafts(work: Iterable[HandlingOnFloor], looked_up: LookedUp) -> list[AnyPart]:
    mine = {handling.handling for handling in work}
    return [
        DraftShown(key=f"draft/{handling}/{kind}", handling=handling, kind=kind, text=text)
        for (handling, kind), text in sorted(looked_up.drafts.items())
        if handling in mine
    ]


def _kept_away(
    floor: Floor, center: CenterSettings, agent: AgentId, glances: Iterable[QueueGlance], seating: Seating
) -> list[AnyPart]:
    mine = {glance.queue: glance.medium for glance in glances}
    lent = floor.agents[agent].lent if agent in floor.agents else None
    helped = None if lent is None else center.queue(lent.queue)
    if helped is not None:
        mine[helped.queue] = helped.medium
    waiting = {queue: medium for queue, medium in mine.items() if floor.has_to_offer(queue)}
    kept = seating.keeps_away(agent, waiting) if waiting else None
    if kept is None:
        return []
    return [WorkKeptAway(key="kept_away", because=kept.because, line=line_of(kept, center.queue_name))]


def _glances(floor: Floor, center: CenterSettings, settings: AgentSettings | None) -> list[QueueGlance]:
    if floor.settings is None or settings is None:
        return []
    waiting = floor.waiting()
    glances: list[QueueGlance] = []
    for queue in floor.settings.queues:
        if not serves(settings, queue):
            continue
        count, since_ms = waiting.get(queue.queue, (0, None))
        glances.append(
            QueueGlance(
                key=f"queue/{queue.queue}",
                queue=queue.queue,
                name=center.queue_name(queue.queue),
                medium=queue.medium,
                waiting=count,
                longest_waiting_since_ms=since_ms,
                may_pull=queue.medium in PULLED_MEDIA,
            )
        )
    return glances


def agent_settings(settings: RoutingSettings | None, agent: AgentId) -> AgentSettings | None:
    return next((item for item in settings.agents if item.agent == agent), None) if settings else None


_NOTHING_KNOWN = InteractionOnFloor(
    interaction=InteractionId(""), medium=Medium.TASK, queue=QueueId(""), arrived_ms=0, due_ms=0
)
