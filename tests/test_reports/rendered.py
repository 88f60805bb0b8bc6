"""What the tests of rendered reports look at, whichever report it is: pages, workbooks, golden files, hostile text."""

from __future__ import annotations

import io
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from openpyxl import load_workbook

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = (
    '=HYPERLINK("http://evil.example")<script>alert(1)</script><img src=x onerror=alert(2)>\u202e'
    " [x](javascript:1) @all {{ 7*7 }} # \u05e9\u05dc\u05d5\u05dd"
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
LOADING = {"script", "link", "img", "iframe", "object", "embed", "base", "form", "image", "use"}
ADDRESSES = {"src", "href", "xlink:href", "srcset", "action"}
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class Page(HTMLParser):
    """Tags with their attributes, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    @property
    def policy(self) -> str | None:
        """The content security policy."""
        return next(found["content"] for _, found in self.tags if found.get("http-equiv") == "Content-Security-Policy")

    def dangers(self) -> list[str]:
        """Whatever loads something or runs."""
        found = [tag for tag, _ in self.tags if tag in LOADING]
        for tag, attributes in self.tags:
            found += [f"{tag} {name}" for name in attributes if name.startswith("on") or name in ADDRESSES]
            found += [f"{tag} style"] if "url(" in (attributes.get("style") or "") else []
        return found

    @property
    def levels(self) -> list[int]:
        """Those of its headings."""
        return [int(tag[1]) for tag, _ in self.tags if re.fullmatch(r"h[1-6]", tag)]

    def skips(self) -> list[tuple[int, int]]:
        """Headings that are more than one level below the one before."""
        pairs = zip(self.levels, self.levels[1:], strict=False)
        return [(before, after) for before, after in pairs if after - before > 1]


def kept(found: str, name: str) -> str:
    """The golden file of this name; with VERBATIM_REWRITE_GOLDEN it becomes ``found`` first."""
    path = GOLDEN / name
    if os.environ.get("VERBATIM_REWRITE_GOLDEN"):
        path.write_text(found, encoding="utf-8")
    return path.read_text(encoding="utf-8")


def pictures(text: str) -> list[ElementTree.Element]:
    """The charts of a page, each well-formed XML."""
    drawn = re.findall(r"<svg .*?</svg>", text, flags=re.DOTALL)
    return [ElementTree.fromstring(one) for one in drawn]  # noqa: S314 (drawn by ourselves)


def texts_of(workbook: bytes) -> list[str]:
    """The cells with text; there are no others than these and numbers."""
    book = load_workbook(io.BytesIO(workbook))
    cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row if cell.value is not None]
    other = {cell.data_type for cell in cells} - {"s", "n", "inlineStr"}
    if other:
        raise AssertionError(f"cells of type {other}")
    return [cell.value for cell in cells if isinstance(cell.value, str)]


def formulas(texts: list[str]) -> list[str]:
    """Texts that a spreadsheet would calculate."""
    return [text for text in texts if text.startswith(FORMULA_SIGNS)]
