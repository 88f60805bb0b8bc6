"""Views and exports of comments, what people say of risks, and follow-ups: done and taken back in a real browser."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.test_api.conftest import Served
from tests.test_api.working import work
from tests.test_web.browser.conftest import Open, Window

pytestmark = pytest.mark.browser


@pytest.fixture
def window(open_as: Open) -> Window:
    return open_as("analyst")


@pytest.fixture(scope="module")
def client(site: Served) -> httpx.Client:
    return site.as_role("admin")


def test_filters_make_an_address_that_is_saved_as_a_view_and_forgotten(client: httpx.Client, window: Window) -> None:
    window.go("/comments")
    window.page.get_by_text("Filters", exact=True).click()
    with window.page.expect_navigation():
        window.page.get_by_label("Sentiment").select_option("negative")
    assert "sentiment_to=-0.2" in window.page.url
    window.page.get_by_label("Save these filters as").fill("Unhappy ones")
    window.press("Save view")
    assert window.done() == "The view is saved."
    assert [one["name"] for one in views(window)] == ["Unhappy ones"]
    assert window.violations() == []
    window.press("Undo", inside=".done")
    assert window.done() == "The view is deleted."
    assert views(window) == []
    window.press("Undo", inside=".done")
    assert [one["name"] for one in views(window)] == ["Unhappy ones"]
    window.go("/comments")
    with window.page.expect_navigation():
        window.page.get_by_role("link", name="Unhappy ones").click()
    assert "sentiment_to=-0.2" in window.page.url
    window.press("Delete the view Unhappy ones")
    assert views(window) == []


def views(window: Window) -> list[dict[str, Any]]:
    """Those of the one who is logged in, by the API."""
    found: list[dict[str, Any]] = window.page.request.get(f"{window.url}/v1/views").json()["views"]
    return found


def test_a_filter_is_taken_away_by_its_tag(client: httpx.Client, window: Window) -> None:
    window.go("/comments?words=slow&metric=csat&category=dissatisfied")
    shown = int(window.page.locator("#list-title").inner_text().split()[0].replace(",", ""))
    asked = {"words": "slow", "metric": "csat", "category": "dissatisfied"}
    assert client.get("/v1/comments/count", params=asked).json()["comments"] == shown
    with window.page.expect_navigation():
        window.page.get_by_role("list", name="Active filters").get_by_role("link").first.click()
    assert "category=" not in window.page.url or "words=" not in window.page.url


@pytest.mark.parametrize("form", ["CSV", "XLSX"])
def test_an_export_is_made_while_the_page_waits_and_arrives(
    client: httpx.Client, site: Served, window: Window, form: str
) -> None:
    window.go("/comments?words=slow")
    window.press(form)
    assert window.page.locator("[data-job] progress").count() == 1
    work(site)
    window.page.get_by_role("link", name="Download").wait_for(timeout=30_000)
    assert window.page.locator("[data-job]").count() == 0
    with window.page.expect_download() as coming:
        window.page.get_by_role("link", name="Download").click()
    path = Path(coming.value.path())
    assert coming.value.suggested_filename.endswith(form.lower())
    if form == "CSV":
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        assert len(rows) - 1 == client.get("/v1/comments/count", params={"words": "slow"}).json()["comments"]
    else:
        assert path.read_bytes()[:2] == b"PK"


def queue(client: httpx.Client, **query: object) -> list[str]:
    return [one["ticket"] for one in client.get("/v1/predictions", params={**query, "limit": 50}).json()["tickets"]]


@pytest.mark.parametrize("action", ["Agree", "Disagree", "Snooze", "Done …"])
def test_what_is_said_of_a_risk_is_kept_and_taken_back(client: httpx.Client, window: Window, action: str) -> None:
    before = queue(client)
    one = before[0]
    window.go("/at-risk")
    ticket = window.page.locator("li.risk").filter(has_text=one)
    if action == "Done …":
        ticket.get_by_text(action).click()
        ticket.get_by_label("What was done").fill("called the customer")
        action = "Note it"
    with window.page.expect_navigation():
        ticket.get_by_role("button", name=action, exact=True).click()
    assert window.done()
    assert (one in queue(client)) is (action == "Agree")
    everything = client.get("/v1/predictions", params={"waiting": False, "limit": 50}).json()["tickets"]
    said = next(each for each in everything if each["ticket"] == one)
    assert said["said"] or said["acted"]
    window.press("Undo", inside=".done")
    assert queue(client) == before
    everything = client.get("/v1/predictions", params={"waiting": False, "limit": 50}).json()["tickets"]
    said = next(each for each in everything if each["ticket"] == one)
    assert said["said"] in {None, "withdrawn"}
    assert not said["acted"]


@pytest.fixture
def task(client: httpx.Client) -> dict[str, Any]:
    """A follow-up that nobody has touched, about an answer."""
    query = {"state": "open", "signal": "answer", "limit": 100}
    found: list[dict[str, Any]] = client.get("/v1/follow-ups", params=query).json()["follow_ups"]
    return next(one for one in found if not one["taken_at"] and one["sequence"] == 0)


def state(client: httpx.Client, task: dict[str, Any]) -> dict[str, Any]:
    """What an undo must bring back."""
    found = client.get(f"/v1/follow-ups/{task['id']}").json()
    return {name: found[name] for name in ("state", "owner", "taken_at", "reason")}


def test_each_step_of_a_follow_up_is_taken_back(client: httpx.Client, window: Window, task: dict[str, Any]) -> None:
    before = state(client, task)
    window.go(f"/follow-ups/{task['id']}")

    def taken() -> None:
        window.page.get_by_label("Person (me").fill("me")
        window.press("Assign")

    def contacted() -> None:
        window.page.get_by_role("radio", name="Customer contacted").check()
        window.page.locator("textarea[name=note]").fill("Called; will write")
        window.press("Save the step")

    def not_to_resolve() -> None:
        window.page.get_by_role("radio", name="Cannot be resolved").check()
        window.page.get_by_label("Why not").fill("out of our hands")
        window.press("Save the step")

    def noted() -> None:
        window.page.locator("textarea[name=words]").fill("To be remembered")
        window.press("Add the note")

    for act, changed in ((taken, "owner"), (contacted, "state"), (not_to_resolve, "state"), (noted, None)):
        steps = len(client.get(f"/v1/follow-ups/{task['id']}").json()["history"])
        act()
        assert window.done()
        assert len(client.get(f"/v1/follow-ups/{task['id']}").json()["history"]) == steps + 1
        if changed:
            assert state(client, task)[changed] != before[changed]
        assert window.violations() == []
        window.press("Undo", inside=".done")
        assert window.done() == "The last step was taken back."
        assert state(client, task) == before


def test_a_follow_up_is_taken_from_the_list(client: httpx.Client, window: Window) -> None:
    window.go("/follow-ups?state=open")
    button = window.page.locator("main").get_by_role("button", name="Take it").first
    with window.page.expect_navigation():
        button.click()
    one = {"id": window.page.url.rpartition("/")[2].partition("?")[0]}
    assert window.done() == "It is yours now."
    assert state(client, one)["owner"] == "browser analyst"
    window.press("Undo", inside=".done")
    assert state(client, one)["owner"] is None


def test_an_alert_is_acknowledged_where_it_is_shown(client: httpx.Client, window: Window) -> None:
    window.go("/")
    buttons = window.page.locator("main").get_by_role("button", name="Acknowledge")
    assert buttons.count() > 0
    before = client.get("/v1/alerts", params={"acknowledged": False, "limit": 200}).json()["alerts"]
    with window.page.expect_navigation():
        buttons.first.click()
    assert window.done() == "The alert is acknowledged."
    after = client.get("/v1/alerts", params={"acknowledged": False, "limit": 200}).json()["alerts"]
    assert len(after) == len(before) - 1
