"""Keys, sessions, roles and the audit log, over HTTP."""

from __future__ import annotations

import httpx
import pytest

from tests.test_api.conftest import Served


@pytest.fixture(scope="module")
def admin(empty: Served) -> httpx.Client:
    return empty.as_role("admin")


def test_without_a_key_there_is_health_and_documentation_only(empty: Served) -> None:
    client = empty.nobody()
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/docs").status_code == client.get("/openapi.json").status_code == 200
    refused = client.get("/v1/session")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert refused.json()["type"] == "/problems/not-authenticated"


def test_a_made_key_works_is_shown_once_and_ends_when_revoked(empty: Served, admin: httpx.Client) -> None:
    made = admin.post("/v1/keys", json={"name": "desk", "role": "viewer"})
    assert made.status_code == 201
    key = made.json()["key"]
    assert key not in admin.get("/v1/keys").text
    with httpx.Client(base_url=empty.url, headers={"Authorization": f"Bearer {key}"}) as desk:
        assert desk.get("/v1/session").json()["scopes"] == ["read"]
        assert desk.get("/v1/keys").status_code == 403
        assert admin.delete(f"/v1/keys/{made.json()['id']}").json()["state"] == "revoked"
    with httpx.Client(base_url=empty.url, headers={"Authorization": f"Bearer {key[:-1]}x"}) as wrong:
        assert wrong.get("/v1/session").status_code == 401


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"name": "x"}, "role"),
        ({"name": "x", "role": "king"}, "king"),
        ({"name": "x", "role": "admin", "teams": ["Billing"]}, "limited"),
        ({"name": "x", "role": "viewer", "expires_at": "2020-01-01T00:00:00Z"}, "expired"),
        ({"name": "a\u0007b", "role": "viewer"}, "name"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(admin: httpx.Client, body: dict[str, object], says: str) -> None:
    refused = admin.post("/v1/keys", json=body)
    assert refused.status_code == 422
    assert says in refused.json()["detail"]


def test_a_session_has_the_rights_of_its_key_until_it_is_ended(empty: Served) -> None:
    keyed, browser = empty.as_role("analyst"), empty.nobody()
    key = keyed.headers["Authorization"].removeprefix("Bearer ")
    began = browser.post("/v1/session", json={"key": key})
    assert began.status_code == 201
    cookie = began.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert browser.get("/v1/session").json()["role"] == "analyst"
    elsewhere = browser.delete("/v1/session", headers={"Origin": "https://evil.example"})
    assert elsewhere.status_code == 403
    assert browser.delete("/v1/session", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert browser.delete("/v1/session", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 204
    browser.cookies.set("verbatim_session", began.cookies["verbatim_session"])
    assert browser.get("/v1/session").status_code == 401


def test_a_body_that_is_too_large_is_a_problem_document(admin: httpx.Client) -> None:
    for content in (b"x" * 10_000_001, (b"x" * 1_000_000 for _ in range(11))):
        refused = admin.post("/v1/keys", content=content, headers={"Content-Type": "application/json"})
        assert refused.status_code == 413
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["type"] == "/problems/too-large"


def test_every_write_is_in_the_audit_log_also_one_that_was_refused(empty: Served, admin: httpx.Client) -> None:
    viewer = empty.as_role("viewer")
    assert viewer.post("/v1/keys", json={"name": "more", "role": "admin"}).status_code == 403
    admin.post("/v1/keys", json={"name": "seen", "role": "viewer"}, headers={"X-Request-ID": "the-one"})
    lines = admin.get("/v1/audit", params={"operation": "create_key", "limit": 2}).json()["lines"]
    assert [line["status"] for line in lines] == [201, 403]
    assert lines[0]["request_id"] == "the-one"
    assert lines[0]["person"].startswith("test (")


def test_the_audit_log_is_paged_without_loss(admin: httpx.Client) -> None:
    for name in ("a", "b", "c"):
        admin.post("/v1/keys", json={"name": name, "role": "viewer"})
    whole = admin.get("/v1/audit", params={"limit": 1000}).json()["lines"]
    paged, after = [], None
    while True:
        page = admin.get("/v1/audit", params={"limit": 2, **({"after": after} if after else {})}).json()
        paged += page["lines"]
        after = page["next"]
        if after is None:
            break
    assert paged == whole
    assert admin.get("/v1/audit", params={"after": "nonsense"}).status_code == 422
