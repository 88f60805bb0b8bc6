"""How people come in, in a real browser: with a key, through the organisation's own login, and out again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.test_api.conftest import Served, served
from tests.test_api.issuer import CLIENT, SECRET, Issuer, running_issuer
from tests.test_web.browser.conftest import Open, Window, log_in
from verbatim.settings import Settings

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with running_issuer() as running:
        yield running


@pytest.fixture(scope="module")
def door(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose people are known to an OpenID Connect issuer."""
    settings = Settings(
        home=tmp_path_factory.mktemp("door"), oidc_issuer=issuer.url, oidc_client_id=CLIENT, oidc_client_secret=SECRET,
        oidc_roles={"ada@shop.example": "analyst"},
    )  # fmt: skip
    with served(settings) as found:
        yield found


def through_the_issuer(window: Window, issuer: Issuer) -> None:
    with window.page.expect_navigation():
        window.page.get_by_role("link", name="Log in with your organisation").click()
    window.complaints[:] = [one for one in window.complaints if issuer.url not in one]  # it is asked, by the browser


def test_the_organisation_s_own_login_leads_to_the_page_that_was_asked_for(
    open_as: Open, door: Served, issuer: Issuer
) -> None:
    window = open_as(url=door.url)
    window.go("/themes?span=all")
    assert "/login" in window.page.url
    assert window.violations() == []
    through_the_issuer(window, issuer)
    assert window.page.url == f"{door.url}/themes?span=all"
    assert "ada@shop.example" in window.page.locator("header").inner_text()
    window.press("Log out", inside="header")
    window.go("/themes")
    assert "/login" in window.page.url


def test_who_has_no_role_here_is_told_so_and_may_try_otherwise(open_as: Open, door: Served, issuer: Issuer) -> None:
    issuer.claims = {"email": "nobody@else.example"}
    window = open_as(url=door.url)
    window.go("/login")
    through_the_issuer(window, issuer)
    assert "no role here" in window.text
    assert window.violations() == []
    window.complaints.clear()
    issuer.claims = {}


def test_a_wrong_key_is_said_to_be_one(open_as: Open, site: Served) -> None:
    window = open_as(url=site.url)
    window.go("/login")
    assert window.violations() == []
    window.page.get_by_label("Key").fill("vb_wrong")
    window.page.get_by_role("button", name="Log in").click()
    assert "not a key" in window.page.get_by_role("alert").inner_text()
    assert window.violations() == []
    window.complaints[:] = [one for one in window.complaints if "401" not in one]


def test_people_log_in_with_a_key_and_out_again(open_as: Open, site: Served) -> None:
    window = open_as(url=site.url)
    log_in(window, site.as_role("viewer").headers["Authorization"].removeprefix("Bearer "))
    assert window.page.locator("h1").inner_text() == "Today"
    window.press("Log out", inside="header")
    assert window.go("/scores") == 200
    assert "/login" in window.page.url
