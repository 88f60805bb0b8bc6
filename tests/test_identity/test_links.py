from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from verbatim.domain import Assignment, Theme
from verbatim.identity import links_between
from verbatim.themes.model import LinkKind, ThemeModel


def placed(places, parents=None):
    """A model that puts comment ``key`` into theme ``places[key]``; ``parents`` say where themes are."""
    above = parents or {}
    ids = sorted({*places.values(), *above, *above.values()})
    themes = tuple(Theme(key, key, (), (), 0, parent_id=above.get(key)) for key in ids)
    vectors = np.eye(max(len(ids), 1), 64, dtype=np.float32)[: len(ids)]
    assignments = tuple(Assignment(comment, theme, 0.9, 0.1) for comment, theme in sorted(places.items()))
    return ThemeModel("e", themes, assignments, vectors, 99, {})


def spread(**counts):
    """So many comments in each theme, ``c0`` and so on, in the order of the arguments."""
    themes = [theme for theme, count in counts.items() for _ in range(count)]
    return {f"c{place:03d}": theme for place, theme in enumerate(themes)}


def kinds(old, new):
    return {(link.kind.value, link.old_id, link.new_id) for link in links_between(placed(old), placed(new))}


def test_the_same_id_is_continued_with_evidence():
    link = links_between(placed(spread(a=10)), placed(spread(a=8, b=12)))[0]
    assert (link.kind, link.old_id, link.new_id) == (LinkKind.CONTINUED, "a", "a")
    assert dict(link.evidence) == {"shared": 8, "kept": 0.8, "explained": 1.0, "cosine": 1.0}


def test_a_part_that_leaves_a_theme_is_split_from_it():
    assert kinds(spread(a=10), spread(a=6, b=4)) == {("continued", "a", "a"), ("split", "a", "b")}


def test_a_theme_that_goes_into_another_is_merged():
    assert kinds(spread(a=6, b=4), spread(a=10)) == {("continued", "a", "a"), ("merged", "b", "a")}


def test_two_themes_that_become_a_third_are_merged():
    assert kinds(spread(a=6, b=4), spread(c=10)) == {("merged", "a", "c"), ("merged", "b", "c")}


def test_a_theme_that_falls_apart_is_split_among_its_parts():
    found = kinds(spread(a=10), spread(b=4, c=3, d=3))
    assert found == {("split", "a", "b"), ("split", "a", "c"), ("split", "a", "d")}


def test_comments_nobody_placed_before_make_a_new_theme():
    assert kinds(spread(a=10), spread(a=10, b=5)) == {("continued", "a", "a"), ("new", None, "b")}


def test_a_theme_whose_comments_are_not_there_any_more_is_gone():
    assert kinds({"x": "a"}, {"y": "b"}) == {("gone", "a", None), ("new", None, "b")}


def test_a_model_without_themes_links_to_nothing():
    assert kinds({}, spread(a=2)) == {("new", None, "a")}
    assert kinds(spread(a=2), {}) == {("gone", "a", None)}


def test_centres_of_another_encoder_are_no_evidence():
    old, new = placed(spread(a=4)), placed(spread(a=4))
    other = ThemeModel("other", new.themes, new.assignments, new.centroids, 99, {})
    assert "cosine" not in links_between(old, other)[0].evidence


def test_themes_above_share_the_comments_of_their_sub_themes():
    old = placed(spread(a1=5, a2=5), {"a1": "a", "a2": "a"})
    new = placed(spread(a1=4, a2=6), {"a1": "a", "a2": "a"})
    by_id = {link.new_id: link for link in links_between(old, new)}
    assert by_id["a"].evidence["shared"] == 10
    assert by_id["a2"].evidence["shared"] == 5


def parts(*spans):
    """A model with one comment, whose spans are in themes: (start, end, theme)."""
    model = placed({theme: theme for *_, theme in spans})
    entries = tuple(Assignment("c", theme, 0.9, 0.1, start, end) for start, end, theme in spans)
    return ThemeModel("e", model.themes, entries, model.centroids, 99, {})


def test_a_comment_in_several_themes_counts_once_in_each():
    model = parts((0, 9, "a"), (9, 20, "b"), (20, 30, "a"))
    shared = {link.new_id: link.evidence for link in links_between(model, model)}
    assert [shared[key]["shared"] for key in "ab"] == [1, 1]
    assert [shared[key]["kept"] for key in "ab"] == [1, 1]


def test_themes_beside_each_other_in_a_comment_share_nothing():
    links = links_between(parts((0, 9, "a"), (9, 20, "b")), parts((0, 9, "a"), (9, 20, "c")))
    assert {(link.kind.value, link.old_id, link.new_id) for link in links} == {
        ("continued", "a", "a"),
        ("merged", "b", "c"),
    }


PLACES = st.dictionaries(st.sampled_from([f"c{n}" for n in range(20)]), st.sampled_from("abcdef"), max_size=20)


@given(PLACES, PLACES)
def test_every_theme_of_both_is_in_a_link(before, after):
    old, new = placed(before), placed(after)
    links = links_between(old, new)
    assert {theme.id for theme in old.themes} == {link.old_id for link in links} - {None}
    assert {theme.id for theme in new.themes} == {link.new_id for link in links} - {None}
    for link in links:
        assert (link.kind is LinkKind.NEW) == (link.old_id is None)
        assert (link.kind is LinkKind.GONE) == (link.new_id is None)
        assert (link.kind is LinkKind.CONTINUED) == (link.old_id == link.new_id)
        assert all(0 <= link.evidence.get(name, 0) <= 1 for name in ("kept", "explained"))
