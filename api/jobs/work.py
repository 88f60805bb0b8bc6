"""What jobs do, kind by kind. Each can be killed anywhere and done again: what was done then is found, not repeated.

`api.jobs.uploads`, `reporting` and `exports` have those that write or read files.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from api.jobs.kinds import Nothing
from verbatim.domain import Metric, local_midnight
from verbatim.errors import EmptyError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.jobs.context import JobContext
    from api.jobs.kinds import Mine, ScoreOpen, Train
    from models.registry import Registered


def mine(context: JobContext, told: Mine) -> Mapping[str, Any]:
    """Find the themes; with a model of these very comments it changes nothing."""
    from verbatim.mining import mine_store

    settings = context.settings.model_copy(update={"themes": told.themes}) if told.themes else context.settings
    tz, again = settings.timezone, _mined_since(context)
    found = mine_store(
        context.store,
        settings,
        start=None if told.start is None else local_midnight(told.start, tz),
        end=None if told.end is None else local_midnight(told.end, tz),
        question=told.question,
        refit=told.refit and not again,
        progress=context.step,
    )
    for conflict in found.conflicts:
        context.log(f"an edit of the themes cannot be kept: {conflict.edit_id}")
    themes = [theme for theme in found.model.themes if theme.kind == "theme"]
    if found.changed or again:
        _tell_of_themes(context, found.model_id, [theme.id for theme in themes])
    return {
        "model_id": found.model_id, "changed": found.changed, "comments": found.comments, "distinct": found.distinct,
        "themes": len(themes), "conflicts": len(found.conflicts), "summary": found.summary,
    }  # fmt: skip


def train(context: JobContext, told: Train) -> Mapping[str, Any]:
    """Train a predictor. One that an attempt before this one registered, just before it died, is taken."""
    from models import registry
    from models.learning import learn

    version = _trained_since(context, told)
    if version is None:
        metric = Metric(told.metric)
        version = learn(
            context.store, context.settings, metric, target=told.target, person=context.job.person, step=context.step
        ).registered
    if told.activate and version.status == "ready":
        version = registry.activate(context.store, version, person=context.job.person)
    context.log(f"{version.name} is {version.status}")
    return {
        "id": version.id, "name": version.name, "status": version.status, "target": version.target,
        "tickets": version.tickets, "cases": version.cases, "summary": dict(version.summary),
    }  # fmt: skip


def score_open(context: JobContext, told: ScoreOpen) -> Mapping[str, Any]:
    """Score the open tickets with the active predictor, and keep the predictions."""
    from models.artifact import load_predictor
    from models.registry import resolve
    from models.scoring import keep
    from models.scoring import score_open as score

    version = resolve(context.store, told.metric)
    context.step("Reading tickets", 0, 2)
    predictor = load_predictor(version.folder(context.settings), version.sha256)
    try:
        scored = score(context.store, context.settings, predictor)
    except EmptyError as error:
        context.log(str(error))
        return {"predictor": version.name, "at": None, "tickets": 0, "bands": {}}
    context.step("Keeping predictions", 1, 2)
    kept = keep(context.store, scored, predictor, version.id)
    bands = {band: sum(one.band == band for one in scored.tickets) for band in ("high", "raised", "usual")}
    return {"predictor": version.name, "at": scored.at.isoformat(), "tickets": kept, "bands": bands}


def encode(context: JobContext, told: Nothing) -> Mapping[str, Any]:
    """Encode what search by meaning does not know yet; what was encoded before a kill is kept."""
    from verbatim.meaning import encode_missing

    def step(done: int, of: int) -> None:
        context.step("Encoding", done, of)

    return {"encoded": encode_missing(context.store, context.settings, progress=step)}


def watch(context: JobContext, told: Nothing) -> Mapping[str, Any]:
    """Compare recent tickets with those that predictors in use learnt from; alert on drift and on bursts of themes."""
    from models.registry import versions
    from models.watching import watch as look
    from verbatim.followups.watch import DriftAdvice
    from verbatim.followups.watch import watch as alert

    advice: list[DriftAdvice] = []
    drifted: dict[str, int] = {}
    active = [version for version in versions(context.store) if version.active]
    for done, version in enumerate(active):
        context.step(f"Watching {version.name}", done, len(active))
        try:
            seen = look(context.store, context.settings, version)
        except EmptyError:
            continue  # no ticket of late: nothing can have drifted
        drifted[version.metric] = int(sum(row.major for row in seen.drift))
        advice += [DriftAdvice(version.id, version.name, said) for said in seen.advice]
    raised = alert(context.store, context.settings, now=datetime.now(UTC), drift=advice)
    return {"drifted": drifted, "advice": [f"{one.name}: {one.advice}" for one in advice], "alerts": raised}


def sweep(context: JobContext, told: Nothing) -> Mapping[str, Any]:
    """Look for what must be followed up."""
    from api.jobs.chores import sweep_now

    return sweep_now(context.store, context.settings)


def sweep_after(context: JobContext, told: ScoreOpen) -> None:
    """Follow up what was just scored, at once: the rule of tickets at risk tells other systems, each ticket once."""
    sweep(context, Nothing())


def deliver(context: JobContext, told: Nothing) -> Mapping[str, Any]:
    """Send the messages that are due."""
    from api.jobs.chores import deliver_now

    return deliver_now(context.store, context.settings)


def _tell_of_themes(context: JobContext, model_id: str, themes: Sequence[str]) -> None:
    """Say that themes were mined, once a model, however often the job is done."""
    from verbatim.messages.events import Message, themes_data
    from verbatim.messages.outbox import emit

    said = themes_data(model_id=model_id, change="mined", themes=themes)
    emit(context.store, [Message("themes.changed", f"mined:{model_id}", datetime.now(UTC), said)])


def _mined_since(context: JobContext) -> bool:
    """Whether an attempt before this one saved its themes before it died."""
    from verbatim.storage import queries

    job = context.job
    if job.attempt <= 1 or job.started_at is None:
        return False
    models = queries.theme_models(context.store)
    active = models[models["active"].astype(bool)]
    return bool((active["created_at"] >= job.started_at).any())


def _trained_since(context: JobContext, told: Train) -> Registered | None:
    """What an attempt before this one trained: by the same person, since the job first began."""
    from models import registry
    from verbatim.storage import queries

    job = context.job
    if job.attempt <= 1 or job.started_at is None:
        return None
    changes = queries.predictor_changes(context.store)
    mine = changes[(changes["kind"] == "trained") & (changes["person"] == job.person)]
    own = set(mine.loc[mine["at"] >= job.started_at, "predictor_id"])
    found = [version for version in registry.versions(context.store, told.metric) if version.id in own]
    return found[-1] if found else None
