"""Models out of their files, or out of the store where these are lost or of an older format; and into its rows."""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from verbatim.domain import Assignment, Theme
from verbatim.errors import NotFoundError, StorageError
from verbatim.storage import queries
from verbatim.storage.tables import theme as theme_table
from verbatim.themes.artifact import load_fitted, load_model
from verbatim.themes.model import NO_DETAIL, PlacedTexts, ThemeModel, text_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from verbatim.storage.store import Store

log = logging.getLogger(__name__)


def model_before(store: Store, model_id: str, folder: Path, *, edited: bool) -> ThemeModel:
    """The model ``model_id`` with people's edits, or (``edited`` is false) without, for the next one to carry on from.

    Where its files in ``folder`` cannot be read, the store still knows which comment was in which theme: enough for
    ids to go on.

    Raises:
        NotFoundError: the store does not have the model either.
    """
    read: Callable[[Path], ThemeModel] = load_model if edited else load_fitted
    try:
        return read(folder)
    except (NotFoundError, StorageError) as error:
        log.warning("themes are compared by their comments alone: %s", error)
        return model_of_rows(queries.themes(store, model_id), queries.assignments(store, model_id, by=()))


def model_of_rows(themes: pd.DataFrame, assignments: pd.DataFrame) -> ThemeModel:
    """A model without vectors, from the frames ``queries.themes`` and ``queries.assignments``.

    A text in several themes counts for the one that has most of its characters.
    """
    assigned = assignments.to_dict("records")
    read: dict[str, dict[str, float]] = {}  # text → theme → characters
    comments: dict[str, set[str]] = {}
    for row in assigned:
        if row["theme_id"] is not None and row["theme_id"] != NO_DETAIL:
            characters = read.setdefault(row["text"], {})
            characters[row["theme_id"]] = characters.get(row["theme_id"], 0.0) + len(_span(row))
            comments.setdefault(row["text"], set()).add(row["comment_id"])
    return ThemeModel(
        encoder_id="",  # its vectors are lost: no encoder has this id, so that its centres are compared with nothing
        themes=tuple(_theme(row) for row in themes.to_dict("records")),
        assignments=tuple(
            Assignment(
                row["comment_id"], row["theme_id"], row["similarity"], row["margin"], int(row["start"]), _end(row)
            )
            for row in assigned
        ),
        centroids=np.zeros((len(themes), 0), dtype=np.float32),
        next_number=1,
        quality={},
        texts=PlacedTexts.of(
            (text_key(text), max(sorted(themes), key=lambda theme: themes[theme]), len(comments[text]), False)
            for text, themes in read.items()
        ),
    )


@dataclass(frozen=True, slots=True)
class ModelRows:
    """A model as rows of the tables ``theme_model`` (one), ``theme``, ``assignment`` and ``theme_link``."""

    model: dict[str, Any]
    themes: list[dict[str, Any]]
    assignments: list[dict[str, Any]]
    links: list[dict[str, Any]]


def model_rows(
    model: ThemeModel, model_id: str, parameters: Mapping[str, object], *, comments: int, previous_id: str | None
) -> ModelRows:
    """The rows of ``model``, made just now of so many comments; it follows on ``previous_id``."""
    head: dict[str, Any] = {
        "id": model_id,
        "created_at": datetime.now(UTC),
        "encoder_id": model.encoder_id,
        "dimension": model.dimension,
        "comments": comments,
        "parameters": dict(parameters),
        "quality": dict(model.quality),
    }
    columns = {field.name for field in fields(Theme)} & set(theme_table.columns.keys())
    themes = [{name: _listed(getattr(theme, name)) for name in columns} for theme in model.themes]
    names = [field.name for field in fields(Assignment)]
    assignments = [{name: getattr(entry, name) for name in names} for entry in model.assignments]
    links = [
        {
            "previous_model_id": previous_id,
            "kind": link.kind.value,
            "old_id": link.old_id,
            "new_id": link.new_id,
            "evidence": dict(link.evidence),
        }
        for link in model.links
    ]
    return ModelRows(head, themes, assignments, links)


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _span(row: dict[Any, Any]) -> str:
    text: str = row["text"]
    return text[int(row["start"]) : _end(row)]


def _end(row: dict[Any, Any]) -> int | None:
    return None if pd.isna(row["end"]) else int(row["end"])


def _theme(row: dict[Any, Any]) -> Theme:
    known = {field.name for field in fields(Theme)}
    plain: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in row.items() if key in known
    }
    return Theme(**plain)
