from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import ward
from sklearn.metrics import adjusted_rand_score

from tests.test_themes.planted import sentences
from verbatim.themes.cluster import LeidenClusterer, cut, join_small, natural_count, ward_merges
from verbatim.themes.communities import best_communities, description_length
from verbatim.themes.encode import unit_rows
from verbatim.themes.hashing import HashingEncoder
from verbatim.themes.neighbours import MOST_EXACT, arrange, fuzzy_graph, nearest_neighbours, plain_graph
from verbatim.themes.views import MOST_COLUMNS, WordView, compressed, joined


@pytest.fixture(scope="module")
def planted():
    pairs = sentences()
    return [theme for theme, _ in pairs], HashingEncoder().encode([text for _, text in pairs])


def random_vectors(count, seed=0, dimension=12):
    return unit_rows(np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32))


def test_planted_themes_are_recovered(planted):
    themes, vectors = planted
    tree = LeidenClusterer(themes=6).fit(vectors)
    assert adjusted_rand_score(themes, tree.layers[-1]) > 0.95


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_the_rows_does_not_matter(planted, seed):
    _, vectors = planted
    order = np.random.default_rng(seed).permutation(len(vectors))
    plain, shuffled = LeidenClusterer().fit(vectors), LeidenClusterer().fit(vectors[order])
    for before, after in zip(plain.layers, shuffled.layers, strict=True):
        assert np.array_equal(before[order], after)


def test_the_order_of_the_rows_does_not_matter_with_their_texts_either():
    pairs = sentences()
    texts = [text for _, text in pairs]
    vectors = HashingEncoder().encode(texts)
    order = np.random.default_rng(4).permutation(len(texts))
    plain = LeidenClusterer().fit(vectors, texts)
    shuffled = LeidenClusterer().fit(vectors[order], [texts[row] for row in order])
    for before, after in zip(plain.layers, shuffled.layers, strict=True):
        assert np.array_equal(before[order], after)


@settings(max_examples=25, deadline=None)
@given(count=st.integers(0, 120), seed=st.integers(0, 9), themes=st.sampled_from([None, 2, 5, 40]))
def test_every_row_is_placed_and_layers_nest(count, seed, themes):
    fine, coarse = LeidenClusterer(themes=themes).fit(random_vectors(count, seed)).layers
    assert len(fine) == len(coarse) == count
    for labels in (fine, coarse):
        assert sorted(set(labels.tolist())) == list(range(int(labels.max(initial=-1)) + 1))
    pairs = set(zip(fine.tolist(), coarse.tolist(), strict=True))
    assert len(pairs) == len(set(fine.tolist()))


def test_equal_rows_share_a_group():
    vectors = random_vectors(60)
    tree = LeidenClusterer().fit(np.concatenate([vectors, vectors, vectors]))
    assert np.array_equal(tree.layers[0][:60], tree.layers[0][60:120])
    assert np.array_equal(tree.layers[0][:60], tree.layers[0][120:])


def test_many_copies_of_one_row_are_one_group():
    tree = LeidenClusterer().fit(np.repeat(random_vectors(1), 5_000, axis=0))
    assert set(tree.layers[-1].tolist()) == {0}


@pytest.mark.parametrize("wish", [2, 4, 6])
def test_the_wished_number_of_groups_is_honoured(planted, wish):
    assert LeidenClusterer(themes=wish).fit(planted[1]).layers[-1].max() + 1 == wish


def test_without_a_wish_many_groups_give_8_to_30_at_the_top():
    centres = random_vectors(120, 1, 64)
    rows = unit_rows(np.repeat(centres, 25, axis=0) + 0.05 * random_vectors(3_000, 2, 64))
    fine, coarse = LeidenClusterer().fit(rows).layers
    assert fine.max() + 1 > 30
    assert 8 <= coarse.max() + 1 <= 30


def test_merges_are_those_of_ward():
    vectors = random_vectors(30).astype(np.float64)
    merges = ward_merges(vectors, np.ones(30))
    expected = ward(vectors)[:, 2]
    assert np.allclose(np.sqrt(2 * merges.costs), expected, atol=1e-4)


def test_duplicates_weigh_in_merges():
    line = np.asarray([[0.0], [1.0], [2.1]])
    labels = np.arange(3)
    assert cut(ward_merges(line, np.ones(3)), labels, 2).tolist() == [0, 0, 2]
    weights = np.asarray([100.0, 100.0, 1.0])
    assert cut(ward_merges(line * weights[:, None], weights), labels, 2).tolist() == [0, 1, 1]


