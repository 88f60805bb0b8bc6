from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.tickets.wording import FLAGS, LONGEST, SEEN, SIGNALS, MessageSignals, text_signals

TICKETS = (
    ["The export fails.", "Still no reply about the export? THIS IS BAD", "Great, it works, thanks again!"],
    ["Die Rechnung stimmt leider nicht, bitte dringend prüfen."],
    [],
    ["", None, "I want to speak to your manager."],
)
TEXTS = [text for ticket in TICKETS for text in ticket]
STARTS = np.cumsum([0, *map(len, TICKETS)])


def signal(text: str | None, name: str) -> float:
    return float(text_signals([text])[name][0])


def seen(first: int, last: int, messages: MessageSignals | None = None) -> dict[str, float]:
    messages = messages or MessageSignals.of(TEXTS, STARTS)
    return {name: float(column[0]) for name, column in messages.seen(np.array([first]), np.array([last])).items()}


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("I want to speak to a manager", "asks_for_manager"),
        ("Please ESCALATE this.", "asks_for_manager"),
        ("This is a formal complaint", "asks_for_manager"),
        ("Can I speak to someone, please", "asks_for_manager"),
        ("Ich möchte Ihren Vorgesetzten sprechen", "asks_for_manager"),
        ("Das ist eine Beschwerde.", "asks_for_manager"),
        ("Quiero hablar con alguien", "asks_for_manager"),
        ("pongan una reclamación", "asks_for_manager"),
        ("We need this ASAP!!", "urgent"),
        ("it is URGENT", "urgent"),
        ("the shop is down", "urgent"),
        ("Bitte dringend prüfen", "urgent"),
        ("so schnell wie möglich", "urgent"),
        ("es urgente", "urgent"),
        ("lo antes posible", "urgent"),
        ("Still not fixed", "says_again"),
        ("it still doesn’t print", "says_again"),
        ("It broke again.", "says_again"),
        ("this is the third\ntime I write", "says_again"),
        ("Any update?", "says_again"),
        ("Das geht noch immer nicht", "says_again"),
        ("schon wieder kaputt", "says_again"),
        ("otra vez el mismo fallo", "says_again"),
        ("todavía no funciona", "says_again"),
    ],
)
def test_a_habit_is_found(text: str, flag: str) -> None:
    assert signal(text, flag) == 1


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Our account manager was kind", "asks_for_manager"),
        ("no complaints so far", "asks_for_manager"),
        ("the password manager fills it", "asks_for_manager"),
        ("It is not urgent.", "urgent"),
        ("nicht dringend", "urgent"),
        ("no es urgente", "urgent"),
        ("insurgent sofas", "urgent"),
        ("Thanks again!", "says_again"),
        ("please try again later", "says_again"),
        ("nochmals vielen Dank", "says_again"),
        ("gracias de nuevo", "says_again"),
        ("against all odds", "says_again"),
        ("das war sofort gelöst", "urgent"),
        ("I cannot log in again", "says_again"),
        ("[URGENT] [MANAGER] [AGAIN]", "urgent"),
    ],
)
def test_what_only_looks_like_a_habit_is_none(text: str, flag: str) -> None:
    assert signal(text, flag) == 0


def test_what_is_meant_counts_beside_what_is_not() -> None:
    assert signal("Thanks again, but it failed again", "says_again") == 1


def test_sentiment_tells_good_from_bad() -> None:
    good, bad = text_signals(["Great and friendly help, thank you!", "This is a terrible, awful mess."])["sentiment"]
    assert good > 0.5
    assert bad < -0.5


def test_a_curved_apostrophe_negates_like_a_straight_one() -> None:
    assert signal("it isn’t good at all", "sentiment") == signal("it isn't good at all", "sentiment") < 0


def test_a_language_that_the_lexicon_does_not_know_has_no_sentiment() -> None:
    assert np.isnan(signal("Die Rechnung stimmt leider schon wieder nicht.", "sentiment"))


@pytest.mark.parametrize("text", [None, "", " \n "])
def test_no_text_has_no_sentiment_and_no_words(text: str | None) -> None:
    found = text_signals([text])
    assert np.isnan(found["sentiment"][0])
    assert [found[name][0] for name in SIGNALS if name not in ("sentiment", "characters")] == [0.0] * 7


def test_counts_are_those_of_the_text() -> None:
    found = text_signals(["WHY does it FAIL? It is on fire!! ok"])
    assert found["words"][0] == 9
    assert found["characters"][0] == 36
    assert (found["question_marks"][0], found["exclamation_marks"][0]) == (1, 2)
    assert found["caps_share"][0] == pytest.approx(2 / 4)  # WHY does FAIL fire: the others are shorter


def test_a_redaction_tag_is_neither_a_word_nor_a_shout() -> None:
    found = text_signals(["[EMAIL] please write [PHONE]"])
    assert found["words"][0] == 2
    assert found["caps_share"][0] == 0


def test_letters_without_capitals_do_not_shout() -> None:
    assert signal("漢字漢字 漢字漢字", "caps_share") == 0


def test_only_the_beginning_of_a_huge_text_is_read() -> None:
    found = text_signals(["word " * 300_000 + "urgent!"])
    assert found["characters"][0] == LONGEST
    assert found["words"][0] == LONGEST / 5
    assert found["urgent"][0] == found["exclamation_marks"][0] == 0


