"""What becomes of every POST that is sent twice: by an Idempotency-Key, by itself, by If-Match, or not at all."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import BaseModel
from sqlalchemy import func, insert, select

from api.access.caller import Caller
from api.idempotency import KEPT, Repeatable
from api.problems import Refusal
from tests.test_api.conftest import Served
from tests.test_api.loop import low_scores
from tests.test_api.operations import operations
from verbatim.storage.engine import prepare_store
from verbatim.storage.queries.restriction import Restriction
from verbatim.storage.store import Store
from verbatim.storage.tables import (
    api_key,
    delivery,
    endpoint,
    follow_up_change,
    job,
    prediction_feedback,
    remembered_answer,
    schedule,
)

DOCS = Path(__file__).parents[2] / "docs" / "api.md"
POSTS = {one.id: one for one in operations() if one.method == "post"}
KEYED = {name for name, one in POSTS.items() if "Idempotency-Key" in str(one.said.get("parameters", ""))}
ADA = Caller("a", "Ada", "analyst", frozenset(), Restriction(), sees_agents=True, key_id="a")


def described() -> dict[str, set[str]]:
    """Operations by what the documentation says of them: the first word of each row's second cell."""
    section = DOCS.read_text(encoding="utf-8").partition("## Sent twice")[2].partition("\n## ")[0]
    found: dict[str, set[str]] = {}
    for calls, word in re.findall(r"^\| (.+?) \| \*\*(\w+)\*\*", section, flags=re.MULTILINE):
        found.setdefault(word, set()).update(re.findall(r"`(\w+)`", calls))
    return found


def test_the_documentation_says_of_every_post_what_becomes_of_it_when_it_is_sent_twice() -> None:
    said = described()
    assert set(said) == {"key", "same", "version", "state", "neither"}
    assert sorted(name for names in said.values() for name in names) == sorted(POSTS)  # each once
    assert said["key"] == KEYED
    matched = {name for name, one in POSTS.items() if "If-Match" in str(one.said.get("parameters", ""))}
    assert said["version"] == matched - KEYED
    assert said["neither"] == {"log_in", "upload_file"}


class Made(BaseModel):
    id: str
    secret: str = ""


def repeatable(store: Store, request: bytes = b"x", key: str | None = "k") -> Repeatable:
    return Repeatable(store, "make", key, request)


def maker(number: str) -> Callable[[Store], tuple[Made, int]]:
    """Writes a row, as an operation would, and shows a secret."""

    def make(store: Store) -> tuple[Made, int]:
        row = {"id": number, "request_hash": "", "created_at": datetime.now(UTC)}
        with store.writing() as connection:
            connection.execute(insert(remembered_answer).values(**row))
        return Made(id=number, secret="s3cret-" + number), 201

    return make


def written(store: Store) -> list[str]:
    with store.reading() as connection:
        return sorted(connection.execute(select(remembered_answer.c.id)).scalars())


def test_what_fails_half_way_leaves_nothing_and_the_key_is_free(store: Store) -> None:
    def fail(inner: Store) -> tuple[Made, int]:
        maker("1")(inner)
        raise Refusal("conflict", "no")

    with pytest.raises(Refusal):
        repeatable(store).once(ADA, fail)
    assert written(store) == []
    assert repeatable(store).once(ADA, maker("2")).status_code == 201


def test_what_is_checked_is_not_checked_again_once_it_was_done(store: Store) -> None:
    def refuse() -> None:
        raise Refusal("conflict", "too late")

    repeatable(store).once(ADA, maker("1"), check=lambda: None)
    again = repeatable(store).once(ADA, maker("2"), check=refuse)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    for other in (repeatable(store, key="other"), repeatable(store, key=None)):
        with pytest.raises(Refusal, match="too late"):
            other.once(ADA, maker("3"), check=refuse)


def test_a_secret_is_in_the_first_answer_and_kept_nowhere(store: Store) -> None:
    first = repeatable(store).once(ADA, maker("1"), shown_once="secret", instead="make another")
    assert b"s3cret-1" in first.body
    with pytest.raises(Refusal, match="make another") as refused:
        repeatable(store).once(ADA, maker("2"), shown_once="secret", instead="make another")
    assert (refused.value.kind.name, refused.value.more["made"]) == ("conflict", {"id": "1"})
    with store.reading() as connection:
        assert "s3cret" not in str(connection.execute(select(remembered_answer)).all())


def test_of_many_at_the_same_time_one_is_done(store: Store) -> None:
    bodies: list[bytes] = []
    threads = [
        threading.Thread(
            target=lambda number=number: bodies.append(bytes(repeatable(store).once(ADA, maker(str(number))).body))
        )
        for number in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(bodies), len(set(bodies)), len(written(store))) == (6, 1, 2)


