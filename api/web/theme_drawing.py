"""What the page of a theme draws, and what it keeps: its months, its share by segment, how it sounds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from api.routers.themes import get_theme_segments, get_theme_tone
from api.themes.asking import ToneWish
from api.web.drawing import Bar, Lines, Point, Tick, bar_chart, line_chart
from verbatim.scores.intervals import wilson

if TYPE_CHECKING:
    from markupsafe import Markup

    from api.kept import Found
    from api.routers.theme_shapes import CountRow, ThemeDetail
    from api.web.page import Page
    from api.web.theme_asking import Looked
    from api.web.theme_figures import MonthFigure

MOST_BARS = 12


def trend_of(theme: ThemeDetail, months: list[MonthFigure], looked: Looked) -> Markup:
    """The share by month with its interval; a point opens the comments of the month. Empty for a single month."""
    known = [one for one in months if one.share is not None]
    if len(known) < 2:
        return line_chart(Lines([], ""))
    points = [_point(theme, one, looked) for one in months]
    first, last = known[0], known[-1]
    label = (
        f"Share of comments on {theme.name[:80]} by month: {first.share:.1f} % in {first.name}, {last.share:.1f} % in "
        f"{last.name}"
    )
    ticks = [Tick(_at(one), one.short) for one in months]
    return line_chart(Lines(points, label, unit="percent", ticks=ticks, bounds=(0.0, 100.0), height=220))


def _point(theme: ThemeDetail, one: MonthFigure, looked: Looked) -> Point:
    low, high = one.bounds or (None, None)
    start, end = one.days
    link = looked.link("/comments", **{"theme": theme.id, "from": start, "to": end})
    if one.share is None:
        return Point(_at(one), None)
    return Point(
        _at(one), one.share, low, high, f"{one.name}: {one.share:.1f} %, {one.n:,} of {one.of:,} comments", link
    )


def _at(one: MonthFigure) -> datetime:
    return datetime(int(one.month[:4]), int(one.month[5:7]), 1, tzinfo=UTC)


def segments_of(page: Page, theme: ThemeDetail, looked: Looked, by: str) -> tuple[Found | None, Markup] | None:
    """The share by segment, as far as it was counted, and drawn; ``None``: there are no segments."""
    if not by:
        return None
    caller, store, settings = page.caller, page.store, page.settings
    found = page.figures.ask(
        ("segments", theme.id, by, *looked.key, tuple(looked.where)),
        lambda: get_theme_segments(theme.id, caller, store, settings, [by], looked.start, looked.end, looked.where),
    )
    rows: list[CountRow] = found.value.rows if found is not None and found.value is not None else []
    bars = [_bar(theme, row, looked, by) for row in rows[:MOST_BARS]]
    most = max((bar.high or 0.0 for bar in bars), default=1.0)
    label = f"Share of comments on {theme.name[:80]} by {by[:40]}"
    return found, bar_chart(bars, label=label, bounds=(0.0, most), reference=100 * (theme.share or 0.0) or None)


def _bar(theme: ThemeDetail, row: CountRow, looked: Looked, by: str) -> Bar:
    value = row.segments[by]
    low, high = (100 * float(end) for end in wilson(row.n, row.of))
    where = [*(one for one in looked.where if not one.startswith(f"{by}=")), f"{by}={value or ''}"]
    text = f"{100 * row.share:.1f} %, n {row.n:,}"
    name = value if value is not None else f"without {by}"
    link = looked.link("/comments", theme=theme.id, where=where)
    return Bar(name, 100 * row.share, low, high, text, f"{name[:80]}: {text} of {row.of:,} comments", link)


def tone_of(page: Page, theme: ThemeDetail, looked: Looked, *, newest: int) -> Found | None:
    """How the newest comments sound, as far as they were read; encoding them takes seconds the first time."""
    caller, store, settings, service = page.caller, page.store, page.settings, page.service
    given: dict[str, Any] = {"from": looked.start, "to": looked.end, "where": looked.where, "newest": newest}
    return page.figures.ask(
        ("tone", theme.id, newest, *looked.key, tuple(looked.where)),
        lambda: get_theme_tone(theme.id, ToneWish.model_validate(given), caller, store, settings, service),
    )
