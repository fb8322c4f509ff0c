"""The schema. Each table says which kind of thing it is; all of them belong to a tenant and name a domain.

*Journal*: append-only, never changed. *Contents*: what may be erased. *Projection*: folded from entries, may be dropped
and rebuilt (`history/projector.py`). *Room state*: durable working state of one room, neither journalled nor rebuilt;
the room reads and writes its tables itself through `Writing.connection` and `Store.reading`.

A change here needs a step in `history/migrations/versions`; a test compares the two. Times are UTC milliseconds.
"""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, MetaData, String, Table, Text

METADATA = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s"},
)


def _table(name: str, *columns: Column[Any] | Index, comment: str) -> Table:
    return Table(
        name,
        METADATA,
        Column("tenant", String, primary_key=True),
        Column("domain", String, nullable=False),
        *columns,
        comment=comment,
    )


def _key(name: str) -> Column[Any]:
    return Column(name, String, primary_key=True)


def _number_key(name: str) -> Column[Any]:
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def _text(name: str) -> Column[Any]:
    return Column(name, String, nullable=False)


def _maybe(name: str) -> Column[Any]:
    return Column(name, String)


def _number(name: str) -> Column[Any]:
    return Column(name, BigInteger, nullable=False)


def _maybe_number(name: str) -> Column[Any]:
    return Column(name, BigInteger)


# -- Journal and what keeps its order ---------------------------------------------------------------------------------

journal = _table(
    "journal",
    _key("stream"),
    _number_key("number"),
    _maybe_number("position"),  # order of commit over all streams but the routers'; none for those
    _number("at_ms"),
    _text("kind"),
    _text("type"),
    _number("version"),
    _text("rules"),
    _maybe_number("cause"),
    Column("body", LargeBinary, nullable=False),
    Index("ix_journal_position", "tenant", "position", unique=True),
    comment="Journal: all entries of all streams.",
)

entry_types = _table(
    "entry_types",
    _key("type"),
    _number_key("version"),
    comment="Journal: which types and versions were ever written, so that a start can refuse what it cannot read.",
)

counters = _table(
    "counters",
    _key("name"),
    _number("last"),
    comment="Journal: the last number given per stream, announcing source, and the last position; without gaps.",
)

snapshots = _table(
    "snapshots",
    _key("stream"),
    _number_key("through_number"),
    _number("taken_ms"),
    Column("body", LargeBinary, nullable=False),
    comment="Journal: facts that fold to the same state as all entries up to the number; may be dropped.",
)

leases = Table(
    "leases",
    METADATA,
    Column("tenant", String, primary_key=True),
    Column("domain", String, primary_key=True),
    _text("holder"),
    _number("epoch"),
    _number("expires_ms"),  # by the database's clock
    comment="Journal: who may write a domain's routing stream; the epoch rises with each taking.",
)

announcements = _table(
    "announcements",
    _key("source"),
    _number_key("number"),
    Column("body", LargeBinary, nullable=False),
    _number("made_ms"),
    comment="Room state of channels: encoded router inputs that are committed and not yet receipted.",
)

definitions = _table(
    "definitions",
    _number_key("version"),
    Column("text", Text, nullable=False),
    _text("digest"),
    _number("stored_ms"),
    _maybe("by"),
    comment="Journal: each version of the definition, with its text; it names nobody but its users.",
)

# -- Contents ---------------------------------------------------------------------------------------------------------

contents = _table(
    "contents",
    _key("id"),
    _text("owner"),  # a customer, or the interaction while the customer is unknown
    _maybe("key_id"),
    _text("media_type"),
    _maybe("name"),
    Column("body", LargeBinary, nullable=False),
    _number("created_ms"),
    Index("ix_contents_owner", "tenant", "owner"),
    comment="Contents: texts, names, addresses, numbers, mails and files.",
)

# -- Projections ------------------------------------------------------------------------------------------------------

positions = _table(
    "positions",
    _key("stream"),
    _number("number"),
    comment="Projection: the number of each routing stream's last folded entry.",
)

customers = _table(
    "customers",
    _key("customer"),
    _maybe("name"),
    _number("created_ms"),
    comment="Projection: customers, with their names in plain.",
)

identities = _table(
    "identities",
    _key("identity"),
    _text("kind"),
    _text("key"),
    _text("customer"),
    _text("trust"),
    _number("linked_ms"),
    Index("ux_identities_kind_key", "tenant", "kind", "key", unique=True),
    Index("ix_identities_customer", "tenant", "customer"),
    comment="Projection: by what we know customers; a key means one customer.",
)

