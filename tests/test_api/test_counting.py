"""The process that counts for a server: the same answers and errors, and none that is left behind."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from api import counting as module
from api.counting import Counting
from api.kept import BrokenError, ClosingError
from api.problems import Refusal
from api.routers.theme_finding_shapes import Drivers
from api.routers.theme_findings import list_drivers
from tests.test_api.counted import process_id, raises, sleeps
from tests.test_api.planted_themes import hashing, planted
from tests.test_api.working import until
from verbatim.domain import Metric
from verbatim.errors import EmptyError
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.store import Store


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    found = Settings(home=tmp_path_factory.mktemp("counting"))
    with hashing():
        planted(found)
    return found


@pytest.fixture(scope="module")
def store(settings: Settings) -> Iterator[Store]:
    with prepare_store(settings) as found:
        yield found


@pytest.fixture(scope="module")
def large() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "COUNTED_HERE", 1)
        yield


@pytest.fixture(scope="module")
def counting(settings: Settings, large: None) -> Iterator[Counting]:
    """One for all tests: each start takes seconds."""
    found = Counting(settings)
    yield found
    found.close()
    assert found._companion is None


def process_of(counting: Counting) -> subprocess.Popen[bytes]:
    assert counting._companion is not None
    return counting._companion.process


def test_little_is_counted_here(settings: Settings, store: Store) -> None:
    found = Counting(settings)
    assert found.count(store, process_id) == os.getpid()
    assert found._companion is None


def test_much_is_counted_in_one_other_process_with_the_same_answer(counting: Counting, store: Store) -> None:
    other = counting.count(store, process_id)
    assert other == process_of(counting).pid != os.getpid()
    make: Any = partial(list_drivers, Metric.CSAT, None, layer="top", start=None, end=None, adjust_for=[])
    there: Drivers = counting.count(store, make)
    assert there == make(store=store, settings=counting._settings)
    assert there.themes
    assert counting.count(store, process_id) == other


def test_errors_come_as_they_are_and_end_nothing(counting: Counting, store: Store) -> None:
    with pytest.raises(EmptyError, match="^nothing there$"):
        counting.count(store, partial(raises, EmptyError("nothing there")))
    with pytest.raises(Refusal) as caught:
        counting.count(store, partial(raises, Refusal("not-found", "no such theme", headers={"X-A": "b"}, more=1)))
    refusal = caught.value
    assert (refusal.kind.status, refusal.detail, refusal.headers, refusal.more) == (
        404, "no such theme", {"X-A": "b"}, {"more": 1},
    )  # fmt: skip
    before = process_of(counting)
    with pytest.raises(BrokenError, match="the server's log says why"):
        counting.count(store, partial(raises, ZeroDivisionError("of a customer's words")))
    assert process_of(counting) is before and before.poll() is None


def test_one_that_is_killed_says_so_and_the_next_counts_again(counting: Counting, store: Store) -> None:
    first = counting.count(store, process_id)
    threading.Timer(0.3, os.kill, (first, signal.SIGKILL)).start()
    with pytest.raises(BrokenError, match="the process that counts ended"):
        counting.count(store, sleeps)
    assert counting.count(store, process_id) not in {first, os.getpid()}


def test_one_that_takes_too_long_is_ended(
    counting: Counting, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    counting.count(store, process_id)
    process = process_of(counting)
    monkeypatch.setattr(module, "COUNTS_WITHIN_SECONDS", 0.2)
    with pytest.raises(BrokenError, match=r"within 0\.2 seconds"):
        counting.count(store, sleeps)
    assert process.poll() is not None


def test_who_has_nothing_to_count_ends_after_a_while(
    counting: Counting, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.3)
    counting.count(store, process_id)
    process = process_of(counting)
    until(lambda: counting._companion is None)
    assert process.poll() is not None


def test_closing_does_not_wait_for_what_is_counted(settings: Settings, store: Store, large: None) -> None:
    counting, told = Counting(settings), list[str]()

    def ask() -> None:
        with pytest.raises(ClosingError):
            counting.count(store, sleeps)
        told.append("that it is closed")

    thread = threading.Thread(target=ask)
    thread.start()
    until(lambda: counting._companion is not None)
    process = process_of(counting)
    counting.close()
    thread.join(30)
    assert told and process.poll() is not None
    with pytest.raises(ClosingError):
        counting.count(store, process_id)
    assert counting._companion is None


def test_a_refusal_keeps_what_it_says_when_pickled() -> None:
    refusal = pickle.loads(pickle.dumps(Refusal("conflict", "not now", retry_after=3)))  # noqa: S301
    assert (refusal.kind.name, str(refusal), refusal.more) == ("conflict", "not now", {"retry_after": 3})
