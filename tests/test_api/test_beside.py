"""The process beside a server that scores: the same answers, and the server's own where it gives none."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from api.access.caller import Caller
from api.companion import Companion
from api.live import beside as module
from api.live.beside import Beside
from api.live.scoring import Asked, Scoring, TicketIn
from api.live.shelf import PredictorShelf
from api.observing.metrics import Meters
from tests.organisation import copy_of, predicted
from tests.test_api.conftest import Served, served
from tests.test_api.working import until
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.queries.restriction import Restriction

ASKED: dict[str, Any] = {
    "ticket": {"id": "T-1", "created_at": "2026-10-30T09:15:00Z", "channel": "email", "team": "Technical"},
    "events": [{"at": "2026-10-30T11:02:00Z", "kind": "customer replied", "text": "Ünanswered, again!"}],
    "at": "2026-10-30T15:00:00Z",
}
ALL = Restriction()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    place = copy_of(predicted(tmp_path_factory), tmp_path_factory.mktemp("beside"))
    return Settings(home=place.home, rate_per_minute=1_000_000, scoring_process=True)


@pytest.fixture(scope="module")
def shelf(settings: Settings) -> Iterator[PredictorShelf]:
    with prepare_store(settings) as store:
        found = PredictorShelf(store, settings)
        found.start()
        found.wait()
        yield found
        found.stop()


@pytest.fixture(scope="module")
def running(settings: Settings, shelf: PredictorShelf) -> Iterator[Beside]:
    found = Beside(settings, shelf)
    found.start()
    until(lambda: found.ready)
    yield found
    found.close()


def asked(shelf: PredictorShelf, body: bytes | None = None, **given: Any) -> Asked:
    plain = json.dumps(ASKED).encode()
    return Asked(**{
        "metric": "csat", "version": shelf.take("csat").version.id, "body": plain if body is None else body,
        "restriction": ALL, **given,
    })  # fmt: skip


def answer(running: Beside, *questions: Asked) -> list[Any]:
    async def together() -> list[Any]:
        return await asyncio.gather(*map(running.answer, questions))

    return asyncio.run(together())


def own(shelf: PredictorShelf, restriction: Restriction = ALL) -> bytes:
    caller = Caller("k", "tests", None, frozenset(), restriction, sees_agents=True)
    scoring = Scoring(shelf, Meters())
    try:
        return asyncio.run(scoring.one("csat", TicketIn.model_validate(ASKED), caller))
    finally:
        scoring._gatherer.close()


def test_it_answers_byte_for_byte_as_the_server_itself(running: Beside, shelf: PredictorShelf) -> None:
    limited = Restriction(teams=("Technical",))
    first, second = answer(running, asked(shelf), asked(shelf, restriction=limited))
    assert first == (own(shelf), json.loads(first[0])["band"])
    assert second[0] == own(shelf, limited)
    assert json.loads(first[0])["similar"]
    assert json.loads(second[0])["similar"] == []


@pytest.mark.parametrize(
    ("body", "given"),
    [
        (b"not json", {}),
        (b"{}", {}),
        (json.dumps({**ASKED, "at": "2026-10-01T00:00:00Z"}).encode(), {}),  # before the ticket
        (None, {"version": "another"}),
        (None, {"metric": "ces"}),
        (None, {"restriction": Restriction(teams=("Billing",))}),
        (None, {"restriction": Restriction(accounts=("ACC-1",))}),
    ],
)
def test_what_is_not_plain_is_left_to_the_server(
    running: Beside, shelf: PredictorShelf, body: bytes | None, given: dict[str, Any]
) -> None:
    bad, good = answer(running, asked(shelf, body, **given), asked(shelf))
    assert bad is None
    assert good is not None


def test_one_that_was_killed_is_missed_by_nobody_and_comes_back(
    settings: Settings, shelf: PredictorShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REST_SECONDS", 0.01)
    found = Beside(settings, shelf)
    found.start()
    until(lambda: found.ready)
    before = found._companion
    assert before is not None
    before.process.kill()
    before.process.wait()
    assert answer(found, asked(shelf)) == [None]
    until(lambda: found.ready and found._companion is not before)
    assert answer(found, asked(shelf)) != [None]
    again = found._companion
    found.close()
    assert again is not None and again.process.poll() is not None


def test_one_that_hangs_is_given_up_and_replaced(
    settings: Settings, shelf: PredictorShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REST_SECONDS", 0.01)
    found = Beside(settings.model_copy(update={"request_seconds": 0.5}), shelf)
    found.start()
    until(lambda: found.ready)
    before = found._companion
    assert before is not None
    os.kill(before.process.pid, signal.SIGSTOP)
    assert answer(found, asked(shelf)) == [None]
    until(lambda: before.process.poll() is not None)
    until(lambda: found.ready)
    found.close()


def test_closing_while_it_starts_leaves_no_process(settings: Settings, shelf: PredictorShelf) -> None:
    found = Beside(settings, shelf)
    found.start()
    until(lambda: found._companion is not None)
    begun = found._companion
    found.close()
    assert begun is not None and begun.process.poll() is not None
    assert not found._thread.is_alive()


def test_it_ends_when_its_server_is_gone(settings: Settings) -> None:
    found = Companion("api.live.beside", settings)
    found.connection.close()  # as the system does for a process that was killed
    assert found.process.wait(timeout=60) == 0


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[Served]:
    with served(settings) as found:
        yield found


def test_over_http_it_is_seen_in_nothing_but_that_it_is_ready(server: Served, shelf: PredictorShelf) -> None:
    client = server.as_role("analyst")
    until(lambda: client.get("/readyz").json()["checks"].get("scoring process") == "ok")
    found = [client.post("/v1/predictions/csat", json=ASKED) for _ in range(3)]  # usual, then twice the short way
    assert {one.content for one in found} == {own(shelf)}
    assert {frozenset(one.headers) for one in found} == {frozenset(found[0].headers)}
    wrong = client.post("/v1/predictions/csat", json={**ASKED, "ticket": {"created_at": "yesterday"}})
    assert wrong.status_code == 422
    assert "verbatim_live_predictions_total" in client.get("/metrics").text
