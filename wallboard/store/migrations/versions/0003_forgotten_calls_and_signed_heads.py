"""Calls that are forgotten, signed heads of records, and of which call a delivery tells.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forgotten",
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("call_id"),
    )
    op.create_table(
        "heads",
        sa.Column("incident_id", sa.String(length=300), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=300), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "number", "digest"),
    )
    with op.batch_alter_table("heads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_heads_call_id"), ["call_id"], unique=False)
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("call_id", sa.String(length=300), nullable=True))
        batch_op.create_index(batch_op.f("ix_deliveries_call_id"), ["call_id"], unique=False)
    # Heads were passed over so far: records are read again, and what is known changes nothing.
    op.execute("UPDATE offsets SET next_offset = 0 WHERE topic LIKE '%incidents'")
    # Of what waits or was sent already, as far as the feed still says.
    op.execute(
        "UPDATE deliveries SET call_id = "
        "(SELECT feed.call_id FROM feed WHERE feed.number = deliveries.feed)"
    )


def downgrade() -> None:
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deliveries_call_id"))
        batch_op.drop_column("call_id")
    op.drop_table("heads")
    op.drop_table("forgotten")
