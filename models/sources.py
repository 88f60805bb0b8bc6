"""From the store to what learning and scoring need: a view of all tickets, and the rated ones among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from models.learners import leakage
from models.tickets.features import BY_NAME
from models.tickets.log import NEVER, WORDS, moments, read_log
from models.tickets.snapshots import view
from verbatim.business_hours import BusinessHours
from verbatim.errors import EmptyError
from verbatim.storage import queries
from verbatim.storage.tables import ticket as ticket_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.tickets.log import TicketLog
    from models.tickets.snapshots import TicketView
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

    Places = NDArray[np.int64]
    Floats = NDArray[np.float64]

MICROSECOND = 1_000_000
KNOWN_COLUMNS = frozenset({*WORDS, "language", "region", *(column.name for column in ticket_table.columns)})


@dataclass(frozen=True, slots=True)
class Stored:
    """All tickets of the store, and the answers. ``own`` are the organisation's own columns that may be used."""

    view: TicketView
    answers: pd.DataFrame
    own: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    ended: NDArray[np.bool_]  # tickets with the status of one that is over

    @property
    def log(self) -> TicketLog:
        """The tickets and their events."""
        return self.view.log

    def newest(self) -> datetime:
        """The moment of the newest event or creation.

        Raises:
            EmptyError: there are no tickets.
        """
        known = [times[times != NEVER] for times in (self.log.created, self.log.at)]
        latest = max((int(times.max()) for times in known if len(times)), default=None)
        if latest is None:
            raise EmptyError("there are no tickets yet; `verbatim ingest tickets FILE` reads some")
        return as_datetime(latest)


@dataclass(frozen=True, slots=True)
class Ratings:
    """Rated tickets (k,): their places in the log, scores on ``scale``, and when they were rated (microseconds)."""

    ticket: Places
    score: Floats
    rated: Places
    scale: str
    notes: tuple[str, ...]


def read_store(
    store: Store,
    settings: Settings,
    *,
    further: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    text: bool = True,
    signals: bool = True,
) -> Stored:
    """Read tickets, events, answers, accounts and contacts.

    ``further`` are tickets of a file (as `queries.tickets` gives them) that count instead of stored ones with the same
    id; ``events`` the events of them. Without ``text`` nothing that customers write is looked at; without ``signals``
    only what it is about, not how it sounds: enough for the history that other tickets are looked at against.

    Raises:
        LeakageError: a column of tickets that is declared known while a ticket is open, and is not.
    """
    tickets, log_rows = queries.tickets(store), queries.ticket_events(store)
    if further is not None:
        tickets = _instead(tickets, further)
    if events is not None:
        log_rows = _instead(log_rows, events)
    own = [name for name in tickets.columns if name not in KNOWN_COLUMNS]
    taken = [(name, "its name is that of a feature of Verbatim's; rename it") for name in own if name in BY_NAME]
    free = [name for name in own if name not in BY_NAME]
    kept, left = leakage.usable(free, settings.predictor_columns, strict=False)
    log = read_log(tickets, log_rows, kept)
    ended = _ended(tickets)
    leakage.refuse_empty_while_open(log.further, ~ended)
    answers = with_days_ended(queries.answers(store, by=()), settings.timezone)
    seen = view(
        log, BusinessHours.from_settings(settings), answers=answers, accounts=queries.accounts(store),
        contacts=queries.contacts(store), promised=settings.first_reply_hours, text=text, signals=signals,
    )  # fmt: skip
    return Stored(seen, answers, kept, (*taken, *left), ended)


def ratings_of(stored: Stored, metric: str, *, until: datetime | None = None) -> Ratings:
    """The last rating of each ticket on the scale that most were given on, answered before ``until``.

    Raises:
        EmptyError: there are none.
    """
    answers = stored.answers
    given = answers[(answers["metric"] == metric) & answers["value"].notna()]
    if given.empty:
        raise EmptyError(f"no {metric.upper()} answers yet; `verbatim ingest responses FILE` reads some")
    notes = []
    place = stored.log.place_of()
    of_ticket = given["ticket_id"].map(place)
    at = given["answered_at"].fillna(given["occurred_at"])
    known = of_ticket.notna() & at.notna()
    if not known.any():
        raise EmptyError(
            f"none of the {len(given):,} {metric.upper()} answers belongs to a ticket that is stored; ingest the "
            "tickets, and name the column with the ticket's id in the answers (--map ticket_id=COLUMN)"
        )
    if not known.all():
        notes.append(f"{int((~known).sum()):,} answers belong to no stored ticket, or have no time, and are left out")
    rows = given[known].assign(place=of_ticket[known].astype("int64"), at=at[known])
    if until is not None:
        rows = rows[rows["at"] < until]
    scales = rows["scale"].value_counts()
    if scales.empty:
        raise EmptyError(f"no {metric.upper()} answers before {until:%Y-%m-%d}; choose a later --until")
    scale = str(scales.index[0])
    if len(scales) > 1:
        notes.append(f"{int(scales.iloc[1:].sum()):,} answers on other scales than {scale} are left out")
    rows = rows[rows["scale"] == scale].sort_values(["at", "id"]).drop_duplicates("place", keep="last")
    rated = moments(rows["at"])
    places = rows["place"].to_numpy(np.int64)
    real = (stored.log.created[places] != NEVER) & (stored.log.created[places] < rated)
    if not real.all():
        notes.append(f"{int((~real).sum()):,} ratings came before their ticket was created and are left out")
    return Ratings(places[real], rows["value"].to_numpy(np.float64)[real], rated[real], scale, tuple(notes))


def with_days_ended(answers: pd.DataFrame, tz: str) -> pd.DataFrame:
    """Answers of which only the day is known (midnight in the organisation's time zone) count from the day's end.

    At its beginning they would be known before they were given, even before the ticket was opened.
    """
    ended = {}
    for name in ("answered_at", "occurred_at"):
        local = answers[name].dt.tz_convert(tz)
        day = local.dt.normalize()
        midnight = (local == day).fillna(False)
        end = (day.dt.tz_localize(None) + pd.Timedelta(days=1)).dt.tz_localize(
            tz, nonexistent="shift_forward", ambiguous=False
        )
        last = (end.dt.tz_convert("UTC") - pd.Timedelta(microseconds=1)).astype(answers[name].dtype)
        ended[name] = answers[name].where(~midnight, last)
    return answers.assign(**ended)


def as_microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970."""
    return round(moment.timestamp() * MICROSECOND)


def as_datetime(microseconds: int) -> datetime:
    """The moment, in UTC."""
    return datetime.fromtimestamp(microseconds / MICROSECOND, tz=UTC)


def _ended(tickets: pd.DataFrame) -> NDArray[np.bool_]:
    """Tickets whose status or times say that they are over."""
    said = tickets["status"].map(lambda word: str(word).casefold() in {"solved", "closed", "resolved", "done"})
    timed = tickets["closed_at"].notna() | tickets["solved_at"].notna()
    return (said | (tickets["status"].isna() & timed)).to_numpy(bool)


def _instead(stored: pd.DataFrame, further: pd.DataFrame) -> pd.DataFrame:
    """``stored`` with the rows of ``further``, which replace those of the same id."""
    kept = stored[~stored["id"].isin(set(further["id"]))]
    if kept.empty:
        return further.reset_index(drop=True)
    return pd.concat([kept, further], ignore_index=True)
