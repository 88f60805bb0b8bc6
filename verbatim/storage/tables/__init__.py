"""The tables of the store, as SQLAlchemy Core metadata; Alembic's migrations build the same.

Every key is ``stable_key(…)`` of what identifies the row at its source, so that ingesting a file twice
changes nothing. Times are timezone-aware UTC. Free-form columns of a source (any column can be a segment)
live in ``segments``, a flat JSON object of strings. Text is redacted before it comes here.
"""

from __future__ import annotations

from verbatim.storage.tables.access import api_key, audit, login, remembered_answer, webhook_receipt
from verbatim.storage.tables.base import metadata
from verbatim.storage.tables.jobs import job, job_line, made_report, schedule
from verbatim.storage.tables.loop import (
    alert,
    delivery,
    endpoint,
    follow_up,
    follow_up_change,
    prediction_feedback,
    rule,
)
from verbatim.storage.tables.predictions import intervention, prediction, predictor, predictor_change
from verbatim.storage.tables.records import (
    GROUPING_COLUMNS,
    account,
    comment,
    contact,
    ingest_batch,
    milestone,
    reject,
    segment_name,
    survey_response,
    ticket,
    ticket_event,
)
from verbatim.storage.tables.themes import (
    assignment,
    theme,
    theme_day,
    theme_edit,
    theme_link,
    theme_model,
    theme_registry,
)
from verbatim.storage.tables.views import saved_view

__all__ = [
    "GROUPING_COLUMNS", "account", "alert", "api_key", "assignment", "audit", "comment", "contact", "delivery",
    "endpoint", "follow_up", "follow_up_change", "ingest_batch", "intervention", "job", "job_line", "login",
    "made_report", "metadata", "milestone", "prediction", "prediction_feedback", "predictor", "predictor_change",
    "reject", "remembered_answer", "rule", "saved_view", "schedule", "segment_name", "survey_response", "theme",
    "theme_day", "theme_edit", "theme_link", "theme_model", "theme_registry", "ticket", "ticket_event",
    "webhook_receipt",
]  # fmt: skip
