from __future__ import annotations

import io

import pytest

from verbatim.ingest.lines import LONGEST_LINE, Lines, LineTooLongError, without_wrong_bytes, wrong_byte


def test_a_line_that_is_too_long_is_read_over_and_counted():
    lines = Lines(io.StringIO("a\n" + "x" * (3 * LONGEST_LINE) + "\nb\n", newline=""))
    assert next(lines) == "a\n"
    lines.begin_row()
    with pytest.raises(LineTooLongError) as caught:
        next(lines)
    assert caught.value.length == 3 * LONGEST_LINE + 1
    lines.pass_over()
    assert next(lines) == "b\n"
    assert lines.first == 3


def test_lines_given_back_come_again_with_their_numbers():
    lines = Lines(io.StringIO("a\nb\nc\n"))
    assert [next(lines), next(lines), next(lines)] == ["a\n", "b\n", "c\n"]
    lines.keep_only_first()
    lines.begin_row()
    assert (lines.first, next(lines), next(lines)) == (2, "b\n", "c\n")


def test_a_wrong_byte_is_named():
    text = b"don\x92t".decode("utf-8", "surrogateescape")
    assert wrong_byte(text, wide=False) == "the byte 0x92"
    assert wrong_byte("café", wide=False) is None
    assert wrong_byte("caf\ufffd", wide=True) == "a damaged character"
    assert without_wrong_bytes(text) == "don\ufffdt"
