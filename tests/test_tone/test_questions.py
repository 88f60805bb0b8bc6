from __future__ import annotations

import pytest

from verbatim.tone.questions import Asked, answer_direction, asked_for


@pytest.mark.parametrize(
    "question", ["What could we do better?", "What should we improve?",
                 "Was können wir verbessern?", "What is missing?",
                 "What new features would you like to see?", "¿Qué podríamos mejorar?"],
)  # fmt: skip
def test_a_question_for_improvements_is_known_by_its_words(question: str) -> None:
    assert asked_for(question) is Asked.IMPROVEMENT


@pytest.mark.parametrize("question", ["What was good?", "What did you like?", "Was hat Ihnen gefallen?"])
def test_a_question_for_praise_is_known_by_its_words(question: str) -> None:
    assert asked_for(question) is Asked.PRAISE


@pytest.mark.parametrize(
    "question", [None, "", "Any comments?", "What was good and what could be better?", "Why did you give this score?",
                 "How likely are you to recommend us?"],
)  # fmt: skip
def test_other_questions_ask_for_neither(question: str | None) -> None:
    assert asked_for(question) is None


def test_nothing_turns_the_question_round_and_everything_does_not() -> None:
    assert [answer_direction(text) for text in ("Nothing.", "everything", "n/a")] == [-1, 1, 0]
