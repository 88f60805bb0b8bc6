"""Comments: by words, by meaning and by every filter, one with all that is around it, saved views, and export."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ValidationError

from api.access.scopes import Scope
from api.jobs.kinds import ExportRequest
from api.problems import Refusal
from api.routers import comments as api
from api.routers.comment_shapes import MeaningWish
from api.routers.job_shapes import NewExport
from api.routers.jobs import Asking, create_job, get_job
from api.routers.stored_scores import list_segments
from api.routers.views import NewView, delete_comments_view, list_views, save_comments_view
from api.shapes import Id
from api.themes.asking import CommentWish, CountWish, PageWish, ThemeTable
from api.web import comment_filters as filters
from api.web.forms import simply
from api.web.page import DONE, Brings, Looks, PageRoute
from verbatim.errors import EmptyError, NotFoundError, VerbatimError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.routers.comment_shapes import CommentOut
    from api.web.forms import simply
from api.web.page import Page

router = APIRouter(include_in_schema=False, route_class=PageRoute)

Shape = TypeVar("Shape", bound=BaseModel)
DONE |= {
    "view-saved": "The view is saved.",
    "view-replaced": "The view of this name has these filters now.",
    "view-deleted": "The view is deleted.",
    "export-asked": "The export is being made; its file is here once it is ready.",
}
COUNTED = 10_000
SHOWN = 700  # characters of a comment in a list; its own page has all of it
LONGEST = 100_000  # characters on its own page
NEAREST = 50
OTHERS = 6
Text = Annotated[str, Form(max_length=4_000)]


@dataclass(frozen=True, slots=True)
class Line:
    """A comment in a list: as much of its text as a list has room for, and the places of the words in that."""

    comment: CommentOut
    text: str
    places: list[list[int]]
    before: bool
    after: bool
    nearness: float | None = None

    @property
    def themes(self) -> list[tuple[str, str]]:
        """Ids and names, each once."""
        return list(dict.fromkeys((span.id, span.name) for span in self.comment.themes))

    @classmethod
    def of(cls, one: CommentOut, nearness: float | None = None, *, most: int = SHOWN) -> Line:
        """The part with the first word that was searched for."""
        first = one.matches[0][0] if one.matches else 0
        start = 0 if first < most * 2 // 3 else first - most // 4
        end = min(len(one.text), start + most)
        places = [[low - start, min(high, end) - start] for low, high in one.matches if low >= start and low < end]
        return cls(one, one.text[start:end], places, start > 0, end < len(one.text), nearness)


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list shows; ``count`` is ``None`` where nothing is counted."""

    lines: tuple[Line, ...] = ()
    next: str | None = None
    count: int | None = None
    more: bool = False
    missing: int = 0


@router.get(filters.PATH)
def comments(page: Looks) -> Response:
    """List comments."""
    given = page.request.query_params.multi_items()
    pairs = filters.tidied(given)
    if pairs != given:
        told = urlencode(pairs)
        return RedirectResponse(f"{filters.PATH}?{told}" if told else filters.PATH, 303)
    found, status, problem = Listed(), 200, None
    try:
        found = _listed(page, filters.wish_in(pairs))
    except ValidationError as error:
        status, problem = 422, filters.message_of(error)
    except (Refusal, VerbatimError) as error:
        status, problem = filters.mendable(error)
    themes = _themes(page)
    values = dict(pairs)
    segments = [one.name for one in list_segments(page.caller, page.store).segments]
    views = list_views(page.caller, page.store).views
    query, by_meaning = filters.query_for_api(pairs), values.get("meaning") == "true"
    return page.render(
        "comments.html", status=status, problem=problem, found=found, themes=themes, values=filters.typed(pairs),
        carried=filters.carried(pairs), tags=filters.tags(pairs, dict(themes), values), query=query,
        by_meaning=by_meaning, views=views, segments=segments,
        answers=filters.answers_to_choose(), job=_job(page, values.get("job")), narrowed=any(filters.filters_of(pairs)),
        exports=page.caller.may(Scope.WRITE) and not page.caller.restricted, deleted=_deleted(page),
        replaced=_replaced(page), current=next(
            (one for one in views if one.query == query and one.by_meaning == by_meaning), None),
        saved=next((one for one in views if one.id == values.get("view")), None),
    )  # fmt: skip


@router.post(f"{filters.PATH}/views")
def save_view(
    page: Looks, name: Annotated[str, Form(max_length=80)], query: Text = "",
    by_meaning: Annotated[bool, Form()] = False, shared: Annotated[bool, Form()] = False,
) -> Response:  # fmt: skip
    """Keep the filters under a name."""
    before = {one.id: one for one in list_views(page.caller, page.store).views}
    body = shaped(NewView, name=name, query=query, by_meaning=by_meaning, shared=shared)
    made = save_comments_view(body, page.caller, page.store)
    was = before.get(made.id)
    told = {} if was is None else {"before": json.dumps([was.query, was.by_meaning, was.shared])}
    done = "view-saved" if was is None else "view-replaced"
    return page.back(_address(query, by_meaning=by_meaning), done, view=made.id, **told)


