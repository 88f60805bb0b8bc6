"""Comments over HTTP: filters, pages, meaning, one in context; and what limited keys and agents see of them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.test_api.conftest import Served
from tests.test_api.planted_themes import comment_rows
from verbatim.storage.engine import prepare_store

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def stored(mined: Served) -> Rows:
    with prepare_store(mined.settings) as store:
        return comment_rows(store)


def listed(client: httpx.Client, path: str = "/v1/comments", **params: object) -> Rows:
    """Every page."""
    found: Rows = []
    after = None
    while True:
        answer = client.get(path, params={"limit": 17, **params, **({"after": after} if after else {})})  # type: ignore[dict-item]
        assert answer.status_code == 200, answer.text
        found += answer.json()["comments"]
        after = answer.json()["next"]
        if after is None:
            return found


def test_pages_give_every_comment_once_newest_first(viewer: httpx.Client, stored: Rows) -> None:
    found = listed(viewer)
    ordered = sorted(stored, key=lambda row: (row["occurred_at"], row["id"]), reverse=True)
    assert [one["id"] for one in found] == [row["id"] for row in ordered]
    assert viewer.get("/v1/comments/count").json() == {"comments": len(stored), "more": False}
    assert viewer.get("/v1/comments/count", params={"most": 3}).json() == {"comments": 3, "more": True}


def test_every_filter_narrows_and_all_must_hold(viewer: httpx.Client, stored: Rows) -> None:
    north = {row["id"] for row in stored if row["segments"]["team"] == "North"}
    assert {one["id"] for one in listed(viewer, where="team=North")} == north
    assert {one["account"] for one in listed(viewer, account="A2")} == {"A2"}
    said = listed(viewer, words="refund")
    assert said
    assert all("refund" in one["text"] for one in said)
    low = listed(viewer, metric="csat", highest=2)
    assert low
    assert all(score["value"] <= 2 for one in low for score in one["scores"])
    assert {one["id"] for one in low} == {one["id"] for one in listed(viewer, metric="csat", category="dissatisfied")}
    days = listed(viewer, **{"from": "2026-01-03", "to": "2026-01-05"})
    assert {one["occurred_at"][:10] for one in days} == {"2026-01-03", "2026-01-04"}
    both = listed(viewer, where="team=North", account="A2", words="refund")
    assert {one["id"] for one in both} == north & {one["id"] for one in said if one["account"] == "A2"}


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"limit": 0}, "limit"),
        ({"sentiment_from": "nan"}, "sentiment_from"),
        ({"lowest": "inf", "metric": "csat"}, "lowest"),
        ({"words": "a\x00b"}, "words"),
        ({"from": "0001-01-01"}, "1970"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "from"),
        ({"highest": 3}, "metric"),
        ({"where": "team"}, "where"),
        ({"words": "!?"}, "words"),
        ({"after": "nonsense"}, "place"),
        ({"metric": "csat", "category": "purple"}, "purple"),
    ],
)
def test_what_does_not_fit_is_refused_and_named(viewer: httpx.Client, params: dict[str, Any], field: str) -> None:
    refused = viewer.get("/v1/comments", params=params)
    assert refused.status_code == 422
    assert field in refused.json()["detail"]


def marked(one: dict[str, Any]) -> list[str]:
    return [one["text"][start:end].lower() for start, end in one["matches"]]


def test_words_that_were_searched_for_are_marked_and_only_they(viewer: httpx.Client) -> None:
    found = listed(viewer, words="refund* -parcel")
    assert found
    assert all(marked(one) and all(word.startswith("refund") for word in marked(one)) for one in found)
    phrase = " ".join(found[0]["text"].split()[:2])
    same = listed(viewer, words=f'"{phrase}"')
    assert all(phrase.lower() in marked(one) for one in same)
    assert found[0]["id"] in {one["id"] for one in same}
    assert all(one["matches"] == [] for one in listed(viewer))
    assert viewer.get(f"/v1/comments/{found[0]['id']}").json()["matches"] == []
    theme = found[0]["themes"][0]["id"]
    assert all("refund" in marked(one) for one in listed(viewer, f"/v1/themes/{theme}/comments", words="refund"))


def test_words_among_which_meaning_is_searched_are_marked(viewer: httpx.Client) -> None:
    asked = {"text": "money back", "limit": 5, "among": {"words": "refund"}}
    near = viewer.post("/v1/comments/search", json=asked).json()["found"]
    assert near
    assert all("refund" in marked(one["comment"]) for one in near)


def test_a_segment_or_theme_that_is_not_there_is_not_found(viewer: httpx.Client) -> None:
    for params in ({"where": "colour=red"}, {"theme": "T999"}):
        assert viewer.get("/v1/comments", params=params).status_code == 404


def test_one_comment_comes_with_its_ticket_and_account(viewer: httpx.Client) -> None:
    (one,) = viewer.get("/v1/comments", params={"ticket": "K4"}).json()["comments"]
    found = viewer.get(f"/v1/comments/{one['id']}").json()
    assert {name: found[name] for name in one} == one
    assert (found["about"]["external_id"], found["about"]["status"]) == ("K4", "solved")
    assert (found["customer"]["external_id"], found["customer"]["name"]) == ("A2", "A2 Ltd")
    assert viewer.get("/v1/comments/nothing").status_code == 404


def test_a_text_finds_what_means_the_same_among_what_is_asked_for(viewer: httpx.Client, stored: Rows) -> None:
    text = next(row["text"] for row in stored if "parcel" in row["text"])
    found = viewer.post("/v1/comments/search", json={"text": text, "limit": 5}).json()
    assert found["missing"] == 0
    assert found["found"][0]["comment"]["text"] == text
    cosines = [one["cosine"] for one in found["found"]]
    assert cosines == sorted(cosines, reverse=True)
    among = viewer.post("/v1/comments/search", json={"text": text, "limit": 50, "among": {"account": "A3"}}).json()
    assert {one["comment"]["account"] for one in among["found"]} == {"A3"}
    assert viewer.post("/v1/comments/search", json={"text": "", "limit": 5}).status_code == 422
    assert viewer.post("/v1/comments/search", json={"text": "x", "among": {"colour": "red"}}).status_code == 422


def test_a_search_is_not_in_the_audit_log(mined: Served, viewer: httpx.Client) -> None:
    viewer.post("/v1/comments/search", json={"text": "parcel"})
    lines = mined.as_role("admin").get("/v1/audit", params={"limit": 1000}).json()["lines"]
    assert "search_by_meaning" not in {line["operation"] for line in lines}


def test_a_key_of_an_account_sees_its_comments_and_no_others(mined: Served, viewer: httpx.Client) -> None:
    limited = mined.as_role("viewer", accounts=["A1"])
    own = {one["id"] for one in listed(viewer, account="A1")}
    assert {one["id"] for one in listed(limited)} == own
    assert limited.get("/v1/comments/count").json()["comments"] == len(own)
    assert limited.get("/v1/comments", params={"account": "A2"}).json()["comments"] == []
    found = limited.post("/v1/comments/search", json={"text": "parcel courier", "limit": 100}).json()["found"]
    assert found
    assert {one["comment"]["id"] for one in found} <= own
    other = listed(viewer, account="A2")[0]["id"]
    assert limited.get(f"/v1/comments/{other}").status_code == 404
    assert limited.get(f"/v1/comments/{min(own)}").status_code == 200


def test_agents_are_hidden_from_agents(mined: Served) -> None:
    agent, analyst = mined.as_role("agent"), mined.as_role("analyst")
    assert "agent" in listed(analyst)[0]["segments"]
    assert all("agent" not in one["segments"] for one in listed(agent))
    asked = {"text": "parcel", "among": {"where": ["agent=Ann"]}}
    assert agent.get("/v1/comments", params={"where": "agent=Ann"}).status_code == 403
    assert agent.get("/v1/comments/count", params={"where": "agent=Ann"}).status_code == 403
    assert agent.post("/v1/comments/search", json=asked).status_code == 403
    assert analyst.post("/v1/comments/search", json=asked).status_code == 200
