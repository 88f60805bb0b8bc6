"""The client is what the API is: nothing is missing, nothing is left over, and it is light."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_api.operations import document as kept
from tests.test_client.remake import document
from verbatim.client import AsyncVerbatim, Verbatim
from verbatim.client.making import names
from verbatim.client.making.document import JSON, Operation, operations, references, resolved, with_records
from verbatim.client.making.make import leftovers, made
from verbatim.client.making.schemas import Types, literal, reached
from verbatim.client.making.unasync import unasync
from verbatim.client.making.writing import ROOM, docstring
from verbatim.client.reading import Answered, read_answer, wire_name

AGAIN = "the API has changed: run `python -m tests.test_client.remake`"
RESOURCES = sorted(name for name, found in inspect.getmembers(AsyncVerbatim) if hasattr(found, "attrname"))


@cache
def api() -> dict[str, Any]:
    return document()


@cache
def offered() -> list[Operation]:
    return [one for one in operations(api()) if one.id not in names.NOT_OFFERED]


def test_what_is_there_is_what_would_be_made() -> None:
    found = made(api())
    differing = [
        path
        for path, code in found.items()
        if not (ROOM / path).exists() or (ROOM / path).read_text(encoding="utf-8") != code
    ]
    assert differing == [], AGAIN
    assert leftovers(found) == [], AGAIN


@pytest.mark.parametrize("kind", [Verbatim, AsyncVerbatim])
def test_every_operation_is_a_method_of_both_clients(kind: Any) -> None:
    client = kind("http://server")
    missing = []
    for operation in offered():
        resource, method = names.place_of(operation)
        wanted = [method]
        if operation.id in names.SPREAD:
            schema = next(one.schema for one in operation.parameters if one.name == names.SPREAD[operation.id])
            wanted = resolved(api(), schema)["enum"]
        missing += [
            f"{resource}.{one}" for one in wanted if not callable(getattr(getattr(client, resource, None), one, None))
        ]
    assert missing == [], AGAIN


@pytest.mark.parametrize("resource", RESOURCES)
def test_both_clients_take_the_same(resource: str) -> None:
    ours, theirs = getattr(Verbatim("http://server"), resource), getattr(AsyncVerbatim("http://server"), resource)
    methods = {name for name in dir(ours) if not name.startswith("_")}
    assert methods == {name for name in dir(theirs) if not name.startswith("_")}
    for name in methods:
        assert (
            inspect.signature(getattr(ours, name)).parameters == inspect.signature(getattr(theirs, name)).parameters
        ), name


def test_every_parameter_and_member_is_an_argument() -> None:
    """From the document, not from the maker: what can be said over HTTP can be said here."""
    client = Verbatim("http://server")
    missing = []
    for operation in offered():
        resource, method = names.place_of(operation)
        if operation.id in names.BY_HAND or operation.id in names.SPREAD or operation.id in names.RECORDS:
            continue
        taken = set(inspect.signature(getattr(getattr(client, resource), method)).parameters)
        said = {one.name for one in operation.parameters if one.where in {"path", "query"}}
        body = resolved(api(), operation.body.get(JSON, {}))
        said |= set(body.get("properties", ())) if body.get("type") == "object" else set()
        paged = {"after"} if "next" in resolved(api(), operation.answer.get(JSON, {})).get("properties", {}) else set()
        wanted = {names.PARAMETERS.get(one, names.python_name(one)) for one in said - paged}
        missing += [f"{operation.id}: {one}" for one in wanted - taken - {f"{one}_" for one in wanted}]
    assert missing == []


def test_every_name_that_was_given_by_hand_names_an_operation() -> None:
    there = {one.id for one in operations(api())}
    given_names = {*names.NAMES, *names.SPREAD, *names.RECORDS, *names.POSITIONAL, *names.BY_HAND, *names.NOT_OFFERED}
    assert given_names - there == set()


def answers() -> Iterator[tuple[str, type, dict[str, Any]]]:
    """Every dataclass of an answer, with its schema."""
    whole = with_records(kept(), names.RECORDS)
    roots = [one.answer.get(JSON, {}) for one in operations(kept()) if one.id not in names.NOT_OFFERED]
    found = reached(whole, [name for schema in roots for name in references(schema)])
    types = Types(whole, found, frozenset())
    schemas = {types.class_of(one, sent=False): one for one in sorted(found)}
    for path in sorted((ROOM / "answers").glob("*.py")):
        module = __import__(f"verbatim.client.answers.{path.stem}", fromlist=["_"])
        for name, kind in vars(module).items():
            if dataclasses.is_dataclass(kind) and isinstance(kind, type) and kind.__module__ == module.__name__:
                assert name in schemas, f"{name} is no answer"
                yield name, kind, whole["components"]["schemas"][schemas[name]]


def test_every_field_of_every_answer_is_a_field_here() -> None:
    seen = 0
    for name, kind, schema in answers():
        fields = {wire_name(one.name) for one in dataclasses.fields(kind)} - {"etag"}
        assert fields == set(schema["properties"]) - {"etag"}, name
        assert get_type_hints(kind)
        seen += 1
    assert seen > 20


def instances(schema: dict[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that a schema allows, near enough: for what answers are made of."""
    schema = dict(resolved(api(), schema))
    for union in ("anyOf", "oneOf"):
        if union in schema:
            kinds = [one for one in schema[union] if depth < 4 or one.get("type") == "null"] or schema[union][:1]
            return st.one_of([instances(one, depth + 1) for one in kinds])
    if "const" in schema or "enum" in schema:
        return st.sampled_from(schema.get("enum", [schema.get("const")]))
    if isinstance(schema.get("type"), list):
        return st.one_of([instances({**schema, "type": one}, depth) for one in schema["type"]])
    match schema.get("type"):
        case "object" if "properties" in schema:
            return st.fixed_dictionaries(
                {name: instances(one, depth + 1) for name, one in schema["properties"].items()}
            )
        case "object":
            inner = schema.get("additionalProperties")
            values = instances(inner, depth + 1) if isinstance(inner, dict) else st.integers(0, 9)
            return st.dictionaries(st.sampled_from(["a", "b"]), values, max_size=0 if depth > 4 else 2)
        case "array":
            return st.just([]) if depth > 2 else st.lists(instances(schema.get("items", {}), depth + 1), max_size=2)
        case "string":
            formats = {"date-time": "2026-10-31T14:00:00+00:00", "date": "2026-10-31"}
            return st.just(formats[schema["format"]]) if schema.get("format") in formats else st.text(max_size=3)
    plain = {"integer": st.integers(-9, 9), "number": st.integers(0, 99).map(float), "boolean": st.booleans()}
    return plain.get(str(schema.get("type")), st.none())


