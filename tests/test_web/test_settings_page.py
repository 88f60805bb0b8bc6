"""The settings: each tab for whom the API allows it; what is typed wrong is kept; what is done can be taken back."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from tests.test_api.conftest import Served
from tests.test_api.working import work

TABS = ("keys", "rules", "calendar", "taxonomy", "models", "endpoints", "audit", "jobs")
FOR_ADMINS = {"keys", "endpoints", "audit"}
HOSTILE = '<script>alert("x")</script>\u202e' + "w" * 60
RULE = {
    "signal": "answer", "metric": "csat", "when": "low", "who": "ticket_owner", "due": "same day", "severity": "urgent",
    "what": "Reopen the ticket with a next step and an owner.", "events": "followup.created", "active": "true",
    "window_days": "14", "at_least": "3", "within_days": "30", "scales": "", "segments": "", "tiers": "",
    "minimum_arr": "", "person": "", "task_due": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def admin(empty: Served) -> httpx.Client:
    return empty.as_role("admin")


def undo_form(text: str) -> tuple[str, dict[str, str]]:
    """Where the form in the box of what was done goes, and what it holds."""
    box = re.search(r'<div class="done".*?</div>', text, re.DOTALL)
    assert box is not None, text[:2000]
    form = re.search(r'<form method="post" action="([^"]+)">(.*?)</form>', box[0], re.DOTALL)
    assert form is not None, box[0]
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', form[2])
    return form[1], {name: unescape(value) for name, value in fields}


@pytest.mark.parametrize("role", ["viewer", "agent", "analyst", "admin"])
def test_each_role_sees_the_tabs_that_it_may_open_and_no_others(empty: Served, role: str) -> None:
    client = empty.as_role(role)
    front = client.get("/settings").text
    for tab in TABS:
        may = role == "admin" or tab not in FOR_ADMINS
        assert (f'href="/settings/{tab}"' in front) == may, tab
        assert client.get(f"/settings/{tab}").status_code == (200 if may else 403), tab


def test_a_limited_key_sees_only_what_can_be_narrowed(empty: Served) -> None:
    client = empty.as_role("viewer", teams=["Blue"])
    front = client.get("/settings").text
    assert "1 team: Blue" in front
    for tab in TABS:
        may = tab == "calendar"
        assert (f'href="/settings/{tab}"' in front) == may, tab
        assert client.get(f"/settings/{tab}").status_code == (200 if may else 403), tab


def test_a_key_is_shown_once_and_ends_when_it_is_revoked(empty: Served, admin: httpx.Client) -> None:
    made = admin.post(
        "/settings/keys", data={"name": HOSTILE.replace("\u202e", ""), "role": "viewer", "teams": "Blue\n Red \n"}
    )
    assert made.status_code == 200
    assert made.headers["cache-control"] == "no-store"
    found = re.search(r"vb_([0-9a-f]{12})_[\w-]+", made.text)
    assert found is not None
    assert "<script>alert" not in made.text
    assert "2 teams" in made.text
    with httpx.Client(base_url=empty.url, headers={"Authorization": f"Bearer {found[0]}"}) as other:
        assert other.get("/settings").status_code == 200
    again = admin.get("/settings/keys")
    assert found[0] not in again.text
    revoked = admin.post(f"/settings/keys/{found[1]}/revoke")
    assert "was revoked" in admin.get(revoked.headers["location"]).text
    assert f'action="/settings/keys/{found[1]}/revoke"' not in admin.get("/settings/keys").text


def test_what_was_typed_stays_when_a_key_cannot_be_made(admin: httpx.Client) -> None:
    for wrong, said in (
        ({"role": "admin", "teams": "Blue"}, "cannot be limited"), ({"role": ""}, "say what the key may do"),
        ({"role": "viewer", "expires": "2020-01-01"}, "expired already"),
        ({"role": "viewer", "expires": "soon"}, "write it as"), ({"role": "king"}, "is not a role"),
        ({"role": "viewer", "expires": "9999-12-31"}, "“Good until” is no day"),
    ):  # fmt: skip
        refused = admin.post("/settings/keys", data={"name": "kept <b>", **wrong})
        assert refused.status_code == 422, wrong
        assert said in refused.text, wrong
        assert 'value="kept &lt;b&gt;"' in refused.text
        assert "vb_" not in refused.text


def test_a_rule_is_tried_without_being_saved_then_saved_and_taken_back(admin: httpx.Client) -> None:
    changed = {**RULE, "due": "4h", "segments": "channel: chat, email"}
    tried = admin.post("/settings/rules/low_csat", data={**changed, "try": "yes", "days": "60"})
    assert tried.status_code == 200
    assert "Tried on the last 60 days" in tried.text
    assert 'value="4h"' in tried.text
    assert 'value="4h"' not in admin.get("/settings/rules/low_csat").text
    version = re.search(r'name="version" value="([^"]+)"', tried.text)
    assert version is not None
    saved = admin.post("/settings/rules/low_csat", data={**changed, "version": version[1]})
    assert saved.status_code == 303
    shown = admin.get("/settings/rules/low_csat").text
    assert 'value="4h"' in shown
    assert "channel: chat, email" in shown
    late = admin.post("/settings/rules/low_csat", data={**changed, "due": "2h", "version": version[1]})
    assert late.status_code == 412
    assert 'value="2h"' in late.text
    path, fields = undo_form(admin.get(saved.headers["location"]).text)
    assert admin.post(path, data=fields).status_code == 303
    assert "As the defaults are" in admin.get("/settings/rules/low_csat").text


def test_a_second_edit_of_a_rule_goes_back_to_the_first_and_a_reset_to_the_edit(admin: httpx.Client) -> None:
    admin.post("/settings/rules/passive", data={**RULE, "metric": "nps", "when": "passives", "due": "4h"})
    second = admin.post("/settings/rules/passive", data={**RULE, "metric": "nps", "when": "passives", "due": "2h"})
    path, fields = undo_form(admin.get(second.headers["location"]).text)
    admin.post(path, data=fields)
    assert 'name="due" value="4h"' in admin.get("/settings/rules/passive").text
    reset = admin.post("/settings/rules/passive/reset")
    assert 'name="due" value="next business week"' in admin.get("/settings/rules/passive").text
    path, fields = undo_form(admin.get(reset.headers["location"]).text)
    assert admin.post(path, data=fields).status_code == 303
    assert 'name="due" value="4h"' in admin.get("/settings/rules/passive").text
    assert admin.post("/settings/rules/passive/undo", data={"before": "{}x"}).status_code == 422
    admin.post("/settings/rules/passive/reset")


def test_a_rule_that_does_not_fit_is_kept_in_the_form(empty: Served, admin: httpx.Client) -> None:
    for wrong in (
        {"due": "whenever"}, {"when": "score about 3"}, {"segments": "chat"}, {"at_least": "three"},
        {"scales": "csat-9"}, {"who": "person"}, {"minimum_arr": "nan"}, {"window_days": "inf"},
    ):  # fmt: skip
        refused = admin.post("/settings/rules/low_csat", data={**RULE, "what": HOSTILE, **wrong})
        assert refused.status_code == 422, wrong
        assert 'role="alert"' in refused.text
        assert "<script>alert" not in refused.text
        assert unescape(refused.text).count("w" * 60) == 1
    added = admin.post("/settings/rules", data={**RULE, "name": "vip_low", "what": "Call"})
    path, fields = undo_form(admin.get(added.headers["location"]).text)
    admin.post(path, data=fields)
    assert "vip_low" not in admin.get("/settings/rules").text
    assert admin.post("/settings/rules", data={**RULE, "name": "../x"}).status_code == 422
    assert empty.as_role("analyst").post("/settings/rules/low_csat", data=RULE).status_code == 403


def test_an_endpoint_is_added_tested_switched_and_forgotten(empty: Served, admin: httpx.Client) -> None:
    refused = admin.post("/settings/endpoints", data={"name": "kept", "url": "http://127.0.0.1/x"})
    assert refused.status_code == 422
    assert 'value="http://127.0.0.1/x"' in refused.text
    unknown = admin.post("/settings/endpoints", data={"name": "x", "url": "https://crm.example/x", "events": ["x.y"]})
    assert unknown.status_code == 422
    made = admin.post("/settings/endpoints", data={"name": HOSTILE, "url": "https://crm.example/x"})
    assert made.status_code == 200
    assert made.headers["cache-control"] == "no-store"
    secret = re.search(r"whsec_[\w+/=]+", made.text)
    path = re.search(r'action="(/settings/endpoints/[^/"]+)/secret"', made.text)
    assert secret is not None
    assert path is not None
    assert "<script>alert" not in made.text
    assert secret[0] not in admin.get("/settings/endpoints").text
    tested = admin.post(f"{path[1]}/test")
    assert "A test message" in admin.get(tested.headers["location"]).text
    message = re.search(r'href="(/settings/deliveries/[^"]+)"', admin.get("/settings/endpoints?status=waiting").text)
    assert message is not None
    assert admin.get(message[1]).status_code == 200
    assert admin.post(f"{message[1]}/retry").status_code == 409
    renewed = admin.post(f"{path[1]}/secret")
    assert "was renewed" in renewed.text
    assert secret[0] not in renewed.text
    off = admin.post(f"{path[1]}/active", data={"active": "false"})
    told = admin.get(off.headers["location"]).text
    undo, fields = undo_form(told)
    assert admin.post(f"{path[1]}/test").status_code == 409
    admin.post(undo, data=fields)
    assert admin.post(f"{path[1]}/test").status_code == 303
    changed = admin.post(path[1], data={"name": "CRM", "url": "https://crm.example/y", "events": ["response.created"]})
    assert (changed.status_code, changed.headers["cache-control"]) == (200, "no-store")
    undo, fields = undo_form(changed.text)
    assert admin.post(undo, data=fields).status_code == 200
    (kept,) = admin.get("/v1/endpoints").json()["endpoints"]
    assert (kept["name"], kept["url"], kept["events"]) == (HOSTILE, "https://crm.example/x", [])
    assert admin.post(f"{path[1]}/delete").status_code == 303
    assert path[1] not in admin.get("/settings/endpoints").text


def test_the_audit_log_names_what_was_done_on_pages_as_the_api_does(admin: httpx.Client) -> None:
    admin.post("/settings/keys", data={"name": "audited", "role": "viewer"})
    shown = admin.get("/settings/audit?operation=create_key").text
    assert "create_key" in shown
    assert "/settings/keys" in shown
    assert "Nothing of “" in admin.get("/settings/audit", params={"operation": HOSTILE}).text


def test_an_empty_organisation_is_told_what_to_do_about_themes_and_models(admin: httpx.Client) -> None:
    assert "No themes yet" in admin.get("/settings/taxonomy").text
    assert "No version was trained" in admin.get("/settings/models").text


def test_a_model_is_retired_and_taken_back(sample: Served) -> None:
    admin, analyst = sample.as_role("admin"), sample.as_role("analyst")
    shown = admin.get("/settings/models").text
    assert "csat-1</strong> is in use" in shown
    assert "/v1/predictors/csat-1/card?format=html" in shown
    assert analyst.post("/settings/models/csat-1/retire").status_code == 403
    nothing_before = admin.post("/settings/models/csat/rollback")
    assert nothing_before.status_code == 404
    assert 'role="alert"' in nothing_before.text
    retired = admin.post("/settings/models/csat-1/retire", data={"note": "a look"})
    told = admin.get(retired.headers["location"]).text
    assert "None is in use" in told
    path, fields = undo_form(told)
    assert admin.post(path, data=fields).status_code == 303
    assert "csat-1</strong> is in use" in admin.get("/settings/models").text
    assert "Competent" in admin.get("/settings/taxonomy").text or "T001" in admin.get("/settings/taxonomy").text
    work(sample)
