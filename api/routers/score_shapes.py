"""Stored scores as they are answered: tables of the library, row by row, with the groups under ``segments``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import Field

from api.shapes import Answer
from verbatim.scores.score import SMALL_GROUP
from verbatim.scores.segments import records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from verbatim.scores.score import Score
    from verbatim.scores.trends import Comparison
    from verbatim.scoring import ScoreSheet

Segments = dict[str, str | None]
GROUP = Field(description="the group, by segment; null: answers without one", examples=[{"channel": "email"}])


class DefinitionOut(Answer):
    """How a score is counted."""

    name: str = Field(
        description="as `definition` and the setting `definitions` take it",
        examples=["csat-5: satisfied=4-5, figure=share"],
    )
    text: str = Field(description="in words", examples=["% satisfied = answers 4-5 ÷ valid answers"])


class EstimateOut(Answer):
    """A figure and its 95 % interval; null without answers."""

    value: float | None = Field(examples=[82.4])
    low: float | None = Field(examples=[79.9])
    high: float | None = Field(examples=[84.6])


class ChangeOut(EstimateOut):
    """A difference between two scores, in the unit of the figure."""

    is_noise: bool | None = Field(description="whether 0 lies in the interval", examples=[False])


class ScoreOut(EstimateOut):
    """A score and everything needed to read it."""

    metric: str = Field(examples=["csat"])
    figure: str = Field(description="share and index in per cent, net in points, mean on the scale", examples=["share"])
    n: int = Field(description='answers behind it, without blanks and "not applicable"', examples=[3630])
    mean: float | None = Field(examples=[4.1])
    mean_low: float | None = Field(examples=[4.07])
    mean_high: float | None = Field(examples=[4.13])
    band: str | None = Field(description="how it compares with usual ones, in words", examples=["good"])
    mean_band: str | None = Field(examples=["good"])
    uncertain: bool = Field(
        description=f"fewer answers than {SMALL_GROUP} (calculators) or the setting small_group (stored ones)",
        examples=[False],
    )
    baseline: float | None = Field(description="the organisation's own earlier value, if given", examples=[None])
    confidence: float = Field(description="of the intervals", examples=[0.95])
    effective_n: float | None = Field(description="what n is worth where answers are weighted", examples=[None])
    shares: dict[str, float | None] = Field(description="per cent by category", examples=[{"satisfied": 82.4}])
    figures: dict[str, EstimateOut] = Field(description="the other figures of the same answers")
    counts: dict[str, float] = Field(description="answer → how many", examples=[{"5": 2012}])
    definition: DefinitionOut


class ScoreRow(Answer):
    """One group, one period of it, or one pair of a cross table. Figures are null without answers or if withheld."""

    segments: Segments = GROUP
    period: str | None = Field(None, examples=["2026-10"])
    period_start: datetime | None = None
    period_end: datetime | None = Field(None, description="exclusive")
    window_start: datetime | None = Field(None, description="where the rolling four weeks begin")
    total_of: str | None = Field(None, description="in a cross table: the segment whose total the row is")
    n: int = Field(examples=[1658])
    score: float | None = Field(examples=[73.1])
    low: float | None = Field(examples=[70.9])
    high: float | None = Field(examples=[75.2])
    mean: float | None = Field(None, examples=[4.02])
    mean_low: float | None = None
    mean_high: float | None = None
    shares: dict[str, float | None] = Field(default_factory=dict, examples=[{"satisfied": 73.1}])
    figures: dict[str, EstimateOut] = Field(default_factory=dict, description="of CES: net_easy and ease_index")
    change: ChangeOut | None = Field(None, description="from the period before; null on the first")
    adjusted: EstimateOut | None = Field(None, description="with the organisation's mix of `adjust_for`")
    coverage: float | None = Field(None, description="share (0…1) of that mix the group has answers in")
    band: str | None = Field(None, examples=["below typical"])
    uncertain: bool = Field(examples=[False])
    withheld: bool = Field(description="too few answers to show a single agent's figures", examples=[False])


class ScoreSheetOut(Answer):
    """The score on one scale; answers on several scales are never averaged together."""

    metric: str = Field(examples=["csat"])
    scale: str = Field(examples=["csat-5"])
    step: str | None = Field(description="NPS: relational and transactional answers stay apart", examples=[None])
    definition: DefinitionOut
    total: ScoreOut
    rows: list[ScoreRow]


class Sheets(Answer):
    """One sheet a scale, the one with most answers first."""

    sheets: list[ScoreSheetOut]


class AccountFigureOut(EstimateOut):
    """One way to make one figure of several accounts."""

    variant: str = Field(examples=["mean_of_accounts"])
    text: str = Field(examples=["mean of the accounts' scores: each account counts once"])
    n: int = Field(examples=[3630])
    accounts: int = Field(examples=[48])
    contacts: int | None = Field(examples=[903])
    behind: str = Field(examples=["3630 answers from 903 contacts in 48 accounts"])
    left_out: int = Field(description="accounts that answered but have no value to weight with", examples=[0])


class AccountSheet(Answer):
    """The account-level figures on one scale."""

    scale: str = Field(examples=["nps"])
    step: str | None = Field(examples=["relational"])
    definition: DefinitionOut
    total: ScoreOut
    figures: list[AccountFigureOut]


class AccountSheets(Answer):
    """One sheet a scale; `note` says why nothing is weighted by value, where that is so."""

    sheets: list[AccountSheet]
    note: str | None = Field(examples=[None])


class Factor(Answer):
    """How much a segment goes together with a score: an association, not a cause."""

    factor: str = Field(examples=["issue_type"])
    groups: int = Field(examples=[9])
    n: int = Field(examples=[3630])
    explained: float | None = Field(description="per cent of the answers' variance (ω²)", examples=[4.2])
    p_value: float | None = Field(examples=[0.0001])
    lowest: str | None = Field(description="the group with the lowest score; people are not named", examples=["refund"])
    lowest_score: float | None = Field(examples=[61.3])
    highest: str | None = Field(examples=["how-to"])
    highest_score: float | None = Field(examples=[90.1])


class Factors(Answer):
    """Factors, the strongest first."""

    factors: list[Factor]


def sheet_out(sheet: ScoreSheet, by: Sequence[str], *, fewest: int = 0) -> ScoreSheetOut:
    """A sheet as it is answered; rows of fewer than ``fewest`` answers are withheld."""
    categories = sheet.definition.categories if sheet.definition.has_shares else ()
    rows = [row_out(row, by, categories, fewest) for row in records(sheet.table)]
    return ScoreSheetOut(
        metric=sheet.metric.value, scale=sheet.scale, step=sheet.step, definition=definition_out(sheet),
        total=score_out(sheet.total), rows=rows,
    )  # fmt: skip


def row_out(row: Mapping[str, Any], by: Sequence[str], categories: Sequence[str], fewest: int) -> ScoreRow:
    """One row of `records`, its groups ``by`` under ``segments``."""
    hidden = row["n"] < fewest
    kept = {} if hidden else row
    plain = ("score", "low", "high", "mean", "mean_low", "mean_high", "coverage", "band")
    times = ("period", "period_start", "period_end", "window_start", "total_of")
    change = _estimate(kept, "change")
    return ScoreRow(
        segments=groups_of(row, by), n=row["n"], uncertain=row["uncertain"], withheld=hidden or row["withheld"],
        **{name: row.get(name) for name in times}, **{name: kept.get(name) for name in plain},
        shares={name: kept.get(name) for name in categories},
        figures={name: found for name in ("net_easy", "ease_index") if (found := _estimate(kept, name))},
        change=None if change is None else ChangeOut(**change.model_dump(), is_noise=kept.get("is_noise")),
        adjusted=_estimate(kept, "adjusted"),
    )  # fmt: skip


def groups_of(row: Mapping[str, Any], by: Sequence[str]) -> Segments:
    """The groups of a row, as texts."""
    return {name: None if row[name] is None else str(row[name]) for name in by}


def score_out(score: Score) -> ScoreOut:
    """A score as it is answered."""
    return ScoreOut.model_validate(score.to_dict())


def change_out(comparison: Comparison) -> ChangeOut:
    """What changed between two scores."""
    change = comparison.change
    return ChangeOut(value=change.value, low=change.low, high=change.high, is_noise=change.is_noise)


def factors_out(table: pd.DataFrame) -> Factors:
    """The table of factors as it is answered."""
    return Factors(factors=[Factor.model_validate(row) for row in records(table)])


def definition_out(sheet: ScoreSheet) -> DefinitionOut:
    """How a sheet is counted."""
    return DefinitionOut(name=sheet.definition.name, text=sheet.definition.text)


def _estimate(row: Mapping[str, Any], name: str) -> EstimateOut | None:
    """The figure ``name`` with its interval; ``None`` where the row has none, or it could not be made."""
    if row.get(name) is None:
        return None
    return EstimateOut(value=row[name], low=row.get(f"{name}_low"), high=row.get(f"{name}_high"))
