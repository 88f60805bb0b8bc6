"""The page of the day: what the API says, for each role; an empty store can be filled with the sample."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from api.jobs import kinds, ledger, records
from api.jobs import sample as sample_job
from api.jobs.queue import make_queue
from api.jobs.worker import Worker
from tests.test_api.conftest import Served
from tests.test_storage import rows
from verbatim.errors import EmptyError
from verbatim.settings import Settings
from verbatim.storage import tables
from verbatim.storage.engine import prepare_store
from verbatim.storage.queries.recent import comments_with_answers, content_stamp, is_empty, newest_answer_at
from verbatim.storage.store import Store

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
HOSTILE = "<script>alert(1)</script>\u202e" + "w" * 5_000


def words(page: httpx.Response) -> str:
    """What people read."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text.split("<main")[1])).split())


def test_the_last_day_with_answers_is_shown_and_named(sample: Served) -> None:
    viewer = sample.as_role("viewer")
    page = viewer.get("/")
    assert page.status_code == 200
    assert "Yesterday" in words(page)
    day = re.search(r"/comments\?from=([\d-]+)&amp;to=([\d-]+)", page.text)
    assert day
    told = viewer.get("/v1/scores/csat", params={"from": day[1], "to": day[2]}).json()
    for sheet in told.get("sheets", [])[:1]:
        assert f"n {sheet['total']['n']}" in words(page)
    later = viewer.get("/v1/scores/csat", params={"from": day[2], "to": datetime.now(UTC).date().isoformat()})
    assert later.status_code == 404


def test_tickets_at_risk_come_with_their_reasons(sample: Served) -> None:
    viewer = sample.as_role("viewer")
    told = viewer.get("/v1/predictions", params={"limit": 5}).json()["tickets"]
    shown = words(viewer.get("/"))
    assert told
    for one in told:
        assert all(why["statement"][:40] in shown for why in one["reasons"][:3])


@pytest.mark.parametrize("role", ["viewer", "agent", "analyst", "admin"])
def test_every_role_has_a_page(sample: Served, role: str) -> None:
    page = sample.as_role(role).get("/")
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_a_limited_key_has_a_page_without_jobs(sample: Served) -> None:
    page = sample.as_role("viewer", accounts=["nobody"]).get("/")
    assert page.status_code == 200
    assert "Jobs that failed" not in page.text


def test_follow_ups_come_with_the_words_and_alerts_can_be_acknowledged(sample: Served) -> None:
    analyst = sample.as_role("analyst")
    newest = analyst.get("/v1/comments", params={"limit": 1}).json()["comments"][0]["occurred_at"]
    since = datetime.fromisoformat(newest) - timedelta(days=40)
    assert analyst.post("/v1/follow-ups/sweep", json={"since": since.date().isoformat()}).json()["created"]
    asked = {"state": "open", "signal": "answer", "overdue": "false", "limit": 5}
    due = analyst.get("/v1/follow-ups", params=asked).json()["follow_ups"]
    page = analyst.get("/")
    assert due
    assert all(f"/follow-ups/{one['id']}" in page.text for one in due)
    raised = analyst.get("/v1/alerts", params={"acknowledged": False, "limit": 1}).json()["alerts"]
    for one in raised:
        path = f"/today/alerts/{one['id']}/acknowledge"
        assert path in page.text
        assert path not in sample.as_role("viewer").get("/").text
        assert sample.as_role("viewer").post(path, headers=SAME_SITE).status_code == 403
        done = analyst.post(path, headers=SAME_SITE)
        assert (done.status_code, done.headers["Location"]) == (303, f"/?done=acknowledged&alert={one['id']}")
        after = analyst.get(done.headers["Location"]).text
        assert path not in after
        back = f"/today/alerts/{one['id']}/take-back"
        assert f'action="{back}"' in after
        assert sample.as_role("viewer").post(back, headers=SAME_SITE).status_code == 403
        assert analyst.post(back, headers=SAME_SITE).headers["Location"] == "/?done=alert-back"
        assert path in analyst.get("/").text


def test_the_sample_does_not_go_where_something_is(sample: Served) -> None:
    page = sample.as_role("admin").post("/today/sample", headers=SAME_SITE)
    assert page.status_code == 409
    assert "something is stored here already" in words(page)


