"""The same table in every format gives the same rows."""

from __future__ import annotations

import builtins
import gzip
import json
from datetime import UTC, datetime

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from verbatim.errors import InputError, MissingExtraError
from verbatim.ingest.rows import BadRow, Meter
from verbatim.ingest.source import delimiter_named, inspect_file

COLUMNS = ("id", "score", "comment")
ROWS = [["r1", "5", "good"], ["r2", "", "so, so"], ["r3", "2", "schön 😀"]]


def as_csv(folder):
    path = folder / "f.csv"
    path.write_text('id,score,comment\nr1,5,good\nr2,,"so, so"\nr3,2,schön 😀\n', "utf-8")
    return path


def as_utf_16_tsv(folder):
    path = folder / "f.tsv"
    path.write_bytes("\n".join("\t".join(row) for row in [list(COLUMNS), *ROWS]).encode("utf-16"))
    return path


def as_gzip(folder):
    path = folder / "f.csv.gz"
    path.write_bytes(gzip.compress(as_csv(folder).read_bytes()))
    return path


def as_jsonl(folder):
    path = folder / "f.jsonl"
    records = [{"id": "r1", "score": 5, "comment": "good"}, {"id": "r2", "score": None, "comment": "so, so"}]
    records.append({"id": "r3", "score": 2.0, "comment": "schön 😀"})
    path.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in records), "utf-8")
    return path


def as_json(folder):
    path = folder / "f.json"
    path.write_text(json.dumps([dict(zip(COLUMNS, row, strict=True)) for row in ROWS]), "utf-8")
    return path


def as_parquet(folder):
    path = folder / "f.parquet"
    pq.write_table(
        pa.table({"id": ["r1", "r2", "r3"], "score": [5.0, None, 2.0], "comment": ["good", "so, so", "schön 😀"]}), path
    )
    return path


def as_xlsx(folder):
    path = folder / "f.xlsx"
    book = openpyxl.Workbook()
    for row in [COLUMNS, ["r1", 5, "good"], [], ["r2", None, "so, so"], ["r3", 2, "schön 😀"]]:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("make", [as_csv, as_utf_16_tsv, as_gzip, as_jsonl, as_json, as_parquet, as_xlsx])
def test_every_format_gives_the_same_cells(tmp_path, make):
    source = inspect_file(make(tmp_path))
    meter = Meter()
    assert source.columns == COLUMNS
    assert [list(row.cells) for row in source.rows(meter)] == ROWS
    assert meter.total is not None
    assert 0 < meter.done <= meter.total + 1


def test_typed_times_stay_times(tmp_path):
    moment = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
    pq.write_table(pa.table({"at": pa.array([moment], pa.timestamp("ns", "UTC"))}), tmp_path / "f.parquet")
    (row,) = inspect_file(tmp_path / "f.parquet").rows()
    assert row.cells == [moment]
    book = openpyxl.Workbook()
    book.active.append(["at", "score"])
    book.active.append([datetime(2026, 10, 1, 9, 30), 5])
    book.save(tmp_path / "f.xlsx")
    (row,) = inspect_file(tmp_path / "f.xlsx").rows()
    assert row.cells == [datetime(2026, 10, 1, 9, 30), "5"]


def test_nested_objects_become_dotted_columns(tmp_path):
    path = tmp_path / "f.jsonl"
    path.write_text('{"id": 1, "user": {"email": "a@b.example"}, "tags": ["x", "y"], "ok": true}\n')
    source = inspect_file(path)
    assert source.columns == ("id", "user.email", "tags", "ok")
    assert next(source.rows()).cells == ["1", "a@b.example", "x, y", "true"]


def test_lines_that_are_no_objects_are_rejects(tmp_path):
    path = tmp_path / "f.jsonl"
    path.write_bytes(b'{"id": "\xc3\xa9"}\n{"id": \n[1]\n\n{"id": "\x92"}\n{"id": 2}\n')
    rows = list(inspect_file(path).rows())
    assert [(row.number, isinstance(row, BadRow)) for row in rows] == [
        (1, False),
        (2, True),
        (3, True),
        (5, True),
        (6, False),
    ]


def test_the_sheet_can_be_named_and_the_first_filled_one_is_taken(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    page = book.create_sheet("Answers")
    page.append(["Exported 2026-10-01"])
    page.append(["id", "score"])
    page.append(["r1", 5])
    book.save(tmp_path / "f.xlsx")
    source = inspect_file(tmp_path / "f.xlsx")
    assert (source.sheet, source.header_row, source.columns) == ("Answers", 2, ("id", "score"))
    assert [row.number for row in source.rows()] == [3]
    with pytest.raises(InputError, match=r"no sheet 'x'; its sheets are 'Notes', 'Answers'"):
        inspect_file(tmp_path / "f.xlsx", sheet="x")


def test_xlsx_without_openpyxl_says_what_to_install(tmp_path, monkeypatch):
    path = as_xlsx(tmp_path)
    real = builtins.__import__

    def without(name, *rest):
        if name.startswith("openpyxl"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"pip install 'verbatim-mining\[excel\]'"):
        inspect_file(path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("f.parquet", b"PAR1 and no more", "not a readable Parquet file"),
        ("f.json", b'[{"id": 1}, ', "is not JSON"),
        ("f.jsonl", b"{}\n{}\n", "no JSON object to read"),
    ],
)
def test_damaged_files_are_named(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        inspect_file(path)


def test_a_gzip_that_was_cut_off_is_named_when_its_end_is_reached(tmp_path):
    whole = gzip.compress(b"id,comment\n" + b"".join(b"%d,%d\n" % (n, n * 7919) for n in range(200_000)))
    path = tmp_path / "f.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="cut off"):
        inspect_file(path)


def test_columns_without_a_name_are_numbered(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("id,,score\n1,x,5\n")
    assert inspect_file(path).columns == ("id", "column 2", "score")


def test_delimiters_have_names():
    assert delimiter_named("tab") == delimiter_named("\\t") == "\t"
    assert delimiter_named(";") == ";"
    with pytest.raises(InputError, match="'ab' is not a delimiter"):
        delimiter_named("ab")
