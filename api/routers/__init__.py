"""One module a subject; `ALL` are those under ``/v1``, in the order of the documentation."""

from __future__ import annotations

from api.routers import (
    alerts,
    comments,
    endpoints,
    follow_ups,
    inbound,
    ingest,
    jobs,
    keys,
    predictions,
    predictors,
    queue,
    reports,
    rules,
    schedules,
    scores,
    session,
    stored_scores,
    surveys,
    theme_edits,
    theme_findings,
    themes,
    uploads,
)

ALL = (
    session.router,
    scores.router,
    predictions.router,
    queue.router,
    predictors.router,
    stored_scores.router,
    surveys.router,
    theme_edits.router,  # before themes: its fixed paths look like ids
    theme_findings.router,
    themes.router,
    comments.router,
    follow_ups.router,
    alerts.router,
    rules.router,
    endpoints.router,
    ingest.router,
    uploads.router,
    inbound.router,
    jobs.router,
    reports.router,
    schedules.router,
    keys.router,
)
