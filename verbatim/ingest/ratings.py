"""Which metric and scale each score column is on, and the reading of its cells.

The scale is proposed from the first rows only where they decide it; two scales under one metric are an error that says
how to keep them apart.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from verbatim.domain import Metric, Status
from verbatim.errors import EmptyError, MappingError, ScaleError
from verbatim.ingest import cells as read
from verbatim.ingest.mapping import metric_of
from verbatim.ingest.profile import NOT_ASKED
from verbatim.scores.propose import propose_scale
from verbatim.scores.scales import SCALES, Answer, Scale, plain, scale_named, scales_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from verbatim.ingest.mapping import ColumnMap
    from verbatim.ingest.profile import Recipe, ScoreRule
    from verbatim.ingest.rows import Cell, RawRow
    from verbatim.ingest.source import SourceFile

MOST_CACHED = 50_000
ENOUGH_TO_DOUBT = 20  # answers; fewer do not say that a column of NPS is something else


@dataclass(frozen=True, slots=True)
class ScoreColumn:
    """A score column with the scale of each metric that its rows may name (one, unless there is a metric column)."""

    rule: ScoreRule
    scales: Mapping[str, Scale]
    reason: str

    @property
    def metric(self) -> str | None:
        """The metric of every row, where there is but one."""
        return next(iter(self.scales)) if len(self.scales) == 1 else None


@dataclass(frozen=True, slots=True)
class Rating:
    """What one cell says on which scale; ``None`` for the answer where the question was not asked."""

    metric: str
    scale: str
    answer: Answer | None


def choose_scales(
    recipe: Recipe, mapped: ColumnMap, source: SourceFile, sample: Sequence[RawRow]
) -> tuple[ScoreColumn, ...]:
    """The scale of every score column: named, said by a scale column, or proposed from ``sample``.

    Raises:
        MappingError: nothing says which metric a column measures.
        ScaleError: an unknown scale, or answers that do not decide one.
    """
    chosen = [_choose(rule, recipe, mapped, source, sample) for rule in mapped.scores]
    alike = Counter(map(_kind_of, chosen))
    return tuple(
        replace(column, rule=replace(column.rule, question=column.rule.column))
        if alike[_kind_of(column)] > 1
        else column
        for column in chosen
    )


def _kind_of(column: ScoreColumn) -> tuple[str | None, str | None, str | None]:
    """What tells two scores of one row apart; columns alike in it are told apart by their names as well."""
    return column.metric, column.rule.step, column.rule.question


class RatingReader:
    """Reads the cells of one score column; each distinct cell is read once."""

    def __init__(self, column: ScoreColumn, mapped: ColumnMap, recipe: Recipe, columns: Sequence[str]) -> None:
        place = {name: index for index, name in enumerate(columns)}
        self.column = column
        self._place = place[column.rule.column]
        self._metric_place = place[mapped.fields["metric"]] if _by_row(column.rule, mapped, "metric") else None
        self._scale_place = place[mapped.fields["scale"]] if _by_row(column.rule, mapped, "scale") else None
        self._labels = recipe.labels
        self._scales: dict[str, Scale] = {}
        self._cache: dict[tuple[Cell, Cell, Cell], Rating | ScaleError] = {}

    def read(self, cells: Sequence[Cell]) -> Rating:
        """The rating of a row.

        Raises:
            ScaleError: the cell is no answer on its scale, or the row names an unknown metric or scale.
        """
        metric = "" if self._metric_place is None else cells[self._metric_place]
        scale = "" if self._scale_place is None else cells[self._scale_place]
        entry = (cells[self._place], metric, scale)
        found = self._cache.get(entry)
        if found is None:
            if len(self._cache) >= MOST_CACHED:
                self._cache.clear()
            found = self._cache[entry] = self._read(*map(read.text_of, entry))
        if isinstance(found, ScaleError):
            raise ScaleError(*found.args)
        return found

    def raw(self, cells: Sequence[Cell]) -> str:
        """The cell as it stands in the file."""
        return read.text_of(cells[self._place])

    def _read(self, raw: str, metric_cell: str, scale_cell: str) -> Rating | ScaleError:
        try:
            scale = self._scale(metric_cell, scale_cell)
            answer = scale.parse(raw)
        except ScaleError as error:
            return error
        asked = answer.status is not Status.UNANSWERED or self.column.rule.blank != NOT_ASKED
        return Rating(str(scale.metric), scale.name, answer if asked else None)

    def _scale(self, metric_cell: str, scale_cell: str) -> Scale:
        if scale_cell and not read.is_blank(scale_cell):
            if scale_cell not in self._scales:
                self._scales[scale_cell] = _with_labels(scale_named(scale_cell.casefold()), self._labels, strict=False)
            return self._scales[scale_cell]
        if self._metric_place is None:
            return next(iter(self.column.scales.values()))
        metric = metric_of(metric_cell)
        if metric is None:
            raise ScaleError(f"the metric {metric_cell!r} is not csat, ces or nps")
        if metric not in self.column.scales:
            raise ScaleError(
                f"no {metric} stood in the first rows, so its scale is not known; name it with a scale column"
            )
        return self.column.scales[metric]


def _choose(
    rule: ScoreRule, recipe: Recipe, mapped: ColumnMap, source: SourceFile, sample: Sequence[RawRow]
) -> ScoreColumn:
    place = source.columns.index(rule.column)
    if not _by_row(rule, mapped, "metric"):
        metric, said_by = _metric(rule, recipe, mapped, source)
        values = _values(sample, place, None, None)
        scale, reason = _scale(rule, metric, recipe, mapped, source, values=values)
        return ScoreColumn(rule, {metric: scale}, f"{said_by}; {reason}")
    metric_place = source.columns.index(mapped.fields["metric"])
    scales = {}
    for cell in sorted({read.text_of(row.cells[metric_place]) for row in sample}):
        named = metric_of(cell)
        if named is not None and named not in scales:
            values = _values(sample, place, metric_place, named)
            scales[named], _ = _scale(rule, named, recipe, mapped, source, values=values)
    if not scales:
        raise MappingError(
            f"{source.path}: the column {mapped.fields['metric']!r} names neither csat, ces nor nps in the first rows"
        )
    return ScoreColumn(rule, scales, f"the metric stands in {mapped.fields['metric']!r}")


def _by_row(rule: ScoreRule, mapped: ColumnMap, name: str) -> bool:
    """Whether each row says it itself; what a rule or an option names comes first."""
    return name in mapped.fields and getattr(rule, name) is None


def _metric(rule: ScoreRule, recipe: Recipe, mapped: ColumnMap, source: SourceFile) -> tuple[str, str]:
    if rule.metric is not None:
        return rule.metric, "named" if recipe.metric else mapped.reasons.get(rule.column, "named")
    if rule.scale is not None:
        return str(scale_named(rule.scale).metric), "by its scale"
    hints = (
        (rule.column, "header"),
        (source.questions.get(rule.column, ""), "question"),
        (_stem(source), "file's name"),
    )
    for text, place in hints:
        found = metric_of(text)
        if found is not None:
            return found, f"{found} by the {place}"
    raise MappingError(f"{source.path}: is {rule.column!r} CSAT, CES or NPS? Name it with --metric csat, ces or nps")


def _stem(source: SourceFile) -> str:
    return source.path.name.split(".")[0]


def _values(sample: Sequence[RawRow], place: int, metric_place: int | None, metric: str | None) -> list[str]:
    found = []
    for row in sample:
        if metric_place is None or metric_of(read.text_of(row.cells[metric_place])) == metric:
            found.append(read.text_of(row.cells[place]))
    return found


def _scale(
    rule: ScoreRule, metric: str, recipe: Recipe, mapped: ColumnMap, source: SourceFile, *, values: Sequence[str]
) -> tuple[Scale, str]:
    if rule.scale is not None:
        scale = scale_named(rule.scale)
        if scale.metric != metric:
            raise ScaleError(
                f"{rule.scale!r} is a scale of {scale.metric}, but {rule.column!r} measures {metric}; the "
                f"scales of {metric} are {', '.join(s.name for s in scales_of(metric))}"
            )
        return _with_labels(scale, recipe.labels, strict=True), "scale named"
    if _by_row(rule, mapped, "scale"):
        return _with_labels(
            _default_of(metric), recipe.labels, strict=False
        ), f"the scale stands in {mapped.fields['scale']!r}"
    own = {plain(label) for label in recipe.labels}
    said = [value for value in values if value and plain(value) not in own]
    if metric == Metric.NPS and len(said) < ENOUGH_TO_DOUBT:
        return _with_labels(_default_of(metric), recipe.labels, strict=True), "NPS has one scale"
    try:
        scale = propose_scale(metric, said)
    except EmptyError:
        raise ScaleError(
            f"{source.path}: {rule.column!r} has no answer in the first {len(values):,} rows, so its scale "
            f"cannot be told; name it with --scale ({', '.join(s.name for s in scales_of(metric))})"
        ) from None
    except ScaleError as error:
        raise ScaleError(
            f"{source.path}, column {rule.column!r}: {error}. Name one with --scale, or, where rows differ, put "
            f"each row's scale into a column: --map scale=COLUMN"
        ) from error
    return _with_labels(scale, recipe.labels, strict=True), "scale told from the answers"


def _default_of(metric: str) -> Scale:
    return next(scale for scale in SCALES.values() if scale.metric == metric)


def _with_labels(scale: Scale, labels: Mapping[str, int | None], *, strict: bool) -> Scale:
    """``strict``: a label's value outside the scale is an error, else that label is for another scale."""
    values = {
        label: value
        for label, value in labels.items()
        if value is not None and (strict or scale.low <= value <= scale.high)
    }
    not_ratings = [label for label, value in labels.items() if value is None]
    return scale.with_labels(values).with_not_applicable(*not_ratings)
