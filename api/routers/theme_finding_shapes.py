"""What themes do to scores, which move and which stay unhappy, as the API shows it: the tables of the library."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from api.routers.score_shapes import DefinitionOut
from api.shapes import Answer

QUOTES = Field(description="redacted texts by id of the comment", examples=[{"5d41402abc4b2a76": "Wrong currency."}])


class NamedTheme(Answer):
    """The theme that a row is about."""

    theme_id: str = Field(examples=["T044"])
    name: str = Field(examples=["Invoice is wrong"])
    parent_id: str | None = Field(description="of a sub-theme: the theme it is under", examples=[None])
    part_of: str | None = Field(description="that theme's name", examples=[None])


class DriverRow(NamedTheme):
    """What one theme does to a score.

    Points are those of the definition's figure (percentage points of a share, net points, or those of the scale),
    turned so that negative is always worse. Intervals are 95 %, of each theme by itself.
    """

    volume: int = Field(description="comments on it in the span, with or without an answer", examples=[359])
    share: float | None = Field(description="per cent of the span's comments", examples=[6.71])
    volume_before: int = Field(description="comments on it in the span before; 0 without one", examples=[24])
    share_before: float | None = Field(description="per cent; null: nothing is compared with", examples=[5.58])
    change: float | None = Field(description="of the share, percentage points", examples=[1.13])
    change_low: float | None = Field(
        description="interval of the change (Newcombe), percentage points", examples=[-1.2]
    )
    change_high: float | None = Field(examples=[3.1])
    change_p: float | None = Field(description="of the change, allowing for all themes (Holm)", examples=[0.31])
    change_is_noise: bool | None = Field(
        description="change_p is 0.05 or more; null: nothing is compared with", examples=[True]
    )
    n: int = Field(description="answers on it", examples=[210])
    customers: int = Field(description="customers behind these answers", examples=[64])
    score: float | None = Field(
        description="of the answers on it, in the unit of the figure, not turned", examples=[41.9]
    )
    score_low: float | None = Field(examples=[35.4])
    score_high: float | None = Field(examples=[48.7])
    impact: float | None = Field(
        description="points: score of all answers minus the score without this theme's", examples=[-2.06]
    )
    impact_low: float | None = Field(examples=[-2.71])
    impact_high: float | None = Field(examples=[-1.49])
    adjusted: float | None = Field(
        description="points: how far the theme moves the score, all else (the other themes, segments) being equal",
        examples=[-1.74],
    )
    adjusted_low: float | None = Field(examples=[-2.35])
    adjusted_high: float | None = Field(examples=[-1.18])
    effect: float | None = Field(description="points: the same, for one answer on the theme", examples=[-34.9])
    effect_low: float | None = Field(examples=[-46.8])
    effect_high: float | None = Field(examples=[-23.7])
    p: float | None = Field(
        description="of the adjusted impact, else of the impact, allowing for all themes (Holm)", examples=[0.002]
    )
    is_noise: bool | None = Field(description="p is 0.05 or more; null: too little to tell", examples=[False])
    why: str | None = Field(description="why figures are null", examples=[None, "fewer than 50 answers with a comment"])


class Drivers(Answer):
    """What each theme does to a score."""

    metric: str = Field(examples=["csat"])
    scale: str = Field(examples=["csat-5"])
    step: str | None = Field(examples=[None])
    layer: str = Field(description="top: themes at the top; fine: the finest", examples=["top"])
    start: datetime | None
    end: datetime | None
    before: list[datetime] | None = Field(description="the span that shares are compared with: its start and its end")
    definition: DefinitionOut
    score: float = Field(description="of all answers, in the unit of the figure", examples=[81.2])
    n: int = Field(description="answers", examples=[4210])
    commented: int = Field(description="answers with a comment on a theme", examples=[2950])
    customers: int = Field(description="behind the answers", examples=[240])
    customers_by: str | None = Field(
        description="what counts as one: account, contact, submission or answer", examples=["account"]
    )
    segments: list[str] = Field(description="what impacts are adjusted for, beside the other themes", examples=[[]])
    strength: float | None = Field(description="of the ridge regression's penalty (λ)", examples=[10.0])
    explained: float | None = Field(
        description="share (0…1) of the variance, on customers it has not seen", examples=[0.21]
    )
    themes: list[DriverRow] = Field(description="the one that pulls the score down most first")


class QuotedTheme(NamedTheme):
    """The theme that a row is about, and what was said on it then."""

    quotes: list[str] = Field(
        description="ids of comments of that time (of a faded theme: from before), best first; texts: `quotes` of the "
        "answer", examples=[["5d41402abc4b2a76"]],
    )  # fmt: skip
    parts: list[str] = Field(
        description="what each of `quotes` says on the theme", examples=[["… the currency was wrong again. …"]]
    )


class MovedTheme(QuotedTheme):
    """How often a theme is spoken of in the last months, against the year before them."""

    kind: str = Field(description="new (a fifth or less before), growing, shrinking or fading", examples=["growing"])
    since: str = Field(description="first month of the window that says most", examples=["2026-09"])
    months: int = Field(description="how many months the window has, 1 to 6", examples=[2])
    n: int = Field(description="comments on the theme in the window", examples=[49])
    of: int = Field(description="all comments in the window", examples=[870])
    n_before: int = Field(description="comments on the theme in the up to twelve months before it", examples=[96])
    of_before: int = Field(description="all comments in these months", examples=[4480])
    rate: float = Field(description="per cent of the window's comments", examples=[5.63])
    rate_before: float = Field(description="per cent of the comments before it", examples=[2.14])
    customers: int = Field(description="accounts, else contacts, behind n", examples=[31])
    p: float = Field(description="by permutation, allowing for all themes, windows and days", examples=[0.004])


class SpokenDay(QuotedTheme):
    """24 hours in which several customers spoke of a theme."""

    start: datetime
    end: datetime = Field(description="exclusive")
    customers: int = Field(description="who spoke of it in that time", examples=[9])
    n: int = Field(description="their comments on it", examples=[11])
    of: int = Field(description="customers who wrote in that time, on whatever", examples=[24])
    expected: float = Field(description="customers that would have spoken of it, as usual", examples=[1.3])
    p: float = Field(description="by permutation, allowing for all themes, windows and days", examples=[0.002])


class Emerging(Answer):
    """What moved up to a month."""

    month: str = Field(examples=["2026-10"])
    comments: int = Field(description="of the month", examples=[440])
    themes: int = Field(description="how many were looked at", examples=[55])
    false_alarms: float = Field(
        description="share (0…1) of months with any theme here if dates meant nothing", examples=[0.05]
    )
    is_noise: bool = Field(description="nothing moved beyond noise", examples=[False])
    statement: str = Field(description="how sure this is, in words")
    new: list[MovedTheme] = Field(description="surest first")
    growing: list[MovedTheme]
    shrinking: list[MovedTheme]
    fading: list[MovedTheme]
    days: list[SpokenDay] = Field(description="24 hours in which several customers said the same")
    quotes: dict[str, str] = QUOTES


class ChronicTheme(QuotedTheme):
    """How long a theme has been unhappy, and by how much.

    A month counts where the theme is below the rest beyond noise; months that say nothing neither count nor end a run.
    """

    basis: str = Field(description="what it is unhappy by: csat, ces, nps or sentiment", examples=["csat"])
    run: int = Field(description="unhappy months", examples=[5])
    since: str = Field(description="first month of the run", examples=["2026-06"])
    until: str = Field(description="last month of the run", examples=["2026-10"])
    n: int = Field(description="answers (of sentiment: comments) on the theme in the run", examples=[143])
    value: float = Field(
        description="of these, in the unit of the definition's figure (per cent, net points or the scale's own); of "
        "sentiment the mean, -1 to 1", examples=[44.8],
    )  # fmt: skip
    rest: float = Field(description="the same of the others", examples=[83.5])
    difference: float = Field(description="theme minus rest, turned so that negative is worse", examples=[-38.7])
    low: float | None = Field(description="95 % interval of the difference", examples=[-47.0])
    high: float | None = Field(examples=[-30.1])


class Chronic(Answer):
    """What has been unhappy for months."""

    month: str = Field(examples=["2026-10"])
    chronic_months: int = Field(description="months running that make a theme chronic", examples=[3])
    chronic: list[ChronicTheme] = Field(description="longest run first")
    quotes: dict[str, str] = QUOTES
