from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.reports import harmless, markdown, words, xlsx
from verbatim.reports.model import Change, Figure


@pytest.mark.parametrize("module", [harmless, words, markdown, xlsx])
def test_examples_in_the_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0


def test_numbers_use_a_true_minus_and_never_a_negative_zero():
    assert words.number(-0.04) == "0.0"
    assert words.signed(-0.04, "percent") == "0.0 points"
    assert words.amount(None, "percent") == "–"


def test_estimate_without_answers_says_n_zero():
    assert words.estimate(Figure(None, None, None, 0), "percent") == "– (n 0)"


def test_estimate_without_an_interval_says_why():
    assert words.estimate(Figure(7.0, None, None, 1), "mean") == "7.00 (n 1, too few for an interval)"


def test_change_within_noise_has_a_level_sign():
    change = Change("May", Figure(1.0, 0.0, 2.0, 9), 5.0, -1.0, 11.0, False)
    assert words.arrow(change) == "≈"
    assert words.versus(change, "percent") == "+5.0 points vs May (−1.0 to 11.0), within noise"


def test_mood_near_zero_is_mixed():
    assert words.mood(Figure(0.13, 0.01, 0.24, 57)).startswith("mixed")
    assert words.mood(Figure(0.5, 0.4, 0.6, 57)).startswith("positive")
    assert words.mood(Figure(-0.5, -0.6, -0.4, 57)).startswith("negative")
    assert words.mood(Figure(-0.5, None, None, 1)).startswith("mixed")


@given(st.text(max_size=600), st.integers(20, 300))
def test_cut_text_is_one_line_within_its_limit(text, limit):
    found = words.cut(text, limit)
    assert len(found) <= limit + 1
    assert "\n" not in found


@given(st.text(max_size=300))
def test_markdown_text_is_one_line_without_markup_or_controls(text):
    found = markdown.plain(text)
    assert "\n" not in found
    assert not any(ord(sign) < 32 for sign in found)
    assert "<" not in found.replace("\\<", "")
    assert "[" not in found.replace("\\[", "")
