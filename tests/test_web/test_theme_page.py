"""The page of a theme: what is known of it; each change with preview and undo, and what others did meanwhile."""

from __future__ import annotations

import html
import re
from typing import Any

import httpx
import pytest

from tests.test_api.conftest import Served
from tests.test_web.test_themes_page import themes, whole

HOSTILE = '<script>alert("1")</script> \u202eevil\u202c " onfocus=alert(1) '


@pytest.fixture(scope="module")
def analyst(mined: Served) -> httpx.Client:
    return mined.as_role("analyst")


@pytest.fixture
def keys(analyst: httpx.Client) -> list[str]:
    return [one["id"] for one in themes(analyst) if one["kind"] == "theme" and one["parent_id"] is None]


def version(client: httpx.Client) -> str:
    return client.get("/v1/themes").headers["ETag"].strip('"')


def theme(client: httpx.Client, key: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/v1/themes/{key}").json()
    return found


def hidden(text: str) -> dict[str, list[str]]:
    """The hidden fields of the form that does it."""
    (form,) = re.findall(r'<form method="post" action="[^"]*/edit".*?</form>', text, re.S)
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form):
        found.setdefault(html.unescape(name), []).append(html.unescape(value))
    return found


def do(client: httpx.Client, key: str, **fields: object) -> str:
    """Preview an edit, do what the preview offers; where it leads."""
    before = version(client)
    seen = client.post(f"/themes/{key}/preview", data={**fields, "version": before})
    assert seen.status_code == 200, seen.text
    assert "Nothing was changed yet" in seen.text
    assert version(client) == before
    made = client.post(f"/themes/{key}/edit", data=hidden(seen.text))
    assert made.status_code == 303, made.text
    return str(made.headers["location"])


def undo(client: httpx.Client, where: str) -> str:
    """Press the button beside the sentence that says what was done."""
    text = client.get(where).text
    box = re.search(r'<div class="done".*?</div>', text, re.S)
    assert box is not None
    action = re.search(r'action="([^"]*)"', box[0])
    assert action is not None
    fields = dict(re.findall(r'name="([^"]*)" value="([^"]*)"', box[0]))
    gone = client.post(action[1], data=fields)
    assert gone.status_code == 303, gone.text
    return str(gone.headers["location"])


def test_the_page_says_what_the_api_knows(analyst: httpx.Client, keys: list[str]) -> None:
    known = theme(analyst, keys[0])
    text = html.unescape(whole(analyst, f"/themes/{keys[0]}?span=all&by=channel"))
    assert known["name"] in text
    assert f'/comments?theme={keys[0]}">{known["n"]:,}</a>' in text
    for quote in known["quotes"]:
        assert f'/comments/{quote["comment"]["id"]}"' in text
    said = analyst.get(f"/v1/themes/{keys[0]}/comments", params={"limit": 10}).json()
    for one in said["comments"]:
        assert f'/comments/{one["id"]}"' in text
    assert 'aria-label="Share of comments on' in text
    assert "where=channel%3Demail" in text


def test_words_searched_for_are_marked_and_kept_in_the_address(analyst: httpx.Client, keys: list[str]) -> None:
    said = analyst.get(f"/v1/themes/{keys[0]}/comments", params={"limit": 1}).json()["comments"][0]["text"]
    word = max(re.findall(r"[a-z]{4,}", said.lower()), key=len)
    text = analyst.get(f"/themes/{keys[0]}", params={"span": "all", "words": word}).text
    assert re.search(rf"<mark>{word}</mark>", text, re.IGNORECASE)
    nothing = analyst.get(f"/themes/{keys[0]}", params={"span": "all", "words": "nobodysaysthis"}).text
    assert "None fits." in nothing


def test_a_rename_can_be_undone_and_that_too(analyst: httpx.Client, keys: list[str]) -> None:
    before = theme(analyst, keys[0])["name"]
    where = do(analyst, keys[0], kind="rename", name="Called otherwise")
    assert theme(analyst, keys[0])["name"] == "Called otherwise"
    again = undo(analyst, where)
    assert theme(analyst, keys[0])["name"] == before
    last = undo(analyst, again)
    assert theme(analyst, keys[0])["name"] == "Called otherwise"
    undo(analyst, last)


@pytest.mark.parametrize(
    ("kind", "other", "field", "value"),
    [("archive", "restore", "archived", True), ("pin", "unpin", "pinned", True)],
)
def test_marks_are_set_and_taken_back(
    analyst: httpx.Client, keys: list[str], kind: str, other: str, field: str, value: bool
) -> None:
    where = do(analyst, keys[1], kind=kind)
    assert theme(analyst, keys[1])[field] is value
    assert f'name="kind" value="{other}"' in analyst.get(f"/themes/{keys[1]}").text
    undo(analyst, where)
    assert theme(analyst, keys[1])[field] is not value


def test_a_merge_leads_to_the_theme_that_stays(analyst: httpx.Client, keys: list[str]) -> None:
    target, source = keys[:2]
    where = do(analyst, source, kind="merge-into", other=target)
    assert where.startswith(f"/themes/{target}?")
    assert f"{source} was merged into this theme" in analyst.get(f"/themes/{source}").text
    undo(analyst, where)
    assert theme(analyst, source)["id"] == source
    undo(analyst, do(analyst, target, kind="merge-in", other=source))
    assert theme(analyst, source)["merged_from"] is None


