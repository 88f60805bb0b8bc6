from __future__ import annotations

import json
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
from verbatim.errors import EmptyError, EncoderError, InputError, NotFoundError, StorageError, UserError
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
    top, fine = miner(themes=3).fit(frame), miner(themes=3, layer="fine").fit(frame)  # a wish is for the top
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
    assert set(first.get_params()) == {"themes", "encoder", "layer", "seed", "redact", "people", "cache"}
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
        (pd.DataFrame({"comment": ["a"], "day": [1]}), InputError, "no column 'text' \\(it has comment, day\\)"),
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


def test_the_names_of_people_are_in_no_name_and_no_keyword():
    texts = [text.replace("agent", "Priya") for text in comments()["text"]]
    found = {}
    for people in ((), ("Priya Rao",)):
        themes = miner(people=people).fit(texts).themes_
        found[people] = " ".join([*themes["name"], *themes["keywords"].explode().dropna()])
    assert "Priya" in found[()]
    assert "Priya" not in found["Priya Rao",]


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


def a_month(per_theme, seed):
    return pd.DataFrame({"text": [text for _, text in sentences(per_theme, seed)]})


def test_an_update_keeps_themes_and_their_ids_and_finds_what_is_new():
    fitted = miner(themes=None).fit(a_month(40, 3))
    before = fitted.assignments_
    new = [f"charging cable broke {word} plug adapter socket" for word in "abcdefghijklmnopqrstuvwxyz"]
    fitted.update(pd.concat([a_month(4, 9), pd.DataFrame({"text": new})]))
    assert len(fitted.labels_) == len(fitted.comments_) == 240 + 24 + 26
    kept = fitted.assignments_["theme"].iloc[:240].to_numpy() == before["theme"].to_numpy()
    assert kept.mean() >= 0.95
    assert {"continued", "new"} <= set(fitted.links_["kind"])
    newest = fitted.assignments_["theme"].iloc[-26:].mode().iloc[0]
    assert newest not in set(before["theme"])
    assert "grown" in fitted.model_.told or "anew" not in fitted.model_.told


def test_an_update_can_fit_everything_anew_and_ids_continue():
    fitted = miner().fit(a_month(40, 3))
    names = dict(zip(fitted.themes_["id"], fitted.themes_["name"], strict=True))
    fitted.update(a_month(4, 9), refit=True)
    assert "anew" in fitted.model_.told
    assert len(set(fitted.themes_["id"]) & set(names)) >= 5


def test_a_comment_whose_id_is_known_is_replaced():
    first = pd.DataFrame({"id": ["a", "b", "c"], "text": ["The refund never came", "The parcel is lost", "ok"]})
    fitted = miner().fit(first).update(pd.DataFrame({"id": ["c"], "text": ["The parcel is lost again"]}))
    assert fitted.comments_["id"].tolist() == ["a", "b", "c"]
    assert fitted.labels_[2] >= 0


def test_edits_are_true_at_once_and_after_an_update():
    fitted = miner().fit(a_month(40, 3))
    first, second, third = fitted.themes_.dropna(subset="label")["id"].iloc[:3]
    fitted.rename(0, "Money matters").describe(first, "Refunds and bills").merge(second, third)
    for _ in range(2):
        shown = fitted.themes_.set_index("id")
        assert shown.loc[first, "name"] == "Money matters"
        assert shown.loc[first, "description"] == "Refunds and bills"
        assert third not in shown.index
        assert "Money matters" in fitted.get_feature_names_out()
        assert set(fitted.predict(a_month(10, 4))) <= set(range(5)) | {-1}
        fitted.update(a_month(4, 9), refit=True)
    assert fitted.conflicts_ == ()


def test_comments_are_moved_and_themes_split_by_examples_named_as_the_caller_names_them():
    frame = a_month(40, 3).set_axis([f"row {n}" for n in range(240)])
    fitted = miner().fit(frame)
    assigned = fitted.assignments_.set_index("comment")["theme"]
    common = assigned.value_counts().index
    own = assigned.index[assigned == common[0]].tolist()
    fitted.move(own[:1], common[1])
    assert fitted.assignments_.set_index("comment").loc[own[0], "theme"] == common[1]
    fitted.split(common[0], {"One half": own[1:3], "Other half": own[3:5]})
    assert {"One half", "Other half"} <= set(fitted.themes_["name"])
    fitted.undo()
    assert "One half" not in set(fitted.themes_["name"])
    fitted.mark(1, "archive")
    assert fitted.themes_["archived"].sum() == 1


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda fitted: fitted.rename(99, "Name"), "no theme 99"),
        (lambda fitted: fitted.rename("Nothing of the kind", "Name"), "`themes_` lists"),
        (lambda fitted: fitted.move(["nobody"], 0), "no comment 'nobody'"),
    ],
)
def test_an_edit_of_what_is_not_there_is_refused(ask, says):
    with pytest.raises(NotFoundError, match=says):
        ask(miner().fit(comments()))


def test_fitting_again_forgets_edits():
    fitted = miner().fit(comments()).rename(0, "Money matters")
    assert "Money matters" not in fitted.fit(comments()).get_feature_names_out()


