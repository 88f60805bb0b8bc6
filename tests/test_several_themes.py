"""Comments on several themes: one counts once on each and once in all, and each theme shows its own part."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.test_reports.stored import Writer, open_test_store
from verbatim.browse import best_quotes, everything_said, find_theme, months_of, theme_tree, with_sub_themes
from verbatim.demo import _topics_of_themes
from verbatim.reports import build_monthly, render
from verbatim.reports.xlsx import sheets
from verbatim.storage import queries
from verbatim.storage.tables import comment, theme

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from verbatim.reports import MonthlyReport
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

NAMES = {
    "S": "Broken search",
    "S1": "Search in folders",
    "S2": "Search in mails",
    "K": "Friendly people",
    "E": "Failing exports",
    "no-detail": "No detail",
}
PARENTS = {"S1": "S", "S2": "S"}
FOLDERS = "Search finds nothing in my folders."
KIND = "Ann was kind and quick about it."
EXPORT = "The export stops after an hour."
MAILS = "Searching old mails finds nothing either."


class Said:
    """A September of plain comments; an October of comments in parts. Keys of those that are asked for."""

    def __init__(self, store: Store) -> None:
        writer = Writer(store)
        for number in range(40):
            at = datetime(2026, 9, 1 + number % 28, 9, tzinfo=UTC)
            given = ("S1", "K", "E", "no-detail")[number % 4]
            text = "ok" if given == "no-detail" else f"Plain words number {number} on theme {given} of September"
            writer.answer(at, 5.0, text=text, theme=given)
        october = [datetime(2026, 10, 1 + day, 9, tzinfo=UTC) for day in range(28)]
        self.two = [
            writer.answer_in_parts(at, 1.0, [(FOLDERS, "S1", -0.9), (f"{day}: {KIND}", "K", 0.9)])
            for day, at in enumerate(october[:8])
        ]
        self.thrice = [
            writer.answer_in_parts(
                at, 1.0, [(FOLDERS, "S1", -0.9), (EXPORT, "E", -0.8), (f"{day}: {MAILS}", "S2", -0.5)]
            )
            for day, at in enumerate(october[:6])
        ]
        for number, at in enumerate(october[:10]):
            writer.answer(at, 5.0, text=f"Everybody explained step {number} patiently to me", theme="K")
        for at in october[:6]:
            writer.answer(at, 5.0, text="ok", theme="no-detail")
        writer.write()
        writer.mine(NAMES, PARENTS)
        with store.writing() as connection:
            own = theme.update().where(theme.c.id == "S")
            connection.execute(own.values(quotes=[self.thrice[0], self.two[0]]))


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Settings, Said]]:
    store, settings = open_test_store(tmp_path_factory.mktemp("several"))
    with store:
        yield store, settings, Said(store)


@pytest.fixture(scope="module")
def report(opened: tuple[Store, Settings, Said]) -> MonthlyReport:
    store, settings, _ = opened
    return build_monthly(store, settings, month="2026-10")


def test_shares_are_of_comments_not_of_places_on_themes(opened: tuple[Store, Settings, Said]) -> None:
    tree = {row.id: row for row in theme_tree(opened[0])}
    assert {key: tree[key].size for key in ("S", "S1", "S2", "K", "E")} == {
        "S": 24,
        "S1": 24,
        "S2": 6,
        "K": 28,
        "E": 16,
    }
    assert tree["S"].share == pytest.approx(24 / 70)
    assert sum(row.share for row in tree.values() if row.parent_id is None) > 1


def test_a_month_counts_a_comment_once(opened: tuple[Store, Settings, Said]) -> None:
    store, settings, _ = opened
    tree = theme_tree(store)
    months = months_of(store, with_sub_themes(tree, find_theme(tree, "S")), tz=settings.timezone)
    assert [(month.month, month.n, month.of) for month in months] == [("2026-09", 10, 40), ("2026-10", 14, 30)]


def test_counting_under_other_names_counts_a_comment_once_there(opened: tuple[Store, Settings, Said]) -> None:
    store = opened[0]
    counted = queries.theme_counts(store, period=None, under={"S1": "S", "S2": "S", "K": "K"})
    assert dict(zip(counted["theme_id"], counted["n"], strict=True)) == {"S": 24, "K": 28}
    assert queries.theme_counts(store, period=None, under={}).empty
    assert queries.theme_counts(store, period=None, under={None: "none"}).empty


def test_quotes_show_the_part_on_the_theme_and_keep_the_whole(opened: tuple[Store, Settings, Said]) -> None:
    store, _, said = opened
    tree = theme_tree(store)
    both, one = best_quotes(store, tree, find_theme(tree, "S"))
    assert (both.comment_id, one.comment_id) == (said.thrice[0], said.two[0])
    assert both.part == f"{FOLDERS} … 0: {MAILS}"
    assert both.text == f"{FOLDERS} {EXPORT} 0: {MAILS}"
    assert [both.text[span.start : span.end].strip() for span in both.spans] == [FOLDERS, f"0: {MAILS}"]
    assert one.part == f"{FOLDERS} …"
    kind = [quote for quote in everything_said(store, {"K"}) if quote.comment_id == said.two[3]]
    assert [quote.part for quote in kind] == [f"… 3: {KIND}"]
    assert len({quote.comment_id for quote in everything_said(store, None)}) == len(everything_said(store, None)) == 70


def test_the_report_counts_comments_once_a_theme_and_once_in_all(report: MonthlyReport) -> None:
    themes = {line.id: line for line in report.themes.top}
    assert (report.comments, report.themes.comments, report.themes.uninformative) == (30, 24, 6)
    assert report.themes.unassigned == 0
    assert {key: line.volume for key, line in themes.items()} == {"K": 18, "S": 14, "E": 6}
    assert {line.share.n for line in themes.values()} == {24}
    assert themes["S"].share.value == pytest.approx(100 * 14 / 24)
    assert themes["S"].change is not None
    assert themes["S"].change.before.n == 30
    assert not [caveat for caveat in report.caveats if "after the themes were mined" in caveat]


def test_an_answer_is_on_the_theme_or_in_the_rest_never_both(report: MonthlyReport) -> None:
    for line in report.themes.top:
        for score in line.scores:
            assert score.inside.n + score.outside.n == 24
    search, kind = ({line.id: line for line in report.themes.top}[key].scores[0] for key in ("S", "K"))
    assert (search.inside.value, search.inside.n, search.outside.value) == (0.0, 14, 100.0)
    assert (kind.inside.n, kind.outside.n, kind.outside.value) == (18, 6, 0.0)


def test_sentiment_is_of_the_parts_on_the_theme_one_a_comment(report: MonthlyReport) -> None:
    search = next(line for line in report.themes.top if line.id == "S")
    assert search.sentiment is not None
    assert search.sentiment.n == 14
    assert search.sentiment.value == pytest.approx((8 * -0.9 + 6 * -0.7) / 14, abs=1e-4)


def test_the_quotes_of_the_report_are_the_parts(report: MonthlyReport) -> None:
    quotes = {line.id: line.quotes for line in report.themes.top}
    assert quotes["S"][0].text == f"{FOLDERS} … 0: {MAILS}"
    assert quotes["S"][0].kind == "complaint"
    assert not [quote for quote in quotes["K"] if quote.kind == "complaint"]  # the answer was for the search
    assert not [quote for quote in quotes["K"] if "Search" in quote.text]
    stored = json.loads(render(report, "json"))["themes"]["top"]
    (first, *_) = next(line for line in stored if line["id"] == "S")["quotes"]
    assert first["comment"] == f"{FOLDERS} {EXPORT} 0: {MAILS}"
    assert len(first["spans"]) == 2
    shown = next(sheet for sheet in sheets(report) if sheet.title == "Quotes")
    assert f"{FOLDERS} … 0: {MAILS}" in {row[-1] for row in shown.rows}


def test_nothing_says_that_shares_add_up(report: MonthlyReport) -> None:
    for fmt in ("md", "html"):
        assert "counts on every theme" in render(report, fmt).decode()
    assert any("need not add up to 100%" in note.text for note in report.method)


def test_the_demo_counts_a_comment_once_a_theme(opened: tuple[Store, Settings, Said], tmp_path: Path) -> None:
    store, _, said = opened
    with store.writing() as connection:
        connection.execute(comment.update().values(external_id=comment.c.id))
    rows = ["id,themes", *(f"{key},search" for key in said.thrice), *(f"{key},search;people" for key in said.two)]
    (tmp_path / "truth_comments.csv").write_text("\n".join(rows), encoding="utf-8")
    topics = _topics_of_themes(store, tmp_path)
    assert topics["S", "search"] == pytest.approx(14 / 24)
    assert topics["K", "people"] == pytest.approx(8 / 28)
    assert topics["S2", "search"] == 1.0
