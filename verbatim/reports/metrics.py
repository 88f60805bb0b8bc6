"""The scores of the month: one section for each metric and scale, from counts that the store makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from verbatim.domain import Metric, Period
from verbatim.reports import sentences
from verbatim.reports.figures import (
    UNITS,
    change_of,
    family_confidence,
    figure_of,
    figure_of_estimate,
    figure_of_score,
)
from verbatim.reports.model import Breakdown, Change, Figure, Goal, Group, MetricSection, Point, SecondFigure
from verbatim.reports.months import ROLLING
from verbatim.reports.words import day_name
from verbatim.scores import score_counts
from verbatim.scores.definitions import Definition, define
from verbatim.scores.definitions import Figure as FigureKind
from verbatim.scores.segments import PROTECTED, Rules, score_table
from verbatim.scores.targets import TargetPath, track
from verbatim.scores.trends import compare, trend_table
from verbatim.storage.queries import BUILT_IN, answer_counts, segment_names

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence

    from verbatim.reports.months import Calendar
    from verbatim.scores.score import Score
    from verbatim.settings import Settings, Target
    from verbatim.storage.store import Store

NAMES = {Metric.CSAT: "CSAT", Metric.CES: "CES", Metric.NPS: "NPS"}
NOT_RECORDED = "not recorded"
EMPTY = Figure(None, None, None, 0)


@dataclass(frozen=True, slots=True)
class Asked:
    """One metric on one scale (for NPS also of one kind): what is counted together, and how.

    ``main`` marks the metric's scale with the most answers.
    """

    metric: Metric
    name: str
    definition: Definition
    step: str | None
    main: bool

    @property
    def key(self) -> str:
        """A stable name for JSON: metric, scale and step."""
        return "/".join(part for part in (self.metric.value, self.definition.scale.name, self.step) if part)

    @property
    def unit(self) -> str:
        """The unit of the headline."""
        return UNITS[self.definition.figure]

    def mine(self, counts: pd.DataFrame) -> pd.DataFrame:
        """The rows of a counts frame of the metric that belong to this measure."""
        own = counts[counts["scale"] == self.definition.scale.name]
        if self.metric is not Metric.NPS:
            return own
        return own[own["step"].isna()] if self.step is None else own[own["step"] == self.step]


@dataclass(frozen=True, slots=True)
class Measure(Asked):
    """What was asked, with its counts frames by month and by week."""

    months: pd.DataFrame
    weeks: pd.DataFrame

    def within(self, month: str, tz: str) -> pd.DataFrame:
        """The counts of one month."""
        return self.months[self.months["period_start"] == Period.of_month(month, tz).start]


def measures(store: Store, settings: Settings, calendar: Calendar) -> list[Measure]:
    """What was asked in the six months, by metric, the scale with the most answers first."""
    found: list[Measure] = []
    for metric in Metric:
        six = Period(calendar.window_start, calendar.period.end)
        months = _counts(store, metric, six, calendar.tz, period="month")
        weeks = _counts(store, metric, calendar.weeks, calendar.tz, period="week")
        for one in asked_in(settings, metric, months):
            found.append(
                Measure(
                    one.metric,
                    one.name,
                    one.definition,
                    one.step,
                    one.main,
                    months=one.mine(months),
                    weeks=one.mine(weeks),
                )  # fmt: skip
            )
    return found


def asked_in(settings: Settings, metric: Metric, counts: pd.DataFrame) -> list[Asked]:
    """What a counts frame of one metric holds, the scale (of NPS also the kind) with the most answers first."""
    apart = ["scale", "step"] if metric is Metric.NPS else ["scale"]
    kinds = counts.groupby(apart, dropna=False)["n"].sum().reset_index()
    kinds = kinds.sort_values(["n", *apart], ascending=[False, *[True] * len(apart)])
    found = []
    for position, kind in enumerate(kinds.to_dict("records")):
        step = kind["step"] if isinstance(kind.get("step"), str) else None
        name = NAMES[metric] if len(kinds) == 1 else f"{NAMES[metric]} ({step or kind['scale']})"
        definition = _definition(settings, metric, kind["scale"])
        found.append(Asked(metric, name, definition, step, main=position == 0))
    return found


def metric_section(
    store: Store, settings: Settings, calendar: Calendar, measure: Measure, segments: Sequence[str]
) -> MetricSection:
    """Everything the report says of one measure."""
    definition, unit = measure.definition, measure.unit
    now = measure.within(calendar.month, calendar.tz)
    score = score_counts(now, definition)
    known = [month for month in calendar.window[:-1] if len(measure.within(month, calendar.tz))]
    floor, ceiling = axis_of(definition)
    months = _months(measure, calendar)
    target = _target(settings, measure, calendar)
    goal = None if target is None else _goal(target, score, calendar, unit)
    figure = figure_of_score(score)
    section = MetricSection(
        key=measure.key,
        metric=measure.metric.value,
        name=measure.name,
        scale=definition.scale.name,
        definition=definition.text,
        unit=unit,
        floor=floor,
        ceiling=ceiling,
        lower_is_better=not definition.higher_is_better,
        figure=figure,
        second=second_figure(score),
        change=_change_since(measure, calendar, known[-1]) if known else None,
        drift=_change_since(measure, calendar, known[0]) if len(known) > 1 else None,
        goal=goal,
        band=score.band,
        headline="",
        months=months,
        weeks=_weeks(measure, calendar),
        breakdowns=tuple(_breakdowns(store, settings, calendar, measure, segments)),
    )
    return sentences.with_headline(section, calendar, settings.small_group)


def _counts(
    store: Store, metric: Metric, span: Period, tz: str, *, period: str | None = None, by: Sequence[str] = ()
) -> pd.DataFrame:
    return answer_counts(store, metric, by=by, period=period, tz=tz, start=span.start, end=span.end)


def _definition(settings: Settings, metric: Metric, scale: str) -> Definition:
    """The organisation's way to count; a definition that names another scale does not hold for this one."""
    text = settings.definitions.get(metric.value)
    if text and ":" in text and text.partition(":")[0].strip() != scale:
        text = None
    return define(metric, text, scale)


