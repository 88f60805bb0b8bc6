"""The report on paper: WeasyPrint on the page, with the fixed colours of its charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from verbatim.errors import MissingExtraError, VerbatimError
from verbatim.reports.html import to_html

if TYPE_CHECKING:
    from verbatim.reports.model import MonthlyReport

PANGO = (
    "PDF needs the Pango library beside WeasyPrint: `apt install libpango-1.0-0 libpangoft2-1.0-0` (Debian, Ubuntu), "
    "`brew install pango` (macOS); the HTML report needs neither"
)


def to_pdf(report: MonthlyReport) -> bytes:
    """The monthly report on A4 pages; errors as for `on_paper`."""
    return on_paper(to_html(report, paper=True))


def on_paper(page: str) -> bytes:
    """A page drawn for paper (``paper=True``) as A4 pages.

    Raises:
        MissingExtraError: WeasyPrint, or the Pango library that it loads, is not installed.
        VerbatimError: the page asked for something outside itself.
    """
    weasyprint = _weasyprint()
    drawn = weasyprint.HTML(string=page, url_fetcher=_refuse)
    return bytes(drawn.write_pdf(pdf_identifier=b"verbatim", srgb=True))


def _weasyprint() -> Any:  # noqa: ANN401
    try:
        import weasyprint
    except ImportError as error:
        raise MissingExtraError("PDF needs WeasyPrint: pip install 'verbatim-mining[pdf]'") from error
    except OSError as error:
        raise MissingExtraError(PANGO) from error
    return weasyprint


def _refuse(url: str, *_: object, **__: object) -> NoReturn:
    raise VerbatimError(f"the report asked for {url[:100]!r}; a report loads nothing")
