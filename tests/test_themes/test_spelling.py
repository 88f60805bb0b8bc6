from __future__ import annotations

from verbatim.themes.phrases import count_phrases, count_tokens, tokenise
from verbatim.themes.spelling import corrections
from verbatim.themes.spelling import usual_spelling as spelled


def usual_spelling(phrase, texts):
    table = count_phrases(texts)
    return spelled(table, table.columns[phrase])


def test_the_commonest_spelling_inside_sentences_wins():
    texts = ["Wifi is slow.", "The WiFi fails", "their WiFi, again", "my wifi"]
    assert usual_spelling(("wifi",), texts) == "WiFi"
    assert usual_spelling(("refund",), ["Refund late", "Refund missing"]) == "refund"
    assert usual_spelling(("late", "refund"), ["LATE REFUND"]) == "late refund"
    assert usual_spelling(("don't", "know"), ["I don’t know"]) == "don't know"


KNOWN = {"thanks", "case", "cash", "again", "card", "cards", "received"}


def corrected(said, known=frozenset(KNOWN)):
    return corrections(tokenise([text for text, times in said.items() for _ in range(times)]), known)


def test_unknown_words_one_slip_away_from_a_usual_one_are_corrected():
    assert corrected({"thanks": 40, "thamks": 2, "thansk": 1, "thnks": 1, "recieved": 2, "received": 30}) == {
        "thamks": "thanks",
        "thansk": "thanks",
        "thnks": "thanks",
        "recieved": "received",
    }


def test_known_words_and_other_endings_are_not_misspelt():
    assert corrected({"cash": 90, "case": 2, "cards": 90, "card": 2, "cardx": 1, "again": 5, "agian": 2}) == {}


def test_without_a_vocabulary_only_long_words_are_corrected():
    said = {"transaction": 40, "transcation": 2, "cash": 90, "casg": 1}
    assert corrected(said, frozenset()) == {"transcation": "transaction"}


def test_misspelt_words_count_as_what_was_meant():
    tokens = tokenise(["thanks a lot", "thamks a lot"])
    table = count_tokens(tokens.respelled({"thamks": "thanks"}), 2)
    assert table.counts[:, [table.columns[("thanks", "a", "lot")]]].toarray().ravel().tolist() == [1, 1]
    assert spelled(table, table.columns[("thanks",)]) == "thanks"


def test_slips_of_capitals_are_no_spelling():
    texts = ["all was receIved", *["we received it", "they received more"] * 5]
    assert usual_spelling(("received",), texts) == "received"
    assert usual_spelling(("i", "received"), ["and i received", "and i received"]) == "I received"