def _change_since(measure: Measure, calendar: Calendar, month: str) -> Change | None:
    before, now = (measure.within(each, calendar.tz) for each in (month, calendar.month))
    return change_of(compare(before, now, measure.definition), calendar.label(month))


def _month_before(measure: Measure, calendar: Calendar) -> str | None:
    """The last month before the report's that has answers, within the six."""
    known = {month for month in calendar.window[:-1] if len(measure.within(month, calendar.tz))}
    return max(known, default=None)


def _months(measure: Measure, calendar: Calendar) -> tuple[Point, ...]:
    table = trend_table(
        measure.months,
        measure.definition,
        tz=calendar.tz,
        start=calendar.window_start,
        end=calendar.period.end,
    )
    rows = zip(calendar.window, table.to_dict("records"), strict=True)
    return tuple(Point(f"{month}-01", calendar.label(month), row_figure(row)) for month, row in rows)


def _weeks(measure: Measure, calendar: Calendar) -> tuple[Point, ...]:
    if measure.weeks.empty:
        return ()
    table = trend_table(
        measure.weeks,
        measure.definition,
        period="week",
        tz=calendar.tz,
        window=ROLLING,
        start=calendar.weeks.start,
        end=calendar.weeks.end,
    )
    points = []
    for row in table.to_dict("records"):
        day = (row["period_end"] - timedelta(days=1)).date()
        points.append(Point(day.isoformat(), day_name(day), row_figure(row)))
    return tuple(points)


def row_figure(row: Mapping[Hashable, Any]) -> Figure:
    """The score of one row of a score table."""
    return figure_of(row["score"], row["low"], row["high"], row["n"])


def second_figure(score: Score) -> SecondFigure | None:
    """The mean beside a share, the share beside a mean; none for NPS and without answers."""
    kind = FigureKind.SHARE if score.definition.figure is FigureKind.MEAN else FigureKind.MEAN
    if score.definition.metric is Metric.NPS or kind.value not in score.figures or not score.n:
        return None
    good = score.definition.categories[0]
    name = "mean rating" if kind is FigureKind.MEAN else f"% {good}"
    return SecondFigure(name, UNITS[kind], figure_of_estimate(score.figures[kind.value], score.n))


