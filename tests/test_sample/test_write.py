from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.test_sample.conftest import Folder
from verbatim.errors import StoreFullError, UserError
from verbatim.sample import write_sample

FILES = {
    "accounts.csv", "contacts.csv", "tickets.csv", "events.jsonl", "csat.csv", "ces.csv", "nps.csv",
    "milestones.csv", "truth.json", "truth_comments.csv", "ticket_risk.csv", "SAMPLE.txt",
}  # fmt: skip


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_writes_every_file(sample: Folder) -> None:
    assert {path.name for path in sample.path.iterdir()} == FILES


def test_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    write_sample(tmp_path / "one", months=3, seed=5, size=0.1)
    write_sample(tmp_path / "two", months=3, seed=5, size=0.1)
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_another_seed_gives_another_organisation(tmp_path: Path) -> None:
    write_sample(tmp_path / "one", months=2, seed=5, size=0.1)
    write_sample(tmp_path / "two", months=2, seed=6, size=0.1)
    one, two = content(tmp_path / "one"), content(tmp_path / "two")
    same = {name for name in FILES if one[name] == two[name]}
    assert same == {"SAMPLE.txt", "milestones.csv"}


def test_summary_counts_the_rows_written(tmp_path: Path) -> None:
    summary = write_sample(tmp_path / "new" / "deep", months=2, size=0.1, end=date(2024, 3, 1))
    assert (summary.first_month, summary.last_month) == ("2024-01", "2024-02")
    folder = Folder(summary.folder)
    assert {name: len(folder.table(name)) for name in summary.rows if name.endswith(".csv")} == {
        name: count for name, count in summary.rows.items() if name.endswith(".csv")
    }
    assert summary.rows["events.jsonl"] == len(folder.events)
    assert summary.comments == len(folder.comments)


def test_an_earlier_sample_is_replaced(tmp_path: Path) -> None:
    write_sample(tmp_path, months=1, seed=1, size=0.1)
    before = content(tmp_path)
    write_sample(tmp_path, months=1, seed=2, size=0.1)
    assert content(tmp_path) != before


def test_a_folder_with_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    with pytest.raises(UserError, match="not an earlier sample"):
        write_sample(tmp_path, months=1, size=0.1)
    assert content(tmp_path) == {"letters.txt": b"mine"}


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    with pytest.raises(UserError, match="is a file"):
        write_sample(tmp_path / "taken", months=1, size=0.1)
    with pytest.raises(StoreFullError, match="cannot be written"):
        write_sample(tmp_path / "taken" / "below", months=1, size=0.1)


@pytest.mark.parametrize("months", [0, -1, 121])
def test_months_out_of_range_are_refused(tmp_path: Path, months: int) -> None:
    with pytest.raises(UserError, match="1 to 120 months"):
        write_sample(tmp_path, months=months)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("size", [0.0, -1.0, float("nan"), float("inf")])
def test_size_out_of_range_is_refused(tmp_path: Path, size: float) -> None:
    with pytest.raises(UserError, match="size of a sample"):
        write_sample(tmp_path, size=size)


@pytest.mark.parametrize("months", [1, 5, 120])
def test_other_lengths_keep_the_order_of_the_story(tmp_path: Path, months: int) -> None:
    write_sample(tmp_path, months=months, size=0.05)
    truth = Folder(tmp_path).truth
    assert len(truth["months"]) == months
    times = [milestone["at"] for milestone in truth["milestones"]]
    assert times == sorted(times)
    assert all(truth["start"] <= at < truth["end"] for at in times)
    for theme in truth["themes"]:
        assert set(theme["planted_months"]) <= set(truth["months"])
