"""Themes: agreement with human labels beside BERTopic, and a print-out to read with one's own eyes.

``python -m bench.themes`` gives the tables; ``python -m bench.themes --show FILE --column TEXT`` prints themes.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from bench.encoder import KeptEncoder, both_readings
from bench.shared import shared_data
from verbatim.pipeline import mine
from verbatim.themes.boundaries import learn_prototypes
from verbatim.themes.cluster import LeidenClusterer, group_centroids
from verbatim.themes.name import PhraseNamer
from verbatim.themes.prototypes import nearest_themes
from verbatim.themes.views import WordView, joined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from verbatim.themes.cluster import LabelTree

LABELLED = {"banking77": "category", "clinc150": "intent", "hwu64": "label"}
SEEDS = range(5)
DRAWS = {"clinc150": (25, 60), "banking77": (15, 35), "hwu64": (20,)}  # classes of the smaller, uneven sets
HELD_OUT = 0.2
REPEATED = 100_000  # texts assigned to measure the speed


@dataclass(frozen=True, slots=True)
class Labelled:
    """Distinct texts, their two readings, and for every comment its text's row and its human label."""

    texts: list[str]
    vectors: NDArray[np.float32]
    stressed: NDArray[np.float32]
    rows: NDArray[np.int64]
    truth: NDArray[np.object_]

    def fit(self, seed: int = 7) -> LabelTree:
        """The layers that mining finds: from the texts and both readings."""
        return LeidenClusterer(seed=seed).fit(self.vectors, self.texts, lambda rows: self.stressed[rows])

    def agreement(self, labels: NDArray[np.int64]) -> tuple[float, float, int]:
        """NMI, ARI and the number of groups, every comment counted."""
        placed = labels[self.rows]
        nmi, ari = normalized_mutual_info_score(self.truth, placed), adjusted_rand_score(self.truth, placed)
        return float(nmi), float(ari), len(np.unique(placed))


def main() -> str:
    """The section of ``bench/RESULTS.md``."""
    if not shared_data().is_dir():
        return f"## Themes\n\nNot measured: {shared_data()} is missing.\n"
    encoder = KeptEncoder()
    sets = {name: labelled(name, column, encoder) for name, column in LABELLED.items()}
    return "\n".join(["## Themes", "", *_agreement(sets), "", *_drawn(sets), "", *_assigning(sets), ""])


def labelled(name: str, column: str, encoder: KeptEncoder) -> Labelled:
    """One of the labelled sets, its distinct texts in alphabetical order."""
    frame = pd.read_csv(shared_data() / f"{name}.csv.gz").dropna(subset=["text", column])
    texts = frame["text"].astype(str).str.strip()
    distinct = sorted(set(texts))
    rows = pd.Series(np.arange(len(distinct)), index=distinct)[texts].to_numpy()
    return Labelled(distinct, *both_readings(distinct, encoder), rows, frame[column].to_numpy())


def bertopic(texts: list[str], vectors: NDArray[np.float32], seed: int) -> NDArray[np.int64]:
    """Topics of BERTopic with its defaults, but for the seed, from 0; outliers are topic 0."""
    from bertopic import BERTopic
    from umap import UMAP

    defaults: dict[str, Any] = {"n_neighbors": 15, "n_components": 5, "min_dist": 0.0, "metric": "cosine"}
    model = BERTopic(umap_model=UMAP(random_state=seed, low_memory=False, **defaults), verbose=False)
    topics, _ = model.fit_transform(texts, vectors)
    return np.asarray(topics, dtype=np.int64) + 1


def _all_views(data: Labelled, seed: int) -> tuple[NDArray[np.int64], ...]:
    return data.fit(seed).layers


def _first_reading_and_words(data: Labelled, seed: int) -> tuple[NDArray[np.int64], ...]:
    return LeidenClusterer(seed=seed).fit(data.vectors, data.texts).layers


def _vectors_alone(data: Labelled, seed: int) -> tuple[NDArray[np.int64], ...]:
    return LeidenClusterer(seed=seed).fit(data.vectors).layers


def _bertopic(data: Labelled, seed: int) -> tuple[NDArray[np.int64], ...]:
    return (bertopic(data.texts, data.vectors, seed),)


def _bertopic_joined(data: Labelled, seed: int) -> tuple[NDArray[np.int64], ...]:
    return (bertopic(data.texts, joined(data.vectors, data.stressed, WordView(data.texts).own), seed),)


ONCE = "BERTopic on our joined views"
METHODS = {
    "fine": _all_views,
    "without the second reading": _first_reading_and_words,
    "vectors alone": _vectors_alone,
    "BERTopic": _bertopic,
    ONCE: _bertopic_joined,
}


def show(file: Path, column: str, themes: int | None, model: KeptEncoder | None = None) -> None:
    """Print the themes of a column of texts, for reading."""
    encoder = model or KeptEncoder()
    texts = pd.read_csv(file)[column].dropna().astype(str).str.strip()
    frame = pd.DataFrame({"id": [f"{row:07d}" for row in texts.index], "text": texts.to_numpy()})
    found = mine(
        frame[frame["text"] != ""],
        encoder=encoder,
        clusterer=LeidenClusterer(themes=themes),
        namer=PhraseNamer(encoder),
    )
    said = frame.set_index("id")["text"]
    print(f"{file.name}: {len(frame)} comments, {dict(found.quality)}")
    for theme in found.themes:
        indent = "    " if theme.parent_id else ""
        print(f"\n{indent}{theme.id}  {theme.name}  ({theme.size})\n{indent}  {', '.join(theme.keywords)}")
        for quote in theme.quotes[: 1 if theme.parent_id else 3]:
            print(f"{indent}  - {' '.join(said[quote].split())[:240]}")


