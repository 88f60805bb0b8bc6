from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.jobs import kinds, ledger, records, schedules, uploads
from api.jobs.context import JobContext
from api.jobs.exports import export_folder
from api.jobs.queue import make_queue
from api.jobs.records import Job
from api.jobs.reporting import report_folder
from api.jobs.worker import Worker
from tests.test_storage import rows
from verbatim.settings import Settings
from verbatim.storage import tables
from verbatim.storage.store import Store

HOSTILE = ("=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2", "\t=1", "plain", '"quoted", and\nbroken', "ümläut ✓")


def done(store: Store, settings: Settings, kind: str, arguments: dict[str, Any]) -> Job:
    """Ask for a job and do it."""
    job = kinds.request(store, None, kind, arguments, person="Ada")
    queue = make_queue(settings)
    Worker(store, settings, queue, "w1", once=True, by_clock=False).run()
    queue.close()
    return records.get(store, job.id)


@pytest.fixture
def said(store: Store) -> list[str]:
    """Comments, some of which a spreadsheet would run."""
    store.upsert(tables.comment, [rows.comment(number, text=text) for number, text in enumerate(HOSTILE)])
    return list(HOSTILE)


def exported(store: Store, settings: Settings, form: str, **more: Any) -> tuple[Job, Path]:
    job = done(store, settings, "export", {"what": "comments", "format": form, **more})
    assert job.status == "done", job.problem
    return job, export_folder(settings, job.id) / job.result["file"]


def test_an_export_as_csv_holds_every_comment_and_no_formula(store: Store, settings: Settings, said: list[str]) -> None:
    job, path = exported(store, settings, "csv")
    found = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    assert job.result["rows"] == len(found) == len(said)
    assert sorted(row["text"].removeprefix("'") for row in found) == sorted(said)
    assert not any(cell.lstrip()[:1] in tuple("=+@-") for row in found for cell in row.values() if cell)
    assert job.result["bytes"] == path.stat().st_size
    assert [each.name for each in path.parent.iterdir()] == ["comments.csv"]


def test_an_export_as_json_lines_holds_the_words_as_they_are(store: Store, settings: Settings, said: list[str]) -> None:
    _, path = exported(store, settings, "ndjson")
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert sorted(row["text"] for row in found) == sorted(said)


def test_an_export_as_a_workbook_holds_text_only(store: Store, settings: Settings, said: list[str]) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    _, path = exported(store, settings, "xlsx")
    sheet = openpyxl.load_workbook(path).active
    assert sheet.max_row == 1 + len(said)
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def test_an_export_takes_days_only(store: Store, settings: Settings, said: list[str]) -> None:
    job, _ = exported(store, settings, "ndjson", start="1999-01-01", end="1999-01-02")
    assert job.result["rows"] == 0


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("May 2026.csv", "May 2026.csv"), ("../../etc/passwd", "passwd"), ("..\\..\\boot.ini", "boot.ini"),
        ("..", "upload"), ("", "upload"), ("a\x00b\n.csv", "a_b_.csv"), ("x" * 300 + ".csv", "x" * 96 + ".csv"),
    ],
)  # fmt: skip
def test_an_upload_stays_in_its_folder(settings: Settings, name: str, kept: str) -> None:
    upload, path = uploads.place_upload(settings, name)
    assert path.name == kept
    assert path.parent == settings.home / "uploads" / upload
    path.write_text("x", encoding="utf-8")
    assert uploads.find_upload(settings, upload) == path


def test_a_file_that_is_read_goes_and_one_that_is_refused_stays_for_another_try(
    store: Store, settings: Settings
) -> None:
    upload, path = uploads.place_upload(settings, "answers.csv")
    path.write_text("id,date,csat\n1,2026-05-01,4\n2,2026-05-02,5\n", encoding="utf-8")
    told = {"upload": upload, "kind": "responses"}
    refused = done(store, settings, "ingest_file", told | {"profile": "surprise = 1"})
    assert refused.status == "failed"
    assert refused.problem is not None
    assert str(settings.home) not in refused.problem
    assert path.exists()
    taken = done(store, settings, "ingest_file", told | {"scale": "csat-5", "metric": "csat"})
    assert (taken.status, taken.result["rows"]) == ("done", 2)
    assert not path.parent.exists()
    gone = done(store, settings, "ingest_file", told)
    assert gone.status == "failed"
    assert gone.problem is not None
    assert "upload the file again" in gone.problem


