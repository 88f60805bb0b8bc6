"""Modules of resources: a class a subject, a method an operation; asynchronous, for `unasync` makes the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from verbatim.client.making.document import EVENTS, JSON, NDJSON, Operation, Parameter, Schema, named, resolved
from verbatim.client.making.names import (
    BODY,
    BY_HAND,
    PARAMETERS,
    POSITIONAL,
    RECORDS,
    SPREAD,
    place_of,
    python_name,
)
from verbatim.client.making.schemas import Types, members, optional
from verbatim.client.making.writing import docstring


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a method: its type, and whether it has to be given. ``null_means``: null is not "not given"."""

    name: str
    wire: str
    annotation: str
    required: bool
    null_means: bool = False


def resource_code(
    types: Types, title: str, found: Sequence[Operation], base: str = "AsyncResource"
) -> str:  # fmt: skip
    """The class of a resource, or of a part of it that another is built on."""
    methods = [
        _method(types, operation, name, fixed)
        for operation in found
        if operation.id not in BY_HAND
        for name, fixed in _names(types, operation)
    ]
    head = f"class {title}({base}):\n"
    about = docstring(f"Operations under {', '.join(sorted({'/'.join(one.path.split('/')[:3]) for one in found}))}", 4)
    return head + about + "\n\n" + "\n\n".join(methods)


def page_of(types: Types, operation: Operation) -> tuple[str, Schema] | None:
    """The member with the items, and their schema, where the answer is a page of a list."""
    answer = operation.answer.get(JSON)
    parts = members(types.document, answer) if answer else None
    if not parts or "next" not in parts or not _takes_after(types, operation):
        return None
    lists = [(name, kind["items"]) for name, kind in parts.items() if kind.get("type") == "array"]
    return lists[0] if lists else None


def _takes_after(types: Types, operation: Operation) -> bool:
    body = members(types.document, operation.body[JSON]) if JSON in operation.body else None
    return any(one.name == "after" for one in operation.parameters) or "after" in (body or {})


def _names(types: Types, operation: Operation) -> list[tuple[str, Mapping[str, str]]]:
    """The methods of an operation, each with what is fixed in its path."""
    spread = SPREAD.get(operation.id)
    if spread is None:
        return [(place_of(operation)[1], {})]
    schema = next(one.schema for one in operation.parameters if one.name == spread)
    return [(value, {spread: value}) for value in resolved(types.document, schema)["enum"]]


def _method(types: Types, operation: Operation, name: str, fixed: Mapping[str, str]) -> str:
    ids = [one for one in operation.parameters if one.where == "path" and one.name not in fixed]
    paged = page_of(types, operation)
    query = _query(types, operation, paged=paged is not None)
    taken = {python_name(one.name) for one in ids} | {one.name for one in query}
    parts = _body(types, operation, taken, paged=paged is not None)
    first = [Argument(python_name(one.name), one.name, _id_type(types, one), True) for one in ids]
    headers = _headers(operation)
    front, behind = _sorted(operation, first, [*parts, *query, *headers])
    arguments = ", ".join(["self", *map(_declared, front), *(["*"] if behind else []), *map(_declared, behind)])
    returned, coroutine, make = _answer(types, operation, paged)
    call = _call(operation, fixed, ids, query, parts, headers)
    lines = [
        f"    {'async def' if coroutine else 'def'} {name}({arguments}) -> {returned}:",
        docstring(operation.about, 8),
        f"        call = {call}",
        f"        {make}",
    ]
    return "\n".join(lines)


def _query(types: Types, operation: Operation, *, paged: bool) -> list[Argument]:
    return [
        Argument(
            PARAMETERS.get(one.name, python_name(one.name)), one.name,
            "Mapping[str, str | None | Sequence[str | None]]" if one.name == "where"
            else types.annotation(one.schema, sent=True), one.required,
        )
        for one in operation.parameters
        if one.where == "query" and not (paged and one.name == "after")
    ]  # fmt: skip


def _body(types: Types, operation: Operation, taken: set[str], *, paged: bool) -> list[Argument]:
    """What is sent: the members of an object, or the whole where it is something else."""
    if JSON not in operation.body:
        return [Argument(BODY, "", "bytes | Path", True)] if operation.body else []
    schema = operation.body[JSON]
    parts = members(types.document, schema)
    if parts is None:
        return [Argument(_whole(operation), "", types.annotation(schema, sent=True), operation.body_required)]
    required = resolved(types.document, schema).get("required", ())
    return [
        Argument(
            PARAMETERS.get(name, python_name(name)) + ("_" if PARAMETERS.get(name, python_name(name)) in taken else ""),
            name, types.annotation(kind, sent=True), name in required, operation.method in {"PUT", "PATCH"},
        )
        for name, kind in parts.items()
        if not (paged and name == "after")
    ]  # fmt: skip


def _whole(operation: Operation) -> str:
    """What a body that is not an object of members is called."""
    return "records" if operation.id in RECORDS else BODY


