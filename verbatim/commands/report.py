"""``verbatim report``."""

from __future__ import annotations

from pathlib import Path

import click

from verbatim.commands.console import opened_store, progress
from verbatim.errors import UserError

FORMATS = ("html", "md", "pdf", "json", "xlsx", "email", "pptx")
FORMAT_OF = {"eml": "email"} | {name: name for name in FORMATS if name != "email"}  # by the ending of a file


@click.command("report")
@click.option("--day", metavar="YYYY-MM-DD", help="The daily digest of a day, for example 2026-10-31.")
@click.option("--week", metavar="YYYY-Www", help="The weekly summary of an ISO week, for example 2026-W44.")
@click.option("--month", metavar="YYYY-MM", help="The monthly report, for example 2026-10.")
@click.option("--account", metavar="NAME", help="The review of an account, by its id or name. [last three full months]")
@click.option("--from", "start", metavar="YYYY-MM", help="First month of an account review.")
@click.option("--to", "end", metavar="YYYY-MM", help="Last month of an account review.")
@click.option(
    "--format", "formats", multiple=True, type=click.Choice(FORMATS), help="Repeat for several. [default: html]"
)
@click.option(
    "--by", multiple=True, metavar="SEGMENT",
    help="Break the scores of a month down by it. [default: channel and tier, if known]",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), help="File, or folder for several. [default: HOME/reports]")
def report_command(
    day: str | None, week: str | None, month: str | None, account: str | None, start: str | None, end: str | None,
    formats: tuple[str, ...], by: tuple[str, ...], out: Path | None,
) -> None:  # fmt: skip
    """Write a report: a day, a week or a month, or one account.

    The digest of a day has the answers, the negatives to follow up, one praise to share and what is new. The summary of
    a week has what moved, what the low scores speak of, actions and coaching notes. The monthly report has scores
    against last month and target, themes, what changed and why, quotes. The review of an account has its scores,
    people, themes and open tickets. `email` is a mail with its charts inside, ready to be sent; `pptx` are slides whose
    charts can be edited. `--out -` prints Markdown or JSON instead of writing a file.
    """
    from verbatim.reports import build_report, file_name, render, write_report

    kind, period = _asked({"daily": day, "weekly": week, "monthly": month, "account": account}, start, end)
    wanted = formats or ((FORMAT_OF[out.suffix[1:]],) if out and out.suffix[1:] in FORMAT_OF else ("html",))
    if by and kind != "monthly":
        raise UserError("--by breaks down the monthly report; leave it out, or give --month")
    if str(out) == "-" and (len(wanted) > 1 or wanted[0] not in {"md", "json"}):
        raise UserError("--out - prints one report as md or json; name a file for the others")
    with opened_store() as (settings, store):
        with progress() as step:
            step("building the report", 0, None)
            report = build_report(store, settings, kind, period=period, account=account, segments=by or None)
        if str(out) == "-":
            click.echo(render(report, wanted[0]).decode("utf-8"))
            return
        for name in wanted:
            called = file_name(kind, period, name, account=account)
            target = place(out, settings.home / "reports", called, several=len(wanted) > 1)
            write_report(report, name, target)
            click.echo(target)


def _asked(given: dict[str, str | None], start: str | None, end: str | None) -> tuple[str, str | None]:
    """Which kind of report, and the word of its period."""
    kinds = [kind for kind, value in given.items() if value is not None]
    if len(kinds) != 1:
        raise UserError("name what to report: one of --day, --week, --month YYYY-MM or --account")
    kind = kinds[0]
    if kind != "account":
        if start or end:
            raise UserError("--from and --to go with --account")
        return kind, given[kind]
    if bool(start) != bool(end):
        raise UserError("give both --from and --to, or neither for the last three full months")
    return kind, f"{start}..{end}" if start and end else None


def place(out: Path | None, default: Path, name: str, *, several: bool) -> Path:
    """Where a report goes: the named file, or ``name`` in the named (or default) folder."""
    if out is None:
        return default / name
    if several and out.suffix[1:] in FORMAT_OF:
        raise UserError(f"--out {out} is one file, but several formats are asked for; name a folder")
    return out if out.suffix[1:] in FORMAT_OF else out / name
