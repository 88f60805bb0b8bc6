"""Sorts comments into a taxonomy and counts: what each theme gets, what fits nowhere, what to propose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from verbatim.errors import EmptyError
from verbatim.guided.match import GuidedModel
from verbatim.guided.pieces import cut_into_pieces
from verbatim.guided.propose import propose
from verbatim.text.informative import is_informative
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.name import PhraseNamer
from verbatim.themes.people import said_names

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from verbatim.guided.propose import Proposal
    from verbatim.guided.spans import Match
    from verbatim.guided.taxonomy import Taxonomy
    from verbatim.protocols import Encoder

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, how much of it is done, and how much there is."""

CHUNK_ROWS = 2048


@dataclass(frozen=True, slots=True)
class ThemeCount:
    """A theme with how many ``comments`` speak of it, of its sub-themes too, and their ``share`` (0…1) of all.

    ``examples`` is how many the taxonomy has; ``threshold`` is ``None`` for a theme that only holds sub-themes.
    """

    id: str
    name: str
    parent: str | None
    examples: int
    comments: int
    share: float
    threshold: float | None


@dataclass(frozen=True, slots=True)
class Sorted:
    """The outcome: ``matches`` belong to the comments in order.

    ``no_detail`` comments say nothing and fit nowhere ("ok"); ``unmatched`` ones say something that fits nowhere.
    """

    themes: tuple[ThemeCount, ...]
    matches: tuple[Match, ...]
    comments: int
    several: int
    no_detail: int
    unmatched: int
    proposals: tuple[Proposal, ...]
    model: GuidedModel


def sort_comments(
    texts: Sequence[str],
    taxonomy: Taxonomy,
    encoder: Encoder,
    *,
    labelled: Sequence[tuple[str, Collection[str]]] = (),
    language: str = "en",
    people: Collection[str] = (),
    seed: int = 7,
    progress: Progress | None = None,
) -> Sorted:
    """Fit a guided model with ``texts`` as unlabelled comments, match them, and propose what ``taxonomy`` lacks.

    No proposal is named after one of ``people`` (names of agents, say).

    Raises:
        EmptyError: there are no comments.
        InputError: an unknown id in ``labelled``.
    """
    if not texts:
        raise EmptyError("there are no comments to match")
    report = progress or _silent
    _encode_ahead(sorted({text for text in texts}, key=lambda text: (len(text), text)), encoder, language, report)
    report("Matching", 0, 1)
    model = GuidedModel.fit(taxonomy, encoder, unlabelled=texts, labelled=labelled, language=language)
    matches = model.match(texts, encoder)
    report("Matching", 1, 1)
    report("Proposing", 0, 1)
    proposals = propose(
        texts,
        matches,
        encoder=encoder,
        clusterer=LeidenClusterer(seed=seed),
        namer=PhraseNamer(encoder, hidden=said_names(texts, people)),
        taken=[entry.name for entry in taxonomy.entries],
    )
    report("Proposing", 1, 1)
    lost = [is_informative(text) for text, match in zip(texts, matches, strict=True) if not match.fits]
    return Sorted(
        themes=count_themes(model, matches),
        matches=matches,
        comments=len(texts),
        several=sum(len(match.scores) > 1 for match in matches),
        no_detail=lost.count(False),
        unmatched=lost.count(True),
        proposals=proposals,
        model=model,
    )


def count_themes(model: GuidedModel, matches: Sequence[Match]) -> tuple[ThemeCount, ...]:
    """How many comments speak of each theme of the taxonomy, in its order; each comment counts once a theme."""
    above = {entry.id: (entry.id, *model.taxonomy.ancestors(entry.id)) for entry in model.taxonomy.entries}
    counts = Counter(key for match in matches for key in {up for own in match.scores for up in above[own]})
    ids = [entry.id for entry in model.taxonomy.targets]
    thresholds = dict(zip(ids, model.thresholds.tolist(), strict=True))
    return tuple(
        ThemeCount(
            entry.id,
            entry.name,
            entry.parent,
            len(entry.examples),
            counts[entry.id],
            counts[entry.id] / len(matches) if matches else 0.0,
            thresholds.get(entry.id),
        )
        for entry in model.taxonomy.entries
    )


def _encode_ahead(texts: Sequence[str], encoder: Encoder, language: str, report: Progress) -> None:
    """Encode in chunks, so that progress shows; a caching encoder keeps what was done when the process is killed."""
    for at in range(0, len(texts), CHUNK_ROWS):
        report("Encoding", at, len(texts))
        cut_into_pieces(texts[at : at + CHUNK_ROWS], encoder, language)
    report("Encoding", len(texts), len(texts))


def _silent(step: str, done: int, total: int) -> None:
    """Report nothing."""
