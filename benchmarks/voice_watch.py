"""What one AMI client sees of the calls, with the switch's own time of each event; the same for every row.

It listens at the switch and nowhere else: the engine that is measured has no say in its figures.
"""

import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

AMI_USER = "observer"
ENTERED = "BenchEntered"
"""The user event that the dialplan tells as a caller enters, before anything else is done with them."""
READ_BYTES = 262_144
SILENCE_S = 0.2
HANG_UP_ALL = "/^PJSIP/trunk-.*$/"

_AGENT = re.compile(r"PJSIP/(?!trunk-)(\w+)-[0-9a-f]+")


class Kind(Enum):
    ENTERED = "a caller has entered"
    DIALLED = "an agent's phone is rung for a caller"
    ANSWERED = "the phone was answered"
    FAILED = "the ring has ended without an answer"
    CALLER_GONE = "the caller's line is down"
    AGENT_FREE = "the agent's leg has hung up"


@dataclass(frozen=True, slots=True)
class Seen:
    """One event. `at_ms` is the switch's own time (UTC, with fractions); `call` is the caller's unique id."""

    at_ms: float
    kind: Kind
    call: str = ""
    agent: str = ""


def ami_user(secret: str) -> str:
    """The observer's part of manager.conf: it hears five kinds of events, and may hang up."""
    heard = (f"UserEvent: {ENTERED}", "Event: DialBegin", "Event: DialEnd", "Event: Hangup")
    filters = "".join(f"eventfilter = {each}\n" for each in heard)
    return (
        f"[{AMI_USER}]\nsecret = {secret}\nread = call,user\nwrite = call,system\nwritetimeout = 5000\n"
        f"displayconnects = no\n{filters}"
    )


class Observer:
    """Signs in, then keeps all that it hears; a thread reads, so that nothing waits in the socket."""

    def __init__(self, port: int, secret: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=SILENCE_S)
        self._lock = threading.Lock()
        self._seen: list[Seen] = []
        self._ended = threading.Event()
        self._send(f"Action: Login\r\nUsername: {AMI_USER}\r\nSecret: {secret}\r\n")
        self._reader = threading.Thread(target=self._read, name="observer", daemon=True)
        self._reader.start()

    def hang_up_all(self) -> None:
        """End the call of every caller."""
        self._send(f"Action: Hangup\r\nChannel: {HANG_UP_ALL}\r\n")

    def taken(self) -> list[Seen]:
        """All that was seen since this was asked last, in the order of the switch's time."""
        with self._lock:
            found, self._seen = self._seen, []
        return sorted(found, key=lambda seen: seen.at_ms)

    def close(self) -> None:
        self._ended.set()
        self._reader.join(5 * SILENCE_S)
        self._socket.close()

    def _send(self, action: str) -> None:
        self._socket.sendall(f"{action}\r\n".encode())

    def _read(self) -> None:
        rest = b""
        while not self._ended.is_set():
            try:
                data = self._socket.recv(READ_BYTES)
            except TimeoutError:
                continue
            except OSError:
                return
            if not data:
                return
            *blocks, rest = (rest + data).split(b"\r\n\r\n")
            found = [seen for block in blocks for seen in of_block(block.decode("utf-8", "replace"))]
            with self._lock:
                self._seen += found


def of_block(block: str) -> Iterator[Seen]:
    """What one AMI message says of a call; nothing, if it is another."""
    fields = dict(line.split(": ", 1) for line in block.split("\r\n") if ": " in line)
    if "Timestamp" not in fields:
        return
    at_ms = float(fields["Timestamp"]) * 1000
    match fields.get("Event"):
        case "UserEvent" if fields.get("UserEvent") == ENTERED:
            yield Seen(at_ms, Kind.ENTERED, fields["Uniqueid"])
        case "DialBegin" | "DialEnd" as event:
            agent = _AGENT.fullmatch(fields.get("DestChannel", ""))
            if agent is not None and "Uniqueid" in fields:
                ended = Kind.ANSWERED if fields.get("DialStatus") == "ANSWER" else Kind.FAILED
                kind = Kind.DIALLED if event == "DialBegin" else ended
                yield Seen(at_ms, kind, fields["Uniqueid"], agent[1])
        case "Hangup":
            agent = _AGENT.fullmatch(fields["Channel"])
            if agent is None:
                yield Seen(at_ms, Kind.CALLER_GONE, fields["Uniqueid"])
            else:
                yield Seen(at_ms, Kind.AGENT_FREE, agent=agent[1])
        case _:
            pass


def now_ms() -> float:
    """The machine's time, which is the switch's too."""
    return time.time_ns() / 1e6
