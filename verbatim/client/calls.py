"""A call as a value, and when it is made again: no network here, so that both clients share every decision.

`attempts` is a generator that yields what to do next (`Call`: send it; `Wait`: sleep) and is told how it went. The
clients drive it; they differ only in how they send and sleep.
"""

from __future__ import annotations

import enum
import itertools
import random
import secrets
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from verbatim.client.problems import NoAnswer, seconds_to_wait
from verbatim.errors import InputError

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
Scalar = str | int | float | bool | date


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``again``: it may be sent twice without doing anything twice."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    json: Any = None
    content: bytes | Path | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    again: bool = False
    streams: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Sleep for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answered; ``lines`` is the open stream where the call asked for one and it did not fail."""

    status: int
    headers: Mapping[str, str]
    content: bytes = b""
    lines: Any = None


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer. ``reached``: the request may have arrived, and may have been acted upon."""

    reason: str
    reached: bool


@dataclass(frozen=True, slots=True)
class Patience:
    """How often to try again, and for how long at most in all; waits double from ``first`` to ``longest`` seconds."""

    retries: int = 4
    total_seconds: float = 120.0
    first_seconds: float = 0.25
    longest_seconds: float = 20.0

    def wait(self, retry: int, asked: float | None, chance: float) -> float:
        """Seconds before the ``retry``-th repetition (from 0): what the server asked for, plus a part by ``chance``.

        The part keeps many clients from coming back at once ("equal jitter": between half and all of the back-off).
        """
        grown = float(min(self.longest_seconds, self.first_seconds * 2.0 ** min(retry, 30)))
        return grown * (0.5 + 0.5 * chance) if asked is None else asked + grown * 0.5 * chance


def attempts(
    call: Call, patience: Patience, *, clock: Callable[[], float] = time.monotonic,
    chance: Callable[[], float] = random.random,
) -> Generator[Call | Wait, Reply | Lost | None, Reply]:  # fmt: skip
    """Send a call until it is answered, is not worth repeating, or patience ends; gives the last answer.

    429 was refused at the door and a connection that was never made brought nothing there: these are repeated for any
    call. 503 and a lost answer are repeated only where ``call.again``.

    Raises:
        NoAnswer: no answer came in the end.
    """
    began = clock()
    for retry in itertools.count():
        outcome = yield call
        if outcome is None:
            raise TypeError("the driver of `attempts` has to say how the call went")
        asked = seconds_to_wait(outcome.headers) if isinstance(outcome, Reply) else None
        seconds = patience.wait(retry, asked, chance())
        late = clock() - began + seconds > patience.total_seconds
        if late or retry >= patience.retries or not _worth_repeating(call, outcome):
            return _in_the_end(call, outcome, retry + 1)
        yield Wait(seconds)
    raise AssertionError("counting does not end")


def _in_the_end(call: Call, outcome: Reply | Lost, tried: int) -> Reply:
    if isinstance(outcome, Lost):
        raise NoAnswer(f"{call.method} {call.path}: {outcome.reason} (tried {tried} times)")
    return outcome


def _worth_repeating(call: Call, outcome: Reply | Lost) -> bool:
    if isinstance(outcome, Lost):
        return call.again or not outcome.reached
    return outcome.status == 429 or (outcome.status == 503 and call.again)


def make_call(
    method: str, path: str, ids: Sequence[Scalar] = (), *, query: Mapping[str, Any] | None = None,
    body: Any = None, etag: str | None = None, key: bool = False, keeps_nothing: bool = False,  # noqa: ANN401
    content: bytes | Path | None = None, content_type: str | None = None,
    headers: Mapping[str, str | None] | None = None, streams: bool = False,
) -> Call:  # fmt: skip
    """A call from the template of a path (``{}`` for each id) and what belongs to it.

    ``etag``: what the caller saw (``If-Match``). ``key``: the server knows ``Idempotency-Key``; one is made here unless
    ``headers`` has one, so that a repetition does nothing twice. Query values that are ``None`` are left out.

    Raises:
        InputError: something that no request can hold: an empty id, a time without a zone, NaN, a header in two lines.
    """
    sent = {name: value for name, value in (headers or {}).items() if value is not None}
    if etag is not None:
        sent["If-Match"] = etag
    if key:
        sent.setdefault("Idempotency-Key", secrets.token_hex(16))
    if content_type is not None:
        sent["Content-Type"] = content_type
    for name, value in sent.items():
        if not value.isascii() or not value.isprintable():
            raise InputError(f"{name}: {value!r} cannot be sent in a header; use printable ASCII")
    return Call(
        method, path.format(*(_segment(value) for value in ids)), _pairs(query or {}), plain(body), content, sent,
        method in IDEMPOTENT or key or keeps_nothing, streams,
    )  # fmt: skip


class Unset(enum.Enum):
    """The type of `UNSET`."""

    UNSET = "unset"


# The default where ``None`` is something to be sent: in changes, what is not given stays as it is.
UNSET = Unset.UNSET


def given(members: Mapping[str, Any]) -> dict[str, Any]:
    """Those that are not ``None``: what is left out has the server's default."""
    return {name: value for name, value in members.items() if value is not None}


def changed(members: Mapping[str, Any]) -> dict[str, Any]:
    """Those that are not `UNSET`."""
    return {name: value for name, value in members.items() if value is not UNSET}


def plain(value: Any) -> Any:  # noqa: ANN401
    """A value as JSON has it: times as ISO 8601, mappings and sequences as they are.

    Raises:
        InputError: a time without a zone, or a value that JSON has no place for.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        if value != value or value in {float("inf"), float("-inf")}:
            raise InputError(f"{value} cannot be sent; use None for no number")
        return value
    if isinstance(value, date):
        return _moment(value)
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, bytes | bytearray):
        return [plain(one) for one in value]
    raise InputError(f"a {type(value).__name__} cannot be sent; use text, numbers, times, mappings and sequences")


def _moment(value: date) -> str:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise InputError(f"{value} has no time zone; use for example datetime(2026, 10, 31, 14, tzinfo=UTC)")
    return value.isoformat()


def _pairs(query: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found = []
    for name, value in query.items():
        if isinstance(value, Mapping):
            found += [(name, f"{segment}={one}") for segment, one in _segments(value)]
        else:
            several = [value] if isinstance(value, str) or not isinstance(value, Sequence | set | frozenset) else value
            found += [(name, _text(one)) for one in several if one is not None]
    return tuple(found)


def _segments(where: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each pair of ``{"channel": "email", "tier": ["gold", None]}``; ``None`` is "without one", an empty text."""
    found = []
    for name, value in where.items():
        several = [value] if value is None or isinstance(value, str) else value
        found += [(name, "" if one is None else str(one)) for one in several]
    return found


def _segment(value: Scalar) -> str:
    """A part of a path: quoted, slashes too. ``.`` and ``..`` would be taken for folders.

    Raises:
        InputError: nothing, or dots alone.
    """
    text = _text(value)
    if text in {"", ".", ".."}:
        raise InputError(f"{text!r} is no id")
    return quote(text, safe="")


def _text(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _moment(value) if isinstance(value, date) else str(value)
