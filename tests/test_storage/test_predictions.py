from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from importlib import import_module
from typing import Any

import pytest

from tests.test_storage import rows
from verbatim.domain import stable_key
from verbatim.errors import NoSkillError, NotFoundError
from verbatim.storage import predictions, queries, tables
from verbatim.storage.predictions import (
    add_intervention,
    add_predictor,
    prediction_key,
    save_predictions,
    set_predictor_status,
)
from verbatim.storage.store import Store

NOON = rows.at("2026-03-01T12:00")


def key(name: str) -> str:
    return stable_key("predictor", name)


def trained(name: str, **given: object) -> dict[str, object]:
    usual: dict[str, object] = {
        "id": key(name), "metric": "csat", "status": "ready", "created_at": NOON, "target": "score <= 3",
        "data_start": rows.at("2025-01-01"), "data_end": rows.at("2026-01-01"), "tickets": 400, "snapshots": 1200,
        "cases": 60, "sha256": "ab" * 32, "summary": {"auc": 0.71},
    }  # fmt: skip
    return usual | given


def predicted(ticket: str, at: datetime = NOON, **given: object) -> dict[str, object]:
    usual: dict[str, object] = {
        "predictor_id": key("a"), "ticket_id": stable_key("ticket", ticket), "metric": "csat", "at": at, "made_at": at,
        "stage": "creation", "probability": 0.31, "low": 0.2, "high": 0.4, "expected_score": 3.8, "band": "high",
        "features_hash": "cd" * 8, "reasons": [{"says": "waiting 26 h for a reply", "points": 12}],
    }  # fmt: skip
    return usual | given


def add(store: Store, name: str, **given: object) -> int:
    return add_predictor(store, trained(name, **given), person="Ana")


def set_status(store: Store, name: str, status: Any, **given: Any) -> None:
    set_predictor_status(store, key(name), status, **({"person": "Ben", "at": NOON} | given))


def statuses(store: Store) -> dict[str, str]:
    found = queries.predictors(store)
    return dict(zip(found["id"], found["status"], strict=True))


def test_predictors_are_numbered_by_metric(store: Store) -> None:
    assert [add(store, "a"), add(store, "b", metric="ces"), add(store, "c", status="refused")] == [1, 1, 2]
    assert queries.predictors(store)["metric"].tolist() == ["ces", "csat", "csat"]
    of_csat = queries.predictors(store, "csat")
    assert of_csat["number"].tolist() == [1, 2]
    assert of_csat["proven"].tolist() == [True, False]
    assert of_csat["summary"][0] == {"auc": 0.71}
    assert of_csat["activated_at"].isna().all()
    history = queries.predictor_changes(store, key("a"))
    assert history[["kind", "person", "note"]].to_numpy().tolist() == [["trained", "Ana", None]]
    assert history["at"][0] == NOON


def test_predictors_trained_at_once_get_numbers_of_their_own(store: Store) -> None:
    with ThreadPoolExecutor(4) as threads:
        numbers = list(threads.map(lambda name: add(store, str(name)), range(8)))
    assert sorted(numbers) == list(range(1, 9))
    assert queries.predictor_changes(store)["sequence"].tolist() == list(range(1, 9))


def test_a_new_predictor_cannot_be_active_at_once(store: Store) -> None:
    with pytest.raises(ValueError, match="'active'"):
        add(store, "a", status="active")
    assert queries.predictors(store).empty


