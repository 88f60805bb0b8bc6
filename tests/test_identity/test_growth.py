from __future__ import annotations

import numpy as np
import pytest

from tests.test_identity.places import mined, said, theme_of, topics_of
from verbatim.domain import Theme
from verbatim.identity.growth import SMALLEST_NEW, Growth, layers_of
from verbatim.themes.model import LinkKind

TOPICS = dict(refund=60, login=50, parcel=40, search=30)


@pytest.fixture(scope="module")
def first():
    return mined(said(**TOPICS))


def test_comments_that_fit_nowhere_become_a_theme(first):
    grown = mined(said(**TOPICS, zebra=14), previous=first)
    zebras = {theme for comment, theme in theme_of(grown).items() if comment.startswith("zebra")}
    assert len(zebras) == 1
    theme = next(theme for theme in grown.themes if theme.id in zebras)
    assert (theme.name, theme.size) == ("zebra", 14)
    assert theme.id not in {old.id for old in first.themes}
    assert [link.kind for link in grown.links if link.new_id == theme.id] == [LinkKind.NEW]


def test_too_few_of_them_wait_in_the_nearest_theme_until_there_are_enough(first):
    few = mined(said(**TOPICS, zebra=SMALLEST_NEW - 1), previous=first)
    assert {theme.id for theme in few.themes} == {theme.id for theme in first.themes}
    assert few.texts is not None
    assert few.texts.waiting.sum() == SMALLEST_NEW - 1
    more = mined(said(**TOPICS, zebra=SMALLEST_NEW + 3), previous=few)
    zebras = [theme for comment, theme in theme_of(more).items() if comment.startswith("zebra")]
    assert len(set(zebras)) == 1
    assert zebras[0] not in {theme.id for theme in first.themes}
    assert more.texts is not None
    assert not more.texts.waiting.any()


def test_scattered_comments_make_no_theme(first):
    alone = {f"odd{number}": 1 for number in range(12)}
    grown = mined(said(**TOPICS, **alone), previous=first)
    assert {theme.id for theme in grown.themes} == {theme.id for theme in first.themes}
    assert set(topics_of(grown).values()) == set(TOPICS)


def test_a_theme_that_was_gone_comes_back_with_its_id(first):
    refund = {theme for theme, topic in topics_of(first).items() if topic == "refund"}
    without = mined(said(login=50, parcel=40, search=30), previous=first)
    assert refund.isdisjoint({theme.id for theme in without.themes})
    assert refund <= {theme.id for theme in without.retired}
    again = mined(said(login=50, parcel=40, search=30, refund=25), previous=without)
    back = {theme for theme, topic in topics_of(again).items() if topic == "refund"}
    assert back <= refund
    assert back.isdisjoint({theme.id for theme in again.retired})


def tree(*parents):
    return [
        Theme(f"T{place}", "", (), (), 0, parent_id=None if parent is None else f"T{parent}")
        for place, parent in enumerate(parents)
    ]


def test_layers_make_the_tree_again_with_new_themes_in_it():
    themes = tree(None, 0, 0, None)
    growth = Growth(np.asarray([1, 2, 3, 4, 5, 1]), np.asarray([0, -1]), np.zeros(6, dtype=bool), "")
    fine, coarse = layers_of(themes, growth)
    assert len(set(fine.tolist())) == 5
    assert fine[0] == fine[5]
    assert coarse[0] == coarse[1] == coarse[3] == coarse[5]
    assert len({coarse[0], coarse[2], coarse[4]}) == 3


def test_layers_of_a_deeper_tree_nest():
    themes = tree(None, 0, 1, 1, None)
    growth = Growth(np.asarray([2, 3, 4]), np.zeros(0, dtype=np.int64), np.zeros(3, dtype=bool), "")
    layers = layers_of(themes, growth)
    assert [len(set(layer.tolist())) for layer in layers] == [3, 2, 2]
