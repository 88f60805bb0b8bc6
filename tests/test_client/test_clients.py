"""Both clients over a network that is not there: what goes out, what comes back, what is made of failures."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from verbatim.client import (
    ApiError,
    AsyncVerbatim,
    BadAnswer,
    Busy,
    ChangedMeanwhile,
    File,
    Invalid,
    JobFailed,
    NoAnswer,
    NotFound,
    TooManyRequests,
    Verbatim,
)
from verbatim.client.calls import make_call
from verbatim.errors import InputError

Handler = Callable[[httpx.Request], httpx.Response]
Using = Callable[..., Any]
KEY = "vb_0123456789ab_secret"


def _sync(handler: Handler, doing: Callable[[Any], Any], **options: Any) -> Any:
    with Verbatim("http://server", KEY, transport=httpx.MockTransport(handler), **options) as v:
        found = doing(v)
        return list(found) if hasattr(found, "__iter__") and not isinstance(found, tuple) else found


def _async(handler: Handler, doing: Callable[[Any], Any], **options: Any) -> Any:
    async def run() -> Any:
        async with AsyncVerbatim("http://server", KEY, transport=httpx.MockTransport(handler), **options) as v:
            found = doing(v)
            if inspect.isawaitable(found):
                return await found
            return [one async for one in found] if hasattr(found, "__aiter__") else found

    return asyncio.run(run())


@pytest.fixture(params=[_sync, _async], ids=["sync", "async"])
def using(request: pytest.FixtureRequest) -> Using:
    found: Using = request.param
    return found


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What was waited for, without waiting."""
    found: list[float] = []

    async def pause(seconds: float) -> None:
        found.append(seconds)

    for room in ("transport", "extras"):
        monkeypatch.setattr(
            f"verbatim.client.sync.{room}.time", SimpleNamespace(sleep=found.append, monotonic=lambda: sum(found))
        )
        monkeypatch.setattr(f"verbatim.client.aio.{room}.asyncio", SimpleNamespace(sleep=pause))
    return found


def answering(*outcomes: Any) -> tuple[list[httpx.Request], Handler]:
    """A server that gives these in turn (the last again and again) and keeps what it was asked."""
    asked: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        outcome = outcomes[min(len(asked), len(outcomes) - 1)]
        asked.append(request)
        if isinstance(outcome, Exception):
            raise outcome
        return httpx.Response(**outcome) if isinstance(outcome, dict) else httpx.Response(outcome)

    return asked, handler


ME = {
    "person": "Ada", "role": "analyst", "scopes": ["read"], "accounts": [], "teams": [], "sees_agents": True,
}  # fmt: skip
BUSY = {"status_code": 503, "json": {"type": "/problems/busy", "detail": "locked"}, "headers": {"Retry-After": "1"}}
KEYS: dict[str, Any] = {"status_code": 200, "json": {"keys": []}}


def test_a_key_goes_with_every_request_and_shows_nowhere(using: Using) -> None:
    asked, handler = answering(KEYS)
    using(handler, lambda v: v.keys.list())
    assert asked[-1].headers["authorization"] == f"Bearer {KEY}"
    assert asked[-1].url == "http://server/v1/keys"
    for kind in (Verbatim, AsyncVerbatim):
        assert "secret" not in repr(kind("http://server", KEY))


