"""The monthly report as a value: what was found, before it looks like anything.

`build` fills it from the store; the renderers only read it. Every figure carries its n and interval;
``None`` means that there is nothing to say. `to_dict` gives plain JSON under the version in ``SCHEMA``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = "verbatim.monthly-report/1"

MovementKind = Literal["new", "growing", "shrinking", "fading"]


@dataclass(frozen=True, slots=True)
class Figure:
    """An estimate from ``n`` answers; ``low`` and ``high`` bound its 95 % interval, ``None`` where there is none."""

    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Change:
    """A difference to ``against`` (a month's name), in the unit of the score; ``real`` = the interval excludes 0."""

    against: str
    before: Figure
    difference: float
    low: float
    high: float
    real: bool


@dataclass(frozen=True, slots=True)
class Goal:
    """A target and where the score stands against it.

    ``gap`` is positive while the goal is missed (in the metric's better direction). ``verdict`` is one of
    ``reached``, ``missed`` (the interval excludes the goal) or ``open`` (the interval contains it).
    """

    value: float
    due_on: str | None
    gap: float | None
    verdict: Literal["reached", "missed", "open"]
    sentence: str


@dataclass(frozen=True, slots=True)
class Point:
    """One position on a time axis: ``on`` is an ISO date (the first or last day of the span), ``label`` its name."""

    on: str
    label: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Mark:
    """A milestone inside the six months."""

    on: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Group:
    """One value of a segment; ``small`` = fewer answers than the settings call certain."""

    name: str
    figure: Figure
    small: bool
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One score by one segment, in the order shown; ``withheld`` groups had too few answers to show."""

    segment: str
    groups: tuple[Group, ...]
    withheld: int
    note: str | None


@dataclass(frozen=True, slots=True)
class SecondFigure:
    """A further figure of the same answers, never a replacement for the first."""

    name: str
    unit: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class MetricSection:
    """One metric on one scale (several scales of a metric are several sections, never averaged).

    ``unit`` is one of `verbatim.reports.words.DECIMALS`; ``floor`` and ``ceiling`` bound the axis;
    ``lower_is_better`` is the direction of the figure. ``figure.value`` is ``None`` where the month has no answers.
    ``change`` is against the last month that has answers, ``drift`` against the first of the six that has.
    """

    key: str
    metric: str
    name: str
    scale: str
    definition: str
    unit: str
    floor: float
    ceiling: float
    lower_is_better: bool
    figure: Figure
    second: SecondFigure | None
    change: Change | None
    drift: Change | None
    goal: Goal | None
    band: str | None
    headline: str
    months: tuple[Point, ...]
    weeks: tuple[Point, ...]
    breakdowns: tuple[Breakdown, ...]


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One metric on one scale in a short time, or of one account; the names as in `MetricSection`.

    ``points`` are the periods that end with this one; ``small`` = fewer answers than the settings call certain.
    """

    key: str
    metric: str
    name: str
    scale: str
    definition: str
    unit: str
    floor: float
    ceiling: float
    lower_is_better: bool
    figure: Figure
    second: SecondFigure | None
    change: Change | None
    headline: str
    small: bool
    points: tuple[Point, ...] = ()

    @property
    def goal(self) -> Goal | None:
        """Targets are tracked by month, in the monthly report."""
        return None


Scored: TypeAlias = MetricSection | ScoreLine


@dataclass(frozen=True, slots=True)
class Quote:
    """What a comment, redacted, says on the theme; ``rating`` says what score came with it.

    ``text`` is the part shown: “…” stands where the comment (``comment``, the whole of it) says more, or where a long
    part was cut at a word. ``spans`` are the characters ``[start, end)`` of the comment that are on the theme.
    """

    text: str
    kind: Literal["praise", "complaint", "neutral"]
    rating: str | None
    month: str | None
    comment_id: str
    comment: str = ""
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ThemeScore:
    """A score of the comments on one theme against all other comments of the month."""

    name: str
    unit: str
    inside: Figure
    outside: Figure
    difference: float
    low: float
    high: float
    real: bool


@dataclass(frozen=True, slots=True)
class ThemeLine:
    """One theme in the month. ``share`` is of the month's comments, in percent; ``sparkline`` shares by month.

    ``volume`` are distinct comments; a comment on several themes counts on each, so shares need not add up to 100.
    """

    id: str
    name: str
    keywords: tuple[str, ...]
    volume: int
    share: Figure
    change: Change | None
    sentiment: Figure | None
    scores: tuple[ThemeScore, ...]
    sparkline: tuple[Point, ...]
    quotes: tuple[Quote, ...]
    status: MovementKind | None


@dataclass(frozen=True, slots=True)
class Movement:
    """A theme that came, grew, shrank or faded, by the rule in ``verbatim.reports.movements``.

    ``since`` is the month in which a new theme appeared, or the one around which a fading one was largest.
    ``part_of`` names the theme of a sub-theme; ``near`` are the milestones of the month ``since``.
    """

    theme_id: str
    name: str
    kind: MovementKind
    since: str | None
    before: Figure
    after: Figure
    low: float
    high: float
    sentence: str
    near: str | None = None
    part_of: str | None = None


@dataclass(frozen=True, slots=True)
class ThemeSection:
    """The month's themes; ``absent`` says why there are none, ``comments`` counts those that say something."""

    comments: int
    uninformative: int
    unassigned: int
    top: tuple[ThemeLine, ...]
    others: int
    movements: tuple[Movement, ...]
    model: str | None
    absent: str | None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence whose statistics hold; ``evidence`` are the figures it stands on, ``owner`` a blank to fill."""

    text: str
    evidence: str
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """What changed, why, and what next; each list may be empty, and ``quiet`` says so in a sentence."""

    changed: tuple[Sentence, ...]
    why: tuple[Sentence, ...]
    next: tuple[Sentence, ...]
    quiet: str | None


@dataclass(frozen=True, slots=True)
class Representation:
    """A group's share of everybody and of those who answered, in percent."""

    group: str
    everybody: float
    answered: Figure
    real: bool


@dataclass(frozen=True, slots=True)
class QualitySection:
    """How far the month's answers can be trusted, for one metric.

    Rates are percentages with intervals; ``delay_hours`` is a median. ``raw`` and ``weighted`` are the same score
    before and after post-stratification by ``segment``.
    """

    metric: str
    name: str
    unit: str
    sent: int
    response: Figure | None
    commented: Figure | None
    delay_hours: float | None
    late: Figure | None
    segment: str | None
    representation: tuple[Representation, ...]
    raw: Figure | None
    weighted: Figure | None
    basis: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chronic:
    """Themes that stay unhappy for months, and their ``names``; ``absent`` says why there is none to name."""

    issues: tuple[Sentence, ...] = ()
    absent: str | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Praised:
    """Kind words on a ticket that somebody held; never with a score. ``agent`` is ``None`` for who may not see who."""

    agent: str | None
    text: str
    said_on: str | None


@dataclass(frozen=True, slots=True)
class Recognition:
    """People to thank, in alphabetical order, or (``unnamed``) their praise alone; ``note`` says who is listed."""

    people: tuple[Praised, ...]
    note: str

    @property
    def title(self) -> str:
        """What stands above it."""
        return "People to thank" if any(one.agent for one in self.people) else "Praise"


@dataclass(frozen=True, slots=True)
class Retention:
    """Accounts that renew within ``days`` beside all others, over the last three months.

    In ``scores`` the accounts that renew are ``inside``; ``told`` are sentences whose statistics hold.
    """

    days: int
    renewing: int
    answered: int
    scores: tuple[ThemeScore, ...]
    told: tuple[Sentence, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """``due``: what the month leaves to decide; ``taken``: the latest milestones and what followed them."""

    due: tuple[Sentence, ...]
    taken: tuple[Sentence, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """One entry of the method note."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class MonthlyReport:
    """Everything one month's report says. ``generated_at`` is an ISO time, or ``None`` for reproducible bytes."""

    organisation: str
    month: str
    title: str
    period: str
    timezone: str
    generated_at: str | None
    answers: int
    comments: int
    accounts: int | None
    metrics: tuple[MetricSection, ...]
    marks: tuple[Mark, ...]
    themes: ThemeSection
    story: Story
    quality: tuple[QualitySection, ...]
    method: tuple[Note, ...]
    caveats: tuple[str, ...]
    chronic: Chronic = Chronic()
    recognition: Recognition | None = None
    retention: Retention | None = None
    decisions: Decisions | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, dictionaries, numbers and strings, ready for JSON; the first key is ``schema``."""
        return {"schema": SCHEMA} | asdict(self)

    def moved(self, kind: MovementKind) -> Iterator[Movement]:
        """The themes that are ``kind``, largest change first."""
        return (movement for movement in self.themes.movements if movement.kind == kind)
