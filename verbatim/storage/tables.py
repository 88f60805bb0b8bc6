"""The tables of the store, as SQLAlchemy Core metadata; Alembic's migrations build the same.

Every key is ``stable_key(…)`` of what identifies the row at its source, so that ingesting a file twice
changes nothing. Times are timezone-aware UTC. Free-form columns of a source (any column can be a segment)
live in ``segments``, a flat JSON object of strings. Text is redacted before it comes here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import JSONB

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: refuses naive datetimes, gives back aware UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC; SQLite keeps it as text without an offset."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: every time in the store carries its time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Mark what SQLite kept as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Flat = JSON().with_variant(JSONB(), "postgresql")
KEY = String(32)


def _key(name: str = "id") -> Column[str]:
    return Column(name, KEY, primary_key=True)


def _source() -> tuple[Column[Any], ...]:
    """Where a row came from: the source's name, its own id there, and the batch that last wrote it."""
    return (
        Column("source", String(200), nullable=False),
        Column("external_id", String(500)),
        Column("batch_id", KEY, nullable=False, index=True),
    )


def _links() -> tuple[Column[Any], ...]:
    """Who and what a row is about. No foreign keys: files arrive in any order."""
    return (
        Column("ticket_id", KEY, index=True),
        Column("account_id", KEY, index=True),
        Column("contact_id", KEY, index=True),
        Column("segments", Flat, nullable=False),
    )


survey_response = Table(
    "survey_response",
    metadata,
    _key(),
    *_source(),
    Column("submission_id", KEY, nullable=False, index=True),  # one filled-in survey: joins answers and comments
    Column("metric", String(10), nullable=False),
    Column("scale", String(40), nullable=False),  # a name of verbatim.scores.scales.SCALES
    Column("step", String(200)),  # CES along one resolution; "relational"/"transactional" for NPS
    Column("question", String(500)),
    Column("status", String(20), nullable=False),  # verbatim.domain.Status
    Column("value", Float),
    Column("asked_at", UtcDateTime),
    Column("answered_at", UtcDateTime),
    Column("occurred_at", UtcDateTime),  # answered_at, else asked_at: what periods go by
    *_links(),
    Index(None, "metric", "occurred_at"),
)

comment = Table(
    "comment",
    metadata,
    _key(),
    *_source(),
    Column("submission_id", KEY, nullable=False, index=True),
    Column("question", String(500)),
    Column("text", Text, nullable=False),
    Column("text_key", KEY, nullable=False, index=True),  # stable_key(text): duplicates share it
    Column("language", String(8)),
    Column("informative", Boolean, nullable=False),
    Column("occurred_at", UtcDateTime, index=True),
    *_links(),
)

ticket = Table(
    "ticket",
    metadata,
    _key(),
    *_source(),
    Column("account_id", KEY, index=True),
    Column("contact_id", KEY),
    Column("subject", Text),
    Column("body", Text),
    Column("status", String(40)),
    Column("priority", String(40)),
    Column("created_at", UtcDateTime, index=True),
    Column("first_reply_at", UtcDateTime),
    Column("solved_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("replies", Integer),
    Column("reopens", Integer),
    Column("reassignments", Integer),
    Column("channel_switches", Integer),
    Column("escalated", Boolean),
    Column("first_contact_resolution", Boolean),
    Column("sla_met", Boolean),
    Column("segments", Flat, nullable=False),  # agent, team, channel, issue_type, product, …
)

ticket_event = Table(
    "ticket_event",
    metadata,
    _key(),
    *_source(),
    Column("ticket_id", KEY, nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(60), nullable=False),
    Column("actor", String(200)),
    Column("from_value", String(200)),
    Column("to_value", String(200)),
    Column("text", Text),
    Column("segments", Flat, nullable=False),
)

account = Table(
    "account",
    metadata,
    _key(),
    *_source(),
    Column("name", String(500)),
    Column("tier", String(100)),
    Column("arr", Float),
    Column("currency", String(3)),
    Column("since", UtcDateTime),
    Column("renewal_at", UtcDateTime),
    Column("owner", String(200)),
    Column("segments", Flat, nullable=False),
)

contact = Table(
    "contact",
    metadata,
    _key(),
    *_source(),
    Column("account_id", KEY, index=True),
    Column("role", String(100)),
    Column("since", UtcDateTime),
    Column("segments", Flat, nullable=False),
)

milestone = Table(
    "milestone",  # a release, a price change, a change of staffing: before and after are compared
    metadata,
    _key(),
    *_source(),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("kind", String(100), nullable=False),
    Column("name", String(500), nullable=False),
    Column("segments", Flat, nullable=False),
)

ingest_batch = Table(
    "ingest_batch",
    metadata,
    _key(),
    Column("kind", String(20), nullable=False),
    Column("source", String(200), nullable=False),
    Column("file", String(500), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("rows", Integer, nullable=False),
    Column("inserted", Integer, nullable=False),
    Column("updated", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
)

reject = Table(
    "reject",
    metadata,
    _key(),  # of source, kind, row number and column: a second run replaces, a mended row clears
    Column("batch_id", KEY, nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("source", String(200), nullable=False, index=True),
    Column("file", String(500), nullable=False),
    Column("row", Integer, nullable=False),
    Column("column", String(500)),
    Column("value", Text),  # redacted and cut to 200 characters
    Column("reason", Text, nullable=False),
)

theme_model = Table(
    "theme_model",
    metadata,
    _key(),
    Column("created_at", UtcDateTime, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("encoder_id", String(300), nullable=False),
    Column("dimension", Integer, nullable=False),
    Column("comments", Integer, nullable=False),
    Column("parameters", Flat, nullable=False),  # what was asked for: period, question, seed, wanted number
    Column("quality", Flat, nullable=False),  # what was measured on it
)

theme = Table(
    "theme",
    metadata,
    Column("model_id", KEY, ForeignKey("theme_model.id", ondelete="CASCADE"), primary_key=True),
    Column("id", String(40), primary_key=True),  # permanent across models
    Column("parent_id", String(40)),
    Column("kind", String(20), nullable=False),  # theme | no_detail
    Column("name", String(300), nullable=False),
    Column("keywords", JSON, nullable=False),
    Column("quotes", JSON, nullable=False),  # comment ids, best first
    Column("size", Integer, nullable=False),
)

assignment = Table(
    "assignment",
    metadata,
    Column("model_id", KEY, ForeignKey("theme_model.id", ondelete="CASCADE"), primary_key=True),
    Column("comment_id", KEY, primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("end", Integer),
    Column("theme_id", String(40)),
    Column("similarity", Float, nullable=False),
    Column("margin", Float, nullable=False),
    Column("sentiment", Float),
    Index(None, "model_id", "theme_id"),
    Index(None, "comment_id"),
)
