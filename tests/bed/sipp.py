"""SIPp as people: callers who call, phones that ring; what each hears is in its RtpEndpoint."""

import asyncio
import signal
import socket
import time
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.bed import sipp_scenarios as scenarios
from tests.bed.errors import BedError
from tests.bed.places import require_program
from tests.bed.ports import free_port, free_ports
from tests.bed.process import Child, await_answer
from tests.bed.rtp import RtpEndpoint
from tests.bed.waiting import until

SIPP_MEDIA_PORTS = 4
PATIENCE_S = 5.0
START_S = 5.0


class Habit(Enum):
    """What a phone does by itself when it is called."""

    ANSWERS = "answers at once"
    RINGS = "rings until it is told what to do"
    BUSY = "busy"
    DECLINES = "declined"


_AT_ONCE = {
    Habit.ANSWERS: scenarios.ANSWER_AT_ONCE,
    Habit.BUSY: scenarios.BUSY_AT_ONCE,
    Habit.DECLINES: scenarios.DECLINE_AT_ONCE,
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a SIPp log; ``seen_s`` is when the test read it (at most 10 ms late while it waits)."""

    word: str
    call_id: str
    detail: str
    seen_s: float


class _Sipp:
    """One SIPp process, its story and its RTP endpoint."""

    def __init__(self, name: str, folder: Path, port: int | None) -> None:
        self.name = name
        self.port = port or free_port()
        self.rtp = RtpEndpoint()
        self.happenings: list[Happening] = []
        self._folder = folder
        self._story = folder / f"{name}-{self.port}.story"
        self._read_to = 0
        self._tone: int | None = None
        self._child: Child | None = None

    def _start(self, scenario: str, *arguments: str) -> None:
        file = self._folder / f"{self.name}-{self.port}.xml"
        file.write_text(scenario)
        self._child = Child(
            self.name,
            (
                require_program("sipp"), "-sf", file, "-i", "127.0.0.1", "-p", str(self.port), "-nostdin",
                "-trace_logs", "-log_file", self._story,
                "-trace_err", "-error_file", self._story.with_suffix(".errors"),
                "-mi", "127.0.0.1", "-mp", str(free_ports(SIPP_MEDIA_PORTS)),
                "-watchdog_minor_threshold", "60000", "-watchdog_major_threshold", "60000", *arguments,
            ),
            self._story.with_suffix(".screen"),
            cwd=self._folder,
        )  # fmt: skip

    def story(self) -> list[Happening]:
        """All that has happened, read anew; media is connected on the way."""
        if self._story.exists():
            with self._story.open("rb") as file:
                file.seek(self._read_to)
                whole, _, _rest = file.read().rpartition(b"\n")
            if whole:
                self._read_to += len(whole) + 1
                for line in whole.decode(errors="replace").splitlines():
                    self._take(line)
        return self.happenings

    def _take(self, line: str) -> None:
        word, _, rest = line.partition("|")
        call_id, _, detail = rest.partition("|")
        if word == "media":
            if detail.isdigit():
                self.rtp.send_to(int(detail))
            return
        self.happenings.append(Happening(word, call_id, detail, time.time()))
        if word == "answered":
            self.rtp.say(self._tone)
        elif word in ("ended", "cancelled", "refused"):
            self.rtp.quiet()

    def count(self, word: str) -> int:
        """How often this has happened."""
        return sum(happening.word == word for happening in self.story())

    async def until(self, word: str, seconds: float = PATIENCE_S, times: int = 1) -> Happening:
        """Wait for the ``times``-th happening of this word (see sipp_scenarios) and give it."""

        def looked() -> Happening | None:
            found = [happening for happening in self.story() if happening.word == word]
            return found[times - 1] if len(found) >= times else None

        try:
            happening = await until(looked, seconds, f"{self.name}: {word} ({times})")
        except AssertionError as late:
            told = [(happening.word, happening.detail) for happening in self.happenings]
            raise AssertionError(f"{late}; it had: {told}; SIPp says: {self.complaints()}") from None
        assert happening is not None
        return happening

    def complaints(self) -> str:
        """What SIPp wrote about messages it did not expect."""
        file = self._story.with_suffix(".errors")
        return file.read_text(errors="replace")[-1_500:] if file.exists() else ""

    def hang_up(self) -> None:
        """Hang up the last call (a phone that still rings declines)."""
        self._wish("HANGUP")

    def _wish(self, method: str) -> None:
        calls = [happening.call_id for happening in self.story()]
        if not calls:
            raise BedError(f"{self.name} has no call to {method}: wait for a happening first.")
        message = (
            f"{method} sip:bed@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK-wish\r\n"
            f"From: <sip:bed@127.0.0.1>\r\nTo: <sip:bed@127.0.0.1>\r\nCall-ID: {calls[-1]}\r\n"
            f"CSeq: 1 {method}\r\nContent-Length: 0\r\n\r\n"
        )
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
            mouth.sendto(message.encode(), ("127.0.0.1", self.port))

    def freeze(self) -> None:
        """Stop answering SIP, as a phone behind a dead network does; its RTP goes quiet too."""
        self.rtp.quiet()
        if self._child is not None:
            self._child.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        """End the process and the RTP endpoint; a call that still stands is not hung up by it."""
        self.story()
        if self._child is not None:
            self._child.kill()
        self.rtp.close()

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)


class Caller(_Sipp):
    """One person who calls one number once.

    Once the call is answered they say ``tone_hz`` (None: silence).
    """

    def __init__(
        self,
        folder: Path,
        switch_port: int,
        number: str,
        *,
        caller_number: str = "4930123456",
        caller_name: str = "Ann",
        tone_hz: int | None = 660,
        name: str = "caller",
    ) -> None:
        super().__init__(name, folder, None)
        self._tone = tone_hz
        self._arguments = (
            f"127.0.0.1:{switch_port}", "-s", number, "-m", "1",
            "-key", "who_number", caller_number, "-key", "who_name", caller_name,
        )  # fmt: skip

    def call(self) -> None:
        """Send the INVITE."""
        self._start(scenarios.caller(self.rtp.port), *self._arguments)

    async def leave(self) -> None:
        """Hang up if the call still stands, and wait until the switch has heard it."""
        over = {"ended", "cancelled", "refused"}
        if self.story() and not over & {happening.word for happening in self.story()}:
            self.hang_up()
            await until(lambda: over & {happening.word for happening in self.story()}, PATIENCE_S, "hanging up")
            # The story tells of a BYE before it is sent, and SIPp ends once it was answered.
            child = self._child
            await until(lambda: child is None or child.exit_code is not None, PATIENCE_S, "the end of the hung-up call")
        elif self._child is not None and not self.happenings:
            self.stop()

    async def __aenter__(self) -> Self:
        self.call()
        return self


class SippPhone(_Sipp):
    """A desk phone at a port of its own; ``habit`` says what it does when called.

    Once a call is answered it says ``tone_hz`` (None: silence). ``answer_after_ms`` goes with Habit.RINGS.
    """

    def __init__(
        self,
        folder: Path,
        switch_port: int,
        port: int,
        *,
        habit: Habit = Habit.RINGS,
        answer_after_ms: int | None = None,
        tone_hz: int | None = 440,
        name: str = "phone",
    ) -> None:
        super().__init__(name, folder, port)
        self._tone = tone_hz
        self._switch_port = switch_port
        self._scenario = scenarios.phone(self.rtp.port, answer_after_ms, _AT_ONCE.get(habit))

    def start(self) -> None:
        """Plug it in; it can be called when this returns."""
        self._start(self._scenario, f"127.0.0.1:{self._switch_port}")
        assert self._child is not None
        await_answer(self._child, lambda: _is_bound(self.port), START_S)

    def answer(self) -> None:
        """Pick up the call that rings."""
        self._wish("ANSWER")

    def decline(self) -> None:
        """Answer 603 to the call that rings."""
        self._wish("DECLINE")

    def busy(self) -> None:
        """Answer 486 to the call that rings."""
        self._wish("BUSY")

    def hold(self) -> None:
        """Put the call on hold, as the key of a desk phone does; once in a call."""
        self._wish("HOLD")

    def resume(self) -> None:
        """Take it back."""
        self._wish("RESUME")

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self


def _is_bound(port: int) -> bool:
    """Whether somebody listens at this UDP port of 127.0.0.1, as the kernel lists it."""
    return f"0100007F:{port:04X}" in Path("/proc/net/udp").read_text()
