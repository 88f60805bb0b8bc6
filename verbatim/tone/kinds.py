"""What a comment is: praise, complaint, request, question, bug report, or several; and support or product.

Heads learned from the written examples (``written``) on vector and signs, with the best sentiment there is for praise
and complaint. In languages that the encoder does not carry the examples over to the signs alone decide, which know
the commonest German and Spanish words.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from verbatim.text.informative import Polarity, is_informative, no_detail_polarity
from verbatim.tone.questions import Asked, asked_for
from verbatim.tone.signs import SIGNS, find_signs
from verbatim.tone.written import LONGEST_VERDICT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from verbatim.tone.written import Written


class CommentKind(StrEnum):
    """What a comment does."""

    PRAISE = "praise"
    COMPLAINT = "complaint"
    REQUEST = "request"
    QUESTION = "question"
    BUG = "bug"


@dataclass(frozen=True, slots=True)
class Purpose:
    """The kinds of one text, in the order of ``CommentKind``, often one, sometimes none; and what it is about.

    ``subject`` is ``"support"`` (how one was served), ``"product"``, ``"both"`` or ``"unclear"``.
    """

    kinds: tuple[CommentKind, ...]
    subject: str


LIMITS = {"praise": 0.25, "complaint": 0.0, "request": 0.0, "question": 0.0, "bug": 1.0}
SUBJECT_LIMIT = 0.0
QUESTION_LEAN = 1.0  # logits
SENTIMENT_SHARE = 1.0  # logits that a sentiment of ±1 adds to praise or complaint


def find_purposes(
    texts: Sequence[str],
    vectors: NDArray[np.float32],
    written: Written,
    *,
    languages: Sequence[str | None] | None = None,
    sentiments: Sequence[float | None] | None = None,
    questions: Sequence[str | None] | None = None,
) -> list[Purpose]:
    """One answer a text, in order. ``vectors`` (n, d) are of ``written``'s encoder.

    ``sentiments`` (−1 … 1, ``None``: not known) are those of ``score_texts``; without them the written examples' own.
    ``questions`` are the wordings of what the texts answer, where known: what could be better is asked for wishes.
    """
    logits = written.kind_logits(texts, vectors)
    if sentiments is None:
        felt = np.tanh(written.sentiment_logits(texts, vectors, languages, questions) / 2)
    else:
        felt = np.nan_to_num(np.asarray(sentiments, dtype=np.float64))
    scores = {kind.value: logits[kind.value] - LIMITS[kind.value] for kind in CommentKind}
    scores["praise"] += SENTIMENT_SHARE * felt
    scores["complaint"] -= SENTIMENT_SHARE * felt
    if questions is not None:
        _lean(scores, questions)
    support, product = logits["support"] > SUBJECT_LIMIT, logits["product"] > SUBJECT_LIMIT
    foreign = [row for row, name in enumerate(languages or ()) if name is not None and name not in written.languages]
    if foreign:
        signs = dict(zip(SIGNS, find_signs([texts[row] for row in foreign]).T, strict=True))
        for name, found in _by_signs(signs).items():
            scores[name][foreign] = found
        support[foreign], product[foreign] = signs["support"] > 0, signs["product"] > 0
    return [
        Purpose(_kinds(text, {name: float(scores[name][row]) for name in scores}), _subject(support[row], product[row]))
        for row, text in enumerate(texts)
    ]


def _lean(scores: dict[str, NDArray[np.float64]], questions: Sequence[str | None]) -> None:
    """Move praise and wishes by what each text's question asked for."""
    known = {question: asked_for(question) for question in set(questions)}
    asked = [known[question] for question in questions]
    toward = np.asarray([{Asked.PRAISE: 1.0, Asked.IMPROVEMENT: -1.0, None: 0.0}[each] for each in asked])
    scores["praise"] += QUESTION_LEAN * toward
    scores["request"] -= QUESTION_LEAN * toward


def _by_signs(signs: dict[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
    """Above 0 where the signs alone show a kind."""
    balance = signs["praising"] - signs["complaining"]
    return {
        "praise": balance,
        "complaint": np.maximum(-balance, signs["fault"]),
        "request": np.maximum(signs["wish"], signs["begins_a_wish"]),
        "question": np.maximum(signs["ends_in_question_mark"], signs["question"]),
        "bug": signs["fault"],
    }


def _kinds(text: str, scores: dict[str, float]) -> tuple[CommentKind, ...]:
    if len(text) <= LONGEST_VERDICT and not is_informative(text):
        verdict = {Polarity.PRAISE: (CommentKind.PRAISE,), Polarity.COMPLAINT: (CommentKind.COMPLAINT,)}
        return verdict.get(no_detail_polarity(text), ())
    return tuple(kind for kind in CommentKind if scores[kind.value] > 0)


def _subject(support: bool, product: bool) -> str:
    if support and product:
        return "both"
    return "support" if support else "product" if product else "unclear"
