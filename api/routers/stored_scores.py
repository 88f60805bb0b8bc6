"""Scores of what is stored: by segment and period, by account, against targets; what goes together with them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from api.access.allowed import Reader, WholeReader
from api.access.caller import Caller
from api.problems import documented
from api.routers.asking import AGENT, Answered, AnsweredDep, By, Period, check_agents, check_groups, check_periods
from api.routers.score_shapes import (
    AccountFigureOut,
    AccountSheet,
    AccountSheets,
    ChangeOut,
    Factors,
    ScoreOut,
    Sheets,
    change_out,
    definition_out,
    factors_out,
    score_out,
    sheet_out,
)
from api.shapes import Answer, Name, PlainText, To, span
from api.wiring import SettingsDep, StoreDep
from verbatim.answers import counts_of
from verbatim.domain import Metric
from verbatim.errors import EmptyError, NotFoundError
from verbatim.scoring import ScoreQuestion, ScoreSheet, account_sheets, factors_of, score_sheets, why_unweighted
from verbatim.settings import Settings
from verbatim.signals import around_milestones, contradictions, last_answer, target_status
from verbatim.storage import queries

router = APIRouter(tags=["scores"])

MOST_VALUES = 1_000
NOTHING = documented("not-found", "nothing-yet")
Scale = Annotated[
    Annotated[PlainText, Field(max_length=40)] | None,
    Query(description="only answers on this scale, for example csat-5", examples=["csat-5"]),
]
Definition = Annotated[
    Annotated[PlainText, Field(max_length=200)] | None,
    Query(description="how to count: satisfied=5, net, mean, index; else as the settings say", examples=["net"]),
]


class TargetOut(Answer):
    """Where a score stands against the target of the settings."""

    goal: float = Field(examples=[85.0])
    start: float | None = Field(examples=[82.0])
    start_on: date | None = Field(examples=["2026-10-01"])
    due_on: date | None = Field(examples=["2026-12-31"])
    expected: float = Field(description="what the line from start to goal asks for now", examples=[83.5])
    gap: float | None = Field(description="value − expected", examples=[-1.1])
    on_track: bool | None
    is_noise: bool | None = Field(description="what was expected lies within the score's interval")
    reached: bool | None
    overdue: bool
    statement: str = Field(examples=["82.4: behind, within the noise; the line asks for 83.5 by now, 85.0 in the end."])
    score: ScoreOut


class Milestone(Answer):
    """A score in the days before and after a milestone: a comparison, not a proof."""

    name: str = Field(examples=["List prices up 9 % at renewal"])
    kind: str = Field(examples=["price"])
    at: datetime
    before: ScoreOut
    after: ScoreOut
    change: ChangeOut


class Milestones(Answer):
    """Every milestone, the oldest first."""

    milestones: list[Milestone]


class DivergenceOut(Answer):
    """Two signals that contradict each other."""

    kind: str = Field(examples=["csat_high_while_nps_falls"])
    statement: str = Field(examples=["CSAT is high (84 %), yet NPS fell by 9.1 points (−15.0 … −3.2)."])
    evidence: dict[str, Any] = Field(description="the figures behind it")


class Divergences(Answer):
    """What was found in the three months before `until` against the three before those; empty: nothing."""

    until: datetime
    divergences: list[DivergenceOut]


class Segment(Answer):
    """Something that answers can be grouped and narrowed by."""

    name: str = Field(examples=["channel"])


class SegmentNames(Answer):
    """Every segment, by name."""

    segments: list[Segment]


class SegmentValue(Answer):
    """A value of a segment, and how many answers have it; null: those without one."""

    value: str | None = Field(examples=["email"])
    n: int = Field(examples=[1658])


class SegmentValues(Answer):
    """The values of a segment, those with most answers first; `truncated`: there are more than 1,000."""

    name: str = Field(examples=["channel"])
    metric: str = Field(examples=["csat"])
    values: list[SegmentValue]
    truncated: bool


@router.get("/scores/{metric}", responses=NOTHING)
def read_scores(
    metric: Metric, caller: Reader, store: StoreDep, settings: SettingsDep, asked: AnsweredDep,
    by: By = [],  # noqa: B006
    period: Annotated[Period | None, Query(description="one row a period, with the change from the one before")] = None,
    rolling: Annotated[bool, Query(description="four weeks pooled, one row a week")] = False,
    cross: Annotated[bool, Query(description="cross table of exactly two segments")] = False,
    adjust_for: Annotated[list[Name], Query(max_length=4, description="with one `by`: as if all had this mix")] = [],  # noqa: B006
    scale: Scale = None, definition: Definition = None,
) -> Sheets:  # fmt: skip
    """Count a stored score, by segments and period, with intervals.

    Every figure says how many answers it rests on. Small groups are marked `uncertain`; figures of single agents with
    very few answers are withheld. Answers on several scales come as several sheets.
    """
    groups = check_groups(caller, by)
    check_agents(caller, adjust_for)
    check_periods(asked, "week" if rolling else period, datetime.now(UTC).date())
    question = ScoreQuestion(
        metric, groups, period, asked.start, asked.end, asked.seen_by(caller), definition, scale, rolling, cross,
        tuple(check_groups(caller, adjust_for)),
    )  # fmt: skip
    fewest = _fewest(asked, settings)
    sheets = _enough(score_sheets(store, settings, question), fewest)
    return Sheets(sheets=[sheet_out(sheet, groups, fewest=fewest) for sheet in sheets])


@router.get("/scores/{metric}/accounts", responses=NOTHING)
def read_account_scores(
    metric: Metric, caller: Reader, store: StoreDep, settings: SettingsDep, asked: AnsweredDep,
    role: Annotated[list[Name], Query(max_length=20, description="only contacts of these roles")] = [],  # noqa: B006
    scale: Scale = None, definition: Definition = None,
) -> AccountSheets:  # fmt: skip
    """Count a stored score at account level, in three named ways.

    All answers pooled, each account once, and accounts weighted by their value (where all have one currency, or the
    settings have rates).
    """
    question = _question(metric, asked, caller, scale, definition)
    found = account_sheets(store, settings, question, roles=tuple(role) or None)
    fewest = _fewest(asked, settings)
    _enough([sheet for sheet, _ in found], fewest)
    sheets = [
        AccountSheet(
            scale=sheet.scale, step=sheet.step, definition=definition_out(sheet), total=score_out(sheet.total),
            figures=[AccountFigureOut.model_validate(figure.to_dict()) for figure in figures.values()],
        )
        for sheet, figures in found
        if sheet.total.n >= fewest
    ]  # fmt: skip
    return AccountSheets(sheets=sheets, note=why_unweighted(store, settings))


@router.get("/scores/{metric}/factors", responses=NOTHING)
def read_factors(
    metric: Metric, caller: Reader, store: StoreDep, settings: SettingsDep, asked: AnsweredDep,
    factor: Annotated[
        list[Name], Query(min_length=1, max_length=12, description="a segment; repeat", examples=[["channel"]])
    ],
    scale: Scale = None, definition: Definition = None,
) -> Factors:  # fmt: skip
    """Say how much segments go together with a score, the strongest first. An association, not a cause."""
    names = check_groups(caller, factor)
    return factors_out(factors_of(store, settings, _question(metric, asked, caller, scale, definition), names))


@router.get("/scores/{metric}/targets", responses=NOTHING)
def read_target(
    metric: Metric, caller: WholeReader, store: StoreDep, settings: SettingsDep, asked: AnsweredDep
) -> TargetOut:
    """Compare a score with its target in the settings, over all answers or those from a day on."""
    target = settings.targets.get(metric.value)
    if target is None:
        raise NotFoundError(f"{metric.value} has no target; the setting targets gives it one")
    found = score_sheets(store, settings, _question(metric, asked, caller, None, None))
    score = _enough(found, _fewest(asked, settings))[0].total
    status = target_status(settings, metric, score, asked.end or datetime.now(UTC))
    if status is None:
        raise NotFoundError(f"{metric.value} has no target; the setting targets gives it one")
    return TargetOut(
        **target.model_dump(), expected=status.expected, gap=status.gap, on_track=status.on_track,
        is_noise=status.is_noise, reached=status.reached, overdue=status.overdue, statement=status.statement,
        score=score_out(score),
    )  # fmt: skip


@router.get("/scores/{metric}/milestones", responses=NOTHING)
def read_milestones(
    metric: Metric, caller: WholeReader, store: StoreDep, settings: SettingsDep, definition: Definition = None,
    days: Annotated[int, Query(ge=1, le=366, description="days on each side")] = 28,
) -> Milestones:  # fmt: skip
    """Compare a score before and after each milestone (a release, a price change). A comparison is not a proof."""
    around = around_milestones(store, settings, metric, definition=definition, days=days)
    return Milestones(
        milestones=[
            Milestone(
                name=one.name, kind=one.kind, at=one.at, before=score_out(one.comparison.before),
                after=score_out(one.comparison.after), change=change_out(one.comparison),
            )
            for one in around
        ]
    )  # fmt: skip


@router.get("/divergences", responses=NOTHING)
def list_divergences(caller: WholeReader, store: StoreDep, settings: SettingsDep, end: To = None) -> Divergences:
    """Name signals that contradict each other: three months before a day against the three before those.

    CSAT high while NPS falls, CSAT stable while complaints rise, one channel falling alone, accounts falling before
    their renewal. Without `to`, the time before the newest answer.
    """
    until = span(settings, None, end)[1] or last_answer(store)
    found = contradictions(store, settings, end=until)
    return Divergences(
        until=until,
        divergences=[
            DivergenceOut(kind=one.kind, statement=one.statement, evidence=dict(one.evidence)) for one in found
        ],
    )


@router.get("/segments")
def list_segments(
    caller: Reader, store: StoreDep,
    metric: Annotated[Metric | None, Query(description="only those of answers to this metric")] = None,
) -> SegmentNames:  # fmt: skip
    """List what answers can be grouped and narrowed by."""
    names = queries.segment_names(store, None if metric is None else metric.value)
    return SegmentNames(segments=[Segment(name=name) for name in names if caller.sees_agents or name != AGENT])


@router.get("/segments/values", responses=NOTHING)
def read_segment(
    caller: Reader, store: StoreDep, settings: SettingsDep, asked: AnsweredDep,
    name: Annotated[Name, Query(description="a segment", examples=["channel"])],
    metric: Metric = Metric.CSAT,
) -> SegmentValues:  # fmt: skip
    """List the values of a segment with how many answers have them."""
    check_groups(caller, [name])
    counts = counts_of(
        store, settings, metric, by=[name], start=asked.start, end=asked.end, where=asked.seen_by(caller)
    )
    sizes = counts.groupby(name, dropna=False)["n"].sum().sort_values(ascending=False, kind="stable")
    values = [
        SegmentValue(value=value if isinstance(value, str) else None, n=int(n)) for value, n in sizes.items()
    ]  # fmt: skip
    return SegmentValues(
        name=name, metric=metric.value, values=values[:MOST_VALUES], truncated=len(values) > MOST_VALUES
    )


def _question(
    metric: Metric, asked: Answered, caller: Caller, scale: str | None, definition: str | None
) -> ScoreQuestion:
    return ScoreQuestion(
        metric, start=asked.start, end=asked.end, where=asked.seen_by(caller), definition=definition, scale=scale
    )


def _fewest(asked: Answered, settings: Settings) -> int:
    """Answers that figures of a single agent, where one is asked for, need at least."""
    return settings.agent_minimum if AGENT in asked.where else 0


def _enough(sheets: list[ScoreSheet], fewest: int) -> list[ScoreSheet]:
    """The sheets of ``fewest`` answers or more.

    Raises:
        EmptyError: there are none.
    """
    found = [sheet for sheet in sheets if sheet.total.n >= fewest]
    if not found:
        raise EmptyError(f"fewer than {fewest} answers of this agent; figures of so few are withheld")
    return found
