"""A theme model as files: ``model.json`` and ``vectors.safetensors`` in one folder, readable without Verbatim.

The JSON names the SHA-256 of the vectors beside it, so that a pair torn by a killed process is noticed.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from verbatim.domain import Theme
from verbatim.errors import EncoderError, NotFoundError, StorageError, StoreFullError
from verbatim.themes.model import NO_DETAIL

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from verbatim.protocols import Encoder
    from verbatim.themes.model import ThemeModel

FORMAT = "verbatim.themes/1"
JSON_FILE, VECTOR_FILE = "model.json", "vectors.safetensors"
REFIT = "run `verbatim mine` to fit the themes again"


@dataclass(frozen=True, slots=True)
class ThemeArtifact:
    """A loaded theme model: ``centroids`` (t, d), unit rows, belong to ``themes`` in order; "No detail" is all zero."""

    encoder_id: str
    themes: tuple[Theme, ...]
    centroids: NDArray[np.float32]
    next_number: int


@dataclass(frozen=True, slots=True)
class Matches:
    """What ``assign`` finds for n vectors: ids of themes, cosines, and leads over the runner-up."""

    theme_ids: tuple[str, ...]
    similarity: NDArray[np.float32]
    margin: NDArray[np.float32]


def save_artifact(folder: Path, model: ThemeModel) -> None:
    """Write ``model`` into ``folder``, made if missing; a model that is there is replaced.

    Raises:
        StoreFullError: no space, or the folder cannot be written to.
    """
    vectors = safetensors.numpy.save({"centroids": np.ascontiguousarray(model.centroids)})
    description = {
        "format": FORMAT,
        "encoder_id": model.encoder_id,
        "dimension": model.dimension,
        "next_number": model.next_number,
        "themes": [asdict(theme) for theme in model.themes],
        "vectors_sha256": hashlib.sha256(vectors).hexdigest(),
    }
    text = json.dumps(description, ensure_ascii=False, indent=1, sort_keys=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(folder / VECTOR_FILE, vectors)
        _replace(folder / JSON_FILE, text.encode())
    except OSError as error:
        raise StoreFullError(f"the theme model in {folder} cannot be written: {error.strerror}") from error


def load_artifact(folder: Path, encoder: Encoder | None = None) -> ThemeArtifact:
    """Read the theme model in ``folder``; with ``encoder``, check that its vectors can be compared with it.

    Raises:
        NotFoundError: there is no model.
        StorageError: it is damaged or of another format.
        EncoderError: it was made with another encoder or other dimensions.
    """
    try:
        description = json.loads((folder / JSON_FILE).read_bytes())
        vectors = (folder / VECTOR_FILE).read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no theme model in {folder}; {REFIT}") from error
    except (OSError, ValueError) as error:
        raise StorageError(f"the theme model in {folder} cannot be read: {error}; {REFIT}") from error
    artifact = _parse(description, vectors, folder)
    if encoder is not None:
        check_encoder(artifact, encoder)
    return artifact


def check_encoder(artifact: ThemeArtifact, encoder: Encoder) -> None:
    """Raise ``EncoderError`` unless ``encoder`` is the one whose vectors the themes were found in."""
    if artifact.encoder_id != encoder.id or artifact.centroids.shape[1] != encoder.dimension:
        raise EncoderError(
            f"the saved themes were made with {artifact.encoder_id} ({artifact.centroids.shape[1]} dimensions), "
            f"the encoder is {encoder.id} ({encoder.dimension}); {REFIT}, or set the setting 'model' back"
        )


def assign(artifact: ThemeArtifact, vectors: NDArray[np.float32]) -> Matches:
    """The theme of each of ``vectors`` (n, d), unit rows, by the nearest centre among themes without sub-themes.

    With a single theme the margin is the similarity.

    Raises:
        NotFoundError: the model has no themes besides "No detail".
    """
    parents = {theme.parent_id for theme in artifact.themes}
    rows = [row for row, theme in enumerate(artifact.themes) if theme.id not in parents and theme.id != NO_DETAIL]
    if not rows:
        raise NotFoundError(f"the model holds no themes to assign to; {REFIT}")
    cosines = vectors @ artifact.centroids[rows].T
    best = cosines.argmax(axis=1)
    similarity = cosines[np.arange(len(best)), best]
    runner_up = np.partition(cosines, -2, axis=1)[:, -2] if len(rows) > 1 else np.zeros_like(similarity)
    return Matches(tuple(artifact.themes[rows[place]].id for place in best), similarity, similarity - runner_up)


def _parse(description: object, vectors: bytes, folder: Path) -> ThemeArtifact:
    try:
        if not isinstance(description, dict) or description["format"] != FORMAT:
            raise StorageError(f"the theme model in {folder} is of another format than {FORMAT}; {REFIT}")
        if hashlib.sha256(vectors).hexdigest() != description["vectors_sha256"]:
            raise StorageError(f"the vectors in {folder} do not belong to its {JSON_FILE}; {REFIT}")
        themes = tuple(
            Theme(**{key: _frozen(value) for key, value in entry.items()}) for entry in description["themes"]
        )
        centroids = safetensors.numpy.load(vectors)["centroids"]
        if centroids.shape != (len(themes), description["dimension"]):
            raise StorageError(f"the theme model in {folder} has {centroids.shape} vectors; {REFIT}")
        return ThemeArtifact(description["encoder_id"], themes, centroids, int(description["next_number"]))
    except (KeyError, TypeError, ValueError, SafetensorError) as error:
        raise StorageError(f"the theme model in {folder} is damaged ({error}); {REFIT}") from error


def _frozen(value: Any) -> Any:  # noqa: ANN401 - a value of JSON
    return tuple(value) if isinstance(value, list) else value


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
