"""``verbatim changes``."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from verbatim.commands.console import notes, opened_store, print_json, print_table

if TYPE_CHECKING:
    from verbatim.identity.history import Change


@click.command("changes")
@click.argument("theme", required=False)
@click.option("--all", "everything", is_flag=True, help="Themes that just went on, too.")
@click.option("--history", is_flag=True, help="Of every mining since the first, not of the last only.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: every link with its evidence.")
def changes_command(theme: str | None, everything: bool, history: bool, as_json: bool) -> None:
    """Show what became of the themes with the last mining: continued, new, split, merged, gone; or of THEME (an id).

    Kept: the share of the old theme's comments that are in the new one. Explained: the share of the new theme's
    comments that come from the old one. Cosine: of their centres.
    """
    from verbatim.identity.history import theme_changes

    with opened_store() as (_, store):
        found = theme_changes(store, theme, every_model=history)
    if as_json:
        print_json([asdict(change) for change in found])
        return
    counts = Counter(change.kind for change in found)
    summary = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    notes().print(f"[dim]{summary or 'the first model: nothing came before it'}[/dim]")
    shown = [change for change in found if everything or theme or change.kind != "continued"]
    if shown:
        print_table(
            ("Mined", "What", "Old theme", "New theme", "Comments", "Kept", "Explained", "Cosine"),
            [_cells(change) for change in shown],
        )


def _cells(change: Change) -> tuple[str, ...]:
    return (
        f"{change.at:%Y-%m-%d}",
        change.kind.value,
        _theme(change.old_id, change.old_name),
        _theme(change.new_id, change.new_name),
        "" if change.shared is None else f"{change.shared:.0f}",
        _percent(change.kept),
        _percent(change.explained),
        "" if change.cosine is None else f"{change.cosine:.2f}",
    )


def _theme(key: str | None, name: str | None) -> str:
    return "–" if key is None else f"{key} {name or ''}".strip()


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"
