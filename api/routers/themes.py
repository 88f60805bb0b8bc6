"""Themes: the tree with its figures, one with all that is known of it, what moves, and themes for new texts."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Query, Response

from api.access.allowed import Reader, Scorer
from api.problems import documented
from api.routers.comment_shapes import CommentsPage, shown_comment, shown_page
from api.routers.comments import read_comments
from api.routers.conditional import etag
from api.routers.theme_shapes import (
    AssignedOut,
    AssignedTexts,
    CountRow,
    QuoteOut,
    Stretch,
    TextsIn,
    ThemeCounts,
    ThemeDetail,
    Themes,
    ToneOut,
    theme_tree,
)
from api.routes import KEEPS_NOTHING
from api.shapes import From, Id, Name, To, Where, span
from api.themes.asking import (
    NOTHING_YET,
    PageWish,
    ThemesVersion,
    ThemeTable,
    ToneWish,
    asked_where,
    comment_filter,
    refuse_agents,
)
from api.themes.looking import seen_quotes, theme_rows, tone_of
from api.wiring import ServiceDep, SettingsDep, StoreDep
from verbatim.errors import EmptyError
from verbatim.scores.periods import PeriodName
from verbatim.storage.queries import comment_page, theme_overview
from verbatim.text.excerpt import covered, excerpt

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from api.access.caller import Caller
    from verbatim.storage.store import Store

router = APIRouter(prefix="/themes", tags=["themes"])

By = Annotated[list[Name], Query(max_length=2, description="names of segments", examples=[["channel"]])]
TEXTS: dict[str, Any] = {
    "two": {"summary": "Two texts", "value": {"texts": ["The currency on the invoice is wrong again.", "ok"]}}
}


@router.get("", responses=documented("not-found", "nothing-yet"))
def list_themes(
    caller: Reader, store: StoreDep, settings: SettingsDep, response: Response, start: From = None, end: To = None,
    where: Where = [],  # noqa: B006 (FastAPI copies it)
    archived: Annotated[bool, Query(description="archived ones, too")] = False,
) -> Themes:  # fmt: skip
    """List the themes as a tree, largest first, with their figures in a span; with both ends also the change.

    The ETag names the state of the themes: send it as If-Match with an edit. It does not change with the figures.
    """
    bounds, chosen = span(settings, start, end), asked_where(caller, where)
    version = ThemesVersion.read(store)
    frame = theme_overview(store, start=bounds[0], end=bounds[1], where=chosen, restricted=caller.restriction)
    if frame.empty:
        raise EmptyError(NOTHING_YET)
    response.headers["ETag"] = etag(version)
    return Themes(model_id=version.model_id, edit=version.edit, themes=theme_tree(frame, archived=archived))


@router.post("/assign", openapi_extra=KEEPS_NOTHING, responses=documented("nothing-yet", "not-found", "not-installed"))
def assign_texts(
    body: Annotated[TextsIn, Body(openapi_examples=TEXTS)], caller: Scorer, service: ServiceDep
) -> AssignedTexts:
    """Say which theme each text speaks of, as mining would place a new comment; nothing is kept.

    Texts are redacted first. A text as a whole gets one theme.
    """
    assigner = service.themes.assigner
    texts = [AssignedOut.model_validate(asdict(one)) for one in assigner.assign(body.texts)]
    return AssignedTexts(model_id=assigner.version[0], edit=assigner.version[1], texts=texts)


@router.get("/{theme_id}", responses=documented("not-found", "nothing-yet"))
def get_theme(
    theme_id: Id, caller: Reader, store: StoreDep, settings: SettingsDep, response: Response,
    start: From = None, end: To = None, where: Where = [],  # noqa: B006
) -> ThemeDetail:  # fmt: skip
    """Show a theme: figures, keywords, sub-themes, and quotes with the part that speaks of it.

    The id of a theme that was merged into another shows that one, with `merged_from`. More of it: `/comments`,
    `/trend`, `/segments`, `/tone`, `/drivers` and `/history` below this path.
    """
    bounds, chosen = span(settings, start, end), asked_where(caller, where)
    version = ThemesVersion.read(store)
    table = ThemeTable.read(store)
    theme = table.find(theme_id)
    frame = theme_overview(store, start=bounds[0], end=bounds[1], where=chosen, restricted=caller.restriction)
    below = table.below(theme["id"])
    shown = theme_tree(frame[frame["id"].isin(below)].reset_index(drop=True), archived=True)[0]
    response.headers["ETag"] = etag(version)
    return ThemeDetail(
        **shown.model_dump(exclude={"sub_themes"}), sub_themes=shown.sub_themes, aliases=list(theme["aliases"]),
        merged_from=theme_id if theme_id != theme["id"] else None, quotes=_quotes(caller, store, theme, below),
    )  # fmt: skip


@router.get("/{theme_id}/comments", responses=documented("not-found", "nothing-yet"))
def list_theme_comments(
    theme_id: Id, wish: Annotated[PageWish, Query()], caller: Reader, store: StoreDep, settings: SettingsDep
) -> CommentsPage:
    """List the comments on a theme or its sub-themes, newest first, that fit every filter given.

    `theme` narrows to sub-themes.
    """
    wanted = comment_filter(caller, store, settings, wish, themes=[theme_id])
    page = comment_page(store, wanted, after=wish.after, limit=wish.limit)
    return shown_page(caller, page, wish.words)


@router.get("/{theme_id}/trend", responses=documented("not-found", "nothing-yet"))
def get_theme_trend(
    theme_id: Id, caller: Reader, store: StoreDep, settings: SettingsDep, period: PeriodName = "month",
    start: From = None, end: To = None, by: By = [], where: Where = [],  # noqa: B006
) -> ThemeCounts:  # fmt: skip
    """Show how many comments are on a theme, of how many, in each period, also by up to two segments."""
    refuse_agents(caller, by)
    table = ThemeTable.read(store)
    theme = table.find(theme_id)
    rows = theme_rows(
        store, caller, table, theme["id"], settings=settings, by=by, period=period, bounds=span(settings, start, end),
        where=asked_where(caller, where),
    )  # fmt: skip
    return ThemeCounts(id=theme["id"], name=theme["name"], rows=[CountRow.model_validate(row) for row in rows])


@router.get("/{theme_id}/segments", responses=documented("not-found", "nothing-yet"))
def get_theme_segments(
    theme_id: Id, caller: Reader, store: StoreDep, settings: SettingsDep,
    by: Annotated[list[Name], Query(min_length=1, max_length=2, description="names of segments",
                                    examples=[["channel"]])],
    start: From = None, end: To = None, where: Where = [],  # noqa: B006
) -> ThemeCounts:  # fmt: skip
    """Show how many comments are on a theme, of how many, in each segment, the largest share first."""
    refuse_agents(caller, by)
    table = ThemeTable.read(store)
    theme = table.find(theme_id)
    rows = theme_rows(
        store, caller, table, theme["id"], settings=settings, by=by, period=None, bounds=span(settings, start, end),
        where=asked_where(caller, where),
    )  # fmt: skip
    ordered = sorted((CountRow.model_validate(row) for row in rows), key=lambda row: (-row.share, -row.n))
    return ThemeCounts(id=theme["id"], name=theme["name"], rows=ordered)


@router.get("/{theme_id}/tone", responses=documented("not-found", "nothing-yet", "not-installed"))
def get_theme_tone(
    theme_id: Id, wish: Annotated[ToneWish, Query()], caller: Reader, store: StoreDep, settings: SettingsDep,
    service: ServiceDep,
) -> ToneOut:  # fmt: skip
    """Say how the newest comments on a theme sound: sentiment with its interval, kinds, subjects, strength of emotion.

    It reads up to `newest` comments that fit the filters.
    """
    theme = ThemeTable.read(store).find(theme_id)
    wanted = comment_filter(caller, store, settings, wish, themes=[theme_id])
    page = comment_page(store, wanted, limit=wish.newest)
    found = tone_of(service.themes, settings, page.comments, frozenset(wanted.themes))
    if found is None:
        raise EmptyError(f"no comments on {theme['id']} fit; ask for a longer span or fewer filters")
    return ToneOut.model_validate({**asdict(found), "id": theme["id"], "name": theme["name"]})


def _quotes(caller: Caller, store: Store, theme: Mapping[str, Any], below: Collection[str]) -> list[QuoteOut]:
    seen = seen_quotes(store, caller, theme)
    kinds = dict(seen)
    quotes = []
    for one in read_comments(store, [key for key, _ in seen]):
        places = [(said.start, said.end) for said in one.themes if said.id in below] or [(0, None)]
        quotes.append(
            QuoteOut(
                why=kinds[one.id], part=excerpt(one.text, places), comment=shown_comment(caller, one),
                spans=[Stretch(start=start, end=end) for start, end in covered(one.text, places)],
            )
        )  # fmt: skip
    return quotes