def test_what_is_saved_is_loaded_whole(tmp_path):
    frame = comments().assign(occurred_at=pd.Timestamp("2026-01-01", tz="UTC"), rating=4.0, language="en")
    fitted = miner(layer="fine").fit(frame).rename(0, "Money matters")
    fitted.save(tmp_path / "themes")
    loaded = ThemeMiner.load(tmp_path / "themes", encoder=ENCODER)
    assert loaded.labels_.tolist() == fitted.labels_.tolist()
    pd.testing.assert_frame_equal(loaded.themes_, fitted.themes_)
    pd.testing.assert_frame_equal(loaded.assignments_, fitted.assignments_)
    pd.testing.assert_frame_equal(loaded.comments_, fitted.comments_, check_dtype=False)
    assert loaded.get_params() == {**fitted.get_params(), "people": []}
    assert loaded.edits_ == fitted.edits_
    more = a_month(5, 9)
    assert loaded.predict(more).tolist() == fitted.predict(more).tolist()
    pd.testing.assert_frame_equal(loaded.update(more).themes_, fitted.update(more).themes_)


def test_what_is_saved_is_read_without_verbatim(tmp_path):
    import safetensors.numpy

    fitted = miner().fit(comments())
    fitted.save(tmp_path)
    model = json.loads((tmp_path / "model.json").read_text("utf-8"))
    vectors = safetensors.numpy.load_file(tmp_path / "vectors.safetensors")
    texts = pd.read_parquet(tmp_path / "comments.parquet")
    assigned = pd.read_parquet(tmp_path / "assignments.parquet")
    themes = pd.read_parquet(tmp_path / "themes.parquet")
    assert [theme["id"] for theme in model["themes"]] == themes["id"].tolist() == fitted.themes_["id"].tolist()
    assert vectors["centroids"].shape == (len(themes), 256)
    joined = texts.merge(assigned, left_on="id", right_on="comment_id").merge(themes, left_on="theme_id", right_on="id")
    assert joined["text"].tolist() == comments()["text"].tolist()
    finest = themes.index[themes["id"].isin(assigned["theme_id"]) & (themes["kind"] == "theme")]
    said = joined[joined["kind"] == "theme"]
    best = (ENCODER.encode(said["text"].tolist()) @ vectors["centroids"][finest].T).argmax(axis=1)
    assert (themes["id"].loc[finest].to_numpy()[best] == said["theme_id"]).mean() > 0.9
    assert json.loads((tmp_path / "miner.json").read_text("utf-8"))["parameters"]["themes"] == 6


def test_comments_known_by_numbers_and_words_are_saved_too(tmp_path):
    frame = pd.DataFrame({"id": [7, "x"], "text": ["The refund never came", "The parcel is lost"]})
    miner().fit(frame).save(tmp_path)
    assert ThemeMiner.load(tmp_path, encoder=ENCODER).assignments_["comment"].tolist() == ["7", "x"]


@pytest.mark.parametrize(
    ("harm", "error", "says"),
    [
        (lambda folder: (folder / "miner.json").unlink(), NotFoundError, "no saved miner"),
        (lambda folder: (folder / "miner.json").write_text("{"), StorageError, "cannot be read"),
        (lambda folder: (folder / "miner.json").write_text("{}"), StorageError, "another format"),
        (lambda folder: (folder / "comments.parquet").write_bytes(b"PAR1"), StorageError, "does not belong"),
        (lambda folder: (folder / "vectors.safetensors").write_bytes(b""), StorageError, "does not belong"),
    ],
)
def test_a_damaged_folder_is_refused(tmp_path, harm, error, says):
    miner().fit(comments()).save(tmp_path)
    harm(tmp_path)
    with pytest.raises(error, match=says):
        ThemeMiner.load(tmp_path, encoder=ENCODER)


def test_saved_themes_of_another_encoder_are_refused_with_what_to_do(tmp_path):
    miner().fit(comments()).save(tmp_path)
    with pytest.raises(EncoderError, match="hashing@256 \\(256 dimensions\\).*hashing@64.*fit the themes again"):
        ThemeMiner.load(tmp_path, encoder=HashingEncoder(64))


def test_the_quality_page_is_there_too():
    frame = comments().assign(account="acme")
    page = miner().fit(frame).quality(stability=True)
    assert page.coverage == pytest.approx(365 / 368, abs=1e-3)
    assert page.layers[0].stability > 0.8
    assert page.layers[0].themes == 6


def test_a_comment_has_every_theme_it_speaks_of_and_one_of_them_as_its_label():
    said = {theme: f"{text.capitalize()}." for theme, text in sentences()}
    both = f"{said['refund']} {said['delivery']}"
    fitted = miner().fit([*comments()["text"], both])
    spans = fitted.assignments_[fitted.assignments_["comment"] == len(comments())]
    assert [both[start:end].strip() for start, end in zip(spans["start"], spans["end"], strict=True)] == [
        said["refund"],
        said["delivery"],
    ]
    apart = fitted.predict([said["refund"], said["delivery"]]).tolist()
    assert len(set(apart)) == 2
    assert fitted.labels_[-1] in apart
