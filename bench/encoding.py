"""Speed of encoding comments, and how far bfloat16 strays from fp32: why fp32 is what mining uses."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch
from sentence_transformers import SentenceTransformer

from bench.shared import shared_data
from verbatim.themes.encode import find_encoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILES = (("banking77", "text"), ("nhs_feedback", "feedback"))
COMMENTS = 2_000
BATCH = 32


def main() -> str:
    """The section of ``bench/RESULTS.md``."""
    lines = [
        "## Encoding",
        "",
        "| comments | mean length | what | comments/s | lowest cosine to fp32 |",
        "|---|---|---|---|---|",
    ]
    for name, column in FILES:
        path = shared_data() / f"{name}.csv.gz"
        if not path.exists():
            return f"## Encoding\n\nNot measured: {path} is missing.\n"
        texts = sorted(set(pd.read_csv(path)[column].dropna().astype(str)))[::3][:COMMENTS]
        lines += _measured(name, texts)
    return "\n".join([*lines, ""])


def _measured(name: str, texts: list[str]) -> list[str]:
    length = sum(map(len, texts)) / len(texts)
    head = f"| {name}, {len(texts):,} | {length:.0f} |"
    encoder = find_encoder()
    encoder.encode(texts[:BATCH])
    began = time.perf_counter()
    exact = encoder.encode(texts)
    rows = [f"{head} `verbatim.themes.encode`, fp32 | {len(texts) / (time.perf_counter() - began):,.0f} | 1 |"]
    model = SentenceTransformer(str(encoder.folder), device="cpu")
    for label, dtype in (
        ("sentence-transformers, fp32", torch.float32),
        ("sentence-transformers, bfloat16", torch.bfloat16),
    ):
        model = model.to(dtype)
        began = time.perf_counter()
        vectors = model.encode(texts, batch_size=BATCH, convert_to_tensor=True, show_progress_bar=False).float()
        seconds = time.perf_counter() - began
        lowest = _lowest_cosine(exact, np.asarray(vectors.numpy(), dtype=np.float32))
        rows.append(f"{head} {label} | {len(texts) / seconds:,.0f} | {lowest:.4f} |")
    return rows


def _lowest_cosine(exact: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    unit = other / np.linalg.norm(other, axis=1, keepdims=True)
    return float((exact * unit).sum(axis=1).min())


if __name__ == "__main__":
    print(main())
