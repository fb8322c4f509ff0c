"""The folders that are kept, and one that is made now: what is kept next is tried before it is."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.upgrades.folders import kept
from tests.upgrades.make import make

NOW = Path("now.tar.xz")
BEFORE_THE_ONE_MIND = ("01-first-light.tar.xz",)


def name_of(archive: Path) -> str:
    return archive.name.partition(".")[0]


@pytest.fixture(scope="session")
def made_now(tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive = tmp_path_factory.mktemp("upgrades") / NOW.name
    with ThreadPoolExecutor(1) as thread:  # beside the loop of the tests
        thread.submit(asyncio.run, make(archive)).result()
    return archive


def _there(request: pytest.FixtureRequest) -> Path:
    chosen: Path = request.param
    if chosen == NOW:
        chosen = request.getfixturevalue("made_now")
    return chosen


@pytest.fixture(params=[*kept(), NOW], ids=name_of)
def archive(request: pytest.FixtureRequest) -> Path:
    """Each folder in turn."""
    return _there(request)


@pytest.fixture(params=[*(each for each in kept() if each.name not in BEFORE_THE_ONE_MIND), NOW], ids=name_of)
def of_one_mind(request: pytest.FixtureRequest) -> Path:
    """Each folder in which the rules of routing have acted."""
    return _there(request)
