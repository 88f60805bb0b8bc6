"""Who may see some accounts or teams finds nothing of the others on any page, nor agents who may not see them."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from tests.test_api.conftest import Served
from tests.test_web.test_sight import _paths as paths_of_pages
from verbatim.storage.engine import prepare_store
from verbatim.storage.tables import account, comment, ticket

# Limits of callers are tested on both databases in tests/test_storage; here it is whether each page asks for them.
pytestmark = [pytest.mark.slow, pytest.mark.parametrize("sample", ["sqlite"], indirect=True, scope="module")]
PATIENCE_SECONDS = 90
LONGEST_TEXT = 60  # of a comment, which lists cut
NEWEST = 400
MORE = (
    "/?done=acknowledged", "/themes?span=all", "/themes?span=365&sort=impact", "/themes/map?span=all",
    "/themes/map?span=all&layer=fine", "/comments?words=the", "/comments?order=oldest", "/scores?by=channel",
    "/at-risk?metric=ces", "/accounts?list=at-risk", "/accounts?list=advocates", "/accounts?sort=-follow-ups",
    "/accounts?sort=name", "/accounts?list=together", "/follow-ups?state=all", "/follow-ups?overdue=true",
)  # fmt: skip
WORD = re.compile(r"[\w-]+")


@dataclass
class Known:
    """What the store holds that could be told: ids by themselves, texts and names as people read them."""

    comments: dict[str, str]
    tickets: dict[str, str | None]  # id at the source by key
    accounts: dict[str, tuple[str, str]]  # key: id at the source, name
    rows: list[Any] = field(default_factory=list)


@pytest.fixture(scope="module")
def known(sample: Served) -> Known:
    """Everything of the sample; some follow-ups and alerts are made of it."""
    analyst = sample.as_role("analyst")
    assert analyst.post("/v1/follow-ups/sweep", json={"since": "2020-01-01"}).status_code == 200
    with prepare_store(sample.settings) as store, store.reading() as connection:
        rows = connection.execute(
            select(comment.c.id, comment.c.text, comment.c.ticket_id, comment.c.segments)
            .order_by(comment.c.occurred_at.desc())
        ).all()  # fmt: skip
        tickets = {row.id: row.external_id for row in connection.execute(select(ticket.c.id, ticket.c.external_id))}
        named = connection.execute(select(account.c.id, account.c.external_id, account.c.name))
        accounts = {row.id: (row.external_id, row.name) for row in named}
    return Known({row.id: row.text for row in rows}, tickets, accounts, list(rows))


def _whole(client: httpx.Client, path: str) -> str:
    """The page as it is in the end, if it is one for this caller."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = client.get(path, headers={"Accept": "text/html"})
        assert answer.status_code < 500, (path, answer.text[:500])
        if "data-pending" not in answer.text or time.monotonic() > until:
            return html.unescape(answer.text)
        time.sleep(0.2)


def _every(client: httpx.Client, path: str, name: str) -> Iterator[dict[str, Any]]:
    after: str | None = None
    while True:
        answer = client.get(path, params={"limit": 1000, **({"after": after} if after else {})})
        assert answer.status_code == 200, answer.text
        yield from answer.json()[name]
        after = answer.json()["next"]
        if after is None:
            return


def _hidden(known: Known, client: httpx.Client) -> tuple[set[str], set[str]]:
    """Ids and texts that this caller must not find: all but those that the API lists for them."""
    comments = {one["id"]: one for one in _every(client, "/v1/comments", "comments")}
    follow_ups = list(_every(client, "/v1/follow-ups", "follow_ups"))
    risks = list(_every(client, "/v1/predictions", "tickets"))
    seen = [*comments.values(), *follow_ups, *risks]
    tickets = {one.get("ticket") for one in seen}
    assert 0 < len(comments) < len(known.comments)
    ids = {key for key in known.comments if key not in comments}
    ids |= {external for external in known.tickets.values() if external is not None and external not in tickets}
    own = " ".join(one["text"] for one in comments.values())
    texts = {known.comments[key][:LONGEST_TEXT] for key in known.comments if key not in comments}
    newest = [known.comments[row.id][:LONGEST_TEXT] for row in known.rows if row.id not in comments][:NEWEST]
    return ids, {text for text in newest if len(text) > 25 and text in texts and text not in own}


def _pages(sample: Served, known: Known, hidden: set[str]) -> list[str]:
    """Every page, also those of what this caller must not see."""
    admin = sample.as_role("admin")
    foreign = [key for key in known.comments if key in hidden][:3]
    late = admin.get("/v1/follow-ups", params={"limit": 40}).json()["follow_ups"]
    themes = [one["id"] for one in admin.get("/v1/themes").json()["themes"]][:3]
    return [
        *paths_of_pages(admin), *MORE, *(f"/comments/{key}" for key in foreign),
        *(f"/follow-ups/{one['id']}" for one in late[::8]), *(f"/themes/{key}?span=all" for key in themes),
        *(f"/accounts/{external}" for external, _ in list(known.accounts.values())[:4]),
    ]  # fmt: skip


def _found(client: httpx.Client, pages: list[str], ids: set[str], texts: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in pages:
        text = _whole(client, path)
        asked = set(WORD.findall(path))
        told = sorted((set(WORD.findall(text)) & ids) - asked)[:3] + [one for one in texts if one in text][:3]
        if told:
            found[path] = told
    return found


def test_who_sees_some_accounts_finds_nothing_of_others_on_any_page(sample: Served, known: Known) -> None:
    with prepare_store(sample.settings) as store, store.reading() as connection:
        most = select(comment.c.account_id, func.count()).where(comment.c.account_id.is_not(None))
        ordered = connection.execute(most.group_by(comment.c.account_id).order_by(func.count().desc())).all()
    own = ordered[0].account_id
    client = sample.as_role("analyst", accounts=[known.accounts[own][0]])
    ids, texts = _hidden(known, client)
    for key, (external, name) in known.accounts.items():
        if key != own:
            ids.add(external)
            texts.add(name)
    texts.discard(known.accounts[own][1])
    pages = _pages(sample, known, ids)
    assert known.accounts[own][1] in _whole(client, "/accounts")
    assert _found(client, pages, ids, texts) == {}


def test_who_sees_some_teams_finds_nothing_of_others_on_any_page(sample: Served, known: Known) -> None:
    teams = sorted({row.segments["team"] for row in known.rows if "team" in row.segments})
    listed = list(_every(sample.as_role("admin"), "/v1/comments", "comments"))
    teams = teams or sorted({one["segments"]["team"] for one in listed if "team" in one["segments"]})
    client = sample.as_role("analyst", teams=teams[:1])
    ids, texts = _hidden(known, client)
    assert _found(client, _pages(sample, known, ids), ids, texts) == {}


def test_who_does_not_see_agents_finds_no_name_of_one_on_any_page(sample: Served, known: Known) -> None:
    lead = sample.as_role("admin")
    found = lead.get("/v1/scores/csat", params={"by": "agent"}).json()
    names = {row["segments"]["agent"] for sheet in found["sheets"] for row in sheet["rows"]} - {None}
    assert len(names) > 5
    viewer = sample.as_role("viewer")
    assert _found(viewer, _pages(sample, known, set()), set(), names) == {}
