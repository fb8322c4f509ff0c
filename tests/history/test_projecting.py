"""What each fact changes in the projections, as plain values."""

import pytest

from history.core import conversations as c
from history.core import customers as k
from history.core import routing as r
from history.core.entries import Entry, Fact, Kind
from history.core.projecting import Change, Plain, Put, Values, fold
from history.core.registry import REGISTRY
from history.core.vocabulary import (
    AgentId,
    ClientMessageId,
    ContentId,
    ConversationId,
    CustomerId,
    DigestHex,
    DispositionId,
    EntryNumber,
    HandlingId,
    IdentityId,
    InteractionId,
    LegFailure,
    Medium,
    MessageId,
    OfferId,
    QueueId,
    RulesVersion,
    StreamName,
    TenantId,
    Trust,
    VisitId,
    WithdrawnBecause,
)
from history.tables import METADATA, PROJECTIONS
from tests.history.sample import ANN, began, life, line, queued
from tests.history.test_registry import sample

ONE, OFFER, TEXT = InteractionId("c-1"), OfferId("o-1"), ContentId("text")


def entry(fact: Fact, stream: str = "conversation/c-1", number: int = 4) -> Entry:
    frame = (TenantId("main"), StreamName(stream), EntryNumber(number), 1_000, Kind.FACT)
    return Entry(*frame, type(fact).__name__, 1, RulesVersion("1"), None, b"")


def only(fact: Fact) -> Put | Change:
    (change,) = fold(entry(fact), fact)
    return change


@pytest.mark.parametrize("fact", REGISTRY.types.values(), ids=lambda fact: fact.__name__)
def test_every_change_fits_its_table(fact: type[Fact]) -> None:
    given = sample(fact)
    for change in fold(entry(given), given):
        table = METADATA.tables[change.table]
        assert table in PROJECTIONS
        columns = {column.name for column in table.columns} - {"tenant", "domain"}
        if isinstance(change, Put):
            assert {*change.key, *change.values} == columns
            assert {"tenant", *change.key} == {column.name for column in table.primary_key}
        else:
            assert {*change.key, *change.values} <= columns


def test_a_customers_name_and_key_are_plain_in_the_projection() -> None:
    made = k.CustomerCreated(customer=CustomerId("k-1"), name=ContentId("name"))
    assert only(made) == Put("customers", {"customer": "k-1"}, {"name": Plain(ContentId("name")), "created_ms": 1_000})
    assert only(k.CustomerCreated(customer=CustomerId("k-1"))).values["name"] is None
    linked = k.IdentityLinked(
        customer=CustomerId("k-1"),
        identity=IdentityId("i-1"),
        kind=k.IdentityKind.MAIL,
        key=ContentId("key"),
        trust=Trust.CLAIMED,
    )
    assert only(linked).values["key"] == Plain(ContentId("key"))


def test_a_line_has_a_key_of_author_and_client_id() -> None:
    change = only(line(1, TEXT))
    assert change.key == {"conversation": "c-1", "number": 4}
    assert change.values["client_key"] == "customer//c1"
    agents = c.LineWritten(
        message=MessageId("m"),
        author=c.Author.AGENT,
        agent=ANN,
        client_message=ClientMessageId("7"),
        text=TEXT,
    )
    assert only(agents).values["client_key"] == "agent/ann/7"


def test_mails_keep_their_parts_and_their_send_state() -> None:
    got = c.MailReceived(
        message=MessageId("m"),
        raw=ContentId("raw"),
        digest=DigestHex("d"),
        attachments=(ContentId("a"), ContentId("b")),
        unreadable=True,
    )
    values = only(got).values
    assert (values["attachments"], values["unreadable"], values["author"]) == ("a b", True, "customer")
    answer = c.MailQueued(
        message=MessageId("m2"), handling=HandlingId("h"), agent=ANN, headers=ContentId("x"), text=TEXT
    )
    assert only(answer).values["send_state"] == "queued"
    sent = c.MailSendStateChanged(message=MessageId("m2"), state=c.SendState.SENT)
    key: Values = {"conversation": "c-1", "message": "m2"}
    assert only(sent) == Change("messages", key, {"send_state": "sent", "send_detail": None})


