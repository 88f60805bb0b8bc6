from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban, luhn

from verbatim.sample import noise

WORDS = st.lists(st.text("abcdefghijklmnopqrstuvwxyz'", min_size=1, max_size=12), min_size=1, max_size=30)


@given(st.text("0123456789", min_size=1, max_size=18))
def test_luhn_digit_completes_a_valid_number(body: str) -> None:
    assert luhn.is_valid(f"{body}{noise.luhn_digit(body)}")


@given(st.integers(0, 10**10 - 1))
def test_iban_digits_complete_a_valid_number(number: int) -> None:
    account = f"99999999{number:010d}"
    assert iban.is_valid(f"DE{noise.iban_digits('DE', account)}{account}")


@given(WORDS, st.integers(0, 10**6))
def test_typos_keep_the_number_of_words(words: list[str], seed: int) -> None:
    text = " ".join(words)
    assert len(noise.mistype(text, Random(seed)).split(" ")) == len(words)


def test_formal_language_has_no_contractions() -> None:
    assert noise.formal("We can't see it, it's gone") == "We can not see it, it is gone"


def test_junk_says_nothing() -> None:
    said = {noise.junk(Random(seed)) for seed in range(300)}
    assert {"ok", "n/a", "asdf", "👍"} <= said
    assert any(not text.strip() for text in said)
