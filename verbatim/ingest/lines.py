"""The physical lines of a text file, in bounded memory whatever their length."""

from __future__ import annotations

import re
from typing import IO

LONGEST_LINE = 1 << 20  # characters
LINE_ENDS = "\r\n"
_LONE_BYTE = re.compile("[\udc80-\udcff]")
_REPLACED = re.compile("\ufffd")


class LineTooLongError(Exception):
    """A line of more than ``LONGEST_LINE`` characters; it has been read over, ``start`` is how it begins."""

    def __init__(self, length: int, start: str) -> None:
        super().__init__(length)
        self.length, self.start = length, start

    @property
    def reason(self) -> str:
        """For the reject."""
        return f"the line has {self.length:,} characters; at most {LONGEST_LINE:,} are read. Is a line end missing?"


class Lines:
    """Lines one by one, with the power to give back those of a row that turned out not to be one.

    Lines keep their ends. A line that is too long raises ``LineTooLongError`` instead; the next call goes on behind it.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._given_back: list[str | LineTooLongError] = []
        self.taken: list[str] = []  # since the row began
        self.first = 1  # number of the line in which the row begins
        self.ended = False  # whether the text ended before the row did

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        line = self._given_back.pop() if self._given_back else self._read()
        if not line:
            self.ended = True
            raise StopIteration
        if isinstance(line, LineTooLongError):
            if self.taken:  # spoils the row it lies in, and is met again as a row of its own
                self._given_back.append(line)
            raise line
        self.taken.append(line)
        return line

    def begin_row(self) -> None:
        """What has been taken was a row: the next begins here."""
        self.first += len(self.taken)
        self.taken = []

    def pass_over(self) -> None:
        """Count a line that was too long."""
        self.first += 1

    def keep_only_first(self) -> None:
        """Only the first line taken is spoilt: the others are read again, the next one as the beginning of a row."""
        self._given_back.extend(reversed(self.taken[1:]))
        self.ended = False
        del self.taken[1:]

    def _read(self) -> str | LineTooLongError:
        line = self._stream.readline(LONGEST_LINE)
        if len(line) < LONGEST_LINE or line[-1] in LINE_ENDS:
            return line
        length, start = len(line), line[:200]
        while piece := self._stream.readline(LONGEST_LINE):
            length += len(piece)
            if piece[-1] in LINE_ENDS:
                break
        return LineTooLongError(length, start)


def wrong_byte(text: str, *, wide: bool) -> str | None:
    """The first thing in ``text`` that did not decode, in words; ``None`` where all did.

    ``wide``: of UTF-16 or UTF-32, where it shows as U+FFFD; elsewhere as a lone surrogate (PEP 383).
    """
    if text.isascii():
        return None
    match = (_REPLACED if wide else _LONE_BYTE).search(text)
    if match is None:
        return None
    return "a damaged character" if wide else f"the byte 0x{ord(match[0]) - 0xDC00:02x}"


def without_wrong_bytes(text: str) -> str:
    """``text`` with U+FFFD for every byte that did not decode, so that it can be shown and stored."""
    return _LONE_BYTE.sub("\ufffd", text)
