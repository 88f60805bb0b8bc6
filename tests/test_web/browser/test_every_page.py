"""Every page, at both widths and in both lights: readable, accessible, quiet, and from this machine only."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.test_api.conftest import Served
from tests.test_web.browser.conftest import Open, Window

pytestmark = pytest.mark.browser

PAGES = (
    "/", "/scores", "/themes", "/themes/map", "/themes/history", "/comments", "/at-risk", "/at-risk/model",
    "/accounts", "/follow-ups", "/reports", "/import", "/import/rejects", "/settings", "/settings/jobs",
    "/settings/keys", "/settings/rules", "/settings/calendar", "/settings/taxonomy", "/settings/models",
    "/settings/endpoints", "/settings/audit",
)  # fmt: skip
PAGES_OF_ONE = (
    "/themes/{theme}", "/themes/{theme}/sort", "/comments/{comment}", "/accounts/{account}",
    "/follow-ups/{follow_up}", "/reports/schedules/new", "/reports/schedules/{schedule}", "/import/{upload}",
    "/settings/rules/new", "/settings/rules/{rule}", "/settings/jobs/{job}",
)  # fmt: skip
EMPTY = (
    "/", "/scores", "/themes", "/comments", "/at-risk", "/accounts", "/follow-ups", "/reports", "/import",
    "/settings/jobs",
)  # fmt: skip
MISSING = ("/nothing-here", "/themes/T999", "/comments/nobody-said-this", "/accounts/nobody", "/settings/jobs/none")
AGO = re.compile(r"less than a minute|\d+ (?:min|h|days)\b")
ID = re.compile(r"[0-9a-f]{12}")
FILE = b"Response ID,Answered,CSAT,Comment,Team\n1,2026-10-03,5,Quick and kind,Blue\n2,2026-10-04,11,Slow,Blue\n"


@pytest.fixture(scope="module")
def ids(site: Served) -> dict[str, str]:
    """One of each kind of thing."""
    client = site.as_role("admin")

    def first(path: str, name: str, key: str = "id") -> str:
        found: list[dict[str, Any]] = client.get(path).json()[name]
        return str(found[0][key])

    plan = {"kind": "weekly", "clock": "08:00", "day": 1, "formats": ["html"], "active": True}
    return {
        "theme": next(one["id"] for one in client.get("/v1/themes").json()["themes"] if one["kind"] == "theme"),
        "comment": first("/v1/comments", "comments"), "account": first("/v1/comments", "comments", "account"),
        "follow_up": first("/v1/follow-ups?state=open", "follow_ups"), "rule": first("/v1/rules", "rules", "name"),
        "job": client.post("/v1/jobs", json={"kind": "deliver"}).json()["id"],
        "schedule": client.post("/v1/schedules", json=plan).json()["id"],
        "upload": client.post("/v1/uploads", files={"file": ("answers.csv", FILE)}).json()["id"],
    }  # fmt: skip


@pytest.mark.parametrize("path", (*PAGES, *PAGES_OF_ONE))
def test_a_page_is_accessible_fits_and_is_quiet(open_as: Open, ids: dict[str, str], path: str) -> None:
    for width, dark in ((1440, False), (390, True)):
        window = open_as(width=width, dark=dark)
        assert window.go(path.format(**ids)) == 200
        assert window.page.locator("h1").count() == 1
        assert window.violations() == []
        assert not window.too_wide
        assert window.in_the_other_light() == []


@pytest.mark.parametrize("path", (*PAGES, *PAGES_OF_ONE))
def test_a_page_can_be_read_without_scripts(open_as: Open, ids: dict[str, str], path: str) -> None:
    scripted, plain = open_as(), open_as(script=False)
    assert scripted.go(path.format(**ids)) == 200
    scripted.settle()
    assert plain.go(path.format(**ids)) == 200
    plain.settle()
    scripted.page.evaluate(
        "document.querySelectorAll('[data-tools], [data-map] [data-words]').forEach((one) => one.remove())"
    )
    assert told(plain) == told(scripted)


def told(window: Window) -> str:
    """The beginning of what the page says, without the id of the key that looks and without how long ago."""
    return AGO.sub("…", ID.sub("…", window.text))[:2_000]


def test_a_page_that_is_not_there_says_so(open_as: Open) -> None:
    for width, dark, script in ((1440, False, True), (390, True, True), (1440, False, False)):
        window = open_as(width=width, dark=dark, script=script)
        for path in MISSING:
            assert window.go(path) == 404
            assert window.page.locator("h1").inner_text() == "There is no such thing"
            assert window.page.locator("main a[href='/']").count() == 1
        assert not window.too_wide
        if script:
            assert window.violations() == []
        _forget(window, "404")


@pytest.mark.parametrize("path", EMPTY)
def test_a_page_of_an_empty_store_says_what_to_do_next(open_as: Open, bare: Served, path: str) -> None:
    wide, narrow, plain = (
        open_as(at=bare), open_as(at=bare, width=390, dark=True), open_as(at=bare, script=False)
    )  # fmt: skip
    for window in (wide, narrow):
        assert window.go(path) == 200
        assert not window.too_wide
    assert narrow.violations() == []
    plain.go(path)
    assert told(plain) == told(wide)


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


def _forget(window: Window, status: str) -> None:
    """The browser itself notes on its console that a page has this status; that is no complaint of ours."""
    window.complaints[:] = [one for one in window.complaints if status not in one]
