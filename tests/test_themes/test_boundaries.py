from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from verbatim.themes.boundaries import AGREEMENT, learn_prototypes
from verbatim.themes.cluster import group_centroids
from verbatim.themes.prototypes import nearest_themes


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def ring(count=400, seed=0):
    """Two themes that no two centres can tell apart: one on both sides of the other."""
    draw = np.random.default_rng(seed)
    angle = draw.uniform(-1.2, 1.2, count)
    rows = np.stack([np.cos(angle), np.sin(angle), 0.05 * draw.normal(size=count)], axis=1)
    return unit(rows), (np.abs(angle) > 0.6).astype(np.int64)


def agreement(vectors, labels):
    prototypes, owners = learn_prototypes(vectors, labels, group_centroids(vectors, labels, int(labels.max()) + 1))
    order = np.argsort(owners, kind="stable")
    nearest, _ = nearest_themes(vectors, prototypes[order], owners[order])
    return float((nearest == labels).mean()), prototypes


def test_texts_are_told_again_where_centres_cannot():
    vectors, labels = ring()
    centres = group_centroids(vectors, labels, 2)
    assert ((vectors @ centres.T).argmax(axis=1) == labels).mean() < 0.9
    share, prototypes = agreement(vectors, labels)
    assert share >= AGREEMENT
    assert len(prototypes) < len(vectors) / 4


def test_centres_that_suffice_are_the_only_prototypes():
    vectors = unit(np.repeat(np.eye(3), 20, axis=0) + 0.1 * np.random.default_rng(1).normal(size=(60, 3)))
    share, prototypes = agreement(vectors, np.repeat(np.arange(3), 20))
    assert (share, len(prototypes)) == (1.0, 3)


@given(st.integers(1, 60), st.integers(1, 5), st.integers(0, 9))
def test_prototypes_are_unit_rows_and_every_theme_has_one(count, themes, seed):
    draw = np.random.default_rng(seed)
    vectors, labels = unit(draw.normal(size=(count, 4))), draw.integers(0, themes, count)
    labels = np.unique(labels, return_inverse=True)[1].ravel()
    prototypes, owners = learn_prototypes(vectors, labels, group_centroids(vectors, labels, int(labels.max()) + 1))
    assert np.allclose(np.linalg.norm(prototypes, axis=1), 1, atol=1e-5)
    assert set(owners.tolist()) == set(labels.tolist())


def test_no_texts_leave_the_centres():
    prototypes, owners = learn_prototypes(
        np.zeros((0, 4), np.float32), np.zeros(0, np.int64), np.eye(2, 4, dtype=np.float32)
    )
    assert (len(prototypes), owners.tolist()) == (2, [0, 1])