def test_one_predictor_of_a_metric_is_active(store: Store) -> None:
    for name, metric in (("a", "csat"), ("b", "csat"), ("c", "ces")):
        add(store, name, metric=metric)
    set_status(store, "a", "active")
    set_status(store, "c", "active")
    set_status(store, "b", "active", at=NOON + timedelta(days=1), note="better on mail")
    assert statuses(store) == {key("a"): "retired", key("b"): "active", key("c"): "active"}
    found = queries.predictors(store, "csat").set_index("id")
    assert found["retired_at"][key("a")] == found["activated_at"][key("b")] == NOON + timedelta(days=1)
    history = queries.predictor_changes(store)
    assert history["sequence"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert history["kind"].tolist() == [*["trained"] * 3, "activated", "activated", "retired", "activated"]
    assert history["predictor_id"].tolist()[-2:] == [key("a"), key("b")]
    assert history["note"].tolist()[-1] == "better on mail"


def test_the_same_status_again_changes_nothing(store: Store) -> None:
    add(store, "a")
    set_status(store, "a", "active")
    set_status(store, "a", "active", at=NOON + timedelta(days=1))
    assert queries.predictors(store)["activated_at"][0] == NOON
    assert queries.predictor_changes(store)["kind"].tolist() == ["trained", "activated"]


def test_one_without_skill_becomes_active_by_force_only_each_time(store: Store) -> None:
    add(store, "a")
    set_status(store, "a", "active")
    add(store, "b", status="refused", summary={"gate_reasons": ["31 cases are too few"]})
    for _ in range(2):
        with pytest.raises(NoSkillError, match="csat-2 was refused.*31 cases are too few"):
            set_status(store, "b", "active")
        assert statuses(store)[key("a")] == "active"
        set_status(store, "b", "active", force=True)
        assert statuses(store) == {key("a"): "retired", key("b"): "active"}
        set_status(store, "b", "retired")
        set_status(store, "a", "active")


def test_a_predictor_that_is_not_there_is_named(store: Store) -> None:
    with pytest.raises(NotFoundError, match="'nope'"):
        set_predictor_status(store, "nope", "active", person="Ben", at=NOON)


def test_predictions_come_back_as_they_were_written(store: Store) -> None:
    row = predicted("1", expected_score=None)
    assert save_predictions(store, [row]).inserted == 1
    found = queries.predictions(store)
    assert found.columns.tolist() == tables.prediction.columns.keys()
    assert found["reasons"][0] == row["reasons"]
    assert found["at"][0] == NOON
    assert found[["probability", "low", "high"]].to_numpy().tolist() == [[0.31, 0.2, 0.4]]
    assert found["expected_score"].isna().all()
    assert found["id"][0] == prediction_key(key("a"), stable_key("ticket", "1"), NOON)


def test_scoring_the_same_moment_again_replaces_in_any_time_zone(store: Store) -> None:
    save_predictions(store, [predicted("1"), predicted("2")])
    elsewhere = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    changes = save_predictions(store, [predicted("1", elsewhere, made_at=NOON, band="low"), predicted("2")])
    assert (changes.inserted, changes.updated, changes.unchanged) == (0, 1, 1)
    assert sorted(queries.predictions(store)["band"]) == ["high", "low"]


def test_many_predictions_are_written_and_sought_in_portions(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictions, "CHUNK_ROWS", 3)
    # By name, since `queries.predictions` is the function.
    monkeypatch.setattr(import_module("verbatim.storage.queries.predictions"), "MOST_IDS", 2)
    assert save_predictions(store, [predicted(str(i)) for i in range(8)]).inserted == 8
    wanted = [stable_key("ticket", str(i)) for i in (1, 2, 3, 5, 8, 3)]
    found = queries.predictions(store, ticket_ids=wanted)
    assert found["ticket_id"].tolist() == sorted(wanted[:4])
    assert found.dtypes.equals(queries.predictions(store).dtypes)


def test_predictions_are_found_by_metric_predictor_ticket_and_moment(store: Store) -> None:
    days = [NOON + timedelta(days=day) for day in range(3)]
    save_predictions(store, [predicted("1", day) for day in days])
    save_predictions(store, [predicted("2", days[1], metric="ces", predictor_id=key("b"))])
    assert len(queries.predictions(store)) == 4
    assert len(queries.predictions(store, metric="csat")) == 3
    assert len(queries.predictions(store, predictor_id=key("b"))) == 1
    assert queries.predictions(store, start=days[1], end=days[2])["at"].tolist() == [days[1], days[1]]
    assert queries.predictions(store, metric="csat", ticket_ids=[stable_key("ticket", "2")]).empty
    nothing = queries.predictions(store, ticket_ids=[])
    assert nothing.empty
    assert nothing.columns.tolist() == tables.prediction.columns.keys()


def test_the_latest_prediction_of_a_ticket_is_of_the_latest_moment_then_made_last(store: Store) -> None:
    later, hour = NOON + timedelta(days=1), timedelta(hours=1)
    save_predictions(
        store,
        [
            predicted("1", NOON, made_at=later + hour, band="old moment, made late"),
            predicted("1", later, band="newest moment"),
            predicted("1", later, predictor_id=key("b"), made_at=later + hour, band="made last"),
            predicted("1", later + hour, metric="ces", band="another metric"),
            predicted("2", NOON, band="only one"),
        ],
    )
    found = queries.latest_predictions(store, "csat").set_index("ticket_id")["band"]
    assert found.to_dict() == {stable_key("ticket", "1"): "made last", stable_key("ticket", "2"): "only one"}
    assert queries.latest_predictions(store, "nps").empty


def test_predictions_stay_when_there_is_no_such_predictor(store: Store) -> None:
    save_predictions(store, [predicted("1", predictor_id=key("gone"))])
    assert len(queries.predictions(store, predictor_id=key("gone"))) == 1


def test_interventions_are_kept_once_and_found_by_moment(store: Store) -> None:
    called = {"ticket_id": stable_key("ticket", "1"), "at": NOON, "kind": "called", "person": "Ana"}
    assert add_intervention(store, {**called, "note": "spoke to [NAME]"}).inserted == 1
    assert add_intervention(store, {**called, "note": "spoke to [NAME]"}).unchanged == 1
    assert add_intervention(store, {**called, "at": NOON + timedelta(days=1)}).inserted == 1
    found = queries.interventions(store)
    assert found["note"].tolist() == ["spoke to [NAME]", None]
    assert queries.interventions(store, start=NOON + timedelta(hours=1))["at"].tolist() == [NOON + timedelta(days=1)]
    assert queries.interventions(store, end=NOON).empty


def test_a_prediction_of_no_known_moment_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="naive"):
        save_predictions(store, [predicted("1", NOON.replace(tzinfo=None))])
