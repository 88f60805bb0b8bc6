from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from verbatim.themes.phrases import count_phrases


def test_a_phrase_is_counted_once_a_text():
    table = count_phrases(["late refund, late refund", "late refund", "refund"])
    column = table.phrases.index(("late", "refund"))
    assert table.counts[:, [column]].toarray().ravel().tolist() == [1, 1, 0]


def test_phrases_do_not_cross_punctuation_or_redacted_tags():
    table = count_phrases(["Slow app. Refund missing", "write to [EMAIL] soon", "with [name redacted] agreed"])
    assert ("app", "refund") not in table.phrases
    assert not any(word in {"email", "name", "redacted"} for words in table.phrases for word in words)
    assert not any("to" in words and "soon" in words for words in table.phrases)


def test_in_a_larger_set_a_phrase_must_be_shared():
    table = count_phrases([f"refund number{n}" for n in range(12)])
    assert table.phrases == (("refund",),)


def test_counts_by_group_leave_out_texts_without_a_group():
    table = count_phrases(["refund", "refund", "refund"])
    assert table.by_group(np.asarray([0, 1, -1]), 2).toarray().tolist() == [[1.0], [1.0]]


@given(st.lists(st.text(max_size=60), max_size=15))
def test_any_text_can_be_counted(texts):
    table = count_phrases(texts)
    assert table.counts.shape == (len(texts), len(table.phrases))
    assert len(set(table.phrases)) == len(table.phrases) == len(table.columns)
    assert all(1 <= len(words) <= 5 for words in table.phrases)
