"""Matching: words alone, a few examples, several themes, abstention, and that nothing but content decides."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tests.test_guided.planted import ENCODER, STRANGE, WORDS, comments, corpus, taxonomy
from verbatim.errors import EncoderError, InputError
from verbatim.guided.match import GuidedModel, training_set
from verbatim.guided.pieces import cut_into_pieces
from verbatim.guided.taxonomy import TaxonomyEntry, make_taxonomy
from verbatim.themes.hashing import HashingEncoder

SEEN = [text for _, text in corpus(30, seed=50)]


@pytest.fixture(scope="module")
def untaught() -> GuidedModel:
    return GuidedModel.fit(taxonomy(), ENCODER, unlabelled=SEEN)


@pytest.fixture(scope="module")
def taught() -> GuidedModel:
    examples = {name: tuple(comments(words, 8, seed=90)) for name, words in WORDS.items()}
    return GuidedModel.fit(taxonomy(examples), ENCODER, unlabelled=SEEN)


def accuracy(model: GuidedModel) -> float:
    pairs = corpus(20, seed=200)
    found = model.match([text for _, text in pairs], ENCODER)
    return float(np.mean([match.nearest == name for (name, _), match in zip(pairs, found, strict=True)]))


def test_names_and_descriptions_alone_place_most_comments(untaught: GuidedModel) -> None:
    assert accuracy(untaught) >= 0.9


def test_examples_improve_what_words_alone_find(untaught: GuidedModel, taught: GuidedModel) -> None:
    assert accuracy(taught) >= max(0.98, accuracy(untaught))


def test_one_example_added_by_a_person_moves_a_comment_at_once() -> None:
    odd = "the thing beeps weirdly"
    before = GuidedModel.fit(taxonomy(), ENCODER, unlabelled=SEEN)
    after = GuidedModel.fit(taxonomy().with_examples({"search": [odd]}), ENCODER, unlabelled=SEEN)
    first, second = (model.match([odd], ENCODER)[0] for model in (before, after))
    assert second.nearest == "search"
    assert second.scores["search"] > first.scores.get("search", 0.0)


def test_a_comment_of_two_clauses_gets_both_themes_where_they_are_said(taught: GuidedModel) -> None:
    text = "the refund money payment was credited but the courier lost parcel shipping tracking"
    (match,) = taught.match([text], ENCODER)
    assert set(match.scores) == {"refund", "delivery"}
    said = {span.theme_id: text[span.start : span.end] for span in match.spans}
    assert said["refund"].startswith("the refund") and said["delivery"].startswith("the courier")


def test_what_fits_nowhere_gets_no_theme_but_names_the_nearest(taught: GuidedModel) -> None:
    strange = comments(STRANGE, 20, seed=1)
    found = taught.match(strange, ENCODER)
    assert sum(match.fits for match in found) <= 3
    assert all(not match.spans and match.nearest in WORDS for match in found if not match.fits)


def test_scores_are_shares_and_spans_are_sorted_and_inside(taught: GuidedModel) -> None:
    texts = [f"{first}, and the {second}" for first, second in zip(SEEN, reversed(SEEN), strict=True)]
    for text, match in zip(texts, taught.match(texts, ENCODER), strict=True):
        assert list(match.scores.values()) == sorted(match.scores.values(), reverse=True)
        assert all(0 <= score <= 1 for score in match.scores.values())
        assert {span.theme_id for span in match.spans} == set(match.scores)
        assert [span.start for span in match.spans] == sorted(span.start for span in match.spans)
        assert all(0 <= span.start < span.end <= len(text) for span in match.spans)


def test_the_order_of_rows_changes_nothing() -> None:
    labelled = [(text, [name]) for name, text in corpus(6, seed=9)]
    mixed, others = random.Random(3).sample(labelled, len(labelled)), random.Random(4).sample(SEEN, len(SEEN))
    first = GuidedModel.fit(taxonomy(), ENCODER, unlabelled=SEEN, labelled=labelled)
    second = GuidedModel.fit(taxonomy(), ENCODER, unlabelled=others, labelled=mixed)
    assert np.array_equal(first.correction.weights, second.correction.weights)
    assert np.array_equal(first.thresholds, second.thresholds)
    assert first.floor == second.floor
    forward = first.match(SEEN, ENCODER)
    assert first.match(SEEN[::-1], ENCODER) == forward[::-1]


def test_duplicates_get_the_same_match(taught: GuidedModel) -> None:
    found = taught.match([SEEN[0]] * 3 + SEEN[1:4], ENCODER)
    assert found[0] == found[1] == found[2]


def test_labelled_comments_without_a_theme_teach_what_belongs_to_none() -> None:
    examples = {name: tuple(comments(words, 8, seed=90)) for name, words in WORDS.items()}
    strange = comments(STRANGE, 10, seed=1)
    plain = GuidedModel.fit(taxonomy(examples), ENCODER, unlabelled=SEEN)
    told = GuidedModel.fit(taxonomy(examples), ENCODER, unlabelled=SEEN, labelled=[(text, ()) for text in strange])
    new = comments(STRANGE, 10, seed=2)
    best = [
        float(np.mean([model.score(cut_into_pieces([text], ENCODER)).comments.max() for text in new]))
        for model in (plain, told)
    ]
    assert best[1] < best[0]


def test_each_theme_has_a_threshold_of_its_own_once_there_are_examples(
    untaught: GuidedModel, taught: GuidedModel
) -> None:
    assert len(set(untaught.thresholds.tolist())) == 1
    assert taught.thresholds.shape == (len(WORDS),)


@pytest.mark.parametrize("texts", [[], ["ok"], ["👍"], [""], ["日本語のコメント"], ["word " * 30_000]])
def test_odd_comments_are_matched_or_left_without_error(taught: GuidedModel, texts: list[str]) -> None:
    assert len(taught.match(texts, ENCODER)) == len(texts)


def test_a_taxonomy_of_one_theme_without_anything_else_works() -> None:
    alone = make_taxonomy([TaxonomyEntry("", "Refund")])
    model = GuidedModel.fit(alone, ENCODER)
    assert model.match(["refund"], ENCODER)[0].nearest == "refund"
    assert not model.match(["purple elephants dancing"], ENCODER)[0].fits


def test_another_encoder_is_refused(taught: GuidedModel) -> None:
    with pytest.raises(EncoderError, match="fit it again"):
        taught.match(["x"], HashingEncoder(64))


def test_labels_must_name_themes_that_comments_can_have() -> None:
    nested = make_taxonomy([TaxonomyEntry("", "Food"), TaxonomyEntry("", "Soup", parent="food")])
    with pytest.raises(InputError, match="no theme with the id 'drinks'"):
        training_set(nested, [("x", ["drinks"])])
    with pytest.raises(InputError, match="has sub-themes"):
        training_set(nested, [("x", ["food"])])


def test_a_text_given_as_an_example_of_two_themes_is_in_both() -> None:
    both = make_taxonomy([TaxonomyEntry("", "A", examples=("x",)), TaxonomyEntry("", "B", examples=("x", "y"))])
    texts, member = training_set(both, [("y", ["a"])])
    assert texts == ["x", "y"]
    assert member.all()


def test_clauses_without_detail_have_no_span_and_change_no_score() -> None:
    text = "refund money payment credited"
    model = GuidedModel.fit(taxonomy(), ENCODER, unlabelled=[text for _, text in corpus(20)])
    thanked = f"{text}. Thank you very much."
    (match,) = model.match([thanked], ENCODER)
    assert [thanked[span.start : span.end] for span in match.spans if span.theme_id == "refund"] in (
        [text],
        [f"{text}."],
    )
    assert all(span.end <= len(text) + 1 for span in match.spans)


def test_without_examples_a_further_theme_must_be_as_near_as_the_floor() -> None:
    ends = [text for _, text in corpus(20, seed=90)]
    texts = [f"{text} {end}" for (_, text), end in zip(corpus(20), ends[7:] + ends[:7], strict=True)]
    model = GuidedModel.fit(taxonomy(), ENCODER, unlabelled=texts)
    assert model.guessed
    pieces = cut_into_pieces(texts, ENCODER)
    near = model.nearness(pieces)
    place = {entry.id: column for column, entry in enumerate(model.taxonomy.targets)}
    for row, match in enumerate(model.match_pieces(pieces)):
        for theme in list(match.scores)[1:]:
            assert near[row, place[theme]] >= model.floor
