"""The view `wallboard`: the figures of `reports/core/kpi.py`, with names, and what the floor adds about agents."""

from agent_desktop.core.figures import BoardAgent, BoardFigures, BoardQueue
from agent_desktop.core.floor import Floor
from agent_desktop.core.on_floor import AgentOnFloor
from agent_desktop.core.parts import AnyPart, ChannelDown
from agent_desktop.core.settings import CenterSettings, EmergencyShown
from agent_desktop.core.wallboard_parts import (
    AgentActivity,
    AgentRow,
    AgentsByState,
    BoardCenter,
    EmergencyPlace,
    FigureMeaning,
    LentShown,
    QueueFigures,
    WrapUpShown,
)
from history.core.vocabulary import AgentId, Medium, Opening, Presence

DEFAULT_TARGET_PERCENT = 80

_MEDIUM_NAMES = {
    Medium.VOICE: "All calls",
    Medium.MAIL: "All e-mail",
    Medium.CHAT: "All chats",
    Medium.TASK: "All tasks",
}


def board_parts(
    figures: BoardFigures, floor: Floor, center: CenterSettings, channels_down: tuple[ChannelDown, ...]
) -> list[AnyPart]:
    parts: list[AnyPart] = [
        BoardCenter(
            key="center",
            name=center.name,
            media=center.media,
            rehearsal=center.rehearsal,
            zone=center.zone,
            day_began_ms=figures.day_began_ms,
        )
    ]
    parts += [
        _queue(queue, center, floor) for queue in (*figures.totals, *figures.queues) if queue.medium in center.media
    ]
    parts += [_emergency_place(place, floor, center) for place in center.emergency_places]
    parts.append(AgentsByState(key="agents", **{str(name): count for name, count in figures.by_activity.items()}))
    wrap_ups = _wrap_ups(floor)
    parts += [
        _agent(agent, now, floor.agents.get(agent, AgentOnFloor()), wrap_ups.get(agent, ()), center)
        for agent, now in figures.agents.items()
    ]
    parts += [
        FigureMeaning(
            key=f"meaning/{item.figure}",
            figure=item.figure,
            name=item.name,
            words=item.words,
            numerator=item.numerator,
            denominator=item.denominator,
        )
        for item in figures.definitions
    ]
    parts += channels_down
    return parts


def _emergency_place(place: EmergencyShown, floor: Floor, center: CenterSettings) -> EmergencyPlace:
    now = floor.emergencies.get((place.queue, place.number))
    return EmergencyPlace(
        key=f"emergency/number/{place.number}" if place.queue is None else f"emergency/queue/{place.queue}",
        queue=place.queue,
        number=place.number,
        name=place.name,
        leads_to=place.leads_to,
        until_ms=None if now is None else now.until_ms,
        by_name="" if now is None or now.by is None else center.user_name(now.by),
    )


def _queue(now: BoardQueue, center: CenterSettings, floor: Floor) -> QueueFigures:
    """Of a queue, or of all queues of a medium."""
    shown = center.queue(now.queue) if now.queue is not None else None
    hours = floor.openings.get(now.queue) if now.queue is not None else None
    wait = floor.waits.get(now.queue) if now.queue is not None else None
    counts = now.counts
    return QueueFigures(
        key=f"queue/{now.queue}" if now.queue is not None else f"total/{now.medium}",
        queue=now.queue,
        name=center.queue_name(now.queue) if now.queue is not None else _MEDIUM_NAMES[now.medium],
        medium=now.medium,
        waiting=now.waiting,
        longest_waiting_since_ms=now.longest_waiting_since_ms,
        expected_p50_ms=None if wait is None else wait.p50_ms,
        expected_p90_ms=None if wait is None else wait.p90_ms,
        offered=counts.offered,
        answered=counts.answered,
        abandoned=counts.abandoned,
        short_abandoned=counts.short_abandoned,
        flowed_out=counts.flowed_out,
        level_met=counts.level_met,
        level_of=counts.level_of,
        level_percent=counts.level_percent,
        level_target_percent=shown.level_target_percent if shown else _target(now.medium, center),
        level_within_ms=now.within_ms,
        opening=Opening.OPEN if hours is None else hours.opening,
        opening_until_ms=None if hours is None else hours.until_ms,
    )


def _target(medium: Medium, center: CenterSettings) -> int:
    """A medium's target is the highest of its queues."""
    targets = [queue.level_target_percent for queue in center.queues if queue.medium is medium]
    return max(targets, default=DEFAULT_TARGET_PERCENT)


def _wrap_ups(floor: Floor) -> dict[AgentId, tuple[WrapUpShown, ...]]:
    found: dict[AgentId, tuple[WrapUpShown, ...]] = {}
    for work in floor.handlings.values():
        if work.wrap_up_since_ms is not None:
            shown = WrapUpShown(
                handling=work.handling,
                medium=work.medium,
                since_ms=work.wrap_up_since_ms,
                ends_at_ms=work.wrap_up_ends_at_ms,
            )
            found[work.agent] = (*found.get(work.agent, ()), shown)
    return found


def _agent(
    agent: AgentId,
    now: BoardAgent,
    on_floor: AgentOnFloor,
    wrap_ups: tuple[WrapUpShown, ...],
    center: CenterSettings,
) -> AgentRow:
    return AgentRow(
        key=f"agent/{agent}",
        agent=agent,
        name=center.user_name(agent),
        activity=AgentActivity(now.activity),
        presence=Presence(now.presence),
        reason_name=center.reason_name(now.reason),
        forced_by_name=center.user_name(on_floor.forced_by) if on_floor.forced_by is not None else "",
        overrun_since_ms=on_floor.overrun_since_ms,
        planned=on_floor.planned,
        planned_reason_name=center.reason_name(on_floor.planned_reason),
        wrap_ups=wrap_ups,
        since_ms=now.since_ms,
        carries=now.carries,
        desktop_connected=now.desktop_connected,
        phone_reachable=now.phone_reachable,
        lent=_lent(on_floor, center),
    )


def _lent(on_floor: AgentOnFloor, center: CenterSettings) -> LentShown | None:
    lent = on_floor.lent
    if lent is None:
        return None
    return LentShown(
        queue=lent.queue,
        queue_name=center.queue_name(lent.queue),
        since_ms=lent.since_ms,
        by_name="" if lent.by is None else center.user_name(lent.by),
        only=lent.only,
        kept=lent.kept,
    )
