"""``verbatim report``."""

from __future__ import annotations

from pathlib import Path

import click

from verbatim.commands.console import opened_store, progress
from verbatim.errors import UserError

FORMATS = ("html", "md", "pdf", "json", "xlsx")


@click.command("report")
@click.option("--month", required=True, metavar="YYYY-MM", help="The month, for example 2026-10.")
@click.option(
    "--format", "formats", multiple=True, type=click.Choice(FORMATS), help="Repeat for several. [default: html]"
)
@click.option(
    "--by", multiple=True, metavar="SEGMENT", help="Break scores down by it. [default: channel and tier, if known]"
)
@click.option("--out", type=click.Path(path_type=Path), help="File, or folder for several. [default: HOME/reports]")
def report_command(month: str, formats: tuple[str, ...], by: tuple[str, ...], out: Path | None) -> None:
    """Write the monthly report: scores against last month and target, themes, what changed and why, quotes.

    `--out -` prints Markdown or JSON instead of writing a file.
    """
    from verbatim.reports import build_monthly, render, write_report

    wanted = formats or ((out.suffix[1:],) if out and out.suffix[1:] in FORMATS else ("html",))
    if str(out) == "-" and (len(wanted) > 1 or wanted[0] not in {"md", "json"}):
        raise UserError("--out - prints one report as md or json; name a file for the others")
    with opened_store() as (settings, store):
        with progress() as step:
            step("building the report", 0, None)
            report = build_monthly(store, settings, month=month, segments=by or None)
        if str(out) == "-":
            click.echo(render(report, wanted[0]).decode("utf-8"))
            return
        for name in wanted:
            target = place(out, settings.home / "reports", f"report-{month}.{name}", several=len(wanted) > 1)
            write_report(report, name, target)
            click.echo(target)


def place(out: Path | None, default: Path, name: str, *, several: bool) -> Path:
    """Where a report goes: the named file, or ``name`` in the named (or default) folder."""
    if out is None:
        return default / name
    if several and out.suffix[1:] in FORMATS:
        raise UserError(f"--out {out} is one file, but several formats are asked for; name a folder")
    return out if out.suffix[1:] in FORMATS else out / name
