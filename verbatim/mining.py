"""Mining with a store: reads the comments, finds their themes, and keeps what was found as the active model.

With an active model its themes grow by the comments that are new; they are fitted anew when that is asked for, when
the settings are others, or when `verbatim.identity.grouping` finds that they no longer fit. Ids go on either way.
"""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from verbatim.domain import Metric, stable_key
from verbatim.edits import Corpus, Edit, EditKind, replay
from verbatim.errors import EditConflictError, EmptyError, NotFoundError, StorageError
from verbatim.identity import links_between
from verbatim.identity.stored import model_before, model_rows
from verbatim.pipeline import mine
from verbatim.scores.segments import PROTECTED
from verbatim.storage import queries
from verbatim.themes.artifact import load_model, save_artifact
from verbatim.themes.cache import CachedEncoder
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.encode import find_encoder
from verbatim.themes.llm import find_namer, naming_summary
from verbatim.themes.model import LinkKind
from verbatim.themes.people import said_names
from verbatim.tone import learn_from_store, save_sentiment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    import pandas as pd

    from verbatim.edits import Conflict
    from verbatim.protocols import Encoder
    from verbatim.settings import Settings
    from verbatim.storage.store import Store
    from verbatim.themes.model import ThemeModel
    from verbatim.themes.readings import Progress
    from verbatim.tone import SentimentModel

log = logging.getLogger(__name__)

METHOD = "leiden-nats/4"  # part of a model's id: raise it when the same comments would give other themes
ATTEMPTS = 5  # to save a model while people edit
STEERING = ("method", "question", "themes", "seed", "llm_model")  # parameters that ask for a refit when they change


@dataclass(frozen=True, slots=True)
class MineResult:
    """What ``mine_store`` did. ``distinct`` counts different texts with detail.

    ``changed`` is false where the active model was of these very comments and stayed. ``conflicts`` are edits of
    people that cannot be true in the new model. ``naming`` is what a language model did, where one was asked.
    """

    model_id: str
    model: ThemeModel
    comments: int
    distinct: int
    changed: bool = True
    conflicts: tuple[Conflict, ...] = ()
    naming: str | None = None

    @property
    def summary(self) -> str:
        """One line for people."""
        top = [theme for theme in self.model.themes if theme.kind == "theme" and theme.parent_id is None]
        found = f"{self.comments:,} comments ({self.distinct:,} different ones with detail): {len(top)} themes"
        if not self.changed:
            return f"{found}; nothing new since they were mined"
        kinds = {kind: sum(link.kind is kind for link in self.model.links) for kind in LinkKind}
        links = ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count)
        return "; ".join(part for part in (found, self.model.told, links, self.naming) if part)


@dataclass(frozen=True, slots=True)
class Active:
    """The head of the active model: the sequence of the last edit that is in it, and what it was asked for."""

    id: str
    edited_through: int
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Task:
    """What is mined: ``comments``, as ``queries.comments`` gives them, with what ``parameters`` say."""

    comments: pd.DataFrame
    encoder: Encoder
    parameters: Mapping[str, object]
    active: Active | None

    @property
    def key(self) -> str:
        """What the comments, the encoder and the parameters depend on: with the active model's id, the model's id."""
        return str(self.parameters["comments"])


def mine_store(
    store: Store,
    settings: Settings,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    question: str | None = None,
    refit: bool = False,
    progress: Progress | None = None,
) -> MineResult:
    """Mine the comments of ``[start, end)`` (and of one ``question``) and keep the model as the active one.

    Mining the same comments with the same settings again changes nothing, unless ``refit`` asks for it. The files are
    written before the database points to them, so that a killed process leaves the old model active and whole.

    Raises:
        EmptyError: no comments match.
        EncoderError: no embedding model was found.
        SettingsError: a language model is named without its address.
        MissingExtraError: it is, and its package is not installed.
        EditConflictError: the themes were edited again and again meanwhile; mining again takes it in.
        StorageError: the database or the disk.
    """
    comments = queries.comments(store, start=start, end=end, question=question)
    if comments.empty:
        raise EmptyError(_nothing_to_mine(start, end, question))
    encoder = CachedEncoder(find_encoder(settings.model), settings.home / "cache" / "vectors")
    task = Task(comments, encoder, _parameters(comments, encoder, settings, (start, end, question)), _active(store))
    if not refit and (kept := _unchanged(store, settings, task)) is not None:
        return kept
    previous = None
    if task.active is not None:
        previous = model_before(store, task.active.id, model_folder(settings, task.active.id), edited=False)
    namer = find_namer(settings, encoder, hidden=said_names(list(comments["text"]), people(store)))
    learnt = cache(lambda: learn_from_store(store, encoder, seed=settings.seed, progress=progress))
    fitted = mine(
        comments,
        encoder=encoder,
        clusterer=LeidenClusterer(themes=settings.themes, seed=settings.seed),
        namer=namer,
        learn=learnt,
        previous=previous,
        refit=_why_refit(task, asked=refit),
        first_number=queries.next_theme_number(store),
        keep_names=task.active is None or task.active.parameters.get("llm_model") == settings.llm_model,
        progress=progress,
    )
    return replace(_keep_with_edits(store, settings, task, (fitted, learnt())), naming=naming_summary(namer))


def people(store: Store) -> set[str]:
    """The names of agents and of others whose names must not become themes."""
    found = set(queries.accounts(store)["owner"].dropna())
    for metric in Metric:
        for kind in sorted(PROTECTED.intersection(queries.segment_names(store, metric.value))):
            found |= set(queries.surveys(store, metric.value, by=[kind])[kind].dropna())
    return found


