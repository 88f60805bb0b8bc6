"""Comments whose vectors are known: "refund 7" lies near the place of refunds, the nearer the smaller the spread."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from verbatim.domain import stable_key
from verbatim.pipeline import mine
from verbatim.themes.cluster import LeidenClusterer

DIMENSION = 24


def direction(name):
    row = np.random.default_rng(int(stable_key(name)[:8], 16)).normal(size=DIMENSION)
    return row / np.linalg.norm(row)


@lru_cache(maxsize=100_000)
def place(text, spread):
    row = direction(text.split()[0]) + spread * direction(text)
    return (row / np.linalg.norm(row)).astype(np.float32)


@dataclass(frozen=True)
class Places:
    """Implements ``protocols.Encoder``."""

    spread: float = 0.4
    id: str = "places"
    dimension: int = DIMENSION

    def encode(self, texts):
        rows = [place(text, self.spread) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, DIMENSION), dtype=np.float32)


class Words:
    """Implements ``protocols.Namer``: a theme is called by the commonest first word, and by its size where taken."""

    def name(self, groups, centroids, taken=()):
        named, used = [], set(taken)
        for group in groups:
            words = [text.split()[0] for text in group]
            word = max(sorted(set(words)), key=words.count)
            name = word if word not in used else f"{word} {len(group)} {len(used)}"
            used.add(name)
            named.append((name, (word,)))
        return named


def said(**counts):
    """So many comments on each topic, told from others of the topic by their number."""
    texts = [f"{topic} {number}" for topic, count in counts.items() for number in range(count)]
    return pd.DataFrame({"id": texts, "text": texts, "informative": True, "language": "en"})


def mined(frame, *, previous=None, refit=None, encoder=None, **options):
    return mine(
        frame,
        encoder=encoder or Places(),
        clusterer=LeidenClusterer(**options),
        namer=Words(),
        previous=previous,
        refit=refit,
    )


def theme_of(model):
    """The finest theme of each comment."""
    return {entry.comment_id: entry.theme_id for entry in model.assignments}


def topics_of(model):
    """The commonest topic of each finest theme, by its id."""
    found = {}
    for comment, theme in theme_of(model).items():
        found.setdefault(theme, []).append(comment.split()[0])
    return {theme: max(sorted(set(words)), key=words.count) for theme, words in found.items()}
