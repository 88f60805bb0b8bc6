"""``verbatim predictor`` as a user types it."""

from __future__ import annotations

import json
import shutil

import pytest

from models.registry import versions
from tests.test_models.test_store.conftest import Place
from verbatim.storage import queries
from verbatim.storage.engine import prepare_store


def test_training_registers_judges_and_activates_the_first_that_passes(organisation, store):
    (only,) = versions(store, "csat")
    assert (only.name, only.status, only.proven, only.target) == ("csat-1", "active", True, "score <= 3")
    assert only.tickets > 500
    assert only.snapshots > 2 * only.tickets
    changes = queries.predictor_changes(store)
    assert changes["kind"].tolist() == ["trained", "activated"]
    assert set(changes["person"]) == {"Ada"}
    assert (only.folder(organisation.settings) / "predictor.json").is_file()


def test_evaluation_shows_stages_segments_and_baselines_with_intervals(run):
    done = run("predictor", "evaluate", "csat")
    assert done.code == 0
    for said in ("base rate", "last rating", "wait", "sentiment", "creation", "before close", "channel = email"):
        assert said in done.out
    assert "The riskiest 10 %" in done.out
    assert "Weighted to tickets that were not rated" in done.out
    found = json.loads(run("predictor", "evaluate", "csat-1", "--json").out)["evaluation"]
    (overall,) = [row for row in found["rows"] if row["segment"] is None and row["name"] == "predictor"]
    assert 0.6 < overall["roc_auc"]["low"] < overall["roc_auc"]["value"] < overall["roc_auc"]["high"] < 1


def test_list_shows_each_version(run):
    done = run("predictor", "list")
    assert "csat-1" in done.out
    assert "active" in done.out
    (one,) = json.loads(run("predictor", "list", "--json").out)
    assert one["name"] == "csat-1"


def test_the_card_says_what_is_used_and_what_is_left_out(run, tmp_path):
    text = run("predictor", "card", "csat-1").out
    assert text.startswith("# Model card: csat\\-1") or text.startswith("# Model card: csat-1")
    assert "Not intended" in text
    assert "agent" in text
    assert "who the agent is may not be used" in text
    page = tmp_path / "card.html"
    assert run("predictor", "card", "csat-1", "--format", "html", "--out", page).code == 0
    assert page.read_text(encoding="utf-8").count("<svg") >= 4
    again = run("predictor", "card", "csat-1", "--format", "html", "--out", page)
    assert (again.code, "--force" in again.err) == (2, True)


def test_a_second_version_can_be_taken_back(with_second, tmp_path):
    shutil.copytree(with_second.home, tmp_path / "home")
    place = Place(tmp_path / "home", with_second.files)
    assert place.verbatim("predictor", "rollback", "csat").out == "csat-1 is active again\n"
    assert place.verbatim("predictor", "retire", "csat-1").out == "csat-1 is retired\n"
    refused = place.verbatim("predict", "--open")
    assert refused.code == 2
    assert "active" in refused.err
    with prepare_store(place.settings) as store:
        kinds = queries.predictor_changes(store)["kind"].tolist()
    assert kinds[:2] == ["trained", "activated"]
    assert kinds[-3:] == ["retired", "rolled_back", "retired"]


def test_two_versions_are_compared_on_tickets_that_neither_has_seen(with_second):
    found = json.loads(with_second.verbatim("predictor", "compare", "csat-1", "csat-2", "--json").out)
    with prepare_store(with_second.settings) as store:
        first, second = versions(store, "csat")
    assert second.data_end < first.data_end
    assert found["start"] >= first.summary["held_from"][:10]
    assert found["csat-1"]["rows"][0]["tickets"] == found["csat-2"]["rows"][0]["tickets"] == found["tickets"]
    assert "csat-2" in with_second.verbatim("predictor", "compare", "csat-1", "csat-2").out


def test_a_version_cannot_be_compared_with_one_of_another_metric(with_second):
    done = with_second.verbatim("predictor", "compare", "csat-1", "csat-9")
    assert (done.code, "csat-2" in done.err) == (2, True)


def test_who_stepped_in_is_kept_without_personal_data(with_second):
    with prepare_store(with_second.settings) as store:
        (row,) = queries.interventions(store).to_dict("records")
    assert (row["kind"], row["person"]) == ("call", "Bo")
    assert "ada@" not in row["note"]


def test_the_target_of_ces_is_high_effort(copied):
    done = copied.verbatim("predictor", "train", "ces", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["version"] == "ces-1"
    assert found["status"] == ("active" if found["gate"]["passed"] else "refused")
    assert "score <= 3" in copied.verbatim("predictor", "evaluate", "ces-1").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("predictor", "train", "nps"), "'nps' is not one of"),
        (("predictor", "train", "csat", "--target", "unhappy"), "write it like 'score <= 3'"),
        (("predictor", "train", "csat", "--target", "score <= 0"), "no one of"),
        (("predictor", "train", "csat", "--target", "score <= 5"), "counts the best answer"),
        (("predictor", "train", "csat", "--until", "2020-01-01"), "before 2020-01-01"),
        (("predictor", "evaluate", "csat-9"), "csat-1"),
        (("predictor", "card", "ces"), "verbatim predictor train ces"),
        (("predictor", "rollback", "ces"), "ces"),
        (("predictor", "stepped-in", "T-nobody", "call"), "there is no ticket 'T-nobody'"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(run, words, said):
    done = run(*words)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_no_ratings_no_tickets_nothing_to_learn(tmp_path):
    empty = Place(tmp_path / "home", tmp_path)
    done = empty.verbatim("predictor", "train", "csat")
    assert (done.code, "verbatim ingest" in done.err) == (2, True)
    assert "no predictor yet" in empty.verbatim("predictor", "list").out


@pytest.mark.parametrize("name", ["predictor.json", "arrays.safetensors", "trees"])
def test_an_altered_predictor_is_not_loaded(copied, name):
    with prepare_store(copied.settings) as store:
        (only,) = versions(store, "csat")
    folder = only.folder(copied.settings)
    path = next((folder / "trees").iterdir()) if name == "trees" and (folder / "trees").is_dir() else folder / name
    if not path.is_file():
        path = folder / "arrays.safetensors"
    path.write_bytes(path.read_bytes()[:-40])
    done = copied.verbatim("predict", "--open")
    assert done.code == 1
    assert "SHA-256" in done.err
    assert "train it again" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("predictor", "train", "csat", "--target", "score >= 4"), "counts the best answer"),
        (("predictor", "stepped-in", "T-100017", " "), "say what was done"),
    ],
)
def test_what_makes_no_sense_is_refused(run, words, said):
    done = run(*words)
    assert (done.code, said in done.err) == (2, True)


def test_only_the_active_version_can_be_retired(with_second):
    done = with_second.verbatim("predictor", "retire", "csat-1")
    assert (done.code, "is not active" in done.err) == (2, True)
