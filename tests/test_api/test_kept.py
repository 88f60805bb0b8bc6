"""What is worked out beside the requests: kept, renewed behind what is shown, and one at a time."""

from __future__ import annotations

import threading
import time

from api.themes.kept import FRESH_SECONDS, Found, Kept
from verbatim.errors import EmptyError

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
    shown = kept.ask("k", "two", lambda: gate.wait(SOON) and 2)
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
