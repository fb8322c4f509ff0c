"""What a committed fact changes in the projections, as plain values; `history/projector.py` carries it out.

Each table is folded from one stream alone, or from customer facts alone, so that the order in which streams are read
does not matter: live and rebuilt projections are equal.
"""

import functools
from dataclasses import dataclass
from typing import Any

from history.core import conversations as c
from history.core import customers as k
from history.core import routing as r
from history.core.entries import Entry, Fact
from history.core.vocabulary import ContentId, InteractionId


@dataclass(frozen=True, slots=True)
class Plain:
    """The text of this content, as it is when it is folded."""

    content: ContentId


Value = str | int | bool | None | Plain
Values = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Put:
    """Write a row; one with the same key is replaced."""

    table: str
    key: Values
    values: Values


@dataclass(frozen=True, slots=True)
class Change:
    """Change columns of the row with this key, if it is there; None in the key stands for an empty column."""

    table: str
    key: Values
    values: Values


RowChange = Put | Change


def fold(entry: Entry, fact: Fact) -> tuple[RowChange, ...]:
    """Return what this fact changes; nothing for facts that no projection shows."""
    return _fold(fact, entry)


@functools.singledispatch
def _fold(_fact: Any, _entry: Entry) -> tuple[RowChange, ...]:
    return ()


# -- Customers --------------------------------------------------------------------------------------------------------


@_fold.register
def _(fact: k.CustomerCreated, entry: Entry) -> tuple[RowChange, ...]:
    name = Plain(fact.name) if fact.name is not None else None
    return (Put("customers", {"customer": fact.customer}, {"name": name, "created_ms": entry.at_ms}),)


@_fold.register
def _(fact: k.IdentityLinked, entry: Entry) -> tuple[RowChange, ...]:
    values: Values = {
        "kind": fact.kind,
        "key": Plain(fact.key),
        "customer": fact.customer,
        "trust": fact.trust,
        "linked_ms": entry.at_ms,
    }
    return (Put("identities", {"identity": fact.identity}, values),)


# -- Conversations ----------------------------------------------------------------------------------------------------


def _conversation_of(entry: Entry) -> str:
    return entry.stream.partition("/")[2]


@_fold.register
def _(fact: c.ConversationBegan, entry: Entry) -> tuple[RowChange, ...]:
    values: Values = {
        "interaction": fact.interaction,
        "medium": fact.medium,
        "queue": fact.queue,
        "mailbox": fact.mailbox,
        "site": fact.site,
        "form": fact.form,
        "subject": fact.subject,
        "customer": fact.customer,
        "identity": fact.identity,
        "trust": fact.trust,
        "follows": fact.follows,
        "due_ms": fact.due_ms,
        "began_ms": entry.at_ms,
        "visitor_left_ms": None,
        "title": None,
        "fields": None,
    }
    return (Put("conversations", {"conversation": fact.conversation}, values),)


def _message(entry: Entry, **given: Value) -> tuple[RowChange, ...]:
    values: Values = dict.fromkeys(
        (
            "agent",
            "handling",
            "client_key",
            "raw",
            "headers",
            "text",
            "new_text",
            "html",
            "send_state",
            "send_detail",
        )
    )
    values |= {"attachments": "", "unreadable": False, "at_ms": entry.at_ms}
    values |= given
    return (Put("messages", {"conversation": _conversation_of(entry), "number": entry.number}, values),)


@_fold.register
def _(fact: c.MailReceived, entry: Entry) -> tuple[RowChange, ...]:
    return _message(
        entry,
        message=fact.message,
        kind="mail",
        author=c.Author.CUSTOMER,
        raw=fact.raw,
        headers=fact.headers,
        text=fact.text,
        new_text=fact.new_text,
        html=fact.html,
        attachments=" ".join(fact.attachments),
        unreadable=fact.unreadable,
    )


@_fold.register
def _(fact: c.MailQueued, entry: Entry) -> tuple[RowChange, ...]:
    return _message(
        entry,
        message=fact.message,
        kind="mail",
        author=c.Author.AGENT,
        agent=fact.agent,
        handling=fact.handling,
        headers=fact.headers,
        text=fact.text,
        send_state=c.SendState.QUEUED,
    )


@_fold.register
def _(fact: c.MailSendStateChanged, entry: Entry) -> tuple[RowChange, ...]:
    key: Values = {"conversation": _conversation_of(entry), "message": fact.message}
    return (Change("messages", key, {"send_state": fact.state, "send_detail": fact.detail}),)


@_fold.register
def _(fact: c.LineWritten, entry: Entry) -> tuple[RowChange, ...]:
    return _message(
        entry,
        message=fact.message,
        kind="line",
        author=fact.author,
        agent=fact.agent,
        client_key=f"{fact.author}/{fact.agent or ''}/{fact.client_message}",
        text=fact.text,
    )


@_fold.register
def _(fact: c.VisitorLeft, entry: Entry) -> tuple[RowChange, ...]:
    return (Change("conversations", {"conversation": fact.conversation}, {"visitor_left_ms": entry.at_ms}),)


@_fold.register
def _(fact: c.TaskGiven, entry: Entry) -> tuple[RowChange, ...]:
    key: Values = {"conversation": _conversation_of(entry)}
    return (Change("conversations", key, {"title": fact.title, "fields": fact.fields}),)


