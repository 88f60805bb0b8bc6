"""Jobs over HTTP: asked for, watched, stopped, and what comes out of them."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from api.jobs import kinds, ledger
from api.routers.job_shapes import NewJob
from tests.test_api.conftest import Serve, Served
from tests.test_api.working import work
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.tables import job as job_table
from verbatim.storage.tables import remembered_answer

EXPORT = {"kind": "export", "arguments": {"what": "scores", "format": "csv"}}


@pytest.fixture(scope="module")
def desk(empty: Served) -> httpx.Client:
    client = empty.as_role("analyst")
    record = {"id": "R-1", "metric": "csat", "scale": "csat-5", "score": 4, "answered_at": "2026-10-05T10:00:00Z"}
    taken = client.post("/v1/responses", json=record | {"comment": "=1+1", "segments": {"agent": "Zoe", "team": "A"}})
    assert taken.json()["inserted"] == 1
    return client


def asked(client: httpx.Client, body: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
    answer = client.post("/v1/jobs", json=body or EXPORT, headers=headers)
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
        assert ours <= {"schedule_id", "agents"}


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
    admin = empty.as_role("admin")
    job = asked(admin, body)
    assert admin.post(f"/v1/jobs/{job['id']}/cancel").json()["status"] == "cancelled"
    assert desk.post(f"/v1/jobs/{job['id']}/retry").status_code == 403


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
    key = {"Idempotency-Key": str(uuid.uuid4())}
    job = asked(desk, **key)
    assert asked(desk, **key)["id"] == job["id"]
    work(empty)
    with prepare_store(empty.settings) as store, store.writing() as connection:  # as if killed before it answered
        at = datetime.now(UTC) - timedelta(minutes=2)
        connection.execute(update(remembered_answer).values(status=None, body=None, created_at=at))
    again = asked(desk, **key)
    assert (again["id"], again["status"]) == (job["id"], "done")
    other = desk.post("/v1/jobs", json={"kind": "mine", "arguments": {}}, headers=key)
    assert other.status_code == 422


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
    record = {"id": "R-1", "metric": "nps", "score": 4, "segments": {"agent": "Zoe", "team": "A"}}
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
