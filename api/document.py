"""The OpenAPI document: what FastAPI writes, and who may call each operation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from api.access.allowed import Needs
from api.access.logins import COOKIE
from api.access.scopes import MEANING
from api.examples import add_examples
from api.problems import MEDIA_TYPE, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastapi import FastAPI

TAGS = {
    "predictions": "The risk that a ticket ends badly, before any survey: start here.",
    "predictors": "The versions of models behind predictions.",
    "scores": "CSAT, CES and NPS: of answers you send, and of those that are stored.",
    "surveys": "How far the scores can be trusted, and who may be asked now.",
    "themes": "What customers speak of: the tree, one theme, what it does to the score; and correcting it.",
    "comments": "What customers said: by theme, words, meaning and every filter.",
    "closing the loop": "Who must follow up, by when; rules and alerts.",
    "webhooks out": "Where messages go, and what became of them.",
    "ingest": "Bringing data in: records, files, and what helpdesks send.",
    "jobs": "Long work: mining, training, exports.",
    "reports": "Daily, weekly and monthly reports and account reviews, made and scheduled.",
    "access": "Who you are here, keys, and who did what.",
    "health": "For those who run the service; no key needed.",
}
SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "A key: `Authorization: Bearer vb_…`"},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "A person who logged in"},
}


def documents(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """What ``app.openapi`` becomes: the document, made once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes,
                openapi_version="3.1.0", tags=app.openapi_tags,
            )  # fmt: skip
            found["components"]["securitySchemes"] = SCHEMES
            for path, method, needs in needed(app):
                operation = found["paths"][path][method]
                _summarise(operation)
                _tell(operation, needs)
            _add_problem_schemas(found)
            add_examples(found)
            _share_problems(found)
            app.openapi_schema = found
        return app.openapi_schema

    return document


def needed(app: FastAPI) -> list[tuple[str, str, Needs | None]]:
    """Path, method (lower case) and what it needs, of every operation in the document; ``None``: no key."""
    found = []
    for context in iter_route_contexts(app.routes):
        if not getattr(context, "include_in_schema", False):
            continue
        dependant: Any = getattr(context, "dependant", None)
        needs = next((call for call in _calls(dependant) if isinstance(call, Needs)), None)
        path: Any = getattr(context, "path_format", "")
        found += [(path, method.lower(), needs) for method in sorted(getattr(context, "methods", ()) or ())]
    return found


def _calls(dependant: Any) -> Iterator[Any]:  # noqa: ANN401 (a type of FastAPI's insides)
    """What a handler depends on, and what that depends on."""
    for one in dependant.dependencies if dependant else ():
        yield one.call
        yield from _calls(one)


def _add_problem_schemas(document: dict[str, Any]) -> None:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    document["components"]["schemas"] |= {**schema.pop("$defs", {}), "Problem": schema}


def _share_problems(document: dict[str, Any]) -> None:
    """Say each answer that is a problem once, and refer to it: a hundred operations can give the same."""
    shared: dict[str, dict[str, Any]] = {}
    names: dict[str, str] = {}
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                examples = answer.get("content", {}).get(MEDIA_TYPE, {}).get("examples")
                if examples is None or len(answer["content"]) > 1:
                    continue
                said = json.dumps(answer, sort_keys=True)
                name = names.setdefault(said, "-or-".join(sorted(examples)))
                shared[name] = answer
                operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    document["components"]["responses"] = dict(sorted(shared.items()))


def _summarise(operation: dict[str, Any]) -> None:
    """The first sentence of a handler's docstring is its summary."""
    first, _, rest = operation.get("description", "").partition("\n\n")
    summary, _, further = " ".join(first.split()).partition(". ")
    operation["summary"] = summary.removesuffix(".")
    operation["description"] = f"{further}\n\n{rest}".strip()


def _tell(operation: dict[str, Any], needs: Needs | None) -> None:
    if needs is None:
        operation["security"] = []
        return
    scopes = [] if needs.scope is None else [str(needs.scope)]
    operation["security"] = [{"key": scopes}, {"session": scopes}]
    said = (
        "Any key or login will do."
        if needs.scope is None
        else f"Needs the scope `{needs.scope}`: {MEANING[needs.scope]}."
    )
    limited = " Not for keys that are limited to accounts or teams." if needs.whole else ""
    operation["description"] = f"{operation.get('description', '')}\n\n{said}{limited}".strip()
