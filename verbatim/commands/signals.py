"""``verbatim signals``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

import click

from verbatim.commands.console import DAY, moment, opened_store, print_json, print_table
from verbatim.domain import Metric
from verbatim.errors import EmptyError

if TYPE_CHECKING:
    from verbatim.signals import Around


@click.command("signals")
@click.option("--metric", type=click.Choice([metric.value for metric in Metric]), default="csat", show_default=True,
              help="Score to compare around milestones.")  # fmt: skip
@click.option("--days", default=28, show_default=True, type=click.IntRange(1, 366), help="Days on each side of one.")
@click.option("--to", "end", type=DAY, help="Look at the time before this day. [default: after the newest answer]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def signals_command(metric: str, days: int, end: date | None, as_json: bool) -> None:
    """Compare a score before and after each milestone, and name signals that contradict each other.

    Named are: CSAT high while NPS falls, CSAT stable while complaints rise, one channel falling alone, and accounts
    falling before their renewal; the last three months against the three before. A comparison is not a proof.
    """
    from verbatim import signals

    with opened_store() as (settings, store):
        until = moment(end, settings) or signals.last_answer(store)
        named = signals.contradictions(store, settings, end=until)
        try:
            around = signals.around_milestones(store, settings, Metric(metric), days=days)
        except EmptyError as error:
            around, missing = [], str(error)
        else:
            missing = ""
    if as_json:
        print_json({"milestones": [_as_json(one) for one in around], "signals": [asdict(one) for one in named]})
        return
    if around:
        title = f"{metric.upper()} in the {days} days before and after each milestone (95 % intervals)"
        print_table(
            ("Day", "Milestone", "before", "after", "change", "interval", ""), [_row(a) for a in around], title=title
        )
    else:
        click.echo(missing)
    click.echo(f"\nSignals in the three months before {until:%Y-%m-%d}:")
    for one in named:
        click.echo(f"- {one.statement}")
    if not named:
        click.echo("none of those that are looked for")


def _row(one: Around) -> tuple[str, ...]:
    comparison = one.comparison
    change = comparison.change
    if change.value is None or change.low is None or change.high is None:
        shown = ("–", "–", "too few answers")
    else:
        interval = f"{change.low:+.1f} … {change.high:+.1f}".replace("-", "−")
        shown = (f"{change.value:+.1f}".replace("-", "−"), interval, "noise" if change.is_noise else "more than noise")
    sides = [
        "–" if score.value is None else f"{score.value:.1f} (n {score.n})"
        for score in (comparison.before, comparison.after)
    ]
    return f"{one.at:%Y-%m-%d}", one.name, *sides, *shown


def _as_json(one: Around) -> dict[str, object]:
    change = one.comparison.change
    return {
        "name": one.name, "kind": one.kind, "at": one.at,
        "before": one.comparison.before.to_dict(), "after": one.comparison.after.to_dict(),
        "change": change.value, "low": change.low, "high": change.high, "is_noise": change.is_noise,
    }  # fmt: skip
