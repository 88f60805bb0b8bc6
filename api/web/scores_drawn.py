"""Score sheets as lines, bars and tables: what the page of scores shows, without asking for anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from markupsafe import Markup

from api.web.drawing import Bar, Lines, Mark, Point, Tick, bar_chart, line_chart, said
from verbatim.domain import local_midnight
from verbatim.reports.words import MONTHS, amount, cut, day_name, month_name
from verbatim.scores.scales import SCALES

if TYPE_CHECKING:
    from api.routers.score_shapes import ScoreRow, ScoreSheetOut
    from api.routers.stored_scores import Milestone, Milestones
    from verbatim.settings import Target

UNITS = {"share": "percent", "net": "net", "mean": "mean", "index": "index"}
MOST_BARS = 16
MOST_ACROSS = 8
WITHOUT = "(none)"


class Behind(Protocol):
    """Makes the address of the comments behind a figure."""

    def __call__(
        self, *conditions: tuple[str, str | None], since: datetime | None = None, until: datetime | None = None
    ) -> str:
        """See `api.web.scores`."""
        ...


@dataclass(frozen=True, slots=True)
class Event:
    """A milestone with its number in the drawing (none where it lies outside)."""

    number: str | None
    milestone: Milestone


@dataclass(frozen=True, slots=True)
class Drawn:
    """The line, the milestones, and what else is in it: the target in words, whether four weeks are pooled."""

    drawing: Markup
    events: tuple[Event, ...]
    dashed: str | None
    rolls: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A value of a segment with its figures."""

    name: str
    row: ScoreRow
    href: str


