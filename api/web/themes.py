"""The page of all themes: the tree with its figures, what moves in it, and what people changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Form, Query, Response

from api.routers.conditional import etag
from api.routers.stored_scores import list_segments
from api.routers.theme_edits import list_edits, undo_edit
from api.routers.themes import list_themes
from api.themes.asking import ThemesVersion
from api.web.map_comments import comments_around, dots_of
from api.web.page import DONE, EditsThemes, Looks, LooksAtAll, Page, PageRoute, with_query
from api.web.theme_asking import SPANS, AskedDep
from api.web.theme_figures import change_of, findings, months_of, mood, share_bounds
from api.web.theme_map import drawn_map, places_of
from verbatim.domain import Metric
from verbatim.errors import EmptyError
from verbatim.storage.queries import newest_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from api.routers.theme_finding_shapes import DriverRow, MovedTheme
    from api.routers.theme_shapes import ThemeOut
    from api.web.map_comments import Dot, Said
    from api.web.theme_figures import Change, Findings, MonthFigure
    from api.web.theme_map import Bubble

router = APIRouter(include_in_schema=False, route_class=PageRoute)

DONE |= {
    "themes-edited": "The themes were changed.",
    "themes-undone": "The change was undone.",
}
Sort = Literal["name", "-name", "n", "-n", "change", "-change", "sentiment", "-sentiment", "impact", "-impact"]
# column, words, how it is sorted at the first click
COLUMNS = (
    ("name", "Theme", "name"), ("n", "Comments", "-n"), ("change", "Change", "-change"),
    ("sentiment", "Sentiment", "sentiment"), ("impact", "Impact", "impact"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A theme in the table, ``level`` deep in the tree."""

    theme: ThemeOut
    level: int
    change: Change | None
    mood: str
    driver: DriverRow | None
    moved: MovedTheme | None
    months: list[MonthFigure]

    @property
    def bounds(self) -> str:
        """The interval of the share."""
        return share_bounds(self.theme.n, self.theme.of)

    @property
    def trend(self) -> str:
        """What the small line says, in words."""
        known = [one for one in self.months if one.share is not None]
        if len(known) < 2:
            return "too few months for a trend"
        first, last = known[0], known[-1]
        return f"share by month: {first.share:.1f} % in {first.name}, {last.share:.1f} % in {last.name}"


@router.get("/themes")
def themes(
    page: Looks, asked: AskedDep, sort: Sort = "-n", archived: bool = False,
    edit: Annotated[int | None, Query(ge=1, le=10**9)] = None,
) -> Response:  # fmt: skip
    """The tree."""
    if asked.segment and asked.value:
        where = [*asked.where, f"{asked.segment}={asked.value}"]
        return page.back(with_query(page.request, where=where, segment=None, value=None))
    seen = Response()
    try:
        looked = asked.looked(page)
        tree = list_themes(
            page.caller, page.store, page.settings, seen, looked.start, looked.end, looked.where, archived
        )
    except EmptyError:
        return page.render("themes_empty.html", name="Themes")
    found = findings(page, looked)
    months = months_of(page, looked, newest_day(page.store))
    count = sum(1 for _ in _every(tree.themes))
    rows = list(_rows(tree.themes, found, months, count, _order(sort, found), 0))
    return page.render(
        "themes.html", name="Themes", rows=rows, looked=looked, found=found, sort=sort, archived=archived,
        columns=COLUMNS, spans=SPANS, metrics=list(Metric), count=count, version=seen.headers["etag"].strip('"'),
        segments=[one.name for one in list_segments(page.caller, page.store, None).segments], edit=edit,
        of=tree.themes[0].of if tree.themes else 0,
    )  # fmt: skip


