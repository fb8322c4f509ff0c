"""Facts of the streams `conversation/<id>`: what was written between a customer and us, by mail, chat or as a task.

Texts, subjects, addresses and files are contents; a fact names them. A conversation's id is also its interaction's
id's tail, see `channels/core/matching.py`. Sequence numbers of chat lines are the entry numbers of the stream.
"""

from enum import StrEnum

from history.core.entries import Fact
from history.core.vocabulary import (
    AgentId,
    ClientMessageId,
    ContentId,
    ConversationId,
    CustomerId,
    DigestHex,
    DispositionId,
    FormId,
    HandlingId,
    IdentityId,
    InteractionId,
    MailboxId,
    Medium,
    MessageId,
    QueueId,
    SiteId,
    Trust,
)


class Author(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    SYSTEM = "system"


class SendState(StrEnum):
    """An outgoing mail's life. `uncertain`: the link was lost after the final dot; a person decides."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"


class ConversationBegan(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """First entry of each conversation stream, also of a call (whose notes are kept here)."""

    conversation: ConversationId
    interaction: InteractionId
    medium: Medium
    queue: QueueId | None = None
    mailbox: MailboxId | None = None
    site: SiteId | None = None
    form: FormId | None = None
    subject: ContentId | None = None
    dialled: ContentId | None = None
    """The number of ours that was called."""
    customer: CustomerId | None = None
    identity: IdentityId | None = None
    trust: Trust = Trust.CLAIMED
    follows: ConversationId | None = None
    """The earlier conversation that this one answers or continues."""
    due_ms: int | None = None


class MailReceived(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A customer's mail, stored raw before anything else was done with it."""

    message: MessageId
    raw: ContentId
    digest: DigestHex
    headers: ContentId | None = None
    """From, To, Cc, Reply-To, Subject, Date, Message-ID, In-Reply-To, References as JSON."""
    text: ContentId | None = None
    """The text as shown, the quoted part included."""
    new_text: ContentId | None = None
    """The part that is new in this mail."""
    html: ContentId | None = None
    """Sanitised."""
    attachments: tuple[ContentId, ...] = ()
    unreadable: bool = False


class MailQueued(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """An agent's answer is committed and will be sent once."""

    message: MessageId
    handling: HandlingId
    agent: AgentId
    headers: ContentId
    text: ContentId


class MailSendStateChanged(Fact, frozen=True, kw_only=True, omit_defaults=True):
    message: MessageId
    state: SendState
    detail: ContentId | None = None
    """What the server said, when it refused."""


class LineWritten(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """One chat line. (author, client_message) is unique in the conversation."""

    message: MessageId
    author: Author
    agent: AgentId | None = None
    client_message: ClientMessageId
    text: ContentId


class VisitorLeft(Fact, frozen=True, kw_only=True):
    """The visitor ended the chat, or was silent and away for longer than the site allows."""

    conversation: ConversationId


class TaskGiven(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """What is to be done, filled in by a person or the API."""

    title: ContentId
    fields: ContentId
    """The form's values as JSON."""


class NoteWritten(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """An agent's note on their handling; the last one stands. A draft is not an entry, see `history/drafts.py`."""

    handling: HandlingId
    agent: AgentId
    text: ContentId
    disposition: DispositionId | None = None


CONVERSATION_FACTS: tuple[type[Fact], ...] = (
    ConversationBegan,
    MailReceived,
    MailQueued,
    MailSendStateChanged,
    LineWritten,
    VisitorLeft,
    TaskGiven,
    NoteWritten,
)
