"""The parent of the engine: how it is followed, refused, and when it gives up."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.bed.process import Child
from tests.bed.waiting import until
from tests.kill.center import MortalCenter, process_lives
from tests.kill.definition import definition
from tests.kill.telephones import RehearsalTelephones, rehearsal_telephones

pytestmark = pytest.mark.timeout(180)


@pytest_asyncio.fixture
async def telephones(tmp_path: Path) -> AsyncIterator[RehearsalTelephones]:
    async with rehearsal_telephones(tmp_path) as made:
        yield made


@pytest_asyncio.fixture
async def center(tmp_path: Path, telephones: RehearsalTelephones) -> AsyncIterator[MortalCenter]:
    async with MortalCenter(tmp_path, definition(telephones.at), telephones.environment) as made:
        yield made


async def test_the_engine_ends_with_its_parent_and_the_next_serve_takes_over(
    center: MortalCenter, telephones: RehearsalTelephones
) -> None:
    caller = await telephones.call("103")
    await until(lambda: _waiting(center, 1), 10, "the caller waiting")
    before = center.processes()
    assert len(before) >= 2, "the parent and the engine"
    killed_s = center.kill_parent()
    await until(lambda: not any(map(process_lives, before)), 10, "the end of the engine and of the one that stood by")
    await center.start()
    await until(lambda: _waiting(center, 1), 10, "the caller waiting again")
    assert telephones.wait_faults(caller, killed_s) == []


async def test_a_second_serve_on_the_same_folder_names_the_first(center: MortalCenter) -> None:
    second = _serve_beside(center)
    assert second.wait(30) != 0
    (sentence,) = second.tail().strip().splitlines()
    assert str(center.parent.pid) in sentence and str(center.data) in sentence
    assert "Traceback" not in sentence
    center.parent.require_running()


async def test_an_engine_that_dies_five_times_in_a_minute_stays_down_and_the_parent_says_why(
    center: MortalCenter,
) -> None:
    await _dies(center, 5)
    assert center.gives_up(20) != 0
    said = center.log.read_text()
    assert "has died 5 times within a minute" in said
    assert "stays down" in said
    assert said.count("it starts again in") == 4


async def test_four_deaths_in_a_minute_are_borne(center: MortalCenter) -> None:
    await _dies(center, 4)
    await _is_live(center, 5)
    center.parent.require_running()


async def _dies(center: MortalCenter, times: int) -> None:
    for life in range(1, times + 1):
        await _is_live(center, life)
        center.kill_engine()


async def _is_live(center: MortalCenter, times: int) -> None:
    await until(lambda: center.lives() >= times, 40, f"life {times} of the center")


async def _waiting(center: MortalCenter, count: int) -> bool:
    async with await center.client("sam") as client:
        parts = (await client.get("/api/views/wallboard"))["parts"]
    return any(part.get("queue") == "wait" and part.get("waiting") == count for part in parts)


def _serve_beside(center: MortalCenter) -> Child:
    command = (sys.executable, "-m", "config", "serve", "--data", center.data, "--port", "1")
    return Child("second", command, center.data / "second.log", env=center.environment, cwd=center.data)
