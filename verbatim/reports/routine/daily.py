"""The daily digest: what came in on one day, whom to call, one praise to share, and what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verbatim.reports.figures import share_figure
from verbatim.reports.metrics import EMPTY
from verbatim.reports.quotes import verdict_of
from verbatim.reports.routine.bursts import bursts_on
from verbatim.reports.routine.model import DailyReport
from verbatim.reports.routine.notes import LOW, caveats_of, method_of
from verbatim.reports.routine.scores import known_days, refuse_empty, score_lines
from verbatim.reports.routine.spans import day_span, day_title
from verbatim.reports.routine.telling import digest_line
from verbatim.reports.routine.voices import Speakers, negatives, praise, voices_in
from verbatim.reports.words import day_of
from verbatim.storage import queries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from verbatim.reports.routine.model import FollowUpCounts
    from verbatim.reports.routine.scores import Line
    from verbatim.reports.routine.spans import Days
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

USUAL_DAYS = 28
MOST_NEGATIVES = 15


def build_daily(
    store: Store, settings: Settings, *, day: str, follow_ups: FollowUpCounts | None = None,
    generated_at: datetime | None = None,
) -> DailyReport:  # fmt: skip
    """The digest of ``day`` (``YYYY-MM-DD``) in the organisation's time zone.

    A day without answers and comments, a Sunday say, is a short report that says so; the clock is not read.

    Raises:
        EmptyError: the store has no answers and comments at all.
        UserError: ``day`` is not a day.
    """
    days = day_span(day, settings.timezone)
    lines = score_lines(store, settings, days, days.before(USUAL_DAYS), against=f"the {USUAL_DAYS} days before")
    span = days.period
    comments = queries.comments(store, start=span.start, end=span.end)
    quiet = _quiet(store, days) if not lines and comments.empty else None
    accounts = queries.accounts(store)
    voices = voices_in(store, [line.asked for line in lines], days)
    low, kind = negatives(voices, accounts), praise(voices).head(1)
    speakers = Speakers(store, days, [low, kind], accounts)
    positive, negative, answers = _sides(lines)
    bursts, why_none = ((), None) if quiet else bursts_on(store, settings, days)
    share = share_figure(positive, answers) if answers else EMPTY
    unrated = int((low["ratings"].isna()).sum())
    line = digest_line(answers, share, negative + unrated, follow_ups) if quiet is None else quiet
    return DailyReport(
        organisation=settings.organisation, day=day, title=f"Daily digest, {day_title(days.first)}",
        period=day_title(days.first), timezone=days.tz,
        generated_at=None if generated_at is None else generated_at.isoformat(timespec="minutes"),
        line=line, quiet=quiet, answers=answers, comments=len(comments),
        accounts=int(voices["account_id"].nunique()) or None, positive=positive, negative=negative + unrated,
        positive_share=share, scores=tuple(line.shown for line in lines),
        negatives=speakers.voices(low.head(MOST_NEGATIVES), clock=True),
        negatives_unshown=max(0, len(low) - MOST_NEGATIVES),
        praise=next(iter(speakers.voices(kind, clock=True)), None), bursts=bursts, bursts_absent=why_none,
        follow_ups=follow_ups, method=() if quiet else method_of((line.shown for line in lines), days.tz, LOW),
        caveats=() if quiet else caveats_of("One day has few answers: look at its words rather than at its score."),
    )  # fmt: skip


def _sides(lines: Sequence[Line]) -> tuple[int, int, int]:
    """Favourable, unfavourable and all answers, of every metric."""
    good = bad = every = 0
    for line in lines:
        for value, n in zip(line.now["value"], line.now["n"], strict=True):
            verdict = verdict_of(value, line.asked.definition)
            good += int(n) if verdict == "good" else 0
            bad += int(n) if verdict == "bad" else 0
            every += int(n)
    return good, bad, every


def _quiet(store: Store, days: Days) -> str:
    """What a digest of an empty day says.

    Raises:
        EmptyError: there is nothing on any day.
    """
    known = known_days(store, days.tz)
    if known is None:
        raise refuse_empty(store, days.tz, day_title(days.first))
    return f"Nothing came in. There are answers from {day_of(known[0])} to {day_of(known[1])}."