def written(value: object) -> object:
    """An answer as JSON again."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        hidden = {"etag"} if isinstance(value, Answered) else set()
        names_here = [one.name for one in dataclasses.fields(value) if one.name not in hidden]
        own = {wire_name(name): getattr(value, name) for name in names_here}
        return {name: written(one) for name, one in own.items()}
    if isinstance(value, tuple | list):
        return [written(one) for one in value]
    if isinstance(value, dict):
        return {name: written(one) for name, one in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else value


EVERY = list(answers())


@pytest.mark.parametrize(("name", "kind", "schema"), EVERY, ids=[one[0] for one in EVERY])
def test_what_the_schema_allows_is_read_and_nothing_of_it_is_lost(
    name: str, kind: type, schema: dict[str, Any]
) -> None:
    @settings(max_examples=8, deadline=None, database=None)
    @given(instances(schema))
    def read_back(value: dict[str, Any]) -> None:
        again = written(read_answer(kind, json.loads(json.dumps(value))))
        assert again == value

    read_back()


HEAVY = "pandas torch numpy sklearn pydantic fastapi sqlalchemy anyio._backends._trio".split()


@pytest.mark.parametrize(("used", "not_loaded"), [("Verbatim", "aio"), ("AsyncVerbatim", "sync")])
def test_it_loads_nothing_heavy_and_only_the_client_that_is_used(used: str, not_loaded: str) -> None:
    code = (
        f"import sys; from verbatim.client import {used} as V; V('http://server').keys.list; "
        f"print([m for m in {HEAVY!r} if m in sys.modules], [m for m in sys.modules if '.client.{not_loaded}' in m], "
        "[m for m in sys.modules if m.split('.')[0] in {'verbatim', 'models', 'api'} and m.count('.') "
        "and not m.startswith(('verbatim.client', 'verbatim.errors'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == "[] [] []"


def test_the_synchronous_twin_does_not_wait() -> None:
    code = (
        "async def __aenter__(self) -> AsyncVerbatim:\n    async for _ in AsyncPages():\n        await asyncio.sleep(1)"
    )
    assert unasync(code) == "def __enter__(self) -> Verbatim:\n    for _ in Pages():\n        time.sleep(1)"
    for path in (ROOM / "sync").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not any(word in text for word in ("await ", "async def", "Async", "asyncio.sleep")), path.name


@pytest.mark.parametrize(
    ("id_", "path", "name"),
    [
        ("get_theme_segments", "/v1/themes/{id}/segments", "themes.segments"),
        ("list_keys", "/v1/keys", "keys.list"), ("get_theme", "/v1/themes/{id}", "themes.get"),
        ("read_follow_up", "/v1/follow-ups/{id}", "follow_ups.get"),
        ("change_follow_up", "/v1/follow-ups/{id}/changes", "follow_ups.change"),
        ("retry_delivery", "/v1/deliveries/{id}/retry", "deliveries.retry"),
        ("try", "/v1/odd", "odd.try_"),
    ],
)  # fmt: skip
def test_a_method_is_called_after_what_it_does(id_: str, path: str, name: str) -> None:
    operation = Operation(id_, "GET", path, "", (), {}, False, {}, False)
    assert ".".join(names.place_of(operation)) == name


@given(st.text(max_size=300), st.integers(0, 8))
def test_any_description_makes_a_docstring_that_is_python(text: str, indent: int) -> None:
    code = docstring(text.replace("\x00", ""), indent)
    compile("\n".join(line[indent:] for line in code.split("\n")), "made", "exec")


def test_words_are_quoted_whatever_they_are() -> None:
    assert literal(['a"b', None, 3, True]) == 'Literal["a\\"b", None, 3, True]'


def test_what_the_documentation_calls_is_there() -> None:
    text = (ROOM.parent.parent / "docs" / "client.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.S)
    client = Verbatim("http://server")
    called = {found for block in blocks for found in re.findall(r"\bv\.(\w+)\.(\w+)\(", block)}
    assert len(called) > 10
    assert [found for found in called if not hasattr(getattr(client, found[0], None), found[1])] == []
    for block in blocks:
        compile(block, "client.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
