"""Taxonomies in files: both formats round-trip, and every mistake names its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.errors import InputError, StoreFullError
from verbatim.guided.taxonomy import TaxonomyEntry, make_taxonomy
from verbatim.guided.taxonomy_files import MOST_BYTES, read_taxonomy, write_taxonomy

TOML = """\
[[theme]]
name = "Waiting"
description = "Time until seen"
examples = ["Two hours!", "Endless wait"]

[[theme]]
id = "T002"
name = "Parking"
parent = "waiting"
"""


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_toml_and_csv_of_the_same_themes_are_equal(tmp_path: Path) -> None:
    first = read_taxonomy(written(tmp_path, "a.toml", TOML))
    rows = ["name;id;description;examples;parent", 'Waiting;;Time until seen;"Two hours!|Endless wait";']
    table = "\n".join([*rows, "Parking;T002;;;Waiting", ""])
    assert read_taxonomy(written(tmp_path, "a.csv", table)) == first
    assert first.entries[1] == TaxonomyEntry("T002", "Parking", parent="waiting")


def test_a_mark_of_byte_order_and_windows_line_ends_do_not_matter(tmp_path: Path) -> None:
    plain = read_taxonomy(written(tmp_path, "a.toml", TOML))
    marked = read_taxonomy(written(tmp_path, "b.toml", b"\xef\xbb\xbf" + TOML.replace("\n", "\r\n").encode()))
    assert marked == plain


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", TOML, "should end in .toml or .csv"),
        ("a.toml", "[[theme]]\nname = \nid = 3", "not valid TOML.*line 2"),
        ("a.toml", '[theme]\nname = "x"', "double brackets"),
        ("a.toml", "", "no themes"),
        ("a.toml", 'themes = 1\n[[theme]]\nname="x"', "unknown key 'themes'"),
        ("a.toml", '[[theme]]\nname = "x"\nexample = ["y"]', "line 1: unknown key 'example'"),
        ("a.toml", '[[theme]]\nname = "x"\n\n[[theme]]\nname = 3', "line 4: name should be a text"),
        ("a.toml", '[[theme]]\nname = "x"\nexamples = "y"', "line 1: examples should be a list"),
        ("a.toml", '[[theme]]\nname = "x"\n\n# a\n[[theme]]\nname = "X"', "line 5: the name 'X' is taken by line 1"),
        ("a.toml", TOML.encode("utf-16"), "not UTF-8"),
        ("a.toml", "[[theme]]\nname = 'caf\u00e9'".encode("latin-1"), r"not UTF-8 \(line 2\)"),
        ("a.toml", "x = " + "[" * 100_000, "nested too deeply|not valid TOML"),
        ("a.csv", "title\nx\n", "line 1: unknown column 'title'"),
        ("a.csv", "id,parent\na,b\n", "no column 'name'"),
        ("a.csv", "name,name\na,b\n", "is there twice"),
        ("a.csv", "name,parent\nFood,\nSoup,Fod\n", "line 3 .'Soup'.: there is no theme 'Fod'"),
        ("a.csv", 'name,examples\nFood,"a\nb"\n,x\n', "line 4: the theme has no name"),
        ("a.csv", "name,parent\nFood,,much,more\n", "line 2: 4 cells"),
        ("a.csv", 'name\n"Food', "not valid CSV"),
        ("a.csv", "", "no themes"),
        ("a.csv", "name\n" + "x" * 200_000, "line 2: not valid CSV|characters"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_line(
    tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read_taxonomy(written(tmp_path, name, content))


def test_missing_folders_and_huge_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_taxonomy(tmp_path / "none.toml")
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        read_taxonomy(tmp_path / "folder.toml")
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as stream:
        stream.truncate(MOST_BYTES + 1)
    with pytest.raises(InputError, match="surely a mistake"):
        read_taxonomy(huge)


def test_writing_where_nothing_can_be_written_says_so(tmp_path: Path) -> None:
    taxonomy = make_taxonomy([TaxonomyEntry("", "Food")])
    with pytest.raises(StoreFullError, match="cannot be written"):
        write_taxonomy(taxonomy, tmp_path / "none" / "a.toml")
    with pytest.raises(InputError, match="should end in"):
        write_taxonomy(taxonomy, tmp_path / "a.xlsx")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(
    st.lists(
        st.builds(TaxonomyEntry, st.just(""), TEXTS, TEXTS, st.lists(TEXTS, max_size=3).map(tuple)),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([".toml", ".csv"]),
)
def test_a_valid_taxonomy_reads_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, entries: list[TaxonomyEntry], kind: str
) -> None:
    try:
        taxonomy = make_taxonomy(entries)
    except InputError:
        return
    path = tmp_path_factory.mktemp("taxonomy") / f"a{kind}"
    write_taxonomy(taxonomy, path)
    assert read_taxonomy(path) == taxonomy
