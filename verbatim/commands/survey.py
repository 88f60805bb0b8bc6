"""``verbatim survey`` and ``verbatim may-ask``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from verbatim.commands.console import DAY, check_days, moment, opened_store, print_json, print_table
from verbatim.domain import Metric

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from verbatim.surveys import SurveyQuality

METRICS = click.Choice([metric.value for metric in Metric])
NO_VALUE = "–"


@click.command("survey")
@click.argument("metric", type=METRICS)
@click.option("--by", multiple=True, metavar="SEGMENT", help="Group by a segment; repeat for several.")
@click.option("--period", type=click.Choice(("day", "week", "month", "quarter")), help="One row a period.")
@click.option("--from", "start", type=DAY, help="First day, YYYY-MM-DD.")
@click.option("--to", "end", type=DAY, help="Day after the last, YYYY-MM-DD.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def survey_command(
    metric: str, by: tuple[str, ...], period: str | None, *, start: date | None, end: date | None, as_json: bool
) -> None:
    """Say how far the answers to METRIC can be trusted: response and comment rate, delay, late answers, who answers.

    A response rate needs the surveys that nobody answered too: rows of the file with an empty score.
    """
    from verbatim.surveys import survey_quality

    check_days(start, end)
    with opened_store() as (settings, store):
        found = survey_quality(
            store, settings, Metric(metric), by=by, period=period,
            start=moment(start, settings), end=moment(end, settings),
        )  # fmt: skip
        late_after = settings.late_after_days
    if as_json:
        print_json(found.to_dict())
        return
    _print(found, by, late_after)


@click.command("may-ask")
@click.argument("metric", type=METRICS)
@click.argument("contact")
@click.option("--on", type=DAY, help="Day to ask on, YYYY-MM-DD. [default: today]")
@click.option("--namespace", default="", help="The namespace that the contact was ingested with.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def may_ask_command(metric: str, contact: str, on: date | None, namespace: str, as_json: bool) -> None:
    """Say whether CONTACT (the id at its source) may be sent a METRIC survey now; if not, why and from when on.

    The setting survey_every_days says how long a person is left alone. Exit code 1 if the answer is no.
    """
    from verbatim.surveys import may_be_asked

    with opened_store() as (settings, store):
        now = moment(on, settings) or datetime.now(UTC)
        found = may_be_asked(store, settings, Metric(metric), contact, now, namespace=namespace)
    if as_json:
        print_json({"allowed": found.allowed, "reason": found.reason, "next_at": found.next_at})
    else:
        later = f"; from {found.next_at:%Y-%m-%d} on" if found.next_at else ""
        click.echo("yes" if found.allowed else f"no: {found.reason}{later}")
    raise click.exceptions.Exit(0 if found.allowed else 1)


def _print(found: SurveyQuality, by: tuple[str, ...], late_after: float) -> None:
    keys = [*by, *(["period_start"] if "period_start" in found.rates else [])]
    rows = [
        (
            *(_key(row[key]) for key in keys), str(row["sent"]), str(row["answered"]),
            _rate(row, "response"), str(row["commented"]), _rate(row, "comment"),
        )
        for row in found.rates.to_dict("records")
    ]  # fmt: skip
    columns = (*keys, "sent", "answered", "response rate", "commented", "comment rate")
    print_table(columns, rows, title=f"{found.metric.value.upper()} surveys (95 % intervals)")
    delays = found.delays
    if delays.median_hours is not None and delays.p90_hours is not None and delays.late_share is not None:
        click.echo(
            f"\nFrom the interaction to the answer: median {delays.median_hours:.1f} h, nine in ten within "
            f"{delays.p90_hours:.1f} h; {delays.late:,} of {delays.n:,} later than {late_after:g} days"
        )
    if delays.implausible:
        click.echo(f"{delays.implausible:,} answers came before the interaction; they count in no delay")
    if found.respondents is not None:
        name = str(found.respondents.columns[0])
        table = [
            (_key(row[name]), f"{row['tickets_share']:.1f} %", f"{row['respondents_share']:.1f} %", _difference(row))
            for row in found.respondents.to_dict("records")
        ]
        click.echo()
        print_table((name, "of all tickets", "of the answers", "difference"), table, title="Who answers")
    if found.weighted is not None:
        click.echo(f"\n{found.metric.value.upper()}: {found.weighted.statement}")


def _rate(row: Mapping[Any, Any], name: str) -> str:
    value = row[f"{name}_rate"]
    if value != value:
        return NO_VALUE
    return f"{value:.1f} % ({row[f'{name}_low']:.1f} … {row[f'{name}_high']:.1f})"


def _difference(row: Mapping[Any, Any]) -> str:
    noise = "" if row["is_noise"] is not True else ", noise"
    return f"{row['difference']:+.1f}{noise}".replace("-", "−")


def _key(value: Any) -> str:  # noqa: ANN401
    if value is None or value != value:
        return "(none)"
    return f"{value:%Y-%m-%d}" if hasattr(value, "strftime") else str(value)
