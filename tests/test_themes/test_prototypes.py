from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from verbatim.domain import Assignment, Theme
from verbatim.errors import NotFoundError
from verbatim.themes.model import NO_DETAIL, ThemeModel
from verbatim.themes.prototypes import (
    MOST_OF_MEDIAN,
    ThemeArtifact,
    assign,
    finest_rows,
    least_similarities,
    low_similarities,
    model_prototypes,
    nearest_themes,
)

X, Y, Z = np.eye(3, dtype=np.float32)


def model(similarities=(), **changes):
    """Two themes, at X and Y, and "No detail"; ``similarities`` are those of the comments of the first."""
    themes = (
        Theme("T1", "x", (), (), 1),
        Theme("T2", "y", (), (), 1),
        Theme(NO_DETAIL, "", (), (), 0, kind="no_detail"),
    )
    placed = [*(("T1", value) for value in similarities), *(("T2", 0.9) for _ in range(100))]
    entries = tuple(Assignment(f"c{row}", theme, value, 0.1) for row, (theme, value) in enumerate(placed))
    return replace(ThemeModel("e", themes, entries, np.stack([X, Y, 0 * Z]), 3, {}), **changes)


def near(first, second, share):
    row = (1 - share) * first + share * second
    return (row / np.linalg.norm(row)).astype(np.float32)


def test_a_text_goes_to_the_nearest_centre_with_its_lead():
    found = assign(ThemeArtifact.of(model([0.5] * 50)), np.stack([near(X, Y, 0.1), near(Y, X, 0.2)]))
    assert found.theme_ids == ("T1", "T2")
    assert found.similarity[0] == pytest.approx(float(near(X, Y, 0.1) @ X))
    assert found.margin[0] == pytest.approx(float(near(X, Y, 0.1) @ (X - Y)))


def test_a_text_unlike_everything_is_in_no_theme():
    found = assign(ThemeArtifact.of(model([0.5] * 50)), np.stack([Z, near(Z, X, 0.1)]))
    assert found.theme_ids == (None, None)
    assert found.nearest.tolist() == [0, 0]


def test_without_thresholds_nothing_is_refused():
    bare = model([0.5])
    artifact = ThemeArtifact(bare.encoder_id, bare.themes, bare.centroids, bare.next_number)
    assert assign(artifact, Z[None]).theme_ids == ("T1",)


def test_the_nearest_of_several_prototypes_decides_and_the_lead_is_over_other_themes():
    several = model([0.5] * 50, prototypes=np.stack([Y, Z, X, near(Z, X, 0.1)]), owners=("T2", "T2", "T1", "T2"))
    vectors, owner = model_prototypes(several)
    assert owner.tolist() == [0, 1, 1, 1]
    nearest, margin = nearest_themes(Z[None], vectors, owner)
    assert nearest.tolist() == [1]
    assert margin[0] == pytest.approx(1.0)
    found = assign(replace(ThemeArtifact.of(several), least=np.full(3, -1.0)), Z[None])
    assert (found.theme_ids, found.similarity[0]) == (("T2",), 0)


def test_prototypes_of_a_merged_theme_stand_for_the_one_it_went_to():
    merged = model(themes=(Theme("T2", "y", (), (), 1, aliases=("T1",)),), centroids=Y[None])
    merged = replace(merged, prototypes=np.stack([X, Y]), owners=("T1", "T9"))
    vectors, owner = model_prototypes(merged)
    assert (vectors.tolist(), owner.tolist()) == ([X.tolist()], [0])


def test_a_theme_without_prototypes_is_known_by_its_centre():
    vectors, owner = model_prototypes(model(prototypes=Z[None], owners=("T2",)))
    assert (vectors.tolist(), owner.tolist()) == ([X.tolist(), Z.tolist()], [0, 1])


def test_hardly_any_own_comment_is_refused():
    values = np.random.default_rng(0).uniform(0.3, 0.9, 500).tolist()
    least = least_similarities(model(values))[0]
    assert 0 < np.mean(np.asarray(values) < least) <= 0.01


def test_few_comments_leave_room_below_the_least_like_their_theme():
    least = low_similarities(model([0.95, 0.96, 0.97]), 0.01)
    assert least[0] < 0.95
    assert least[1] <= 0.9


def test_near_duplicates_take_a_paraphrase():
    assert least_similarities(model([0.99] * 300))[0] == pytest.approx(MOST_OF_MEDIAN * 0.99)


def test_themes_with_sub_themes_and_no_detail_are_not_assigned_to():
    themes = (Theme("a", "", (), (), 1), Theme("b", "", (), (), 1, parent_id="a"), Theme(NO_DETAIL, "", (), (), 0))
    assert finest_rows(themes).tolist() == [1]


def test_a_model_without_themes_assigns_nothing():
    silent = model(themes=(Theme(NO_DETAIL, "", (), (), 0, kind="no_detail"),), centroids=0 * X[None])
    with pytest.raises(NotFoundError, match="verbatim mine"):
        assign(ThemeArtifact.of(silent), X[None])


def test_no_vectors_give_no_matches():
    found = assign(ThemeArtifact.of(model([0.5] * 3)), np.zeros((0, 3), np.float32))
    assert (found.theme_ids, len(found.similarity), len(found.margin)) == ((), 0, 0)
