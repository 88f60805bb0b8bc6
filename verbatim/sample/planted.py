"""The story that is planted: themes with their months, milestones, and the sizes of everything that drives a score."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from verbatim.sample.span import Span, after

Polarity = Literal["complaint", "praise", "request"]

_STEADY = (1.0,) * 12
NEW_THEME_STORY_MONTH = 7
MERGE_STORY_MONTH = 5


@dataclass(frozen=True, slots=True)
class PlantedTheme:
    """One theme; weights are relative, effects are in points of the metric's scale."""

    key: str
    name: str
    polarity: Polarity
    keywords: tuple[str, ...]
    status: str = "steady"
    months: tuple[float, ...] = _STEADY
    ticket_weight: float = 0.0
    nps_weight: float = 0.0
    onboarding_weight: float = 0.0
    csat_effect: float = 0.0
    ces_effect: float = 0.0
    nps_effect: float = 0.0
    merged_into: str | None = None

    def strength(self, span: Span, month: int) -> float:
        """How present the theme is in a month: 1 is its usual volume, 0 is absent."""
        return self.months[span.story_month(month)]


THEMES: tuple[PlantedTheme, ...] = (
    PlantedTheme(
        "sso_lockout",
        "Login and single sign-on failures",
        "complaint",
        ("login", "sso", "locked out", "password", "code"),
        ticket_weight=11,
        nps_weight=3,
        onboarding_weight=6,
        csat_effect=-0.25,
        ces_effect=-0.7,
        nps_effect=-1.2,
    ),
    PlantedTheme(
        "billing_errors",
        "Wrong invoices and double charges",
        "complaint",
        ("invoice", "charged", "vat", "seats", "credit note"),
        ticket_weight=9,
        nps_weight=4,
        csat_effect=-0.3,
        ces_effect=-0.6,
        nps_effect=-1.8,
    ),
    PlantedTheme(
        "mobile_sync",
        "Mobile app loses work when it syncs",
        "complaint",
        ("mobile", "app", "sync", "offline", "phone"),
        status="fading",
        months=(1.0, 1.05, 1.0, 1.05, 1.0, 0.9, 0.6, 0.3, 0.12, 0.03, 0.02, 0.02),
        ticket_weight=17,
        nps_weight=10,
        csat_effect=-0.35,
        ces_effect=-0.7,
        nps_effect=-2.0,
    ),
    PlantedTheme(
        "report_builder",
        "Report builder is confusing",
        "complaint",
        ("report", "builder", "filter", "chart", "totals"),
        status="merges into insights_workspace",
        months=(1.0,) * 5 + (0.0,) * 7,
        merged_into="insights_workspace",
        ticket_weight=10,
        nps_weight=5,
        onboarding_weight=3,
        csat_effect=-0.35,
        ces_effect=-0.8,
        nps_effect=-1.2,
    ),
    PlantedTheme(
        "scheduled_exports",
        "Scheduled exports fail or arrive incomplete",
        "complaint",
        ("export", "csv", "scheduled", "file", "rows"),
        status="merges into insights_workspace",
        months=(1.0,) * 5 + (0.0,) * 7,
        merged_into="insights_workspace",
        ticket_weight=10,
        nps_weight=5,
        csat_effect=-0.35,
        ces_effect=-0.5,
        nps_effect=-1.2,
    ),
    PlantedTheme(
        "insights_workspace",
        "Insights: reports and exports in one place, hard to use",
        "complaint",
        ("insights", "report", "export", "workspace", "migrated"),
        status="merged from report_builder, scheduled_exports",
        months=(0.0,) * 5 + (1.0,) * 7,
        ticket_weight=14,
        nps_weight=8,
        onboarding_weight=4,
        csat_effect=-0.5,
        ces_effect=-0.9,
        nps_effect=-1.6,
    ),
    PlantedTheme(
        "approval_routing",
        "Flow 6 sends approvals to the wrong people",
        "complaint",
        ("approval", "approver", "flow 6", "routing", "pending"),
        status="new",
        months=(0.0,) * 7 + (1.0, 1.15, 1.1, 1.0, 1.0),
        ticket_weight=22,
        nps_weight=14,
        csat_effect=-0.9,
        ces_effect=-1.1,
        nps_effect=-2.6,
    ),
    PlantedTheme(
        "integration_breaks",
        "Connectors and API break without warning",
        "complaint",
        ("connector", "api", "webhook", "integration", "erp"),
        ticket_weight=10,
        nps_weight=5,
        onboarding_weight=6,
        csat_effect=-0.3,
        ces_effect=-0.8,
        nps_effect=-1.6,
    ),
    PlantedTheme(
        "page_speed",
        "Slow pages in Depot and Ledger",
        "complaint",
        ("slow", "loading", "page", "timeout", "spinner"),
        months=(1.0, 1.2, 1.1, 0.9, 1.0, 0.9, 1.0, 0.9, 1.0, 0.9, 1.0, 1.0),
        ticket_weight=9,
        nps_weight=6,
        csat_effect=-0.25,
        ces_effect=-0.6,
        nps_effect=-1.6,
    ),
    PlantedTheme(
        "data_import",
        "Importing existing records is hard",
        "complaint",
        ("import", "template", "columns", "spreadsheet", "rejected"),
        ticket_weight=5,
        onboarding_weight=20,
        csat_effect=-0.3,
        ces_effect=-1.6,
        nps_effect=-0.8,
    ),
    PlantedTheme(
        "outdated_docs",
        "Help articles are out of date",
        "complaint",
        ("documentation", "help centre", "article", "screenshots", "guide"),
        ticket_weight=5,
        nps_weight=3,
        onboarding_weight=10,
        csat_effect=-0.25,
        ces_effect=-1.0,
        nps_effect=-0.8,
    ),
    PlantedTheme(
        "role_permissions",
        "Finer roles and permissions wanted",
        "request",
        ("permission", "role", "read-only", "admin", "access rights"),
        ticket_weight=5,
        nps_weight=8,
        onboarding_weight=5,
        csat_effect=-0.1,
        ces_effect=-0.2,
        nps_effect=-0.4,
    ),
    PlantedTheme(
        "price_increase",
        "Price increase and value for money",
        "complaint",
        ("price", "renewal", "expensive", "increase", "budget"),
        months=(0.4, 0.5, 1.6, 1.4, 1.0, 0.9, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8),
        ticket_weight=3,
        nps_weight=13,
        csat_effect=-0.6,
        ces_effect=-0.2,
        nps_effect=-2.2,
    ),
    PlantedTheme(
        "slow_reply",
        "Waiting too long for support",
        "complaint",
        ("waiting", "days", "reply", "response", "chase"),
        nps_weight=7,
        nps_effect=-1.5,
    ),
    PlantedTheme(
        "handoffs",
        "Passed from agent to agent",
        "complaint",
        ("passed around", "repeat", "agents", "again", "transferred"),
        nps_weight=3,
        nps_effect=-1.3,
    ),
    PlantedTheme(
        "fix_came_undone",
        "Closed too early, the problem came back",
        "complaint",
        ("came back", "closed", "reopen", "not fixed", "same problem"),
        nps_weight=3,
        nps_effect=-1.3,
    ),
    PlantedTheme(
        "helpful_agent",
        "Friendly, competent agents",
        "praise",
        ("helpful", "friendly", "patient", "explained", "knew"),
        nps_weight=9,
        onboarding_weight=5,
        ces_effect=0.5,
        nps_effect=1.4,
    ),
    PlantedTheme(
        "fast_resolution",
        "Solved quickly",
        "praise",
        ("fast", "quick", "minutes", "solved", "straight away"),
        nps_weight=3,
        ces_effect=0.6,
        nps_effect=1.0,
    ),
    PlantedTheme(
        "smooth_setup",
        "Smooth onboarding",
        "praise",
        ("setup", "onboarding", "kick-off", "training", "running"),
        nps_weight=3,
        onboarding_weight=26,
        ces_effect=0.9,
        nps_effect=1.2,
    ),
    PlantedTheme(
        "saves_time",
        "The product saves time",
        "praise",
        ("saves", "hours", "reliable", "overview", "one place"),
        nps_weight=20,
        onboarding_weight=5,
        ces_effect=0.5,
        nps_effect=1.8,
    ),
)
THEME_BY_KEY = {theme.key: theme for theme in THEMES}


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something that happened to the organisation and may move a score."""

    at: datetime
    kind: Literal["release", "price", "staffing"]
    name: str


_MILESTONES: tuple[tuple[int, int, Literal["release", "price", "staffing"], str], ...] = (
    (2, 5, "price", "List prices up 9 % at renewal"),
    (MERGE_STORY_MONTH, 0, "release", "Insights 1.0 replaces Reports and Exports"),
    (6, 11, "release", "Mobile 4.8: offline sync rewritten"),
    (NEW_THEME_STORY_MONTH, 0, "release", "Flow 6.0: new approval routing"),
    (10, 7, "staffing", "Three senior agents leave, hiring frozen"),
)


def milestones(span: Span) -> list[Milestone]:
    """The milestones that fall into the months covered, in order of time."""
    found: list[Milestone] = []
    for story_month, days, kind, name in _MILESTONES:
        month = span.month_of_story(story_month)
        if month is not None and span.story_month(month) < story_month + max(1, 12 / span.months):
            found.append(Milestone(after(span.starts[month], hours=24 * days + 6), kind, name))
    return sorted(found, key=lambda milestone: milestone.at)