def _agreement(sets: dict[str, Labelled]) -> list[str]:
    lines = [
        "Agreement with human labels on MiniLM vectors, every comment counted (BERTopic's outliers as one topic), no "
        f"number of groups given, one set of defaults (mean of seeds {SEEDS[0]}–{SEEDS[-1]}, ± half the range). "
        "Comments are assigned to the fine layer, which is what `labels_` and the assignments show. BERTopic has its "
        f"defaults and gets the same texts and vectors; {ONCE} with the first seed only. `vectors alone`: our fine "
        "layer without the second reading and the words. Seconds do not count the encoder's work.",
        "",
        "| data | labels | method | groups | NMI | ARI | outliers | seconds |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, data in sets.items():
        runs: dict[str, list[tuple[float, ...]]] = {}
        for seed in SEEDS:
            for method, layers_of in METHODS.items():
                if method == ONCE and seed:
                    continue
                began = time.perf_counter()
                layers = layers_of(data, seed)
                seconds = time.perf_counter() - began
                outside = float((layers[0] == 0).mean()) if "BERTopic" in method else 0.0
                runs.setdefault(method, []).append((*data.agreement(layers[0]), outside, seconds))
                if method == "fine":
                    runs.setdefault("top layer", []).append((*data.agreement(layers[-1]), 0.0, seconds))
        for method, found in runs.items():
            nmi, ari, groups, outside_of, spent = zip(*found, strict=True)
            lines.append(
                f"| {name} | {len(set(data.truth))} | {method} | {np.mean(groups):.0f} | {_spread(nmi)} "
                f"| {_spread(ari)} | {100 * np.mean(outside_of):.0f} % | {np.median(spent):.1f} |"
            )
    return lines


def _drawn(sets: dict[str, Labelled]) -> list[str]:
    lines = [
        "Smaller, uneven sets: some classes drawn from each, each class cut to a random size (log-normal, from 12 up). "
        "They show whether the number of groups is found; the default was not tuned on them one by one.",
        "",
        "| classes of | labels | comments | groups | NMI | ARI | BERTopic: groups | NMI | ARI |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    rng = np.random.default_rng(11)
    for name, numbers in DRAWS.items():
        for classes in numbers:
            data = _draw(sets[name], classes, rng)
            ours = data.agreement(data.fit(seed=0).layers[0])
            theirs = data.agreement(bertopic(data.texts, data.vectors, 0))
            lines.append(
                f"| {name} | {classes} | {len(data.rows):,} | {ours[2]} | {ours[0]:.3f} | {ours[1]:.3f} "
                f"| {theirs[2]} | {theirs[0]:.3f} | {theirs[1]:.3f} |"
            )
    return lines


def _draw(data: Labelled, classes: int, rng: np.random.Generator) -> Labelled:
    kept = []
    for label in rng.choice(sorted(set(data.truth)), classes, replace=False):
        members = np.flatnonzero(data.truth == label)
        size = int(np.clip(len(members) * np.exp(rng.normal(-0.7, 0.8)), min(12, len(members)), len(members)))
        kept.append(rng.choice(members, size, replace=False))
    chosen = np.sort(np.concatenate(kept))
    distinct, rows = np.unique(data.rows[chosen], return_inverse=True)
    texts = [data.texts[row] for row in distinct]
    readings = data.vectors[distinct], data.stressed[distinct]
    return Labelled(texts, *readings, rows.ravel().astype(np.int64), data.truth[chosen])


def _assigning(sets: dict[str, Labelled]) -> list[str]:
    lines = [
        "Assigning: the share of texts that get again the theme they were found in, by the nearest prototype and by "
        f"the nearest centre; of those held out ({100 * HELD_OUT:.0f} %, themes learned without them); and the speed.",
        "",
        "| data | themes | prototypes | again, by prototypes | by centres | held out | texts a second |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, data in sets.items():
        labels = data.fit().layers[0]
        prototypes, owner, centres = _learned(data.vectors, labels)
        again = float((nearest_themes(data.vectors, prototypes, owner)[0] == labels).mean())
        by_centre = float(((data.vectors @ centres.T).argmax(axis=1) == labels).mean())
        seen = np.random.default_rng(0).random(len(labels)) >= HELD_OUT
        known, known_owner, _ = _learned(data.vectors[seen], labels[seen])
        held = float((nearest_themes(data.vectors[~seen], known, known_owner)[0] == labels[~seen]).mean())
        many = np.resize(data.vectors, (REPEATED, data.vectors.shape[1]))
        began = time.perf_counter()
        nearest_themes(many, prototypes, owner)
        speed = REPEATED / (time.perf_counter() - began)
        lines.append(
            f"| {name} | {len(centres)} | {len(owner)} | {again:.4f} | {by_centre:.3f} | {held:.3f} | {speed:,.0f} |"
        )
    return lines


def _learned(
    vectors: NDArray[np.float32], labels: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]:
    centres = group_centroids(vectors, labels, int(labels.max()) + 1)
    prototypes, owners = learn_prototypes(vectors, labels, centres)
    order = np.argsort(owners, kind="stable")
    return prototypes[order], owners[order], centres


def _spread(values: Any) -> str:
    return f"{np.mean(values):.3f} ± {np.ptp(values) / 2:.3f}"


def _command() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", type=Path, metavar="FILE", help="a CSV file whose themes to print")
    parser.add_argument("--column", default="text", help="its column of texts")
    parser.add_argument("--themes", type=int, help="about how many themes")
    given = parser.parse_args()
    if given.show:
        show(given.show, given.column, given.themes)
    else:
        print(main())


if __name__ == "__main__":
    _command()