@router.get("/themes/map")
def themes_map(
    page: Looks, asked: AskedDep, layer: Literal["top", "fine"] = "top"
) -> Response:  # fmt: skip
    """The themes as bubbles: large ones are spoken of often, near ones speak of similar things."""
    try:
        looked = asked.looked(page)
        tree = list_themes(page.caller, page.store, page.settings, Response(), looked.start, looked.end, looked.where)
    except EmptyError:
        return page.render("themes_empty.html", name="Map of themes")
    shown = [one for one in _every(tree.themes) if one.n and one.kind == "theme" and _of_layer(one, layer)]
    version = ThemesVersion.read(page.store)
    placed = page.figures.ask(("map",), lambda: places_of(page.settings, version), state=str(version))
    bubbles = drawn_map(placed.value[layer], shown) if placed is not None and placed.value is not None else []
    around = None
    if bubbles:
        key = ("map-comments", layer, *looked.key, *looked.where)
        around = page.figures.ask(key, lambda: comments_around(page, looked, bubbles))
    dots = dots_of(bubbles, around.value) if around is not None and around.value is not None else []
    return page.render(
        "themes_map.html", name="Map of themes", looked=looked, layer=layer, bubbles=bubbles, spans=SPANS,
        placed=placed, shown=shown, dots=dots, around=around, below=_below(dots, bubbles),
    )  # fmt: skip


@router.get("/themes/history")
def themes_history(page: LooksAtAll, after: Annotated[str | None, Query(max_length=500)] = None) -> Response:
    """What people changed in the themes."""
    past = list_edits(page.caller, page.store, 50, after, None)
    version = _version(page)
    return page.render("themes_history.html", name="Changes of themes", past=past, version=version)


@router.post("/themes/undo")
def undo(
    page: EditsThemes, edit: Annotated[int, Form(ge=1, le=10**9)], version: Annotated[str, Form(max_length=200)]
) -> Response:
    """Take a change back."""
    made = undo_edit(str(edit), page.caller, page.store, page.service, Response(), etag(version))
    return page.back("/themes", "themes-undone", edit=str(made.edit.sequence))


def _version(page: Page) -> str | None:
    try:
        return str(ThemesVersion.read(page.store))
    except EmptyError:
        return None


def _below(dots: list[Dot], bubbles: list[Bubble]) -> list[tuple[ThemeOut, list[Said]]]:
    """The comments of the map by theme, for the list below it."""
    by_theme = {one.theme.id: (one.theme, [dot.said for dot in dots if dot.said.theme_id == one.theme.id])
                for one in bubbles}  # fmt: skip
    return [(theme, said) for theme, said in by_theme.values() if said]


def _of_layer(theme: ThemeOut, layer: str) -> bool:
    return theme.parent_id is None if layer == "top" else not theme.sub_themes


def _every(themes: list[ThemeOut]) -> Iterator[ThemeOut]:
    for one in themes:
        yield one
        yield from _every(one.sub_themes)


def _order(sort: str, found: Findings | None) -> Callable[[ThemeOut], Any]:
    """The key that themes are sorted by; those without the figure come last."""
    column, sign = sort.removeprefix("-"), -1 if sort.startswith("-") else 1

    def key(theme: ThemeOut) -> Any:  # noqa: ANN401
        if column == "name":
            return [sign * ord(letter) for letter in theme.name.casefold()[:40]]
        value: float | None
        if column == "impact":
            driver = found.driver(theme) if found else None
            value = None if driver is None else driver.impact
        else:
            value = getattr(theme, column)
        return (value is None, 0 if value is None else sign * value, -theme.n, theme.id)

    return key


def _rows(
    themes: list[ThemeOut], found: Findings | None, months: dict[str, list[MonthFigure]], count: int,
    order: Callable[[ThemeOut], Any], level: int,
) -> Iterator[Row]:  # fmt: skip
    moved = found.moved() if found else {}
    for one in sorted(themes, key=order):
        driver = found.driver(one) if found else None
        yield Row(
            one, level, change_of(one, count), mood(one.sentiment), driver, moved.get(one.id), months.get(one.id, [])
        )
        yield from _rows(one.sub_themes, found, months, count, order, level + 1)
