"""A month is added: what the commands say about what became of the themes."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_commands.conftest import Run, call

TOPICS = {
    "The refund of order {} never reached my bank account": 24,
    "Parcel {} was left outside by the courier in the rain": 22,
    "I cannot log in, my password is rejected since day {}": 20,
}
NEW = {"The new invoice template number {} shows the wrong tax rate": 14}


def write(path: Path, month: int, topics: dict[str, int], first: int = 0) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(["id", "date", "score", "comment"])
        for topic, (text, count) in enumerate(topics.items()):
            for number in range(first, first + count):
                rows.writerow(
                    [f"{month}-{topic}-{number}", f"2026-{month:02d}-05", 1 + number % 5, text.format(number)]
                )
    return path


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Run]]:
    """What each command said, in the order they were given."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in [name for name in os.environ if name.startswith("VERBATIM_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("VERBATIM_HOME", "")
        home = tmp_path_factory.mktemp("changes")
        monkeypatch.chdir(home)
        one = write(home / "one.csv", 1, TOPICS)
        two = write(home / "two.csv", 2, {**dict.fromkeys(TOPICS, 2), **NEW}, first=50)
        given = {
            "too early": ("changes",),
            "one": ("ingest", "responses", one, "--metric", "csat", "--scale", "csat-5"),
            "mine": ("mine", "--json"),
            "first": ("changes",),
            "first as JSON": ("changes", "--json"),
            "again": ("mine", "--json"),
            "two": ("ingest", "responses", two, "--metric", "csat", "--scale", "csat-5"),
            "grown": ("mine", "--json"),
            "changes": ("changes",),
            "changes as JSON": ("changes", "--json"),
            "all changes": ("changes", "--all"),
            "refit": ("mine", "--refit", "--json"),
            "history": ("changes", "--history", "--json"),
            "no theme": ("changes", "T999"),
        }
        yield {name: call(home / "var", *words) for name, words in given.items()}


def said(run: Run) -> str:
    return " ".join(run.err.split())


def themes(run: Run) -> dict[str, int]:
    return {row["id"]: row["size"] for row in json.loads(run.out)}


def test_before_the_first_mining_there_are_no_changes(story: dict[str, Run]) -> None:
    assert story["too early"].code == 2
    assert "run `verbatim mine` first" in said(story["too early"])


def test_the_first_mining_has_nothing_before_it(story: dict[str, Run]) -> None:
    assert (story["first"].code, story["first"].out) == (0, "")
    assert "nothing came before" in said(story["first"])
    assert json.loads(story["first as JSON"].out) == []


def test_mining_the_same_again_changes_nothing(story: dict[str, Run]) -> None:
    assert "nothing new since they were mined" in said(story["again"])
    assert story["again"].out == story["mine"].out


def test_a_month_with_a_new_theme_is_told(story: dict[str, Run]) -> None:
    assert "20 different comments were new: 6 joined the themes that were" in said(story["grown"])
    assert "14 made 1 new theme;" in said(story["grown"])
    before, after = themes(story["mine"]), themes(story["grown"])
    assert {key: after[key] - size for key, size in before.items()} == dict.fromkeys(before, 2)
    changes = json.loads(story["changes as JSON"].out)
    assert {change["old_id"] for change in changes if change["kind"] == "continued"} == set(before)
    assert {change["new_id"] for change in changes if change["kind"] == "new"} == set(after) - set(before)


def test_themes_that_just_went_on_are_shown_on_demand(story: dict[str, Run]) -> None:
    assert "3 continued, 1 new" in said(story["changes"])
    assert "continued" not in story["changes"].out
    assert story["all changes"].out.count("continued") == 3


def test_a_refit_keeps_the_ids_and_is_in_the_history(story: dict[str, Run]) -> None:
    assert "anew, since that was asked for" in said(story["refit"])
    assert themes(story["refit"]) == themes(story["grown"])
    assert len({change["model_id"] for change in json.loads(story["history"].out)}) == 2


def test_a_theme_that_never_was_is_a_mistake(story: dict[str, Run]) -> None:
    assert (story["no theme"].code, story["no theme"].out) == (2, "")
    assert "there never was a theme 'T999'" in said(story["no theme"])
