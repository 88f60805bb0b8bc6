from __future__ import annotations

import numpy as np
import pytest

from tests.test_themes.planted import THEMES, sentences
from verbatim.themes.candidates import GroupCounts
from verbatim.themes.cluster import group_centroids
from verbatim.themes.hashing import HashingEncoder
from verbatim.themes.name import PhraseNamer

ENCODER = HashingEncoder()


def named(groups, taken=()):
    texts = [text for group in groups for text in group]
    labels = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    return PhraseNamer(ENCODER).name(groups, group_centroids(ENCODER.encode(texts), labels, len(groups)), taken)


@pytest.fixture(scope="module")
def planted():
    pairs = sentences()
    return [[text for theme, text in pairs if theme == wanted] for wanted in THEMES]


def test_names_and_keywords_come_from_the_theme(planted):
    for (name, keywords), words in zip(named(planted), THEMES.values(), strict=True):
        assert set(name.lower().replace(" and ", " ").split()) <= set(words)
        assert len({word for keyword in keywords[:5] for word in keyword.split()} & set(words)) >= 4


def test_names_are_phrases_that_people_used():
    groups = [
        [f"The refund takes too long since {day}" for day in ("monday", "tuesday", "friday", "sunday", "june")] * 2,
        [f"Cannot log in with {what}" for what in ("google", "email", "apple", "sso", "okta")] * 2,
    ]
    names = [name for name, _ in named(groups)]
    assert names[0] == "Refund takes too long"
    assert "log" in names[1].lower()


def test_no_two_groups_share_a_name(planted):
    names = [name for name, _ in named([planted[0], planted[0], planted[0][:20], planted[1]])]
    assert len({name.lower() for name in names}) == 4


def test_taken_names_are_not_given_again(planted):
    first = [name for name, _ in named(planted)]
    second = [name for name, _ in named(planted, first)]
    assert not set(first) & set(second)


def test_a_complaint_said_by_few_does_not_name_those_who_praise():
    groups = [
        [f"great help from {who} with my order" for who in ("ann", "bob", "cid", "dan", "eve", "fay", "gus", "hal")]
        + ["no help from ann", "no help from bob"],
        [f"parcel {n} lost by courier" for n in ("one", "two", "three", "four", "five", "six")],
    ]
    assert not named(groups)[0][0].lower().startswith("no help")


def test_groups_without_words_still_get_different_names():
    names = [name for name, _ in named([["👍👍"], ["🎉"], ["!!!"]])]
    assert names == ["Theme", "Theme 1", "Theme 2"] or len(set(names)) == 3


def test_redacted_tags_never_name():
    groups = [
        [f"write to [EMAIL] about invoice {n}" for n in range(8)],
        [f"courier [PHONE] late {n}" for n in range(8)],
    ]
    said = " ".join(name + " ".join(keywords) for name, keywords in named(groups)).lower()
    assert "email" not in said
    assert "phone" not in said


def test_a_phrase_is_out_of_tune_where_those_who_say_it_sound_unlike_their_theme():
    slow = [f"expected to wait days, it was fixed at once {n}" for n in range(6)]
    slow += [f"slow answer again, ticket {n} sat there" for n in range(18)]
    other = [f"the invoice number {n} is wrong again" for n in range(10)]
    mood = np.asarray([0.9] * 4 + [np.nan] * 2 + [-0.9] * 18)
    counts = GroupCounts.of([slow, other], moods=[mood, np.full(10, -0.5)])
    praise, complaint, invoice = (
        counts.table.columns[tuple(words.split())] for words in ("wait days", "slow answer", "invoice number")
    )
    assert counts.out_of_tune(0, praise) == pytest.approx(4 * 0.9 / (6 + 5))
    assert counts.out_of_tune(0, complaint) == counts.out_of_tune(1, invoice) == 0
    assert GroupCounts.of([slow, other]).out_of_tune(0, praise) == 0
    assert GroupCounts.of([slow, other], moods=[None, np.full(10, np.nan)]).out_of_tune(0, praise) == 0
