"""A theme model as files in one folder, readable without Verbatim: JSON, safetensors and Parquet.

- ``model.json``: the themes, their links to those of the model before, and how all of it was made;
- ``vectors.safetensors``: ``centroids`` (t, d), in the order of the themes; ``prototypes`` (p, d) with ``owner`` (p,),
  the row of the theme each stands for; ``retired`` (r, d), the centres of themes that are gone;
- ``assignments.parquet``, ``themes.parquet`` and ``texts.parquet`` (see `verbatim.themes.tables`);
- ``fitted/``, where people edited the themes: the same files of the model before the edits, which the next mining
  carries on from.

The JSON names the SHA-256 of every file beside it, so that files torn by a killed process are noticed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from verbatim.domain import Theme
from verbatim.errors import EncoderError, NotFoundError, StorageError, StoreFullError
from verbatim.themes.model import LinkKind, RetiredTheme, ThemeLink, ThemeModel
from verbatim.themes.prototypes import ABSTAIN, Matches, ThemeArtifact, assign
from verbatim.themes.tables import (
    assignment_bytes,
    read_assignments,
    read_texts,
    text_bytes,
    theme_bytes,
)

if TYPE_CHECKING:
    from pathlib import Path

    from verbatim.protocols import Encoder

__all__ = [
    "FORMAT",
    "REFIT",
    "Matches",
    "ThemeArtifact",
    "assign",
    "check_encoder",
    "load_artifact",
    "load_fitted",
    "load_model",
    "save_artifact",
]

FORMAT = "verbatim.themes/2"
JSON_FILE, VECTOR_FILE = "model.json", "vectors.safetensors"
ASSIGNMENT_FILE, THEME_FILE, TEXT_FILE = "assignments.parquet", "themes.parquet", "texts.parquet"
FITTED_FOLDER = "fitted"
REFIT = "run `verbatim mine` to fit the themes again"


@dataclass(frozen=True, slots=True)
class _Read:
    """The description of a model, and the content of its files by name."""

    folder: Path
    description: dict[str, Any]
    files: dict[str, bytes]


def save_artifact(folder: Path, model: ThemeModel, *, fitted: ThemeModel | None = None) -> None:
    """Write ``model`` into ``folder``, made if missing; a model that is there is replaced.

    ``fitted`` is the model before people's edits, where it is another.

    Raises:
        StoreFullError: no space, or the folder cannot be written to.
    """
    inner = folder / FITTED_FOLDER
    if fitted is not None and fitted is not model:
        save_artifact(inner, fitted)
    artifact = ThemeArtifact.of(model)
    files = {
        VECTOR_FILE: _vector_bytes(model, artifact),
        ASSIGNMENT_FILE: assignment_bytes(model),
        THEME_FILE: theme_bytes(model, artifact),
        TEXT_FILE: text_bytes(model),
    }
    text = json.dumps(_description(model, artifact, files), ensure_ascii=False, indent=1)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            _replace(folder / name, content)
        _replace(folder / JSON_FILE, text.encode())
        if fitted is None or fitted is model:
            shutil.rmtree(inner, ignore_errors=True)
    except OSError as error:
        raise StoreFullError(f"the theme model in {folder} cannot be written: {error.strerror}") from error


def load_artifact(folder: Path, encoder: Encoder | None = None) -> ThemeArtifact:
    """Read what assigning needs of the model in ``folder``; with ``encoder``, check that its vectors can be compared.

    Raises:
        NotFoundError: there is no model.
        StorageError: it is damaged or of another format.
        EncoderError: it was made with another encoder or other dimensions.
    """
    read = _read(folder, (VECTOR_FILE,))
    try:
        artifact = _artifact(read)
    except (KeyError, TypeError, ValueError, SafetensorError) as error:
        raise StorageError(f"the theme model in {folder} is damaged ({error}); {REFIT}") from error
    if encoder is not None:
        check_encoder(artifact, encoder)
    return artifact


def load_model(folder: Path) -> ThemeModel:
    """Read the whole model in ``folder``, as it was saved.

    Raises:
        NotFoundError: there is no model.
        StorageError: it is damaged or of another format.
    """
    read = _read(folder, (VECTOR_FILE, ASSIGNMENT_FILE, TEXT_FILE))
    try:
        artifact = _artifact(read)
        vectors = safetensors.numpy.load(read.files[VECTOR_FILE])
        said = read.description
        owned = len(artifact.owner) and said["prototypes"]
        return ThemeModel(
            encoder_id=artifact.encoder_id,
            themes=artifact.themes,
            assignments=read_assignments(read.files[ASSIGNMENT_FILE]),
            centroids=artifact.centroids,
            next_number=artifact.next_number,
            quality=said["quality"],
            texts=read_texts(read.files[TEXT_FILE]) if said["remembers"] else None,
            retired=tuple(
                RetiredTheme(entry["id"], entry["name"], centroid)
                for entry, centroid in zip(said["retired"], vectors["retired"], strict=True)
            ),
            links=tuple(ThemeLink(**{**entry, "kind": LinkKind(entry["kind"])}) for entry in said["links"]),
            fitted=int(said["fitted"]),
            told=said["told"],
            prototypes=artifact.prototypes if owned else None,
            owners=tuple(artifact.themes[row].id for row in artifact.owner) if owned else (),
        )
    except (KeyError, TypeError, ValueError, IndexError, SafetensorError) as error:
        raise StorageError(f"the theme model in {folder} is damaged ({error}); {REFIT}") from error


def load_fitted(folder: Path) -> ThemeModel:
    """Read the model in ``folder`` as it was before people's edits. Raises what `load_model` raises."""
    inner = folder / FITTED_FOLDER
    return load_model(inner if inner.is_dir() else folder)