@_fold.register
def _(fact: c.NoteWritten, entry: Entry) -> tuple[RowChange, ...]:
    values: Values = {
        "conversation": _conversation_of(entry),
        "agent": fact.agent,
        "text": fact.text,
        "disposition": fact.disposition,
        "at_ms": entry.at_ms,
    }
    return (Put("notes", {"handling": fact.handling}, values),)


# -- Routing ----------------------------------------------------------------------------------------------------------


def _interaction(interaction: InteractionId, **values: Value) -> Change:
    return Change("interactions", {"interaction": interaction}, values)


@_fold.register
def _(fact: r.InteractionQueued, entry: Entry) -> tuple[RowChange, ...]:
    values: Values = {
        "medium": fact.medium,
        "queue": fact.queue,
        "customer": fact.customer,
        "identity": fact.identity,
        "trust": fact.trust,
        "state": "waiting",
        "agent": None,
        "arrived_ms": fact.arrived_ms,
        "due_ms": fact.due_ms,
        "closed_ms": None,
        "close_reason": None,
    }
    visit: Values = {
        "interaction": fact.interaction,
        "queue": fact.queue,
        "medium": fact.medium,
        "entered_ms": entry.at_ms,
        "ended_ms": None,
        "ended": None,
        "wait_ms": None,
    }
    return (Put("interactions", {"interaction": fact.interaction}, values), Put("visits", {"visit": fact.visit}, visit))


@_fold.register
def _(fact: r.InteractionAttributed, _entry: Entry) -> tuple[RowChange, ...]:
    learnt: Values = {"trust": fact.trust}
    if fact.customer is not None:
        learnt["customer"] = fact.customer
    if fact.identity is not None:
        learnt["identity"] = fact.identity
    return (_interaction(fact.interaction, **learnt),)


@_fold.register
def _(fact: r.OfferMade, _entry: Entry) -> tuple[RowChange, ...]:
    return (_interaction(fact.interaction, state="offered", agent=fact.agent),)


@_fold.register(r.OfferDeclined)
@_fold.register(r.OfferExpired)
@_fold.register(r.OfferFailed)
@_fold.register(r.OfferWithdrawn)
def _(
    fact: r.OfferDeclined | r.OfferExpired | r.OfferFailed | r.OfferWithdrawn, _entry: Entry
) -> tuple[RowChange, ...]:
    open_one: Values = {"interaction": fact.interaction, "closed_ms": None}
    return (Change("interactions", open_one, {"state": "waiting", "agent": None}),)


def _visit_ended(
    fact: r.VisitAnswered | r.VisitAbandoned | r.VisitFlowedOut | r.VisitMoved, entry: Entry, ended: str
) -> tuple[RowChange, ...]:
    values: Values = {"ended_ms": entry.at_ms, "ended": ended, "wait_ms": fact.wait_ms}
    return (Change("visits", {"visit": fact.visit}, values),)


@_fold.register
def _(fact: r.VisitAnswered, entry: Entry) -> tuple[RowChange, ...]:
    return _visit_ended(fact, entry, "answered")


@_fold.register
def _(fact: r.VisitAbandoned, entry: Entry) -> tuple[RowChange, ...]:
    return _visit_ended(fact, entry, "short_abandoned" if fact.short else "abandoned")


@_fold.register
def _(fact: r.VisitFlowedOut, entry: Entry) -> tuple[RowChange, ...]:
    return _visit_ended(fact, entry, "flowed_out")


@_fold.register
def _(fact: r.VisitMoved, entry: Entry) -> tuple[RowChange, ...]:
    return _visit_ended(fact, entry, "moved")


@_fold.register
def _(fact: r.InteractionPrioritised, _entry: Entry) -> tuple[RowChange, ...]:
    return (_interaction(fact.interaction, due_ms=fact.due_ms),)


@_fold.register
def _(fact: r.HandlingStarted, entry: Entry) -> tuple[RowChange, ...]:
    values: Values = {
        "interaction": fact.interaction,
        "agent": fact.agent,
        "queue": fact.queue,
        "medium": fact.medium,
        "role": fact.role,
        "offer": fact.offer,
        "started_ms": entry.at_ms,
        "wrap_up_started_ms": None,
        "ended_by": None,
        "active_ms": None,
        "ended_ms": None,
        "wrap_up_ms": None,
        "disposition": None,
    }
    return (
        Put("handlings", {"handling": fact.handling}, values),
        _interaction(fact.interaction, state="active", agent=fact.agent),
    )


@_fold.register
def _(fact: r.WrapUpStarted, entry: Entry) -> tuple[RowChange, ...]:
    values: Values = {"wrap_up_started_ms": entry.at_ms, "ended_by": fact.by, "active_ms": fact.active_ms}
    return (
        Change("handlings", {"handling": fact.handling}, values),
        _interaction(fact.interaction, state="wrap_up"),
    )


@_fold.register
def _(fact: r.WrapUpCompleted, entry: Entry) -> tuple[RowChange, ...]:
    values: Values = {"ended_ms": entry.at_ms, "wrap_up_ms": fact.wrap_up_ms, "disposition": fact.disposition}
    return (Change("handlings", {"handling": fact.handling}, values),)


@_fold.register
def _(fact: r.InteractionClosed, entry: Entry) -> tuple[RowChange, ...]:
    return (_interaction(fact.interaction, state="closed", closed_ms=entry.at_ms, close_reason=fact.reason),)
