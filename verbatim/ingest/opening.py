"""Opens a file for reading: tells its format by its first bytes, unpacks gzip, and names what cannot be read."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from contextlib import contextmanager
from enum import StrEnum
from typing import IO, TYPE_CHECKING, cast

from verbatim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from verbatim.ingest.rows import Meter

HEAD = 64 * 1024  # bytes that decide the format
LONGEST_FIRST_OBJECT = 1 << 20
OTHER_PACKERS = (
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstandard"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7-Zip"),
)
BINARIES = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7fELF", "a program"),
)
MARKUP = ("<!doctype", "<html", "<?xml")
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
TEXT_CONTROLS = frozenset(b"\t\n\r\f\v\x1b\x1a\x00")
FORMATS_READ = "Verbatim reads CSV, TSV, JSON Lines (each also as .gz), Parquet and XLSX"


class Format(StrEnum):
    """What a file is."""

    CSV = "csv"
    JSONL = "jsonl"
    JSON = "json"  # one array of objects
    PARQUET = "parquet"
    XLSX = "xlsx"


def detect_format(path: Path) -> tuple[Format, bool]:
    """The format of ``path`` and whether it is gzipped, from its content; the name is not trusted.

    Raises:
        InputError: no file, a folder, an empty or unreadable file, or a format that is not read.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder; name one file in it")
    if not path.exists():
        raise InputError(f"there is no file {path}; check the path")
    head = _head(path, gzipped=False)
    gzipped = head.startswith(b"\x1f\x8b")
    if gzipped:
        head = _head(path, gzipped=True)
    if not head:
        raise InputError(f"{path} is empty; export it again")
    found = _format_of(path, head, gzipped=gzipped)
    if gzipped and found in {Format.PARQUET, Format.XLSX}:
        raise InputError(f"{path} is a gzipped {found} file; unpack it first: gunzip {path}")
    return found, gzipped


@contextmanager
def open_bytes(path: Path, *, gzipped: bool, meter: Meter | None = None) -> Iterator[IO[bytes]]:
    """The bytes of ``path``, unpacked; ``meter`` follows the position in the file as it lies on disk.

    Raises:
        InputError: the file cannot be opened or read, or its gzip data are damaged or cut off.
    """
    with translated(path), path.open("rb") as raw:
        if meter is not None:
            meter.watch(raw, path.stat().st_size)
        if gzipped:
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield cast("IO[bytes]", io.BufferedReader(unpacked, 1 << 18))
        else:
            yield raw


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what the system and gzip say about ``path`` into ``InputError``."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"{path} is damaged or was cut off (gzip: {error}); fetch it again. Rows read before stay stored"
        ) from error
    except UnicodeError as error:
        raise InputError(
            f"{path} is not in the encoding it is read in ({error}); name the right one with --encoding"
        ) from error
    except PermissionError as error:
        raise InputError(f"{path} may not be read; check its permissions") from error
    except FileNotFoundError as error:
        raise InputError(f"there is no file {error.filename or path}; check the path") from error


def _head(path: Path, *, gzipped: bool) -> bytes:
    with open_bytes(path, gzipped=gzipped) as stream:
        return stream.read(HEAD)


def _format_of(path: Path, head: bytes, *, gzipped: bool) -> Format:
    for mark, name in OTHER_PACKERS:
        if head.startswith(mark):
            raise InputError(f"{path} is packed with {name}; unpack it first, or pack it with gzip")
    for mark, name in BINARIES:
        if head.startswith(mark):
            raise InputError(f"{path} is {name}; {FORMATS_READ}")
    if head.startswith(b"PAR1"):
        return Format.PARQUET
    if head.startswith(b"PK\x03\x04"):
        return Format.XLSX if gzipped else _format_in_zip(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(f"{path} is an old or a protected Excel file; save it in Excel as .xlsx without a password")
    if _is_binary(head):
        raise InputError(f"{path} is not text (a binary file); {FORMATS_READ}")
    return _format_of_text(path, head, gzipped=gzipped)


def _format_in_zip(path: Path) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile as error:
        raise InputError(f"{path} is a damaged ZIP or XLSX file ({error}); fetch it again") from error
    if "xl/workbook.xml" in names:
        return Format.XLSX
    raise InputError(f"{path} is a ZIP archive; unpack it and name one file in it")


def _is_binary(head: bytes) -> bool:
    """Control characters that no text has; UTF-16 has NULs in every second place, and is text."""
    if head.startswith(UTF_16_MARKS) or looks_like_utf_16(head) is not None:
        return False
    strange = sum(byte < 32 and byte not in TEXT_CONTROLS for byte in head)
    return strange > len(head) / 100 or head.count(0) > len(head) / 20


def looks_like_utf_16(head: bytes) -> str | None:
    """``"utf-16-le"`` or ``"utf-16-be"`` where a text without a mark has NULs in every second place."""
    even, odd = head[0::2], head[1::2]
    if odd and odd.count(0) > 0.6 * len(odd) and even.count(0) < 0.05 * len(even):
        return "utf-16-le"
    if even and even.count(0) > 0.6 * len(even) and odd.count(0) < 0.05 * len(odd):
        return "utf-16-be"
    return None


def _format_of_text(path: Path, head: bytes, *, gzipped: bool) -> Format:
    text = head.decode("utf-16" if head.startswith(UTF_16_MARKS) else "utf-8-sig", "replace").lstrip()
    if text[:200].casefold().startswith(MARKUP):
        raise InputError(f"{path} is a web page or XML, not a table (a login page?); download it again. {FORMATS_READ}")
    if text.startswith("[") and text[1:].lstrip().startswith(("{", "]")):
        return Format.JSON
    if not text.startswith("{"):
        return Format.CSV
    with open_bytes(path, gzipped=gzipped) as stream:
        line = stream.readline(LONGEST_FIRST_OBJECT).decode("utf-8-sig", "replace")
    try:
        json.loads(line)
    except (ValueError, RecursionError) as error:
        if len(line) >= LONGEST_FIRST_OBJECT:
            return Format.JSONL
        if '":' not in line and line.strip() != "{":
            return Format.CSV
        raise InputError(
            f"{path} is not JSON Lines: line 1 is no JSON object ({error}); write one object a line"
        ) from error
    return Format.JSONL
