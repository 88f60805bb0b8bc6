from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.themes.coherence import Cooccurrence, diversity, npmi

TEXTS = ["the refund is late", "refund late again", "a parcel was lost", "lost parcel", "nice weather"]


def counted(keywords, texts=TEXTS):
    return Cooccurrence.of(texts, [keywords])


def test_words_that_always_come_together_are_coherent_and_strangers_are_not():
    assert counted(["refund", "late"]).coherence(["refund", "late"]) == 1.0
    assert counted(["refund", "parcel"]).coherence(["refund", "parcel"]) == -1.0


def test_the_figure_is_the_formula_of_bouma():
    texts = ["a b", "a b", "a", "b", "c", "c", "c", "c"]
    expected = math.log((2 / 8) / (3 / 8 * 3 / 8)) / -math.log(2 / 8)
    assert counted(["a", "b"], texts).coherence(["a", "b"]) == pytest.approx(expected, abs=1e-6)


def test_a_phrase_counts_only_where_its_words_follow_each_other():
    texts = ["Help Centre is out of date", "the centre of help", "help centre", "other"]
    counts = counted(["help centre", "date"], texts)
    assert counts.together[counts.column[("help", "centre")], counts.column[("help", "centre")]] == 2


def test_case_and_apostrophe_do_not_count():
    counts = counted(["Don't"], ["I don’t know", "DON'T", "do nt"])
    assert counts.together.tolist() == [[2]]


def test_what_every_text_has_says_nothing():
    assert counted(["a", "b"], ["a b", "b a"]).coherence(["a", "b"]) is None
    assert counted(["a"], ["a", "b"]).coherence(["a"]) is None
    assert counted([], []).coherence([]) is None


def test_a_keyword_that_nobody_said_counts_against_its_theme():
    assert counted(["refund", "zebra"]).coherence(["refund", "zebra"]) == -1.0


def test_diversity_is_the_share_of_distinct_keywords():
    assert diversity([["a", "b"], ["c", "A"]]) == 0.75
    assert diversity([["a", "b", "c"], ["a", "d", "c"]], top=2) == 0.75
    assert diversity([]) is None


@given(st.data())
def test_npmi_is_symmetric_and_within_bounds(data):
    documents = data.draw(st.integers(1, 50))
    first, second = data.draw(st.integers(1, documents)), data.draw(st.integers(1, documents))
    together = data.draw(st.integers(max(0, first + second - documents), min(first, second)))
    value = npmi(together, first, second, documents)
    assert value == npmi(together, second, first, documents)
    assert value is None or -1 - 1e-9 <= value <= 1 + 1e-9
