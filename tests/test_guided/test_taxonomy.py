"""Taxonomies: what makes one valid, and messages that say which entry is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.errors import InputError
from verbatim.guided.taxonomy import (
    LONGEST_NAME,
    MOST_ENTRIES,
    MOST_EXAMPLES,
    Taxonomy,
    TaxonomyEntry,
    derived_id,
    make_taxonomy,
)


def entry(name: str, **rest: object) -> TaxonomyEntry:
    return replace(TaxonomyEntry("", name), **rest)  # type: ignore[arg-type]


def test_ids_are_derived_from_names_and_given_ones_stay() -> None:
    found = make_taxonomy([entry("Café & parking"), entry("Waiting", id="T017"), entry("日本語")])
    assert [one.id for one in found.entries] == ["cafe-parking", "T017", derived_id("日本語")]
    assert derived_id("日本語") != derived_id("日本人")


def test_a_parent_is_found_by_id_and_by_name() -> None:
    found = make_taxonomy(
        [entry("Getting help", id="a1"), entry("By phone", parent="a1"), entry("By mail", parent="getting HELP")]
    )
    assert [one.parent for one in found.entries] == [None, "a1", "a1"]
    assert found.ancestors("by-mail") == ("a1",)


def test_comments_are_matched_to_leaves_and_to_parents_with_examples() -> None:
    found = make_taxonomy(
        [
            entry("Food"),
            entry("Cold food", parent="food"),
            entry("Staff", examples=("They were kind",)),
            entry("Rude", parent="staff"),
        ]
    )
    assert [one.name for one in found.targets] == ["Cold food", "Staff", "Rude"]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([], "no themes"),
        ([entry(" ")], "entry 1: the theme has no name"),
        ([entry("A1"), entry("a1")], "entry 2: the name 'a1' is taken by entry 1"),
        ([entry("A b"), entry("A-B")], "entry 2: the id 'a-b' is taken by entry 1"),
        ([entry("Food", id="no spaces")], "cannot be an id"),
        ([entry("Food", parent="Drinks")], "there is no theme 'Drinks'"),
        ([entry("Food", parent="food")], "circle: food → food"),
        ([entry("A", id="a", parent="b"), entry("B", id="b", parent="a")], "circle: a → b → a"),
        ([entry("x" * (LONGEST_NAME + 1))], "200 are the most"),
        ([entry("Food", description="y" * 5_001)], "the description has 5,001 characters"),
        ([entry("Food", examples=("ok", " "))], "an example is blank"),
        ([entry("Food", examples=("z" * 20_001,))], "20,001 characters"),
        ([entry("Food", examples=tuple(map(str, range(MOST_EXAMPLES + 1))))], "5,001 examples"),
        ([entry("Fo\x00od")], "control character"),
        ([entry("Food\u202edoof")], "control character"),
        ([entry(f"t{n}") for n in range(MOST_ENTRIES + 1)], "2,001 themes"),
    ],
)
def test_a_mistake_is_told_with_its_entry(entries: list[TaxonomyEntry], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make_taxonomy(entries)


def test_a_long_chain_of_parents_is_no_cycle() -> None:
    chain = [entry(f"t{n}", parent=f"t{n - 1}" if n else None) for n in range(MOST_ENTRIES)]
    assert len(make_taxonomy(chain).ancestors(f"t{MOST_ENTRIES - 1}")) == MOST_ENTRIES - 1


def test_examples_are_added_once_and_to_known_themes_only() -> None:
    before = make_taxonomy([entry("Food", examples=("Cold soup",))])
    after = before.with_examples({"food": ["Cold soup", "Good  bread"]})
    assert after.entries[0].examples == ("Cold soup", "Good bread")
    assert before.entries[0].examples == ("Cold soup",)
    with pytest.raises(InputError, match="no theme with the id 'drinks'"):
        before.with_examples({"drinks": ["x"]})


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=8))
def test_any_names_make_a_valid_taxonomy_or_a_clear_error(names: list[str]) -> None:
    try:
        found = make_taxonomy([entry(name) for name in names])
    except InputError:
        return
    assert isinstance(found, Taxonomy)
    ids = [one.id.casefold() for one in found.entries]
    assert len(set(ids)) == len(names)
    assert make_taxonomy(found.entries) == found
