"""``verbatim score``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from verbatim.commands.console import DAY, check_days, moment, opened_store, output, pairs, print_json, print_table
from verbatim.domain import Metric
from verbatim.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd

    from verbatim.scoring import ScoreQuestion, ScoreSheet
    from verbatim.settings import Settings

PERIODS = ("day", "week", "month", "quarter")
SMALLEST_P = 0.001
FEW, WITHHELD, NOISE, NO_VALUE = "few answers", "withheld", "noise", "–"


@click.command("score")
@click.argument("metric", type=click.Choice([metric.value for metric in Metric]))
@click.option("--by", multiple=True, metavar="SEGMENT", help="Group by a segment; repeat for several.")
@click.option("--period", type=click.Choice(PERIODS), help="One row a period, with the change from the one before.")
@click.option("--rolling", is_flag=True, help="Rolling four weeks: answers pooled, one row a week.")
@click.option("--cross", is_flag=True, help="Cross table of two segments (give --by twice).")
@click.option("--accounts", is_flag=True, help="Account level: pooled, mean of accounts, weighted by value.")
@click.option(
    "--adjust-for", multiple=True, metavar="SEGMENT", help="With one --by: as if all had everybody's mix of it."
)
@click.option(
    "--factor", "factors", multiple=True, metavar="SEGMENT", help="What goes together with the score; repeat."
)
@click.option("--role", multiple=True, help="With --accounts: only contacts of this role.")
@click.option("--from", "start", type=DAY, help="First day, YYYY-MM-DD.")
@click.option("--to", "end", type=DAY, help="Day after the last, YYYY-MM-DD.")
@click.option("--where", multiple=True, metavar="SEGMENT=VALUE", help="Only these answers; repeat for several.")
@click.option("--scale", help="Only answers on this scale, for example csat-5.")
@click.option("--definition", metavar="TEXT", help="How to count, for example satisfied=5, net, mean, index.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def score_command(
    metric: str,
    *,
    start: date | None,
    end: date | None,
    where: tuple[str, ...],
    accounts: bool,
    factors: tuple[str, ...],
    role: tuple[str, ...],
    as_json: bool,
    **asked: Any,  # noqa: ANN401
) -> None:
    """Calculate METRIC (csat, ces or nps), by segment and period, with intervals.

    Every row says how many answers it rests on and its 95 % interval; small groups are marked, and figures of agents
    with very few answers withheld.

    \b
    verbatim score csat --by channel --period month
    verbatim score nps --by tier --by region --cross
    verbatim score ces --by step --definition net
    verbatim score csat --by agent --adjust-for channel
    verbatim score csat --factor issue_type --factor product --factor agent
    """  # noqa: D301 (click reads the backspace as "keep these lines")
    from verbatim.scoring import ScoreQuestion, account_sheets, factors_of, score_sheets, why_unweighted
    from verbatim.signals import target_status

    check_days(start, end)
    if role and not accounts:
        raise UserError("--role chooses contacts at account level; give --accounts too, or --where role=NAME")
    with opened_store() as (settings, store):
        question = ScoreQuestion(
            metric=Metric(metric),
            start=moment(start, settings),
            end=moment(end, settings),
            where=pairs(where, "--where"),
            **asked,
        )
        if factors:
            names = _account_names(store) if "account_id" in factors else {}
            _print_factors(factors_of(store, settings, question, factors), names, as_json=as_json)
            return
        if accounts:
            _print_accounts(account_sheets(store, settings, question, roles=role or None), as_json=as_json)
            note = why_unweighted(store, settings)
            if note is not None:
                click.echo(note, err=True)
            return
        sheets = score_sheets(store, settings, question)
        names = _account_names(store) if "account_id" in question.by else {}
    overall = not (question.by or question.period or question.rolling or question.where)
    now = question.end or datetime.now(UTC)
    target = target_status(settings, question.metric, sheets[0].total, now) if overall else None
    if as_json:
        found = [sheet.to_dict() for sheet in sheets]
        if target is not None:
            found[0]["target"] = asdict(target)
        print_json(found)
        return
    for sheet in sheets:
        _print_sheet(sheet, question, settings, names)
    if target is not None:
        click.echo(f"Target: {target.statement}")


def _print_sheet(sheet: ScoreSheet, question: ScoreQuestion, settings: Settings, names: Mapping[str, str]) -> None:
    table = sheet.table
    if question.cross:
        _print_cross(sheet, question.by)
        return
    keys = [*question.by, *(["period"] if "period" in table else [])]
    shown = ["n", "score", "interval", *(["mean"] if "mean" in table and sheet.definition.figure != "mean" else [])]
    if "change" in table:
        shown += ["change", "change interval"]
    if "adjusted" in table:
        shown += ["adjusted", "adjusted interval", "coverage"]
    rows = [
        (
            *(names.get(str(row[key]), _text(row[key])) for key in keys),
            *(_cell(row, name) for name in shown),
            _remarks(row),
        )
        for row in table.to_dict("records")
    ]
    if question.by and "period" not in table:
        total = sheet.total
        cells = {"n": str(total.n), "score": _number(total.value), "interval": _interval(total.low, total.high)}
        rows.append(
            (
                "all",
                *("" for _ in keys[1:]),
                *(cells.get(name, _number(total.mean) if name == "mean" else "") for name in shown),
                total.band or "",
            )
        )
    print_table((*keys, *shown, ""), rows, title=sheet.title)
    few = bool(table["uncertain"].any())
    output().print(
        f"[dim]95 % intervals; time zone {settings.timezone}"
        + (f"; '{FEW}': fewer than {settings.small_group}" if few else "")
        + "[/dim]\n"
    )


def _print_cross(sheet: ScoreSheet, by: tuple[str, ...]) -> None:
    table = sheet.table
    across = sorted({_text(value) for value in table.loc[table["total_of"].isna(), by[1]]})
    cells = {}
    for row in table.to_dict("records"):
        place = tuple("all" if row["total_of"] not in {None, name} else _text(row[name]) for name in by)
        cells[place] = f"{_number(row['score'])} (n {row['n']})" if row["n"] else NO_VALUE
    cells["all", "all"] = f"{_number(sheet.total.value)} (n {sheet.total.n})"
    down = sorted({_text(value) for value in table.loc[table["total_of"].isna(), by[0]]})
    rows = [(name, *(cells.get((name, column), NO_VALUE) for column in (*across, "all"))) for name in (*down, "all")]
    print_table((f"{by[0]} \\ {by[1]}", *across, "all"), rows, title=sheet.title)


def _print_accounts(found: list[tuple[ScoreSheet, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {**sheet.to_dict(), "accounts": {k.value: v.to_dict() for k, v in figures.items()}}
                for sheet, figures in found
            ]
        )
        return
    from verbatim.scores.accounts import VARIANT_TEXT

    for sheet, figures in found:
        rows = [
            (VARIANT_TEXT[variant], _number(figure.value), _interval(figure.low, figure.high), figure.behind)
            for variant, figure in figures.items()
        ]
        print_table(("How accounts count", "score", "interval", "behind it"), rows, title=sheet.title)


def _print_factors(table: pd.DataFrame, names: Mapping[str, str], *, as_json: bool) -> None:
    from verbatim.scores.segments import records

    rows = records(table)
    if as_json:
        print_json(rows)
        return
    shown = [
        (
            row["factor"],
            str(row["groups"]),
            str(row["n"]),
            f"{row['explained']:.1f} %",
            _p_value(row["p_value"]),
            *(_end(row[end], row[f"{end}_score"], names) for end in ("lowest", "highest")),
        )
        for row in rows
    ]
    columns = ("Factor", "groups", "n", "explains", "p", "lowest", "highest")
    print_table(columns, shown, title="What goes together with the score")
    click.echo("Share of the answers' variance (ω²), an association, not a cause; people are not named.")


def _p_value(value: float | None) -> str:
    return NO_VALUE if value is None else "<0.001" if value < SMALLEST_P else f"{value:.3f}"


def _end(group: str | None, score: float | None, names: Mapping[str, str]) -> str:
    return NO_VALUE if group is None else f"{names.get(group, group)} ({_number(score)})"


def _account_names(store: Any) -> dict[str, str]:  # noqa: ANN401
    from verbatim.storage import queries

    frame: pd.DataFrame = queries.accounts(store)
    return dict(zip(frame["id"], frame["name"].fillna(frame["external_id"]), strict=True))


def _cell(row: Mapping[Any, Any], name: str) -> str:
    if name == "interval":
        return _interval(row["low"], row["high"])
    if name == "adjusted interval":
        return _interval(row["adjusted_low"], row["adjusted_high"])
    if name == "coverage":
        return f"{100 * row['coverage']:.0f} %"
    if name == "change":
        return _number(row["change"], signed=True)
    if name == "change interval":
        return _interval(row["change_low"], row["change_high"])
    return str(row["n"]) if name == "n" else _number(row[name])


def _remarks(row: Mapping[Any, Any]) -> str:
    remarks = [WITHHELD] if row["withheld"] else [FEW] if row["uncertain"] and row["n"] else []
    noise = row.get("is_noise")
    if noise is not None and noise == noise and noise is not False and bool(noise):
        remarks.append(f"change is {NOISE}")
    if row.get("band"):
        remarks.insert(0, str(row["band"]))
    return ", ".join(remarks)


def _number(value: float | None, *, signed: bool = False) -> str:
    if value is None or value != value:
        return NO_VALUE
    text = f"{value:+.1f}" if signed else f"{value:.1f}"
    return text.replace("-", "−")


def _interval(low: float | None, high: float | None) -> str:
    return NO_VALUE if low is None or low != low else f"{_number(low)} … {_number(high)}"


def _text(value: object) -> str:
    return "(none)" if value is None or value != value else str(value)
