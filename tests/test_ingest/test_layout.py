from __future__ import annotations

import pytest

from verbatim.errors import InputError, MappingError
from verbatim.ingest.layout import detect_heading


def heading(folder, text, **how):
    path = folder / "file.csv"
    path.write_bytes(text.encode())
    return detect_heading(path, "utf-8", gzipped=False, **how)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_detected(tmp_path, delimiter):
    rows = [["id", "score", "comment"], ["1", "5", "a, b; c | d"], ["2", "4", "so, so"], ["3", "2", "no"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    found = heading(tmp_path, text)
    assert (found.delimiter, found.columns) == (delimiter, ("id", "score", "comment"))


def test_commas_in_a_text_do_not_outvote_the_semicolon(tmp_path):
    text = "id;comment\n" + "".join(f"{n};good, fast, kind\n" for n in range(20))
    assert heading(tmp_path, text).delimiter == ";"


def test_a_file_of_one_column_has_a_delimiter_that_does_nothing(tmp_path):
    assert heading(tmp_path, "comment\nall good\nslow\n").columns == ("comment",)


def test_mixed_delimiters_are_an_error_that_names_a_line_of_each(tmp_path):
    text = "id,score,comment\n" + "1,5,good\n" * 5 + "1;5;good\n" * 5
    with pytest.raises(InputError, match=r"mixes delimiters \(line 1 by comma, line 7 by semicolon\)"):
        heading(tmp_path, text)


def test_title_rows_above_the_names_are_passed_over_and_said(tmp_path):
    text = "Export of surveys\n\nCreated,2026-10-01,\nid,score,comment\n1,5,good\n2,4,ok\n"
    found = heading(tmp_path, text)
    assert (found.columns, found.row) == (("id", "score", "comment"), 4)
    assert "line 4" in found.notes[0]


def test_the_three_header_rows_of_qualtrics_are_understood(tmp_path):
    text = (
        "StartDate,ResponseId,Q1\n"
        'Start Date,Response ID,"How likely are you\nto recommend us?"\n'
        '"{""ImportId"":""startDate""}","{""ImportId"":""_recordId""}","{""ImportId"":""QID1""}"\n'
        "2026-10-01 10:00:00,R_1,9\n"
    )
    found = heading(tmp_path, text)
    assert found.columns == ("StartDate", "ResponseId", "Q1")
    assert found.skip == {2, 4}
    assert found.questions["Q1"] == "How likely are you to recommend us?"


def test_the_two_header_rows_of_surveymonkey_become_one(tmp_path):
    text = "Respondent ID,Rate us,Why?,Channel,\n,Response,Open-Ended Response,Phone,Chat\n1,5,good,x,\n"
    found = heading(tmp_path, text)
    assert found.columns == ("Respondent ID", "Rate us", "Why?", "Channel – Phone", "Channel – Chat")
    assert found.skip == {2}


def test_of_three_rows_of_names_the_one_with_known_names_counts(tmp_path):
    text = "Survey,Answer,Answer\nresponse_id,answered_at,score\nnumber,day,points\n" + "".join(
        f"{n},2026-10-{n + 1:02d},5\n" for n in range(20)
    )
    found = heading(tmp_path, text)
    assert found.columns == ("response_id", "answered_at", "score")
    assert found.skip == {2, 3}
    assert "lines 1, 2, 3 are header rows" in found.notes[0]


def test_a_first_answer_in_words_is_not_taken_for_a_header(tmp_path):
    text = "id,score\nr-one,five\n" + "".join(f"r{n},{n % 5 + 1}\n" for n in range(20))
    assert heading(tmp_path, text).skip == frozenset()


def test_the_row_of_the_names_can_be_given(tmp_path):
    assert heading(tmp_path, "a,b\nid,score\n1,5\n", header_row=2).columns == ("id", "score")
    with pytest.raises(InputError, match="no row that begins in line 9"):
        heading(tmp_path, "a,b\nid,score\n1,5\n", header_row=9)


def test_values_in_the_place_of_names_are_refused(tmp_path):
    with pytest.raises(MappingError, match="'1' is a value, not a column's name"):
        heading(tmp_path, "1,5,good\n2,4,ok\n")


def test_a_name_that_stands_twice_is_refused(tmp_path):
    with pytest.raises(MappingError, match=r"'score' stands 2 times \(columns 2, 3\)"):
        heading(tmp_path, "id,score,score\n1,5,4\n")


def test_a_first_line_of_fifty_megabytes_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be a header"):
        heading(tmp_path, "x" * 50_000_000)


def test_semicolons_in_a_few_texts_do_not_cut_a_file_of_one_column(desk):
    rows = "".join(f"I liked it very much{';' if n == 7 else ''} the support was quick {n}\n" for n in range(60))
    plan = desk.plan("comment\n" + rows)
    assert plan.file.delimiter == ","
    assert plan.refusals == ()
