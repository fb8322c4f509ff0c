"""The folders that are kept, and one that is made now: what is kept next is tried before it is."""

import asyncio
import fcntl
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.upgrades.folders import kept
from tests.upgrades.make import make

NOW = Path("now.tar.xz")
BEFORE_THE_ONE_MIND = ("01-first-light.tar.xz",)


def name_of(archive: Path) -> str:
    return archive.name.partition(".")[0]


@pytest.fixture(scope="session", autouse=True)
def making_now(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Future[Path] | None]:
    """It takes a minute, most of it waiting for a closing hour: so it is begun before the tests of what is kept."""
    wanted = any(f"[{name_of(NOW)}" in item.nodeid for item in request.session.items)
    folder = tmp_path_factory.getbasetemp()
    with ThreadPoolExecutor(1) as thread:  # beside the loop of the tests
        yield thread.submit(_made_once, folder) if wanted else None


def _made_once(folder: Path) -> Path:
    """Of two test processes side by side one makes it, for both."""
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    with (shared / "now.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / NOW).exists():
            asyncio.run(make(folder / NOW))
            (folder / NOW).rename(shared / NOW)
    return shared / NOW


@pytest.fixture(scope="session")
def made_now(making_now: Future[Path] | None) -> Path:
    assert making_now is not None
    return making_now.result()


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
