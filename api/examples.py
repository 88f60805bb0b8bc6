"""Examples for every body and answer of the OpenAPI document, put together from those of the fields."""

from __future__ import annotations

from typing import Any

JSON = "application/json"
DEEPEST = 8
PLAIN = {"string": "text", "integer": 1, "number": 1.0, "boolean": True, "null": None}
FORMATS = {"date-time": "2026-10-31T14:00:00Z", "date": "2026-10-31", "password": "vb_0123456789ab_…"}


def add_examples(document: dict[str, Any]) -> None:
    """Give an example to each JSON body and each JSON answer that has none."""
    known = document["components"]["schemas"]
    for methods in document["paths"].values():
        for operation in methods.values():
            bodies = [operation["requestBody"]] if "requestBody" in operation else []
            answers = [answer for status, answer in operation["responses"].items() if str(status).startswith("2")]
            for media in (one["content"][JSON] for one in (*bodies, *answers) if JSON in one.get("content", {})):
                if "example" not in media and "examples" not in media:
                    media["example"] = example_of(media.get("schema", {}), known)


def example_of(schema: dict[str, Any], known: dict[str, Any], depth: int = 0) -> Any:  # noqa: ANN401
    """Something that fits ``schema``: what it says itself, else put together from its parts."""
    if "$ref" in schema:
        return example_of(known[schema["$ref"].rpartition("/")[2]], known, depth)
    for name in ("examples", "example", "default", "const", "enum"):
        if name in schema:
            return schema[name][0] if name in {"examples", "enum"} else schema[name]
    parts = schema.get("anyOf") or schema.get("oneOf")
    if parts:
        return example_of(parts[0], known, depth)
    if schema.get("type") == "array":
        return [example_of(schema.get("items", {}), known, depth + 1)] if depth < DEEPEST else []
    if schema.get("type") == "object" or "properties" in schema:
        named = schema.get("properties", {})
        return {name: example_of(part, known, depth + 1) for name, part in named.items()} if depth < DEEPEST else {}
    return FORMATS.get(schema.get("format", ""), PLAIN.get(str(schema.get("type")), None))
