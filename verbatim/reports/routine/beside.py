"""One account beside the others: the account-level views of everybody, the rest's score, and who stands behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from verbatim.reports.figures import change_of, family_confidence, figure_of, figure_of_score
from verbatim.reports.metrics import group_name
from verbatim.reports.routine.model import AccountView, Role
from verbatim.scores import score_counts
from verbatim.scores.accounts import account_figures
from verbatim.scores.trends import compare
from verbatim.scoring import why_unweighted
from verbatim.storage import queries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from verbatim.reports.model import Change
    from verbatim.reports.routine.scores import Line
    from verbatim.reports.routine.spans import Days
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

VARIANTS = {
    "pooled": "all answers pooled",
    "mean_of_accounts": "each account once",
    "weighted_by_value": "weighted by value",
}


def account_views(
    store: Store, settings: Settings, days: Days, lines: Sequence[Line]
) -> tuple[tuple[AccountView, ...], str | None]:
    """Every account together, in the three ways that there are, and why one of them is missing."""
    missing = why_unweighted(store, settings)
    valued = queries.accounts(store) if missing is None else None
    span, found = days.period, []
    for line in lines:
        names = ["account_id", "contact_id"]
        counts = queries.answer_counts(store, line.asked.metric, by=names, start=span.start, end=span.end)
        figures = account_figures(
            line.asked.mine(counts), line.asked.definition, valued, rates=settings.currency_rates or None
        )
        found += [
            AccountView(
                line.asked.name, line.shown.unit, VARIANTS[variant.value],
                figure_of(figure.value, figure.low, figure.high, figure.n), figure.behind,
            )
            for variant, figure in figures.items()
        ]  # fmt: skip
    return tuple(found), missing if found else None


def against_others(store: Store, line: Line, days: Days, account_id: str, compared: int) -> Change | None:
    """The account's score minus that of all other accounts, allowing for so many metrics ``compared``."""
    span = days.period
    counts = queries.answer_counts(store, line.asked.metric, by=["account_id"], start=span.start, end=span.end)
    own = line.asked.mine(counts)
    others = own[own["account_id"].notna() & (own["account_id"] != account_id)]
    if others.empty:
        return None
    confidence = family_confidence(compared)
    return change_of(compare(others, line.now, line.asked.definition, confidence=confidence), "all other accounts")


def roles_of(
    store: Store, days: Days, lines: Sequence[Line], people: pd.DataFrame, where: Mapping[str, Any]
) -> tuple[Role, ...]:
    """The account's people by role, those with the most answers first; a role may have nobody who answered."""
    span = days.period
    scores: dict[str, list[tuple[str, str, Any]]] = {}
    who: dict[str, set[str]] = {}
    for line in lines:
        names = ["role", "contact_id"]
        counts = queries.answer_counts(store, line.asked.metric, by=names, start=span.start, end=span.end, where=where)
        own = line.asked.mine(counts)
        for role, part in own.groupby(own["role"].map(group_name)):
            figure = figure_of_score(score_counts(part, line.asked.definition))
            scores.setdefault(str(role), []).append((line.asked.name, line.shown.unit, figure))
            who.setdefault(str(role), set()).update(part["contact_id"].dropna())
    sizes = {str(role): int(n) for role, n in people["role"].map(group_name).value_counts().items()}
    names = sorted({*scores, *sizes}, key=lambda name: (-sum(one[2].n for one in scores.get(name, [])), name))
    return tuple(
        Role(name, max(int(sizes.get(name, 0)), len(who.get(name, ()))), len(who.get(name, ())),
             tuple(scores.get(name, [])))
        for name in names
    )  # fmt: skip
