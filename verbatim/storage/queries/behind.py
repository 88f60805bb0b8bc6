"""What stands behind an answer: how it was given, and the comments of the same filled-in survey."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from verbatim.storage.queries.naming import KEYS_AT_ONCE
from verbatim.storage.tables import comment, survey_response

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from verbatim.storage.store import Store

answer, said = survey_response.c, comment.c


@dataclass(frozen=True, slots=True)
class Behind:
    """One answer: its metric, scale and value as it was given, and the ids of the comments beside it."""

    metric: str
    scale: str
    value: float | None
    comment_ids: tuple[str, ...]


def behind_answers(store: Store, response_ids: Iterable[str]) -> dict[str, Behind]:
    """What stands behind the answers of these ids (keys of the store); those that are not there are left out."""
    wanted = sorted(set(response_ids))
    found: dict[str, Behind] = {}
    with store.reading() as connection:
        for part in _parts(wanted):
            columns = (answer.id, answer.metric, answer.scale, answer.value, answer.submission_id)
            rows = connection.execute(select(*columns).where(answer.id.in_(part))).all()
            comments = defaultdict(list)
            for filled in _parts(sorted({row.submission_id for row in rows})):
                beside = select(said.submission_id, said.id).where(said.submission_id.in_(filled)).order_by(said.id)
                for submission_id, comment_id in connection.execute(beside):
                    comments[submission_id].append(comment_id)
            for row in rows:
                found[row.id] = Behind(row.metric, row.scale, row.value, tuple(comments[row.submission_id]))
    return found


def _parts(keys: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(keys), KEYS_AT_ONCE):
        yield keys[first : first + KEYS_AT_ONCE]
