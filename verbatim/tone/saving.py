"""A sentiment model as files: ``sentiment.json`` and ``sentiment.safetensors``, readable without Verbatim.

The JSON names the SHA-256 of the weights beside it, so that a pair torn by a killed process is noticed.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from verbatim.errors import EncoderError, NotFoundError, StorageError, StoreFullError
from verbatim.tone.gate import Calibration, GateReport, Skill
from verbatim.tone.own import WORD_COLUMNS, OwnRatings
from verbatim.tone.sentiment import SentimentModel
from verbatim.tone.signs import SIGNS
from verbatim.tone.written import HEADS, Written

if TYPE_CHECKING:
    from pathlib import Path

    from verbatim.protocols import Encoder

FORMAT = "verbatim.sentiment/1"
JSON_FILE, WEIGHT_FILE = "sentiment.json", "sentiment.safetensors"
AGAIN = "run `verbatim mine` to learn it again"


def save_sentiment(folder: Path, model: SentimentModel) -> None:
    """Write ``model`` into ``folder``, made if missing; a model that is there is replaced.

    Raises:
        StoreFullError: no space, or the folder cannot be written to.
    """
    arrays = {"written_weights": model.written.weights, "written_intercepts": model.written.intercepts}
    if model.own is not None:
        arrays["own_weights"] = model.own.weights
    weights = safetensors.numpy.save({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    description = {
        "format": FORMAT,
        "encoder_id": model.written.encoder_id,
        "heads": HEADS,
        "signs": SIGNS,
        "languages": model.written.languages,
        "own": None
        if model.own is None
        else {
            "intercept": model.own.intercept,
            "strength": model.own.strength,
            "share": model.own.share,
            "slope": model.own.slope,
        },
        "calibration": None if model.calibration is None else asdict(model.calibration),
        "report": asdict(model.report),
        "weights_sha256": hashlib.sha256(weights).hexdigest(),
    }
    text = json.dumps(description, ensure_ascii=False, indent=1, sort_keys=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(folder / WEIGHT_FILE, weights)
        _replace(folder / JSON_FILE, text.encode())
    except OSError as error:
        raise StoreFullError(f"the sentiment model in {folder} cannot be written: {error.strerror}") from error


def load_sentiment(folder: Path, encoder: Encoder | None = None) -> SentimentModel:
    """Read the model in ``folder``; with ``encoder``, check that its vectors are those it was learned on.

    Raises:
        NotFoundError: there is no model.
        StorageError: it is damaged or of another format.
        EncoderError: it was learned with another encoder.
    """
    try:
        description = json.loads((folder / JSON_FILE).read_bytes())
        weights = (folder / WEIGHT_FILE).read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no sentiment model in {folder}; {AGAIN}") from error
    except (OSError, ValueError) as error:
        raise StorageError(f"the sentiment model in {folder} cannot be read: {error}; {AGAIN}") from error
    model = _parse(description, weights, folder)
    if encoder is not None and (model.written.encoder_id, model.written.dimension) != (encoder.id, encoder.dimension):
        raise EncoderError(
            f"the sentiment model in {folder} was learned with {model.written.encoder_id} "
            f"({model.written.dimension} dimensions), the encoder is {encoder.id} ({encoder.dimension}); {AGAIN}"
        )
    return model


def _parse(description: dict[str, Any], weights: bytes, folder: Path) -> SentimentModel:
    try:
        if description["format"] != FORMAT or (tuple(description["heads"]), tuple(description["signs"])) != (
            HEADS,
            SIGNS,
        ):
            raise StorageError(f"the sentiment model in {folder} is of another format than {FORMAT}; {AGAIN}")
        if hashlib.sha256(weights).hexdigest() != description["weights_sha256"]:
            raise StorageError(f"the weights in {folder} do not belong to its {JSON_FILE}; {AGAIN}")
        arrays = safetensors.numpy.load(weights)
        written = Written(
            str(description["encoder_id"]),
            arrays["written_weights"],
            arrays["written_intercepts"],
            tuple(description["languages"]),
        )
        own, calibration = description["own"], description["calibration"]
        model = SentimentModel(
            written,
            None if own is None else OwnRatings(arrays["own_weights"], **own),
            None if calibration is None else Calibration(**calibration),
            _report(description["report"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, SafetensorError) as error:
        raise StorageError(f"the sentiment model in {folder} is damaged ({error}); {AGAIN}") from error
    expected = (written.dimension + 1 + WORD_COLUMNS,)
    if written.intercepts.shape != (len(HEADS),) or (model.own is not None and model.own.weights.shape != expected):
        raise StorageError(f"the sentiment model in {folder} has weights of other shapes than it says; {AGAIN}")
    return model


def _report(entry: dict[str, Any]) -> GateReport:
    skills, lead = entry["skills"], entry["lead"]
    return GateReport(
        **{
            **entry,
            "skills": None if skills is None else {name: Skill(**skill) for name, skill in skills.items()},
            "lead": None if lead is None else Skill(**lead),
            "languages": tuple(entry["languages"]),
        }
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
