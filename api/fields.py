"""Which field of a request a message of the library is about.

The library knows nothing of requests: its messages begin with the name of what does not fit, or say it as ``name=`` or
in backticks. The operation knows where its request has a field of that name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PLACED = re.compile(r"(body|query|path|header)(\.[\w-]+)*(?=: )")
NAMED = re.compile(r"^(\w+)[ :]|\b(\w+)=|`(\w+)`")
WHOLE = ("body", "query", "path")  # in this order: where a message names no field


def field_of(route: Any, message: str) -> str:  # noqa: ANN401 (whatever the application routes to)
    """Where it is: ``body.period``, ``query.from``; or where it must be, ``body``; ``request`` where nobody knows.

    >>> field_of(None, "body.records: holds no records")
    'body.records'
    """
    placed = PLACED.match(message)
    if placed is not None:
        return placed[0]
    fields = fields_of(route)
    for found in NAMED.finditer(message):
        name = next(word for word in found.groups() if word)
        if name in fields:
            return f"{fields[name]}.{name}"
    return next((place for place in WHOLE if place in {*fields.values(), *_places(route)}), "request")


def fields_of(route: Any) -> Mapping[str, str]:  # noqa: ANN401
    """Where an operation has each of its fields, by name; those of the body only where it is an object of one shape."""
    found: dict[str, str] = {}
    for dependant in _dependants(getattr(route, "dependant", None)):
        for place in ("header", "path", "query"):
            found |= {field.alias: place for field in getattr(dependant, f"{place}_params")}
        for field in dependant.body_params:
            shape = field.field_info.annotation
            if isinstance(shape, type) and issubclass(shape, BaseModel):
                found |= {one.alias or name: "body" for name, one in shape.model_fields.items()}
    return found


def _places(route: Any) -> Iterator[str]:  # noqa: ANN401
    extra = getattr(route, "openapi_extra", None) or {}
    if "requestBody" in extra or any(one.body_params for one in _dependants(getattr(route, "dependant", None))):
        yield "body"


def _dependants(dependant: Any) -> Iterator[Any]:  # noqa: ANN401
    if dependant is None:
        return
    yield dependant
    for one in dependant.dependencies:
        yield from _dependants(one)
