"""Writes an edit and what it changes in the active model, all in one transaction.

Somebody else may have edited, or mined, since the caller looked: then nothing is written (optimistic locking).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, text, update

from verbatim.errors import EditConflictError
from verbatim.storage.lineage import register_themes, write_edit
from verbatim.storage.tables import assignment, theme, theme_edit, theme_model
from verbatim.storage.tally import tally
from verbatim.storage.upsert import upsert_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    Row = Mapping[str, Any]

UNEDITED: Row = {"name_by": "machine", "pinned": False, "archived": False, "aliases": [], "quote_kinds": []}


def demand_sequence(connection: Connection, expected: int) -> None:
    """Pass if the last edit is number ``expected`` (0: none), and let nobody add one before this transaction ends.

    Raises:
        EditConflictError: there are others; the message says whose.
    """
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        connection.execute(text("LOCK TABLE theme_edit IN SHARE ROW EXCLUSIVE MODE"))
    last = connection.execute(select(func.max(theme_edit.c.sequence))).scalar() or 0
    if last == expected:
        return
    newer = select(theme_edit.c.person, theme_edit.c.kind, theme_edit.c.theme_id).where(theme_edit.c.sequence == last)
    found = connection.execute(newer).one_or_none()
    what = f"{found.person} did {found.kind!r} on {found.theme_id or 'themes'}" if found else "edits went away"
    raise EditConflictError(
        f"the themes changed since you looked: {what} (edit {last}, you saw {expected}); "
        "look at `verbatim theme history` and try again"
    )


def write_edited(
    connection: Connection, edit: Row, model: Row, themes: Sequence[Row], assignments: Sequence[Row]
) -> None:
    """Append ``edit``, whose ``sequence`` says what the caller saw, and make the active model what it leads to.

    ``model`` has ``id``, and ``undone``: the undo by the id of each edit that does not hold. ``themes`` are all of
    the model's, ``assignments`` those that changed.

    Raises:
        EditConflictError: somebody else edited, or mined, meanwhile; nothing is written.
    """
    model_id = model["id"]
    demand_sequence(connection, edit["sequence"] - 1)
    active = connection.execute(
        select(theme_model.c.id, theme_model.c.created_at).where(theme_model.c.active)
    ).one_or_none()
    if active is None or active.id != model_id:
        raise EditConflictError(
            "the comments were mined anew since you looked; look at `verbatim themes` and try again"
        )
    write_edit(connection, edit, ())
    connection.execute(update(theme_edit).values(undone_by=None))
    for key, undo in model["undone"].items():
        connection.execute(update(theme_edit).where(theme_edit.c.id == key).values(undone_by=undo))
    tree = _tree(connection, model_id)
    kept = [row["id"] for row in themes]
    connection.execute(delete(theme).where(theme.c.model_id == model_id, theme.c.id.not_in(kept)))
    upsert_rows(connection, theme, themes, {**UNEDITED, "model_id": model_id})
    upsert_rows(connection, assignment, assignments, {"model_id": model_id, "start": 0})
    seen = update(theme_model).where(theme_model.c.id == model_id)
    connection.execute(seen.values(edited_through=edit["sequence"]))
    register_themes(connection, model_id, active.created_at, themes)
    if assignments or _tree(connection, model_id) != tree:  # a new name changes no figures
        tally(connection)


def _tree(connection: Connection, model_id: str) -> set[tuple[str, str | None]]:
    rows = connection.execute(select(theme.c.id, theme.c.parent_id).where(theme.c.model_id == model_id))
    return {(row.id, row.parent_id) for row in rows}
