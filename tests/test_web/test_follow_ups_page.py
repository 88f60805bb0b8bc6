"""The inbox and one follow-up: filters in the address, steps and their undo, who may do what, hostile words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import httpx
import pytest

from tests.test_api.conftest import Served
from tests.test_api.loop import low_scores
from tests.test_followups.given import answer, key, put, put_account
from verbatim.followups.sweep import sweep
from verbatim.storage.engine import prepare_store
from verbatim.storage.queries.restriction import account_key
from verbatim.storage.tables import comment

HOSTILE = "<script>alert(1)</script> \u202eabc " + "w" * 500


@pytest.fixture(scope="module")
def loop(empty: Served) -> Served:
    low_scores(empty.settings)
    with prepare_store(empty.settings) as store:
        store.upsert(comment, [{
            "id": key("hostile"), "source": "test", "external_id": "hostile", "submission_id": key("s-t-north"),
            "text": HOSTILE, "text_key": key("text"), "informative": True, "occurred_at": datetime.now(UTC),
            "segments": {},
        }])  # fmt: skip
    return empty


@pytest.fixture(scope="module")
def analyst(loop: Served) -> httpx.Client:
    return loop.as_role("analyst")


@pytest.fixture
def fresh(loop: Served) -> str:
    """The id of a follow-up that nobody has touched."""
    name = f"fresh-{datetime.now(UTC).timestamp()}"
    with prepare_store(loop.settings) as store:
        put_account(store, "umbrella", id=account_key("umbrella"), owner="Fay")
        put(store, answer(name, "nps", 8, occurred_at=datetime.now(UTC), account_id=account_key("umbrella")))
        sweep(store, loop.settings, now=datetime.now(UTC))
    found = loop.as_role("analyst").get("/v1/follow-ups", params={"rule": "passive"}).json()["follow_ups"]
    return str(next(one["id"] for one in found if one["response_id"] == key(name)))


def found(client: httpx.Client, path: str, status: int = 200) -> str:
    shown = client.get(path)
    assert shown.status_code == status, shown.text
    return shown.text


def sent(client: httpx.Client, path: str, **form: Any) -> str:
    """Send a form that is accepted; gives where it leads."""
    answered = client.post(path, data=form)
    assert answered.status_code == 303, answered.text
    return answered.headers["location"]


def test_the_inbox_names_what_to_do_until_when_and_shows_words_as_text(analyst: httpx.Client) -> None:
    shown = found(analyst, "/follow-ups")
    assert "Reopen the ticket with a next step and an owner." in shown
    assert re.search(r"Due in \d+ (min|h|days)", shown)
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "so far" in shown


def test_filters_stand_in_the_address_and_narrow(analyst: httpx.Client) -> None:
    assert found(analyst, "/follow-ups?owner=Ben").count("<h2><a") == 1
    mine = found(analyst, "/follow-ups?owner=Nobody&rule=low_csat")
    assert "Nothing fits these filters" in mine
    assert 'value="Nobody"' in mine
    assert 'value="low_csat"' in mine
    assert found(analyst, "/follow-ups?state=resolved").count("<h2><a") == 0
    assert found(analyst, "/follow-ups?account=globex&signal=answer&due=&overdue=false").count("<h2><a") == 2
    assert "state" in found(analyst, "/follow-ups?state=nonsense", 422)


def test_steps_are_taken_noted_and_taken_back(analyst: httpx.Client, fresh: str) -> None:
    path = f"/follow-ups/{fresh}"
    assert sent(analyst, f"{path}/assign", to="me", sequence="0").endswith("done=follow-up-taken")
    assert sent(analyst, f"{path}/change", to="contacted", note="Called them", sequence="1").startswith(path)
    sent(analyst, f"{path}/note", words="They renew in March")
    there = found(analyst, f"{path}?done=follow-up-noted")
    assert "Called them" in there
    assert "They renew in March" in there
    assert "Take back step 3" in there
    assert there.count(f'action="{path}/undo"') == 2
    sent(analyst, f"{path}/undo", sequence="3")
    assert "Take back step 2" in found(analyst, path)
    sent(analyst, f"{path}/undo", sequence="4")
    now = analyst.get(f"/v1{path}").json()
    assert (now["state"], now["sequence"]) == ("open", 5)


def test_who_was_slower_is_told_and_keeps_the_words(analyst: httpx.Client, fresh: str) -> None:
    path = f"/follow-ups/{fresh}"
    sent(analyst, f"{path}/assign", to="Ada", sequence="0")
    late = analyst.post(f"{path}/change", data={"to": "contacted", "note": "my own words", "sequence": "0"})
    assert late.status_code == 412
    assert "changed since you looked" in late.text
    assert "my own words" in late.text
    assert 'name="sequence" value="1"' in late.text
    assert analyst.get(f"/v1{path}").json()["state"] == "open"


def test_what_cannot_be_resolved_needs_a_reason(analyst: httpx.Client, fresh: str) -> None:
    path = f"/follow-ups/{fresh}"
    bare = analyst.post(f"{path}/change", data={"to": "cannot_resolve", "note": "kept", "sequence": "0"})
    assert bare.status_code == 422
    assert "give a reason" in bare.text
    assert "kept" in bare.text
    assert re.search(r'value="cannot_resolve" required checked', bare.text)
    for wrong in ({"to": "nonsense", "sequence": "0"}, {"to": "resolved", "sequence": "0"}, {"to": "contacted"}):
        refused = analyst.post(f"{path}/change", data=wrong)
        assert refused.status_code in {409, 412, 422}, wrong
        assert 'role="alert"' in refused.text
    sent(analyst, f"{path}/change", to="cannot_resolve", reason="They left us", sequence="0")
    assert "They left us" in found(analyst, path)


def test_roles_see_and_do_what_the_api_lets_them(loop: Served, analyst: httpx.Client, fresh: str) -> None:
    viewer, agent = loop.as_role("viewer"), loop.as_role("agent")
    path = f"/follow-ups/{fresh}"
    assert "<form" not in found(viewer, path).split('<main id="main"')[1]
    assert viewer.post(f"{path}/note", data={"words": "x"}).status_code == 403
    assert "Ben" not in found(viewer, "/follow-ups").split('<main id="main"')[1]
    assert found(viewer, "/follow-ups?owner=Ben", 403)
    sent(analyst, f"{path}/assign", to="Somebody else", sequence="0")
    assert agent.get(path).status_code == 404
    limited = loop.as_role("agent", accounts=["globex"])
    assert found(limited, "/follow-ups").count("<h2><a") == 2
    assert "so far" not in found(limited, "/follow-ups")
    assert "alert(1)" not in found(limited, "/follow-ups")


def test_pages_of_the_inbox_lose_nothing(analyst: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.web.follow_ups.ROWS", 2)
    whole = {one["id"] for one in analyst.get("/v1/follow-ups?limit=1000").json()["follow_ups"]}
    seen: list[str] = []
    path: str | None = "/follow-ups?state=all"
    while path:
        shown = found(analyst, path)
        seen += re.findall(r'<h2><a href="/follow-ups/(\w+)"', shown)
        further = re.search(r'href="([^"]+)" rel="next"', shown)
        path = unescape(further[1]) if further else None
    assert len(seen) == len(set(seen))
    assert set(seen) == whole
