"""The parent keeps real children alive: waits, gives up, and stops them in order."""

import asyncio
import os
import signal
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from config.serve import DEATHS_MAX, REFUSED_CODE, RESTART_CODE, Child, Parent
from history.clock import SystemClock
from tests.bed.waiting import until

NOTE = (
    "import os, sys, time\n"
    "with open(sys.argv[1], 'a') as file:\n"
    "    file.write(f'{time.monotonic()} {os.getpid()}\\n')\n"
)
STAY = NOTE + (
    "import signal\n"
    "def stop(*_):\n"
    "    with open(sys.argv[1] + '.stopped', 'w') as file:\n"
    "        file.write(str(time.monotonic()))\n"
    "    sys.exit(0)\n"
    "signal.signal(signal.SIGTERM, stop)\n"
    "open(sys.argv[1] + '.up', 'w').close()\n"
    "while True:\n    time.sleep(0.05)\n"
)


def child(name: str, file: Path, program: str) -> Child:
    return Child(name, [sys.executable, "-S", "-c", program, str(file)], dict(os.environ))


def starts(file: Path) -> list[float]:
    return [float(line.split()[0]) for line in file.read_text().splitlines()] if file.exists() else []


def _when_stopped(file: Path) -> float:
    return float(Path(f"{file}.stopped").read_text())


def pids(file: Path) -> list[int]:
    return [int(line.split()[1]) for line in file.read_text().splitlines()]


async def test_a_child_that_dies_is_started_again_after_doubling_waits_and_stays_down_at_the_fifth_death(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "starts"
    parent = Parent(SystemClock())
    await asyncio.wait_for(parent.run([child("engine", file, NOTE + "sys.exit(3)")]), 60)
    times = starts(file)
    assert len(times) == DEATHS_MAX == 5
    assert parent.failed
    waits = [later - earlier for earlier, later in pairwise(times)]
    for wait_s, least_s in zip(waits, (0.2, 0.4, 0.8, 1.6), strict=True):
        assert wait_s >= least_s
    said = capfd.readouterr().err
    assert "The engine has ended with status 3; it starts again in 0.2 s." in said
    assert "The engine has died 5 times within a minute, last with status 3, and stays down" in said


async def test_a_child_that_has_said_why_it_cannot_start_is_not_started_again(tmp_path: Path) -> None:
    file, other = tmp_path / "starts", tmp_path / "other"
    parent = Parent(SystemClock())
    children = [child("switch", other, STAY), child("engine", file, NOTE + f"sys.exit({REFUSED_CODE})")]
    await asyncio.wait_for(parent.run(children), 30)
    assert parent.failed
    assert len(starts(file)) == 1
    assert children[0].process is not None and children[0].process.returncode is not None


async def test_a_child_that_wants_to_begin_anew_does_so_at_once_and_dies_no_death(tmp_path: Path) -> None:
    file = tmp_path / "starts"
    again = f"\nif open(sys.argv[1]).read().count(chr(10)) < 8: sys.exit({RESTART_CODE})\n"
    running = asyncio.create_task(Parent(SystemClock()).run([anew := child("engine", file, NOTE + again + STAY)]))
    await until((tmp_path / "starts.up").exists, 30, "the ninth start")
    assert len(anew.deaths_ms) == 0
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(running, 30)


async def test_a_killed_child_comes_back_under_another_process_id(tmp_path: Path) -> None:
    file = tmp_path / "starts"
    parent = Parent(SystemClock())
    running = asyncio.create_task(parent.run([child("engine", file, STAY)]))
    await until((tmp_path / "starts.up").exists, 30, "the start")
    os.kill(pids(file)[0], signal.SIGKILL)
    killed = time.monotonic()
    await until(lambda: len(starts(file)) == 2, 30, "the next start")
    assert starts(file)[1] - killed >= 0.2
    assert len(set(pids(file))) == 2
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.wait_for(running, 30)
    assert not parent.failed


async def test_sigterm_stops_the_last_child_first_and_each_before_the_next(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("switch", "engine", "customers")]
    children = [child(file.name, file, STAY) for file in files]
    parent = Parent(SystemClock())
    running = asyncio.create_task(parent.run(children))
    await until(lambda: all(Path(f"{file}.up").exists() for file in files), 30, "all three")
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(running, 30)
    stopped = [_when_stopped(file) for file in files]
    assert stopped == sorted(stopped, reverse=True)
    assert not parent.failed


async def test_a_program_that_is_not_there_is_told_and_given_up(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    parent = Parent(SystemClock())
    missing = Child("engine", [str(tmp_path / "no-such-program")], {})
    await asyncio.wait_for(parent.run([missing]), 30)
    assert parent.failed
    assert "The engine cannot be started" in capfd.readouterr().err
