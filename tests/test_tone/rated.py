"""A made-up organisation whose customers rate what they write, in words that the examples do not know."""

from __future__ import annotations

import random

import numpy as np

from verbatim.themes.hashing import HashingEncoder
from verbatim.tone import RatedComments

LOVED = ("zephyr", "quokka", "lumen", "saffron", "harbour")
HATED = ("gravel", "mildew", "brisket", "tundra", "cobalt")
FILLER = ("invoice", "monday", "branch", "letter", "update", "window", "parcel", "account", "garden", "meeting")
ENCODER = HashingEncoder(64)


def rated(n: int = 300, *, seed: int = 5, noise: float = 0.1, informative: bool = True) -> RatedComments:
    """``n`` distinct comments, half of them rated well; the ratings of a share of ``noise`` are turned round."""
    draw = random.Random(seed)
    texts, ratings = [], []
    for row in range(n):
        good = row % 2 == 0
        words = draw.sample(FILLER, 3)
        if informative:
            words.append(draw.choice(LOVED if good else HATED))
        texts.append(f"{' '.join(draw.sample(words, len(words)))} {row}")
        ratings.append(float(good if draw.random() >= noise else not good))
    return RatedComments(texts, ENCODER.encode(texts), np.asarray(ratings), ["en"] * n)


def shuffled(comments: RatedComments, seed: int = 1) -> RatedComments:
    """The same rows in another order."""
    order = np.random.default_rng(seed).permutation(len(comments.texts))
    return RatedComments(
        [comments.texts[i] for i in order],
        comments.vectors[order],
        comments.ratings[order],
        [comments.languages[i] for i in order] if comments.languages is not None else None,
    )
