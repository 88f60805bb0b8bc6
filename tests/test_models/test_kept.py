"""What was read of a text is kept: it is read once, and the same afterwards."""

from __future__ import annotations

import numpy as np

from models.live import Kept


def test_a_text_is_read_once_over_all_calls_and_keeps_its_row():
    asked = []

    def read(texts):
        asked.extend(texts)
        return np.array([[len(text or ""), len(asked)] for text in texts], dtype=float)

    kept = Kept(read)
    first = kept.rows(["a", None, "abc", "a"])
    assert first[:, 0].tolist() == [1, 0, 3, 1] and asked == ["a", None, "abc"]
    again = kept.rows(["abc", "ab", "a"])
    assert again[[0, 2]].tolist() == first[[2, 0]].tolist() and asked == ["a", None, "abc", "ab"]


def test_beyond_the_most_texts_all_are_forgotten_and_read_again(monkeypatch):
    monkeypatch.setattr("models.live.KEPT_TEXTS", 2)
    calls = []

    def read(texts):
        calls.append(list(texts))
        return np.ones((len(texts), 1))

    kept = Kept(read)
    for text in ("a", "b", "c", "a"):
        assert kept.rows([text]).shape == (1, 1)
    assert calls == [["a"], ["b"], ["c"], ["a"]]
