from __future__ import annotations

import re
import struct
from email import message_from_bytes, policy
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.test_reports.example import example_report
from tests.test_reports.rendered import HOSTILE, Page
from tests.test_reports.routine_example import example_account, example_daily, example_weekly
from tests.test_reports.test_render import hostile_report
from verbatim.reports import render
from verbatim.reports.document_text import still

if TYPE_CHECKING:
    from email.message import EmailMessage

MAKERS = {
    "monthly": example_report, "daily": example_daily, "weekly": example_weekly, "account": example_account,
}  # fmt: skip
every_kind = pytest.mark.parametrize("kind", sorted(MAKERS))
CLIPPED = 102_000  # bytes of HTML from which Gmail hides the rest


@cache
def made(kind: str, *, bad: bool = False) -> bytes:
    return render(hostile(kind) if bad else MAKERS[kind](), "email")


def mail_of(kind: str, *, bad: bool = False) -> EmailMessage:
    return message_from_bytes(made(kind, bad=bad), policy=policy.default)


def hostile(kind: str) -> object:
    return hostile_report() if kind == "monthly" else MAKERS[kind](HOSTILE, HOSTILE)


def page_of(mail: EmailMessage) -> str:
    return mail.get_body(("html",)).get_content()


def text_of(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content()


@every_kind
def test_mail_runs_and_loads_nothing_from_elsewhere_whatever_customers_write(kind):
    text = page_of(mail_of(kind, bad=True))
    page = Page(text)
    for tag, attributes in page.tags:
        assert tag not in {"script", "link", "style", "iframe", "object", "form", "svg", "a"}
        assert not any(name.startswith("on") for name in attributes)
        assert (attributes.get("src") or "cid:").startswith("cid:")
        assert "url(" not in (attributes.get("style") or "")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "{{ 7*7 }}" in text
    assert "\u202e" not in text


@every_kind
def test_pictures_are_inside_named_once_and_described(kind):
    mail = mail_of(kind)
    tags = [attributes for tag, attributes in Page(page_of(mail)).tags if tag == "img"]
    inside = {part["Content-ID"].strip("<>"): part for part in mail.walk() if part.get_content_maintype() == "image"}
    assert sorted(one["src"].removeprefix("cid:") for one in tags) == sorted(inside)
    for one in tags:
        assert len(one["alt"]) > 20
        assert 100 < int(one["width"]) <= 600
        content = inside[one["src"].removeprefix("cid:")].get_content()
        width = struct.unpack(">I", content[16:20])[0]
        assert content.startswith(b"\x89PNG")
        assert width >= 2 * int(one["width"])  # sharp on dense screens


def test_monthly_mail_has_a_chart_for_every_score_with_a_history():
    tags = [tag for tag, _ in Page(page_of(mail_of("monthly"))).tags]
    assert tags.count("img") == 3


@every_kind
def test_mail_is_one_column_without_a_style_sheet_and_short_enough_for_gmail(kind):
    text = page_of(mail_of(kind))
    assert "max-width:640px" in text
    assert "<!--[if mso]>" in text
    assert "<style" not in text
    assert len(text.encode()) < CLIPPED


@every_kind
def test_page_and_plain_text_say_the_same_sections(kind):
    mail = mail_of(kind)
    titles = re.findall(r"<h2[^>]*>([^<]*)</h2>", page_of(mail))
    assert len(titles) > 3
    for title in titles:
        assert title.upper() in text_of(mail)


@every_kind
def test_plain_text_has_short_lines_and_nothing_becomes_a_link(kind):
    text = text_of(mail_of(kind, bad=True))
    assert "http:\u2060//evil.example" in text
    assert "http://" not in text
    assert "\u202e" not in text
    own = [line for line in text_of(mail_of(kind)).splitlines() if len(line) > 76]
    assert own == []


@every_kind
def test_message_has_neither_sender_nor_receiver_and_opens_as_a_draft(kind):
    mail = mail_of(kind, bad=True)
    assert mail["From"] is None
    assert mail["To"] is None
    assert mail["X-Unsent"] == "1"
    assert "\n" not in mail["Subject"]


@every_kind
def test_same_report_gives_the_same_mail(kind):
    assert render(MAKERS[kind](), "email") == made(kind)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("www.evil.example", "www\u2060.evil.example"),
        ("a@b.example", "a@\u2060b.example"),
        ("mailto:x", "mailto\u2060:x"),
        ("a\r\nBcc: b", "a Bcc: b"),
        ("half \ud800 sign", "half \ufffd sign"),
    ],
)
def test_what_a_mail_client_would_link_or_a_header_end_is_defused(text, kept):
    assert still(text) == kept
