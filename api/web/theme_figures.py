"""Figures of themes as pages show them: a share with its interval, a change or that it is noise, a mood in a word."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from api.routers.theme_findings import list_drivers, list_emerging
from api.themes.asking import asked_where
from verbatim.reports.words import MONTHS, NEAR_ZERO, month_name, number
from verbatim.scores.intervals import newcombe, wilson
from verbatim.storage.queries import theme_months
from verbatim.storage.tally import EVERY

if TYPE_CHECKING:
    from datetime import date

    from api.kept import Found
    from api.routers.theme_finding_shapes import DriverRow, Drivers, Emerging, MovedTheme
    from api.routers.theme_shapes import ThemeOut
    from api.web.page import Page
    from api.web.theme_asking import Looked
    from verbatim.domain import Metric

ALPHA = 0.05
MONTHS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Change:
    """A difference of shares in points; ``real``: more than noise among as many themes as are looked at."""

    points: float
    low: float
    high: float
    real: bool

    @property
    def words(self) -> str:
        """``▲ +1.2``; a change within noise is a level sign, never a colour alone."""
        sign = "≈" if not self.real else "▲" if self.points > 0 else "▼"
        plus = "+" if self.points > 0 else ""
        return f"{sign} {plus}{number(self.points)}"


@dataclass(frozen=True, slots=True)
class MonthFigure:
    """A theme in one month: comments on it, of how many; shares are per cent, ``None`` without comments."""

    month: str
    n: int
    of: int
    sentiment: float | None

    @property
    def share(self) -> float | None:
        """Per cent."""
        return 100 * self.n / self.of if self.of else None

    @property
    def bounds(self) -> tuple[float, float] | None:
        """95 % interval of the share (Wilson), per cent."""
        if not self.of:
            return None
        low, high = wilson(self.n, self.of)
        return 100 * float(low), 100 * float(high)

    @property
    def name(self) -> str:
        """``October 2026``."""
        return month_name(self.month)

    @property
    def short(self) -> str:
        """``Oct``."""
        return MONTHS[int(self.month[5:7]) - 1][:3]

    @property
    def days(self) -> tuple[str, str]:
        """The first day, and the one after the last."""
        year, month = int(self.month[:4]), int(self.month[5:7])
        after = f"{year + month // 12:04d}-{month % 12 + 1:02d}-01"
        return f"{self.month}-01", after


def share_bounds(n: int, of: int) -> str:
    """``6.1 to 7.4 %``: the 95 % interval of a share (Wilson)."""
    if not of:
        return "–"
    low, high = wilson(n, of)
    return f"{number(100 * float(low))} to {number(100 * float(high))} %"


def change_of(theme: ThemeOut, looked_at: int) -> Change | None:
    """The change against the span before; ``None`` where there is nothing to compare with.

    The interval is Newcombe's, of 95 %; ``real`` asks one that allows for all themes looked at (Bonferroni).
    """
    if theme.change is None or not theme.of or not theme.of_before or theme.n_before is None:
        return None
    given = (theme.n, theme.of, theme.n_before, theme.of_before)
    low, high = (100 * float(end) for end in newcombe(*given))
    strict = [float(end) for end in newcombe(*given, confidence=1 - ALPHA / max(looked_at, 1))]
    return Change(100 * theme.change, low, high, not strict[0] <= 0 <= strict[1])


def mood(sentiment: float | None) -> str:
    """A mean sentiment in a word."""
    if sentiment is None:
        return "unknown"
    return "positive" if sentiment > NEAR_ZERO else "negative" if sentiment < -NEAR_ZERO else "mixed"


def months_of(page: Page, looked: Looked, newest: date | None) -> dict[str, list[MonthFigure]]:
    """The last twelve months of every theme, oldest first, up to the end of the span; one query for all."""
    if newest is None:
        return {}
    last = newest.year * 12 + newest.month - 1
    every = [f"{one // 12:04d}-{one % 12 + 1:02d}" for one in range(last - MONTHS_SHOWN + 1, last + 1)]
    start = newest.replace(year=int(every[0][:4]), month=int(every[0][5:7]), day=1)
    end = newest.replace(year=(last + 1) // 12, month=(last + 1) % 12 + 1, day=1)
    frame = theme_months(
        page.store, start=start, end=end, where=asked_where(page.caller, looked.where),
        restricted=page.caller.restriction,
    )  # fmt: skip
    known: dict[tuple[str, str], tuple[int, float | None]] = {
        (row["theme_id"], row["month"]): (row["n"], None if row["sentiment"] != row["sentiment"] else row["sentiment"])
        for row in frame.to_dict("records")
    }
    of = {month: known.get((EVERY, month), (0, None))[0] for month in every}
    first = next((place for place, month in enumerate(every) if of[month]), len(every))
    return {
        theme: [MonthFigure(month, known.get((theme, month), (0, None))[0], of[month],
                            known.get((theme, month), (0, None))[1]) for month in every[first:]]
        for theme in frame["theme_id"].unique()
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Findings:
    """What reads every comment, as far as it was worked out: drivers of both layers, and what moves."""

    top: Found | None
    fine: Found | None
    moving: Found | None

    @property
    def pending(self) -> bool:
        """Whether something is not there yet."""
        return any(one is None for one in (self.top, self.fine, self.moving))

    def driver(self, theme: ThemeOut) -> DriverRow | None:
        """What a theme does to the score: of those at the top among these, of the others among the finest."""
        found = self.top if theme.parent_id is None else self.fine
        sheet: Drivers | None = None if found is None else found.value
        return next((row for row in sheet.themes if row.theme_id == theme.id), None) if sheet else None

    def moved(self) -> dict[str, MovedTheme]:
        """New, growing, shrinking and fading themes by id."""
        sheet: Emerging | None = None if self.moving is None else self.moving.value
        if sheet is None:
            return {}
        return {row.theme_id: row for row in (*sheet.fading, *sheet.shrinking, *sheet.growing, *sheet.new)}


def findings(page: Page, looked: Looked) -> Findings | None:
    """What is known; ``None``: these are about all accounts and teams, and this caller sees some only."""
    if page.caller.restricted:
        return None

    def drivers(layer: Any) -> Found | None:  # noqa: ANN401
        metric: Metric = looked.metric
        make = partial(
            list_drivers, metric, page.caller, layer=layer, start=looked.start, end=looked.end, adjust_for=[],
            definition=None,
        )  # fmt: skip
        return page.figures.count(("drivers", metric, layer, *looked.key), make)

    top, fine = drivers("top"), drivers("fine")  # they take less time than what moves
    return Findings(top, fine, page.figures.count(("moving",), partial(list_emerging, page.caller, month=None)))
