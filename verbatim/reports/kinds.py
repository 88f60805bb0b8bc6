"""The kinds of reports, in one table for the command line, the API and schedules.

A kind knows how its period is written, how it is built, what its file is called, and which period a schedule that runs
now would take.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from verbatim.domain import Period, stable_key
from verbatim.errors import UserError
from verbatim.reports.build import build_monthly
from verbatim.reports.lasting import unnamed
from verbatim.reports.model import MonthlyReport
from verbatim.reports.routine import build_account_review, build_daily, build_weekly
from verbatim.reports.routine.spans import day_span, months_span, shifted, week_of, week_span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from verbatim.reports.render import Report
    from verbatim.reports.routine import FollowUpCounts
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

REVIEW_MONTHS = 3
ENDINGS: Mapping[str, str] = {"email": "eml"}  # of files, where they are not called like their format


@dataclass(frozen=True, slots=True)
class ReportKind:
    """One kind: ``period_form`` is how its period is written, ``builder`` takes store, settings and keywords.

    ``takes`` are the keywords that its builder knows beside ``period`` (or, of an account review, ``account``).
    """

    name: str
    title: str
    period_form: str
    example: str
    takes: frozenset[str]


KINDS: Mapping[str, ReportKind] = {
    kind.name: kind
    for kind in (
        ReportKind("daily", "Daily digest", "YYYY-MM-DD", "2026-10-31", frozenset({"follow_ups"})),
        ReportKind("weekly", "Weekly summary", "YYYY-Www", "2026-W44", frozenset({"follow_ups"})),
        ReportKind("monthly", "Monthly report", "YYYY-MM", "2026-10", frozenset({"segments"})),
        ReportKind(
            "account", "Account review", "YYYY-MM..YYYY-MM", "2026-08..2026-10", frozenset({"follow_ups", "account"})
        ),
    )
}


def kind_named(name: str) -> ReportKind:
    """The kind called ``name``.

    Raises:
        UserError: there is none.
    """
    if name not in KINDS:
        raise UserError(f"{name!r} is no kind of report; the kinds are {', '.join(KINDS)}")
    return KINDS[name]


def checked_period(kind: str, period: str, tz: str = "UTC") -> Period:
    """The moments of a period word, half-open, in the time zone ``tz``.

    Raises:
        UserError: no such kind, or the word is not one of its periods.
    """
    form = kind_named(kind)
    if form.name == "daily":
        return day_span(period, tz).period
    if form.name == "weekly":
        return week_span(period, tz).period
    if form.name == "monthly":
        return Period.of_month(period, tz)
    return months_span(*_ends(period), tz).period


def latest_complete(kind: str, now: datetime, tz: str) -> str:
    """The period word that a schedule would take ``now``: yesterday, last week, last month, the last three months.

    Raises:
        UserError: no such kind, or ``now`` has no time zone.
    """
    if now.tzinfo is None:
        raise UserError("the time has no zone; give an aware one, for example datetime.now(UTC)")
    today = now.astimezone(ZoneInfo(tz)).date()
    last_month = shifted(f"{today:%Y-%m}", -1)
    words: dict[str, Callable[[], str]] = {
        "daily": lambda: (today - timedelta(days=1)).isoformat(),
        "weekly": lambda: week_of(today - timedelta(days=7)),
        "monthly": lambda: last_month,
        "account": lambda: f"{shifted(last_month, 1 - REVIEW_MONTHS)}..{last_month}",
    }
    return words[kind_named(kind).name]()


def build_report(
    store: Store, settings: Settings, kind: str, *, period: str | None = None, account: str | None = None,
    segments: tuple[str, ...] | None = None, follow_ups: FollowUpCounts | None = None,
    generated_at: datetime | None = None,
) -> Report:  # fmt: skip
    """A report of any kind; ``period`` may be left out for an account only (its last three full months).

    Raises:
        UserError: no such kind, no period, a period or an argument that does not fit the kind.
        NotFoundError, EmptyError: as the builder says.
    """
    form = kind_named(kind)
    given = {"account": account, "segments": segments, "follow_ups": follow_ups}
    extra = sorted(name for name, value in given.items() if value is not None and name not in form.takes)
    if extra:
        raise UserError(f"a {form.name} report takes no {extra[0]}")
    if period is None and form.name != "account":
        raise UserError(f"a {form.name} report needs a period, written as {form.period_form}, e.g. {form.example}")
    options: dict[str, Any] = {"generated_at": generated_at}
    if form.name == "monthly":
        return build_monthly(store, settings, month=period or "", segments=segments, **options)
    options["follow_ups"] = follow_ups
    if form.name == "daily":
        return build_daily(store, settings, day=period or "", **options)
    if form.name == "weekly":
        return build_weekly(store, settings, week=period or "", **options)
    if account is None:
        raise UserError("an account review needs an account: its id or its name")
    start, end = (None, None) if period is None else _ends(period)
    return build_account_review(store, settings, account=account, start=start, end=end, **options)


def names_people(report: Report) -> bool:
    """Whether it says beside words of praise whose tickets they were on; weekly reports say more and are not meant."""
    found = report.recognition if isinstance(report, MonthlyReport) else None
    return found is not None and any(one.agent for one in found.people)


def without_names(report: Report) -> Report:
    """The report as it is shown to those who may not see how single agents are rated; most are as they were."""
    if not isinstance(report, MonthlyReport) or report.recognition is None:
        return report
    return replace(report, recognition=unnamed(report.recognition))


def file_name(kind: str, period: str | None, fmt: str, *, account: str | None = None) -> str:
    """What a report's file is called, without a folder: ``report-2026-10.html``, ``daily-2026-10-31.md``.

    An account gives its letters and digits and, so that no two share a file, a short key. A mail ends in ``.eml``.
    """
    form, ending = kind_named(kind), ENDINGS.get(fmt, fmt)
    if form.name == "monthly":
        return f"report-{period}.{ending}"
    if form.name != "account":
        return f"{form.name}-{period}.{ending}"
    words = "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in account or "").split()).lower()
    months = f"-{period.replace('..', '-to-')}" if period else ""
    return f"account-{words[:40] or 'review'}-{stable_key(account or '')[:6]}{months}.{ending}"


def _ends(period: str) -> tuple[str, str]:
    start, dots, end = period.partition("..")
    if not dots:
        end = start
    if not start or not end:
        raise UserError(
            f"{period!r} is not a run of months; write it as YYYY-MM..YYYY-MM, for example 2026-08..2026-10"
        )
    return start, end
