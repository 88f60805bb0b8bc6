"""Logging in and out, what a browser is shown that may not, and what no other site can do."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from api.access.keys import create_key
from api.access.logins import make_link
from api.web.entering import safe_path
from tests.test_api.conftest import Served
from verbatim.storage.engine import prepare_store

BROWSER = {"Accept": "text/html,*/*;q=0.8"}


@pytest.fixture
def browser(empty: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=empty.url, headers={**BROWSER, "Origin": empty.url}) as found:
        yield found


def key(served: Served, role: str = "viewer") -> str:
    with prepare_store(served.settings) as store:
        return create_key(store, "web", person="Ada", role=role)[1]


def test_who_is_not_logged_in_comes_to_the_login_and_then_where_they_wanted(
    empty: Served,
    browser: httpx.Client,
) -> None:
    asked = browser.get("/?words=refund&theme=a")
    assert asked.status_code == 303
    form = browser.get(asked.headers["location"])
    assert form.status_code == 200
    assert 'name="next" value="/?words=refund&amp;theme=a"' in form.text
    inside = browser.post("/login", data={"key": key(empty), "next": "/?words=refund&theme=a"})
    assert (inside.status_code, inside.headers["location"]) == (303, "/?words=refund&theme=a")
    assert "HttpOnly" in inside.headers["set-cookie"]
    assert browser.get("/").status_code == 200


def test_a_wrong_key_is_told_beside_the_form(browser: httpx.Client) -> None:
    found = browser.post("/login", data={"key": "vb_nothing", "next": "/themes"})
    assert found.status_code == 401
    assert "is not a key of this server" in found.text
    assert 'value="/themes"' in found.text
    assert "vb_nothing" not in found.text


def test_a_link_logs_in_once(empty: Served, browser: httpx.Client) -> None:
    with prepare_store(empty.settings) as store:
        made, _ = create_key(store, "link", person="Ada", role="admin")
        word = make_link(store, person="Ada", key_id=made.id)
    first = browser.get(f"/login?link={word}")
    assert (first.status_code, first.headers["location"]) == (303, "/")
    browser.cookies.clear()
    again = browser.get(f"/login?link={word}")
    assert again.status_code == 401
    assert "was used before" in again.text


def test_logging_out_ends_it_on_the_server(empty: Served, browser: httpx.Client) -> None:
    browser.post("/login", data={"key": key(empty)})
    kept = dict(browser.cookies)
    assert browser.post("/logout").headers["location"] == "/login"
    old = httpx.get(f"{empty.url}/", headers=BROWSER, cookies=kept)
    assert old.status_code == 303


@pytest.mark.parametrize("path", ["/login", "/logout"])
@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}]
)
def test_another_site_can_send_no_form(
    empty: Served,
    path: str,
    headers: dict[str, str],
) -> None:
    refused = httpx.post(f"{empty.url}{path}", data={"key": key(empty)}, headers={**BROWSER, **headers})
    assert refused.status_code == 403
    assert "another site" in refused.text
    assert "set-cookie" not in refused.headers


@pytest.mark.parametrize(
    "given",
    [
        "https://evil.example",
        "//evil.example/x",
        "/\\evil.example",
        "javascript:alert(1)",
        "themes",
        "",
        "/a\nb",
        "\\\\x",
    ],
)
def test_the_login_leads_to_no_other_site(given: str) -> None:
    assert safe_path(given) == "/"


def test_what_is_not_there_is_a_page_for_browsers_and_a_problem_for_programs(browser: httpx.Client) -> None:
    page, problem = browser.get("/nothing"), browser.get("/nothing", headers={"Accept": "application/json"})
    assert (page.status_code, problem.status_code) == (404, 404)
    assert page.headers["content-type"].startswith("text/html")
    assert problem.headers["content-type"] == "application/problem+json"
    assert browser.get("/v1/nothing").headers["content-type"] == "application/problem+json"


def test_every_page_says_what_it_may_load(browser: httpx.Client) -> None:
    policy = browser.get("/login").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_files_may_be_kept_only_under_the_address_of_their_content(browser: httpx.Client) -> None:
    page = browser.get("/login").text
    style = next(word.strip('"') for word in page.replace("href=", " ").split() if "app.css" in word).strip('">')
    found = browser.get(style)
    assert "immutable" in found.headers["cache-control"]
    assert browser.get("/static/other/app.css").headers["cache-control"] == "no-cache"
    assert browser.get("/static/x/..%2fpage.py").status_code == 404
