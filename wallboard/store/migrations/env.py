"""Called by Alembic: the revisions are run on the connection that it was given."""

from alembic import context

from wallboard.store.tables import Table


def run() -> None:
    """Run them in one transaction. SQLite changes tables by copying them (batch mode)."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


run()
