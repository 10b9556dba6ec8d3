"""Complaints that were registered before their call became restricted are their desk's alone too.

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE complaints SET handling = 'restricted', desk ="
        " (SELECT desk FROM calls WHERE calls.call_id = complaints.call_id)"
        " WHERE call_id IN (SELECT call_id FROM calls WHERE handling = 'restricted')"
    )


def downgrade() -> None:
    """Nothing that is closed is opened again."""
