"""Modules of dataclasses for answers and of TypedDicts for bodies, one a subject; what several use is in ``shared``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from verbatim.client.making.document import Schema, references, resolved
from verbatim.client.making.names import python_name
from verbatim.client.making.schemas import Types, literal, optional
from verbatim.client.making.writing import comment, docstring

FEW_LINES = 330  # a module grows by imports and by being formatted; the house allows 400


def class_modules(types: Types, uses: Mapping[str, frozenset[str]], *, sent: bool) -> Mapping[str, Mapping[str, str]]:
    """The classes of each module, by name, each after those that it needs; ``uses``: the subjects of each schema."""
    chosen = [name for name in (types.bodies if sent else types.answers) if not types.is_word(name)]
    modules: dict[str, dict[str, str]] = {}
    for subject in sorted({_home(uses[name]) for name in chosen}):
        own = _in_order(types.document, [name for name in chosen if _home(uses[name]) == subject])
        for number, part in enumerate(_split([_written(types, name, sent=sent) for name in own])):
            modules[subject if number == 0 else f"{subject}_{number + 1}"] = dict(part)
    return modules


def words_module(types: Types) -> Mapping[str, str]:
    """The enums, as aliases."""
    found = sorted(name for name in types.answers | types.bodies if types.is_word(name))
    schemas = types.document["components"]["schemas"]
    return {
        types.class_of(name, sent=False): f"{python_name(name)} = {literal(schemas[name]['enum'])}" for name in found
    }


def _home(subjects: frozenset[str]) -> str:
    return next(iter(subjects)) if len(subjects) == 1 else "shared"


def _written(types: Types, name: str, *, sent: bool) -> tuple[str, str]:
    schema = types.document["components"]["schemas"][name]
    title = types.class_of(name, sent=sent)
    if not resolved(types.document, schema).get("properties"):
        return title, f"{title} = {types.annotation(schema, sent=sent)}"
    return title, (_typed_dict if sent else _dataclass)(types, title, schema)


def _dataclass(types: Types, title: str, schema: Schema) -> str:
    answered = title in types.wholes and "etag" not in schema["properties"]
    lines = [
        "@dataclass(frozen=True, slots=True, kw_only=True)",
        f"class {title}(Answered):" if answered else f"class {title}:",
        docstring(schema.get("description") or f"{title}.", 4), "",
    ]  # fmt: skip
    required = set(schema.get("required", ()))
    for name, kind in schema["properties"].items():
        annotation = types.annotation(kind, sent=False)
        ending = "" if name in required else " = None"
        lines += comment(kind.get("description", ""), 4)
        lines.append(f"    {python_name(name)}: {optional(annotation) if ending else annotation}{ending}")
    return "\n".join(lines)


def _typed_dict(types: Types, title: str, schema: Schema) -> str:
    required = set(schema.get("required", ()))
    about = docstring(schema.get("description") or f"{title}.", 4)
    parts = []
    for name, kind in schema["properties"].items():
        annotation = types.annotation(kind, sent=True)
        parts.append(
            (name, kind.get("description", ""), annotation if name in required else f"NotRequired[{annotation}]")
        )
    if all(name.isidentifier() and python_name(name) == name for name, _, _ in parts):
        lines = [f"class {title}(TypedDict):", about, ""]
        for name, description, annotation in parts:
            lines += [*comment(description, 4), f"    {name}: {annotation}"]
        return "\n".join(lines)
    inner = ", ".join(f'"{name}": {annotation!r}' for name, _, annotation in parts)
    return f'{title} = TypedDict("{title}", {{{inner}}})'


def _in_order(document: Schema, names: Iterable[str]) -> list[str]:
    """Each schema after those that it needs; what needs itself anywhere."""
    own, found = sorted(names), dict[str, None]()

    def add(name: str, above: frozenset[str]) -> None:
        if name in found or name in above or name not in own:
            return
        for needed in sorted(set(references(document["components"]["schemas"][name]))):
            add(needed, above | {name})
        found[name] = None

    for name in own:
        add(name, frozenset())
    return list(found)


def _split(classes: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Parts that are modules one can read."""
    parts: list[list[tuple[str, str]]] = [[]]
    lines = 0
    for name, code in classes:
        size = code.count("\n") + 3
        if lines + size > FEW_LINES and parts[-1]:
            parts.append([])
            lines = 0
        parts[-1].append((name, code))
        lines += size
    return parts
