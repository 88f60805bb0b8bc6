"""The daily digest, the weekly summary and the account review: three values, built from the store."""

from verbatim.reports.routine.account import build_account_review
from verbatim.reports.routine.daily import build_daily
from verbatim.reports.routine.model import AccountReview, DailyReport, FollowUpCounts, WeeklyReport
from verbatim.reports.routine.weekly import build_weekly

__all__ = [
    "AccountReview", "DailyReport", "FollowUpCounts", "WeeklyReport", "build_account_review", "build_daily",
    "build_weekly",
]  # fmt: skip
