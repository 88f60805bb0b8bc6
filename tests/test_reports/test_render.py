from __future__ import annotations

import io
import json
import sys
from dataclasses import replace
from functools import cache

import pytest

from tests.test_reports.example import example_report
from tests.test_reports.rendered import HOSTILE, POLICY, Page, formulas, kept, pictures, texts_of
from verbatim.errors import MissingExtraError, StoreFullError, UserError
from verbatim.reports import FORMATS, render, write_report
from verbatim.reports.html import to_html
from verbatim.reports.model import Chronic, Group, MonthlyReport, Praised, Quote, Recognition, Sentence, Story
from verbatim.reports.pdf import to_pdf
from verbatim.reports.xlsx import guarded, sheets


def hostile_report(bad: str = HOSTILE) -> MonthlyReport:
    """The example with hostile text wherever customers' or sources' words come in."""
    report = example_report()
    theme = report.themes.top[0]
    quotes = (Quote(bad, "complaint", bad, bad, bad), Quote("=1+1", "praise", None, None, "c"))
    bad_theme = replace(theme, name=bad, keywords=(bad,), quotes=quotes)
    section = report.metrics[0]
    groups = (Group(bad, section.figure, True), Group("-2+3", section.figure, False))
    breakdown = replace(section.breakdowns[0], segment=bad, groups=groups)
    return replace(
        report,
        organisation=bad,
        metrics=(replace(section, breakdowns=(breakdown,)), *report.metrics[1:]),
        marks=(replace(report.marks[0], name=bad),),
        themes=replace(report.themes, top=(bad_theme,), movements=(replace(report.themes.movements[0], name=bad),)),
        story=Story(*((Sentence(bad, bad, bad),) for _ in range(3)), None),
        chronic=Chronic((Sentence(bad, bad),)),
        recognition=Recognition((Praised(bad, bad, bad),), bad),
        retention=None if report.retention is None else replace(report.retention, note=bad),
    )


@cache
def example_page() -> str:
    return to_html(example_report())


@cache
def hostile_page() -> str:
    return to_html(hostile_report())


@pytest.mark.parametrize("fmt", ["md", "json"])
def test_text_formats_match_the_golden_file(fmt):
    found = render(example_report(), fmt).decode()
    assert found == kept(found, f"report.{fmt}")


def test_page_loads_nothing_and_runs_nothing():
    for text in (example_page(), hostile_page()):
        page = Page(text)
        assert page.dangers() == []
        assert page.policy == POLICY
        assert "url(" not in text.split("</style>")[0]
        assert "@import" not in text


def test_hostile_text_is_shown_as_text():
    text = hostile_page()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    markdown = render(hostile_report(), "md").decode()
    assert "<script>" not in markdown
    assert r"\<script\>" in markdown
    assert "\u202e" not in markdown
    assert "[x](" not in markdown
    assert "@all" not in markdown


def test_every_chart_is_a_named_picture_and_well_formed():
    text = hostile_page()
    charts = pictures(text)
    assert len(charts) >= 6
    for chart in charts:
        assert chart.get("role") == "img"
        assert len(chart.get("aria-label") or "") > 10


def test_page_has_a_table_behind_every_kind_of_chart():
    page = Page(example_page())
    captions = sum(1 for tag, _ in page.tags if tag == "caption")
    details = sum(1 for tag, _ in page.tags if tag == "details")
    assert details == 3 + 2 + 1
    assert captions >= details


def test_page_colours_follow_the_reader_and_paper_colours_are_fixed():
    assert "var(--accent)" in example_page().split("</style>")[1]
    assert "var(--accent)" not in to_html(example_report(), paper=True).split("</style>")[1]


def test_headings_do_not_skip_a_level():
    page = Page(example_page())
    assert page.levels[0] == 1
    assert page.skips() == []


