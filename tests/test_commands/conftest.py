"""Run the command line in this process, as a user would: words in, exit code and text out."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from verbatim.cli import main
from verbatim.sample import write_sample


@dataclass(frozen=True)
class Run:
    """What a command left: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str


def call(home: Path, *words: object) -> Run:
    """Call ``verbatim --home HOME WORDS``."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    os.environ["VERBATIM_HOME"] = str(home)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main([str(word) for word in words])
        except SystemExit as stop:
            code = int(stop.code or 0)
    return Run(code, out.getvalue(), err.getvalue())


@pytest.fixture
def verbatim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Call ``verbatim`` in an empty folder with its home there; nothing of the caller's environment leaks in."""
    for name in [name for name in os.environ if name.startswith("VERBATIM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("VERBATIM_HOME", "")  # so that what a call sets is undone
    monkeypatch.chdir(tmp_path)
    return lambda *words: call(tmp_path / "var", *words)


@pytest.fixture(scope="module")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Run]]:
    """``verbatim`` over a small sample organisation that is ingested and mined; tests only read it."""
    from tests.organisation import once  # which calls what is above

    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in [name for name in os.environ if name.startswith("VERBATIM_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("VERBATIM_HOME", "")
        root = tmp_path_factory.mktemp("organisation")
        monkeypatch.chdir(root)
        shutil.copytree(once(tmp_path_factory, "small-organisation", _mined), root, dirs_exist_ok=True)
        yield lambda *words: call(root / "var", *words)


def _mined(root: Path) -> None:
    write_sample(root / "sample", months=6, seed=7, size=0.15)
    kinds = {"accounts.csv": "accounts", "contacts.csv": "contacts", "tickets.csv": "tickets"}
    kinds |= {
        "csat.csv": "responses",
        "ces.csv": "responses",
        "nps.csv": "responses",
        "milestones.csv": "milestones",
    }
    for file, kind in kinds.items():
        run = call(root / "var", "ingest", kind, root / "sample" / file)
        assert run.code == 0, run.err
    run = call(root / "var", "mine")
    assert run.code == 0, run.err