conversations = _table(
    "conversations",
    _key("conversation"),
    _text("interaction"),
    _text("medium"),
    _maybe("queue"),
    _maybe("mailbox"),
    _maybe("site"),
    _maybe("form"),
    _maybe("subject"),
    _maybe("customer"),
    _maybe("identity"),
    _text("trust"),
    _maybe("follows"),
    _maybe_number("due_ms"),
    _number("began_ms"),
    _maybe_number("visitor_left_ms"),
    _maybe("title"),
    _maybe("fields"),
    Index("ix_conversations_customer", "tenant", "customer"),
    Index("ix_conversations_identity", "tenant", "identity"),
    comment="Projection of the streams conversation/<id>: their first entries.",
)

messages = _table(
    "messages",
    _key("conversation"),
    _number_key("number"),
    _text("message"),
    _text("kind"),  # mail or line
    _text("author"),
    _maybe("agent"),
    _maybe("handling"),
    _maybe("client_key"),
    _maybe("raw"),
    _maybe("headers"),
    _maybe("text"),
    _maybe("new_text"),
    _maybe("html"),
    _text("attachments"),  # content ids, parted by blanks
    Column("unreadable", Boolean, nullable=False),
    _maybe("send_state"),
    _maybe("send_detail"),
    _number("at_ms"),
    Index("ux_messages_message", "tenant", "conversation", "message", unique=True),
    Index("ux_messages_client_key", "tenant", "conversation", "client_key", unique=True),
    comment="Projection: mails and chat lines in order; texts are named by their content id.",
)

notes = _table(
    "notes",
    _key("handling"),
    _text("conversation"),
    _text("agent"),
    _text("text"),
    _maybe("disposition"),
    _number("at_ms"),
    Index("ix_notes_conversation", "tenant", "conversation"),
    comment="Projection: the last note of each handling.",
)

interactions = _table(
    "interactions",
    _key("interaction"),
    _text("medium"),
    _text("queue"),
    _maybe("customer"),
    _maybe("identity"),
    _text("trust"),
    _text("state"),  # waiting, offered, active, wrap_up, closed
    _maybe("agent"),  # who has it, or had it last
    _number("arrived_ms"),
    _number("due_ms"),
    _maybe_number("closed_ms"),
    _maybe("close_reason"),
    Index("ix_interactions_customer", "tenant", "customer", "arrived_ms"),
    Index("ix_interactions_identity", "tenant", "identity"),
    comment="Projection of the streams routing/<domain>: interactions.",
)

visits = _table(
    "visits",
    _key("visit"),
    _text("interaction"),
    _text("queue"),
    _text("medium"),
    _number("entered_ms"),
    _maybe_number("ended_ms"),
    _maybe("ended"),  # answered, abandoned, short_abandoned, flowed_out
    _maybe_number("wait_ms"),
    Index("ix_visits_interaction", "tenant", "interaction"),
    comment="Projection of the streams routing/<domain>: stays in a queue.",
)

handlings = _table(
    "handlings",
    _key("handling"),
    _text("interaction"),
    _text("agent"),
    _text("queue"),
    _text("medium"),
    _text("role"),
    _text("offer"),
    _number("started_ms"),
    _maybe_number("wrap_up_started_ms"),
    _maybe("ended_by"),
    _maybe_number("active_ms"),
    _maybe_number("ended_ms"),
    _maybe_number("wrap_up_ms"),
    _maybe("disposition"),
    Index("ix_handlings_interaction", "tenant", "interaction"),
    comment="Projection of the streams routing/<domain>: agents' parts in interactions.",
)

# -- Room state of history itself -------------------------------------------------------------------------------------

drafts = _table(
    "drafts",
    _key("agent"),
    _key("handling"),
    _key("kind"),
    Column("text", Text, nullable=False),
    _number("saved_ms"),
    comment="Room state: half a note, half an answer.",
)

# -- Room state of channels -------------------------------------------------------------------------------------------

mail_messages = _table(
    "mail_messages",
    _key("mailbox"),
    _key("dedupe_key"),  # of an incoming mail; of an outgoing one its Message-ID
    _maybe("message_id"),  # Message-ID header without angle brackets
    _text("conversation"),
    _text("message"),
    Column("outgoing", Boolean, nullable=False),
    _number("seen_ms"),
    Index("ix_mail_messages_message_id", "tenant", "mailbox", "message_id"),
    comment="Room state of channels.mail: every mail that was taken in or sent, once each, and its thread.",
)

