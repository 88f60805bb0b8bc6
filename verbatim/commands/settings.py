"""``verbatim settings``."""

from __future__ import annotations

from dataclasses import asdict

import click

from verbatim.commands.console import print_json, print_table
from verbatim.settings import describe_settings, load_settings


@click.command("settings")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def settings_command(as_json: bool) -> None:
    """Print every setting: its value, its default, where the value came from, and what it does.

    Set one with VERBATIM_<NAME> in the environment, or in verbatim.toml (VERBATIM_CONFIG names another file).
    """
    lines = describe_settings(load_settings())
    if as_json:
        print_json([asdict(line) for line in lines])
        return
    rows = [(line.name, line.value or "–", line.default or "–", line.origin, line.help) for line in lines]
    print_table(("Setting", "Value", "Default", "From", "What it does"), rows)
