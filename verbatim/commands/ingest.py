"""``verbatim ingest``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verbatim.commands.console import notes, opened_store, output, pairs, print_json, print_table, progress
from verbatim.domain import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from verbatim.ingest import IngestPlan, IngestResult, Progress

LONGEST_CELL = 60
MOST_REASONS = 5


@click.command("ingest")
@click.argument("kind", type=click.Choice([kind.value for kind in Kind]))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show how the file would be read; write nothing.")
@click.option("--profile", type=click.Path(path_type=Path), help="TOML file that says how columns are read.")
@click.option("--map", "fields", multiple=True, metavar="FIELD=COLUMN", help="Which column fills a field; repeat.")
@click.option("--source", help="Name of where the file comes from. [default: its name without dates]")
@click.option("--namespace", help="Whose ids these are, where two systems number tickets or accounts alike.")
@click.option("--metric", type=click.Choice(["csat", "ces", "nps"]), help="What the score column measures.")
@click.option("--scale", help="Scale of the score column, for example csat-5 or ces-7-ease.")
@click.option("--date-format", metavar="FORMAT", help="d/m/y, m/d/y, or a strptime pattern such as %d.%m.%Y.")
@click.option("--tz", "timezone", help="Time zone of times without one. [default: the organisation's]")
@click.option("--encoding", help="For example utf-8, utf-16 or cp1252. [default: detected]")
@click.option("--delimiter", help="One character, or tab. [default: detected]")
@click.option("--header-row", type=click.IntRange(1), help="Line of the column names. [default: detected]")
@click.option("--sheet", help="Sheet of an XLSX file. [default: the first]")
@click.option("--max-rejects", type=click.IntRange(0), help="Stop when more rows or cells than this are rejected.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def ingest_command(
    kind: str,
    file: Path,
    *,
    dry_run: bool,
    fields: tuple[str, ...],
    as_json: bool,
    **options: Any,  # noqa: ANN401
) -> None:
    """Read FILE (CSV, JSON Lines, Parquet or XLSX, also gzipped) of KIND into the store.

    Columns are recognised by their names; --dry-run shows how, before anything is written. Text is cleaned, and
    personal data replaced by tags such as [EMAIL], before it is stored. The same file twice changes nothing, a
    corrected row updates, and what cannot be read is listed by `verbatim rejects`.
    """  # fmt: skip
    from verbatim.ingest import IngestOptions, ingest, plan_ingest
    from verbatim.settings import load_settings

    settings = load_settings()
    asked = IngestOptions(fields=pairs(fields, "--map"), **options)
    plan = plan_ingest(Kind(kind), file, asked, settings)
    if dry_run:
        print_json(_plan_as_json(plan)) if as_json else _print_plan(plan)
        return
    for warning in plan.warnings:
        notes().print(f"warning: {warning}", markup=False, soft_wrap=True)
    with opened_store() as (settings, store), progress() as step:
        result = ingest(plan, store, settings, progress=_shown(step, file.name))
    print_json(_result_as_json(plan, result)) if as_json else _print_result(plan, result)


def _shown(step: Callable[[str, int, int | None], None], name: str) -> Callable[[Progress], None]:
    return lambda at: step(f"{name} ({at.unit})", at.done, at.total)


def _print_plan(plan: IngestPlan) -> None:
    file = plan.file
    layout = [file.format.value, "gzipped" if file.gzipped else "", file.encoding or ""]
    layout += [f"delimiter {file.delimiter!r}" if file.delimiter else "", f"sheet {file.sheet}" if file.sheet else ""]
    layout += [f"names in line {file.header_row}" if file.header_row else ""]
    click.echo(f"{file.path}: {', '.join(part for part in layout if part)}")
    click.echo(f"source {plan.source!r}, times without a zone are {plan.timezone}\n")
    print_table(("Column", "is read as", "because"), _column_rows(plan))
    click.echo()
    for table, rows in plan.preview.items():
        columns = [
            name for name in rows[0] if _tells(name) and any(row.get(name) not in (None, {}, "") for row in rows)
        ]
        cells = [tuple(_shown_cell(row.get(name)) for name in columns) for row in rows]
        print_table(columns, cells, title=f"The first rows of {table}, as they would be stored")
        click.echo()
    if plan.refusals:
        click.echo(f"Of the first {plan.tried:,} rows, {len(plan.refusals):,} rows or cells would be rejected:")
        refused = [(str(r.row), r.column or "", _cut(r.value), r.reason) for r in plan.refusals[:MOST_REASONS]]
        print_table(("Row", "Column", "Value", "Reason"), refused)
    else:
        click.echo(f"Of the first {plan.tried:,} rows, none would be rejected.")
    for warning in plan.warnings:
        click.echo(f"warning: {warning}")
    click.echo("Nothing was written.")


def _column_rows(plan: IngestPlan) -> list[tuple[str, ...]]:
    mapped = plan.mapping
    dates = {entry.column: f", {entry.format.name} ({entry.reason})" for entry in plan.dates}
    read = {column: f"{field}{dates.get(column, '')}" for field, column in mapped.fields.items()}
    read |= {rule.column: f"comment{f' on {rule.question!r}' if rule.question else ''}" for rule in mapped.comments}
    read |= {
        score.rule.column: f"score: {'; '.join(scale.describe() for scale in score.scales.values())} ({score.reason})"
        for score in plan.scores
    }
    read |= {column: f"segment {name!r}" for name, column in mapped.segments.items()}
    because = {**mapped.reasons, **mapped.left_out}
    return [(column, read.get(column, "not stored"), because.get(column, "")) for column in plan.file.columns]


def _print_result(plan: IngestPlan, result: IngestResult) -> None:
    held = ", ".join(f"{n:,} in {table}" for table, n in sorted(result.tables.items()) if n)
    click.echo(f"{plan.file.path.name}: {result.rows:,} rows ({held or 'nothing to store'})")
    removed = f", {result.removed:,} removed (their corrected rows have them no longer)" if result.removed else ""
    click.echo(f"{result.inserted:,} new, {result.updated:,} updated, {result.unchanged:,} unchanged{removed}")
    if result.undated:
        click.echo(f"{result.undated:,} without a date: they count in totals, not in periods")
    if result.rejected:
        click.echo(f"{result.rejected:,} rejected; `verbatim rejects` lists them all:")
        most = sorted(result.reasons.items(), key=lambda item: (-item[1], item[0]))[:MOST_REASONS]
        for reason, n in most:
            output().print(f"  {n:,} × {reason}", markup=False, soft_wrap=True)


def _result_as_json(plan: IngestPlan, result: IngestResult) -> dict[str, Any]:
    names = (
        "batch_id",
        "rows",
        "inserted",
        "updated",
        "unchanged",
        "removed",
        "rejected",
        "undated",
        "tables",
        "reasons",
    )
    return {"file": str(plan.file.path), "source": plan.source, **{name: getattr(result, name) for name in names}}


def _plan_as_json(plan: IngestPlan) -> dict[str, Any]:
    file = plan.file
    return {
        "file": str(file.path),
        "format": file.format.value,
        "gzipped": file.gzipped,
        "encoding": file.encoding,
        "delimiter": file.delimiter,
        "header_row": file.header_row,
        "sheet": file.sheet,
        "source": plan.source,
        "timezone": plan.timezone,
        "columns": [dict(zip(("column", "read_as", "reason"), row, strict=True)) for row in _column_rows(plan)],
        "preview": {table: list(rows) for table, rows in plan.preview.items()},
        "tried": plan.tried,
        "rejects": [{"row": r.row, "column": r.column, "value": r.value, "reason": r.reason} for r in plan.refusals],
        "warnings": list(plan.warnings),
    }


def _tells(column: str) -> bool:
    """Whether a person can read the column: keys are hashes."""
    return column == "external_id" or not (column == "id" or column.endswith(("_id", "_key")))


def _shown_cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, dict):
        return _cut(", ".join(f"{name}={held}" for name, held in value.items()))
    return _cut(value)


def _cut(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