def test_conversations_tasks_and_notes() -> None:
    assert only(began("c-1")).values["began_ms"] == 1_000
    left = c.VisitorLeft(conversation=ConversationId("c-1"))
    assert only(left) == Change("conversations", {"conversation": "c-1"}, {"visitor_left_ms": 1_000})
    task = c.TaskGiven(title=ContentId("t"), fields=ContentId("f"))
    assert only(task) == Change("conversations", {"conversation": "c-1"}, {"title": "t", "fields": "f"})
    note = c.NoteWritten(handling=HandlingId("h"), agent=ANN, text=TEXT, disposition=DispositionId("sold"))
    assert only(note).key == {"handling": "h"}
    assert only(note).values["conversation"] == "c-1"


def test_an_interactions_state_follows_the_router() -> None:
    states = [
        change.values["state"]
        for fact in life("c-1")
        for change in fold(entry(fact, "routing/main"), fact)
        if change.table == "interactions" and "state" in change.values
    ]
    assert states == ["waiting", "offered", "active", "wrap_up", "closed"]


@pytest.mark.parametrize(
    "ended",
    [
        r.OfferDeclined(offer=OFFER, interaction=ONE, agent=ANN, not_again_before_ms=1),
        r.OfferExpired(offer=OFFER, interaction=ONE, agent=ANN, misses=1),
        r.OfferFailed(offer=OFFER, interaction=ONE, agent=ANN, cause=LegFailure.BUSY),
        r.OfferWithdrawn(offer=OFFER, interaction=ONE, agent=ANN, because=WithdrawnBecause.CUSTOMER_LEFT),
    ],
)
def test_an_ended_offer_leaves_an_open_interaction_waiting_and_a_closed_one_closed(ended: Fact) -> None:
    expected = Change("interactions", {"interaction": "c-1", "closed_ms": None}, {"state": "waiting", "agent": None})
    assert only(ended) == expected


@pytest.mark.parametrize(("short", "word"), [(False, "abandoned"), (True, "short_abandoned")])
def test_an_abandoned_visit_says_whether_it_was_short(short: bool, word: str) -> None:
    gone = r.VisitAbandoned(
        visit=VisitId("v"), interaction=ONE, queue=QueueId("q"), medium=Medium.CHAT, wait_ms=9, short=short
    )
    assert only(gone) == Change("visits", {"visit": "v"}, {"ended_ms": 1_000, "ended": word, "wait_ms": 9})


def test_a_visit_that_flowed_out_says_so() -> None:
    out = r.VisitFlowedOut(visit=VisitId("v"), interaction=ONE, queue=QueueId("q"), medium=Medium.VOICE, wait_ms=9)
    assert only(out) == Change("visits", {"visit": "v"}, {"ended_ms": 1_000, "ended": "flowed_out", "wait_ms": 9})


def test_what_is_learnt_later_replaces_only_what_is_said() -> None:
    nothing = r.InteractionAttributed(interaction=ONE, trust=Trust.VERIFIED)
    assert only(nothing).values == {"trust": "verified"}
    all_of_it = r.InteractionAttributed(interaction=ONE, customer=CustomerId("k"), identity=IdentityId("i"))
    assert only(all_of_it).values == {"trust": "claimed", "customer": "k", "identity": "i"}


def test_facts_that_no_projection_shows_change_nothing() -> None:
    fact = r.DesktopConnected(agent=AgentId("ann"))
    assert fold(entry(fact), fact) == ()
    assert [change.table for change in fold(entry(queued("c-1")), queued("c-1"))] == ["interactions", "visits"]
