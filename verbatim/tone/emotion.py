"""How strongly a comment feels, 0 … 1: loud letters, marks, intensifiers, oaths and stretched words, and its sentiment.

Each sign takes a share of what is left to 1, so that several add up and none exceeds it. Not learned: there are no
labels of strength; the weights are ours, and the values are for sorting, not for counting.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from verbatim.tone.signs import LONGEST, plain_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

INTENSIFIERS = frozenset(
    """
    absolutely completely totally utterly extremely incredibly unbelievably beyond really truly so very never always
    ever worst best nothing everything nobody amazing awful terrible horrible horrendous disgusting outrageous
    outstanding exceptional fantastic brilliant superb wonderful hate love loved furious appalled appalling disgrace
    disgraceful shocking shocked unacceptable ridiculous nightmare joke scam liars thieves pathetic devastated
    heartbroken desperate delighted thrilled incredible unbelievable urgently immediately again still absolut total
    völlig extrem unglaublich unverschämt katastrophe furchtbar schrecklich fantastisch wunderbar nie immer
    absolutamente totalmente increíble horrible pésimo vergüenza maravilloso fantástico nunca siempre
    """.split()
)
OATHS = frozenset(
    """
    damn damned dammit hell crap crappy shit shitty bullshit fuck fucking fucked fuckin wtf omg bastard bastards bloody
    piss pissed sucks sucked arse asshole bitch idiots idiot morons moron stupid scheiße scheiss mist verdammt
    verdammte arsch idioten mierda joder coño puta puto cabrón cabrones idiotas
    """.split()
)
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_MARKS = re.compile(r"[!！]")
_STRONG_EMOJI = frozenset("😡😠🤬😤😭💩👎😍🥰❤💖💕🤩🎉🙌💯🔥😱🤮💔")
SENTIMENT_WEIGHT = 0.35
LOUD_WEIGHT, MARK_WEIGHT, INTENSE_WEIGHT, OATH_WEIGHT, STRETCH_WEIGHT, EMOJI_WEIGHT = 0.4, 0.35, 0.4, 0.5, 0.3, 0.35


def emotion_strength(texts: Sequence[str], sentiments: Sequence[float | None] | None = None) -> NDArray[np.float64]:
    """The strength of each text, shape ``(n,)``, 0 (level) … 1, four digits; 0 for blank text.

    ``sentiments`` (−1 … 1, ``None`` or NaN: not known) add their distance from 0. The first 4,000 characters are read.
    """
    felt = [None] * len(texts) if sentiments is None else list(sentiments)
    return np.asarray([_strength(text, value) for text, value in zip(texts, felt, strict=True)], dtype=np.float64)


def _strength(text: str, sentiment: float | None) -> float:
    head = text[:LONGEST]
    words = plain_words(head)
    intense = sum(word in INTENSIFIERS for word in words)
    shares = (
        (SENTIMENT_WEIGHT, abs(sentiment) ** 2 if sentiment is not None and sentiment == sentiment else 0.0),
        (LOUD_WEIGHT, _loudness(head)),
        (MARK_WEIGHT, min(len(_MARKS.findall(head)), 3) / 3),
        (INTENSE_WEIGHT, min(intense, 3) / 3),
        (OATH_WEIGHT, float(any(word in OATHS for word in words))),
        (STRETCH_WEIGHT, float(_STRETCHED.search(head) is not None)),
        (EMOJI_WEIGHT, min(sum(mark in _STRONG_EMOJI for mark in head), 2) / 2),
    )
    level = 1.0
    for weight, value in shares:
        level *= 1 - weight * value
    return round(1 - level, 4)


def _loudness(text: str) -> float:
    """The share of words of four letters and more that are written in capitals, full from a half on."""
    long = [word for word in text.split() if len(word) >= 4 and word.isalpha()]
    if not long:
        return 0.0
    loud = sum(word.isupper() for word in long)
    return min(2 * loud / len(long), 1.0) if loud else 0.0
