"""Decides which column fills which field: what the user named first, then a proposal from headers and values.

Every decision carries its reason, and every column that is left out is named with why: the plan shows both.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from verbatim.domain import Kind, Metric
from verbatim.errors import MappingError
from verbatim.ingest import cells as read
from verbatim.ingest.fields import FIELDS, PERSONAL, QUESTION_METRIC, SEGMENTS, Reading, squash, words_of
from verbatim.ingest.hints import asks_openly, reads, worded_metric
from verbatim.ingest.profile import CommentRule, Recipe, ScoreRule
from verbatim.scores.scales import scales_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from verbatim.ingest.rows import RawRow
    from verbatim.ingest.source import SourceFile

MOST_VALUES = 2_000  # distinct values of a column that are kept for looking at
LONG_TEXT = 25  # characters on average: more is prose
VARIED = 0.5  # share of the filled cells that differ: more is prose or an identifier
YES_OR_NO = frozenset({"0", "1", "0.0", "1.0"})
SOME = 0.2
MANY = 50
READABLE = 0.8  # share of the filled cells that fit a scale of the metric


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which column fills what. ``reasons`` is by column; ``left_out`` are the columns that are not stored, and why."""

    fields: Mapping[str, str]
    scores: tuple[ScoreRule, ...] = ()
    comments: tuple[CommentRule, ...] = ()
    segments: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Look:
    """What the first rows show of one column.

    Of the filled cells: ``mean_length`` in characters, ``varied`` the share that differ, ``spaced`` the share with a
    blank inside.
    """

    filled: int = 0
    mean_length: float = 0.0
    varied: float = 0.0
    spaced: float = 0.0
    values: tuple[str, ...] = ()

    @property
    def is_prose(self) -> bool:
        """Whether people wrote it."""
        return self.filled >= 3 and self.mean_length >= LONG_TEXT and self.varied > VARIED and self.spaced > VARIED

    @property
    def is_code(self) -> bool:
        """Whether it tells rows apart instead of grouping them."""
        return self.filled >= MANY and self.varied > VARIED

    @property
    def is_measure(self) -> bool:
        """Whether it holds amounts or moments, which group nothing."""
        return len(self.values) > MANY and sum(bool(MEASURE.fullmatch(v)) for v in self.values) > READABLE * len(
            self.values
        )

    @property
    def is_email(self) -> bool:
        """Whether most cells are addresses."""
        return bool(self.values) and sum(bool(read.EMAIL.fullmatch(v)) for v in self.values) > VARIED * len(self.values)


MEASURE = re.compile(r"[-+]?\d+([.,:/ T-]\d+)*Z?")  # a number, a date, a time
STAFF = re.compile(
    r"\b(agent|assignee|team|group|product|account|company|organi[sz]ation|channel|file|event|campaign|survey|owner)\b"
)


def map_columns(recipe: Recipe, source: SourceFile, sample: Sequence[RawRow]) -> ColumnMap:
    """Map the columns of ``source`` to the fields of the recipe's kind.

    Raises:
        MappingError: a column that is named but not there, or a field that must be filled and is not.
    """
    return _Mapper(recipe, source, sample).run()


