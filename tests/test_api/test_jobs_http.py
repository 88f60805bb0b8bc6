"""Jobs over HTTP: asked for, watched, stopped, and what comes out of them."""

from __future__ import annotations

import csv
import io
import itertools
import json
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from api.jobs import kinds, ledger, records
from api.routers.job_shapes import NewJob
from tests.test_api.conftest import Serve, Served
from tests.test_api.working import work
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.tables import job as job_table

EXPORT: dict[str, Any] = {"kind": "export", "arguments": {"what": "scores", "format": "csv"}}
COUNTED = itertools.count()


@pytest.fixture(scope="module")
def desk(empty: Served) -> httpx.Client:
    client = empty.as_role("analyst")
    record = {"id": "R-1", "metric": "csat", "scale": "csat-5", "score": 4, "answered_at": "2026-10-05T10:00:00Z"}
    taken = client.post("/v1/responses", json=record | {"comment": "=1+1", "segments": {"agent": "Zoe", "team": "A"}})
    assert taken.json()["inserted"] == 1
    return client


def another() -> dict[str, Any]:
    """An export that is equal to no other, of all there is."""
    start = date(1990, 1, 1) + timedelta(days=next(COUNTED))
    return {"kind": "export", "arguments": {**EXPORT["arguments"], "start": str(start)}}


def asked(client: httpx.Client, body: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
    answer = client.post("/v1/jobs", json=body or another(), headers=headers)
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


def events(client: httpx.Client, job_id: str, **headers: str) -> Iterator[tuple[str, str | None, Any]]:
    """Name, id and content of each event of a job."""
    with client.stream("GET", f"/v1/jobs/{job_id}/events", headers=headers) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        event: dict[str, str] = {}
        for line in stream.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                event[name] = value
            elif event:
                if "event" in event:
                    yield event["event"], event.get("id"), json.loads(event["data"])
                event = {}


def test_an_export_is_asked_for_done_by_a_worker_and_fetched(empty: Served, desk: httpx.Client) -> None:
    job = asked(desk)
    assert (job["status"], job["result"], job["person"][:5]) == ("queued", {}, "test ")
    early = desk.get(f"/v1/jobs/{job['id']}/file")
    assert (early.status_code, early.json()["type"]) == (409, "/problems/conflict")
    work(empty)
    done = desk.get(f"/v1/jobs/{job['id']}").json()
    assert (done["status"], done["result"]["rows"], done["attempt"]) == ("done", 1, 1)
    file = desk.get(f"/v1/jobs/{job['id']}/file")
    assert file.headers["Content-Disposition"] == 'attachment; filename="scores.csv"'
    assert file.headers["Content-Type"].startswith("text/csv")
    (row,) = csv.DictReader(io.StringIO(file.content.decode("utf-8-sig")))
    assert (row["value"], row["agent"], row["comment"]) == ("4.0", "Zoe", "'=1+1")
    tag = file.headers["ETag"]
    assert desk.get(f"/v1/jobs/{job['id']}/file", headers={"If-None-Match": tag}).status_code == 304
    line = empty.as_role("admin").get("/v1/audit", params={"operation": "download_export"}).json()["lines"][0]
    assert line["subject"] == f"/v1/jobs/{job['id']}/file"


def test_every_kind_of_job_can_be_asked_for_over_http() -> None:
    models = NewJob.__origin__.__args__  # type: ignore[attr-defined]
    names = {name for model in models for name in model.model_fields["kind"].annotation.__args__}
    assert names == set(kinds.KINDS)
    for model in models:  # and with the arguments of its kind, but those that are ours to say
        (name, *_) = model.model_fields["kind"].annotation.__args__
        ours = set(kinds.KINDS[name].arguments.model_fields) - set(
            model.model_fields["arguments"].annotation.model_fields
        )
        assert ours <= {"schedule_id", "agents", "people"}


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "dance", "arguments": {}}, {"kind": "export", "arguments": {"what": "secrets"}},
        {"kind": "export", "arguments": {"what": "scores", "agents": True}},
        {"kind": "report", "arguments": {"kind": "daily", "schedule_id": "x"}},
        {"kind": "mine", "arguments": {"start": "0001-01-01"}}, {"kind": "mine", "arguments": {"question": "a\x00"}},
        {"kind": "mine", "arguments": {}, "person": "me"}, {"kind": "ingest_file", "arguments": {"upload": "../x"}},
    ],
)  # fmt: skip
def test_a_job_that_makes_no_sense_is_refused(desk: httpx.Client, body: dict[str, Any]) -> None:
    assert desk.post("/v1/jobs", json=body).status_code == 422


