"""Survey quality: who was asked, who answered, how late, and whether those who answer are like those who do not.

The store counts surveys sent (``queries.surveys``); ``count_surveys`` makes the same frame from rows in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from verbatim.domain import Status
from verbatim.errors import UserError
from verbatim.scores.groups import codes_of, require
from verbatim.scores.intervals import CONFIDENCE, newcombe, wilson
from verbatim.scores.score import rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

NUMBERS = ("sent", "answered", "not_applicable", "commented")
LATE_AFTER_DAYS = 7.0


@dataclass(frozen=True, slots=True)
class Delays:
    """How long answers took: hours from the interaction to the answer.

    ``implausible`` answers came before the interaction and count nowhere else; ``unknown`` lack a time. The shares and
    quantiles are ``None`` where no delay is known.
    """

    n: int
    median_hours: float | None
    p90_hours: float | None
    late: int
    late_share: float | None
    implausible: int
    unknown: int

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; ``late_share`` in per cent."""
        return {
            "n": self.n, "median_hours": rounded(self.median_hours), "p90_hours": rounded(self.p90_hours),
            "late": self.late, "late_share": rounded(self.late_share), "implausible": self.implausible,
            "unknown": self.unknown,
        }  # fmt: skip


def count_surveys(surveys: pd.DataFrame, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Surveys sent (one row each) as counts: columns ``by``, ``sent``, ``answered``, ``not_applicable``, ``commented``.

    ``surveys`` has ``status`` (``answered``, ``not_applicable``, ``unanswered``) or else ``value`` (NaN = unanswered),
    and perhaps ``comment`` (text; blank = none). Only an answered survey counts as commented.

    Raises:
        UserError: a column is missing.
    """
    require(surveys, [*by, *(() if "status" in surveys else ("value",))])
    if "status" in surveys:
        answered = (surveys["status"] == Status.ANSWERED).to_numpy(dtype=bool)
        inapplicable = (surveys["status"] == Status.NOT_APPLICABLE).to_numpy(dtype=bool)
    else:
        answered = surveys["value"].notna().to_numpy()
        inapplicable = np.zeros(len(surveys), dtype=bool)
    said = np.zeros(len(surveys), dtype=bool)
    if "comment" in surveys:
        said = (surveys["comment"].fillna("").astype(str).str.strip() != "").to_numpy(dtype=bool)
    marks = (np.ones(len(surveys), dtype=bool), answered, inapplicable, answered & said)
    return _summed(surveys, by, dict(zip(NUMBERS, marks, strict=True)))


def response_table(surveys: pd.DataFrame, by: Sequence[str] = (), *, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Response and comment rates, one row a group: from counts of surveys (``sent``, ``answered``, ``commented``).

    Columns: ``by``; ``sent``, ``answered``; ``response_rate`` (answers ÷ surveys sent) with ``response_low``,
    ``response_high``; ``commented``; ``comment_rate`` (answers with a comment ÷ answers) with ``comment_low``,
    ``comment_high``; in per cent, Wilson intervals, NaN where nothing was sent or answered.

    Raises:
        UserError: a column is missing, or more answers than surveys.
    """
    require(surveys, [*by, "sent", "answered", "commented"])
    table = _summed(surveys, by, {name: surveys[name].to_numpy() for name in ("sent", "answered", "commented")})
    if (table["answered"] > table["sent"]).any() or (table["commented"] > table["answered"]).any():
        raise UserError("more answers than surveys sent, or more comments than answers; check what was counted")
    for name, part, whole in (("response", "answered", "sent"), ("comment", "commented", "answered")):
        k, n = table[part].to_numpy(dtype=np.float64), table[whole].to_numpy(dtype=np.float64)
        low, high = wilson(k, n, confidence=confidence)
        table[f"{name}_rate"] = 100 * np.divide(k, n, out=np.full(len(n), np.nan), where=n > 0)
        table[f"{name}_low"], table[f"{name}_high"] = 100 * low, 100 * high
    response = ["sent", "answered", "response_rate", "response_low", "response_high"]
    return table[[*by, *response, "commented", "comment_rate", "comment_low", "comment_high"]]


def answer_delays(
    answers: pd.DataFrame, *, since: str = "asked_at", until: str = "answered_at",
    late_after_days: float = LATE_AFTER_DAYS,
) -> pd.DataFrame:  # fmt: skip
    """One row an answer (index kept): ``delay_hours`` (NaN: unknown or implausible), ``late`` and ``implausible``.

    ``since`` is the column with the time of the interaction (when the ticket was solved, if known) or of the question.
    Late is longer than ``late_after_days``; implausible is before ``since``.

    Raises:
        UserError: a column is missing or has no time zone.
    """
    require(answers, [since, until])
    for name in (since, until):
        if not isinstance(answers[name].dtype, pd.DatetimeTZDtype):
            raise UserError(f"{name!r} has no time zone ({answers[name].dtype}); use pd.to_datetime(…, utc=True)")
    hours = (answers[until] - answers[since]).dt.total_seconds() / 3600
    implausible = (hours < 0).astype(bool)
    delay = hours.mask(implausible)
    return pd.DataFrame({"delay_hours": delay, "late": delay > 24 * late_after_days, "implausible": implausible})


def summarise_delays(delays: pd.DataFrame) -> Delays:
    """The frame of ``answer_delays`` in a few numbers."""
    hours = delays["delay_hours"].dropna()
    late, implausible = int(delays["late"].sum()), int(delays["implausible"].sum())
    unknown = len(delays) - len(hours) - implausible
    if hours.empty:
        return Delays(0, None, None, 0, None, implausible, unknown)
    middle, slow = (float(hours.quantile(q)) for q in (0.5, 0.9))
    return Delays(len(hours), middle, slow, late, 100 * late / len(hours), implausible, unknown)


def respondents_table(
    respondents: pd.DataFrame, tickets: pd.DataFrame, by: Sequence[str], *, confidence: float = CONFIDENCE
) -> pd.DataFrame:
    """Who answers: the respondents' mix against that of all tickets, of which they are a part.

    Both frames have the columns ``by``, one row each or counted in ``n``. Columns: ``by``; ``tickets``,
    ``tickets_share``; ``respondents``, ``respondents_share`` (per cent of the column); ``difference`` (points,
    respondents − tickets) with ``low``, ``high``, ``is_noise``; ``representation`` (1 = as in the tickets).
    The interval is Newcombe's for respondents against non-respondents, scaled by the share that did not respond.

    Raises:
        UserError: a column is missing, or no segment is named.
    """
    if not by:
        raise UserError("name at least one segment to compare respondents by")
    sides = []
    for name, frame in (("tickets", tickets), ("respondents", respondents)):
        require(frame, by)
        sides.append(frame[list(by)].assign(side=name, n=frame["n"] if "n" in frame else 1))
    both = pd.concat(sides, ignore_index=True)
    marks = {name: np.where(both["side"] == name, both["n"], 0) for name in ("tickets", "respondents")}
    table = _summed(both, by, marks)
    asked, answered = (table[name].to_numpy(dtype=np.float64) for name in ("tickets", "respondents"))
    silent = np.maximum(asked - answered, 0)
    low, high = newcombe(answered, answered.sum(), silent, silent.sum(), confidence=confidence)
    scale = 100 * silent.sum() / max(silent.sum() + answered.sum(), 1)
    shares = [100 * part / part.sum() if part.sum() else np.full(len(part), np.nan) for part in (asked, answered)]
    noise = pd.Series((low <= 0) & (high >= 0), dtype="boolean").where(pd.Series(~np.isnan(low)))
    with np.errstate(invalid="ignore", divide="ignore"):
        representation = shares[1] / np.where(shares[0] > 0, shares[0], np.nan)
    named = {
        "tickets": table["tickets"], "tickets_share": shares[0], "respondents": table["respondents"],
        "respondents_share": shares[1], "difference": shares[1] - shares[0], "low": scale * low, "high": scale * high,
        "is_noise": noise, "representation": representation,
    }  # fmt: skip
    return pd.DataFrame({**table[list(by)], **named})


def _summed(frame: pd.DataFrame, by: Sequence[str], numbers: dict[str, Any]) -> pd.DataFrame:
    """Sums of ``numbers`` (arrays aligned with ``frame``) by group; one row of totals without ``by``."""
    if by:
        rows, keys = codes_of(frame, by)
    else:
        rows, keys = np.zeros(len(frame), dtype=np.int64), pd.DataFrame(index=range(1))
    for name, number in numbers.items():
        sums = np.bincount(rows, weights=np.asarray(number, dtype=np.float64), minlength=len(keys))
        keys[name] = np.rint(sums).astype(np.int64)
    return keys
