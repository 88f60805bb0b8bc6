"""Accounts as pages: scores with intervals, the two lists, one account with all around it, and its review."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.test_api.conftest import Served
from tests.test_api.working import work
from tests.test_followups.given import answer, key, put, put_ticket
from verbatim.followups.sweep import sweep
from verbatim.storage.engine import prepare_store
from verbatim.storage.queries.restriction import account_key, contact_key
from verbatim.storage.tables import account, comment, contact

MAIN = '<main id="main"'
HOSTILE = "<script>alert(1)</script> \u202eabc"
NAMES = {"good": "Good <b>Ltd</b>", "bad": "Bad " + "x" * 300, "usual": "Usual"}
VALUES = {"good": (5,) * 30, "bad": (1,) * 30, "usual": (1, 2, 4, 5, 5, 5) * 10}


@pytest.fixture(scope="module")
def firms(empty: Served) -> Served:
    now = datetime.now(UTC)
    with prepare_store(empty.settings) as store:
        for place, (name, values) in enumerate(VALUES.items()):
            store.upsert(account, [{
                "id": account_key(name), "source": "test", "external_id": name, "name": NAMES[name], "owner": "Ann",
                "arr": 1000.0 * (place + 1), "currency": "EUR", "renewal_at": now + timedelta(days=10 + 200 * place),
                "segments": {},
            }])  # fmt: skip
            store.upsert(contact, [{"id": contact_key(f"c-{name}"), "source": "test", "external_id": f"c-{name}",
                                    "account_id": account_key(name), "role": "champion <i>",
                                    "segments": {}}])  # fmt: skip
            for number, value in enumerate(values):
                at = now - timedelta(days=1 + number % 60)
                put(store, answer(f"{name}-{number}", "csat", value, occurred_at=at, account_id=account_key(name),
                                  contact_id=contact_key(f"c-{name}")))  # fmt: skip
        put_ticket(store, "t-bad", account_id=account_key("bad"))
        store.upsert(comment, [{
            "id": key("said"), "source": "test", "external_id": "said", "submission_id": key("s-bad-1"),
            "text": HOSTILE, "text_key": key("text"), "informative": True, "occurred_at": now,
            "account_id": account_key("bad"), "segments": {},
        }])  # fmt: skip
        sweep(store, empty.settings, now=now)
    return empty


@pytest.fixture(scope="module")
def viewer(firms: Served) -> httpx.Client:
    return firms.as_role("viewer")


def shown(client: httpx.Client, path: str = "/accounts") -> str:
    answered = client.get(path)
    assert answered.status_code == 200, answered.text
    return answered.text.split(MAIN)[1]


def listed(client: httpx.Client, query: str = "") -> list[str]:
    return re.findall(r'<th scope="row"><a href="/accounts/(\w+)"', shown(client, f"/accounts?{query}"))


def test_each_account_has_its_score_interval_number_and_value(viewer: httpx.Client) -> None:
    page = shown(viewer)
    assert "Good &lt;b&gt;Ltd&lt;/b&gt;" in page
    assert "<b>Ltd" not in page
    row = next(one for one in page.split("<tr>") if "/accounts/good" in one)
    assert "100.0%" in row
    assert re.search(r"88\.\d% to 100\.0%", row)
    assert ">30</td>" in row
    assert "1,000 EUR" in row
    assert re.search(r"in (9|10) days", row)
    assert "above all" in row
    assert "below all" in next(one for one in page.split("<tr>") if "/accounts/bad" in one)


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("sort=-value", ["usual", "bad", "good"]),
        ("sort=name", ["bad", "good", "usual"]),
        ("sort=renewal", ["good", "bad", "usual"]),
        ("sort=score", ["bad", "usual", "good"]),
        ("sort=-score", ["good", "usual", "bad"]),
        ("list=advocates", ["good"]),
        ("list=advocates&sort=-score&days=365", ["good"]),
        ("page=2", []),
        ("metric=nps&list=advocates", []),
    ],
)
def test_the_order_and_the_list_stand_in_the_address(viewer: httpx.Client, query: str, order: list[str]) -> None:
    assert listed(viewer, query) == order


def test_who_is_at_risk_has_a_reason(viewer: httpx.Client) -> None:
    found = listed(viewer, "list=at-risk&sort=score")
    assert "bad" in found
    assert "good" not in found
    assert listed(viewer, "sort=-follow-ups")[0] == "bad"
    assert viewer.get("/accounts?sort=nonsense").status_code == 422


def test_all_accounts_together_come_in_named_ways(viewer: httpx.Client) -> None:
    page = shown(viewer, "/accounts?list=together")
    assert "each account counts once" in page
    assert "from 3 contacts in 3 accounts" in page
    assert "No NPS answers" in shown(viewer, "/accounts?list=together&metric=nps")


def test_one_account_shows_what_is_known_of_it_as_text(viewer: httpx.Client) -> None:
    page = shown(viewer, "/accounts/bad")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "champion &lt;i&gt;" in page
    assert "CSAT 1" in page
    assert re.search(r'href="/comments\?account=bad&amp;metric=csat&amp;from=', page)
    assert re.search(r'href="/follow-ups/\w+"', page)
    assert "None was made yet" in page
    assert "Make the account review" not in page
    assert shown(viewer, f"/accounts/{account_key('bad')}")
    assert viewer.get("/accounts/none").status_code == 404


def test_a_review_is_made_and_opened(firms: Served) -> None:
    analyst = firms.as_role("analyst")
    with prepare_store(firms.settings) as store:  # the last whole month needs answers, whatever today is
        for number in range(8):
            at = datetime.now(UTC) - timedelta(days=40 + number)
            put(store, answer(f"old-{number}", "csat", 2, occurred_at=at, account_id=account_key("bad")))
    asked = analyst.post("/accounts/bad/review")
    assert asked.status_code == 303
    job = asked.headers["location"].rpartition("job=")[2]
    assert f'data-job="{job}"' in shown(analyst, f"/accounts/bad?job={job}")
    assert "data-job" not in shown(analyst, "/accounts/good")
    work(firms)
    page = shown(analyst, f"/accounts/bad?job={job}")
    if "PDF needs" not in page:  # WeasyPrint is an extra
        assert f'href="/reports/{job}/html"' in page
        assert f'href="/reports/{job}/pdf"' in page
        assert analyst.get(f"/reports/{job}/html").status_code == 200


def test_who_sees_which_accounts(firms: Served, viewer: httpx.Client) -> None:
    limited = firms.as_role("analyst", accounts=["good"])
    assert listed(limited) == ["good"]
    assert listed(limited, "sort=score") == ["good"]
    assert limited.get("/accounts/bad").status_code == 404
    assert "Make the account review" not in shown(limited, "/accounts/good")
    assert limited.post("/accounts/good/review").status_code == 403
    assert viewer.post("/accounts/good/review").status_code == 403
    assert firms.as_role("viewer", teams=["North"]).get("/accounts").status_code == 403
