"""Speed and memory: from vectors to named themes, beside ``BERTopic.fit`` on the same texts and vectors.

Each run is a process of its own, so that its peak of memory is its own; numba's code is compiled (or read from its
cache) on a small set before the clock starts. ``python -m bench.speed`` runs all; vectors are read or made first.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bench.encoder import KeptEncoder
from bench.shared import shared_data
from verbatim.themes.cluster import MOST_GROUPED, canonical_rows
from verbatim.themes.readings import Readings

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from verbatim.protocols import SecondReading

SIZES = (10_000, 30_000, 100_000)
WARM = 600


def main() -> str:
    """The section of ``bench/RESULTS.md``."""
    if not shared_data().is_dir():
        return f"## Speed of themes\n\nNot measured: {shared_data()} is missing.\n"
    lines = [
        "## Speed of themes",
        "",
        "Film sentences, from vectors to named themes: grouping, tree, names, keywords and quotes (what `mine` does "
        "between encoding and assigning; names are encoded anew). `BERTopic.fit` has its defaults, the same texts and "
        "vectors, and numba is warm. Both readings of our encoder are there before the clock starts. Memory: the peak "
        "of the process, and its growth over what it had after 600 sentences.",
        "",
        "| sentences | Verbatim s | groups | peak MB (growth) | BERTopic s | topics | outliers | peak MB (growth) "
        "| times faster |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            _write(Path(folder), size)
            ours, theirs = (_run(method, folder) for method in ("verbatim", "bertopic"))
            lines.append(
                f"| {size:,} | {ours['seconds']:.1f} | {ours['groups']} | {ours['peak']:,.0f} ({ours['memory']:,.0f}) "
                f"| {theirs['seconds']:.1f} | {theirs['groups']} | {100 * theirs['outside']:.0f} % "
                f"| {theirs['peak']:,.0f} ({theirs['memory']:,.0f}) | {theirs['seconds'] / ours['seconds']:.1f} |"
            )
    return "\n".join([*lines, ""])


def _write(folder: Path, size: int) -> None:
    """Put ``size`` distinct sentences and their vectors where a process of its own reads them."""
    sentences = pd.read_csv(shared_data() / "sentences_300k.csv.gz")["sentence"].dropna().astype(str)
    texts = sorted(sentences.drop_duplicates().head(size))
    readings = Readings(texts, KeptEncoder(), lambda *_: None)
    np.save(folder / "vectors.npy", readings.vectors)
    rows = canonical_rows(readings.vectors)[0][:MOST_GROUPED]
    np.savez(folder / "second.npz", rows=rows, stressed=readings.second(rows))
    (folder / "texts.json").write_text(json.dumps(texts))


def _run(method: str, folder: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.speed", method, folder]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _measure(method: str, folder: Path) -> dict[str, Any]:
    vectors, texts = np.load(folder / "vectors.npy"), json.loads((folder / "texts.json").read_text())
    step: Callable[..., NDArray[np.int64]] = _bertopic
    if method == "verbatim":
        with np.load(folder / "second.npz") as kept:
            place = {row: at for at, row in enumerate(kept["rows"].tolist())}
            stressed = kept["stressed"]
        step = partial(_verbatim, second=lambda rows: stressed[[place.get(row, 0) for row in rows.tolist()]])
    step(texts[:WARM], vectors[:WARM])
    before = _peak()
    began = time.perf_counter()
    labels = step(texts, vectors)
    seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "groups": len(np.unique(labels[labels >= 0])),
        "outside": float((labels < 0).mean()),
        "memory": _peak() - before,
        "peak": _peak(),
    }


def _verbatim(texts: list[str], vectors: NDArray[np.float32], second: SecondReading) -> NDArray[np.int64]:
    from verbatim.themes.cluster import LeidenClusterer
    from verbatim.themes.describe import Documents, describe
    from verbatim.themes.encode import find_encoder
    from verbatim.themes.name import PhraseNamer

    counts = np.ones(len(texts), dtype=np.int64)
    documents = Documents(tuple(texts), counts, tuple(map(str, range(len(texts)))))
    tree = LeidenClusterer().fit(vectors, texts, second)
    describe(tree, documents, vectors, namer=PhraseNamer(find_encoder()))
    return tree.layers[0]


def _bertopic(texts: list[str], vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    from bertopic import BERTopic

    return np.asarray(BERTopic(verbose=False).fit(texts, vectors).topics_, dtype=np.int64)


def _peak() -> float:
    """The most memory this process has had, in MB; ``getrusage`` would count what its parent had when it forked."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(_measure(sys.argv[1], Path(sys.argv[2]))))
    else:
        print(main())
