"""The tone of each theme: mean sentiment with its interval, kinds, strength of emotion, support or product.

A comment counts once a theme, however many of its spans lie in it: its sentiment and strength are the means of those
spans, and it has every kind that one of them has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from verbatim.scores.intervals import student
from verbatim.tone.emotion import emotion_strength
from verbatim.tone.kinds import CommentKind, find_purposes
from verbatim.tone.sentiment import score_texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from verbatim.tone.sentiment import SentimentModel

STRONG = 0.5


@dataclass(frozen=True, slots=True)
class ThemeTone:
    """One theme. ``comments`` are distinct, ``scored`` those with a sentiment.

    ``sentiment`` is their mean, −1 … 1, ``low`` and ``high`` its 95 % interval (Student's t; ``None`` below two).
    ``kinds`` and ``subjects`` are shares of the comments (kinds may overlap), ``emotion`` the mean strength, 0 … 1, and
    ``strong`` the share above one half.
    """

    theme_id: str
    comments: int
    scored: int
    sentiment: float | None
    low: float | None
    high: float | None
    kinds: Mapping[str, float]
    subjects: Mapping[str, float]
    emotion: float
    strong: float


def add_tone(
    assignments: pd.DataFrame, vectors: NDArray[np.float32], model: SentimentModel, *, keep_sentiment: bool = False
) -> pd.DataFrame:
    """``assignments`` with ``sentiment``, ``kinds`` (tuples), ``subject`` and ``emotion`` of each row's span.

    ``assignments`` has the columns of ``queries.assignments`` (``text``, ``start``, ``end``, ``language``, ``question``
    are read); ``vectors`` (n, d) belong to ``spans(assignments)``. ``keep_sentiment`` leaves values that are there.
    """
    texts = spans(assignments)
    languages, questions = (_words(assignments, name) for name in ("language", "question"))
    felt = score_texts(texts, vectors, languages, model, questions)
    if keep_sentiment and "sentiment" in assignments:
        stored = [None if pd.isna(value) else float(value) for value in assignments["sentiment"]]
        felt = [new if old is None else old for old, new in zip(stored, felt, strict=True)]
    purposes = find_purposes(texts, vectors, model.written, languages=languages, sentiments=felt, questions=questions)
    return assignments.assign(
        sentiment=np.asarray([np.nan if value is None else value for value in felt], dtype=float),
        kinds=pd.Series(
            [tuple(map(str, purpose.kinds)) for purpose in purposes], index=assignments.index, dtype=object
        ),
        subject=[purpose.subject for purpose in purposes],
        emotion=emotion_strength(texts, felt),
    )


def spans(assignments: pd.DataFrame) -> list[str]:
    """The text of each row's span: ``text[start:end]``, all of it where ``end`` is missing."""
    ends = assignments["end"] if "end" in assignments else pd.Series(None, index=assignments.index, dtype=object)
    starts = assignments["start"] if "start" in assignments else pd.Series(0, index=assignments.index)
    rows = zip(assignments["text"], starts, ends, strict=True)
    return [str(text)[int(start) : None if pd.isna(end) else int(end)] for text, start, end in rows]


def theme_tones(toned: pd.DataFrame, parents: Mapping[str, str | None] | None = None) -> list[ThemeTone]:
    """One answer a theme, the unhappiest first, themes without any sentiment last.

    ``toned`` has ``comment_id``, ``theme_id``, ``sentiment``, ``kinds``, ``subject`` and ``emotion`` (``add_tone``);
    rows without a theme are left out. With ``parents`` (theme → parent) a parent has its children's comments too.
    """
    placed = toned[toned["theme_id"].notna()]
    if parents:
        above = placed.assign(theme_id=placed["theme_id"].map(lambda theme: parents.get(theme)))
        placed = pd.concat([placed, above[above["theme_id"].notna()]])
    found = [_tone(str(theme), rows) for theme, rows in placed.groupby("theme_id", sort=True)]
    return sorted(found, key=lambda tone: (tone.sentiment is None, tone.sentiment or 0.0, tone.theme_id))


def _tone(theme_id: str, rows: pd.DataFrame) -> ThemeTone:
    comments = rows.sort_values(["comment_id", "sentiment", "emotion"], kind="stable").groupby("comment_id", sort=True)
    means = comments[["sentiment", "emotion"]].mean()
    kinds = [frozenset[str]().union(*group.tolist()) for _, group in comments["kinds"]]
    subjects = [_one_subject(set(group)) for _, group in comments["subject"]]
    felt = means["sentiment"].dropna().to_numpy(dtype=float)
    low, high = _interval(felt)
    n = len(means)
    return ThemeTone(
        theme_id,
        n,
        len(felt),
        round(float(felt.mean()), 6) if len(felt) else None,
        low,
        high,
        {kind.value: round(sum(kind.value in each for each in kinds) / n, 6) for kind in CommentKind},
        {name: round(subjects.count(name) / n, 6) for name in ("support", "product", "both", "unclear")},
        round(float(means["emotion"].mean()), 6),
        round(float((means["emotion"] > STRONG).mean()), 6),
    )


def _interval(values: NDArray[np.float64]) -> tuple[float | None, float | None]:
    if len(values) < 2:
        return None, None
    bounds = student(values.mean(), values.var(ddof=1), len(values))
    return max(round(float(bounds.low), 6), -1.0), min(round(float(bounds.high), 6), 1.0)


def _one_subject(subjects: set[str]) -> str:
    """The subject of a comment whose spans have several."""
    clear = subjects - {"unclear"}
    if not clear:
        return "unclear"
    return clear.pop() if len(clear) == 1 else "both"


def _words(frame: pd.DataFrame, name: str) -> Sequence[str | None]:
    if name not in frame:
        return [None] * len(frame)
    return [value if isinstance(value, str) else None for value in frame[name]]
