"""Jobs on the page: asked for, watched, cancelled and tried again; who may not is refused."""

from __future__ import annotations

import httpx
import pytest

from tests.test_api.conftest import Served
from tests.test_api.working import work
from tests.test_web.test_settings_page import undo_form


@pytest.fixture(scope="module")
def analyst(empty: Served) -> httpx.Client:
    return empty.as_role("analyst")


def test_a_job_is_asked_for_cancelled_and_taken_back(empty: Served, analyst: httpx.Client) -> None:
    asked = analyst.post("/settings/jobs", data={"kind": "sweep"})
    assert asked.status_code == 303
    waiting = analyst.get(asked.headers["location"]).text
    assert "data-job=" in waiting
    assert "No worker runs" in waiting
    undo, _ = undo_form(waiting)
    assert undo.endswith("/cancel")
    cancelled = analyst.post(undo)
    told = analyst.get(cancelled.headers["location"]).text
    assert ">cancelled<" in told
    assert "data-job=" not in told
    again, _ = undo_form(told)
    assert again.endswith("/retry")
    analyst.post(again)
    work(empty)
    done = analyst.get(asked.headers["location"]).text
    assert ">done<" in done
    assert analyst.post(undo).status_code == 409


def test_what_cannot_succeed_is_told_beside_the_form(analyst: httpx.Client) -> None:
    refused = analyst.post("/settings/jobs", data={"kind": "mine", "themes": "1"})
    assert refused.status_code == 422
    assert 'role="alert">themes: ' in refused.text
    assert 'name="themes" inputmode="numeric" placeholder="the data decide" value="1"' in refused.text
    nothing = analyst.post("/settings/jobs", data={"kind": "mine"})
    assert nothing.status_code == 409
    assert 'role="alert"' in nothing.text
    assert analyst.post("/settings/jobs", data={"kind": "<b>"}).status_code == 422


def test_only_administrators_train_and_only_who_may_write_starts(empty: Served, analyst: httpx.Client) -> None:
    assert analyst.post("/settings/jobs", data={"kind": "train"}).status_code == 403
    assert "Train a predictor</h3>" not in analyst.get("/settings/jobs").text
    assert "Train a predictor</h3>" in empty.as_role("admin").get("/settings/jobs").text
    viewer = empty.as_role("viewer")
    assert viewer.post("/settings/jobs", data={"kind": "sweep"}).status_code == 403
    assert '<h2 id="start">' not in viewer.get("/settings/jobs").text


def test_the_list_is_filtered_by_the_address(empty: Served, analyst: httpx.Client) -> None:
    analyst.post("/settings/jobs", data={"kind": "sweep"})
    work(empty)
    shown = analyst.get("/settings/jobs?kind=sweep&status=done").text
    assert '<option value="sweep" selected>' in shown
    assert "/settings/jobs/" in shown
    assert "No jobs like that" in analyst.get("/settings/jobs?kind=mine&status=done").text
    assert analyst.get("/settings/jobs?status=nonsense").status_code == 200
    assert analyst.get("/settings/jobs/nothing").status_code == 404
