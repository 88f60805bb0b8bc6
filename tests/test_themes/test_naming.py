from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_themes.planted import THEMES, sentences
from verbatim.themes.cluster import group_centroids
from verbatim.themes.hashing import HashingEncoder
from verbatim.themes.name import PhraseNamer
from verbatim.themes.naming import Group

ENCODER = HashingEncoder()


def grouped(many):
    found = []
    for texts in many:
        vectors = ENCODER.encode(list(texts))
        centre = group_centroids(vectors, np.zeros(len(texts), dtype=np.int64), 1)[0]
        found.append(Group(tuple(texts), vectors, centre, len(texts)))
    return found


class Counting(HashingEncoder):
    def __init__(self):
        super().__init__()
        self.encoded = 0

    def encode(self, texts):
        self.encoded += len(texts)
        return super().encode(texts)


@pytest.fixture(scope="module")
def planted():
    pairs = sentences()
    return grouped([[text for theme, text in pairs if theme == wanted] for wanted in THEMES])


def test_every_name_lies_nearest_to_its_own_centre(planted):
    names = [naming.name for naming in PhraseNamer(ENCODER).name_groups(planted)]
    cosines = ENCODER.encode(names) @ np.stack([group.centroid for group in planted]).T
    assert cosines.argmax(axis=1).tolist() == list(range(len(planted)))


def test_few_names_are_encoded(planted):
    encoder = Counting()
    PhraseNamer(encoder).name_groups(planted)
    assert encoder.encoded <= 9 * len(planted)


def test_no_groups_have_no_names():
    assert PhraseNamer(ENCODER).name_groups([]) == []


def test_the_order_of_the_texts_changes_nothing(planted):
    turned = [
        Group(group.texts[::-1], group.vectors[::-1], group.centroid, group.size, group.quotes) for group in planted
    ]
    assert PhraseNamer(ENCODER).name_groups(turned) == PhraseNamer(ENCODER).name_groups(planted)


def test_a_large_group_is_read_in_an_even_sample():
    (group,) = grouped([[f"refund {n} is late since week {n}" for n in range(500)]])
    sample = group.sample(50)
    assert len(sample.texts) == len(set(sample.texts)) == len(sample.vectors) == 50
    near = group.vectors @ group.centroid
    read = sample.vectors @ group.centroid
    assert read.max() == near.max()
    assert read.min() == near.min()
    assert group.sample(500) is group
    assert sample.size == 500


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.lists(st.text("abcdé 12'’-[]👍\n", min_size=1, max_size=30), min_size=1, max_size=12, unique=True),
        min_size=1,
        max_size=5,
    )
)
def test_any_groups_get_different_names_without_tags(many):
    names = [naming.name for naming in PhraseNamer(ENCODER).name_groups(grouped(many))]
    assert len(set(names)) == len(many)
    assert all(name and "[" not in name and "\n" not in name for name in names)
