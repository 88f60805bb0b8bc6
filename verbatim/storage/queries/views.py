"""Views of the comments that people keep under a name: each one's own, and those that are shared with all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, or_, select

from verbatim.domain import stable_key
from verbatim.storage.tables import saved_view

if TYPE_CHECKING:
    from datetime import datetime

    from verbatim.storage.store import Store

row = saved_view.c


@dataclass(frozen=True, slots=True)
class SavedView:
    """``query`` is that of GET /v1/comments; ``by_meaning``: its words are looked for by what they mean."""

    id: str
    person: str
    name: str
    shared: bool
    query: str
    by_meaning: bool
    created_at: datetime


def saved_views(store: Store, person: str, *, shared: bool = True) -> tuple[SavedView, ...]:
    """The views of ``person``, and those that others ``shared``, by name."""
    seen = or_(row.person == person, row.shared) if shared else row.person == person
    with store.reading() as connection:
        found = connection.execute(select(saved_view).where(seen).order_by(func.lower(row.name), row.id)).mappings()
        return tuple(SavedView(**one) for one in found)


def save_view(
    store: Store, *, person: str, name: str, shared: bool, query: str, by_meaning: bool, at: datetime
) -> SavedView:  # fmt: skip
    """Keep a view; one of this person and name is replaced."""
    made = SavedView(stable_key("view", person, name), person, name, shared, query, by_meaning, at)
    store.upsert(saved_view, [{name: getattr(made, name) for name in SavedView.__slots__}])
    return made


def delete_view(store: Store, view_id: str, *, person: str, anyones: bool = False) -> bool:
    """Forget a view of ``person``, with ``anyones`` also one that somebody else shared; whether there was one."""
    mine = row.person == person
    with store.writing() as connection:
        gone = connection.execute(
            delete(saved_view).where(row.id == view_id, or_(mine, row.shared) if anyones else mine)
        )
        return gone.rowcount > 0
