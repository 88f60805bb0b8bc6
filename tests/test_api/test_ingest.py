"""Records by call, their rejects and batches, uploads, and webhooks, over HTTP."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from api.routers.ingest_shapes import JSON, NDJSON, example_record, request_body
from api.routers.uploads import MEGABYTE
from tests.test_api.conftest import Serve, Served
from tests.test_api.working import work
from verbatim.domain import Kind
from verbatim.ingest.direct import RECORD_FIELDS
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.tables import comment, survey_response, ticket

SECRET = "0123456789abcdef" * 2
FILE = "id,date,csat,comment\n1,2026-05-01,4,Quick and kind\n2,2026-05-02,9,Far too slow\n"


@pytest.fixture(scope="module")
def desk(empty: Served) -> httpx.Client:
    return empty.as_role("analyst")


def stored(served: Served, table: Any, **equal: object) -> list[dict[str, Any]]:
    with prepare_store(served.settings) as store, store.reading() as connection:
        found = select(table).where(*[table.c[name] == value for name, value in equal.items()])
        return [dict(row) for row in connection.execute(found).mappings()]


def answer(number: object, score: object = 4, **more: object) -> dict[str, Any]:
    return {"id": f"R-{number}", "metric": "csat", "scale": "csat-5", "score": score, **more}


@pytest.mark.parametrize("kind", list(Kind))
def test_the_example_of_each_kind_is_taken_and_the_same_again_changes_nothing(desk: httpx.Client, kind: Kind) -> None:
    first = desk.post(f"/v1/{kind}", params={"source": "examples"}, json=example_record(kind))
    assert first.status_code == 200, first.text
    taken = first.json()
    assert (taken["inserted"], taken["rejected"], taken["records"][0]["problems"]) == (1, 0, [])
    assert taken["records"][0]["id"] == RECORD_FIELDS[kind][0].example
    again = desk.post(f"/v1/{kind}", json={"source": "examples", "records": [example_record(kind)]}).json()
    assert (again["inserted"], again["unchanged"], again["records"][0]["outcome"]) == (0, 1, "unchanged")


@pytest.mark.parametrize("kind", list(Kind))
def test_the_schema_of_records_says_what_the_table_says(kind: Kind) -> None:
    one, several = request_body(kind)["requestBody"]["content"][JSON]["schema"]["anyOf"]
    assert several["properties"]["records"]["items"] == one
    assert list(one["properties"]) == [field.name for field in RECORD_FIELDS[kind]]
    assert one["required"] == [field.name for field in RECORD_FIELDS[kind] if field.required]
    for field in RECORD_FIELDS[kind]:
        said = one["properties"][field.name]
        assert said["description"] == field.help
        assert "null" in said["type"]
        assert said.get("enum", []) == ([*field.choices, None] if field.choices else [])


def test_each_record_is_taken_or_rejected_on_its_own_and_rejects_are_kept(empty: Served, desk: httpx.Client) -> None:
    records = [answer("a"), answer("b", 17), {"id": "R-c", "surprise": 1}, 5, answer("d", comment="Write to bob@x.org")]
    taken = desk.post("/v1/responses", json={"source": "own", "records": records}).json()
    outcomes = [(one["row"], one["id"], one["outcome"]) for one in taken["records"]]
    assert outcomes == [
        (1, "R-a", "inserted"), (2, "R-b", "rejected"), (3, None, "rejected"), (4, None, "rejected"),
        (5, "R-d", "inserted"),
    ]  # fmt: skip
    assert taken["records"][1]["problems"][0]["field"] == "score"
    assert "surprise" in taken["records"][2]["problems"][0]["problem"]
    kept = desk.get("/v1/rejects", params={"source": "own", "batch_id": taken["batch_id"]}).json()["rejects"]
    assert [(one["row"], one["file"], one["value"]) for one in kept] == [
        (2, "api", "17"),
        (3, "api", ""),
        (4, "api", ""),
    ]
    assert "bob@x.org" not in json.dumps([row["text"] for row in stored(empty, comment, source="own")])
    desk.post("/v1/responses", params={"source": "own"}, json=answer("b", 2))
    assert [one["row"] for one in desk.get("/v1/rejects", params={"source": "own"}).json()["rejects"]] == [3, 4]
    assert len(stored(empty, survey_response, source="own")) == 3


def test_lines_are_records_and_a_broken_one_is_rejected_alone(empty: Served, desk: httpx.Client) -> None:
    lines = "\n".join([json.dumps(answer(1)), '{"id": "R-2", "score":', "", json.dumps(answer(3))])
    taken = desk.post(
        "/v1/responses", params={"source": "lines"}, content=lines, headers={"Content-Type": NDJSON}
    )  # fmt: skip
    assert [one["outcome"] for one in taken.json()["records"]] == ["inserted", "rejected", "inserted"]
    assert {row["external_id"] for row in stored(empty, survey_response, source="lines")} == {"R-1", "R-3"}


def test_with_merge_a_record_keeps_what_it_does_not_say(empty: Served, desk: httpx.Client) -> None:
    whole = {"id": "T-1", "subject": "Invoice", "status": "open", "created_at": "2026-10-31T14:05:00Z"}
    change = {"id": "T-1", "status": "solved", "created_at": "2026-10-31T14:05:00Z"}
    desk.post("/v1/tickets", params={"source": "merging"}, json=whole)
    desk.post("/v1/tickets", params={"source": "merging", "merge": True}, json=change)
    (row,) = stored(empty, ticket, external_id="T-1")
    assert (row["subject"], row["status"]) == ("Invoice", "solved")
    desk.post("/v1/tickets", params={"source": "merging"}, json=change)
    (row,) = stored(empty, ticket, external_id="T-1")
    assert (row["subject"], row["status"]) == (None, "solved")


@pytest.mark.parametrize(
    ("content", "content_type", "status", "says"),
    [
        (b"[1]", JSON, 422, "records"),
        (b'{"records": []}', JSON, 422, "no records"),
        (b'{"records": [{}], "kind": "x"}', JSON, 422, "only source"),
        (b'{"records": {}}', JSON, 422, "list"),
        (b'{"records": [{}], "source": 5}', JSON, 422, "source"),
        (b'{"records": [{"id": "1"}], "source": "a\\u0000b"}', JSON, 422, "source"),
        (b'{"id": ', JSON, 422, "line 1"),
        (b'{"id": "\xff"}', JSON, 422, "UTF-8"),
        (b"[" * 100_000, JSON, 422, "JSON"),
        (b'{"id": ' + b"9" * 5_000 + b"}", JSON, 422, "huge"),
        (b"", NDJSON, 422, "no records"),
        (b"\n".join([b"{}"] * 10_001), NDJSON, 413, "10,001"),
        (b"id,score", "text/csv", 415, NDJSON),
    ],
)  # fmt: skip
def test_a_body_that_makes_no_sense_is_refused_with_what_would(
    desk: httpx.Client, content: bytes, content_type: str, status: int, says: str
) -> None:  # fmt: skip
    refused = desk.post("/v1/responses", content=content, headers={"Content-Type": content_type})
    assert (refused.status_code, refused.headers["Content-Type"]) == (status, "application/problem+json")
    assert says in refused.json()["detail"]


def test_a_body_that_is_larger_than_allowed_is_refused_before_it_is_read(desk: httpx.Client) -> None:
    large = b"{" + b" " * 10_000_001 + b"}"
    refused = desk.post("/v1/responses", content=iter([large]), headers={"Content-Type": JSON})
    assert (refused.status_code, refused.json()["type"]) == (413, "/problems/too-large")
    assert desk.post("/v1/responses", content=large, headers={"Content-Type": JSON}).status_code == 413


@pytest.mark.parametrize(
    "record",
    [
        {"id": "x\x00y"}, {"id": "x", "name": "a\x00b"}, {"id": "\ud800"}, {"id": "y", "name": "\ud800"},
        {"id": 10**80}, {"id": "z", "arr": 1e308}, {"id": "w", "since": "9999-12-31"},
        {"id": "v", "since": "0001-01-01"},
        {"id": "u", "segments": {"\ud800": "1", "b": "\x00"}}, {"id": ["x"]}, {"id": "t", "segments": {"a": {"b": 1}}},
    ],
)  # fmt: skip
def test_strange_values_never_fail_inside(desk: httpx.Client, record: dict[str, Any]) -> None:
    taken = desk.post("/v1/accounts", content=json.dumps(record), headers={"Content-Type": JSON})
    assert taken.status_code == 200, taken.text


def test_an_idempotency_key_gets_the_first_answer_again_and_refuses_another_request(desk: httpx.Client) -> None:
    headers = {"Idempotency-Key": "first-1"}
    first = desk.post("/v1/responses", json=answer("i1"), headers=headers)
    again = desk.post("/v1/responses", json=answer("i1"), headers=headers)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    assert first.json()["inserted"] == 1
    other = desk.post("/v1/responses", json=answer("i2"), headers=headers)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/invalid")
    elsewhere = desk.post("/v1/accounts", json={"id": "A-1"}, headers=headers)
    assert elsewhere.json()["inserted"] == 1
    assert desk.post("/v1/accounts", json={"id": "A-2"}, headers={"Idempotency-Key": "ü".encode()}).status_code == 422


def test_what_was_refused_is_not_remembered(desk: httpx.Client) -> None:
    headers = {"Idempotency-Key": "refused-1", "Content-Type": JSON}
    assert desk.post("/v1/responses", content=b"[]", headers=headers).status_code == 422
    assert desk.post("/v1/responses", json=answer("i9"), headers=headers).status_code == 200


def test_batches_and_rejects_are_paged_without_loss(desk: httpx.Client) -> None:
    for number in range(5):
        records = [answer(f"p{number}{each}", 99) for each in range(3)]
        desk.post("/v1/responses", json={"source": f"pages {number % 2}", "records": records})
    for path, name, more in (
        ("/v1/batches", "batches", {}), ("/v1/batches", "batches", {"source": "pages 1", "kind": "responses"}),
        ("/v1/rejects", "rejects", {"kind": "responses"}),
    ):  # fmt: skip
        whole = desk.get(path, params={"limit": 1000, **more}).json()[name]
        paged, after = [], None
        while True:
            page = desk.get(path, params={"limit": 2, **more, **({"after": after} if after else {})}).json()
            paged += page[name]
            after = page["next"]
            if after is None:
                break
        assert paged == whole
        assert len(whole) > 1
    assert desk.get("/v1/rejects", params={"after": "WzFd"}).status_code == 422


def test_data_comes_in_with_write_only_and_from_keys_that_see_all(empty: Served) -> None:
    viewer, limited = empty.as_role("viewer"), empty.as_role("viewer", accounts=["A-17"])
    assert viewer.post("/v1/responses", json=answer("v")).status_code == 403
    assert viewer.post("/v1/uploads", content=b"x").status_code == 403
    assert viewer.get("/v1/batches").status_code == 200
    assert limited.get("/v1/batches").status_code == limited.get("/v1/rejects").status_code == 403
    assert empty.nobody().post("/v1/responses", json=answer("v")).status_code == 401


def test_an_upload_is_looked_at_then_read_by_a_job_and_goes(empty: Served, desk: httpx.Client) -> None:
    sent = desk.post("/v1/uploads", params={"name": "../up-2026-05.csv"}, content=FILE.encode())
    assert sent.status_code == 201, sent.text
    upload = sent.json()
    assert (upload["name"], upload["bytes"]) == ("up-2026-05.csv", len(FILE))
    assert upload["sha256"] == hashlib.sha256(FILE.encode()).hexdigest()
    options = {"kind": "responses", "metric": "csat", "scale": "csat-5"}
    plan = desk.post(f"/v1/uploads/{upload['id']}/plan", json=options).json()
    assert (plan["file"], plan["source"], plan["tried"], plan["rejected"]) == ("up-2026-05.csv", "up", 2, 1)
    assert {one["column"]: one["read_as"] for one in plan["columns"]}["comment"] == "comment"
    assert [row["text"] for row in plan["preview"]["comment"]] == ["Quick and kind", "Far too slow"]
    assert not stored(empty, comment, source="up")
    asked = desk.post(f"/v1/uploads/{upload['id']}/ingest", json=options)
    assert (asked.status_code, asked.json()["status"]) == (202, "queued")
    assert desk.post(f"/v1/uploads/{upload['id']}/ingest", json=options).json()["id"] == asked.json()["id"]
    work(empty)
    job = desk.get(f"/v1/jobs/{asked.json()['id']}").json()
    assert (job["status"], job["result"]["rows"], job["result"]["rejected"]) == ("done", 2, 1)
    assert len(stored(empty, comment, source="up")) == 2
    assert desk.post(f"/v1/uploads/{upload['id']}/plan", json=options).status_code == 404


def test_a_file_can_come_in_a_form_gzipped_and_can_be_taken_back(desk: httpx.Client) -> None:
    packed = gzip.compress(FILE.encode())
    sent = desk.post("/v1/uploads", files={"file": ("may.csv.gz", packed)})
    assert (sent.status_code, sent.json()["name"], sent.json()["bytes"]) == (201, "may.csv.gz", len(packed))
    plan = desk.post(f"/v1/uploads/{sent.json()['id']}/plan", json={"kind": "responses", "scale": "csat-5"})
    assert plan.json()["tried"] == 2
    assert desk.delete(f"/v1/uploads/{sent.json()['id']}").status_code == 204
    assert desk.delete(f"/v1/uploads/{sent.json()['id']}").status_code == 404
    assert desk.post("/v1/uploads", files={"other": ("may.csv", b"x")}).status_code == 422


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"kind": "responses", "profile": "surprise = 1"}, "surprise"),
        ({"kind": "responses", "profile": "= ="}, "TOML"),
        ({"kind": "responses", "fields": {"score": "nowhere"}}, "nowhere"),
        ({"kind": "responses", "scale": "csat-5\x00"}, "control"),
        ({"kind": "responses", "surprise": 1}, "surprise"),
        ({"kind": "responses", "header_row": 10**20}, "header_row"),
    ],
)  # fmt: skip
def test_options_that_do_not_fit_are_refused_without_naming_a_place(
    empty: Served, desk: httpx.Client, options: dict[str, Any], says: str
) -> None:  # fmt: skip
    upload = desk.post("/v1/uploads", content=FILE.encode()).json()["id"]
    refused = desk.post(f"/v1/uploads/{upload}/plan", json=options)
    assert refused.status_code == 422
    assert says in refused.text
    assert str(empty.settings.home) not in refused.text


def test_an_empty_or_too_large_upload_leaves_nothing_behind(serve: Serve, tmp_path: Any) -> None:
    served = serve(Settings(home=tmp_path, upload_limit_mb=0.5, body_limit_mb=0.1))
    writer = served.as_role("analyst")
    assert writer.post("/v1/uploads", content=b"").status_code == 422
    assert writer.post("/v1/uploads", content=bytes(MEGABYTE)).status_code == 413
    assert writer.post("/v1/uploads", files={"file": ("x.csv", bytes(MEGABYTE))}).status_code == 413
    assert not list((tmp_path / "uploads").glob("*/*"))
    assert writer.post("/v1/uploads", content=bytes(300_000)).status_code == 201  # larger than other bodies may be


def signed(body: bytes, *, at: datetime | None = None, secret: str = SECRET) -> dict[str, str]:
    stamp = (at or datetime.now(UTC)).isoformat()
    mac = hmac.new(secret.encode(), stamp.encode() + body, hashlib.sha256).digest()
    return {
        "X-Zendesk-Webhook-Signature": base64.b64encode(mac).decode(), "X-Zendesk-Webhook-Signature-Timestamp": stamp,
        "Content-Type": JSON,
    }  # fmt: skip


def test_a_webhook_is_taken_by_its_signature_once_and_stands_in_the_audit_log(serve: Serve, tmp_path: Any) -> None:
    served = serve(Settings(home=tmp_path, webhook_secrets={"zendesk": SECRET}))  # type: ignore[dict-item]
    nobody, admin = served.nobody(), served.as_role("admin")
    told = {
        "ticket": {"id": "4711", "subject": "Invoice", "status": "open", "created_at": "2026-10-31T14:05:00Z"},
        "satisfaction": {"rating": "bad", "comment": "Never again"},
    }
    body = json.dumps(told).encode()
    headers = signed(body)
    first = nobody.post("/v1/webhooks/zendesk", content=body, headers=headers)
    assert first.status_code == 200, first.text
    assert first.json()["status"] == "taken"
    assert first.json()["records"]["responses"]["inserted"] == 1
    assert nobody.post("/v1/webhooks/zendesk", content=body, headers=headers).json()["status"] == "repeated"
    assert len(stored(served, ticket)) == len(stored(served, comment)) == 1
    lines = admin.get("/v1/audit", params={"operation": "receive_webhook"}).json()["lines"]
    assert [(line["person"], line["details"]["status"]) for line in lines] == [
        ("zendesk (webhook)", "repeated"), ("zendesk (webhook)", "taken"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("vendor", "headers"),
    [
        ("zendesk", {}), ("zendesk", signed(b"{}", secret="f" * 32)), ("zendesk", signed(b"other")),
        ("zendesk", signed(b"{}", at=datetime(2020, 1, 1, tzinfo=UTC))), ("intercom", {"X-Hub-Signature": "sha1=0"}),
        ("freshdesk", {"X-Verbatim-Secret": "guess"}),
    ],
)  # fmt: skip
def test_a_webhook_with_a_wrong_signature_hears_no_more_than_that(
    serve: Serve, tmp_path_factory: Any, vendor: str, headers: dict[str, str]
) -> None:  # fmt: skip
    home = tmp_path_factory.mktemp("hooks")
    served = serve(Settings(home=home, webhook_secrets={"zendesk": SECRET, "freshdesk": SECRET}))  # type: ignore[dict-item]
    refused = served.nobody().post(f"/v1/webhooks/{vendor}", content=b"{}", headers=headers)
    assert (refused.status_code, refused.json()["detail"]) == (401, "the signature is wrong, or too old")


def test_a_webhook_of_nobody_we_know_or_of_no_json_is_refused(serve: Serve, tmp_path: Any) -> None:
    nobody = serve(Settings(home=tmp_path, webhook_secrets={"zendesk": SECRET})).nobody()  # type: ignore[dict-item]
    assert nobody.post("/v1/webhooks/hotmail", content=b"{}").status_code == 422
    broken = nobody.post("/v1/webhooks/zendesk", content=b"{", headers=signed(b"{"))
    assert broken.status_code == 422
