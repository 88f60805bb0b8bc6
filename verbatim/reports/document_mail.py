"""A document as a mail: one column of HTML that Outlook lays out too, charts inside as PNG, and plain text beside it.

The file is a whole message without sender and receiver (``X-Unsent``: a mail client opens it as a draft), so that
whoever sends it takes its parts as they are. Styles stand on the elements, since clients drop style sheets; nothing is
loaded from elsewhere, and no customer's text becomes a link.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from typing import TYPE_CHECKING

import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined

from verbatim.reports import charts
from verbatim.reports.document import Scores
from verbatim.reports.document_text import document_text, still
from verbatim.reports.html import FILTERS
from verbatim.reports.words import cut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from verbatim.reports.document import Document

SHARPNESS = 2  # drawn pixels a shown one, for dense screens
LONGEST_SUBJECT = 150
FONT = "font-family:Segoe UI,Helvetica,Arial,sans-serif;"
INK, MUTED, EDGE = "color:#1c2430;", "color:#4c5562;", "border-bottom:1px solid #dde2e9;"
RULED = "border-top:1px solid #dde2e9;"
TEXT = f"{FONT}{INK}font-size:15px;line-height:22px;"
SMALL = f"{FONT}{MUTED}font-size:13px;line-height:19px;"
CELL = f"{FONT}{INK}font-size:13px;line-height:19px;{EDGE}padding:4px 10px 4px 0;vertical-align:top;"
STYLES: Mapping[str, str] = {
    "body": f"margin:0;padding:0;background:#f6f7f9;{TEXT}",
    "column": "max-width:640px;background:#ffffff;border:1px solid #dde2e9;",
    "h1": f"{FONT}{INK}font-size:24px;line-height:30px;margin:0 0 4px;",
    "h2": f"{FONT}{INK}{RULED}font-size:18px;line-height:24px;margin:28px 0 8px;padding-top:12px;",
    "h3": f"{FONT}{INK}font-size:15px;line-height:22px;margin:14px 0 2px;",
    "p": f"{TEXT}margin:0 0 10px;",
    "strong": f"{FONT}{INK}font-size:19px;line-height:26px;font-weight:bold;margin:0 0 10px;",
    "muted": f"{SMALL}margin:0 0 8px;",
    "small": f"{SMALL}margin:0 0 6px;",
    "note": f"{SMALL}font-weight:normal;",
    "said": f"{TEXT}margin:0;",
    "quote": "margin:0 0 10px;padding:2px 0 2px 12px;border-left:3px solid #9fb2dd;",
    "img": "display:block;width:100%;max-width:480px;height:auto;border:0;",
    "table": "width:100%;border-collapse:collapse;margin:0 0 10px;",
    "head": f"{SMALL}{EDGE}padding:4px 10px 4px 0;text-align:left;vertical-align:bottom;font-weight:normal;",
    "th": f"{CELL}text-align:left;",
    "td": CELL,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart as PNG, with the name it is called by, its width in pixels as shown, and what it says in words."""

    cid: str
    png: bytes
    width: int
    alt: str


def document_mail(document: Document) -> bytes:
    """The document as a message (RFC 5322): plain text, and HTML with its pictures; the same bytes each time."""
    pictures = _pictures(document)
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = cut(still(document.title), LONGEST_SUBJECT)
    message["X-Unsent"] = "1"
    message.set_content(document_text(document), cte="quoted-printable")
    message.add_alternative(mail_html(document, pictures), subtype="html", cte="quoted-printable")
    page = message.get_payload()[1]  # type: ignore[index]  # a list, since there is an alternative
    if not isinstance(page, EmailMessage):
        raise TypeError("an alternative of a mail is a message")
    for picture in pictures.values():
        name = f"{picture.cid.partition('@')[0]}.png"
        page.add_related(
            picture.png, "image", "png", cid=f"<{picture.cid}>", disposition="inline", filename=name
        )  # fmt: skip
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_verbatim_{number}")  # by chance otherwise; "=_" stands in no quoted-printable text
    return message.as_bytes()


def mail_html(document: Document, pictures: Mapping[str, Picture]) -> str:
    """The page of the mail; ``pictures`` by the key of their score, referred to by their ``cid``."""
    environment = Environment(
        loader=PackageLoader("verbatim.reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update({**FILTERS, "still": still})
    page = environment.get_template("mail.html").render(document=document, pictures=pictures, s=STYLES)
    return re.sub(r"\n\s*\n+", "\n", page).strip() + "\n"


def _pictures(document: Document) -> dict[str, Picture]:
    found: dict[str, Picture] = {}
    lines = [line for section in document.sections for block in section.blocks if isinstance(block, Scores)
             for line in block.lines]  # fmt: skip
    for line in lines:
        svg = charts.points_line(line)
        if svg is not None and line.key not in found:
            png = bytes(vl_convert.svg_to_png(svg, scale=SHARPNESS))
            alt = charts.describe_line(line.name, line.points, line.unit)
            cid = f"score-{len(found) + 1}@verbatim.report"
            found[line.key] = Picture(cid, png, int.from_bytes(png[16:20], "big") // SHARPNESS, alt)
    return found
