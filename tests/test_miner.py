from __future__ import annotations

import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_rand_score
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import estimator_checks_generator

import verbatim
from tests.test_themes.planted import comments, sentences
from verbatim import ThemeMiner
from verbatim.errors import EmptyError, EncoderError, InputError, UserError
from verbatim.themes.hashing import HashingEncoder

ENCODER = HashingEncoder()


def miner(**parameters):
    return ThemeMiner(**{"encoder": ENCODER, "themes": 6, **parameters})


class MinerOfNumbers(ThemeMiner):
    """Says each row of a matrix as a text, so that checks which only know numbers can be run on the miner.

    A column says where its number lies on a line, near numbers in partly the same words.
    """

    def fit(self, X, y=None):
        from sklearn.utils.validation import validate_data

        return super().fit(said(validate_data(self, X)), y)

    def fit_predict(self, X, y=None):
        return self.fit(X, y).labels_

    def predict(self, X):
        return super().predict(self._said_again(X))

    def transform(self, X):
        return super().transform(self._said_again(X))

    def _said_again(self, X):
        from sklearn.utils.validation import check_is_fitted, validate_data

        check_is_fitted(self, "model_")
        return said(validate_data(self, X, reset=False))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        tags.input_tags.string = False
        tags.input_tags.one_d_array = False
        tags.input_tags.allow_nan = False
        return tags


def said(matrix):
    """Each row as the words of the steps below each of its numbers, so that near rows share most words."""
    steps = np.arange(-3, 3.1, 0.25)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [[f"{letters[column % 26]}{letters[step]}pole" for step in range(len(steps))] for column in range(26)]
    return [
        " ".join(
            [
                "numbers",
                *(
                    words[column % 26][step]
                    for column, number in enumerate(row)
                    for step in np.flatnonzero(steps < number)
                ),
            ]
        )
        for row in np.asarray(matrix, dtype=np.float64)
    ]


CHECKS = [
    (estimator, check)
    for estimator, check in estimator_checks_generator(MinerOfNumbers(themes=3, encoder=ENCODER))
    if "array_api" not in check.func.__name__  # the miner never takes arrays of another library
]


@pytest.mark.parametrize(
    ("estimator", "check"), CHECKS, ids=[f"{check.func.__name__}{check.keywords or ''}" for _, check in CHECKS]
)
def test_scikit_learns_checks_hold_on_numbers_said_as_texts(estimator, check):
    check(estimator)


