"""A comment with all that is known around it: who, about what, on which themes, and how it was scored."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from verbatim.domain import Status
from verbatim.storage.queries.groups import Grouping
from verbatim.storage.tables import account, assignment, comment, contact, survey_response, theme, ticket

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Table

said, given, answer = comment.c, assignment.c, survey_response.c
LINKS = ("ticket_id", "account_id", "contact_id")
OWN = ("id", "text", "language", "question", "informative", "occurred_at", "source", "submission_id", "segments")


@dataclass(frozen=True, slots=True)
class ThemeSpan:
    """A theme that ``text[start:end]`` (``end`` ``None``: to its end) speaks of; ``sentiment`` from -1 to 1."""

    id: str
    name: str
    start: int
    end: int | None
    sentiment: float | None


@dataclass(frozen=True, slots=True)
class GivenScore:
    """An answer in the same submission; of several to a metric the latest."""

    metric: str
    value: float
    scale: str


@dataclass(frozen=True, slots=True)
class StoredComment:
    """``ticket``, ``account``, ``contact`` are ids at the source; the ones ending in ``_id`` are keys."""

    id: str
    text: str
    language: str | None
    question: str | None
    informative: bool
    occurred_at: datetime | None
    source: str
    segments: Mapping[str, str]
    ticket_id: str | None
    ticket: str | None
    account_id: str | None
    account: str | None
    account_name: str | None
    contact_id: str | None
    contact: str | None
    themes: tuple[ThemeSpan, ...]
    scores: tuple[GivenScore, ...]


def stored_comments(connection: Connection, ids: Sequence[str], model_id: str | None) -> tuple[StoredComment, ...]:
    """The comments with ``ids``, in that order; those that are not there are left out."""
    grouping = Grouping(connection, comment)
    links = [grouping.expression(name).label(f"linked_{name}") for name in LINKS]
    asked = select(*(said[name] for name in OWN), *links).select_from(grouping.source).where(said.id.in_(ids))
    rows = {row.id: row for row in connection.execute(asked)}
    tickets = _named(connection, ticket, {row.linked_ticket_id for row in rows.values()})
    accounts = _named(connection, account, {row.linked_account_id for row in rows.values()})
    contacts = _named(connection, contact, {row.linked_contact_id for row in rows.values()})
    themes = _themes(connection, ids, model_id)
    scores = _scores(connection, {row.submission_id for row in rows.values()})
    found = []
    for row in (rows[key] for key in ids if key in rows):
        one_ticket, one_contact = tickets.get(row.linked_ticket_id), contacts.get(row.linked_contact_id)
        customer = accounts.get(row.linked_account_id)
        found.append(
            StoredComment(
                id=row.id, text=row.text, language=row.language, question=row.question, informative=row.informative,
                occurred_at=row.occurred_at, source=row.source, segments=row.segments,
                ticket_id=row.linked_ticket_id, ticket=one_ticket and one_ticket.external_id,
                account_id=row.linked_account_id, account=customer and customer.external_id,
                account_name=customer and customer.name,
                contact_id=row.linked_contact_id, contact=one_contact and one_contact.external_id,
                themes=tuple(themes[row.id]), scores=tuple(scores[row.submission_id].values()),
            )
        )  # fmt: skip
    return tuple(found)


def _named(connection: Connection, table: Table, keys: set[str | None]) -> dict[str | None, Any]:
    columns = [table.c.id, table.c.external_id, *([table.c.name] if table is account else [])]
    asked = select(*columns).where(table.c.id.in_([key for key in keys if key is not None]))
    return {row.id: row for row in connection.execute(asked)}


def _themes(connection: Connection, ids: Sequence[str], model_id: str | None) -> dict[str, list[ThemeSpan]]:
    columns = (given.comment_id, given.theme_id, theme.c.name, given.start, given.end, given.sentiment)
    joined = assignment.join(theme, (theme.c.model_id == given.model_id) & (theme.c.id == given.theme_id))
    asked = select(*columns).select_from(joined).where(given.model_id == model_id, given.comment_id.in_(ids))
    found: dict[str, list[ThemeSpan]] = defaultdict(list)
    for key, *span in connection.execute(asked.order_by(given.comment_id, given.start)):
        found[key].append(ThemeSpan(*span))
    return found


def _scores(connection: Connection, submissions: set[str]) -> dict[str, dict[str, GivenScore]]:
    asked = (
        select(answer.submission_id, answer.metric, answer.value, answer.scale)
        .where(answer.submission_id.in_(submissions), answer.status == Status.ANSWERED.value, answer.value.is_not(None))
        .order_by(answer.metric, answer.occurred_at.is_not(None), answer.occurred_at, answer.id)
    )
    found: dict[str, dict[str, GivenScore]] = defaultdict(dict)
    for key, *score in connection.execute(asked):
        found[key][score[0]] = GivenScore(*score)
    return found
