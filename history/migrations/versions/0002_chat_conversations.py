"""How each chat stands for its visitor."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chat_conversations",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("visitor", sa.String(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("handling", sa.String(), nullable=True),
        sa.Column("ended", sa.String(), nullable=True),
        sa.Column("away_since_ms", sa.BigInteger(), nullable=True),
        sa.Column("routing_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "conversation", name=op.f("pk_chat_conversations")),
        comment="Room state of channels.webchat: how each chat stands for its visitor.",
    )
    op.create_index("ix_chat_conversations_visitor", "chat_conversations", ["tenant", "site", "visitor"], unique=False)
    op.create_index(
        "ix_chat_conversations_phase", "chat_conversations", ["tenant", "phase", "away_since_ms"], unique=False
    )


def downgrade() -> None:
    op.drop_table("chat_conversations")
