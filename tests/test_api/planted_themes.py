"""A small store with themes, mined with an encoder of hashes: what the tests of themes and comments look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from tests.test_pipeline import stored_rows
from tests.test_storage import rows
from tests.test_themes.planted import comments
from verbatim import assigning, editing, meaning, mining
from verbatim.mining import mine_store
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.queries.restriction import account_key, ticket_key
from verbatim.storage.store import Store
from verbatim.storage.tables import account, comment, survey_response, ticket
from verbatim.themes import encode
from verbatim.themes.hashing import HashingEncoder

TEAMS, AGENTS, ACCOUNTS = ("North", "South"), ("Ann", "Ben"), ("A1", "A2", "A3")


@contextmanager
def hashing() -> Iterator[None]:
    """No embedding model is loaded, by whatever way."""
    with pytest.MonkeyPatch.context() as patched:
        for room in (mining, editing, assigning, meaning, encode):
            patched.setattr(room, "find_encoder", lambda model=None: HashingEncoder())
        yield


def planted(settings: Settings) -> None:
    """Fill and mine the store: 20 comments on each of the planted subjects, from three accounts, two teams."""
    with prepare_store(settings) as store:
        said = [dict(row) for row in stored_rows(comments(20))]
        for number, row in enumerate(said):
            row["account_id"] = account_key(ACCOUNTS[number % 3])
            row["ticket_id"] = ticket_key(f"K{number}")
            row["segments"] = {"team": TEAMS[number % 2], "agent": AGENTS[number % 2], "channel": "email"}
            row["occurred_at"] = rows.START + timedelta(days=number % 90, hours=number % 24)
        store.upsert(comment, said)
        store.upsert(account, [_account(name) for name in ACCOUNTS])
        store.upsert(ticket, [_ticket(number) for number in range(len(said))])
        store.upsert(survey_response, [_answer(number, row) for number, row in enumerate(said)])
        mine_store(store, settings.model_copy(update={"themes": 6}))


def _account(name: str) -> dict[str, object]:
    return {"id": account_key(name), "source": "crm", "external_id": name, "name": f"{name} Ltd", "tier": "gold",
            "arr": 1000.0, "segments": {}}  # fmt: skip


def _ticket(number: int) -> dict[str, object]:
    return {"id": ticket_key(f"K{number}"), "source": "desk", "external_id": f"K{number}", "status": "solved",
            "account_id": account_key(ACCOUNTS[number % 3]), "segments": {}}  # fmt: skip


def _answer(number: int, row: dict[str, object]) -> dict[str, object]:
    return rows.response(
        number, submission_id=row["submission_id"], scale="csat-5", value=float(number % 5 + 1),
        occurred_at=row["occurred_at"], account_id=row["account_id"], segments=row["segments"],
    )  # fmt: skip


def comment_rows(store: Store) -> list[dict[str, object]]:
    """Every comment as stored."""
    return rows.stored(store, comment)
