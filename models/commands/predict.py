"""``verbatim predict``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verbatim.commands.console import DAY, moment, opened_store, print_json, progress
from verbatim.errors import NoSkillError, UserError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pandas as pd

    from models.scoring import Scored, TicketRisk
    from verbatim.settings import Settings


@click.command("predict")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--open", "open_", is_flag=True, help="Score the open tickets of the store.")
@click.option(
    "--metric", type=click.Choice(["csat", "ces"]), default="csat", show_default=True, help="What to predict."
)
@click.option(
    "--top", default=50, show_default=True, type=click.IntRange(1, 1000), help="How many of the riskiest to show."
)
@click.option("--using", metavar="VERSION", help="A version such as csat-3.  [default: the active one]")
@click.option("--at", type=DAY, help="Score as of the beginning of this day.  [default: the newest event]")
@click.option(
    "--events", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The events of FILE's tickets."
)
@click.option(
    "--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help="Which column of FILE is which field; repeat."
)
@click.option("--team", help="Only tickets of this team.")
@click.option("--dry-run", is_flag=True, help="Do not keep the predictions.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def predict_command(
    file: Path | None, *, open_: bool, metric: str, using: str | None, at: date | None, events: Path | None,
    mapping: tuple[str, ...], as_json: bool, **asked: Any,  # noqa: ANN401
) -> None:  # fmt: skip
    """Score open tickets: risk, band, reasons and next step, the riskiest first.

    FILE holds tickets as `verbatim ingest tickets` reads them; it is not stored. Predictions of stored tickets are
    kept, and `verbatim predictor drift` compares them with the answers that come.

    \b
    verbatim predict --open
    verbatim predict --open --metric ces --top 10 --team Billing
    verbatim predict today.csv --events events.jsonl
    """  # noqa: D301 (click reads the backspace as "keep these lines")
    if open_ == (file is not None):
        raise UserError("say what to score: either a FILE of tickets, or --open for those of the store")
    if events is not None and file is None:
        raise UserError("--events belongs to a FILE of tickets; events of stored tickets are ingested")
    from models.registry import resolve
    from models.scoring import keep, score_open
    from models.watching import open_version

    with opened_store() as (settings, store), progress() as step:
        version = resolve(store, metric, using)
        predictor = open_version(settings, version)
        if not version.proven and not version.active:
            raise NoSkillError(f"{version.name} was refused: {'; '.join(predictor.trained.gate.reasons)}")
        tickets, log, notes = _read(file, events, mapping, settings)
        step("Scoring", 0, 1)
        scored = score_open(store, settings, predictor, at=moment(at, settings), tickets=tickets, events=log)
        kept = 0 if asked["dry_run"] or file is not None else keep(store, scored, predictor, version.id)
        step("Scoring", 1, 1)
    shown = [one for one in scored.tickets if not asked["team"] or one.team == asked["team"]]
    if asked["team"] and not shown:
        known = ", ".join(sorted({one.team for one in scored.tickets if one.team})) or "none"
        raise UserError(f"no open ticket belongs to team {asked['team']!r}; teams with open tickets: {known}")
    shown = shown[: asked["top"]]
    notes = (*notes, *scored.notes)
    if as_json:
        print_json({
            "predictor": version.name, "metric": metric, "target": version.target, "at": scored.at, "notes": notes,
            "open": len(scored.tickets), "tickets": [_as_json(one) for one in shown],
        })  # fmt: skip
        return
    _print(shown, scored, version.name, predictor.target)
    for note in notes:
        click.echo(f"note: {note}", err=True)
    if kept:
        click.echo(f"{kept} predictions kept.", err=True)


def _read(
    file: Path | None, events: Path | None, mapping: tuple[str, ...], settings: Settings
) -> tuple[pd.DataFrame | None, pd.DataFrame | None, tuple[str, ...]]:
    """Tickets and events of files, and what was noticed in reading them."""
    if file is None:
        return None, None, ()
    from models.scoring import read_tickets
    from verbatim.commands.console import pairs
    from verbatim.domain import Kind
    from verbatim.ingest import IngestOptions

    tickets, notes = read_tickets(file, settings, IngestOptions(fields=pairs(mapping, "--map")))
    if events is None:
        return tickets, None, notes
    log, more = read_tickets(events, settings, IngestOptions(), Kind.EVENTS)
    return tickets, log, (*notes, *more)


def _print(shown: Sequence[TicketRisk], scored: Scored, name: str, target: str) -> None:
    bands = {band: sum(one.band == band for one in scored.tickets) for band in ("high", "raised", "usual")}
    counted = ", ".join(f"{count} {band}" for band, count in bands.items())
    click.echo(
        f"{name}: risk of “{target}” for {len(scored.tickets)} open tickets ({counted}), "
        f"as of {scored.at:%Y-%m-%d %H:%M} UTC"
    )
    for one in shown:
        risk = f"{100 * one.probability:.0f} %"
        interval = f"({100 * one.low:.0f}–{100 * one.high:.0f})"
        where = ", ".join(part for part in (one.team, one.channel) if part)
        score = f"expected score {one.expected_score:.1f}" if one.expected_score is not None else ""
        click.echo("\n" + "  ".join(part for part in (one.name, f"{risk} {interval}", one.band, where, score) if part))
        if one.reasons is None:
            continue
        for reason in one.reasons.reasons:
            click.echo(f"   {_points(reason.points)}  {reason.statement}")
        for lever in one.reasons.levers:
            click.echo(f"   would lower it to {100 * lever.risk:.0f} %: {lever.what}")
        if one.reasons.similar:
            rated = ", ".join(f"{similar.score:g}" for similar in one.reasons.similar)
            click.echo(f"   similar past tickets were rated {rated}")
        click.echo(f"   next: {one.reasons.next_step}")


def _points(points: float) -> str:
    return f"{'+' if points >= 0 else '−'}{abs(100 * points):4.1f} points"


def _as_json(one: TicketRisk) -> dict[str, Any]:
    found = asdict(one)
    found.pop("features_hash")
    return found
