"""Drafts, versions of the definition and the audit log; on SQLite and PostgreSQL."""

from sqlalchemy import select

from history import audit
from history.core.customers import Act
from history.core.vocabulary import AgentId, CustomerId, HandlingId, Role, SessionId, UserId
from history.definitions import definition_of, newest_definition, store_definition
from history.drafts import TEXT_MAX, DraftKind, drafts, drop_draft, save_draft
from history.store import Store
from history.tables import contents, journal
from tests.history.sample import ANN, NOON_MS, HandClock, rows

CALL = HandlingId("h-1")


async def test_a_draft_is_kept_replaced_and_ended(store: Store, clock: HandClock) -> None:
    await save_draft(store, ANN, CALL, DraftKind.NOTE, "half a no")
    clock.move(10)
    await save_draft(store, ANN, CALL, DraftKind.ANSWER, "Dear Maria\0,")
    clock.move(10)
    await save_draft(store, ANN, CALL, DraftKind.NOTE, "half a note")
    assert [(one.kind, one.text, one.saved_ms) for one in await drafts(store, ANN)] == [
        (DraftKind.ANSWER, "Dear Maria\ufffd,", NOON_MS + 10),
        (DraftKind.NOTE, "half a note", NOON_MS + 20),
    ]
    assert await drafts(store, AgentId("ben")) == []
    await save_draft(store, ANN, CALL, DraftKind.NOTE, "")
    assert [one.kind for one in await drafts(store, ANN)] == [DraftKind.ANSWER]
    async with store.writing() as writing:
        await drop_draft(writing, ANN, CALL)
    assert await drafts(store, ANN) == []


async def test_a_draft_has_a_longest_length(store: Store) -> None:
    await save_draft(store, ANN, CALL, DraftKind.NOTE, "x" * (TEXT_MAX + 1))
    assert len((await drafts(store, ANN))[0].text) == TEXT_MAX


async def test_each_new_text_is_a_version_and_the_same_text_is_none(store: Store) -> None:
    assert await newest_definition(store) is None
    first = await store_definition(store, "name = 'Harbor Bikes'")
    assert await store_definition(store, "name = 'Harbor Bikes'", UserId("ada")) == first
    second = await store_definition(store, "name = 'Harbour'", UserId("ada"))
    third = await store_definition(store, "name = 'Harbor Bikes'", UserId("ada"))
    assert [one.version for one in (first, second, third)] == [1, 2, 3]
    assert (first.by, second.by) == (None, "ada")
    assert await newest_definition(store) == third
    assert await definition_of(store, 2) == second
    assert await definition_of(store, 9) is None
    assert [row[3] for row in await rows(store, journal)] == [1, 2, 3]


async def test_acts_are_kept_in_order_and_read_newest_first(store: Store, clock: HandClock) -> None:
    await audit.record(store, Act.SIGN_IN_REFUSED, subject="root' --", address="203.0.113.9")
    clock.move(5)
    await audit.record(
        store,
        Act.CUSTOMER_VIEWED,
        user=UserId("ann"),
        session=SessionId("s"),
        role=Role.AGENT,
        customer=CustomerId("k"),
    )
    newest, oldest = await audit.audit_log(store)
    assert (newest.number, newest.accessed.act, newest.accessed.user) == (2, Act.CUSTOMER_VIEWED, "ann")
    assert (oldest.at_ms, newest.at_ms) == (NOON_MS, NOON_MS + 5)
    assert oldest.accessed.subject is not None
    assert await store.text(oldest.accessed.subject) == "root' --"
    assert await audit.audit_log(store, before=2) == [oldest]
    assert await audit.audit_log(store, limit=1) == [newest]


async def test_what_an_act_quotes_is_cut_and_belongs_to_the_customer_it_is_about(store: Store) -> None:
    await audit.record(store, Act.DENIED, customer=CustomerId("k"), subject="x" * 9_999)
    async with store.reading() as connection:
        (row,) = (await connection.execute(select(contents))).all()
    assert (row.owner, len(row.body)) == ("k", audit.QUOTED_MAX)
