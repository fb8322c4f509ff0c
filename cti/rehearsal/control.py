"""Moving the rehearsal switch's callers and phones from another process: one JSON object a line, over loopback.

A request is `{"id": 1, "do": "phone_answers", "with": ["agent1"]}`; its one answer is `{"id": 1, "ok": ...}` or
`{"id": 1, "error": "a sentence"}`.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from cti.errors import RehearsalError
from cti.rehearsal.pbx import RehearsalSwitch

LINE_BYTES_MAX = 64_000
ANSWER_SECONDS = 5.0

WISHES = (
    "caller_calls",
    "caller_hangs_up",
    "caller_state",
    "add_phone",
    "phone_ringing",
    "phone_talking",
    "phone_answers",
    "phone_declines",
    "phone_hangs_up",
    "phone_breaks",
    "phone_calls_outside",
    "phone_ends_outside",
    "phone_registers",
    "phone_unregisters",
    "cut_links",
)
"""The methods of RehearsalSwitch that may be asked for."""


async def serve_control(switch: RehearsalSwitch, port: int = 0) -> asyncio.Server:
    """Take wishes on 127.0.0.1:port; 0 takes a free port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(json.dumps(_answer(switch, line)).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError):
            pass  # the client is gone, or sent a line longer than any wish
        finally:
            writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", port, limit=LINE_BYTES_MAX)


def _answer(switch: RehearsalSwitch, line: bytes) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except ValueError:
        request = None
    if not isinstance(request, dict):
        return {"id": None, "error": "a wish is one JSON object a line"}
    name, arguments = request.get("do"), request.get("with", [])
    answer: dict[str, Any] = {"id": request.get("id")}
    if name not in WISHES or not isinstance(arguments, list) or not all(isinstance(text, str) for text in arguments):
        return {**answer, "error": f"the rehearsal switch knows no wish {name!r} with {arguments!r}"}
    wish: Callable[..., object] = getattr(switch, name)
    try:
        return {**answer, "ok": wish(*arguments)}
    except RehearsalError as error:
        return {**answer, "error": str(error)}
    except TypeError:
        return {**answer, "error": f"{name} does not take {len(arguments)} arguments"}


class RehearsalControl:
    """The other end: the same wishes, over the socket. `async with await RehearsalControl.connect(port)`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._number = 0
        self._turn = asyncio.Lock()

    @classmethod
    async def connect(cls, port: int, host: str = "127.0.0.1") -> "RehearsalControl":
        """Raises RehearsalError when nothing listens there."""
        try:
            reader, writer = await asyncio.open_connection(host, port, limit=LINE_BYTES_MAX)
        except OSError as error:
            raise RehearsalError(f"no rehearsal switch takes wishes at {host}:{port}: {error.strerror}") from error
        return cls(reader, writer)

    async def __aenter__(self) -> "RehearsalControl":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Hang up the line to it."""
        self._writer.close()

    async def wish(self, name: str, *arguments: str) -> Any:
        """One of WISHES. Raises RehearsalError with the switch's sentence."""
        async with self._turn:
            self._number += 1
            request = {"id": self._number, "do": name, "with": list(arguments)}
            try:
                self._writer.write(json.dumps(request).encode() + b"\n")
                async with asyncio.timeout(ANSWER_SECONDS):
                    line = await self._reader.readline()
            except (OSError, TimeoutError) as error:
                # An answer that comes late would be taken for the next wish's.
                self._writer.close()
                raise RehearsalError("the rehearsal switch does not answer") from error
        if not line:
            raise RehearsalError("the rehearsal switch has gone")
        answer = json.loads(line)
        if "error" in answer:
            raise RehearsalError(answer["error"])
        return answer.get("ok")

    async def caller_calls(self, number: str, caller_number: str = "", name: str = "") -> str:
        """Somebody calls this number; the Uniqueid."""
        return str(await self.wish("caller_calls", number, caller_number, name))

    async def caller_hangs_up(self, unique_id: str) -> None:
        """The caller leaves."""
        await self.wish("caller_hangs_up", unique_id)

    async def caller_state(self, unique_id: str) -> str:
        """waiting, ringing, talking, after, fallback or gone."""
        return str(await self.wish("caller_state", unique_id))

    async def add_phone(self, name: str) -> None:
        """One more phone."""
        await self.wish("add_phone", name)

    async def phone_ringing(self, phone: str) -> bool:
        """Whether it rings."""
        return bool(await self.wish("phone_ringing", phone))

    async def phone_talking(self, phone: str) -> bool:
        """Whether it is in one of our calls."""
        return bool(await self.wish("phone_talking", phone))

    async def phone_answers(self, phone: str) -> None:
        """Pick up."""
        await self.wish("phone_answers", phone)

    async def phone_declines(self, phone: str) -> None:
        """Refuse the call that rings."""
        await self.wish("phone_declines", phone)

    async def phone_hangs_up(self, phone: str) -> None:
        """Hang up."""
        await self.wish("phone_hangs_up", phone)
