"""Long work and what it makes: jobs with their log, reports, schedules."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, Table, Text

from verbatim.storage.columns import Flat, UtcDateTime
from verbatim.storage.tables.base import KEY, key_column, metadata

# The truth about a job; the queue only says that there is something to do.
job = Table(
    "job",
    metadata,
    key_column(),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),  # queued | running | done | failed | cancelled
    Column("lane", Text),  # jobs of one lane run one at a time; null: any number
    Column("unique_key", Text),  # of queued and running jobs with one key there is one
    Column("arguments", Flat, nullable=False),
    Column("person", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("attempt", Integer, nullable=False),  # counts up with every worker that takes it; fences off those before
    Column("lost", Integer, nullable=False),  # how often its worker died
    Column("worker", Text),
    Column("heartbeat_at", UtcDateTime),
    Column("step", Text),
    Column("done", Float),  # share from 0 to 1; null: not known
    Column("cancel_asked", Boolean, nullable=False),
    Column("result", Flat, nullable=False),
    Column("problem", Text),
    Index(None, "status", "created_at"),
)

job_line = Table(
    "job_line",
    metadata,
    Column("job_id", KEY, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("text", Text, nullable=False),
)

# A report that was made; its files lie in `reports/<id>/` of the home folder.
made_report = Table(
    "made_report",
    metadata,
    key_column(),
    Column("kind", Text, nullable=False),  # daily | weekly | monthly | account
    Column("period", Text, nullable=False),
    Column("account", Text),  # external id
    Column("options", Flat, nullable=False),
    Column("files", Flat, nullable=False),  # format -> {"bytes", "sha256"}
    Column("made_at", UtcDateTime, nullable=False),
    Column("person", Text, nullable=False),
    Column("schedule_id", KEY),
    Index(None, "made_at"),
)

schedule = Table(
    "schedule",
    metadata,
    key_column(),
    Column("kind", Text, nullable=False),
    Column("account", Text),
    Column("formats", Flat, nullable=False),
    Column("options", Flat, nullable=False),
    Column("clock", Text, nullable=False),  # HH:MM in `timezone`
    Column("day", Integer),  # of the week 1-7 (Monday is 1), or of the month 1-28; null for daily ones
    Column("timezone", Text, nullable=False),
    Column("deliver_to", Flat, nullable=False),  # endpoints' ids and e-mail addresses
    Column("active", Boolean, nullable=False),
    Column("next_at", UtcDateTime, index=True),
    Column("last_at", UtcDateTime),
    Column("last_problem", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("person", Text, nullable=False),
)
