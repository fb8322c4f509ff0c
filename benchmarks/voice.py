"""`switchroom bench voice`: the shipped engine beside Asterisk's own `Queue()`, on one real Asterisk, in one go.

The rows: `Queue()` as it comes, `Queue()` with the shortest retry, the engine with agents who have but a phone, the
engine with agents at headless desktops that show each pop. All get the same SIPp callers and phones, and all are
measured by one AMI observer from the switch's own times (`voice_watch.py`, `voice_figures.py`). The engine is
`switchroom serve` as it is shipped: each decision is in the journal, on disk with full sync, before its effect.
"""

import os
import platform
import re
import secrets
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.errors import BenchImpossible
from benchmarks.spine import disk_figures
from benchmarks.voice_aims import compared
from benchmarks.voice_figures import ENTERED_TOGETHER_MS, RUNG_TOGETHER_MS, Story, percentiles, share, story_of
from benchmarks.voice_watch import Observer, now_ms

if TYPE_CHECKING:
    from benchmarks.voice_bed import Engine, Load
    from tests.bed.asterisk import Asterisk

ROWS = ("queue", "queue-retry-1", "engine", "engine-desktops")
WAITING = (1, 10, 50, 200)
RATES = (80, 90)
AGENTS = 50
IDLE_RATE = 20
RATE_MAX = 500
FILL_RATE = 200
"""So many calls a second fill the line, and take the places of those who are gone."""
SHORT_TALK_MS = (400, 600)
LONG_TALK_MS = (3_000, 6_000)
WARM_UP_S = 2.0
CALLERS_MAX = 1_500
"""So many callers at once is the most that SIPp holds; the load is cut there."""
AFTER_S = 1.5
"""So long the watching goes on behind a window, for those who were freed at its end."""
SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Options:
    """What is to be measured. `seconds` is the length of each window."""

    rows: tuple[str, ...] = ROWS
    waiting: tuple[int, ...] = WAITING
    rates: tuple[int, ...] = RATES
    seconds: float = SECONDS
    agents: int = AGENTS


def options(
    *, rows: str | None = None, waiting: str | None = None, rates: str | None = None, seconds: float | None = None
) -> Options:
    """Return what the command line's words ask for; nothing said is all of it, and empty words are none of it.

    Raises:
        BenchImpossible: a row that is not there, or what is no number from 1 to the most that can be placed.
    """
    chosen = ROWS if rows is None else tuple(rows.split(","))
    for name in chosen:
        if name not in ROWS:
            raise BenchImpossible(f"--rows {rows}: there is no row {name!r}; there is {', '.join(ROWS)}.")
    return Options(
        rows=chosen,
        waiting=_numbers("--waiting", waiting, WAITING, CALLERS_MAX - AGENTS),
        rates=_numbers("--rates", rates, RATES, RATE_MAX),
        seconds=seconds or SECONDS,
    )


def _numbers(option: str, words: str | None, default: tuple[int, ...], most: int) -> tuple[int, ...]:
    if words is None:
        return default
    found = tuple(word.strip() for word in words.split(",") if word.strip())
    if any(not (word.isascii() and word.isdecimal() and 1 <= int(word) <= most) for word in found):
        raise BenchImpossible(f"{option} {words}: write whole numbers from 1 to {most} with commas between.")
    return tuple(map(int, found))


@dataclass(frozen=True, slots=True)
class Window:
    """One measured stretch of load."""

    story: Story
    seconds: float
    asterisk_ms: float
    engine_ms: float
    agents_ms: float

    def cpu(self) -> dict[str, Any]:
        """CPU per answered call, in ms."""
        calls = self.story.answered
        used = {"asterisk": self.asterisk_ms, "engine": self.engine_ms, "headless_agents": self.agents_ms}
        return {f"{who}_cpu_ms_per_call": round(ms / calls, 2) if calls else None for who, ms in used.items() if ms}


