"""Whether a call was asked to be forgotten, or its time was over.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("forgotten", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("asked", sa.Boolean(), server_default=sa.true(), nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("forgotten", schema=None) as batch_op:
        batch_op.drop_column("asked")
