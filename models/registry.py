"""Which predictors there are, which one is active, and the way back: rows of the store, and a folder a version.

The files of a version lie in ``predictors/<id>/`` of the home folder and are written before its row, so that a
killed process leaves no version without files; a folder without a row is harmless. Of each metric at most one
version is active; every change is kept as history, with who made it.
"""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from verbatim.errors import NotFoundError, StoreFullError, UserError
from verbatim.storage import queries
from verbatim.storage.predictions import add_predictor, set_predictor_status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pandas as pd

    from verbatim.settings import Settings
    from verbatim.storage.store import Store

FOLDER = "predictors"
SHORTEST_PREFIX = 4
LONGEST_SHOWN = 40
NEEDED = ("data_start", "data_end", "tickets", "snapshots", "cases")


@dataclass(frozen=True, slots=True)
class Registered:
    """One version of a predictor, as the store knows it; the columns are those of `queries.predictors`.

    ``proven`` says that the gate let it pass, whatever became of it; ``activated_at`` and ``retired_at`` are of the
    last time.
    """

    id: str
    metric: str
    number: int
    status: str
    proven: bool
    created_at: datetime
    target: str
    data_start: datetime
    data_end: datetime
    tickets: int
    snapshots: int
    cases: int
    sha256: str
    summary: Mapping[str, Any]
    activated_at: datetime | None = None
    retired_at: datetime | None = None

    @property
    def name(self) -> str:
        """How people call it: "csat-3"."""
        return f"{self.metric}-{self.number}"

    @property
    def active(self) -> bool:
        """Whether tickets are scored with it."""
        return self.status == "active"

    def folder(self, settings: Settings) -> Path:
        """Where its files lie."""
        return folder_of(settings, self.id)


def folder_of(settings: Settings, predictor_id: str) -> Path:
    """Where the files of a version lie; the folder need not exist."""
    return settings.home / FOLDER / predictor_id


def register(
    store: Store,
    settings: Settings,
    *,
    metric: str,
    target: str,
    manifest: Mapping[str, Any],
    status: Literal["refused", "ready"],
    person: str,
    save: Callable[[Path], str],
) -> Registered:
    """Keep a trained predictor as the next version of its metric: its files first, then its row.

    ``manifest`` has ``data_start`` and ``data_end`` (aware datetimes), ``tickets``, ``snapshots``, ``cases`` and, if
    wanted, ``created_at`` (else now) and ``summary`` (plain JSON; ``gate_reasons`` in it is a list of sentences);
    what else it has is not looked at. ``save`` writes the artifact into the folder it is given, which is there and
    empty, and gives the artifact's SHA-256. Where it raises, the folder goes again.

    Raises:
        ValueError: ``manifest`` lacks something.
        StoreFullError: the folder cannot be made.
    """
    missing = [name for name in NEEDED if manifest.get(name) is None]
    if missing:
        raise ValueError(f"the manifest of a predictor of {metric} lacks {', '.join(missing)}")
    predictor_id = uuid.uuid4().hex
    folder = folder_of(settings, predictor_id)
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise StoreFullError(f"{folder} cannot be made ({error.strerror}); no predictor was kept") from error
    row = {
        "id": predictor_id,
        "metric": metric,
        "status": status,
        "created_at": manifest.get("created_at") or datetime.now(UTC),
        "target": target,
        "summary": dict(manifest.get("summary") or {}),
        **{name: manifest[name] for name in NEEDED},
    }
    try:
        add_predictor(store, {**row, "sha256": save(folder)}, person=person)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return _of_id(store, metric, predictor_id)


def versions(store: Store, metric: str | None = None) -> list[Registered]:
    """Every version, of one metric or of all, by metric and number."""
    return [_registered(row) for row in queries.predictors(store, metric).to_dict("records")]


def resolve(store: Store, metric: str | None, which: str | None = None) -> Registered:
    """The version that is meant: "csat-3", "3", the beginning of an id, "latest", "active"; ``None`` is "active".

    Without ``metric`` it is sought among all; "latest" is the one with the highest number, also if it was refused.

    Raises:
        NotFoundError: there is none; the message has those there are.
        UserError: several are meant.
    """
    known = versions(store, metric)
    wanted = (which or "active").strip().casefold()
    found = _matching(known, wanted)
    if not found:
        raise NotFoundError(_not_found(known, metric, wanted))
    if len(found) > 1:
        names = ", ".join(each.name for each in found)
        raise UserError(f"{wanted!r} can be any of {names}; write one of these names")
    return found[0]


