"""kill -9 of the engine at each named point, with a real Asterisk: nobody notices more than a page that reconnects.

Four points share one center, since the parent keeps an engine down that dies five times in a minute.
"""

import asyncio
import time
from pathlib import Path

import pytest

from tests.kill.scenes import Scene, scene

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

ROUTING = ("before_commit:3", "after_commit_before_effect:2", "voice.arriving", "voice.ring_sent")
ENDING = ("voice.resynchronising:2", "voice.hang_up_sent", "voice.stop_sent")
"""The first one takes two deaths."""
FETCHING = ("mail.fetched", "mail.keeping", "mail.kept", "mail.read")
PLACING = ("mail.placing", "mail.placed", "announcer.submitted", "chat.line_kept")
ANSWERING = ("chat.answer_kept", "outbox.queued", "outbox.sending", "outbox.data")
SENDING = ("outbox.answered", "outbox.judged")


@pytest.mark.parametrize(
    "points", [ROUTING, ENDING, FETCHING, PLACING, ANSWERING, SENDING], ids=lambda points: points[0].partition(":")[0]
)
async def test_nobody_notices_a_kill_at(tmp_path: Path, points: tuple[str, ...]) -> None:
    async with scene(tmp_path, "asterisk") as played:
        for number, point in enumerate(points):
            await played.may_die_again()
            await _killed_at(played, point, number)
        await played.ends()


async def _killed_at(played: Scene, point: str, number: int) -> None:
    center = played.center
    name, _, count = point.partition(":")
    began_s = time.time()
    center.arm(name, int(count or 1))
    life = asyncio.create_task(played.world.life_goes_on(number, declined=name == "voice.stop_sent"))
    if name == "voice.resynchronising":
        played.died(center.kill_engine())
    killed_s = await center.dies_at_its_point(point)
    await played.survives(killed_s, began_s, life, f"killed at {point}")
