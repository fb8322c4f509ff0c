"""What a mailbox needs to be fetched and answered from. Made by `config`; secrets are plain strings, never shown."""

from dataclasses import dataclass, field
from enum import StrEnum

from history.core.vocabulary import MailboxId, QueueId


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """One server of a mailbox. `tls` is from the first byte on (993, 465); `starttls` is for SMTP alone."""

    host: str
    port: int
    username: str = ""
    password: str = field(default="", repr=False)
    tls: bool = True
    starttls: bool = False
    certificate_file: str | None = None
    """A certificate to trust besides the system's own, for servers of one's own making."""

    @property
    def place(self) -> str:
        """For people; the rehearsal's folder has no port."""
        return f"{self.host}:{self.port}" if self.port else self.host


class Backlog(StrEnum):
    """What becomes of mail that lay in the folder before the center first read it."""

    LEAVE = "leave"
    TAKE = "take"


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """One mailbox and the queue its mail goes to."""

    id: MailboxId
    address: str
    queue: QueueId
    imap: ServerSettings
    smtp: ServerSettings
    folder: str = "INBOX"
    from_name: str = ""
    other_addresses: tuple[str, ...] = ()
    """Aliases that arrive here; an answer goes out from the one the customer wrote to."""
    backlog: Backlog = Backlog.LEAVE
    size_max: int = 35_000_000
    """Bytes of a mail; of a larger one only the beginning is fetched and it becomes work that says so."""

    @property
    def addresses(self) -> frozenset[str]:
        return frozenset(address.lower() for address in (self.address, *self.other_addresses))


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take at most, in seconds. Tests make them shorter; a center has no reason to."""

    idle_s: float = 90.0
    noop_s: float = 10.0
    poll_s: float = 60.0
    command_s: float = 30.0
    connect_s: float = 15.0
    backoff_first_s: float = 1.0
    backoff_max_s: float = 900.0
    send_s: float = 60.0
    retry_s: tuple[float, ...] = (60.0, 300.0, 900.0, 3600.0)
    """Waits between tries to send, the last one repeated."""
    give_up_s: float = 48 * 3600.0
