"""Reads payloads that come from outside: any JSON, of any shape, never raises but `InputError`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from verbatim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from verbatim.domain import Kind

LONGEST_TOPIC = 100
FIRST_SECOND, LAST_SECOND = 0, 7_258_118_400  # 1970 … 2200
UNRENDERED = "{{"  # a placeholder that the helpdesk did not fill in


@dataclass(frozen=True, slots=True)
class Payload:
    """What a payload was understood as: its topic, and records by kind; without records it is acknowledged only."""

    topic: str
    records: tuple[tuple[Kind, Mapping[str, Any]], ...] = field(default_factory=tuple)


def parse_body(body: bytes) -> Mapping[str, Any]:
    """The JSON object in ``body``.

    Raises:
        InputError: it is none.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InputError(f"the webhook's body of {len(body):,} bytes is not JSON; see docs/webhooks.md") from error
    if not isinstance(found, dict):
        raise InputError("the webhook's body is JSON, but not an object; see docs/webhooks.md")
    return found


def at(payload: object, *path: str) -> Any:  # noqa: ANN401 - whatever JSON has there
    """What lies at the end of ``path``; ``None`` where an object on the way is missing or is none."""
    for name in path:
        if not isinstance(payload, dict):
            return None
        payload = payload.get(name)
    return payload


def items(payload: object, *path: str) -> list[Any]:
    """The list at the end of ``path``; empty where there is none."""
    found = at(payload, *path)
    return found if isinstance(found, list) else []


def text(payload: object, *path: str) -> str | None:
    """A text or number at the end of ``path`` as text; ``None`` for anything else, blanks and unfilled placeholders."""
    found = at(payload, *path)
    if isinstance(found, int | float) and not isinstance(found, bool):
        return str(found) if abs(found) < 10**18 else None
    if not isinstance(found, str) or not found.strip() or UNRENDERED in found:
        return None
    return found.strip()


def identity(payload: object, *path: str) -> str | None:
    """As `text`, where helpdesks write 0 for "none"."""
    found = text(payload, *path)
    return None if found == "0" else found


def unix_time(payload: object, *path: str) -> str | None:
    """Seconds since 1970 at the end of ``path`` as ISO 8601; ``None`` where there is no believable number."""
    found = at(payload, *path)
    if isinstance(found, bool) or not isinstance(found, int | float) or not FIRST_SECOND < found < LAST_SECOND:
        return None
    return datetime.fromtimestamp(found, UTC).isoformat()


def iso_time(payload: object, *path: str) -> str | None:
    """A text at the end of ``path`` that is a time in ISO 8601; ``None`` for times in words."""
    found = text(payload, *path)
    try:
        return None if found is None or datetime.fromisoformat(found) is None else found
    except ValueError:
        return None


def short_topic(value: object) -> str:
    """A topic as it may be counted: short, printable, else ``unknown``."""
    usable = isinstance(value, str) and 0 < len(value) <= LONGEST_TOPIC and value.isascii() and value.isprintable()
    return str(value) if usable else "unknown"


def filled(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - values of JSON
    """Only what is there, so that a merge keeps the rest."""
    return {name: value for name, value in fields.items() if value is not None and value != {}}
