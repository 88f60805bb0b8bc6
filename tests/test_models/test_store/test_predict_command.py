"""``verbatim predict`` as a user types it, and what it keeps."""

from __future__ import annotations

import csv
import json

import pytest

from verbatim.storage import queries
from verbatim.storage.engine import prepare_store


def open_rows(place) -> list[dict[str, str]]:
    with (place.files / "tickets.csv").open(encoding="utf-8") as stream:
        return [row for row in csv.DictReader(stream) if row["status"] not in ("solved", "closed")]


def test_open_tickets_come_with_risk_band_reasons_and_next_step(copied):
    done = copied.verbatim("predict", "--open", "--top", "5", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["predictor"] == "csat-1"
    risks = [one["probability"] for one in found["tickets"]]
    assert risks == sorted(risks, reverse=True)
    assert {one["name"] for one in found["tickets"]} <= {row["id"] for row in open_rows(copied)}
    for one in found["tickets"]:
        assert 0 < one["low"] <= one["probability"] <= one["high"] < 1
        assert one["band"] in ("usual", "raised", "high")
        assert one["reasons"]["next_step"]
        whole = one["reasons"]["usual"] + one["reasons"]["rest"] + sum(r["points"] for r in one["reasons"]["reasons"])
        assert whole == pytest.approx(one["probability"])
    with prepare_store(copied.settings) as store:
        kept = queries.predictions(store)
    assert len(kept) == found["open"]
    assert kept["features_hash"].str.len().eq(32).all()
    assert len(kept) > 5
    assert kept["reasons"].map(bool).all()  # also of those that were not shown
    again = copied.verbatim("predict", "--open")
    assert again.code == 0
    with prepare_store(copied.settings) as store:
        assert len(queries.predictions(store)) == len(kept)  # the same moment, the same rows


def test_the_printed_page_names_ticket_points_and_next_step(copied):
    done = copied.verbatim("predict", "--open", "--top", "2", "--dry-run")
    assert "open tickets" in done.out
    assert "points" in done.out
    assert "next:" in done.out
    with prepare_store(copied.settings) as store:
        assert queries.predictions(store).empty


def test_a_file_is_scored_without_being_stored(copied, tmp_path):
    rows = open_rows(copied)[:6]
    path = tmp_path / "today.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows([{**row, "id": f"X-{row['id']}", "status": "open"} for row in rows])
    with prepare_store(copied.settings) as store:
        before = queries.table_sizes(store)
    done = copied.verbatim("predict", path, "--at", "2026-11-01", "--json")
    assert done.code == 0, done.err
    assert {one["name"] for one in json.loads(done.out)["tickets"]} == {f"X-{row['id']}" for row in rows}
    with prepare_store(copied.settings) as store:
        assert queries.table_sizes(store).equals(before)


def test_a_file_without_a_column_is_scored_with_a_note(copied, tmp_path):
    row = open_rows(copied)[0]
    path = tmp_path / "bare.csv"
    path.write_text(f"id,created_at\nY-1,{row['created_at']}\n", encoding="utf-8")
    found = json.loads(copied.verbatim("predict", path, "--at", "2026-11-01", "--json").out)
    assert any("the file says nothing of account_id" in note for note in found["notes"])
    full = json.loads(copied.verbatim("predict", "--open", "--dry-run", "--json").out)
    width = {one["name"]: one["high"] - one["low"] for one in (*found["tickets"], *full["tickets"])}
    assert 0 < width["Y-1"] < 1


def test_tickets_from_the_future_wait(copied, tmp_path):
    path = tmp_path / "future.csv"
    path.write_text("id,created_at\nF-1,2026-10-31T10:00:00Z\nF-2,2026-10-31T23:00:00Z\n", encoding="utf-8")
    done = copied.verbatim("predict", path, "--at", "2026-10-31", "--json")
    assert (done.code, "no ticket is open" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "either a FILE of tickets, or --open"),
        (("--open", "--team", "Nobody"), "teams with open tickets"),
        (("--open", "--using", "csat-7"), "csat-1"),
        (("--open", "--metric", "ces"), "verbatim predictor train ces"),
        (("--open", "--at", "2001-01-01"), "no ticket is open"),
        (("--open", "--at", "soon"), "2026-10-31"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(run, words, said):
    done = run("predict", *words, "--dry-run")
    assert done.code == 2
    assert said in done.err


@pytest.mark.parametrize("content", [b"", b"id,created_at\n", b"\x00\x01\x02", b"id;subject\n1;x\n"])
def test_a_wrong_file_is_named(run, tmp_path, content):
    path = tmp_path / "wrong.csv"
    path.write_bytes(content)
    done = run("predict", path, "--dry-run")
    assert done.code == 2
    assert "wrong.csv" in done.err or "created_at" in done.err


def test_hostile_words_of_a_megabyte_are_scored(copied, tmp_path):
    path = tmp_path / "huge.csv"
    text = "<script>alert(1)</script> URGENT!!! " * 29_000
    path.write_text(f'id,created_at,subject,body\nH-1,2026-10-30T08:00:00Z,"=cmd()","{text}"\n', encoding="utf-8")
    done = copied.verbatim("predict", path, "--at", "2026-10-31", "--json")
    assert done.code == 0, done.err
    (one,) = json.loads(done.out)["tickets"]
    assert 0 < one["probability"] < 1
    assert "<script>" not in done.out


def test_drift_joins_predictions_with_the_answers_that_came(with_second):
    found = json.loads(with_second.verbatim("predictor", "drift", "csat", "--days", "60", "--json").out)
    assert found["version"] == "csat-2"
    assert found["tickets"] > 50
    assert {row["feature"] for row in found["drift"]} >= {"predicted risk", "channel", "first_wait"}
    assert sum(week["n"] for week in found["weeks"]) >= 1
    assert "PSI" in with_second.verbatim("predictor", "drift", "csat").out