def check_encoder(artifact: ThemeArtifact, encoder: Encoder) -> None:
    """Raise ``EncoderError`` unless ``encoder`` is the one whose vectors the themes were found in."""
    if artifact.encoder_id != encoder.id or artifact.centroids.shape[1] != encoder.dimension:
        raise EncoderError(
            f"the saved themes were made with {artifact.encoder_id} ({artifact.centroids.shape[1]} dimensions), "
            f"the encoder is {encoder.id} ({encoder.dimension}); {REFIT}, or set the setting 'model' back"
        )


def _description(model: ThemeModel, artifact: ThemeArtifact, files: dict[str, bytes]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "encoder_id": model.encoder_id,
        "dimension": model.dimension,
        "next_number": model.next_number,
        "fitted": model.fitted,
        "told": model.told,
        "quality": dict(model.quality),
        "abstain": ABSTAIN,
        "themes": [
            {**asdict(theme), "least_similarity": round(float(least), 6)}
            for theme, least in zip(model.themes, artifact.least, strict=True)
        ],
        "prototypes": model.prototypes is not None,
        "remembers": model.texts is not None,
        "links": [asdict(link) for link in model.links],
        "retired": [{"id": theme.id, "name": theme.name} for theme in model.retired],
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }


def _vector_bytes(model: ThemeModel, artifact: ThemeArtifact) -> bytes:
    retired = [theme.centroid for theme in model.retired]
    written: bytes = safetensors.numpy.save(
        {
            "centroids": np.ascontiguousarray(model.centroids),
            "prototypes": np.ascontiguousarray(artifact.prototypes),
            "owner": np.ascontiguousarray(artifact.owner),
            "retired": np.stack(retired) if retired else np.zeros((0, model.dimension), np.float32),
        }
    )
    return written


def _read(folder: Path, names: tuple[str, ...]) -> _Read:
    try:
        description = json.loads((folder / JSON_FILE).read_bytes())
        if not isinstance(description, dict) or description.get("format") != FORMAT:
            raise StorageError(f"the theme model in {folder} is of another format than {FORMAT}; {REFIT}")
        files = {name: (folder / name).read_bytes() for name in names}
        for name, content in files.items():
            if hashlib.sha256(content).hexdigest() != description["sha256"][name]:
                raise StorageError(f"{name} in {folder} does not belong to the {JSON_FILE} beside it; {REFIT}")
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no theme model in {folder}; {REFIT}") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageError(f"the theme model in {folder} cannot be read: {error}; {REFIT}") from error
    return _Read(folder, description, files)


def _artifact(read: _Read) -> ThemeArtifact:
    said, vectors = read.description, safetensors.numpy.load(read.files[VECTOR_FILE])
    entries = [dict(entry) for entry in said["themes"]]
    least = np.asarray([entry.pop("least_similarity") for entry in entries], dtype=np.float64)
    themes = tuple(_theme(entry) for entry in entries)
    if vectors["centroids"].shape != (len(themes), said["dimension"]):
        shape = vectors["centroids"].shape
        raise StorageError(f"the theme model in {read.folder} has {shape} vectors for its themes; {REFIT}")
    return ThemeArtifact(
        said["encoder_id"],
        themes,
        vectors["centroids"],
        int(said["next_number"]),
        least,
        vectors["prototypes"],
        vectors["owner"],
    )


def _theme(entry: dict[str, Any]) -> Theme:
    plain: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    return Theme(**plain)


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
