"""Schemas as Python types: of answers (what comes, read-only) and of bodies (what is sent, anything that fits)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from verbatim.client.making.document import Schema, named, references, resolved
from verbatim.client.making.names import python_name


@dataclass(frozen=True, slots=True)
class Types:
    """The types of a document. ``answers`` and ``bodies``: what each reaches; where both, names differ.

    ``wholes``: the classes that are an answer as a whole, and so have a version.
    """

    document: Schema
    answers: frozenset[str]
    bodies: frozenset[str]
    wholes: frozenset[str] = frozenset()

    def class_of(self, schema: str, *, sent: bool) -> str:
        """The name of a schema's class."""
        bare = _bare(schema)
        both = {_bare(one) for one in self.answers if not self.is_word(one)}
        return f"{bare}Body" if sent and not self.is_word(schema) and bare in both else bare

    def is_word(self, schema: str) -> bool:
        """Whether a schema is one word of several (an enum), the same in answers and bodies."""
        return "enum" in self.document["components"]["schemas"][schema]

    def annotation(self, schema: Schema, *, sent: bool) -> str:
        """A schema as a type: ``str | None``, ``tuple[Theme, ...]``."""
        if "$ref" in schema:
            return self.class_of(named(schema), sent=sent)
        for union in ("anyOf", "oneOf", "allOf"):  # the last with one part only
            if union in schema:
                return _union(self.annotation(one, sent=sent) for one in schema[union])
        if "const" in schema:
            return literal([schema["const"]])
        if "enum" in schema:
            return literal(schema["enum"])
        kind = schema.get("type")
        if isinstance(kind, list):
            return _union(self.annotation({**schema, "type": one}, sent=sent) for one in kind)
        if kind == "array":
            return self._list(schema, sent=sent)
        if kind == "object":
            return self._mapping(schema, sent=sent)
        if kind == "string":
            return _text(schema, sent=sent)
        return {"integer": "int", "number": "float", "boolean": "bool", "null": "None"}.get(str(kind), _anything(sent))

    def _mapping(self, schema: Schema, *, sent: bool) -> str:
        values = schema.get("additionalProperties")
        inner = self.annotation(values, sent=sent) if isinstance(values, Mapping) and values else _anything(sent)
        return f"Mapping[str, {inner}]"

    def _list(self, schema: Schema, *, sent: bool) -> str:
        if "prefixItems" in schema:
            inner = ", ".join(self.annotation(one, sent=sent) for one in schema["prefixItems"])
            return f"tuple[{inner}]"
        inner = self.annotation(schema.get("items") or {}, sent=sent)
        return f"Sequence[{inner}]" if sent else f"tuple[{inner}, ...]"


@cache
def _bare(schema: str) -> str:
    """A schema's name; with its module, where two modules of the server have a class of that name."""
    *_, module, name = ["", *schema.removesuffix("-Input").removesuffix("-Output").split("__")]
    return "".join(word.capitalize() for word in module.split("_")) + python_name(name)


def reached(document: Schema, roots: Iterable[str]) -> frozenset[str]:
    """Every schema that these lead to, and they themselves."""
    found: set[str] = set()
    ahead = list(roots)
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead.extend(references(document["components"]["schemas"][name]))
    return frozenset(found)


def literal(values: Iterable[object]) -> str:
    """``Literal["a", "b"]``."""
    return f"Literal[{', '.join('None' if one is None else json.dumps(one) if isinstance(one, str) else repr(one) for one in values)}]"  # noqa: E501


def optional(annotation: str) -> str:
    """The type or nothing."""
    return annotation if annotation == "Any" or annotation.endswith("None") else f"{annotation} | None"


def members(document: Schema, schema: Schema) -> Mapping[str, Schema] | None:
    """The properties of an object that lists them; ``None`` for everything else."""
    found = resolved(document, schema)
    properties: Mapping[str, Schema] | None = found.get("properties")
    return properties if found.get("type") == "object" and properties else None


def _union(parts: Iterable[str]) -> str:
    """Alternatives, each once, ``None`` last; nothing but ``Any`` where one is anything."""
    flat = dict.fromkeys(one for part in parts for one in _alternatives(part))
    if "Any" in flat or "object" in flat:
        return "Any" if "Any" in flat else "object"
    if "float" in flat and "int" in flat and len(flat) <= 3:
        flat = dict.fromkeys(one for one in flat if one != "int") if "str" not in flat else flat
    return " | ".join([one for one in flat if one != "None"] + (["None"] if "None" in flat else []))


def _alternatives(part: str) -> list[str]:
    """The parts of ``a | b`` outside brackets and quotes."""
    found, depth, quoted, last = [], 0, False, 0
    for place, sign in enumerate(part):
        quoted ^= sign == '"'
        depth += 0 if quoted else (sign == "[") - (sign == "]")
        if sign == "|" and depth == 0 and not quoted:
            found.append(part[last:place].strip())
            last = place + 1
    return [*found, part[last:].strip()]


def _text(schema: Schema, *, sent: bool) -> str:
    kind = {"date-time": "datetime", "date": "date", "binary": "bytes"}.get(schema.get("format", ""), "str")
    return f"{kind} | str" if sent and kind in {"datetime", "date"} else kind


def _anything(sent: bool) -> str:
    return "object" if sent else "Any"
