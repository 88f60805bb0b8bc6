"""The history of themes: every id there ever was, how one model's themes follow from another's, what people edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from verbatim.storage.queries.frames import read
from verbatim.storage.tables import theme_edit, theme_link, theme_registry

if TYPE_CHECKING:
    import pandas as pd

    from verbatim.storage.store import Store


def edits(store: Store) -> pd.DataFrame:
    """What people changed in the themes, in the order they did.

    Columns: ``id``, ``sequence`` (from 1), ``at``, ``person``, ``kind``, ``theme_id`` (``None``: about several, or
    none), ``payload`` (a dictionary) and ``undone_by`` (id of the edit that took it back, else ``None``).
    """
    with store.reading() as connection:
        return read(connection, select(theme_edit).order_by(theme_edit.c.sequence))


def theme_links(store: Store, model_id: str | None = None) -> pd.DataFrame:
    """How the themes of one model, or of every model ever made, follow from those of the model before.

    Columns: ``model_id``, ``position``, ``previous_model_id``, ``at`` (when the model was made), ``kind`` (continued,
    new, split, merged or gone), ``old_id`` (``None``: new), ``new_id`` (``None``: gone) and ``evidence`` (a
    dictionary). Oldest first. Models that are no longer kept are here too.
    """
    rows = select(theme_link).order_by(theme_link.c.at, theme_link.c.model_id, theme_link.c.position)
    if model_id is not None:
        rows = rows.where(theme_link.c.model_id == model_id)
    with store.reading() as connection:
        return read(connection, rows)


def theme_registry_rows(store: Store) -> pd.DataFrame:
    """Every theme there ever was.

    Columns: ``id``, ``number`` (null for ids that people gave), ``name`` and ``parent_id`` (the last ones),
    ``born_model_id``, ``born_at``, ``seen_model_id``, ``seen_at`` (the last model that had it), ``retired_at`` (NaT:
    the active model has it). By ``number`` and ``id``.
    """
    known = theme_registry.c
    with store.reading() as connection:
        return read(connection, select(theme_registry).order_by(known.number.is_(None), known.number, known.id))


def next_theme_number(store: Store) -> int:
    """The number of the next new theme: one more than the highest ever given, 1 at first."""
    with store.reading() as connection:
        highest: int | None = connection.execute(select(func.max(theme_registry.c.number))).scalar()
    return (highest or 0) + 1
