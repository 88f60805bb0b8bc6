"""Comments, scores and predictions as a file: CSV, JSON lines or a workbook, under ``exports/<job id>/``.

Text is as the store holds it, redacted. A cell that begins like a formula is written with an apostrophe before it, in
CSV and in workbooks: a spreadsheet would run it.
"""

from __future__ import annotations

import hashlib
import json
import os
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verbatim.domain import local_midnight
from verbatim.errors import MissingExtraError, StoreFullError, UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    import pandas as pd

    from api.jobs.context import JobContext
    from api.jobs.kinds import Export
    from verbatim.settings import Settings

    Rows = Iterator[Sequence[Any]]

FOLDER = "exports"
AGENT = "agent"
MOST_SHEET_ROWS = 1_048_575
TOLD_EVERY = 5_000


def export(context: JobContext, told: Export) -> Mapping[str, Any]:
    """Write the file; the result has its name, rows, bytes and SHA-256."""
    context.step("Reading", 0, None)
    names, rows = _content(context, told)
    written = count()
    rows = (row for row, _ in zip(rows, written, strict=False))
    folder = export_folder(context.settings, context.job.id)
    path = folder / f"{told.what}.{told.format}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        scratch = path.with_suffix(f".{context.held.attempt}.part")
        try:
            WRITERS[told.format](scratch, names, rows)
            os.replace(scratch, path)
        finally:
            scratch.unlink(missing_ok=True)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = path.stat().st_size
    except OSError as error:
        raise StoreFullError(
            f"the export cannot be written ({error.strerror}); free some space and try again"
        ) from error
    return {"file": path.name, "rows": next(written), "bytes": size, "sha256": digest}


def export_folder(settings: Settings, job_id: str) -> Path:
    """Where the file of an export lies."""
    return settings.home / FOLDER / job_id


def _content(context: JobContext, told: Export) -> tuple[Sequence[str], Rows]:
    """The names of the columns, and the rows as plain values."""
    if told.query is not None:
        from api.jobs.filtered import comment_table

        names, found = comment_table(context.store, context.settings, told.query, agents=told.agents)
        return names, _told(context, found, None)
    frame = _frame(context, told)
    if not told.agents:
        frame = frame.drop(columns=AGENT, errors="ignore")
    columns = [frame[name] for name in frame.columns]
    return list(frame.columns), _told(context, zip(*columns, strict=True) if columns else (), len(frame))


def _frame(context: JobContext, told: Export) -> pd.DataFrame:
    from verbatim.storage import queries

    start, end = (_midnight(day, context.settings) for day in (told.start, told.end))
    where: dict[str, Any] = dict(told.where)
    if AGENT in where and not told.agents:
        raise UserError("how single agents are rated is hidden from whoever asked; leave agent out of `where`")
    if told.what == "comments":
        return queries.comments(context.store, start=start, end=end, question=told.question, where=where)
    if told.what == "scores":
        return queries.answers(context.store, told.metric, start=start, end=end, where=where)
    if where or told.question is not None:
        raise UserError("predictions are exported whole, or by metric and days; leave `where` and `question` out")
    return queries.predictions(context.store, metric=told.metric, start=start, end=end)


def _midnight(day: date | None, settings: Settings) -> datetime | None:
    return None if day is None else local_midnight(day, settings.timezone)


def _told(context: JobContext, rows: Iterable[Sequence[Any]], total: int | None) -> Rows:
    """Plain values, ``None`` for nothing; says how far it is."""
    for number, row in enumerate(rows):
        if number % TOLD_EVERY == 0:
            context.step("Writing", number, total)
        yield [_plain(value) for value in row]


def _plain(value: Any) -> Any:  # noqa: ANN401 (a cell)
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    if value is None or value != value or str(value) in {"NaT", "<NA>"}:
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value


def _write_csv(path: Path, names: Sequence[str], rows: Rows) -> None:
    import csv

    from verbatim.reports.xlsx import guarded

    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([guarded(name) for name in names])
        writer.writerows([guarded(cell) for cell in row] for row in rows)


def _write_ndjson(path: Path, names: Sequence[str], rows: Rows) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, allow_nan=False) + "\n")


def _write_xlsx(path: Path, names: Sequence[str], rows: Rows) -> None:
    from verbatim.reports.xlsx import guarded

    try:
        from openpyxl import Workbook
    except ModuleNotFoundError as error:
        raise MissingExtraError('XLSX needs openpyxl; run pip install "verbatim-mining[excel]"') from error
    book = Workbook(write_only=True)
    sheet = book.create_sheet("export")
    sheet.append([guarded(name) for name in names])
    for number, row in enumerate(rows):
        if number >= MOST_SHEET_ROWS:
            raise UserError(f"a sheet holds {MOST_SHEET_ROWS:,} rows at most; export CSV, or fewer days")
        sheet.append([guarded(cell) for cell in row])
    book.save(path)


WRITERS: Mapping[str, Callable[[Path, Sequence[str], Rows], None]] = {
    "csv": _write_csv,
    "ndjson": _write_ndjson,
    "xlsx": _write_xlsx,
}
