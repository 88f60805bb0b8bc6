"""Reads JSON Lines, and a JSON file that is one array of objects; nested objects become dotted columns."""

from __future__ import annotations

import json
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from verbatim.errors import InputError
from verbatim.ingest.charset import is_wide, open_text
from verbatim.ingest.lines import Lines, LineTooLongError, without_wrong_bytes, wrong_byte
from verbatim.ingest.rows import BadRow, RawRow, plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from verbatim.ingest.rows import Meter

LOOKED_AT = 10_000  # objects whose keys become the columns
LARGEST_ARRAY = 1 << 28  # characters; an array must be read whole


def columns(path: Path, encoding: str, *, gzipped: bool, array: bool) -> tuple[str, ...]:
    """The keys of the first objects, in the order they first appear.

    Raises:
        InputError: there is no object among them.
    """
    names: dict[str, None] = {}
    if array:
        objects = [flat(item) for item in _array(path, encoding, gzipped=gzipped) if isinstance(item, dict)]
    else:
        with open_text(path, encoding, gzipped=gzipped) as stream:
            objects = [
                found
                for _, found in islice(_objects(stream, wide=is_wide(encoding)), LOOKED_AT)
                if isinstance(found, dict)
            ]
    for found in objects:
        names.update(dict.fromkeys(found))
    if not names:
        raise InputError(f"{path} has no JSON object to read; write one object a line")
    return tuple(names)


def read_lines(stream: IO[str], names: Sequence[str], *, wide: bool) -> Iterator[RawRow | BadRow]:
    """One row a line; blank lines are none. A key that the first objects did not have makes a bad row."""
    known = frozenset(names)
    for number, found in _objects(stream, wide=wide):
        yield found if isinstance(found, BadRow) else _row(number, found, names, known)


def read_array(
    path: Path, encoding: str, names: Sequence[str], *, gzipped: bool, meter: Meter
) -> Iterator[RawRow | BadRow]:
    """One row an object; numbers count from 1."""
    items = _array(path, encoding, gzipped=gzipped)
    known = frozenset(names)
    meter.unit, meter.total = "rows", len(items)
    for number, item in enumerate(items, 1):
        yield _row(number, flat(item), names, known) if isinstance(item, dict) else BadRow(number, "not a JSON object")


def flat(found: Mapping[str, Any]) -> dict[str, str]:
    """Every value as text: nested objects under dotted names, lists joined by commas, ``null`` blank."""
    out: dict[str, str] = {}
    for key, value in found.items():
        if isinstance(value, dict):
            out.update({f"{key}.{inner}": text for inner, text in flat(value).items()})
        else:
            out[str(key)] = _text(value)
    return out


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, (bool, float)):
        return plain_text(value)
    if isinstance(value, list):
        plain = all(not isinstance(item, (dict, list)) for item in value)
        return ", ".join(map(_text, value)) if plain else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value)


def _row(number: int, found: Mapping[str, str], names: Sequence[str], known: frozenset[str]) -> RawRow | BadRow:
    if not found.keys() <= known:
        late = min(found.keys() - known)
        return BadRow(
            number,
            f"the key {late!r} is not in the first {LOOKED_AT:,} objects; put an object that has it near the top",
            late,
            found[late],
        )
    return RawRow(number, [found.get(name, "") for name in names])


def _objects(stream: IO[str], *, wide: bool) -> Iterator[tuple[int, dict[str, str] | BadRow]]:
    lines = Lines(stream)
    while True:
        lines.begin_row()
        try:
            line = next(lines)
        except StopIteration:
            return
        except LineTooLongError as error:
            lines.pass_over()
            yield lines.first - 1, BadRow(lines.first - 1, error.reason, value=without_wrong_bytes(error.start))
            continue
        if line.strip():
            yield lines.first, _object(lines.first, line, wide=wide)


def _object(number: int, line: str, *, wide: bool) -> dict[str, str] | BadRow:
    damage = wrong_byte(line, wide=wide)
    if damage is not None:
        return BadRow(
            number, f"{damage} is not text in the file's encoding; save the file as UTF-8, or name it with --encoding"
        )
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = (
            f"not a JSON object: {error.msg} at character {error.colno}"
            if isinstance(error, json.JSONDecodeError)
            else "nested too deeply"
        )
        return BadRow(number, reason, value=line[:400])
    return flat(found) if isinstance(found, dict) else BadRow(number, "not a JSON object", value=line[:400])


def _array(path: Path, encoding: str, *, gzipped: bool) -> list[Any]:
    with open_text(path, encoding, gzipped=gzipped) as stream:
        text = stream.read(LARGEST_ARRAY + 1)
    if len(text) > LARGEST_ARRAY:
        raise InputError(
            f"{path} is one JSON array of more than {LARGEST_ARRAY:,} characters; write one object a line (JSON Lines)"
        )
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON: {error}; write one object a line (JSON Lines)") from error
    return list(found) if isinstance(found, list) else [found]
