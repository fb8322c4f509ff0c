"""What the voice bench runs on: one real Asterisk, SIPp's callers and phones, and the shipped engine as a process.

The servers are those of the test bed, so this needs a checkout of the sources and what `python -m tests.bed.install`
brings.
"""

import json
import re
import resource
import signal
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks import voice_scenarios as scenarios
from benchmarks.voice_agents import PASSWORDS, READY
from benchmarks.voice_watch import ENTERED, Observer, ami_user
from tests.bed.asterisk import Asterisk, Phone
from tests.bed.places import require_program
from tests.bed.ports import free_port, free_ports
from tests.bed.process import Child, await_answer
from tests.bed.waiting import until_now

ROOT = Path(__file__).parents[1]
FRAGMENTS = ROOT / "cti" / "asterisk" / "dialplan"
ENGINE_NUMBER = "100"
ENGINE_AMI_USER = "engine"
QUEUE_NUMBERS = {"queue": "201", "queue-retry-1": "202"}
NUMBERS = 30_000
START_S, STOP_S, DRAIN_S = 120.0, 15.0, 90.0
DESKTOP_LOST_S = 40.0
SETTLED_S = 1.0
FILES_MAX = 20_000

_PASSWORD = re.compile(r"^ {4}(\S+) +(\S+)$", re.MULTILINE)
_DIALPLAN = f"""[globals](+)
#include "switchroom.conf"
[from-trunk]
exten => {ENGINE_NUMBER},1,UserEvent({ENTERED})
 same => n,Goto(switchroom,${{EXTEN}},1)
"""


def agents(count: int) -> list[str]:
    """Their ids, which are their phones' names too."""
    return [f"a{number:03}" for number in range(count)]


def _queues_conf(names: Sequence[str]) -> str:
    """Asterisk's own queue as it comes, and with the shortest retry; agents in turn, nobody called who talks."""
    members = "".join(f"member => PJSIP/{name}\n" for name in names)
    shared = "strategy = rrmemory\nautofill = yes\nringinuse = no\nwrapuptime = 0\ntimeout = 15\n"
    return "[general]\nautofill = yes\n" + "".join(
        f"[{queue}]\n{shared}retry = {retry}\n{members}" for queue, retry in (("queue", 5), ("queue-retry-1", 1))
    )


def make_switch(folder: Path, names: Sequence[str], secret: str) -> Asterisk:
    """One Asterisk for all rows: both queues, our fragment, the shipped AMI user and the observer with this secret."""
    dialplan = _DIALPLAN + "".join(
        f"exten => {number},1,UserEvent({ENTERED})\n same => n,Answer()\n same => n,Queue({queue})\n"
        " same => n,Hangup()\n"
        for queue, number in QUEUE_NUMBERS.items()
    )
    shipped = (FRAGMENTS / "manager-switchroom.conf").read_text(encoding="utf-8")
    engine = shipped.replace("[switchroom]", f"[{ENGINE_AMI_USER}]").replace("change-me", secret)
    files = {
        "switchroom.conf": (FRAGMENTS / "switchroom.conf").read_text(encoding="utf-8"),
        "manager-extra.conf": f"{engine}\n{ami_user(secret)}",
        "queues.conf": _queues_conf(names),
        "rtp.conf": "[general]\nrtpstart = 10000\nrtpend = 19999\n",
        "logger.conf": "[general]\n[logfiles]\nfull => warning,error\n",
    }
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES_MAX, most) if most > 0 else FILES_MAX, most))
    port = free_port()
    return Asterisk(folder, dialplan, [Phone(name, port) for name in names], files)


class Load:
    """Callers and phones. `phone_port` is where every agent's phone is."""

    def __init__(self, folder: Path, switch: Asterisk, observer: Observer) -> None:
        self._folder = folder
        self._switch = switch
        self._observer = observer
        self._numbers = folder / "numbers.csv"
        self._numbers.write_text(scenarios.numbers(NUMBERS), encoding="ascii")
        self._sound = folder / "sound.pcap"
        self._sound.write_bytes(scenarios.first_sound())
        self._port = next(iter(switch.phones.values())).port
        self._runs = 0

    @contextmanager
    def calling(self, number: str, calls_per_s: float, at_once: int, talk_ms: tuple[int, int]) -> Iterator[None]:
        """While this lasts callers call `number`, so many a second and `at_once` at the most, and phones answer; all
        of it is over at the end."""
        self._runs += 1
        phones = self._sipp("phones", scenarios.phone(talk_ms), "-p", str(self._port))
        await_answer(phones, lambda: _listens(self._port), START_S)
        callers = self._sipp(
            "callers", scenarios.caller(str(self._sound)), f"127.0.0.1:{self._switch.sip_port}", "-s", number,
            "-inf", self._numbers,
            "-r", f"{calls_per_s:g}", "-rp", "1000", "-l", str(at_once), "-p", str(free_port()),
        )  # fmt: skip
        try:
            yield
            callers.require_running()
            phones.require_running()
        finally:
            self._end(callers, phones)

    def _end(self, callers: Child, phones: Child) -> None:
        callers.send_signal(signal.SIGUSR1)
        again_s = 0.0

        def over() -> bool:
            nonlocal again_s
            if time.monotonic() >= again_s:
                self._observer.hang_up_all()
                again_s = time.monotonic() + 1.0
            return callers.exit_code is not None and not self._switch.channels()

        try:
            until_now(over, DRAIN_S, "the end of all calls")
        finally:
            for child in (callers, phones):
                child.kill()

    def _sipp(self, name: str, scenario: str, *arguments: str | Path) -> Child:
        file = self._folder / f"{name}-{self._runs}.xml"
        file.write_text(scenario, encoding="utf-8")
        command: list[str | Path] = [
            require_program("sipp"), "-sf", file, "-i", "127.0.0.1", "-mi", "127.0.0.1", "-nostdin",
            "-mp", str(free_ports(4)), "-watchdog_minor_threshold", "60000", "-watchdog_major_threshold", "60000",
            *(() if name == "callers" else (f"127.0.0.1:{self._switch.sip_port}",)), *arguments,
        ]  # fmt: skip
        return Child(f"SIPp ({name})", command, file.with_suffix(".screen"), cwd=self._folder)


