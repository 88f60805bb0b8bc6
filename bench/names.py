"""Names: whether they say which theme they belong to and read well, and how long they take.

A name is encoded; it is right where the nearest centre of a theme is its own. BERTopic's names are measured the same
way, against its own topics' centres. ``python -m bench.names --show SET`` prints the names of one set.
"""

from __future__ import annotations

import argparse
import re
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bench.encoder import KeptEncoder
from bench.shared import shared_data
from bench.themes import LABELLED, labelled
from verbatim.themes.cluster import LeidenClusterer, group_centroids
from verbatim.themes.encode import find_encoder
from verbatim.themes.name import PhraseNamer
from verbatim.themes.naming import Group
from verbatim.themes.quotes import choose_quotes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from verbatim.protocols import Encoder

SIZES = (10_000, 30_000)
WORDS_OF_TOPIC = 10


def main() -> str:
    """The section of ``bench/RESULTS.md``."""
    if not shared_data().is_dir():
        return f"## Names\n\nNot measured: {shared_data()} is missing.\n"
    encoder = KeptEncoder()
    lines = [
        "## Names",
        "",
        "Right: the nearest centre to the encoded name, among all themes of the set, is its own. A real phrase is one "
        "that a comment of the set holds, letter case and hyphens aside. Themes are the engine's fine layer; "
        "`true labels` names the human groups. Seconds are from vectors to names, with names that were never encoded.",
        "",
        "| data | groups are | named by | groups | right | words a name | doubles | real phrases | seconds |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, column in LABELLED.items():
        data = labelled(name, column, encoder)
        texts, vectors, fine = data.texts, data.vectors, data.fit().layers[0]
        label_of = dict(zip(data.rows.tolist(), data.truth, strict=True))
        truth = np.unique([label_of[row] for row in range(len(texts))], return_inverse=True)[1].ravel()
        lines.append(_row(name, "themes", "Verbatim", *_ours(texts, vectors, fine, encoder)))
        lines.append(_row(name, "true labels", "Verbatim", *_ours(texts, vectors, truth, encoder)))
        lines += _bertopic(name, texts, vectors, encoder)
    return "\n".join([*lines, "", *_speed(encoder), ""])


def show(name: str) -> None:
    """Print the names and keywords of the fine layer of one set."""
    encoder = KeptEncoder()
    data = labelled(name, LABELLED[name], encoder)
    groups = _groups(data.texts, data.vectors, data.fit().layers[0])
    for group, naming in zip(groups, PhraseNamer(encoder).name_groups(groups), strict=True):
        print(f"{group.size:5}  {naming.name:40}  {', '.join(naming.keywords[:5])}")


class Timed:
    """An encoder that keeps nothing, so that every name is encoded, and counts what it encodes."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.vocabulary = getattr(encoder, "vocabulary", frozenset())
        self.id, self.dimension = encoder.id, encoder.dimension
        self.encoded = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of ``texts``."""
        self.encoded += len(texts)
        return self._encoder.encode(texts)


def _groups(texts: Sequence[str], vectors: NDArray[np.float32], labels: NDArray[np.int64]) -> list[Group]:
    count = int(labels.max()) + 1
    centroids = group_centroids(vectors, labels, count)
    members = [np.flatnonzero(labels == group) for group in range(count)]
    return [
        Group(tuple(texts[row] for row in rows), vectors[rows], centroid, len(rows))
        for rows, centroid in zip(members, centroids, strict=True)
    ]


def _ours(
    texts: Sequence[str], vectors: NDArray[np.float32], labels: NDArray[np.int64], encoder: Encoder
) -> tuple[list[str], float, float, float]:
    """Names, share of them that are right, share that are real phrases, seconds."""
    groups = _groups(texts, vectors, labels)
    fresh = Timed(find_encoder())
    fresh.encode(["warm"])
    began = time.perf_counter()
    names = [naming.name for naming in PhraseNamer(fresh).name_groups(groups)]
    seconds = time.perf_counter() - began
    centroids = np.stack([group.centroid for group in groups])
    return names, _right(names, centroids, encoder), _real(names, texts), seconds


def _right(names: Sequence[str], centroids: NDArray[np.float32], encoder: Encoder) -> float:
    nearest = (encoder.encode(list(names)) @ centroids.T).argmax(axis=1)
    return float((nearest == np.arange(len(names))).mean())


def _real(names: Sequence[str], texts: Sequence[str]) -> float:
    said = " \n ".join(map(_plain, texts))
    return float(np.mean([f" {_plain(name)} " in f" {said} " for name in names]))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[\w']+", text.lower().replace("’", "'")))


def _bertopic(name: str, texts: Sequence[str], vectors: NDArray[np.float32], encoder: Encoder) -> list[str]:
    """Rows of BERTopic with its defaults on the same vectors: its own names, and its words joined by blanks."""
    from bertopic import BERTopic

    began = time.perf_counter()
    model = BERTopic()
    labels = np.asarray(model.fit(list(texts), vectors).topics_, dtype=np.int64)
    seconds = time.perf_counter() - began
    count = int(labels.max()) + 1
    placed = labels >= 0
    centroids = group_centroids(vectors[placed], labels[placed], count)
    own = [model.topic_labels_[topic].partition("_")[2].replace("_", " ") for topic in range(count)]
    words = [" ".join(word for word, _ in model.get_topic(topic)[:WORDS_OF_TOPIC]) for topic in range(count)]
    topics = f"its topics ({1 - placed.mean():.0%} left out)"
    return [
        _row(name, topics, named, names, _right(names, centroids, encoder), _real(names, texts), seconds)
        for named, names in (("BERTopic (whole fit)", own), ("BERTopic, ten words (whole fit)", words))
    ]


def _row(name: str, what: str, named: str, names: Sequence[str], right: float, real: float, seconds: float) -> str:
    words = np.mean([len(name.split()) for name in names])
    doubles = len(names) - len({name.lower() for name in names})
    return (
        f"| {name} | {what} | {named} | {len(names)} | {100 * right:.1f} % | {words:.1f} | {doubles} "
        f"| {100 * real:.0f} % | {seconds:.1f} |"
    )


def _speed(encoder: KeptEncoder) -> list[str]:
    lines = [
        "Naming and quoting film sentences, from vectors and groups (the engine's fine layer) on:",
        "",
        "| sentences | groups | names, seconds | names encoded | quotes, seconds |",
        "|---|---|---|---|---|",
    ]
    sentences = pd.read_csv(shared_data() / "sentences_300k.csv.gz")["sentence"].dropna().astype(str)
    for size in SIZES:
        texts = sorted(set(sentences.head(size)))
        vectors = encoder.encode(texts)
        groups = _groups(texts, vectors, LeidenClusterer().fit(vectors, texts).layers[0])
        fresh = Timed(find_encoder())
        fresh.encode(["warm"])
        naming = _seconds(lambda groups=groups, fresh=fresh: PhraseNamer(fresh).name_groups(groups))
        quoting = _seconds(lambda groups=groups: [choose_quotes(g.texts, g.vectors, g.centroid) for g in groups])
        lines.append(f"| {len(texts):,} | {len(groups)} | {naming:.2f} | {fresh.encoded - 1} | {quoting:.2f} |")
    return lines


def _seconds(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", choices=sorted(LABELLED), help="print the names of one set")
    given = parser.parse_args()
    if given.show:
        show(given.show)
    else:
        print(main())
