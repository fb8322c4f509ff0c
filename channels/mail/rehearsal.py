"""A mailbox that is a folder of files: what rehearsal customers write, and what they are answered. No server, no
network.

Mails lie as `inbox/<uid>.eml`; answers are put into `sent/`. Everything between (storing, reading, threading, queueing,
the outbox) is the real thing.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from channels.mail.sending import BeforeData, Outcome, Result
from channels.mail.source import Fetched, Waiting

LOOK_S = 0.5
BATCH_MAX = 100
KEPT = 500
UID_VALIDITY = 1


class RehearsalMailbox:
    """Both ends: a `MailboxSource`, a `MailSender`, and `write` for the rehearsal customers."""

    def __init__(self, folder: Path) -> None:
        self._inbox = folder / "inbox"
        self._sent = folder / "sent"
        for each in (self._inbox, self._sent):
            each.mkdir(parents=True, exist_ok=True)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["_Session"]:
        yield _Session(self._inbox)

    async def send(self, sender: str, recipient: str, raw: bytes, before_data: BeforeData) -> Result:
        await before_data()
        _put(self._sent, raw)
        return Result(Outcome.TAKEN, "The rehearsal customer has it.")

    def write(self, raw: bytes) -> None:
        """A customer's mail arrives. The oldest files go when there are very many; they were fetched long ago."""
        _put(self._inbox, raw)
        for path in sorted(self._inbox.glob("*.eml"))[:-KEPT]:
            path.unlink()

    def take_answers(self) -> list[bytes]:
        """Return the answers that have come since the last time, oldest first; they are taken away."""
        found = []
        for path in sorted(self._sent.glob("*.eml")):
            found.append(path.read_bytes())
            path.unlink()
        return found


class _Session:
    def __init__(self, inbox: Path) -> None:
        self._inbox = inbox

    @property
    def uid_validity(self) -> int:
        return UID_VALIDITY

    @property
    def uid_next(self) -> int:
        # Whoever rehearses wants to see what was written before the center started, too.
        return 1

    async def waiting(self, after_uid: int) -> list[Waiting]:
        found = sorted((int(path.stem), path) for path in self._inbox.glob("*.eml"))
        newer = [(uid, path.stat()) for uid, path in found if uid > after_uid]
        return [Waiting(uid, stat.st_size, stat.st_mtime_ns // 1_000_000) for uid, stat in newer[:BATCH_MAX]]

    async def fetch(self, mail: Waiting, size_max: int) -> Fetched | None:
        try:
            raw = (self._inbox / f"{mail.uid:010d}.eml").read_bytes()
        except FileNotFoundError:
            return None
        return Fetched(mail.uid, mail.received_ms, raw[:size_max], whole=len(raw) <= size_max)

    async def news(self, within_s: float) -> None:
        await asyncio.sleep(min(LOOK_S, within_s))


def _put(folder: Path, raw: bytes) -> None:
    """Under the next free number, whole at once: a reader never sees half a mail."""
    number = 1 + max((int(path.stem) for path in folder.glob("*.eml")), default=0)
    fresh = folder / f"{number:010d}.new"
    fresh.write_bytes(raw)
    fresh.rename(folder / f"{number:010d}.eml")