@pytest.mark.parametrize("text", ["😡" * 10**6, "™" * 10**6, "a😡" * 10**5, "?" * 10**6, "\ud800 \0", "́" * 10**5])
def test_hostile_text_is_read(text: str) -> None:
    found = text_signals([text])
    assert found["characters"][0] == min(len(text), LONGEST)
    assert -1 <= found["sentiment"][0] <= 1


def test_many_emoji_keep_their_tone() -> None:
    assert signal("😠" * 500, "sentiment") < -0.5 < 0.5 < signal("😍" * 500, "sentiment")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=60)), max_size=6))
def test_a_text_has_its_signals_whatever_stands_beside_it(texts: list[str | None]) -> None:
    together = text_signals(texts)
    assert tuple(together) == SIGNALS
    for at, text in enumerate(texts):
        for name, column in text_signals([text]).items():
            np.testing.assert_array_equal(column[0], together[name][at])
    for name in (*FLAGS, "caps_share"):
        assert ((together[name] >= 0) & (together[name] <= 1)).all()


def test_a_span_adds_up_what_its_messages_show() -> None:
    found = seen(0, 3)
    each = text_signals(TICKETS[0])
    assert found["sentiment_last"] == each["sentiment"][2]
    assert found["sentiment_mean"] == pytest.approx(each["sentiment"].mean())
    assert found["sentiment_trend"] == pytest.approx(each["sentiment"][2] - each["sentiment"][0])
    assert (found["words"], found["words_last"]) == (each["words"].sum(), 5)
    assert found["caps_share_max"] == each["caps_share"][1] > 0
    assert (found["question_marks"], found["says_again"], found["urgent"]) == (1, 1, 0)


def test_what_comes_after_a_span_does_not_change_it() -> None:
    short = MessageSignals.of(TEXTS[:2], np.array([0, 2]))
    assert seen(0, 2) == seen(0, 2, short)
    assert seen(0, 1)["says_again"] == seen(0, 1)["caps_share_max"] == 0


def test_a_trend_needs_two_sentiments() -> None:
    assert np.isnan(seen(0, 1)["sentiment_trend"])
    assert np.isnan(seen(4, 7)["sentiment_trend"])  # nothing, nothing, one


def test_the_last_sentiment_is_that_of_the_last_message_that_has_one() -> None:
    messages = MessageSignals.of(["This is terrible", None], np.array([0, 2]))
    assert seen(0, 2, messages)["sentiment_last"] == seen(0, 1, messages)["sentiment_last"] < 0
    assert np.isnan(seen(1, 2, messages)["sentiment_last"])


def test_an_empty_span_has_no_sentiment_and_zeros() -> None:
    found = seen(4, 4)
    assert tuple(found) == SEEN
    assert all(np.isnan(found[name]) for name in SEEN[:3])
    assert [found[name] for name in SEEN[3:]] == [0.0] * (len(SEEN) - 3)


def test_repetition_is_the_share_of_longer_words_said_before_in_the_ticket() -> None:
    texts = ["the printer does not print", "The PRINTER is broken, print nothing", "printer"]
    messages = MessageSignals.of(texts, np.array([0, 2, 3]))
    assert seen(0, 1, messages)["repetition"] == 0
    assert seen(0, 2, messages)["repetition"] == 2 / 4  # printer, print; broken, nothing are new
    assert seen(2, 3, messages)["repetition"] == 0  # another ticket


def test_no_messages_at_all_give_empty_columns() -> None:
    messages = MessageSignals.of([], np.array([0, 0]))
    none = np.array([], dtype=np.int64)
    assert {name: len(column) for name, column in messages.seen(none, none).items()} == dict.fromkeys(SEEN, 0)
    assert seen(0, 0, messages)["words"] == 0


@pytest.mark.parametrize("starts", [[], [0, 1], [1, 7], [0, 5, 3, 7]])
def test_bounds_that_do_not_fit_the_texts_are_refused(starts: list[int]) -> None:
    with pytest.raises(ValueError, match="starts must rise from 0 to 7"):
        MessageSignals.of(TEXTS, np.array(starts, dtype=np.int64))


@pytest.mark.parametrize(("first", "last"), [(2, 4), (-1, 1), (2, 1), (5, 8)])
def test_a_span_outside_one_ticket_is_refused(first: int, last: int) -> None:
    with pytest.raises(ValueError, match="not inside the messages of one ticket"):
        seen(first, last)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([*TEXTS, "MORE WORDS, why?", "bad"]), min_size=1, max_size=12), st.data())
def test_a_span_equals_its_messages_read_one_by_one(texts: list[str | None], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(texts) - 1))
    last = data.draw(st.integers(first + 1, len(texts)))
    each = {name: column[first:last] for name, column in text_signals(texts).items()}
    known = each["sentiment"][~np.isnan(each["sentiment"])]
    found = seen(first, last, MessageSignals.of(texts, np.array([0, len(texts)])))
    assert found["words"] == each["words"].sum()
    assert found["caps_share_max"] == each["caps_share"].max()
    assert all(found[flag] == each[flag].max() for flag in FLAGS)
    assert found["sentiment_mean"] == pytest.approx(known.mean() if len(known) else np.nan, nan_ok=True)
    trend = known[-1] - known[0] if len(known) > 1 else np.nan
    assert found["sentiment_trend"] == pytest.approx(trend, nan_ok=True)
