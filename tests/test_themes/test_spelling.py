from __future__ import annotations

from verbatim.themes.phrases import count_phrases
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