@dataclass(frozen=True, slots=True)
class Groups:
    """The bars of a segment, and the table behind them; ``hidden``: further values with fewer answers."""

    drawing: Markup
    rows: tuple[Group, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class Cross:
    """A cross table: the columns, and each row's name with a cell (or nothing) for each column, the total last."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Group | None, ...]], ...]
    hidden: int


def unit_of(sheet: ScoreSheetOut) -> str:
    """How the sheet's figure is written: percent, net, mean or index."""
    return UNITS[sheet.total.figure]


def bounds_of(sheet: ScoreSheetOut) -> tuple[float, float]:
    """What the sheet's figure can be at all."""
    if unit_of(sheet) == "mean":
        scale = SCALES.get(sheet.scale)
        return (float(scale.low), float(scale.high)) if scale else (0.0, 10.0)
    return (-100.0, 100.0) if unit_of(sheet) == "net" else (0.0, 100.0)


def period_name(row: ScoreRow) -> str:
    """A period as people call it: ``October 2026``, ``2026-W44``, ``3 Jun 2026``."""
    text = row.period or ""
    if len(text) == 7 and text[4] == "-" and text[5:].isdigit():
        return month_name(text)
    return text


def period_rows(sheet: ScoreSheetOut) -> list[tuple[str, ScoreRow]]:
    """The periods, newest first, with their names."""
    return [(period_name(row), row) for row in reversed(sheet.rows)]


def line_of(
    sheet: ScoreSheetOut, rolling: ScoreSheetOut | None, target: Target | None, milestones: Milestones | None, *,
    zone: str, behind: Behind,
) -> Drawn:  # fmt: skip
    """The line of a sheet with periods."""
    unit, rows = unit_of(sheet), [row for row in sheet.rows if row.period_start and row.period_end]
    points = [
        Point(
            _middle(row.period_start, row.period_end), row.score, row.low, row.high,
            f"{period_name(row)}: {said(row.score, row.low, row.high, row.n, unit)}",
            behind(since=row.period_start, until=row.period_end),
        )
        for row in rows if row.period_start and row.period_end
    ]  # fmt: skip
    second = [
        Point(_middle(row.window_start, row.period_end), row.score)
        for row in (rolling.rows if rolling else ()) if row.window_start and row.period_end
    ]  # fmt: skip
    aim, words = _aim(target, zone, points)
    marks, events = _marks(points, milestones)
    drawing = line_chart(
        Lines(
            points,
            _in_words(sheet, rows, unit),
            unit,
            tuple(_ticks(rows, zone)),
            second=second,
            target=aim,
            marks=marks,
            bounds=bounds_of(sheet),
        )  # fmt: skip
    )
    return Drawn(drawing, events, words, sum(one.value is not None for one in second) > 1)


def bars_of(sheet: ScoreSheetOut, name: str, whole: ScoreSheetOut, behind: Behind) -> Groups:
    """The values of a segment: the largest of them, the lowest score first."""
    unit = unit_of(sheet)
    largest = sorted(sheet.rows, key=lambda row: -row.n)[:MOST_BARS]
    ordered = sorted(largest, key=lambda row: (row.score is None, row.score or 0.0, row.segments[name] or ""))
    groups = [Group(row.segments[name] or WITHOUT, row, behind((name, row.segments[name]))) for row in ordered]
    bars = [
        Bar(
            group.name, group.row.score, group.row.low, group.row.high, _beside(group.row, unit),
            f"{cut(group.name, 80)}: {_figure(group.row, unit)}", group.href, group.row.uncertain,
        )
        for group in groups
    ]  # fmt: skip
    line = f"the dotted line is the whole, {amount(whole.total.value, unit)}"
    label = f"{sheet.metric.upper()} by {name}, {len(sheet.rows)} values, the lowest score first; {line}"
    drawing = bar_chart(bars, label=label, bounds=bounds_of(sheet), reference=whole.total.value)
    return Groups(drawing, tuple(groups), len(sheet.rows) - len(largest))


def crossed(sheet: ScoreSheetOut, down: str, across: str, behind: Behind) -> Cross:
    """The cross table of two segments, with the totals of the rows in the last column."""
    cells: dict[tuple[str | None, str | None], ScoreRow] = {}
    rows: dict[str | None, ScoreRow | None] = {}
    columns: dict[str | None, int] = {}
    for row in sheet.rows:
        one, other = row.segments.get(down), row.segments.get(across)
        if row.total_of == down:
            rows[one] = row
        elif row.total_of is None:
            cells[one, other] = row
            rows.setdefault(one, None)
            columns[other] = columns.get(other, 0) + row.n
    widest = sorted(columns, key=lambda value: (-columns[value], value or ""))[:MOST_ACROSS]
    longest = sorted(rows, key=lambda value: (-(total.n if (total := rows[value]) else 0), value or ""))[:MOST_BARS]
    told = []
    for value in longest:
        found: list[Group | None] = []
        for other in widest:
            cell = cells.get((value, other))
            href = behind((down, value), (across, other))
            found.append(None if cell is None or not cell.n else Group(other or WITHOUT, cell, href))
        total = rows[value]
        found.append(None if total is None else Group("all", total, behind((down, value))))
        told.append((value or WITHOUT, tuple(found)))
    hidden = len(columns) - len(widest) + len(rows) - len(longest)
    return Cross(tuple(value or WITHOUT for value in widest), tuple(told), hidden)


def _figure(row: ScoreRow, unit: str) -> str:
    if row.withheld:
        return f"withheld, too few answers (n {row.n})"
    return said(row.score, row.low, row.high, row.n, unit) + (", few answers" if row.uncertain else "")


def _beside(row: ScoreRow, unit: str) -> str:
    if row.withheld or row.score is None:
        return f"{'withheld' if row.withheld else 'no answers'} · n {row.n:,}"
    return f"{amount(row.score, unit)} · n {row.n:,}{' · few' if row.uncertain else ''}"


def _in_words(sheet: ScoreSheetOut, rows: list[ScoreRow], unit: str) -> str:
    """The point of the line in a sentence."""
    known = [row for row in rows if row.score is not None]
    name = sheet.metric.upper()
    if not known:
        return f"{name}: no answers in these periods"
    last = known[-1]
    ends = (
        f"{amount(known[0].score, unit)} in {period_name(known[0])}, {amount(last.score, unit)} in {period_name(last)}"
    )
    told = f"{name} by period: {ends}"
    change = last.change
    if change is None or change.value is None:
        return told
    verdict = "within noise" if change.is_noise else "more than noise"
    return f"{told}; the last change is {verdict}"


def _middle(start: datetime, end: datetime) -> datetime:
    return start + (end - start) / 2


def _ticks(rows: list[ScoreRow], zone: str) -> list[Tick]:
    found = []
    for row in rows:
        if row.period_start is None or row.period_end is None:
            continue
        text, local = row.period or "", row.period_start.astimezone(ZoneInfo(zone))
        monthly = len(text) == 7 and text[5:].isdigit()
        found.append(
            Tick(_middle(row.period_start, row.period_end),
                 MONTHS[local.month - 1][:3] if monthly else text[2:] if "Q" in text else day_name(local.date()))
        )  # fmt: skip
    return found


def _aim(
    target: Target | None, zone: str, points: list[Point]
) -> tuple[tuple[tuple[datetime, float], ...], str | None]:
    """The target's line, and how it is called."""
    if target is None or not points:
        return (), None
    goal = f"target {target.goal:g}"
    if target.start is None or target.start_on is None or target.due_on is None:
        return ((points[0].at, target.goal),), goal
    begin, end = (local_midnight(day, zone) for day in (target.start_on, target.due_on))
    words = f"{goal} by {day_name(target.due_on)} {target.due_on.year}"
    return ((begin, target.start), (end, target.goal)), words


def _marks(points: list[Point], milestones: Milestones | None) -> tuple[tuple[Mark, ...], tuple[Event, ...]]:
    """The milestones within the line, numbered, and all of them for the list, newest first."""
    marks: list[Mark] = []
    events: list[Event] = []
    for one in milestones.milestones if milestones else ():
        inside = bool(points) and points[0].at <= one.at <= points[-1].at
        number = str(len(marks) + 1) if inside else None
        if number is not None:
            marks.append(Mark(one.at, number, one.name))
        events.append(Event(number, one))
    return tuple(marks), tuple(reversed(events))