@pytest.mark.parametrize("url", ["", "server:8000", "ftp://server", "http://", "http://\x00"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(InputError):
        Verbatim(url)


@pytest.mark.parametrize("key", ["", "  ", "vb_x\r\nX-Other: 1", "vb_é"])
def test_a_key_that_cannot_be_one_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(InputError) as refused:
        AsyncVerbatim("http://server", key)
    assert "vb_" not in str(refused.value)


def test_a_busy_server_is_asked_again_after_as_long_as_it_said(using: Using, waits: list[float]) -> None:
    asked, handler = answering(BUSY, BUSY, KEYS)
    assert using(handler, lambda v: v.keys.list()).keys == ()
    assert len(asked) == 3
    assert all(1 <= seconds < 1.3 for seconds in waits)


def test_a_server_that_stays_busy_is_given_up_after_the_retries(using: Using) -> None:
    asked, handler = answering(BUSY)
    with pytest.raises(Busy) as failed:
        using(handler, lambda v: v.keys.list(), retries=2)
    assert len(asked) == 3
    assert failed.value.retry_after == 1


def test_a_limit_of_the_key_is_waited_for_also_by_writes(using: Using) -> None:
    limited = {"status_code": 429, "headers": {"Retry-After": "12"}}
    asked, handler = answering(limited, {"status_code": 204})
    using(handler, lambda v: v.endpoints.delete("E1"))
    assert len(asked) == 2
    with pytest.raises(TooManyRequests) as refused:
        using(answering(limited)[1], lambda v: v.keys.create(name="x", role="viewer"), total_seconds=5)
    assert refused.value.retry_after == 12


def test_a_write_is_repeated_under_one_key_and_with_one_body(using: Using) -> None:
    taken = {
        "batch_id": "b", "source": "crm", "inserted": 1, "updated": 0, "unchanged": 0, "rejected": 0, "removed": 0,
        "records": [],
    }  # fmt: skip
    asked, handler = answering(httpx.ReadError("gone"), BUSY, {"status_code": 200, "json": taken})
    found = using(handler, lambda v: v.responses.send([{"id": "R1", "score": 4}], source="crm"))
    assert found.inserted == 1
    assert len(asked) == 3
    assert len({one.headers["idempotency-key"] for one in asked}) == 1
    assert {one.content for one in asked} == {b'{"records":[{"id":"R1","score":4}]}'}


def test_a_write_without_a_key_is_not_repeated_once_it_may_have_arrived(using: Using) -> None:
    asked, handler = answering(httpx.ReadTimeout("slow"))
    with pytest.raises(NoAnswer):
        using(handler, lambda v: v.predictors.activate("csat-1"))
    assert len(asked) == 1
    asked, handler = answering(httpx.ConnectError("refused"))
    with pytest.raises(NoAnswer, match="tried 5 times"):
        using(handler, lambda v: v.predictors.activate("csat-1"))
    assert len(asked) == 5


FAILURES = [kind for kind in vars(httpx).values() if isinstance(kind, type) and issubclass(kind, httpx.RequestError)]


@pytest.mark.parametrize("kind", FAILURES, ids=lambda kind: kind.__name__)
def test_nothing_of_httpx_comes_through(using: Using, kind: type[httpx.RequestError]) -> None:
    _, handler = answering(kind("it failed"))
    with pytest.raises(ApiError, match="it failed"):
        using(handler, lambda v: v.keys.list(), retries=0)


@pytest.mark.parametrize("content", [b"<html>login</html>", b"", b"[]", b'{"keys": 3}', b"[" * 5000])
def test_a_page_that_is_no_answer_is_an_error(using: Using, content: bytes) -> None:
    with pytest.raises(BadAnswer):
        using(answering({"status_code": 200, "content": content})[1], lambda v: v.keys.list())


def test_a_refusal_names_the_fields(using: Using) -> None:
    document = {"type": "/problems/invalid", "detail": "d", "errors": [{"field": "body.values.0", "problem": "p"}]}
    with pytest.raises(Invalid) as refused:
        using(answering({"status_code": 422, "json": document})[1], lambda v: v.scores.nps(["x"]))
    assert [one.field for one in refused.value.errors] == ["body.values.0"]


def test_the_version_seen_goes_along_with_an_edit(using: Using) -> None:
    asked, handler = answering({"status_code": 412, "json": {"detail": "edit 12, you saw 11"}})
    with pytest.raises(ChangedMeanwhile, match="you saw 11"):
        using(handler, lambda v: v.themes.edit({"kind": "rename", "theme_id": "T1", "name": "x"}, etag='"m-11"'))
    assert asked[0].headers["if-match"] == '"m-11"'
    assert len(asked) == 1


def line(number: int) -> dict[str, Any]:
    return {
        "at": "2026-10-31T14:00:00Z", "person": "Ada", "key_id": None, "operation": f"op{number}", "subject": None,
        "status": 200, "request_id": "r", "details": {},
    }  # fmt: skip


def serving(pages: list[list[int]], asked: list[str | None]) -> Handler:
    """A server of a list that is split so."""

    def handler(request: httpx.Request) -> httpx.Response:
        after = request.url.params.get("after")
        asked.append(after)
        place = int(after.removeprefix("p")) if after else 0
        following = f"p{place + 1}" if place + 1 < len(pages) else None
        return httpx.Response(200, json={"lines": [line(one) for one in pages[place]], "next": following})

    return handler


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.integers(0, 9), max_size=4), min_size=1, max_size=6))
def test_however_a_list_is_split_each_item_comes_once_and_in_order(using: Using, pages: list[list[int]]) -> None:
    asked: list[str | None] = []
    found = using(serving(pages, asked), lambda v: v.audit.list(limit=4, operation="x"))
    assert [one.operation for one in found] == [f"op{number}" for page in pages for number in page]
    assert asked == [None, *(f"p{number}" for number in range(1, len(pages)))]


