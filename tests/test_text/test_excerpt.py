from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.text.excerpt import MORE, covered, excerpt

TEXT = "The page is slow, but Ann was kind. Thanks."


@pytest.mark.parametrize(
    ("spans", "shown"),
    [
        ([(0, 16)], "The page is slow …"),
        ([(22, 35)], "… Ann was kind. …"),
        ([(36, 43)], "… Thanks."),
        ([(0, 16), (36, 42)], "The page is slow … Thanks."),
        ([(36, 42), (0, 16)], "The page is slow … Thanks."),
        ([(0, 17), (18, 35), (36, 43)], TEXT),
        ([(0, None)], TEXT),
        ([], TEXT),
        ([(5, 5)], TEXT),
        ([(18, 35), (0, 17)], "The page is slow, but Ann was kind. …"),
    ],
)
def test_the_part_stands_with_dots_for_the_rest(spans: list[tuple[int, int | None]], shown: str) -> None:
    assert excerpt(TEXT, spans) == shown


def test_a_full_stop_left_out_of_the_span_is_not_more() -> None:
    assert excerpt("“It broke.” ", [(1, 9)]) == "“It broke.”"


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(0, 45), st.one_of(st.none(), st.integers(0, 45)))))
def test_every_word_of_a_span_is_shown_and_spans_never_touch(text: str, spans: list[tuple[int, int | None]]) -> None:
    places = covered(text, spans)
    for start, end in spans:
        for at in range(start, len(text) if end is None else min(end, len(text))):
            assert any(first <= at < last for first, last in places)
    for (_, end), (start, _) in zip(places, places[1:], strict=False):
        assert any(letter.isalnum() or letter == "_" for letter in text[end:start])
    assert all(0 <= start < end <= len(text) for start, end in places)
    shown = excerpt(text, spans)
    assert len(shown.replace(MORE, "")) <= len(text) + 2 * len(places) + 2
