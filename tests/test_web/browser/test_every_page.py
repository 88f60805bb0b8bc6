"""Every page, at both widths and in both lights: readable, accessible, quiet, and from this machine only."""

from __future__ import annotations

import re

import pytest

from tests.test_web.browser.conftest import Open, Window

pytestmark = pytest.mark.browser

PAGES = (
    "/", "/scores", "/themes", "/themes/map", "/comments", "/at-risk", "/at-risk/model", "/accounts", "/follow-ups",
    "/reports", "/import", "/settings", "/settings/jobs",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_fits_and_is_quiet(open_as: Open, path: str) -> None:
    for width, dark in ((1440, False), (390, True)):
        window = open_as(width=width, dark=dark)
        assert window.go(path) == 200
        assert window.page.locator("h1").count() == 1
        assert window.violations() == []
        assert not window.too_wide


@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_be_read_without_scripts(open_as: Open, path: str) -> None:
    plain, scripted = open_as(script=False), open_as()
    assert plain.go(path) == scripted.go(path) == 200
    assert told(plain) == told(scripted)


def told(window: Window) -> str:
    """The beginning of what the page says, without the id of the key that looks."""
    return re.sub(r"[0-9a-f]{12}", "…", window.page.locator("main").inner_text())[:2_000]


def test_the_login_is_accessible_and_says_what_is_wrong(open_as: Open, site: object) -> None:
    window = open_as(url=site.url)  # type: ignore[attr-defined]
    window.go("/login")
    assert window.violations() == []
    window.page.get_by_label("Key").fill("vb_wrong")
    window.page.get_by_role("button", name="Log in").click()
    assert "not a key" in window.page.get_by_role("alert").inner_text()
    assert window.violations() == []
    window.complaints[:] = [one for one in window.complaints if "401" not in one]  # the browser itself notes it


def test_the_keyboard_alone_goes_everywhere(open_as: Open) -> None:
    window = open_as()
    window.go("/")
    window.page.keyboard.press("Tab")
    assert window.page.evaluate("document.activeElement.className") == "skip"
    window.page.keyboard.press("Enter")
    assert window.page.evaluate("document.activeElement.id") == "main"
    reached = set()
    window.go("/")
    for _ in range(16):
        window.page.keyboard.press("Tab")
        reached.add(window.page.evaluate("document.activeElement.getAttribute('href')"))
    assert {"/scores", "/themes", "/comments", "/at-risk", "/accounts", "/follow-ups", "/reports"} <= reached
