"""The port of a mailbox that is read, and what comes through it.

One connection has one owner, who asks one thing at a time. Every call has a deadline; each failure is a
`MailboxDown` whose sentence names the server and the way out, and after it the connection is of no further use.
"""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that lies on the server and was not fetched yet."""

    uid: int
    size: int
    received_ms: int
    """When the server got it (INTERNALDATE)."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail's bytes. `whole` is false where only the beginning was taken, since it is too large."""

    uid: int
    received_ms: int
    raw: bytes
    whole: bool = True


class MailboxSession(Protocol):
    """One open connection with its folder selected. The server's flags are neither looked at nor changed."""

    @property
    def uid_validity(self) -> int:
        """Uids mean something only together with this number."""
        ...

    @property
    def uid_next(self) -> int | None:
        """A uid above all that were there when the folder was selected; None where the server does not tell."""
        ...

    async def waiting(self, after_uid: int) -> list[Waiting]:
        """Return the mails with a higher uid, lowest first, at most 100 at a time."""
        ...

    async def fetch(self, mail: Waiting, size_max: int) -> Fetched | None:
        """Return a mail; None where it has gone meanwhile."""
        ...

    async def news(self, within_s: float) -> None:
        """Return when something may have come, at the latest after that time; the connection was then found alive."""
        ...


class MailboxSource(Protocol):
    """A mailbox that can be connected to, again and again."""

    def open(self) -> AbstractAsyncContextManager[MailboxSession]:
        """Connect, sign in and select the folder."""
        ...
