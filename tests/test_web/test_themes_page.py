"""The page of all themes and the map: the API's figures, filters in the address, each role its own."""

from __future__ import annotations

import html
import re
import time
from typing import Any

import httpx
import numpy as np
import pytest

from api.routers.theme_shapes import ThemeOut
from api.web.theme_figures import MonthFigure, change_of, mood
from api.web.theme_map import HEIGHT, WIDTH, drawn_map
from tests.test_api.conftest import Served

PATIENCE_SECONDS = 60


def themes(client: httpx.Client, **params: object) -> list[dict[str, Any]]:
    found = client.get("/v1/themes", params=params).json()["themes"]  # type: ignore[arg-type]
    return [*found, *(below for one in found for below in one["sub_themes"])]


def whole(client: httpx.Client, path: str) -> str:
    """The page once everything on it is worked out."""
    until = time.monotonic() + PATIENCE_SECONDS
    while "data-pending" in (text := client.get(path).text):
        assert time.monotonic() < until, "it never gets ready"
        time.sleep(0.1)
    return text


def shown(text: str) -> dict[str, int]:
    """Theme → comments, in the order of the table."""
    rows = re.findall(
        r'<th scope="row"><a href="/themes/([^"?]+)[^"]*">.*?<td class="number"><a [^>]*>([\d,]+)', text, re.S
    )
    return {key: int(n.replace(",", "")) for key, n in rows}


def theme(key: str, n: int, **more: object) -> ThemeOut:
    given: dict[str, object] = {
        "id": key, "parent_id": None, "kind": "theme", "name": f"Theme {key}", "keywords": [], "description": None,
        "pinned": False, "archived": False, "n": n, "of": 1000, "share": n / 1000, "sentiment": None,
        "n_before": None, "of_before": None, "change": None,
    }  # fmt: skip
    return ThemeOut.model_validate({**given, **more})


def test_the_table_has_the_figures_of_the_api(viewer: httpx.Client) -> None:
    expected = {one["id"]: one["n"] for one in themes(viewer)}
    assert shown(viewer.get("/themes", params={"span": "all"}).text) == expected


def test_filters_are_in_the_address(viewer: httpx.Client) -> None:
    text = viewer.get("/themes", params={"span": "all", "where": "team=North"}).text
    expected = {one["id"]: one["n"] for one in themes(viewer, where="team=North")}
    assert shown(text) == expected != shown(viewer.get("/themes?span=all").text)
    assert "/comments?where=team%3DNorth&amp;theme=" in text
    chosen = viewer.get("/themes?span=all&segment=team&value=North")
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/themes?span=all&where=team%3DNorth")


def test_a_field_left_empty_in_the_form_is_no_filter(viewer: httpx.Client) -> None:
    text = viewer.get("/themes?from=&to=&segment=&value=&span=all&metric=csat").text
    assert shown(text) == shown(viewer.get("/themes?span=all").text)


def test_a_filter_that_nothing_is_called_is_said_and_not_run(viewer: httpx.Client) -> None:
    answer = viewer.get("/themes", params={"where": "<script>alert(1)</script>=x"})
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text
    backwards = viewer.get("/themes?from=2026-10-02&to=2026-10-01")
    assert backwards.status_code == 422


def test_the_header_sorts_and_says_so(viewer: httpx.Client) -> None:
    names = {one["id"]: one["name"] for one in themes(viewer)}
    rising = [names[key] for key in shown(viewer.get("/themes?span=all&sort=name").text)]
    falling = viewer.get("/themes?span=all&sort=-name").text
    assert rising == sorted(rising, key=str.casefold)
    assert [names[key] for key in shown(falling)] == rising[::-1]
    assert re.search(r'aria-sort="descending"><a href="[^"]*sort=name"', falling)


def test_impact_and_what_moves_come_when_they_are_worked_out(viewer: httpx.Client) -> None:
    text = whole(viewer, "/themes?span=all&sort=impact")
    drivers = viewer.get("/v1/themes/drivers", params={"metric": "csat"}).json()["themes"]
    known = [one for one in drivers if one["impact"] is not None]
    assert known
    assert text.count("within noise") >= sum(bool(one["is_noise"]) for one in known)
    assert viewer.get("/v1/themes/emerging").json()["statement"][:40] in html.unescape(text)


def test_who_sees_some_accounts_sees_their_comments_only(mined: Served) -> None:
    limited = mined.as_role("viewer", accounts=["A1"])
    text = limited.get("/themes?span=all").text
    assert shown(text) == {one["id"]: one["n"] for one in themes(limited)}
    assert "you see some of them" in text
    assert "data-pending" not in text
    assert limited.get("/themes/history").status_code == 403


def test_the_map_shows_every_theme_that_is_spoken_of_and_a_table_behind(viewer: httpx.Client) -> None:
    text = whole(viewer, "/themes/map?span=all")
    keys = {one["id"] for one in themes(viewer) if one["parent_id"] is None and one["kind"] == "theme" and one["n"]}
    drawn = set(re.findall(r'<a href="/themes/([^"?]+)[^>]*><title>', text))
    assert drawn == keys == set(re.findall(r'<th scope="row"><a href="/themes/([^"?]+)', text))
    assert viewer.get("/themes/map?span=all").text == text


def test_bubbles_neither_cover_each_other_nor_leave_the_paper() -> None:
    draws = np.random.default_rng(7)
    found = [theme(f"T{place}", int(draws.integers(1, 400))) for place in range(40)]
    places = {one.id: (float(x), float(y)) for one, (x, y) in zip(found, draws.normal(size=(40, 2)), strict=True)}
    bubbles = drawn_map(places, found)
    for place, one in enumerate(bubbles):
        assert one.r <= one.x <= WIDTH - one.r
        assert one.r <= one.y <= HEIGHT - one.r
        for other in bubbles[:place]:
            assert np.hypot(one.x - other.x, one.y - other.y) >= one.r + other.r - 1, (one, other)
    assert bubbles == drawn_map(places, found)


def test_two_themes_in_one_place_are_drawn_beside_each_other() -> None:
    one, other = drawn_map({"T1": (0.0, 0.0), "T2": (0.0, 0.0)}, [theme("T1", 5), theme("T2", 5)])
    assert np.hypot(one.x - other.x, one.y - other.y) >= one.r + other.r - 1
    assert drawn_map({}, []) == []


def test_a_change_counts_only_where_it_is_more_than_noise_among_all_themes() -> None:
    moved = theme("T1", 60, n_before=38, of_before=1000, change=0.022)
    alone, among = change_of(moved, 1), change_of(moved, 60)
    assert alone is not None and among is not None
    assert (alone.real, among.real) == (True, False)
    assert (alone.words, among.words) == ("▲ +2.2", "≈ +2.2")
    assert change_of(theme("T1", 60, n_before=0, of_before=0), 1) is None


@pytest.mark.parametrize(
    ("sentiment", "word"), [(None, "unknown"), (0.5, "positive"), (-0.5, "negative"), (0.1, "mixed")]
)
def test_a_mood_is_a_word(sentiment: float | None, word: str) -> None:
    assert mood(sentiment) == word


def test_a_month_ends_where_the_next_begins() -> None:
    assert MonthFigure("2026-12", 1, 2, None).days == ("2026-12-01", "2027-01-01")
    assert MonthFigure("2026-01", 0, 0, None).share is None


def test_nobody_who_is_not_logged_in_sees_it(mined: Served) -> None:
    for path in ("/themes", "/themes/map", "/themes/history", "/themes/T001"):
        assert mined.nobody().get(path).headers["location"].startswith("/login?next=")
