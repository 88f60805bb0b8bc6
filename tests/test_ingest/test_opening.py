from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from verbatim.errors import InputError
from verbatim.ingest.opening import Format, detect_format, looks_like_utf_16


def written(folder: Path, content: bytes, name: str = "file") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"id,score\n1,5\n", Format.CSV),
        (b'{"id": 1}\n{"id": 2}\n', Format.JSONL),
        (b'[{"id": 1}]', Format.JSON),
        ("id,score\n".encode("utf-16"), Format.CSV),
        (b"PAR1....", Format.PARQUET),
        (b"{not json but a text},5\n", Format.CSV),
    ],
)
def test_a_format_is_told_by_the_content_not_by_the_name(tmp_path, content, expected):
    assert detect_format(written(tmp_path, content, "file.bin")) == (expected, False)


def test_gzip_is_looked_into(tmp_path):
    assert detect_format(written(tmp_path, gzip.compress(b'{"id": 1}\n'))) == (Format.JSONL, True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (bytes(range(256)) * 20, "not text"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"BZh91AY", "bzip2"),
        (b"\xd0\xcf\x11\xe0 old excel", "save it in Excel as .xlsx"),
        (b"PK\x03\x04 not really", "damaged ZIP"),
        (gzip.compress(b"PAR1....", mtime=0), "unpack it first"),
        (gzip.compress(b"id,score\n1,5\n" * 50, mtime=0)[:-20], "cut off"),
        (b'{"id": 1,\n "score": 5}\n', "one object a line"),
        (b'{\n "id": 1\n}\n', "one object a line"),
        (b'{"id":' + b"[" * 5000, "one object a line"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "a web page"),
    ],
)
def test_what_cannot_be_read_is_named_with_the_next_step(tmp_path, content, said):
    with pytest.raises(InputError, match=said):
        detect_format(written(tmp_path, content))


def test_a_folder_and_a_missing_file_are_named(tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        detect_format(tmp_path)
    with pytest.raises(InputError, match=r"there is no file .*nowhere\.csv"):
        detect_format(tmp_path / "nowhere.csv")


def test_utf_16_without_a_mark_is_text():
    assert looks_like_utf_16("id,score\n".encode("utf-16-le")) == "utf-16-le"
    assert looks_like_utf_16("id,score\n".encode("utf-16-be")) == "utf-16-be"
    assert looks_like_utf_16(b"id,score\n") is None
