"""What is slow to load goes on serving while the next one is loaded."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest

from api.themes.swapped import Swapped
from verbatim.errors import NotFoundError, StorageError

WAIT_SECONDS = 10


@dataclass
class Model:
    """A version that somebody else changes; loading waits for ``gate``."""

    version: int = 1
    loads: int = 0
    checks: int = 0
    problem: Exception | None = None
    now: float = 0.0
    gate: threading.Event = field(default_factory=threading.Event)

    def load(self) -> int:
        assert self.gate.wait(WAIT_SECONDS)
        self.loads += 1
        if self.problem is not None:
            raise self.problem
        return self.version

    def current(self, held: int) -> bool:
        self.checks += 1
        return held == self.version


@pytest.fixture
def model() -> Model:
    found = Model()
    found.gate.set()
    return found


@pytest.fixture
def swapped(model: Model) -> Swapped[int]:
    return Swapped("test", model.load, model.current, check_seconds=5, clock=lambda: model.now)


def test_it_is_loaded_when_it_is_first_asked_for_and_once(model: Model, swapped: Swapped[int]) -> None:
    assert swapped.peek() is None
    model.gate.clear()
    found: list[int] = []
    callers = [threading.Thread(target=lambda: found.append(swapped.get())) for _ in range(4)]
    for caller in callers:
        caller.start()
    model.gate.set()
    for caller in callers:
        caller.join(WAIT_SECONDS)
    assert found == [1] * 4
    assert (model.loads, swapped.peek()) == (1, 1)


def test_the_old_one_serves_while_the_next_is_loaded(model: Model, swapped: Swapped[int]) -> None:
    assert swapped.get() == 1
    model.version = 2
    assert swapped.get() == 1  # too early to ask
    assert model.checks == 0
    model.now = 5
    model.gate.clear()
    assert [swapped.get() for _ in range(3)] == [1, 1, 1]  # none of them waits
    model.gate.set()
    swapped.close()
    assert (swapped.get(), model.loads, model.checks) == (2, 2, 1)


def test_what_is_still_current_is_not_loaded_again(model: Model, swapped: Swapped[int]) -> None:
    swapped.get()
    swapped.expire()
    swapped.get()
    swapped.close()
    assert (model.checks, model.loads) == (1, 1)


def test_where_the_next_cannot_be_loaded_the_old_one_stays_and_it_is_tried_again(
    model: Model, swapped: Swapped[int]
) -> None:
    swapped.get()
    model.version, model.problem, model.now = 2, StorageError("damaged"), 5
    swapped.get()
    swapped.close()
    assert swapped.get() == 1
    model.problem, model.now = None, 10
    swapped.get()
    swapped.close()
    assert swapped.get() == 2


def test_where_there_is_none_any_more_the_next_caller_is_told(model: Model, swapped: Swapped[int]) -> None:
    swapped.get()
    model.version, model.problem, model.now = 2, NotFoundError("nothing mined"), 5
    swapped.get()
    swapped.close()
    with pytest.raises(NotFoundError, match="nothing mined"):
        swapped.get()
    model.problem = None
    assert swapped.get() == 2
