"""Chooses what customers said this month on a theme: one praise and one complaint where both exist.

A comment on a theme can hold more than the theme (praise for the agent, a complaint about the release), so only the
part on the theme is shown, and a label is given only where answer and words agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

import pandas as pd

from verbatim.reports.model import Quote
from verbatim.reports.words import cut
from verbatim.text.excerpt import covered, excerpt

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from datetime import datetime

    from verbatim.reports.metrics import Asked
    from verbatim.scores.definitions import Definition

MOST = 2
CLEARLY = 0.5  # sentiment, −1 to 1, from which words are clearly kind (or, below its negative, clearly not)
SHORTEST, LONGEST = 30, 260  # characters of a quote that reads well
LIKELY = 400

Kind = Literal["praise", "complaint", "neutral"]
TELLING: tuple[Kind, ...] = ("complaint", "praise")


class Days(Protocol):
    """A calendar that says when something was said, as near as its report needs."""

    def said_on(self, moment: datetime) -> str:
        """A month or a day in words."""


def month_quotes(
    rows: pd.DataFrame,
    favoured: Sequence[str],
    measures: Sequence[Asked],
    days: Days,
    leaning: Kind | None = None,
) -> tuple[Quote, ...]:
    """At most two quotes from assignment ``rows`` of one theme, the kind that is more frequent first.

    The theme's own quotes (``favoured``, best first) come before others, those by closeness to the theme. Where only
    one kind is found, two of it; where neither is, one comment that is neither. A theme of a ``leaning`` shows only
    that kind: praise beside a complaint theme is for something else in the same comment.
    """
    ranks = {comment_id: rank for rank, comment_id in enumerate(favoured)}
    ordered = _said(rows).assign(
        rank=lambda f: f["comment_id"].map(ranks).fillna(len(ranks)),
        awkward=lambda f: ~f["part"].str.len().between(SHORTEST, LONGEST),
        far=lambda f: -f["similarity"].round(6),
    )
    if not ordered["awkward"].all():
        ordered = ordered[~ordered["awkward"]]
    ordered = ordered.sort_values(["rank", "far", "comment_id"], kind="stable").head(LIKELY)
    found: dict[Kind, list[Quote]] = {"complaint": [], "praise": [], "neutral": []}
    for row in ordered.to_dict("records"):
        kind = _kind(row, measures)
        found[kind].append(_quote(row, kind, measures, days))
    kinds: tuple[Kind, ...] = (leaning,) if leaning else TELLING
    telling = sorted(kinds, key=lambda kind: -len(found[kind]))
    firsts = [quote for kind in telling for quote in found[kind][:1]]
    seconds = [quote for kind in telling for quote in found[kind][1:2]]
    return tuple([*firsts, *seconds][:MOST] or found["neutral"][:1])


def _said(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a comment, of equal parts the first: ``part`` (what is shown), ``spans`` and ``similarity`` of the best.

    ``sentiment`` is the mean of its parts on the theme.
    """
    places: dict[str, list[tuple[int, int | None]]] = {}
    for comment_id, start, end in zip(rows["comment_id"], rows["start"], rows["end"], strict=True):
        places.setdefault(comment_id, []).append((int(start), None if pd.isna(end) else int(end)))
    of_comment = rows.astype({"sentiment": float}).groupby("comment_id")
    said = rows.drop_duplicates("comment_id")
    texts = list(zip(said["comment_id"], said["text"], strict=True))
    said = said.assign(
        similarity=said["comment_id"].map(of_comment["similarity"].max()),
        sentiment=said["comment_id"].map(of_comment["sentiment"].mean()),
        spans=pd.Series([covered(text, places[key]) for key, text in texts], index=said.index, dtype=object),
        part=pd.Series([excerpt(text, places[key]) for key, text in texts], index=said.index, dtype=object),
    )
    return said.drop_duplicates("part")


def _quote(row: Mapping[Hashable, Any], kind: Kind, measures: Sequence[Asked], days: Days) -> Quote:
    when = None if pd.isna(row["occurred_at"]) else days.said_on(row["occurred_at"])
    rating, shown = _rating(row, measures), cut(row["part"], LONGEST)
    return Quote(shown, kind, rating, when, row["comment_id"], row["text"], row["spans"])


def _kind(row: Mapping[Hashable, Any], measures: Sequence[Asked]) -> Kind:
    """Praise needs a favourable answer (where there is one) and clearly kind words, a complaint the opposite.

    An unfavourable answer alone makes a complaint, unless the words are clearly kind; of one part of a comment, unless
    its words are not unkind, since the answer may be for what else the comment says.
    """
    words = 0.0 if pd.isna(row["sentiment"]) else float(row["sentiment"])
    unless = CLEARLY if row["part"] == row["text"] else 0.0
    verdicts = [verdict_of(row[measure.metric.value], measure.definition) for measure in _rated(row, measures)]
    good, bad = verdicts.count("good"), verdicts.count("bad")
    if words >= CLEARLY and not bad and (good or not verdicts):
        return "praise"
    if (bad and words < unless) or (words <= -CLEARLY and not good):
        return "complaint"
    return "neutral"


def verdict_of(value: float, definition: Definition) -> str | None:
    """``good`` for a favourable answer, ``bad`` for an unfavourable one, ``None`` between them."""
    if definition.favourable[0] <= value <= definition.favourable[1]:
        return "good"
    return "bad" if definition.unfavourable[0] <= value <= definition.unfavourable[1] else None


def _rating(row: Mapping[Hashable, Any], measures: Sequence[Asked]) -> str | None:
    for measure in _rated(row, measures):
        scale = measure.definition.scale
        return f"{measure.metric.value.upper()} {row[measure.metric.value]:g} of {scale.high}"
    return None


def _rated(row: Mapping[Hashable, Any], measures: Sequence[Asked]) -> list[Asked]:
    """The measures whose answer came with the comment, on their scale."""
    return [
        measure
        for measure in measures
        if not pd.isna(row[measure.metric.value])
        and row.get(f"{measure.metric.value}_scale", measure.definition.scale.name) == measure.definition.scale.name
    ]
