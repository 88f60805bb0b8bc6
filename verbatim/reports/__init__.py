"""The monthly report: one value built from the store, and its renderings."""

from verbatim.reports.build import build_monthly
from verbatim.reports.model import MonthlyReport
from verbatim.reports.render import FORMATS, render, write_report

__all__ = ["FORMATS", "MonthlyReport", "build_monthly", "render", "write_report"]
