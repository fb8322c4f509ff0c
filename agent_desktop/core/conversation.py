"""The view `conversation:<id>`: what was written between one customer and us, folded from the conversation's stream.

`Conversation.fold` takes the stream's facts in order; `conversation_parts` turns it into parts with the texts and names
that the shell looked up. A text that has been erased is shown as erased.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import msgspec

from agent_desktop.core.mail_headers import NO_HEADERS, Headers, headers_of
from agent_desktop.core.parts import (
    AnyPart,
    AttachmentShown,
    ConversationHead,
    CustomerShown,
    FieldValue,
    IdentityShown,
    MessageShown,
    NoteShown,
    TaskShown,
    TimelineRow,
)
from agent_desktop.core.settings import CenterSettings
from history.core import conversations as facts
from history.core.conversations import Author, ConversationBegan, SendState
from history.core.entries import Fact
from history.core.vocabulary import (
    AgentId,
    CloseReason,
    ContentId,
    ConversationId,
    CustomerId,
    DispositionId,
    HandlingId,
    InteractionId,
    Medium,
    MessageId,
    Trust,
)

ERASED = "(erased)"
LAST_LINE_MAX = 140


@dataclass(frozen=True, slots=True)
class Written:
    """One chat line or mail of a conversation."""

    message: MessageId
    number: int
    author: Author
    at_ms: int
    agent: AgentId | None = None
    text: ContentId | None = None
    whole_text: ContentId | None = None
    html: ContentId | None = None
    headers: ContentId | None = None
    attachments: tuple[ContentId, ...] = ()
    client_message: str | None = None
    send_state: SendState | None = None
    send_detail: ContentId | None = None
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Noted:
    handling: HandlingId
    agent: AgentId
    at_ms: int
    text: ContentId
    disposition: DispositionId | None


@dataclass(frozen=True, slots=True)
class NoteSoFar:
    """What an agent has written of a note that they have not finished; whoever takes over reads it."""

    handling: HandlingId
    agent: AgentId
    at_ms: int
    text: str


@dataclass(slots=True)
class Conversation:
    """A conversation as its stream tells it up to `number`."""

    number: int = 0
    began: ConversationBegan | None = None
    began_ms: int = 0
    written: dict[MessageId, Written] = field(default_factory=dict)
    notes: dict[HandlingId, Noted] = field(default_factory=dict)
    task: facts.TaskGiven | None = None
    customer_gone: bool = False

    def fold(self, fact: Fact, number: int, at_ms: int) -> None:
        """Apply the stream's next fact; one that was applied before changes nothing."""
        if number <= self.number:
            return
        self.number = number
        match fact:
            case ConversationBegan():
                self.began, self.began_ms = fact, at_ms
            case facts.MailReceived() | facts.MailQueued() | facts.LineWritten():
                self.written.setdefault(fact.message, _written(fact, number, at_ms))
            case facts.MailSendStateChanged():
                sent = self.written.get(fact.message)
                if sent is not None:
                    self.written[fact.message] = replace(sent, send_state=fact.state, send_detail=fact.detail)
            case facts.VisitorLeft():
                self.customer_gone = True
            case facts.TaskGiven():
                self.task = fact
            case facts.NoteWritten():
                self.notes[fact.handling] = Noted(fact.handling, fact.agent, at_ms, fact.text, fact.disposition)
            case _:
                pass

    def contents(self) -> set[ContentId]:
        """All contents that the view needs as text (attachments apart)."""
        named: set[ContentId | None] = {note.text for note in self.notes.values()}
        if self.began is not None:
            named |= {self.began.subject, self.began.dialled}
        if self.task is not None:
            named |= {self.task.title, self.task.fields}
        for item in self.written.values():
            named |= {item.text, item.whole_text, item.html, item.headers, item.send_detail}
        return {content for content in named if content is not None}

    def attachments(self) -> set[ContentId]:
        return {content for item in self.written.values() for content in item.attachments}

    def last(self) -> Written | None:
        return max(self.written.values(), key=lambda item: item.number, default=None)

    def unread(self, read_through: int) -> int:
        """The customer's messages after the last one of an agent and after `read_through`."""
        own = max((item.number for item in self.written.values() if item.author is Author.AGENT), default=0)
        seen = max(own, read_through)
        return sum(1 for item in self.written.values() if item.author is Author.CUSTOMER and item.number > seen)


