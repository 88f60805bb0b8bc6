"""Edits in words: what one did or would do, and the history of all."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from verbatim.commands.console import notes, output, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from verbatim.domain import Theme
    from verbatim.editing import EditOutcome, HistoryEntry
    from verbatim.edits import Edit
    from verbatim.edits.outcome import ThemeChange

MOST_NAMED = 4


def print_outcome(outcome: EditOutcome) -> None:
    """Say what was done, which themes are not what they were, and how to undo it."""
    edit = outcome.edit
    done = "Would do" if outcome.preview else f"Edit {edit.sequence} by {edit.person}"
    output().print(f"[bold]{done}:[/bold] {escape(words_for(edit))}")
    moved = {0: "no comment moves", 1: "1 comment moves"}.get(outcome.moved, f"{outcome.moved:,} comments move")
    changed = "1 theme changes" if len(outcome.changes) == 1 else f"{len(outcome.changes)} themes change"
    click.echo(f"{changed}, {moved} to another theme.")
    rows = [_row(change) for change in outcome.changes]
    if rows:
        print_table(("Id", "Theme", "Comments", "Change"), rows)
    for conflict in outcome.new_conflicts:
        notes().print(f"[yellow]edit {conflict.sequence} is then not true:[/yellow] {escape(conflict.message)}")
    if outcome.preview:
        click.echo("Nothing was kept; run it without --preview to do it.")
    else:
        click.echo(f"To undo it: verbatim theme undo {edit.sequence}")


def outcome_as_json(outcome: EditOutcome) -> dict[str, Any]:
    """An outcome as JSON."""
    return {
        "preview": outcome.preview,
        "edit": edit_as_json(outcome.edit),
        "moved_comments": outcome.moved,
        "changes": [
            {
                "before": None if change.before is None else asdict(change.before),
                "after": None if change.after is None else asdict(change.after),
            }
            for change in outcome.changes
        ],
        "conflicts": [asdict(conflict) for conflict in outcome.conflicts],
        "undo": None if outcome.preview else f"verbatim theme undo {outcome.edit.sequence}",
    }


def edit_as_json(edit: Edit) -> dict[str, Any]:
    """An edit as JSON, without the vectors and snapshots that it keeps for later."""
    payload = {key: value for key, value in edit.payload.items() if key not in ("themes", "encoder", "next_number")}
    if "parts" in payload:
        payload["parts"] = [{key: value for key, value in part.items() if key != "vector"} for part in payload["parts"]]
    return {
        "id": edit.id,
        "sequence": edit.sequence,
        "at": edit.at.isoformat(),
        "person": edit.person,
        "kind": edit.kind.value,
        "theme_id": edit.theme_id,
        "payload": payload,
        "words": words_for(edit),
    }


def print_history(entries: Sequence[HistoryEntry], *, as_json: bool) -> None:
    """List edits, oldest first."""
    if as_json:
        print_json(
            [
                {
                    **edit_as_json(entry.edit),
                    "undone_by": None if entry.undone_by is None else entry.undone_by.sequence,
                    "conflicts": [asdict(conflict) for conflict in entry.conflicts],
                }
                for entry in entries
            ]
        )
        return
    if not entries:
        click.echo("Nobody has edited the themes yet; `verbatim theme --help` says what can be done.")
        return
    rows = [
        (
            str(entry.edit.sequence),
            f"{entry.edit.at:%Y-%m-%d %H:%M}",
            entry.edit.person,
            words_for(entry.edit),
            _state(entry),
        )
        for entry in entries
    ]
    print_table(("Edit", "When (UTC)", "Who", "What", "State"), rows)


def words_for(edit: Edit) -> str:
    """What an edit does, in a few words.

    Themes are named by their ids: names change.
    """
    payload = edit.payload
    theme = edit.theme_id or "themes"
    if "parts" in payload:
        named = ", ".join(f"{part['id']} {part['name']!r}" for part in payload["parts"])
        return f"split {theme} {'apart ' if payload['apart'] else ''}into {named}"
    if "sub_themes" in payload:
        return f"split {', '.join(payload['sub_themes'])} off {theme}"
    kind = edit.kind.value
    if kind in _WORDS:
        return _WORDS[kind](theme, payload)
    return f"{kind} {theme}"


def _comments(payload: Any) -> str:  # noqa: ANN401
    ids = payload["comments"]
    named = ", ".join(ids[:MOST_NAMED]) + (" …" if len(ids) > MOST_NAMED else "")
    return f"{len(ids)} comment{'s' if len(ids) > 1 else ''} ({named})"


_WORDS: dict[str, Callable[[str, Mapping[str, Any]], str]] = {
    "rename": lambda theme, payload: f"rename {theme} to {payload['name']!r}",
    "describe": lambda theme, payload: f"describe {theme}: {payload['description']!r}",
    "merge": lambda theme, payload: f"merge {', '.join(payload['sources'])} into {theme}",
    "move": lambda theme, payload: f"move {_comments(payload)} to {theme}",
    "move-theme": lambda theme, payload: (
        f"move {theme} " + ("to the top" if payload["parent"] is None else f"under {payload['parent']}")
    ),
    "undo": lambda theme, payload: f"undo edit {payload['sequence']}",
}


def _state(entry: HistoryEntry) -> str:
    if entry.undone_by is not None:
        return f"undone by {entry.undone_by.person} (edit {entry.undone_by.sequence})"
    if entry.conflicts:
        return "not true: " + "; ".join(conflict.message for conflict in entry.conflicts[:MOST_NAMED])
    return "holds"


def _row(change: ThemeChange) -> tuple[str, str, str, str]:
    before, after = change.before, change.after
    shown = after or before
    if shown is None:
        return "", "", "", ""
    sizes = [str(one.size) for one in (before, after) if one is not None]
    size = sizes[0] if len(set(sizes)) == 1 else " → ".join(sizes)
    return shown.id, shown.name, size, _difference(before, after)


def _difference(before: Theme | None, after: Theme | None) -> str:
    if before is None or after is None:
        return "new" if before is None else "goes"
    said = []
    if before.name != after.name:
        said.append(f"was {before.name!r}")
    if before.parent_id != after.parent_id:
        said.append("at the top" if after.parent_id is None else f"under {after.parent_id}")
    if before.description != after.description:
        said.append("description")
    for name in ("pinned", "archived"):
        if getattr(before, name) != getattr(after, name):
            said.append(name if getattr(after, name) else f"not {name}")
    gained = sorted(set(after.aliases) - set(before.aliases))
    return ", ".join([*said, *([f"takes in {', '.join(gained)}"] if gained else [])])
