"""The view `queue:<id>`: what waits in one queue, the oldest first, for whoever steers it or takes from it."""

from collections.abc import Mapping

from agent_desktop.core.desk import PULLED_MEDIA, agent_settings
from agent_desktop.core.desk_words import About, unknown_who
from agent_desktop.core.floor import Floor
from agent_desktop.core.on_floor import InteractionOnFloor
from agent_desktop.core.parts import AnyPart
from agent_desktop.core.queue_parts import QueueHead, WaitingRow
from agent_desktop.core.serving import serves
from agent_desktop.core.settings import CenterSettings
from history.core.vocabulary import AgentId, InteractionId, Medium, QueueId

QUEUE_ROWS_MAX = 200


def shown_of(floor: Floor, queue: QueueId) -> list[InteractionOnFloor]:
    """What of the queue is shown: at most `QUEUE_ROWS_MAX`."""
    return floor.line_of(queue, QUEUE_ROWS_MAX)


def queue_parts(
    floor: Floor, center: CenterSettings, queue: QueueId, about: Mapping[InteractionId, About], named: bool
) -> list[AnyPart]:
    """All parts of the view; without `named` nobody is told who waits."""
    offered = {offer.interaction: offer.agent for offer in floor.offers.values() if offer.queue == queue}
    shown = center.queue(queue)
    wait = floor.waits.get(queue)
    parts: list[AnyPart] = [
        QueueHead(
            key="head",
            queue=queue,
            name=center.queue_name(queue),
            medium=shown.medium if shown else Medium.TASK,
            waiting=floor.waiting().get(queue, (0, 0))[0],
            expected_p50_ms=None if wait is None else wait.p50_ms,
            expected_p90_ms=None if wait is None else wait.p90_ms,
            named=named,
        )
    ]
    for item in shown_of(floor, queue):
        agent = offered.get(item.interaction)
        known = about.get(item.interaction, About())
        parts.append(_row(item, center, known, named, agent))
    return parts


def _row(
    item: InteractionOnFloor, center: CenterSettings, about: About, named: bool, agent: AgentId | None
) -> WaitingRow:
    return WaitingRow(
        key=f"waiting/{item.interaction}",
        interaction=item.interaction,
        queue=item.queue,
        medium=item.medium,
        who=(about.who or unknown_who(item.medium, item.interaction)) if named else "",
        customer=item.customer if named else None,
        trust=item.trust,
        why=about.why,
        arrived_ms=item.arrived_ms,
        due_ms=item.due_ms,
        priority=item.priority,
        parked_until_ms=item.parked_until_ms,
        requirement=item.requirement,
        step=item.step,
        next_step_ms=item.next_step_ms,
        offered_to=agent,
        offered_name=center.user_name(agent) if agent is not None else "",
    )


def may_pull_from(floor: Floor, queue: QueueId, agent: AgentId) -> bool:
    """Whether the queue's waiting work is open to this agent: mail or tasks, of a queue that they serve."""
    settings = agent_settings(floor.settings, agent)
    found = next((each for each in floor.settings.queues if each.queue == queue), None) if floor.settings else None
    return settings is not None and found is not None and found.medium in PULLED_MEDIA and serves(settings, found)
