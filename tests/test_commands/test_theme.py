"""``verbatim theme …`` on a small sample organisation."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.test_commands.conftest import Run, call
from verbatim import editing, mining
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.themes.hashing import HashingEncoder

Verbatim = Callable[..., Run]


@pytest.fixture
def edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Verbatim]:
    """``verbatim`` over an organisation of its own, mined with an encoder that needs no model."""
    from tests.test_pipeline import stored_rows
    from tests.test_themes.planted import comments
    from verbatim.storage.tables import comment

    for room in (mining, editing):
        monkeypatch.setattr(room, "find_encoder", lambda model: HashingEncoder())
    monkeypatch.setenv("VERBATIM_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("LOGNAME", "login-name")
    monkeypatch.chdir(tmp_path)
    settings = Settings(home=tmp_path / "var", themes=6)
    with prepare_store(settings) as store:
        store.upsert(comment, stored_rows(comments(16)))
        mining.mine_store(store, settings)
    yield lambda *words: call(tmp_path / "var", *words)


def themes(verbatim: Verbatim, *words: str) -> list[dict[str, object]]:
    """The themes at the top, largest first."""
    listed = json.loads(verbatim("themes", *words, "--json").out)
    return [row for row in listed if row["parent_id"] is None and row["kind"] == "theme"]


def comments_of(verbatim: Verbatim, theme: object) -> list[str]:
    """The ids of the comments of a theme."""
    return [row["comment_id"] for row in json.loads(verbatim("quotes", theme, "--all", "--limit", 99, "--json").out)]


def done(run: Run) -> str:
    """The output of a command that worked."""
    assert run.code == 0, run.err
    return run.out


def test_rename_says_what_changed_and_how_to_undo_it(edited: Verbatim) -> None:
    one = themes(edited)[0]
    shown = done(edited("theme", "rename", one["name"], "Slow [bold]refunds", "--as", "Ana"))
    assert "Edit 1 by Ana: rename" in shown
    assert "1 theme changes, no comment moves to another theme." in shown
    assert f"was '{one['name']}'" in shown
    assert "To undo it: verbatim theme undo 1" in shown
    assert themes(edited)[0]["name"] == "Slow [bold]refunds"
    done(edited("theme", "undo", 1))
    assert themes(edited)[0]["name"] == one["name"]


def test_the_login_name_edits_where_nobody_is_named(edited: Verbatim) -> None:
    assert "by login-name" in done(edited("theme", "pin", themes(edited)[0]["id"]))


def test_a_preview_shows_what_would_change_and_keeps_nothing(edited: Verbatim) -> None:
    before = themes(edited)
    shown = done(edited("theme", "merge", before[1]["id"], "--into", before[0]["id"], "--preview"))
    assert shown.startswith("Would do: merge")
    assert f"takes in {before[1]['id']}" in shown
    assert "goes" in shown
    assert "Nothing was kept; run it without --preview to do it." in shown
    assert themes(edited) == before
    assert "Nobody has edited the themes yet" in done(edited("theme", "history"))


def test_merge_split_move_and_move_theme(edited: Verbatim) -> None:
    one, two, three = (str(row["id"]) for row in themes(edited)[:3])
    done(edited("theme", "merge", two, "--into", one))
    assert json.loads(done(edited("themes", two, "--json")))["id"] == one
    inside = comments_of(edited, three)
    shown = done(edited("theme", "split", three, "--part", f"First={inside[0]}", "--part", inside[-1][:10], "--apart"))
    assert "E002-1 'First'" in shown
    moved = done(edited("theme", "move", inside[0], "--to", one, "--json"))
    assert json.loads(moved)["edit"]["payload"]["comments"] == [inside[0]]
    assert inside[0] in comments_of(edited, one)
    done(edited("theme", "move-theme", "E002-2", "--under", "First"))
    done(edited("theme", "split", "First", "--sub-theme", "E002-2"))
    assert {"E002-1", "E002-2"} <= {row["id"] for row in themes(edited)}


def test_archived_themes_are_listed_on_request_only(edited: Verbatim) -> None:
    one = themes(edited)[0]["id"]
    done(edited("theme", "archive", one))
    assert one not in [row["id"] for row in themes(edited)]
    assert one in [row["id"] for row in themes(edited, "--archived")]
    assert json.loads(done(edited("themes", one, "--json")))["archived"]
    done(edited("theme", "restore", one))
    assert one in [row["id"] for row in themes(edited)]


def test_descriptions_pins_and_history(edited: Verbatim) -> None:
    one = themes(edited)[0]["id"]
    done(edited("theme", "describe", one, "Money that comes late", "--as", "Ana"))
    done(edited("theme", "pin", one, "--as", "Bob"))
    done(edited("theme", "undo", "--as", "Ana"))
    shown = done(edited("theme", "history"))
    assert "describe" in shown
    assert "undone by Ana (edit 3)" in shown
    entries = json.loads(done(edited("theme", "history", one, "--json")))
    assert [(entry["person"], entry["undone_by"]) for entry in entries] == [("Ana", None), ("Bob", 3), ("Ana", None)]
    assert not any("vector" in json.dumps(entry) for entry in entries)
    row = json.loads(done(edited("themes", one, "--json")))
    assert (row["description"], row["pinned"]) == ("Money that comes late", False)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("rename", "T999", "x"), "no theme 'T999'; `verbatim themes` lists them"),
        (("rename", "T001", ""), "cannot be empty"),
        (("rename", "T001", "x" * 10_000), "at most 80"),
        (("rename", "T001", "<b>x</b>"), "cannot hold markup"),
        (("rename", "T001", "late\x1b[31m"), "U+001B"),
        (("rename", "T001", "No detail"), "is called 'No detail'"),
        (("rename", "T001", "x", "--as", " "), "not the name of a person"),
        (("split", "T001"), "give either --part"),
        (("split", "T001", "--part", "Name="), "should read --part NAME=COMMENT,COMMENT"),
        (("move", "zzzzzz", "--to", "T001"), "no comment with an id like 'zzzzzz'"),
        (("move-theme", "T001"), "give either --under THEME or --top"),
        (("undo",), "nothing to undo"),
        (("undo", "7"), "no edit 7; `verbatim theme history` lists them"),
        (("unpin", "T001"), "is not pinned"),
    ],
)
def test_what_cannot_be_done_is_one_line_that_says_why(
    edited: Verbatim, words: tuple[str, ...], complaint: str
) -> None:
    run = edited("theme", *words)
    assert run.code == 2, run.out + run.err
    assert run.err.startswith("error: ")
    assert complaint in run.err
    assert len(run.err.splitlines()) == 1


def test_mining_says_which_edits_cannot_be_kept(edited: Verbatim, tmp_path: Path) -> None:
    from verbatim.storage.tables import comment

    one, two = (str(row["id"]) for row in themes(edited)[:2])
    moved = comments_of(edited, one)[0]
    done(edited("theme", "move", moved, "--to", two))
    with prepare_store(Settings(home=tmp_path / "var")) as store, store.writing() as connection:
        connection.execute(comment.delete().where(comment.c.id == moved))
    run = edited("mine", "--refit", "--themes", "6")
    assert run.code == 0, run.err
    assert "an edit cannot be kept" in run.err
    assert "not true: comment" in done(edited("theme", "history"))
