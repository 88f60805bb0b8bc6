"""Themes: agreement with human labels, speed, and a print-out to read with one's own eyes.

``python -m bench.themes`` gives the tables; ``python -m bench.themes --show FILE --column TEXT`` prints themes.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from bench.shared import shared_data
from verbatim.pipeline import encode, mine
from verbatim.themes.cache import CachedEncoder
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.encode import find_encoder
from verbatim.themes.name import PhraseNamer

CACHE = Path(tempfile.gettempdir()) / "verbatim-bench-vectors"
LABELLED = {"banking77": "category", "clinc150": "intent", "hwu64": "label"}
SEEDS = range(5)
SENTENCES = 30_000


def main() -> str:
    """The section of ``bench/RESULTS.md``."""
    if not shared_data().is_dir():
        return f"## Themes\n\nNot measured: {shared_data()} is missing.\n"
    encoder = CachedEncoder(find_encoder(), CACHE)
    lines = ["## Themes", "", *_agreement(encoder), "", *_speed(encoder), ""]
    return "\n".join(lines)


def show(file: Path, column: str, themes: int | None, model: CachedEncoder | None = None) -> None:
    """Print the themes of a column of texts, for reading."""
    encoder = model or CachedEncoder(find_encoder(), CACHE)
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


def _agreement(encoder: CachedEncoder) -> list[str]:
    lines = [
        "Agreement with human labels on MiniLM vectors, every comment placed, no number of groups given "
        f"(mean of seeds {SEEDS[0]}–{SEEDS[-1]}, ± half the range). Comments are assigned to the fine layer.",
        "",
        "| data | labels | layer | groups | NMI | ARI | seconds |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, column in LABELLED.items():
        frame = pd.read_csv(shared_data() / f"{name}.csv.gz").dropna(subset=["text", column])
        texts = frame["text"].astype(str).str.strip()
        distinct = sorted(set(texts))
        vectors = encode(distinct, encoder, lambda *_: None)
        rows = pd.Series(np.arange(len(distinct)), index=distinct)[texts].to_numpy()
        runs: dict[int, list[tuple[float, ...]]] = {0: [], 1: []}
        for seed in SEEDS:
            began = time.perf_counter()
            tree = LeidenClusterer(seed=seed).fit(vectors)
            seconds = time.perf_counter() - began
            for depth, labels in enumerate(tree.layers):
                placed = labels[rows]
                agreed = (
                    normalized_mutual_info_score(frame[column], placed),
                    adjusted_rand_score(frame[column], placed),
                )
                runs[depth].append((len(np.unique(placed)), *agreed, seconds))
        for depth, layer in enumerate(("fine", "top")):
            groups, nmi, ari, seconds = zip(*runs[depth], strict=True)
            lines.append(
                f"| {name} | {frame[column].nunique()} | {layer} | {np.mean(groups):.0f} | {_spread(nmi)} "
                f"| {_spread(ari)} | {np.median(seconds):.1f} |"
            )
    return lines


def _spread(values: Any) -> str:
    return f"{np.mean(values):.3f} ± {np.ptp(values) / 2:.3f}"


def _speed(encoder: CachedEncoder) -> list[str]:
    sentences = pd.read_csv(shared_data() / "sentences_300k.csv.gz")["sentence"].dropna().astype(str).head(SENTENCES)
    distinct = sorted(set(sentences))
    began = time.perf_counter()
    vectors = encode(distinct, encoder, lambda *_: None)
    encoding = time.perf_counter() - began
    began = time.perf_counter()
    tree = LeidenClusterer().fit(vectors)
    grouping = time.perf_counter() - began
    frame = pd.DataFrame({"id": [f"{row:06d}" for row in range(len(distinct))], "text": distinct}).assign(
        informative=True, language="xx"
    )
    began = time.perf_counter()
    found = mine(frame, encoder=encoder, clusterer=LeidenClusterer(), namer=PhraseNamer(encoder))
    whole = time.perf_counter() - began
    groups = [int(labels.max()) + 1 for labels in tree.layers]
    return [
        f"Speed on {len(distinct):,} film sentences: reading or making vectors {encoding:.1f} s; grouping "
        f"{grouping:.1f} s ({groups[0]} fine groups, {groups[1]} at the top); `mine` from cached vectors to "
        f"{len(found.themes)} named themes with quotes {whole:.1f} s.",
    ]


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
