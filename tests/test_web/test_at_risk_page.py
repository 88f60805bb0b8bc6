"""Tickets at risk: the queue as the API gives it, what people do about it and its undo, the model's card."""

from __future__ import annotations

import re
import time

import httpx
import pytest

from api.live.shelf import PredictorShelf
from api.routers.predictor_quality import ReliabilityBin
from api.web.at_risk import PATH, plot_of
from tests.test_api.conftest import Served
from verbatim.storage import queries
from verbatim.storage.engine import prepare_store
from verbatim.storage.queries.restriction import ticket_key

HOSTILE = '<img src=x onerror=alert(1)>"'


@pytest.fixture
def desk(sample: Served) -> httpx.Client:
    return loaded(sample.as_role("analyst"))


def loaded(client: httpx.Client) -> httpx.Client:
    until = time.monotonic() + 60
    while "being loaded" in client.get("/readyz").text:
        assert time.monotonic() < until
        time.sleep(0.02)
    return client


def shown(client: httpx.Client, **query: object) -> str:
    found = client.get(PATH, params=query)
    assert found.status_code == 200, found.text[:300]
    return found.text


def listed(text: str) -> list[str]:
    return re.findall(r'<p class="small muted">(T-\d+)', text)


def test_the_queue_is_that_of_the_api_in_every_order(desk: httpx.Client) -> None:
    for query in (
        {},
        {"order": "-value"},
        {"order": "-opened"},
        {"band": "high"},
        {"capacity": 3},
        {"least_value": 9e4},
    ):
        api = desk.get("/v1/predictions", params={**query, "limit": 25}).json()["tickets"]
        assert listed(shown(desk, **query)) == [one["ticket"] for one in api]
    assert shown(desk, team="nobody").count("No ticket fits") == 1


def test_reasons_and_the_next_step_stand_with_the_ticket(desk: httpx.Client) -> None:
    first = desk.get("/v1/predictions", params={"limit": 1}).json()["tickets"][0]
    assert first["next_step"]
    text = shown(desk)
    assert first["next_step"] in text.replace("&#39;", "'")
    assert all(why["statement"] in text.replace("&#39;", "'").replace("&#34;", '"') for why in first["reasons"])


@pytest.mark.parametrize(
    "said",
    [{"kind": "disagree"}, {"kind": "snooze", "until": "1d"}, {"kind": "acted", "action": "call", "note": HOSTILE}],
    ids=lambda said: said["kind"],
)
def test_what_is_dealt_with_leaves_the_queue_and_undo_brings_it_back(desk: httpx.Client, said: dict[str, str]) -> None:
    before = listed(shown(desk))
    done = desk.post(f"{PATH}/say", data={"ticket": before[0], "query": "order=-risk", **said})
    assert done.status_code == 303
    assert done.headers["location"].startswith(f"{PATH}?order=-risk&done=risk-{said['kind']}")
    text = desk.get(done.headers["location"]).text
    assert listed(text) == before[1:]
    assert before[0] in listed(shown(desk, waiting="false"))
    assert 'name="kind" value="withdrawn"' in text
    undone = desk.post(f"{PATH}/say", data={"ticket": before[0], "kind": "withdrawn"})
    assert listed(desk.get(undone.headers["location"]).text) == before


def test_who_agrees_keeps_the_ticket_in_the_queue(desk: httpx.Client) -> None:
    ticket = listed(shown(desk))[0]
    desk.post(f"{PATH}/say", data={"ticket": ticket, "kind": "agree"})
    text = shown(desk)
    assert listed(text)[0] == ticket
    assert "Somebody agrees." in text


def test_taking_back_forgets_only_ones_own_last_step(sample: Served, desk: httpx.Client) -> None:
    ticket = listed(shown(desk))[0]
    desk.post(f"{PATH}/say", data={"ticket": ticket, "kind": "acted", "action": "call"})
    sample.as_role("analyst").post(f"{PATH}/say", data={"ticket": ticket, "kind": "withdrawn"})
    assert ticket not in listed(shown(desk))
    with prepare_store(sample.settings) as store:
        assert ticket_key(ticket) in set(queries.interventions(store)["ticket_id"])
    desk.post(f"{PATH}/say", data={"ticket": ticket, "kind": "agree"})
    desk.post(f"{PATH}/say", data={"ticket": ticket, "kind": "withdrawn"})
    with prepare_store(sample.settings) as store:
        assert ticket_key(ticket) in set(queries.interventions(store)["ticket_id"])  # the last step was the agreement


