"""The counts frame behind a question: counted by the store, or row by row where a segment must be worked out.

Worked out are ``agent`` (the one who held the ticket when it was rated, where the log of tickets says so), ``tenure``
(new or long-standing customer) and ``cohort`` (the quarter in which the customer began), the last two only where the
rows have no such segment of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from verbatim.domain import Metric
from verbatim.errors import EmptyError
from verbatim.scores.counting import count_answers
from verbatim.scores.customers import cohort, tenure
from verbatim.scores.definitions import define
from verbatim.scores.ownership import HANDOVERS, agent_when_rated
from verbatim.storage import queries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import pandas as pd

    from verbatim.scores.definitions import Definition
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

APART = ("scale", "step")  # always kept apart
FROM_ACCOUNT = ("tenure", "cohort")


def counts_of(
    store: Store, settings: Settings, metric: Metric, *, by: Sequence[str] = (), period: str | None = None,
    start: datetime | None = None, end: datetime | None = None, where: Mapping[str, Any] | None = None,
    scale: str | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Columns as `queries.answer_counts` gives them; ``by`` and ``where`` may name what must be worked out.

    Raises:
        NotFoundError: a name that nothing is called.
    """
    names = [name for name in by if name not in APART]
    asked = dict(where or {})
    derived = _worked_out(store, metric, {*names, *asked})
    if not derived:
        return queries.answer_counts(
            store,
            metric.value,
            by=names,
            period=period,
            tz=settings.timezone,
            start=start,
            end=end,
            where=asked,
            scale=scale,
        )
    stored_where = {name: value for name, value in asked.items() if name not in derived}
    stored_by = [name for name in names if name not in FROM_ACCOUNT or name not in derived]
    if "agent" in derived and "agent" not in stored_by:
        stored_by.append("agent")
    rows = queries.answers(store, metric.value, where=stored_where, by=stored_by, start=start, end=end)
    rows = rows[rows["status"] == "answered"]
    rows = rows if scale is None else rows[rows["scale"] == scale]
    rows = _with_derived(store, settings, rows, derived)
    for name in derived & set(asked):
        wanted = asked[name] if isinstance(asked[name], list | tuple | set | frozenset) else [asked[name]]
        rows = rows[rows[name].isin(list(wanted))]
    return count_answers(rows, by=names, period=period, tz=settings.timezone)


def main_counts(
    store: Store, settings: Settings, metric: Metric, *, by: tuple[str, ...] = (), period: str | None = None,
    definition: str | None = None, start: datetime | None = None, end: datetime | None = None,
) -> tuple[pd.DataFrame, Definition]:  # fmt: skip
    """Counts on the scale (and for NPS the step) that most answers were given on, and their definition.

    Raises:
        EmptyError: there are no answers.
        ScaleError: a definition that does not fit the scale.
    """
    counts = counts_of(store, settings, metric, by=by, period=period, start=start, end=end)
    if counts.empty:
        raise EmptyError(f"no {metric.value.upper()} answers yet; `verbatim ingest responses FILE` reads some")
    apart = ["scale", "step"] if metric is Metric.NPS else ["scale"]
    sizes = counts.groupby(apart, dropna=False)["n"].sum()
    main = sizes.sort_values(ascending=False, kind="stable").index[0]
    parts = main if isinstance(main, tuple) else (main,)
    for name, value in zip(apart, parts, strict=True):
        counts = counts[counts[name] == value] if isinstance(value, str) else counts[counts[name].isna()]
    return counts, define(metric, definition or settings.definitions.get(metric.value), str(parts[0]))


def _worked_out(store: Store, metric: Metric, names: set[str]) -> set[str]:
    wanted = names & {"agent", *FROM_ACCOUNT}
    if not wanted:
        return set()
    stored = set(queries.segment_names(store, metric.value))
    derived = {name for name in wanted & set(FROM_ACCOUNT) if name not in stored}
    if "agent" in wanted & stored and not queries.ticket_events(store, kinds=HANDOVERS).empty:
        derived.add("agent")
    return derived


def _with_derived(store: Store, settings: Settings, rows: pd.DataFrame, derived: set[str]) -> pd.DataFrame:
    if "agent" in derived:
        rows = rows.assign(
            agent=agent_when_rated(rows, queries.ticket_events(store, kinds=HANDOVERS), at="occurred_at")
        )
    if derived & set(FROM_ACCOUNT):
        began = queries.accounts(store).set_index("id")["since"]
        since = rows["account_id"].map(began)
        rows = rows.assign(tenure=tenure(since, rows["occurred_at"]), cohort=cohort(since, tz=settings.timezone))
    return rows
