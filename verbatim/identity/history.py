"""What became of the themes from model to model, as rows to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from verbatim.errors import EmptyError, NotFoundError
from verbatim.storage import queries
from verbatim.themes.model import LinkKind

if TYPE_CHECKING:
    from verbatim.storage.store import Store


@dataclass(frozen=True, slots=True)
class Change:
    """One link between themes. Names are the last ones the themes had; see ``ThemeLink`` for the evidence."""

    model_id: str
    at: datetime
    kind: LinkKind
    old_id: str | None
    old_name: str | None
    new_id: str | None
    new_name: str | None
    shared: float | None
    kept: float | None
    explained: float | None
    cosine: float | None


def theme_changes(store: Store, theme: str | None = None, *, every_model: bool = False) -> list[Change]:
    """What became of the themes with the active model; with ``every_model`` since the first, oldest first.

    With ``theme``, an id, only what concerns it, in every model.

    Raises:
        EmptyError: nothing was mined yet.
        NotFoundError: there never was such a theme.
    """
    active = store.active_model_id()
    if active is None:
        raise EmptyError("no themes yet; run `verbatim mine` first")
    known = queries.theme_registry_rows(store)
    names = dict(zip(known["id"], known["name"], strict=True))
    if theme is not None and theme not in names:
        raise NotFoundError(f"there never was a theme {theme!r}; `verbatim themes` lists those there are")
    links = queries.theme_links(store, None if every_model or theme else active)
    found = [
        Change(
            model_id=row["model_id"],
            at=row["at"].to_pydatetime(),
            kind=LinkKind(row["kind"]),
            old_id=row["old_id"],
            old_name=names.get(row["old_id"]),
            new_id=row["new_id"],
            new_name=names.get(row["new_id"]),
            **{name: row["evidence"].get(name) for name in ("shared", "kept", "explained", "cosine")},
        )
        for row in links.to_dict("records")
    ]
    return found if theme is None else [change for change in found if theme in (change.old_id, change.new_id)]