def test_an_empty_store_says_what_to_do_and_asks_for_the_sample_once(empty: Served) -> None:
    admin, viewer = empty.as_role("admin"), empty.as_role("viewer")
    page = admin.get("/")
    assert "What to do next" in words(page)
    assert 'action="/today/sample"' in page.text
    assert 'action="/today/sample"' not in viewer.get("/").text
    assert 'href="/import"' not in viewer.get("/").text
    assert viewer.post("/today/sample", headers=SAME_SITE).status_code == 403
    for _ in range(2):
        done = admin.post("/today/sample", headers=SAME_SITE)
        assert (done.status_code, done.headers["Location"]) == (303, "/?done=sample-asked")
    asked = admin.get("/v1/jobs", params={"kind": "sample"}).json()["jobs"]
    assert len(asked) == 1
    shown = admin.get("/?done=sample-asked").text
    assert f'data-job="{asked[0]["id"]}"' in shown
    assert 'action="/today/sample"' not in shown
    with prepare_store(empty.settings) as store:
        ledger.ask_cancel(store, asked[0]["id"])


def test_a_job_that_failed_is_shown_and_can_be_tried_again(empty: Served) -> None:
    with prepare_store(empty.settings) as store:
        store.upsert(tables.survey_response, [rows.response(1, occurred_at=datetime.now(UTC) - timedelta(days=3))])
        job = kinds.request(store, None, "sweep", {}, person="Ada")
        held = ledger.claim(store, "w1", kinds=["sweep"])
        assert held
        ledger.finish(store, ledger.Held(job.id, "w1", held.attempt), "failed", problem=HOSTILE[:400])
    page = empty.as_role("viewer").get("/")
    assert "Jobs that failed" in words(page)
    assert "<script>alert" not in page.text
    path = f"/today/jobs/{job.id}/retry"
    assert path not in page.text
    analyst = empty.as_role("analyst")
    assert path in analyst.get("/").text
    assert analyst.post(path, headers=SAME_SITE).headers["Location"] == f"/?done=job-again&job={job.id}"
    assert "Jobs that failed" not in words(analyst.get("/"))


def test_forms_of_other_sites_are_refused(empty: Served) -> None:
    from api.access import logins

    with prepare_store(empty.settings) as store:
        _, word = logins.begin_session(store, person="Ada", role="admin", key_id=None, hours=1)
    browser = empty.nobody()
    browser.cookies.set(logins.COOKIE, word)
    assert browser.post("/today/sample", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_the_sample_is_read_in_whatever_else_is_missing(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(context: Any) -> None:
        raise EmptyError("no model here")

    monkeypatch.setattr(sample_job, "MONTHS", 1)
    monkeypatch.setattr(sample_job, "_mine", nothing)
    monkeypatch.setattr(sample_job, "_predict", nothing)
    assert is_empty(store)
    job = kinds.request(store, None, "sample", {}, person="Ada")
    queue = make_queue(settings)
    Worker(store, settings, queue, "w1", once=True, by_clock=False).run()
    queue.close()
    done = records.get(store, job.id)
    assert (done.status, done.problem) == ("done", None)
    assert (done.result["mined"], done.result["predicted"]) == (False, False)
    assert not is_empty(store)
    assert newest_answer_at(store) is not None
    assert not list(settings.home.glob("sample-*"))


def test_the_newest_answer_is_one_that_was_given(store: Store) -> None:
    assert newest_answer_at(store) is None
    before = content_stamp(store)
    first, last = rows.START, rows.START + timedelta(days=5)
    store.upsert(
        tables.survey_response,
        [rows.response(1, occurred_at=first), rows.response(2, occurred_at=last),
         rows.response(3, occurred_at=last + timedelta(days=1), status="unanswered", value=None)],
    )  # fmt: skip
    assert newest_answer_at(store) == last
    assert newest_answer_at(store, before=last) == first
    assert content_stamp(store) == before  # it is batches that tell


def test_the_words_of_an_answer_are_found_by_what_was_sent_together(store: Store) -> None:
    answers = [rows.response(1), rows.response(2)]
    said = rows.comment(1) | {"submission_id": answers[0]["submission_id"]}
    store.upsert(tables.survey_response, answers)
    store.upsert(tables.comment, [said])
    assert comments_with_answers(store, [one["id"] for one in answers]) == {answers[0]["id"]: said["id"]}
    assert comments_with_answers(store, []) == {}
