"""Writes predictors, what becomes of them, what they predict, and what people did about it.

Each function is one transaction (`save_predictions`: one a chunk); `verbatim.storage.queries.predictions` reads.
Of each metric at most one predictor is active.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import delete, func, insert, select, text, update

from verbatim.domain import stable_key
from verbatim.errors import NoSkillError, NotFoundError
from verbatim.storage.columns import moment
from verbatim.storage.tables import intervention, prediction, prediction_feedback, predictor, predictor_change
from verbatim.storage.upsert import Changes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from verbatim.storage.store import Store

    Row = Mapping[str, Any]

CHUNK_ROWS = 5000
NEW = ("refused", "ready")


def add_predictor(store: Store, row: Row, *, person: str) -> int:
    """Note that ``person`` trained a predictor; gives its number among those of its metric, from 1.

    ``row`` has the columns of ``predictor``, its ``status`` being "refused" or "ready"; ``number`` and ``proven``
    are filled in.

    Raises:
        ValueError: another status: a predictor becomes active by `set_predictor_status`.
    """
    if row["status"] not in NEW:
        raise ValueError(f"a new predictor is {' or '.join(NEW)}, not {row['status']!r}")
    with store.writing() as connection:
        _one_at_a_time(connection)
        of_metric = select(func.max(predictor.c.number)).where(predictor.c.metric == row["metric"])
        number: int = (connection.execute(of_metric).scalar() or 0) + 1
        proven = row["status"] == "ready"
        connection.execute(insert(predictor).values(**{**row, "number": number, "proven": proven}))
        _note(connection, row["id"], "trained", person=person, at=row["created_at"])
    return number


def set_predictor_status(
    store: Store,
    predictor_id: str,
    status: Literal["active", "retired"],
    *,
    person: str,
    at: datetime,
    note: str | None = None,
    force: bool = False,
    rolled_back: bool = False,
) -> None:
    """Make a predictor active, and retire the one of its metric that was; or retire it.

    All in one transaction, with what happened in the history; one that has the status already is left alone.
    ``rolled_back`` says that it becomes active by going back.

    Raises:
        NotFoundError: there is no such predictor.
        NoSkillError: it is to be active, but the gate refused it, and there is no ``force``.
    """
    with store.writing() as connection:
        _one_at_a_time(connection)
        found = connection.execute(select(predictor).where(predictor.c.id == predictor_id)).mappings().one_or_none()
        if found is None:
            raise NotFoundError(
                f"there is no predictor {predictor_id!r}; `verbatim predictor list` shows those there are"
            )
        if found["status"] == status:
            return
        if status == "retired":
            _retire(connection, predictor_id, person=person, at=at, note=note)
            return
        if not found["proven"] and not force:
            raise NoSkillError(_refusal(dict(found)))
        former = select(predictor.c.id).where(predictor.c.metric == found["metric"], predictor.c.status == "active")
        for key in connection.execute(former).scalars().all():
            _retire(connection, key, person=person, at=at, note=note)
        active = update(predictor).where(predictor.c.id == predictor_id)
        connection.execute(active.values(status="active", activated_at=at))
        kind = "rolled_back" if rolled_back else "activated"
        _note(connection, predictor_id, kind, person=person, at=at, note=note)


def prediction_key(predictor_id: str, ticket_id: str, at: datetime) -> str:
    """The id of a prediction: the same predictor, ticket and scored moment, the same key, in whatever time zone.

    Raises:
        ValueError: a naive ``at``.
    """
    return stable_key(predictor_id, ticket_id, _iso(at))


def save_predictions(store: Store, rows: Sequence[Row]) -> Changes:
    """Write predictions, each replacing one of the same predictor, ticket and moment; ``id`` is filled in.

    Chunk by chunk: a killed process leaves whole chunks, and the same call carries on.

    Raises:
        ValueError: a column that the table does not have, or a naive datetime.
    """
    changes = Changes()
    for first in range(0, len(rows), CHUNK_ROWS):
        chunk = [
            {**row, "id": prediction_key(row["predictor_id"], row["ticket_id"], row["at"])}
            for row in rows[first : first + CHUNK_ROWS]
        ]
        changes += store.upsert(prediction, chunk)
    return changes


def add_intervention(store: Store, row: Row) -> Changes:
    """Note what somebody did about a ticket: ``ticket_id``, ``at``, ``kind``, ``person``, ``note`` (redacted).

    ``id`` is filled in: the same person doing the same to the same ticket at the same moment is one intervention.
    """
    key = stable_key(row["ticket_id"], _iso(row["at"]), row["kind"], row["person"])
    return store.upsert(intervention, [{**row, "id": key}])


def withdraw_intervention(store: Store, ticket_id: str, *, person: str, metric: str) -> bool:
    """Forget what ``person`` did last about a ticket, where nobody said or did anything of it since; whether so.

    What was noted by mistake would keep the ticket out of the next training.
    """
    did, said = intervention.c, prediction_feedback.c
    last = select(did.id, did.at, did.person).where(did.ticket_id == ticket_id).order_by(did.at.desc(), did.id)
    heard = select(func.max(said.at)).where(said.ticket_id == ticket_id, said.metric == metric)
    with store.writing() as connection:
        found = connection.execute(last.limit(1)).first()
        if found is None or found.person != person:
            return False
        newest = connection.execute(heard).scalar()
        if newest is not None and newest > found.at:
            return False
        connection.execute(delete(intervention).where(did.id == found.id))
    return True


def add_feedback(store: Store, row: Row) -> str:
    """Note what somebody says of a ticket's prediction; gives the id. The newest counts.

    ``row`` has ``ticket_id``, ``metric``, ``at``, ``person``, ``kind`` (agree, disagree, snooze, withdrawn) and, where
    they apply, ``predictor_id``, ``until`` and ``note`` (redacted); ``id`` is filled in.
    """
    key = stable_key("feedback", row["ticket_id"], row["metric"], _iso(row["at"]), row["person"])
    store.upsert(prediction_feedback, [{**row, "id": key}])
    return key


def _one_at_a_time(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        connection.execute(text("LOCK TABLE predictor, predictor_change IN SHARE ROW EXCLUSIVE MODE"))


def _retire(connection: Connection, predictor_id: str, *, person: str, at: datetime, note: str | None) -> None:
    retired = update(predictor).where(predictor.c.id == predictor_id)
    connection.execute(retired.values(status="retired", retired_at=at))
    _note(connection, predictor_id, "retired", person=person, at=at, note=note)


def _note(
    connection: Connection, predictor_id: str, kind: str, *, person: str, at: datetime, note: str | None = None
) -> None:
    last = connection.execute(select(func.max(predictor_change.c.sequence))).scalar()
    row = {"id": uuid.uuid4().hex, "sequence": (last or 0) + 1, "predictor_id": predictor_id}
    connection.execute(insert(predictor_change).values(**row, at=at, kind=kind, person=person, note=note))


def _refusal(found: Row) -> str:
    reasons = "; ".join(map(str, found["summary"].get("gate_reasons", ()))) or "its skill is not proven"
    return f"{found['metric']}-{found['number']} was refused when it was trained: {reasons}; train on more, or force it"


def _iso(at: datetime) -> str:
    known = moment(at)
    if known is None:
        raise ValueError("a moment is missing: `at` says which moment is meant")
    return known.isoformat()
