from __future__ import annotations

import pytest

from verbatim.ingest import cells


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12000", 12000), ("12,000.50", 12000.5), ("12.000,50 €", 12000.5), ("$1.2M", 1.2e6), ("1 200", 1200),
        ("12,5", 12.5), ("1,200", 1200), ("1.250", 1.25), ("-3", -3), ("EUR 1.000.000", 1e6), ("12'000 CHF", 12000),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(text, value):
    assert cells.number(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "abc", "5 apples", "--5", "€"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="not a number"):
        cells.number(text)


def test_counts_and_durations_are_never_negative():
    with pytest.raises(ValueError, match="cannot be negative"):
        cells.count("-1")
    with pytest.raises(ValueError, match="cannot be negative"):
        cells.minutes("-5")
    with pytest.raises(ValueError, match="whole number"):
        cells.count("1.5")


def test_yes_and_no():
    assert cells.flag("Yes") and cells.flag("1") and cells.flag("JA")
    assert not cells.flag("false")
    with pytest.raises(ValueError, match="neither yes nor no"):
        cells.flag("perhaps")


def test_an_id_has_one_form():
    assert cells.identifier(" 123.0 ") == cells.identifier("123") == "123"
    assert cells.identifier("Ann@Example.COM") == "ann@example.com"
    assert cells.identifier("é") == cells.identifier("e\u0301")
    assert cells.identifier("ABC-1") == "ABC-1"


def test_an_address_is_not_kept_as_an_id():
    assert cells.stored_identifier("T-1") == "T-1"
    assert "@" not in cells.stored_identifier("ann@example.com")


@pytest.mark.parametrize("text", ["", "-", "N/A", "None", "#N/A", "NaN"])
def test_blank_words_are_blank(text):
    assert cells.is_blank(text)


def test_a_word_is_short_and_on_one_line():
    assert cells.word(" two\n words ") == "two words"
    assert len(cells.word("x" * 500)) == 200
