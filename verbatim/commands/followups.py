"""``verbatim follow-ups …``: what there is to do, and doing it."""

from __future__ import annotations

import getpass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click

from verbatim.commands.console import DAY, moment, opened_store, print_json, print_table
from verbatim.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from verbatim.storage.store import Store

SHORT = 8  # characters of an id that are shown


@click.group("follow-ups")
def follow_ups_command() -> None:
    """Close the loop: who has to contact whom, until when, and what became of it.

    `sweep` looks at new answers and predictions and makes follow-ups as the rules say (`rules` lists them; the setting
    followup_rules changes them). ID is an id as `list` shows it, or how one begins.
    """


def step_options(function: Callable[..., None]) -> Callable[..., None]:
    """Who does it, what to write down, and how to print."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--note", metavar="TEXT", help="What to write down; personal data is taken out."),
        click.option("--as", "person", metavar="NAME", help="Who does it (default: your login name)."),
    ):
        function = option(function)
    return function


@follow_ups_command.command("list")
@click.option("--state", default="open", show_default=True,
              type=click.Choice(["open", "contacted", "resolved", "cannot_resolve", "withdrawn", "all"]))  # fmt: skip
@click.option("--owner", metavar="NAME", help="Only those of one person.")
@click.option("--rule", metavar="NAME", help="Only those of one rule.")
@click.option("--overdue", is_flag=True, help="Only those that are overdue.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="How many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(state: str, owner: str | None, rule: str | None, overdue: bool, limit: int, as_json: bool) -> None:
    """List what there is to do, the first due first."""
    from verbatim.followups.inbox import inbox

    with opened_store() as (_, store):
        rows = inbox(store, state=None if state == "all" else state, owner=owner, rule=rule,
                     overdue=True if overdue else None, limit=limit)  # fmt: skip
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo("nothing to do here; `verbatim follow-ups sweep` looks at new answers")
        return
    print_table(
        ("id", "due (UTC)", "state", "rule", "owner", "what"),
        [
            (row["id"][:SHORT], f"{row['due_at']:%Y-%m-%d %H:%M}" + (" !" if row["overdue_at"] else ""), row["state"],
             row["rule"], row["owner"] or f"({row['who']})", row["what"])
            for row in rows
        ],
    )  # fmt: skip


@follow_ups_command.command("take")
@click.argument("follow_up", metavar="ID")
@click.option("--to", metavar="NAME", help="Give it to somebody else.")
@step_options
def take_command(follow_up: str, to: str | None, person: str | None, note: str | None, as_json: bool) -> None:
    """Take a follow-up, or give it to somebody."""
    from verbatim.followups.states import assign

    who = person or _login_name()
    with opened_store() as (settings, store):
        row = assign(store, settings, _find(store, follow_up), to=to or who, person=who, at=_now(), note=note)
    _print(row, as_json)


def _step(name: str, to: str, text: str) -> None:
    """Add a command that takes a follow-up to another state."""

    @follow_ups_command.command(name, help=text)
    @click.argument("follow_up", metavar="ID")
    @step_options
    def command(follow_up: str, person: str | None, note: str | None, as_json: bool) -> None:
        _change(follow_up, to, person, note, None, as_json)


_step("contacted", "contacted", "Note that the customer was contacted.")
_step("resolve", "resolved", "Note that it is resolved.")
_step("reopen", "open", "Open it again.")


@follow_ups_command.command("cannot-resolve")
@click.argument("follow_up", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why not; personal data is taken out.")
@step_options
def cannot_resolve_command(follow_up: str, reason: str, person: str | None, note: str | None, as_json: bool) -> None:
    """Note that it cannot be resolved, and why."""
    _change(follow_up, "cannot_resolve", person, note, reason, as_json)


@follow_ups_command.command("undo")
@click.argument("follow_up", metavar="ID")
@step_options
def undo_command(follow_up: str, person: str | None, note: str | None, as_json: bool) -> None:
    """Take the last step back."""
    from verbatim.followups.states import undo

    with opened_store() as (settings, store):
        row = undo(store, settings, _find(store, follow_up), person=person or _login_name(), at=_now())
    _print(row, as_json)


@follow_ups_command.command("history")
@click.argument("follow_up", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def history_command(follow_up: str, as_json: bool) -> None:
    """Show every step: when, who, what."""
    from verbatim.followups.states import history

    with opened_store() as (_, store):
        changes = history(store, _find(store, follow_up))
    if as_json:
        print_json(changes)
        return
    print_table(
        ("when (UTC)", "who", "what", "state", "owner", "note"),
        [
            (f"{each['at']:%Y-%m-%d %H:%M}", each["person"], each["kind"], each["to_state"], each["to_owner"] or "–",
             each["note"] or each["to_reason"] or "")
            for each in changes
        ],
    )  # fmt: skip


@follow_ups_command.command("sweep")
@click.option("--since", type=DAY, help="Look at answers from this day on, also where rules' windows are over.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def sweep_command(since: date | None, as_json: bool) -> None:
    """Look at new answers and predictions, make follow-ups, and see which are overdue. Run it as often as you like."""
    from dataclasses import asdict

    from verbatim.followups.sweep import sweep

    with opened_store() as (settings, store):
        done = sweep(store, settings, since=moment(since, settings))
    if as_json:
        print_json(asdict(done))
        return
    click.echo(
        f"{done.answers} answers looked at: {done.created} follow-ups made, {done.refreshed} brought up to date, "
        f"{done.withdrawn} withdrawn, {done.reopened} asked for again; {done.overdue} newly overdue, "
        f"{done.alerts} alerts"
    )


@follow_ups_command.command("rules")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rules_command(as_json: bool) -> None:
    """List the rules as they hold, and where each comes from: default, settings, or edited."""
    from verbatim.followups.rules import effective_rules

    with opened_store() as (settings, store):
        rules = effective_rules(store, settings)
    if as_json:
        print_json([found.rule.to_dict() | {"origin": found.origin} for found in rules])
        return
    print_table(
        ("rule", "when", "who", "task", "due", "origin", "what"),
        [
            (found.rule.name, _said_when(found.rule.signal, found.rule.metric, found.rule.when),
             found.rule.person or found.rule.who, found.rule.task_due or "–",
             found.rule.due, found.origin if found.rule.active else f"{found.origin}, off", found.rule.what)
            for found in rules
        ],
    )  # fmt: skip


def _said_when(signal: str, metric: str | None, when: str) -> str:
    return "high risk" if signal == "at_risk" else f"{(metric or 'any').upper()}: {when}"


def _change(follow_up: str, to: str, person: str | None, note: str | None, reason: str | None, as_json: bool) -> None:
    from verbatim.followups.states import change

    with opened_store() as (settings, store):
        row = change(store, settings, _find(store, follow_up), to=to, person=person or _login_name(), at=_now(),
                     note=note, reason=reason)  # fmt: skip
    _print(row, as_json)


def _find(store: Store, text: str) -> str:
    """The id that begins with ``text``."""
    from sqlalchemy import select

    from verbatim.storage.tables import follow_up

    row = follow_up.c
    with store.reading() as connection:
        wanted = select(row.id).where(row.id.startswith(text, autoescape=True)).order_by(row.id).limit(2)
        found = connection.execute(wanted).scalars().all()
    if not found or not text:
        raise NotFoundError(f"no follow-up begins with {text!r}; `verbatim follow-ups list --state all` lists them")
    if len(found) > 1:
        raise InputError(f"several follow-ups begin with {text!r}; give more of the id")
    return str(found[0])


def _print(row: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(row)
        return
    click.echo(f"{row['id'][:SHORT]} is {row['state']}, with {row['owner'] or 'nobody'}: {row['what']}")


def _now() -> datetime:
    return datetime.now(UTC)


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise InputError("this machine does not say who you are; say it with --as NAME") from error
