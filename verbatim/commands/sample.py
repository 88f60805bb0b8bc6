"""``verbatim sample``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("sample")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to write to.")
@click.option("--months", default=12, show_default=True, type=click.IntRange(1, 60), help="Months of history.")
@click.option(
    "--seed", default=7, show_default=True, type=click.IntRange(0), help="Another seed, another organisation."
)
def sample_command(out: Path, months: int, seed: int) -> None:
    """Write the files of a generated B2B software company: accounts, tickets, surveys with comments, and the truth.

    The files need no mapping: `verbatim ingest responses DIR/csat.csv` and so on. truth.json says what was planted.
    """
    from verbatim.sample import write_sample

    summary = write_sample(out, months=months, seed=seed)
    rows = ", ".join(f"{count:,} in {name}" for name, count in summary.rows.items())
    click.echo(f"wrote {out}, {summary.first_month} to {summary.last_month}: {rows}")
    click.echo(f"{summary.comments:,} comments, {summary.themes} themes; {out / 'truth.json'} says what was planted")
