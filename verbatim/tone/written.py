"""What Verbatim knows of tone before it has seen an organisation: examples written for it, read by the encoder.

Some 600 short comments (``anchors/en.txt``) are labelled by sentiment, kind and subject. Regularised logistic heads on
their vectors, beside VADER's score and the signs of ``signs.py``, carry over to any comment of the same encoder; a
multilingual encoder carries them over to other languages, which ``anchors/probes.txt`` checks language by language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression

from verbatim.text.informative import Polarity, is_informative, no_detail_polarity
from verbatim.text.sentiment import sentiment
from verbatim.tone.questions import Asked, answer_direction, asked_for
from verbatim.tone.signs import SIGNS, find_signs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from verbatim.protocols import Encoder

LETTERS = {"P": "praise", "C": "complaint", "R": "request", "Q": "question", "B": "bug"}
SUBJECTS = {"s": "support", "p": "product"}
HEADS = ("sentiment", *LETTERS.values(), *SUBJECTS.values())
VADER_WEIGHT = 0.6  # relative to a unit vector
SIGN_WEIGHT = 0.25
STRENGTH, SENTIMENT_STRENGTH = 4.0, 2.0  # scikit-learn's C on unit vectors
TEMPER = 0.7  # logits of the sentiment head are this much too sure of themselves on real comments
QUESTION_SHIFT = 1.0  # in logits: an answer to "what was good?" is likelier to praise
SILENT_LOGIT = 1.0  # "nothing", asked what could be better
SERVED = 0.95  # AUC on a language's probes
LONGEST_VERDICT = 120  # characters
_LINE = re.compile(r"(\S+) (\S+) (\S+) (.+)")


@dataclass(frozen=True, slots=True)
class Anchor:
    """One written example: ``sentiment`` −1, 0 or 1, its kinds, and ``"support"``, ``"product"`` or ``None``."""

    sentiment: int
    kinds: frozenset[str]
    subject: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """Heads learned from the written examples for one encoder.

    ``weights`` (len(HEADS), d + 1 + len(SIGNS)) and ``intercepts`` (len(HEADS),) act on vector, VADER and signs;
    ``languages`` are those whose probes were told apart, "en" always first.
    """

    encoder_id: str
    weights: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    languages: tuple[str, ...]

    @property
    def dimension(self) -> int:
        """The columns of a vector."""
        return int(self.weights.shape[1]) - 1 - len(SIGNS)

    def kind_logits(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> dict[str, NDArray[np.float64]]:
        """The logit of every kind and subject, by name, each of shape ``(n,)``, above 0 for yes."""
        signs = SIGN_WEIGHT * find_signs(texts)
        split = self.dimension + 1
        found = vectors @ self.weights[:, : self.dimension].T + signs @ self.weights[:, split:].T + self.intercepts
        return {name: np.asarray(found[:, place]) for place, name in enumerate(HEADS) if name != "sentiment"}

    def sentiment_logits(
        self,
        texts: Sequence[str],
        vectors: NDArray[np.float32],
        languages: Sequence[str | None] | None = None,
        questions: Sequence[str | None] | None = None,
    ) -> NDArray[np.float64]:
        """Evidence for a good (above 0) or bad tone, shape ``(n,)``, moved by what the question asked for.

        A text without detail that is no verdict has 0 ("nothing", "n/a") unless its question says more.
        """
        lexicon = VADER_WEIGHT * lexicon_scores(texts, languages)
        weights = self.weights[0]
        found = vectors @ weights[: self.dimension] + lexicon * weights[self.dimension] + self.intercepts[0]
        quiet = np.fromiter((is_quiet(text) for text in texts), dtype=bool, count=len(texts))
        found = np.where(quiet, 0.0, TEMPER * found)
        return found if questions is None else found + question_logits(texts, questions)


def is_quiet(text: str) -> bool:
    """Whether ``text`` says nothing in particular and is no verdict either: "nothing", "n/a", "no comment"."""
    if len(text) > LONGEST_VERDICT or is_informative(text):
        return False
    return no_detail_polarity(text) is Polarity.NEUTRAL


def lexicon_scores(texts: Sequence[str], languages: Sequence[str | None] | None) -> NDArray[np.float64]:
    """VADER's score of each text, shape ``(n,)``; 0 where the language is known and not English."""
    known: Sequence[str | None] = languages if languages is not None else [None] * len(texts)
    pairs = zip(texts, known, strict=True)
    return np.asarray([sentiment(text) if language in (None, "en") else 0.0 for text, language in pairs], dtype=float)


