"""The scores of a short time, or of one account: a line for each metric and scale, against the time before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from verbatim.domain import Metric
from verbatim.errors import EmptyError
from verbatim.reports import sentences
from verbatim.reports.figures import change_of, figure_of_score
from verbatim.reports.metrics import Asked, asked_in, axis_of, second_figure
from verbatim.reports.model import Point, ScoreLine
from verbatim.scores import score_counts
from verbatim.scores.trends import compare
from verbatim.storage import queries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from verbatim.reports.routine.spans import Days
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

EVERYBODY: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Line:
    """What was asked, its counts frames before and now, and what a report says of them."""

    asked: Asked
    before: pd.DataFrame
    now: pd.DataFrame
    shown: ScoreLine


@dataclass(frozen=True, slots=True)
class Step:
    """One period of a line of points, with its label."""

    days: Days
    label: str


def score_lines(
    store: Store, settings: Settings, now: Days, before: Days, *, against: str,
    where: Mapping[str, Any] = EVERYBODY, steps: Sequence[Step] = (), of: str = "",
) -> list[Line]:  # fmt: skip
    """One line a metric and scale that has answers ``now``; ``of`` is added to its name in sentences."""
    found = []
    for metric in Metric:
        frames = [_counts(store, metric, days, where) for days in (before, now)]
        if frames[1].empty:
            continue
        frames_of_steps = [(step, _counts(store, metric, step.days, where)) for step in steps]
        for asked in asked_in(settings, metric, pd.concat(frames, ignore_index=True)):
            earlier, current = (asked.mine(frame) for frame in frames)
            if current.empty:
                continue
            points = tuple(_point(step, asked.mine(frame), asked) for step, frame in frames_of_steps)
            shown = _line(asked, earlier, current, settings=settings, against=against, points=points)
            found.append(Line(asked, earlier, current, shown))
    return found


def known_days(store: Store, tz: str) -> tuple[str, str] | None:
    """The first and the last local day with answers or comments; ``None`` where there is none."""
    days: set[str] = set()
    for metric in Metric:
        counts = queries.answer_counts(store, metric, period="day", tz=tz)
        days |= set(counts["period_start"].dropna().dt.strftime("%Y-%m-%d"))
    said = queries.comments(store)["occurred_at"].dropna().dt.tz_convert(tz)
    days |= set(said.dt.strftime("%Y-%m-%d"))
    return (min(days), max(days)) if days else None


def refuse_empty(store: Store, tz: str, what: str) -> EmptyError:
    """The error that says which days have answers."""
    known = known_days(store, tz)
    there = (
        f"there are some from {known[0]} to {known[1]}"
        if known
        else "the store holds none with a date: `verbatim ingest responses FILE` reads some in"
    )
    return EmptyError(f"{what} has neither answers nor comments; {there}")


def _counts(store: Store, metric: Metric, days: Days, where: Mapping[str, Any]) -> pd.DataFrame:
    span = days.period
    return queries.answer_counts(store, metric, start=span.start, end=span.end, where=where)


def _point(step: Step, counts: pd.DataFrame, asked: Asked) -> Point:
    return Point(step.days.first.isoformat(), step.label, figure_of_score(score_counts(counts, asked.definition)))


def _line(
    asked: Asked, before: pd.DataFrame, now: pd.DataFrame, *, settings: Settings, against: str,
    points: tuple[Point, ...],
) -> ScoreLine:  # fmt: skip
    score = score_counts(now, asked.definition)
    floor, ceiling = axis_of(asked.definition)
    change = None if before.empty else change_of(compare(before, now, asked.definition), against)
    small = score.n < settings.small_group
    line = ScoreLine(
        key=asked.key, metric=asked.metric.value, name=asked.name, scale=asked.definition.scale.name,
        definition=asked.definition.text, unit=asked.unit, floor=floor, ceiling=ceiling,
        lower_is_better=not asked.definition.higher_is_better, figure=figure_of_score(score),
        second=second_figure(score), change=change, headline="", small=small, points=points,
    )  # fmt: skip
    return sentences.with_standing(line, against, settings.small_group)
