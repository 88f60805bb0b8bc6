"""Hostile text in comments, names of themes, accounts and owners is shown as text: each form, over all reports."""

from __future__ import annotations

import io
from email import message_from_bytes, policy
from functools import cache

import pytest
from openpyxl import load_workbook

from tests.test_reports.rendered import POLICY, Page, formulas, texts_of
from tests.test_reports.routine_example import example_account, example_daily, example_weekly
from tests.test_reports.test_render import hostile_report
from verbatim.reports import render
from verbatim.reports.harmless import LONGEST_WORD

ENDLESS = "w" * 100_000
BAD = (
    '=HYPERLINK("http://evil.example")<script>alert(1)</script><img src=x onerror=alert(2)> \u202e\u2066 \x00\ud800'
    f" [x](javascript:alert(1)) <!channel> <@U024> @all www.evil.example mailto:a@b.example {{{{ 7*7 }}}} {ENDLESS}"
)
KINDS = ("account", "daily", "monthly", "weekly")
every_kind = pytest.mark.parametrize("kind", KINDS)


@cache
def made(kind: str, fmt: str) -> bytes:
    if kind == "monthly":
        return render(hostile_report(BAD), fmt)
    return render({"account": example_account, "daily": example_daily, "weekly": example_weekly}[kind](BAD, BAD), fmt)


def tame(text: str) -> bool:
    """No turned line, nothing unprintable, no word that tears a page open."""
    return not set(text) & set("\u202e\u2066\x00\ud800") and "w" * (LONGEST_WORD + 1) not in text


@every_kind
def test_html_shows_it_escaped_and_runs_and_loads_nothing(kind):
    text = made(kind, "html").decode()
    page = Page(text)
    assert page.dangers() == []
    assert page.policy == POLICY
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "[x](javascript:alert(1)) &lt;!channel&gt;" in text
    assert "{{ 7*7 }}" in text
    assert tame(text)


@pytest.mark.pdf
@every_kind
def test_pdf_shows_it_without_a_link_or_an_action(kind):
    pytest.importorskip("weasyprint", reason="WeasyPrint or Pango is not installed", exc_type=OSError)
    pypdf = pytest.importorskip("pypdf")
    document = pypdf.PdfReader(io.BytesIO(made(kind, "pdf")))
    text = "".join("".join(page.extract_text().split()) for page in document.pages)
    assert "<script>alert(1)</script>" in text
    assert "{{7*7}}" in text
    assert tame(text)
    assert not any(page.get("/Annots") for page in document.pages)
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(document.trailer["/Root"])


@every_kind
def test_workbook_has_it_in_cells_of_text_without_links(kind):
    texts = texts_of(made(kind, "xlsx"))
    assert any(text.startswith("'=HYPERLINK") for text in texts)
    assert formulas(texts) == []
    assert all(tame(text) for text in texts)
    book = load_workbook(io.BytesIO(made(kind, "xlsx")))
    cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row]
    assert all(cell.hyperlink is None for cell in cells)


@every_kind
def test_markdown_marks_nothing_up_links_nowhere_and_calls_nobody(kind):
    text = made(kind, "md").decode()
    for danger in ("<script>", "[x](", "<!channel", "<@U", "@all", "://", "www.", "mailto:"):
        assert danger not in text
    assert r"\<script\>alert(1)\</script\>" in text
    assert tame(text)


@every_kind
def test_mail_shows_it_in_both_parts_and_links_nowhere(kind):
    mail = message_from_bytes(made(kind, "email"), policy=policy.default)
    page, text = (mail.get_body((form,)).get_content() for form in ("html", "plain"))
    tags = Page(page).tags
    assert not {tag for tag, _ in tags} & {"script", "link", "style", "iframe", "object", "form", "svg", "a"}
    assert not any(name.startswith("on") for _, attributes in tags for name in attributes)
    assert all((attributes.get("src") or "cid:").startswith("cid:") for _, attributes in tags)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)</script>" in text
    for part in (page, text):
        assert tame(part)
        assert not any(danger in part for danger in ("http://evil", "www.evil", "mailto:a", "a@b.example"))


@every_kind
def test_slides_show_it_without_a_link(kind):
    pptx = pytest.importorskip("pptx")
    deck = pptx.Presentation(io.BytesIO(made(kind, "pptx")))
    frames = [shape.text_frame for slide in deck.slides for shape in slide.shapes if shape.has_text_frame]
    notes = [slide.notes_slide.notes_text_frame for slide in deck.slides if slide.has_notes_slide]
    runs = [run for frame in [*frames, *notes] for paragraph in frame.paragraphs for run in paragraph.runs]
    assert any("<script>alert(1)</script>" in run.text for run in runs)
    assert all(run.hyperlink.address is None for run in runs)
    assert all(tame(run.text) for run in runs)


def test_json_keeps_what_was_written_since_it_is_data():
    assert "a\u202eb" in render(example_daily("a\u202eb"), "json").decode()
