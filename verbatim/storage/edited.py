"""Writes an edit and what it changes in the active model, all in one transaction.

Somebody else may have edited, or mined, since the caller looked: then nothing is written (optimistic locking).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, text, update

from verbatim.errors import EditConflictError
from verbatim.storage.lineage import register_themes, write_edit
from verbatim.storage.tables import assignment, theme, theme_edit, theme_model
from verbatim.storage.tally import retally
from verbatim.storage.upsert import upsert_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    Row = Mapping[str, Any]
    Key = tuple[str, int]
    Place = tuple[str | None, float | None]
    Tree = dict[str, str | None]

IDS_AT_ONCE = 5_000
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
    tree, placed = _tree(connection, model_id), _placed(connection, model_id, assignments)
    kept = [row["id"] for row in themes]
    connection.execute(delete(theme).where(theme.c.model_id == model_id, theme.c.id.not_in(kept)))
    upsert_rows(connection, theme, themes, {**UNEDITED, "model_id": model_id})
    upsert_rows(connection, assignment, assignments, {"model_id": model_id, "start": 0})
    seen = update(theme_model).where(theme_model.c.id == model_id)
    connection.execute(seen.values(edited_through=edit["sequence"]))
    register_themes(connection, model_id, active.created_at, themes)
    now = _tree(connection, model_id)
    changed, every = _spoken_of(assignments, placed)
    if changed or every or now != tree:  # a new name changes no figures
        retally(connection, model_id, _counted_anew(tree, now, changed), every=every)


def _spoken_of(assignments: Sequence[Row], placed: Mapping[Key, Place]) -> tuple[set[str], bool]:
    """The themes that parts of comments came to or left, and whether what is said of anything changed with it."""
    themes: set[str | None] = set()
    every = False
    for row in assignments:
        new = (row["theme_id"], row.get("sentiment"))
        old = placed.get((row["comment_id"], row.get("start", 0)))
        if old == new:
            continue
        themes |= {new[0], None if old is None else old[0]}
        every = every or old is None or old[1] != new[1]
    return {one for one in themes if one is not None}, every


def _counted_anew(before: Tree, after: Tree, changed: Iterable[str]) -> set[str]:
    """The themes whose figures are others now: those that ``changed``, and what is above them or above what moved."""
    moved = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    found: set[str] = set()
    for tree in (before, after):
        for key in changed:
            found |= _line(tree, key)
        for key in moved:
            parent = tree.get(key)
            found |= set() if parent is None else _line(tree, parent)
    return found | (after.keys() - before.keys())


def _line(tree: Tree, key: str) -> set[str]:
    """A theme and those above it; a ring ends too."""
    line: set[str] = set()
    above: str | None = key
    while above is not None and above not in line:
        line.add(above)
        above = tree.get(above)
    return line


def _tree(connection: Connection, model_id: str) -> Tree:
    rows = connection.execute(select(theme.c.id, theme.c.parent_id).where(theme.c.model_id == model_id))
    return {row.id: row.parent_id for row in rows}


def _placed(connection: Connection, model_id: str, assignments: Sequence[Row]) -> dict[Key, Place]:
    """Where these parts of comments are now, and how they sound."""
    ids = sorted({row["comment_id"] for row in assignments})
    given = assignment.c
    found: dict[Key, Place] = {}
    for first in range(0, len(ids), IDS_AT_ONCE):
        some = given.comment_id.in_(ids[first : first + IDS_AT_ONCE])
        rows = select(given.comment_id, given.start, given.theme_id, given.sentiment)
        for row in connection.execute(rows.where(given.model_id == model_id, some)):
            found[row.comment_id, row.start] = (row.theme_id, row.sentiment)
    return found