def test_what_is_missing_is_told_beside_the_form(desk: httpx.Client) -> None:
    ticket = listed(shown(desk))[0]
    found = desk.post(f"{PATH}/say", data={"ticket": ticket, "kind": "acted", "note": HOSTILE})
    assert found.status_code == 422
    assert "say in `action`" in found.text
    assert HOSTILE not in found.text
    assert "&lt;img" in found.text
    assert desk.post(f"{PATH}/say", data={"ticket": ticket, "kind": "snooze", "until": "never"}).status_code == 422
    assert desk.post(f"{PATH}/say", data={"ticket": "T-none", "kind": "agree"}).status_code == 404
    assert desk.get(PATH, params={"band": "purple", "team": HOSTILE}).status_code == 422
    assert HOSTILE not in desk.get(PATH, params={"band": "purple", "team": HOSTILE}).text


def test_a_viewer_reads_and_may_say_nothing(sample: Served) -> None:
    viewer = sample.as_role("viewer")
    text = shown(viewer)
    assert listed(text)
    assert "/at-risk/say" not in text
    ticket = listed(text)[0]
    assert viewer.post(f"{PATH}/say", data={"ticket": ticket, "kind": "agree"}).status_code == 403
    assert viewer.post(f"{PATH}/score", data={"metric": "csat"}).status_code == 403


def test_who_is_limited_sees_its_own_accounts_and_no_model(sample: Served, desk: httpx.Client) -> None:
    account = desk.get("/v1/predictions").json()["tickets"][0]["account"]
    one = sample.as_role("analyst", accounts=[account])
    assert set(listed(shown(one))) < set(listed(shown(desk, waiting="false")))
    assert one.get(f"{PATH}/model").status_code == 403


def test_the_card_of_the_model_says_what_the_api_says(desk: httpx.Client) -> None:
    quality = desk.get("/v1/predictors/csat/quality").json()
    text = desk.get(f"{PATH}/model?metric=csat").text
    assert f"{quality['rows'][0]['roc_auc']['value']:.2f}" in text
    assert text.count("<circle") == len(quality["reliability"])
    assert "No ticket that it scored was rated yet" in text
    assert "not for judging" in text
    none = desk.get(f"{PATH}/model?metric=ces")
    assert none.status_code == 200
    assert "No model predicts CES" in none.text


def test_where_nothing_predicts_the_page_says_what_to_do(desk: httpx.Client) -> None:
    text = shown(desk, metric="ces")
    assert "Nothing predicts CES here yet" in text
    assert "verbatim predictor train ces" in text
    assert desk.post(f"{PATH}/score", data={"metric": "ces"}).status_code == 409
    assert desk.post(f"{PATH}/score", data={"metric": "csat"}).status_code == 303


def test_while_a_model_is_being_loaded_the_page_says_so(desk: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PredictorShelf, "ready", False)
    text = shown(desk, metric="ces")
    assert "The models are being loaded" in text
    assert "Nothing predicts" not in text


def test_nothing_stored_is_said(empty: Served) -> None:
    text = shown(loaded(empty.as_role("analyst")))
    assert "Nothing predicts CSAT here yet" in text


def test_the_plot_puts_a_risk_that_is_exact_onto_the_line() -> None:
    bins = [
        ReliabilityBin(predicted=p, observed=o, low=o - 0.05, high=o + 0.05, n=10) for p, o in ((0.2, 0.2), (0.5, 0.9))
    ]
    plot = plot_of(bins)
    assert plot is not None
    exact, off = plot["dots"]
    assert exact["x"] - plot["left"] == pytest.approx(plot["bottom"] - exact["y"], abs=0.2)
    assert off["y"] < exact["y"]
    assert (plot["inside"], plot["of"]) == (1, 2)
    assert plot_of([]) is None
