"""kill -9 at random times: nobody notices more than a page that reconnects."""

import asyncio
import os
import random
import time
from pathlib import Path

from tests.kill.center import ServedCenter
from tests.kill.definition import definition
from tests.kill.telephones import rehearsal_telephones
from tests.kill.world import World, world

KILLS = 2


async def killed_at_random(made: World, chance: random.Random, round_number: int) -> None:
    began_s = time.time()
    life = asyncio.create_task(made.life_goes_on(round_number))
    delay_s = chance.uniform(0, 1.5)
    await asyncio.sleep(delay_s)  # the one blind wait: it is what is random
    killed_s = made.center.kill_engine()
    await made.routing_works(killed_s)
    await life
    await made.look(began_s, killed_s)
    print("round", round_number, delay_s, time.time() - began_s)


async def test_rehearsal(tmp_path: Path) -> None:
    seed = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    async with rehearsal_telephones(tmp_path) as telephones:
        async with ServedCenter(tmp_path, definition(telephones.at), telephones.environment) as center:
            async with world(center, telephones) as made:
                for number in range(KILLS):
                    await killed_at_random(made, chance, number)
                await made.finish()
                assert made.faults == []
