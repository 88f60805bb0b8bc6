"""Turns rows of survey answers into rows of ``survey_response`` and ``comment``.

One row of the file is one filled-in survey, unless a submission column says that several rows are one. Every score
column gives one response (blank: the survey was sent and not answered), every open question with a text a comment.
A score that cannot be read is refused alone: the comment beside it is kept. A comment that a corrected row no longer
has is taken out of the store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from verbatim.domain import Metric, Status
from verbatim.errors import ScaleError
from verbatim.ingest import cells as read
from verbatim.ingest.convert import Converted, Refusal, RowRefusedError
from verbatim.ingest.dates import ends_before
from verbatim.ingest.fields import squash
from verbatim.ingest.identity import KeyTable
from verbatim.ingest.ratings import RatingReader
from verbatim.ingest.rowkeys import Identity, RowKeys, comment_key, score_key
from verbatim.storage.tables import comment, survey_response

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from verbatim.ingest.convert import CellReader
    from verbatim.ingest.mapping import ColumnMap
    from verbatim.ingest.profile import Recipe
    from verbatim.ingest.ratings import Rating, ScoreColumn
    from verbatim.ingest.rows import Cell, RawRow

TRANSACTIONAL, RELATIONAL = "transactional", "relational"


class _Draft(NamedTuple):
    """A comment before its text has passed the desk."""

    raw: str
    row: dict[str, Any]


class ResponseConverter:
    """Converts chunks of one file, in the order of the file."""

    def __init__(
        self,
        reader: CellReader,
        mapped: ColumnMap,
        scores: Sequence[ScoreColumn],
        recipe: Recipe,
        columns: Sequence[str],
    ) -> None:
        self._reader = reader
        self._keys = RowKeys(reader, columns)
        self._scores = [RatingReader(column, mapped, recipe, columns) for column in scores]
        self._comments = [(rule, columns.index(rule.column)) for rule in mapped.comments]
        self._group_scores = KeyTable() if self._keys.of_groups else None
        self._new_scores: dict[int, tuple[int, int]] = {}

    def convert(self, rows: Sequence[RawRow]) -> Converted:
        """What ``rows`` become; refusals among it."""
        found = Converted(read=len(rows))
        drafts: list[_Draft] = []
        self._keys.begin_chunk(rows)
        for index, row in enumerate(rows):
            try:
                keys = self._keys.of(index)
                if keys is None:
                    continue
                common = shared_columns(self._reader, row.cells, keys)
            except RowRefusedError as error:
                found.refuse(row.number, error)
                continue
            self._keys.accept(index, row)
            found.undated += common["occurred_at"] is None
            self._add_scores(found, row, keys, common)
            drafts.extend(self._drafts(row, keys, common))
        self._keys.end_chunk()
        self._end_chunk_of_groups()
        self._add_comments(found, drafts)
        return found

    def _add_scores(self, found: Converted, row: RawRow, keys: Identity, common: dict[str, Any]) -> None:
        for score in self._scores:
            column = score.column.rule.column
            try:
                rating = score.read(row.cells)
                if rating.answer is not None:
                    response = self._response(score, rating, row, common)
                    if self._group_scores is None or self._is_new_score(response, column, row.number):
                        found.add(survey_response, response)
            except ScaleError as error:
                found.refusals.append(Refusal(row.number, column, score.raw(row.cells), str(error)))
            except RowRefusedError as error:
                found.refuse(row.number, error)

    def _response(self, score: RatingReader, rating: Rating, row: RawRow, common: dict[str, Any]) -> dict[str, Any]:
        reader, rule = self._reader, score.column.rule
        answer = rating.answer
        step = reader.word("step", row.cells) or rule.step
        step = step or default_step(rating.metric, common["ticket_id"])
        told_by = None if self._keys.of_groups else reader.word("question", row.cells)
        question = rule.question or (told_by if reader.has("metric") else None)
        key = score_key(common["submission_id"], rating.metric, step, rule.question or told_by)
        return {
            **common,
            "id": key,
            "metric": rating.metric,
            "scale": rating.scale,
            "step": step,
            "question": question,
            "status": str(answer.status) if answer else str(Status.UNANSWERED),
            "value": answer.value if answer else None,
        }

    def _is_new_score(self, response: dict[str, Any], column: str, line: int) -> bool:
        """Whether the survey that this row belongs to has no such score yet.

        Raises:
            RowRefusedError: it has another one.
        """
        number = int(response["id"][:16], 16)
        before = self._new_scores.get(number)
        if before is None:
            before = (
                tuple(self._group_scores.get(np.array([number], np.uint64))[0].tolist())
                if self._group_scores
                else (0, 0)
            )
        value = response["value"]
        coded = 1 if value is None else 2 + int(value)
        if before[1] and (coded == 1 or coded == before[0]):
            return False
        if before[0] > 1:
            raise RowRefusedError(
                column, f"{value:g}", f"the same survey has the score {before[0] - 2} in line {before[1]:,}"
            )
        self._new_scores[number] = (coded, line)
        return True

    def _end_chunk_of_groups(self) -> None:
        if self._group_scores is not None and self._new_scores:
            keys = np.fromiter(self._new_scores, np.uint64, len(self._new_scores))
            self._group_scores.put(keys, np.array(list(self._new_scores.values()), np.int64))
            self._new_scores = {}

    def _drafts(self, row: RawRow, keys: Identity, common: dict[str, Any]) -> Iterator[_Draft]:
        """One for each open question, blank ones too."""
        reader, cells = self._reader, row.cells
        shared = beside_comments(common)
        told_by = reader.word("question", cells)
        metric, step = (reader.text(name, cells) for name in ("metric", "step"))
        for rule, place in self._comments:
            own = squash(rule.question or rule.column)
            key = comment_key(keys.row, own, told_by, metric, step)
            yield _Draft(read.text_of(cells[place]), {**shared, "id": key, "question": rule.question or told_by})

    def _add_comments(self, found: Converted, drafts: Sequence[_Draft]) -> None:
        ready = self._reader.desk.comments(draft.raw for draft in drafts if draft.raw)
        for draft in drafts:
            text = ready.get(draft.raw)
            if text is None:
                if self._keys.by_id:
                    found.absent.append(draft.row["id"])
                continue
            found.add(comment, {**draft.row, **text.columns()})


def shared_columns(reader: CellReader, cells: Sequence[Cell], keys: Identity) -> dict[str, Any]:
    """What the responses and comments of a row share, as columns of ``survey_response``.

    Raises:
        RowRefusedError: a time that cannot be, or an answer before its question.
    """
    asked, answered = reader.time("asked_at", cells), reader.time("answered_at", cells)
    if asked and answered and ends_before(answered, asked, reader.under.zone):
        raise RowRefusedError(
            reader.column("answered_at"),
            reader.text("answered_at", cells),
            f"answered before it was asked ({asked.at:%Y-%m-%d %H:%M} UTC)",
        )
    moment = answered or asked
    return {
        "source": reader.under.source,
        "external_id": keys.external_id,
        "submission_id": keys.submission,
        "asked_at": asked and asked.at,
        "answered_at": answered and answered.at,
        "occurred_at": moment and moment.at,
        "ticket_id": reader.link("ticket_id", cells),
        "account_id": reader.link("account_id", cells),
        "contact_id": reader.link("contact_id", cells),
        "segments": reader.segments(cells),
    }


def beside_comments(common: Mapping[str, Any]) -> dict[str, Any]:
    """Of `shared_columns`, those that ``comment`` has too."""
    return {name: value for name, value in common.items() if name not in {"asked_at", "answered_at"}}


def default_step(metric: str, ticket_id: str | None) -> str | None:
    """The step of an answer that names none: NPS after a ticket is told apart from NPS of the relationship."""
    if metric != Metric.NPS:
        return None
    return TRANSACTIONAL if ticket_id else RELATIONAL