def test_groups_that_sound_alike_are_merged_first():
    centres = random_vectors(40, seed=3, dimension=6)
    rows = unit_rows(np.repeat(centres, 40, axis=0) + 0.02 * random_vectors(1_600, seed=4, dimension=6))
    mood = np.repeat(np.where(np.arange(40) % 2, 0.9, -0.9), 40)
    mood[::7] = np.nan

    def mixed(coarse):
        return np.mean([abs(np.nanmean(mood[coarse == group])) for group in np.unique(coarse)])

    plain, heard = LeidenClusterer(themes=8).fit(rows), LeidenClusterer(themes=8).fit(rows, mood=mood)
    assert np.array_equal(plain.layers[0], heard.layers[0])
    assert mixed(heard.layers[-1]) > mixed(plain.layers[-1]) + 0.1
    order = np.random.default_rng(1).permutation(len(rows))
    again = LeidenClusterer(themes=8).fit(rows[order], mood=mood[order])
    assert np.array_equal(again.layers[-1], heard.layers[-1][order])


def test_small_groups_join_the_nearest_large_one():
    vectors = np.asarray([[1, 0], [1, 0.1], [0, 1], [0.1, 1], [0.9, 0.2]], dtype=np.float32)
    assert join_small(unit_rows(vectors), np.asarray([0, 0, 1, 1, 2]), 2).tolist() == [0, 0, 1, 1, 0]


def test_few_groups_are_all_kept():
    assert [natural_count(np.arange(1.0, n)) for n in (1, 2, 12)] == [1, 2, 12]


def test_the_largest_gap_between_merges_decides():
    costs = np.concatenate([np.linspace(1, 2, 21), np.linspace(50, 60, 18)])  # 40 groups; a jump at 19
    assert natural_count(costs) == 19


def test_the_usual_number_is_kept_unless_it_is_far_from_what_the_groups_ask_for():
    costs = np.concatenate([np.linspace(1, 2, 21), np.linspace(50, 60, 18)])  # 40 groups: 12–20 at the top
    assert natural_count(costs, usual=14) == 14
    assert natural_count(costs, usual=29) == natural_count(costs, usual=5) == 19
    assert natural_count(costs[:5], usual=3) == 6


@settings(max_examples=20, deadline=None)
@given(st.integers(3, 60), st.integers(0, 9))
def test_neighbours_are_the_nearest_by_brute_force(count, seed):
    vectors = random_vectors(count, seed)
    k = min(4, count - 1)
    indices, cosines = nearest_neighbours(vectors, k, arrange(vectors))
    every = vectors @ vectors.T
    np.fill_diagonal(every, -2)
    assert np.allclose(cosines, -np.sort(-every, axis=1)[:, :k], atol=1e-5)
    assert not (indices == np.arange(count)[:, None]).any()
    for graph in (fuzzy_graph(indices, cosines).toarray(), plain_graph(indices).toarray()):
        assert np.allclose(graph, graph.T, rtol=0, atol=1e-12)
        assert ((graph >= 0) & (graph <= 1)).all()
        assert (graph > 0).sum(axis=1).min() >= k


def test_of_many_rows_nearly_all_neighbours_are_found():
    centres = random_vectors(60, 1, 24)
    rows = unit_rows(np.repeat(centres, (MOST_EXACT + 600) // 60, axis=0) + 0.3 * random_vectors(6_600, 2, 24))
    rows = rows[np.random.default_rng(3).permutation(len(rows))]
    cells = arrange(rows)
    assert np.array_equal(np.sort(cells.order), np.arange(len(rows)))
    rows = rows[cells.order]
    indices, cosines = nearest_neighbours(rows, 10, cells)
    assert not (indices == np.arange(len(rows))[:, None]).any()
    some = np.arange(0, len(rows), 23)
    every = rows[some] @ rows.T
    every[np.arange(len(some)), some] = -2
    true = np.argsort(-every, axis=1)[:, :10]
    found = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(indices[some], true, strict=True)])
    assert found > 0.95
    assert (np.diff(cosines, axis=1) <= 1e-6).all()


def graph_of(groups, size, seed=0, spread=0.35):
    centres = random_vectors(groups, seed, 32)
    rows = unit_rows(np.repeat(centres, size, axis=0) + spread * random_vectors(groups * size, seed + 1, 32))
    indices, cosines = nearest_neighbours(rows, 15, arrange(rows))
    return fuzzy_graph(indices, cosines), plain_graph(indices), np.repeat(np.arange(groups), size)


@pytest.mark.parametrize(("groups", "size"), [(6, 120), (25, 40), (60, 30)])
def test_the_resolution_is_found_whatever_the_number_of_groups(groups, size):
    graph, neighbours, truth = graph_of(groups, size)
    for rough in (None, neighbours):
        found = best_communities(graph, neighbours, seed=7, rough=rough)
        assert adjusted_rand_score(truth, found.labels) > 0.97
        assert found.nats == pytest.approx(description_length(neighbours, found.labels))


