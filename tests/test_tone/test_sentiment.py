from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.test_tone.rated import ENCODER, HATED, LOVED, rated, shuffled
from verbatim.errors import EncoderError
from verbatim.text.sentiment import sentiment
from verbatim.tone import RatedComments, SentimentModel, Written, find_sentiment, learn_sentiment, score_texts
from verbatim.tone.sentiment import examples_share


def test_words_that_only_the_own_ratings_know_are_learned(learned: SentimentModel) -> None:
    texts = [f"the {word} of yesterday" for word in (*LOVED, *HATED)]
    found = learned.predict(texts, ENCODER.encode(texts), ["en"] * len(texts))
    assert learned.source == "own ratings"
    assert found[: len(LOVED)].min() > found[len(LOVED) :].max()


def test_the_gate_says_how_good_it_measured(learned: SentimentModel) -> None:
    report = learned.report
    assert report.passed
    assert report.texts == 300
    assert report.skills is not None
    assert report.lead is not None
    assert report.skills["own ratings"].value > 0.8 > report.skills["vader"].value
    assert report.lead.low > 0
    assert "AUC" in report.reason


def test_ratings_that_depend_on_nothing_are_not_learned_from(written: Written) -> None:
    model = learn_sentiment(written, rated(informative=False, noise=0.5))
    assert model.source == "written examples"
    assert not model.report.passed
    assert model.report.reason.startswith("not used")
    assert model.report.skills is not None


@pytest.mark.parametrize(("n", "says"), [(0, "0 distinct"), (199, "199 distinct")])
def test_too_few_comments_teach_nothing(written: Written, n: int, says: str) -> None:
    model = learn_sentiment(written, rated(n))
    assert model.source == "written examples"
    assert says in model.report.reason


def test_one_sided_ratings_teach_nothing(written: Written) -> None:
    comments = rated()
    happy = dataclasses.replace(comments, ratings=np.ones(len(comments.texts)))
    model = learn_sentiment(written, happy)
    assert model.source == "written examples"
    assert "low ratings" in model.report.reason


def test_repeats_of_one_text_count_as_one(written: Written) -> None:
    few = rated(50)
    many = RatedComments(few.texts * 20, np.tile(few.vectors, (20, 1)), np.tile(few.ratings, 20))
    assert learn_sentiment(written, many).report.texts == 50


def test_comments_without_a_rating_teach_nothing(written: Written, learned: SentimentModel) -> None:
    comments, further = rated(), rated(100, seed=9)
    both = RatedComments(
        [*comments.texts, *further.texts],
        np.concatenate([comments.vectors, further.vectors]),
        np.concatenate([comments.ratings, np.full(100, np.nan)]),
        ["en"] * 400,
    )
    assert same(learn_sentiment(written, both), learned)


def test_the_order_of_rows_changes_nothing(written: Written, learned: SentimentModel) -> None:
    assert same(learn_sentiment(written, shuffled(rated())), learned)


def test_a_comment_is_not_scored_by_its_own_rating(written: Written, learned: SentimentModel) -> None:
    """Turning one rating round leaves the comment on its side: the words decide, not what was rated beside them."""
    comments = rated()
    ratings = comments.ratings.copy()
    ratings[0] = 1 - ratings[0]
    other = learn_sentiment(written, dataclasses.replace(comments, ratings=ratings))
    text, vector = comments.texts[:1], comments.vectors[:1]
    before, after = (model.predict(text, vector, ["en"])[0] for model in (learned, other))
    assert before > 0.3
    assert before - after < 0.25


def test_accounts_stay_on_one_side_of_every_fold(written: Written) -> None:
    from verbatim.tone.own import prepare_lessons

    comments = rated()
    lessons = prepare_lessons(dataclasses.replace(comments, groups=[f"a{row % 40}" for row in range(300)]))
    assert max(len(set(lessons.folds[lessons.groups == group])) for group in set(lessons.groups)) == 1
    assert len(set(lessons.groups)) == 40
    assert np.bincount(lessons.folds).min() >= 45


def test_languages_that_nobody_rated_get_none(learned: SentimentModel) -> None:
    vectors = ENCODER.encode(["alles gut", "all good"])
    assert score_texts(["alles gut", "all good"], vectors, ["de", None], learned)[0] is None
    assert score_texts(["alles gut", "all good"], vectors, ["de", None], learned)[1] is not None


def test_a_language_that_was_rated_enough_is_served(written: Written) -> None:
    comments = rated()
    model = learn_sentiment(written, dataclasses.replace(comments, languages=["de"] * 300))
    assert model.languages == ("en", "de")
    found = score_texts(["ein zephyr", "ein gravel"], ENCODER.encode(["ein zephyr", "ein gravel"]), ["de"] * 2, model)
    assert found[0] is not None
    assert found[1] is not None
    assert found[0] > found[1]


def test_without_a_model_vader_answers_for_english_only() -> None:
    texts = ["Great help", "Alles bestens"]
    nothing = np.zeros((2, 0), dtype=np.float32)
    assert score_texts(texts, nothing, ["en", "de"], None) == [sentiment("Great help"), None]


def test_without_ratings_the_written_examples_answer() -> None:
    model = find_sentiment(ENCODER)
    assert model.source == "written examples"
    assert model.satisfied(["x"], ENCODER.encode(["x"])) is None
    assert model.predict([], np.zeros((0, 64), dtype=np.float32)).shape == (0,)


def test_satisfied_is_a_probability_near_the_share_of_satisfied(learned: SentimentModel) -> None:
    comments = rated(200, seed=8)
    chance = learned.satisfied(comments.texts, comments.vectors, comments.languages)
    assert chance is not None
    assert 0 <= chance.min() < chance.max() <= 1
    assert abs(chance.mean() - np.nanmean(comments.ratings)) < 0.1


def test_vectors_of_another_encoder_are_refused(learned: SentimentModel) -> None:
    with pytest.raises(EncoderError, match="64 dimensions"):
        learned.predict(["x"], np.zeros((1, 32), dtype=np.float32), ["en"])


def test_the_examples_count_less_the_better_the_text_tells_the_rating() -> None:
    shares = [examples_share(skill) for skill in (0.5, 0.85, 0.9, 0.95, 1.0)]
    assert shares == pytest.approx([1, 1, 0.65, 0.3, 0.3])


@given(st.lists(st.text(max_size=60), max_size=4))
@hypothesis_settings(max_examples=40)
def test_any_text_gets_a_score_between_minus_1_and_1(learned: SentimentModel, texts: list[str]) -> None:
    found = learned.predict(texts, ENCODER.encode(texts), [None] * len(texts))
    assert found.shape == (len(texts),)
    assert np.all(np.abs(found) <= 1)


@pytest.mark.parametrize("text", ["a" * 10**6, "😡" * 10**6, "漢字" * 500_000, "\x00" * 1000])
def test_hostile_text_gets_a_score(learned: SentimentModel, text: str) -> None:
    vector = ENCODER.encode([text[:100]])
    assert abs(learned.predict([text], vector, [None])[0]) <= 1


def same(one: SentimentModel, other: SentimentModel) -> bool:
    assert one.own is not None
    assert other.own is not None
    return bool(np.array_equal(one.own.weights, other.own.weights)) and one.report == other.report
