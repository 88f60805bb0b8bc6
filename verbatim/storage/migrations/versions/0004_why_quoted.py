"""Themes say why each of their quotes was chosen.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from verbatim.storage.columns import Flat

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of themes mined before nothing is known, until they are mined again."""
    op.add_column("theme", sa.Column("quote_kinds", Flat, nullable=False, server_default="[]"))
