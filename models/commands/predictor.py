"""``verbatim predictor``: train, look at, activate, compare and watch predictors."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from models.commands.figures import evaluation_rows, figure, share
from verbatim.commands.console import DAY, moment, opened_store, print_json, print_table, progress
from verbatim.errors import NotFoundError, UserError

if TYPE_CHECKING:
    from datetime import date

    from models.registry import Registered
    from verbatim.storage.store import Store

METRIC = click.Choice(["csat", "ces"])
VERSION_HELP = "A version such as csat-3, or a metric for its active (else newest) one."
PERSON = click.option("--person", help="Who does it.  [default: the name you are logged in with]")


@click.group("predictor")
def predictor_command() -> None:
    """Train, judge, activate and watch predictors of CSAT and CES for open tickets."""


@predictor_command.command("train")
@click.argument("metric", type=METRIC)
@click.option("--until", type=DAY, help="Learn only from ratings before this day.")
@click.option("--target", metavar="TEXT", help="What counts as a case, for example 'score <= 3'.")
@click.option("--activate/--no-activate", default=None, help="Use it at once.  [default: if none is active]")
@PERSON
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def train_command(
    metric: str, until: date | None, target: str | None, activate: bool | None, person: str | None, as_json: bool
) -> None:
    """Learn from rated tickets, judge on the most recent ones, and register the version.

    A predictor is refused when it does not prove more than the best simple rule (the gate). Low is dissatisfied: up to
    3 of 1–5 for CSAT, high effort up to 3 of 1–7 for CES; --target says otherwise.
    """
    from models import registry
    from models.learning import learn
    from verbatim.domain import Metric

    who = person or _me()
    with opened_store() as (settings, store):
        with progress(plain=True) as step:
            learnt = learn(
                store, settings, Metric(metric), target=target, until=moment(until, settings), person=who, step=step
            )
        version = learnt.registered
        busy = any(one.active for one in registry.versions(store, metric))
        if version.proven and (activate or (activate is None and not busy)):
            version = registry.activate(store, version, person=who)
    trained = learnt.predictor.trained
    if as_json:
        print_json({
            "version": version.name, "status": version.status, "gate": asdict(trained.gate),
            "evaluation": trained.evaluation.to_dict(), "notes": learnt.notes,
        })  # fmt: skip
        return
    _print_version(version)
    _print_evaluation(trained.evaluation, short=True)
    for reason in trained.gate.reasons:
        click.echo(f"{'Gate passed' if trained.gate.passed else 'Refused'}: {reason}.")
    for note in learnt.notes:
        click.echo(f"note: {note}", err=True)
    if version.status == "ready":
        click.echo(f"Another version is active; `verbatim predictor activate {version.name}` uses this one.")


@predictor_command.command("evaluate")
@click.argument("version", default="csat")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def evaluate_command(version: str, as_json: bool) -> None:
    """Show what VERSION is worth on the tickets held back: by stage and segment, beside baselines, with intervals.

    VERSION is one such as csat-3, or a metric for its active (else newest) one.
    """
    from models.watching import open_version

    with opened_store() as (settings, store):
        found = _version(store, version)
        evaluation = open_version(settings, found).trained.evaluation
    if as_json:
        print_json({"version": found.name, "evaluation": evaluation.to_dict()})
        return
    _print_version(found)
    _print_evaluation(evaluation, short=False)


@predictor_command.command("card")
@click.argument("version", default="csat")
@click.option("--format", "fmt", type=click.Choice(["md", "html"]), default="md", show_default=True, help="Format.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write.  [default: print]")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def card_command(version: str, fmt: str, out: Path | None, force: bool) -> None:
    """Write the model card of VERSION: what it is for, what it is worth, what it looks at, what it is not for."""
    from models.judging.card import card_html, card_markdown
    from models.judging.describing import facts_of
    from models.watching import open_version

    with opened_store() as (settings, store):
        found = _version(store, version)
        facts = facts_of(found, open_version(settings, found))
    text = card_html(facts) if fmt == "html" else card_markdown(facts)
    if out is None:
        click.echo(text, nl=False)
        return
    if out.exists() and not force:
        raise UserError(f"{out} exists; give --force to replace it")
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}") from error
    click.echo(str(out))


@predictor_command.command("list")
@click.option("--metric", type=METRIC, help="Only of this metric.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(metric: str | None, as_json: bool) -> None:
    """List all versions, with what they were judged to be worth."""
    from models.registry import versions

    with opened_store() as (_, store):
        known = versions(store, metric)
    if as_json:
        print_json([{**asdict(one), "name": one.name} for one in known])
        return
    if not known:
        click.echo("no predictor yet; `verbatim predictor train csat` makes one")
        return
    rows = [
        (
            one.name, one.status, f"{one.created_at:%Y-%m-%d}", f"until {one.data_end:%Y-%m-%d}", f"{one.tickets:,}",
            share(one.cases / one.tickets), figure(one.summary.get("roc_auc")), figure(one.summary.get("brier")),
        )
        for one in known
    ]  # fmt: skip
    print_table(("Version", "Status", "Trained", "Data", "Tickets", "Cases", "AUC", "Brier"), rows)


@predictor_command.command("activate")
@click.argument("version")
@click.option("--force", is_flag=True, help="Also a version that was refused.")
@click.option("--note", help="Why.")
@PERSON
def activate_command(version: str, force: bool, note: str | None, person: str | None) -> None:
    """Use VERSION from now on; the one that was active is retired."""
    from models import registry
    from models.watching import open_version

    with opened_store() as (settings, store):
        open_version(settings, _version(store, version))  # its files are there, and those that were registered
        found = registry.activate(store, _version(store, version), person=person or _me(), force=force, note=note)
    click.echo(f"{found.name} is active")
    if not found.proven:
        click.echo("warning: it has not proven any skill", err=True)


@predictor_command.command("retire")
@click.argument("version")
@click.option("--note", help="Why.")
@PERSON
def retire_command(version: str, note: str | None, person: str | None) -> None:
    """Use VERSION no longer; `verbatim predictor rollback` goes back."""
    from models import registry

    with opened_store() as (_, store):
        found = registry.retire(store, _version(store, version), person=person or _me(), note=note)
    click.echo(f"{found.name} is retired")


@predictor_command.command("rollback")
@click.argument("metric", type=METRIC)
@click.option("--note", help="Why.")
@PERSON
def rollback_command(metric: str, note: str | None, person: str | None) -> None:
    """Go back to the version of METRIC that was active before."""
    from models import registry

    with opened_store() as (_, store):
        found = registry.roll_back(store, metric, person=person or _me(), note=note)
    click.echo(f"{found.name} is active again")


@predictor_command.command("compare")
@click.argument("first")
@click.argument("second")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def compare_command(first: str, second: str, as_json: bool) -> None:
    """Judge two versions, champion and challenger, on the same tickets, which neither has learnt from."""
    from models.watching import compare

    with opened_store() as (settings, store):
        versions = _version(store, first), _version(store, second)
        found = compare(store, settings, versions)
    names = tuple(one.name for one in versions)
    if as_json:
        print_json({
            "start": found.start, "tickets": found.tickets, "notes": found.notes,
            names[0]: found.first.to_dict(), names[1]: found.second.to_dict(),
        })  # fmt: skip
        return
    rows = [
        (name, *evaluation_rows(evaluation)[0][1:])
        for name, evaluation in zip(names, (found.first, found.second), strict=True)
    ]
    title = f"{found.tickets} tickets rated since {found.start:%Y-%m-%d %H:%M} UTC (95 % intervals)"
    print_table(("Version", "Tickets", "AUC", "PR-AUC", "Brier", "Skill", "ECE"), rows, title=title)
    for note in found.notes:
        click.echo(f"note: {note}", err=True)


@predictor_command.command("drift")
@click.argument("version", default="csat")
@click.option("--days", default=28, show_default=True, type=click.IntRange(1, 366), help="Days to look back.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def drift_command(version: str, days: int, as_json: bool) -> None:
    """Say whether tickets, risks and answers are still those VERSION learnt from, and whether to train again."""
    from models.watching import watch

    with opened_store() as (settings, store):
        found = _version(store, version)
        watched = watch(store, settings, found, days=days)
    if as_json:
        print_json({"version": found.name, **asdict(watched)})
        return
    span = f"{watched.start:%Y-%m-%d} to {watched.end:%Y-%m-%d}"
    title = f"{found.name}: {watched.tickets} tickets opened {span} against those held back in training"
    rows = [
        (
            row.feature,
            figure((row.psi, row.low, row.high), 2),
            row.note,
        )
        for row in watched.drift[:12]
    ]
    print_table(("Feature", "PSI (95 %)", "Drift"), rows, title=title)
    if watched.weeks:
        weeks = [
            (row.week, str(row.n), share(row.predicted), figure(row.observed, percent=True), figure(row.roc_auc))
            for row in watched.weeks[-12:]
        ]
        print_table(
            ("Week", "n", "Predicted", "Came true (95 %)", "AUC (95 %)"), weeks, title="\nPredictions and answers"
        )
    else:
        click.echo("\nNo kept prediction has been answered yet; `verbatim predict --open` keeps predictions.")
    for reason in watched.advice:
        click.echo(f"Train again: {reason}")
    if not watched.advice:
        click.echo("Nothing asks for training again.")


@predictor_command.command("stepped-in")
@click.argument("ticket")
@click.argument("kind")
@click.option("--note", help="What was done; personal data is redacted.")
@PERSON
def stepped_in_command(ticket: str, kind: str, note: str | None, person: str | None) -> None:
    """Record that somebody stepped in on TICKET (KIND: call, discount, escalation …), so that it is not learnt from.

    TICKET is its id at its source, or in the store.
    """
    from datetime import UTC, datetime

    if not kind.strip():
        raise UserError("say what was done, for example: verbatim predictor stepped-in T-100017 call")
    from verbatim.ingest.texts import TextDesk
    from verbatim.storage import queries
    from verbatim.storage.predictions import add_intervention

    with opened_store() as (settings, store):
        known = queries.tickets(store)[["id", "external_id"]]
        found = known[(known["id"] == ticket) | (known["external_id"] == ticket)]
        if found.empty:
            raise NotFoundError(f"there is no ticket {ticket!r} in the store")
        said = TextDesk(settings).redacted(note) if note else None
        add_intervention(
            store,
            {
                "ticket_id": found["id"].iloc[0],
                "at": datetime.now(UTC),
                "kind": kind,
                "person": person or _me(),
                "note": said,
            },
        )
    click.echo(f"noted: {kind} on {ticket}")


def _version(store: Store, word: str) -> Registered:
    """The version that a word names; a metric means its active one, else its newest."""
    from models.registry import resolve

    if word not in ("csat", "ces"):
        return resolve(store, None, word)
    try:
        return resolve(store, word)
    except NotFoundError:
        return resolve(store, word, "latest")


def _print_version(version: Registered) -> None:
    kind = {"csat": "dissatisfied", "ces": "high effort"}[version.metric]
    click.echo(
        f"{version.name} ({version.status}): {version.target}; {version.tickets:,} rated tickets, "
        f"{version.snapshots:,} snapshots, {version.cases:,} {kind} ({share(version.cases / version.tickets)}), "
        f"{version.data_start:%Y-%m-%d} to {version.data_end:%Y-%m-%d}"
    )


def _print_evaluation(evaluation: Any, *, short: bool) -> None:  # noqa: ANN401
    rows = evaluation_rows(evaluation)
    head = ("Tickets held back", "Tickets", "AUC", "PR-AUC", "Brier", "Skill", "ECE")
    few = [row for row in rows if " = " not in row[0]] if short else rows
    print_table(
        head, few, title="95 % intervals; skill: how much smaller the Brier score is than that of the base rate"
    )
    overall = evaluation.overall
    for one in overall.capacities:
        click.echo(
            f"The riskiest {share(one.share)}: {figure(one.precision, percent=True)} of them are cases, "
            f"{figure(one.recall, percent=True)} of all cases."
        )
    for row in evaluation.aggregates:
        if row.correlation.value is not None:
            click.echo(
                f"Mean expected and mean later score of each {row.segment} and week: correlation "
                f"{figure(row.correlation, 2)} over {row.groups} of them."
            )
    known = evaluation.nonresponse
    if known is not None and not short:
        click.echo(
            f"Weighted to tickets that were not rated: AUC {figure(known.roc_auc)}, Brier {figure(known.brier)}."
        )


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
