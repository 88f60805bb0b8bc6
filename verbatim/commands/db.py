"""``verbatim db``."""

from __future__ import annotations

from pathlib import Path

import click

from verbatim.commands.console import print_table

MARKS = {"ok": "ok", "warning": "look", "wrong": "WRONG"}


@click.group("db")
def db_command() -> None:
    """Upgrade, check or back up the database.

    Commands that write bring an older database up to date by themselves; `upgrade` does only that.
    """


@db_command.command("upgrade")
def upgrade_command() -> None:
    """Create the database, or bring it to the schema of this version; the rows stay."""
    from verbatim.settings import load_settings
    from verbatim.storage.backup import upgrade

    click.echo(upgrade(load_settings()))


@db_command.command("check")
def check_command() -> None:
    """Look for damage, a schema of another version, and rows that lead nowhere. Exit code 1 if something is wrong."""
    from verbatim.settings import load_settings
    from verbatim.storage.backup import check

    findings = check(load_settings())
    print_table(
        ("", "What", "Seen", "How to mend it"),
        [(MARKS[finding.state], finding.subject, finding.seen, finding.mend) for finding in findings],
    )
    raise click.exceptions.Exit(1 if any(finding.state == "wrong" for finding in findings) else 0)


@db_command.command("backup")
@click.argument("target", type=click.Path(path_type=Path))
def backup_command(target: Path) -> None:
    """Copy the database to TARGET, also while others write. To restore, copy the file back to its place."""
    from verbatim.settings import load_settings
    from verbatim.storage.backup import backup

    click.echo(f"copied to {backup(load_settings(), target)}")
