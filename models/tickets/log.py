"""Tickets and their events as arrays, cleaned: sorted, without doubles, nothing before the creation.

The first step of every prediction. A frame of tickets (columns as ``verbatim.storage.queries.tickets`` gives them) and
one of events become one ``TicketLog``; what had to be mended is said in its ``notes``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.tickets.timeline import Timeline
from verbatim.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Places = NDArray[np.int64]
Objects = NDArray[np.object_]

NEVER = np.iinfo(np.int64).max  # a moment that has not come
OPENED, CUSTOMER, AGENT, REOPENED, HANDOVER, ESCALATED, SWITCHED, SOLVED, CLOSED, PRIORITY, OTHER = range(11)
# What exports call the same event: words that stand in the kind, looked for in this order.
_KINDS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (REOPENED, ("reopen", "re-open", "wiedereröffn")),
    (HANDOVER, ("assign", "handover", "transfer")),
    (ESCALATED, ("escalat", "eskal")),
    (SWITCHED, ("channel",)),
    (PRIORITY, ("priority",)),
    (SOLVED, ("solved", "resolved", "resolution")),
    (CLOSED, ("closed", "close")),
    (OPENED, ("created", "opened", "new ticket")),
    (CUSTOMER, ("customer", "requester", "end_user", "end user", "end-user", "inbound", "user_repl", "contact_repl")),
    (AGENT, ("agent", "staff", "outbound", "public_reply", "support_repl", "replied", "reply")),
)
WORDS = ("channel", "priority", "issue_type", "product", "team", "agent")


@dataclass(frozen=True, slots=True)
class TicketLog:
    """Tickets (t,) and events (e,) sorted by ticket and time; times are microseconds since 1970, UTC.

    ``words`` are columns of tickets by name (as exported: ``agent`` often the last one); ``notes`` say what was mended.
    """

    ids: Objects
    created: Places
    account: Objects
    contact: Objects
    subject: Objects
    body: Objects
    words: Mapping[str, Objects]
    further: Mapping[str, NDArray[Any]]
    ticket: Places
    at: Places
    kind: NDArray[np.int8]
    before: Objects
    after: Objects
    actor: Objects
    text: Objects
    line: Timeline
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def flagged(self, *kinds: int) -> NDArray[np.bool_]:
        """Which events are of one of the kinds."""
        return _among(kinds).take(self.kind)

    def place_of(self) -> dict[str, int]:
        """Place of each ticket, by id."""
        return {key: place for place, key in enumerate(self.ids.tolist())}


def read_log(tickets: pd.DataFrame, events: pd.DataFrame | None = None, further: Sequence[str] = ()) -> TicketLog:
    """Make a log of frames.

    ``tickets`` needs ``id`` and ``created_at``; ``events`` ``ticket_id``, ``at`` and ``kind``; the rest is used where
    it is there. ``further`` are columns of ``tickets`` that are features of their own. Tickets without events get those
    that ``first_reply_at``, ``solved_at`` and ``closed_at`` tell of.

    Raises:
        UserError: a column is missing, or times have no time zone; ids that are there twice.
    """
    _require(tickets, ("id", "created_at"), "tickets")
    ids = tickets["id"].to_numpy(object)
    if len(set(ids.tolist())) < len(ids):
        raise UserError("a ticket's id is there twice; give each ticket one row, as it stands now")
    created = moments(tickets["created_at"])
    found = _events_of(tickets, events, {key: place for place, key in enumerate(ids.tolist())})
    arrays, notes = clean_events(found, created)
    undated = int((created == NEVER).sum())
    if undated:
        notes.append(f"{undated} tickets have no creation time and are left out")
    return TicketLog(
        ids=ids,
        created=created,
        account=_objects(tickets, "account_id"),
        contact=_objects(tickets, "contact_id"),
        subject=_objects(tickets, "subject"),
        body=_objects(tickets, "body"),
        words={name: _objects(tickets, name) for name in WORDS},
        further={name: further_column(tickets[name]) for name in further if name in tickets},
        line=Timeline.of(arrays["ticket"], arrays["at"], len(ids)),
        notes=tuple(notes),
        **arrays,
    )


def moments(times: pd.Series[Any]) -> Places:
    """Microseconds since 1970 (UTC) of a column of aware times; ``NEVER`` where there is none.

    Raises:
        UserError: times without a time zone.
    """
    if not len(times) or times.isna().all():
        return np.full(len(times), NEVER, dtype=np.int64)
    if not isinstance(times.dtype, pd.DatetimeTZDtype):
        raise UserError(f"{times.name!r} has no time zone ({times.dtype}); use pd.to_datetime(…, utc=True)")
    found = times.dt.tz_convert("UTC").dt.as_unit("us").to_numpy(dtype="datetime64[us]").astype(np.int64)
    return np.where(times.isna().to_numpy(), NEVER, found)


def further_column(column: pd.Series[Any]) -> NDArray[Any]:
    """A column of an export as numbers where all of it are, else as words (``None`` where empty)."""
    if column.dtype.kind in "fiub":
        return column.to_numpy(np.float64, na_value=np.nan)
    known = column.dropna()
    read = pd.to_numeric(known.astype(str), errors="coerce") if len(known) else known
    if len(known) and not read.isna().any() and known.nunique() > 2:
        return pd.to_numeric(column.astype(object), errors="coerce").to_numpy(np.float64)
    found = np.full(len(column), None, dtype=object)
    there = column.notna().to_numpy()
    found[there] = [str(value) for value in column.to_numpy(object)[there]]
    return found


def kind_of(word: str | None) -> int:
    """What a word in an event log means.

    >>> kind_of("Customer replied") == CUSTOMER, kind_of("ticket.reassigned") == HANDOVER
    (True, True)
    """
    said = word.casefold() if isinstance(word, str) else ""
    return next((kind for kind, parts in _KINDS if any(part in said for part in parts)), OTHER)


@lru_cache(maxsize=64)
def _among(kinds: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which kinds, by number, are among ``kinds``."""
    table = np.zeros(OTHER + 1, dtype=bool)
    table[list(kinds)] = True
    table.flags.writeable = False
    return table


