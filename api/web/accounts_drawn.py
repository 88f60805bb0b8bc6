"""The scores of one account over time: a line a metric, each point a way to the comments behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from api.routers.asking import Answered
from api.routers.stored_scores import read_scores
from api.shapes import span
from api.web.drawing import Lines, Point, Tick, line_chart, said
from api.web.page import query_of
from api.web.scores_drawn import unit_of
from verbatim.domain import Metric
from verbatim.errors import EmptyError, NotFoundError
from verbatim.reports.words import month_short

if TYPE_CHECKING:
    from markupsafe import Markup

    from api.routers.score_shapes import ScoreRow, ScoreSheetOut
    from api.web.page import Page

MONTHS = 6
NAMES = {Metric.CSAT: "CSAT", Metric.CES: "CES", Metric.NPS: "NPS"}


@dataclass(frozen=True, slots=True)
class Line:
    """A metric of the account, month by month, the present one included."""

    name: str
    metric: str
    sheet: ScoreSheetOut
    unit: str
    drawing: Markup
    rows: tuple[tuple[ScoreRow, str], ...]  # with the address of the comments behind

    @property
    def total(self) -> str:
        """All of it in words."""
        return said(self.sheet.total.value, self.sheet.total.low, self.sheet.total.high, self.sheet.total.n, self.unit)


def lines_of(page: Page, key: str, account: str) -> list[Line]:
    """The metrics that the account answered in the last months."""
    today = datetime.now(ZoneInfo(page.settings.timezone)).date()
    start, _ = span(page.settings, _months_before(today, MONTHS - 1), None)
    found = []
    for metric in Metric:
        try:
            sheets = read_scores(
                metric, page.caller, page.store, page.settings, Answered(start, None, {"account_id": [key]}), by=[],
                period="month",
            ).sheets  # fmt: skip
        except (EmptyError, NotFoundError):
            continue
        found += [_line(page, metric, sheet, account) for sheet in sheets[:1]]
    return found


def _line(page: Page, metric: Metric, sheet: ScoreSheetOut, account: str) -> Line:
    zone, unit = ZoneInfo(page.settings.timezone), unit_of(sheet)
    points, ticks, rows = [], [], []
    for row in sheet.rows:
        if row.period is None or row.period_start is None or row.period_end is None:
            continue
        first, last = (moment.astimezone(zone).date() for moment in (row.period_start, row.period_end))
        asked = {"account": account, "metric": metric.value, "from": first.isoformat(), "to": last.isoformat()}
        href = f"/comments?{query_of(asked)}"
        words = f"{row.period}: {said(row.score, row.low, row.high, row.n, unit)}"
        points.append(Point(row.period_start, row.score, row.low, row.high, words, href))
        ticks.append(Tick(row.period_start, month_short(row.period)))
        rows.append((row, href))
    label = (
        f"{NAMES[metric]} by month, {said(sheet.total.value, sheet.total.low, sheet.total.high, sheet.total.n, unit)}"
    )
    drawing = line_chart(Lines(points, label, unit, ticks, height=170))
    return Line(NAMES[metric], metric.value, sheet, unit, drawing, tuple(rows))


def _months_before(day: date, months: int) -> date:
    """The first day of the month so many months before.

    >>> _months_before(date(2026, 3, 9), 5)
    datetime.date(2025, 10, 1)
    """
    place = day.year * 12 + day.month - 1 - months
    return date(place // 12, place % 12 + 1, 1)
