"""Which words of comments are names of people the organisation knows: they must not become keywords or names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
SHORTEST = 2


def said_names(texts: Sequence[str], people: Iterable[str]) -> frozenset[str]:
    """The words of the names in ``people`` that ``texts`` use as names, in lower case.

    A word that is written with a small letter at least as often ("price", though an agent is called Price) is not
    used as a name.

    >>> sorted(said_names(["Maya was kind", "the price", "a fair price"], ["Maya Price"]))
    ['maya']
    """
    words = {word for name in people for word in WORD.findall(name) if len(word) >= SHORTEST}
    wanted = {word.casefold() for word in words}
    capital: dict[str, int] = {}
    small: dict[str, int] = {}
    for text in texts:
        for word in WORD.findall(text):
            plain = word.casefold()
            if plain in wanted:
                counts = capital if word[0].isupper() else small
                counts[plain] = counts.get(plain, 0) + 1
    return frozenset(word for word in wanted if capital.get(word, 0) > small.get(word, 0))
