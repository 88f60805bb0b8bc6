"""Matches comments to a taxonomy: several themes per comment with the characters that speak of them, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import softmax

from verbatim.errors import EncoderError, InputError
from verbatim.guided.anchors import SCALE, Anchors, make_anchors
from verbatim.guided.learn import (
    FEWEST_EXAMPLES,
    FEWEST_UNLABELLED,
    FOLDS,
    Correction,
    fold_of,
    learn_correction,
    threshold_from_unlabelled,
    thresholds_from_examples,
)
from verbatim.guided.pieces import Pieces, cut_into_pieces
from verbatim.guided.spans import Match, Scores, matches_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from verbatim.guided.taxonomy import Taxonomy
    from verbatim.protocols import Encoder

CHUNK_ROWS = 4096
LEFT_OUT = 0.05  # of the examples may fall under the floor
UNRELATED = 0.95  # quantile of closeness to themes that a comment does not speak of: the floor without examples
DEFAULT_FLOOR = 2.4  # closeness, where there is nothing to choose on
FEWEST_TARGETS = 4  # under so many, the middle theme of a comment may well be one it speaks of


@dataclass(frozen=True, slots=True)
class GuidedModel:
    """A taxonomy that learned; made by ``fit``, kept by ``model_files``.

    A comment is scored by the mean of two shares: its own among the themes, and the largest of its clauses. It gets
    every theme whose score reaches ``thresholds`` (t,), or the best one alone; none where its closeness is under
    ``floor``. Thresholds are chosen by cross-validation on the examples, or, where those are too few, on the unlabelled
    comments (``learn.py``); such ``guessed`` ones give a further theme only where the comment is as near to it as
    ``floor``. ``floor``: 5 % of the cross-validated examples would fall under it; without examples comments are as near
    to a theme they do not speak of in one case of twenty.
    """

    taxonomy: Taxonomy
    encoder_id: str
    anchors: Anchors
    correction: Correction
    thresholds: NDArray[np.float64]
    floor: float
    language: str = "en"
    guessed: bool = False

    @classmethod
    def fit(
        cls,
        taxonomy: Taxonomy,
        encoder: Encoder,
        *,
        unlabelled: Sequence[str] = (),
        labelled: Sequence[tuple[str, Collection[str]]] = (),
        language: str = "en",
    ) -> GuidedModel:
        """Learn ``taxonomy``: its words and examples, further ``labelled`` comments, and what comments look like.

        ``labelled`` are pairs of a text and the ids of its themes, all of them; an empty collection says that the text
        belongs to none. Themes that are no targets count as unknown. The order of rows changes nothing.

        Raises:
            InputError: an unknown id in ``labelled``.
        """
        ids = [entry.id for entry in taxonomy.targets]
        texts, member = training_set(taxonomy, labelled)
        others = sorted(set(unlabelled))
        known = cut_into_pieces(texts, encoder, language)
        seen = cut_into_pieces(others, encoder, language)
        base = seen.vectors if len(others) >= FEWEST_UNLABELLED else np.concatenate([seen.vectors, known.vectors])
        centre = base.astype(np.float64).mean(axis=0).astype(np.float32) if len(base) >= FEWEST_EXAMPLES else None
        anchors = make_anchors(taxonomy, encoder, centre)
        correction = learn_correction(anchors.centred(known.vectors), anchors.nearness(known.vectors), member)
        draft = cls(taxonomy, encoder.id, anchors, correction, np.full(len(ids), 0.0), -np.inf, language)
        if len(texts) >= max(FEWEST_EXAMPLES, 2 * len(ids)):
            thresholds, floor = _learned_limits(draft, known, texts, member)
            return replace(draft, thresholds=thresholds, floor=floor)
        thresholds, floor = _guessed_limits(draft, seen)
        return replace(draft, thresholds=thresholds, floor=floor, guessed=True)

    def match(self, texts: Sequence[str], encoder: Encoder) -> tuple[Match, ...]:
        """One ``Match`` for each of ``texts``, in order; equal texts get equal ones.

        Raises:
            EncoderError: ``encoder`` is not the one the model was fitted with.
        """
        if encoder.id != self.encoder_id:
            raise EncoderError(
                f"the guided model was fitted with {self.encoder_id}, the encoder is {encoder.id}; fit it again, "
                "or set the setting 'model' back"
            )
        distinct = sorted(set(texts))
        pieces = cut_into_pieces(distinct, encoder, self.language)
        found = dict(zip(distinct, self.match_pieces(pieces), strict=True))
        return tuple(found[text] for text in texts)

    def match_pieces(self, pieces: Pieces) -> tuple[Match, ...]:
        """``match`` for comments that are cut and encoded already: about 20,000 comments a second."""
        ids = [entry.id for entry in self.taxonomy.targets]
        found: list[Match] = []
        for chunk in pieces.chunks(CHUNK_ROWS):
            found += matches_of(ids, self.thresholds, self.floor, chunk, self.score(chunk))
        return tuple(found)

    def score(self, pieces: Pieces) -> Scores:
        """The scores of comments and clauses, rounded so that the size of a batch does not show."""
        comments, clauses = self._logits(pieces.vectors), self._logits(pieces.clause_vectors)
        parts = softmax(clauses, axis=1)
        score = ((softmax(comments, axis=1) + pieces.largest(parts)) / 2).round(6)
        near = self._near(pieces, clauses)
        if self.guessed:
            score[(near < self.floor) & (score < score.max(axis=1, keepdims=True))] = 0.0
        return Scores(score, parts.round(6), near.max(axis=1))

    def nearness(self, pieces: Pieces) -> NDArray[np.float64]:
        """How near comments are to each theme, (n, t): the mean of the best clause's log odds and scaled likeness."""
        return self._near(pieces, self._logits(pieces.clause_vectors))

    def _near(self, pieces: Pieces, clauses: NDArray[np.float64]) -> NDArray[np.float64]:
        return ((pieces.largest(clauses) + SCALE * self.anchors.likeness(pieces.vectors)) / 2).round(6)

    def _logits(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        return self.correction.apply(self.anchors.nearness(vectors), self.anchors.centred(vectors))


def training_set(
    taxonomy: Taxonomy, labelled: Sequence[tuple[str, Collection[str]]]
) -> tuple[list[str], NDArray[np.bool_]]:
    """The distinct texts of all examples, sorted, and which targets each belongs to, (n, t).

    Raises:
        InputError: an unknown id, or one that is no target.
    """
    place = {entry.id: column for column, entry in enumerate(taxonomy.targets)}
    themes: dict[str, set[int]] = {}
    for entry in taxonomy.targets:
        for text in entry.examples:
            themes.setdefault(text, set()).add(place[entry.id])
    for text, ids in labelled:
        own = themes.setdefault(text, set())
        for key in sorted(ids):
            if key not in place:
                name = taxonomy.entry(key).name
                raise InputError(f"{name!r} has sub-themes; label comments with one of those, or give it examples")
            own.add(place[key])
    texts = sorted(text for text in themes if text.strip())
    member = np.zeros((len(texts), len(place)), dtype=np.bool_)
    for row, text in enumerate(texts):
        member[row, sorted(themes[text])] = True
    return texts, member


def _learned_limits(
    model: GuidedModel, known: Pieces, texts: Sequence[str], member: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], float]:
    """The thresholds (t,) and the floor by the examples."""
    held_out = _cross_validated(model, known, texts, member)
    inside = held_out.closeness[member.any(axis=1)]
    floor = float(np.quantile(inside, LEFT_OUT)) if len(inside) >= FEWEST_EXAMPLES else DEFAULT_FLOOR
    return thresholds_from_examples(held_out.comments, member), floor


