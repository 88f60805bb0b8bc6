"""Comments around the bubbles of the map: typical ones and those at the edge, never more than the API lists."""

from __future__ import annotations

import re
from typing import Any

import httpx
import numpy as np
import pytest

from api.web.map_comments import MOST, Said, chosen, dots_of
from api.web.theme_map import HEIGHT, WIDTH, Bubble, drawn_map, has_ring
from tests.test_api.conftest import Served
from tests.test_web.test_themes_page import theme, whole
from verbatim.storage.queries.browsing import Span

MARK = re.compile(r'<a href="/comments/([^"]+)" tabindex="-1" class="said (\w+)')


def marks(text: str) -> list[str]:
    return [key for key, _ in MARK.findall(text)]


def comments(client: httpx.Client, **params: object) -> set[str]:
    found = client.get("/v1/comments", params={"limit": 1000, **params}).json()["comments"]  # type: ignore[arg-type]
    return {one["id"] for one in found}


def span(number: int, similarity: float, margin: float) -> Span:
    return Span(f"C{number}", "T1", similarity, margin, 0.0)


def test_comments_stand_around_the_bubbles_and_in_the_list_below(viewer: httpx.Client) -> None:
    text = whole(viewer, "/themes/map?span=all")
    found = marks(text)
    assert 12 <= len(found) == len(set(found)) <= MOST
    listed = re.findall(r'<li><a href="/comments/([^"]+)">', text.split("The comments of the map")[1])
    assert sorted(listed) == sorted(found)
    assert marks(whole(viewer, "/themes/map?span=all")) == found


def test_they_are_of_their_themes(viewer: httpx.Client) -> None:
    below = whole(viewer, "/themes/map?span=all").split("The comments of the map")[1]
    for key, items in re.findall(
        r'<h2><a href="/themes/([^"?]+)[^>]*>.*?</h2>\s*<ul class="plain">(.*?)</ul>', below, re.S
    ):
        assert set(re.findall(r'href="/comments/([^"]+)"', items)) <= comments(viewer, theme=key)


@pytest.mark.parametrize("asked", ["where=team=North", "from=2026-01-05&to=2026-02-05"])
def test_they_are_of_the_filters_of_the_page(viewer: httpx.Client, asked: str) -> None:
    params: dict[str, object] = dict(one.split("=", 1) for one in asked.split("&"))
    every, allowed = comments(viewer), comments(viewer, **params)
    found = set(marks(whole(viewer, f"/themes/map?span=all&{asked}")))
    assert found
    assert found <= allowed < every


@pytest.mark.parametrize("limits", [{"accounts": ["A1"]}, {"teams": ["South"]}])
def test_who_sees_some_comments_sees_no_others_on_the_map(mined: Served, limits: dict[str, Any]) -> None:
    limited, whole_view = mined.as_role("viewer", **limits), mined.as_role("viewer")
    assert set(marks(whole(whole_view, "/themes/map?span=all"))) - comments(
        limited
    )  # first: it must not be kept for all
    found = set(marks(whole(limited, "/themes/map?span=all")))
    assert found
    assert found <= comments(limited)


def test_the_nearest_are_chosen_and_some_at_the_edge() -> None:
    spans = [span(number, 0.9 - number / 100, 0.5 - number / 50) for number in range(20)]
    found = chosen(spans, 6)
    assert [(one.comment_id, edge) for one, edge in found] == [
        ("C0", False), ("C1", False), ("C2", False), ("C3", False), ("C19", True), ("C18", True),
    ]  # fmt: skip
    assert chosen(reversed(spans), 6) == found
    assert chosen([], 6) == []
    assert len(chosen(spans[:2], 6)) == 2


def test_texts_that_are_alike_count_once() -> None:
    found = chosen([span(number, 0.9, 0.3) for number in range(9)] + [span(20, 0.5, 0.1)], 6)
    assert [one.comment_id for one, _ in found] == ["C0", "C20"]


def _drawn(count: int) -> tuple[list[Bubble], list[Said]]:
    draws = np.random.default_rng(11)
    themes = [theme(f"T{place}", int(draws.integers(50, 400))) for place in range(count)]
    places = {one.id: (float(x), float(y)) for one, (x, y) in zip(themes, draws.normal(size=(count, 2)), strict=True)}
    bubbles = drawn_map(places, themes)
    said = [
        Said(one.theme.id, f"{one.theme.id}-{number}", "words", "mixed", edge=False, at=None)
        for one in bubbles for number in range(8)
    ]  # fmt: skip
    return bubbles, said


def test_marks_lie_on_the_paper_apart_from_each_other_and_from_every_bubble() -> None:
    bubbles, said = _drawn(12)
    dots = dots_of(bubbles, said)
    assert len(dots) == 8 * sum(has_ring(one.r) for one in bubbles) > 0
    for place, one in enumerate(dots):
        assert 0 <= one.x <= WIDTH
        assert 0 <= one.y <= HEIGHT
        assert all(np.hypot(one.x - each.x, one.y - each.y) > each.r + 5 for each in bubbles)
        assert all(np.hypot(one.x - other.x, one.y - other.y) > 10 for other in dots[:place])


def test_small_bubbles_stand_alone() -> None:
    bubbles, said = _drawn(100)
    shown = {one.said.theme_id for one in dots_of(bubbles, said)}
    assert shown == {one.theme.id for one in bubbles if has_ring(one.r)}
    assert len(shown) < 30


@pytest.mark.parametrize(("mood", "corners"), [("positive", 3), ("negative", 3), ("mixed", 4), ("unknown", 0)])
def test_a_mood_has_a_shape_of_its_own(mood: str, corners: int) -> None:
    bubble = drawn_map({}, [theme("T1", 5)])
    (dot,) = dots_of(bubble, [Said("T1", "C1", "words", mood, edge=False, at=None)])
    points = [] if dot.shape is None else dot.shape.split()
    assert len(points) == corners
    if corners == 3:
        tip = dot.y - float(points[0].split(",")[1])
        assert (tip > 0) is (mood == "positive")
