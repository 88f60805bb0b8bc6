"""``verbatim drivers``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from verbatim.commands.console import DAY, check_days, moment, opened_store, output, print_json, print_table
from verbatim.domain import Metric
from verbatim.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from verbatim.insights import DriverSheet

NO_VALUE = "–"


@click.command("drivers")
@click.option("--metric", type=click.Choice([metric.value for metric in Metric]), default="csat", show_default=True,
              help="The score that is driven.")  # fmt: skip
@click.option("--month", metavar="YYYY-MM", help="Only this month, compared with the month before.")
@click.option("--from", "start", type=DAY, help="First day, YYYY-MM-DD.")
@click.option("--to", "end", type=DAY, help="Day after the last; with --from compared with as many days before.")
@click.option("--segment", "segments", multiple=True, metavar="NAME",
              help="Adjust for it too (channel, tier, month …); repeat for several.")  # fmt: skip
@click.option("--layer", type=click.Choice(["top", "fine"]), default="top", show_default=True,
              help="Themes, or the finest sub-themes.")  # fmt: skip
@click.option("--definition", metavar="TEXT", help="How to count, for example satisfied=5, net, mean, index.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def drivers_command(
    metric: str, *, month: str | None, start: date | None, end: date | None, segments: tuple[str, ...], layer: str,
    definition: str | None, as_json: bool,
) -> None:  # fmt: skip
    r"""Say what each theme does to a score, the one that pulls it down most first.

    Impact: the score of all answers minus the score without those on the theme. Adjusted: how the score would differ
    if these comments had been like the others, all other themes and segments being equal. An association, not a proof.

    \b
    verbatim drivers --metric nps
    verbatim drivers --month 2026-10 --segment channel --segment tier
    """
    from verbatim.insights import Span, driver_sheet

    check_days(start, end)
    if month and (start or end):
        raise UserError("--month goes without --from and --to; give one or the other")
    with opened_store() as (settings, store):
        if month:
            span = Span.of_month(month, settings.timezone)
        else:
            span = Span.between(moment(start, settings), moment(end, settings))
        sheet = driver_sheet(
            store, settings, Metric(metric), span=span, segments=segments, layer=layer, definition=definition
        )
    if as_json:
        print_json(sheet.to_dict())
        return
    _show(sheet)


def _show(sheet: DriverSheet) -> None:
    found = sheet.drivers
    step = f", {sheet.step}" if sheet.step else ""
    title = f"{sheet.metric.value.upper()} ({sheet.scale}{step}): {found.definition.text}"
    columns = ["Theme", "comments", "share"]
    if sheet.span.before is not None:
        columns += ["change"]
    columns += ["answers", "score", "impact", "95 %", "adjusted", "95 %", ""]
    rows = [_row(row, compared=sheet.span.before is not None) for row in sheet.table.to_dict("records")]
    print_table(columns, rows, title=title)
    for line in _notes(sheet):
        output().print(f"[dim]{line}[/dim]")


def _row(row: Mapping[Any, Any], *, compared: bool) -> tuple[str, ...]:
    change = []
    if compared:
        noise = row["change_is_noise"]
        mark = "" if noise is not True and noise == noise and noise is not None else "?"
        change = [NO_VALUE if row["change"] != row["change"] else f"{_points(row['change'])}{mark}"]
    remark = str(row["why"]) if row["why"] else "may be chance" if row["is_noise"] is True else ""
    return (
        _name(row), str(row["volume"]), _percent(row["share"]), *change, str(row["n"]), _number(row["score"]),
        _points(row["impact"]), _interval(row["impact_low"], row["impact_high"]),
        _points(row["adjusted"]), _interval(row["adjusted_low"], row["adjusted_high"]), remark,
    )  # fmt: skip


def _notes(sheet: DriverSheet) -> list[str]:
    found = sheet.drivers
    beside = f" and {', '.join(found.segments)}" if found.segments else ""
    lines = [
        f"{_number(found.score)} of {found.n:,} answers, {found.commented:,} with a comment; points of score, negative "
        "pulls it down",
        f"intervals by drawing {found.customers:,} customers (by {found.by}) anew; 'may be chance': 5 % or more, "
        f"allowing for {len(sheet.table)} themes looked at (Holm), each interval for one",
    ]
    if found.strength is not None and found.explained is not None:
        lines.append(
            f"adjusted for the other themes{beside}: ridge regression, which explains {100 * found.explained:.0f} % of "
            "the variance of answers with comments on customers it has not seen"
        )
    if sheet.span.before is not None:
        lines.append("change in percentage points of share; '?' is noise (Fisher's exact test by customers, Holm)")
    return lines


def _name(row: Mapping[Any, Any]) -> str:
    return str(row["name"]) if row["part_of"] is None else f"{row['name']} (part of {row['part_of']})"


def _number(value: float) -> str:
    return NO_VALUE if value != value else f"{value:.1f}".replace("-", "−")


def _percent(value: float) -> str:
    return NO_VALUE if value != value else f"{value:.1f} %"


def _points(value: float) -> str:
    return NO_VALUE if value != value else f"{value:+.2f}".replace("-", "−")


def _interval(low: float, high: float) -> str:
    return "" if low != low else f"{_points(low)} … {_points(high)}"
