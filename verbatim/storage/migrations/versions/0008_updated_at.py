"""When a ticket was last changed at its source, so that a late delivery does not put it back.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from verbatim.storage.columns import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of tickets that are stored it is not known."""
    op.add_column("ticket", sa.Column("updated_at", UtcDateTime(), nullable=True))
