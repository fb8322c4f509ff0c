"""The conversation view's pure core: what is shown of mails, chats and tasks, and of what cannot be read any more."""

import json

import pytest

from agent_desktop.core.conversation import (
    ERASED,
    Conversation,
    CustomerKnown,
    Found,
    conversation_parts,
    last_line,
    view_of,
    why,
)
from agent_desktop.core.mail_headers import NO_HEADERS, Address, Headers, headers_of
from agent_desktop.core.parts import (
    AttachmentShown,
    ConversationHead,
    MessageShown,
    TaskShown,
)
from history.core import conversations as said
from history.core import routing as facts
from history.core.conversations import Author, SendState
from history.core.entries import Fact
from history.core.vocabulary import (
    AgentId,
    ClientMessageId,
    ContentId,
    ConversationId,
    DigestHex,
    HandlingId,
    InteractionId,
    Medium,
    MessageId,
    OfferId,
    QueueId,
)
from tests.agent_desktop.center import center_settings


def a_conversation() -> tuple[Conversation, dict[ContentId, str]]:
    conversation = Conversation()
    texts = {
        "subject": "Lamp",
        "headers": json.dumps(
            {
                "sender": {"name": "", "address": "maria@example.com"},
                "to": [{"name": "", "address": "help@shop.example"}],
            }
        ),
        "new": "It is dark.",
        "all": "It is dark.\n> Hello",
        "answer": "We are sorry.",
        "why": "550 no such user",
        "note": "Sent a lamp",
        "title": "Call",
        "fields": '{"number": 5}',
    }
    identity = {"conversation": ConversationId("m-1"), "interaction": InteractionId("m-1"), "medium": Medium.MAIL}
    facts_said: list[Fact] = [
        said.ConversationBegan(**identity, subject=ContentId("subject"), queue=QueueId("mail")),  # type: ignore[arg-type]  # the fields come from a table
        said.MailReceived(
            message=MessageId("1"),
            raw=ContentId("raw"),
            digest=DigestHex("0"),
            headers=ContentId("headers"),
            text=ContentId("all"),
            new_text=ContentId("new"),
            attachments=(ContentId("file"), ContentId("gone")),
        ),
        said.MailQueued(
            message=MessageId("2"),
            handling=HandlingId("h"),
            agent=AgentId("ann"),
            headers=ContentId("none"),
            text=ContentId("answer"),
        ),
        said.MailSendStateChanged(message=MessageId("2"), state=SendState.FAILED, detail=ContentId("why")),
        said.MailSendStateChanged(message=MessageId("9"), state=SendState.SENT),
        said.NoteWritten(handling=HandlingId("h"), agent=AgentId("ann"), text=ContentId("note")),
        said.TaskGiven(title=ContentId("title"), fields=ContentId("fields")),
        said.VisitorLeft(conversation=ConversationId("m-1")),
    ]
    for number, fact in enumerate(facts_said, start=1):
        conversation.fold(fact, number, 100 + number)
        conversation.fold(fact, number, 999)
    conversation.fold(facts.RingingStopped(offer=OfferId("o")), 9, 1)
    return conversation, {ContentId(name): text for name, text in texts.items()}


def test_a_conversation_is_shown_in_its_order() -> None:
    conversation, texts = a_conversation()
    file = AttachmentShown(content=ContentId("file"), name="a", media_type="b", size_bytes=1, address="/c")
    found = Found(texts=texts, attachments={ContentId("file"): file}, customer=CustomerKnown(name="Maria"))
    parts = conversation_parts(conversation, center_settings(), found)
    assert [part.key for part in parts] == [
        "head",
        "task",
        "message/0000000002",
        "message/0000000003",
        "note/h",
        "customer",
    ]
    head, task, first, second = parts[:4]
    assert isinstance(head, ConversationHead)
    assert (head.reply_to, head.reply_from, head.customer_gone) == ("maria@example.com", "help@shop.example", True)
    assert isinstance(task, TaskShown)
    assert [(item.name, item.value) for item in task.fields] == [("number", "5")]
    assert isinstance(first, MessageShown)
    assert (first.text, first.quoted, first.attachments) == ("It is dark.", "> Hello", (file,))
    assert isinstance(second, MessageShown)
    assert (second.who, second.send_state, second.send_detail) == ("Ann Archer", SendState.FAILED, "550 no such user")
    assert conversation.contents() >= {ContentId("subject"), ContentId("why"), ContentId("title")}
    assert conversation.attachments() == {ContentId("file"), ContentId("gone")}
    assert last_line(conversation, texts) == ("We are sorry.", 103)
    assert why(conversation, texts) == "Call"
    assert conversation.unread(0) == 0


def test_an_erased_text_is_shown_as_erased() -> None:
    conversation, _ = a_conversation()
    parts = conversation_parts(conversation, center_settings(), Found())
    assert {part.text for part in parts if isinstance(part, MessageShown)} == {ERASED}


def test_nothing_is_shown_of_a_conversation_that_has_not_begun() -> None:
    assert conversation_parts(Conversation(), center_settings(), Found()) == []
    assert last_line(Conversation(), {}) == ("", None)
    assert why(Conversation(), {}) == ""
    assert view_of(ConversationId("c-1")) == "conversation:c-1"


def test_unread_counts_from_the_agents_last_line() -> None:
    conversation = Conversation()
    authors = [Author.CUSTOMER, Author.AGENT, Author.CUSTOMER, Author.CUSTOMER]
    for number, author in enumerate(authors, start=1):
        line = said.LineWritten(
            message=MessageId(str(number)),
            author=author,
            client_message=ClientMessageId(str(number)),
            text=ContentId("long"),
        )
        conversation.fold(line, number, number)
    assert [conversation.unread(number) for number in (0, 2, 3, 4)] == [2, 2, 1, 0]
    short, _ = last_line(conversation, {ContentId("long"): "word " * 100})
    assert len(short) == 140
    assert short.endswith("…")
    assert why(conversation, {ContentId("long"): "word " * 100}) == short


@pytest.mark.parametrize("text", [None, "", "[1]", "{broken"])
def test_headers_that_cannot_be_read_are_left_out(text: str | None) -> None:
    assert headers_of(text) == NO_HEADERS


def test_an_answer_goes_where_they_want_it_from_where_they_wrote_to() -> None:
    maria, robot = Address("Maria", "maria@example.com"), Address("", "robot@example.com")
    shop = (Address("", "Help@shop.example"),)
    headers = Headers(sender=maria, reply_to=(robot,), cc=shop)
    assert headers.answer_goes_to() == "robot@example.com"
    assert Headers(sender=maria, reply_to=(robot,), automatic="bounce").answer_goes_to() == "maria@example.com"
    assert headers.answer_goes_from(("office@shop.example", "help@shop.example")) == "help@shop.example"
    assert Headers().answer_goes_from(("office@shop.example",)) == "office@shop.example"
    assert (headers.sent_from, headers.sent_to) == ("Maria <maria@example.com>", "Help@shop.example")
    assert (Headers().sent_from, Headers().sent_to, Headers().answer_goes_to()) == (None, None, None)


def test_a_tasks_fields_that_cannot_be_read_are_left_out() -> None:
    conversation, texts = a_conversation()
    texts[ContentId("fields")] = "{broken"
    parts = conversation_parts(conversation, center_settings(), Found(texts=texts))
    assert next(part for part in parts if isinstance(part, TaskShown)).fields == ()