@dataclass(frozen=True, slots=True)
class Bed:
    """What all rows share."""

    options: Options
    folder: Path
    secret: str
    switch: "Asterisk"
    observer: Observer
    load: "Load"
    names: tuple[str, ...]


class Row:
    """One row under load: where its callers call, and who takes them."""

    def __init__(self, bed: Bed, number: str, engine: "Engine | None") -> None:
        self._bed, self._number, self._engine = bed, number, engine

    def measured(self) -> dict[str, Any]:
        options = self._bed.options
        return {
            "enter_to_dial": self.idle(),
            "free_to_dial": {str(count): self.waiting(count) for count in options.waiting},
            "sustained": {str(rate): self.rate(rate) for rate in options.rates},
        }

    def idle(self) -> dict[str, Any]:
        """Callers who meet idle agents."""
        window = self._window(IDLE_RATE, self._bed.options.agents, SHORT_TALK_MS)
        return {**percentiles(window.story.enter_to_dial_ms), "calls_per_s": IDLE_RATE, **window.cpu()}

    def waiting(self, count: int) -> dict[str, Any]:
        """All agents busy, and so many callers wait at any time: who leaves is followed by another."""
        window = self._window(FILL_RATE, self._bed.options.agents + count, LONG_TALK_MS)
        story = window.story
        return {
            **percentiles(story.free_to_dial_ms),
            "never_rung_again": story.never_rung,
            **_order(story),
            **window.cpu(),
        }

    def rate(self, calls_per_s: int) -> dict[str, Any]:
        """So many calls a second, whether they are kept up with or not."""
        window = self._window(calls_per_s, CALLERS_MAX, SHORT_TALK_MS)
        story = window.story
        return {
            "entered_per_s": round(story.entered / window.seconds, 1),
            "answered_per_s": round(story.answered / window.seconds, 1),
            "waiting_at_begin": story.waiting_at_begin,
            "waiting_at_end": story.waiting_at_end,
            "waiting_max": story.waiting_max,
            "wait": percentiles(story.wait_ms),
            **_order(story),
            **window.cpu(),
        }

    def _window(self, calls_per_s: float, at_once: int, talk_ms: tuple[int, int]) -> Window:
        bed, engine = self._bed, self._engine
        who = (bed.switch.pid, *((None, None) if engine is None else (engine.pid, engine.agents_pid)))
        if engine is not None:
            engine.settle()
        bed.observer.taken()
        with bed.load.calling(self._number, calls_per_s, at_once, talk_ms):
            time.sleep(WARM_UP_S + (at_once / calls_per_s if at_once < CALLERS_MAX else 0.0))
            began_ms, before = now_ms(), [cpu_ms(pid) for pid in who]
            time.sleep(bed.options.seconds)
            ended_ms, after = now_ms(), [cpu_ms(pid) for pid in who]
            time.sleep(AFTER_S)
            seen = bed.observer.taken()
        used = [late - early for late, early in zip(after, before, strict=True)]
        return Window(story_of(seen, bed.names, began_ms, ended_ms), (ended_ms - began_ms) / 1000, *used)


def _order(story: Story) -> dict[str, Any]:
    return {
        "dispatches": story.dispatches,
        "out_of_order": story.out_of_order,
        "out_of_order_share": share(story.out_of_order, story.dispatches),
        "out_of_order_strictly": story.out_of_order_strictly,
        "rings_in_vain": story.failed,
    }