def test_a_page_is_fetched_when_the_one_before_is_used_up() -> None:
    asked: list[str | None] = []
    with Verbatim("http://server", transport=httpx.MockTransport(serving([[1, 2], [3], [4]], asked))) as v:
        lines = v.audit.list()
        assert asked == []
        items = iter(lines)
        next(items), next(items)
        assert asked == [None]
        next(items)
        assert asked == [None, "p1"]
        assert [one.operation for one in lines.page("p2").lines] == ["op4"]
        assert [len(page.lines) for page in lines.pages()] == [2, 1, 1]


def test_a_page_that_leads_to_itself_ends_in_an_error_not_in_a_loop(using: Using) -> None:
    handler = answering({"status_code": 200, "json": {"lines": [], "next": "p1"}})[1]
    with pytest.raises(BadAnswer, match="leads to itself"):
        using(handler, lambda v: v.audit.list())


def predicting(asked: list[int], lost: int = 0) -> Handler:
    """A server that predicts for each line, and finds every ticket without a date bad."""

    def handler(request: httpx.Request) -> httpx.Response:
        lines = [json.loads(one) for one in request.content.split(b"\n")]
        asked.append(len(lines))
        answers: list[Mapping[str, Any]] = []
        for row, one in enumerate(lines, start=1):
            name = one["ticket"]["id"]
            bad = {"row": row, "ticket": name, "problem": "no date"}
            good = {
                "row": row, "metric": "csat", "predictor": "csat-1", "target": "score <= 3", "ticket": name,
                "probability": 0.3, "low": 0.2, "high": 0.4, "band": "raised", "expected_score": None, "stage": "new",
                "usual": None, "reasons": [], "other_points": None, "next_step": None, "levers": [], "similar": [],
                "not_known": [], "features_hash": "h",
            }  # fmt: skip
            answers.append(good if "created_at" in one["ticket"] else bad)
        text = "".join(json.dumps(one) + "\n" for one in answers[: len(answers) - lost])
        return httpx.Response(200, text=text, headers={"content-type": "application/x-ndjson"})

    return handler


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.booleans(), max_size=12), st.integers(1, 5))
def test_however_many_tickets_are_sent_each_has_its_answer_in_its_row(
    using: Using, dated: list[bool], at_once: int
) -> None:
    asked: list[int] = []
    tickets = [{"ticket": {"id": f"T-{n}", **({"created_at": "x"} if one else {})}} for n, one in enumerate(dated)]
    found = using(predicting(asked), lambda v: v.predictions.bulk(iter(tickets), at_once=at_once))
    assert [(one.row, one.ticket) for one in found] == [(n + 1, f"T-{n}") for n in range(len(dated))]
    assert [one.prediction is not None for one in found] == dated
    assert sum(asked) == len(dated)
    assert max(asked, default=0) <= at_once


def test_tickets_are_taken_from_a_generator_only_as_answers_are_used() -> None:
    taken: list[int] = []

    def endless() -> Iterator[dict[str, Any]]:
        while True:
            taken.append(len(taken))
            yield {"ticket": {"id": "T", "created_at": "x"}}

    with Verbatim("http://server", transport=httpx.MockTransport(predicting([]))) as v:
        answers = v.predictions.bulk(endless(), at_once=3)
        assert [next(answers).row for _ in range(4)] == [1, 2, 3, 4]
        assert len(taken) == 6


def test_an_answer_that_is_missing_is_noticed(using: Using) -> None:
    with pytest.raises(BadAnswer, match="2 tickets were sent and 1"):
        using(predicting([], lost=1), lambda v: v.predictions.bulk([{"ticket": {"id": "a"}}, {"ticket": {"id": "b"}}]))


EVENTS = (
    ": watching\nretry: 1000\n\n"
    'event: progress\ndata: {"done": 0.5}\n\n'
    ': still here\n\nid: 7\nevent: line\ndata: {"text":\ndata: "two lines"}\n\n'
    'event: end\ndata:{"status": "done"}\n\nevent: cut\ndata: {"half":'
)


def test_events_come_with_name_and_id_and_what_is_cut_off_does_not(using: Using) -> None:
    handler = answering({"status_code": 200, "text": EVENTS, "headers": {"content-type": "text/event-stream"}})[1]
    found = using(handler, lambda v: v.jobs.watch("J1", last_event_id="6"))
    assert [(one.name, one.id, one.data) for one in found] == [
        ("progress", None, {"done": 0.5}), ("line", "7", {"text": "two lines"}), ("end", "7", {"status": "done"}),
    ]  # fmt: skip


