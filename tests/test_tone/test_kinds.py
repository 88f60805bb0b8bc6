from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_tone.rated import ENCODER
from verbatim.tone import CommentKind, Purpose, Written, find_purposes


def purpose(written: Written, text: str, **given: object) -> Purpose:
    return find_purposes([text], ENCODER.encode([text]), written, **given)[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Friendly and very helpful staff, thank you", CommentKind.PRAISE),
        ("Terrible service, I waited for hours", CommentKind.COMPLAINT),
        ("Please add a dark mode", CommentKind.REQUEST),
        ("How do I change my password?", CommentKind.QUESTION),
        ("The app crashes with an error message", CommentKind.BUG),
    ],
)
def test_a_plain_case_of_each_kind_is_found(written: Written, text: str, kind: CommentKind) -> None:
    assert kind in purpose(written, text).kinds


@pytest.mark.parametrize(
    ("text", "kinds"), [("Excellent!", (CommentKind.PRAISE,)), ("Poor", (CommentKind.COMPLAINT,)), ("n/a", ())]
)
def test_a_bare_verdict_is_praise_or_complaint_and_nothing_is_nothing(
    written: Written, text: str, kinds: tuple[CommentKind, ...]
) -> None:
    assert purpose(written, text).kinds == kinds


def test_support_and_product_are_told_apart(written: Written) -> None:
    assert purpose(written, "The support agent on the phone was rude").subject == "support"
    assert purpose(written, "The search in the app is slow").subject == "product"


def test_a_given_sentiment_counts(written: Written) -> None:
    text = "The zephyr of yesterday"
    bad, good = (purpose(written, text, sentiments=[value]).kinds for value in (-1.0, 1.0))
    assert CommentKind.PRAISE not in bad
    assert CommentKind.COMPLAINT not in good


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Die Seite stürzt ständig ab, Fehlermeldung", CommentKind.BUG), ("¿Cómo puedo cambiar la clave?", "question")],
)
def test_another_language_goes_by_its_signs(written: Written, text: str, kind: str) -> None:
    assert kind in purpose(written, text, languages=["de" if kind == "bug" else "es"]).kinds


def test_a_foreign_text_without_signs_has_no_kind(written: Written) -> None:
    assert purpose(written, "Az előfizetés tegnap", languages=["hu"]) == Purpose((), "unclear")


def test_what_the_question_asked_for_makes_it_likelier(written: Written) -> None:
    text = "the colours of the rooms"
    wish = [
        CommentKind.REQUEST in purpose(written, text, questions=[question], sentiments=[0.0]).kinds
        for question in ("What was good?", "What could be better?")
    ]
    assert wish[0] <= wish[1]


@given(st.lists(st.text(max_size=50), max_size=4))
def test_any_texts_get_one_answer_each(written: Written, texts: list[str]) -> None:
    found = find_purposes(texts, ENCODER.encode(texts), written)
    assert len(found) == len(texts)
    assert {one.subject for one in found} <= {"support", "product", "both", "unclear"}