mail_pending = _table(
    "mail_pending",
    _key("mailbox"),
    _key("dedupe_key"),
    _text("raw"),  # content id of the bytes as they were fetched
    Column("whole", Boolean, nullable=False),
    _number("received_ms"),
    _maybe_number("joined_ms"),  # put to an open conversation then; to be looked at once more
    comment="Room state of channels.mail: mails that are stored and not yet in a conversation for good.",
)

mail_cursors = _table(
    "mail_cursors",
    _key("mailbox"),
    _key("folder"),
    _number("uid_validity"),
    _number("last_uid"),
    _number("moved_ms"),
    comment="Room state of channels.mail: how far a folder has been read.",
)

mail_outbox = _table(
    "mail_outbox",
    _key("message"),
    _text("mailbox"),
    _text("conversation"),
    _maybe("handling"),
    _maybe("agent"),
    _maybe("client_id"),  # the same id of the same handling is the same answer
    _text("message_id"),
    _text("raw"),  # content id of the mail as it is sent
    _text("envelope"),  # content id of sender and recipients as JSON
    _text("state"),
    _maybe("phase"),  # how far the sending had come, see channels/mail/outbox.py
    _number("attempts"),
    _number("next_at_ms"),
    _maybe("detail"),
    _number("queued_ms"),
    Index("ux_mail_outbox_client_id", "tenant", "conversation", "client_id", unique=True),
    Index("ix_mail_outbox_state", "tenant", "state", "next_at_ms"),
    comment="Room state of channels.mail: answers on their way.",
)

chat_visitors = _table(
    "chat_visitors",
    _key("site"),
    _key("visitor"),
    _maybe("conversation"),  # the open one
    _maybe("identity"),
    _maybe("customer"),
    _text("trust"),
    _number("first_ms"),
    _number("last_ms"),
    Index("ix_chat_visitors_conversation", "tenant", "conversation"),
    comment="Room state of channels.webchat: visitors and the conversation each has open.",
)

chat_conversations = _table(
    "chat_conversations",
    _key("conversation"),
    _text("site"),
    _text("visitor"),
    _text("phase"),  # waiting, talking, ended
    _maybe("agent"),
    _maybe("handling"),
    _maybe("ended"),  # by whom
    _maybe_number("away_since_ms"),  # all of the visitor's pages are gone since then
    _number("routing_number"),  # the router's facts up to this one are told
    Index("ix_chat_conversations_visitor", "tenant", "site", "visitor"),
    Index("ix_chat_conversations_phase", "tenant", "phase", "away_since_ms"),
    comment="Room state of channels.webchat: how each chat stands for its visitor.",
)

task_keys = _table(
    "task_keys",
    _key("key"),
    _text("interaction"),
    _number("made_ms"),
    comment="Room state of channels.tasks: the caller's key of each task, so that a repeated wish is one task.",
)

# -- Room state of agent_desktop --------------------------------------------------------------------------------------

users = _table(
    "users",
    _key("user"),
    _text("password_hash"),
    _number("changed_ms"),
    comment="Room state of agent_desktop: password hashes; roles and names are the definition's.",
)

sessions = _table(
    "sessions",
    _key("token_hash"),
    _text("session"),
    _text("user"),
    _number("made_ms"),
    _number("last_ms"),
    _number("expires_ms"),
    _maybe_number("ended_ms"),
    Index("ix_sessions_user", "tenant", "user"),
    Index("ux_sessions_session", "tenant", "session", unique=True),
    comment="Room state of agent_desktop: sign-ins, by the hash of their token.",
)

socket_tickets = _table(
    "socket_tickets",
    _key("ticket_hash"),
    _text("session"),
    _text("user"),
    _number("expires_ms"),
    comment="Room state of agent_desktop: one-use tickets for WebSockets; a used one is gone.",
)

tokens = _table(
    "tokens",
    _key("token_hash"),
    _text("token"),
    _text("user"),
    _maybe("label"),
    _number("made_ms"),
    _maybe_number("expires_ms"),
    _maybe_number("revoked_ms"),
    Index("ix_tokens_user", "tenant", "user"),
    comment="Room state of agent_desktop: tokens of programs, by their hash.",
)

read_models = _table(
    "read_models",
    _key("stream"),
    _key("name"),
    _text("form"),
    _number("through_number"),
    _number("kept_ms"),
    Column("body", LargeBinary, nullable=False),
    comment="Projection: what a view had folded of a stream up to the number; may be dropped.",
)

PROJECTIONS: tuple[Table, ...] = (
    positions,
    customers,
    identities,
    conversations,
    messages,
    notes,
    interactions,
    visits,
    handlings,
)
"""What `history/projector.py` drops and rebuilds. It drops `read_models` too; each view folds its own anew."""
