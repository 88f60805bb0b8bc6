from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_findings.said import TREE
from verbatim.errors import EmptyError, UserError
from verbatim.findings import Layer, membership, themes_of_layer
from verbatim.findings.membership import indicator

ROWS = st.lists(
    st.tuples(st.sampled_from(["k1", "k2", "k3"]), st.sampled_from(["A1", "A2", "B", "N", None])), max_size=20
)


def pairs_of(*rows: tuple[str, str | None]) -> set[tuple[str, str]]:
    found = membership(pd.DataFrame(rows, columns=["comment_id", "theme_id"]), TREE)
    assert not found.duplicated().any()
    return set(found.itertuples(index=False, name=None))


def test_a_comment_on_a_sub_theme_is_on_its_theme_once() -> None:
    assert pairs_of(("k1", "A1"), ("k1", "A2"), ("k1", "A1")) == {("k1", "A"), ("k1", "A1"), ("k1", "A2")}


def test_no_theme_and_unknown_themes_are_left_out() -> None:
    assert pairs_of(("k1", None), ("k2", "gone"), ("k3", "B")) == {("k3", "B")}


def test_no_assignments_give_no_pairs() -> None:
    assert pairs_of() == set()


def test_three_layers_roll_up_to_the_top() -> None:
    tree = pd.DataFrame({"id": ["A", "A1", "A1x"], "parent_id": [None, "A", "A1"]})
    found = membership(pd.DataFrame({"comment_id": ["k"], "theme_id": ["A1x"]}), tree)
    assert list(found["theme_id"]) == ["A", "A1", "A1x"]


@given(ROWS, st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_the_rows_changes_nothing(rows: list[tuple[str, str | None]], chance) -> None:  # type: ignore[no-untyped-def]
    frame = pd.DataFrame(rows, columns=["comment_id", "theme_id"], dtype=object)
    shuffled = list(rows)
    chance.shuffle(shuffled)
    other = pd.DataFrame(shuffled, columns=["comment_id", "theme_id"], dtype=object)
    pd.testing.assert_frame_equal(membership(frame, TREE), membership(other, TREE))


def test_layers_leave_out_no_detail_and_archived_themes() -> None:
    assert themes_of_layer(TREE) == ["A", "B"]
    assert themes_of_layer(TREE, Layer.FINE) == ["A1", "A2", "B"]
    assert themes_of_layer(TREE, "all") == ["A", "A1", "A2", "B"]
    assert "OLD" in themes_of_layer(TREE.drop(columns="archived"))


def test_a_theme_whose_sub_themes_are_all_archived_is_itself_the_finest() -> None:
    tree = TREE.assign(archived=TREE["id"].isin(["A1", "A2"]))
    assert "A" in themes_of_layer(tree, Layer.FINE)


def test_without_themes_it_says_to_mine() -> None:
    with pytest.raises(EmptyError, match="verbatim mine"):
        themes_of_layer(TREE[TREE["kind"] == "no_detail"])


def test_a_missing_column_is_named() -> None:
    with pytest.raises(UserError, match="theme_id"):
        membership(pd.DataFrame({"comment_id": []}), TREE)


def test_the_indicator_counts_a_pair_once() -> None:
    pairs = pd.DataFrame({"k": ["x", "x", "y", "z"], "theme_id": ["A", "A", "B", "C"]})
    assert indicator(pairs, pd.Index(["x", "y"]), ["A", "B"], key="k").toarray().tolist() == [[1, 0], [0, 1]]
