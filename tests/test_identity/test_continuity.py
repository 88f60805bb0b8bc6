from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_identity.places import Places, mined, said, theme_of, topics_of
from verbatim.domain import Theme
from verbatim.identity import carry_on
from verbatim.identity.continuity import renamed, with_kept_names
from verbatim.themes.model import ThemeModel

TOPICS = dict(refund=60, login=50, parcel=40, search=30)


@pytest.fixture(scope="module")
def first():
    return mined(said(**TOPICS))


def unlinked(model):
    """The model as if it were the first: other ids, and nothing known of what was before."""
    ids = {theme.id: f"X{place}" for place, theme in enumerate(model.themes)}
    return renamed(model, ids)


def test_the_first_themes_are_numbered_in_reading_order(first):
    assert [theme.id for theme in first.themes] == [f"T{place:03d}" for place in range(1, len(first.themes) + 1)]
    assert first.next_number == len(first.themes) + 1


def test_numbers_start_where_the_registry_ends(first):
    assert [theme.id for theme in carry_on(first, None, first_number=40).themes][:2] == ["T040", "T041"]
    assert carry_on(unlinked(first), first, first_number=90).next_number == 90


def test_the_same_themes_get_the_same_ids(first):
    again = carry_on(unlinked(first), first)
    assert (again.themes, again.assignments, again.texts) == (first.themes, first.assignments, first.texts)


def test_ids_go_on_by_comments_alone_where_vectors_cannot_be_compared(first):
    elsewhere = replace(unlinked(first), encoder_id="other")
    assert theme_of(carry_on(elsewhere, first)) == theme_of(first)


def test_ids_go_on_by_centres_alone_where_no_comment_is_shared(first):
    other = said(refund=160, login=150, parcel=140, search=130)
    later = mined(other[~other["id"].isin(said(**TOPICS)["id"])], previous=first, refit="the test wants it")
    before = {topic: theme for theme, topic in topics_of(first).items()}
    tops = {theme.id for theme in first.themes}
    continued = [theme for theme, topic in topics_of(later).items() if theme in tops]
    assert len(continued) >= len(before) / 2


def test_a_new_theme_never_gets_an_old_number(first):
    without = mined(said(login=50, parcel=40, search=30), previous=first, refit="the test wants it")
    other = mined(said(login=50, parcel=40, search=30, zebra=60), previous=without, refit="the test wants it")
    old = {theme.id for theme in first.themes}
    zebra = [theme for theme, topic in topics_of(other).items() if topic == "zebra"]
    assert zebra
    assert old.isdisjoint(zebra)
    assert all(int(theme[1:]) >= first.next_number for theme in zebra)


def test_retired_themes_of_another_encoder_are_not_compared(first):
    without = mined(said(login=50, parcel=40, search=30), previous=first, refit="the test wants it")
    assert without.retired
    elsewhere = mined(said(login=50, parcel=40, search=30), previous=without, encoder=Places(id="other"))
    assert elsewhere.retired == ()


def named(*names):
    themes = tuple(Theme(f"T{place}", name, (), (), 1) for place, name in enumerate(names))
    return ThemeModel("e", themes, (), np.zeros((len(names), 2), np.float32), 9, {})


def by_id(model):
    return {theme.id: theme for theme in model.themes}


def test_a_theme_keeps_its_name():
    kept = with_kept_names(named("Slow refund", "Login"), by_id(named("Late money")))
    assert [theme.name for theme in kept.themes] == ["Late money", "Login"]


def test_a_kept_name_gives_way_to_a_theme_that_is_just_named_so():
    kept = with_kept_names(named("Slow refund", "Refund"), by_id(named("Refunds")))
    assert [theme.name for theme in kept.themes] == ["Slow refund", "Refund"]


NAMES = st.lists(
    st.sampled_from(["late", "wrong", "rude", "slow", "lost", "broken"]), min_size=1, max_size=6, unique=True
)


@given(NAMES, NAMES)
def test_names_stay_distinct(fresh, kept):
    model = with_kept_names(named(*fresh), by_id(named(*kept[: len(fresh)])))
    assert len({theme.name for theme in model.themes}) == len(fresh)


def test_names_are_given_anew_where_another_namer_speaks(first):
    other = replace(first, themes=tuple(replace(theme, name=f"{theme.name} again") for theme in first.themes))
    assert {theme.name for theme in carry_on(other, first).themes} == {theme.name for theme in first.themes}
    fresh = carry_on(other, first, keep_names=False)
    assert {theme.name for theme in fresh.themes} == {theme.name for theme in other.themes}


def test_a_description_stays_with_the_name_it_was_given_with():
    old, new = named("Late money"), named("Slow refund")
    described = {"T0": replace(old.themes[0], description="Refunds come late.")}
    assert with_kept_names(new, described).themes[0].description == "Refunds come late."