def _events_of(tickets: pd.DataFrame, events: pd.DataFrame | None, place: Mapping[str, int]) -> dict[str, Any]:
    """The arrays of all events, not sorted; of a ticket without any, those its columns tell of."""
    if events is None or events.empty:
        events = pd.DataFrame(columns=["ticket_id", "at", "kind"])
    _require(events, ("ticket_id", "at", "kind"), "events")
    ticket = np.fromiter((place.get(key, -1) for key in events["ticket_id"].tolist()), np.int64, len(events))
    words = _objects(events, "kind").tolist()
    known = {word: kind_of(word) for word in set(words)}
    arrays = {
        "ticket": ticket,
        "at": moments(events["at"]),
        "kind": np.fromiter((known[word] for word in words), np.int8, len(events)),
        "before": _objects(events, "from_value"),
        "after": _objects(events, "to_value"),
        "actor": _objects(events, "actor"),
        "text": _objects(events, "text"),
    }
    silent = np.setdiff1d(np.arange(len(tickets)), ticket)
    told = [(AGENT, "first_reply_at"), (SOLVED, "solved_at"), (CLOSED, "closed_at")]
    for kind, name in told:
        if name not in tickets or not len(silent):
            continue
        at = moments(tickets[name])[silent]
        there = at != NEVER
        more = {"ticket": silent[there], "at": at[there], "kind": np.full(there.sum(), kind, np.int8)}
        nothing = np.full(int(there.sum()), None, dtype=object)
        arrays = {key: np.concatenate([values, more.get(key, nothing)]) for key, values in arrays.items()}
    return arrays


def clean_events(arrays: dict[str, Any], created: Places) -> tuple[dict[str, Any], list[str]]:
    """The arrays of events in order, without doubles, none before its ticket's creation; and what was mended."""
    notes: list[str] = []
    lost = (arrays["ticket"] < 0) | (arrays["at"] == NEVER)
    if lost.any():
        notes.append(f"{int(lost.sum())} events belong to no ticket given, or have no time, and are left out")
        arrays = {key: values[~lost] for key, values in arrays.items()}
    early = arrays["at"] < created[arrays["ticket"]]
    if early.any():
        notes.append(f"{int(early.sum())} events lie before their ticket's creation and count as of that moment")
        arrays["at"] = np.where(early, created[arrays["ticket"]], arrays["at"])
    order, tied = _order(arrays)
    arrays = {key: values[order] for key, values in arrays.items()}
    double = _doubles(arrays, tied)
    if double.any():
        notes.append(f"{int(double.sum())} events are there twice and count once")
        arrays = {key: values[~double] for key, values in arrays.items()}
    return arrays, notes


def _order(arrays: dict[str, Any]) -> tuple[Places, NDArray[np.bool_]]:
    """Events by ticket, time and kind; where all three are the same by their values, whatever the order given.

    And which of the sorted events are such.
    """
    order = np.lexsort((arrays["kind"], arrays["at"], arrays["ticket"]))
    tied = _tied({name: arrays[name][order] for name in ("ticket", "at", "kind")})
    if not tied.any():
        return order, tied
    places = order[tied]
    values = [[str(value) for value in arrays[name][places]] for name in ("text", "actor", "after", "before")]
    numbers = [arrays[name][places] for name in ("kind", "at", "ticket")]
    order[tied] = places[np.lexsort((*map(np.array, values), *numbers))]
    return order, tied


def _doubles(arrays: dict[str, Any], tied: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which sorted events, of those that are ``tied``, repeat one before them in all their values."""
    double = np.zeros(len(arrays["at"]), dtype=bool)
    seen: set[tuple[Any, ...]] = set()
    for place in np.flatnonzero(tied).tolist():
        row = tuple(arrays[name][place] for name in ("ticket", "at", "kind", "before", "after", "actor", "text"))
        double[place] = row in seen
        seen.add(row)
    return double


def _tied(arrays: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Which sorted events have the ticket, time and kind of one beside them."""
    found = np.zeros(len(arrays["at"]), dtype=bool)
    same = np.logical_and.reduce([arrays[name][1:] == arrays[name][:-1] for name in ("ticket", "at", "kind")])
    found[1:] |= same
    found[:-1] |= same
    return found


def _objects(frame: pd.DataFrame, name: str) -> Objects:
    """A column as objects, ``None`` where nothing is known or the frame has no such column."""
    if name not in frame:
        return np.full(len(frame), None, dtype=object)
    values = frame[name].to_numpy(object, copy=True)
    values[pd.isna(values)] = None
    return values


def _require(frame: pd.DataFrame, columns: Sequence[str], what: str) -> None:
    for name in columns:
        if name not in frame:
            raise UserError(f"the frame of {what} has no column {name!r}; it has {', '.join(map(str, frame.columns))}")
