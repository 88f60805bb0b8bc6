"""Where searched words stand in a text: the rule is that by which each database finds the text."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, assume, example, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from tests.test_storage import rows
from verbatim.errors import InputError
from verbatim.storage import tables
from verbatim.storage.queries import CommentFilter, comment_page
from verbatim.storage.queries.words import Term, WordQuery
from verbatim.storage.store import Store

VOCABULARY = (
    "wrong Wrong invoice invoices INVOICING café Cafe CAFÉS Über uber straße STRASSE don't don’t well-known menu_card "
    "3.50 50 x2 x86_64 naïve Łódź été ET İstanbul istanbul"
).split()
JOINTS = (" ", "  ", ", ", "\n", "/", "…", " — ", "“", ".")
TEXTS = 120


def some_texts() -> list[str]:
    chance = random.Random(5)
    return [
        "".join(chance.choice(VOCABULARY) + chance.choice(JOINTS) for _ in range(chance.randint(1, 6)))
        for _ in range(TEXTS)
    ]


@pytest.fixture
def said(store: Store) -> Store:
    store.upsert(tables.comment, [rows.comment(number, text=text) for number, text in enumerate(some_texts())])
    return store


@pytest.mark.parametrize(
    ("words", "text", "marked"),
    [
        ("invoice", "Invoice, INVOICE; invoices", ["Invoice", "INVOICE"]),
        ("invoice*", "Invoice, INVOICE; invoices", ["Invoice", "INVOICE", "invoices"]),
        ('"was not"', "was not, was it not? Was\nnot", ["was not", "Was\nnot"]),
        ('"was not*"', "was nothing", ["was nothing"]),
        ("don't", "I don't; don’t; don t; dont", ["don't", "don’t", "don t"]),
        ("cafe", "Café cafe\u0301 CAFÉ cafés", ["Café", "cafe\u0301", "CAFÉ"]),
        ("CAFÉ*", "cafes", ["cafes"]),
        ("ubergrosse", "Übergröße", []),  # ß is a letter of its own
        ("übergröße", "UBERGRÖẞE", ["UBERGRÖẞE"]),
        ("и", "й и", ["и"]),  # only the accents of Latin letters make no difference
        ("istanbul", "İSTANBUL", ["İSTANBUL"]),
        ("late -never", "late, never", ["late"]),
        ("-never", "late, never", []),
        ('"on the" the', "on the, the", ["on the", "the"]),
        ('"a a"', "a a a, a", ["a a a, a"]),  # punctuation does not part a phrase
        ("b", "\U0001f600 b", ["b"]),
        ("voice", "invoice", []),
    ],
)
def test_marked_are_the_words_that_were_searched_for(words: str, text: str, marked: list[str]) -> None:
    assert [text[start:end] for start, end in WordQuery.parse(words).places(text)] == marked


@budget(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "", "-"]), st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=2),
            st.sampled_from(["", "", "*"]),
        ), min_size=1, max_size=3,
    )
)  # fmt: skip
@example([("", ["don't"], ""), ("-", ["menu_card"], "")])
def test_both_databases_find_the_texts_that_have_a_place_for_every_word(
    said: Store, terms: list[tuple[str, list[str], str]]
) -> None:
    typed = " ".join(f'{minus}"{" ".join(words)}"{star}' for minus, words, star in terms)
    query = WordQuery.parse(typed)
    expected = {
        text
        for text in some_texts()
        if all(has(term, text) for term in query.wanted) and not any(has(term, text) for term in query.unwanted)
    }
    assert {one.text for one in comment_page(said, CommentFilter(words=typed), limit=1_000).comments} == expected


def has(term: Term, text: str) -> bool:
    return bool(WordQuery((term,), ()).places(text))


@given(st.text(max_size=80), st.text(min_size=1, max_size=20))
@example("\u0301a\u0301", "a")
@example("ŉ ǆ ﬁ ſ", "ſ*")
def test_places_are_in_order_apart_and_of_the_text(text: str, typed: str) -> None:
    try:
        query = WordQuery.parse(typed)
    except InputError:
        assume(False)
    places = query.places(text)
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(end <= start for (_, end), (start, _) in zip(places, places[1:], strict=False))
    for start, end in places:
        assert text[start].isalnum()
        assert end == len(text) or not text[end].isalnum()


@given(st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=5))
def test_a_text_is_found_whole_by_itself(words: list[str]) -> None:
    text = " ".join(words)
    assert WordQuery.parse(f'"{text}"').places(text) == ((0, len(text)),)
