"""The report as one HTML page that loads nothing: styles, charts and tables are inside.

Customer text is hostile text: Jinja2 escapes everything, only the charts drawn here enter as markup, and the page
forbids itself every script and every request (Content-Security-Policy).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from verbatim.reports import charts, words
from verbatim.reports.document import Scores, who

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from verbatim.reports.document import Document
    from verbatim.reports.model import Group, MetricSection, MonthlyReport, Point


@dataclass(frozen=True, slots=True)
class MetricCharts:
    """What is drawn for one metric; ``None`` where there is nothing to draw."""

    months: Markup | None
    weeks: Markup | None


@dataclass(frozen=True, slots=True)
class Column:
    """One metric's bars by a segment."""

    name: str
    drawn: Markup | None


@dataclass(frozen=True, slots=True)
class Cross:
    """All metrics by one segment: charts side by side, and the table behind them."""

    segment: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[tuple[str, Group | None], ...]], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """The figures of all metrics on one time axis, as text; for paper, where nothing unfolds."""

    title: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Drawings:
    """Every chart of the report, in the report's order."""

    metrics: tuple[MetricCharts, ...]
    series: tuple[Series, ...]
    crosses: tuple[Cross, ...]
    sparklines: tuple[Markup | None, ...]


def to_html(report: MonthlyReport, *, paper: bool = False) -> str:
    """The page; with ``paper`` the charts have fixed colours, for a printer that knows no CSS variables."""
    return _page("report.html", report.generated_at, report=report, charts=draw(report, paper=paper))


def document_html(document: Document, *, paper: bool = False) -> str:
    """A document as a page of the same kind."""
    show = _shower(paper)
    scores = [block for section in document.sections for block in section.blocks if isinstance(block, Scores)]
    drawn = {line.key: show(charts.points_line(line)) for block in scores for line in block.lines}
    return _page("document.html", document.generated_at, document=document, drawn=drawn)


def _page(template: str, generated_at: str | None, **values: object) -> str:
    environment = Environment(
        loader=PackageLoader("verbatim.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    css = Markup(environment.get_template("report.css").render())  # noqa: S704 — our own file
    return environment.get_template(template).render(css=css, generated_at=generated_at, **values).strip() + "\n"


def draw(report: MonthlyReport, *, paper: bool) -> Drawings:
    """Every chart of the report as inline SVG."""
    show = _shower(paper)
    metrics = [
        MetricCharts(show(charts.score_line(m, report.marks)), show(charts.rolling_line(m))) for m in report.metrics
    ]
    return Drawings(
        tuple(metrics),
        (
            _series("Scores by month", [(m, m.months) for m in report.metrics]),
            _series("Rolling four weeks ending on", [(m, m.weeks) for m in report.metrics if m.weeks]),
        ),
        tuple(_cross(report, segment, show) for segment in _segments(report)),
        tuple(show(charts.sparkline(theme)) for theme in report.themes.top),
    )


def _series(title: str, lines: Sequence[tuple[MetricSection, tuple[Point, ...]]]) -> Series:
    labels = {point.on: point.label for _, points in lines for point in points}
    figures = [{point.on: words.estimate(point.figure, section.unit) for point in points} for section, points in lines]
    rows = [(labels[on], tuple(by_day.get(on, words.NOTHING) for by_day in figures)) for on in sorted(labels)]
    return Series(title, tuple(section.name for section, _ in lines), tuple(rows))


def _segments(report: MonthlyReport) -> list[str]:
    return list(dict.fromkeys(b.segment for section in report.metrics for b in section.breakdowns))


def _cross(report: MonthlyReport, segment: str, show: Callable[[str | None], Markup | None]) -> Cross:
    pairs = [(section, b) for section in report.metrics for b in section.breakdowns if b.segment == segment]
    by_name = [{group.name: group for group in b.groups} for _, b in pairs]
    names = dict.fromkeys(name for groups in by_name for name in groups)
    rows = [
        (name, tuple((section.unit, groups.get(name)) for (section, _), groups in zip(pairs, by_name, strict=True)))
        for name in names
    ]
    notes = dict.fromkeys(f"{section.name}: {b.note}" for section, b in pairs if b.note)
    columns = tuple(Column(section.name, show(charts.group_bars(section, b))) for section, b in pairs)
    return Cross(segment, columns, tuple(rows), tuple(notes))


def _shower(paper: bool) -> Callable[[str | None], Markup | None]:
    def show(svg: str | None) -> Markup | None:
        if svg is None:
            return None
        return Markup(svg if paper else charts.themed(svg))  # noqa: S704 — drawn here, its text escaped

    return show


def hours(value: float) -> str:
    """A delay in the unit a person would use."""
    return f"{words.number(value)} hours" if value < 48 else f"{words.number(value / 24)} days"


FILTERS = {
    "amount": words.amount,
    "span": words.span,
    "gap_span": words.gap_span,
    "versus": words.versus,
    "signed": words.signed,
    "estimate": words.estimate,
    "verdict": words.verdict,
    "arrow": words.arrow,
    "count": words.count,
    "many": words.many,
    "day": words.day_of,
    "mood": words.mood,
    "hours": hours,
    "who": who,
}
