"""Any report, seven formats.

The monthly report has renderers of its own for some; everything else is laid out as a `Document` first.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

from verbatim.errors import StoreFullError, UserError
from verbatim.reports.document_mail import document_mail
from verbatim.reports.document_markdown import document_markdown
from verbatim.reports.document_xlsx import document_xlsx
from verbatim.reports.harmless import harmless
from verbatim.reports.html import document_html, to_html
from verbatim.reports.markdown import to_markdown
from verbatim.reports.model import MonthlyReport
from verbatim.reports.monthly_layout import monthly_document
from verbatim.reports.pdf import on_paper, to_pdf
from verbatim.reports.routine.layout import account_document, daily_document, weekly_document
from verbatim.reports.routine.model import AccountReview, DailyReport, WeeklyReport
from verbatim.reports.slides import document_slides
from verbatim.reports.xlsx import to_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from verbatim.reports.document import Document

Format = Literal["html", "md", "json", "pdf", "xlsx", "email", "pptx"]
FORMATS: tuple[Format, ...] = get_args(Format)


class Report(Protocol):
    """A report as a value."""

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON; the first key is ``schema``."""


def render(report: Report, fmt: str) -> bytes:
    """The report in one of `FORMATS`; the same report gives the same bytes.

    Raises:
        UserError: an unknown format.
        MissingExtraError: ``xlsx`` without openpyxl, ``pdf`` without WeasyPrint or Pango, ``pptx`` without python-pptx.
    """
    if fmt not in FORMATS:
        raise UserError(f"{fmt!r} is not a format of the report; the formats are {', '.join(FORMATS)}")
    if fmt == "json":
        return to_json(report).encode()
    report = harmless(report)
    if isinstance(report, MonthlyReport) and fmt in MONTHLY:
        return MONTHLY[fmt](report)
    return DOCUMENTS[fmt](document_of(report))


def write_report(report: Report, fmt: str, out_path: Path | str) -> Path:
    """Render and write, whole or not at all; makes the folder. Gives the path.

    Raises:
        UserError: an unknown format, or a path that is a folder.
        StoreFullError: it cannot be written there.
    """
    path = Path(out_path)
    if path.is_dir():
        raise UserError(f"{path} is a folder; name a file, for example {path / f'report.{fmt}'}")
    content = render(report, fmt)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content)
    except OSError as error:
        raise StoreFullError(
            f"the report cannot be written to {path}: {error.strerror}; choose another --out"
        ) from error
    return path


def to_json(report: Report) -> str:
    """The report as JSON under ``schema``, in the order of its fields."""
    return json.dumps(report.to_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def document_of(report: Report) -> Document:
    """How a report is laid out.

    Raises:
        UserError: a value that is no report.
    """
    if type(report) not in LAYOUTS:
        raise UserError(f"{type(report).__name__} is no report that can be laid out")
    return LAYOUTS[type(report)](report)


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


LAYOUTS: Mapping[type[Any], Callable[[Any], Document]] = {
    MonthlyReport: monthly_document,
    DailyReport: daily_document,
    WeeklyReport: weekly_document,
    AccountReview: account_document,
}
MONTHLY: Mapping[str, Callable[[MonthlyReport], bytes]] = {
    "html": lambda report: to_html(report).encode(),
    "md": lambda report: to_markdown(report).encode(),
    "pdf": to_pdf,
    "xlsx": to_xlsx,
}
DOCUMENTS: Mapping[str, Callable[[Document], bytes]] = {
    "html": lambda document: document_html(document).encode(),
    "md": lambda document: document_markdown(document).encode(),
    "pdf": lambda document: on_paper(document_html(document, paper=True)),
    "xlsx": document_xlsx,
    "email": document_mail,
    "pptx": document_slides,
}
