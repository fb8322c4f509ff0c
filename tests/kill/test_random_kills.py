"""kill -9 of the engine at random times: nobody notices more than a page that reconnects.

The seed is printed; SEED=<number> repeats a run, KILLS=<number> sets how many in each center.
"""

import asyncio
import os
import random
import time
from pathlib import Path

import pytest

from tests.kill.scenes import Scene, scene

KILLS = int(os.environ.get("KILLS", "0"))
WITHIN_S = 1.5
"""The story of a round takes about as long."""


@pytest.mark.timeout(580)
@pytest.mark.parametrize(
    ("switch", "kills"),
    [
        ("rehearsal", 4),
        pytest.param("asterisk", 3, marks=pytest.mark.real),
        pytest.param("asterisk", 3, marks=pytest.mark.real),
    ],
)
async def test_nobody_notices_a_kill_at_a_random_time(tmp_path: Path, switch: str, kills: int) -> None:
    seed = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    async with scene(tmp_path, switch) as played:
        for number in range(KILLS or kills):
            await played.may_die_again()
            await _killed(played, chance.uniform(0, WITHIN_S), number, f"seed {seed}, kill {number}")
        await played.ends()


async def _killed(played: Scene, delay_s: float, number: int, where: str) -> None:
    began_s = time.time()
    life = asyncio.create_task(played.world.life_goes_on(number))
    await asyncio.sleep(delay_s)  # not waiting for anything: the instant is what is random
    killed_s = played.center.kill_engine()
    await played.survives(killed_s, began_s, life, f"{where}, {delay_s:.3f} s into the story")