class _Mapper:
    """One mapping in the making: columns are claimed one after another, none twice."""

    def __init__(self, recipe: Recipe, source: SourceFile, sample: Sequence[RawRow]) -> None:
        self.recipe, self.source = recipe, source
        self.looks = {name: _look([row.cells[i] for row in sample]) for i, name in enumerate(source.columns)}
        self.by_form = {squash(name): name for name in reversed(source.columns)}
        self.fields: dict[str, str] = {}
        self.scores: list[ScoreRule] = []
        self.comments: list[CommentRule] = []
        self.segments: dict[str, str] = {}
        self.reasons: dict[str, str] = {}
        self.left_out: dict[str, str] = {}
        self.warnings: list[str] = []

    def run(self) -> ColumnMap:
        """Named columns, then proposals, then segments."""
        self._take_named()
        if not self.recipe.complete:
            self._propose_fields()
            if self.recipe.kind is Kind.RESPONSES:
                self._propose_scores()
                self._propose_comments()
        self._take_segments()
        self._check()
        return ColumnMap(
            self.fields,
            tuple(self.scores),
            tuple(self.comments),
            self.segments,
            self.reasons,
            self.left_out,
            tuple(self.warnings),
        )

    def _take_named(self) -> None:
        recipe = self.recipe
        for name, wanted in recipe.fields.items():
            column = self._existing(wanted, name)
            if name == "score":
                self.scores.append(ScoreRule(column, recipe.metric, recipe.scale))
            elif name == "comment" and recipe.kind is Kind.RESPONSES:
                self.comments.append(CommentRule(column, self.source.questions.get(column)))
            else:
                self.fields[name] = column
            self._claim(column, "named")
        for rule in recipe.scores:
            column = self._existing(rule.column, "scores.column")
            self.scores.append(
                ScoreRule(
                    column,
                    rule.metric or recipe.metric,
                    rule.scale or recipe.scale,
                    rule.step,
                    rule.question,
                    rule.blank,
                )
            )
            self._claim(column, "named")
        for answer in recipe.comments:
            column = self._existing(answer.column, "comments.column")
            self.comments.append(CommentRule(column, answer.question or self.source.questions.get(column)))
            self._claim(column, "named")
        for wanted in sorted(recipe.ignore - {"*"}):
            self.left_out[self._existing(wanted, "ignore")] = "ignored, as asked"

    def _existing(self, wanted: str, purpose: str) -> str:
        """The column that was named, in its own spelling."""
        if wanted in self.source.columns:
            return wanted
        found = self.by_form.get(squash(wanted))
        if found is not None:
            return found
        near = difflib.get_close_matches(wanted, self.source.columns, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"the columns are {_listed(self.source.columns)}"
        raise MappingError(f"{self.source.path} has no column {wanted!r} (for {purpose}); {hint}")

    def _claim(self, column: str, reason: str) -> None:
        self.reasons.setdefault(column, reason)

    def _free(self, column: str) -> bool:
        return column not in self.reasons and column not in self.left_out

    def _propose_fields(self) -> None:
        for item in FIELDS[self.recipe.kind]:
            if item.name in self.fields or item.reading is Reading.SCORE:
                continue
            if item.name == "comment" and self.recipe.kind is Kind.RESPONSES:
                continue
            column = self._by_synonym(item.synonyms)
            if column is not None and self._worth(item.reading, column):
                self.fields[item.name] = column
                self._claim(column, f"the header {column!r}")

    def _by_synonym(self, synonyms: Iterable[str]) -> str | None:
        for synonym in synonyms:
            column = self.by_form.get(squash(synonym))
            if column is not None and self._free(column):
                return column
        return None

    def _worth(self, reading: Reading, column: str) -> bool:
        """A time needs digits: a column "created" with yes and no is none."""
        values = self.looks[column].values
        if reading is not Reading.TIME or not values:
            return True
        return sum(any(sign.isdigit() for sign in value) for value in values) >= SOME * len(values)

    def _propose_scores(self) -> None:
        if self.scores:
            return
        by_metric: dict[str, list[str]] = {}
        for column in filter(self._free, self.source.columns):
            metric = metric_of(column) or metric_of(self.source.questions.get(column, ""))
            if metric is not None and self._fits(metric, column):
                by_metric.setdefault(metric, []).append(column)
        for metric, columns in by_metric.items():
            if self.recipe.metric in {None, metric}:
                self._take_score(columns[0], metric, f"its header speaks of {metric.upper()} and its values fit")
            for other in columns[1:]:
                self.warnings.append(
                    f"{other!r} looks like a second {metric.upper()}; it is kept as a segment (a profile can "
                    f"name it in [[scores]])"
                )
        if not self.scores:
            synonyms = next(item.synonyms for item in FIELDS[Kind.RESPONSES] if item.reading is Reading.SCORE)
            generic = self._by_synonym(synonyms)
            if generic is not None:
                self._take_score(generic, self.recipe.metric, f"the header {generic!r}")

    def _take_score(self, column: str, metric: str | None, reason: str) -> None:
        self.scores.append(ScoreRule(column, metric, self.recipe.scale, question=self.source.questions.get(column)))
        self._claim(column, reason)

    def _fits(self, metric: str, column: str) -> bool:
        values = self.looks[column].values
        if not values:
            return squash(column) in SCORE_FORMS
        if metric == Metric.NPS and self.looks[column].filled > MANY and set(values) <= YES_OR_NO:
            return False  # "recommended": 1 or 0
        return any(
            sum(reads(scale, value) for value in values) >= READABLE * len(values) for scale in scales_of(metric)
        )

    def _propose_comments(self) -> None:
        if self.comments:
            return
        synonyms = next(item.synonyms for item in FIELDS[Kind.RESPONSES] if item.name == "comment")
        column = self._by_synonym(synonyms) or self._nested(synonyms) or self._asked_openly()
        if column is not None:
            self.comments.append(CommentRule(column, self.source.questions.get(column)))
            self._claim(column, f"the header {column!r}")
        for other in filter(self._free, self.source.columns):
            if self.looks[other].is_prose and not _is_personal(other) and self.recipe.segments is None:
                self.comments.append(CommentRule(other, self.source.questions.get(other, other)))
                self._claim(other, "long texts that nearly all differ: an open answer")

    def _nested(self, synonyms: Iterable[str]) -> str | None:
        """A key within an object: ``answers.comment``."""
        forms = set(map(squash, synonyms))
        dotted = (name for name in self.source.columns if "." in name and self._free(name))
        return next((name for name in dotted if squash(name.rpartition(".")[2]) in forms), None)

    def _asked_openly(self) -> str | None:
        """A column whose question wants words and whose cells are not numbers."""
        questions = self.source.questions
        open_ones = (name for name in self.source.columns if self._free(name) and asks_openly(questions.get(name, "")))
        return next((name for name in open_ones if not self.looks[name].is_measure), None)

    def _take_segments(self) -> None:
        named = self.recipe.segments
        if named is not None:
            for name, wanted in named.items():
                column = self._existing(wanted, "segments")
                self.segments[name] = column
                self._claim(column, "named as a segment")
        for column in filter(self._free, self.source.columns):
            reason = self._why_no_segment(column, named is not None)
            if reason is None:
                name = segment_name(column, self.segments)
                self.segments[name] = column
                self._claim(column, "not a field: kept as a segment")
            else:
                self.left_out[column] = reason

    def _why_no_segment(self, column: str, named: bool) -> str | None:
        look = self.looks[column]
        if "*" in self.recipe.ignore:
            return "ignored, as asked"
        if named:
            return "not among the segments named"
        if not look.filled:
            return "empty in the first rows"
        if self.recipe.kind is Kind.TICKETS and (metric := metric_of(column)) and self._fits(metric, column):
            self.warnings.append(
                f"{column!r} is a {metric.upper()} and belongs to the survey, not to the ticket: it is not stored; "
                "`verbatim ingest responses` on the same file reads it"
            )
            return "a rating: `verbatim ingest responses` reads it"
        if _is_personal(column) or look.is_email:
            self.warnings.append(
                f"{column!r} looks like personal data and is not stored; name it in segments to keep it, redacted"
            )
            return "looks like personal data"
        if look.is_prose:
            self.warnings.append(
                f"{column!r} holds long texts that nearly all differ: an open answer? It is not stored; "
                + (
                    f"--map comment={column!r} stores it"
                    if self.recipe.kind is Kind.RESPONSES
                    else "`verbatim ingest responses` reads comments"
                )
            )
            return "long texts that nearly all differ"
        if look.is_measure:
            return "amounts or times that differ; name it in segments to keep it"
        if look.is_code:
            return "nearly every value differs; name it in segments to keep it"
        return None

    def _check(self) -> None:
        kind, columns = self.recipe.kind, _listed(self.source.columns)
        for item in FIELDS[kind]:
            if item.required and item.name not in self.fields:
                raise MappingError(
                    f"{self.source.path}: {kind} need a column for {item.name}, and none of {columns} says so; "
                    f"name it with --map {item.name}=COLUMN"
                )
        for column in () if self.scores else self.segments.values():
            if kind is Kind.RESPONSES and (metric := worded_metric(self.looks[column].values)):
                self.warnings.append(
                    f"no column is read as a score, but the answers of {column!r} look like {metric.upper()}; "
                    f"--map score={column!r} --metric {metric} reads them"
                )
        if kind is Kind.RESPONSES and not (self.scores or self.comments):
            raise MappingError(
                f"{self.source.path}: no column of {columns} looks like a score or a comment; name one with "
                f"--map score=COLUMN or --map comment=COLUMN"
            )


SCORE_FORMS = frozenset(
    squash(word) for item in FIELDS[Kind.RESPONSES] if item.reading is Reading.SCORE for word in item.synonyms
)


def metric_of(text: str) -> str | None:
    """The metric that a header, a question or a file's name speaks of."""
    words = words_of(text)
    if words in set(Metric):
        return words
    for metric, pattern in QUESTION_METRIC:
        if pattern.search(words) and words != "rating":
            return metric
    return None


def segment_name(column: str, taken: Iterable[str]) -> str:
    """The common name of a segment ("Agent_name" is ``agent``), else the column's own."""
    form = squash(column)
    for name, synonyms in SEGMENTS.items():
        if name not in taken and any(form == squash(synonym) for synonym in synonyms):
            return name
    return column


def _look(cells: Sequence[object]) -> Look:
    filled = [text for text in (str(cell).strip() for cell in cells) if text and not read.is_blank(text)]
    if not filled:
        return Look()
    distinct = dict.fromkeys(filled)
    spaced = sum(" " in text for text in distinct)
    length = sum(map(len, filled)) / len(filled)
    values = tuple(list(distinct)[:MOST_VALUES])
    return Look(len(filled), length, len(distinct) / len(filled), spaced / len(distinct), values)


def _is_personal(column: str) -> bool:
    words = words_of(column)
    staff = STAFF.search(words)
    return bool(PERSONAL.search(words)) and not (staff and not re.search(r"mail|phone", words))


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:12])
    return shown + (f" and {len(names) - 12} more" if len(names) > 12 else "")
