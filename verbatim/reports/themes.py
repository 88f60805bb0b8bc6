"""The themes of the month, from the assignments that the store keeps: volume, change, scores, sentiment, quotes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from verbatim.domain import Metric
from verbatim.edits.archived import hidden_themes
from verbatim.reports.figures import (
    change_of,
    family_confidence,
    figure_of_score,
    mean_figure,
    share_change,
    share_figure,
)
from verbatim.reports.model import Mark, Movement, Point, ThemeLine, ThemeScore, ThemeSection
from verbatim.reports.movements import History, movements
from verbatim.reports.quotes import month_quotes
from verbatim.reports.words import day_of, month_name
from verbatim.scores.trends import compare
from verbatim.storage import queries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from verbatim.reports.metrics import Measure
    from verbatim.reports.model import Change, Figure, MovementKind
    from verbatim.reports.months import Calendar
    from verbatim.reports.quotes import Kind
    from verbatim.storage.store import Store

TOP = 5
FEWEST_SCORED = 5
NOT_MINED = "No themes yet: run `verbatim mine`, then make this report again."


@dataclass(frozen=True, slots=True)
class Counted:
    """Comments by theme and month: ``counts`` has one row a theme (ids as index), one column a month ``YYYY-MM``.

    A theme counts the comments of its sub-themes; these have rows of their own. ``totals`` are the month's comments
    that say something, on any theme or none, with the same columns. A comment on several themes counts on each, and
    once in the total, so the rows do not add up to it.
    """

    counts: pd.DataFrame
    totals: pd.Series[float]

    def of(self, theme_id: str, month: str) -> tuple[float, float]:
        """Comments on the theme, and all, in one month."""
        return float(self.counts.at[theme_id, month]), float(self.totals[month])  # type: ignore[arg-type]  # numbers


def theme_section(store: Store, calendar: Calendar, measures: Sequence[Measure], marks: Sequence[Mark]) -> ThemeSection:
    """The section; where nothing was mined, or nobody wrote, ``absent`` says so."""
    models = queries.theme_models(store)
    if models.empty or not models["active"].any():
        return _absent(NOT_MINED)
    model = models[models["active"].astype(bool)].iloc[0]
    known = queries.themes(store)
    shown = known[~known["id"].isin(hidden_themes(known))]
    rows = queries.assignments(store, start=calendar.period.start, end=calendar.period.end, by=())
    if rows.empty:
        return replace(_absent(f"No comments with a theme in {month_name(calendar.month)}."), model=_model_name(model))
    roots = roots_of(known)
    rows["root"] = rows["theme_id"].map(roots)
    silent = set(known.loc[known["kind"] != "theme", "id"])
    spoken = rows[~rows["root"].isin(silent)]
    named = shown[(shown["kind"] == "theme") & shown["parent_id"].isna()]
    counted = _counted(store, calendar, roots, silent)
    moved = [_near(move, calendar, marks) for move in movements(_histories(counted, shown, roots, calendar))]
    top = _top(
        named, spoken, counted, calendar, measures=measures, statuses={move.theme_id: move.kind for move in moved}
    )
    present = int((counted.counts.loc[list(named["id"]), calendar.month] > 0).sum())
    return ThemeSection(
        comments=int(spoken["comment_id"].nunique()),
        uninformative=int(rows.loc[~rows["comment_id"].isin(spoken["comment_id"]), "comment_id"].nunique()),
        unassigned=len(set(spoken["comment_id"]) - set(spoken.loc[spoken["root"].notna(), "comment_id"])),
        top=tuple(top),
        others=present - len(top),
        movements=tuple(moved),
        model=_model_name(model),
        absent=None,
    )


def _absent(reason: str) -> ThemeSection:
    return ThemeSection(0, 0, 0, (), 0, (), None, reason)


def _model_name(model: pd.Series[Any]) -> str:
    return f"{str(model['id'])[:8]} ({model['encoder_id']}, mined from {model['comments']:,} comments)"


def roots_of(known: pd.DataFrame) -> dict[str, str]:
    """Every theme's topmost ancestor: the report speaks of whole themes."""
    parents = dict(zip(known["id"], known["parent_id"], strict=True))

    def root(theme_id: str) -> str:
        seen = {theme_id}
        while isinstance(parents.get(theme_id), str) and parents[theme_id] not in seen:
            theme_id = parents[theme_id]
            seen.add(theme_id)
        return theme_id

    return {theme_id: root(theme_id) for theme_id in parents}


def _counted(store: Store, calendar: Calendar, roots: Mapping[str, str], silent: set[str]) -> Counted:
    spoken = {theme_id: root for theme_id, root in roots.items() if root not in silent}
    below = {theme_id: theme_id for theme_id, root in spoken.items() if theme_id != root}
    months = list(calendar.months)
    levels = pd.concat([_by_month(store, calendar, spoken), _by_month(store, calendar, below)])
    table = levels.pivot_table(index="theme_id", columns="month", values="n", aggfunc="sum", fill_value=0)
    every = _by_month(store, calendar, dict.fromkeys([None, *spoken], "all"))
    totals = every.set_index("month")["n"].reindex(months, fill_value=0).astype(float)
    return Counted(table.reindex(index=sorted(roots), columns=months, fill_value=0).astype(float), totals)


def _by_month(store: Store, calendar: Calendar, under: Mapping[Any, str]) -> pd.DataFrame:
    """Columns ``theme_id`` (what ``under`` makes of it), ``month`` and ``n``, distinct comments."""
    frame = queries.theme_counts(store, tz=calendar.tz, start=calendar.year_start, end=calendar.period.end, under=under)
    return frame.assign(month=frame["period_start"].dt.strftime("%Y-%m"))[["theme_id", "month", "n"]]


