"""Reads mail in a process that may be killed: whatever a mail does there, the engine goes on and the mail is work.

`MailReader.read` promises a `ParsedMail` for every bytes whatever. Where the worker dies or passes its limits, that is
a mail that could not be read, with the headers that can be had from its bytes. Reading happens one mail at a time.
"""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process

import msgspec

from channels.mail.messages import ParsedMail, Problem
from channels.mail.parsing import read_headers, unreadable
from channels.mail.reading_worker import LENGTH

READ_S = 30.0
"""Wall clock of one mail: above the worker's 10 s of CPU, so that a busy machine does not make mail unreadable."""
MAILS_PER_WORKER = 500
ANSWER_BYTES_MAX = 512 * 1024 * 1024
HEADERS_BYTES_MAX = 64 * 1024

_log = logging.getLogger(__name__)


class MailReader:
    """Owns at most one worker process; starts it when the first mail comes and after each death."""

    def __init__(self, read_s: float = READ_S) -> None:
        self._read_s = read_s
        self._worker: Process | None = None
        self._mails = 0
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """The worker's process id, while there is one."""
        return self._worker.pid if self._worker is not None else None

    async def read(self, raw: bytes) -> ParsedMail:
        """Read a mail. Never fails: what cannot be read comes back as such."""
        async with self._turn:
            try:
                async with asyncio.timeout(self._read_s):
                    return await self._ask(raw)
            except (TimeoutError, OSError, EOFError, msgspec.MsgspecError) as error:
                _log.warning("a mail of %d bytes could not be read: %s", len(raw), type(error).__name__)
                await self._end()
                return unreadable(read_headers(raw[:HEADERS_BYTES_MAX]), Problem.TOO_MUCH_WORK)
            except BaseException:
                # Cancelled between question and answer: the next mail must not get this one's answer.
                await self._end()
                raise

    async def close(self) -> None:
        """End the worker."""
        async with self._turn:
            await self._end()

    async def _ask(self, raw: bytes) -> ParsedMail:
        if self._worker is None or self._mails >= MAILS_PER_WORKER:
            await self._end()
            self._worker, self._mails = await _start(), 0
        self._mails += 1
        requests, answers = self._worker.stdin, self._worker.stdout
        assert requests is not None and answers is not None
        requests.write(LENGTH.pack(len(raw)))
        requests.write(raw)
        await requests.drain()
        (size,) = LENGTH.unpack(await answers.readexactly(LENGTH.size))
        if size > ANSWER_BYTES_MAX:
            raise EOFError("the worker's answer is larger than any mail")
        return msgspec.msgpack.decode(await answers.readexactly(size), type=ParsedMail)

    async def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        if worker.returncode is None:
            worker.kill()
        await worker.wait()
        # Without this the pipes stay open until they are collected, and say so as a warning.
        if worker.stdin is not None:
            worker.stdin.close()


async def _start() -> Process:
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUTF8": "1"}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "channels.mail.reading_worker", stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment
    )
