"""A fitted ``ThemeMiner`` in one folder, readable without Verbatim: JSON, safetensors and Parquet.

- ``model.json``, ``vectors.safetensors``, ``themes.parquet``, ``assignments.parquet`` and ``texts.parquet``: the theme
  model (see `verbatim.themes.artifact`), ``fitted/`` the same before people's edits, where there are any;
- ``comments.parquet``: ``id``, ``label`` (what the caller knows it by), ``text`` (as it was mined) and what else is
  known of each comment, in the caller's order;
- ``miner.json``: the parameters, the edits, and the SHA-256 of ``comments.parquet``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from verbatim.errors import NotFoundError, StorageError, StoreFullError
from verbatim.themes.artifact import load_fitted, load_model, save_artifact

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from verbatim.themes.model import ThemeModel

FORMAT = "verbatim.miner/1"
MINER_FILE, COMMENT_FILE = "miner.json", "comments.parquet"


@dataclass(frozen=True, slots=True)
class SavedMiner:
    """What is saved: ``parameters`` and ``edits`` are JSON, ``fitted`` is ``model`` before the edits."""

    parameters: Mapping[str, Any]
    model: ThemeModel
    fitted: ThemeModel
    comments: pd.DataFrame
    edits: tuple[Mapping[str, Any], ...]


def save_miner(folder: Path, miner: SavedMiner) -> None:
    """Write ``miner`` into ``folder``, made if missing; what is there is replaced.

    Raises:
        StoreFullError: no space, or the folder cannot be written to.
    """
    save_artifact(folder, miner.model, fitted=None if miner.fitted is miner.model else miner.fitted)
    comments = _comment_bytes(miner.comments)
    description = {
        "format": FORMAT,
        "parameters": dict(miner.parameters),
        "edits": [dict(edit) for edit in miner.edits],
        "sha256": {COMMENT_FILE: hashlib.sha256(comments).hexdigest()},
    }
    try:
        (folder / COMMENT_FILE).write_bytes(comments)
        (folder / MINER_FILE).write_text(json.dumps(description, ensure_ascii=False, indent=1), encoding="utf-8")
    except OSError as error:
        raise StoreFullError(f"the miner in {folder} cannot be written: {error.strerror}") from error


def load_miner(folder: Path) -> SavedMiner:
    """Read what `save_miner` wrote.

    Raises:
        NotFoundError: there is no miner.
        StorageError: it is damaged or of another format.
    """
    try:
        description = json.loads((folder / MINER_FILE).read_bytes())
        content = (folder / COMMENT_FILE).read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no saved miner in {folder}; `ThemeMiner.save` writes one") from error
    except (OSError, ValueError) as error:
        raise StorageError(f"the miner in {folder} cannot be read: {error}") from error
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise StorageError(f"the miner in {folder} is of another format than {FORMAT}; fit and save it again")
    try:
        if hashlib.sha256(content).hexdigest() != description["sha256"][COMMENT_FILE]:
            raise StorageError(f"{COMMENT_FILE} in {folder} does not belong to the {MINER_FILE} beside it")
        comments = pd.read_parquet(BytesIO(content))
        edits = tuple(description["edits"])
        model = load_model(folder)
        fitted = load_fitted(folder) if edits else model
        return SavedMiner(description["parameters"], model, fitted, _with_none(comments), edits)
    except (KeyError, TypeError, ValueError, pa.ArrowException) as error:
        raise StorageError(f"the miner in {folder} is damaged: {error}") from error


def _comment_bytes(comments: pd.DataFrame) -> bytes:
    """As Parquet; labels of several types are written as text."""
    sink = BytesIO()
    try:
        comments.to_parquet(sink, index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        sink = BytesIO()
        plain = comments.copy()
        plain["label"] = plain["label"].map(str)
        plain.to_parquet(sink, index=False)
    return sink.getvalue()


def _with_none(comments: pd.DataFrame) -> pd.DataFrame:
    """``comments`` with ``None`` where a text column holds nothing."""
    kept = comments.copy()
    for column in kept.columns.difference(["label", "rating", "occurred_at"]):
        cells = [one if isinstance(one, str) else None for one in kept[column]]
        kept[column] = pd.Series(cells, index=kept.index, dtype=object)
    return kept
