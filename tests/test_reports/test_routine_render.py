from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.test_reports.rendered import HOSTILE, POLICY, Page, formulas, kept, pictures, texts_of
from tests.test_reports.routine_example import example_account, example_daily, example_weekly
from verbatim.errors import UserError
from verbatim.reports import FORMATS, render, write_report
from verbatim.reports.document_xlsx import document_sheets
from verbatim.reports.html import document_html
from verbatim.reports.render import document_of

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = {"daily": example_daily, "weekly": example_weekly, "account": example_account}
every_kind = pytest.mark.parametrize("kind", sorted(EXAMPLES))


def hostile(kind: str) -> object:
    make: Callable[..., object] = EXAMPLES[kind]
    return make(HOSTILE, HOSTILE)


@every_kind
@pytest.mark.parametrize("fmt", ["md", "json"])
def test_text_formats_match_the_golden_file(kind, fmt):
    found = render(EXAMPLES[kind](), fmt).decode()
    assert found == kept(found, f"{kind}.{fmt}")


@every_kind
def test_page_runs_and_loads_nothing_whatever_customers_write(kind):
    text = render(hostile(kind), "html").decode()
    page = Page(text)
    assert page.dangers() == []
    assert page.policy == POLICY
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "{{ 7*7 }}" in text


@every_kind
def test_markdown_shows_hostile_text_as_text(kind):
    text = render(hostile(kind), "md").decode()
    assert "<script>" not in text
    assert "[x](" not in text
    assert "@all" not in text
    assert "\u202e" not in text
    assert "\u05e9\u05dc\u05d5\u05dd" in text


@every_kind
def test_no_cell_of_the_workbook_is_a_formula(kind):
    texts = texts_of(render(hostile(kind), "xlsx"))
    assert any(text.startswith("'=HYPERLINK") for text in texts)
    assert formulas(texts) == []


@every_kind
def test_sheets_are_named_once_and_their_rows_fit_their_header(kind):
    pages = document_sheets(document_of(hostile(kind)))
    titles = [page.title.lower() for page in pages]
    assert len(set(titles)) == len(titles)
    for page in pages:
        assert 0 < len(page.title) <= 31
        assert not re.search(r"[\[\]:*?/\\]", page.title)
        assert all(len(row) == len(page.header) for row in page.rows), page.title


@every_kind
def test_headings_do_not_skip_a_level_and_charts_are_named_pictures(kind):
    text = document_html(document_of(EXAMPLES[kind]()))
    page = Page(text)
    assert page.levels[0] == 1
    assert page.skips() == []
    charts = pictures(text)
    assert charts
    for chart in charts:
        assert chart.get("role") == "img"
        assert "60.0%" in (chart.get("aria-label") or "")


@every_kind
@pytest.mark.parametrize("fmt", ["html", "md", "json", "xlsx"])
def test_same_report_gives_the_same_bytes(kind, fmt):
    assert render(EXAMPLES[kind](), fmt) == render(EXAMPLES[kind](), fmt)


@pytest.mark.pdf
@every_kind
def test_pdf_has_the_title_and_the_method_and_takes_hostile_text(kind, tmp_path):
    pytest.importorskip("weasyprint", reason="WeasyPrint or Pango is not installed", exc_type=OSError)
    pypdf = pytest.importorskip("pypdf")
    path = write_report(hostile(kind), "pdf", tmp_path / "report.pdf")
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    assert "Method" in text
    assert "in figures" not in text  # what unfolds on a screen stays off paper
    assert "alert(1)" in text


def test_value_that_is_no_report_is_refused():
    class Nothing:
        def to_dict(self) -> dict[str, object]:
            return {}

    for fmt in set(FORMATS) - {"json"}:
        with pytest.raises(UserError, match="Nothing is no report"):
            render(Nothing(), fmt)
