"""Tickets as a service is told of them, plain mappings, as one log: checked one by one, put together as arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from models.sources import as_microseconds
from models.tickets.log import WORDS, TicketLog, clean_events, kind_of
from models.tickets.timeline import Timeline
from verbatim.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

TOLD = ("account_id", "contact_id", "subject", "body", *WORDS)
OF_EVENTS = ("from_value", "to_value", "actor", "text")
KINDS_KEPT = 1_000

_kind = lru_cache(maxsize=KINDS_KEPT)(kind_of)


@dataclass(frozen=True, slots=True)
class LiveTicket:
    """A ticket to score, and what happened to it so far.

    ``ticket`` has ``created_at`` (aware), which is required, and what else is known: account_id, contact_id, subject,
    body, channel, priority, issue_type, product, team, agent (words; the last four as they are now), and the
    organisation's own columns (numbers, truth values or words). Other keys are not looked at; an account, a contact or
    a word that nobody has seen before is fine. ``events`` have ``at`` (aware), ``kind`` (as an export calls it) and,
    where they apply, from_value, to_value, actor, text; their order does not matter.
    """

    ticket: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """A ticket whose values are of the kinds they should be: moments in microseconds, in the order of `TOLD`."""

    key: str
    created: int
    told: tuple[str | None, ...]
    own: dict[str, Any] = field(default_factory=dict)
    events: tuple[tuple[Any, ...], ...] = ()  # moment, kind, and the values of `OF_EVENTS`


def checked(one: LiveTicket, own: Iterable[str], moment: int) -> Checked:
    """Check a ticket that is to be scored at ``moment``; ``own`` are the organisation's columns.

    Raises:
        UserError: no creation time, a time without a zone, a ticket from the future, or a value of another kind.
    """
    ticket = one.ticket
    created = microseconds(ticket.get("created_at"), "created_at")
    if created > moment:
        raise UserError(f"the ticket was created at {ticket['created_at']}, after the moment to score")
    return Checked(
        str(ticket.get("id", "ticket")), created, _words(ticket, TOLD),
        {name: _own(ticket[name], name) for name in own if name in ticket},
        tuple(
            [
                (
                    microseconds(event.get("at"), "at"), _kind(_word(event.get("kind"), "kind")),
                    *_words(event, OF_EVENTS),
                )
                for event in one.events
            ]
        ),
    )  # fmt: skip


def log_of(tickets: Sequence[Checked], own: Iterable[str]) -> TicketLog:
    """One log of all ``tickets``, which all have the same ``own`` columns."""
    created = np.array([one.created for one in tickets], dtype=np.int64)
    told = list(zip(*(one.told for one in tickets), strict=True))
    columns = {name: objects(values) for name, values in zip(TOLD, told, strict=True)}
    events = [event for one in tickets for event in one.events]
    at, kind, *values = zip(*events, strict=True) if events else [()] * (2 + len(OF_EVENTS))
    found = {
        "ticket": np.repeat(np.arange(len(tickets)), [len(one.events) for one in tickets]),
        "at": np.array(at, dtype=np.int64),
        "kind": np.array(kind, dtype=np.int8),
    }
    for name, column in zip(("before", "after", "actor", "text"), values, strict=True):
        found[name] = objects(column)
    arrays, notes = clean_events(found, created)
    return TicketLog(
        ids=objects([one.key for one in tickets]), created=created,
        account=columns["account_id"], contact=columns["contact_id"],
        subject=columns["subject"], body=columns["body"],
        words={name: columns[name] for name in WORDS},
        further={name: _column([one.own[name] for one in tickets]) for name in own},
        line=Timeline.of(arrays["ticket"], arrays["at"], len(tickets)), notes=tuple(notes), **arrays,
    )  # fmt: skip


def microseconds(moment: Any, name: str) -> int:  # noqa: ANN401
    """Microseconds since 1970 of an aware moment.

    Raises:
        UserError: it is none, or has no time zone.
    """
    if not isinstance(moment, datetime):
        raise UserError(f"{name} must be a moment with a time zone, not {type(moment).__name__}")
    if moment.tzinfo is None:
        raise UserError(f"{name} has no time zone ({moment}); say which, for example with tzinfo=UTC")
    try:
        return as_microseconds(moment)
    except (ValueError, OverflowError) as error:  # NaT, or a year that its zone moves out of the calendar
        raise UserError(f"{name} is no moment of the calendar; give one with a time zone") from error


def objects(values: Sequence[Any]) -> NDArray[np.object_]:
    """An array of objects, whatever they are."""
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def _words(told: Mapping[str, Any], names: Sequence[str]) -> tuple[str | None, ...]:
    get = told.get
    return tuple(
        [value if value is None or type(value) is str else _word(value, name)
         for name, value in zip(names, map(get, names), strict=True)]
    )  # fmt: skip


def _word(value: Any, name: str) -> str | None:  # noqa: ANN401
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and math.isnan(value):
        return None
    raise UserError(f"{name} must be text, not {type(value).__name__}; give it in quotes, or leave it out")


def _own(value: Any, name: str) -> float | str | None:  # noqa: ANN401
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float, np.number)):
        try:
            return float(value)
        except OverflowError as error:
            raise UserError(f"{name} is too large a number; give one that fits into 64 bits") from error
    return str(value)


def _column(values: list[float | str | None]) -> NDArray[Any]:
    if all(isinstance(value, float) for value in values):
        return np.array(values, dtype=np.float64)
    return objects(values)
