"""The state that `/metrics` shows besides counts: queue, models, predictions, follow-ups, messages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from verbatim.storage.queries import latest_predictions
from verbatim.storage.tables import delivery, follow_up, job, prediction, predictor, theme_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Connection

    from verbatim.storage.store import Store

    Line = tuple[str, tuple[str, ...], float]


def state_lines(store: Store, *, now: datetime | None = None) -> list[Line]:
    """Every gauge: its name in `api.observing.metrics.STATE`, its labels and its value."""
    moment = now or datetime.now(UTC)
    with store.reading() as connection:
        lines = [*_jobs(connection, moment), *_models(connection, moment), *_drift(connection), *_loop(connection)]
        metrics = connection.execute(select(prediction.c.metric).distinct()).scalars().all()
    for metric in metrics:
        bands = latest_predictions(store, metric)["band"].value_counts()
        lines += [("verbatim_predictions", (metric, str(band)), float(n)) for band, n in bands.items()]
    return lines


def _jobs(connection: Connection, now: datetime) -> Iterator[Line]:
    for kind, status, n in _counted(connection, job.c.kind, job.c.status):
        yield "verbatim_jobs", (kind, status), n
    oldest = connection.execute(select(func.min(job.c.created_at)).where(job.c.status == "queued")).scalar()
    yield "verbatim_job_wait_seconds", (), 0.0 if oldest is None else (now - oldest).total_seconds()


def _models(connection: Connection, now: datetime) -> Iterator[Line]:
    row = predictor.c
    for metric, number in connection.execute(select(row.metric, row.number).where(row.status == "active")):
        yield "verbatim_predictor_active", (metric, f"{metric}-{number}"), 1.0
    made = connection.execute(select(theme_model.c.created_at).where(theme_model.c.active)).scalar()
    if made is not None:
        yield "verbatim_theme_model_age_seconds", (), (now - made).total_seconds()


def _drift(connection: Connection) -> Iterator[Line]:
    """As the last job that looked found it."""
    done = select(job.c.result).where(job.c.kind == "watch", job.c.status == "done")
    found = connection.execute(done.order_by(job.c.finished_at.desc()).limit(1)).scalar()
    for metric, n in sorted((found or {}).get("drifted", {}).items()):
        yield "verbatim_predictor_drifted_features", (metric,), float(n)


def _loop(connection: Connection) -> Iterator[Line]:
    for state, n in _counted(connection, follow_up.c.state):
        yield "verbatim_follow_ups", (state,), n
    open_states = follow_up.c.state.in_(["open", "contacted"])
    overdue = select(func.count()).where(follow_up.c.overdue_at.is_not(None), open_states)
    yield "verbatim_follow_ups_overdue", (), float(connection.execute(overdue).scalar_one())
    for status, n in _counted(connection, delivery.c.status):
        yield "verbatim_deliveries", (status,), n


def _counted(connection: Connection, *columns: ColumnElement[Any]) -> Iterator[tuple[Any, ...]]:
    for row in connection.execute(select(*columns, func.count()).group_by(*columns).order_by(*columns)):
        yield (*row[:-1], float(row[-1]))