def test_training_needs_an_administrator(empty: Served, desk: httpx.Client) -> None:
    body = {"kind": "train", "arguments": {"metric": "csat"}}
    refused = desk.post("/v1/jobs", json=body)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-allowed")
    with prepare_store(empty.settings) as store:
        job = kinds.request(store, None, "train", {"metric": "csat"}, person="tests")
    admin = empty.as_role("admin")
    assert admin.post(f"/v1/jobs/{job.id}/cancel").json()["status"] == "cancelled"
    assert desk.post(f"/v1/jobs/{job.id}/retry").status_code == 403
    hopeless = admin.post(f"/v1/jobs/{job.id}/retry")
    assert (hopeless.status_code, "at least 200" in hopeless.json()["detail"]) == (409, True)


def test_jobs_can_be_read_by_all_who_see_all_and_asked_for_by_writers(empty: Served, desk: httpx.Client) -> None:
    job = asked(desk)
    viewer, limited = empty.as_role("viewer"), empty.as_role("viewer", teams=["A"])
    assert viewer.get(f"/v1/jobs/{job['id']}").json()["id"] == job["id"]
    for verb, path in (("POST", ""), ("POST", f"/{job['id']}/cancel"), ("POST", f"/{job['id']}/retry")):
        assert viewer.request(verb, f"/v1/jobs{path}", json=EXPORT).status_code == 403
    for path in ("", f"/{job['id']}", f"/{job['id']}/lines", f"/{job['id']}/events", f"/{job['id']}/file"):
        assert limited.get(f"/v1/jobs{path}").status_code == 403
    for path in ("", "/lines", "/events", "/file"):
        assert viewer.get(f"/v1/jobs/nothing{path}").status_code == 404
    desk.post(f"/v1/jobs/{job['id']}/cancel")


def test_a_cancelled_job_can_be_tried_again_and_one_that_has_ended_not_be_cancelled(desk: httpx.Client) -> None:
    job = asked(desk)
    path = f"/v1/jobs/{job['id']}"
    early = desk.post(f"{path}/retry")
    assert (early.status_code, early.json()["type"]) == (409, "/problems/conflict")
    assert desk.post(f"{path}/cancel").json()["status"] == "cancelled"
    assert desk.post(f"{path}/cancel").status_code == 409
    assert desk.post(f"{path}/retry").json()["status"] == "queued"
    desk.post(f"{path}/cancel")


def test_an_idempotency_key_asks_for_one_job_whatever_dies(empty: Served, desk: httpx.Client) -> None:
    key, body = {"Idempotency-Key": str(uuid.uuid4())}, another()
    job = asked(desk, body, **key)
    assert asked(desk, body, **key) == job
    work(empty)
    with prepare_store(empty.settings) as store:
        before = len(records.page(store, limit=1000))
        assert asked(desk, body, **key) == job  # what it was told then, though it is done now
        assert len(records.page(store, limit=1000)) == before
    other = desk.post("/v1/jobs", json=another(), headers=key)
    assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "header.Idempotency-Key")


def test_an_equal_job_that_waits_is_given_instead_of_a_second(empty: Served, desk: httpx.Client) -> None:
    body = another()
    job = asked(desk, body)
    again = empty.as_role("analyst").post("/v1/jobs", json=body, headers={"Idempotency-Key": str(uuid.uuid4())})
    assert (again.status_code, again.json()["id"]) == (200, job["id"])
    other = asked(desk, {**body, "arguments": {**body["arguments"], "format": "ndjson"}})
    assert other["id"] != job["id"]
    desk.post(f"/v1/jobs/{job['id']}/cancel")
    third = asked(desk, body)
    assert third["id"] != job["id"]
    for one in (other, third):
        desk.post(f"/v1/jobs/{one['id']}/cancel")


@pytest.mark.parametrize(
    ("kind", "arguments", "joins"), [("export", {"what": "scores", "format": "xlsx"}, True), ("sweep", {}, False)]
)
def test_an_equal_job_that_runs_counts_until_something_comes_in(
    empty: Served, desk: httpx.Client, kind: str, arguments: dict[str, Any], joins: bool
) -> None:
    body = {"kind": kind, "arguments": arguments}
    job = asked(desk, body)
    with prepare_store(empty.settings) as store:
        at = datetime.now(UTC)
        with store.writing() as connection:
            taken = update(job_table).where(job_table.c.id == job["id"])
            connection.execute(taken.values(status="running", worker="w", attempt=1, started_at=at, heartbeat_at=at))
        beside = desk.post("/v1/jobs", json=body)
        assert (beside.status_code, beside.json()["id"] == job["id"]) == ((200, True) if joins else (202, False))
        assert desk.post("/v1/accounts", json={"id": f"after-{kind}"}).json()["inserted"] == 1
        later = desk.post("/v1/jobs", json=body)
        assert later.json()["id"] != job["id"]
        with store.writing() as connection:
            connection.execute(update(job_table).values(status="cancelled", finished_at=at))