def activate(
    store: Store, version: Registered, *, person: str, force: bool = False, note: str | None = None
) -> Registered:
    """Score tickets with ``version`` from now on, and retire the one that did; gives it as it is now.

    Raises:
        NoSkillError: the gate refused it, and there is no ``force``.
        NotFoundError: it is not in the store.
    """
    now = datetime.now(UTC)
    set_predictor_status(store, version.id, "active", person=person, at=now, note=note, force=force)
    return _of_id(store, version.metric, version.id)


def retire(store: Store, version: Registered, *, person: str, note: str | None = None) -> Registered:
    """Score no more tickets with ``version``; gives it as it is now.

    Raises:
        NotFoundError: it is not in the store.
        UserError: it is not active.
    """
    if not version.active:
        raise UserError(f"{version.name} is not active but {version.status}; there is nothing to retire")
    set_predictor_status(store, version.id, "retired", person=person, at=datetime.now(UTC), note=note)
    return _of_id(store, version.metric, version.id)


def roll_back(store: Store, metric: str, *, person: str, note: str | None = None) -> Registered:
    """Make the version active again that was before the present one; again, the one before that.

    Where none is active, since the last one was retired, that one comes back.

    Raises:
        NotFoundError: there was none before.
        NoSkillError: that one was refused, and somebody forced it then; `activate` can again.
    """
    known = {each.id: each for each in versions(store, metric)}
    trail = _trail(queries.predictor_changes(store), known)
    if trail and known[trail[-1]].active:
        trail.pop()
    if not trail:
        raise NotFoundError(
            f"no predictor of {metric} was active before; `verbatim predictor list` shows those there are"
        )
    back = known[trail[-1]]
    now = datetime.now(UTC)
    set_predictor_status(store, back.id, "active", person=person, at=now, note=note, rolled_back=True)
    return _of_id(store, metric, back.id)


def _trail(changes: pd.DataFrame, known: Mapping[str, Registered]) -> list[str]:
    """The ids that were active, oldest first, without those that were gone back from."""
    trail: list[str] = []
    for predictor_id, kind in zip(changes["predictor_id"], changes["kind"], strict=True):
        if predictor_id not in known:
            continue
        if kind == "rolled_back":
            del trail[len(trail) - trail[::-1].index(predictor_id) :]
        elif kind == "activated" and trail[-1:] != [predictor_id]:
            trail.append(predictor_id)
    return trail


def _matching(known: list[Registered], wanted: str) -> list[Registered]:
    if wanted == "active":
        return [each for each in known if each.active]
    if wanted == "latest":
        highest = {each.metric: each for each in known}  # by number, so that the last one stays
        return list(highest.values())
    named = [each for each in known if wanted in (each.name, str(each.number), each.id)]
    if named or len(wanted) < SHORTEST_PREFIX:
        return named
    return [each for each in known if each.id.startswith(wanted)]


def _not_found(known: list[Registered], metric: str | None, wanted: str) -> str:
    whose = f" of {metric}" if metric else ""
    if not known:
        return f"there is no predictor{whose} yet; `verbatim predictor train {metric or 'csat'}` makes one"
    there = ", ".join(f"{each.name} ({each.status})" for each in known)
    if wanted == "active":
        return f"no predictor{whose} is active; there are {there}; `verbatim predictor activate` takes one into use"
    return f"there is no predictor {wanted[:LONGEST_SHOWN]!r}{whose}; there are {there}"


def _of_id(store: Store, metric: str, predictor_id: str) -> Registered:
    found = [each for each in versions(store, metric) if each.id == predictor_id]
    if not found:
        raise NotFoundError(f"there is no predictor {predictor_id!r} of {metric}")
    return found[0]


def _registered(row: Mapping[Any, Any]) -> Registered:
    """A row of `queries.predictors`, with plain Python values."""
    plain = {field.name: row[field.name] for field in fields(Registered)}
    for name in ("created_at", "data_start", "data_end", "activated_at", "retired_at"):
        plain[name] = None if row[name] != row[name] else row[name].to_pydatetime()  # NaT differs from itself
    for name in ("number", "tickets", "snapshots", "cases"):
        plain[name] = int(row[name])
    return Registered(**{**plain, "proven": bool(row["proven"])})
