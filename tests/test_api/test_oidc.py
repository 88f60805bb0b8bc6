"""Logging in by OpenID Connect, against an issuer on loopback that tells the truth, and one that does not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from api.access.oidc import role_of
from api.problems import Refusal
from tests.test_api.conftest import Serve, Served
from tests.test_api.issuer import CLIENT, SECRET, Issuer, running_issuer
from verbatim.errors import SettingsError
from verbatim.settings import Settings

ROLES = {
    "ada@shop.example": "admin", "group:support": "agent", "group:insights": "analyst", "@shop.example": "viewer",
}  # fmt: skip
SESSION = "verbatim_session"
Browse = Callable[[], httpx.Client]


@pytest.fixture(scope="module")
def running() -> Iterator[Issuer]:
    with running_issuer() as issuer:
        yield issuer


@pytest.fixture
def issuer(running: Issuer) -> Issuer:
    running.claims, running.signing, running.told, running.codes_are_good_for_ever = {}, "true", {}, False
    return running


@pytest.fixture(scope="module")
def door(empty: Served, running: Issuer, serve: Serve) -> Served:
    """A second server on the same store, that people may log in to."""
    running.algorithms = ["RS256", "HS256", "none"]
    named = {"oidc_issuer": running.url, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET, "oidc_roles": ROLES}
    return serve(Settings(**(empty.settings.model_dump() | named)))


@pytest.fixture
def browser(door: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=door.url, timeout=30) as client:
        yield client


def sent_back(browser: httpx.Client) -> httpx.Response:
    """To the issuer and back, up to the last step: where the issuer sends the browser."""
    left = browser.get("/login/oidc")
    assert left.status_code == 302
    return httpx.get(left.headers["location"])


def logged_in(browser: httpx.Client) -> httpx.Response:
    return browser.get(sent_back(browser).headers["location"])


def test_a_person_with_a_role_logs_in_with_its_rights(issuer: Issuer, browser: httpx.Client, empty: Served) -> None:
    left = browser.get("/login/oidc")
    kept = left.headers["set-cookie"].lower()
    assert "httponly" in kept
    assert "path=/login/oidc" in kept
    assert "code_challenge_method=s256" in left.headers["location"].lower()
    came = browser.get(httpx.get(left.headers["location"]).headers["location"])
    assert (came.status_code, came.headers["location"]) == (303, "/")
    me = browser.get("/v1/session").json()
    assert (me["person"], me["role"]) == ("ada@shop.example", "admin")
    lines = empty.as_role("admin").get("/v1/audit", params={"operation": "end_oidc", "limit": 1}).json()["lines"]
    assert (lines[0]["person"], lines[0]["status"]) == ("ada@shop.example", 303)


def test_an_address_that_only_userinfo_tells_counts_if_it_is_the_same_person(
    issuer: Issuer, browser: httpx.Client
) -> None:
    issuer.claims = {"email": None, "email_verified": None}
    issuer.told = {"sub": "somebody else", "email": "ada@shop.example", "email_verified": True}
    assert logged_in(browser).status_code == 401
    issuer.told |= {"sub": "s-1"}
    assert logged_in(browser).status_code == 303


def test_groups_that_only_userinfo_tells_count(issuer: Issuer, browser: httpx.Client) -> None:
    issuer.claims = {"email": "ben@else.example", "email_verified": None}
    issuer.told = {"sub": "s-1", "email": "ada@shop.example", "email_verified": True, "groups": ["support"]}
    assert logged_in(browser).status_code == 401  # it is the other address that is verified
    issuer.told |= {"email": "ben@else.example"}
    assert logged_in(browser).status_code == 303
    me = browser.get("/v1/session").json()
    assert (me["person"], me["role"]) == ("ben@else.example", "agent")


@pytest.mark.parametrize(
    ("asked", "led"),
    [("/themes?span=all", "/themes?span=all"), ("//evil.example/x", "/"), ("https://evil.example", "/")],
)
def test_they_come_to_the_page_they_asked_for_and_nowhere_else(
    issuer: Issuer, browser: httpx.Client, asked: str, led: str
) -> None:
    left = browser.get("/login/oidc", params={"next": asked})
    came = browser.get(httpx.get(left.headers["location"]).headers["location"])
    assert (came.status_code, came.headers["location"]) == (303, led)


def test_a_browser_is_told_on_the_login_page(issuer: Issuer, browser: httpx.Client) -> None:
    issuer.claims = {"email": "eve@evil.example"}
    told = browser.get(sent_back(browser).headers["location"], headers={"Accept": "text/html"})
    assert told.status_code == 403
    assert "no role here" in told.text
    assert 'name="key"' in told.text


@pytest.mark.parametrize(
    ("claims", "signing", "status"),
    [
        pytest.param({"nonce": "another"}, "true", 401, id="wrong nonce"),
        pytest.param({"nonce": None}, "true", 401, id="no nonce"),
        pytest.param({"aud": "another", "azp": CLIENT}, "true", 401, id="wrong audience"),
        pytest.param({"iss": "https://evil.example"}, "true", 401, id="wrong issuer"),
        pytest.param({"exp": int(time.time()) - 3600}, "true", 401, id="expired"),
        pytest.param({}, "other", 401, id="signed by another key"),
        pytest.param({}, "secret", 401, id="signed with the client's secret"),
        pytest.param({}, "none", 401, id="not signed"),
        pytest.param({"email_verified": False}, "true", 401, id="unverified"),
        pytest.param({"email_verified": None}, "true", 401, id="not said to be verified"),
        pytest.param({"email": "eve@evil.example"}, "true", 403, id="unknown person"),
        pytest.param({"email": "eve@shop.example@evil.example"}, "true", 403, id="domain in the name"),
    ],
)
def test_who_cannot_be_trusted_stays_outside(
    issuer: Issuer, browser: httpx.Client, claims: dict[str, Any], signing: str, status: int
) -> None:
    issuer.claims, issuer.signing = claims, signing
    refused = logged_in(browser)
    assert refused.status_code == status
    assert SESSION not in refused.cookies
    assert browser.get("/v1/session").status_code == 401


def test_a_login_is_good_once_even_if_the_issuer_takes_its_code_again(issuer: Issuer, door: Served) -> None:
    issuer.codes_are_good_for_ever = True
    with httpx.Client(base_url=door.url) as first, httpx.Client(base_url=door.url) as thief:
        location = sent_back(first).headers["location"]
        kept = first.cookies["verbatim_oidc"]
        assert first.get(location).status_code == 303
        assert "verbatim_oidc" not in first.cookies
        again = thief.get(location, headers={"Cookie": f"verbatim_oidc={kept}"})
        assert again.status_code == 401
        assert "used before" in again.json()["detail"]


def test_a_login_that_another_browser_began_is_refused(issuer: Issuer, door: Served, browser: httpx.Client) -> None:
    location = sent_back(browser).headers["location"]
    with httpx.Client(base_url=door.url) as other:
        assert other.get(location).status_code == 401
        assert other.get(location, headers={"Cookie": "verbatim_oidc=e30.forged.x"}).status_code == 401
        other.get("/login/oidc")
        assert other.get(location).status_code == 401


def test_what_the_issuer_refuses_is_refused_without_its_words(issuer: Issuer, browser: httpx.Client) -> None:
    browser.get("/login/oidc")
    refused = browser.get("/login/oidc/callback", params={"state": "x", "error": "<b>no</b>", "code": "y"})
    assert refused.status_code == 401
    assert "<b>" not in refused.text


def test_an_issuer_that_is_down_is_a_busy_server(empty: Served, serve: Serve) -> None:
    named = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": CLIENT, "oidc_roles": ROLES}
    closed = serve(Settings(**(empty.settings.model_dump() | named)))
    answer = httpx.get(f"{closed.url}/login/oidc")
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers


def test_without_an_issuer_there_is_no_such_login(empty: Served) -> None:
    assert empty.nobody().get("/login/oidc").status_code == 404


def test_an_issuer_without_a_client_id_is_a_mistake_of_the_settings() -> None:
    from api.app import create_app

    with pytest.raises(SettingsError, match="oidc_client_id"):
        create_app(Settings(oidc_issuer="https://id.example"))


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"email": "ADA@shop.example", "groups": ["support"]}, "admin"),
        ({"email": "ben@shop.example", "groups": ["support"]}, "agent"),
        ({"email": "ben@shop.example", "groups": ["support", "insights", "x"]}, "analyst"),
        ({"email": "ben@shop.example", "groups": "support"}, "agent"),
        ({"email": "ben@shop.example"}, "viewer"),
        ({"email": "ben@else.example", "groups": ["support"]}, "agent"),
    ],
)
def test_the_most_specific_role_counts(claims: dict[str, Any], role: str) -> None:
    settings = Settings(oidc_roles=ROLES)
    assert role_of(settings, claims | {"email_verified": True}) == (claims["email"].casefold(), role)


@pytest.mark.parametrize("email", [None, "", "ben", "ben@sub.shop.example", "group:support"])
def test_nobody_else_gets_a_role(email: str | None) -> None:
    with pytest.raises(Refusal):
        role_of(Settings(oidc_roles=ROLES), {"email": email, "email_verified": True})
