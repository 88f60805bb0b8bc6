"""What comes in and what is said of it. The schemas of records are made from the table that reads them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import Field

from api.shapes import Answer, Page
from verbatim.domain import Kind
from verbatim.ingest.direct import ANSWER_FIELDS, COMMENT_FIELDS, RECORD_FIELDS, FieldType, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from verbatim.ingest.direct import RecordField

JSON, NDJSON = "application/json", "application/x-ndjson"
MOST_RECORDS = 10_000
LONGEST_SOURCE = 200
TYPES: Mapping[FieldType, Mapping[str, Any]] = {
    FieldType.ID: {"type": ["string", "integer"], "maxLength": 500},
    FieldType.WORD: {"type": "string", "maxLength": 100_000},
    FieldType.TEXT: {"type": "string", "maxLength": 100_000},
    FieldType.TIME: {"type": "string", "format": "date-time"},
    FieldType.SCORE: {"type": ["number", "string", "boolean"]},
    FieldType.NUMBER: {"type": ["number", "string"]},
    FieldType.COUNT: {"type": ["integer", "string"], "minimum": 0},
    FieldType.MINUTES: {"type": ["number", "string"], "minimum": 0},
    FieldType.FLAG: {"type": ["boolean", "string"]},
    FieldType.CHOICE: {"type": "string"},
    FieldType.SEGMENTS: {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}},
}
NESTED = {FieldType.ANSWERS: ANSWER_FIELDS, FieldType.COMMENTS: COMMENT_FIELDS}
# Not in the examples: they stand instead of others.
INSTEAD = frozenset({"answers", "comments", "first_reply_minutes", "solved_minutes", "submission_id", "step"})


class RecordProblem(Answer):
    """What is wrong with one field; what was sent is not repeated."""

    field: str | None = Field(description="the field; null: the whole record", examples=["score"])
    problem: str = Field(description="why it was refused, and what would fit", examples=["7 is not on the scale 1-5"])


class RecordOutcome(Answer):
    """What became of one record."""

    row: int = Field(description="its number in the request, from 1", examples=[1])
    id: str | None = Field(description="the id it came with", examples=["R-1001"])
    outcome: Outcome = Field(examples=["inserted"])
    problems: list[RecordProblem] = Field(
        description="fields that could not be read; a record that is not rejected is stored without them", examples=[[]]
    )


class RecordsTaken(Answer):
    """What became of the records. The counts are records."""

    batch_id: str = Field(description="names this call among the batches", examples=["4f6e9a1b2c3d4e5f"])
    source: str = Field(examples=["crm"])
    inserted: int = Field(examples=[1])
    updated: int = Field(examples=[0])
    unchanged: int = Field(examples=[0])
    rejected: int = Field(examples=[0])
    removed: int = Field(description="comments that corrected records have no longer", examples=[0])
    records: list[RecordOutcome] = Field(description="one for each record, in order")


class Reject(Answer):
    """A row, or a cell of one, that could not be taken."""

    id: str = Field(examples=["9c1185a5c5e9fc54"])
    batch_id: str = Field(examples=["4f6e9a1b2c3d4e5f"])
    kind: Kind = Field(examples=["responses"])
    source: str = Field(examples=["survey"])
    file: str = Field(description="the file's name, or `api`", examples=["api"])
    row: int = Field(examples=[3])
    column: str | None = Field(description="null: the whole row", examples=["score"])
    value: str | None = Field(description="redacted, and cut to 200 characters", examples=["11"])
    reason: str = Field(examples=["11 is not on the scale 0-10"])


class Rejects(Page):
    """What could not be taken, by source, kind, file and row."""

    rejects: list[Reject]


class Batch(Answer):
    """One run of ingest: a file, or a call."""

    id: str = Field(examples=["4f6e9a1b2c3d4e5f"])
    kind: Kind = Field(examples=["responses"])
    source: str = Field(examples=["survey"])
    file: str = Field(description="the file's name, or `api`", examples=["responses.csv"])
    started_at: datetime
    finished_at: datetime | None = Field(description="null: it is running, or was killed")
    rows: int = Field(description="rows of the file, or records", examples=[100])
    inserted: int = Field(description="rows of tables", examples=[180])
    updated: int = Field(examples=[0])
    unchanged: int = Field(examples=[0])
    rejected: int = Field(examples=[2])


class Batches(Page):
    """Runs of ingest, newest first."""

    batches: list[Batch]


def record_schema(fields: Sequence[RecordField]) -> dict[str, Any]:
    """JSON Schema of an object of these fields; null is as good as leaving a field out."""
    return {
        "type": "object", "additionalProperties": False, "required": [one.name for one in fields if one.required],
        "properties": {one.name: _field_schema(one) for one in fields},
    }  # fmt: skip


def example_record(kind: Kind) -> dict[str, Any]:
    """A record that can be sent as it is."""
    return {one.name: one.example for one in RECORD_FIELDS[kind] if one.name not in INSTEAD}


def request_body(kind: Kind) -> dict[str, Any]:
    """The ``requestBody`` of the operation that takes records of a kind."""
    schema, example = record_schema(RECORD_FIELDS[kind]), example_record(kind)
    several = {
        "type": "object", "additionalProperties": False, "required": ["records"],
        "properties": {
            "source": {"type": "string", "minLength": 1, "maxLength": LONGEST_SOURCE, "description": "see `source`"},
            "records": {"type": "array", "minItems": 1, "maxItems": MOST_RECORDS, "items": schema},
        },
    }  # fmt: skip
    examples = {
        "one": {"summary": "One record", "value": example},
        "several": {"summary": "Several records", "value": {"source": "crm", "records": [example]}},
    }
    lines = {"type": "string", "description": f"one JSON object a line, at most {MOST_RECORDS:,} lines"}
    content = {
        JSON: {"schema": {"anyOf": [schema, several]}, "examples": examples},
        NDJSON: {"schema": lines, "examples": {"line": {"summary": "Lines", "value": _line(example)}}},
    }
    return {"requestBody": {"required": True, "content": content}}


def _field_schema(field: RecordField) -> dict[str, Any]:
    said: dict[str, Any] = {"description": field.help, "examples": [field.example]}
    if field.type in NESTED:
        return said | {"type": ["array", "null"], "maxItems": 50, "items": record_schema(NESTED[field.type])}
    schema = dict(TYPES[field.type])
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if field.choices:
        schema["enum"] = [*field.choices, None]
    return said | schema | {"type": [*types, "null"]}


def _line(record: Mapping[str, Any]) -> str:
    import json

    return json.dumps(record) + "\n"