def cpu_ms(pid: int | None) -> float:
    """CPU time that a process and all below it have used, in ms; 0 of nobody."""
    if pid is None:
        return 0.0
    total = 0
    for each in (pid, *_below(pid)):
        fields = Path(f"/proc/{each}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total * 1000 / os.sysconf("SC_CLK_TCK")


def _below(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text(encoding="ascii").split()):
            found += [child, *_below(child)]
    return found


def _row(bed: Bed, name: str, say: Callable[[str], None]) -> dict[str, Any]:
    from benchmarks import voice_bed  # noqa: PLC0415 - needs the test bed, which an installed package has not

    if name in voice_bed.QUEUE_NUMBERS:
        say(f"{name}: measuring")
        return Row(bed, voice_bed.QUEUE_NUMBERS[name], None).measured()
    folder = bed.folder / name
    folder.mkdir()
    engine = voice_bed.Engine(folder, bed.switch, bed.names, bed.secret)
    try:
        say(f"{name}: starting the engine")
        engine.start()
        engine.agents_come(with_desktop=name == "engine-desktops")
        say(f"{name}: measuring")
        figures = Row(bed, voice_bed.ENGINE_NUMBER, engine).measured()
        return {**figures, **engine.pops()}
    finally:
        engine.stop()


def run(
    parent: Path | None, wanted: Options | None = None, say: Callable[[str], None] = lambda line: None
) -> dict[str, Any]:
    """Measure in a folder of its own below `parent` (the working directory, if not given), and clean up.

    Raises:
        BenchImpossible: the test bed is not there.
    """
    wanted = wanted or Options()
    try:
        from benchmarks import voice_bed  # noqa: PLC0415 - see above
        from tests.bed.errors import BedError  # noqa: PLC0415 - of the test bed too
    except ModuleNotFoundError as error:
        raise BenchImpossible(
            f"The voice bench needs the test bed ({error}): run it in a checkout of the sources."
        ) from error
    surroundings = disk_figures(parent)
    names = tuple(voice_bed.agents(wanted.agents))
    secret = secrets.token_urlsafe(16)
    with tempfile.TemporaryDirectory(dir=parent or Path.cwd(), prefix="bench-") as place, ExitStack() as stack:
        folder = Path(place).resolve()
        try:
            switch = voice_bed.make_switch(folder, names, secret)
            stack.callback(switch.stop)
            switch.start()
        except BedError as error:
            raise BenchImpossible(f"The voice bench needs Asterisk and SIPp: {error}") from error
        observer = Observer(switch.ami_port, secret)
        stack.callback(observer.close)
        bed = Bed(wanted, folder, secret, switch, observer, voice_bed.Load(folder, switch, observer), names)
        try:
            rows = {name: _row(bed, name, say) for name in wanted.rows}
        except (BedError, AssertionError) as error:  # the test bed's words for what does not come in time
            raise BenchImpossible(f"The voice bench cannot go on: {error}") from error
        version = switch.version()
    return {
        "bench": "voice",
        "python": platform.python_version(),
        **machine(),
        **surroundings,
        "asterisk": version,
        **_conditions(wanted),
        "rows": rows,
        **compared(rows),
    }


def _conditions(wanted: Options) -> dict[str, Any]:
    return {
        "agents": wanted.agents,
        "seconds_a_window": wanted.seconds,
        "talk_s": {"short": [ms / 1000 for ms in SHORT_TALK_MS], "long": [ms / 1000 for ms in LONG_TALK_MS]},
        "queue": "rrmemory, autofill=yes, ringinuse=no, wrapuptime=0, timeout=15, retry=5; queue-retry-1: retry=1",
        "order_tolerance_ms": {"entered_together": ENTERED_TOGETHER_MS, "rung_together": RUNG_TOGETHER_MS},
    }


def machine() -> dict[str, Any]:
    """The processor, the memory and how busy the machine was when the bench ended."""
    model = re.search(r"^model name\s*:\s*(.*)$", _proc("cpuinfo"), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s*(\d+)", _proc("meminfo"), re.MULTILINE)
    return {
        "processor": model[1] if model else platform.machine(),
        "memory_gb": round(int(memory[1]) / 1_048_576, 1) if memory else None,
        "kernel": platform.release(),
        "load_average": [round(each, 2) for each in os.getloadavg()],
    }


def _proc(name: str) -> str:
    return (Path("/proc") / name).read_text(encoding="utf-8")
