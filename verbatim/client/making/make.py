"""Every module that is made, as text, from the document and from what was written by hand in ``aio``."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from verbatim.client.making.classes import class_modules, words_module
from verbatim.client.making.document import JSON, Operation, Schema, operations, references, with_records
from verbatim.client.making.methods import resource_code
from verbatim.client.making.names import BY_HAND, EXTENDED, NOT_OFFERED, RECORDS, class_name, place_of
from verbatim.client.making.schemas import Types, members, reached
from verbatim.client.making.unasync import unasync
from verbatim.client.making.writing import ROOM, formatted, joined, module

FEW_LINES = 340  # imports come to them; the house allows 400
BY_HAND_MODULES = ("transport", "paging", "resource", "client", "extras")


def made(document: Schema) -> Mapping[str, str]:
    """The text of every module that is made, by its path below ``verbatim/client``.

    Raises:
        ValueError: two operations would have one name.
    """
    document = with_records(document, RECORDS)
    by_resource = _by_resource([one for one in operations(document) if one.id not in NOT_OFFERED])
    uses_answers, uses_bodies = _uses(document, by_resource, sent=False), _uses(document, by_resource, sent=True)
    types = Types(document, frozenset(uses_answers), frozenset(uses_bodies))
    types = dataclasses.replace(types, wholes=_wholes(types, by_resource))
    places = {name: "verbatim.client.words" for name in words_module(types)}
    parts: dict[str, tuple[str, str]] = {
        "words": ("Words that stand for one of several.", "\n".join(words_module(types).values()))
    }
    for folder, uses, sent in (("answers", uses_answers, False), ("bodies", uses_bodies, True)):
        for name, classes in class_modules(types, uses, sent=sent).items():
            places |= dict.fromkeys(classes, f"verbatim.client.{folder}.{name}")
            what = "What is sent" if sent else "What comes back"
            parts[f"{folder}/{name}"] = (f"{what}: {name.replace('_', ' ')}.", joined(list(classes.values())))
    for name, title, code in _resource_parts(types, by_resource):
        parts[f"aio/{name}"] = (f"The operations of {name.replace('_', ' ')}.", code)
        places[title] = f"verbatim.client.aio.{name}"
    parts["aio/attributes"] = ("The resources of a client, each made when it is first used.", _attributes(by_resource))
    modules = {
        f"{name}.py": module(about, code, places, f"verbatim.client.{name.replace('/', '.')}")
        for name, (about, code) in parts.items()
    }
    return formatted({**modules, **_twins(modules)})


def leftovers(found: Mapping[str, str]) -> list[Path]:
    """Modules there that would not be made any more."""
    kept = {ROOM / path for path in found} | {ROOM / f"aio/{name}.py" for name in BY_HAND_MODULES}
    there = [path for folder in ("answers", "bodies", "aio", "sync") for path in (ROOM / folder).glob("*.py")]
    return sorted(path for path in there if path not in kept and path.name != "__init__.py")


def _by_resource(found: Sequence[Operation]) -> Mapping[str, list[Operation]]:
    by_resource: dict[str, list[Operation]] = {}
    names: dict[tuple[str, str], str] = {}
    for operation in found:
        place = place_of(operation)
        if place in names:
            raise ValueError(f"{operation.id} and {names[place]} would both be {'.'.join(place)}; name one in names.py")
        names[place] = operation.id
        by_resource.setdefault(place[0], []).append(operation)
    return by_resource


def _uses(document: Schema, by_resource: Mapping[str, Sequence[Operation]], *, sent: bool) -> dict[str, frozenset[str]]:
    """Each schema that is sent or comes back, with the resources that need a class of it."""
    found: dict[str, frozenset[str]] = {}
    for resource, group in by_resource.items():
        roots = [name for one in group for name in _roots(document, one, sent=sent)]
        for name in reached(document, roots):
            found[name] = found.get(name, frozenset()) | {resource}
    return found


def _wholes(types: Types, by_resource: Mapping[str, Sequence[Operation]]) -> frozenset[str]:
    """The classes of answers as a whole."""
    every = [one.answer.get(JSON, {}) for group in by_resource.values() for one in group]
    return frozenset(types.annotation(schema, sent=False) for schema in every if "$ref" in schema)


def _roots(document: Schema, operation: Operation, *, sent: bool) -> list[str]:
    """The schemas that a method speaks of; the members of a body are arguments, so that it needs no class itself."""
    if not sent:
        return list(references(operation.answer))
    names = [name for one in operation.parameters for name in references(one.schema)]
    schema = operation.body.get(JSON)
    if schema is None or operation.id in BY_HAND:
        return names
    parts = members(document, schema)
    return names + list(references(schema if parts is None else parts))


def _resource_parts(
    types: Types, by_resource: Mapping[str, Sequence[Operation]]
) -> list[tuple[str, str, str]]:  # fmt: skip
    """The modules of all resources: name, class and code; two, one built on the other, for one too long to read."""
    whole = {name: resource_code(types, class_name(name), found) for name, found in by_resource.items()}
    lengths = {path: code.count("\n") for path, code in formatted({f"{one}.py": whole[one] for one in whole}).items()}
    parts = []
    for name, found in by_resource.items():
        title, half = class_name(name), len(found) // 2
        if lengths[f"{name}.py"] <= FEW_LINES:
            parts.append((name, title, whole[name]))
            continue
        parts.append((f"{name}_more", f"{title}More", resource_code(types, f"{title}More", found[half:])))
        parts.append((name, title, resource_code(types, title, found[:half], f"{title}More")))
    return parts


def _attributes(by_resource: Mapping[str, object]) -> str:
    lines = [
        "class AsyncResources:",
        '    """What a client can do, by subject."""',
        "",
        "    _transport: AsyncTransport",
        "",
    ]
    for resource in sorted(by_resource):
        place = f"verbatim.client.aio.{'extras' if resource in EXTENDED else resource}"
        kind = class_name(resource)
        lines += [
            "    @cached_property", f"    def {resource}(self) -> {kind}:",
            f'        """Operations of {resource.replace("_", " ")}."""',
            f"        from {place} import {kind}", "", f"        return {kind}(self._transport)", "",
        ]  # fmt: skip
    imports = [
        f"    from verbatim.client.aio.{'extras' if one in EXTENDED else one} import {class_name(one)}"
        for one in sorted(by_resource)
    ]
    return "\n".join(["from typing import TYPE_CHECKING", "", "if TYPE_CHECKING:", *imports, "", "", *lines])


def _twins(modules: Mapping[str, str]) -> Mapping[str, str]:
    own = {f"aio/{name}.py": (ROOM / f"aio/{name}.py").read_text(encoding="utf-8") for name in BY_HAND_MODULES}
    return {
        path.replace("aio/", "sync/"): unasync(code)
        for path, code in {**modules, **own}.items()
        if path.startswith("aio/")
    }
