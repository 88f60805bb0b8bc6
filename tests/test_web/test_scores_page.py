"""The page of scores: figures are those of the API, filters are in the address, nobody sees more than the API shows."""

from __future__ import annotations

import html
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from api.web.drawing import Bar, Lines, Mark, Point, bar_chart, line_chart, nice_ticks
from tests.test_api.conftest import Served
from verbatim.reports.words import amount, count

HOSTILE = '"><script>alert(1)</script>'
START = datetime(2026, 5, 1, tzinfo=UTC)


def hrefs(text: str, path: str = "/comments") -> list[dict[str, list[str]]]:
    """The queries of all links to a page."""
    found = [html.unescape(one) for one in re.findall(r'href="([^"]*)"', text)]
    return [parse_qs(urlsplit(one).query, keep_blank_values=True) for one in found if urlsplit(one).path == path]


def points(values: list[float | None]) -> list[Point]:
    return [
        Point(START + timedelta(days=30 * place), value, None if value is None else value - 2,
              None if value is None else value + 2, f"month {place}", f"/comments?place={place}")
        for place, value in enumerate(values)
    ]  # fmt: skip


def test_the_page_shows_what_the_api_answers_and_leads_to_the_comments(sample: Served) -> None:
    viewer = sample.as_role("viewer")
    asked: dict[str, Any] = {"from": "2026-06-01", "to": "2026-09-01"}
    told = viewer.get("/v1/scores/csat", params=asked).json()["sheets"][0]["total"]
    page = viewer.get("/scores", params={**asked, "metric": "csat", "by": "channel"})
    assert page.status_code == 200
    assert amount(told["value"], "percent") in page.text
    assert f"n {count(told['n'])}" in page.text
    groups = viewer.get("/v1/scores/csat", params={**asked, "by": "channel"}).json()["sheets"][0]["rows"]
    behind = hrefs(page.text)
    for row in groups:
        there = {"metric": ["csat"], "from": ["2026-06-01"], "to": ["2026-09-01"],
                 "where": [f"channel={row['segments']['channel']}"]}  # fmt: skip
        assert there in behind
        comments = viewer.get("/v1/comments", params={**there, "limit": 1})  # type: ignore[arg-type]
        assert comments.status_code == 200
    assert {"metric": ["csat"], "from": ["2026-07-01"], "to": ["2026-08-01"]} in behind


def test_conditions_go_along_to_every_link(sample: Served) -> None:
    page = sample.as_role("viewer").get("/scores", params={"metric": "csat", "where": "channel=email", "by": "team"})
    assert page.status_code == 200
    assert all("channel=email" in one["where"] for one in hrefs(page.text) if "metric" in one)
    assert any(len(one["where"]) == 2 for one in hrefs(page.text) if "metric" in one)


def test_a_cross_table_has_a_row_and_a_column_for_each_value(sample: Served) -> None:
    viewer = sample.as_role("viewer")
    page = viewer.get("/scores", params=[("metric", "csat"), ("by", "channel"), ("by", "tier")])
    table = page.text.split('class="cross"')[1].split("</table>")[0]
    told = viewer.get("/v1/scores/csat", params=[("by", "channel"), ("by", "tier")]).json()["sheets"][0]["rows"]
    for name in ("channel", "tier"):
        assert all(f">{row['segments'][name]}<" in table for row in told if row["segments"][name])


def test_empty_fields_of_the_form_leave_the_address(sample: Served) -> None:
    viewer = sample.as_role("viewer")
    answer = viewer.get("/scores?metric=nps&from=&to=&by=channel&by=&where=")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/scores?metric=nps&by=channel")


@pytest.mark.parametrize(
    "asked",
    [
        {"by": HOSTILE}, {"where": HOSTILE}, {"metric": HOSTILE}, {"where": f"{HOSTILE}=x"}, {"from": "2026-13-01"},
        {"by": "ticket_id"}, {"where": "channel=" + "x" * 200},
    ],
)  # fmt: skip
def test_what_fits_nothing_is_said_as_text(sample: Served, asked: dict[str, str]) -> None:
    page = sample.as_role("viewer").get("/scores", params=asked)
    assert page.status_code in {200, 404, 422}
    assert "<script>alert" not in page.text


def test_single_agents_stay_hidden_from_roles_that_do_not_see_them(sample: Served) -> None:
    viewer = sample.as_role("viewer")
    assert viewer.get("/scores", params={"by": "agent"}).status_code == 403
    assert "option>agent" not in viewer.get("/scores").text
    assert sample.as_role("analyst").get("/scores", params={"by": "agent"}).status_code == 200


