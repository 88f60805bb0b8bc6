"""``verbatim demo``."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import click

from verbatim.commands.console import print_table, progress
from verbatim.settings import load_settings


@click.command("demo")
@click.option("--months", default=12, show_default=True, type=click.IntRange(6, 36), help="Months of history.")
@click.option(
    "--seed", default=7, show_default=True, type=click.IntRange(0), help="Another seed, another organisation."
)
def demo_command(months: int, seed: int) -> None:
    """Generate a sample organisation, ingest, mine, score and report; say where to look.

    Everything goes to ./var/demo (or --home). The planted story and what was found of it are shown side by side;
    exit code 1 if something planted was not found.
    """
    from verbatim.demo import run_demo, write_settings

    home = Path(os.environ.get("VERBATIM_HOME") or "var/demo")
    os.environ["VERBATIM_HOME"] = str(home)
    os.environ["VERBATIM_CONFIG"] = str(write_settings(home))
    with progress(plain=True) as step:
        result = run_demo(load_settings(), months=months, seed=seed, step=step)
    rows = [("found" if finding.ok else "MISSED", finding.planted, finding.found) for finding in result.findings]
    print_table(("", "Planted in the sample", "Found by Verbatim"), rows, title="The planted story")
    click.echo("\nThe report of " + result.month + ":")
    for path in result.reports:
        click.echo(f"  {path}")
    for reason in result.skipped:
        click.echo(f"  skipped: {reason}")
    click.echo("\nLook around:")
    for words in ("themes", "score csat --by channel --period month", "quotes T001", "score nps --accounts"):
        click.echo(f"  {_command()} --home {home} {words}")
    raise click.exceptions.Exit(0 if all(finding.ok for finding in result.findings) else 1)


def _command() -> str:
    """How this command is called from here: by its name, or by its path where the environment is not on the path."""
    if shutil.which("verbatim"):
        return "verbatim"
    path = Path(sys.executable).parent / "verbatim"
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
