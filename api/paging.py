"""Cursors of lists: where the last page ended, as text that says nothing to whoever holds it."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from verbatim.errors import InputError


def cursor(*values: object) -> str:
    """The place behind a row, from what the list is sorted by."""
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def uncursor(text: str, *kinds: type) -> tuple[Any, ...]:
    """What `cursor` was made from, of these types.

    Raises:
        InputError: it is not a cursor of this list.
    """
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(values, list) or len(values) != len(kinds):
            raise ValueError("another list")
        return tuple(_as(value, kind) for value, kind in zip(values, kinds, strict=True))
    except (binascii.Error, UnicodeDecodeError, ValueError, TypeError, RecursionError) as error:
        raise InputError(f"after={text[:40]!r} is not a cursor of this list; pass `next` of the page before") from error


def _as(value: object, kind: type) -> object:
    if kind is datetime and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("no time zone")
        return moment
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError("another type")
    if isinstance(value, str) and ("\0" in value or value.encode("utf-8", "replace").decode() != value):
        raise ValueError("no text of ours")  # a database may refuse it
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("no number of ours")
    return value
