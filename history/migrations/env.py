"""Alembic's entry: runs the steps on the connection it is given, in the transaction that is open there."""

from alembic import context

from history.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