def test_a_theme_is_split_by_examples(analyst: httpx.Client, keys: list[str]) -> None:
    page = analyst.get(f"/themes/{keys[2]}/sort").text
    said = re.findall(r'<select name="of-([^"]+)"', page)
    assert len(said) >= 4
    fields = {f"of-{said[0]}": "1", f"of-{said[-1]}": "2", "name-1": "First half", "kind": "split", "apart": "yes"}
    where = do(analyst, keys[2], **fields)
    assert where.startswith("/themes?")  # the theme is gone
    assert "First half" in {one["name"] for one in themes(analyst)}
    undo(analyst, where)
    assert theme(analyst, keys[2])["id"] == keys[2]


def test_comments_are_moved_and_themes_put_below_others(analyst: httpx.Client, keys: list[str]) -> None:
    comment = analyst.get(f"/v1/themes/{keys[0]}/comments", params={"limit": 1}).json()["comments"][0]["id"]
    where = do(analyst, keys[0], kind="move", comment=[comment], target=keys[1])
    assert keys[1] in {said["id"] for said in analyst.get(f"/v1/comments/{comment}").json()["themes"]}
    undo(analyst, where)
    where = do(analyst, keys[1], kind="move-theme", parent=keys[0])
    assert theme(analyst, keys[1])["parent_id"] == keys[0]
    undo(analyst, where)


def test_who_was_overtaken_learns_by_what_and_loses_nothing_typed(analyst: httpx.Client, keys: list[str]) -> None:
    old = version(analyst)
    where = do(analyst, keys[1], kind="pin")
    typed = "What I wrote for an hour"
    late = analyst.post(f"/themes/{keys[0]}/edit", data={"kind": "describe", "text": typed, "version": old})
    assert late.status_code == 412
    assert "changed meanwhile" in late.text
    assert f"pin {keys[1]}" in late.text
    assert f">{typed}</textarea>" in late.text
    assert theme(analyst, keys[0])["description"] is None
    now = re.search(r'name="version" value="([^"]+)"', late.text)
    assert now is not None
    again = analyst.post(f"/themes/{keys[0]}/edit", data={"kind": "describe", "text": typed, "version": now[1]})
    assert theme(analyst, keys[0])["description"] == typed
    undo(analyst, again.headers["location"])
    undo(analyst, where)


def test_what_does_not_fit_is_said_beside_what_was_typed(analyst: httpx.Client, keys: list[str]) -> None:
    before = version(analyst)
    for path in ("preview", "edit"):
        for fields, typed in (
            ({"kind": "rename", "name": "<b>x</b>"}, 'value="&lt;b&gt;x&lt;/b&gt;"'),
            ({"kind": "rename", "name": ""}, "Not done"),
            ({"kind": "merge-in"}, "Not done"),
            ({"kind": "paint"}, "Not done"),
            ({"kind": "split", "of-nothing": "1", "name-1": "Mine"}, 'value="Mine"'),
        ):
            answer = analyst.post(f"/themes/{keys[0]}/{path}", data={**fields, "version": before})
            assert answer.status_code in {404, 422}, fields
            assert 'role="alert"' in answer.text
            assert typed in answer.text, fields
    assert analyst.post(f"/themes/{keys[0]}/edit", data={"kind": "pin"}).status_code == 428
    assert version(analyst) == before


def test_hostile_text_is_text(analyst: httpx.Client, keys: list[str]) -> None:
    made = analyst.post(
        f"/themes/{keys[0]}/edit", data={"kind": "describe", "text": HOSTILE, "version": version(analyst)}
    )
    assert made.status_code in {303, 422}
    for path in (f"/themes/{keys[0]}", f"/themes/{keys[0]}/sort", "/themes/history"):
        text = analyst.get(
            path, params={"words": '"><script>alert(1)</script>', "by": "<script>"} if "/T" in path else {}
        )
        assert "<script>alert" not in text.text
        assert text.headers["content-security-policy"].startswith("default-src 'none'")
    if made.status_code == 303:
        undo(analyst, made.headers["location"])


def test_only_who_may_edit_all_themes_is_offered_and_allowed_it(mined: Served, keys: list[str]) -> None:
    limited = mined.as_role("analyst", accounts=["A1"])
    for client in (mined.as_role("viewer"), mined.as_role("agent"), limited):
        text = client.get(f"/themes/{keys[0]}").text
        assert "Change this theme" not in text
        assert 'name="version"' not in text
        for path in ("preview", "edit", "undo"):
            answer = client.post(f"/themes/{keys[0]}/{path}", data={"kind": "pin", "edit": "1", "version": "x"})
            assert answer.status_code == 403
        assert client.post("/themes/undo", data={"edit": "1", "version": "x"}).status_code == 403
        assert client.get(f"/themes/{keys[0]}/sort").status_code == 403


def test_the_history_lists_changes_and_undoes_them(analyst: httpx.Client, keys: list[str]) -> None:
    where = do(analyst, keys[1], kind="pin")
    number = re.search(r"edit=(\d+)", where)
    assert number is not None
    assert f"pin {keys[1]}" in analyst.get("/themes/history").text
    fields = {"edit": number[1], "version": version(analyst)}
    assert analyst.post("/themes/undo", data=fields).headers["location"].startswith("/themes?done=themes-undone")
    assert not theme(analyst, keys[1])["pinned"]


def test_a_theme_that_there_is_not_is_a_problem_page(analyst: httpx.Client) -> None:
    answer = analyst.get("/themes/T99999")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
