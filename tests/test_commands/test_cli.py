"""The command itself: quick to start, one line an error, exit codes that mean something."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from tests.test_commands.conftest import Run
from verbatim import cli
from verbatim.errors import StoreBusyError, UserError

HEAVY = ("pandas", "numpy", "sqlalchemy", "pydantic", "torch", "spacy", "sklearn", "altair", "rich", "fastapi")


def test_help_lists_every_command_and_imports_nothing_heavy() -> None:
    code = (
        "import sys; from verbatim.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout
    for name, (_, line) in cli.COMMANDS.items():
        assert name in done.stdout
        assert line.split(",")[0][:30] in done.stdout


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_explains_itself(name: str, verbatim: Callable[..., Run]) -> None:
    run = verbatim(name, "--help")
    assert run.code == 0
    assert run.out.startswith(f"Usage: verbatim {name}")
    assert len(run.out.splitlines()) > 5


def test_an_unknown_command_names_the_nearest(verbatim: Callable[..., Run]) -> None:
    run = verbatim("scor", "csat")
    assert (run.code, run.err) == (2, "error: no command 'scor'; did you mean 'score'?\n")


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (UserError("no account 'x'\nlook again"), 2, "error: no account 'x' look again\n"),
        (StoreBusyError("another process is writing"), 1, "error: another process is writing\n"),
        (click.UsageError("no such option"), 2, "error: no such option\n"),
        (OSError(errno.ENOSPC, "x", "/data/f"), 1, "error: no space left on the disk (/data/f); free some"),
        (PermissionError(errno.EACCES, "x", "/data/f"), 1, "error: not allowed to read or write (/data/f)"),
        (OSError(errno.EIO, "Input/output error"), 1, "error: Input/output error; `verbatim doctor`"),
        (KeyError("secret words of a customer"), 1, "error: KeyError inside Verbatim"),
    ],
)
def test_an_error_is_one_line_with_its_exit_code(
    error: Exception, code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.report_error(error) == code
    printed = capsys.readouterr().err
    assert printed.startswith(says)
    assert printed.count("\n") == 1
    assert "secret" not in printed


def test_debug_shows_the_traceback(verbatim: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERBATIM_SEED", "x")
    assert verbatim("settings").code == 2
    with pytest.raises(UserError):
        cli.main(["--debug", "settings"])


def test_an_interruption_ends_with_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.cli, "main", interrupted)
    with pytest.raises(SystemExit) as stop:
        cli.main(["settings"])
    assert stop.value.code == 130
    assert "carries on" in capsys.readouterr().err


def test_settings_are_listed_with_their_origin(verbatim: Callable[..., Run]) -> None:
    Path("verbatim.toml").write_text("seed = 3", encoding="utf-8")
    run = verbatim("settings", "--json")
    assert run.code == 0
    import json

    lines = {line["name"]: line for line in json.loads(run.out)}
    assert (lines["seed"]["value"], lines["seed"]["origin"]) == ("3", "verbatim.toml")
    assert "Europe/Berlin" not in run.out
    assert "seed" in verbatim("settings").out


def test_the_sample_says_what_it_wrote(verbatim: Callable[..., Run]) -> None:
    run = verbatim("sample", "--out", "organisation", "--months", "1")
    assert run.code == 0, run.err
    first, last = run.out.splitlines()
    assert first.startswith("wrote organisation, 2026-10 to 2026-10: ")
    assert " in accounts.csv" in first
    assert "organisation/truth.json" in last
