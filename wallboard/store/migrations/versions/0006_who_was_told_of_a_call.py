"""Which webhooks have heard of which call, so that they can be told that it is forgotten.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "told",
        sa.Column("webhook_id", sa.String(length=300), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("forgotten", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.webhook_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("webhook_id", "call_id"),
    )
    with op.batch_alter_table("told", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_told_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_told_forgotten"), ["forgotten"], unique=False)
    # What was tried so far may have arrived. A call that has no words here any more is not told of.
    op.execute(
        "INSERT INTO told (webhook_id, call_id, at, forgotten) "
        "SELECT webhook_id, call_id, min(created_at), false FROM deliveries "
        "WHERE call_id IS NOT NULL AND (tries > 0 OR state = 'delivered') "
        "GROUP BY webhook_id, call_id"
    )


def downgrade() -> None:
    with op.batch_alter_table("told", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_told_forgotten"))
        batch_op.drop_index(batch_op.f("ix_told_call_id"))
    op.drop_table("told")
