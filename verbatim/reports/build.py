"""Builds the month's report from the store: the path from what was answered to what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verbatim.domain import Metric
from verbatim.errors import EmptyError, NotFoundError
from verbatim.reports.decisions import decisions
from verbatim.reports.lasting import chronic_issues, recognition, retention
from verbatim.reports.method import caveats, method_notes
from verbatim.reports.metrics import measures, metric_section
from verbatim.reports.model import Chronic, Mark, MonthlyReport
from verbatim.reports.months import Calendar
from verbatim.reports.quality import quality_section
from verbatim.reports.story import ask_store, recent_milestones, tell
from verbatim.reports.themes import theme_section
from verbatim.reports.words import month_name
from verbatim.scores.segments import PROTECTED
from verbatim.storage import queries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from verbatim.reports.metrics import Measure
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

PREFERRED = ("channel", "tier", "team", "product", "issue_type", "region", "priority", "role")
SHOWN = 2
MOST_GROUPS = 12
MOST_TRIED = 16


def build_monthly(
    store: Store,
    settings: Settings,
    *,
    month: str,
    segments: Sequence[str] | None = None,
    generated_at: datetime | None = None,
) -> MonthlyReport:
    """The report of ``month`` (``YYYY-MM``) by ``segments`` (default: channel and tier, or what else occurs).

    The clock is not read: without ``generated_at`` the same store gives the same report.

    Raises:
        EmptyError: the month has neither answers nor comments; the message says which months have.
        NotFoundError: a segment that is not in the store.
        UserError: ``month`` is not a month.
    """
    calendar = Calendar(month, settings.timezone)
    span = calendar.period
    comments = queries.comments(store, start=span.start, end=span.end)
    asked = measures(store, settings, calendar)
    if comments.empty and not any(len(measure.within(month, calendar.tz)) for measure in asked):
        raise EmptyError(_nothing(store, calendar))
    by = _usual_segments(store, asked, calendar) if segments is None else _checked(store, segments)
    marks = _marks(store, calendar)
    sections = tuple(metric_section(store, settings, calendar, measure, by) for measure in asked)
    themes = theme_section(store, calendar, asked, marks)
    found = (quality_section(store, settings, calendar, measure, by) for measure in asked if measure.main)
    quality = tuple(section for section in found if section is not None)
    milestones = recent_milestones(store, calendar, asked)
    story = tell(sections, themes, quality, ask_store(store, settings, calendar, milestones), calendar)
    chronic = Chronic() if themes.absent else chronic_issues(store, settings, calendar, asked)
    unmined = len(comments) - themes.comments - themes.uninformative if themes.model else 0
    return MonthlyReport(
        organisation=settings.organisation,
        month=month,
        title=f"Customer feedback, {month_name(month)}",
        period=calendar.description,
        timezone=calendar.tz,
        generated_at=None if generated_at is None else generated_at.isoformat(timespec="minutes"),
        answers=sum(section.figure.n for section in sections),
        comments=len(comments),
        accounts=_accounts(store, asked, calendar),
        metrics=sections,
        marks=marks,
        themes=themes,
        story=story,
        quality=quality,
        method=method_notes(sections, themes, settings, calendar),
        caveats=caveats(sections, themes, max(0, unmined)),
        chronic=chronic,
        recognition=recognition(store, settings, calendar, asked),
        retention=retention(store, calendar, asked),
        decisions=decisions(calendar, sections, chronic, milestones),
    )


def _checked(store: Store, segments: Sequence[str]) -> list[str]:
    known = {*queries.segment_names(store), *queries.BUILT_IN}
    for name in segments:
        if name not in known:
            raise NotFoundError(f"there is no segment {name!r} to break down by; there are {', '.join(sorted(known))}")
    return list(dict.fromkeys(segments))


def _usual_segments(store: Store, asked: Sequence[Measure], calendar: Calendar) -> list[str]:
    """Two segments with a readable number of groups: channel and tier before others."""
    if not asked:
        return []
    metric, span = asked[0].metric, calendar.period
    names = queries.segment_names(store, metric)
    candidates = [name for name in PREFERRED if name in names] + [name for name in names if name not in PREFERRED]
    chosen: list[str] = []
    for name in candidates[:MOST_TRIED]:
        counts = queries.answer_counts(store, metric, by=[name], start=span.start, end=span.end)
        if name not in PROTECTED and 2 <= counts[name].nunique() <= MOST_GROUPS:
            chosen.append(name)
        if len(chosen) == SHOWN:
            break
    return chosen


def _marks(store: Store, calendar: Calendar) -> tuple[Mark, ...]:
    """The milestones of the six months, by their local day."""
    rows = queries.milestones(store)
    inside = rows[(rows["at"] >= calendar.window_start) & (rows["at"] < calendar.period.end)]
    return tuple(
        Mark(row["at"].astimezone(calendar.zone).date().isoformat(), row["name"], row["kind"])
        for row in inside.to_dict("records")
    )


def _accounts(store: Store, asked: Sequence[Measure], calendar: Calendar) -> int | None:
    """How many accounts answered in the month; ``None`` where answers have no account."""
    span = calendar.period
    found: set[str] = set()
    for metric in sorted({measure.metric for measure in asked}):
        counts = queries.answer_counts(store, metric, by=["account_id"], start=span.start, end=span.end)
        found |= set(counts["account_id"].dropna())
    return len(found) or None


def _nothing(store: Store, calendar: Calendar) -> str:
    known: set[str] = set()
    for metric in Metric:
        counts = queries.answer_counts(store, metric, period="month", tz=calendar.tz)
        known |= set(counts["period_start"].dropna().dt.strftime("%Y-%m"))
    said = queries.comments(store)["occurred_at"].dropna().dt.tz_convert(calendar.tz)
    known |= set(said.dt.strftime("%Y-%m"))
    if known:
        there = f"there are some from {min(known)} to {max(known)}"
    else:
        there = "the store holds none with a date: `verbatim ingest responses FILE` reads some in"
    return f"{month_name(calendar.month)} has neither answers nor comments; {there}"
