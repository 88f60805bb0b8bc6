"""``verbatim predict``: from open tickets to risks with bands, reasons and next steps.

Open tickets are those of the store (or of a file) that are neither solved nor closed at the moment that is scored, by
default that of the newest event: a store that is a week old is not scored as if everybody had waited for a week.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from models.explain import Reasons, explain_rows
from models.predictor import Predictor, demand_kind
from models.sources import Stored, as_datetime, as_microseconds, read_store
from models.tickets.features import of_text
from models.tickets.log import NEVER
from models.tickets.snapshots import stage_at
from verbatim.domain import Kind
from verbatim.errors import EmptyError
from verbatim.ingest.plan import convert_chunk, plan_ingest
from verbatim.storage.predictions import save_predictions
from verbatim.storage.queries.frames import expanded
from verbatim.storage.tables import ticket as ticket_table
from verbatim.storage.tables import ticket_event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from models.learners.coding import Columns
    from models.learners.model import Predicted
    from verbatim.ingest import IngestOptions
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

    Places = NDArray[np.int64]

TOLD = ("account_id", "contact_id", "subject", "body", "channel", "priority", "issue_type", "product", "agent", "team")
BANDS = ("usual", "raised", "high")
MOST_EXPLAINED = 1_000


@dataclass(frozen=True, slots=True)
class TicketRisk:
    """The risk of one ticket; ``key`` is its id in the store, ``name`` its id at its source."""

    key: str
    name: str
    stage: str
    opened_at: datetime
    channel: str | None
    team: str | None
    account: str | None
    probability: float
    low: float
    high: float
    expected_score: float | None
    band: str
    reasons: Reasons | None
    features_hash: str


@dataclass(frozen=True, slots=True)
class Scored:
    """Open tickets at a moment, the riskiest first. ``notes`` say what was left out, mended or missing."""

    at: datetime
    tickets: tuple[TicketRisk, ...]
    notes: tuple[str, ...]


def score_open(
    store: Store, settings: Settings, predictor: Predictor, *, at: datetime | None = None,
    tickets: pd.DataFrame | None = None, events: pd.DataFrame | None = None,
) -> Scored:  # fmt: skip
    """Score open tickets of the store as they stood ``at`` a moment; with ``tickets``, only those of that frame.

    The 1,000 riskiest get reasons.

    Raises:
        EmptyError: nothing is open.
        UserError: the predictor is one of plain columns.
    """
    demand_kind(predictor, "tickets")
    reads = any(map(of_text, predictor.features))
    stored = read_store(store, settings, further=tickets, events=events, text=reads)
    when = at or min(stored.newest(), datetime.now(UTC))
    wanted = np.ones(len(stored.log), dtype=bool) if tickets is None else np.isin(
        stored.log.ids.astype(str), tickets["id"].to_numpy(object).astype(str)
    )  # fmt: skip
    unsaid = [] if tickets is None else [name for name in TOLD if name not in tickets or tickets[name].isna().all()]
    places, notes = _open(stored, wanted, as_microseconds(when), at_end=at is None)
    seen = predictor.look(stored.view)
    moments = np.full(len(places), as_microseconds(when), dtype=np.int64)
    columns = predictor.columns_at(seen, places, moments)
    notes += _missing(predictor, columns)
    if unsaid:
        notes.append(f"the file says nothing of {', '.join(unsaid)}: what rests on it is unknown, the intervals wide")
    found = predictor.trained.model.predict(columns)
    order = np.argsort(-found.p, kind="stable")
    explained = order[:MOST_EXPLAINED]
    reasons = dict(zip(explained.tolist(), explain_rows(predictor, _taken(columns, explained)), strict=True))
    words = seen.states.words_at(places, moments)
    stages = stage_at(seen, places, moments)
    hashes = hashes_of(predictor, columns)
    names = _names(store, stored, tickets)
    risks = tuple(
        _risk(stored, names, predictor, place, row, found, words, stages, hashes[row], reasons.get(row))
        for row, place in ((int(row), int(places[row])) for row in order)
    )
    return Scored(when, risks, (*stored.log.notes, *notes))


def read_tickets(
    path: Path, settings: Settings, options: IngestOptions, kind: Kind = Kind.TICKETS
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Tickets (or events) of a file as the store would hold them, without storing; and what could not be read.

    Raises:
        InputError, MappingError: see `verbatim.ingest.plan.plan_ingest`.
        EmptyError: no row could be read.
    """
    plan = plan_ingest(kind, path, options, settings)
    table = ticket_table if kind is Kind.TICKETS else ticket_event
    found = convert_chunk(plan.converter(settings), list(plan.file.rows()))
    rows = found.rows.get(table, [])
    notes = [*plan.warnings]
    if found.refusals:
        first = found.refusals[0]
        notes.append(
            f"{len(found.refusals)} cells or rows of {path.name} cannot be read; row {first.row}: {first.reason}"
        )
    if not rows:
        raise EmptyError(f"no row of {path} can be read as one of {kind.value}; `verbatim ingest {kind.value} {path} "
                         "--dry-run` shows why")  # fmt: skip
    last = {row["id"]: row for row in rows}
    if len(last) < len(rows):
        notes.append(f"{len(rows) - len(last)} rows of {path.name} repeat an id; the last of each counts")
    return _frame(list(last.values()), [column.name for column in table.columns]), tuple(notes)


