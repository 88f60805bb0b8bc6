"""What tickets are about: one cause for each planted theme that brings tickets, and everyday causes without a theme."""

from __future__ import annotations

from dataclasses import dataclass

from verbatim.sample.planted import THEMES
from verbatim.sample.span import Span


@dataclass(frozen=True, slots=True)
class Cause:
    """Where tickets of a cause go. ``key`` is the theme's key, or a section of the ticket phrases."""

    key: str
    weight: float
    team: str
    issue_type: str
    products: tuple[str, ...]
    is_theme: bool = True


_ROUTES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "sso_lockout": ("Access", "access", ("Flow", "Ledger", "Depot")),
    "billing_errors": ("Billing", "billing", ("Ledger", "Account")),
    "mobile_sync": ("Platform", "bug", ("Mobile",)),
    "report_builder": ("Reporting", "question", ("Reports",)),
    "scheduled_exports": ("Reporting", "bug", ("Reports",)),
    "insights_workspace": ("Reporting", "bug", ("Insights",)),
    "approval_routing": ("Workflows", "bug", ("Flow",)),
    "integration_breaks": ("Platform", "bug", ("Connect",)),
    "page_speed": ("Platform", "bug", ("Depot", "Ledger")),
    "data_import": ("Workflows", "question", ("Depot", "Ledger")),
    "outdated_docs": ("Workflows", "question", ("Flow", "Connect", "Depot")),
    "role_permissions": ("Access", "request", ("Flow", "Ledger", "Depot")),
    "price_increase": ("Billing", "billing", ("Account",)),
}
_EVERYDAY = (
    Cause("how_to", 20, "Workflows", "question", ("Flow", "Ledger", "Depot"), is_theme=False),
    Cause("new_users", 11, "Access", "access", ("Account",), is_theme=False),
    Cause("account_change", 8, "Billing", "billing", ("Account", "Ledger"), is_theme=False),
    Cause("small_bug", 14, "Reporting", "bug", ("Flow", "Depot", "Ledger"), is_theme=False),
    Cause("api_question", 6, "Platform", "question", ("Connect",), is_theme=False),
)


def causes_in(span: Span, month: int) -> tuple[tuple[Cause, float], ...]:
    """The causes alive in a month, each with its weight then."""
    themed = (
        (Cause(theme.key, theme.ticket_weight, *_ROUTES[theme.key]), theme.ticket_weight * theme.strength(span, month))
        for theme in THEMES
        if theme.ticket_weight
    )
    everyday = ((cause, cause.weight) for cause in _EVERYDAY)
    return tuple((cause, weight) for cause, weight in (*themed, *everyday) if weight > 0)
