"""Versions of a model, themes mined anew, a model trained, and messages that went wrong, in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from models.registry import folder_of, register, versions
from tests.organisation import built
from tests.test_api.conftest import Served, served
from tests.test_api.working import work
from tests.test_messages.receivers import Web, web_server
from tests.test_web.browser.conftest import Open, Window
from verbatim.messages.dispatch import deliver_due
from verbatim.settings import Settings
from verbatim.storage.engine import open_store, prepare_store

pytestmark = pytest.mark.browser


@pytest.fixture
def two_versions(small: Served, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The sample organisation's predictor, registered twice."""
    there = Settings(home=built(tmp_path_factory).home)
    with open_store(there) as store:
        (found,) = versions(store)

    def copied(folder: Path) -> str:
        shutil.copytree(folder_of(there, found.id), folder, dirs_exist_ok=True)
        return found.sha256

    names = ("data_start", "data_end", "tickets", "snapshots", "cases", "summary")
    with prepare_store(small.settings) as store:
        for _ in range(2):
            register(
                store, small.settings, metric=found.metric, target=found.target, status="ready", person="tests",
                manifest={name: getattr(found, name) for name in names}, save=copied,
            )  # fmt: skip


def test_versions_are_taken_into_use_and_back(client: httpx.Client, window: Window, two_versions: None) -> None:
    def in_use() -> list[str]:
        found = client.get("/v1/predictors").json()["predictors"]
        return [one["name"] for one in found if one["status"] == "active"]

    def use(name: str) -> None:
        row = window.page.locator("tbody tr").filter(has=window.page.get_by_role("rowheader", name=name))
        row.get_by_text("Use it", exact=True).click()
        row.get_by_label("Why").fill("on trial")
        window.press(f"Use {name}")

    window.go("/settings/models")
    assert "None is in use" in window.text
    use("csat-1")
    assert in_use() == ["csat-1"]
    use("csat-2")
    assert in_use() == ["csat-2"]
    assert window.violations() == []
    window.press("Undo: use csat-1", inside=".done")
    assert in_use() == ["csat-1"]
    window.page.get_by_text("Go back to the version before").click()
    window.press("Roll back")
    assert in_use() == ["csat-2"]
    window.press("Undo: use csat-1", inside=".done")
    assert in_use() == ["csat-1"]


def test_themes_are_mined_anew(client: httpx.Client, small: Served, window: Window) -> None:
    window.go("/settings/jobs")
    window.page.get_by_label("Find them anew").check()
    window.press("Mine themes")
    work(small)
    window.page.locator(".tag", has_text="done").wait_for(timeout=60_000)
    assert window.violations() == []
    job = client.get("/v1/jobs", params={"kind": "mine"}).json()["jobs"][0]
    assert (job["status"], job["arguments"]["refit"]) == ("done", True)
    window.go("/themes")
    assert window.page.locator("main table tbody tr, main ul li").count()


def test_what_cannot_be_trained_says_why_and_keeps_what_was_typed(window: Window) -> None:
    window.go("/settings/jobs")
    form = window.page.locator("form").filter(has=window.page.get_by_role("button", name="Train", exact=True))
    form.get_by_label("What counts as dissatisfied").fill("score <= 99")
    form.get_by_role("button", name="Train", exact=True).click()
    window.page.locator("[role=alert]").wait_for()
    assert form.get_by_label("What counts as dissatisfied").input_value() == "score <= 99"
    assert window.violations() == []
    window.complaints[:] = [one for one in window.complaints if "409" not in one]


def test_a_model_is_asked_for_and_cancelled(open_as: Open, site: Served) -> None:
    window = open_as()
    window.go("/settings/jobs")
    window.press("Train")
    assert window.page.locator("[data-job]").count() == 1
    window.press("Undo", inside=".done")
    assert "cancelled" in window.text
    job = site.as_role("viewer").get("/v1/jobs", params={"kind": "train"}).json()["jobs"][0]
    assert job["status"] == "cancelled"


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as running:
        yield running


@pytest.fixture
def near(small: Served) -> Iterator[Served]:
    """A server on the same store whose messages may go to this machine, and die at once."""
    named = {"webhook_private_addresses": True, "message_attempts": 1, "message_timeout_seconds": 2.0}
    with served(Settings(**(small.settings.model_dump() | named))) as found:
        yield found


def test_a_message_that_died_is_looked_at_and_sent_again(open_as: Open, near: Served, web: Web) -> None:
    def deliver() -> None:
        with prepare_store(near.settings) as store:
            deliver_due(store, near.settings, now=datetime.now(UTC))

    window = open_as(at=near)
    web.answers["/sick"] = 500
    window.go("/settings/endpoints")
    window.page.get_by_label("Name").first.fill("A sick one")
    window.page.get_by_label("Address").first.fill(f"{web.url}/sick")
    window.press("Add")
    window.press("Send a test to A sick one")
    deliver()
    window.go("/settings/endpoints?status=dead")
    assert window.violations() == []
    with window.page.expect_navigation():
        window.page.get_by_role("link", name="test", exact=True).click()
    assert "dead" in window.text and "500" in window.text
    assert window.violations() == []
    web.answers["/sick"] = 204
    window.press("Try again", sure="What was sent cannot be taken back")
    assert "waiting" in window.text
    deliver()
    window.page.reload()
    assert window.page.locator(".tag.good").inner_text() == "sent"
    assert len(web.came) == 2