def test_uploads_that_nobody_read_go_after_a_week(settings: Settings) -> None:
    _, path = uploads.place_upload(settings, "answers.csv")
    path.write_text("x", encoding="utf-8")
    now = datetime.now(UTC)
    assert uploads.remove_old_uploads(settings, now=now + timedelta(days=6)) == 0
    assert uploads.remove_old_uploads(settings, now=now + timedelta(days=8)) == 1
    assert not path.exists()


def test_a_scheduled_report_is_kept_once_and_goes_to_those_it_names(store: Store, settings: Settings) -> None:
    from verbatim.messages.endpoints import add_endpoint

    now = datetime(2026, 10, 31, 12, tzinfo=UTC)
    asked = rows.response(1) | {"scale": "csat-5", "occurred_at": datetime(2026, 9, 15, 12, tzinfo=UTC)}
    store.upsert(tables.survey_response, [asked])
    desk = add_endpoint(
        store, settings, name="desk", url="https://desk.example/hook", person="Ada", at=now, events=["alert.raised"]
    )
    plan = schedules.create(
        store, kind="monthly", clock="08:00", timezone="UTC", day=1, person="Ada", formats=["json", "md"],
        deliver_to=[desk.id, "ada@example.com"], now=now,
    )  # fmt: skip
    job = schedules.run_now(store, plan.id, person="Ada")
    with store.writing() as connection:  # as if it were October: the last whole month is September
        connection.execute(tables.job.update().values(created_at=now))
    queue = make_queue(settings)
    Worker(store, settings, queue, "w1", once=True, by_clock=False).run()
    queue.close()
    ended = records.get(store, job.id)
    assert ended.status == "done", ended.problem
    (made,) = rows.stored(store, tables.made_report)
    assert (made["id"], made["kind"], made["period"], made["schedule_id"]) == (job.id, "monthly", "2026-09", plan.id)
    there = {path.name for path in report_folder(settings, job.id).iterdir()}
    assert there == {"report.json", "report.md", "report.email"}  # the body of the mail, where an address is named
    waiting = {(row["event"], row["endpoint_id"], row["address"]) for row in rows.stored(store, tables.delivery)}
    assert waiting == {("report.made", desk.id, None), ("report.made", None, "ada@example.com")}
    with store.writing() as connection:  # as if its worker had died just before it could say "done"
        connection.execute(tables.job.update().values(status="queued"))
    queue = make_queue(settings)
    Worker(store, settings, queue, "w2", once=True, by_clock=False).run()
    queue.close()
    assert records.get(store, job.id).attempt == 2
    assert len(rows.stored(store, tables.made_report)) == 1
    assert len(rows.stored(store, tables.delivery)) == 2


def test_a_scheduled_report_that_fails_says_so_at_its_schedule(store: Store, settings: Settings) -> None:
    plan = schedules.create(store, kind="monthly", clock="08:00", timezone="UTC", day=1, person="Ada")
    schedules.run_now(store, plan.id, person="Ada")
    queue = make_queue(settings)
    Worker(store, settings, queue, "w1", once=True, by_clock=False).run()
    queue.close()
    assert "neither answers nor comments" in str(schedules.get(store, plan.id).last_problem)


def test_the_end_of_a_job_is_told_once(store: Store, settings: Settings) -> None:
    from verbatim.messages.endpoints import add_endpoint

    add_endpoint(store, settings, name="desk", url="https://desk.example/hook", person="Ada", at=datetime.now(UTC))
    job = done(store, settings, "export", {"what": "comments"})
    done(store, settings, "sweep", {})
    told = [row for row in rows.stored(store, tables.delivery) if row["event"] == "job.finished"]
    assert [row["payload"]["data"]["job_id"] for row in told] == [job.id]
    waits = kinds.request(store, None, "mine", {}, person="Ada")
    ledger.ask_cancel(store, waits.id)
    told = [row for row in rows.stored(store, tables.delivery) if row["event"] == "job.finished"]
    assert {(row["payload"]["data"]["job_id"], row["payload"]["data"]["status"]) for row in told} == {
        (job.id, "done"), (waits.id, "cancelled"),
    }  # fmt: skip


