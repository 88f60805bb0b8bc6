from __future__ import annotations

import pandas as pd
import pytest

from verbatim.domain import Assignment, Theme
from verbatim.themes.frames import assignment_frame, label_of, layer_places, link_frame, main_labels, shown_places
from verbatim.themes.model import NO_DETAIL, LinkKind, ThemeLink


def theme(key, parent=None, **more):
    return Theme(key, f"Name of {key}", (), (), 1, parent, **more)


TREE = (
    theme("A"),
    theme("B", "A"),
    theme("C", "B"),
    theme("D", "B"),
    theme("E", "A", archived=True),
    theme("F"),
    theme(NO_DETAIL, kind="no_detail"),
)


def spans(*rows):
    return pd.DataFrame(rows, columns=["comment", "theme", "start", "end", "similarity"])


@pytest.mark.parametrize(("layer", "ids"), [("top", ["A", "F"]), ("fine", ["C", "D", "E", "F"])])
def test_a_layer_is_the_themes_without_parents_or_without_children(layer, ids):
    assert [TREE[place].id for place in layer_places(TREE, layer)] == ids


def test_archived_themes_are_not_shown():
    assert [TREE[place].id for place in shown_places(TREE, "fine")] == ["C", "D", "F"]


def test_every_theme_of_a_tree_of_three_has_the_number_of_the_one_at_the_top():
    assert label_of(TREE, "top") == {"A": 0, "B": 0, "C": 0, "D": 0, "E": 0, "F": 1}
    assert label_of(TREE, "fine") == {"C": 0, "D": 1, "E": 2, "F": 3}


def test_the_main_theme_is_what_most_characters_are_about():
    rows = spans(("a", "C", 0, 10, 0.9), ("a", "F", 10, 30, 0.2), ("a", "D", 30, 40, 0.8), ("b", None, 0, 9, 0.1))
    assert main_labels(rows, ["b", "a", "c"], label_of(TREE, "fine")).tolist() == [-1, 3, -1]
    # C and D are one theme at the top: 20 characters each, and nearer.
    assert main_labels(rows, ["a"], label_of(TREE, "top")).tolist() == [0]


def test_the_theme_of_the_whole_comes_before_the_number_of_characters():
    rows = spans(("a", "C", 0, 10, 0.9), ("a", "F", 10, 30, 0.2))
    numbers = label_of(TREE, "fine")
    assert main_labels(rows, ["a"], numbers, {"a": "C"}).tolist() == [0]
    assert main_labels(rows, ["a"], numbers, {"a": "D"}).tolist() == [3]  # no part is in D


def test_no_detail_beside_a_theme_does_not_count():
    rows = spans(("a", NO_DETAIL, 0, 90, 0.0), ("a", "F", 90, 99, 0.5))
    assert main_labels(rows, ["a"], label_of(TREE, "top")).tolist() == [1]


def test_a_span_without_an_end_goes_to_the_end_of_its_text():
    frame = assignment_frame(
        [Assignment("a", "F", 0.5, 0.1, start=4), Assignment("b", None, 0.1, 0.0)], {"a": "12345678"}
    )
    assert frame["end"].tolist() == [8, 0]
    assert frame["theme"].tolist() == ["F", None]
    assert frame["sentiment"].isna().all()


def test_links_show_their_evidence():
    links = (ThemeLink(LinkKind.NEW, None, "A"), ThemeLink(LinkKind.CONTINUED, "F", "F", {"kept": 0.9}))
    frame = link_frame(links)
    assert frame[["kind", "old", "new"]].to_numpy().tolist() == [["new", None, "A"], ["continued", "F", "F"]]
    assert frame["kept"].fillna(-1).tolist() == [-1, 0.9]
    assert link_frame(()).empty
