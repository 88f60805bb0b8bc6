"""A guided model as files: ``guided.json`` and ``guided.safetensors`` in one folder, readable without Verbatim."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from verbatim.errors import InputError, NotFoundError, StorageError, StoreFullError
from verbatim.guided.anchors import Anchors
from verbatim.guided.learn import Correction
from verbatim.guided.match import GuidedModel
from verbatim.guided.taxonomy import TaxonomyEntry, make_taxonomy

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = "verbatim.guided/1"
JSON_FILE, VECTOR_FILE = "guided.json", "guided.safetensors"
REFIT = "fit the guided model again from its taxonomy"


def save_guided(model: GuidedModel, folder: Path) -> None:
    """Write ``model`` into ``folder``, made if missing; one that is there is replaced. The same model, the same bytes.

    Raises:
        StoreFullError: no space, or the folder cannot be written to.
    """
    arrays = {
        "anchors": model.anchors.vectors,
        "anchor_theme": model.anchors.theme,
        "texts_centre": model.anchors.texts_centre,
        "anchors_centre": model.anchors.anchors_centre,
        "weights": model.correction.weights,
        "bias": model.correction.bias,
        "thresholds": model.thresholds,
    }
    vectors = safetensors.numpy.save({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    described = {
        "format": FORMAT,
        "encoder_id": model.encoder_id,
        "language": model.language,
        "floor": model.floor,
        "guessed": model.guessed,
        "taxonomy": [asdict(entry) for entry in model.taxonomy.entries],
        "vectors_sha256": hashlib.sha256(vectors).hexdigest(),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(folder / VECTOR_FILE, vectors)
        _replace(folder / JSON_FILE, json.dumps(described, ensure_ascii=False, indent=2, allow_nan=False).encode())
    except OSError as error:
        raise StoreFullError(f"the guided model in {folder} cannot be written: {error.strerror}") from error


def load_guided(folder: Path) -> GuidedModel:
    """Read the model in ``folder``.

    Raises:
        NotFoundError: there is none.
        StorageError: it is damaged or of another format.
    """
    try:
        described = json.loads((folder / JSON_FILE).read_bytes())
        vectors = (folder / VECTOR_FILE).read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no guided model in {folder}; {REFIT}") from error
    except (OSError, ValueError) as error:
        raise StorageError(f"the guided model in {folder} cannot be read: {error}; {REFIT}") from error
    try:
        return _parse(described, vectors, folder)
    except (KeyError, TypeError, ValueError, AttributeError, SafetensorError, InputError) as error:
        raise StorageError(f"the guided model in {folder} is damaged ({error}); {REFIT}") from error


def _parse(described: dict[str, object], vectors: bytes, folder: Path) -> GuidedModel:
    if described["format"] != FORMAT:
        raise StorageError(f"the guided model in {folder} is of another format than {FORMAT}; {REFIT}")
    if hashlib.sha256(vectors).hexdigest() != described["vectors_sha256"]:
        raise StorageError(f"the vectors in {folder} do not belong to its {JSON_FILE}; {REFIT}")
    listed = described["taxonomy"]
    if not isinstance(listed, list):
        raise StorageError(f"the guided model in {folder} has no taxonomy; {REFIT}")
    taxonomy = make_taxonomy([TaxonomyEntry(**{**entry, "examples": tuple(entry["examples"])}) for entry in listed])
    arrays = safetensors.numpy.load(vectors)
    themes, dimension = arrays["weights"].shape
    if themes != len(taxonomy.targets) or arrays["anchors"].shape[1] != dimension:
        raise StorageError(f"the guided model in {folder} has vectors of other themes; {REFIT}")
    anchors = Anchors(arrays["anchors"], arrays["anchor_theme"], arrays["texts_centre"], arrays["anchors_centre"])
    return GuidedModel(
        taxonomy,
        str(described["encoder_id"]),
        anchors,
        Correction(arrays["weights"], arrays["bias"]),
        arrays["thresholds"],
        float(str(described["floor"])),
        str(described["language"]),
        bool(described["guessed"]),
    )


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