def _listens(port: int | None) -> bool:
    return f"0100007F:{port:04X}" in Path("/proc/net/udp").read_text(encoding="ascii")


DEFINITION = """[center]
name = "Voice bench"
phone_region = "DE"

[[queues]]
id = "calls"
name = "Calls"
medium = "voice"
target_s = 20
wrap_up = "none"
disposition_required = false

[[numbers]]
number = "{number}"
queue = "calls"

[[switches]]
id = "main"
port = {port}
username = "{user}"

"""


class Engine:
    """`switchroom serve` as it is shipped, over a data folder of its own, and its agents."""

    def __init__(self, folder: Path, switch: Asterisk, names: Sequence[str], secret: str) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._secret = secret
        self._names = names
        self._port = free_port()
        users = "".join(
            f'[[users]]\nid = "{name}"\nname = "{name}"\nrole = "agent"\n'
            f'phone = {{ switch = "main", name = "{name}", kind = "desk" }}\n\n'
            for name in self._names
        )
        head = DEFINITION.format(number=ENGINE_NUMBER, port=switch.ami_port, user=ENGINE_AMI_USER)
        (folder / "center.toml").write_text(head + users, encoding="utf-8")
        self._children: list[Child] = []

    @property
    def pid(self) -> int:
        return self._children[0].pid

    @property
    def agents_pid(self) -> int | None:
        """The process of the headless agents, while they stay."""
        return self._children[1].pid if len(self._children) > 1 else None

    @property
    def database(self) -> Path:
        return self._data / "switchroom.sqlite"

    def start(self) -> None:
        """Serve, until it says that it is live."""
        command = ("-m", "config", "serve", "center.toml", "--data", self._data, "--port", str(self._port))
        told = {"SWITCHROOM_AMI_SECRET": self._secret}
        self._python("switchroom serve", command, told, "Ctrl-C stops it")

    def agents_come(self, *, with_desktop: bool) -> None:
        """All sign in and get ready, and stay at their desktops or leave them."""
        passwords = dict(_PASSWORD.findall(self._children[0].log.read_text(encoding="utf-8")))
        way = "stay" if with_desktop else "leave"
        command = ("-m", "benchmarks.voice_agents", f"http://127.0.0.1:{self._port}", way)
        self._python("agents", command, {PASSWORDS: json.dumps(passwords)}, READY)
        if not with_desktop:
            self._children.pop().wait(STOP_S)
            until_now(self._no_desktop, DESKTOP_LOST_S, "the desktops being lost")

    def pops(self) -> dict[str, int]:
        """How many rings followed a pop that was shown in time, and how many did not wait for one."""
        return {"offers": self.count("type = 'OfferMade'"), "pops_shown": self.count("type = 'PopConfirmed'")}

    def settle(self) -> None:
        """Wait until nothing is decided for a second: what was left of the load before is over."""

        def quiet() -> bool:
            before = self._asked("SELECT max(number) FROM journal WHERE stream = 'routing/main'")
            time.sleep(SETTLED_S)
            return before == self._asked("SELECT max(number) FROM journal WHERE stream = 'routing/main'")

        until_now(quiet, DRAIN_S, "the engine coming to rest")

    def _no_desktop(self) -> bool:
        return self.count("type = 'DesktopDisconnected'") >= len(self._names)

    def count(self, which: str) -> int:
        """How many entries of the journal there are of this kind, asked of the database's file."""
        return self._asked(f"SELECT count(*) FROM journal WHERE {which}")

    def _asked(self, question: str) -> int:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            (found,) = connection.execute(question).fetchone()
        return int(found or 0)

    def _python(self, name: str, command: Iterable[str | Path], told: Mapping[str, str], says: str) -> None:
        environment = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **told}
        log = self._folder / f"{name.replace(' ', '-')}.log"
        child = Child(name, (sys.executable, *command), log, env=environment, cwd=self._folder)
        self._children.append(child)
        await_answer(child, lambda: says in log.read_text(encoding="utf-8"), START_S)

    def stop(self) -> None:
        for child in reversed(self._children):
            child.stop(seconds=STOP_S)
        self._children.clear()


__all__ = ["ENGINE_NUMBER", "QUEUE_NUMBERS", "Engine", "Load", "agents", "make_switch"]
