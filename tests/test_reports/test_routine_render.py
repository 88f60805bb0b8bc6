from __future__ import annotations

import io
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook

from tests.test_reports.routine_example import example_account, example_daily, example_weekly
from verbatim.errors import UserError
from verbatim.reports import FORMATS, render, write_report
from verbatim.reports.document_xlsx import document_sheets
from verbatim.reports.html import document_html
from verbatim.reports.render import document_of

if TYPE_CHECKING:
    from collections.abc import Callable

GOLDEN = Path(__file__).parent / "golden"
EXAMPLES = {"daily": example_daily, "weekly": example_weekly, "account": example_account}
HOSTILE = (
    '=HYPERLINK("http://evil.example")<script>alert(1)</script><img src=x onerror=alert(2)>\u202e'
    " [x](javascript:1) @all {{ 7*7 }} # \u05e9\u05dc\u05d5\u05dd"
)
every_kind = pytest.mark.parametrize("kind", sorted(EXAMPLES))


def hostile(kind: str) -> object:
    make: Callable[..., object] = EXAMPLES[kind]
    return make(HOSTILE, HOSTILE)


class Page(HTMLParser):
    """Tags with their attributes, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@every_kind
@pytest.mark.parametrize("fmt", ["md", "json"])
def test_text_formats_match_the_golden_file(kind, fmt):
    found = render(EXAMPLES[kind](), fmt).decode()
    path = GOLDEN / f"{kind}.{fmt}"
    if os.environ.get("VERBATIM_REWRITE_GOLDEN"):
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


@every_kind
def test_page_runs_and_loads_nothing_whatever_customers_write(kind):
    text = render(hostile(kind), "html").decode()
    page = Page(text)
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "image", "use"}
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        assert not {"src", "href", "xlink:href", "srcset", "action"} & set(attributes), tag
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "{{ 7*7 }}" in text
    policy = next(a["content"] for t, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


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
    book = load_workbook(io.BytesIO(render(hostile(kind), "xlsx")))
    cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert any(text.startswith("'=HYPERLINK") for text in texts)
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@", "\t", "\r"))]


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
    levels = [int(tag[1]) for tag, _ in Page(text).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
    pictures = re.findall(r"<svg .*?</svg>", text, flags=re.DOTALL)
    assert pictures
    for picture in pictures:
        root = ElementTree.fromstring(picture)  # noqa: S314 — drawn by ourselves
        assert root.get("role") == "img"
        assert "60.0%" in (root.get("aria-label") or "")


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
