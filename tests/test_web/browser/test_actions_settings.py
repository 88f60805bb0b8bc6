"""Keys, rules, receivers, models and jobs in a real browser: made, changed, taken back."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.test_api.conftest import Served
from tests.test_api.working import work
from tests.test_web.browser.conftest import Open, Window

pytestmark = pytest.mark.browser


def test_a_key_is_made_and_revoked(client: httpx.Client, window: Window) -> None:
    window.go("/settings/keys")
    window.page.get_by_text("Make a key", exact=True).click()
    window.page.get_by_label("Name", exact=True).fill("For a dashboard")
    window.page.locator("select[name=role]").select_option("viewer")
    window.press("Make the key")
    key = window.page.locator("#new-key").inner_text()
    assert window.violations() == []
    window.page.get_by_text("Undo: revoke it").click()
    window.press("Revoke For a dashboard")
    assert "revoked" in window.done()
    with httpx.Client(base_url=window.url, headers={"Authorization": f"Bearer {key}"}) as other:
        assert other.get("/v1/themes").status_code == 401
    window.go("/settings/keys")
    assert key not in window.page.content()


def test_a_rule_is_tried_saved_and_taken_back(client: httpx.Client, window: Window) -> None:
    def rule() -> dict[str, Any]:
        found: dict[str, Any] = client.get("/v1/rules/low_csat").json()
        return {name: found[name] for name in ("due", "origin")}

    before = rule()
    window.go("/settings/rules/low_csat")
    window.page.get_by_label("Contacted by").fill("4h")
    window.press("Try on past answers")
    assert "Nothing was saved" in window.text
    assert rule() == before
    window.press("Save")
    assert rule() == {"due": "4h", "origin": "edited"}
    assert window.violations() == []
    window.press("Undo", inside=".done")
    assert rule() == before


def test_a_rule_of_ones_own_is_added_and_gone_again(client: httpx.Client, window: Window) -> None:
    window.go("/settings/rules/new")
    window.page.get_by_label("Name", exact=True).fill("vip_low")
    window.page.get_by_label("Contacted by").fill("2h")
    window.page.get_by_label("What is to be done").fill("Call them")
    window.press("Save")
    assert client.get("/v1/rules/vip_low").status_code == 200
    window.press("Undo", inside=".done")
    assert client.get("/v1/rules/vip_low").status_code == 404


def test_a_receiver_is_added_switched_off_and_on_and_forgotten(client: httpx.Client, window: Window) -> None:
    def receivers() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = client.get("/v1/endpoints").json()["endpoints"]
        return found

    window.go("/settings/endpoints")
    window.page.get_by_label("Name").first.fill("A CRM")
    window.page.get_by_label("Address").first.fill("https://crm.example/hooks")
    window.press("Add")
    assert window.page.locator("#new-secret").inner_text()
    assert window.violations() == []
    assert [one["active"] for one in receivers()] == [True]
    window.press("Switch off A CRM")
    assert [one["active"] for one in receivers()] == [False]
    window.press("Undo", inside=".done")
    assert [one["active"] for one in receivers()] == [True]
    window.page.get_by_text("Change, renew the secret, forget").click()
    window.press("Forget A CRM for good")
    assert receivers() == []


def test_a_job_is_asked_for_cancelled_queued_again_and_done(
    client: httpx.Client, small: Served, window: Window
) -> None:
    window.go("/settings/jobs")
    window.page.locator("select[name=kind]").first.select_option("sweep")
    window.press("Do it now")
    assert window.page.locator("[data-job]").count() == 1
    window.press("Undo", inside=".done")
    assert "cancelled" in window.text
    window.press("Undo", inside=".done")
    work(small)
    window.page.locator(".tag", has_text="done").wait_for(timeout=30_000)
    assert window.violations() == []


def test_a_model_is_retired_and_taken_into_use_again(open_as: Open, site: Served) -> None:
    window = open_as()

    def states() -> list[str]:
        found = window.page.request.get(f"{window.url}/v1/predictors").json()["predictors"]
        return [one["status"] for one in found]

    window.go("/settings/models")
    before = states()
    window.page.locator("main").get_by_text("Retire", exact=True).click()
    window.page.locator("main").get_by_role("button", name="Retire csat-1").click()
    window.page.wait_for_url("**retire*")
    assert window.done()
    assert "active" not in states()
    window.page.locator(".done").get_by_role("button", name="Undo").click()
    window.page.wait_for_url("**done=*")
    window.says("is in use since")
    assert states() == before
