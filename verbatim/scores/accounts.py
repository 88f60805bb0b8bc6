"""Account level: three named ways to one figure, and how many contacts and accounts stand behind it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from verbatim.errors import UserError
from verbatim.scores.definitions import Definition, Figure
from verbatim.scores.figures import moments
from verbatim.scores.groups import group, require
from verbatim.scores.intervals import student
from verbatim.scores.score import or_none, rounded
from verbatim.scores.segments import DEFAULT_RULES, Rules, score_counts, score_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from verbatim.scores.intervals import Array


class Variant(StrEnum):
    """How the answers of several accounts become one figure."""

    POOLED = "pooled"
    MEAN_OF_ACCOUNTS = "mean_of_accounts"
    WEIGHTED = "weighted_by_value"


VARIANT_TEXT = {
    Variant.POOLED: "all answers pooled: an account counts as often as it answers",
    Variant.MEAN_OF_ACCOUNTS: "mean of the accounts' scores: each account counts once",
    Variant.WEIGHTED: "accounts' scores weighted by their value (ARR)",
}


@dataclass(frozen=True, slots=True)
class AccountFigure:
    """One figure over accounts, in the unit of the definition's headline; ``None`` without answers.

    ``n`` answers of ``contacts`` people (``None``: not known) in ``accounts`` accounts; ``roles`` if filtered;
    ``left_out`` accounts that answered but have no value to weight with.
    """

    variant: Variant
    value: float | None
    low: float | None
    high: float | None
    n: int
    accounts: int
    contacts: int | None
    roles: tuple[str, ...] | None
    left_out: int
    definition: Definition

    @property
    def behind(self) -> str:
        """Who is behind the figure, in words."""
        people = "" if self.contacts is None else f"{_plural(self.contacts, 'contact')} in "
        return f"{_plural(self.n, 'answer')} from {people}{_plural(self.accounts, 'account')}"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "variant": self.variant.value, "text": VARIANT_TEXT[self.variant],
            "value": rounded(self.value), "low": rounded(self.low), "high": rounded(self.high),
            "n": self.n, "accounts": self.accounts, "contacts": self.contacts, "behind": self.behind,
            "roles": None if self.roles is None else list(self.roles), "left_out": self.left_out,
            "definition": {"name": self.definition.name, "text": self.definition.text},
        }  # fmt: skip


def pooled(
    counts: pd.DataFrame, definition: Definition, *, roles: Sequence[str] | None = None, role_column: str = "role"
) -> AccountFigure:
    """All answers pooled, also those without an account. See ``account_figures`` for the columns."""
    chosen = _of_roles(counts, roles, role_column)
    score = score_counts(chosen, definition)
    return _figure(Variant.POOLED, (score.value, score.low, score.high), chosen, definition, roles)


def mean_of_accounts(
    counts: pd.DataFrame, definition: Definition, *, roles: Sequence[str] | None = None, role_column: str = "role"
) -> AccountFigure:
    """Each account counts once; t interval over the accounts (none for a single account)."""
    chosen = _with_account(_of_roles(counts, roles, role_column))
    _, scores = _account_scores(chosen, definition)
    if not len(scores):
        return _figure(Variant.MEAN_OF_ACCOUNTS, (None, None, None), chosen, definition, roles)
    mean = float(scores.mean())
    variance = float(scores.var(ddof=1)) if len(scores) > 1 else np.nan
    low, high = student(mean, variance, len(scores))
    ends = _kept(mean, float(low), float(high), definition)
    return _figure(Variant.MEAN_OF_ACCOUNTS, ends, chosen, definition, roles)


def weighted_by_value(
    counts: pd.DataFrame, definition: Definition, accounts: pd.DataFrame, *, weight: str = "arr",
    rates: Mapping[str, float] | None = None, roles: Sequence[str] | None = None, role_column: str = "role",
) -> AccountFigure:  # fmt: skip
    """Accounts' scores weighted by ``weight``; ``accounts`` has ``id``, that column and perhaps ``currency``.

    Values in several currencies need ``rates`` (value of one unit of each in a common currency). Accounts without a
    value, or with 0, are left out and counted. Interval: t on the weighted spread of the accounts' scores (ratio
    estimator), with Kish's effective number of accounts less one as degrees of freedom.

    Raises:
        UserError: a column is missing, a value is negative, or currencies are mixed without rates.
    """
    chosen = _with_account(_of_roles(counts, roles, role_column))
    ids, scores = _account_scores(chosen, definition)
    values = _account_values(accounts, ids, weight, rates)
    known = ~np.isnan(values) & (values > 0)
    left_out = int((~known).sum())
    used = chosen[chosen["account_id"].isin(ids[known])]
    if not known.any():
        return _figure(Variant.WEIGHTED, (None, None, None), used, definition, roles, left_out=left_out)
    load, points = values[known] / values[known].sum(), scores[known]
    mean = float(load @ points)
    count, effective = len(points), float(1 / (load**2).sum())
    low = high = np.nan
    if count > 1:
        error = np.sqrt(count / (count - 1) * float((load**2 * (points - mean) ** 2).sum()))
        half = float(stdtrit(max(effective - 1, 1.0), 0.975)) * error
        low, high = mean - half, mean + half
    ends = _kept(mean, low, high, definition)
    return _figure(Variant.WEIGHTED, ends, used, definition, roles, left_out=left_out)


def account_figures(
    counts: pd.DataFrame, definition: Definition, accounts: pd.DataFrame | None = None, *, weight: str = "arr",
    rates: Mapping[str, float] | None = None, roles: Sequence[str] | None = None, role_column: str = "role",
) -> dict[Variant, AccountFigure]:  # fmt: skip
    """The variants side by side (the weighted one where ``accounts`` are given).

    ``counts`` has ``account_id``, ``value``, ``n``, for the number of people ``contact_id``, and for a filter by
    ``roles`` the column ``role_column``.

    Raises:
        UserError: as ``weighted_by_value``.
    """
    options: dict[str, Any] = {"roles": roles, "role_column": role_column}
    figures = [pooled(counts, definition, **options), mean_of_accounts(counts, definition, **options)]
    if accounts is not None:
        figures.append(weighted_by_value(counts, definition, accounts, weight=weight, rates=rates, **options))
    return {figure.variant: figure for figure in figures}


def account_table(
    counts: pd.DataFrame, definition: Definition, accounts: pd.DataFrame | None = None, *, rules: Rules = DEFAULT_RULES
) -> pd.DataFrame:
    """``score_table`` by account with ``contacts`` behind each score, and the columns of ``accounts`` (key ``id``).

    Raises:
        UserError: a column is missing.
    """
    table = score_table(_with_account(counts), definition, ["account_id"], rules=rules)
    if "contact_id" in counts:
        people = counts.groupby("account_id", observed=True)["contact_id"].nunique()
        table.insert(1, "contacts", table["account_id"].map(people).fillna(0).astype("int64"))
    if accounts is None:
        return table
    require(accounts, ["id"])
    return table.merge(accounts.rename(columns={"id": "account_id"}), on="account_id", how="left")


def _of_roles(counts: pd.DataFrame, roles: Sequence[str] | None, column: str) -> pd.DataFrame:
    if roles is None:
        return counts
    require(counts, [column])
    return counts[counts[column].isin(list(roles))]


def _with_account(counts: pd.DataFrame) -> pd.DataFrame:
    require(counts, ["account_id"])
    return counts[counts["account_id"].notna()]


def _account_scores(counts: pd.DataFrame, definition: Definition) -> tuple[np.ndarray[Any, Any], Array]:
    """Ids of the accounts that answered, sorted, and the headline of each."""
    grouped = group(counts, ["account_id"], definition)
    means, _ = moments(grouped.tally.counts, definition.points(grouped.tally.values))
    answered = grouped.tally.totals > 0
    return grouped.keys["account_id"].to_numpy(dtype=object)[answered], means[answered]


def _account_values(
    accounts: pd.DataFrame, ids: np.ndarray[Any, Any], weight: str, rates: Mapping[str, float] | None
) -> Array:
    """What each of ``ids`` is worth, NaN where that is not known."""
    require(accounts, ["id", weight])
    known = accounts[accounts["id"].isin(ids)].drop_duplicates("id", keep="last").set_index("id")
    worth = pd.to_numeric(known[weight]).astype("float64")
    if (worth < 0).any():
        raise UserError(f"account {worth.index[worth < 0][0]!r} has a negative {weight}; weights are 0 or more")
    if "currency" in known:
        currencies = sorted(set(known["currency"].dropna()))
        if rates is not None:
            missing = [currency for currency in currencies if currency not in rates]
            if missing:
                raise UserError(f"no rate for {missing[0]}; give the value of one {missing[0]} in your currency")
            worth = worth * known["currency"].map(rates).astype("float64").fillna(1.0)
        elif len(currencies) > 1:
            raise UserError(f"{weight} is in {' and '.join(currencies)}; give rates to weight accounts by it")
    return np.asarray(worth.reindex(ids), dtype=np.float64)


def _kept(mean: float, low: float, high: float, definition: Definition) -> tuple[float | None, ...]:
    least = {Figure.NET: -100.0, Figure.MEAN: float(definition.scale.low)}.get(definition.figure, 0.0)
    most = float(definition.scale.high) if definition.figure is Figure.MEAN else 100.0
    return mean, or_none(max(low, least) if low == low else low), or_none(min(high, most) if high == high else high)


def _figure(
    variant: Variant, ends: tuple[float | None, ...], counts: pd.DataFrame, definition: Definition,
    roles: Sequence[str] | None, *, left_out: int = 0,
) -> AccountFigure:  # fmt: skip
    answered = counts[counts["n"] > 0]
    return AccountFigure(
        variant, ends[0], ends[1], ends[2],
        n=round(float(counts["n"].sum())),
        accounts=int(answered["account_id"].nunique()) if "account_id" in counts else 0,
        contacts=int(answered["contact_id"].nunique()) if "contact_id" in counts else None,
        roles=None if roles is None else tuple(roles),
        left_out=left_out,
        definition=definition,
    )  # fmt: skip


def _plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
