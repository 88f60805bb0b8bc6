from __future__ import annotations

import io
import sys
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.test_reports.example import example_report
from tests.test_reports.rendered import HOSTILE, formulas
from tests.test_reports.test_mail import MAKERS, every_kind, hostile
from verbatim.errors import MissingExtraError
from verbatim.reports import render
from verbatim.reports.document import Document, Grid, Section
from verbatim.reports.model import Note
from verbatim.reports.slide_parts import TALL, label, shown
from verbatim.reports.slides import document_slides, slides_of

pptx = pytest.importorskip("pptx")

if TYPE_CHECKING:
    from collections.abc import Iterator


@cache
def made(kind: str, *, bad: bool = False) -> bytes:
    return render(hostile(kind) if bad else MAKERS[kind](), "pptx")


def deck_of(content: bytes) -> Any:
    return pptx.Presentation(io.BytesIO(content))


def shapes(deck: Any) -> Iterator[Any]:
    for slide in deck.slides:
        yield from slide.shapes


def texts(deck: Any) -> list[str]:
    found = []
    for shape in shapes(deck):
        if shape.has_text_frame:
            found += [paragraph.text for paragraph in shape.text_frame.paragraphs]
        if shape.has_table:
            found += [cell.text for row in shape.table.rows for cell in row.cells]
    return found


def document(*sections: Section) -> Document:
    return Document("Title", ("Acme", "October"), sections, (Note("CSAT", "A share."),), (), None)


@every_kind
def test_first_slide_is_the_title_and_every_section_has_one(kind):
    deck = deck_of(made(kind))
    titles = [slide.shapes.title.text for slide in deck.slides]
    assert titles[0] == MAKERS[kind]().title
    assert len(titles) == len(set(titles)) > 5
    assert any(title.startswith("Method") for title in titles)
    assert any(title.startswith("Scores") for title in titles)


@every_kind
def test_everything_stands_within_the_slide(kind):
    for content in (made(kind), made(kind, bad=True)):
        deck = deck_of(content)
        for shape in shapes(deck):
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height, shape.name


def test_charts_can_be_edited_and_hold_score_and_interval():
    deck = deck_of(made("monthly"))
    charts = [shape.chart for shape in shapes(deck) if shape.has_chart]
    csat = charts[0].plots[0]
    assert [series.name for series in csat.series] == ["CSAT", "95% interval, low", "95% interval, high"]
    assert list(csat.categories) == ["May", "Jun", "Jul", "Aug", "Sep", "Oct"]
    assert list(csat.series[0].values) == [84.2, 83.1, 83.5, 82.0, 82.6, 78.1]
    assert len(charts) == 3 + 1


def test_month_without_answers_is_a_gap_and_no_nought():
    deck = deck_of(made("monthly"))
    nps = [shape.chart for shape in shapes(deck) if shape.has_chart][2].plots[0]
    assert list(nps.series[0].values) == [None, None, 28.3, None, None, 21.4]


def test_notes_have_every_point_with_its_interval_and_n():
    deck = deck_of(made("monthly"))
    scores = next(slide for slide in deck.slides if slide.shapes.title.text == "Scores")
    notes = scores.notes_slide.notes_text_frame.text
    assert "Oct 78.1% (75.5 to 80.7%, n 850)" in notes
    assert "CSAT: 78.1% (75.4 to 80.8%, n 871)" in notes


@every_kind
def test_every_chart_has_a_text_alternative(kind):
    deck = deck_of(made(kind))
    for shape in shapes(deck):
        if shape.has_chart:
            assert len(shape._element.nvGraphicFramePr.cNvPr.get("descr")) > 20


@every_kind
def test_hostile_text_is_text_without_links_in_slides_and_workbooks(kind):
    deck = deck_of(made(kind, bad=True))
    said = texts(deck)
    assert any("<script>alert(1)</script>" in text for text in said)
    assert not any("\u202e" in text for text in said)
    for shape in shapes(deck):
        if shape.has_text_frame:
            runs = [run for paragraph in shape.text_frame.paragraphs for run in paragraph.runs]
            assert all(run.hyperlink.address is None for run in runs)
        if shape.has_chart:
            book = load_workbook(io.BytesIO(shape.chart.part.chart_workbook.xlsx_part.blob))
            cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
            assert {cell.data_type for cell in cells} <= {"s", "n"}
            assert all(cell.hyperlink is None for cell in cells)
            assert formulas([cell.value for cell in cells if isinstance(cell.value, str)]) == []


@pytest.mark.parametrize("name", ["=1+1", "{=1+1}", "https://evil.example", "mailto:a@b.example", "external:c:\\x.xls"])
def test_theme_called_like_a_formula_or_an_address_is_a_plain_cell(name):
    report = example_report()
    theme = replace(report.themes.top[0], name=name, status=None)
    deck = deck_of(render(replace(report, themes=replace(report.themes, top=(theme,))), "pptx"))
    chart = [shape.chart for shape in shapes(deck) if shape.has_chart][-1]
    cell = load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (f"'{name}", "s", None)


@every_kind
def test_same_report_gives_the_same_slides(kind):
    assert render(MAKERS[kind](), "pptx") == made(kind)


def test_long_table_goes_on_with_all_its_rows_under_the_same_header():
    rows = tuple((f"row {number}", "words " * 12) for number in range(60))
    pages = slides_of(document(Section("Many", (Grid("All", ("Name", "Text"), rows),))))
    tables = [part for slide in pages for part in slide.parts if hasattr(part, "rows")]
    assert len(tables) > 2
    assert {table.header for table in tables} == {("Name", "Text")}
    assert [row[0] for table in tables for row in table.rows] == [name for name, _ in rows]
    assert pages[0].title == f"Many (1 of {len(pages) - 1})"


def test_caption_stands_on_the_slide_of_its_table():
    rows = tuple((f"row {number}", "x") for number in range(9))
    grids = tuple(Grid(f"caption {number}", ("Name", "Text"), rows) for number in range(7))
    pages = slides_of(document(Section("Many", grids)))
    assert len(pages) > 4
    for page in pages[:-1]:
        assert hasattr(page.parts[-1], "rows")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=300), st.text(max_size=300)), min_size=1, max_size=30))
def test_whatever_is_written_no_slide_holds_more_than_fits(rows):
    for slide in slides_of(document(Section("Any", (Grid("All", ("Name", "Text"), tuple(rows)),)))):
        assert sum(part.height for part in slide.parts) <= TALL


def test_words_of_100_kilobytes_and_signs_that_no_file_can_hold_are_cut():
    text = shown("x" * 100_000 + " \x00\x1b\ud800\ufffe end")
    assert len(text) < 100
    document_slides(document(Section("\x00" + "y" * 100_000, (Grid("a", ("b", "c"), (("\x0b", HOSTILE * 50),)),))))


def test_names_of_a_chart_stay_as_they_are_where_they_are_harmless():
    assert label("Search in the new release") == "Search in the new release"


def test_slides_without_python_pptx_name_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "pptx", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'verbatim-mining\[slides\]'"):
        render(example_report(), "pptx")
