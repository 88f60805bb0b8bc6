from __future__ import annotations

import numpy as np

from tests.test_tone.rated import ENCODER
from verbatim.tone import Written, learn_written
from verbatim.tone.written import LETTERS, SUBJECTS, read_anchors


def logits(written: Written, *texts: str, question: str | None = None) -> np.ndarray:
    return written.sentiment_logits(list(texts), ENCODER.encode(list(texts)), None, [question] * len(texts))


def test_the_examples_are_many_distinct_and_cover_every_kind() -> None:
    anchors = read_anchors()
    assert len(anchors) > 500
    assert len({anchor.text for anchor in anchors}) == len(anchors)
    assert {kind for anchor in anchors for kind in anchor.kinds} == set(LETTERS.values())
    assert {anchor.subject for anchor in anchors} == {None, *SUBJECTS.values()}
    assert {anchor.sentiment for anchor in anchors} == {-1, 0, 1}


def test_praise_scores_above_complaint(written: Written) -> None:
    good, bad = logits(written, "Friendly staff, excellent service", "Rude staff, terrible service, waited for hours")
    assert bad < 0 < good


def test_nothing_means_what_its_question_makes_of_it(written: Written) -> None:
    assert logits(written, "Nothing.")[0] == 0
    assert logits(written, "Nothing.", question="What could we do better?")[0] > 0
    assert logits(written, "Nothing.", question="What was good?")[0] < 0
    assert logits(written, "Everything", question="What was good?")[0] > 0
    assert logits(written, "n/a", question="What was good?")[0] == 0


def test_a_matter_named_after_the_question_what_was_good_is_praise(written: Written) -> None:
    praise, wish = (
        logits(written, "The waiting room", question=question)[0]
        for question in ("What was good?", "What could be better?")
    )
    assert praise > logits(written, "The waiting room")[0] > wish


def test_another_language_does_not_meet_the_english_lexicon(written: Written) -> None:
    text = "die Hotline hat den Fall"  # "die" is a bad word in English
    here = [written.sentiment_logits([text], ENCODER.encode([text]), [language])[0] for language in ("de", "en")]
    assert here[0] > here[1]


def test_an_encoder_of_words_serves_english_only(written: Written) -> None:
    assert written.languages == ("en",)


def test_the_same_encoder_gives_the_same_heads(written: Written) -> None:
    again = learn_written(ENCODER)
    assert np.array_equal(again.weights, written.weights)
    assert np.array_equal(again.intercepts, written.intercepts)