@router.post(f"{filters.PATH}/views/delete")
def delete_view(page: Looks, view: Annotated[str, Form(max_length=200)]) -> Response:
    """Forget a view; what it was goes along in the address, so that it can be saved again."""
    was = next((one for one in list_views(page.caller, page.store).views if one.id == view), None)
    delete_comments_view(view, page.caller, page.store)
    if was is None:
        raise NotFoundError("no view of yours has this id")
    again = json.dumps([was.name, was.shared]) if was.own else None
    return page.back(
        _address(was.query, by_meaning=was.by_meaning), "view-deleted", **({"view": again} if again else {})
    )


@router.post(f"{filters.PATH}/export")
def export(
    page: Brings, query: Text = "", by_meaning: Annotated[bool, Form()] = False,
    form: Annotated[Literal["csv", "xlsx"], Form(alias="format")] = "csv",
) -> Response:  # fmt: skip
    """Ask for a file of the comments that the filters leave."""
    wanted = shaped(ExportRequest, what="comments", format=form, query=query)
    told = NewExport(kind="export", arguments=wanted)
    asking = Asking(page.service, simply(page, "create_job"))
    job = json.loads(bytes(create_job(told, page.caller, asking).body))
    return page.back(_address(query, by_meaning=by_meaning), "export-asked", job=str(job["id"]))


@router.get(filters.PATH + "/{comment_id}")
def comment(page: Looks, comment_id: Id) -> Response:
    """One comment, with its ticket, its answers and its customer beside it."""
    found = api.get_comment(comment_id, page.caller, page.store)
    around: tuple[Line, ...] = ()
    same = {"account": found.customer.id} if found.customer else {"contact": found.contact} if found.contact else None
    if same is not None:
        wish = PageWish.model_validate({**same, "limit": OTHERS + 1})
        others = api.list_comments(wish, page.caller, page.store, page.settings).comments
        around = tuple(Line.of(one, most=200) for one in others if one.id != found.id)[:OTHERS]
    return page.render(
        "comment.html", comment=found, text=found.text[:LONGEST], cut_off=len(found.text) > LONGEST,
        parts=_parts(found), around=around, segments=sorted(found.segments.items()),
    )  # fmt: skip


def shaped(shape: type[Shape], **given: Any) -> Shape:  # noqa: ANN401
    """A body of the API.

    Raises:
        Refusal: something of it does not fit.
    """
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        raise Refusal("invalid", filters.message_of(error)) from error


def _listed(page: Page, wish: filters.Wish) -> Listed:
    told = wish.model_dump(by_alias=True, exclude_defaults=True, exclude={"meaning", "limit", "after"})
    if wish.meaning and wish.words:
        told.pop("words")
        body = MeaningWish(text=wish.words, limit=NEAREST, among=CommentWish.model_validate(told))
        near = api.search_by_meaning(body, page.caller, page.store, page.settings, page.service)
        return Listed(tuple(Line.of(one.comment, one.cosine) for one in near.found), missing=near.missing)
    found = api.list_comments(wish, page.caller, page.store, page.settings)
    counting = CountWish.model_validate({**told, "most": COUNTED})
    count = api.count_comments(counting, page.caller, page.store, page.settings)
    return Listed(tuple(Line.of(one) for one in found.comments), found.next, count.comments, count.more)


def _themes(page: Page) -> list[tuple[str, str]]:
    """Ids and names, sub-themes below their own, marked by their depth; nothing where nothing was mined."""
    try:
        rows = ThemeTable.read(page.store).rows
    except EmptyError:
        return []
    below: dict[str | None, list[Any]] = {}
    for row in rows.values():
        if not row.get("archived"):
            below.setdefault(row["parent_id"] if row["parent_id"] in rows else None, []).append(row)
    found: list[tuple[str, str]] = []

    def walk(parent: str | None, depth: int) -> None:
        for row in below.get(parent, ()):
            found.append((row["id"], f"{' ' * 3 * depth}{row['name']}"))
            walk(row["id"], depth + 1)

    walk(None, 0)
    return found


def _job(page: Page, job_id: str | None) -> Any:  # noqa: ANN401
    """The export that was asked for, where this caller may see it."""
    if not job_id or page.caller.restricted or len(job_id) > 100:
        return None
    try:
        return get_job(job_id, page.caller, page.store)
    except NotFoundError:
        return None


def _deleted(page: Page) -> tuple[str, bool] | None:
    """Name and sharing of the view that was just deleted, to save it again."""
    if page.request.query_params.get("done") != "view-deleted":
        return None
    try:
        name, shared = json.loads(page.request.query_params.get("view", ""))
    except (ValueError, TypeError):
        return None
    return (name, bool(shared)) if isinstance(name, str) else None


def _replaced(page: Page) -> tuple[str, bool, bool] | None:
    """Query, by meaning, and sharing of the view that was just replaced, as it was before."""
    if page.request.query_params.get("done") != "view-replaced":
        return None
    try:
        query, by_meaning, shared = json.loads(page.request.query_params.get("before", ""))
    except (ValueError, TypeError):
        return None
    return (query, bool(by_meaning), bool(shared)) if isinstance(query, str) else None


def _parts(found: CommentOut) -> list[tuple[str, str, str, float | None]]:
    """For each theme: id, name, the part of the text that speaks of it (cut), and its sentiment."""
    return [
        (span.id, span.name, found.text[span.start : span.end][:SHOWN], span.sentiment) for span in found.themes
    ]  # fmt: skip


def _address(query: str, *, by_meaning: bool) -> str:
    pairs: Sequence[tuple[str, str]] = filters.read(query)
    return filters.address([*pairs, ("meaning", "true")] if by_meaning else pairs)
