"""The process that counts for a server: the same answers and errors, and none that is left behind."""

from __future__ import annotations

import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from api import counting as module
from api.counting import Counting
from api.kept import BrokenError, ClosingError
from api.problems import Refusal
from api.routers.stored_scores import Divergences, list_divergences
from tests.organisation import built, copy_of
from verbatim.errors import EmptyError
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.store import Store


def process_id(*, store: Store, settings: Settings) -> int:
    return os.getpid()


def sleeps(*, store: Store, settings: Settings) -> None:
    time.sleep(600)


def raises(error: Exception, *, store: Store, settings: Settings) -> None:
    raise error


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=copy_of(built(tmp_path_factory), tmp_path_factory.mktemp("counting")).home)


@pytest.fixture(scope="module")
def store(settings: Settings) -> Iterator[Store]:
    with prepare_store(settings) as found:
        yield found


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COUNTED_HERE", 1)


@pytest.fixture
def counting(settings: Settings, large: None) -> Iterator[Counting]:
    found = Counting(settings)
    yield found
    found.close()


def test_little_is_counted_here(settings: Settings, store: Store) -> None:
    found = Counting(settings)
    assert found.count(store, process_id) == os.getpid()
    assert found._companion is None


def test_much_is_counted_in_one_other_process_with_the_same_answer(counting: Counting, store: Store) -> None:
    other = counting.count(store, process_id)
    assert other != os.getpid()
    make: Any = partial(list_divergences, None)
    there: Divergences = counting.count(store, make)
    assert there == list_divergences(None, store, counting._settings)  # type: ignore[arg-type]
    assert there.divergences
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
    with pytest.raises(BrokenError, match="the server's log says why"):
        counting.count(store, partial(raises, ZeroDivisionError("of a customer's words")))
    assert counting.count(store, process_id) != os.getpid()


def test_one_that_is_killed_says_so_and_the_next_counts_again(counting: Counting, store: Store) -> None:
    first = counting.count(store, process_id)
    timer = threading.Timer(0.3, os.kill, (first, signal.SIGKILL))
    timer.start()
    with pytest.raises(BrokenError, match="the process that counts ended"):
        counting.count(store, sleeps)
    assert counting.count(store, process_id) not in {first, os.getpid()}


def test_one_that_takes_too_long_is_ended(
    counting: Counting, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    counting.count(store, process_id)
    assert counting._companion is not None
    process = counting._companion.process
    monkeypatch.setattr(module, "COUNTS_WITHIN_SECONDS", 0.2)
    with pytest.raises(BrokenError):
        counting.count(store, sleeps)
    assert process.poll() is not None


def test_closing_does_not_wait_for_what_is_counted(counting: Counting, store: Store) -> None:
    counting.count(store, process_id)
    assert counting._companion is not None
    process, ended = counting._companion.process, list[str]()

    def ask() -> None:
        with pytest.raises(ClosingError):
            counting.count(store, sleeps)
        ended.append("told")

    thread = threading.Thread(target=ask)
    thread.start()
    until(counting._turn.locked)
    counting.close()
    thread.join(30)
    assert ended == ["told"] and process.poll() is not None
    with pytest.raises(ClosingError):
        counting.count(store, process_id)
    assert counting._companion is None


def test_who_has_nothing_to_count_ends_after_a_while(
    counting: Counting, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.3)
    first = counting.count(store, process_id)
    until(lambda: counting._companion is None)
    assert counting.count(store, process_id) != first


def test_a_refusal_keeps_what_it_says_when_pickled() -> None:
    refusal = pickle.loads(pickle.dumps(Refusal("conflict", "not now", retry_after=3)))  # noqa: S301
    assert (refusal.kind.name, str(refusal), refusal.more) == ("conflict", "not now", {"retry_after": 3})
