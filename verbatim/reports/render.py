"""One report, five formats."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from verbatim.errors import StoreFullError, UserError
from verbatim.reports.html import to_html
from verbatim.reports.markdown import to_markdown
from verbatim.reports.pdf import to_pdf
from verbatim.reports.xlsx import to_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from verbatim.reports.model import MonthlyReport

Format = Literal["html", "md", "json", "pdf", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)


def render(report: MonthlyReport, fmt: str) -> bytes:
    """The report in one of `FORMATS`; the same report gives the same bytes.

    Raises:
        UserError: an unknown format.
        MissingExtraError: ``xlsx`` without openpyxl, ``pdf`` without WeasyPrint or Pango.
    """
    if fmt not in RENDERERS:
        raise UserError(f"{fmt!r} is not a format of the report; the formats are {', '.join(FORMATS)}")
    return RENDERERS[fmt](report)


def write_report(report: MonthlyReport, fmt: str, out_path: Path | str) -> Path:
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


def to_json(report: MonthlyReport) -> str:
    """The report as JSON under ``schema``, in the order of its fields."""
    return json.dumps(report.to_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


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


RENDERERS: Mapping[str, Callable[[MonthlyReport], bytes]] = {
    "html": lambda report: to_html(report).encode(),
    "md": lambda report: to_markdown(report).encode(),
    "json": lambda report: to_json(report).encode(),
    "pdf": to_pdf,
    "xlsx": to_xlsx,
}
