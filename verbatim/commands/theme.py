"""``verbatim theme …``: what people change in the themes, and the history of it."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Any

import click

from verbatim.commands.console import opened_store, print_json
from verbatim.commands.edit_words import print_history, print_outcome
from verbatim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from verbatim.editing import EditRoom
    from verbatim.edits.requests import Part, Request

    Ask = Callable[[EditRoom], Request]


@click.group("theme")
def theme_command() -> None:
    """Change the themes: names, merges, splits, moves, pins. Whatever changes stays true when themes are mined again.

    THEME is an id, a name, or the beginning of a name (`verbatim themes` lists them); COMMENT is an id or how one
    begins (`verbatim quotes THEME --json`). Every change can be looked at first with --preview, and undone.
    """


def edit_options(function: Callable[..., None]) -> Callable[..., None]:
    """Who edits, and whether the edit is kept."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--preview", is_flag=True, help="Show what would change, and keep nothing."),
        click.option("--as", "person", metavar="NAME", help="Who edits (default: your login name)."),
    ):
        function = option(function)
    return function


@theme_command.command("rename")
@click.argument("theme")
@click.argument("name")
@edit_options
def rename_command(theme: str, name: str, **options: Any) -> None:  # noqa: ANN401
    """Call THEME NAME; no two themes have the same name."""
    from verbatim.editing import find_id
    from verbatim.edits.requests import Rename

    _edit(lambda room: Rename(find_id(room.desk.model, theme), name), **options)


@theme_command.command("describe")
@click.argument("theme")
@click.argument("text")
@edit_options
def describe_command(theme: str, text: str, **options: Any) -> None:  # noqa: ANN401
    """Say what THEME is about; an empty TEXT takes the description away."""
    from verbatim.editing import find_id
    from verbatim.edits.requests import Describe

    _edit(lambda room: Describe(find_id(room.desk.model, theme), text), **options)


@theme_command.command("merge")
@click.argument("sources", nargs=-1, required=True, metavar="THEME...")
@click.option("--into", "target", required=True, metavar="THEME", help="The theme that stays, with its id and name.")
@edit_options
def merge_command(sources: tuple[str, ...], target: str, **options: Any) -> None:  # noqa: ANN401
    """Make one or more THEMEs one with another; their ids lead to it from then on."""
    from verbatim.editing import find_id
    from verbatim.edits.requests import Merge

    def ask(room: EditRoom) -> Merge:
        model = room.desk.model
        return Merge(find_id(model, target), tuple(find_id(model, source) for source in sources))

    _edit(ask, **options)


