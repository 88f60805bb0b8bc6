"""Themes carry what people decided about them, and models say how many edits are in them.

The columns are added with defaults instead of tables made anew: on SQLite, dropping the old ``theme_model`` would
cascade to every theme and assignment.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from verbatim.storage.columns import Flat

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what is stored was never edited."""
    op.add_column("theme_model", sa.Column("edited_through", sa.Integer(), nullable=False, server_default="0"))
    for column in (
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("name_by", sa.Text(), nullable=False, server_default="machine"),
        sa.Column("pinned", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("archived", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("aliases", Flat, nullable=False, server_default="[]"),
    ):
        op.add_column("theme", column)
