"""Drivers and emerging themes asked of a store that is written row by row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.test_reports.stored import MONTHS, Writer, open_test_store
from verbatim.domain import Metric, stable_key
from verbatim.errors import EmptyError, NotFoundError, UserError
from verbatim.insights import Span, driver_sheet, emerging_sheet
from verbatim.storage.tables import assignment, theme

if TYPE_CHECKING:
    from pathlib import Path

    from verbatim.settings import Settings
    from verbatim.storage.store import Store

NAMES = {
    "T1": "Broken search",
    "T2": "Late login codes",
    "T3": "Friendly people",
    "T4": "Prices",
    "no-detail": "No detail",
}
PARENTS = {"T1a": "T1", "T1b": "T1"}


def write(store: Store) -> Writer:
    """A year of 60 answers a month: search breaks in June and is bad, late codes fade, prices are always bad."""
    writer = Writer(store)
    for position, (year, month) in enumerate(MONTHS):
        for number in range(60):
            at = datetime(year, month, 1 + number % 28, 9, number % 60, tzinfo=UTC)
            search = position >= 7 and number % 5 == 4
            late = position < 7 and number % 5 == 3
            theme_id = (
                f"T1{'ab'[number % 2]}" if search else "T2" if late else "T4" if number % 6 == 0
                else "T3" if number % 2 else "no-detail"
            )  # fmt: skip
            value = 1.0 if search or theme_id == "T4" and number % 5 else 2.0 if number % 10 == 1 else 5.0
            text = "ok" if theme_id == "no-detail" else f"{theme_id} is what person {number} of {month} wrote about"
            if number % 4 == 1:  # no comment
                text = ""
            writer.answer(at, value, text=text, theme=theme_id, contact_id=stable_key(f"contact {number % 37} {month}"))
    writer.write()
    writer.mine({**NAMES, "T1a": "Search in folders", "T1b": "Search in mails"}, PARENTS)
    return writer


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Settings]]:
    store, settings = open_test_store(tmp_path_factory.mktemp("insights"))
    with store:
        write(store)
        yield store, settings


def test_drivers_have_names_volume_share_and_impact(opened: tuple[Store, Settings]) -> None:
    sheet = driver_sheet(*opened, Metric.CSAT)
    table = sheet.table.set_index("name")
    assert set(table.index) == {"Broken search", "Late login codes", "Friendly people", "Prices"}
    assert table.loc["Broken search", "impact"] < 0 < table.loc["Friendly people", "impact"]
    assert table.loc["Broken search", "impact_high"] < 0
    assert not table.loc["Broken search", "is_noise"]
    assert table["share"].sum() == pytest.approx(100)  # of the comments that say something
    assert table["change"].isna().all()
    assert sheet.drivers.n == 720
    assert sheet.drivers.commented < 720


def test_a_month_is_compared_with_the_month_before(opened: tuple[Store, Settings]) -> None:
    table = driver_sheet(*opened, Metric.CSAT, span=Span.of_month("2026-06", "UTC")).table.set_index("name")
    assert table.loc["Broken search", "volume_before"] == 0
    assert table.loc["Broken search", "change"] > 10
    assert table.loc["Late login codes", "volume"] == 0


def test_january_is_compared_with_december() -> None:
    before = Span.of_month("2026-01", "UTC").before
    assert before is not None
    assert before.start == datetime(2025, 12, 1, tzinfo=UTC)


def test_the_fine_layer_shows_sub_themes_with_what_they_are_part_of(opened: tuple[Store, Settings]) -> None:
    table = driver_sheet(*opened, Metric.CSAT, layer="fine").table.set_index("name")
    assert "Broken search" not in table.index
    assert table.loc["Search in mails", "part_of"] == "Broken search"


def test_drivers_are_adjusted_for_segments_and_months(opened: tuple[Store, Settings]) -> None:
    sheet = driver_sheet(*opened, Metric.CSAT, segments=["channel", "month"])
    assert sheet.drivers.segments == ("channel", "month")
    with pytest.raises(NotFoundError, match="colour"):
        driver_sheet(*opened, Metric.CSAT, segments=["colour"])


def test_a_sheet_is_json(opened: tuple[Store, Settings]) -> None:
    found = json.loads(json.dumps(driver_sheet(*opened, Metric.CSAT).to_dict(), allow_nan=False))
    assert found["themes"][0]["theme_id"] in {"T1", "T4"}
    assert found["definition"]["name"].startswith("csat-5")
    emerging = json.loads(json.dumps(emerging_sheet(*opened).to_dict(), allow_nan=False))
    assert emerging["false_alarms"] == 0.05


@pytest.mark.parametrize("metric", [Metric.NPS, Metric.CES])
def test_without_ratings_it_says_what_to_do(opened: tuple[Store, Settings], metric: Metric) -> None:
    with pytest.raises(EmptyError, match=f"no {metric.value.upper()} answers yet"):
        driver_sheet(*opened, metric)


def test_an_empty_span_and_a_wrong_layer_are_errors(opened: tuple[Store, Settings]) -> None:
    with pytest.raises(EmptyError, match="another month"):
        driver_sheet(*opened, Metric.CSAT, span=Span.of_month("2031-01", "UTC"))
    with pytest.raises(UserError, match="top or fine"):
        driver_sheet(*opened, Metric.CSAT, layer="all")


def test_without_themes_it_says_to_mine(tmp_path: Path) -> None:
    store, settings = open_test_store(tmp_path)
    with store:
        for ask in (lambda: driver_sheet(store, settings, Metric.CSAT), lambda: emerging_sheet(store, settings)):
            with pytest.raises(EmptyError, match="verbatim mine"):
                ask()


def test_new_and_fading_themes_come_with_quotes_of_their_time(opened: tuple[Store, Settings]) -> None:
    sheet = emerging_sheet(*opened, month="2026-08")
    moved = sheet.moved.set_index("name")
    assert moved.loc["Broken search", ["kind", "since"]].tolist() == ["new", "2026-06"]
    assert moved.loc["Late login codes", "kind"] == "fading"
    assert not set(moved.index) & {"Search in folders", "Search in mails"}  # named once, as the theme
    quotes = moved.loc["Broken search", "quotes"]
    assert 1 <= len(quotes) <= 3
    assert all(sheet.texts[quote].startswith("T1") for quote in quotes)
    assert not sheet.found.is_noise


def test_chronic_themes_are_named_with_their_run(opened: tuple[Store, Settings]) -> None:
    chronic = emerging_sheet(*opened).chronic.set_index("name")
    assert chronic.loc["Broken search", ["basis", "run", "since"]].tolist() == ["csat", 5, "2026-06"]
    assert "Friendly people" not in chronic.index
    longer = opened[1].model_copy(update={"chronic_months": 6})
    assert "Broken search" not in set(emerging_sheet(opened[0], longer).chronic["name"])


def test_the_month_is_by_default_that_of_the_newest_comment(opened: tuple[Store, Settings]) -> None:
    sheet = emerging_sheet(*opened)
    assert sheet.month == "2026-10"
    assert "at most 5 % of months" in sheet.statement
    with pytest.raises(EmptyError, match="2027-01"):
        emerging_sheet(*opened, month="2027-01")


def test_several_assignments_a_comment_count_once(tmp_path: Path) -> None:
    store, settings = open_test_store(tmp_path)
    with store:
        writer = write(store)
        before = driver_sheet(store, settings, Metric.CSAT).table
        again = [
            {"model_id": stable_key("model"), "comment_id": key, "start": 5, "end": 9, "theme_id": one or None,
             "similarity": 0.4, "margin": 0.1, "sentiment": None}
            for key, one, _ in writer.assignments
        ]  # fmt: skip
        with store.writing() as connection:
            connection.execute(assignment.insert(), again)
        after = driver_sheet(store, settings, Metric.CSAT).table
        assert before.equals(after)


def test_archived_themes_are_in_no_list(tmp_path: Path) -> None:
    store, settings = open_test_store(tmp_path)
    with store:
        write(store)
        with store.writing() as connection:
            connection.execute(theme.update().where(theme.c.id == "T4").values(archived=True))
        assert "Prices" not in set(driver_sheet(store, settings, Metric.CSAT).table["name"])
        assert "Prices" not in set(emerging_sheet(store, settings).chronic["name"])
