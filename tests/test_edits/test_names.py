from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.edits.names import LONGEST_NAME, check_description, check_name, free_name, key_of
from verbatim.errors import InputError


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("", "cannot be empty"),
        ("  \u00a0 ", "cannot be empty"),
        ("x" * 10_000, "10,000 characters; at most 80"),
        ("x" * 1_000_000, "1,000,000 characters"),
        ("late\nrefund", r"U\+000A"),
        ("late\x00refund", r"U\+0000"),
        ("late\u202erefund", r"U\+202E"),
        ("zero\u200bwidth", r"U\+200B"),
        ("lone \ud800 surrogate", r"U\+D800"),
        ("<b>Refund</b>", "markup such as '<b>'"),
        ("<script>alert(1)</script>", "markup"),
        ("Refund &amp; return", "markup"),
        ("T007", "reads like the id"),
        ("e003-1", "reads like the id"),
    ],
)
def test_hostile_names_are_refused_and_the_message_says_why(name, complaint):
    with pytest.raises(InputError, match=complaint):
        check_name(name)


@pytest.mark.parametrize(
    "name", ["Response < 1 h", "Q&A", "Remboursé trop tard", "退款太慢", "👨\u200d👩\u200d👧 plans", "50 % off"]
)
def test_names_in_any_writing_are_taken(name):
    assert check_name(f"  {name} ") == name


def test_a_description_may_be_empty_and_long():
    assert check_description(" ") == ""
    assert len(check_description("word " * 300)) == 1499
    with pytest.raises(InputError, match="at most 2000"):
        check_description("word " * 500)


@given(st.text(max_size=120))
def test_a_name_that_is_taken_is_taken_again_unchanged(name):
    try:
        checked = check_name(name)
    except InputError:
        return
    assert check_name(checked) == checked
    assert 0 < len(checked) <= LONGEST_NAME


def test_a_machine_name_gives_way_by_a_keyword_then_a_number():
    taken = {key_of("Late refund")}
    assert free_name("late REFUND", ("refund", "bank"), taken) == "late REFUND (bank)"
    assert free_name("Late refund", ("refund",), taken) == "Late refund 2"
    assert free_name("Search", (), taken) == "Search"
