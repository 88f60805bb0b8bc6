"""``verbatim taxonomy`` as a user calls it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.test_commands.conftest import Run
from tests.test_guided.planted import ENCODER, STRANGE, comments, corpus, taxonomy
from verbatim.guided.model_files import load_guided
from verbatim.guided.taxonomy_files import read_taxonomy, write_taxonomy

Verbatim = Callable[..., Run]


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The encoder without a model, where a command would look for one."""
    monkeypatch.setattr("verbatim.themes.encode.find_encoder", lambda model=None: ENCODER)


def write_comments(path: Path, texts: list[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["id", "text"], *([row, text] for row, text in enumerate(texts))])


def test_check_shows_the_tree_and_tells_mistakes_with_their_line(verbatim: Verbatim, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('[[theme]]\nname = "Food"\n[[theme]]\nname = "Cold soup"\nparent = "Food"\n')
    run = verbatim("taxonomy", "check", path)
    assert run.code == 0
    assert "cold-soup" in run.out and "  Cold soup" in run.out
    assert "1 themes have a name only" in run.err
    assert json.loads(verbatim("taxonomy", "check", path, "--json").out)["themes"][1]["parent"] == "food"
    path.write_text('[[theme]]\nname = "Food"\n[[theme]]\nname = "food"\n')
    run = verbatim("taxonomy", "check", path)
    assert run.code == 2
    assert "line 3" in run.err


@pytest.mark.usefixtures("hashing")
def test_match_counts_themes_writes_spans_and_proposes(verbatim: Verbatim, tmp_path: Path) -> None:
    texts = [
        *(text for _, text in corpus(25)),
        *comments(STRANGE, 25, seed=1),
        "=cmd|' /C calc'!A0 refund money payment",
    ]
    write_comments(tmp_path / "in.csv", texts)
    write_taxonomy(taxonomy(), tmp_path / "own.toml")
    run = verbatim(
        "taxonomy", "match", tmp_path / "in.csv", "--taxonomy", tmp_path / "own.toml", "--out", tmp_path / "out.csv",
        "--grow", tmp_path / "grown.toml", "--save", tmp_path / "model", "--json",
    )  # fmt: skip
    assert run.code == 0, run.err
    found = json.loads(run.out)
    assert found["comments"] == len(texts)
    assert [theme["id"] for theme in found["themes"]] == [entry.id for entry in taxonomy().entries]
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["comment"] for row in rows} == {str(number) for number in range(2, len(texts) + 2)}
    assert not any(cell.startswith("=") for row in rows for cell in row.values())
    for row in rows:
        if row["theme_id"]:
            assert row["text"].lstrip("'")[int(row["start"]) : int(row["end"])] == row["span"].lstrip("'")
    grown = read_taxonomy(tmp_path / "grown.toml")
    assert len(grown.entries) == len(taxonomy().entries) + len(found["proposals"])
    assert load_guided(tmp_path / "model").taxonomy == taxonomy()


@pytest.mark.usefixtures("hashing")
def test_match_prints_a_table_and_json_out_has_every_comment(verbatim: Verbatim, tmp_path: Path) -> None:
    texts = [text for _, text in corpus(5)]
    write_comments(tmp_path / "in.csv", texts)
    write_taxonomy(taxonomy(), tmp_path / "own.csv")
    run = verbatim(
        "taxonomy", "match", tmp_path / "in.csv", "--taxonomy", tmp_path / "own.csv", "--out", tmp_path / "out.json"
    )
    assert run.code == 0, run.err
    assert "Delivery" in run.out and "fit nowhere" in run.out
    assert {row["text"] for row in json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))} == set(texts)


def test_match_wants_one_source_and_known_endings(verbatim: Verbatim, tmp_path: Path) -> None:
    write_taxonomy(taxonomy(), tmp_path / "own.toml")
    assert "one of the two" in verbatim("taxonomy", "match", "--taxonomy", tmp_path / "own.toml").err
    run = verbatim("taxonomy", "match", "a.csv", "--taxonomy", tmp_path / "own.toml", "--out", "a.xlsx")
    assert run.code == 2
    assert ".csv or .json" in run.err
    run = verbatim("taxonomy", "match", "none.csv", "--taxonomy", tmp_path / "own.toml")
    assert run.code == 2
    assert "none.csv" in run.err
    run = verbatim("taxonomy", "match", "--stored", "--taxonomy", tmp_path / "own.toml")
    assert run.code == 2
    assert "verbatim ingest" in run.err


def test_bertopic_topics_are_imported(verbatim: Verbatim, tmp_path: Path) -> None:
    (tmp_path / "topics.json").write_text(json.dumps({"topic_representations": {"0": [["refund", 1], ["money", 1]]}}))
    run = verbatim("taxonomy", "import", "bertopic", tmp_path, "--out", tmp_path / "own.toml")
    assert run.code == 0, run.err
    assert read_taxonomy(tmp_path / "own.toml").entries[0].name == "Refund, money"


def test_mined_themes_are_exported_as_a_taxonomy_that_reads_back(
    verbatim: Verbatim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verbatim.mining.find_encoder", lambda model=None: ENCODER)
    write_comments(tmp_path / "in.csv", [text for _, text in corpus(30)])
    assert verbatim("ingest", "responses", tmp_path / "in.csv", "--map", "comment=text").code == 0
    assert verbatim("mine").code == 0
    run = verbatim("taxonomy", "export", "--out", tmp_path / "mined.toml")
    assert run.code == 0, run.err
    found = read_taxonomy(tmp_path / "mined.toml")
    listed = [row for row in json.loads(verbatim("themes", "--json").out) if row["kind"] == "theme"]
    assert {entry.id for entry in found.entries} == {row["id"] for row in listed}
    assert all(entry.examples for entry in found.targets)
    monkeypatch.setattr("verbatim.editing.find_encoder", lambda model=None: ENCODER)
    first = listed[0]["id"]
    assert verbatim("theme", "describe", first, "What customers wait for").code == 0
    (tmp_path / "printed.toml").write_text(verbatim("taxonomy", "export").out, encoding="utf-8")
    printed = {entry.id: entry for entry in read_taxonomy(tmp_path / "printed.toml").entries}
    assert printed[first].description == "What customers wait for"
    assert printed.keys() == {entry.id for entry in found.entries}
    refused = verbatim("taxonomy", "export", "--out", tmp_path / "mined.toml")
    assert refused.code == 2
    assert "--force" in refused.err
    assert read_taxonomy(tmp_path / "mined.toml") == found
    assert verbatim("taxonomy", "export", "--out", tmp_path / "mined.toml", "--force").code == 0


def test_nothing_mined_cannot_be_exported(verbatim: Verbatim, tmp_path: Path) -> None:
    run = verbatim("taxonomy", "export", "--out", tmp_path / "mined.toml")
    assert run.code == 2
    assert "verbatim mine" in run.err