@pytest.mark.parametrize("attempts", [1, 2])
def test_mined_themes_are_told_once_a_model_however_often_the_job_is_done(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch, attempts: int
) -> None:
    from types import SimpleNamespace

    from verbatim.domain import Theme
    from verbatim.messages.endpoints import add_endpoint

    themes = [Theme("T1", "Slow", (), (), 3), Theme("T2", "No detail", (), (), 1, kind="no_detail")]
    found = SimpleNamespace(
        model_id="m1", changed=True, comments=4, distinct=4, conflicts=(), summary={},
        model=SimpleNamespace(themes=themes),
    )  # fmt: skip
    monkeypatch.setattr("verbatim.mining.mine_store", lambda *_, **__: found)
    events = ["themes.changed"]
    now = datetime.now(UTC)
    add_endpoint(
        store, settings, name="desk", url="https://desk.example/hook", person="Ada", at=now, events=events
    )  # fmt: skip
    for _ in range(attempts):
        done(store, settings, "mine", {})
    (told,) = rows.stored(store, tables.delivery)
    assert told["payload"]["data"] | {"path": ""} == {
        "model_id": "m1", "change": "mined", "theme_ids": ["T1"], "path": "",
    }  # fmt: skip
    found.model_id, found.changed = "m2", False
    done(store, settings, "mine", {})
    assert len(rows.stored(store, tables.delivery)) == 1


def test_an_export_for_whoever_must_not_see_agents_has_none_and_no_way_round(store: Store, settings: Settings) -> None:
    said = rows.response(1) | {"segments": {"agent": "Zoe", "team": "A"}}
    store.upsert(tables.survey_response, [said])
    told = {"what": "scores", "format": "ndjson"}
    whole, hidden = (done(store, settings, "export", told | more) for more in ({}, {"agents": False}))
    assert "Zoe" in (export_folder(settings, whole.id) / whole.result["file"]).read_text(encoding="utf-8")
    text = (export_folder(settings, hidden.id) / hidden.result["file"]).read_text(encoding="utf-8")
    assert "team" in text
    assert "Zoe" not in text
    narrowed = done(store, settings, "export", told | {"agents": False, "where": {"agent": "Zoe"}})
    assert narrowed.status == "failed"


def test_a_job_of_one_key_is_found_again_for_as_long_as_it_is_asked(store: Store) -> None:
    first = ledger.submit(store, "mine", {}, person="Ada", unique="k")
    ledger.ask_cancel(store, first.id)
    ago = datetime.now(UTC) - timedelta(hours=1)
    assert ledger.submit(store, "mine", {}, person="Ada", unique="k", since=ago).id == first.id
    later = datetime.now(UTC) + timedelta(hours=1)
    assert ledger.submit(store, "mine", {}, person="Ada", unique="k", since=later).id != first.id


def test_high_risks_that_were_just_scored_are_told_at_once_and_each_once(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from verbatim.messages.endpoints import add_endpoint

    def score(context: JobContext, told: Any) -> dict[str, Any]:
        made = {
            "id": f"prediction {context.job.id}"[:32], "predictor_id": "p", "ticket_id": "t", "metric": "csat",
            "at": datetime.now(UTC), "made_at": datetime.now(UTC), "stage": "open", "probability": 0.7, "low": 0.5,
            "high": 0.9, "band": "high", "features_hash": "x", "reasons": [],
        }  # fmt: skip
        context.store.upsert(tables.prediction, [made])
        return {}

    now = datetime.now(UTC)
    version = {
        "id": "p", "metric": "csat", "number": 1, "status": "active", "proven": True, "created_at": now,
        "target": "score <= 3", "data_start": now, "data_end": now, "tickets": 1, "snapshots": 1, "cases": 1,
        "sha256": "x", "summary": {},
    }  # fmt: skip
    store.upsert(tables.predictor, [version])
    ticket = {"id": "t", "source": "desk", "external_id": "4711", "created_at": now, "status": "open"}
    store.upsert(tables.ticket, [ticket])
    add_endpoint(store, settings, name="desk", url="https://desk.example/hook", person="Ada", at=now,
                 events=["prediction.high"])  # fmt: skip
    monkeypatch.setattr("api.jobs.work.score_open", score)
    for _ in range(2):
        assert done(store, settings, "score_open", {}).status == "done"
    (told,) = rows.stored(store, tables.delivery)
    assert (told["payload"]["data"]["ticket_id"], told["payload"]["data"]["band"]) == ("t", "high")
