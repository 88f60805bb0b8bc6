"""Guided mode: comments matched to a taxonomy, beside the nearest cosine, BERTopic zero-shot and a logistic regression.

``python -m bench.guided``. The same vectors, the same examples and one set of defaults for all data. Half of each set
(by a hash of the text) served to build the method and gives the examples; everything is reported on the other half.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score

from bench.encoder import KeptEncoder
from bench.guided_sets import DESCRIPTIONS, LabelledSet, load_set
from bench.shared import shared_data
from verbatim.guided.match import GuidedModel
from verbatim.guided.pieces import cut_into_pieces
from verbatim.guided.taxonomy import TaxonomyEntry, make_taxonomy
from verbatim.text.informative import is_informative

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from verbatim.guided.pieces import Pieces
    from verbatim.guided.taxonomy import Taxonomy

EXAMPLES = (0, 5, 20)
SEEDS = range(5)
SIMILARITIES = (0.7, 0.3)  # zeroshot_min_similarity: BERTopic's default, and one that leaves less outside
MOST_REPORTED = 2_500  # comments of a set: BERTopic takes minutes for more
SINGLE = "nhs_feedback"
OURS, OURS_SINGLE = "Verbatim", "Verbatim, best theme only"
Figures = dict[str, list[tuple[float, ...]]]


def main() -> str:
    """The section of ``bench/RESULTS.md``."""
    if not shared_data().is_dir():
        return f"## Guided themes\n\nNot measured: {shared_data()} is missing.\n"
    encoder = KeptEncoder()
    lines = [
        "## Guided themes",
        "",
        "Comments matched to a taxonomy of names and one-line descriptions with 0, 5 or 20 examples a theme "
        f"(mean of {len(SEEDS)} draws ± half the range). Half of each set, by a hash of the text, served to build the "
        "method and gives the examples and unlabelled comments; reported is the other half. Peers work on the same "
        "vectors and the same examples. The nearest cosine gives each comment the theme whose name, description or "
        "both together (“name: description”) it is nearest to. BERTopic zero-shot is given the names, and names with "
        "descriptions, each with two thresholds (0.7 is its default); logistic regression each of C = 1 and 10, "
        "balanced and not. Of "
        "these settings **the truth chose the best for the peers**; ours has one set of defaults.",
    ]
    for name in DESCRIPTIONS:
        lines += ["", *_section(load_set(name), encoder)]
    return "\n".join(lines) + "\n"


def _section(labelled: LabelledSet, encoder: KeptEncoder) -> list[str]:
    rows = _reported_rows(labelled)
    texts = [labelled.texts[row] for row in rows]
    pieces = cut_into_pieces(texts, encoder)
    vectors = encoder.encode(labelled.texts)
    found: dict[int, Figures] = {examples: defaultdict(list) for examples in EXAMPLES}
    for examples in EXAMPLES:
        for seed in SEEDS if examples else SEEDS[:1]:
            drawn = labelled.sample(examples, seed) if examples else np.zeros(0, dtype=np.int64)
            for method, claims in _ours(labelled, drawn, encoder, pieces).items():
                found[examples][method].append(_figures(labelled, rows, claims))
            if examples:
                for method, claims in _regressions(labelled, drawn, vectors, rows).items():
                    found[examples][method].append(_figures(labelled, rows, claims))
    for method, claims in _nearest(labelled, vectors[rows], encoder).items():
        found[0][method].append(_figures(labelled, rows, claims))
    for method, claims in _zero_shot(labelled, texts, vectors[rows], encoder).items():
        found[0][method].append(_figures(labelled, rows, claims))
    return _table(labelled, found, len(rows), float(np.bincount(pieces.owner).mean()))


def _reported_rows(labelled: LabelledSet) -> NDArray[np.int64]:
    """The comments to report on: those of the reported half, or a fixed draw of them."""
    rows = np.flatnonzero(labelled.reported)
    return np.sort(np.random.default_rng(0).permutation(rows)[:MOST_REPORTED])


def _ours(
    labelled: LabelledSet, drawn: NDArray[np.int64], encoder: KeptEncoder, pieces: Pieces
) -> Mapping[str, NDArray[np.bool_]]:
    taxonomy = _taxonomy(labelled, drawn)
    others = [labelled.texts[row] for row in np.flatnonzero(~labelled.reported)]
    model = GuidedModel.fit(taxonomy, encoder, unlabelled=others)
    place = {entry.id: column for column, entry in enumerate(taxonomy.targets)}
    several = np.zeros((len(pieces), len(place)), dtype=np.bool_)
    best = np.zeros_like(several)
    for row, match in enumerate(model.match_pieces(pieces)):
        several[row, [place[key] for key in match.scores]] = True
        best[row, place[match.nearest]] = True
    if labelled.name == SINGLE:
        return {OURS: best, "Verbatim, with abstention": best & several.any(axis=1, keepdims=True)}
    return {OURS: several, OURS_SINGLE: best}


def _taxonomy(labelled: LabelledSet, drawn: NDArray[np.int64]) -> Taxonomy:
    entries = []
    for theme, (name, description) in enumerate(zip(labelled.names, labelled.descriptions, strict=True)):
        own = [labelled.texts[row] for row in drawn if labelled.member[row, theme]]
        entries.append(TaxonomyEntry("", name, description, tuple(own)))
    return make_taxonomy(entries)


def _regressions(
    labelled: LabelledSet, drawn: NDArray[np.int64], vectors: NDArray[np.float32], rows: NDArray[np.int64]
) -> Mapping[str, NDArray[np.bool_]]:
    """Logistic regression on the vectors of whole comments: one model a theme where a comment can have several."""
    found = {}
    for strength in (1.0, 10.0):
        for weight in (None, "balanced"):
            own: dict[str, Any] = {"C": strength, "class_weight": weight, "max_iter": 1000}
            truth = labelled.member[drawn]
            if labelled.name == SINGLE:
                model = LogisticRegression(**own).fit(vectors[drawn], truth.argmax(axis=1))
                claims = np.eye(len(labelled.names), dtype=np.bool_)[model.predict(vectors[rows])]
            else:
                columns = [
                    LogisticRegression(**own).fit(vectors[drawn], truth[:, theme]).predict(vectors[rows])
                    for theme in range(len(labelled.names))
                ]
                claims = np.stack(columns, axis=1).astype(np.bool_)
            found[f"Logistic regression, C = {strength:g}{', balanced' if weight else ''}"] = claims
    return found


def _nearest(
    labelled: LabelledSet, vectors: NDArray[np.float32], encoder: KeptEncoder
) -> Mapping[str, NDArray[np.bool_]]:
    """The plain zero-shot classifier: of each comment the theme whose words have the nearest vector."""
    both = tuple(f"{name}: {text}" for name, text in zip(labelled.names, labelled.descriptions, strict=True))
    words = {"name": labelled.names, "description": labelled.descriptions, "both": both}
    themes = np.eye(len(labelled.names), dtype=np.bool_)
    return {
        f"Nearest cosine, {kind}": themes[(vectors @ encoder.encode(list(said)).T).argmax(axis=1)]
        for kind, said in words.items()
    }


def _zero_shot(
    labelled: LabelledSet, texts: Sequence[str], vectors: NDArray[np.float32], encoder: KeptEncoder
) -> Mapping[str, NDArray[np.bool_]]:
    """BERTopic with ``zeroshot_topic_list``; what it puts into topics of its own counts as not matched."""
    from bertopic import BERTopic
    from bertopic.backend import BaseEmbedder

    class Backend(BaseEmbedder):
        def embed(self, documents: Any, verbose: bool = False) -> Any:
            return encoder.encode(list(documents))

    described = [f"{name}: {text}" for name, text in zip(labelled.names, labelled.descriptions, strict=True)]
    found = {}
    for kind, topics in (("names", list(labelled.names)), ("names and descriptions", described)):
        for similarity in SIMILARITIES:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model = BERTopic(
                    embedding_model=Backend(), zeroshot_topic_list=topics, zeroshot_min_similarity=similarity
                )
                began = time.perf_counter()
                assigned, _ = model.fit_transform(list(texts), vectors)
            claims = np.zeros((len(texts), len(topics)), dtype=np.bool_)
            for row, topic in enumerate(assigned):
                label = model.topic_labels_.get(int(topic), "")
                if label in topics:
                    claims[row, topics.index(label)] = True
            found[f"BERTopic zero-shot, {kind}, {similarity}"] = claims
            print(
                f"{labelled.name} {kind} {similarity} {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True
            )
    return found


def _figures(labelled: LabelledSet, rows: NDArray[np.int64], claims: NDArray[np.bool_]) -> tuple[float, ...]:
    truth = labelled.member[rows]
    if labelled.name != SINGLE:
        micro = float(2 * (truth & claims).sum() / max(1, truth.sum() + claims.sum()))
        return micro, float(f1_score(truth, claims, average="macro", zero_division=0)), float(claims.sum(1).mean())
    said = np.where(claims.any(axis=1), claims.argmax(axis=1), -1)
    wanted = truth.argmax(axis=1)
    detailed = np.asarray([is_informative(labelled.texts[row]) for row in rows])
    figures = []
    for kept in (np.ones(len(rows), dtype=np.bool_), detailed):
        figures.append(accuracy_score(wanted[kept], said[kept]))
        labels = list(range(truth.shape[1]))
        figures.append(f1_score(wanted[kept], said[kept], labels=labels, average="macro", zero_division=0))
    return (*figures, float((said >= 0).mean()))


def _table(labelled: LabelledSet, found: Mapping[int, Figures], comments: int, clauses: float) -> list[str]:
    titles = (
        ("accuracy", "macro-F1", "accuracy, with detail", "macro-F1, with detail", "matched")
        if labelled.name == SINGLE
        else ("micro-F1", "macro-F1", "themes a comment")
    )
    about = f"**{labelled.name}**: {comments:,} comments, {len(labelled.names)} themes, {clauses:.2f} clauses a comment"
    if labelled.name != SINGLE:
        about += f", {labelled.member[_reported_rows(labelled)].sum(1).mean():.2f} themes a comment"
    lines = [about + ".", "", f"| examples | method | {' | '.join(titles)} |", f"|---|---|{'---|' * len(titles)}"]
    for examples in EXAMPLES:
        for method in _shown(found[examples]):
            runs = list(zip(*found[examples][method], strict=True))
            lines.append(f"| {examples} | {method} | {' | '.join(_spread(values) for values in runs)} |")
    return lines


def _shown(figures: Figures) -> list[str]:
    """Ours, the nearest cosines, and of each other peer its defaults and its best settings by the first figure."""
    shown = [method for method in figures if method.startswith(("Verbatim", "Nearest"))]
    for peer, default in (("BERTopic", "BERTopic zero-shot, names, 0.7"), ("Logistic", "Logistic regression, C = 1")):
        own = [method for method in figures if method.startswith(peer)]
        if own:
            best = max(own, key=lambda method: np.mean([run[0] for run in figures[method]]))
            shown += list(dict.fromkeys([default, best]))
    return shown


def _spread(values: Sequence[float]) -> str:
    if len(values) == 1:
        return f"{values[0]:.3f}"
    return f"{np.mean(values):.3f} ± {np.ptp(values) / 2:.3f}"


if __name__ == "__main__":
    print(main())
