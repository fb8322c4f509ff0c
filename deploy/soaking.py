"""`make soak [PART=3/15]`: what takes too long for every change, in parts of under ten minutes.

A part repeats its tests, each time with new seeds, until its time is over, and adds its figures to docs/soak.md.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from history.clock import SystemClock

RECORD = Path("docs") / "soak.md"
MINUTES = 9.0
"""No run is begun that would end later, judged by the longest before it."""
RUN_S_MAX = 580
_FIGURE = re.compile(r"(\d+) (passed|failed|errors?)\b")


@dataclass(frozen=True, slots=True)
class Part:
    """Tests to be repeated. `settings` are environment variables; SEEDS of walks begin where no other part's are."""

    what: str
    tests: Sequence[str]
    settings: Mapping[str, str] = field(default_factory=dict)
    repeats_max: int = 100


KILLS = "tests/kill/test_random_kills.py"
PARTS = (
    Part("random kills, rehearsal switch", [KILLS, "-k", "rehearsal"], {"KILLS": "12"}),
    Part("random kills, rehearsal switch", [KILLS, "-k", "rehearsal"], {"KILLS": "24"}),
    Part("random kills, Asterisk", [KILLS, "-k", "asterisk"], {"KILLS": "8"}),
    Part("random kills, Asterisk", [KILLS, "-k", "asterisk"], {"KILLS": "8"}),
    Part("random kills, Asterisk, few in each center", [KILLS, "-k", "asterisk"], {"KILLS": "3"}),
    Part("named crash points, Asterisk", ["tests/kill/test_named_points.py"]),
    Part(
        "kill -9 of mail and journal writers",
        ["tests/channels/mail/test_crash.py", "tests/history/test_whole_groups.py"],
    ),
    Part("journeys: calls", ["tests/journeys", "-k", "call"], repeats_max=10),
    Part("journeys: mails, tasks, chats", ["tests/journeys", "-k", "not call"], repeats_max=10),
    Part("a parent's death and a frozen engine", ["tests/kill/test_parent.py", "tests/kill/test_frozen.py"]),
    Part("random walks of the router", ["tests/router/test_walk.py"], {"SEEDS": "2000"}),
    Part("kept data folders", ["tests/upgrades"], repeats_max=10),
    Part("simulated days with faults", ["tests/simulation/test_faults.py", "-k", "break_no_promise"], {"SEEDS": "250"}),
    Part("simulated days with faults", ["tests/simulation/test_faults.py", "-k", "break_no_promise"], {"SEEDS": "250"}),
    Part("replays and explanations of random days", ["tests/router/test_replaying.py"], {"SEEDS": "500"}),
)


@dataclass(slots=True)
class Figures:
    runs: int = 0
    passed: int = 0
    failed: int = 0
    longest_s: float = 0.0


def soak(number: int, minutes: float) -> bool:
    """Run the part with this number (from 1) for so long, record it, and say whether nothing failed."""
    part = PARTS[number - 1]
    figures, began_s = Figures(), time.perf_counter()
    while figures.runs < part.repeats_max:
        if time.perf_counter() - began_s + figures.longest_s > minutes * 60:
            break
        run_began_s = time.perf_counter()
        _run(part, number, figures)
        figures.longest_s = max(figures.longest_s, time.perf_counter() - run_began_s)
    _record(number, part, figures, (time.perf_counter() - began_s) / 60)
    return figures.failed == 0


def _run(part: Part, number: int, figures: Figures) -> None:
    figures.runs += 1
    first_seed = 1_000_000 * number + 10_000 * figures.runs
    settings = {**part.settings, "FIRST_SEED": str(first_seed)}
    print(f"\n== part {number}/{len(PARTS)}, {part.what}, run {figures.runs}: {settings} ==", flush=True)
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "--timeout", str(RUN_S_MAX), *part.tests]
    try:
        done = subprocess.run(
            command, env={**os.environ, **settings}, capture_output=True, text=True, timeout=RUN_S_MAX, check=False
        )
        said, status = done.stdout + done.stderr, done.returncode
    except subprocess.TimeoutExpired as late:
        said, status = f"{late}", 1
    counted = {word.rstrip("s"): int(count) for count, word in _FIGURE.findall(said[-300:])}
    figures.passed += counted.get("passed", 0)
    failed = counted.get("failed", 0) + counted.get("error", 0)
    figures.failed += failed or int(status != 0)
    seeds = re.findall(r"^seed \d+$", said, re.M)
    print(" ".join(seeds) or said.strip().rpartition("\n")[2], flush=True)
    if status != 0:
        print(said, flush=True)


def _record(number: int, part: Part, figures: Figures, minutes: float) -> None:
    day = datetime.fromtimestamp(SystemClock().now_ms() / 1_000, UTC).strftime("%Y-%m-%d %H:%M")
    line = (
        f"| {day} | {_commit()} | {number}/{len(PARTS)} | {part.what} | {figures.runs} | {figures.passed} "
        f"| {figures.failed} | {minutes:.1f} |\n"
    )
    with RECORD.open("a", encoding="utf-8") as file:
        file.write(line)
    print(line, flush=True)


def _commit() -> str:
    """Short, with a plus where the tree has changes beyond the record itself."""
    shown = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    changed = subprocess.run(
        ["git", "status", "--porcelain", "--", ".", f":!{RECORD}"], capture_output=True, text=True, check=False
    )
    return (shown.stdout.strip() or "unknown") + ("+" if changed.stdout.strip() else "")


def _chosen(wish: str | None) -> Sequence[int]:
    """Raises ValueError with a sentence."""
    if wish is None:
        return range(1, len(PARTS) + 1)
    number, _, of = wish.partition("/")
    if not number.isdecimal() or not 1 <= int(number) <= len(PARTS) or of not in ("", str(len(PARTS))):
        raise ValueError(
            f"--part {wish}: there are {len(PARTS)} parts; write 1/{len(PARTS)} to {len(PARTS)}/{len(PARTS)}."
        )
    return [int(number)]


def main() -> int:
    """0 when nothing failed."""
    parser = argparse.ArgumentParser(prog="make soak", description="Long tests, in parts.")
    parser.add_argument("--part", help=f"which part, such as 3/{len(PARTS)}; all of them without it")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="how long a part takes at most")
    arguments = parser.parse_args()
    try:
        numbers = _chosen(arguments.part)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0 if all([soak(number, arguments.minutes) for number in numbers]) else 1


if __name__ == "__main__":
    sys.exit(main())
