"""The client against real servers, on both databases: the main paths, as an integrator walks them."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.access.keys import create_key
from tests.test_api.conftest import Served, empty, loaded_once, nothing_leaks_in, sample, serve
from tests.test_api.working import work
from verbatim.client import (
    AsyncVerbatim,
    Invalid,
    JobFailed,
    NoActiveModel,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Verbatim,
    VersionNeeded,
)
from verbatim.client.answers.shared import JobOut
from verbatim.storage.engine import prepare_store

__all__ = ["empty", "loaded_once", "nothing_leaks_in", "sample", "serve"]  # fixtures


def key_of(served: Served, role: str, **limits: Any) -> str:
    with prepare_store(served.settings) as store:
        _, key = create_key(store, "client", person="tests", role=role, **limits)
    return key


def client_of(served: Served, role: str, **limits: Any) -> Verbatim:
    found = Verbatim(served.url, key_of(served, role, **limits))
    served.clients.callback(found.close)
    return found


def test_scores_are_calculated_and_what_does_not_fit_is_named(empty: Served) -> None:
    v = client_of(empty, "analyst")
    found = v.scores.nps([10, 2, 7, 8, 6])
    assert (found.value, found.n) == (-20.0, 5)
    assert v.scores.csat(counts={"5": 3, "1": 1}).value == 75.0
    with pytest.raises(Invalid):
        v.scores.nps([11])
    with pytest.raises(Invalid) as refused:
        v.scores.nps()
    assert refused.value.request_id


def test_who_may_what_is_told_apart(empty: Served) -> None:
    with Verbatim(empty.url) as nobody:
        assert nobody.health.alive().status == "ok"
        with pytest.raises(NotAuthenticated):
            nobody.keys.list()
    with pytest.raises(NotAllowed, match="admin"):
        client_of(empty, "analyst").keys.list()
    assert client_of(empty, "viewer").session.who_am_i().role == "viewer"


def test_a_key_that_is_made_works_until_it_is_revoked(empty: Served) -> None:
    admin = client_of(empty, "admin")
    made = admin.keys.create(name="helpdesk", role="viewer", expires_at=datetime(2199, 1, 1, tzinfo=UTC))
    with Verbatim(empty.url, made.key) as v:
        assert v.session.who_am_i().role == "viewer"
    assert admin.keys.revoke(made.id).state == "revoked"
    with pytest.raises(NotFound):
        admin.keys.revoke("nobody/../x")


def test_records_are_sent_once_however_often(empty: Served) -> None:
    v = client_of(empty, "admin")
    records: list[Any] = [
        {
            "id": f"R-{n}",
            "metric": "csat",
            "scale": "csat-5",
            "score": n,
            "answered_at": datetime(2026, 5, n, tzinfo=UTC),
        }
        for n in (1, 2, 9)
    ]
    first = v.responses.send(records, source="crm", idempotency_key="one")
    assert (first.inserted, first.rejected) == (2, 1)
    assert [one.outcome for one in first.records] == ["inserted", "inserted", "rejected"]
    assert v.responses.send(records, source="crm", idempotency_key="one") == first
    again = v.responses.send(records[:2], source="crm")
    assert (again.inserted, again.unchanged) == (0, 2)
    assert len(list(v.rejects.list(source="crm"))) == 1


def test_a_long_list_comes_whole_page_by_page(empty: Served) -> None:
    v = client_of(empty, "admin")
    for number in range(5):
        v.keys.create(name=f"key {number}", role="viewer")
    whole = v.audit.list(limit=1000).page().lines
    paged = list(v.audit.list(limit=2))
    assert len(whole) >= 5
    assert [one.request_id for one in paged[-len(whole) :]] == [one.request_id for one in whole]


def test_the_asynchronous_client_walks_the_same_way(empty: Served) -> None:
    async def walk() -> tuple[float | None, list[str]]:
        async with AsyncVerbatim(empty.url, key_of(empty, "admin")) as v:
            found = await v.scores.nps([10, 9, 2])
            await v.keys.create(name="async", role="viewer")
            return found.value, [one.operation async for one in v.audit.list(limit=1, operation="create_key")]

    score, operations = asyncio.run(walk())
    assert score is not None
    assert score > 0
    assert set(operations) == {"create_key"}


def test_a_rule_is_changed_only_by_who_saw_it(empty: Served) -> None:
    v = client_of(empty, "admin")
    rule = v.rules.list().rules[0]
    seen = v.rules.get(rule.name)
    assert seen.etag is not None
    with pytest.raises(VersionNeeded):
        v.rules.save(rule.name, active=False)
    changed = v.rules.save(rule.name, active=False, etag=seen.etag)
    assert changed.etag not in {None, seen.etag}


def test_a_file_is_uploaded_read_by_a_worker_and_waited_for(empty: Served, tmp_path: Path) -> None:
    v = client_of(empty, "admin")
    path = tmp_path / "answers.csv"
    path.write_text("id,date,nps\n1,2026-05-01,9\n2,2026-05-02,3\n", encoding="utf-8")
    upload = v.uploads.send(path, name="answers.csv")
    assert upload.bytes == path.stat().st_size
    seen: list[str] = []

    def progress(job: JobOut) -> None:
        seen.append(job.status)
        if len(seen) == 1:
            work(empty)

    asked = v.uploads.ingest(upload.id, kind="responses", source="file")
    done = v.jobs.wait(asked.id, on_progress=progress, every_seconds=0.01, limit_seconds=60)
    assert seen[0] == "queued"
    assert seen[-1] == "done"
    assert done.finished_at is not None
    events = list(v.jobs.watch(asked.id))
    assert events[-1].name == "end"
    assert events[-1].data["status"] == "done"
    with pytest.raises(JobFailed, match="it goes on"):
        v.jobs.run("sweep", every_seconds=0.01, limit_seconds=0)


def test_without_a_predictor_the_reason_is_said(empty: Served) -> None:
    with pytest.raises(NoActiveModel):
        client_of(empty, "analyst").predictions.csat({"created_at": "2026-10-30T09:15:00Z", "channel": "email"})


def test_predictions_come_one_by_one_in_a_queue_and_in_bulk(sample: Served) -> None:
    v = client_of(sample, "analyst")
    one = v.predictions.csat({"created_at": "2026-10-30T09:15:00Z", "channel": "chat", "subject": "How do I log in?"})
    assert 0 < one.low <= one.probability <= one.high < 1
    whole = v.predictions.queue(limit=1000).page()
    assert whole.next is None
    assert len(whole.tickets) > 4
    paged = list(v.predictions.queue(limit=2))
    assert paged == list(whole.tickets)
    assert [ticket.probability for ticket in paged] == sorted((t.probability for t in paged), reverse=True)
    asked = [{"ticket": {"created_at": "2026-10-30T09:15:00Z"}}, {"ticket": {}}] * 3
    bulk = list(v.predictions.bulk(asked, at_once=4))
    assert [found.row for found in bulk] == [1, 2, 3, 4, 5, 6]
    assert [found.prediction is not None for found in bulk] == [True, False] * 3


def test_themes_and_their_comments_are_read_and_an_edit_needs_the_version_seen(sample: Served) -> None:
    v = client_of(sample, "admin")
    tree = v.themes.tree()
    assert tree.etag is not None
    top = max(tree.themes, key=lambda theme: theme.n)
    assert v.themes.get(top.id).name == top.name
    page = v.themes.comments(top.id, limit=5).page()
    assert len(page.comments) == 5
    assert all(any(span.start >= 0 for span in comment.themes) for comment in page.comments)
    edit: Any = {"kind": "rename", "theme": top.id, "name": "By the client"}
    with pytest.raises(VersionNeeded):
        v.themes.edit(edit)
    done = v.themes.edit(edit, etag=tree.etag)
    assert done.etag not in {None, tree.etag}
    assert v.themes.get(top.id).name == "By the client"
    assert dataclasses.asdict(v.themes.edits(limit=1).page().edits[0])["kind"] == "rename"
