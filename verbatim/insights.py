"""What themes do to a score and which of them move, asked of the store: what the command line and reports show.

The store gives assignments and answers, `verbatim.findings` calculates; this room joins the two and adds names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from verbatim.answers import main_counts
from verbatim.domain import Metric, Period
from verbatim.errors import EmptyError, UserError
from verbatim.findings import Layer, chronic_sentiments, chronic_themes, drive, find_emerging, membership, share_changes
from verbatim.findings.emerging import once
from verbatim.findings.membership import THEME, themes_of_layer
from verbatim.scores.segments import records
from verbatim.storage import queries
from verbatim.text.excerpt import excerpt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from verbatim.findings import Drivers, Emerging
    from verbatim.scores.definitions import Definition
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

MONTH = "month"
CUSTOMER_COLUMNS = ["account_id", "contact_id", "submission_id"]
QUOTES = 3
FEW_RATED = 15


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open span of time, each end ``None`` where it is open, and the span it is compared with, if any."""

    start: datetime | None = None
    end: datetime | None = None
    before: Period | None = None

    @classmethod
    def of_month(cls, month: str, tz: str) -> Span:
        """A month ``YYYY-MM``, compared with the month before."""
        period = Period.of_month(month, tz)
        number = int(month[:4]) * 12 + int(month[5:7]) - 2
        return cls(period.start, period.end, Period.of_month(f"{number // 12:04d}-{number % 12 + 1:02d}", tz))

    @classmethod
    def between(cls, start: datetime | None, end: datetime | None) -> Span:
        """From ``start`` to ``end``; with both, compared with as long a time before."""
        return cls(start, end, Period(start - (end - start), start) if start and end else None)