def model_folder(settings: Settings, model_id: str) -> Path:
    """Where the files of a theme model lie."""
    return settings.home / "themes" / model_id


def model_key(comments: pd.DataFrame, encoder_id: str, parameters: Mapping[str, object]) -> str:
    """A key of the comments, the encoder and the parameters, whatever the order of the rows."""
    said = comments.sort_values("id")
    texts = zip(said["id"].astype(str), said["text"].astype(str), said["informative"].astype(str), strict=True)
    return stable_key(
        encoder_id, json.dumps(dict(parameters), sort_keys=True), *(part for row in texts for part in row)
    )


def _parameters(
    comments: pd.DataFrame,
    encoder: Encoder,
    settings: Settings,
    limits: tuple[datetime | None, datetime | None, str | None],
) -> dict[str, object]:
    start, end, question = limits
    asked: dict[str, object] = {
        "method": METHOD,
        "start": start.isoformat() if start else None,
        "end": end.isoformat() if end else None,
        "question": question,
        "themes": settings.themes,
        "seed": settings.seed,
        "llm_model": settings.llm_model,
    }
    return {**asked, "comments": model_key(comments, encoder.id, asked)}


def _active(store: Store) -> Active | None:
    models = queries.theme_models(store)
    found = models[models["active"].astype(bool)].to_dict("records")
    return Active(found[0]["id"], int(found[0]["edited_through"]), found[0]["parameters"]) if found else None


def _unchanged(store: Store, settings: Settings, task: Task) -> MineResult | None:
    """The active model, if it is of these very comments and everything people did since is in it."""
    active = task.active
    if active is None or active.parameters.get("comments") != task.key:
        return None
    edits = _edits(store)
    if (edits[-1].sequence if edits else 0) != active.edited_through:
        return None
    try:
        model = load_model(model_folder(settings, active.id))
    except (NotFoundError, StorageError) as error:
        log.warning("the active themes are made anew: %s", error)
        return None
    return MineResult(active.id, model, len(task.comments), _distinct(task.comments), changed=False)


def _why_refit(task: Task, *, asked: bool) -> str | None:
    if asked:
        return "that was asked for"
    if task.active is None:
        return None
    was, now = task.active.parameters, task.parameters
    changed = [f"{name} {was.get(name)} → {now[name]}" for name in STEERING if was.get(name) != now[name]]
    return f"the settings are others ({', '.join(changed)})" if changed else None


def _keep_with_edits(
    store: Store, settings: Settings, task: Task, found: tuple[ThemeModel, SentimentModel]
) -> MineResult:
    """Save what was found; where somebody edits the themes meanwhile, once more, with that edit."""
    for _ in range(ATTEMPTS - 1):
        try:
            return _keep(store, settings, task, found)
        except EditConflictError as error:
            log.info("the edits are replayed once more: %s", error)
    return _keep(store, settings, task, found)


def _keep(store: Store, settings: Settings, task: Task, found: tuple[ThemeModel, SentimentModel]) -> MineResult:
    """Make the edits of people true in the themes that were found, and save them as the active model."""
    fitted, sentiment = found
    edits = _edits(store)
    texts = dict(zip(task.comments["id"], task.comments["text"], strict=True))
    replayed = replay(fitted, edits, Corpus.of(fitted.assignments, texts, task.encoder)) if edits else None
    model = fitted if replayed is None else replayed.model
    previous_id = None if task.active is None else task.active.id
    if previous_id is not None:
        shown = model_before(store, previous_id, model_folder(settings, previous_id), edited=True)
        model = replace(model, links=links_between(shown, model))
    model_id = task.key if previous_id is None else stable_key(task.key, previous_id)
    folder = model_folder(settings, model_id)
    save_artifact(folder, model, fitted=None if replayed is None else fitted)
    save_sentiment(folder, sentiment)
    rows = model_rows(model, model_id, task.parameters, comments=len(task.comments), previous_id=previous_id)
    head = {**rows.model, "edited_through": edits[-1].sequence if edits else 0}
    for old in store.save_theme_model(head, rows.themes, rows.assignments, rows.links):
        shutil.rmtree(model_folder(settings, old), ignore_errors=True)
    conflicts = () if replayed is None else replayed.conflicts
    return MineResult(model_id, model, len(task.comments), _distinct(task.comments), conflicts=conflicts)


def _edits(store: Store) -> list[Edit]:
    """What people did to the themes, in order."""
    return [
        Edit(
            row["id"], int(row["sequence"]), row["at"], row["person"], EditKind(row["kind"]), row["theme_id"],
            row["payload"],
        )
        for row in queries.edits(store).to_dict("records")
    ]  # fmt: skip


def _distinct(comments: pd.DataFrame) -> int:
    return int(comments.loc[comments["informative"].astype(bool), "text"].nunique())


def _nothing_to_mine(start: datetime | None, end: datetime | None, question: str | None) -> str:
    limits = [
        f"from {start:%Y-%m-%d}" if start else "",
        f"before {end:%Y-%m-%d}" if end else "",
        f"to the question {question!r}" if question else "",
    ]
    asked = " ".join(part for part in limits if part)
    hint = "choose other limits" if asked else "ingest a file with comments first: `verbatim ingest responses FILE`"
    return f"there are no comments {asked or 'in the store'} to mine; {hint}"
