"""A small corpus whose themes are known: sentences put together from words that belong to one theme each."""

from __future__ import annotations

import random

import pandas as pd

THEMES = {
    "refund": ("refund", "money", "payment", "credited", "account", "bank"),
    "login": ("login", "password", "locked", "authentication", "username", "session"),
    "delivery": ("parcel", "courier", "shipping", "doorstep", "tracking", "warehouse"),
    "search": ("search", "results", "filter", "query", "ranking", "keyword"),
    "invoice": ("invoice", "billing", "receipt", "statement", "charges", "subscription"),
    "agent": ("agent", "friendly", "patient", "explained", "listening", "polite"),
}
FILLER = ("yesterday", "again", "since", "monday", "during", "week", "after", "update")


def sentences(per_theme: int = 60, seed: int = 3) -> list[tuple[str, str]]:
    """``(theme, text)`` pairs, distinct texts."""
    draw = random.Random(seed)
    made: dict[str, str] = {}
    for theme, words in THEMES.items():
        wanted = len(made) + per_theme
        while len(made) < wanted:
            text = " ".join([*draw.sample(words, 4), *draw.sample(FILLER, 2)])
            made.setdefault(text, theme)
    return [(theme, text) for text, theme in made.items()]


def comments(per_theme: int = 60, seed: int = 3) -> pd.DataFrame:
    """The corpus as ``mine`` takes it, with some comments that say nothing and some repeated ones."""
    texts = [text for _, text in sentences(per_theme, seed)]
    texts += ["ok", "good", "n/a", *texts[:5]]
    return pd.DataFrame({"id": [f"c{row:05d}" for row in range(len(texts))], "text": texts, "language": "en"})