def test_a_limited_key_sees_its_own_answers_only(sample: Served) -> None:
    some = sample.as_role("viewer").get("/v1/comments", params={"metric": "csat", "limit": 1}).json()["comments"][0]
    limited = sample.as_role("viewer", accounts=[some["account"]])
    told = limited.get("/v1/scores/csat", params={"from": "2026-01-01"}).json()["sheets"][0]["total"]
    page = limited.get("/scores", params={"from": "2026-01-01"})
    assert f"n {count(told['n'])}" in page.text
    assert "What contradicts what" not in page.text
    assert told["n"] < sample.as_role("viewer").get("/v1/scores/csat").json()["sheets"][0]["total"]["n"]


def test_contradictions_and_milestones_come_when_they_are_counted(sample: Served) -> None:
    viewer = sample.as_role("viewer")
    told = viewer.get("/v1/divergences").json()["divergences"]
    events = viewer.get("/v1/scores/csat/milestones").json()["milestones"]
    until = time.monotonic() + 30
    while "data-again" in (text := viewer.get("/scores").text) and time.monotonic() < until:
        time.sleep(0.1)
    assert told
    assert all(html.escape(one["statement"], quote=False) in html.unescape(text) for one in told)
    assert all(one["name"] in html.unescape(text) for one in events)


def test_an_empty_store_says_what_to_do(empty: Served) -> None:
    text = empty.as_role("analyst").get("/scores").text
    assert "No answers yet" in text
    assert 'href="/import"' in text.split("<main")[1]
    assert 'href="/import"' not in empty.as_role("viewer").get("/scores").text


def test_who_is_not_logged_in_comes_to_the_login(empty: Served) -> None:
    answer = empty.nobody().get("/scores?metric=nps")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=%2Fscores%3Fmetric%3Dnps")


def test_a_line_breaks_where_nothing_is_known() -> None:
    drawn = line_chart(Lines(points([70.0, 72.0, None, 65.0, 66.0]), "a line", "percent"))
    assert drawn.count('class="line"') == 2 * 2  # two pieces, wide and thin
    assert drawn.count('class="interval"') == 2 * 2
    assert drawn.count("<a ") == 2 * 4
    assert 'aria-label="a line"' in drawn


def test_a_line_of_nothing_is_no_drawing() -> None:
    assert line_chart(Lines(points([None, None]), "a line")) == ""


def test_texts_in_drawings_are_escaped() -> None:
    marks = (Mark(START + timedelta(days=10), "1", HOSTILE),)
    point = Point(START, 5.0, label=HOSTILE, href=f"/comments?where={HOSTILE}")
    line = line_chart(Lines([point, *points([4.0, 6.0])[1:]], HOSTILE, marks=marks))
    bars = bar_chart([Bar(HOSTILE, 50.0, 40.0, 60.0, HOSTILE, HOSTILE, HOSTILE)], label=HOSTILE, bounds=(0, 100))
    for drawn in (line, bars):
        assert "<script" not in drawn
        assert "&lt;script&gt;" in drawn


def test_everything_drawn_lies_within_the_drawing() -> None:
    bars = [Bar("x" * 5_000, 100.0, 90.0, 140.0, "100%"), Bar("low", -300.0, None, None, "none"), Bar("no", None)]
    drawn = str(bar_chart(bars, label="bars", bounds=(-100, 100)))
    assert "x" * 60 not in drawn.split('class="chart thin"')[0].replace("<title>", "").split("</title>")[-1]
    for svg in re.findall(r"<svg.*?</svg>", drawn):
        width = float(re.search(r'width="(\d+)"', svg)[1])  # type: ignore[index]
        for x, wide in re.findall(r'x="([\d.-]+)" width="([\d.]+)"[^>]*class="bar', svg):
            assert 0 <= float(x) <= float(x) + float(wide) <= width + 1


@pytest.mark.parametrize(("low", "high"), [(0, 100), (61, 84), (-12.5, 3.25), (4.31, 4.39), (0, 0), (-100, 100)])
def test_ticks_are_round_and_hold_the_span(low: float, high: float) -> None:
    ticks = nice_ticks(low, high)
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 2 <= len(ticks) <= 9 or low == high


def test_each_metric_can_be_chosen(sample: Served) -> None:
    viewer: httpx.Client = sample.as_role("viewer")
    for metric in ("csat", "ces", "nps"):
        for period in ("week", "quarter"):
            page = viewer.get("/scores", params={"metric": metric, "period": period})
            assert page.status_code == 200
            assert f"{metric.upper()} by {period}" in page.text
