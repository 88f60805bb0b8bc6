from __future__ import annotations

import json
from random import Random

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from models.tickets import meaning
from models.tickets.meaning import Meaning
from verbatim.errors import StorageError

BILLING = ("invoice", "charged", "refund", "payment", "credit", "bank")
ACCESS = ("login", "password", "locked", "reset", "account", "browser")


def corpus() -> list[str]:
    """160 sentences, half of them of billing and half of access."""
    rng = Random(3)
    return [" ".join(["hello", *rng.sample(words, 4)]) for words in (BILLING, ACCESS) for _ in range(80)]


def fitted(texts: list[str] | None = None, **options: object) -> Meaning:
    made = Meaning.fit(corpus() if texts is None else texts, **{"dimensions": 4, **options})  # type: ignore[arg-type]
    assert made is not None
    return made


def parts(model: Meaning) -> tuple[dict[str, object], dict[str, np.ndarray]]:
    described, arrays = model.state()
    return dict(described), dict(arrays)


def test_texts_of_one_subject_lie_together() -> None:
    bill, refund, login = fitted(dimensions=2).transform(
        ["refund of a payment", "charged an invoice", "the password is locked"]
    )
    assert bill @ refund > 0.7
    assert bill @ refund > bill @ login + 0.5


def test_rows_have_unit_length_and_texts_without_known_words_are_zeros() -> None:
    rows = fitted().transform(["an invoice", "", None, "xylophone", "4711"])
    assert rows.dtype == np.float32
    assert rows.shape == (5, 4)
    assert np.linalg.norm(rows, axis=1).tolist() == pytest.approx([1, 0, 0, 0, 0])


def test_no_texts_give_no_rows() -> None:
    assert fitted().transform([]).shape == (0, 4)


def test_the_order_of_texts_and_their_repeats_change_nothing() -> None:
    texts = corpus()
    mixed = texts * 2
    Random(5).shuffle(mixed)
    first, second = fitted(texts), fitted(mixed)
    assert first.terms == second.terms
    np.testing.assert_array_equal(first.axes, second.axes)
    np.testing.assert_array_equal(first.rarity, second.rarity)


def test_weights_are_those_of_scikit_learn() -> None:
    texts = sorted(set(corpus()))
    peer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=3).fit(texts)
    model = fitted()
    assert list(model.terms) == sorted(peer.vocabulary_)
    np.testing.assert_allclose(model.rarity, peer.idf_, rtol=1e-6)
    reduced = peer.transform(["refund refund bank login"]) @ model.axes
    np.testing.assert_allclose(
        model.transform(["refund refund bank login"]), reduced / np.linalg.norm(reduced), atol=1e-5
    )


def test_axes_are_orthogonal_and_their_largest_entry_is_positive() -> None:
    axes = fitted().axes
    np.testing.assert_allclose(axes.T @ axes, np.eye(4), atol=1e-5)
    assert (axes[np.abs(axes).argmax(axis=0), range(4)] > 0).all()


def test_fewer_than_50_distinct_texts_teach_nothing() -> None:
    texts = list(dict.fromkeys(corpus()))
    assert Meaning.fit([*texts[:49] * 3, None, "", "  "]) is None
    assert Meaning.fit(texts[:50]) is not None


def test_texts_that_share_no_words_teach_nothing() -> None:
    assert Meaning.fit([chr(0x4E00 + at) * 3 for at in range(60)]) is None


def test_there_are_no_more_dimensions_than_the_texts_tell_apart() -> None:
    made = Meaning.fit([f"{'invoice ' * at} {'password ' * (60 - at)}" for at in range(1, 60)], dimensions=24)
    assert made is not None
    assert made.dimension < 24
    assert np.isfinite(made.axes).all()


def test_no_dimensions_are_refused() -> None:
    with pytest.raises(ValueError, match="dimensions is 0"):
        Meaning.fit(corpus(), dimensions=0)


def test_numbers_tags_and_addresses_are_not_learnt() -> None:
    texts = [f"{text} order A4711 of [EMAIL] at https://shop.example/maya www.maya.example" for text in corpus()]
    terms = fitted(texts).terms
    assert "order" in terms
    assert not [term for term in terms if any(part in term for part in ("4711", "email", "maya", "shop", "http"))]
    assert "order of" not in terms  # what is left out parts its neighbours


def test_names_of_people_are_not_learnt_where_they_are_names() -> None:
    texts = [f"{text} says Maya at a fair price" for text in corpus()]
    assert {"maya", "price"} <= set(fitted(texts).terms)
    terms = fitted(texts, people=["Maya Price"]).terms
    assert not [term for term in terms if "maya" in term.split()]
    assert "price" in terms


def test_accents_are_kept_and_case_is_not() -> None:
    terms = fitted([f"{text} Rückerstattung" for text in corpus()]).terms
    assert "rückerstattung" in terms


