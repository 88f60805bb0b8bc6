"""The rules of the house that a reader cannot see from one file: imports point down, rooms stay small."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("verbatim", "models", "api")
MOST_LINES = 400

# The rooms of `verbatim`, lowest first, as ARCHITECTURE.md lists them.
RANKS = {
    "errors": 0,
    "domain": 1,
    "protocols": 1,
    "client": 1,
    "settings": 2,
    "text": 3,
    "business_hours": 3,
    "scores": 4,
    "storage": 5,
    "messages": 6,
    "ingest": 6,
    "themes": 6,
    "sample": 6,
    "answers": 6,
    "guided": 7,
    "identity": 7,
    "edits": 7,
    "tone": 7,
    "findings": 7,
    "parts": 8,
    "pipeline": 9,
    "mining": 10,
    "miner": 10,
    "scoring": 10,
    "signals": 10,
    "insights": 10,
    "surveys": 10,
    "browse": 10,
    "editing": 11,
    "followups": 11,
    "examining": 11,
    "assigning": 11,
    "meaning": 11,
    "reports": 12,
    "doctor": 13,
    "demo": 13,
    "commands": 14,
    "cli": 15,
    "__main__": 16,
}
# `verbatim/__init__.py` holds the version only; anyone may read it.
FREE = {"verbatim"}


def modules() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def imported(path: Path) -> list[str]:
    """Every module that a file imports, wherever in the file, as a dotted name."""
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def upward_imports(path: Path, names: list[str]) -> list[str]:
    parts = path.relative_to(ROOT).with_suffix("").parts
    package, room = parts[0], parts[1] if len(parts) > 1 else ""
    above = PACKAGES[PACKAGES.index(package) + 1 :]
    wrong = [name for name in names if name.split(".")[0] in above]
    if package != "verbatim" or room == "__init__":
        return wrong
    for name in names:
        words = name.split(".")
        if words[0] != "verbatim" or len(words) < 2 or words[1] not in RANKS or words[1] == room:
            continue
        if RANKS[words[1]] >= RANKS[room]:
            wrong.append(name)
    return wrong


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_only_point_down(path: Path) -> None:
    assert upward_imports(path, imported(path)) == []


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_is_a_room_one_can_read(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= MOST_LINES, f"{lines} lines: which two rooms are these?"


def test_every_room_has_a_rank() -> None:
    rooms = {
        path.relative_to(ROOT).parts[1].removesuffix(".py")
        for path in modules()
        if path.parts[-2:] and path.relative_to(ROOT).parts[0] == "verbatim"
    }
    assert rooms - {"__init__"} <= set(RANKS)


def test_the_rule_finds_an_import_that_points_up() -> None:
    assert upward_imports(ROOT / "verbatim/scores/csat.py", ["verbatim.storage.store", "verbatim.errors"]) == [
        "verbatim.storage.store"
    ]
    assert upward_imports(ROOT / "verbatim/cli.py", ["api.app"]) == ["api.app"]
    assert upward_imports(ROOT / "models/train.py", ["api.app", "verbatim.domain"]) == ["api.app"]
