"""What is read from files and helpdesks, how it was read, and what rows can be grouped by."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, Table, Text

from verbatim.storage.columns import Flat, UtcDateTime
from verbatim.storage.tables.base import KEY, key_column, link_columns, metadata, source_columns

survey_response = Table(
    "survey_response",
    metadata,
    key_column(),
    *source_columns(),
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
    *link_columns(),
    Index(None, "metric", "occurred_at"),
)

comment = Table(
    "comment",
    metadata,
    key_column(),
    *source_columns(),
    Column("submission_id", KEY, nullable=False, index=True),
    Column("question", Text),
    Column("text", Text, nullable=False),
    Column("text_key", KEY, nullable=False),  # stable_key(text): duplicates share it
    Column("language", Text),
    Column("informative", Boolean, nullable=False),
    Column("occurred_at", UtcDateTime),
    Column("ticket_id", KEY, index=True),
    Column("account_id", KEY),
    Column("contact_id", KEY, index=True),
    Column("segments", Flat, nullable=False),
    Index(None, "occurred_at", "id"),  # what pages go by
    Index(None, "account_id", "occurred_at", "id"),
)

ticket = Table(
    "ticket",
    metadata,
    key_column(),
    *source_columns(),
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
    Column("updated_at", UtcDateTime),  # at its source, where that says so: what is older changes nothing
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
    key_column(),
    *source_columns(),
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
    key_column(),
    *source_columns(),
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
    key_column(),
    *source_columns(),
    Column("account_id", KEY, index=True),
    Column("role", Text),
    Column("since", UtcDateTime),
    Column("segments", Flat, nullable=False),
)

milestone = Table(
    "milestone",  # a release, a price change, a change of staffing: before and after are compared
    metadata,
    key_column(),
    *source_columns(),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("segments", Flat, nullable=False),
)

ingest_batch = Table(
    "ingest_batch",
    metadata,
    key_column(),
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
    key_column(),  # stable_key(source, kind, file, row, column): a second run of the file replaces
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
