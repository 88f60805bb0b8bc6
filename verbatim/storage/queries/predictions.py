"""Predictors, their history, what they predicted of tickets, and what people did about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from sqlalchemy import func, select

from verbatim.storage.queries.frames import in_order, read
from verbatim.storage.tables import intervention, prediction, predictor, predictor_change, survey_response

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from verbatim.storage.store import Store

MOST_IDS = 5000  # in one statement; databases take no more than some ten thousand


def predictors(store: Store, metric: str | None = None) -> pd.DataFrame:
    """Every predictor that was trained, of one metric or of all, by ``metric`` and ``number``.

    Columns: ``id``, ``metric``, ``number`` (from 1, by metric), ``status`` (refused, ready, active or retired),
    ``proven`` (the gate let it pass), ``created_at``, ``target`` (what counts as a case), ``data_start``, ``data_end``
    (of the answers it learnt from), ``tickets``, ``snapshots``, ``cases`` (tickets that are one), ``sha256`` (of the
    manifest), ``summary`` (a dictionary), ``activated_at`` and ``retired_at`` (the last time; NaT: never).
    """
    rows = select(predictor).where(*([] if metric is None else [predictor.c.metric == metric]))
    with store.reading() as connection:
        return in_order(read(connection, rows), ["metric", "number"])


def predictor_changes(store: Store, predictor_id: str | None = None) -> pd.DataFrame:
    """What became of one predictor, or of all, in order.

    Columns: ``id``, ``sequence`` (from 1, over all), ``predictor_id``, ``at``, ``kind`` (trained, activated, retired,
    or rolled_back: it became active again), ``person`` and ``note`` (``None``: none).
    """
    change = predictor_change.c
    conditions = [] if predictor_id is None else [change.predictor_id == predictor_id]
    with store.reading() as connection:
        return read(connection, select(predictor_change).where(*conditions).order_by(change.sequence))


def predictions(
    store: Store,
    *,
    metric: str | None = None,
    predictor_id: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    ticket_ids: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Predictions for moments in ``[start, end)``, also several of one ticket; by ``at``, ``ticket_id`` and ``id``.

    Columns: ``id``, ``predictor_id``, ``ticket_id``, ``metric``, ``at`` (the moment that is scored), ``made_at``,
    ``stage``, ``probability`` (of a case, 0 to 1), ``low`` and ``high`` (its interval), ``expected_score`` (NaN: none),
    ``band``, ``features_hash`` and ``reasons`` (a list of statements with their points).
    """
    row = prediction.c
    conditions = [
        *([] if metric is None else [row.metric == metric]),
        *([] if predictor_id is None else [row.predictor_id == predictor_id]),
        *_within(row.at, start, end),
    ]
    several = [[*conditions, row.ticket_id.in_(ids)] for ids in _portions(ticket_ids)]
    with store.reading() as connection:
        wanted = [conditions] if ticket_ids is None else several
        frames = [read(connection, select(prediction).where(*each)) for each in wanted]
    whole = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    return in_order(whole, ["at", "ticket_id", "id"])


def latest_predictions(store: Store, metric: str) -> pd.DataFrame:
    """The newest prediction of each ticket (by ``at``, then ``made_at``), whichever predictor made it.

    Columns: those of `predictions`; by ``ticket_id``.
    """
    row = prediction.c
    newest = (row.at.desc(), row.made_at.desc(), row.id)
    place = func.row_number().over(partition_by=row.ticket_id, order_by=newest).label("place")
    ranked = select(row.id, place).where(row.metric == metric).subquery()
    rows = select(prediction).where(row.id.in_(select(ranked.c.id).where(ranked.c.place == 1)))
    with store.reading() as connection:
        return in_order(read(connection, rows), ["ticket_id"])


def interventions(store: Store, *, start: datetime | None = None, end: datetime | None = None) -> pd.DataFrame:
    """What people did about tickets in ``[start, end)``, by ``at``, ``ticket_id`` and ``id``.

    Columns: ``id``, ``ticket_id``, ``at``, ``kind``, ``person`` and ``note`` (redacted; ``None``: none).
    """
    rows = select(intervention).where(*_within(intervention.c.at, start, end))
    with store.reading() as connection:
        return in_order(read(connection, rows), ["at", "ticket_id", "id"])


def _within(at: ColumnElement[datetime], start: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:
    return [*([] if start is None else [at >= start]), *([] if end is None else [at < end])]


def _portions(ids: Iterable[str] | None) -> list[list[str]]:
    """Distinct ids in lists that a statement can take; one empty list where there are none."""
    distinct = sorted(set(ids or ()))
    return [distinct[first : first + MOST_IDS] for first in range(0, max(len(distinct), 1), MOST_IDS)]


def answered_predictions(store: Store, predictor_id: str, metric: str, *, start: datetime) -> pd.DataFrame:
    """What a version predicted at ``start`` or later of tickets that were rated after that, by ``ticket_id``.

    Columns: ``ticket_id``, ``at``, ``probability``, ``answered_at``, ``value`` and ``scale``; a ticket with several
    predictions or ratings has a row for each pair.
    """
    row, answer = prediction.c, survey_response.c
    answered = func.coalesce(answer.answered_at, answer.occurred_at).label("answered_at")
    rows = (
        select(row.ticket_id, row.at, row.probability, answered, answer.value, answer.scale)
        .select_from(prediction.join(survey_response, answer.ticket_id == row.ticket_id))
        .where(row.predictor_id == predictor_id, row.at >= start, answer.metric == metric, answer.value.is_not(None))
    )
    with store.reading() as connection:
        found = read(connection, rows)
    return in_order(found[found["answered_at"] > found["at"]], ["ticket_id", "answered_at", "at"])
