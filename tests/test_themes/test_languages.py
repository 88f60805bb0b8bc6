from __future__ import annotations

import pytest

from verbatim.themes.languages import MULTILINGUAL_MODEL, encoder_languages, foreign_language_note

MINILM = "sentence-transformers/all-MiniLM-L6-v2@4593a67f3d16"
GERMAN = [f"Die Rechnung Nummer {word} stimmt leider schon wieder nicht." for word in "abcdefghijklmnopqrstuvwxyzäöüß"]


@pytest.mark.parametrize(
    "name",
    [
        MULTILINGUAL_MODEL,
        "sentence-transformers/paraphrase-multilingual-mpnet-base-v2",
        "intfloat/multilingual-e5-small",
        "sentence-transformers/LaBSE@1",
        "BAAI/bge-m3",
        "hashing@256",
        "our-own-model@1",
    ],
)
def test_a_model_of_many_or_unknown_languages_is_not_warned_of(name):
    assert encoder_languages(name) is None
    assert foreign_language_note(GERMAN, ["de"] * len(GERMAN), name) is None


@pytest.mark.parametrize(
    "name",
    [
        MINILM,
        "all-mpnet-base-v2",
        "BAAI/bge-small-en-v1.5",
        "thenlper/gte-base",
        "sentence-transformers/paraphrase-MiniLM-L6-v2",
        "intfloat/e5-small-v2",
    ],
)
def test_english_models_are_known(name):
    assert encoder_languages(name) == {"en"}


def test_comments_in_another_language_are_told_with_the_model_to_set():
    note = foreign_language_note(GERMAN, ["de"] * len(GERMAN), MINILM)
    assert "100 % of the comments are in German" in note
    assert "sentence-transformers/all-MiniLM-L6-v2 does not know" in note
    assert f"model = '{MULTILINGUAL_MODEL}'" in note


def test_languages_are_detected_where_they_are_not_given():
    assert "in German" in foreign_language_note(GERMAN, None, MINILM)
    assert foreign_language_note([f"The invoice {n} was wrong once more" for n in range(40)], None, MINILM) is None


def test_several_languages_are_listed_by_how_common_they_are():
    said = ["es"] * 10 + ["de"] * 30 + ["fr"] * 20 + ["en"] * 5
    assert "92 % of the comments are in German, French and Spanish," in foreign_language_note([""] * 65, said, MINILM)


@pytest.mark.parametrize("said", [["de"] * 29, ["de"] * 30 + ["en"] * 30, [None] * 100 + ["de"] * 20, []])
def test_few_comments_or_a_smaller_part_are_no_reason(said):
    assert foreign_language_note([""] * len(said), said, MINILM) is None
