"""The operations of an OpenAPI document, as far as a client cares."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
JSON, NDJSON, EVENTS = "application/json", "application/x-ndjson", "text/event-stream"
REFERENCE = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter in a path, query or header."""

    name: str
    where: str
    schema: Schema
    required: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. ``body``: its schema by media type; ``answer``: the same of the answer that is no error."""

    id: str
    method: str
    path: str
    about: str
    parameters: tuple[Parameter, ...]
    body: Mapping[str, Schema]
    body_required: bool
    answer: Mapping[str, Schema]
    keeps_nothing: bool

    def takes(self, header: str) -> bool:
        """Whether it knows a header."""
        return any(one.where == "header" and one.name.lower() == header.lower() for one in self.parameters)


def with_records(document: Schema, records: Mapping[str, str]) -> Schema:
    """The document with names for what has none: the records that some operations take, and objects within them."""
    whole: dict[str, Any] = copy.deepcopy(dict(document))
    schemas = whole["components"]["schemas"]
    for methods in whole["paths"].values():
        for found in methods.values():
            if isinstance(found, dict) and found.get("operationId") in records:
                content = found["requestBody"]["content"][JSON]
                name = records[found["operationId"]]
                schemas[name] = content["schema"]["anyOf"][0]
                content["schema"] = {"type": "array", "items": {"$ref": REFERENCE + name}}
                _name_inner(schemas, name)
    return whole


def _name_inner(schemas: dict[str, Any], name: str) -> None:
    for member, kind in schemas[name]["properties"].items():
        inner = kind.get("items")
        if isinstance(inner, dict) and inner.get("properties"):
            title = f"{name.removesuffix('Record')}{member.removesuffix('s').capitalize()}"
            schemas[title], kind["items"] = inner, {"$ref": REFERENCE + title}
            _name_inner(schemas, title)


def operations(document: Schema) -> list[Operation]:
    """Every operation, in the order of the document."""
    return [
        _operation(method.upper(), path, found, item)
        for path, item in document["paths"].items()
        for method, found in item.items()
        if method in {"get", "post", "put", "patch", "delete"}
    ]


def resolved(document: Schema, schema: Schema) -> Schema:
    """The schema that a reference names, or itself."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][named(schema)]
    return schema


def named(schema: Schema) -> str:
    """The name that a reference holds."""
    reference: str = schema["$ref"]
    return reference.removeprefix(REFERENCE)


def references(schema: object) -> Iterator[str]:
    """The names of every schema that one speaks of directly."""
    if isinstance(schema, Mapping):
        if isinstance(schema.get("$ref"), str):
            yield named(schema)
        for name, part in schema.items():
            if name not in {"example", "examples", "default", "discriminator"}:
                yield from references(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from references(part)


def _operation(method: str, path: str, found: Schema, item: Schema) -> Operation:
    body = found.get("requestBody") or {}
    good = [answer for code, answer in found["responses"].items() if code.startswith(("2", "default"))]
    return Operation(
        found["operationId"], method, path, _about(found),
        tuple(
            Parameter(one["name"], one["in"], one.get("schema", {}), one.get("required", False))
            for one in [*item.get("parameters", ()), *found.get("parameters", ())]
        ),
        _by_type(body), body.get("required", False), _by_type(good[0]) if good else {},
        found.get("x-audit") == "none",
    )  # fmt: skip


def _about(found: Schema) -> str:
    """Summary and description; a summary that is only the name of the operation again is none."""
    summary, description = found.get("summary", ""), found.get("description", "")
    if summary.lower().replace(" ", "_") == found["operationId"] or description.startswith(summary.rstrip(".")):
        summary = ""
    return "\n\n".join(part for part in (summary, description) if part)


def _by_type(part: Schema) -> Mapping[str, Schema]:
    return {name: content.get("schema", {}) for name, content in (part.get("content") or {}).items()}
