"""Who said what in a short time: one row a submission, with its answers, its words and whom to talk to.

An answer is low or high as the definition of its metric counts it. Without an answer the words decide, where a theme
model has estimated how they sound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sqlalchemy import select

from verbatim.reports.quotes import CLEARLY, LONGEST, SHORTEST, verdict_of
from verbatim.reports.routine.model import Voice
from verbatim.reports.words import cut
from verbatim.storage import queries
from verbatim.storage.tables import ticket

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from verbatim.reports.metrics import Asked
    from verbatim.reports.routine.spans import Days
    from verbatim.storage.store import Store

EVERYBODY: Mapping[str, Any] = {}
MOST_IDS = 500
LINKS = ["ticket_id", "account_id", "contact_id"]
COLUMNS = ["submission_id", "at", "low", "high", "ratings", "worst", "text", "comment_id", "sentiment", *LINKS]


def voices_in(
    store: Store, asked: Sequence[Asked], days: Days, where: Mapping[str, Any] = EVERYBODY
) -> pd.DataFrame:  # fmt: skip
    """Submissions of some days, in order of time.

    Columns: ``submission_id``, ``at``, ``low`` and ``high`` (whether any answer of it is; without an answer, whether
    the words clearly are), ``ratings`` (in words, ``None``: none), ``worst`` (0 is the lowest answer of a scale, 1 the
    best; NaN: none), ``text`` and ``comment_id`` (``None``: nothing that says something), ``sentiment`` (NaN: not
    known), ``ticket_id``, ``account_id``, ``contact_id``.
    """
    span = days.period
    rows = queries.answers(store, start=span.start, end=span.end, where=where, by=())
    rated = _rated(rows[rows["status"] == "answered"], asked)
    said = _said(store, days, where)
    both = rated.merge(said, on="submission_id", how="outer", suffixes=("", "_said"))
    for name in ("at", *LINKS):
        both[name] = both[name].where(both[name].notna(), both[f"{name}_said"])
    words = both["sentiment"].astype("float64")
    silent = both["low"].isna()
    both["low"] = np.where(silent, words <= -CLEARLY, both["low"].fillna(value=False).astype(bool))
    both["high"] = np.where(silent, words >= CLEARLY, both["high"].fillna(value=False).astype(bool))
    for name in ("ratings", "text", "comment_id", *LINKS):
        both[name] = both[name].astype(object).where(both[name].notna(), None)
    return both.sort_values(["at", "submission_id"], kind="stable", ignore_index=True)[COLUMNS]


def negatives(voices: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """The low ones: with words first, then accounts of more value, then the lowest answer, then time."""
    worth = voices["account_id"].map(accounts.set_index("id")["arr"].astype("float64")).astype("float64")
    low = voices.assign(mute=voices["text"].isna(), worth=-worth.fillna(0.0))[voices["low"].astype(bool)]
    return low.sort_values(["mute", "worth", "worst", "at", "submission_id"], kind="stable")


def praise(voices: pd.DataFrame) -> pd.DataFrame:
    """What is worth sharing, best first: clearly kind words, and no low answer with them.

    Where nobody has estimated how comments sound (no theme model), the words that came with a high answer.
    """
    said = voices[voices["text"].notna() & ~voices["low"].astype(bool)]
    words = said["sentiment"].astype("float64")
    kind = said[(words >= CLEARLY) | (words.isna() & said["high"].astype(bool))]
    order = kind.assign(
        awkward=~kind["text"].str.len().between(SHORTEST, LONGEST),
        middling=~kind["high"].astype(bool),
        kindness=-words.reindex(kind.index).fillna(0.0).round(2),
        length=-kind["text"].str.len(),
    )
    return order.sort_values(["awkward", "middling", "kindness", "length", "submission_id"], kind="stable")


class Speakers:
    """Turns rows into voices: looks up what people call tickets, accounts and their owners."""

    def __init__(self, store: Store, days: Days, rows: Iterable[pd.DataFrame], accounts: pd.DataFrame) -> None:
        wanted = {key for frame in rows for key in frame["ticket_id"] if isinstance(key, str)}
        self.tickets = ticket_names(store, wanted)
        self.days = days
        known = accounts.to_dict("records")
        self.accounts = {row["id"]: row["name"] or row["external_id"] for row in known}
        self.owners = {row["id"]: row["owner"] for row in known}

    def voices(self, rows: pd.DataFrame, *, clock: bool = False) -> tuple[Voice, ...]:
        """One voice a row; ``clock`` says the time of day instead of the day."""
        return tuple(self._voice(row, clock) for row in rows.to_dict("records"))

    def _voice(self, row: Mapping[Hashable, Any], clock: bool) -> Voice:
        at, account = row["at"], row["account_id"]
        said_on = None if pd.isna(at) else self.days.clock(at) if clock else self.days.said_on(at)
        return Voice(
            kind="complaint" if row["low"] else "praise" if row["high"] else "neutral",
            text=None if row["text"] is None else cut(row["text"], LONGEST),
            rating=row["ratings"],
            said_on=said_on,
            ticket=self.tickets.get(row["ticket_id"]),
            account=self.accounts.get(account),
            owner=self.owners.get(account),
            submission_id=row["submission_id"],
            comment_id=row["comment_id"],
        )


def ticket_names(store: Store, ids: Iterable[str]) -> dict[str, str]:
    """What the helpdesk calls tickets, by their key."""
    ordered = sorted(set(ids))
    found: dict[str, str] = {}
    for first in range(0, len(ordered), MOST_IDS):
        some = select(ticket.c.id, ticket.c.external_id).where(ticket.c.id.in_(ordered[first : first + MOST_IDS]))
        with store.reading() as connection:
            found |= {key: name for key, name in connection.execute(some) if name}
    return found


def _rated(rows: pd.DataFrame, asked: Sequence[Asked]) -> pd.DataFrame:
    """One row a submission that was rated: ``at``, the links, ``low``, ``high``, ``ratings`` and ``worst``."""
    records = []
    for one in asked:
        own = one.mine(rows[rows["metric"] == one.metric.value])
        scale = one.definition.scale
        for row in own.to_dict("records"):
            verdict = verdict_of(row["value"], one.definition)
            rating = f"{one.metric.value.upper()} {row['value']:g} of {scale.high}"
            height = (row["value"] - scale.low) / (scale.high - scale.low)
            records.append(
                {
                    "submission_id": row["submission_id"], "at": row["occurred_at"], "low": verdict == "bad",
                    "high": verdict == "good", "ratings": rating,
                    "worst": height if scale.higher_is_better else 1 - height, **{name: row[name] for name in LINKS},
                }
            )  # fmt: skip
    names = ["submission_id", "at", "low", "high", "ratings", "worst", *LINKS]
    table = pd.DataFrame(records, columns=names).astype({"at": "datetime64[us, UTC]"})
    if table.empty:
        return table
    groups = table.groupby("submission_id", sort=True)
    first = groups[["at", *LINKS]].first()
    merged = first.assign(
        low=groups["low"].any(), high=groups["high"].any(), ratings=groups["ratings"].agg(", ".join),
        worst=groups["worst"].min(),
    )  # fmt: skip
    return merged.reset_index()


def _said(store: Store, days: Days, where: Mapping[str, Any]) -> pd.DataFrame:
    """One row a submission that says something, of several comments the longest, with how it sounds."""
    span = days.period
    said = queries.comments(store, start=span.start, end=span.end, informative=True, where=where)
    given = queries.assignments(store, start=span.start, end=span.end, where=where, by=())
    sound = given.astype({"sentiment": "float64"}).groupby("comment_id")["sentiment"].mean()
    said = said.assign(sentiment=said["id"].map(sound).astype("float64"), length=-said["text"].str.len())
    said = said.sort_values(["length", "id"], kind="stable").drop_duplicates("submission_id")
    kept = ["submission_id", "text", "comment_id", "sentiment", *(f"{name}_said" for name in ("at", *LINKS))]
    names = {"id": "comment_id", "occurred_at": "at_said", **{name: f"{name}_said" for name in LINKS}}
    return said.rename(columns=names)[kept]
