"""Taxonomies and comments whose themes are known: words of one theme each, for the hashing encoder."""

from __future__ import annotations

import random

from verbatim.guided.taxonomy import Taxonomy, TaxonomyEntry, make_taxonomy
from verbatim.themes.hashing import HashingEncoder

WORDS = {
    "refund": ("refund", "money", "payment", "credited", "account", "bank"),
    "login": ("login", "password", "locked", "authentication", "username", "session"),
    "delivery": ("parcel", "courier", "shipping", "doorstep", "tracking", "warehouse"),
    "search": ("search", "results", "filter", "query", "ranking", "keyword"),
    "invoice": ("invoice", "billing", "receipt", "statement", "charges", "subscription"),
}
STRANGE = ("garden", "flowers", "roses", "lawn", "trees", "hedge")
FILLER = ("yesterday", "again", "since", "monday", "during", "week")
ENCODER = HashingEncoder(512)


def taxonomy(examples: dict[str, tuple[str, ...]] | None = None) -> Taxonomy:
    """Each theme with its name and half of its words as a description."""
    return make_taxonomy(
        [
            TaxonomyEntry("", name.capitalize(), ", ".join(words[:3]), (examples or {}).get(name, ()))
            for name, words in WORDS.items()
        ]
    )


def comments(words: tuple[str, ...], count: int, seed: int) -> list[str]:
    draw = random.Random(seed)
    return [" ".join([*draw.sample(words, 4), *draw.sample(FILLER, 2)]) for _ in range(count)]


def corpus(count: int = 30, seed: int = 5) -> list[tuple[str, str]]:
    """``(theme, text)`` pairs."""
    return [
        (name, text) for row, (name, words) in enumerate(WORDS.items()) for text in comments(words, count, seed + row)
    ]
