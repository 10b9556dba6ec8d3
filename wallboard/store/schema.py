"""The database brought to the tables of this release, from empty or from any release before."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, text

from wallboard.store.tables import Table

FOLDER = Path(__file__).parent / "migrations"

_LOCK = 4_837_001
"""A number that no other program on the same PostgreSQL is likely to lock."""


def upgrade(engine: Engine) -> None:
    """Run the revisions that are missing. Two services that start at once take turns."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        command.upgrade(configuration(connection), "head")


def revise(engine: Engine, message: str, number: str) -> None:
    """Write a new revision file from what the tables are and the database is not yet."""
    with engine.begin() as connection:
        config = configuration(connection)
        command.revision(config, message=message, rev_id=number, autogenerate=True)


def differences(engine: Engine) -> list[object]:
    """What the database is short of, or has too much, against the tables; empty when alike."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Table.metadata))


def configuration(connection: Connection) -> Config:
    """Alembic's configuration; there is no file of it."""
    config = Config()
    # Alembic's file format takes % for a placeholder.
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
