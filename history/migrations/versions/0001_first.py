"""The first schema: journal, contents, projections, and the rooms' own tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _journal_and_entry_types_and_counters()
    _snapshots_and_leases_and_announcements()
    _definitions_and_contents_and_drafts()
    _positions_and_interactions_and_visits()
    _handlings()
    _customers_and_identities_and_conversations()
    _messages_and_notes()
    _mail_messages_and_mail_cursors_and_mail_outbox()
    _chat_visitors_and_task_keys()
    _users_and_sessions_and_socket_tickets()
    _tokens()


def _journal_and_entry_types_and_counters() -> None:
    op.create_table(
        "journal",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("cause", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "stream", "number", name=op.f("pk_journal")),
        comment="Journal: all entries of all streams.",
    )
    op.create_index("ix_journal_position", "journal", ["tenant", "position"], unique=True)
    op.create_table(
        "entry_types",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "type", "version", name=op.f("pk_entry_types")),
        comment="Journal: which types and versions were ever written, so that a start can refuse what it cannot read.",
    )
    op.create_table(
        "counters",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_counters")),
        comment="Journal: the last number given per stream, announcing source, and the last position; without gaps.",
    )


def _snapshots_and_leases_and_announcements() -> None:
    op.create_table(
        "snapshots",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("through_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("taken_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "stream", "through_number", name=op.f("pk_snapshots")),
        comment="Journal: facts that fold to the same state as all entries up to the number; may be dropped.",
    )
    op.create_table(
        "leases",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "domain", name=op.f("pk_leases")),
        comment="Journal: who may write a domain's routing stream; the epoch rises with each taking.",
    )
    op.create_table(
        "announcements",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "source", "number", name=op.f("pk_announcements")),
        comment="Room state of channels: encoded router inputs that are committed and not yet receipted.",
    )


def _definitions_and_contents_and_drafts() -> None:
    op.create_table(
        "definitions",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("stored_ms", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "version", name=op.f("pk_definitions")),
        comment="Journal: each version of the definition, with its text; it names nobody but its users.",
    )
    op.create_table(
        "contents",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_contents")),
        comment="Contents: texts, names, addresses, numbers, mails and files.",
    )
    op.create_index("ix_contents_owner", "contents", ["tenant", "owner"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("handling", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("saved_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "agent", "handling", "kind", name=op.f("pk_drafts")),
        comment="Room state: half a note, half an answer.",
    )


def _positions_and_interactions_and_visits() -> None:
    op.create_table(
        "positions",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "stream", name=op.f("pk_positions")),
        comment="Projection: the number of each routing stream's last folded entry.",
    )
    op.create_table(
        "interactions",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("interaction", sa.String(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=True),
        sa.Column("identity", sa.String(), nullable=True),
        sa.Column("trust", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("arrived_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.Column("close_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "interaction", name=op.f("pk_interactions")),
        comment="Projection of the streams routing/<domain>: interactions.",
    )
    op.create_index("ix_interactions_customer", "interactions", ["tenant", "customer", "arrived_ms"], unique=False)
    op.create_index("ix_interactions_identity", "interactions", ["tenant", "identity"], unique=False)
    op.create_table(
        "visits",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("visit", sa.String(), nullable=False),
        sa.Column("interaction", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("entered_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended", sa.String(), nullable=True),
        sa.Column("wait_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "visit", name=op.f("pk_visits")),
        comment="Projection of the streams routing/<domain>: stays in a queue.",
    )
    op.create_index("ix_visits_interaction", "visits", ["tenant", "interaction"], unique=False)


def _handlings() -> None:
    op.create_table(
        "handlings",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("handling", sa.String(), nullable=False),
        sa.Column("interaction", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("offer", sa.String(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("wrap_up_started_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("active_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("wrap_up_ms", sa.BigInteger(), nullable=True),
        sa.Column("disposition", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "handling", name=op.f("pk_handlings")),
        comment="Projection of the streams routing/<domain>: agents' parts in interactions.",
    )
    op.create_index("ix_handlings_interaction", "handlings", ["tenant", "interaction"], unique=False)


def _customers_and_identities_and_conversations() -> None:
    op.create_table(
        "customers",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "customer", name=op.f("pk_customers")),
        comment="Projection: customers, with their names in plain.",
    )
    op.create_table(
        "identities",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("trust", sa.String(), nullable=False),
        sa.Column("linked_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "identity", name=op.f("pk_identities")),
        comment="Projection: by what we know customers; a key means one customer.",
    )
    op.create_index("ix_identities_customer", "identities", ["tenant", "customer"], unique=False)
    op.create_index("ux_identities_kind_key", "identities", ["tenant", "kind", "key"], unique=True)
    op.create_table(
        "conversations",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("interaction", sa.String(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=True),
        sa.Column("mailbox", sa.String(), nullable=True),
        sa.Column("site", sa.String(), nullable=True),
        sa.Column("form", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("customer", sa.String(), nullable=True),
        sa.Column("identity", sa.String(), nullable=True),
        sa.Column("trust", sa.String(), nullable=False),
        sa.Column("follows", sa.String(), nullable=True),
        sa.Column("due_ms", sa.BigInteger(), nullable=True),
        sa.Column("began_ms", sa.BigInteger(), nullable=False),
        sa.Column("visitor_left_ms", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("fields", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "conversation", name=op.f("pk_conversations")),
        comment="Projection of the streams conversation/<id>: their first entries.",
    )
    op.create_index("ix_conversations_customer", "conversations", ["tenant", "customer"], unique=False)
    op.create_index("ix_conversations_identity", "conversations", ["tenant", "identity"], unique=False)


def _messages_and_notes() -> None:
    op.create_table(
        "messages",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("handling", sa.String(), nullable=True),
        sa.Column("client_key", sa.String(), nullable=True),
        sa.Column("raw", sa.String(), nullable=True),
        sa.Column("headers", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("new_text", sa.String(), nullable=True),
        sa.Column("html", sa.String(), nullable=True),
        sa.Column("attachments", sa.String(), nullable=False),
        sa.Column("unreadable", sa.Boolean(), nullable=False),
        sa.Column("send_state", sa.String(), nullable=True),
        sa.Column("send_detail", sa.String(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "conversation", "number", name=op.f("pk_messages")),
        comment="Projection: mails and chat lines in order; texts are named by their content id.",
    )
    op.create_index("ux_messages_client_key", "messages", ["tenant", "conversation", "client_key"], unique=True)
    op.create_index("ux_messages_message", "messages", ["tenant", "conversation", "message"], unique=True)
    op.create_table(
        "notes",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("handling", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("disposition", sa.String(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "handling", name=op.f("pk_notes")),
        comment="Projection: the last note of each handling.",
    )
    op.create_index("ix_notes_conversation", "notes", ["tenant", "conversation"], unique=False)


def _mail_messages_and_mail_cursors_and_mail_outbox() -> None:
    op.create_table(
        "mail_messages",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("outgoing", sa.Boolean(), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "mailbox", "dedupe_key", name=op.f("pk_mail_messages")),
        comment="Room state of channels.mail: every mail that was taken in or sent, once each, and its thread.",
    )
    op.create_index("ix_mail_messages_message_id", "mail_messages", ["tenant", "mailbox", "message_id"], unique=False)
    op.create_table(
        "mail_cursors",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("moved_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "mailbox", "folder", name=op.f("pk_mail_cursors")),
        comment="Room state of channels.mail: how far a folder has been read.",
    )
    op.create_table(
        "mail_outbox",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("handling", sa.String(), nullable=True),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("client_id", sa.String(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.Column("envelope", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("phase", sa.String(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("next_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("queued_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "message", name=op.f("pk_mail_outbox")),
        comment="Room state of channels.mail: answers on their way.",
    )
    op.create_index("ix_mail_outbox_state", "mail_outbox", ["tenant", "state", "next_at_ms"], unique=False)
    op.create_index("ux_mail_outbox_client_id", "mail_outbox", ["tenant", "conversation", "client_id"], unique=True)


def _chat_visitors_and_task_keys() -> None:
    op.create_table(
        "chat_visitors",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("visitor", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=True),
        sa.Column("identity", sa.String(), nullable=True),
        sa.Column("customer", sa.String(), nullable=True),
        sa.Column("trust", sa.String(), nullable=False),
        sa.Column("first_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "site", "visitor", name=op.f("pk_chat_visitors")),
        comment="Room state of channels.webchat: visitors and the conversation each has open.",
    )
    op.create_index("ix_chat_visitors_conversation", "chat_visitors", ["tenant", "conversation"], unique=False)
    op.create_table(
        "task_keys",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("interaction", sa.String(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "key", name=op.f("pk_task_keys")),
        comment="Room state of channels.tasks: the caller's key of each task, so that a repeated wish is one task.",
    )


def _users_and_sessions_and_socket_tickets() -> None:
    op.create_table(
        "users",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "user", name=op.f("pk_users")),
        comment="Room state of agent_desktop: password hashes; roles and names are the definition's.",
    )
    op.create_table(
        "sessions",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "token_hash", name=op.f("pk_sessions")),
        comment="Room state of agent_desktop: sign-ins, by the hash of their token.",
    )
    op.create_index("ix_sessions_user", "sessions", ["tenant", "user"], unique=False)
    op.create_index("ux_sessions_session", "sessions", ["tenant", "session"], unique=True)
    op.create_table(
        "socket_tickets",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("ticket_hash", sa.String(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "ticket_hash", name=op.f("pk_socket_tickets")),
        comment="Room state of agent_desktop: one-use tickets for WebSockets; a used one is gone.",
    )


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=True),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=True),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "token_hash", name=op.f("pk_tokens")),
        comment="Room state of agent_desktop: tokens of programs, by their hash.",
    )
    op.create_index("ix_tokens_user", "tokens", ["tenant", "user"], unique=False)
