"""Names of people stay out of the names of themes."""

from __future__ import annotations

import numpy as np

from verbatim.themes.hashing import HashingEncoder
from verbatim.themes.name import PhraseNamer
from verbatim.themes.people import said_names

MAYA = ["Maya fixed my export", "Maya fixed the export at once", "The export works again, Maya fixed it"]
LOGIN = ["Password reset never arrives", "The password reset mail never arrives", "No password reset again"]


def test_a_word_is_a_name_where_it_is_written_as_one() -> None:
    texts = ["Thanks Maya", "maya was kind, Maya is great", "the price", "Price too high", "a high price"]
    assert said_names(texts, ["Maya Price", "Bo"]) == {"maya"}


def test_people_are_found_in_any_alphabet() -> None:
    assert said_names(["Спасибо, Ольга!", "Danke Jörg"], ["Ольга Иванова", "Jörg Weiß"]) == {"ольга", "jörg"}


def test_nobody_known_means_no_names() -> None:
    assert said_names(["Thanks Maya"], []) == frozenset()
    assert said_names([], ["Maya"]) == frozenset()


def test_hidden_words_are_in_no_name_and_no_keyword() -> None:
    encoder = HashingEncoder()
    groups = [MAYA, LOGIN]
    centroids = np.stack([encoder.encode(group).mean(axis=0) for group in groups])
    centroids /= np.linalg.norm(centroids, axis=1, keepdims=True)
    shown = PhraseNamer(encoder).name(groups, centroids)
    hidden = PhraseNamer(encoder, hidden={"maya"}).name(groups, centroids)
    assert "maya" in " ".join([shown[0][0], *shown[0][1]]).lower()
    assert "maya" not in " ".join([hidden[0][0], *hidden[0][1]]).lower()
    assert hidden[1] == shown[1]
