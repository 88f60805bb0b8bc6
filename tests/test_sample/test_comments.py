from __future__ import annotations

import re
from collections import defaultdict

from stdnum import iban, luhn

from tests.test_sample.conftest import Folder


def test_long_comments_are_distinct(sample: Folder) -> None:
    long = [comment.lower() for comment in sample.comments if len(comment.split()) >= 6]
    assert len(long) > 3000
    assert len(set(long)) / len(long) >= 0.9


def test_every_theme_has_variety_of_its_own(sample: Folder) -> None:
    texts = {row["id"]: row["comment"].lower() for rows in sample.responses.values() for row in rows}
    by_theme: dict[str, list[str]] = defaultdict(list)
    for row in sample.table("truth_comments.csv"):
        if row["themes"] and ";" not in row["themes"] and row["language"] == "en":
            by_theme[row["themes"]].append(texts[row["id"]])
    for theme, comments in by_theme.items():
        long = [comment for comment in comments if len(comment.split()) >= 6]
        assert len(set(long)) >= 0.85 * len(long), theme
        words = {word for comment in comments for word in re.findall(r"[a-z]{3,}", comment)}
        assert len(words) >= 120, theme


def test_no_comment_shows_a_seam_of_the_grammar(sample: Folder) -> None:
    texts = [*sample.comments, *(row["body"] for row in sample.tickets), *(row["subject"] for row in sample.tickets)]
    texts += [event["text"] for event in sample.events if event["text"]]
    for text in texts:
        assert not re.search(r"[\[\]{}|]", text), text
        assert not re.search(r"\w [.,;](\s|$)", text), text


def test_lengths_reach_from_a_word_to_a_story(sample: Folder) -> None:
    lengths = sorted(len(comment.split()) for comment in sample.comments)
    assert lengths[len(lengths) // 10] <= 3
    assert 8 <= lengths[len(lengths) // 2] <= 16
    assert lengths[-1] >= 45


def test_languages_junk_blanks_and_several_themes_occur_as_in_real_life(sample: Folder) -> None:
    comments = sample.truth["comments"]
    count = comments["count"]
    assert 0.02 <= comments["by_language"]["de"] / count <= 0.06
    assert 0.015 <= comments["by_language"]["es"] / count <= 0.06
    assert 0.02 <= comments["junk"] / count <= 0.07
    assert 0.1 <= comments["with_several_themes"] / count <= 0.2
    assert comments["blank"] > 0
    answered = [row for rows in sample.responses.values() for row in rows if row["score"]]
    assert 0.05 <= sum(not row["comment"] for row in answered) / len(answered) <= 0.3


def test_personal_data_are_invented_and_have_valid_check_digits(sample: Folder) -> None:
    texts = {row["id"]: row["comment"] for rows in sample.responses.values() for row in rows}
    marked = [row for row in sample.table("truth_comments.csv") if row["personal_data"]]
    assert {row["personal_data"] for row in marked} == {"email", "phone", "order", "card", "iban"}
    for row in marked:
        text, kind = texts[row["id"]], row["personal_data"]
        if kind == "email":
            assert re.search(r"@(?:\w+\.)?example\.(?:com|org|net)\b", text)
        if kind == "card":
            assert luhn.is_valid(re.sub(r"[ -]", "", re.search(r"(?:\d{4}[ -]?){4}", text)[0]))
        if kind == "iban":
            number = re.search(r"\b(?:DE|GB)\d\d(?: ?[A-Z0-9]){18}(?: ?\d\d)?", text)[0]
            assert iban.is_valid(number)
        if kind == "phone":
            assert re.search(r"555[- ]01\d\d|7946 0\d{3}|7700 ?900\d{3}", text)


def test_unmarked_comments_hold_no_addresses_or_long_numbers(sample: Folder) -> None:
    marked = {row["id"]: row["personal_data"] for row in sample.table("truth_comments.csv")}
    for rows in sample.responses.values():
        for row in rows:
            if row["comment"].strip() and not marked[row["id"]]:
                assert "@" not in row["comment"]
                assert not re.search(r"\d{6,}", row["comment"])


def test_contacts_have_reserved_addresses(sample: Folder) -> None:
    emails = [row["email"] for row in sample.table("contacts.csv")]
    assert len(set(emails)) == len(emails)
    assert all(email.endswith(".example.com") for email in emails)
