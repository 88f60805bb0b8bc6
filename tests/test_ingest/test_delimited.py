from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from verbatim.ingest.delimited import read_delimited
from verbatim.ingest.rows import BadRow, RawRow


def rows_of(text, columns=("a", "b"), delimiter=",", **how):
    options = {"after": 0, "skip": frozenset(), "wide": False, **how}
    return list(read_delimited(io.StringIO(text, newline=""), delimiter, columns, **options))


def test_rows_carry_the_line_they_begin_in():
    rows = rows_of('1,"two\nlines"\n\n3,4\n')
    assert rows == [RawRow(1, ["1", "two\nlines"]), RawRow(4, ["3", "4"])]


def test_a_quote_that_is_never_closed_costs_one_row():
    rows = rows_of('1,good\n2,"never closed\n3,good\n4,good\n')
    assert [row.number for row in rows if isinstance(row, RawRow)] == [1, 3, 4]
    assert [row.number for row in rows if isinstance(row, BadRow)] == [2]


def test_a_quote_that_is_closed_by_a_later_one_costs_no_row_between():
    rows = rows_of('1,"open\n2,good\n3,"quoted"\n4,good\n')
    assert [row.number for row in rows if isinstance(row, RawRow)] == [2, 3, 4]


def test_an_open_quote_before_more_text_than_a_cell_may_have_costs_one_row():
    rows = rows_of('1,"open\n' + "2,good\n" * 40_000)
    assert isinstance(rows[0], BadRow)
    assert "not closed" in rows[0].reason
    assert len(rows) == 40_001


def test_a_line_of_fifty_megabytes_is_one_reject_and_the_rest_is_read():
    rows = rows_of("1,a\n2," + "x" * 50_000_000 + "\n3,c\n")
    assert [row.number for row in rows] == [1, 2, 3]
    assert isinstance(rows[1], BadRow)
    assert "50,000,003 characters" in rows[1].reason
    assert len(rows[1].value) <= 200


def test_a_long_line_inside_a_quoted_cell_spoils_that_row_and_itself():
    rows = rows_of('1,"open\n' + "x" * 2_000_000 + "\n3,c\n")
    assert [(row.number, isinstance(row, BadRow)) for row in rows] == [(1, True), (2, True), (3, False)]


def test_rows_of_another_width_are_rejects_that_say_why():
    rows = rows_of("1;2\n1\n1,2,3\n1,2,\n")
    assert [getattr(row, "reason", "") for row in rows] == [
        "1 cell where the header has 2: the row is separated by semicolon, the file by comma",
        "1 cell where the header has 2",
        "3 cells where the header has 2; is a delimiter inside a text that is not in quotes?",
        "",
    ]


def test_a_byte_that_does_not_decode_rejects_its_row_and_names_the_cell():
    text = b"1,good\n2,don\x92t\n".decode("utf-8", "surrogateescape")
    rows = rows_of(text)
    assert isinstance(rows[0], RawRow)
    assert rows[1] == BadRow(
        2,
        "the byte 0x92 is not text in the file's encoding; save the file as UTF-8, or name it with --encoding",
        "b",
        "don\ufffdt",
    )


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)


@given(st.lists(st.tuples(CELLS, CELLS).filter(lambda row: any(cell.strip() for cell in row)), max_size=20))
def test_whatever_csv_writes_is_read_back(rows):
    import csv

    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(rows)
    found = rows_of(stream.getvalue())
    assert [tuple(row.cells) for row in found] == rows


@given(st.text(alphabet='ab",\n', max_size=80))
def test_no_letter_of_a_file_is_lost(text):
    found = rows_of(text)
    letters = sum(sign in "ab" for sign in text)
    kept = sum(sign in "ab" for row in found if isinstance(row, RawRow) for cell in row.cells for sign in str(cell))
    shown = sum(sign in "ab" for row in found if isinstance(row, BadRow) for sign in row.value)
    assert kept + shown >= letters
    assert [row.number for row in found] == sorted({row.number for row in found})


def test_a_comment_of_a_hundred_thousand_words_is_read():
    text = "word " * 100_000
    assert rows_of(f"1,{text}\n2,short\n") == [RawRow(1, ["1", text]), RawRow(2, ["2", "short"])]
