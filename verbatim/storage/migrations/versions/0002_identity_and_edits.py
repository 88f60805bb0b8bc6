"""Themes keep an identity: a registry of ids, links between models, and what people edited.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from verbatim.storage.columns import Flat, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and register the themes of the models that are there."""
    registry = op.create_table(
        "theme_registry",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("born_model_id", sa.String(length=32), nullable=False),
        sa.Column("born_at", UtcDateTime(), nullable=False),
        sa.Column("seen_model_id", sa.String(length=32), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_registry")),
    )
    op.create_index(op.f("ix_theme_registry_number"), "theme_registry", ["number"], unique=False)
    op.create_table(
        "theme_link",
        sa.Column("model_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("previous_model_id", sa.String(length=32), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("old_id", sa.Text(), nullable=True),
        sa.Column("new_id", sa.Text(), nullable=True),
        sa.Column("evidence", Flat, nullable=False),
        sa.PrimaryKeyConstraint("model_id", "position", name=op.f("pk_theme_link")),
    )
    op.create_table(
        "theme_edit",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("theme_id", sa.Text(), nullable=True),
        sa.Column("payload", Flat, nullable=False),
        sa.Column("undone_by", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_edit")),
        sa.UniqueConstraint("sequence", name=op.f("uq_theme_edit_sequence")),
    )
    known = _known_themes()
    if known:
        op.bulk_insert(registry, known)


def _known_themes() -> list[dict[str, object]]:
    """One registry row a theme of the models kept: born with the oldest, last seen in the newest or the active one."""
    model = sa.table(
        "theme_model", sa.column("id"), sa.column("created_at", UtcDateTime()), sa.column("active", sa.Boolean())
    )
    theme = sa.table("theme", *map(sa.column, ("model_id", "id", "parent_id", "kind", "name")))
    rows = (
        sa.select(theme.c.id, theme.c.parent_id, theme.c.name, theme.c.model_id, model.c.created_at, model.c.active)
        .select_from(theme.join(model, model.c.id == theme.c.model_id))
        .where(theme.c.kind == "theme")
        .order_by(model.c.active, model.c.created_at, model.c.id)
    )
    found: dict[str, dict[str, object]] = {}
    for row in op.get_bind().execute(rows):
        numbered = re.fullmatch(r"T(\d+)", row.id)
        entry = found.setdefault(
            row.id,
            {
                "id": row.id,
                "number": int(numbered[1]) if numbered else None,
                "born_model_id": row.model_id,
                "born_at": row.created_at,
            },
        )
        entry |= {
            "name": row.name,
            "parent_id": row.parent_id,
            "seen_model_id": row.model_id,
            "seen_at": row.created_at,
            "retired_at": None if row.active else row.created_at,
        }
    return list(found.values())
