"""What somebody who came now is told of the wait: on the line's head, on the wallboard, and for programs outside."""

from pathlib import Path

import pytest

from agent_desktop.core import protocol as p
from agent_desktop.core.queue_parts import QueueHead
from agent_desktop.core.wallboard_parts import QueueFigures
from agent_desktop.errors import ClientError
from history.core.vocabulary import Presence, QueueId, SourceId
from router.core.inputs import TimeAdvanced
from tests.agent_desktop.center import TestCenter, running_center
from tests.bed.waiting import until

PATH = "/api/queues/chat/expected-wait"


async def time_passes(center: TestCenter) -> bool:
    """Let the engine look at what time has brought; whether it has told the wait by then."""
    await center.router.submit(TimeAdvanced(source=SourceId("timer"), source_epoch=0, source_number=0))
    return QueueId("chat") in center.desk.views.floor.waits


async def test_who_sees_the_wallboard_sees_what_is_told_of_the_wait(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("crm") as crm, center.signed_in("ann") as ann:
        assert await crm.get(PATH) == {"queue": "chat", "p50_ms": None, "p90_ms": None}
        async with ann.connected(), center.signed_in("sam") as sam, sam.connected():
            await ann.open("desk")
            await ann.ask(p.SetPresence, presence=Presence.READY)
            await until(lambda: time_passes(center), seconds=10, what="the wait to be told")
            assert await crm.get(PATH) == {"queue": "chat", "p50_ms": 0, "p90_ms": 0}
            await sam.open("queue:chat")
            assert [(head.expected_p50_ms, head.expected_p90_ms) for head in sam.parts("queue:chat", QueueHead)] == [
                (0, 0)
            ]
            await sam.open("wallboard")
            figures = {part.key: part.expected_p50_ms for part in sam.parts("wallboard", QueueFigures)}
            assert (figures["queue/chat"], figures["total/chat"]) == (0, None)


async def test_a_queue_that_is_not_there_has_no_wait(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, center.signed_in("crm") as crm:
        with pytest.raises(ClientError) as refused:
            await crm.get("/api/queues/none/expected-wait")
        assert refused.value.reason == "not_allowed"
