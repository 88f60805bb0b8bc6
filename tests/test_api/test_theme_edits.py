"""Edits of themes over HTTP: nobody's is lost, all can be undone, and other systems are told."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.test_api.conftest import Served
from tests.test_storage import rows
from verbatim import editing
from verbatim.editing import edit_themes, open_room
from verbatim.edits.requests import Rename
from verbatim.messages.endpoints import add_endpoint
from verbatim.storage import tables
from verbatim.storage.engine import prepare_store

EDITS = "/v1/themes/edits"


@pytest.fixture(scope="module")
def analyst(mined: Served) -> httpx.Client:
    return mined.as_role("analyst")


@pytest.fixture
def tag(analyst: httpx.Client) -> dict[str, str]:
    return present(analyst)


def present(client: httpx.Client) -> dict[str, str]:
    return {"If-Match": client.get("/v1/themes").headers["ETag"]}


def themes(client: httpx.Client) -> list[dict[str, Any]]:
    found = client.get("/v1/themes").json()["themes"]
    return [one for one in found if one["kind"] == "theme"]


def name_of(client: httpx.Client, key: str) -> str:
    return str(client.get(f"/v1/themes/{key}").json()["name"])


def test_an_edit_says_what_it_did_and_gives_the_next_tag(analyst: httpx.Client, tag: dict[str, str]) -> None:
    key = themes(analyst)[0]["id"]
    made = analyst.post(EDITS, json={"kind": "rename", "theme": key, "name": "Renamed once"}, headers=tag)
    assert made.status_code == 201
    assert [change["after"]["name"] for change in made.json()["changes"]] == ["Renamed once"]
    assert made.json()["edit"]["person"].startswith("test (")
    assert {"If-Match": made.headers["ETag"]} == present(analyst) != tag
    assert name_of(analyst, key) == "Renamed once"
    undone = analyst.post(f"{EDITS}/{made.json()['edit']['sequence']}/undo", headers={"If-Match": made.headers["ETag"]})
    assert undone.status_code == 201
    assert name_of(analyst, key) != "Renamed once"
    newest, before = analyst.get(EDITS, params={"limit": 2}).json()["edits"]
    assert (newest["kind"], before["undone_by"]) == ("undo", newest["sequence"])


def test_who_does_not_say_what_they_saw_is_asked(analyst: httpx.Client) -> None:
    body = {"kind": "rename", "theme": themes(analyst)[0]["id"], "name": "Blind"}
    assert analyst.post(EDITS, json=body).status_code == 428
    for wrong in ("nonsense", '"a"', "W/" + present(analyst)["If-Match"], '"a.²"', '"."'):
        refused = analyst.post(EDITS, json=body, headers=[("If-Match", wrong.encode())])
        assert refused.status_code == 412, wrong


def test_who_was_overtaken_is_told_by_what(analyst: httpx.Client, tag: dict[str, str]) -> None:
    first, second = (one["id"] for one in themes(analyst)[:2])
    analyst.post(EDITS, json={"kind": "pin", "theme": first}, headers=tag)
    late = analyst.post(EDITS, json={"kind": "pin", "theme": second}, headers=tag)
    assert late.status_code == 412
    assert [change["words"] for change in late.json()["changes"]] == [f"pin {first}"]
    assert {"If-Match": late.headers["ETag"]} == present(analyst)
    assert not analyst.get(f"/v1/themes/{second}").json()["pinned"]
    assert analyst.post(EDITS, json={"kind": "pin", "theme": second}, headers={"If-Match": "*"}).status_code == 201


def test_of_edits_at_the_same_moment_one_is_made(mined: Served, tag: dict[str, str]) -> None:
    clients = [mined.as_role("analyst") for _ in range(4)]
    key = themes(clients[0])[0]["id"]

    def edit(number: int) -> int:
        body = {"kind": "describe", "theme": key, "text": f"Description {number}"}
        return clients[number].post(EDITS, json=body, headers=tag).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(edit, range(4))) == [201, 412, 412, 412]


def test_a_preview_keeps_nothing(analyst: httpx.Client, tag: dict[str, str]) -> None:
    target, source = themes(analyst)[:2]
    shown = analyst.post(f"{EDITS}/preview", json={"kind": "merge", "target": target["id"], "sources": [source["id"]]})
    assert shown.status_code == 200
    assert (shown.json()["preview"], shown.json()["moved_comments"]) == (True, source["n"])
    assert {"If-Match": shown.headers["ETag"]} == tag == present(analyst)
    assert analyst.get(f"/v1/themes/{source['id']}").json()["merged_from"] is None


def test_the_id_of_a_merged_theme_leads_to_the_one_it_is_part_of(analyst: httpx.Client, tag: dict[str, str]) -> None:
    target, source = themes(analyst)[:2]
    body = {"kind": "merge", "target": target["id"], "sources": [source["id"]]}
    made = analyst.post(EDITS, json=body, headers=tag)
    found = analyst.get(f"/v1/themes/{source['id']}").json()
    assert (found["id"], found["merged_from"], found["aliases"]) == (target["id"], source["id"], [source["id"]])
    assert found["n"] == target["n"] + source["n"]
    said = analyst.get(f"/v1/themes/{source['id']}/comments", params={"limit": 1000}).json()["comments"]
    assert len(said) == found["n"]
    history = analyst.get(f"/v1/themes/{source['id']}/history").json()["edits"]
    assert history[-1]["kind"] == "merge"
    analyst.post(f"{EDITS}/{made.json()['edit']['id']}/undo", headers={"If-Match": "*"})
    assert analyst.get(f"/v1/themes/{source['id']}").json()["id"] == source["id"]


def test_the_room_that_is_kept_is_the_one_that_would_be_opened(
    mined: Served, analyst: httpx.Client, tag: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    monkeypatch.setattr(editing, "open_room", lambda *given: opened.append(1) or open_room(*given))
    key = themes(analyst)[1]["id"]
    analyst.post(f"{EDITS}/preview", json={"kind": "archive", "theme": key})  # opens it, unless it is open
    opened.clear()
    said = analyst.get(f"/v1/themes/{key}/comments", params={"limit": 4}).json()["comments"]
    parts = [{"comments": [said[0]["id"]], "name": "One half"}, {"comments": [said[-1]["id"]], "name": "Other half"}]
    made = analyst.post(EDITS, json={"kind": "split", "theme": key, "parts": parts}, headers=tag)
    assert made.status_code == 201, made.text
    again = {"kind": "rename", "theme": key, "name": "Split in two"}
    kept = analyst.post(f"{EDITS}/preview", json=again).json()
    assert opened == []
    with prepare_store(mined.settings) as store:
        fresh = edit_themes(store, mined.settings, Rename(key, "Split in two"), person="Ada", preview=True)
        assert kept["edit"]["sequence"] == fresh.edit.sequence
        assert [change["after"]["size"] for change in kept["changes"]] == [
            change.after and change.after.size for change in fresh.changes
        ]
        edit_themes(store, mined.settings, Rename(key, "From elsewhere"), person="Ada")
    opened.clear()
    done = analyst.post(EDITS, json=again, headers={"If-Match": "*"})
    assert (done.status_code, opened) == (201, [1])
    assert done.json()["changes"][0]["before"]["name"] == "From elsewhere"


def test_an_edit_that_makes_no_sense_is_refused_and_changes_nothing(analyst: httpx.Client, tag: dict[str, str]) -> None:
    key, other = (one["id"] for one in themes(analyst)[:2])
    for body, status in (
        ({"kind": "rename", "theme": "T999", "name": "X"}, 404),
        ({"kind": "rename", "theme": key, "name": "<b>"}, 422),
        ({"kind": "restore", "theme": key}, 422),
        ({"kind": "rename", "theme": key, "name": "X", "colour": "red"}, 422),
        ({"kind": "paint", "theme": key}, 422),
        ({"kind": "merge", "target": key, "sources": [key]}, 422),
        ({"kind": "move", "comments": ["nothing"], "theme": other}, 404),
        ({"kind": "undo", "edit": 10**9}, 404),
        ([], 422),
    ):
        assert analyst.post(EDITS, json=body, headers=tag).status_code == status, body
    assert present(analyst) == tag
    assert analyst.post(f"{EDITS}/nothing/undo", headers=tag).status_code == 404


def test_only_who_may_edit_all_themes_edits_them(mined: Served, analyst: httpx.Client) -> None:
    body = {"kind": "pin", "theme": themes(analyst)[0]["id"]}
    limited = mined.as_role("analyst", accounts=["A1"])
    for client in (mined.as_role("viewer"), mined.as_role("agent"), limited):
        for path in (EDITS, f"{EDITS}/preview", f"{EDITS}/1/undo"):
            assert client.post(path, json=body, headers={"If-Match": "*"}).status_code == 403
        assert client.get(EDITS).status_code == (403 if client is limited else 200)  # who edits is about all


def test_other_systems_are_told_of_an_edit_once(mined: Served, analyst: httpx.Client) -> None:
    with prepare_store(mined.settings) as store:
        add_endpoint(
            store, mined.settings, name="CRM", url="https://example.com/hook", person="Ada", at=rows.START,
            events=["themes.changed"],
        )  # fmt: skip
        key = themes(analyst)[0]["id"]
        made = analyst.post(EDITS, json={"kind": "describe", "theme": key, "text": "Told"}, headers={"If-Match": "*"})
        (told,) = rows.stored(store, tables.delivery)
    assert told["payload"]["data"] | {"model_id": "", "path": ""} == {
        "model_id": "", "path": "", "change": "describe", "theme_ids": [key],
    }  # fmt: skip
    assert "Told" not in str(told["payload"])
    assert made.status_code == 201


def test_history_is_paged_without_loss(analyst: httpx.Client) -> None:
    whole = analyst.get(EDITS, params={"limit": 1000}).json()["edits"]
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = analyst.get(EDITS, params={"limit": 2, **({"after": after} if after else {})}).json()
        found += page["edits"]
        after = page["next"]
        if after is None:
            break
    assert found == whole
    assert [one["sequence"] for one in found] == list(range(len(found), 0, -1))


def test_new_texts_get_the_edited_themes_soon(analyst: httpx.Client) -> None:
    body = {"texts": ["parcel courier shipping doorstep tracking warehouse"]}
    key = analyst.post("/v1/themes/assign", json=body).json()["texts"][0]["theme_id"]
    rename = {"kind": "rename", "theme": key, "name": "Lost in the post"}
    made = analyst.post(EDITS, json=rename, headers={"If-Match": "*"}).json()["edit"]["sequence"]
    until = time.monotonic() + 30
    while (found := analyst.post("/v1/themes/assign", json=body).json())["edit"] != made:
        assert time.monotonic() < until, "the old themes still serve"
        time.sleep(0.05)
    assert found["texts"][0]["theme_name"] == "Lost in the post"
