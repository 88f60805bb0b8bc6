"""Proposals: what fits nowhere in a taxonomy, grouped and named, so that people can decide whether it is a theme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from verbatim.guided.taxonomy import TaxonomyEntry, derived_id
from verbatim.text.informative import is_informative
from verbatim.themes.cluster import group_centroids
from verbatim.themes.quotes import choose_quotes

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from verbatim.guided.spans import Match
    from verbatim.protocols import Clusterer, Encoder, Namer

SMALLEST_SHARE = 0.005  # of all comments: fewer are no theme yet
FEWEST_COMMENTS = 5
TELLING_WORDS = 5  # keywords that become the description


@dataclass(frozen=True, slots=True)
class Proposal:
    """A theme that the taxonomy lacks.

    ``comments`` is how many speak of it, ``share`` (0…1) of all comments looked at, with and without a theme.
    ``quotes`` are texts, best first; ``rows`` the places of its comments among those given.
    """

    name: str
    keywords: tuple[str, ...]
    comments: int
    share: float
    quotes: tuple[str, ...]
    rows: tuple[int, ...]

    def as_entry(self) -> TaxonomyEntry:
        """The proposal as an entry to add to a taxonomy, its quotes as examples."""
        return TaxonomyEntry(derived_id(self.name), self.name, ", ".join(self.keywords[:TELLING_WORDS]), self.quotes)

    @property
    def sentence(self) -> str:
        """One line for people.

        >>> Proposal("Car park full", (), 12, 0.04, (), ()).sentence
        '4.0 % (12 comments) about "Car park full"'
        """
        return f'{100 * self.share:.1f} % ({self.comments:,} comments) about "{self.name}"'


def propose(
    texts: Sequence[str],
    matches: Sequence[Match],
    *,
    encoder: Encoder,
    clusterer: Clusterer,
    namer: Namer,
    taken: Collection[str] = (),
) -> tuple[Proposal, ...]:
    """Group what fits nowhere: comments with detail and without a theme; largest group first.

    Equal texts are grouped once and counted each. Groups under 0.5 % of all comments (and under five) are left out.
    ``taken`` are names that no proposal gets: those of the taxonomy. The order of rows changes nothing but ``rows``.
    """
    lost: dict[str, list[int]] = {}
    for row, (text, match) in enumerate(zip(texts, matches, strict=True)):
        if not match.fits:
            lost.setdefault(text, []).append(row)
    distinct = sorted(text for text in lost if is_informative(text))
    counts = np.asarray([len(lost[text]) for text in distinct], dtype=np.int64)
    smallest = max(FEWEST_COMMENTS, round(SMALLEST_SHARE * len(texts)))
    if counts.sum() < smallest:
        return ()
    vectors = encoder.encode(distinct)
    groups = _groups(clusterer.fit(vectors, distinct).layers[-1], counts, smallest)
    if not groups:
        return ()
    labels = np.full(len(distinct), -1, dtype=np.int64)
    for number, members in enumerate(groups):
        labels[members] = number
    kept = labels >= 0
    centroids = group_centroids(vectors[kept], labels[kept], len(groups), counts[kept].astype(np.float64))
    said = [[distinct[row] for row in members] for members in groups]
    named = namer.name(said, centroids, taken)
    found = []
    for number, (members, (name, keywords)) in enumerate(zip(groups, named, strict=True)):
        quotes = choose_quotes(said[number], vectors[members], centroids[number])
        rows = tuple(sorted(row for text in said[number] for row in lost[text]))
        found.append(
            Proposal(
                name,
                keywords,
                len(rows),
                len(rows) / len(texts),
                tuple(said[number][quote.row] for quote in quotes),
                rows,
            )
        )
    return tuple(found)


def _groups(labels: NDArray[np.int64], counts: NDArray[np.int64], smallest: int) -> list[NDArray[np.int64]]:
    """The rows of each group that is large enough, largest first, then the one with the earlier first row."""
    sizes = np.bincount(labels, weights=counts)
    large = [(-int(sizes[label]), int(np.argmax(labels == label)), label) for label in np.unique(labels)]
    return [np.flatnonzero(labels == label) for size, _, label in sorted(large) if -size >= smallest]
