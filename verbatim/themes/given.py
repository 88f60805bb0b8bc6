"""Reads what is handed to ``ThemeMiner``: a list, a Series, an array or a frame of comments, as raw as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from verbatim.errors import EmptyError, InputError
from verbatim.text.clean import clean_text
from verbatim.text.language import detect_languages
from verbatim.text.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Comments = Iterable[str | None] | pd.Series[Any] | NDArray[Any] | pd.DataFrame

TEXT = "text"
KNOWN = ("id", TEXT, "occurred_at", "language", "rating", "account", "author")
"""The columns of a frame that are read."""


def read_comments(given: Comments, *, redact: bool = True, first: int = 0) -> pd.DataFrame:
    """One row a row of ``given``, in its order, as ``pipeline.mine`` takes it.

    ``given`` is a list, Series, array or one-column array of texts (``None`` and NaN are missing ones), or a frame with
    one column, or with the column ``text`` and, where known, ``id`` (distinct), ``occurred_at`` (taken for UTC without
    a zone), ``language``, ``rating``, ``account`` and ``author``; further columns are left out. Rows without an id are
    numbered from ``first`` on.

    Columns: ``id`` (text, distinct), ``label`` (what the caller knows the row by: its ``id``, else its place in the
    index), ``text`` (cleaned; redacted unless told otherwise; empty where nothing is left) and those given.

    Raises:
        EmptyError: there are no rows.
        InputError: not texts, no column ``text``, ids twice, or a moment or rating that cannot be read.
    """
    if isinstance(given, pd.DataFrame):
        rows = _of_frame(given)
    else:
        texts = given if isinstance(given, pd.Series) else pd.Series(_one_dimension(given), dtype=object)
        cells = pd.Series(texts.to_numpy(dtype=object), dtype=object)  # pandas' own texts hold no lone surrogates
        rows = pd.DataFrame({TEXT: cells, "label": texts.index.to_numpy()})
    if rows.empty:
        raise EmptyError("there are no comments; give at least one text")
    if "id" not in rows:
        rows["id"] = [f"{first + place:09d}" for place in range(len(rows))]
    rows[TEXT] = _ready(rows[TEXT], redact=redact)
    return rows


def _of_frame(given: pd.DataFrame) -> pd.DataFrame:
    if TEXT not in given and given.shape[1] == 1:
        given = given.set_axis([TEXT], axis=1)
    if TEXT not in given:
        known = ", ".join(map(str, given.columns[:8])) or "no columns"
        raise InputError(f"the frame has no column 'text' (it has {known}); rename the one that holds the comments")
    rows = given[[column for column in KNOWN if column in given]].reset_index(drop=True)
    if "id" in rows:
        _check_ids(rows["id"])
        rows["id"] = rows["id"].astype(str)
        rows["label"] = given["id"].to_numpy()
    else:
        rows["label"] = given.index.to_numpy()
    if "occurred_at" in rows:
        rows["occurred_at"] = _moments(rows["occurred_at"])
    if "rating" in rows:
        rows["rating"] = _ratings(rows["rating"])
    for column in ("language", "account", "author"):
        if column in rows:
            cells = [None if pd.isna(one) or one == "" else str(one) for one in rows[column]]
            rows[column] = pd.Series(cells, index=rows.index, dtype=object)
    return rows


def _check_ids(ids: pd.Series[Any]) -> None:
    if ids.isna().any():
        raise InputError(f"row {int(ids.isna().to_numpy().argmax())} has no id; fill the column 'id', or leave it out")
    twice = ids[ids.astype(str).duplicated()]
    if len(twice):
        raise InputError(f"the id {str(twice.iloc[0])!r} is there twice; ids must be distinct, or leave the column out")


def _moments(given: pd.Series[Any]) -> pd.Series[Any]:
    try:
        return pd.to_datetime(given, utc=True)
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError(f"the column 'occurred_at' cannot be read as moments: {error}") from error


def _ratings(given: pd.Series[Any]) -> pd.Series[Any]:
    try:
        return pd.to_numeric(given).astype(float)
    except (ValueError, TypeError) as error:
        raise InputError(f"the column 'rating' cannot be read as numbers: {error}") from error


def _one_dimension(given: Iterable[str | None] | NDArray[Any]) -> NDArray[np.object_]:
    if isinstance(given, (str, bytes)) or not hasattr(given, "__iter__"):
        raise InputError(f"expected a list, Series, array or frame of texts, got {type(given).__name__}")
    if isinstance(given, np.ndarray):
        if given.ndim == 2 and given.shape[1] == 1:
            given = given[:, 0]
        if given.ndim != 1:
            raise InputError(f"expected texts in one dimension, got an array of shape {given.shape}")
        return np.asarray(given, dtype=object)
    texts = list(given)
    cells = np.empty(len(texts), dtype=object)
    cells[:] = texts
    return cells


def _ready(texts: pd.Series[Any], *, redact: bool) -> list[str]:
    """Every text cleaned and redacted, each distinct one once; "" for a missing one."""
    redactor = Redactor()
    said = [_said(text, place) for place, text in enumerate(texts.tolist())]
    ready = {text: clean_text(text) for text in set(said)}
    if redact:
        ready = {text: redactor.redact(plain).text for text, plain in ready.items()}
    return [ready[text] for text in said]


def _said(text: object, place: int) -> str:
    if isinstance(text, str):
        return text
    if text is None or text is pd.NA or (isinstance(text, float) and text != text):
        return ""
    raise InputError(f"row {place} holds {text!r:.40} ({type(text).__name__}), not a text")


def with_languages(comments: pd.DataFrame) -> pd.DataFrame:
    """``comments`` with their language, detected where no column gives it."""
    if "language" in comments:
        return comments
    return comments.assign(language=pd.Series(detect_languages(comments["text"]), index=comments.index, dtype=object))