def test_no_cell_of_the_workbook_is_a_formula():
    texts = texts_of(render(hostile_report(), "xlsx"))
    assert len(texts) > 100
    assert "'=1+1" in texts
    assert "'-2+3" in texts
    assert formulas(texts) == []


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r", " =", "\uff1d"])
def test_cells_that_begin_like_formulas_get_an_apostrophe(start):
    assert guarded(f"{start}cmd") == f"'{start}cmd"


def test_numbers_and_plain_text_stay_as_they_are():
    assert guarded(-3.5) == -3.5
    assert guarded("a=b") == "a=b"
    assert guarded(None) is None
    assert guarded("bell\x07") == "bell\ufffd"


def test_workbook_has_a_sheet_a_section_with_equal_rows():
    for sheet in sheets(example_report()):
        assert all(len(row) == len(sheet.header) for row in sheet.rows), sheet.title
    assert [sheet.title for sheet in sheets(example_report())][:2] == ["Summary", "Scores"]


def test_workbook_has_changes_of_groups_and_drivers_with_their_intervals():
    pages = {
        sheet.title: [dict(zip(sheet.header, row, strict=True)) for row in sheet.rows]
        for sheet in sheets(example_report())
    }
    theme = example_report().themes.top[0]
    (score, *_) = theme.scores
    first = pages["Drivers"][0]
    assert (first["theme"], first["metric"]) == (theme.name, score.name)
    assert (first["on the theme: n"], first["the rest: n"]) == (score.inside.n, score.outside.n)
    assert (first["difference"], first["verdict"]) == (score.difference, "more than noise")
    moved = [row for row in pages["Segments"] if row["change"] is not None]
    assert moved
    assert {row["verdict"] for row in moved} <= {"more than noise", "within noise"}


@pytest.mark.parametrize("fmt", ["html", "md", "json", "xlsx"])
def test_same_report_gives_the_same_bytes(fmt):
    first = example_page().encode() if fmt == "html" else render(example_report(), fmt)
    assert render(example_report(), fmt) == first


def test_json_holds_the_whole_report():
    read = json.loads(render(example_report(), "json"))
    assert next(iter(read)) == "schema"
    assert read["themes"]["movements"][0]["since"] == "June 2026"


@pytest.mark.pdf
def test_pdf_has_two_pages_before_the_detail():
    weasyprint = pytest.importorskip("weasyprint", reason="WeasyPrint or Pango is not installed", exc_type=OSError)
    assert weasyprint
    pypdf = pytest.importorskip("pypdf")
    document = pypdf.PdfReader(io.BytesIO(to_pdf(example_report())))
    pages = [page.extract_text() for page in document.pages]
    first = next(number for number, text in enumerate(pages) if "How far to trust" in text)
    assert first == 2
    assert "What next" in pages[0]
    assert "People to thank" in pages[1]
    assert any("Method" in text for text in pages)


def test_pdf_without_weasyprint_names_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'verbatim-mining\[pdf\]'"):
        to_pdf(example_report())


def test_pdf_without_pango_names_the_package(monkeypatch):
    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    with pytest.raises(MissingExtraError, match="apt install libpango.*brew install pango"):
        to_pdf(example_report())


def test_xlsx_without_openpyxl_names_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'verbatim-mining\[excel\]'"):
        render(example_report(), "xlsx")


def test_unknown_format_names_those_there_are():
    with pytest.raises(UserError, match=f"'docx'.*{', '.join(FORMATS)}"):
        render(example_report(), "docx")


def test_report_is_written_whole_into_a_new_folder(tmp_path):
    path = write_report(example_report(), "md", tmp_path / "new" / "report.md")
    assert path.read_bytes() == render(example_report(), "md")
    assert [each.name for each in path.parent.iterdir()] == ["report.md"]


def test_folder_or_unwritable_place_is_refused(tmp_path):
    with pytest.raises(UserError, match="is a folder"):
        write_report(example_report(), "md", tmp_path)
    blocker = tmp_path / "file"
    blocker.write_text("x")
    with pytest.raises(StoreFullError, match="cannot be written"):
        write_report(example_report(), "md", blocker / "report.md")