def question_logits(texts: Sequence[str], questions: Sequence[str | None]) -> NDArray[np.float64]:
    """How far the wording of its question moves each text's logit; "nothing" answers the question the other way."""
    known = {question: asked_for(question) for question in set(questions)}
    shift = {Asked.PRAISE: QUESTION_SHIFT, Asked.IMPROVEMENT: -QUESTION_SHIFT, None: 0.0}
    moved = np.asarray([shift[known[question]] for question in questions], dtype=float)
    for row in np.flatnonzero(moved):
        text = texts[int(row)]
        if is_quiet(text):
            moved[row] = SILENT_LOGIT * np.sign(moved[row]) * answer_direction(text)
        elif len(text) <= LONGEST_VERDICT and not is_informative(text):
            moved[row] = 0.0
    return moved


def learn_written(encoder: Encoder) -> Written:
    """Encode the written examples (one to four seconds, nothing where they are cached) and learn the heads."""
    anchors = read_anchors()
    texts = [anchor.text for anchor in anchors]
    lexicon = VADER_WEIGHT * lexicon_scores(texts, None)
    vectors = encoder.encode(texts)
    seen = np.concatenate([vectors, lexicon[:, None], SIGN_WEIGHT * find_signs(texts)], axis=1).astype(np.float64)
    rows, offsets = [], []
    for name in HEADS:
        columns = inputs_of(name, encoder.dimension)
        head = _fit_head(seen[:, columns], _targets(anchors, name), name)
        weights = np.zeros(seen.shape[1])
        weights[columns] = head.coef_[0]
        rows.append(weights)
        offsets.append(float(head.intercept_[0]))
    heads = Written(encoder.id, np.stack(rows), np.asarray(offsets), ("en",))
    return Written(encoder.id, heads.weights, heads.intercepts, _languages_served(heads, encoder))


def inputs_of(head: str, dimension: int) -> NDArray[np.intp]:
    """The inputs a head sees: sentiment the vector and VADER, the others the vector and the signs."""
    if head == "sentiment":
        return np.arange(dimension + 1)
    return np.concatenate([np.arange(dimension), np.arange(dimension + 1, dimension + 1 + len(SIGNS))])


def read_anchors() -> tuple[Anchor, ...]:
    """The written examples, in the order of their file."""
    found = []
    for line in _lines("en.txt"):
        match = _LINE.fullmatch(line)
        if match:
            mood, kinds, subject, text = match.groups()
            letters = frozenset(LETTERS[letter] for letter in kinds if letter in LETTERS)
            found.append(Anchor({"+": 1, "-": -1, "0": 0}[mood], letters, SUBJECTS.get(subject), text))
    return tuple(found)


def _lines(name: str) -> list[str]:
    text = resources.files("verbatim.tone").joinpath("anchors").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _targets(anchors: Sequence[Anchor], head: str) -> NDArray[np.float64]:
    """1 or 0 a row; ½ for a neutral sentiment."""
    if head == "sentiment":
        return np.asarray([(1 + anchor.sentiment) / 2 for anchor in anchors])
    if head in SUBJECTS.values():
        return np.asarray([float(anchor.subject == head) for anchor in anchors])
    return np.asarray([float(head in anchor.kinds) for anchor in anchors])


def _fit_head(seen: NDArray[np.float64], targets: NDArray[np.float64], name: str) -> LogisticRegression:
    """A logistic head, both sides weighing alike; an example between the sides counts half for each."""
    sides = np.concatenate([np.ones(len(targets)), np.zeros(len(targets))])
    shares = np.concatenate([targets / targets.sum(), (1 - targets) / (1 - targets).sum()]) * len(targets) / 2
    used = shares > 0
    head = LogisticRegression(C=SENTIMENT_STRENGTH if name == "sentiment" else STRENGTH, max_iter=5_000)
    return head.fit(np.concatenate([seen, seen])[used], sides[used], sample_weight=shares[used])


def _languages_served(heads: Written, encoder: Encoder) -> tuple[str, ...]:
    """English, and every language whose probes the sentiment head tells apart without a lexicon."""
    probes: dict[str, list[tuple[bool, str]]] = {}
    for line in _lines("probes.txt"):
        language, mood, text = line.split(" ", 2)
        probes.setdefault(language, []).append((mood == "+", text))
    served = ["en"]
    for language in sorted(probes):
        good = np.asarray([mood for mood, _ in probes[language]])
        texts = [text for _, text in probes[language]]
        found = encoder.encode(texts) @ heads.weights[0, : encoder.dimension]
        wins = (found[good][:, None] > found[~good][None, :]).mean()
        if wins >= SERVED:
            served.append(language)
    return tuple(served)