def test_of_its_own_accord_scikit_learn_checks_texts_for_cloning_only():
    """For input that is not a matrix of numbers it has no further checks; hence the ones above."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        checks = list(estimator_checks_generator(miner()))
    for estimator, check in checks:
        check(estimator)
    assert [check.func.__name__ for _, check in checks] == ["check_estimator_cloneable"]
    assert [warning.category for warning in caught] == [SkipTestWarning]


def test_planted_themes_are_found_and_labels_count_from_the_largest():
    frame = comments()
    fitted = miner().fit(frame)
    planted = {text: theme for theme, text in sentences()}
    known = frame["text"].isin(planted).to_numpy()
    assert adjusted_rand_score(frame["text"][known].map(planted), fitted.labels_[known]) > 0.95
    assert fitted.labels_.tolist()[360:363] == [-1, -1, -1]
    sizes = np.bincount(fitted.labels_[fitted.labels_ >= 0])
    assert len(sizes) == 6
    assert sorted(sizes, reverse=True) == sizes.tolist()
    shown = fitted.themes_[fitted.themes_["label"].notna()]
    assert shown["label"].tolist() == list(range(6))
    assert shown["size"].tolist() == sizes.tolist()


@pytest.mark.parametrize(
    "form", [list, tuple, pd.Series, np.asarray, lambda texts: np.asarray(texts, dtype=object)[:, None]]
)
def test_texts_are_taken_in_any_form(form):
    frame = comments()
    assert miner().fit_predict(form(frame["text"].tolist())).tolist() == miner().fit_predict(frame).tolist()


def test_the_order_of_the_rows_changes_nothing():
    frame = comments()
    order = np.random.default_rng(0).permutation(len(frame))
    one, other = miner().fit(frame["text"]), miner().fit(frame["text"].iloc[order])
    assert other.labels_.tolist() == one.labels_[order].tolist()
    pd.testing.assert_frame_equal(one.themes_, other.themes_)


def test_assignments_name_comments_as_the_caller_does():
    texts = comments()["text"].iloc[:40]
    by_index = miner().fit(texts.set_axis([f"row {n}" for n in range(40)])).assignments_
    assert by_index["comment"].tolist() == [f"row {n}" for n in range(40)]
    numbers = pd.DataFrame({"id": range(40, 0, -1), "text": texts})
    by_id = miner().fit(numbers).assignments_
    assert by_id["comment"].tolist() == list(range(40, 0, -1))
    assert by_id["theme"].tolist() == by_index["theme"].tolist()
    assert (by_id["end"] - by_id["start"]).tolist() == texts.str.len().tolist()
    assert by_id["similarity"].between(-1, 1).all()


def test_predicting_the_comments_it_learned_from_gives_their_labels():
    frame = comments()
    for layer in ("top", "fine"):
        fitted = miner(layer=layer).fit(frame)
        assert (fitted.predict(frame) == fitted.labels_).mean() >= 0.98


def test_new_comments_are_labelled_and_those_without_detail_are_not():
    fitted = miner().fit(comments())
    known = fitted.predict(["password username locked session", "refund money bank payment", "ok", "", None, np.nan])
    names = fitted.get_feature_names_out()
    assert known.tolist()[2:] == [-1] * 4
    assert len(set(known[:2])) == 2
    assert set(names[known[0]].lower().split()) & {"password", "username", "locked", "session", "login"}
    found = fitted.assign(["password username locked session", None, "ok"])
    assert found["comment"].tolist() == [0, 2]
    assert found["theme"].tolist()[1] == "no-detail"


def test_the_fine_layer_has_more_themes_and_lies_in_the_top_one():
    frame = comments(120)
    top, fine = miner(themes=3).fit(frame), miner(themes=3, layer="fine").fit(frame)
    assert fine.labels_.max() > top.labels_.max() == 2
    pairs = {(a, b) for a, b in zip(fine.labels_, top.labels_, strict=True) if a >= 0}
    assert len(pairs) == fine.labels_.max() + 1
    assert fine.transform(frame).shape == (len(frame), fine.labels_.max() + 1)


def test_transform_gives_cosines_under_the_names_of_the_themes():
    frame = comments().set_index("id")
    fitted = miner().set_output(transform="pandas").fit(frame)
    cosines = fitted.transform(frame)
    assert cosines.shape == (len(frame), 6)
    assert cosines.index.equals(frame.index)
    assert cosines.columns.tolist() == fitted.get_feature_names_out().tolist()
    assert cosines.to_numpy().max() <= 1 + 1e-6
    agree = cosines.to_numpy().argmax(axis=1) == fitted.labels_
    assert agree[fitted.labels_ >= 0].mean() > 0.95
    assert fitted.set_output(transform="default").transform(["ok", None])[1].tolist() == [0.0] * 6


def test_it_feeds_a_classifier_in_a_pipeline():
    pairs = sentences()
    texts, angry = [text for _, text in pairs], [theme in ("refund", "login") for theme, _ in pairs]
    model = make_pipeline(miner(), LogisticRegression()).fit(texts, angry)
    assert model.score(texts, angry) > 0.95


def test_parameters_can_be_read_set_and_cloned():
    first = miner(seed=3)
    assert set(first.get_params()) == {"themes", "encoder", "layer", "seed", "redact", "cache"}
    copy = clone(first.set_params(themes=4, layer="fine"))
    assert (copy.themes, copy.layer, copy.seed) == (4, "fine", 3)
    assert not hasattr(copy.fit(comments()) and clone(copy), "labels_")


def test_everything_asked_of_an_unfitted_miner_says_that_fit_comes_first():
    for ask in (
        lambda: miner().predict(["a text"]),
        lambda: miner().transform(["a text"]),
        lambda: miner().assign(["a text"]),
        lambda: miner().get_feature_names_out(),
    ):
        with pytest.raises(NotFittedError):
            ask()


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ([], EmptyError, "no comments"),
        (pd.DataFrame({"text": []}), EmptyError, "no comments"),
        ([None, np.nan, "", " "], EmptyError, "none of the 4 comments has a text"),
        ("The refund never came", InputError, "got str"),
        (b"The refund", InputError, "got bytes"),
        (7, InputError, "got int"),
        ([1.5, "text"], InputError, "row 0 holds 1.5 \\(float\\), not a text"),
        (["text", ["text"]], InputError, "row 1 holds"),
        (np.zeros((3, 2)), InputError, "shape \\(3, 2\\)"),
        (pd.DataFrame({"comment": ["a"]}), InputError, "no column 'text' \\(it has comment\\)"),
        (pd.DataFrame({"id": [1, 1], "text": ["a", "b"]}), InputError, "the id '1' is there twice"),
        (pd.DataFrame({"id": ["x", None], "text": ["a", "b"]}), InputError, "row 1 has no id"),
        (pd.DataFrame({"text": ["a"], "occurred_at": ["soon"]}), InputError, "occurred_at"),
        (pd.DataFrame({"text": ["a"], "rating": ["five"]}), InputError, "rating"),
    ],
)
def test_wrong_input_is_refused_with_what_to_change(given, error, says):
    with pytest.raises(error, match=says):
        miner().fit(given)


@pytest.mark.parametrize(
    ("parameters", "says"),
    [({"layer": "middle"}, "'top', 'fine'"), ({"themes": 1}, "themes 1"), ({"themes": 2.5}, "2.5")],
)
def test_wrong_parameters_are_refused_when_fitting(parameters, says):
    with pytest.raises(UserError, match=says):
        miner(**parameters).fit(comments())


def test_another_encoder_than_that_of_the_themes_is_refused_with_what_to_do():
    fitted = miner().fit(comments()).set_params(encoder=HashingEncoder(64))
    with pytest.raises(EncoderError, match="hashing@256 \\(256 dimensions\\).*hashing@64.*fit the themes again"):
        fitted.predict(["The refund never came"])


def test_personal_data_is_redacted_unless_told_otherwise():
    texts = ["Write to ann@shop.example about the refund", *comments()["text"]]
    assert "[EMAIL]" in miner().fit(texts).comments_["text"].iloc[0]
    assert "ann@" in miner(redact=False).fit(texts).comments_["text"].iloc[0]


def test_vectors_are_kept_in_the_cache_that_was_named(tmp_path):
    miner(cache=tmp_path).fit(comments())
    assert list(tmp_path.rglob("*.vectors.npy"))


def test_importing_verbatim_is_light_and_offers_the_miner():
    script = (
        "import sys, verbatim; print(sorted({'numpy', 'pandas', 'sklearn', 'torch'} & set(sys.modules)), dir(verbatim))"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert shown.startswith("[] ")
    assert "'ThemeMiner'" in shown
    with pytest.raises(AttributeError, match="no attribute 'Theme'"):
        _ = verbatim.Theme
