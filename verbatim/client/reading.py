"""Answers as frozen dataclasses: what JSON holds, turned into what the types say.

What a newer server adds is passed over; what is missing is ``None`` where it may be.
"""

from __future__ import annotations

import dataclasses
import keyword
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from verbatim.client.problems import BadAnswer

T = TypeVar("T")
Read = Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer as a whole. ``etag``: its version, to pass to an edit; ``None`` where the server tells none."""

    etag: str | None = field(default=None, compare=False, repr=False)


def read_answer(kind: type[T], value: object, etag: str | None = None) -> T:
    """``value``, parsed from JSON, as ``kind``.

    Raises:
        BadAnswer: it is something else.
    """
    try:
        found = _reader(cast("Any", kind))(value)
    except (TypeError, ValueError, KeyError, OverflowError, RecursionError) as error:
        raise BadAnswer(f"the answer is not a {getattr(kind, '__name__', kind)} ({error}); "
                        "is the server of another version?") from error  # fmt: skip
    if etag is not None and isinstance(found, Answered):
        found = dataclasses.replace(found, etag=etag)
    return cast("T", found)


def wire_name(attribute: str) -> str:
    """The name of a field in JSON: a keyword of Python has an underscore behind it here."""
    bare = attribute.removesuffix("_")
    return bare if keyword.iskeyword(bare) else attribute


@cache
def _reader(kind: Any) -> Read:  # noqa: ANN401
    """How to read a kind; worked out once."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        return _either(arguments)
    if origin is Literal:
        return _as_is  # a value that a newer server added is no reason to fail
    if origin is tuple:
        return _list_of(arguments)
    if origin in {dict, Mapping}:
        return _mapping_of(arguments[1])
    if dataclasses.is_dataclass(kind):
        return _record(cast("type[object]", kind))
    return _PLAIN.get(kind, _as_is)


def _record(kind: type[object]) -> Read:
    parts: list[tuple[str, str, Read, bool]] = []

    def read(value: Any) -> object:  # noqa: ANN401
        if not isinstance(value, dict):
            raise TypeError(f"{type(value).__name__} where a {kind.__name__} was expected")
        if not parts:
            parts.extend(_parts(kind))  # here, since a kind may hold itself
        found = {}
        for attribute, name, reader, optional in parts:
            if name in value:
                found[attribute] = reader(value[name])
            elif not optional:
                raise KeyError(name)
        return kind(**found)

    return read


def _parts(kind: type[object]) -> list[tuple[str, str, Read, bool]]:
    hints = get_type_hints(kind)
    return [
        (one.name, wire_name(one.name), _reader(hints[one.name]), one.default is not dataclasses.MISSING)
        for one in dataclasses.fields(cast("Any", kind))
    ]


def _list_of(arguments: tuple[Any, ...]) -> Read:
    if len(arguments) != 2 or arguments[1] is not Ellipsis:
        each = [_reader(one) for one in arguments]
        return lambda value: tuple(reader(one) for reader, one in zip(each, _list(value), strict=True))
    reader = _reader(arguments[0])
    return lambda value: tuple(reader(one) for one in _list(value))


def _list(value: Any) -> list[Any]:  # noqa: ANN401
    if not isinstance(value, list):
        raise TypeError(f"{type(value).__name__} where a list was expected")
    return value


def _mapping_of(kind: Any) -> Read:  # noqa: ANN401
    reader = _reader(kind)

    def read(value: Any) -> dict[str, Any]:  # noqa: ANN401
        if not isinstance(value, dict):
            raise TypeError(f"{type(value).__name__} where an object was expected")
        return {name: reader(one) for name, one in value.items()}

    return read


def _either(kinds: tuple[Any, ...]) -> Read:
    """One of several kinds: ``None`` for null, a record by its literals and fields, else the first that reads."""
    nullable = type(None) in kinds
    records = [one for one in kinds if dataclasses.is_dataclass(one)]
    others = [_reader(one) for one in kinds if one is not type(None) and not dataclasses.is_dataclass(one)]

    def read(value: Any) -> object:  # noqa: ANN401
        if value is None and nullable:
            return None
        if isinstance(value, dict) and records:
            return _reader(_fitting(records, value))(value)
        for reader in others:
            try:
                return reader(value)
            except (TypeError, ValueError, KeyError, OverflowError):
                continue
        raise TypeError(f"{type(value).__name__} is none of {len(kinds)} kinds")

    return read


def _fitting(kinds: list[Any], value: dict[str, Any]) -> Any:  # noqa: ANN401
    """The kind whose literals (``kind: "merge"``) agree and whose fields are there; most of them in common wins."""
    if len(kinds) == 1:
        return kinds[0]
    return max(kinds, key=lambda kind: _likeness(kind, value))


def _likeness(kind: Any, value: dict[str, Any]) -> tuple[bool, int]:  # noqa: ANN401
    hints = get_type_hints(kind)
    literals = [
        value.get(wire_name(name)) in get_args(hint) for name, hint in hints.items() if get_origin(hint) is Literal
    ]
    names = {wire_name(one.name) for one in dataclasses.fields(kind)}
    return all(literals), len(names & value.keys()) - len(value.keys() - names)


def _as_is(value: Any) -> Any:  # noqa: ANN401
    return value


def _of(*kinds: type) -> Read:
    def read(value: Any) -> Any:  # noqa: ANN401
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise TypeError(f"{type(value).__name__} where {kinds[0].__name__} was expected")
        return value

    return read


def _number(value: Any) -> float:  # noqa: ANN401
    return float(_of(float, int)(value))


def _moment(value: Any) -> datetime:  # noqa: ANN401
    return datetime.fromisoformat(_of(str)(value))


def _day(value: Any) -> date:  # noqa: ANN401
    return date.fromisoformat(_of(str)(value))


def _null(value: Any) -> None:  # noqa: ANN401
    if value is not None:
        raise TypeError(f"{type(value).__name__} where null was expected")


_PLAIN: Mapping[Any, Read] = {
    str: _of(str), int: _of(int), bool: _of(bool), float: _number, datetime: _moment, date: _day, type(None): _null,
}  # fmt: skip
