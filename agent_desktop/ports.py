"""What the desktop room needs of others, beside `router.ports.Router`, `history.store.Store` and the clock.

`config/compose.py` fills these with the channels, the rehearsal switch and the reports' wallboard; where a center has
no such channel the port is none.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from agent_desktop.core.figures import BoardFigures
from agent_desktop.core.rights import Actor
from history.core.customers import Act
from history.core.vocabulary import (
    AgentId,
    ClientMessageId,
    ConversationId,
    CustomerId,
    HandlingId,
    InteractionId,
    Medium,
    MessageId,
    QueueId,
    UserId,
)


class ChatSpeaker(Protocol):
    """The agents' side of web chat."""

    async def say(
        self,
        *,
        interaction: InteractionId,
        handling: HandlingId,
        agent: AgentId,
        client_message: ClientMessageId,
        text: str,
    ) -> MessageId:
        """Commit one line; the same client id is the same line.

        Raises:
            agent_desktop.errors.ChannelRefused: it will not be said; the sentence says why.
        """
        ...

    def typing(self, interaction: InteractionId, typing: bool) -> None:
        """Tell the visitor's page; may be lost."""
        ...


class MailAnswerer(Protocol):
    async def answer(
        self,
        *,
        interaction: InteractionId,
        handling: HandlingId,
        agent: AgentId,
        client_message: ClientMessageId,
        text: str,
    ) -> MessageId:
        """Commit an answer that will be sent once; the same client id is the same answer. See `ChatSpeaker.say`."""
        ...


class TaskMaker(Protocol):
    async def make(
        self,
        *,
        key: str,
        title: str,
        fields: Mapping[str, str],
        queue: QueueId,
        customer: CustomerId | None,
        due_ms: int | None,
        by: UserId,
    ) -> ConversationId:
        """Commit a task; the same key is the same task. Raises `ChannelRefused`."""
        ...


class RehearsalPhones(Protocol):
    """The phones of the rehearsal switch, lifted and laid down by buttons. Each raises `ChannelRefused`."""

    async def answer(self, agent: AgentId) -> None: ...

    async def decline(self, agent: AgentId) -> None: ...

    async def hang_up(self, agent: AgentId) -> None: ...


class DefinitionKeeper(Protocol):
    """The definition of the running center; `config` has the one that understands it."""

    async def current(self) -> tuple[int, str]:
        """Return the version that holds, and its text."""
        ...

    def check(self, text: str) -> None:
        """Raises `DefinitionProblems` when it could not hold."""
        ...

    async def apply(self, text: str, by: UserId) -> int:
        """Put it into force as a new version and return that; the same text again is the same version.

        Raises:
            DefinitionProblems: nothing has changed.
        """
        ...


class SteeringLog(Protocol):
    async def steered(self, act: Act, actor: Actor, *, subject: str, customer: CustomerId | None) -> None:
        """Keep who did what to what, for good. `subject` is of ids and numbers.

        Raises:
            history.errors.StoreUnavailable: it could not be written.
        """
        ...


class ChannelTrouble(Protocol):
    """One channel that does not work."""

    @property
    def name(self) -> str: ...
    @property
    def medium(self) -> Medium: ...
    @property
    def sentence(self) -> str: ...
    @property
    def since_ms(self) -> int: ...


class ChannelHealth(Protocol):
    def troubles(self) -> Sequence[ChannelTrouble]:
        """Channels that are down now; asked every second."""
        ...


class WallboardFigures(Protocol):
    def figures(self) -> BoardFigures:
        """All figures as they are now; asked at most four times a second."""
        ...
