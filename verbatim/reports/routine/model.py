"""The three routine reports as values: what was found, before it looks like anything.

As in `verbatim.reports.model`: every figure carries its n and interval, ``None`` means that there is nothing to say,
and `to_dict` gives plain JSON whose first key names its schema.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from verbatim.reports.model import Breakdown, Change, Figure, Note, Quote, ScoreLine, Sentence

DAILY_SCHEMA = "verbatim.daily-report/1"
WEEKLY_SCHEMA = "verbatim.weekly-report/1"
ACCOUNT_SCHEMA = "verbatim.account-review/1"


@dataclass(frozen=True, slots=True)
class FollowUpCounts:
    """What became of the follow-ups of the time that a report covers.

    ``opened`` counts all of them; of these ``contacted`` (and not yet resolved) and ``resolved`` exclude each other;
    ``overdue`` are past their due time.
    """

    opened: int = 0
    contacted: int = 0
    resolved: int = 0
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class Voice:
    """One customer's answer: what was rated, what was said with it, and whom to talk to about it.

    ``text`` is redacted and cut, ``None`` where nothing was written; ``said_on`` is a local time in words; ``ticket``
    and ``account`` are what people call them.
    """

    kind: Literal["praise", "complaint", "neutral"]
    text: str | None
    rating: str | None
    said_on: str | None
    ticket: str | None
    account: str | None
    owner: str | None
    submission_id: str
    comment_id: str | None


@dataclass(frozen=True, slots=True)
class Contrast:
    """A theme among some comments against all others: ``share`` of them in percent, ``change.before`` of the others.

    ``change.real`` allows for the number of themes that were compared; a comment counts on every theme it speaks of.
    """

    theme_id: str
    name: str
    volume: int
    share: Figure
    change: Change | None
    sentiment: Figure | None
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Burst:
    """A theme that more customers than usual spoke of within 24 hours; ``p`` allows for all themes and days."""

    theme_id: str
    name: str
    part_of: str | None
    span: str
    customers: int
    of: int
    expected: float
    p: float
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DailyReport:
    """One day's answers. ``quiet`` stands in the place of everything else where nothing came in.

    ``positive`` and ``negative`` count answers of every metric that are favourable (satisfied, easy, promoter) and
    unfavourable; ``positive_share`` is the first in percent of ``answers``. ``negatives`` are those shown.
    """

    organisation: str
    day: str
    title: str
    period: str
    timezone: str
    generated_at: str | None
    line: str
    quiet: str | None
    answers: int
    comments: int
    accounts: int | None
    positive: int
    negative: int
    positive_share: Figure
    scores: tuple[ScoreLine, ...]
    negatives: tuple[Voice, ...]
    negatives_unshown: int
    praise: Voice | None
    bursts: tuple[Burst, ...]
    bursts_absent: str | None
    follow_ups: FollowUpCounts | None
    method: tuple[Note, ...]
    caveats: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, dictionaries, numbers and strings, ready for JSON; the first key is ``schema``."""
        return {"schema": DAILY_SCHEMA} | asdict(self)


@dataclass(frozen=True, slots=True)
class Coaching:
    """What to talk about with one person: praise first. ``note`` only where the statistics hold."""

    agent: str
    figure: Figure
    unit: str
    small: bool
    praise: Voice | None
    note: str | None


@dataclass(frozen=True, slots=True)
class CoachingSection:
    """Agents in alphabetical order, never by score; ``withheld`` had too few answers to say anything of."""

    metric: str | None
    agents: tuple[Coaching, ...]
    withheld: int
    absent: str | None


@dataclass(frozen=True, slots=True)
class SegmentTable:
    """One metric's breakdown; ``unit`` is the metric's."""

    metric: str
    unit: str
    breakdown: Breakdown


@dataclass(frozen=True, slots=True)
class WeeklyReport:
    """One ISO week. ``causes`` are themes of comments with a low score against all other comments of the week."""

    organisation: str
    week: str
    title: str
    period: str
    timezone: str
    generated_at: str | None
    answers: int
    comments: int
    accounts: int | None
    scores: tuple[ScoreLine, ...]
    segments: tuple[SegmentTable, ...]
    changed: tuple[Sentence, ...]
    quiet: str | None
    low_comments: int
    causes: tuple[Contrast, ...]
    causes_absent: str | None
    low_voices: tuple[Voice, ...]
    praise: tuple[Voice, ...]
    actions: tuple[Sentence, ...]
    coaching: CoachingSection
    follow_ups: FollowUpCounts | None
    method: tuple[Note, ...]
    caveats: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, dictionaries, numbers and strings, ready for JSON; the first key is ``schema``."""
        return {"schema": WEEKLY_SCHEMA} | asdict(self)


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """The account as its source describes it; dates are ISO days in the time zone of the report."""

    id: str
    name: str
    external_id: str | None
    tier: str | None
    arr: float | None
    currency: str | None
    since: str | None
    renewal_on: str | None
    renewal_days: int | None
    owner: str | None
    segments: dict[str, str]


@dataclass(frozen=True, slots=True)
class AccountView:
    """One of the ways to one figure over all accounts, beside the account's own."""

    metric: str
    unit: str
    variant: str
    figure: Figure
    behind: str


@dataclass(frozen=True, slots=True)
class Role:
    """The people of one role: how many there are, how many answered, and their score where they did."""

    name: str
    contacts: int
    answered: int
    scores: tuple[tuple[str, str, Figure], ...]  # metric, unit, figure


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A ticket nobody has solved, with the newest stored prediction of each metric; risks are percentages."""

    ticket: str
    status: str | None
    priority: str | None
    opened_on: str | None
    days_open: int | None
    predictions: tuple[Risk, ...]


@dataclass(frozen=True, slots=True)
class Risk:
    """How likely a ticket is to end dissatisfied, as last predicted; ``reasons`` are statements, strongest first."""

    metric: str
    risk: float
    low: float
    high: float
    band: str
    predicted_on: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountReview:
    """One account over some months, for the talk with it."""

    organisation: str
    account: AccountFacts
    title: str
    period: str
    start: str
    end: str
    timezone: str
    generated_at: str | None
    answers: int
    comments: int
    contacts: int
    contacts_answered: int
    scores: tuple[ScoreLine, ...]
    views: tuple[AccountView, ...]
    views_note: str | None
    roles: tuple[Role, ...]
    themes: tuple[Contrast, ...]
    themes_absent: str | None
    praise: tuple[Voice, ...]
    complaints: tuple[Voice, ...]
    open_tickets: tuple[OpenTicket, ...]
    tickets_unshown: int
    changed: tuple[Sentence, ...]
    quiet: str | None
    raise_next: tuple[Sentence, ...]
    follow_ups: FollowUpCounts | None
    method: tuple[Note, ...]
    caveats: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, dictionaries, numbers and strings, ready for JSON; the first key is ``schema``."""
        return {"schema": ACCOUNT_SCHEMA} | asdict(self)
