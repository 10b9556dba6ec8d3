"""What a person should look at on a call: a life stop that was half heard.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calls", sa.Column("look", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("calls", "look")
