"""``verbatim predictor train``: from the store to a registered version of a predictor.

Read the store → ratings → snapshots of the rated tickets → what the words mean and what handling leads one to expect
(learnt before the tickets that are held back) → features → `models.learners.training` → files and row of the registry.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models import registry
from models.artifact import save_predictor
from models.learners.coding import Coding
from models.learners.expectation import fit_expectation
from models.learners.logistic import fit_logistic
from models.learners.rows import Rows, split_by_time
from models.learners.targets import CASES, Target, read_target, refuse_praise, usual_target
from models.learners.training import HELD_BACK, Limits, Trained, check_enough, train
from models.predictor import Predictor, allowed, libraries, shares
from models.sources import as_datetime, ratings_of, read_store
from models.tickets.features import PERSONAL, signs
from models.tickets.meaning import Meaning
from models.tickets.snapshots import training_moments
from verbatim.domain import Metric
from verbatim.storage import queries

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from numpy.typing import NDArray

    from models.registry import Registered
    from models.sources import Ratings, Stored
    from models.tickets.snapshots import TicketView
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]
    Step = Callable[[str, int, int | None], None]

SEGMENTS = ("channel", "team", "priority", "issue_type", "product", "tier")
MEANING_TEXTS = 50_000
ANSWERING_PENALTY = 20.0
RECORDED = (
    "seed", "timezone", "first_reply_hours", "predictor_agents", "predictor_text", "predictor_interventions",
    "predictor_minimum_tickets", "predictor_minimum_cases", "predictor_capacity",
)  # fmt: skip
NOBODY = "nobody said who"


@dataclass(frozen=True, slots=True)
class Learnt:
    """A version as it was registered, the predictor itself, and what was noticed on the way."""

    registered: Registered
    predictor: Predictor
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a predictor learns from: the rated tickets' snapshots, and what their words mean."""

    rows: Rows
    view: TicketView
    meaning: Meaning | None
    expectation: Any
    answering: Floats
    notes: tuple[str, ...]


def learn(
    store: Store,
    settings: Settings,
    metric: Metric,
    *,
    target: str | None = None,
    until: datetime | None = None,
    person: str = NOBODY,
    step: Step | None = None,
) -> Learnt:
    """Train on all rated tickets of the store (answered before ``until``) and register the version.

    Its status is "ready" where the gate let it pass, else "refused".

    Raises:
        EmptyError, NoSkillError: too little to learn from.
        LeakageError: a column that cannot be known while a ticket is open.
    """
    say = step or (lambda *_: None)
    say("Reading tickets", 0, 1)
    stored = read_store(store, settings, text=settings.predictor_text)
    ratings = ratings_of(stored, metric.value, until=until)
    say("Reading tickets", 1, 1)
    asked = target or settings.predictor_targets.get(metric.value)
    chosen = read_target(asked) if asked else usual_target(metric, ratings.scale)
    refuse_praise(chosen, ratings.scale)
    left_alone = _intervened(store, settings)
    lesson = snapshots_of(stored, ratings, chosen, settings, metric.value, without=left_alone, step=step)
    trained = train(
        lesson.rows, signs(tuple(lesson.rows.columns)), what=CASES[metric], limits=limits_of(settings),
        answering=lesson.answering, capacity=settings.predictor_capacity, seed=settings.seed, step=step,
    )  # fmt: skip
    predictor = _predictor(stored, ratings, lesson, trained, chosen, settings, metric)
    registered = registry.register(
        store, settings, metric=metric.value, target=str(chosen), manifest=_manifest(predictor, lesson.notes),
        status="ready" if trained.gate.passed else "refused", person=person,
        save=lambda folder: save_predictor(folder, predictor),
    )  # fmt: skip
    return Learnt(registered, predictor, lesson.notes)


def snapshots_of(
    stored: Stored, ratings: Ratings, target: Target, settings: Settings, metric: str, *,
    without: frozenset[str] = frozenset(), step: Step | None = None,
) -> Lesson:  # fmt: skip
    """Snapshots of the rated tickets but those ``without``, with features; words are learnt from what is not held back.

    Raises:
        EmptyError, NoSkillError: too little to learn from.
    """
    say = step or (lambda *_: None)
    kept = np.array([key not in without for key in stored.log.ids[ratings.ticket].tolist()], dtype=bool)
    notes = [*stored.log.notes, *ratings.notes]
    if not kept.all():
        notes.append(f"{int((~kept).sum())} tickets that somebody stepped in on are left out (predictor_interventions)")
    ticket, score, rated = ratings.ticket[kept], ratings.score[kept], ratings.rated[kept]
    row, moment, stage = training_moments(stored.log, ticket, rated)
    bare = _rows(stored, ticket[row], score[row], rated[row], moment, stage, target)
    check_enough(bare, limits_of(settings), CASES[Metric(metric)])
    early, _, held_from = split_by_time(bare, HELD_BACK)
    say("Reading words", 0, 2)
    seen, meaning = _with_words(stored, held_from) if settings.predictor_text else (stored.view, None)
    say("Reading words", 1, 2)
    past = rated < held_from
    handled = seen.handling(ticket[past], rated[past] - 1)
    expectation = fit_expectation(handled, shares(score[past], ratings.scale), target.of(score[past]))
    seen = seen.with_expectation(expectation, metric)
    columns = allowed(
        seen.features(ticket[row], moment, text=settings.predictor_text), agents=settings.predictor_agents
    )
    rows = bare.with_columns(columns)
    answering = _answering(stored, seen, set(ratings.ticket.tolist()), ticket[row])
    say("Reading words", 2, 2)
    return Lesson(rows, seen, meaning, expectation, answering, tuple(notes))