def test_a_key_is_forgotten_after_a_day(store: Store) -> None:
    repeatable(store).once(ADA, maker("1"))
    with store.writing() as connection:
        connection.execute(remembered_answer.update().values(created_at=datetime.now(UTC) - KEPT - timedelta(hours=1)))
    assert b'"2"' in repeatable(store, b"another").once(ADA, maker("2")).body


ENDPOINT = {"name": "CRM", "url": "https://crm.example/hook"}
SCHEDULE = {"kind": "weekly", "clock": "08:00", "day": 1}


def count(served: Served, table: Any) -> int:
    with prepare_store(served.settings) as store, store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


@pytest.fixture(scope="module")
def admin(empty: Served) -> httpx.Client:
    return empty.as_role("admin")


def test_what_is_created_over_http_is_there_once_for_each_key(empty: Served, admin: httpx.Client) -> None:
    made = admin.post("/v1/endpoints", json=ENDPOINT).json()["id"]
    planned = admin.post("/v1/schedules", json=SCHEDULE).json()["id"]
    for path, body, table, status in (
        ("/v1/keys", {"name": "desk", "role": "viewer"}, api_key, 409),
        ("/v1/endpoints", ENDPOINT, endpoint, 409),
        (f"/v1/endpoints/{made}/test", None, delivery, 202),
        ("/v1/schedules", SCHEDULE, schedule, 201),
        (f"/v1/schedules/{planned}/run", None, job, 202),
    ):  # fmt: skip
        key, before = {"Idempotency-Key": str(uuid.uuid4())}, count(empty, table)
        first, again = (admin.post(path, json=body, headers=key) for _ in range(2))
        assert first.is_success, first.text
        assert (again.status_code, count(empty, table)) == (status, before + 1), path
        assert again.headers["Idempotent-Replayed"] == "true"
        if status == 409:
            assert again.json()["made"]["id"] == first.json()["id"]
            assert not {"key", "secret"} & set(again.json()["made"])
        else:
            assert again.content == first.content
        assert admin.post(path, json=body, headers={"Idempotency-Key": str(uuid.uuid4())}).is_success
        assert count(empty, table) == before + 2


def test_a_renewed_secret_is_not_renewed_again(empty: Served, admin: httpx.Client) -> None:
    made = admin.post("/v1/endpoints", json=ENDPOINT).json()["id"]
    key = {"Idempotency-Key": str(uuid.uuid4())}
    assert admin.post(f"/v1/endpoints/{made}/secret", headers=key).status_code == 200
    renewed = admin.get(f"/v1/endpoints/{made}").json()["rotated_at"]
    again = admin.post(f"/v1/endpoints/{made}/secret", headers=key)
    assert (again.status_code, "shown only once" in again.json()["detail"]) == (409, True)
    assert admin.get(f"/v1/endpoints/{made}").json()["rotated_at"] == renewed


def test_feedback_and_notes_are_written_once(empty: Served, admin: httpx.Client) -> None:
    ticket = {"id": "T-1", "created_at": "2026-10-31T14:05:00Z"}
    assert admin.post("/v1/tickets", json=ticket).json()["inserted"] == 1
    key = {"Idempotency-Key": "one"}
    told = [admin.post("/v1/predictions/csat/feedback", json={"ticket": "T-1", "kind": "agree"}, headers=key)
            for _ in range(2)]  # fmt: skip
    assert [one.status_code for one in told] == [201, 201]
    assert told[0].content == told[1].content
    assert count(empty, prediction_feedback) == 1
    low_scores(empty.settings)
    made = admin.get("/v1/follow-ups", params={"state": "open", "rule": "low_csat"}).json()["follow_ups"][0]["id"]
    path = f"/v1/follow-ups/{made}"
    before = count(empty, follow_up_change)
    notes = [admin.post(f"{path}/notes", json={"note": "Called."}, headers=key) for _ in range(2)]
    assert [one.headers["ETag"] for one in notes] == ['"1"', '"1"']
    seen = {**key, "If-Match": '"1"'}
    steps = [admin.post(f"{path}/changes", json={"to": "contacted"}, headers=seen) for _ in range(2)]
    assert [(one.status_code, one.json()["state"]) for one in steps] == [(200, "contacted")] * 2
    late = admin.post(f"{path}/changes", json={"to": "contacted"}, headers={"If-Match": '"1"'})
    assert late.status_code == 412
    assert count(empty, follow_up_change) == before + 2
