"""A predictor as files in one folder, readable without Verbatim: JSON, LightGBM's text and safetensors; never a pickle.

- ``predictor.json``: everything that is not a number array, and the SHA-256 of the other files;
- ``arrays.safetensors``: coefficients, background rows, axes of meaning, contributions of past tickets;
- ``trees/…txt``: boosted trees in LightGBM's text format.

Loading reads and audits (format, hashes, that every part is there and fits) before anything is built.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from models.judging.evaluation import Evaluation
from models.learners.calibration import Calibration
from models.learners.coding import Coding
from models.learners.expectation import Expectation
from models.learners.fitting import Recipe, Tried
from models.learners.gate import Gate
from models.learners.logistic import Logistic
from models.learners.model import Member, Model
from models.learners.training import Known, Trained
from models.learners.trees import Trees, TreeShape
from models.predictor import Predictor
from models.tickets.meaning import Meaning
from verbatim.errors import NotFoundError, StorageError, StoreFullError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    Arrays = dict[str, NDArray[Any]]

FORMAT = "verbatim.predictor/1"
JSON_FILE, ARRAY_FILE, TREE_FOLDER = "predictor.json", "arrays.safetensors", "trees"
AGAIN = "train it again with `verbatim predictor train`"


def save_predictor(folder: Path, predictor: Predictor) -> str:
    """Write ``predictor`` into ``folder`` and give the SHA-256 of its description, which names those of all files.

    Raises:
        StoreFullError: no space, or the folder cannot be written to.
    """
    arrays: Arrays = {}
    files: dict[str, bytes] = {}
    description = _description(predictor, arrays, files)
    files[ARRAY_FILE] = safetensors.numpy.save(arrays)
    description["sha256"] = {name: _hash(content) for name, content in sorted(files.items())}
    text = json.dumps(description, ensure_ascii=False, indent=1, allow_nan=False).encode()
    try:
        (folder / TREE_FOLDER).mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        (folder / JSON_FILE).write_bytes(text)
    except OSError as error:
        raise StoreFullError(f"the predictor cannot be written to {folder}: {error.strerror}") from error
    return _hash(text)


def load_predictor(folder: Path, sha256: str | None = None) -> Predictor:
    """Read what `save_predictor` wrote; ``sha256`` is what it gave.

    Raises:
        NotFoundError: there is no predictor.
        StorageError: a file is missing, cut short, altered or of another format.
    """
    description, files = _audited(folder, sha256)
    try:
        arrays = safetensors.numpy.load(files[ARRAY_FILE])
        return _predictor(description, arrays, files)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, SafetensorError) as error:
        raise StorageError(
            f"the predictor in {folder} is damaged ({type(error).__name__}: {error}); {AGAIN}"
        ) from error


def _audited(folder: Path, sha256: str | None) -> tuple[dict[str, Any], dict[str, bytes]]:
    path = folder / JSON_FILE
    if not path.is_file():
        raise NotFoundError(f"there is no predictor in {folder}; {AGAIN}")
    text = path.read_bytes()
    if sha256 is not None and _hash(text) != sha256:
        raise StorageError(f"{path} is not what was registered (another SHA-256): it was cut short or altered; {AGAIN}")
    try:
        description = json.loads(text)
        found, hashes = description["format"], dict(description["sha256"])
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(f"{path} is cut short or not a predictor; {AGAIN}") from error
    if found != FORMAT:
        raise StorageError(f"{path} has the format {found!r}, this version reads {FORMAT!r}; {AGAIN}")
    files = {}
    for name, expected in hashes.items():
        part = folder / name
        if part.resolve().parent not in {folder.resolve(), (folder / TREE_FOLDER).resolve()} or not part.is_file():
            raise StorageError(f"{name!r} of the predictor in {folder} is missing; {AGAIN}")
        files[name] = part.read_bytes()
        if _hash(files[name]) != expected:
            raise StorageError(f"{part} was cut short or altered (another SHA-256); {AGAIN}")
    return description, files


def _description(predictor: Predictor, arrays: Arrays, files: dict[str, bytes]) -> dict[str, Any]:
    trained = predictor.trained
    arrays["known_contributions"] = np.ascontiguousarray(trained.known.contributions)
    arrays["known_score"] = np.ascontiguousarray(trained.known.score)
    meaning = None
    if predictor.meaning is not None:
        meaning, axes = predictor.meaning.state()
        arrays |= {f"meaning_{name}": np.ascontiguousarray(values) for name, values in axes.items()}
    return {
        "format": FORMAT,
        "metric": predictor.metric,
        "target": predictor.target,
        "scale": predictor.scale,
        "kind": predictor.kind,
        "features": list(predictor.features),
        "declared": dict(predictor.declared),
        "left_out": [list(pair) for pair in predictor.left_out],
        "text": list(predictor.text),
        "data_start": predictor.data_start.isoformat(),
        "data_end": predictor.data_end.isoformat(),
        "tickets": predictor.tickets,
        "snapshots": predictor.snapshots,
        "cases": predictor.cases,
        "settings": dict(predictor.settings),
        "libraries": dict(predictor.libraries),
        "created_at": predictor.created_at.isoformat(),
        "model": _of_model(trained.model, "model", arrays, files),
        "proof": _of_model(trained.proof, "proof", arrays, files),
        "recipe": asdict(trained.recipe),
        "held_from": trained.held_from,
        "base_rate": trained.base_rate,
        "evaluation": trained.evaluation.to_dict(),
        "gate": {"passed": trained.gate.passed, "reasons": list(trained.gate.reasons)},
        "bands": list(trained.bands),
        "reference": trained.reference,
        "usual": {queue: dict(medians) for queue, medians in trained.usual.items()},
        "known_tickets": list(trained.known.ticket),
        "importance": dict(trained.importance),
        "expectation": predictor.expectation.state() if predictor.expectation else None,
        "meaning": meaning,
    }


def _predictor(found: Mapping[str, Any], arrays: Arrays, files: Mapping[str, bytes]) -> Predictor:
    recipe = found["recipe"]
    known = Known(tuple(found["known_tickets"]), arrays["known_score"], arrays["known_contributions"])
    if not len(known.ticket) == len(known.score) == len(known.contributions):
        raise ValueError("past tickets, their scores and contributions are not equally many")
    trained = Trained(
        model=_model(found["model"], "model", arrays, files),
        proof=_model(found["proof"], "proof", arrays, files),
        recipe=Recipe(
            recipe["estimator"], float(recipe["penalty"]), TreeShape(**recipe["shape"]), int(recipe["rounds"]),
            tuple(Tried(**one) for one in recipe["tried"]),
        ),
        held_from=int(found["held_from"]),
        base_rate=float(found["base_rate"]),
        evaluation=Evaluation.from_dict(found["evaluation"]),
        gate=Gate(bool(found["gate"]["passed"]), tuple(found["gate"]["reasons"])),
        bands=(float(found["bands"][0]), float(found["bands"][1])),
        reference=found["reference"],
        usual=found["usual"],
        known=known,
        importance=found["importance"],
    )  # fmt: skip
    axes = {name.removeprefix("meaning_"): values for name, values in arrays.items() if name.startswith("meaning_")}
    return Predictor(
        metric=found["metric"], target=found["target"], scale=found["scale"], kind=found["kind"], trained=trained,
        features=tuple(found["features"]), declared=found["declared"],
        left_out=tuple((str(name), str(why)) for name, why in found["left_out"]),
        data_start=datetime.fromisoformat(found["data_start"]), data_end=datetime.fromisoformat(found["data_end"]),
        tickets=int(found["tickets"]), snapshots=int(found["snapshots"]), cases=int(found["cases"]),
        meaning=Meaning.of_state(found["meaning"], axes) if found["meaning"] else None,
        expectation=Expectation.of_state(found["expectation"]) if found["expectation"] else None,
        text=tuple(found["text"]), settings=found["settings"], libraries=found["libraries"],
        created_at=datetime.fromisoformat(found["created_at"]),
    )  # fmt: skip


def _of_model(model: Model, name: str, arrays: Arrays, files: dict[str, bytes]) -> dict[str, Any]:
    arrays[f"{name}_background"] = np.ascontiguousarray(model.background)
    arrays[f"{name}_effect"] = np.ascontiguousarray(model.effect)
    return {
        "coding": model.coding.state(),
        "calibration": model.calibration.state(),
        "shift_sd": model.shift_sd,
        "scale": [list(knot) for knot in model.scale],
        **{
            part: [_of_member(member, f"{name}-{part}-{place}", arrays, files) for place, member in enumerate(members)]
            for part, members in (("members", model.members), ("draws", model.draws))
        },
    }


def _of_member(member: Member, name: str, arrays: Arrays, files: dict[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = {"logistic": None, "trees": None}
    if member.logistic is not None:
        found["logistic"] = {"intercept": member.logistic.intercept}
        arrays[f"{name}-coefficients"] = np.ascontiguousarray(member.logistic.coefficients)
        arrays[f"{name}-usual"] = np.ascontiguousarray(member.logistic.usual)
    if member.trees is not None:
        found["trees"] = f"{TREE_FOLDER}/{name}.txt"
        files[found["trees"]] = member.trees.text().encode()
    return found


def _model(found: Mapping[str, Any], name: str, arrays: Arrays, files: Mapping[str, bytes]) -> Model:
    coding = Coding.of_state(found["coding"])
    members, draws = (
        tuple(
            _member(one, f"{name}-{part}-{place}", arrays, files, len(coding.owners()))
            for place, one in enumerate(found[part])
        )
        for part in ("members", "draws")
    )
    background, effect = arrays[f"{name}_background"], arrays[f"{name}_effect"]
    if background.shape[1] != len(coding.columns) or len(effect) != len(coding.columns) or not members or not draws:
        raise ValueError(f"the parts of its {name} do not fit together")
    return Model(
        coding=coding, members=members, draws=draws, calibration=Calibration.of_state(found["calibration"]),
        background=background, effect=effect, shift_sd=float(found["shift_sd"]),
        scale=tuple((float(p), float(score)) for p, score in found["scale"]),
    )  # fmt: skip


def _member(found: Mapping[str, Any], name: str, arrays: Arrays, files: Mapping[str, bytes], width: int) -> Member:
    logistic = trees = None
    if found["logistic"] is not None:
        logistic = Logistic(
            float(found["logistic"]["intercept"]), arrays[f"{name}-coefficients"], arrays[f"{name}-usual"]
        )
        if len(logistic.coefficients) != width:
            raise ValueError("coefficients do not fit the columns")
    if found["trees"] is not None:
        trees = Trees.of_text(files[found["trees"]].decode())
    return Member(logistic, trees)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
