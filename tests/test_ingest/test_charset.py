from __future__ import annotations

import pytest

from verbatim.errors import InputError
from verbatim.ingest.charset import detect_charset, named_charset, open_text

TEXT = "id;score;comment\n1;5;Die Lieferung war sehr schön und pünktlich\n2;3;C’est très déçevant – 5 €\n"


def written(folder, content):
    path = folder / "file.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_an_encoding_is_detected_and_reads_the_text_back(tmp_path, encoding, found):
    path = written(tmp_path, TEXT.encode(encoding))
    charset = detect_charset(path, gzipped=False)
    assert charset.encoding == found
    with open_text(path, charset.encoding, gzipped=False) as stream:
        assert stream.read() == TEXT


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("id;comment\n1;Очень долго ждал ответа, но помогли\n", "cp1251"),
        ("id;comment\n1;Obsługa była bardzo miła, ale czas zbyt długi\n2;Dziękuję za szybką pomoc\n", "cp1250"),
    ],
)
def test_other_scripts_and_central_europe_have_their_own_encoding(tmp_path, text, encoding):
    path = written(tmp_path, (text * 20).encode(encoding))
    charset = detect_charset(path, gzipped=False)
    assert charset.encoding == encoding
    assert "a guess" in str(charset.note)


def test_a_wrong_byte_a_million_characters_into_a_utf_8_file_is_an_accident(tmp_path):
    path = written(tmp_path, ("é" * 600_000).encode() + b"\x92" + "é".encode())
    charset = detect_charset(path, gzipped=False)
    assert charset.encoding == "utf-8"
    assert "byte 1,200,000 is not UTF-8" in str(charset.note)


def test_windows_1252_far_behind_plain_ascii_is_found(tmp_path):
    path = written(tmp_path, b"a,b\n" * 600_000 + "caf\xe9 don\x92t\n".encode("latin-1"))
    assert detect_charset(path, gzipped=False).encoding == "cp1252"


def test_a_character_cut_in_two_by_a_block_is_no_wrong_byte(tmp_path):
    path = written(tmp_path, b"x" * ((1 << 20) - 1) + "é".encode() * 10)
    assert detect_charset(path, gzipped=False).note is None


def test_a_named_encoding_must_exist():
    assert named_charset("UTF8").encoding == "utf-8-sig"
    with pytest.raises(InputError, match="unknown encoding 'klingon'"):
        named_charset("klingon")
    with pytest.raises(InputError, match="not a text encoding"):
        named_charset("base64")
