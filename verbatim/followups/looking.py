"""What a sweep looks at, read once: the answers of a span, and who and what they are about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import select

from verbatim.scores.ownership import HANDOVERS, agent_when_rated
from verbatim.storage.tables import (
    account,
    assignment,
    comment,
    contact,
    survey_response,
    theme,
    theme_model,
    ticket,
    ticket_event,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Select

CHUNK = 5000
FEATURES = ("feature", "product")  # segments that say what was hard to use, where no theme does


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer as rules look at it; ``account_id`` also where only its ticket or contact says so."""

    id: str
    submission_id: str
    metric: str
    scale: str
    value: float
    occurred_at: datetime
    ticket_id: str | None
    account_id: str | None
    contact_id: str | None
    segments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def customer(self) -> str:
        """Who is counted as one customer: the account, else the contact, else the filled-in survey."""
        return self.account_id or self.contact_id or self.submission_id

    @property
    def voice(self) -> str:
        """Who is counted as one contact."""
        return self.contact_id or self.submission_id


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Accounts, tickets and contacts by id (rows of their tables), as far as answers or predictions name them."""

    accounts: Mapping[str, Mapping[str, Any]]
    tickets: Mapping[str, Mapping[str, Any]]
    agents: Mapping[str, str]  # by answer: who held its ticket when it was rated


def read_answers(connection: Connection, metrics: Sequence[str], start: datetime, end: datetime) -> list[Seen]:
    """Answers of ``metrics`` given in ``[start, end]``, the oldest first."""
    row = survey_response.c
    wanted = (
        select(
            row.id, row.submission_id, row.metric, row.scale, row.value, row.occurred_at, row.ticket_id, row.account_id,
            row.contact_id, row.segments,
        )
        .where(row.metric.in_(metrics), row.occurred_at >= start, row.occurred_at <= end)
        .where(row.status == "answered", row.value.is_not(None))
    )  # fmt: skip
    found = [Seen(*tuple(each)) for each in connection.execute(wanted)]
    return sorted(found, key=lambda seen: (seen.occurred_at, seen.id))


def placed(connection: Connection, answers: Sequence[Seen]) -> list[Seen]:
    """The same answers, their account filled in from their ticket or contact where they do not name it."""
    lost = [seen for seen in answers if seen.account_id is None]
    by_ticket = _one_column(connection, ticket.c.id, ticket.c.account_id, [seen.ticket_id for seen in lost])
    by_contact = _one_column(connection, contact.c.id, contact.c.account_id, [seen.contact_id for seen in lost])
    filled = []
    for seen in answers:
        if seen.account_id is None:
            known = by_ticket.get(seen.ticket_id or "") or by_contact.get(seen.contact_id or "")
            seen = _with_account(seen, known) if known else seen
        filled.append(seen)
    return filled


def surroundings(
    connection: Connection, answers: Sequence[Seen], tickets: Iterable[str] = (), *, agents_of: Sequence[Seen] = ()
) -> Surroundings:
    """What is known around ``answers`` and further ``tickets``; agents only for ``agents_of``."""
    wanted = {seen.ticket_id for seen in answers if seen.ticket_id} | set(tickets)
    row = ticket.c
    columns = select(row.id, row.account_id, row.contact_id, row.status, row.solved_at, row.closed_at, row.segments)
    known = {one["id"]: one for one in by_ids(connection, columns, row.id, wanted)}
    named = {seen.account_id for seen in answers if seen.account_id}
    named |= {one["account_id"] for one in known.values() if one["account_id"]}
    accounts = {one["id"]: one for one in by_ids(connection, select(account), account.c.id, named)}
    return Surroundings(accounts, known, _agents(connection, agents_of, known))


def themes_of(connection: Connection, submissions: Iterable[str]) -> dict[str, set[tuple[str, str]]]:
    """Themes (id, name) of the comments of each filled-in survey, in the active model."""
    active = select(theme_model.c.id).where(theme_model.c.active).scalar_subquery()
    same = (theme.c.model_id == assignment.c.model_id) & (theme.c.id == assignment.c.theme_id)
    spoken = (
        select(comment.c.submission_id, theme.c.id, theme.c.name)
        .join(assignment, assignment.c.comment_id == comment.c.id)
        .join(theme, same)
        .where(assignment.c.model_id == active, theme.c.kind == "theme")
    )
    found: dict[str, set[tuple[str, str]]] = {}
    for each in by_ids(connection, spoken, comment.c.submission_id, submissions):
        found.setdefault(each["submission_id"], set()).add((each["id"], each["name"]))
    return found


def feature_of(seen: Seen, around: Surroundings) -> str | None:
    """What the answer was about, where its segments or those of its ticket name a feature or product."""
    of_ticket = (around.tickets.get(seen.ticket_id or "") or {}).get("segments") or {}
    for name in FEATURES:
        value = seen.segments.get(name) or of_ticket.get(name)
        if value:
            return str(value)
    return None


def _agents(
    connection: Connection, answers: Sequence[Seen], tickets: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    rated = [seen for seen in answers if seen.ticket_id]
    if not rated:
        return {}
    rows = pd.DataFrame(
        [
            (seen.id, seen.ticket_id, seen.occurred_at, seen.segments.get("agent")
             or ((tickets.get(seen.ticket_id or "") or {}).get("segments") or {}).get("agent"))
            for seen in rated
        ],
        columns=["id", "ticket_id", "occurred_at", "agent"],
    ).astype({"occurred_at": "datetime64[us, UTC]", "agent": object})  # fmt: skip
    row = ticket_event.c
    moves = select(row.ticket_id, row.at, row.kind, row.from_value, row.to_value).where(row.kind.in_(HANDOVERS))
    found = by_ids(connection, moves, row.ticket_id, set(rows["ticket_id"]))
    events = pd.DataFrame(found, columns=["ticket_id", "at", "kind", "from_value", "to_value"])
    events = events.astype({"at": "datetime64[us, UTC]"})
    held = agent_when_rated(rows, events, at="occurred_at")
    return {key: str(agent) for key, agent in zip(rows["id"], held, strict=True) if isinstance(agent, str) and agent}


def _one_column(
    connection: Connection, key: ColumnElement[str], value: ColumnElement[Any], ids: Iterable[str | None]
) -> dict[str, Any]:
    rows = by_ids(connection, select(key.label("key"), value.label("value")), key, {each for each in ids if each})
    return {row["key"]: row["value"] for row in rows}


def by_ids(
    connection: Connection, statement: Select[Any], column: ColumnElement[str], ids: Iterable[str]
) -> list[dict[str, Any]]:
    """Rows of ``statement`` for many ids, however many a statement can take."""
    found: list[dict[str, Any]] = []
    for some in _portions(sorted(set(ids))):
        found += [dict(row) for row in connection.execute(statement.where(column.in_(some))).mappings()]
    return found


def _portions(ids: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(ids), CHUNK):
        yield ids[first : first + CHUNK]


def _with_account(seen: Seen, account_id: str) -> Seen:
    from dataclasses import replace

    return replace(seen, account_id=account_id)