def axis_of(definition: Definition) -> tuple[float, float]:
    """The least and the most the headline can be."""
    if definition.figure is FigureKind.MEAN:
        return float(definition.scale.low), float(definition.scale.high)
    return (-100.0, 100.0) if definition.figure is FigureKind.NET else (0.0, 100.0)


def _target(settings: Settings, measure: Measure, calendar: Calendar) -> Target | None:
    """The metric's target, for its main scale, once it has begun."""
    target = settings.targets.get(measure.metric.value) if measure.main else None
    if target is None or (target.start_on is not None and calendar.last_day.date() < target.start_on):
        return None
    return target


def _goal(target: Target, score: Score, calendar: Calendar, unit: str) -> Goal:
    path = TargetPath(target.goal, target.start, target.start_on, target.due_on)
    status = track(path, score, calendar.last_day.date())
    sign = 1 if score.definition.higher_is_better else -1
    gap = None if score.value is None else sign * (target.goal - score.value)
    worst, best = (score.low, score.high) if sign > 0 else (score.high, score.low)
    verdict = sentences.goal_verdict(target.goal, worst, best, sign)
    due = None if target.due_on is None else target.due_on.isoformat()
    return Goal(target.goal, due, gap, verdict, sentences.goal_sentence(status, gap, verdict, due=due, unit=unit))


def _breakdowns(
    store: Store, settings: Settings, calendar: Calendar, measure: Measure, segments: Sequence[str]
) -> Iterator[Breakdown]:
    rules = Rules(small_group=settings.small_group, agent_minimum=settings.agent_minimum)
    earlier = _month_before(measure, calendar)
    known = {*segment_names(store, measure.metric), *BUILT_IN}
    for segment in [name for name in segments if name in known]:
        now = measure.mine(_counts(store, measure.metric, calendar.period, calendar.tz, by=[segment]))
        if now[segment].nunique() < 2:
            continue
        table = score_table(now, measure.definition, [segment], rules=rules)
        changes: dict[str, Change] = {}
        if earlier is not None:
            span = Period.of_month(earlier, calendar.tz)
            before = measure.mine(_counts(store, measure.metric, span, calendar.tz, by=[segment]))
            changes = group_changes(
                before, now, measure.definition, segment,
                against=calendar.label(earlier), fewest=settings.small_group,
            )  # fmt: skip
        yield breakdown_of(segment, table, changes)


def breakdown_of(segment: str, table: pd.DataFrame, changes: dict[str, Change]) -> Breakdown:
    """People in alphabetical order, other groups by their number of answers; never by score."""
    shown = table[~table["withheld"]]
    protected = segment in PROTECTED
    groups = []
    for row in shown.to_dict("records"):
        name = group_name(row[segment])
        groups.append(Group(name, row_figure(row), bool(row["uncertain"]), changes.get(name)))
    groups.sort(key=lambda group: ("" if protected else -group.figure.n, group.name))
    withheld = int(table["withheld"].sum())
    note = f"{withheld} with too few answers withheld" if withheld else None
    return Breakdown(segment, tuple(groups), withheld, note)


def group_changes(
    before: pd.DataFrame, now: pd.DataFrame, definition: Definition, segment: str, *, against: str, fewest: int
) -> dict[str, Change]:
    """The change of every group with ``fewest`` answers in both months; the confidence allows for their number."""
    large = []
    for frame in (before, now):
        sizes = frame.groupby(frame[segment].map(group_name))["n"].sum()
        large.append(set(sizes[sizes >= fewest].index))
    names = sorted(large[0] & large[1])
    confidence = family_confidence(len(names))
    found: dict[str, Change] = {}
    for name in names:
        old, new = (frame[frame[segment].map(group_name) == name] for frame in (before, now))
        change = change_of(compare(old, new, definition, confidence=confidence), against)
        if change is not None:
            found[name] = change
    return found


def group_name(value: object) -> str:
    """The value of a segment as shown."""
    return NOT_RECORDED if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload]
