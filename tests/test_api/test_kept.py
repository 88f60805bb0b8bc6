"""What is worked out beside the requests: kept, renewed behind what is shown, and one at a time."""

from __future__ import annotations

import threading
import time

import pytest

from api.kept import FRESH_SECONDS, REST_CHANGED, RETRY_SECONDS, ClosingError, Found, Kept
from verbatim.errors import EmptyError, StoreBusyError

SOON = 30


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def settled(kept: Kept, key: str, state: str, make: object) -> Found:
    until = time.monotonic() + SOON
    while True:
        found = kept.ask(key, state, make, wait=0.2)  # type: ignore[arg-type]
        if found is not None and not found.renewing:
            return found
        assert time.monotonic() < until


def test_the_old_one_is_shown_while_a_newer_one_is_worked_out() -> None:
    kept, gate = Kept(clock=Clock()), threading.Event()
    assert settled(kept, "k", "one", lambda: 1).value == 1
    shown = kept.ask("k", "two", lambda: gate.wait(SOON) and 2, wait=0.01)
    assert shown is not None
    assert (shown.value, shown.renewing) == (1, True)
    gate.set()
    assert settled(kept, "k", "two", lambda: 3).value == 2


def test_nothing_is_worked_out_again_before_it_is_due() -> None:
    clock = Clock()
    kept, made = Kept(clock=clock), []
    for moment in (0.0, FRESH_SECONDS - 1, FRESH_SECONDS):
        clock.now = moment
        settled(kept, "k", "s", lambda: made.append(1))
        kept.finish(SOON)
    assert len(made) == 2


def test_who_asks_first_does_not_wait_for_long_work() -> None:
    kept, gate = Kept(), threading.Event()
    assert kept.ask("k", "s", lambda: gate.wait(SOON), wait=0.01) is None
    gate.set()
    assert settled(kept, "k", "s", lambda: None).value is True


def test_two_things_are_worked_out_one_after_the_other() -> None:
    kept, at_once, most, guard = Kept(), [0], [0], threading.Lock()

    def work() -> None:
        with guard:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        time.sleep(0.02)
        with guard:
            at_once[0] -= 1

    for key in "abc":
        kept.ask(key, "s", work, wait=0)
    for key in "abc":
        settled(kept, key, "s", work)
    assert most == [1]


def test_a_problem_is_said_and_a_fault_is_not_repeated_to_people() -> None:
    kept = Kept()

    def refused() -> None:
        raise EmptyError("no answers yet")

    def broken() -> None:
        raise ZeroDivisionError("what a customer wrote")

    assert settled(kept, "a", "s", refused).problem == "no answers yet"
    problem = settled(kept, "b", "s", broken).problem
    assert problem is not None
    assert "customer" not in problem


def test_short_work_does_not_wait_for_long_work() -> None:
    kept, gate = Kept(), threading.Event()
    kept.ask("long", "s", lambda: gate.wait(SOON), wait=0, long=True)
    assert settled(kept, "short", "s", lambda: 1).value == 1
    gate.set()


def test_who_asks_first_works_it_out_and_who_asks_meanwhile_waits_for_that() -> None:
    kept, gate, made, found = Kept(), threading.Event(), list[str](), list[object]()

    def make() -> int:
        made.append(threading.current_thread().name)
        gate.wait(SOON)
        return 7

    asking = [
        threading.Thread(target=lambda: found.append(kept.get("k", "s", make, wait=0).value), name=name)
        for name in "ab"
    ]
    for one in asking:
        one.start()
    time.sleep(0.05)
    gate.set()
    for one in asking:
        one.join(SOON)
    assert found == [7, 7]
    assert len(made) == 1
    assert made[0] in "ab"


def test_the_newer_one_is_waited_for_as_long_as_one_likes() -> None:
    kept, gate = Kept(), threading.Event()
    kept.get("k", "one", lambda: 1, wait=0)
    old = kept.get("k", "two", lambda: gate.wait(SOON) and 2, wait=0.01)
    assert (old.value, old.renewing) == (1, True)
    gate.set()
    new = kept.get("k", "two", lambda: 3, wait=SOON)
    assert (new.value, new.renewing) == (2, False)


def test_that_there_is_nothing_is_kept_and_raised_again() -> None:
    kept, made = Kept(), list[int]()

    def make() -> int:
        made.append(1)
        raise EmptyError("no answers")

    depths = []
    for _ in range(3):
        with pytest.raises(EmptyError, match="no answers") as caught:
            kept.get("k", "s", make, wait=0).get()
        depths.append(len(caught.traceback))
    assert len(made) == 1
    assert depths[1] == depths[2]


def test_what_failed_for_no_lasting_reason_is_tried_again() -> None:
    clock = Clock()
    kept = Kept(clock=clock)

    def busy() -> int:
        raise StoreBusyError("the store is busy")

    assert kept.get("k", "s", busy, wait=0).problem == "the store is busy"
    clock.now += RETRY_SECONDS
    assert kept.get("k", "s", lambda: 1, wait=SOON).value == 1


def test_a_busy_store_takes_nothing_away_that_was_known() -> None:
    kept = Kept()
    assert kept.get("k", "one", lambda: 1, wait=0).value == 1

    def busy() -> int:
        raise StoreBusyError("the store is busy")

    old = kept.get("k", "two", busy, wait=SOON)
    assert (old.get(), old.renewing) == (1, True)
    assert kept.get("k", "two", lambda: 2, wait=SOON).get() == 2


def test_what_takes_long_rests_though_the_store_changes() -> None:
    clock = Clock()
    kept, made = Kept(clock=clock), list[str]()

    def slow(state: str) -> None:
        made.append(state)
        clock.now += 10

    kept.get("k", "one", lambda: slow("one"), wait=0)
    again = kept.get("k", "two", lambda: slow("two"), wait=0.05)
    assert again.renewing
    assert made == ["one"]
    clock.now += REST_CHANGED * 10
    kept.get("k", "two", lambda: slow("two"), wait=SOON)
    assert made == ["one", "two"]


def test_closing_waits_for_what_is_worked_out_and_begins_nothing_more() -> None:
    kept, gate, made = Kept(), threading.Event(), list[int]()

    def make() -> None:
        gate.wait(SOON)
        made.append(1)

    kept.ask("a", "s", make, wait=0)
    kept.ask("b", "s", make, wait=0)  # waits for its turn
    threading.Timer(0.05, gate.set).start()
    kept.close()
    assert made == [1]
    assert not [one for one in threading.enumerate() if one.name == "kept"]
    with pytest.raises(ClosingError):
        kept.get("c", "s", make, wait=0)
