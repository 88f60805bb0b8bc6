"""Themes over HTTP: the tree and its figures, one theme, counts, tone, findings, and themes for new texts."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.routers.theme_finding_shapes import ChronicTheme, DriverRow, Drivers, MovedTheme, SpokenDay
from tests.test_api.conftest import Served
from tests.test_api.planted_themes import comment_rows
from verbatim.domain import Metric
from verbatim.insights import driver_sheet, emerging_sheet
from verbatim.storage import queries
from verbatim.storage.engine import prepare_store

Theme = dict[str, Any]


@pytest.fixture(scope="module", autouse=True)
def unmined(empty: Served) -> dict[str, Any]:
    """What the tree of themes was before anything was mined."""
    found: dict[str, Any] = empty.as_role("viewer").get("/v1/themes").json()
    return found


def test_there_are_no_themes_before_mining(unmined: dict[str, Any]) -> None:
    assert (unmined["type"], unmined["status"]) == ("/problems/nothing-yet", 404)


def tree(client: httpx.Client, **params: object) -> list[Theme]:
    answer = client.get("/v1/themes", params=params)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    found: list[Theme] = answer.json()["themes"]
    return found


def flat(themes: list[Theme]) -> list[Theme]:
    return [one for theme in themes for one in (theme, *flat(theme["sub_themes"]))]


def largest(client: httpx.Client) -> Theme:
    return next(one for one in tree(client) if one["kind"] == "theme")


def test_the_tree_has_every_theme_once_with_its_comments(mined: Served, viewer: httpx.Client) -> None:
    with prepare_store(mined.settings) as store:
        themes = queries.themes(store)
        assigned = queries.assignments(store, by=())
        every = len(comment_rows(store))
    found = flat(tree(viewer))
    assert sorted(one["id"] for one in found) == sorted(themes["id"])
    assert {one["of"] for one in found} == {every}
    for one in found:
        below = {one["id"], *(sub["id"] for sub in flat(one["sub_themes"]))}
        assert one["n"] == assigned[assigned["theme_id"].isin(below)]["comment_id"].nunique()
        assert one["share"] == pytest.approx(one["n"] / every, abs=1e-6)
    sizes = [one["n"] for one in tree(viewer)]
    assert sizes == sorted(sizes, reverse=True)


def test_a_span_has_its_own_figures_and_the_change(viewer: httpx.Client) -> None:
    january = flat(tree(viewer, **{"from": "2026-01-01", "to": "2026-01-31"}))
    later = {one["id"]: one for one in flat(tree(viewer, **{"from": "2026-01-31", "to": "2026-03-02"}))}
    for one in january:
        assert later[one["id"]]["n_before"] == one["n"]
        assert later[one["id"]]["change"] == pytest.approx(later[one["id"]]["share"] - one["share"], abs=2e-6)


def test_a_theme_shows_quotes_with_the_part_that_speaks_of_it(viewer: httpx.Client) -> None:
    one = largest(viewer)
    found = viewer.get(f"/v1/themes/{one['id']}").json()
    assert {name: found[name] for name in one} == one
    assert found["merged_from"] is None
    assert found["quotes"]
    for quote in found["quotes"]:
        text = quote["comment"]["text"]
        assert {span["id"] for span in quote["comment"]["themes"]} & {sub["id"] for sub in flat([one])}
        assert " ".join(text[span["start"] : span["end"]].strip() for span in quote["spans"]) in quote["part"]
    assert viewer.get("/v1/themes/T999").status_code == 404


def test_the_comments_of_a_theme_are_those_that_it_counts(viewer: httpx.Client) -> None:
    one = largest(viewer)
    found = viewer.get(f"/v1/themes/{one['id']}/comments", params={"limit": 1000}).json()["comments"]
    assert len(found) == one["n"]
    other = next(theme for theme in tree(viewer) if theme["kind"] == "theme" and theme["id"] != one["id"])
    apart = viewer.get(f"/v1/themes/{one['id']}/comments", params={"theme": other["id"]})
    assert apart.status_code == 404
    assert other["id"] in apart.json()["detail"]


def test_trend_and_segments_add_up_to_the_theme(viewer: httpx.Client) -> None:
    one = largest(viewer)
    months = viewer.get(f"/v1/themes/{one['id']}/trend").json()["rows"]
    assert [row["period_start"][:7] for row in months] == ["2026-01", "2026-02", "2026-03"]
    assert (sum(row["n"] for row in months), sum(row["of"] for row in months)) == (one["n"], one["of"])
    teams = viewer.get(f"/v1/themes/{one['id']}/segments", params={"by": "team"}).json()["rows"]
    assert {row["segments"]["team"] for row in teams} == {"North", "South"}
    assert sum(row["n"] for row in teams) == one["n"]
    shares = [row["share"] for row in teams]
    assert shares == sorted(shares, reverse=True)
    both = viewer.get(f"/v1/themes/{one['id']}/trend", params={"by": "team", "period": "quarter"}).json()["rows"]
    assert {row["segments"]["team"]: row["n"] for row in both} == {row["segments"]["team"]: row["n"] for row in teams}
    assert viewer.get(f"/v1/themes/{one['id']}/segments", params={"by": "colour"}).status_code == 404
    assert viewer.get(f"/v1/themes/{one['id']}/segments").status_code == 422


def test_the_tone_is_that_of_the_comments_read(viewer: httpx.Client) -> None:
    one = largest(viewer)
    found = viewer.get(f"/v1/themes/{one['id']}/tone", params={"newest": 5}).json()
    assert (found["id"], found["comments"]) == (one["id"], 5)
    assert sum(found["subjects"].values()) == pytest.approx(1)
    assert found["low"] <= found["sentiment"] <= found["high"]
    none = viewer.get(f"/v1/themes/{one['id']}/tone", params={"to": "1980-01-01"})
    assert none.json()["type"] == "/problems/nothing-yet"


def test_drivers_of_one_theme_are_its_row_of_all(viewer: httpx.Client) -> None:
    every = viewer.get("/v1/themes/drivers", params={"metric": "csat"}).json()
    one = every["themes"][0]
    alone = viewer.get(f"/v1/themes/{one['theme_id']}/drivers", params={"metric": "csat"}).json()
    assert alone["themes"] == [one]
    assert (alone["score"], alone["n"]) == (every["score"], every["n"])
    assert viewer.get("/v1/themes/drivers", params={"metric": "ces"}).json()["type"] == "/problems/nothing-yet"


def test_every_column_of_the_tables_is_in_the_answers(mined: Served) -> None:
    with prepare_store(mined.settings) as store:
        drivers = driver_sheet(store, mined.settings, Metric.CSAT)
        moving = emerging_sheet(store, mined.settings, month="2026-03")
    tables = [
        (drivers.table, DriverRow, set()), (moving.chronic, ChronicTheme, set()),
        (moving.moved, MovedTheme, {"alarm", "why"}), (moving.days, SpokenDay, {"alarm"}),  # alarms, all of them
    ]  # fmt: skip
    for table, kind, left_out in tables:
        assert {str(name) for name in table.columns} - left_out == set(kind.model_fields)
    assert set(drivers.to_dict()) == set(Drivers.model_fields)


def test_drivers_keep_what_the_library_says_of_each_theme(mined: Served, viewer: httpx.Client) -> None:
    with prepare_store(mined.settings) as store:
        expected = driver_sheet(store, mined.settings, Metric.CSAT).to_dict()
    found = viewer.get("/v1/themes/drivers", params={"metric": "csat"}).json()
    assert len(found["themes"]) > 1
    assert found["themes"] == expected["themes"]
    assert found["definition"] == expected["definition"]


def test_what_moves_and_what_became_of_themes(viewer: httpx.Client) -> None:
    moved = viewer.get("/v1/themes/emerging", params={"month": "2026-03"}).json()
    assert (moved["month"], moved["false_alarms"]) == ("2026-03", 0.05)
    assert viewer.get("/v1/themes/emerging", params={"month": "2026-13"}).status_code == 422
    assert viewer.get("/v1/themes/chronic", params={"month": "1999-01"}).json()["type"] == "/problems/nothing-yet"
    assert viewer.get("/v1/themes/changes", params={"all": True}).json() == {"changes": []}


def test_texts_get_the_themes_that_mining_gave_them(mined: Served, viewer: httpx.Client) -> None:
    analyst = mined.as_role("analyst")
    one = largest(viewer)
    (said,) = viewer.get(f"/v1/themes/{one['id']}/comments", params={"limit": 1}).json()["comments"]
    found = analyst.post("/v1/themes/assign", json={"texts": [said["text"], "ok", "Mail ada@example.com"]}).json()
    assert found["texts"][0]["theme_id"] in {span["id"] for span in said["themes"]}
    assert found["texts"][1]["theme_id"] == "no-detail"
    assert "ada@example.com" not in str(found)
    assert found["edit"] == 0
    assert viewer.post("/v1/themes/assign", json={"texts": ["x"]}).status_code == 403
    assert analyst.post("/v1/themes/assign", json={"texts": []}).status_code == 422


def test_a_limited_key_counts_its_own_comments_only(mined: Served, viewer: httpx.Client) -> None:
    limited = mined.as_role("analyst", teams=["North"])
    whole = {one["id"]: one for one in flat(tree(viewer, where="team=North"))}
    for one in flat(tree(limited)):
        assert (one["n"], one["of"]) == (whole[one["id"]]["n"], whole[one["id"]]["of"])
    key = largest(viewer)["id"]
    rows = limited.get(f"/v1/themes/{key}/segments", params={"by": "team"}).json()["rows"]
    assert {row["segments"]["team"] for row in rows} == {"North"}
    quotes = limited.get(f"/v1/themes/{key}").json()["quotes"]
    assert all(quote["comment"]["segments"]["team"] == "North" for quote in quotes)
    assert len(quotes) < len(viewer.get(f"/v1/themes/{key}").json()["quotes"])
    assert tree(limited, where="team=South")[0]["n"] == 0
    for path in ("drivers?metric=csat", "emerging", "chronic", f"{key}/drivers?metric=csat"):
        assert limited.get(f"/v1/themes/{path}").status_code == 403


def test_agents_are_hidden_from_agents(mined: Served, viewer: httpx.Client) -> None:
    agent, analyst, key = mined.as_role("agent"), mined.as_role("analyst"), largest(viewer)["id"]
    for path in (
        "?where=agent=Ann", f"/{key}?where=agent=Ann", f"/{key}/trend?by=agent", f"/{key}/segments?by=agent",
        f"/{key}/comments?where=agent=Ann", "/drivers?metric=csat&adjust_for=agent",
    ):  # fmt: skip
        assert agent.get(f"/v1/themes{path}").status_code == 403, path
    assert analyst.get(f"/v1/themes/{key}/segments?by=agent").status_code == 200
    assert all("agent" not in quote["comment"]["segments"] for quote in agent.get(f"/v1/themes/{key}").json()["quotes"])