@theme_command.command("split")
@click.argument("theme")
@click.option(
    "--part",
    "parts",
    multiple=True,
    metavar="[NAME=]COMMENT,...",
    help="A part by its examples; give two or more. Without a name it gets one.",
)
@click.option("--apart", is_flag=True, help="Put the parts in the place of THEME instead of under it.")
@click.option("--sub-theme", "subs", multiple=True, metavar="THEME", help="A sub-theme to stand beside THEME instead.")
@edit_options
def split_command(theme: str, parts: tuple[str, ...], apart: bool, subs: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401
    """Split THEME by examples (--part, twice or more), or make sub-themes of it themes of their own (--sub-theme).

    Every comment of THEME goes to the part whose examples it is nearest to, those of later months too.
    """
    from verbatim.editing import find_id
    from verbatim.edits.requests import Split, SplitOff

    if bool(parts) == bool(subs):
        raise InputError("give either --part NAME=COMMENT,… twice or more, or --sub-theme THEME")

    def ask(room: EditRoom) -> Request:
        model = room.desk.model
        key = find_id(model, theme)
        if subs:
            return SplitOff(key, tuple(find_id(model, sub) for sub in subs))
        return Split(key, tuple(_part(room, part) for part in parts), apart)

    _edit(ask, **options)


@theme_command.command("move")
@click.argument("comments", nargs=-1, required=True, metavar="COMMENT...")
@click.option("--to", "target", required=True, metavar="THEME", help="Where they belong; 'no-detail' if nowhere.")
@click.option("--from", "source", metavar="THEME", help="Only what each says about this theme.")
@edit_options
def move_command(comments: tuple[str, ...], target: str, source: str | None, **options: Any) -> None:  # noqa: ANN401
    """Put COMMENTs into a theme, for good; other comments with the same text go along."""
    from verbatim.editing import find_comments, find_id
    from verbatim.edits.requests import Move

    def ask(room: EditRoom) -> Move:
        model = room.desk.model
        left = None if source is None else find_id(model, source)
        aim = target if target == "no-detail" else find_id(model, target)
        return Move(find_comments(model, comments), aim, left)

    _edit(ask, **options)


@theme_command.command("move-theme")
@click.argument("theme")
@click.option("--under", "parent", metavar="THEME", help="The theme at the top that it belongs to.")
@click.option("--top", is_flag=True, help="Make it a theme at the top.")
@edit_options
def move_theme_command(theme: str, parent: str | None, top: bool, **options: Any) -> None:  # noqa: ANN401
    """Put THEME under another one, or at the top."""
    from verbatim.editing import find_id
    from verbatim.edits.requests import MoveTheme

    if (parent is None) != top:
        raise InputError("give either --under THEME or --top")

    def ask(room: EditRoom) -> MoveTheme:
        model = room.desk.model
        return MoveTheme(find_id(model, theme), None if parent is None else find_id(model, parent))

    _edit(ask, **options)


@theme_command.command("undo")
@click.argument("edit", required=False, type=click.IntRange(1))
@edit_options
def undo_command(edit: int | None, **options: Any) -> None:  # noqa: ANN401
    """Take the last edit back, or the one with number EDIT in the history. Undoing an undo makes the edit again."""
    from verbatim.edits.requests import Undo

    _edit(lambda _: Undo(edit), **options)


@theme_command.command("history")
@click.argument("theme", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def history_command(theme: str | None, as_json: bool) -> None:
    """List every edit, or those about THEME: when, who, what, whether it holds, and what of it is not true, and why."""
    from verbatim.editing import find_id, history, open_room

    with opened_store() as (settings, store):
        entries = history(store, settings)
        if theme is not None and entries:
            known = {one for entry in entries for one in entry.edit.about + entry.edit.made}
            key = theme if theme in known else find_id(open_room(store, settings).desk.model, theme)
            entries = [
                entry
                for entry in entries
                if key in (*entry.edit.about, *entry.edit.made, *entry.edit.payload.get("sources", ()))
            ]
    print_history(entries, as_json=as_json)


def _mark(name: str, text: str) -> None:
    """Add a command that sets one state of a theme."""

    @theme_command.command(name, help=text)
    @click.argument("theme")
    @edit_options
    def command(theme: str, **options: Any) -> None:  # noqa: ANN401
        from verbatim.editing import find_id
        from verbatim.edits import EditKind
        from verbatim.edits.requests import Mark

        _edit(lambda room: Mark(find_id(room.desk.model, theme), EditKind(name)), **options)


_mark("pin", "Keep THEME for good, even when the comments of a later month have nothing like it.")
_mark("unpin", "Let THEME go when no comments are about it any more.")
_mark("archive", "Take THEME out of lists and reports; its comments stay in it.")
_mark("restore", "Show an archived THEME again.")


def _edit(ask: Ask, *, person: str | None, preview: bool, as_json: bool) -> None:
    from verbatim.editing import edit_in_room, open_room

    who = _login_name() if person is None else person
    with opened_store() as (settings, store):
        room = open_room(store, settings)
        outcome = edit_in_room(store, settings, room, ask(room), person=who, preview=preview)
    if as_json:
        from verbatim.commands.edit_words import outcome_as_json

        print_json(outcome_as_json(outcome))
        return
    print_outcome(outcome)


def _part(room: EditRoom, text: str) -> Part:
    from verbatim.editing import find_comments
    from verbatim.edits.requests import Part

    name, separator, examples = text.rpartition("=")
    wanted = [word.strip() for word in examples.split(",") if word.strip()]
    if not wanted:
        raise InputError(f"--part {text!r} should read --part NAME=COMMENT,COMMENT")
    return Part(find_comments(room.desk.model, wanted), name if separator else None)


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise InputError("this machine does not say who you are; say it with --as NAME") from error
