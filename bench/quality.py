"""Keywords and coverage beside BERTopic's: the same vectors, the same reference texts, the same number of keywords."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bench.encoder import KeptEncoder
from bench.shared import shared_data
from verbatim.pipeline import mine
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.coherence import Cooccurrence, diversity
from verbatim.themes.frames import layer_places
from verbatim.themes.name import PhraseNamer
from verbatim.themes.quality import names_fit, separation
from verbatim.themes.readings import encode

SETS = {"nhs_feedback": "feedback", "banking77": "text"}
TOP_WORDS = 8


@dataclass(frozen=True)
class Topics:
    """What a method found: ``labels`` of the texts (−1: none) with centroids, keywords and names in their order."""

    method: str
    labels: np.ndarray
    keywords: list[list[str]]
    names: list[str]
    coverage: float
    seconds: float


def main() -> str:
    """The section of ``bench/RESULTS.md``."""
    if not shared_data().is_dir():
        return f"## Quality of themes\n\nNot measured: {shared_data()} is missing.\n"
    encoder = KeptEncoder()
    lines = [
        "## Quality of themes without labels",
        "",
        f"Keywords are each method's first {TOP_WORDS}. Coherence is NPMI of their pairs, diversity the share of "
        "distinct ones. The reference is the set's own distinct texts, a text one document. *NPMI of words*: of the "
        "keywords of one word, since BERTopic has no others and phrases are rarer. Coverage: comments with a theme; "
        "names fit: those nearest to their own theme's centre, embedded with the same model. Ours leaves out only "
        "comments without detail, BERTopic calls the rest outliers.",
        "",
        "| data | method | themes | coverage | NPMI | diversity | NPMI of words | separation | names fit | seconds |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, column in SETS.items():
        texts = pd.read_csv(shared_data() / f"{name}.csv.gz")[column].dropna().astype(str).str.strip()
        distinct = sorted(set(texts) - {""})
        vectors = encode(distinct, encoder, lambda *_: None)
        for topics in (*_ours(distinct, encoder), *_bertopic(distinct, vectors)):
            lines.append(f"| {name} | {_row(topics, distinct, vectors, encoder)} |")
    return "\n".join([*lines, "", _duplicates(), ""])


def _duplicates() -> str:
    """A million times the same text, in a process of its own."""
    script = """
import resource, time
import pandas as pd
from verbatim.pipeline import mine
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.hashing import HashingEncoder
from verbatim.themes.name import PhraseNamer
encoder, texts = HashingEncoder(), ["The refund never arrived"] * 1_000_000
frame = pd.DataFrame({"id": [f"c{row:07d}" for row in range(len(texts))], "text": texts, "language": "en"})
before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
model = mine(frame, encoder=encoder, clusterer=LeidenClusterer(), namer=PhraseNamer(encoder))
more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(f"{time.perf_counter() - began:.0f} s and {more / 1024:.0f} MiB, {len(model.themes)} theme")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return f"1,000,000 times the same comment, from a frame to a theme: {done.stdout.strip()}."


def _ours(texts: list[str], encoder: KeptEncoder) -> list[Topics]:
    frame = pd.DataFrame({"id": [f"{row:06d}" for row in range(len(texts))], "text": texts, "language": "en"})
    began = time.perf_counter()
    found = mine(frame, encoder=encoder, clusterer=LeidenClusterer(), namer=PhraseNamer(encoder))
    seconds = time.perf_counter() - began
    parent = {theme.id: theme.parent_id for theme in found.themes}
    row_of = {key: row for row, key in enumerate(frame["id"])}
    topics = []
    for layer in ("top", "fine"):
        places = layer_places(found.themes, layer)
        number = {found.themes[place].id: label for label, place in enumerate(places)}
        labels = np.full(len(texts), -1)
        for entry in found.assignments:
            theme = entry.theme_id
            while theme is not None and theme not in number:
                theme = parent.get(theme)
            if theme is not None:
                labels[row_of[entry.comment_id]] = number[theme]
        themes = [found.themes[place] for place in places]
        keywords = [list(theme.keywords) for theme in themes]
        names = [theme.name for theme in themes]
        topics.append(Topics(f"Verbatim, {layer}", labels, keywords, names, float((labels >= 0).mean()), seconds))
    return topics


def _bertopic(texts: list[str], vectors: np.ndarray) -> list[Topics]:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from bertopic import BERTopic

    began = time.perf_counter()
    model = BERTopic()
    labels = np.asarray(model.fit_transform(texts, vectors)[0])
    seconds = time.perf_counter() - began
    numbers = sorted(set(labels.tolist()) - {-1})
    keywords = [[word for word, _ in model.get_topic(number) if word] for number in numbers]
    names = [", ".join(words[:4]) for words in keywords]
    return [Topics("BERTopic", labels, keywords, names, float((labels >= 0).mean()), seconds)]


def _row(topics: Topics, texts: list[str], vectors: np.ndarray, encoder: KeptEncoder) -> str:
    words = [[word for word in keywords if " " not in word] for keywords in topics.keywords]
    counts = Cooccurrence.of(texts, topics.keywords)
    count = len(topics.keywords)
    sums = np.zeros((count, vectors.shape[1]))
    placed = topics.labels >= 0
    np.add.at(sums, topics.labels[placed], vectors[placed])
    centroids = (sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    fit = names_fit(encoder.encode(topics.names), centroids)
    npmi: Callable[[list[list[str]]], float] = lambda lists: float(  # noqa: E731
        np.mean([value for value in (counts.coherence(one, TOP_WORDS) for one in lists) if value is not None])
    )
    cells = (
        topics.method,
        str(count),
        f"{100 * topics.coverage:.1f} %",
        f"{npmi(topics.keywords):.3f}",
        f"{diversity(topics.keywords, TOP_WORDS) or 0:.3f}",
        f"{npmi(words):.3f}",
        f"{separation(centroids) or 0:.3f}",
        f"{100 * fit.mean():.1f} %",
        f"{topics.seconds:.0f}",
    )
    return " | ".join(cells)


if __name__ == "__main__":
    print(main())