IMPOSSIBLE = [
    ("export", {"what": "comments", "where": {"planet": "Mars"}}, 422, "where", "planet"),
    ("export", {"what": "scores", "start": "2026-10-02", "end": "2026-10-02"}, 422, "end", "day after the last"),
    ("export", {"what": "predictions", "question": "Why?"}, 422, "question", "leave question out"),
    ("export", {"what": "predictions", "metric": "nps"}, 422, "metric", "NPS"),
    ("mine", {"question": "Nobody asked this"}, 422, "question", "no comment answers"),
    ("mine", {"start": "2030-01-01"}, 409, None, "no comments in these days"),
    ("mine", {"start": "2026-10-02", "end": "2026-10-01"}, 422, "end", "not after"),
    ("train", {"metric": "ces"}, 409, None, "0 stored tickets have a rating of CES"),
    ("train", {"metric": "csat", "target": "all of them"}, 422, "target", "score <= 3"),
    ("score_open", {"metric": "csat"}, 409, None, "no predictor of csat"),
    ("report", {"kind": "monthly", "period": "2026-13"}, 422, "period", "2026-13"),
    ("report", {"kind": "monthly", "period": "2020-01"}, 409, None, "neither answers nor comments"),
    ("report", {"kind": "monthly", "period": "2026-10", "by": ["planet"]}, 422, "by", "planet"),
    ("report", {"kind": "account", "account": "ACC-0"}, 422, "account", "no such account"),
    ("report", {"kind": "account"}, 422, "account", "external id"),
    ("report", {"kind": "daily", "deliver_to": ["0" * 32]}, 404, None, "deliver_to"),
    ("ingest_file", {"kind": "responses", "upload": "0" * 32}, 404, None, "upload the file again"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "arguments", "status", "field", "says"), IMPOSSIBLE)
def test_a_job_that_cannot_succeed_is_refused_with_the_reason(
    empty: Served, desk: httpx.Client, kind: str, arguments: dict[str, Any], status: int, field: str | None, says: str
) -> None:
    client = empty.as_role("admin") if kind == "train" else desk
    refused = client.post("/v1/jobs", json={"kind": kind, "arguments": arguments})
    assert (refused.status_code, says in refused.json()["detail"]) == (status, True), refused.text
    if field is not None:
        assert [one["field"] for one in refused.json()["errors"]] == [f"body.arguments.{field}"]
    if kind == "report" and field is not None:  # and the short way says where it is there
        short = client.post("/v1/reports", json=arguments)
        assert (short.status_code, short.json()["errors"][0]["field"]) == (status, f"body.{field}")


def test_a_file_that_cannot_be_read_is_refused_before_a_job_is_made(desk: httpx.Client) -> None:
    upload = desk.post("/v1/uploads", params={"name": "x.csv"}, content=b"colour,shape\nred,round\n").json()["id"]
    refused = desk.post(f"/v1/uploads/{upload}/ingest", json={"kind": "responses", "fields": {"score": "size"}})
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["field"].startswith("body")
    assert desk.delete(f"/v1/uploads/{upload}").status_code == 204


def test_jobs_are_paged_without_loss(desk: httpx.Client) -> None:
    made = [asked(desk)["id"] for _ in range(5)]
    for job_id in made:
        desk.post(f"/v1/jobs/{job_id}/cancel")
    whole = desk.get("/v1/jobs", params={"limit": 1000, "status": "cancelled"}).json()["jobs"]
    paged: list[Any] = []
    after = None
    while True:
        more = {"after": after} if after else {}
        page = desk.get("/v1/jobs", params={"limit": 2, "status": "cancelled", **more}).json()
        paged += page["jobs"]
        after = page["next"]
        if after is None:
            break
    assert paged == whole
    assert [job["id"] for job in whole[:5]] == made[::-1]


