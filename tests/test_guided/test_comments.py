"""Comments from a file without a store: the right column, cleaned and redacted, with blanks counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from verbatim.errors import EmptyError, MappingError
from verbatim.guided.comments import read_comments
from verbatim.settings import Settings


def written(folder: Path, content: str) -> Path:
    path = folder / "comments.csv"
    path.write_text(content, encoding="utf-8")
    return path


def test_a_column_called_like_comments_is_taken_and_texts_are_redacted(tmp_path: Path, settings: Settings) -> None:
    path = written(tmp_path, "number,feedback\n1,Write to jo@example.org please\n2,\n3,n/a\n")
    found = read_comments(path, settings)
    assert found.column == "feedback"
    assert found.ids == ("2", "4")
    assert "example.org" not in found.texts[0]
    assert found.blank == 1


def test_otherwise_the_longest_texts_are_comments_unless_one_is_named(tmp_path: Path, settings: Settings) -> None:
    path = written(tmp_path, "place,was gut war\nA,Das Essen war sehr gut\nB,Alle waren freundlich\n")
    assert read_comments(path, settings).column == "was gut war"
    assert read_comments(path, settings, "PLACE").texts == ("A", "B")


def test_a_missing_or_blank_column_is_told(tmp_path: Path, settings: Settings) -> None:
    path = written(tmp_path, "a,b\nx,\ny,\n")
    with pytest.raises(MappingError, match="no column 'c'; it has a, b"):
        read_comments(path, settings, "c")
    with pytest.raises(EmptyError, match="holds no comments"):
        read_comments(path, settings, "b")
