"""Sentiment from a store: its comments with the ratings beside them teach, its assignments are scored."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from verbatim.domain import Metric
from verbatim.storage import queries
from verbatim.tone.ratings import RatedComments, rating_targets
from verbatim.tone.sentiment import find_sentiment

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd
    from numpy.typing import NDArray

    from verbatim.protocols import Encoder
    from verbatim.storage.store import Store
    from verbatim.tone.sentiment import SentimentModel

CHUNK_ROWS = 2_048
Progress = Callable[[str, int, int], None]
"""Called with the name of a step, how much of it is done, and how much there is."""


def learn_from_store(
    store: Store, encoder: Encoder, *, seed: int = 0, progress: Progress | None = None
) -> SentimentModel:
    """The best sentiment model for the comments of ``store``: their ratings teach where there are enough.

    Encodes the rated comments, so give it a ``CachedEncoder``.
    """
    frame = rated_comments(store)
    told = frame[frame["rating"].notna()]
    texts = [str(text) for text in told["text"]]
    rated = RatedComments(
        texts,
        encode_all(texts, encoder, progress),
        told["rating"].to_numpy(dtype=float),
        [value if isinstance(value, str) else None for value in told["language"]],
        [value if isinstance(value, str) else None for value in told["account_id"]],
    )
    return find_sentiment(encoder, rated, seed=seed)


def rated_comments(store: Store, *, start: datetime | None = None, end: datetime | None = None) -> pd.DataFrame:
    """Every comment of ``[start, end)`` with the mean target of the ratings in its submission.

    Columns: ``id``, ``text``, ``language``, ``question``, ``account_id``, ``rating`` (0 … 1, NaN: none).
    """
    comments = queries.comments(store, start=start, end=end)
    beside = comments[["submission_id"]].copy()
    for metric in Metric:
        answers = queries.answers(store, metric.value, by=[]).dropna(subset=["value", "submission_id"])
        latest = answers.drop_duplicates("submission_id", keep="last").set_index("submission_id")
        beside[metric.value] = comments["submission_id"].map(latest["value"].to_dict()).astype(float)
        beside[f"{metric.value}_scale"] = comments["submission_id"].map(latest["scale"].to_dict())
    columns = ["id", "text", "language", "question", "account_id"]
    return comments[columns].assign(rating=rating_targets(beside))


def encode_all(texts: list[str], encoder: Encoder, progress: Progress | None = None) -> NDArray[np.float32]:
    """Vectors of ``texts``, shape ``(n, d)``, in chunks that ``progress`` is told of."""
    vectors = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
    for at in range(0, len(texts), CHUNK_ROWS):
        if progress is not None:
            progress("Encoding", at, len(texts))
        vectors[at : at + CHUNK_ROWS] = encoder.encode(texts[at : at + CHUNK_ROWS])
    if progress is not None:
        progress("Encoding", len(texts), len(texts))
    return vectors
