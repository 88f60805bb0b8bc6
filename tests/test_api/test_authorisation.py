"""Who may do what, as one table: each operation with each scope. A new operation without a row fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.access.scopes import Scope
from tests.test_api.conftest import Served
from tests.test_api.operations import Operation, operations

# operation -> the scopes that may (beside admin, which may all), and "limited" where a key for some accounts may too
TABLE = Path(__file__).parent / "authorisation.json"
ALL = operations()
PROTECTED = [one for one in ALL if one.protected]
OPEN = {"healthz", "readyz", "metrics", "problem_page", "log_in", "receive_webhook"}


def test_the_table_has_every_operation_and_no_other() -> None:
    assert {one.id for one in PROTECTED} == set(json.loads(TABLE.read_text(encoding="utf-8")))
    assert {one.id for one in ALL if not one.protected} == OPEN


def test_each_operation_lets_in_whom_the_table_names_and_nobody_else(empty: Served) -> None:
    clients = {str(scope): empty.as_role(None, scopes=[scope]) for scope in Scope}
    clients["limited"] = empty.as_role(None, scopes=[scope for scope in Scope if scope != Scope.ADMIN], accounts=["A"])
    expected = json.loads(TABLE.read_text(encoding="utf-8"))
    found = {}
    for one in PROTECTED:
        allowed = [name for name, client in clients.items() if _let_in(one.call(client).status_code, one, name)]
        assert "admin" in allowed or one.id == "log_out", one.id
        found[one.id] = sorted(set(allowed) - {"admin"})
    assert found == {name: sorted(row) for name, row in expected.items()}


def test_without_a_key_nobody_is_let_in(empty: Served) -> None:
    nobody = empty.nobody()
    assert {one.id: one.call(nobody).status_code for one in PROTECTED} == {one.id: 401 for one in PROTECTED}


@pytest.mark.parametrize("one", [one for one in ALL if one.id in OPEN], ids=lambda one: one.id)
def test_what_needs_no_key_answers_without(one: Operation, empty: Served) -> None:
    if one.id in {"log_in", "receive_webhook"}:
        return  # they ask for a key or a signature in their own way
    assert one.call(empty.nobody()).status_code in {200, 404}


def _let_in(status: int, one: Operation, name: str) -> bool:
    assert status != 401, (one.id, name)
    assert status < 500, (one.id, name, status)
    return status != 403
