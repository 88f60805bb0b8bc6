from __future__ import annotations

from dataclasses import replace

import numpy as np

from verbatim.domain import Assignment, Theme
from verbatim.identity import keep_parts
from verbatim.themes.model import PlacedTexts, ThemeModel, text_key

LONG = "The refund is late and the agent was rude"


def model(texts, *entries, themes="ab"):
    """``texts``: text → main theme; ``entries``: comment, theme, start, end, sentiment."""
    return ThemeModel(
        "e",
        tuple(Theme(key, key, (), (), 0) for key in themes),
        tuple(Assignment(key, theme, 0.5, 0.1, start, end, felt) for key, theme, start, end, felt in entries),
        np.zeros((len(themes), 2), np.float32),
        9,
        {},
        texts=PlacedTexts.of((text_key(text), theme, 1, False) for text, theme in texts.items()),
    )


def spans(found):
    return [(entry.comment_id, entry.theme_id, entry.start, entry.end) for entry in found.assignments]


def test_a_comment_that_was_there_keeps_its_parts():
    before = model({LONG: "a"}, ("c1", "a", 0, 18, 0.1), ("c1", "b", 19, 41, -0.5))
    after = model({LONG: "a"}, ("c1", "a", 0, None, -0.2))
    assert spans(keep_parts(after, before, {"c1": LONG})) == spans(before)


def test_a_new_comment_with_an_old_text_gets_the_parts_of_the_text():
    before = model({LONG: "a"}, ("c1", "a", 0, 18, 0.1), ("c1", "b", 19, 41, -0.5))
    after = model({LONG: "a"}, ("c1", "a", 0, None, None), ("c2", "a", 0, None, None))
    kept = keep_parts(after, before, {"c1": LONG, "c2": LONG})
    assert [(theme, start) for key, theme, start, _ in spans(kept) if key == "c2"] == [("a", 0), ("b", 19)]


def test_sentiment_is_that_of_now_where_the_part_is_the_same():
    before = model({LONG: "a"}, ("c1", "a", 0, 18, 0.1), ("c1", "b", 19, 41, -0.5))
    after = model({LONG: "a"}, ("c1", "b", 0, 18, 0.9), ("c1", "b", 20, 41, -0.6))
    assert [entry.sentiment for entry in keep_parts(after, before, {"c1": LONG}).assignments] == [0.9, -0.5]


def test_a_text_that_went_to_another_theme_is_read_anew():
    before = model({LONG: "a"}, ("c1", "a", 0, None, None))
    after = model({LONG: "b"}, ("c1", "b", 0, 18, None), ("c1", "a", 19, 41, None))
    assert spans(keep_parts(after, before, {"c1": LONG})) == spans(after)


def test_parts_in_themes_that_are_gone_are_read_anew():
    before = model({LONG: "a"}, ("c1", "a", 0, 18, None), ("c1", "c", 19, 41, None), themes="abc")
    after = model({LONG: "a"}, ("c1", "a", 0, None, None))
    assert spans(keep_parts(after, before, {"c1": LONG})) == spans(after)


def test_a_comment_whose_text_was_changed_keeps_nothing():
    before = model({LONG: "a"}, ("c1", "a", 0, 18, None), ("c1", "b", 19, 41, None))
    after = replace(model({"Short": "a"}, ("c1", "a", 0, None, None)))
    assert spans(keep_parts(after, before, {"c1": "Short"})) == spans(after)


def test_comments_without_detail_stay_as_they_are():
    before = model({LONG: "a"}, ("c1", "a", 0, None, None), ("c2", "no-detail", 0, None, None))
    after = model({LONG: "a"}, ("c1", "a", 0, None, None), ("c2", "no-detail", 0, None, None))
    assert spans(keep_parts(after, before, {"c1": LONG, "c2": "ok"})) == spans(after)
