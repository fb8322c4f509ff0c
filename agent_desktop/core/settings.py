"""What the screens know of the definition: names to show, users and their roles. `config` makes these."""

from dataclasses import dataclass, field
from types import MappingProxyType

from agent_desktop.core.parts import PhoneKind
from history.core.vocabulary import (
    DestinationId,
    DispositionId,
    MailboxId,
    Medium,
    NumberId,
    QueueId,
    ReasonCode,
    Role,
    TeamId,
    UserId,
)


@dataclass(frozen=True, slots=True)
class PhoneSettings:
    """How an agent's phone is reached from the page. `password` is for the agent's own softphone alone."""

    kind: PhoneKind = PhoneKind.NONE
    ws_url: str | None = None
    sip_uri: str | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True)
class UserSettings:
    """A person or program that may sign in. An agent is a user with `is_agent`; its agent id is the user id."""

    user: UserId
    name: str
    role: Role
    teams: frozenset[TeamId] = frozenset()
    is_agent: bool = False
    phone: PhoneSettings = PhoneSettings()


@dataclass(frozen=True, slots=True)
class QueueShown:
    queue: QueueId
    name: str
    medium: Medium
    level_target_percent: int = 80


@dataclass(frozen=True, slots=True)
class EmergencyShown:
    """A queue, or a number that is dialled, with an emergency route, and what becomes of customers then, in words."""

    queue: QueueId | None
    number: NumberId | None
    name: str
    leads_to: str


@dataclass(frozen=True, slots=True)
class CenterSettings:
    """One version of the definition, as the screens show it. Order is that of the definition file."""

    name: str
    zone: str
    media: tuple[Medium, ...]
    users: tuple[UserSettings, ...]
    queues: tuple[QueueShown, ...]
    reasons: tuple[tuple[ReasonCode, str], ...] = ()
    dispositions: tuple[tuple[DispositionId, str], ...] = ()
    destinations: tuple[tuple[DestinationId, str], ...] = ()
    rehearsal: bool = False
    emergency_places: tuple[EmergencyShown, ...] = ()
    mailboxes: tuple[tuple[MailboxId, tuple[str, ...]], ...] = ()
    """Each mailbox with its addresses in lower case, its own first: an answer goes from the one they wrote to."""
    _users: MappingProxyType[UserId, UserSettings] = field(init=False, repr=False, compare=False)
    _queues: MappingProxyType[QueueId, QueueShown] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_users", MappingProxyType({user.user: user for user in self.users}))
        object.__setattr__(self, "_queues", MappingProxyType({queue.queue: queue for queue in self.queues}))

    def user(self, user: str) -> UserSettings | None:
        return self._users.get(UserId(user))

    def user_name(self, user: str) -> str:
        """The name, or the id of somebody whom the definition no longer knows."""
        known = self.user(user)
        return known.name if known else user

    def queue(self, queue: str) -> QueueShown | None:
        return self._queues.get(QueueId(queue))

    def queue_name(self, queue: str) -> str:
        known = self.queue(queue)
        return known.name if known else queue

    def reason_name(self, reason: str | None) -> str:
        return dict(self.reasons).get(ReasonCode(reason), reason) if reason else ""

    def destination_name(self, destination: str) -> str:
        return dict(self.destinations).get(DestinationId(destination), destination)

    def disposition_name(self, disposition: str | None) -> str:
        return dict(self.dispositions).get(DispositionId(disposition), disposition) if disposition else ""