def _guessed_limits(model: GuidedModel, seen: Pieces) -> tuple[NDArray[np.float64], float]:
    """The thresholds (t,) and the floor by the unlabelled comments."""
    themes = len(model.thresholds)
    threshold = threshold_from_unlabelled(model.score(seen).comments)
    floor = DEFAULT_FLOOR
    if len(seen) >= FEWEST_UNLABELLED and themes >= FEWEST_TARGETS:
        floor = float(np.quantile(np.median(model.nearness(seen), axis=1), UNRELATED))
    return np.full(themes, threshold), floor


def _cross_validated(model: GuidedModel, known: Pieces, texts: Sequence[str], member: NDArray[np.bool_]) -> Scores:
    """The examples' scores, each from a correction that was learned without its fold; clauses are left out."""
    fold = fold_of(texts)
    prior, centred = model.anchors.nearness(known.vectors), model.anchors.centred(known.vectors)
    comments, closeness = np.zeros(member.shape), np.zeros(len(texts))
    for number in range(FOLDS):
        away = fold == number
        if not away.any():
            continue
        correction = learn_correction(centred[~away], prior[~away], member[~away])
        found = replace(model, correction=correction).score(known.rows(away))
        comments[away], closeness[away] = found.comments, found.closeness
    return Scores(comments, np.zeros((0, member.shape[1])), closeness)