def _headers(operation: Operation) -> list[Argument]:
    found = []
    if operation.takes("If-Match"):
        found.append(Argument("etag", "If-Match", "str", False))
    if operation.takes("Idempotency-Key"):
        found.append(Argument("idempotency_key", "Idempotency-Key", "str", False))
    if operation.takes("Last-Event-ID"):
        found.append(Argument("last_event_id", "Last-Event-ID", "str", False))
    return found


def _id_type(types: Types, parameter: Parameter) -> str:
    return types.annotation(parameter.schema, sent=True)


def _sorted(
    operation: Operation, first: Sequence[Argument], others: Sequence[Argument]
) -> tuple[list[Argument], list[Argument]]:
    """What may be given by position, and what by name only: ids, and the one member that has to be there."""
    required = [one for one in others if one.required]
    front = required if len(required) == 1 else []
    said = POSITIONAL.get(operation.id, ())
    front = [*front, *(one for one in others if one.wire in said and one not in front)]
    behind = [one for one in others if one not in front]
    return [*first, *front], sorted(behind, key=lambda one: not one.required)


def _declared(argument: Argument) -> str:
    if argument.required:
        return f"{argument.name}: {argument.annotation}"
    if argument.null_means:
        return f"{argument.name}: {argument.annotation} | Unset = UNSET"
    return f"{argument.name}: {optional(argument.annotation)} = None"


def _call(
    operation: Operation, fixed: Mapping[str, str], ids: Sequence[Parameter], query: Sequence[Argument],
    parts: Sequence[Argument], headers: Sequence[Argument],
) -> str:  # fmt: skip
    """The expression that makes the call."""
    path = operation.path
    for name, value in fixed.items():
        path = path.replace(f"{{{name}}}", value)
    for parameter in ids:
        path = path.replace(f"{{{parameter.name}}}", "{}")
    given = [f'"{operation.method}"', f'"{path}"']
    if ids:
        given.append(f"({', '.join(python_name(one.name) for one in ids)},)")
    if query:
        given.append("query={" + ", ".join(f'"{one.wire}": {one.name}' for one in query) + "}")
    given += _sent(operation, parts)
    if any(one.name == "etag" for one in headers):
        given.append("etag=etag")
    if any(one.name == "idempotency_key" for one in headers):
        given.append("key=True")
    others = ", ".join(f'"{one.wire}": {one.name}' for one in headers if one.name != "etag")
    if others:
        given.append(f"headers={{{others}}}")
    if operation.keeps_nothing:
        given.append("keeps_nothing=True")
    if operation.answer.keys() in ({EVENTS}, {NDJSON}):
        given.append("streams=True")
    return f"make_call({', '.join(given)})"


def _sent(operation: Operation, parts: Sequence[Argument]) -> list[str]:
    if not parts:
        return []
    if JSON not in operation.body:
        return [f'content={BODY}, content_type="{next(iter(operation.body))}"']
    if parts[0].wire == "":
        whole = _whole(operation)
        return [f'body={{"records": {whole}}}' if operation.id in RECORDS else f"body={whole}"]
    chosen = "changed" if parts[0].null_means else "given"
    needed = [f'"{one.wire}": {one.name}' for one in parts if one.required]
    rest = ", ".join(f'"{one.wire}": {one.name}' for one in parts if not one.required)
    if not needed:
        return [f"body={chosen}({{{rest}}})"]
    return [f"body={{{', '.join([*needed, *([f'**{chosen}({{{rest}}})'] if rest else [])])}}}"]


def _answer(types: Types, operation: Operation, paged: tuple[str, Schema] | None) -> tuple[str, bool, str]:
    """The type returned, whether the method is a coroutine, and the statement that returns."""
    answer = operation.answer
    if paged is not None:
        page = types.annotation(answer[JSON], sent=False)
        item = types.annotation(paged[1], sent=False)
        return (
            f"AsyncPages[{page}, {item}]",
            False,
            f'return AsyncPages(self._transport, call, {page}, "{paged[0]}", {item})',
        )
    if answer.keys() == {EVENTS}:
        return "AsyncIterator[Event]", False, "return self._transport.events(call)"
    if answer.keys() == {NDJSON}:
        item = _streamed(types, answer[NDJSON])
        return f"AsyncIterator[{item}]", False, f"return self._transport.lines(call, {item})"
    if answer.keys() == {JSON}:
        whole = types.annotation(answer[JSON], sent=False)
        if whole.startswith("Mapping"):
            whole = "dict" + whole.removeprefix("Mapping")
        if " | " in whole or whole == "Any":
            return whole, True, f"return cast({whole!r}, await self._transport.call(call, object))"
        return whole, True, f"return await self._transport.call(call, {whole})"
    if answer:
        return "File", True, "return await self._transport.file(call)"
    return "None", True, "await self._transport.done(call)"


def _streamed(types: Types, schema: Schema) -> str:
    """What a line or an event is; without a schema of its own, an object."""
    found = schema.get("items") or schema.get("itemSchema") or schema
    if "$ref" in found:
        return types.class_of(named(found), sent=False)
    return "dict[str, Any]"
