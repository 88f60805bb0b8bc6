"""``verbatim messages …``: what is told to other systems, and where."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from verbatim.commands.console import opened_store, print_json, print_table

if TYPE_CHECKING:
    from verbatim.messages.outbox import Delivery


@click.group("messages")
def messages_command() -> None:
    """Webhooks, Slack-compatible messages and mail: where they go, what waits, what failed.

    The worker sends them; `send` does it once by hand. ENDPOINT is an id as `endpoints` shows it.
    """


@messages_command.command("list")
@click.option("--status", type=click.Choice(["waiting", "sent", "dead"]), help="Only those.")
@click.option("--endpoint", metavar="ENDPOINT", help="Only those of one endpoint.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="How many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the log of attempts.")
def list_command(status: str | None, endpoint: str | None, limit: int, as_json: bool) -> None:
    """List messages, the newest first."""
    from verbatim.messages.outbox import deliveries, queue_sizes

    with opened_store() as (_, store):
        rows, sizes = deliveries(store, status=status, endpoint_id=endpoint, limit=limit), queue_sizes(store)
    _print(rows, as_json)
    if not as_json:
        click.echo(f"{sizes['waiting']} waiting, {sizes['sent']} sent, {sizes['dead']} dead")


@messages_command.command("dead")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="How many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the log of attempts.")
def dead_command(limit: int, as_json: bool) -> None:
    """List messages that were given up, and why."""
    from verbatim.messages.outbox import DEAD, deliveries

    with opened_store() as (_, store):
        _print(deliveries(store, status=DEAD, limit=limit), as_json)


@messages_command.command("retry")
@click.argument("messages", nargs=-1, metavar="[MESSAGE]...")
@click.option("--endpoint", metavar="ENDPOINT", help="Only those of one endpoint.")
def retry_command(messages: tuple[str, ...], endpoint: str | None) -> None:
    """Let dead messages try again: those with these ids, or all."""
    from verbatim.messages.outbox import retry_dead

    with opened_store() as (_, store):
        again = retry_dead(store, now=datetime.now(UTC), ids=messages or None, endpoint_id=endpoint)
    click.echo(f"{again} messages try again; the worker sends them, or `verbatim messages send`")


@messages_command.command("send")
@click.option("--limit", default=500, show_default=True, type=click.IntRange(1), help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def send_command(limit: int, as_json: bool) -> None:
    """Send what is due now."""
    from verbatim.messages.dispatch import deliver_due

    with opened_store() as (settings, store):
        done = deliver_due(store, settings, limit=limit)
    if as_json:
        print_json(asdict(done))
        return
    click.echo(
        f"{done.sent} sent, {done.again} to be tried again, {done.dead} dead; "
        f"{done.switched_off} endpoints switched off"
    )


@messages_command.command("test")
@click.argument("endpoint")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def test_command(endpoint: str, as_json: bool) -> None:
    """Send a test message to ENDPOINT, and say what came of it."""
    from verbatim.messages.dispatch import deliver_due, send_test
    from verbatim.messages.outbox import delivery_of

    with opened_store() as (settings, store):
        key = send_test(store, endpoint, person=getpass.getuser(), at=datetime.now(UTC))
        deliver_due(store, settings)
        message = delivery_of(store, key)
    if as_json:
        print_json(asdict(message))
        return
    said = f" ({message.last_problem})" if message.last_problem else ""
    click.echo(f"the test is {message.status}{said}")


@messages_command.command("endpoints")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def endpoints_command(as_json: bool) -> None:
    """List the receivers. Addresses are cut after the host: what follows can be a secret."""
    from urllib.parse import urlsplit

    from verbatim.messages.endpoints import endpoints

    with opened_store() as (_, store):
        found = [asdict(one) | {"url": f"{urlsplit(one.url).scheme}://{urlsplit(one.url).netloc}/…"}
                 for one in endpoints(store)]  # fmt: skip
    if as_json:
        print_json(found)
        return
    print_table(
        ("id", "name", "style", "address", "events", "state"),
        [
            (one["id"], one["name"], one["style"], one["url"], ", ".join(one["events"]) or "all",
             "active" if one["active"] else f"off: {one['problem'] or 'by hand'}")
            for one in found
        ],
    )  # fmt: skip


@messages_command.command("add")
@click.argument("name")
@click.argument("url")
@click.option("--style", type=click.Choice(["webhook", "slack"]), default="webhook", show_default=True)
@click.option("--event", "events", multiple=True, metavar="EVENT", help="Only these; repeat it. [default: all]")
def add_command(name: str, url: str, style: str, events: tuple[str, ...]) -> None:
    """Add a receiver NAME at URL, and print the secret it verifies signatures with."""
    from verbatim.messages.endpoints import add_endpoint, reveal_secret

    with opened_store() as (settings, store):
        one = add_endpoint(store, settings, name=name, url=url, style=style, events=events, person=getpass.getuser(),
                           at=datetime.now(UTC))  # fmt: skip
        click.echo(f"endpoint {one.id}")
        if style == "webhook":
            click.echo(f"secret {reveal_secret(store, settings, one.id)}")


def _print(rows: list[Delivery], as_json: bool) -> None:
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    print_table(
        ("id", "event", "to", "status", "attempts", "made (UTC)", "problem"),
        [
            (row.id, row.event, row.endpoint_id or row.address or "", row.status, str(row.attempts),
             f"{row.created_at:%Y-%m-%d %H:%M}", row.last_problem or "")
            for row in rows
        ],
    )  # fmt: skip
