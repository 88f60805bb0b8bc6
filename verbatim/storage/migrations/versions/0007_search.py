"""Comments found by words, paged by time, and the figures of themes by day.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from verbatim.storage.words import make_words

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes, that over words filled; the figures are counted after all migrations."""
    op.drop_index("ix_comment_occurred_at", table_name="comment", if_exists=True)
    op.drop_index("ix_comment_account_id", table_name="comment", if_exists=True)
    paged = ["occurred_at", "id"]
    for columns in (paged, ["account_id", *paged]):
        op.create_index(op.f(f"ix_comment_{'_'.join(columns)}"), "comment", columns, unique=False)
    op.add_column("theme_model", sa.Column("tallied", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "theme_day",
        sa.Column("model_id", sa.String(length=32), nullable=False),
        sa.Column("theme_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.Column("felt", sa.Integer(), nullable=False),
        sa.Column("sentiment_sum", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["theme_model.id"], name=op.f("fk_theme_day_model_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("model_id", "theme_id", "day", name=op.f("pk_theme_day")),
        sqlite_with_rowid=False,
    )
    make_words(op.get_bind())
