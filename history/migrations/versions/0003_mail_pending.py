"""Mails that are stored raw and still have to be read, so that a death in between loses none."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_pending",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("joined_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "mailbox", "dedupe_key", name=op.f("pk_mail_pending")),
        comment="Room state of channels.mail: mails that are stored and not yet in a conversation for good.",
    )
