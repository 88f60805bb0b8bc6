"""Answers as dataclasses, and answers that are errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.client import problems
from verbatim.client.problems import BadAnswer, problem_of, seconds_to_wait
from verbatim.client.reading import Answered, read_answer

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    kind: Literal["merge"]
    themes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    kind: Literal["rename"]
    themes: tuple[str, ...]
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node(Answered):
    id: str
    n: int
    share: float | None
    at: datetime | None = None
    from_: date | None = None
    children: tuple[Node, ...] = ()
    edit: Merge | Rename | None = None
    cell: int | float | str | None = None
    counts: Mapping[str, tuple[int, ...]] | None = None


def read(value: object) -> Node:
    return read_answer(Node, value)


def test_a_tree_with_times_is_read_whole() -> None:
    found = read(
        {
            "id": "T1", "n": 3, "share": 1, "at": "2026-10-31T14:00:00Z", "from": "2026-10-01", "new": "unknown",
            "children": [{"id": "T2", "n": 1, "share": None}], "edit": {"kind": "merge", "themes": ["T1"]},
            "cell": "Very satisfied", "counts": {"a": [1, 2]},
        }
    )  # fmt: skip
    assert found.at == datetime(2026, 10, 31, 14, tzinfo=UTC)
    assert found.from_ == date(2026, 10, 1)
    assert isinstance(found.share, float)
    assert found.children == (Node(id="T2", n=1, share=None),)
    assert found.edit == Merge(kind="merge", themes=("T1",))
    assert found.counts == {"a": (1, 2)}


def test_of_several_kinds_the_literal_decides_even_where_fields_agree() -> None:
    found = read({"id": "T1", "n": 0, "share": 0, "edit": {"kind": "rename", "themes": []}})
    assert found.edit == Rename(kind="rename", themes=())


@pytest.mark.parametrize(
    "value",
    [
        {"id": "T1", "n": 3},
        {"id": "T1", "n": "3", "share": None},
        {"id": "T1", "n": True, "share": None},
        [],
        None,
        "T1",
        {"id": "T1", "n": 3, "share": None, "children": {}},
        {"id": "T1", "n": 3, "share": None, "at": "yesterday"},
        {"id": "T1", "n": 3, "share": None, "children": [None]},
        {"id": "T1", "n": 3, "share": 10**400},
        {"id": "T1", "n": 3, "share": None, "counts": {"a": 1}},
    ],
)
def test_another_shape_is_an_error_that_says_so(value: object) -> None:
    with pytest.raises(BadAnswer, match="another version"):
        read(value)


@given(JSON)
def test_whatever_comes_is_read_or_refused(value: object) -> None:
    try:
        read(value)
    except BadAnswer:
        pass


def test_the_version_of_an_answer_does_not_change_what_it_is() -> None:
    plain = read({"id": "T1", "n": 1, "share": None})
    versioned = read_answer(Node, {"id": "T1", "n": 1, "share": None}, '"m-7"')
    assert versioned.etag == '"m-7"'
    assert versioned == plain


@pytest.mark.parametrize(
    ("status", "type_", "kind"),
    [
        (401, "not-authenticated", problems.NotAuthenticated),
        (403, "not-allowed", problems.NotAllowed),
        (404, "not-found", problems.NotFound),
        (404, "nothing-yet", problems.NothingYet),
        (409, "conflict", problems.Conflict),
        (409, "no-active-model", problems.NoActiveModel),
        (412, "changed-meanwhile", problems.ChangedMeanwhile),
        (413, "too-large", problems.TooLarge),
        (422, "invalid", problems.Invalid),
        (428, "precondition-required", problems.VersionNeeded),
        (429, "too-many-requests", problems.TooManyRequests),
        (500, "internal", problems.ServerError),
        (501, "not-installed", problems.NotInstalled),
        (503, "busy", problems.Busy),
        (504, "too-slow", problems.TooSlow),
        (418, "teapot", problems.Refused),
        (599, "odd", problems.ServerError),
    ],
)
def test_each_problem_is_an_error_of_its_own(status: int, type_: str, kind: type[problems.ApiError]) -> None:
    document = {"type": f"/problems/{type_}", "detail": "because", "request_id": "r1"}
    error = problem_of(status, {}, json.dumps(document).encode())
    assert type(error) is kind
    assert (str(error), error.status, error.kind, error.request_id) == ("because", status, type_, "r1")


def test_every_problem_of_the_api_is_known_here() -> None:
    from api.problems import PROBLEMS

    generic = {"no-method", "unsupported-media-type", "internal"}
    for name, kind in PROBLEMS.items():
        error = problem_of(int(kind.status), {}, json.dumps({"type": kind.type}).encode())
        assert (type(error) in {problems.Refused, problems.ServerError}) == (name in generic), name


@given(st.integers(400, 599), st.binary(max_size=30) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_page_of_a_proxy_becomes_an_error(status: int, content: bytes) -> None:
    error = problem_of(status, {"content-type": "text/html"}, content)
    assert error.status == status
    assert str(error)
    assert isinstance(error.errors, tuple)


def test_each_field_that_does_not_fit_is_named() -> None:
    document: dict[str, Any] = {"detail": "…", "errors": [{"field": "body.values.0", "problem": "not a number"}]}
    (error,) = problem_of(422, {}, json.dumps(document).encode()).errors
    assert (error.field, error.problem) == ("body.values.0", "not a number")


def test_retry_after_is_read_as_seconds_or_as_a_date() -> None:
    now = datetime(2026, 10, 31, 14, tzinfo=UTC)
    assert seconds_to_wait({"retry-after": "12"}) == 12
    assert seconds_to_wait({"retry-after": "Sat, 31 Oct 2026 14:00:30 GMT"}, now) == 30
    assert seconds_to_wait({"retry-after": "Sat, 31 Oct 2026 13:00:00 GMT"}, now) == 0
    assert seconds_to_wait({"retry-after": "-3"}) is None
    assert seconds_to_wait({"retry-after": "soon"}) is None
    assert seconds_to_wait({}) is None
