"""Reports: values built from the store, and their renderings. `kinds` has the table of what there is."""

from verbatim.reports.build import build_monthly
from verbatim.reports.kinds import KINDS, build_report, file_name, latest_complete, names_people, without_names
from verbatim.reports.model import MonthlyReport
from verbatim.reports.render import FORMATS, Report, render, write_report
from verbatim.reports.routine import (
    AccountReview,
    DailyReport,
    FollowUpCounts,
    WeeklyReport,
    build_account_review,
    build_daily,
    build_weekly,
)

__all__ = [
    "FORMATS", "KINDS", "AccountReview", "DailyReport", "FollowUpCounts", "MonthlyReport", "Report", "WeeklyReport",
    "build_account_review", "build_daily", "build_monthly", "build_report", "build_weekly", "file_name",
    "latest_complete", "names_people", "render", "without_names", "write_report",
]  # fmt: skip
