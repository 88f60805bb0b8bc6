"""The page of one theme: what it is about, what is said on it, where it goes, what it does; and changing it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from api.problems import Refusal, kind_of
from api.routers.conditional import etag
from api.routers.stored_scores import list_segments
from api.routers.theme_edits import edit_themes, get_theme_history, preview_edit, undo_edit
from api.routers.themes import get_theme, list_theme_comments
from api.routes import KEEPS_NOTHING
from api.shapes import Id
from api.themes.asking import PageWish, ThemeTable
from api.web.page import DONE, EditsThemes, Looks, PageRoute
from api.web.theme_asking import SPANS, AskedDep
from api.web.theme_drawing import segments_of, tone_of, trend_of
from api.web.theme_figures import change_of, findings, months_of, mood, share_bounds
from api.web.theme_forms import body_of, landing, typed_of
from verbatim.domain import Metric
from verbatim.errors import UserError
from verbatim.storage.queries import newest_day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.routers.comment_shapes import CommentOut
    from api.routers.edit_shapes import ThemeHistory
    from api.routers.theme_shapes import ThemeDetail
    from api.web.page import Page
    from api.web.theme_asking import Asked

router = APIRouter(include_in_schema=False, route_class=PageRoute)

DONE |= {"theme-edited": "The theme was changed.", "theme-undone": "The change was undone."}
COMMENTS, TO_SORT = 10, 40
MENDABLE = frozenset({"invalid", "conflict", "not-found"})
Words = Annotated[str, Query(max_length=1_000)]
Page_ = Annotated[str | None, Query(max_length=500)]


async def _form(request: Request) -> FormData:
    return await request.form()


Sent = Annotated[FormData, Depends(_form)]


@dataclass(frozen=True, slots=True)
class Failed:
    """An edit that was not made: what was typed, why not, and what others changed meanwhile."""

    kind: str = ""
    typed: Mapping[str, list[str]] = field(default_factory=dict)
    problem: str = ""
    changes: tuple[Mapping[str, Any], ...] = ()
    status: int = 200

    def was(self, kind: str, name: str, default: str = "") -> str:
        """What a field of a form holds: what was typed, where this is the form that failed."""
        return next(iter(self.typed.get(name, [])), default) if self.kind == kind else default

    def had(self, kind: str, name: str, value: str) -> bool:
        """Whether a choice was taken in the form that failed."""
        return self.kind == kind and value in self.typed.get(name, [])


NOTHING_FAILED = Failed()


@router.get("/themes/{theme_id}")
def theme(
    page: Looks, theme_id: Id, asked: AskedDep, words: Words = "", after: Page_ = None,
    by: Annotated[str, Query(max_length=200)] = "",
    edit: Annotated[int | None, Query(ge=1, le=10**9)] = None,
) -> Response:  # fmt: skip
    """The page."""
    return _shown(page, theme_id, asked, words=words, after=after, by=by, edit=edit)


@router.get("/themes/{theme_id}/sort")
def sort_comments(page: EditsThemes, theme_id: Id, words: Words = "", after: Page_ = None) -> Response:
    """Comments of a theme to split it by, or to move."""
    return _sorting(page, theme_id, NOTHING_FAILED, words=words, after=after)


@router.post("/themes/{theme_id}/preview", openapi_extra=KEEPS_NOTHING)
def preview(page: EditsThemes, theme_id: Id, sent: Sent, asked: AskedDep) -> Response:
    """Show what an edit would do."""
    seen = Response()
    try:
        outcome = preview_edit(body_of(theme_id, sent), page.caller, page.service, seen)
    except (Refusal, ValidationError, UserError) as error:
        return _failed(page, theme_id, asked, sent, error)
    kept = [
        (name, value) for name, value in sent.multi_items() if name != "version" and isinstance(value, str) and value
    ]
    return page.render(
        "theme_preview.html", name="What this would do", outcome=outcome, sent=kept, theme_id=theme_id,
        version=seen.headers["etag"].strip('"'),
    )  # fmt: skip


@router.post("/themes/{theme_id}/edit")
def edit_theme(page: EditsThemes, theme_id: Id, sent: Sent, asked: AskedDep) -> Response:
    """Make an edit."""
    try:
        made = edit_themes(
            body_of(theme_id, sent), page.caller, page.store, page.service, Response(), _seen(sent)
        )  # fmt: skip
    except (Refusal, ValidationError, UserError) as error:
        return _failed(page, theme_id, asked, sent, error)
    path = landing(page, theme_id)
    return page.back(path, "themes-edited" if path == "/themes" else "theme-edited", edit=str(made.edit.sequence))


@router.post("/themes/{theme_id}/undo")
def undo(
    page: EditsThemes, theme_id: Id, edit: Annotated[int, Form(ge=1, le=10**9)],
    version: Annotated[str, Form(max_length=200)],
) -> Response:  # fmt: skip
    """Take an edit back; undoing that makes it again."""
    made = undo_edit(str(edit), page.caller, page.store, page.service, Response(), etag(version))
    path = landing(page, theme_id)
    return page.back(path, "themes-undone" if path == "/themes" else "theme-undone", edit=str(made.edit.sequence))


def _seen(sent: FormData) -> str | None:
    version = sent.get("version")
    return etag(version) if isinstance(version, str) and version else None


def _failed(page: Page, theme_id: str, asked: Asked, sent: FormData, error: Exception) -> Response:
    """The form again with what was typed, and what does not fit or what others did; else the problem page."""
    kind, typed = str(sent.get("kind") or ""), typed_of(sent)
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:])
        failed = Failed(kind, typed, f"{place}: {first['msg'].removeprefix('Value error, ')}", (), 422)
    elif isinstance(error, Refusal) and error.kind.name == "changed-meanwhile":
        failed = Failed(kind, typed, "", tuple(error.more.get("changes", ())), 412)
    else:
        problem = error.kind if isinstance(error, Refusal) else kind_of(error)  # type: ignore[arg-type]
        if problem.name not in MENDABLE:
            raise error
        failed = Failed(kind, typed, str(error), (), int(problem.status))
    if landing(page, theme_id) == "/themes":
        raise error
    if kind in {"split", "move"}:
        return _sorting(page, theme_id, failed)
    return _shown(page, theme_id, asked, failed=failed)


def _shown(
    page: Page, theme_id: str, asked: Asked, *, words: str = "", after: str | None = None, by: str = "",
    edit: int | None = None, failed: Failed = NOTHING_FAILED,
) -> Response:  # fmt: skip
    seen, looked = Response(), asked.looked(page)
    detail = get_theme(
        theme_id, page.caller, page.store, page.settings, seen, looked.start, looked.end, looked.where
    )  # fmt: skip
    wish = _wish(looked.start, looked.end, looked.where, words, after, COMMENTS)
    said = list_theme_comments(detail.id, wish, page.caller, page.store, page.settings)
    months = months_of(page, looked, newest_day(page.store)).get(detail.id, [])
    found = findings(page, looked)
    names = [one.name for one in list_segments(page.caller, page.store, None).segments]
    chosen = by if by in names else next((name for name in ("channel", "product", "tier") if name in names), "")
    table = ThemeTable.read(page.store)
    editing = page.may("edit-themes") and not page.caller.restricted
    return page.render(
        "theme.html", status=failed.status, name=detail.name, theme=detail, looked=looked, spans=SPANS, edit=edit,
        mood=mood, share_bounds=share_bounds(detail.n, detail.of), change=change_of(detail, len(table.rows)),
        said=said, marks=lambda one: _places(one, detail, words), words=words, trend=trend_of(detail, months, looked),
        months=months, found=found, driver=found.driver(detail) if found else None,
        moved=found.moved().get(detail.id) if found else None, metrics=list(Metric), by=chosen, segments=names,
        by_segment=segments_of(page, detail, looked, chosen), tone=tone_of(page, detail, looked, newest=200),
        past=_past(page, detail.id), whole=not page.caller.restricted,
        editing=editing, others=_others(table, detail), failed=failed, version=seen.headers["etag"].strip('"'),
        parent=table.rows.get(detail.parent_id or ""),
    )  # fmt: skip


def _past(page: Page, theme_id: str) -> ThemeHistory | None:
    """The history; ``None``: hidden from this caller, or its library is still being loaded, which takes seconds."""
    if page.caller.restricted:
        return None
    loaded = page.figures.ask(("history",), lambda: import_module("verbatim.identity.history").__name__, state="")
    return None if loaded is None else get_theme_history(theme_id, page.caller, page.store)


def _sorting(
    page: Page, theme_id: str, failed: Failed, *, words: str = "", after: str | None = None
) -> Response:  # fmt: skip
    seen = Response()
    detail = get_theme(theme_id, page.caller, page.store, page.settings, seen, None, None, [])
    said = list_theme_comments(
        detail.id, _wish(None, None, [], words, after, TO_SORT), page.caller, page.store, page.settings
    )  # fmt: skip
    return page.render(
        "theme_sort.html", status=failed.status, name=f"Sort comments of {detail.name}", theme=detail, said=said,
        words=words, marks=lambda one: _places(one, detail, words), failed=failed,
        others=_others(ThemeTable.read(page.store), detail), version=seen.headers["etag"].strip('"'),
    )  # fmt: skip


def _wish(start: Any, end: Any, where: list[str], words: str, after: str | None, limit: int) -> PageWish:  # noqa: ANN401
    given = {"from": start, "to": end, "where": where, "words": words or None, "after": after, "limit": limit}
    try:
        return PageWish.model_validate(given)
    except ValidationError as error:
        raise Refusal("invalid", f"words: {error.errors()[0]['msg']}") from error


def _others(table: ThemeTable, detail: ThemeDetail) -> list[Mapping[str, Any]]:
    """The themes that this one can be merged with or moved to, by name."""
    rows = [row for row in table.rows.values() if row["kind"] == "theme" and row["id"] != detail.id]
    return sorted(rows, key=lambda row: (str(row["name"]).casefold(), row["id"]))


def _places(one: CommentOut, detail: ThemeDetail, words: str) -> list[list[int]]:
    """What to mark in a comment: the words searched for, else the theme's keywords where it speaks of the theme."""
    if words:
        return [list(place) for place in one.matches]
    keys = [re.escape(key) for key in sorted(detail.keywords, key=len, reverse=True) if key.strip()]
    if not keys:
        return []
    found = re.finditer(rf"(?<!\w)(?:{'|'.join(keys)})\w{{0,3}}(?!\w)", one.text[:20_000], re.IGNORECASE)
    return [[place.start(), place.end()] for place in found]
