"""``verbatim key``."""

from __future__ import annotations

import getpass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click

from verbatim.commands.console import DAY, moment, opened_store, print_json, print_table

if TYPE_CHECKING:
    from api.access.keys import Key


@click.group("key")
def key_command() -> None:
    """Make, list and revoke the keys of the API.

    \b
    verbatim key create helpdesk --role analyst
    verbatim key list
    verbatim key revoke helpdesk
    """  # noqa: D301 (click reads the backspace as "keep these lines")


@key_command.command("create")
@click.argument("name")
@click.option("--role", type=click.Choice(["viewer", "agent", "analyst", "admin"]), help="What it may do, as a role.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(["read", "score", "write", "edit-themes", "admin"]),
              help="One thing it may do; repeat.")  # fmt: skip
@click.option("--account", "accounts", multiple=True, metavar="ID", help="Limit it to this account; repeat.")
@click.option("--team", "teams", multiple=True, metavar="TEAM", help="Limit it to this team; repeat.")
@click.option("--expires", type=DAY, help="The first day on which it is no longer good.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def create(
    name: str, *, role: str | None, scopes: tuple[str, ...], accounts: tuple[str, ...], teams: tuple[str, ...],
    expires: date | None, as_json: bool,
) -> None:  # fmt: skip
    """Make a key called NAME. It is shown now and never again."""
    from api.access.keys import create_key

    with opened_store() as (settings, store):
        key, text = create_key(
            store, name, person=person(), role=role, scopes=scopes, accounts=accounts, teams=teams,
            expires_at=moment(expires, settings),
        )  # fmt: skip
    if as_json:
        print_json({"id": key.id, "name": key.name, "scopes": key.scopes, "key": text})
        return
    click.echo(text)
    click.echo(f"{key.name} may {', '.join(key.scopes)}. Keep it: it is not shown again.", err=True)


@key_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """List every key, newest first, also those revoked and expired."""
    from api.access.keys import list_keys

    now = datetime.now(UTC)
    with opened_store() as (_, store):
        keys = list_keys(store)
    if as_json:
        print_json([
            {**{name: getattr(key, name) for name in (
                "id", "name", "role", "scopes", "accounts", "teams", "created_at", "created_by", "expires_at",
                "revoked_at", "used_at",
            )}, "state": key.state(now)}
            for key in keys
        ])  # fmt: skip
        return
    if not keys:
        click.echo("no keys yet; `verbatim key create NAME --role analyst` makes one")
        return
    rows = [
        (key.id, key.name, may(key), ", ".join((*key.accounts, *key.teams)) or "everything",
         key.state(now), _day(key.created_at), _day(key.expires_at), _day(key.used_at))
        for key in keys
    ]  # fmt: skip
    print_table(("Id", "Name", "May", "Sees", "State", "Made", "Expires", "Used"), rows)


@key_command.command("revoke")
@click.argument("key")
def revoke(key: str) -> None:
    """End KEY (its id or name) at once."""
    from api.access.keys import revoke_key

    with opened_store() as (_, store):
        found = revoke_key(store, key)
    click.echo(f"{found.name} ({found.id}) is revoked; running servers refuse it within two seconds.")


@key_command.command("link")
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="Where the server is.")
def link(url: str) -> None:
    """Print a link that logs you in as an administrator, once, within half an hour."""
    from api.serving import login_link

    with opened_store() as (_, store):
        click.echo(login_link(store, url.rstrip("/"), person=person()))


def may(key: Key) -> str:
    """What a key may do: its role, and scopes beyond it."""
    from api.access.scopes import ROLES

    further = [scope for scope in key.scopes if scope not in ROLES.get(key.role or "", ())]
    return " + ".join([*([key.role] if key.role else []), *([", ".join(further)] if further else [])])


def person() -> str:
    """Who is at the terminal."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "command line"


def _day(at: Any) -> str:  # noqa: ANN401
    return "" if at is None else f"{at:%Y-%m-%d}"