def test_a_stream_that_is_refused_is_an_error_before_its_first_item(using: Using) -> None:
    asked, handler = answering({"status_code": 404, "json": {"detail": "no job 'J1'"}})
    with pytest.raises(NotFound, match="J1"):
        using(handler, lambda v: v.jobs.watch("J1", last_event_id="6"))
    assert asked[0].headers["last-event-id"] == "6"


class Breaking(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __iter__(self) -> Iterator[bytes]:
        yield b'event: progress\ndata: {"done": 0.1}\n\n'
        raise httpx.ReadError("cut")

    async def __aiter__(self) -> Any:
        for part in self:
            yield part


def test_a_stream_that_breaks_ends_in_an_error_not_in_silence(using: Using) -> None:
    handler = answering({"status_code": 200, "stream": Breaking()})[1]
    with pytest.raises(NoAnswer, match="ended early"):
        using(handler, lambda v: v.jobs.watch("J1"))


def job(status: str, done: float | None = None, problem: str | None = None) -> dict[str, Any]:
    return {
        "status_code": 200,
        "json": {
            "id": "J1", "kind": "mine", "status": status, "arguments": {}, "person": "Ada",
            "created_at": "2026-10-31T14:00:00Z", "started_at": None, "finished_at": None, "attempt": 1, "step": "x",
            "done": done, "cancel_asked": False, "result": {"themes": 9}, "problem": problem,
        },
    }  # fmt: skip


def test_a_job_is_asked_for_once_and_waited_for(using: Using) -> None:
    asked, handler = answering(
        job("queued"), job("queued"), job("running", 0.5), job("running", 0.5), job("done", 1.0)
    )  # fmt: skip
    seen: list[float | None] = []
    found = using(handler, lambda v: v.jobs.run("mine", {"refit": True}, on_progress=lambda one: seen.append(one.done)))
    assert found.result == {"themes": 9}
    assert seen == [None, 0.5, 1.0]
    assert [one.method for one in asked] == ["POST", "GET", "GET", "GET", "GET"]
    assert json.loads(asked[0].content) == {"kind": "mine", "arguments": {"refit": True}}
    assert "idempotency-key" in asked[0].headers


def test_a_job_is_not_waited_for_where_that_is_not_wanted(using: Using) -> None:
    asked, handler = answering(job("queued"))
    assert using(handler, lambda v: v.jobs.run("sweep", wait=False)).status == "queued"
    assert len(asked) == 1


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_job_that_failed_says_why(using: Using, status: str) -> None:
    handler = answering(job("queued"), job(status, problem="too few comments"))[1]
    with pytest.raises(JobFailed, match="too few comments"):
        using(handler, lambda v: v.jobs.run("mine"))


def test_a_job_that_takes_too_long_is_left_to_itself() -> None:
    with pytest.raises(JobFailed, match="it goes on"):
        _sync(answering(job("running"))[1], lambda v: v.jobs.wait("J1", every_seconds=5, limit_seconds=12))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ('attachment; filename="report-2026-10.html"', "report-2026-10.html"),
        ('attachment; filename="../../etc/passwd"', "passwd"), ("attachment; filename=..", None), ("", None),
        ('attachment; filename="C:\\\\x\\\\evil.exe"', "evil.exe"),
    ],
)  # fmt: skip
def test_a_file_is_saved_where_it_should_be_whatever_it_is_called(
    using: Using, tmp_path: Path, said: str, name: str | None
) -> None:
    answer = {"status_code": 200, "content": b"<p>", "headers": {"content-disposition": said, "etag": '"1"'}}
    file: File = using(answering(answer)[1], lambda v: v.reports.fetch("R1", "html"))
    assert (file.name, file.content, file.etag) == (name, b"<p>", '"1"')
    folder = tmp_path / "in" / "here"
    folder.mkdir(parents=True)
    assert file.save(folder).parent == folder
    assert file.save(tmp_path / "other.html").read_bytes() == b"<p>"


def test_a_file_is_sent_whole_from_its_path_at_every_attempt(using: Using, tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(b"id,csat\n" * 20_000)
    received: list[bytes] = []
    _, plain_answer = answering(BUSY, {"status_code": 204})

    def handler(request: httpx.Request) -> httpx.Response:
        received.append(request.content)
        return plain_answer(request)

    call = make_call("PUT", "/v1/uploads", content=path, content_type="application/octet-stream")
    using(handler, lambda v: v._transport.done(call))
    assert received == [path.read_bytes()] * 2