def test_an_axis_is_described_by_the_words_at_its_ends() -> None:
    model = fitted()
    said = [end for axis in range(2) for end in model.describe(axis)]
    ends = [set(" ".join(end).split()) for end in said]
    assert any(len(end & set(BILLING)) >= 3 and not end & set(ACCESS) for end in ends)
    assert any(len(end & set(ACCESS)) >= 3 and not end & set(BILLING) for end in ends)
    assert not any("hello" in end for end in said)  # every text has it
    assert max(map(len, model.describe(1, words=2))) == 2


def test_words_that_say_nothing_describe_nothing_however_much_they_weigh() -> None:
    rng, empty = Random(5), ("how", "do", "i", "go", "about", "it", "where", "is")
    asked = [" ".join([*rng.sample(empty, 5), *rng.sample(BILLING, place % 3)]) for place in range(120)]
    model = fitted(asked)
    said = {word for axis in range(model.dimension) for end in model.describe(axis) for word in " ".join(end).split()}
    assert said & set(BILLING)
    assert not said & set(empty)


def test_an_end_of_nothing_but_such_words_has_none() -> None:
    terms, axes = ("about it", "how", "refund"), np.asarray([[-0.7], [-0.7], [0.1]], dtype=np.float32)
    model = Meaning(terms, np.full(3, 2, dtype=np.float32), axes, 90, {term: at for at, term in enumerate(terms)})
    assert model.describe(0) == (("refund",), ())


@pytest.mark.parametrize("axis", [-1, 4])
def test_an_axis_that_is_not_there_is_refused(axis: int) -> None:
    with pytest.raises(IndexError, match="they go from 0 to 3"):
        fitted().describe(axis)


def test_of_too_many_texts_a_sample_is_learnt_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "MOST_TEXTS", 60)
    texts = corpus()
    assert fitted(texts).texts == 60
    np.testing.assert_array_equal(fitted(texts).axes, fitted(texts[::-1]).axes)


def test_a_model_goes_through_json_and_safetensors_unchanged() -> None:
    model = fitted()
    described, arrays = model.state()
    again = Meaning.of_state(
        json.loads(json.dumps(described)), safetensors.numpy.load(safetensors.numpy.save(dict(arrays)))
    )
    texts = corpus()
    np.testing.assert_array_equal(again.transform(texts), model.transform(texts))
    assert again.describe(1) == model.describe(1)


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("format", "verbatim.meaning/9", "format 'verbatim.meaning/9'"),
        ("terms", ["invoice"], "rarity of the text model is float32 of shape"),
        ("terms", "invoice", "not a list of words"),
        ("terms", [1, 2], "not a list of words"),
        ("dimensions", 5, "axes of the text model is float32 of shape"),
        ("dimensions", "4", "'4' dimensions"),
        ("texts", 0, "counts 0 texts"),
    ],
)
def test_a_description_that_does_not_fit_is_refused(part: str, value: object, said: str) -> None:
    described, arrays = parts(fitted())
    with pytest.raises(StorageError, match=said):
        Meaning.of_state({**described, part: value}, arrays)


@pytest.mark.parametrize("part", ["format", "terms", "dimensions", "texts"])
def test_a_missing_part_of_the_description_is_named(part: str) -> None:
    described, arrays = parts(fitted())
    del described[part]
    with pytest.raises(StorageError, match=part):
        Meaning.of_state(described, arrays)


def test_arrays_that_do_not_fit_are_refused() -> None:
    described, arrays = parts(fitted())
    for name, array in arrays.items():
        for wrong in (array[:-1], array.astype(np.float64), np.full_like(array, np.nan)):
            with pytest.raises(StorageError, match=f"{name} of the text model"):
                Meaning.of_state(described, {**arrays, name: wrong})
        with pytest.raises(StorageError, match="lacks a part"):
            Meaning.of_state(described, {other: arrays[other] for other in arrays if other != name})


def test_a_term_that_stands_twice_is_refused() -> None:
    described, arrays = parts(fitted())
    described["terms"] = [described["terms"][0], *described["terms"][:-1]]  # type: ignore[index]
    with pytest.raises(StorageError, match="a term twice"):
        Meaning.of_state(described, arrays)


@pytest.mark.parametrize("text", ["a" * 10**6, "ab " * 10**6, "-'" * 10**6, "[A" * 10**6, "ab://" * 10**5, "\ud800\0"])
def test_hostile_text_gets_a_row(text: str) -> None:
    assert fitted().transform([text]).shape == (1, 4)
    assert Meaning.fit([*corpus(), text]) is not None


MODEL = fitted()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=50), st.sampled_from(corpus())), max_size=6))
def test_a_text_has_its_row_whatever_stands_beside_it(texts: list[str | None]) -> None:
    together = MODEL.transform(texts)
    lengths = np.linalg.norm(together, axis=1)
    assert (np.isclose(lengths, 1, atol=1e-5) | (lengths == 0)).all()
    for at, text in enumerate(texts):
        np.testing.assert_array_equal(MODEL.transform([text])[0], together[at])
