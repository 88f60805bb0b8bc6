"""Hostile text on every page that shows it: shown as text, nothing runs, and no page becomes too wide for a phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import update

from tests.test_api.conftest import Served
from tests.test_storage import rows
from tests.test_web.browser.conftest import Open, Window
from verbatim.domain import stable_key
from verbatim.followups.sweep import sweep
from verbatim.storage.engine import prepare_store
from verbatim.storage.queries.restriction import account_key, ticket_key
from verbatim.storage.tables import account, comment, survey_response, ticket
from verbatim.storage.tables import theme as themes

pytestmark = pytest.mark.browser

SCRIPT, IMAGE, TURNED, FORMULA = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "abc \u202edcba", '=HYPERLINK("http://x")'
)  # fmt: skip
LONG = "w" * 100_000
ALL = f"{SCRIPT} {IMAGE} {TURNED} {FORMULA}"
PAGES = (
    "/", "/scores", "/scores?by={segment}", "/themes", "/themes?where={where}", "/themes/map", "/themes/{theme}",
    "/themes/{theme}?words={word}&by={segment}", "/themes/{theme}/sort", "/themes/history", "/comments",
    "/comments?words={word}", "/comments?where={where}&account={word}", "/comments/hostile-0", "/comments/hostile-1",
    "/accounts", "/accounts/{account}", "/follow-ups", "/follow-ups?owner={word}&account={word}",
    "/follow-ups/{follow_up}", "/at-risk?team={word}&account={word}", "/reports?account={word}",
    "/import?source={word}", "/import/rejects?file={word}", "/import/{upload}", "/settings/audit?operation={word}",
    "/settings/taxonomy", "/settings/keys", "/settings/endpoints", "/{word}",
)  # fmt: skip


@pytest.fixture(scope="module")
def ids(small: Served) -> Iterator[dict[str, str]]:
    """Everything that people or files can name holds hostile text."""
    now, client = datetime.now(UTC), small.as_role("admin")
    key = account_key("A1")
    theme = next(one["id"] for one in client.get("/v1/themes").json()["themes"] if one["kind"] == "theme")
    with prepare_store(small.settings) as store:
        store.upsert(account, [{"id": key, "source": "crm", "external_id": "A1", "name": ALL + LONG[:5_000],
                                "tier": SCRIPT, "owner": IMAGE, "arr": 1e6, "segments": {}}])  # fmt: skip
        store.upsert(ticket, [{"id": ticket_key(f"H{number}"), "source": "desk", "external_id": f"H{number}",
                               "account_id": key, "subject": text, "status": "solved", "priority": SCRIPT,
                               "created_at": now - timedelta(days=2), "segments": {"agent": IMAGE}}
                              for number, text in enumerate((ALL, LONG))])  # fmt: skip
        for number, text in enumerate((ALL, f"{LONG} {ALL}")):
            where = {"channel": IMAGE, SCRIPT: LONG[:300]}
            at = now - timedelta(hours=20 + number)
            answer = rows.response(9_000 + number, scale="csat-5", value=1.0, occurred_at=at, account_id=key,
                                   ticket_id=ticket_key(f"H{number}"), segments=where)  # fmt: skip
            store.upsert(survey_response, [answer])
            store.upsert(comment, [rows.comment(9_000 + number, id=f"hostile-{number}", text=text,
                                                text_key=stable_key(text), occurred_at=at, account_id=key,
                                                ticket_id=ticket_key(f"H{number}"), question=ALL,
                                                submission_id=answer["submission_id"], segments=where)])  # fmt: skip
        sweep(store, small.settings, now=now)
        with store.writing() as connection:  # people may not write this; a miner or a language model might
            connection.execute(update(themes).where(themes.c.id == theme).values(
                name=f"{SCRIPT}{IMAGE}", description=f"{IMAGE}{FORMULA}{LONG[:3_000]}", keywords=[SCRIPT, LONG[:300]],
            ))  # fmt: skip
    view = {"name": f"{SCRIPT}{IMAGE}"[:80], "query": urlencode({"words": SCRIPT}), "shared": True}
    assert client.post("/v1/views", json=view).status_code == 201
    assert client.post("/v1/keys", json={"name": f"{SCRIPT}{IMAGE}", "role": "viewer"}).status_code == 201
    assert client.post("/v1/endpoints", json={"name": SCRIPT + IMAGE, "url": "https://x.example/"}).status_code == 201
    file = (
        f'Response ID,Answered,CSAT,Comment,"<img src=x onerror=alert(1)>"\n1,2026-10-03,11,"{SCRIPT}",{LONG[:3000]}\n'
    )
    name = "<img src=x onerror=alert(1)>.csv"
    tasks = client.get("/v1/follow-ups", params={"account": "A1"}).json()["follow_ups"]
    yield {
        "theme": theme, "account": "A1", "follow_up": tasks[0]["id"],
        "upload": client.post("/v1/uploads", files={"file": (name, file.encode())}).json()["id"],
    }  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_hostile_text_is_shown_as_text_and_fits_a_phone(
    open_as: Open, small: Served, ids: dict[str, str], path: str
) -> None:
    window = open_as(at=small, width=390)
    for word in (SCRIPT + IMAGE, TURNED + FORMULA, LONG[:150]):
        asked = {"word": word, "segment": SCRIPT, "where": f"{SCRIPT}={word}"}
        quoted = {name: urlencode({"": value})[1:] for name, value in asked.items()}
        status = window.go(path.format(**ids, **quoted))
        assert status < 500
        _safe(window, status)
        if "{word}" not in path and "{where}" not in path:
            break


def test_the_text_itself_is_there_to_be_read(open_as: Open, small: Served, ids: dict[str, str]) -> None:
    window = open_as(at=small)
    for path, texts in (
        ("/comments/hostile-0", (SCRIPT, IMAGE, FORMULA)), ("/comments/hostile-1", ("w" * 90_000,)),
        (f"/themes/{ids['theme']}", (SCRIPT, IMAGE)), ("/accounts/A1", (SCRIPT,)), ("/comments", (SCRIPT, FORMULA)),
        (f"/follow-ups/{ids['follow_up']}", ("alert(1)",)), ("/settings/keys", (SCRIPT,)),
        (f"/import/{ids['upload']}", ("<img src=x onerror=alert(1)>",)),
    ):  # fmt: skip
        window.go(path)
        shown = window.page.locator("main").text_content()
        for text in texts:
            assert text in shown, (path, text[:40])
        _safe(window, 200)


def _safe(window: Window, status: int) -> None:
    """No markup of theirs became an element, no page is too wide; dialogs and scripts are complaints of the window."""
    assert window.page.locator("img[src='x'], [onerror], script:not([src]), a[href='http://x']").count() == 0
    assert not window.too_wide
    if status >= 400:  # the browser itself notes it
        window.complaints[:] = [one for one in window.complaints if str(status) not in one]
