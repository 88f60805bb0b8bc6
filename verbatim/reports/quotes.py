"""Chooses what customers said this month on a theme: one praise and one complaint where both exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from verbatim.reports.model import Quote
from verbatim.reports.words import cut

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from verbatim.reports.metrics import Measure
    from verbatim.reports.months import Calendar

FEELING = 0.25  # sentiment at which a comment without a score counts as praise or complaint
SHORTEST, LONGEST = 30, 260  # characters of a quote that reads well
LIKELY = 400

Kind = Literal["praise", "complaint", "neutral"]


def month_quotes(
    rows: pd.DataFrame, favoured: Sequence[str], measures: Sequence[Measure], calendar: Calendar
) -> tuple[Quote, ...]:
    """At most two quotes from assignment ``rows`` of one theme, the kind that is more frequent first.

    The theme's own quotes (``favoured``, best first) come before others, those by closeness to the theme. The score
    given decides what praise and complaint are, the sentiment where there is none.
    """
    ranks = {comment_id: rank for rank, comment_id in enumerate(favoured)}
    ordered = rows.drop_duplicates(["text"]).assign(
        rank=lambda f: f["comment_id"].map(ranks).fillna(len(ranks)),
        awkward=lambda f: ~f["text"].str.len().between(SHORTEST, LONGEST),
        far=lambda f: -f["similarity"].round(6),
    )
    ordered = ordered.sort_values(["awkward", "rank", "far", "comment_id"], kind="stable").head(LIKELY)
    found: dict[Kind, Quote] = {}
    sizes: dict[Kind, int] = {}
    for row in ordered.to_dict("records"):
        kind = _kind(row, measures)
        sizes[kind] = sizes.get(kind, 0) + 1
        found.setdefault(kind, _quote(row, kind, measures, calendar))
    telling = sorted((kind for kind in found if kind != "neutral"), key=lambda kind: (-sizes[kind], kind))
    return tuple(found[kind] for kind in telling) or tuple(found.values())


def _quote(row: Mapping[Hashable, Any], kind: Kind, measures: Sequence[Measure], calendar: Calendar) -> Quote:
    when = row["occurred_at"].astimezone(calendar.zone).strftime("%Y-%m")
    return Quote(cut(row["text"], LONGEST), kind, _rating(row, measures), calendar.label(when), row["comment_id"])


def _kind(row: Mapping[Hashable, Any], measures: Sequence[Measure]) -> Kind:
    for measure in _rated(row, measures):
        value, definition = row[measure.metric.value], measure.definition
        if definition.favourable[0] <= value <= definition.favourable[1]:
            return "praise"
        if definition.unfavourable[0] <= value <= definition.unfavourable[1]:
            return "complaint"
    sentiment = row["sentiment"]
    if pd.isna(sentiment) or abs(sentiment) < FEELING:
        return "neutral"
    return "praise" if sentiment > 0 else "complaint"


def _rating(row: Mapping[Hashable, Any], measures: Sequence[Measure]) -> str | None:
    for measure in _rated(row, measures):
        scale = measure.definition.scale
        return f"{measure.metric.value.upper()} {row[measure.metric.value]:g} of {scale.high}"
    return None


def _rated(row: Mapping[Hashable, Any], measures: Sequence[Measure]) -> list[Measure]:
    """The measures whose answer came with the comment, on their scale."""
    return [
        measure
        for measure in measures
        if not pd.isna(row[measure.metric.value])
        and row.get(f"{measure.metric.value}_scale", measure.definition.scale.name) == measure.definition.scale.name
    ]