def test_a_job_is_watched_to_its_end_and_a_broken_stream_is_taken_up(empty: Served, desk: httpx.Client) -> None:
    job = asked(desk)
    seen: list[tuple[str, str | None, Any]] = []
    begun = threading.Event()

    def watch() -> None:
        for event in events(empty.as_role("viewer"), job["id"]):
            seen.append(event)
            begun.set()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    assert begun.wait(30)
    with prepare_store(empty.settings) as store:
        held = ledger.claim(store, "w1")
        assert held is not None
        for number in range(3):
            ledger.log(store, ledger.Held(job["id"], "w1", 1), f"line {number}")
        ledger.progress(store, ledger.Held(job["id"], "w1", 1), "Writing", 0.5)
        ledger.finish(store, ledger.Held(job["id"], "w1", 1), "done", result={"rows": 1})
    watcher.join(30)
    assert not watcher.is_alive()
    assert seen[0][::2] == (
        "progress", {"status": "queued", "step": None, "done": None, "attempt": 0, "cancel_asked": False},
    )  # fmt: skip
    assert [(key, told["text"]) for name, key, told in seen if name == "line"] == [
        ("1", "line 0"), ("2", "line 1"), ("3", "line 2"),
    ]  # fmt: skip
    assert (seen[-1][0], seen[-1][2]["status"], seen[-1][2]["result"]) == ("end", "done", {"rows": 1})
    again = list(events(desk, job["id"], **{"Last-Event-ID": "2"}))
    assert [name for name, _, _ in again] == ["progress", "line", "end"]
    assert desk.get(f"/v1/jobs/{job['id']}/events", headers={"Last-Event-ID": "x"}).status_code == 422
    page = desk.get(f"/v1/jobs/{job['id']}/lines", params={"limit": 2}).json()
    rest = desk.get(f"/v1/jobs/{job['id']}/lines", params={"limit": 2, "after": page["next"]}).json()
    assert [line["text"] for line in page["lines"] + rest["lines"]] == ["line 0", "line 1", "line 2"]
    assert rest["next"] is None
    assert desk.get(f"/v1/jobs/{job['id']}/lines", params={"after": "WzldOTk"}).status_code == 422


def test_watching_many_jobs_leaves_room_for_other_requests(empty: Served, desk: httpx.Client) -> None:
    job = asked(desk)
    with httpx.Client(base_url=empty.url, headers=desk.headers, timeout=60, limits=httpx.Limits()) as many:
        streams = [many.stream("GET", f"/v1/jobs/{job['id']}/events") for _ in range(60)]
        for stream in streams:
            stream.__enter__()
        assert desk.get(f"/v1/jobs/{job['id']}").json()["status"] == "queued"
        desk.post(f"/v1/jobs/{job['id']}/cancel")
        for stream in streams:
            stream.__exit__(None, None, None)


def test_who_must_not_see_agents_exports_without_them(serve: Serve, tmp_path: Path) -> None:
    served = serve(Settings(home=tmp_path, hide_agent_ratings_from=["analyst", "viewer"]))
    admin, analyst = served.as_role("admin"), served.as_role("analyst")
    record = {"id": "R-1", "metric": "nps", "score": 4, "answered_at": "2026-10-05T10:00:00Z"}
    record |= {"segments": {"agent": "Zoe", "team": "A"}}
    admin.post("/v1/responses", json=record)
    hidden, whole = asked(analyst), asked(admin)
    where = {"kind": "export", "arguments": {"what": "scores", "where": {"agent": "Zoe"}}}
    assert analyst.post("/v1/jobs", json=where).status_code == 403
    weekly = {"kind": "report", "arguments": {"kind": "weekly", "period": "2026-W40"}}
    assert analyst.post("/v1/jobs", json=weekly).status_code == 403
    work(served)
    text = analyst.get(f"/v1/jobs/{hidden['id']}/file").text
    assert "team" in text
    assert "Zoe" not in text
    assert analyst.get(f"/v1/jobs/{whole['id']}/file").status_code == 403
    assert "Zoe" in admin.get(f"/v1/jobs/{whole['id']}/file").text


def test_a_server_that_is_told_to_stop_ends_the_streams_and_then_itself(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with prepare_store(settings) as store:
        from api.access.keys import create_key

        _, key = create_key(store, "test", person="tests", role="analyst")
    call = [sys.executable, "-m", "verbatim", "--home", str(tmp_path), "serve", "--port", "0", "--no-link"]
    server = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # noqa: S603
    try:
        assert server.stdout is not None
        url = server.stdout.readline().strip().removesuffix("/docs")
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
            job = asked(client)
            found = events(client, job["id"])
            assert next(found)[0] == "progress"
            server.send_signal(signal.SIGTERM)
            assert list(found) == []  # the stream ends as streams should, without `end`: the job has not
        assert server.wait(60) in {0, -signal.SIGTERM}
    finally:
        server.kill()
        server.wait()
        server.stdout.close()  # type: ignore[union-attr]
    with prepare_store(settings) as store, store.reading() as connection:
        assert connection.execute(select(job_table.c.status)).scalars().all() == ["queued"]
