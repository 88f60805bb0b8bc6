"""The tables of the store, as SQLAlchemy Core metadata; Alembic's migrations build the same.

Every key is ``stable_key(…)`` of what identifies the row at its source, so that ingesting a file twice
changes nothing. Times are timezone-aware UTC. Free-form columns of a source (any column can be a segment)
live in ``segments``, a flat JSON object of strings. Text is redacted before it comes here.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from verbatim.storage.columns import Flat, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

KEY = String(32)


def _key(name: str = "id") -> Column[str]:
    return Column(name, KEY, primary_key=True)


def _source() -> tuple[Column[Any], ...]:
    """Where a row came from: the source's name, its own id there, and the batch that last wrote it."""
    return (
        Column("source", Text, nullable=False),
        Column("external_id", Text),
        Column("batch_id", KEY, nullable=False),
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
    Column("metric", Text, nullable=False),
    Column("scale", Text, nullable=False),  # a name of verbatim.scores.scales.SCALES
    Column("step", Text),  # CES along one resolution; "relational"/"transactional" for NPS
    Column("question", Text),
    Column("status", Text, nullable=False),  # verbatim.domain.Status
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
    Column("question", Text),
    Column("text", Text, nullable=False),
    Column("text_key", KEY, nullable=False),  # stable_key(text): duplicates share it
    Column("language", Text),
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
    Column("status", Text),
    Column("priority", Text),
    Column("created_at", UtcDateTime, index=True),
    Column("first_reply_at", UtcDateTime),
    Column("solved_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("replies", BigInteger),
    Column("reopens", BigInteger),
    Column("reassignments", BigInteger),
    Column("channel_switches", BigInteger),
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
    Column("ticket_id", KEY, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text),
    Column("from_value", Text),
    Column("to_value", Text),
    Column("text", Text),
    Column("segments", Flat, nullable=False),
    Index(None, "ticket_id", "at"),
)

account = Table(
    "account",
    metadata,
    _key(),
    *_source(),
    Column("name", Text),
    Column("tier", Text),
    Column("arr", Float),
    Column("currency", Text),
    Column("since", UtcDateTime),
    Column("renewal_at", UtcDateTime),
    Column("owner", Text),
    Column("segments", Flat, nullable=False),
)

contact = Table(
    "contact",
    metadata,
    _key(),
    *_source(),
    Column("account_id", KEY, index=True),
    Column("role", Text),
    Column("since", UtcDateTime),
    Column("segments", Flat, nullable=False),
)

milestone = Table(
    "milestone",  # a release, a price change, a change of staffing: before and after are compared
    metadata,
    _key(),
    *_source(),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("segments", Flat, nullable=False),
)

ingest_batch = Table(
    "ingest_batch",
    metadata,
    _key(),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("file", Text, nullable=False),
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
    _key(),  # stable_key(source, kind, file, row, column): a second run of the file replaces
    Column("batch_id", KEY, nullable=False),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("row", Integer, nullable=False),
    Column("column", Text),
    Column("value", Text),  # redacted and cut to 200 characters
    Column("reason", Text, nullable=False),
    Index(None, "source", "kind", "file"),
)

# Which names occur in the segments of which table (of survey_response: by metric), so that nobody scans the rows.
segment_name = Table(
    "segment_name",
    metadata,
    Column("holder", Text, primary_key=True),
    Column("metric", Text, primary_key=True),  # empty for other tables
    Column("name", Text, primary_key=True),
    sqlite_with_rowid=False,
)

theme_model = Table(
    "theme_model",
    metadata,
    _key(),
    Column("created_at", UtcDateTime, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("encoder_id", Text, nullable=False),
    Column("dimension", Integer, nullable=False),
    Column("comments", Integer, nullable=False),
    Column("parameters", Flat, nullable=False),  # what was asked for: period, question, seed, wanted number
    Column("quality", Flat, nullable=False),  # what was measured on it
    Column(
        "edited_through", Integer, nullable=False, server_default="0"
    ),  # sequence of the last edit that is in it; 0: none
)

theme = Table(
    "theme",
    metadata,
    Column("model_id", KEY, ForeignKey("theme_model.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),  # permanent across models
    Column("parent_id", Text),
    Column("kind", Text, nullable=False),  # theme | no_detail
    Column("name", Text, nullable=False),
    Column("keywords", Flat, nullable=False),
    Column("quotes", Flat, nullable=False),  # comment ids, best first
    Column("size", Integer, nullable=False),
    Column("description", Text),  # this and the following: what people decided
    Column("name_by", Text, nullable=False, server_default="machine"),  # machine | person
    Column("pinned", Boolean, nullable=False, server_default=false()),
    Column("archived", Boolean, nullable=False, server_default=false()),
    Column("aliases", Flat, nullable=False, server_default="[]"),  # ids of themes merged into this one
    Column("quote_kinds", Flat, nullable=False, server_default="[]"),  # why each quote was chosen, beside them
)

assignment = Table(
    "assignment",
    metadata,
    Column("model_id", KEY, ForeignKey("theme_model.id", ondelete="CASCADE"), primary_key=True),
    Column("comment_id", KEY, primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("end", Integer),
    Column("theme_id", Text),
    Column("similarity", Float, nullable=False),
    Column("margin", Float, nullable=False),
    Column("sentiment", Float),
    Index(None, "model_id", "theme_id"),
    Index(None, "comment_id"),
    sqlite_with_rowid=False,
)

# Every theme there ever was: ids are permanent and numbers never used again, also when models or their files are gone.
theme_registry = Table(
    "theme_registry",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Integer, index=True),  # 17 for T017; null for ids that people gave
    Column("name", Text, nullable=False),  # the last one
    Column("parent_id", Text),
    Column("born_model_id", KEY, nullable=False),
    Column("born_at", UtcDateTime, nullable=False),
    Column("seen_model_id", KEY, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),  # when the last model that had it was made
    Column("retired_at", UtcDateTime),  # when it was gone from the active model; null: it is there
)

# How the themes of a model follow from those of the model before; stays when the models go, as history.
theme_link = Table(
    "theme_link",
    metadata,
    Column("model_id", KEY, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("previous_model_id", KEY),
    Column("at", UtcDateTime, nullable=False),  # when the model was made
    Column("kind", Text, nullable=False),  # continued, new, split, merged, gone
    Column("old_id", Text),  # null: the theme is new
    Column("new_id", Text),  # null: the theme is gone
    Column("evidence", Flat, nullable=False),
)

# What people changed in the themes, in the order they did; replayed on every refit.
theme_edit = Table(
    "theme_edit",
    metadata,
    _key(),
    Column("sequence", Integer, nullable=False, unique=True),
    Column("at", UtcDateTime, nullable=False),
    Column("person", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("theme_id", Text),
    Column("payload", Flat, nullable=False),
    Column("undone_by", KEY),  # the edit that took this one back
)

# A trained predictor; its files lie in `predictors/<id>/` of the home folder. Numbers count up by metric: csat-3.
predictor = Table(
    "predictor",
    metadata,
    _key(),
    Column("metric", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("status", Text, nullable=False),  # refused | ready | active | retired
    Column("proven", Boolean, nullable=False),  # the gate let it pass, whatever became of it later
    Column("created_at", UtcDateTime, nullable=False),
    Column("target", Text, nullable=False),  # what counts as a case: "score <= 3"
    Column("data_start", UtcDateTime, nullable=False),
    Column("data_end", UtcDateTime, nullable=False),
    Column("tickets", Integer, nullable=False),
    Column("snapshots", Integer, nullable=False),
    Column("cases", Integer, nullable=False),  # tickets that are one
    Column("sha256", Text, nullable=False),  # of the artifact's manifest
    Column("summary", Flat, nullable=False),  # headline metrics, gate_reasons, settings
    Column("activated_at", UtcDateTime),
    Column("retired_at", UtcDateTime),
    UniqueConstraint("metric", "number"),
)

# What became of predictors, in order; the way back is read from here.
predictor_change = Table(
    "predictor_change",
    metadata,
    _key(),
    Column("sequence", Integer, nullable=False, unique=True),
    Column("predictor_id", KEY, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", Text, nullable=False),  # trained | activated | retired | rolled_back (became active again)
    Column("person", Text, nullable=False),
    Column("note", Text),
)

# What was predicted of a ticket as it was at a moment. No foreign key: history outlives predictors.
prediction = Table(
    "prediction",
    metadata,
    _key(),  # stable_key(predictor_id, ticket_id, at)
    Column("predictor_id", KEY, nullable=False),
    Column("ticket_id", KEY, nullable=False, index=True),
    Column("metric", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),  # the moment that is scored
    Column("made_at", UtcDateTime, nullable=False),
    Column("stage", Text, nullable=False),
    Column("probability", Float, nullable=False),  # of a case, with its interval
    Column("low", Float, nullable=False),
    Column("high", Float, nullable=False),
    Column("expected_score", Float),
    Column("band", Text, nullable=False),
    Column("features_hash", Text, nullable=False),
    Column("reasons", Flat, nullable=False),  # plain statements with their points; no customer's words
    Index(None, "predictor_id", "at"),
    Index(None, "metric", "at"),
)

# What people did about a ticket because of a prediction; such tickets teach the next predictor another lesson.
intervention = Table(
    "intervention",
    metadata,
    _key(),
    Column("ticket_id", KEY, nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("note", Text),
)

# Columns that can be grouped by like segments: table → name of the segment → column.
GROUPING_COLUMNS: dict[Table, dict[str, str]] = {
    survey_response: {name: name for name in ("question", "scale", "source", "step")},
    comment: {name: name for name in ("language", "question", "source")},
    ticket: {
        **{name: name for name in ("escalated", "first_contact_resolution", "priority", "sla_met")},
        "ticket_status": "status",
    },
    contact: {"role": "role"},
    account: {"account": "name", "owner": "owner", "tier": "tier"},
}