def _written(fact: facts.MailReceived | facts.MailQueued | facts.LineWritten, number: int, at_ms: int) -> Written:
    match fact:
        case facts.MailReceived():
            return Written(
                message=fact.message,
                number=number,
                author=Author.CUSTOMER,
                at_ms=at_ms,
                text=fact.new_text or fact.text,
                whole_text=fact.text,
                html=fact.html,
                headers=fact.headers,
                attachments=fact.attachments,
                unreadable=fact.unreadable,
            )
        case facts.MailQueued():
            return Written(
                message=fact.message,
                number=number,
                author=Author.AGENT,
                at_ms=at_ms,
                agent=fact.agent,
                text=fact.text,
                headers=fact.headers,
                send_state=SendState.QUEUED,
            )
        case facts.LineWritten():
            return Written(
                message=fact.message,
                number=number,
                author=fact.author,
                at_ms=at_ms,
                agent=fact.agent,
                text=fact.text,
                client_message=fact.client_message,
            )


@dataclass(frozen=True, slots=True)
class CustomerKnown:
    """Whom the shell found behind the conversation, and their timeline, newest first."""

    customer: CustomerId | None = None
    name: str = ""
    trust: Trust = Trust.CLAIMED
    identities: tuple[IdentityShown, ...] = ()
    timeline: tuple[TimelineRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What the shell looked up for one conversation."""

    texts: Mapping[ContentId, str] = field(default_factory=dict)
    attachments: Mapping[ContentId, AttachmentShown] = field(default_factory=dict)
    customer: CustomerKnown = CustomerKnown()
    closed: CloseReason | None = None
    notes_so_far: tuple[NoteSoFar, ...] = ()


def conversation_parts(conversation: Conversation, center: CenterSettings, found: Found) -> list[AnyPart]:
    """All parts of the view, messages in their order; nothing before the conversation has begun."""
    if conversation.began is None:
        return []
    written = sorted(conversation.written.values(), key=lambda item: item.number)
    parts: list[AnyPart] = [_head(conversation, conversation.began, written, center, found)]
    if conversation.task is not None:
        parts.append(_task(conversation.task, found))
    parts += [_message(item, center, found) for item in written]
    parts += [_note(note, center, found) for note in conversation.notes.values()]
    parts += [_note_so_far(note, center) for note in found.notes_so_far if note.handling not in conversation.notes]
    known = found.customer
    parts.append(
        CustomerShown(
            key="customer", customer=known.customer, name=known.name, trust=known.trust, identities=known.identities
        )
    )
    parts += known.timeline
    return parts


def last_line(conversation: Conversation, texts: Mapping[ContentId, str]) -> tuple[str, int | None]:
    """The newest message on one line, and when it was written."""
    last = conversation.last()
    if last is None:
        return "", None
    words = " ".join(_text(last.text, texts).split())
    return (words if len(words) <= LAST_LINE_MAX else words[: LAST_LINE_MAX - 1] + "…"), last.at_ms


def is_answered(conversation: Conversation) -> bool:
    """Whether it is a mail whose newest word is ours: nothing is due to the customer then."""
    last = conversation.last()
    if conversation.began is None or conversation.began.medium is not Medium.MAIL:
        return False
    return last is not None and last.author is Author.AGENT


def why(conversation: Conversation, texts: Mapping[ContentId, str]) -> str:
    """In a few words what the customer wants: a subject, a task's title, the first line or the number they called."""
    if conversation.task is not None:
        return _text(conversation.task.title, texts)
    if conversation.began is not None and conversation.began.medium is Medium.VOICE:
        dialled = _text(conversation.began.dialled, texts)
        return f"Called {dialled}" if dialled else ""
    if conversation.began is not None and conversation.began.subject is not None:
        return _text(conversation.began.subject, texts)
    first = min(conversation.written.values(), key=lambda item: item.number, default=None)
    words = " ".join(_text(first.text, texts).split()) if first else ""
    return words if len(words) <= LAST_LINE_MAX else words[: LAST_LINE_MAX - 1] + "…"


def _text(content: ContentId | None, texts: Mapping[ContentId, str]) -> str:
    return "" if content is None else texts.get(content, ERASED)


def _object(text: str | None) -> dict[str, object]:
    """A JSON object; nothing when there is none or it cannot be read."""
    try:
        raw = msgspec.json.decode(text or "{}")
    except msgspec.DecodeError:
        return {}
    return raw if isinstance(raw, dict) else {}


def _head(
    conversation: Conversation,
    began: ConversationBegan,
    written: Iterable[Written],
    center: CenterSettings,
    found: Found,
) -> ConversationHead:
    reply_to, reply_from = _addresses(began, written, center, found) if began.medium is Medium.MAIL else (None, None)
    return ConversationHead(
        key="head",
        conversation=began.conversation,
        interaction=began.interaction,
        medium=began.medium,
        subject=_text(began.subject, found.texts),
        queue=began.queue,
        queue_name=center.queue_name(began.queue) if began.queue else "",
        began_ms=conversation.began_ms,
        due_ms=began.due_ms,
        reply_to=reply_to,
        reply_from=reply_from,
        follows=began.follows,
        customer_gone=conversation.customer_gone,
        closed=found.closed,
    )


def _addresses(
    began: ConversationBegan, written: Iterable[Written], center: CenterSettings, found: Found
) -> tuple[str | None, str | None]:
    """Where an answer goes and from which of our addresses, by the customer's newest mail."""
    mails = [item for item in written if item.author is Author.CUSTOMER]
    headers = _headers(mails[-1], found) if mails else NO_HEADERS
    ours = next((addresses for mailbox, addresses in center.mailboxes if mailbox == began.mailbox), ())
    return headers.answer_goes_to(), headers.answer_goes_from(ours)


def _headers(item: Written, found: Found) -> Headers:
    return headers_of(found.texts.get(item.headers)) if item.headers is not None else NO_HEADERS


def _message(item: Written, center: CenterSettings, found: Found) -> MessageShown:
    headers = _headers(item, found)
    text = _text(item.text, found.texts)
    if item.author is Author.AGENT and item.agent is not None:
        who = center.user_name(item.agent)
    else:
        who = headers.sent_from or found.customer.name
    return MessageShown(
        key=f"message/{item.number:010d}",
        message=item.message,
        number=item.number,
        author=item.author,
        agent=item.agent,
        who=who,
        at_ms=item.at_ms,
        text=text,
        quoted=_quoted(text, _text(item.whole_text, found.texts)),
        html=found.texts.get(item.html) if item.html else None,
        subject=headers.subject or None,
        address_from=headers.sent_from,
        address_to=headers.sent_to,
        attachments=tuple(found.attachments[content] for content in item.attachments if content in found.attachments),
        client_message=item.client_message,
        send_state=item.send_state,
        send_detail=found.texts.get(item.send_detail) if item.send_detail else None,
        unreadable=item.unreadable,
    )


def _quoted(new: str, whole: str) -> str:
    """What a mail repeats: the whole text without the new part at its beginning; all of it if the new part is not."""
    if whole.strip() == new.strip():
        return ""
    head = new.strip()
    stripped = whole.strip()
    return stripped[len(head) :].strip() if head and stripped.startswith(head) else stripped


def _task(task: facts.TaskGiven, found: Found) -> TaskShown:
    raw = _object(found.texts.get(task.fields))
    return TaskShown(
        key="task",
        title=_text(task.title, found.texts),
        fields=tuple(FieldValue(name=name, value=str(value)) for name, value in raw.items()),
    )


def _note(note: Noted, center: CenterSettings, found: Found) -> NoteShown:
    return NoteShown(
        key=f"note/{note.handling}",
        handling=note.handling,
        agent=note.agent,
        who=center.user_name(note.agent),
        at_ms=note.at_ms,
        text=_text(note.text, found.texts),
        disposition=note.disposition,
        so_far=False,
    )


def _note_so_far(note: NoteSoFar, center: CenterSettings) -> NoteShown:
    return NoteShown(
        key=f"note/{note.handling}",
        handling=note.handling,
        agent=note.agent,
        who=center.user_name(note.agent),
        at_ms=note.at_ms,
        text=note.text,
        disposition=None,
        so_far=True,
    )


def timeline_key(interaction: InteractionId) -> str:
    return f"timeline/{interaction}"


def view_of(conversation: ConversationId) -> str:
    return f"conversation:{conversation}"