@dataclass(frozen=True, slots=True)
class DriverSheet:
    """What each theme does to one score.

    ``table`` has the columns of `verbatim.findings.Drivers` and, before them, ``name``, ``parent_id``, ``part_of`` (the
    parent's name) and those of `verbatim.findings.share_changes` (``volume``, ``share``, ``change`` …): comments that
    say something, with or without an answer. ``step`` is that of NPS (relational or transactional).
    """

    metric: Metric
    scale: str
    step: str | None
    layer: Layer
    span: Span
    drivers: Drivers
    table: pd.DataFrame

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        found, span = self.drivers, self.span
        before = None if span.before is None else [span.before.start.isoformat(), span.before.end.isoformat()]
        return {
            "metric": self.metric.value, "scale": self.scale, "step": self.step, "layer": self.layer.value,
            "start": span.start and span.start.isoformat(), "end": span.end and span.end.isoformat(), "before": before,
            "definition": {"name": found.definition.name, "text": found.definition.text},
            "score": round(found.score, 6), "n": found.n, "commented": found.commented,
            "customers": found.customers, "customers_by": found.by, "segments": list(found.segments),
            "strength": found.strength, "explained": found.explained, "themes": records(self.table),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class EmergingSheet:
    """What moved up to a month, and what stays unhappy.

    ``moved``, ``days`` and ``chronic`` are the tables of `verbatim.findings` (`rate_alarms`, `day_alarms`,
    `chronic_themes`: one row a theme, by what its run is longest) with ``name``, ``parent_id``, ``part_of`` (the
    parent's name), ``quotes`` (ids of comments) and ``parts`` (what each says on the theme); ``texts`` has the whole
    comments by id. ``found`` says what all rests on.
    """

    month: str
    found: Emerging
    moved: pd.DataFrame
    days: pd.DataFrame
    chronic: pd.DataFrame
    chronic_months: int
    texts: dict[str, str]

    @property
    def statement(self) -> str:
        """How sure this is, in words."""
        share = f"{100 * self.found.false_alarms:.0f} %"
        looked = f"{self.found.themes} themes, {self.found.comments:,} comments in {self.month}"
        sure = f"where dates mean nothing, at most {share} of months have any theme here (by permutation)"
        return f"{looked}; {'nothing beyond noise; ' if self.found.is_noise else ''}{sure}"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        moved = records(self.moved)
        kinds = {
            kind: [row for row in moved if row["kind"] == kind] for kind in ("new", "growing", "shrinking", "fading")
        }
        return {
            "month": self.month, "comments": self.found.comments, "themes": self.found.themes,
            "false_alarms": self.found.false_alarms, "is_noise": self.found.is_noise, "statement": self.statement,
            **kinds, "days": records(self.days), "chronic_months": self.chronic_months,
            "chronic": records(self.chronic), "quotes": self.texts,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Spoken:
    """``assigned`` as stored, all ``themes`` of the model, ``pairs`` rolled up, ``comments`` with detail."""

    assigned: pd.DataFrame
    themes: pd.DataFrame
    pairs: pd.DataFrame
    comments: pd.DataFrame


def driver_sheet(
    store: Store, settings: Settings, metric: Metric, *, span: Span | None = None, segments: Sequence[str] = (),
    layer: Layer | str = Layer.TOP, definition: str | None = None,
) -> DriverSheet:  # fmt: skip
    """What each theme does to ``metric``, on the scale (and for NPS the step) that most answers were given on.

    ``segments`` are what the impact is adjusted for, beside the other themes; ``month`` is one of them: the month of
    the answer.

    Raises:
        EmptyError: nothing was mined, or no answers (with comments) in the span.
        NotFoundError: a segment that nothing is called.
        UserError: ``layer`` is not top or fine.
    """
    if Layer(layer) is Layer.ALL:
        raise UserError("drivers are of one layer; themes and their sub-themes cannot be told apart: top or fine")
    asked = span or Span()
    spoken = _spoken(store)
    themes = themes_of_layer(spoken.themes, layer)
    answers, chosen, step = _rated(store, settings, metric, asked, segments=segments, definition=definition)
    every = set(themes_of_layer(spoken.themes.assign(kind=THEME, archived=False), layer))
    pairs = _pairs_of_answers(answers, spoken, every)
    if pairs.empty:
        raise EmptyError(f"none of the {len(answers):,} {metric.value.upper()} answers came with a comment on a theme")
    said = set(spoken.assigned["submission_id"])
    answers = answers.assign(commented=answers["submission_id"].isin(said))
    found = drive(answers, pairs, themes, chosen, segments=list(segments), seed=settings.seed)
    now = _within(spoken.comments, asked.start, asked.end)
    before = None if asked.before is None else _within(spoken.comments, asked.before.start, asked.before.end)
    table = share_changes(now, before, spoken.pairs, themes).merge(found.table, on="theme_id", validate="1:1")
    order = {theme: place for place, theme in enumerate(found.table["theme_id"])}
    table = table.iloc[table["theme_id"].map(order).argsort(kind="stable")].reset_index(drop=True)
    return DriverSheet(metric, chosen.scale.name, step, Layer(layer), asked, found, _named(table, spoken.themes))


def emerging_sheet(store: Store, settings: Settings, *, month: str | None = None) -> EmergingSheet:
    """What moved up to ``month`` (by default the month of the newest comment), over themes and sub-themes.

    Raises:
        EmptyError: nothing was mined, no comments in the month, or too few before it to compare with.
        UserError: no month.
    """
    spoken = _spoken(store)
    themes = themes_of_layer(spoken.themes, Layer.ALL)
    newest = spoken.comments["occurred_at"].max()
    if newest is pd.NaT:
        raise EmptyError("no comment has a date; ingest the column that says when each was given")
    chosen = month or newest.tz_convert(settings.timezone).strftime("%Y-%m")
    parents = {row["id"]: row["parent_id"] for row in spoken.themes.dropna(subset="parent_id").to_dict("records")}
    found = find_emerging(
        spoken.comments, spoken.pairs, themes, chosen, tz=settings.timezone, parents=parents,
        several=settings.several_customers, seed=settings.seed,
    )  # fmt: skip
    moved, days, chronic = (
        _quoted(_named(table, spoken.themes), spoken, chosen, settings.timezone)
        for table in (found.rates, found.days, _chronic(store, settings, spoken, themes, chosen))
    )
    wanted = {quote for table in (moved, days, chronic) for quotes in table["quotes"] for quote in quotes}
    said = spoken.assigned[spoken.assigned["comment_id"].isin(wanted)].drop_duplicates("comment_id")
    texts = dict(sorted(zip(said["comment_id"], said["text"], strict=True)))
    return EmergingSheet(chosen, found, moved, days, chronic, settings.chronic_months, texts)


def _spoken(store: Store) -> _Spoken:
    themes = queries.themes(store)
    if themes.empty:
        raise EmptyError("no themes yet; run `verbatim mine` first")
    assigned = queries.assignments(store, by=())
    silent = set(themes.loc[themes["kind"] != THEME, "id"])
    telling = assigned[~assigned["theme_id"].isin(silent)]
    comments = telling.drop_duplicates("comment_id").rename(columns={"comment_id": "id"})
    kept = comments[["id", "occurred_at", *CUSTOMER_COLUMNS]].reset_index(drop=True)
    return _Spoken(assigned, themes, membership(assigned, themes), kept)


def _rated(
    store: Store, settings: Settings, metric: Metric, span: Span, *, segments: Sequence[str] = (),
    definition: str | None = None,
) -> tuple[pd.DataFrame, Definition, str | None]:  # fmt: skip
    """Answers on the main scale and step, with the columns ``segments``; their definition and step."""
    try:
        counts, chosen = main_counts(store, settings, metric, definition=definition, start=span.start, end=span.end)
    except EmptyError as error:
        if span.start is None and span.end is None:
            raise
        raise EmptyError(f"no {metric.value.upper()} answers in this time; choose another month or span") from error
    stored = [name for name in dict.fromkeys(segments) if name != MONTH]
    rows = queries.answers(store, metric.value, start=span.start, end=span.end, by=stored)
    rows = rows[(rows["status"] == "answered") & (rows["scale"] == chosen.scale.name)]
    step = None
    if metric is Metric.NPS:
        step = next((one for one in counts["step"] if isinstance(one, str)), None)
        rows = rows[rows["step"] == step] if step is not None else rows[rows["step"].isna()]
    renamed = {f"segment_{name}": name for name in stored if f"segment_{name}" in rows}
    rows = rows.drop(columns=[name for name in renamed.values() if name in rows]).rename(columns=renamed)
    if MONTH in segments:
        local = rows["occurred_at"].dt.tz_convert(settings.timezone)
        rows = rows.assign(**{MONTH: local.dt.strftime("%Y-%m")})
    return rows.reset_index(drop=True), chosen, step


def _pairs_of_answers(answers: pd.DataFrame, spoken: _Spoken, themes: set[str]) -> pd.DataFrame:
    """Columns ``answer_id`` and ``theme_id``: the themes of the comments that came with each answer."""
    of_comment = spoken.assigned[["comment_id", "submission_id"]].drop_duplicates("comment_id")
    on = spoken.pairs[spoken.pairs["theme_id"].isin(themes)].merge(of_comment, on="comment_id")
    both = answers[["id", "submission_id"]].merge(on[["submission_id", "theme_id"]], on="submission_id")
    return both.rename(columns={"id": "answer_id"})[["answer_id", "theme_id"]].drop_duplicates(ignore_index=True)


def _chronic(store: Store, settings: Settings, spoken: _Spoken, themes: Sequence[str], month: str) -> pd.DataFrame:
    """One row a theme: by the metric, or else the sentiment, under which it has been unhappy for longest."""
    options: dict[str, Any] = {"tz": settings.timezone, "months": settings.chronic_months}
    tables, rated = [], pd.Series(0, index=list(themes))
    end = Period.of_month(month, settings.timezone).end
    for metric in Metric:
        try:
            answers, definition, _ = _rated(store, settings, metric, Span(end=end))
            pairs = _pairs_of_answers(answers, spoken, set(themes))
            with_comment = answers[answers["submission_id"].isin(set(spoken.comments["submission_id"]))]
            tables.append(chronic_themes(with_comment, pairs, themes, definition, month, **options))
        except EmptyError:
            continue
        rated = rated.add(pairs["theme_id"].value_counts(), fill_value=0)
    unrated = [theme for theme in themes if rated[theme] < FEW_RATED]
    spans = spoken.assigned[["comment_id", "theme_id", "sentiment", "occurred_at"]]
    try:
        tables.append(chronic_sentiments(spans, unrated, month, **options))
    except EmptyError:
        pass
    if not tables:
        raise EmptyError(f"no comments with a date in {month}; choose a month that has some")
    every = pd.concat(tables, ignore_index=True)
    every = every.sort_values(["run", "difference", "theme_id"], ascending=[False, True, True], kind="stable")
    longest = every.drop_duplicates("theme_id")
    return once(longest, dict(zip(spoken.themes["id"], spoken.themes["parent_id"], strict=True)), by=-longest["run"])


def _named(table: pd.DataFrame, themes: pd.DataFrame) -> pd.DataFrame:
    known = themes.set_index("id")
    names, parents = (table["theme_id"].map(known[column]) for column in ("name", "parent_id"))
    parents = parents.astype(object).where(parents.notna(), None)
    above = parents.map(known["name"]).astype(object)
    added = {"name": names, "parent_id": parents, "part_of": above.where(above.notna(), None)}
    return pd.concat([table[["theme_id"]], pd.DataFrame(added), table.drop(columns="theme_id")], axis=1)


def _quoted(table: pd.DataFrame, spoken: _Spoken, month: str, tz: str) -> pd.DataFrame:
    """With ``quotes``: ids of comments from the time that each row speaks of."""
    end = Period.of_month(month, tz).end
    quotes = []
    for row in table.to_dict("records"):
        span = (row["start"], row["end"]) if "start" in row else (Period.of_month(row["since"], tz).start, end)
        quotes.append(_quotes(spoken, row["theme_id"], *span))
    ids, parts = [list(found) for found in quotes], [list(found.values()) for found in quotes]
    columns = {
        "quotes": pd.Series(ids, index=table.index, dtype=object),
        "parts": pd.Series(parts, index=table.index, dtype=object),
    }
    return table.assign(**columns)


def _quotes(spoken: _Spoken, theme: str, start: datetime, end: datetime) -> dict[str, str]:
    """The comments of that time that say it best, of equal parts one; of a faded theme from before. Id → its part."""
    parents = dict(zip(spoken.themes["id"], spoken.themes["parent_id"], strict=True))
    family = {key for key in parents if theme in _line(key, parents)}
    own = spoken.assigned[spoken.assigned["theme_id"].isin(family)]
    inside = own[own["occurred_at"].between(start, end, inclusive="left")]
    shown = (inside if len(inside) else own[own["occurred_at"] < end]).sort_values(
        ["similarity", "comment_id"], ascending=[False, True], kind="stable"
    )
    found: dict[str, str] = {}
    for row in shown.to_dict("records"):
        part = excerpt(row["text"], [(int(row["start"]), None if pd.isna(row["end"]) else int(row["end"]))])
        if row["comment_id"] not in found and part not in found.values():
            found[row["comment_id"]] = part
        if len(found) == QUOTES:
            break
    return found


def _line(theme: object, parents: Mapping[str, object]) -> list[object]:
    """A theme and those above it."""
    line: list[object] = []
    while isinstance(theme, str):
        line.append(theme)
        theme = parents.get(theme)
    return line


def _within(comments: pd.DataFrame, start: datetime | None, end: datetime | None) -> pd.DataFrame:
    """Comments of a span; without any end also those without a time."""
    kept = comments
    if start is not None:
        kept = kept[kept["occurred_at"] >= start]
    return kept if end is None else kept[kept["occurred_at"] < end]