def limits_of(settings: Settings) -> Limits:
    """What the gate asks for, from the settings."""
    return Limits(settings.predictor_minimum_tickets, settings.predictor_minimum_cases)


def _rows(
    stored: Stored, ticket: Places, score: Floats, rated: Places, moment: Places, stage: NDArray[np.object_],
    target: Target,
) -> Rows:  # fmt: skip
    log = stored.log
    ids, account, contact = log.ids[ticket], log.account[ticket], log.contact[ticket]
    group = np.where(account != None, account, np.where(contact != None, contact, ids))  # noqa: E711 (elementwise)
    words = stored.view.states.words_at(ticket, moment)
    words["tier"] = np.array([stored.view.history.tier.get(key) for key in account.tolist()], dtype=object)
    return Rows(
        columns={}, y=target.of(score), score=score, ticket=ids, group=group, stage=stage, moment=moment, rated=rated,
        segments={name: words[name] for name in SEGMENTS},
    )  # fmt: skip


def _with_words(stored: Stored, held_from: int) -> tuple[TicketView, Meaning | None]:
    """The view with vectors of what messages mean, learnt from tickets opened before ``held_from``."""
    log, messages = stored.log, stored.view.messages
    past = np.flatnonzero(log.created < held_from)[-MEANING_TEXTS:]
    texts = [messages.texts[place] for place in messages.starts[past].tolist()]
    people = Counter(key for key in log.words["agent"].tolist() if key)
    people.update(key for key in log.actor.tolist() if key)
    meaning = Meaning.fit([text for text in texts if text], people=sorted(people))
    return stored.view.with_meaning(meaning), meaning


def _answering(stored: Stored, seen: TicketView, rated: set[int], ticket: Places) -> Floats:
    """How likely tickets like those of each row are rated at all, from what was known at their creation."""
    log = seen.log
    over = np.flatnonzero(stored.ended & (log.created != np.iinfo(np.int64).max))
    y = np.array([place in rated for place in over.tolist()], dtype=np.int8)
    if not y.any() or y.all():
        return np.ones(len(ticket))
    columns = {
        name: values
        for name, values in seen.features(over, log.created[over], text=False).items()
        if name not in PERSONAL
    }
    weights = np.ones(len(over))
    coding = Coding.learn(columns, weights)
    design = coding.design(coding.codes(columns))
    fitted = fit_logistic(design, y, weights, penalty=ANSWERING_PENALTY, rising=np.zeros(design.shape[1], dtype=bool))
    chance = np.full(len(log), float(y.mean()))
    chance[over] = 1 / (1 + np.exp(-fitted.margins(design)))
    return chance[ticket]


def _intervened(store: Store, settings: Settings) -> frozenset[str]:
    """Tickets that somebody stepped in on: their ratings say what the stepping in made of them."""
    if settings.predictor_interventions == "keep":
        return frozenset()
    return frozenset(queries.interventions(store)["ticket_id"].tolist())


def _predictor(
    stored: Stored, ratings: Ratings, lesson: Lesson, trained: Trained, target: Target, settings: Settings,
    metric: Metric,
) -> Predictor:  # fmt: skip
    rows = lesson.rows
    agents = () if settings.predictor_agents else (("agent", "who the agent is may not be used (predictor_agents)"),)
    return Predictor(
        metric=metric.value, target=str(target), scale=ratings.scale, kind="tickets", trained=trained,
        features=tuple(rows.columns), declared={name: settings.predictor_columns[name] for name in stored.own},
        left_out=(*stored.left_out, *agents), data_start=as_datetime(int(rows.rated.min())),
        data_end=as_datetime(int(rows.rated.max())), tickets=rows.tickets, snapshots=len(rows), cases=rows.cases,
        meaning=lesson.meaning, expectation=lesson.expectation, libraries=libraries(),
        settings={name: getattr(settings, name) for name in RECORDED},
    )  # fmt: skip


def _manifest(predictor: Predictor, notes: tuple[str, ...]) -> dict[str, Any]:
    """What the registry keeps of a version beside its files."""
    overall = predictor.trained.evaluation.overall
    return {
        "data_start": predictor.data_start, "data_end": predictor.data_end, "tickets": predictor.tickets,
        "snapshots": predictor.snapshots, "cases": predictor.cases, "created_at": predictor.created_at,
        "summary": {
            "gate_reasons": list(predictor.trained.gate.reasons),
            "estimator": predictor.trained.recipe.estimator,
            "roc_auc": [overall.roc_auc.value, overall.roc_auc.low, overall.roc_auc.high],
            "brier": [overall.brier.value, overall.brier.low, overall.brier.high],
            "ece": overall.ece.value,
            "skill_over_best": predictor.trained.evaluation.skill_over_best.value,
            "best_baseline": predictor.trained.evaluation.best_baseline,
            "held_from": as_datetime(predictor.trained.held_from).isoformat(),
            "notes": list(notes),
        },
    }  # fmt: skip
