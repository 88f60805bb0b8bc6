"""The OpenAPI document: the one that is kept is the one that is served, and it explains every call and every error.

After a change that is meant: ``python -m tests.test_api.test_contract`` writes ``docs/openapi.json`` anew.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.app import COMMON, create_app
from api.problems import MEDIA_TYPE, PROBLEMS
from tests.test_api.operations import KEPT, Operation, document, operations
from verbatim import __version__
from verbatim.settings import Settings

ALL = operations()
UNDER_V1 = [one for one in ALL if one.path.startswith("/v1/")]


def served() -> str:
    return json.dumps(create_app(Settings()).openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def test_the_document_is_the_one_that_is_kept() -> None:
    assert served() == KEPT.read_text(encoding="utf-8"), "see the docstring of this module"


def test_it_says_which_version_it_is_of() -> None:
    assert document()["openapi"].startswith("3.1")
    assert document()["info"]["version"] == __version__


def test_no_two_operations_have_one_name() -> None:
    assert len({one.id for one in ALL}) == len(ALL)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
def test_every_operation_has_a_summary_and_a_tag_that_is_explained(one: Operation) -> None:
    assert one.said["summary"]
    assert not one.said["summary"].endswith(".")
    assert set(one.said["tags"]) <= {tag["name"] for tag in document()["tags"]}


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
def test_every_body_and_every_answer_has_an_example(one: Operation) -> None:
    parts = [one.said["requestBody"]] if "requestBody" in one.said else []
    parts += [_resolved(answer) for answer in one.said["responses"].values()]
    for part in parts:
        for kind, media in part.get("content", {}).items():
            if kind in {"application/json", MEDIA_TYPE}:
                assert "example" in media or media.get("examples"), kind


@pytest.mark.parametrize("one", UNDER_V1, ids=lambda one: one.id)
def test_every_operation_says_how_it_can_fail(one: Operation) -> None:
    statuses = {str(int(PROBLEMS[name].status)) for name in COMMON}
    assert statuses <= set(one.said["responses"])


def _resolved(answer: dict[str, Any]) -> dict[str, Any]:
    shared: dict[str, Any] = document()["components"]["responses"]
    return shared[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer


if __name__ == "__main__":
    KEPT.write_text(served(), encoding="utf-8")