def test_the_planted_groups_take_fewer_nats_than_coarser_finer_or_random_ones():
    _, neighbours, truth = graph_of(12, 60)
    random = np.random.default_rng(0).integers(0, 12, len(truth))
    finer = truth * 2 + (np.arange(len(truth)) % 2)
    planted = description_length(neighbours, truth)
    for other in (truth // 2, finer, random, np.zeros_like(truth)):
        assert planted < description_length(neighbours, other)


def test_words_tell_apart_what_the_encoder_takes_for_alike():
    texts = [
        f"{verb} my {thing} number {n}" for thing in ("card", "phone") for verb in ("lost", "found") for n in range(20)
    ]
    vectors = np.ones((len(texts), 4), dtype=np.float32) / 2
    words = WordView(texts)
    both = joined(vectors, None, words.own)
    cosines = both @ both.T
    assert np.allclose(words.of(texts), words.own, atol=1e-5)
    assert np.allclose(np.linalg.norm(both, axis=1), 1, atol=1e-5)
    assert cosines[:40, :40].mean() > cosines[:40, 40:].mean() + 0.02


@pytest.mark.parametrize("texts", [[f"word{n}" for n in range(60)], ["😀"] * 60, [""] * 60, ["a b"] * 3])
def test_texts_without_common_words_have_no_view_of_words(texts):
    view = WordView(texts)
    assert view.own is None
    assert view.of(["a word"]) is None


def test_joined_cosines_are_the_weighted_mean_of_the_views():
    vectors, second, words = (random_vectors(20, seed) for seed in range(3))
    readings = (vectors @ vectors.T + 0.75 * second @ second.T) / 1.75
    whole = (readings + 0.25 * words @ words.T) / 1.25
    both = joined(vectors, second, words)
    assert np.allclose(both @ both.T, whole, atol=1e-5)
    assert joined(vectors, None, None) is vectors


def test_a_text_without_rare_words_keeps_what_the_other_views_say():
    vectors, second = random_vectors(5), np.zeros((5, 12), dtype=np.float32)
    both = joined(vectors, second, None)
    assert np.allclose(both @ both.T, vectors @ vectors.T, atol=1e-5)


def test_compressed_rows_keep_their_cosines():
    rng = np.random.default_rng(0)
    rows = unit_rows((rng.normal(size=(900, 40)) @ rng.normal(size=(40, 500))).astype(np.float32))
    short = compressed(rows)
    assert short.shape == (900, MOST_COLUMNS)
    assert np.allclose(short @ short.T, rows @ rows.T, atol=1e-4)
    assert compressed(rows[:200]).shape == (200, 500)


def test_the_second_reading_tells_groups_apart_that_the_first_does_not():
    first = unit_rows(1 + 0.05 * random_vectors(240))
    kinds = np.arange(240) % 3
    stressed = unit_rows(np.eye(3, 12, dtype=np.float32)[kinds] + 0.2 * random_vectors(240, seed=1))
    tree = LeidenClusterer().fit(first, None, lambda rows: stressed[rows])
    assert adjusted_rand_score(kinds, tree.layers[0]) > 0.95
    assert adjusted_rand_score(kinds, LeidenClusterer().fit(first).layers[0]) < 0.5


def test_with_a_second_reading_the_order_of_the_rows_does_not_matter_even_where_vectors_are_the_same():
    vectors = np.repeat(random_vectors(60), 3, axis=0)
    texts = [f"text {row:03d} about {row % 7}" for row in range(180)]
    second = random_vectors(180, seed=5)
    order = np.random.default_rng(2).permutation(180)
    plain = LeidenClusterer().fit(vectors, texts, lambda rows: second[rows])
    shuffled = LeidenClusterer().fit(vectors[order], [texts[row] for row in order], lambda rows: second[order[rows]])
    for before, after in zip(plain.layers, shuffled.layers, strict=True):
        assert np.array_equal(before[order], after)


def test_the_second_reading_is_asked_for_in_the_sample_only(planted, monkeypatch):
    _, vectors = planted
    monkeypatch.setattr("verbatim.themes.cluster.MOST_GROUPED", 50)
    asked = []
    LeidenClusterer().fit(vectors, None, lambda rows: asked.append(len(rows)))
    assert asked == [50]


def test_of_very_many_texts_those_beyond_the_sample_join_the_nearest_group(planted, monkeypatch):
    themes, vectors = planted
    monkeypatch.setattr("verbatim.themes.cluster.MOST_GROUPED", len(np.unique(vectors, axis=0)) // 2)
    tree = LeidenClusterer(themes=6).fit(vectors, [str(row) for row in range(len(vectors))])
    assert adjusted_rand_score(themes, tree.layers[-1]) > 0.9
