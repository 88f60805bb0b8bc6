"""``verbatim doctor``."""

from __future__ import annotations

from dataclasses import asdict

import click

from verbatim.commands.console import print_json, print_table
from verbatim.commands.db import MARKS


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor_command(as_json: bool) -> None:
    """Check versions, settings, database, model and free disk; say what is wrong and how to mend it.

    Exit code 1 if something is wrong. Changes nothing.
    """
    from verbatim.doctor import examine

    findings = list(examine())
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        print_table(
            ("", "What", "Seen", "How to mend it"),
            [(MARKS[finding.state], finding.subject, finding.seen, finding.mend) for finding in findings],
        )
    raise click.exceptions.Exit(1 if any(finding.state == "wrong" for finding in findings) else 0)
