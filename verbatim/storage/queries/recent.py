"""What pages ask before anything else: whether something came in, when the last answer was, what was said with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, select

from verbatim.domain import Metric, Status
from verbatim.errors import NotFoundError
from verbatim.storage.queries.groups import Grouping
from verbatim.storage.tables import account, comment, ingest_batch, survey_response, theme_model, ticket

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from verbatim.storage.queries.restriction import Restriction
    from verbatim.storage.store import Store

answer = survey_response.c
KEPT = (survey_response, comment, ticket, account)


def is_empty(store: Store) -> bool:
    """Whether there are neither answers nor comments, tickets or accounts."""
    with store.reading() as connection:
        return not any(connection.execute(select(exists().select_from(table))).scalar() for table in KEPT)


def content_stamp(store: Store) -> str:
    """Text that changes whenever something was brought in, or themes were mined or edited; a few rows are read."""
    batch, model = ingest_batch.c, theme_model.c
    with store.reading() as connection:
        touched = func.max(func.coalesce(batch.finished_at, batch.started_at))
        newest, runs, ended = connection.execute(select(touched, func.count(), func.count(batch.finished_at))).one()
        active = connection.execute(select(model.id, model.edited_through).where(model.active)).first()
    return f"{newest}|{runs}|{ended}|{active and tuple(active)}"


def newest_answer_at(
    store: Store, restricted: Restriction | None = None, *, before: datetime | None = None
) -> datetime | None:
    """When the newest valid answer of any metric was given, of those that a caller may see; ``None``: there is none."""
    limits: Mapping[str, Any] = {} if restricted is None else restricted.where()
    found: list[datetime] = []
    with store.reading() as connection:
        for metric in Metric:
            grouping = Grouping(connection, survey_response, metric.value)
            try:
                conditions = grouping.conditions(limits)
            except NotFoundError:  # it names what no answer has
                continue
            early = [] if before is None else [answer.occurred_at < before]
            wanted = select(answer.occurred_at).select_from(grouping.source).where(
                answer.metric == metric, answer.status == Status.ANSWERED, answer.value.is_not(None),
                answer.occurred_at.is_not(None), *early, *conditions,
            )  # fmt: skip
            newest = connection.execute(wanted.order_by(answer.occurred_at.desc()).limit(1)).scalar()
            found += [] if newest is None else [newest]
    return max(found, default=None)


def comments_with_answers(store: Store, response_ids: Collection[str]) -> dict[str, str]:
    """Id of the answer → id of a comment that was given with it; answers without a comment are left out."""
    pairs = select(answer.id, func.min(comment.c.id)).join(comment, comment.c.submission_id == answer.submission_id)
    wanted = pairs.where(answer.id.in_(list(response_ids))).group_by(answer.id)
    with store.reading() as connection:
        return {response: said for response, said in connection.execute(wanted)}
