"""``verbatim rejects``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from verbatim.commands.console import opened_store, print_json, print_table
from verbatim.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("file", "row", "column", "value", "reason")
SHOWN = 50


@click.command("rejects")
@click.option("--file", "file", help="Only rejects of this file.")
@click.option("--kind", help="Only of this kind: responses, tickets, events, accounts, contacts, milestones.")
@click.option("--export", type=click.Path(path_type=Path, dir_okay=False), help="Write all of them to a CSV file.")
@click.option("--limit", default=SHOWN, show_default=True, type=click.IntRange(1), help="How many to list.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rejects_command(file: str | None, kind: str | None, export: Path | None, limit: int, as_json: bool) -> None:
    """List the rows and cells that could not be ingested: where, what stood there (redacted), and why.

    Mend them in the file and ingest it again: what is mended is stored and leaves this list.
    """
    from verbatim.storage import queries

    with opened_store() as (_, store):
        frame = queries.rejects(store, kind=kind, file=file)
    if export is not None:
        _write(frame, export)
        click.echo(f"wrote {len(frame)} rejects to {export}")
        return
    if as_json:
        print_json(frame[[*COLUMNS, "kind", "source"]].head(limit).to_dict("records"))
        return
    if frame.empty:
        click.echo("no rejects")
        return
    rows = frame[list(COLUMNS)].head(limit).astype(object).where(frame[list(COLUMNS)].notna(), "").astype(str)
    print_table(COLUMNS, [tuple(row) for row in rows.to_numpy()])
    if len(frame) > limit:
        click.echo(f"… and {len(frame) - limit} more: --limit {len(frame)}, or --export FILE")


def _write(frame: pd.DataFrame, target: Path) -> None:
    """CSV that a spreadsheet opens without running anything: cells that look like formulas get a quote before them."""
    guarded = frame[[*COLUMNS, "kind", "source"]].astype(object)
    for name in ("column", "value", "reason", "file"):
        guarded[name] = [
            f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" else cell for cell in guarded[name]
        ]
    try:
        guarded.to_csv(target, index=False, encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"cannot write {target} ({error.strerror or error}); name another with --export") from error