def keep(store: Store, scored: Scored, predictor: Predictor, predictor_id: str) -> int:
    """Store the predictions, to be joined with the answers that come; gives how many."""
    made = datetime.now(UTC)
    rows = [
        {
            "predictor_id": predictor_id, "ticket_id": one.key, "metric": predictor.metric, "at": scored.at,
            "made_at": made, "stage": one.stage, "probability": one.probability, "low": one.low, "high": one.high,
            "expected_score": one.expected_score, "band": one.band, "features_hash": one.features_hash,
            "reasons": [
                {"group": reason.group, "statement": reason.statement, "points": round(reason.points, 4)}
                for reason in (one.reasons.reasons if one.reasons else ())
            ],
        }
        for one in scored.tickets
    ]  # fmt: skip
    save_predictions(store, rows)
    return len(rows)


def band_of(predictor: Predictor, probability: float) -> str:
    """usual, raised or high, as the riskiest tickets it learnt from were (see `models.learners.training.CAPACITY`)."""
    raised, high = predictor.trained.bands
    return BANDS[int(probability >= raised) + int(probability >= max(raised, high))]


def hashes_of(predictor: Predictor, columns: Columns) -> list[str]:
    """A hash of each row's features as the model sees them: what a prediction was made from."""
    codes = predictor.trained.model.coding.codes(columns)
    return [hashlib.blake2b(row.tobytes(), digest_size=16).hexdigest() for row in np.ascontiguousarray(codes)]


def _open(stored: Stored, wanted: NDArray[np.bool_], moment: int, *, at_end: bool) -> tuple[Places, list[str]]:
    """Places of the wanted tickets that are open; ``at_end`` tickets that the export calls over are not."""
    log, notes = stored.log, []
    future = wanted & (log.created > moment) & (log.created != NEVER)
    if future.any():
        notes.append(
            f"{int(future.sum())} tickets were created after {as_datetime(moment):%Y-%m-%d %H:%M} UTC and wait"
        )
    there = np.flatnonzero(wanted & (log.created <= moment))
    is_open = stored.view.states.is_open(there, np.full(len(there), moment, dtype=np.int64))
    if at_end:
        is_open &= ~stored.ended[there]
    places = there[is_open]
    if not len(places):
        raise EmptyError(
            f"no ticket is open at {as_datetime(moment):%Y-%m-%d %H:%M} UTC (of {int(wanted.sum()):,} looked at)"
        )
    return places, notes


def _missing(predictor: Predictor, columns: Columns) -> list[str]:
    missing = predictor.trained.model.missing(columns)
    if not missing:
        return []
    return [f"not there, though training had it: {', '.join(missing)}; its effect is averaged over past tickets"]


def _risk(
    stored: Stored, names: Mapping[str, str], predictor: Predictor, place: int, row: int, found: Predicted,
    words: Mapping[str, Any], stages: NDArray[np.object_], features_hash: str, reasons: Reasons | None,
) -> TicketRisk:  # fmt: skip
    key = str(stored.log.ids[place])
    expected = float(found.expected[row])
    return TicketRisk(
        key=key, name=names.get(key, key), stage=str(stages[row]),
        opened_at=as_datetime(int(stored.log.created[place])),
        channel=words["channel"][row], team=words["team"][row], account=stored.log.account[place],
        probability=float(found.p[row]), low=float(found.low[row]), high=float(found.high[row]),
        expected_score=None if np.isnan(expected) else expected, band=band_of(predictor, float(found.p[row])),
        reasons=reasons, features_hash=features_hash,
    )  # fmt: skip


def _names(store: Store, stored: Stored, tickets: pd.DataFrame | None) -> dict[str, str]:
    """The id at its source of every ticket that has one."""
    from verbatim.storage import queries

    known = queries.tickets(store)[["id", "external_id"]]
    frames = [known] if tickets is None else [known, tickets[["id", "external_id"]]]
    return {
        key: str(name)
        for frame in frames
        for key, name in zip(frame["id"], frame["external_id"], strict=True)
        if isinstance(name, str)
    }


def _taken(columns: Columns, places: Places) -> dict[str, NDArray[Any]]:
    return {name: values[places] for name, values in columns.items()}


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    """Rows for the store as a frame that a query would have given."""
    frame = pd.DataFrame({name: [row.get(name) for row in rows] for name in columns}, dtype=object)
    frame["segments"] = pd.Series([row.get("segments") or {} for row in rows], dtype=object)
    for name in [name for name in columns if name.endswith("_at") or name == "at"]:
        frame[name] = pd.to_datetime(frame[name], utc=True).dt.as_unit("us")
    return expanded(frame)
