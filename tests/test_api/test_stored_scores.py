"""Stored scores, segments, surveys and eligibility over HTTP: the figures, and who may see which."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.test_api.conftest import Served
from tests.test_followups.given import answer, put, put_account
from verbatim.domain import Metric
from verbatim.scoring import ScoreQuestion, score_sheets
from verbatim.storage.engine import prepare_store
from verbatim.storage.queries.restriction import account_key, contact_key

DAY = datetime(2026, 10, 5, 12, tzinfo=UTC)
# channel, team, agent, account → CSAT answers, one a day from `DAY` on.
ANSWERS = {
    ("email", "North", "Ben", "acme"): (5, 5, 4, 2, 5, 5),
    ("chat", "South", "Cleo", "globex"): (1, 2, 5),
}  # fmt: skip


@pytest.fixture(scope="module")
def scored(empty: Served) -> Served:
    with prepare_store(empty.settings) as store:
        for (channel, team, agent, account), values in ANSWERS.items():
            put_account(store, account, id=account_key(account))
            segments = {"channel": channel, "team": team, "agent": agent}
            put(store, *(
                answer(f"{account}-{day}", "csat", value, occurred_at=DAY + timedelta(days=day), segments=segments,
                       asked_at=DAY + timedelta(days=day), account_id=account_key(account),
                       contact_id=contact_key(f"{account}-person"))
                for day, value in enumerate(values)
            ))  # fmt: skip
        silent = answer("silent", "csat", None, status="unanswered", occurred_at=DAY, asked_at=DAY,
                        segments={"channel": "email"}, account_id=account_key("acme"))  # fmt: skip
        put(store, silent)
    return empty


@pytest.fixture(scope="module")
def analyst(scored: Served) -> httpx.Client:
    return scored.as_role("analyst")


def sheet(client: httpx.Client, path: str = "/v1/scores/csat", **params: Any) -> dict[str, Any]:
    answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["sheets"]
    return dict(found)


def rows(client: httpx.Client, **params: Any) -> dict[Any, dict[str, Any]]:
    return {tuple(row["segments"].values()): row for row in sheet(client, **params)["rows"]}


def test_a_score_is_counted_by_segment(analyst: httpx.Client) -> None:
    found = rows(analyst, by="channel")
    assert {group: (row["n"], round(row["score"], 2)) for group, row in found.items()} == {
        ("email",): (6, 83.33), ("chat",): (3, 33.33),
    }  # fmt: skip
    email = found["email",]
    assert email["low"] < email["score"] < email["high"]
    assert sum(email["shares"].values()) == pytest.approx(100)
    assert email["uncertain"]
    total = sheet(analyst)["total"]
    assert (total["n"], total["counts"]["5"]) == (9, 5)


def test_conditions_periods_and_definitions_are_as_asked(analyst: httpx.Client) -> None:
    assert sheet(analyst, where="channel=chat")["total"]["n"] == 3
    assert sheet(analyst, where=["channel=chat", "channel=email"])["total"]["n"] == 9
    assert sheet(analyst, where="account_id=acme")["total"]["n"] == 6
    assert sheet(analyst, **{"from": "2026-10-06", "to": "2026-10-07"})["total"]["n"] == 2
    assert sheet(analyst, definition="satisfied=5")["total"]["value"] == pytest.approx(500 / 9)
    days = sheet(analyst, period="day")["rows"]
    assert [row["period"] for row in days][:2] == ["2026-10-05", "2026-10-06"]
    assert days[0]["change"] is None
    assert days[1]["change"]["value"] == pytest.approx(0)
    cross = sheet(analyst, by=["channel", "team"], cross=True)["rows"]
    empty_cell = next(row for row in cross if row["segments"] == {"channel": "chat", "team": "North"})
    assert (empty_cell["n"], empty_cell["score"]) == (0, None)


def test_an_agent_with_few_answers_is_withheld_however_one_asks(analyst: httpx.Client) -> None:
    by_agent = rows(analyst, by="agent")
    assert (by_agent["Cleo",]["n"], by_agent["Cleo",]["score"], by_agent["Cleo",]["withheld"]) == (3, None, True)
    assert by_agent["Ben",]["score"] is not None
    for path in ("/v1/scores/csat", "/v1/scores/csat/accounts"):
        assert analyst.get(path, params={"where": "agent=Cleo"}).status_code == 404
    ben = sheet(analyst, where="agent=Ben", period="day")
    assert ben["total"]["n"] == 6
    assert {row["score"] for row in ben["rows"]} == {None}


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/v1/scores/csat", {"by": "agent"}),
        ("/v1/scores/csat", {"where": "agent=Ben"}),
        ("/v1/scores/csat", {"by": "channel", "adjust_for": "agent"}),
        ("/v1/scores/csat/accounts", {"where": "agent=Ben"}),
        ("/v1/scores/csat/factors", {"factor": "agent"}),
        ("/v1/segments/values", {"name": "agent"}),
        ("/v1/surveys/csat", {"by": "agent"}),
    ],
)
def test_single_agents_are_hidden_from_viewers(scored: Served, path: str, params: dict[str, str]) -> None:
    viewer = scored.as_role("viewer")
    refused = viewer.get(path, params=params)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-allowed")
    assert "agent" not in [one["name"] for one in viewer.get("/v1/segments").json()["segments"]]
    assert scored.as_role("analyst").get(path, params=params).status_code == 200


@pytest.mark.parametrize(
    ("limits", "n"),
    [({"accounts": ["acme"]}, 6), ({"teams": ["South"]}, 3), ({"accounts": ["acme"], "teams": ["South"]}, None)],
)
def test_a_limited_key_counts_its_own_answers_only(scored: Served, limits: dict[str, Any], n: int | None) -> None:
    client = scored.as_role(scopes=["read"], **limits)
    answer = client.get("/v1/scores/csat", params={"where": ["channel=email", "channel=chat"]})
    if n is None:
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/nothing-yet")
        return
    assert answer.json()["sheets"][0]["total"]["n"] == n
    figures = sheet(client, "/v1/scores/csat/accounts")["figures"]
    assert {figure["n"] for figure in figures if figure["variant"] != "weighted_by_value"} == {n}
    values = client.get("/v1/segments/values", params={"name": "channel"}).json()["values"]
    assert [value["n"] for value in values] == [n]
    asked = client.get("/v1/surveys/csat").json()
    assert asked["rates"][0]["answered"] == n
    for path in ("/v1/divergences", "/v1/scores/csat/targets", "/v1/scores/csat/milestones"):
        assert client.get(path).status_code == 403


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/v1/scores/nps", {}, 404),
        ("/v1/scores/fun", {}, 422),
        ("/v1/scores/csat", {"by": "nothing"}, 404),
        ("/v1/scores/csat", {"by": "contact_id"}, 422),
        ("/v1/scores/csat", {"by": ["channel", "channel"]}, 422),
        ("/v1/scores/csat", {"by": "channel", "cross": "true"}, 422),
        ("/v1/scores/csat", {"where": "channel"}, 422),
        ("/v1/scores/csat", {"where": ["agent=Ben", "agent=Cleo"]}, 422),
        ("/v1/scores/csat", {"from": "2026-10-02", "to": "2026-10-01"}, 422),
        ("/v1/scores/csat", {"from": "1971-01-01", "period": "day"}, 422),
        ("/v1/scores/csat", {"definition": "satisfied=11"}, 422),
        ("/v1/scores/csat/targets", {}, 404),
        ("/v1/scores/csat/factors", {}, 422),
    ],
)
def test_what_cannot_be_answered_says_why(
    analyst: httpx.Client, path: str, params: dict[str, Any], status: int
) -> None:
    refused = analyst.get(path, params=params)
    assert refused.status_code == status, refused.text
    assert len(refused.json()["detail"]) > 20


def test_segments_are_listed_with_how_many_answers_have_each_value(analyst: httpx.Client) -> None:
    names = [one["name"] for one in analyst.get("/v1/segments", params={"metric": "csat"}).json()["segments"]]
    assert {"channel", "team", "agent"} <= set(names)
    values = analyst.get("/v1/segments/values", params={"name": "channel"}).json()["values"]
    assert values == [{"value": "email", "n": 6}, {"value": "chat", "n": 3}]


def test_response_rates_count_those_who_did_not_answer(analyst: httpx.Client) -> None:
    found = analyst.get("/v1/surveys/csat", params={"by": "channel"}).json()
    email = next(row for row in found["rates"] if row["segments"] == {"channel": "email"})
    assert (email["sent"], email["answered"]) == (7, 6)
    assert email["response"]["value"] == pytest.approx(600 / 7)
    assert email["comment"]["value"] == 0


def test_whether_somebody_may_be_asked_counts_surveys_the_caller_may_not_see(
    scored: Served, analyst: httpx.Client
) -> None:
    soon, later = "2026-10-20T00:00:00Z", "2026-12-01T00:00:00Z"
    asked = {"contact": "acme-person", "metric": "nps"}
    no = analyst.get("/v1/surveys/eligibility", params={**asked, "at": soon}).json()
    assert (no["known"], no["allowed"]) == (True, False)
    assert "asked for csat on 2026-10-10" in no["reason"]
    assert no["next_at"].startswith("2026-11-09")
    yes = analyst.get("/v1/surveys/eligibility", params={**asked, "at": later}).json()
    assert (yes["allowed"], yes["reason"]) == (True, None)
    assert analyst.get("/v1/surveys/eligibility", params={"contact": "nobody"}).status_code == 404
    body = {"metric": "nps", "contacts": ["nobody", "globex-person", "acme-person"], "at": soon}
    many = analyst.post("/v1/surveys/eligibility", json=body).json()["contacts"]
    assert [(one["contact"], one["known"], one["allowed"]) for one in many] == [
        ("nobody", False, None), ("globex-person", True, False), ("acme-person", True, False),
    ]  # fmt: skip
    limited = scored.as_role(scopes=["read"], accounts=["acme"])
    seen = limited.post("/v1/surveys/eligibility", json=body).json()["contacts"]
    assert [one["known"] for one in seen] == [False, False, True]


@pytest.mark.slow
def test_the_sample_organisation_is_counted_as_the_library_counts_it(sample: Served) -> None:
    admin = sample.as_role("admin")
    with prepare_store(sample.settings) as store:
        sheets = score_sheets(store, sample.settings, ScoreQuestion(Metric.CSAT, by=("channel",)))
    served = sheet(admin, by="channel")
    assert served["total"]["value"] == pytest.approx(sheets[0].total.value)
    assert [row["n"] for row in served["rows"]] == sheets[0].table["n"].tolist()
    ces = sheet(admin, "/v1/scores/ces", by="step")
    assert all("net_easy" in row["figures"] for row in ces["rows"])
    factors = admin.get("/v1/scores/csat/factors", params={"factor": ["channel", "issue_type", "agent"]}).json()
    assert len(factors["factors"]) == 3
    assert admin.get("/v1/divergences").json()["divergences"]
    around = admin.get("/v1/scores/csat/milestones", params={"days": 30}).json()["milestones"]
    assert around[0]["change"]["value"] == pytest.approx(around[0]["after"]["value"] - around[0]["before"]["value"])
    quality = admin.get("/v1/surveys/csat", params={"by": "channel"}).json()
    assert quality["post_stratified"]["by"] == ["channel"]
    assert sum(row["tickets_share"] for row in quality["respondents"]) == pytest.approx(100, abs=0.1)
