"""A customer's history over all media, newest first; on SQLite and PostgreSQL."""

import msgspec

from history.core.conversations import (
    Author,
    ConversationBegan,
    MailQueued,
    MailReceived,
    MailSendStateChanged,
    NoteWritten,
    SendState,
    TaskGiven,
)
from history.core.customers import IdentityKind
from history.core.entries import Fact
from history.core.vocabulary import (
    ContentId,
    ConversationId,
    DigestHex,
    DispositionId,
    HandlingId,
    InteractionId,
    Medium,
    MessageId,
    QueueId,
    Trust,
)
from history.customers import find_or_create, link_identity
from history.journal import RoutingJournal
from history.lease import Lease
from history.projector import Projector
from history.store import Store
from history.timeline import interaction, timeline
from tests.history.sample import ANN, MARIA, NOON_MS, HandClock, began, draft, life, line, queued


async def route(store: Store, *facts: Fact) -> None:
    journal = RoutingJournal(store, Lease(store, "engine-1"))
    await journal.recover()
    await journal.append([draft(fact) for fact in facts])
    await Projector(store).catch_up()


async def test_a_chat_shows_its_lines_its_handling_and_its_note(store: Store) -> None:
    async with store.writing() as writing:
        owner = InteractionId("c-1")
        await writing.append("conversation/c-1", [began("c-1", MARIA)])
        hello, sure = await writing.put_text(owner, "Is it in stock?"), await writing.put_text(owner, "It is.")
        first, last = await writing.put_text(owner, "draft"), await writing.put_text(owner, "Wants it in red")
        handling = HandlingId("handling-c-1")
        await writing.append(
            "conversation/c-1",
            [
                line(1, hello),
                line(2, sure, Author.AGENT),
                NoteWritten(handling=handling, agent=ANN, text=first),
                NoteWritten(handling=handling, agent=ANN, text=last, disposition=DispositionId("sold")),
            ],
        )
    assert [item.state for item in await timeline(store, MARIA)] == ["began"]
    await route(store, *life("c-1", MARIA))
    (item,) = await timeline(store, MARIA)
    assert (item.interaction, item.medium, item.queue, item.agent) == ("c-1", Medium.CHAT, "chat", ANN)
    assert (item.state, item.close_reason, item.disposition) == ("closed", "handled", "sold")
    assert (item.wait_ms, item.talk_ms) == (1_500, 60_000)
    assert [(one.number, one.author, one.text) for one in item.messages] == [
        (2, "customer", "Is it in stock?"),
        (3, "agent", "It is."),
    ]
    (done,) = item.handlings
    assert (done.agent, done.wrap_up_ms, done.note, done.disposition) == (ANN, 9_000, "Wants it in red", "sold")


async def test_a_mail_shows_its_new_text_and_what_became_of_the_answer(store: Store) -> None:
    async with store.writing() as writing:
        owner = InteractionId("m-2")
        texts = {name: await writing.put_text(owner, name) for name in ("subject", "whole", "new", "answer", "{}")}
        facts = [
            ConversationBegan(
                conversation=ConversationId("m-2"),
                interaction=owner,
                medium=Medium.MAIL,
                subject=texts["subject"],
                customer=MARIA,
                trust=Trust.CLAIMED,
                follows=ConversationId("m-1"),
            ),
            MailReceived(
                message=MessageId("a"),
                raw=texts["whole"],
                digest=DigestHex("d"),
                text=texts["whole"],
                new_text=texts["new"],
                attachments=(ContentId("f-1"), ContentId("f-2")),
            ),
            MailQueued(
                message=MessageId("b"),
                handling=HandlingId("h"),
                agent=ANN,
                headers=texts["{}"],
                text=texts["answer"],
            ),
            MailSendStateChanged(message=MessageId("b"), state=SendState.SENT),
        ]
        await writing.append("conversation/m-2", facts)
    item = await interaction(store, InteractionId("m-2"))
    assert item is not None
    assert (item.subject, item.follows, item.customer) == ("subject", "m-1", MARIA)
    assert [(one.text, one.attachments, one.send_state) for one in item.messages] == [
        ("new", ("f-1", "f-2"), None),
        ("answer", (), SendState.SENT),
    ]


async def test_all_media_stand_in_one_line_newest_first_and_can_be_paged(store: Store) -> None:
    maria = (await find_or_create(store, IdentityKind.PHONE, "+442079460101", Trust.CLAIMED, "Maria")).customer
    async with store.writing() as writing:
        title = await writing.put_text(maria, "Call back")
        await writing.append(
            "conversation/t-1", [began("t-1", maria, Medium.TASK), TaskGiven(title=title, fields=title)]
        )
    media = (Medium.VOICE, Medium.MAIL, Medium.CHAT)
    await route(
        store,
        *(queued(f"x-{place}", maria, None, NOON_MS + place, medium) for place, medium in enumerate(media, start=1)),
        queued("other", None, None, NOON_MS + 9),
    )
    items = await timeline(store, maria)
    assert [item.interaction for item in items] == ["x-3", "x-2", "x-1", "t-1"]
    assert [item.medium for item in items] == [Medium.CHAT, Medium.MAIL, Medium.VOICE, Medium.TASK]
    assert (items[3].title, items[3].state, items[0].state) == ("Call back", "began", "waiting")
    assert [item.interaction for item in await timeline(store, maria, limit=2)] == ["x-3", "x-2"]
    assert [item.interaction for item in await timeline(store, maria, before=NOON_MS + 2)] == ["x-1", "t-1"]


async def test_what_came_before_the_identity_was_known_belongs_to_the_customer(store: Store, clock: HandClock) -> None:
    found = await find_or_create(store, IdentityKind.PHONE, "+442079460101", Trust.CLAIMED)
    await route(store, queued("v-1", None, found.identity), queued("v-2", None, None))
    assert [item.interaction for item in await timeline(store, found.customer)] == ["v-1"]
    await link_identity(store, found.customer, IdentityKind.MAIL, "maria@example.com", Trust.CLAIMED)
    assert [item.interaction for item in await timeline(store, found.customer)] == ["v-1"]


async def test_an_unknown_interaction_or_customer_has_none(store: Store) -> None:
    assert await interaction(store, InteractionId("x")) is None
    assert await timeline(store, MARIA) == []
    await route(store, msgspec.structs.replace(queued("v-1", MARIA), queue=QueueId("sales")))
    item = await interaction(store, InteractionId("v-1"))
    assert item is not None
    assert (item.queue, item.messages, item.handlings, item.wait_ms) == ("sales", (), (), None)
