"""Run the command line in this process, as a user would: words in, exit code and text out."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from verbatim.cli import main


@dataclass(frozen=True)
class Run:
    """What a command left: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str


@pytest.fixture
def verbatim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Call ``verbatim`` in an empty folder with its home there; nothing of the caller's environment leaks in."""
    for name in [name for name in os.environ if name.startswith("VERBATIM_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> Run:
        monkeypatch.setenv("VERBATIM_HOME", str(tmp_path / "var"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main([str(word) for word in words])
            raise SystemExit(0)
        printed = capsys.readouterr()
        return Run(int(stop.value.code or 0), printed.out, printed.err)

    return run