def _histories(counted: Counted, known: pd.DataFrame, roots: Mapping[str, str], calendar: Calendar) -> list[History]:
    """Months before the first comment of all are not known, rather than empty."""
    spoken = np.flatnonzero(counted.totals.to_numpy() > 0)
    months = list(calendar.months)[int(spoken[0]) if len(spoken) else 0 :]
    labels = tuple(month_name(month) for month in months)
    totals = np.array(counted.totals[months], dtype=np.float64)
    rows = known[(known["kind"] == "theme")].sort_values("id").to_dict("records")
    names = {row["id"]: row["name"] for row in rows}
    found = []
    for row in rows:
        own, root = row["id"], roots[row["id"]]
        counts = np.array([counted.of(own, month)[0] for month in months])
        above = None if root == own else root
        found.append(History(own, row["name"], counts, totals, labels, above, None if above is None else names[above]))
    return found


def _near(move: Movement, calendar: Calendar, marks: Sequence[Mark]) -> Movement:
    """A new theme with the milestones of the month in which it appeared."""
    if move.kind != "new" or move.since is None:
        return move
    month = next((month for month in calendar.months if month_name(month) == move.since), None)
    close = [mark for mark in marks if month is not None and mark.on.startswith(month)]
    return replace(move, near="; ".join(f"{mark.name} ({day_of(mark.on)})" for mark in close) or None)


def _top(
    named: pd.DataFrame, spoken: pd.DataFrame, counted: Counted, calendar: Calendar, *,
    measures: Sequence[Measure], statuses: Mapping[str, MovementKind],
) -> list[ThemeLine]:  # fmt: skip
    volumes = counted.counts.loc[list(named["id"]), calendar.month]
    ids = sorted((theme_id for theme_id in volumes.index if volumes[theme_id] > 0), key=lambda i: (-volumes[i], i))[
        :TOP
    ]
    earlier = [month for month in calendar.window[:-1] if counted.totals[month] > 0]
    rows = {row["id"]: row for row in named.to_dict("records")}
    lines = []
    for theme_id in ids:
        inside = spoken[spoken["root"] == theme_id]
        outside = spoken[~spoken["submission_id"].isin(inside["submission_id"])]
        scores = tuple(s for m in measures if (s := _score(m, inside, outside)) is not None)
        lines.append(
            ThemeLine(
                id=theme_id,
                name=rows[theme_id]["name"],
                keywords=tuple(rows[theme_id]["keywords"])[:5],
                volume=int(volumes[theme_id]),
                share=share_figure(*counted.of(theme_id, calendar.month)),
                change=_change(counted, theme_id, calendar, earlier, len(ids)),
                sentiment=_sentiment(inside),
                scores=scores,
                sparkline=_sparkline(counted, theme_id, calendar),
                quotes=month_quotes(
                    inside, list(rows[theme_id]["quotes"]), measures, calendar, _leaning(scores, measures)
                ),
                status=statuses.get(theme_id),
            )
        )
    return lines


def _leaning(scores: Sequence[ThemeScore], measures: Sequence[Measure]) -> Kind | None:
    """Whether a theme is one of complaints or of praise: what its first real difference of scores says."""
    higher = {measure.name: measure.definition.higher_is_better for measure in measures}
    first = next((score for score in scores if score.real), None)
    if first is None:
        return None
    return "praise" if (first.difference > 0) == higher[first.name] else "complaint"


def _change(counted: Counted, theme_id: str, calendar: Calendar, earlier: list[str], compared: int) -> Change | None:
    if not earlier:
        return None
    now, before = counted.of(theme_id, calendar.month), counted.of(theme_id, earlier[-1])
    return share_change(now, before, calendar.label(earlier[-1]), family_confidence(compared))


def _sentiment(rows: pd.DataFrame) -> Figure | None:
    """The mean over comments, each with the mean of its parts on the theme."""
    known = rows[rows["sentiment"].notna()].astype({"sentiment": float})
    values = known.groupby("comment_id")["sentiment"].mean().to_numpy(dtype=np.float64)
    return mean_figure(values) if len(values) else None


def _score(measure: Measure, inside: pd.DataFrame, outside: pd.DataFrame) -> ThemeScore | None:
    """The score given with comments on the theme against that given with none on it, but with something said."""
    if not measure.main:
        return None
    sides = [_values(measure, rows) for rows in (outside, inside)]
    if min(side["n"].sum() for side in sides) < FEWEST_SCORED:
        return None
    comparison = compare(sides[0], sides[1], measure.definition)
    change = change_of(comparison, "the rest")
    if change is None:
        return None
    return ThemeScore(
        measure.name, measure.unit, figure_of_score(comparison.after), change.before, change.difference, change.low,
        change.high, change.real,
    )  # fmt: skip


def _values(measure: Measure, rows: pd.DataFrame) -> pd.DataFrame:
    """The counts frame of the answers that came with comments; an answer counts once, whatever its comments say."""
    metric = measure.metric.value
    given = rows.drop_duplicates("submission_id")
    known = given[given[metric].notna()]
    if measure.metric is not Metric.NPS:
        known = known[known[f"{metric}_scale"] == measure.definition.scale.name]
    counts = known[metric].value_counts().sort_index()
    return pd.DataFrame({"value": counts.index.to_numpy(dtype=float), "n": counts.to_numpy()})


def _sparkline(counted: Counted, theme_id: str, calendar: Calendar) -> tuple[Point, ...]:
    return tuple(
        Point(f"{month}-01", calendar.label(month), share_figure(*counted.of(theme_id, month)))
        for month in calendar.window
    )
