"""``verbatim emerging``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click
from rich.markup import escape

from verbatim.commands.console import opened_store, output, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from verbatim.insights import EmergingSheet

SMALLEST_P = 0.001
LONGEST_QUOTE = 150


@click.command("emerging")
@click.option("--month", metavar="YYYY-MM", help="The month to look at. [default: that of the newest comment]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def emerging_command(month: str | None, as_json: bool) -> None:
    """Name the themes that are new, grow, shrink or fade, days on which several customers said the same, and themes
    that have been unhappy for months.

    The rate of false alarms is stated and kept by permutation: if dates meant nothing, at most one month in twenty
    would show any theme that moved.
    """  # noqa: D205
    from verbatim.insights import emerging_sheet

    with opened_store() as (settings, store):
        sheet = emerging_sheet(store, settings, month=month)
        tz = settings.timezone
    if as_json:
        print_json(sheet.to_dict())
        return
    click.echo(f"{sheet.statement}\n")
    _show_moved(sheet)
    _show_days(sheet, tz)
    _show_chronic(sheet)


def _show_moved(sheet: EmergingSheet) -> None:
    if sheet.moved.empty:
        click.echo("New, growing, shrinking, fading: nothing beyond noise")
        return
    order = {kind: place for place, kind in enumerate(("new", "growing", "shrinking", "fading"))}
    shown = sheet.moved.iloc[sheet.moved["kind"].map(order).argsort(kind="stable")]
    rows = [
        (
            row["kind"], _name(row), row["since"], f"{row['n']} of {row['of']}", f"{row['rate']:.1f} %",
            f"{row['n_before']} of {row['of_before']}", f"{row['rate_before']:.1f} %", str(row["customers"]),
            _p(row["p"]),
        )
        for row in shown.to_dict("records")
    ]  # fmt: skip
    columns = ("", "Theme", "since", "comments", "rate", "before", "rate", "customers", "p")
    print_table(columns, rows, title=f"Up to {sheet.month}")
    _quotes(shown, sheet)


def _show_days(sheet: EmergingSheet, tz: str) -> None:
    if sheet.days.empty:
        click.echo("\nSeveral customers, one day: nothing beyond noise")
        return
    rows = [
        (
            f"{row['start'].astimezone(ZoneInfo(tz)):%a %Y-%m-%d %H:%M}", _name(row),
            f"{row['customers']} of {row['of']}", f"{row['expected']:.1f}", str(row["n"]), _p(row["p"]),
        )
        for row in sheet.days.to_dict("records")
    ]  # fmt: skip
    click.echo()
    print_table(
        ("24 hours from", "Theme", "customers", "usual", "comments", "p"), rows, title="Several customers, one day"
    )
    _quotes(sheet.days, sheet)


def _show_chronic(sheet: EmergingSheet) -> None:
    title = f"Unhappy {sheet.chronic_months} months running or longer"
    if sheet.chronic.empty:
        click.echo(f"\n{title}: none")
        return
    rows = [
        (
            _name(row), str(row["run"]), row["since"], row["basis"], str(row["n"]),
            _number(row["value"]), _number(row["rest"]), f"{_number(row['low'])} … {_number(row['high'])}",
        )
        for row in sheet.chronic.to_dict("records")
    ]  # fmt: skip
    click.echo()
    print_table(("Theme", "months", "since", "by", "n", "theme", "rest", "difference, 95 %"), rows, title=title)
    _quotes(sheet.chronic, sheet)


def _quotes(table: pd.DataFrame, sheet: EmergingSheet) -> None:
    """The best quote of each row."""
    for row in table.to_dict("records"):
        output().print(_quoted(row))


def _quoted(row: Mapping[Any, Any]) -> str:
    if not row["parts"]:
        return f"[dim]{escape(str(row['name']))}: no quote[/dim]"
    said = " ".join(row["parts"][0].split())
    short = said if len(said) <= LONGEST_QUOTE else f"{said[:LONGEST_QUOTE].rstrip()}…"
    return f"[dim]{escape(str(row['name']))}: “{escape(short)}”[/dim]"


def _name(row: Mapping[Any, Any]) -> str:
    return str(row["name"]) if row["part_of"] is None else f"{row['name']} (part of {row['part_of']})"


def _number(value: float) -> str:
    size = f"{value:.2f}" if abs(value) < 2 else f"{value:.1f}"
    return size.replace("-", "−")


def _p(value: float) -> str:
    return f"<{SMALLEST_P}" if value < SMALLEST_P else f"{value:.3f}"
