"""From scores to spans: which characters of a comment speak of which theme.

``matches_of`` serves the guided model, where the comment's set of themes comes first. ``spread`` serves discovered
themes: a comment that mining placed as a whole gets further themes where its clauses clearly speak of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from verbatim.guided.pieces import Pieces

CLAIM_QUANTILE = 0.25  # of how near a theme's own one-clause comments are: a clause must be as near to claim it
CLAIM_MARGIN = 0.04  # cosine by which a clause must be nearer to another theme than to the comment's own
FEWEST_OWN = 5  # one-clause comments that say how near is near for a theme; with fewer, all themes' do


@dataclass(frozen=True, slots=True)
class MatchedSpan:
    """The characters ``[start, end)`` of a comment speak of theme ``theme_id``; ``score`` (0…1) of that clause."""

    start: int
    end: int
    theme_id: str
    score: float


@dataclass(frozen=True, slots=True)
class Match:
    """What one comment speaks of.

    ``scores`` (0…1) by theme id, best first: empty where the comment fits nowhere. ``spans`` are sorted; those of one
    theme do not overlap, those of two themes may be the same. ``nearest`` is the best theme also where none fits;
    ``closeness`` is how near it is, to be compared with the model's ``floor``.
    """

    scores: dict[str, float]
    spans: tuple[MatchedSpan, ...]
    nearest: str
    closeness: float

    @property
    def fits(self) -> bool:
        """Whether the comment speaks of any theme."""
        return bool(self.scores)


@dataclass(frozen=True, slots=True)
class Scores:
    """Of n comments with c clauses: ``comments`` (n, t) and ``clauses`` (c, t) in 0…1, ``closeness`` (n,)."""

    comments: NDArray[np.float64]
    clauses: NDArray[np.float64]
    closeness: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spread:
    """Spans of many comments, sorted by ``owner`` and ``start``; all arrays of shape ``(s,)``.

    ``similarity`` is the cosine of the span's best clause to the theme's centre, ``margin`` its lead over the best
    other theme (negative where another centre is nearer); both rounded to 6 digits.
    """

    owner: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    theme: NDArray[np.int64]
    similarity: NDArray[np.float64]
    margin: NDArray[np.float64]


def matches_of(
    ids: Sequence[str], thresholds: NDArray[np.float64], floor: float, pieces: Pieces, scores: Scores
) -> list[Match]:
    """One ``Match`` a comment, from its scores.

    A comment under the ``floor`` gets no theme; any other gets those that reach their threshold, or its best one alone.
    A theme's spans are the clauses that reach its threshold and are at least half as sure of it as the surest one.
    """
    best = scores.comments.argmax(axis=1)
    chosen = scores.comments >= thresholds
    chosen[np.arange(len(best)), best] = True
    chosen[scores.closeness < floor] = False
    first = np.append(pieces.first, len(pieces.owner))
    found = []
    for row in range(len(best)):
        themes = np.flatnonzero(chosen[row])
        ranked = sorted(themes.tolist(), key=lambda theme: (-scores.comments[row, theme], theme))
        spans = [span for theme in ranked for span in _spans(ids, thresholds, pieces, scores, (row, theme), first)]
        spans.sort(key=lambda span: (span.start, span.end, -span.score, span.theme_id))
        by_id = {ids[theme]: float(scores.comments[row, theme]) for theme in ranked}
        found.append(Match(by_id, tuple(spans), ids[int(best[row])], float(scores.closeness[row])))
    return found


def spread(
    clauses: Sequence[tuple[int, int]], cosines: NDArray[np.float64], main: int, thresholds: NDArray[np.float64]
) -> list[tuple[tuple[int, int], int, float, float]]:
    """``spread_many`` for one comment: ``((start, end), theme, similarity, margin)`` for each of its spans."""
    places = np.asarray(clauses, dtype=np.int64).reshape(-1, 2)
    owner = np.zeros(len(places), dtype=np.int64)
    found = spread_many(owner, places, cosines, np.asarray([main]), thresholds)
    columns = (found.start, found.end, found.theme, found.similarity, found.margin)
    return [
        ((int(start), int(end)), int(theme), float(similarity), float(margin))
        for start, end, theme, similarity, margin in zip(*columns, strict=True)
    ]


def spread_many(
    owner: NDArray[np.int64],
    places: NDArray[np.int64],
    cosines: NDArray[np.float64],
    main: NDArray[np.int64],
    thresholds: NDArray[np.float64],
) -> Spread:
    """Which themes the clauses of comments speak of, given the theme of each comment as a whole.

    ``owner`` (c,), not falling, is the comment of each clause; ``places`` (c, 2) its first character and the one after
    its last, in order and without overlap; ``cosines`` (c, t) to the themes' centres; ``main`` (n,) the theme of each
    comment, every one of which owns a clause; ``thresholds`` (t,) come from ``claim_thresholds``.

    A clause goes to the theme nearest to it if that reaches the theme's threshold and beats the comment's main theme by
    0.04; all others stay with the main theme. Where every clause went away, the one that the main theme lost by least
    goes back, so that **every comment keeps its main theme**. Neighbouring clauses of one theme are one span. Spans of
    a comment are sorted and do not overlap; they need not begin at 0 nor cover the text.
    """
    rows = np.arange(len(owner))
    nearest = cosines.argmax(axis=1) if cosines.shape[1] else np.zeros(len(owner), dtype=np.int64)
    own = main[owner]
    lead = (cosines[rows, nearest] - cosines[rows, own]).round(6)
    claims = (lead >= CLAIM_MARGIN) & (cosines[rows, nearest].round(6) >= thresholds[nearest])
    claims &= np.bincount(owner, minlength=len(main))[owner] > 1
    claims[_smallest_lead(owner, lead, lost=np.bincount(owner, ~claims, minlength=len(main)) == 0)] = False
    theme = np.where(claims, nearest, own)
    return _joined(owner, places, theme, cosines)


def claim_thresholds(cosines: NDArray[np.float64], main: NDArray[np.int64]) -> NDArray[np.float64]:
    """How near a clause must be to claim each theme, shape ``(t,)``: as near as three in four of its own comments are.

    ``cosines`` (m, t) and ``main`` (m,) are of comments that consist of one clause. A theme with fewer than five of
    them takes the quartile over all; without any the threshold is 1, which no clause reaches.
    """
    themes = cosines.shape[1]
    own = cosines[np.arange(len(main)), main].round(6)
    common = float(np.quantile(own, CLAIM_QUANTILE)) if len(own) else 1.0
    found = np.full(themes, common)
    for theme in range(themes):
        near = own[main == theme]
        if len(near) >= FEWEST_OWN:
            found[theme] = np.quantile(near, CLAIM_QUANTILE)
    return found


def _spans(
    ids: Sequence[str],
    thresholds: NDArray[np.float64],
    pieces: Pieces,
    scores: Scores,
    which: tuple[int, int],
    first: NDArray[np.int64],
) -> list[MatchedSpan]:
    row, theme = which
    clauses = np.arange(first[row], first[row + 1])
    sure = scores.clauses[clauses, theme]
    enough = max(min(float(thresholds[theme]), float(sure.max())), float(sure.max()) / 2)
    spans: list[MatchedSpan] = []
    previous = -2
    for place in clauses[sure >= enough].tolist():
        start, end, score = int(pieces.starts[place]), int(pieces.ends[place]), float(scores.clauses[place, theme])
        if place == previous + 1:
            start, score = spans[-1].start, max(score, spans.pop().score)
        spans.append(MatchedSpan(start, end, ids[theme], score))
        previous = place
    return spans


def _smallest_lead(
    owner: NDArray[np.int64], lead: NDArray[np.float64], *, lost: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Of each comment that ``lost`` its main theme, the clause that leads over it least; the first of equal ones."""
    order = np.lexsort((np.arange(len(owner)), lead, owner))
    first = order[np.flatnonzero(np.diff(owner[order], prepend=-1))]
    return np.asarray(first[lost[owner[first]]], dtype=np.int64)


def _joined(
    owner: NDArray[np.int64], places: NDArray[np.int64], theme: NDArray[np.int64], cosines: NDArray[np.float64]
) -> Spread:
    """Neighbouring clauses of one comment and theme as one span."""
    if not len(owner):
        none, empty = np.zeros(0, dtype=np.int64), np.zeros(0)
        return Spread(none, none, none, none, empty, empty)
    begins = np.flatnonzero((np.diff(owner, prepend=-1) != 0) | (np.diff(theme, prepend=-1) != 0))
    last = np.append(begins[1:], len(owner)) - 1
    rows = np.arange(len(owner))
    similarity = cosines[rows, theme]
    others = cosines.copy()
    others[rows, theme] = -np.inf
    runner_up = others.max(axis=1) if cosines.shape[1] > 1 else np.zeros(len(owner))
    group = np.cumsum(np.bincount(begins, minlength=len(owner))) - 1
    best = np.lexsort((rows, -similarity, group))[np.searchsorted(np.sort(group), np.arange(len(begins)))]
    return Spread(
        owner[begins],
        places[begins, 0],
        places[last, 1],
        theme[begins],
        similarity[best].round(6),
        (similarity - runner_up)[best].round(6),
    )
