"""Turns records of survey responses into rows of ``survey_response`` and ``comment``.

A flat record (``metric``, ``score``, ``comment``) is a row of a file with these columns: several records of one id are
told apart by metric, step and question. A record with ``answers`` or ``comments`` is the whole of its id: what is
stored of it and is not in the record goes. A score that cannot be read is refused alone, as in files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from verbatim.domain import Status
from verbatim.errors import ScaleError
from verbatim.ingest import cells as read
from verbatim.ingest.convert import CellReader, Refusal, RowRefusedError
from verbatim.ingest.direct.cells import SegmentNames, Shape, listed, shown
from verbatim.ingest.direct.folding import TakenRecord
from verbatim.ingest.direct.records import refuse
from verbatim.ingest.direct.shapes import ANSWER_FIELDS, COMMENT_FIELDS, MOST_ANSWERS, RECORD_FIELDS, FieldType
from verbatim.ingest.fields import squash
from verbatim.ingest.mapping import ColumnMap
from verbatim.ingest.responses import beside_comments, default_step, shared_columns
from verbatim.ingest.rowkeys import Identity, comment_key, row_identity, score_key
from verbatim.scores.scales import Answer, Scale, scale_named, scales_of
from verbatim.storage.tables import comment, survey_response

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from verbatim.ingest.convert import Circumstances
    from verbatim.ingest.rows import Cell
    from verbatim.ingest.texts import TextDesk

    Record = Mapping[str, Any]
    Cells = Mapping[str, Cell]

NOT_SHARED = frozenset({FieldType.SEGMENTS, FieldType.ANSWERS, FieldType.COMMENTS, FieldType.SCORE, FieldType.TEXT})
SAYS_SCORE = ("metric", "scale", "score", "status")
ONE_ANSWER = tuple(field.name for field in ANSWER_FIELDS)
MOST_CACHED = 50_000


class _Said(NamedTuple):
    """One answer as a record gives it: its cells, its step and question, and where it stands."""

    metric: str
    scale: str
    score: str
    status: str
    step: str | None
    question: str | None
    place: str


@dataclass(slots=True)
class _Draft:
    """A comment before its text has passed the desk."""

    into: TakenRecord
    raw: str
    row: dict[str, Any]


class ResponseTaker:
    """Converts records of responses."""

    def __init__(self, under: Circumstances, desk: TextDesk) -> None:
        fields = RECORD_FIELDS[under.kind]
        self._under, self._desk = under, desk
        self._shape, self._answer_shape, self._comment_shape = map(Shape, (fields, ANSWER_FIELDS, COMMENT_FIELDS))
        self._columns = tuple(field.name for field in fields if field.type not in NOT_SHARED)
        self._reader = CellReader(ColumnMap({name: name for name in self._columns}), self._columns, {}, under, desk)
        self._names = SegmentNames()
        self._answers: dict[tuple[str, str, str], tuple[Scale, Answer] | ScaleError] = {}

    def take(self, records: Sequence[object], first_row: int) -> list[TakenRecord]:
        """One for each of ``records``, in order."""
        taken = [TakenRecord(number) for number in range(first_row, first_row + len(records))]
        drafts: list[_Draft] = []
        for into, record in zip(taken, records, strict=True):
            try:
                drafts += self._take(record, into)
            except RowRefusedError as error:
                into.rows.clear()
                refuse(into, error)
        ready = self._desk.comments(draft.raw for draft in drafts if draft.raw)
        for draft in drafts:
            text = ready.get(draft.raw)
            if text is None:
                draft.into.absent.append(draft.row["id"])
            else:
                draft.into.rows.append((comment, {**draft.row, **text.columns()}))
        for into in taken:  # only a refused score, and nothing beside it
            into.refused |= bool(into.problems) and not into.rows
            if into.problems:  # what could not be read may be what is stored
                into.whole = None
        return taken

    def _take(self, raw: object, into: TakenRecord) -> list[_Draft]:
        record = self._shape.check(raw)
        given = self._shape.cells(record)
        cells = [given.get(name, "") for name in self._columns]
        into.id = self._reader.identifier("id", cells)
        group = self._reader.identifier("submission_id", cells) if record.get("submission_id") is not None else None
        keys = row_identity(self._under.kind, self._under.source, self._under.namespace, into.id, group)
        common = shared_columns(self._reader, cells, keys)
        named = self._names.read(record.get("segments"))
        found = {name: self._reader.segment(name, text) for name, text in named.items()}
        common["segments"] = {name: value for name, value in found.items() if value}
        is_whole = record.get("answers") is not None or record.get("comments") is not None
        if is_whole:
            into.whole = (keys.submission, keys.external_id)
        said = list(self._said(record, given, in_group=group is not None))
        drafts = list(self._drafts(record, given, into, keys, common))
        if not said and not is_whole and "comment" not in record:
            raise RowRefusedError(
                None, "", "it holds neither an answer nor a comment; send metric and score, or comment"
            )
        self._add_answers(into, said, common)
        return drafts

    def _said(self, record: Record, given: Cells, *, in_group: bool) -> Iterator[_Said]:
        """The answers of a record; a blank score beside others of one submission was not asked here."""
        if record.get("answers") is None:
            if not any(name in given for name in SAYS_SCORE):
                return
            said = self._one(given, "", in_group=in_group)
            if not in_group or said.status or not read.is_blank(said.score):
                yield said
            return
        beside = next((name for name in ONE_ANSWER if name in given), None)
        if beside is not None:
            raise RowRefusedError(beside, "", f"stands beside answers; move {beside} into them")
        for number, answer in enumerate(listed(record, "answers", MOST_ANSWERS)):
            place = f"answers[{number}]"
            cells = self._answer_shape.cells(self._answer_shape.check(answer, place), f"{place}.")
            yield self._one(cells, f"{place}.", in_group=False)

    def _one(self, given: Cells, place: str, *, in_group: bool) -> _Said:
        metric, scale, score, status = (_text(given, name) for name in SAYS_SCORE)
        question = None if in_group else self._word(_text(given, "question"))
        return _Said(metric, scale, score, status, self._word(_text(given, "step")), question, place)

    def _word(self, text: str) -> str | None:
        return None if not text or read.is_blank(text) else self._desk.word(text)

    def _add_answers(self, into: TakenRecord, said: Sequence[_Said], common: Record) -> None:
        keys = set()
        for one in said:
            try:
                scale, answer = self._read(one)
            except ScaleError as error:
                column = one.place + ("score" if one.score else "metric")
                into.problems.append(Refusal(into.row, column, shown(one.score), str(error)))
                continue
            step = one.step or default_step(scale.metric, common["ticket_id"])
            key = score_key(common["submission_id"], scale.metric, step, one.question)
            if key in keys:
                reason = "the same question is answered twice; tell them apart by question or step"
                into.problems.append(Refusal(into.row, f"{one.place}metric", str(scale.metric), reason))
                continue
            keys.add(key)
            row = {
                **common, "id": key, "metric": str(scale.metric), "scale": scale.name, "step": step,
                "question": one.question, "status": str(answer.status), "value": answer.value,
            }  # fmt: skip
            into.rows.append((survey_response, row))

    def _read(self, said: _Said) -> tuple[Scale, Answer]:
        """The scale and the answer on it.

        Raises:
            ScaleError: no scale, one of another metric, a score that is not on it, or a status that contradicts it.
        """
        entry = (said.metric, said.scale, said.score)
        found = self._answers.get(entry)
        if found is None:
            if len(self._answers) >= MOST_CACHED:
                self._answers.clear()
            found = self._answers[entry] = _answer_on_scale(*entry)
        if isinstance(found, ScaleError):
            raise ScaleError(*found.args)
        scale, answer = found
        if said.status and said.status != answer.status:
            if read.is_blank(said.score) and said.status != Status.ANSWERED:
                return scale, Answer(None, Status(said.status))
            raise ScaleError(f"the status is {said.status}, but the score says {answer.status}; send one of the two")
        return found

    def _drafts(
        self, record: Record, given: Cells, into: TakenRecord, keys: Identity, common: Record
    ) -> Iterator[_Draft]:
        """One for each open question, blank ones too: what was said before is then gone."""
        beside = beside_comments(common)
        told_by, metric, step = self._word(_text(given, "question")), _text(given, "metric"), _text(given, "step")
        key = comment_key(keys.row, "comment", told_by, metric, step)
        yield _Draft(into, _text(given, "comment"), {**beside, "id": key, "question": told_by})
        seen = {key}
        for number, item in enumerate(listed(record, "comments", MOST_ANSWERS)):
            place = f"comments[{number}]"
            answer = self._comment_shape.cells(self._comment_shape.check(item, place), f"{place}.")
            question = self._word(_text(answer, "question"))
            if question is None:
                raise RowRefusedError(
                    f"{place}.question", "", "no question; what has none is the comment of the record"
                )
            key = comment_key(keys.row, squash(question), told_by, metric, step)
            if key in seen:
                raise RowRefusedError(f"{place}.question", "", "the same question stands twice")
            seen.add(key)
            yield _Draft(into, _text(answer, "text"), {**beside, "id": key, "question": question})


def _text(given: Cells, name: str) -> str:
    cell = given.get(name)
    return read.text_of(cell) if cell else ""


def _answer_on_scale(metric: str, scale: str, score: str) -> tuple[Scale, Answer] | ScaleError:
    try:
        chosen = _scale(metric, scale)
        return chosen, chosen.parse(score)
    except ScaleError as error:
        return error


def _scale(metric: str, scale: str) -> Scale:
    """The scale that is named; only NPS has but one, and none is guessed from a value."""
    if scale:
        found = scale_named(scale)
        if metric and found.metric != metric:
            raise ScaleError(f"{scale} is a scale of {found.metric}, not of {metric}")
        return found
    if not metric:
        raise ScaleError("neither a metric nor a scale is named; send for example metric csat and scale csat-5")
    choices = scales_of(metric)
    if len(choices) > 1:
        raise ScaleError(f"{metric} has several scales; send one: {', '.join(one.name for one in choices)}")
    return choices[0]
