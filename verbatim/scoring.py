"""From a question ("CSAT by channel and month") to score tables over the store: what the command line and reports ask.

The store counts, `verbatim.scores` calculates; this room joins the two. Answers on several scales, and relational and
transactional NPS, give several tables: they are never averaged together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from verbatim.answers import counts_of
from verbatim.domain import Metric
from verbatim.errors import EmptyError, NotFoundError, ScaleError, UserError
from verbatim.scores.accounts import Variant, account_figures
from verbatim.scores.ces import to_ease_index
from verbatim.scores.definitions import Definition, define, ease_index_definition
from verbatim.scores.drivers import factor_table
from verbatim.scores.segments import Rules, cross_table, records, score_counts, score_table
from verbatim.scores.stratified import adjusted_table
from verbatim.scores.trends import rolling_weeks, trend_table
from verbatim.storage import queries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from verbatim.scores.accounts import AccountFigure
    from verbatim.scores.score import Score
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

EASE_INDEX = "index"
FOUR_WEEKS = 4


@dataclass(frozen=True, slots=True)
class ScoreQuestion:
    """What is asked. ``start`` and ``end`` are aware and half-open; ``definition`` is text as `define` reads it.

    ``rolling`` pools four weeks at a time; ``cross`` crosses exactly two names of ``by``; ``adjust_for`` shows the one
    segment of ``by`` also as it would be with everybody's mix of these.
    """

    metric: Metric
    by: tuple[str, ...] = ()
    period: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    definition: str | None = None
    scale: str | None = None
    rolling: bool = False
    cross: bool = False
    adjust_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreSheet:
    """The answer for one scale (and, for NPS, one step): a table of `verbatim.scores`, and all its answers together."""

    metric: Metric
    scale: str
    step: str | None
    definition: Definition
    table: pd.DataFrame
    total: Score

    @property
    def title(self) -> str:
        """Metric, scale and definition in words."""
        step = f", {self.step}" if self.step else ""
        return f"{self.metric.value.upper()} ({self.scale}{step}): {self.definition.text}"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "metric": self.metric.value,
            "scale": self.scale,
            "step": self.step,
            "definition": {"name": self.definition.name, "text": self.definition.text},
            "rows": records(self.table),
            "total": self.total.to_dict(),
        }


def score_sheets(store: Store, settings: Settings, question: ScoreQuestion) -> list[ScoreSheet]:
    """One sheet a scale, the one with most answers first.

    Raises:
        EmptyError: no answers; the message says what there is instead.
        NotFoundError: a segment that does not exist.
        ScaleError: a definition that does not fit.
    """
    _check(question)
    counts = _counts(store, settings, question, (*question.by, *question.adjust_for))
    sheets = [
        ScoreSheet(
            question.metric,
            scale,
            step,
            definition,
            _table(part, definition, question, settings),
            score_counts(part, definition),
        )  # fmt: skip
        for scale, step, definition, part in _parts(counts, settings, question)
    ]
    return sorted(sheets, key=lambda sheet: (-sheet.total.n, sheet.scale, sheet.step or ""))


def account_sheets(
    store: Store, settings: Settings, question: ScoreQuestion, *, roles: tuple[str, ...] | None = None
) -> list[tuple[ScoreSheet, dict[Variant, AccountFigure]]]:
    """The three account-level figures for each scale, beside a sheet of one row.

    The weighted one is left out where accounts have no values, or values in a currency without a rate in the settings.

    Raises:
        EmptyError: no answers.
    """
    counts = _counts(store, settings, question, ("account_id", "contact_id", "role"))
    accounts = queries.accounts(store)
    rates = settings.currency_rates or None
    weighable = why_unweighted(store, settings) is None
    found = []
    for scale, step, definition, part in _parts(counts, settings, question):
        table, total = score_table(part, definition, rules=rules(settings)), score_counts(part, definition)
        sheet = ScoreSheet(question.metric, scale, step, definition, table, total)
        valued = accounts if weighable else None
        found.append((sheet, account_figures(part, definition, valued, rates=rates, roles=roles)))
    return found


def why_unweighted(store: Store, settings: Settings) -> str | None:
    """What is missing to weight accounts by their value, and what to do about it; nothing where they can be."""
    accounts = queries.accounts(store)
    if not accounts["arr"].notna().any():
        return "not weighted by value: no account has one; `verbatim ingest accounts FILE` reads them"
    currencies = set(accounts["currency"].dropna())
    without = sorted(currencies - set(settings.currency_rates))
    if len(currencies) > 1 and without:
        return f"not weighted by value: the setting currency_rates has no rate of {', '.join(without)}"
    return None


def factors_of(store: Store, settings: Settings, question: ScoreQuestion, names: tuple[str, ...]) -> pd.DataFrame:
    """How much each of ``names`` goes together with the score, strongest first: `factor_table`. Not a cause.

    Raises:
        EmptyError: no answers.
        NotFoundError: a segment that does not exist.
    """
    tables = []
    for name in dict.fromkeys(names):
        counts = _counts(store, settings, question, (name,))
        _, _, definition, part = max(_parts(counts, settings, question), key=lambda found: float(found[3]["n"].sum()))
        tables.append(factor_table(part, definition, [name], rules=rules(settings)))
    both = pd.concat(tables, ignore_index=True)
    return both.sort_values(["explained", "factor"], ascending=[False, True], ignore_index=True)


def rules(settings: Settings) -> Rules:
    """How small groups are treated, as the settings say."""
    return Rules(small_group=settings.small_group, agent_minimum=settings.agent_minimum)


def _check(question: ScoreQuestion) -> None:
    if question.cross and len(question.by) != 2:
        raise UserError("a cross table needs exactly two segments; give --by twice")
    if question.cross and (question.period or question.rolling):
        raise UserError("a cross table has no periods; leave out --period, or narrow it with --from and --to")
    if question.adjust_for and (len(question.by) != 1 or question.cross or question.period or question.rolling):
        raise UserError("--adjust-for goes with exactly one --by, and with no --period, --rolling or --cross")
    if question.rolling and question.period not in {None, "week"}:
        raise UserError(f"rolling four weeks go by week; leave out --period {question.period}")
    if len(set(question.by)) != len(question.by):
        raise UserError("a segment is named twice; give each --by once")


def _counts(store: Store, settings: Settings, question: ScoreQuestion, by: tuple[str, ...]) -> pd.DataFrame:
    try:
        counts = counts_of(
            store, settings, question.metric, by=by, period="week" if question.rolling else question.period,
            start=question.start, end=question.end, where=question.where, scale=question.scale,
        )  # fmt: skip
    except NotFoundError as error:
        if queries.answer_counts(store, question.metric.value).empty:
            raise EmptyError(_nothing(store, question)) from error
        raise
    if counts.empty:
        raise EmptyError(_nothing(store, question))
    return counts


def _nothing(store: Store, question: ScoreQuestion) -> str:
    stored = [metric.value for metric in Metric if not queries.answer_counts(store, metric.value).empty]
    name = question.metric.value.upper()
    if question.metric.value in stored:
        return f"no {name} answers match; widen --from, --to, --where or --scale"
    known = f"there are answers to {', '.join(stored)}" if stored else "the store is empty"
    return f"no {name} answers yet ({known}); `verbatim ingest responses FILE` reads some"


def _parts(
    counts: pd.DataFrame, settings: Settings, question: ScoreQuestion
) -> Iterator[tuple[str, str | None, Definition, pd.DataFrame]]:
    """Answers that may be averaged together: by scale, and for NPS by step unless the step is asked for."""
    text = question.definition or settings.definitions.get(question.metric.value)
    if text == EASE_INDEX and question.metric is Metric.CES:
        yield "ease index", None, ease_index_definition(), to_ease_index(counts)
        return
    apart = ["scale", "step"] if question.metric is Metric.NPS and "step" not in question.by else ["scale"]
    fitting = 0
    for key, part in counts.groupby(apart, dropna=False, sort=True):
        scale, step = str(key[0]), key[1] if len(key) > 1 and isinstance(key[1], str) else None
        try:
            definition = define(question.metric, text, scale)
        except ScaleError:
            if fitting == 0 and counts["scale"].nunique() == 1:
                raise
            continue
        fitting += 1
        yield scale, step, definition, part
    if not fitting:
        scales = ", ".join(sorted(counts["scale"].unique()))
        raise ScaleError(f"the definition {text!r} fits none of the scales answered on: {scales}")


def _table(counts: pd.DataFrame, definition: Definition, question: ScoreQuestion, settings: Settings) -> pd.DataFrame:
    by = list(question.by)
    if question.adjust_for:
        return adjusted_table(counts, definition, by[0], adjust_for=question.adjust_for, rules=rules(settings))
    if question.cross:
        return cross_table(counts, definition, by[0], by[1], rules=rules(settings))
    if question.rolling:
        return rolling_weeks(counts, definition, by, weeks=FOUR_WEEKS, tz=settings.timezone, rules=rules(settings))
    if question.period:
        return trend_table(
            counts, definition, by, period=question.period, tz=settings.timezone,
            start=question.start, end=question.end, rules=rules(settings),
        )  # fmt: skip
    return score_table(counts, definition, by, rules=rules(settings))
