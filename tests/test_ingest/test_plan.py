from __future__ import annotations

from pathlib import Path

import pytest

from verbatim.errors import InputError
from verbatim.ingest.plan import default_source
from verbatim.storage.engine import prepare_store
from verbatim.storage.tables import comment, survey_response


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("responses-2026-09.csv", "responses"), ("Responses_20260901.csv.gz", "responses"), ("csat.csv", "csat"),
        ("nps q3 2026.xlsx", "nps"), ("2026-09.csv", "2026-09"), ("export (3).csv", "export (3)"),
        ("survey-oct.csv", "survey"),
        ("top10.csv", "top10"), ("survey1.csv", "survey1"), ("survey-2.csv", "survey-2"), ("tamar.csv", "tamar"),
        ("export 31.10.2026.csv", "export"), ("csat-2026-10-01_2026-10-31.csv", "csat"),
    ],
)  # fmt: skip
def test_a_source_is_the_files_name_without_its_date(name, source):
    assert default_source(Path(name)) == source


def test_a_plan_writes_nothing(desk, settings):
    desk.plan("id,date,nps\n1,2026-10-01,9\n")
    assert not settings.home.exists()


def test_the_preview_is_what_is_stored(desk, store, stored):
    text = "id,date,nps,comment,agent\n1,2026-10-01,9,Very helpful,Bo\n2,2026-10-01,8,Too slow for me,Cy\n"
    plan = desk.plan(text)
    desk.ingest(store, text)
    for table in (survey_response, comment):
        shown = [{"ticket_id": None, **row} for row in plan.preview[table.name]]
        assert sorted(shown, key=lambda row: row["id"]) == stored(table)


def test_what_would_be_rejected_is_counted_and_redacted(desk):
    plan = desk.plan("id,date,nps\n1,2026-10-01,9\n2,2026-10-01,ann@who.example\n3,soon,4\n")
    assert plan.tried == 3
    assert [(one.row, one.column, one.value) for one in plan.refusals] == [(3, "nps", "[EMAIL]"), (4, "date", "soon")]
    assert any("2 of the first 3 rows have rejects" in warning for warning in plan.warnings)


def test_an_order_of_dates_that_nothing_tells_must_be_named(desk):
    text = "id,date,nps\n1,1/8/2023,9\n2,2/8/2023,4\n"
    with pytest.raises(
        InputError, match=r"in 'date', is '1/8/2023' day/month or month/day\? .* --date-format dmy or mdy"
    ):
        desk.plan(text)
    assert desk.plan(text, date_format="mdy").preview["survey_response"][0]["occurred_at"].month == 1


def test_another_column_can_tell_the_order(desk):
    plan = desk.plan("id,sent_at,answered_at,nps\n1,31/7/2023 9:00,1/8/2023,9\n2,31/7/2023 9:00,2/8/2023,4\n")
    assert plan.dates[1].reason == "told by another column of the file"
    assert plan.preview["survey_response"][0]["occurred_at"].month == 8


def test_a_day_above_twelve_far_down_the_file_tells_the_order(desk):
    text = "id,date,nps\n" + "".join(f"{n},0{n % 8 + 1}/09/2026,9\n" for n in range(10_500)) + "x,30/09/2026,9\n"
    assert desk.plan(text).dates[0].format.name == "day/month/year"


def test_both_orders_in_one_column_are_an_error(desk):
    with pytest.raises(InputError, match="mixes day/month and month/day"):
        desk.plan("id,date,nps\n" + "1,31/1/2026,9\n2,1/31/2026,9\n" * 20)


def test_a_header_without_rows_and_rows_that_cannot_be_read_are_named(desk):
    with pytest.raises(InputError, match="a header but no rows below it"):
        desk.plan("id,date,nps\n")
    with pytest.raises(InputError, match="no row of the file can be read"):
        desk.plan("id,date,nps\n1,2\n")


def test_an_encoding_that_the_file_is_not_in_is_named(desk):
    for name in ("utf-16", "ascii"):
        with pytest.raises(InputError, match="encoding"):
            desk.plan("é,date,nps\n1,2026-10-01,9\n", encoding=name)


def test_no_date_and_no_id_are_warnings(desk):
    plan = desk.plan("nps,comment\n9,good\n")
    assert [warning.split(":")[0] for warning in plan.warnings] == ["no column with an id", "no column with a date"]


def test_planning_makes_no_store(desk, settings):
    plan = desk.plan("id,date,nps\n1,2026-10-01,9\n")
    with prepare_store(settings) as store, store.reading() as connection:
        assert connection.execute(survey_response.select()).all() == []
    assert plan.source == "responses"
