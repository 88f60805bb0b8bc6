from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.text.informative import Polarity, is_informative, no_detail_polarity

NEUTRAL = [
    "",
    "-",
    "n/a",
    "N/A.",
    "na",
    "none",
    "None whatsoever",
    "Nothing.",
    "nothing at all",
    "no comment",
    "nope",
    "?",
]
NEUTRAL += [
    "...",
    "5",
    "x",
    "xxxx",
    "asdfgh",
    "test",
    "can't think of anything",
    "Keine",
    "nichts",
    "nada",
    "sin comentarios",
]
NEUTRAL += [
    "rien",
    "niente",
    "[EMAIL]",
    "No thanks",
    "nothing springs to mind",
    "Keine Anmerkungen",
    "nothing at the moment",
]
PRAISE = [
    "ok",
    "OK!",
    "👍",
    "❤️",
    "Very good",
    "all good, thanks",
    "Excellent!!!",
    "goooood",
    "keep up the good work",
    "No complaints",
]
PRAISE += [
    "No, everything was great",
    "nothing, excellent",
    "not bad",
    "sehr gut, danke",
    "alles bestens",
    "todo bien",
    "muy bueno",
]
PRAISE += ["nothing could have been better", "10 out of 10", "très bien"]
COMPLAINT = [
    "bad",
    "very poor",
    "not good",
    "no good",
    "👎",
    "could be better",
    "Terrible!",
    "sehr schlecht",
    "muy malo",
    "not satisfied",
]


@pytest.mark.parametrize("text", NEUTRAL + PRAISE + COMPLAINT)
def test_comments_that_say_nothing_are_recognised(text: str) -> None:
    assert not is_informative(text)


@pytest.mark.parametrize(
    "text",
    [
        "good staff",
        "staff",
        "does not work",
        "needs more time",
        "always on time",
        "I had to wait",
        "too slow",
        "Rechnung falsch",
        "factura mal",
        "no parking",
        "nothing works",
        "服务很好",
        "export crashes [EMAIL]",
        "ok but the export is slow",
        "very very very very very very very very very very very very good",
    ],
)
def test_comments_with_any_detail_are_informative(text: str) -> None:
    assert is_informative(text)


@pytest.mark.parametrize(
    ("polarity", "text"),
    [(p, t) for p, texts in zip(Polarity, (PRAISE, COMPLAINT, NEUTRAL), strict=True) for t in texts],
)
def test_the_polarity_is_that_of_the_verdict(polarity: Polarity, text: str) -> None:
    assert no_detail_polarity(text) is polarity


@given(st.text(max_size=60))
def test_case_and_blanks_around_change_nothing(text: str) -> None:
    ascii_text = text.encode("ascii", "ignore").decode()
    assert is_informative(f"  {ascii_text.upper()}\n") == is_informative(ascii_text)


@pytest.mark.parametrize("unit", ["a", "no ", "👍", "good! ", "'", "a'"])
def test_hostile_text_gets_an_answer(unit: str) -> None:
    hostile = unit * (1_000_000 // len(unit))
    assert is_informative(hostile) in (True, False)
    assert no_detail_polarity(hostile) in Polarity
