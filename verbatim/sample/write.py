"""Writes the sample organisation: the files an organisation would export, and the truth beside them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from verbatim.errors import StorageError, StoreFullError, UserError
from verbatim.sample import rows
from verbatim.sample.messages import Correspondent
from verbatim.sample.span import span_ending
from verbatim.sample.surveys import Surveys, run_surveys
from verbatim.sample.tickets import Ticket, build_tickets
from verbatim.sample.truth import truth_of
from verbatim.sample.world import World, build_world

MARK = "SAMPLE.txt"
_MARK_TEXT = (
    "A generated sample organisation (verbatim sample). Everything here is invented and can be deleted.\n"
    "The files to ingest: accounts, contacts, tickets, csat, ces, nps, milestones (.csv) and events.jsonl.\n"
    "What was planted in them: truth.json, truth_comments.csv, ticket_risk.csv.\n"
)
_LARGEST_SIZE = 1000.0


@dataclass(frozen=True, slots=True)
class SampleSummary:
    """What was written: the folder, rows by file, comments that are not blank, the period and planted themes."""

    folder: Path
    rows: dict[str, int]
    comments: int
    first_month: str
    last_month: str
    themes: int


def write_sample(
    out: Path, *, months: int = 12, seed: int = 7, end: date = date(2026, 11, 1), size: float = 1.0
) -> SampleSummary:
    """Generate a sample organisation into the folder ``out``; the same arguments give the same bytes.

    Covers the ``months`` full calendar months (1–120, UTC) before the month of ``end``. ``size`` scales accounts,
    contacts, agents and tickets; 1 is about 180 accounts and 9,000 tickets a year. An earlier sample in ``out`` is
    replaced.

    Raises:
        UserError: ``out`` is a file or holds something else, or an argument is out of range.
        StorageError: the folder cannot be written (``StoreFullError`` for a full disk).
    """
    if not 0 < size <= _LARGEST_SIZE:
        raise UserError(f"The size of a sample is above 0 and at most {_LARGEST_SIZE:g}, not {size:g}")
    span = span_ending(end, months)
    _refuse_foreign(out)
    world = build_world(span, seed=seed, size=size)
    tickets = build_tickets(world, size=size)
    surveys = run_surveys(world, tickets)
    truth = truth_of(world, tickets, surveys)
    correspondent = Correspondent(seed)
    tables = _tables(world, tickets, surveys, correspondent)
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / MARK).write_text(_MARK_TEXT, "utf-8")
        counts = {name: _write_csv(out / name, columns, lines) for name, columns, lines in tables}
        counts["events.jsonl"] = _write_jsonl(out / "events.jsonl", rows.event_records(tickets, correspondent))
        (out / "truth.json").write_text(json.dumps(truth, indent=1, ensure_ascii=False) + "\n", "utf-8")
    except OSError as error:
        raise _translated(out, error) from error
    return SampleSummary(
        out, counts, counts["truth_comments.csv"], span.label(0), span.label(months - 1), len(truth["themes"])
    )


def _tables(
    world: World, tickets: list[Ticket], surveys: Surveys, correspondent: Correspondent
) -> list[tuple[str, Sequence[str], Iterable[Sequence[str]]]]:
    """Each CSV file: its name, columns and rows."""
    return [
        ("accounts.csv", rows.ACCOUNT_COLUMNS, rows.account_rows(world)),
        ("contacts.csv", rows.CONTACT_COLUMNS, rows.contact_rows(world)),
        ("tickets.csv", rows.TICKET_COLUMNS, rows.ticket_rows(tickets, correspondent)),
        ("csat.csv", rows.CSAT_COLUMNS, rows.ticket_survey_rows(surveys.csat, rows.CSAT_COLUMNS)),
        ("ces.csv", rows.CES_COLUMNS, rows.ticket_survey_rows(surveys.ces, rows.CES_COLUMNS)),
        ("nps.csv", rows.NPS_COLUMNS, rows.ticket_survey_rows(surveys.nps, rows.NPS_COLUMNS)),
        ("milestones.csv", rows.MILESTONE_COLUMNS, rows.milestone_rows(world)),
        ("truth_comments.csv", rows.TRUTH_COMMENT_COLUMNS, rows.truth_comment_rows(surveys)),
        ("ticket_risk.csv", rows.RISK_COLUMNS, rows.risk_rows(tickets)),
    ]


def _refuse_foreign(out: Path) -> None:
    """Leave alone whatever is not an earlier sample."""
    try:
        if not out.exists():
            return
        if not out.is_dir():
            raise UserError(f"{out} is a file; give a folder for the sample")
        if any(out.iterdir()) and not (out / MARK).is_file():
            raise UserError(f"{out} is not empty and not an earlier sample ({MARK} is missing); give another folder")
    except OSError as error:
        raise _translated(out, error) from error


def _translated(out: Path, error: OSError) -> StorageError:
    reason = error.strerror or str(error)
    return StoreFullError(f"The sample cannot be written to {out}: {reason}; free space or give another folder")


def _write_csv(path: Path, columns: Sequence[str], lines: Iterable[Sequence[str]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        for line in lines:
            writer.writerow(line)
            count += 1
    return count


def _write_jsonl(path: Path, records: Iterable[dict[str, str | None]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        for record in records:
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
            count += 1
    return count
