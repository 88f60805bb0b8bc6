"""Tells the encoding of a text file, and opens it so that a wrong byte spoils one row, not the file."""

from __future__ import annotations

import codecs
import io
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from charset_normalizer import from_bytes

from verbatim.errors import InputError
from verbatim.ingest.opening import HEAD, looks_like_utf_16, open_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from verbatim.ingest.rows import Meter

SCANNED = 1 << 28  # bytes looked through for one that is not UTF-8
BLOCK = 1 << 20
WINDOW = 1 << 17  # bytes around the first wrong byte, which decide whether it is an accident or another encoding
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
# Single-byte encodings besides Windows-1252 that are believed, where the text is in a language that is written in them.
BELIEVED = {
    **dict.fromkeys(
        ("Polish", "Czech", "Slovak", "Hungarian", "Croatian", "Slovene", "Romanian"), {"cp1250", "iso8859_2"}
    ),
    "Turkish": {"cp1254", "iso8859_9"},
}
OTHER_SCRIPTS = frozenset(
    {
        *("cp1251", "koi8_r", "koi8_u", "iso8859_5", "mac_cyrillic", "cp866", "cp1253", "iso8859_7"),
        *("cp1255", "iso8859_8", "cp1256", "iso8859_6", "cp874", "iso8859_11", "tis_620"),
        *("cp932", "shift_jis", "euc_jp", "gb18030", "gbk", "gb2312", "big5", "cp950", "cp949", "euc_kr"),
    }
)
LAST_LATIN = "\u024f"
MOST_CHAOS = 0.1  # charset-normalizer's own measure of how unlike a text the decoded bytes are


@dataclass(frozen=True, slots=True)
class Charset:
    """An encoding by its Python name, and what to tell the user about how sure it is."""

    encoding: str
    note: str | None = None


def detect_charset(path: Path, *, gzipped: bool) -> Charset:
    """The encoding of ``path``: by its mark, else UTF-8 if it is, else a single-byte one that fits.

    The file is read through (its first 256 MB), because a file can be plain ASCII for a million rows and then not.
    """
    with open_bytes(path, gzipped=gzipped) as stream:
        head = stream.read(HEAD)
    for mark, name in MARKS:
        if head.startswith(mark):
            return Charset(name)
    sixteen = looks_like_utf_16(head)
    if sixteen is not None:
        return Charset(sixteen)
    with open_bytes(path, gzipped=gzipped) as stream:
        return _scan(stream)


def named_charset(name: str) -> Charset:
    """The encoding a user named.

    Raises:
        InputError: Python knows no such encoding.
    """
    try:
        found = codecs.lookup(name)
    except LookupError as error:
        raise InputError(f"unknown encoding {name!r}; common ones are utf-8, utf-16 and cp1252 (Windows)") from error
    try:
        "".encode(found.name)
        b"".decode(found.name)
    except (LookupError, ValueError) as error:
        raise InputError(
            f"{name!r} is not a text encoding; common ones are utf-8, utf-16 and cp1252 (Windows)"
        ) from error
    return Charset("utf-8-sig" if found.name == "utf-8" else found.name)


@contextmanager
def open_text(path: Path, encoding: str, *, gzipped: bool, meter: Meter | None = None) -> Iterator[IO[str]]:
    """The text of ``path`` with its own line ends; bytes that do not decode come through as ``damaged`` marks them."""
    with open_bytes(path, gzipped=gzipped, meter=meter) as stream:
        errors = "replace" if is_wide(encoding) else "surrogateescape"
        yield io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")


def is_wide(encoding: str) -> bool:
    """Whether a character has two or four bytes; wrong ones come through as U+FFFD."""
    return encoding.startswith(("utf-16", "utf-32"))


def _scan(stream: IO[bytes]) -> Charset:
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset, before, seen_wide = 0, b"", False
    while offset < SCANNED and (block := stream.read(BLOCK)):
        try:
            text = decoder.decode(block)
        except UnicodeDecodeError as error:
            place = error.start if error.object is block else error.start + len(block) - len(error.object)
            start = max(0, place)
            window = (
                (before[-WINDOW:] if start < WINDOW else b"") + block[max(0, start - WINDOW) :] + stream.read(WINDOW)
            )
            return _judge(window[: 3 * WINDOW], offset + start, seen_wide=seen_wide)
        seen_wide = seen_wide or not text.isascii()
        offset, before = offset + len(block), block
    return Charset("utf-8")


def _judge(window: bytes, offset: int, *, seen_wide: bool) -> Charset:
    """UTF-8 with accidents, or another encoding."""
    marked = window.decode("utf-8", "surrogateescape")
    wrong = sum("\udc80" <= character <= "\udcff" for character in marked)
    right = sum(character > "\x7f" for character in marked) - wrong
    if seen_wide or right >= wrong:
        return Charset(
            "utf-8",
            f"byte {offset:,} is not UTF-8 though the text before is; rows with such bytes are rejected "
            f"(--encoding overrides)",
        )
    guess = _guess(window)
    return Charset(
        guess,
        f"not UTF-8 (byte {offset:,}), read as {_shown(guess)}: a guess; check the shown rows, --encoding overrides",
    )


def _guess(window: bytes) -> str:
    """Windows-1252, unless the text is in another script or in a language that has its own encoding."""
    best = from_bytes(window).best()
    if best is None or best.chaos > MOST_CHAOS:
        return "cp1252"
    beyond_ascii = [character for character in str(best) if character > "\x7f"]
    foreign = sum(character > LAST_LATIN and character.isalpha() for character in beyond_ascii)
    other_script = best.encoding in OTHER_SCRIPTS and foreign * 3 > len(beyond_ascii)
    if other_script or best.encoding in BELIEVED.get(best.language, ()):
        return best.encoding
    return "cp1252"


def _shown(encoding: str) -> str:
    return "Windows-1252" if encoding == "cp1252" else encoding
