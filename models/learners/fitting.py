"""From training rows to a model: estimators compete on forward folds, the winner is calibrated and fitted.

A regularised logistic regression, boosted trees, and the mean of both compete by log loss on rows rated after those
they learnt from. The simpler one wins a tie: an estimator must be better than a simpler one by more than half the
standard error of the difference (over accounts).
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
from scipy.special import expit

from models.learners.calibration import Calibration, fit_calibration
from models.learners.coding import Coding
from models.learners.logistic import Logistic, fit_logistic
from models.learners.model import MOST_WORKERS, Member, Model, contributions
from models.learners.rows import MANY, Rows, coded, forward_folds
from models.learners.trees import MOST_ROUNDS, SHAPES, Trees, TreeShape, curve, fit_trees
from verbatim.errors import EmptyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Step = Callable[[str, int, int | None], None]

Given = TypeVar("Given")
Made = TypeVar("Made")
Estimator = Literal["logistic", "trees", "blend"]
ESTIMATORS: tuple[Estimator, ...] = ("logistic", "trees", "blend")  # the simplest first
PENALTIES = (600.0, 150.0, 40.0, 10.0)
MEMBERS, DRAWS = 4, 8
FEWEST_DRAWS = 2
FEWER = 2, 6  # where there are many rows, which vary less
BACKGROUND = 32
TIE = 0.5  # standard errors
ROWS_TO_COMPETE = 30_000  # of a fold


@dataclass(frozen=True, slots=True)
class Tried:
    """One competitor: its mean log loss on the folds."""

    estimator: Estimator
    log_loss: float
    behind: float  # mean difference to the best
    standard_error: float  # of that difference


@dataclass(frozen=True, slots=True)
class Recipe:
    """What won, and how it is fitted again."""

    estimator: Estimator
    penalty: float
    shape: TreeShape
    rounds: int
    tried: tuple[Tried, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The recipe, and what it said of rows it had not seen: their places and margins."""

    recipe: Recipe
    places: NDArray[np.int64]
    margins: Floats


def choose(rows: Rows, signs: Mapping[str, int], *, seed: int, step: Step | None = None) -> Chosen:
    """Let the estimators compete on forward folds of ``rows``.

    Raises:
        EmptyError: too few rows, or one class only, in every fold.
    """
    folds = [
        (train, test) for train, test in forward_folds(rows) if _both(rows.y[train]) and len(test)
    ]  # a fold without both classes teaches nothing
    if not folds:
        raise EmptyError("too few rated tickets to judge a model on later ones; gather more ratings")
    folds = [(_fewer(rows, train), test) for train, test in folds]
    weights = rows.weights
    folds = [(train, test) for train, test in folds if _tells(rows, train, weights)]
    if not folds:
        raise EmptyError("no column has more than one value, so there is nothing to learn from; give others")
    linear = _logistic_folds(rows, folds, weights, signs, step)
    grown = _tree_folds(rows, folds, weights, signs, seed, step)
    places = np.concatenate([test for _, test in folds])
    found: dict[Estimator, Floats] = {
        "logistic": linear[1], "trees": grown[2], "blend": (linear[1] + grown[2]) / 2,
    }  # fmt: skip
    winner, tried = _compete(found, rows.y[places], weights[places], rows.group[places])
    return Chosen(Recipe(winner, linear[0], grown[0], grown[1], tried), places, found[winner])


def fit_model(
    rows: Rows, recipe: Recipe, signs: Mapping[str, int], calibration: tuple[Floats, NDArray[np.int8], Floats, Floats],
    *, seed: int, sure: bool = True, step: Step | None = None,
) -> Model:  # fmt: skip
    """Fit the recipe on all ``rows``; ``calibration`` are margins, y, weights and scores of rows not seen before.

    Where nobody asks how ``sure`` it is, few draws do.
    """
    weights = rows.weights
    coding = Coding.learn(rows.columns, weights, signs)
    codes = coding.codes(rows.columns)
    members, draws = _members(coding, codes, rows, recipe, seed, sure, step)
    margin, y, mass, score = calibration
    curve_ = fit_calibration(margin, y, mass)
    rng = np.random.default_rng(seed)
    order = np.argsort(_hashes(rows.ticket), kind="stable")
    sample = order[: min(len(order), 2_000)]
    effect = np.mean([contributions(coding, member, codes[sample])[0].std(axis=0) for member in members], axis=0)
    rate = float(np.clip(np.average(y, weights=mass), 0.01, 0.99))
    chance = curve_.probabilities(margin)
    return Model(
        coding=coding,
        members=members,
        draws=draws,
        calibration=curve_,
        background=codes[rng.choice(order, size=min(BACKGROUND, len(order)), replace=False)],
        effect=effect,
        shift_sd=float(1 / np.sqrt(mass.sum() * rate * (1 - rate))),
        scale=_scale(chance, score, mass),
    )


def spread_weights(group: NDArray[np.object_], weights: Floats, seed: int) -> Floats:
    """Weights of one bootstrap draw of the groups: how often each was drawn."""
    codes = coded(group)
    count = int(codes.max()) + 1
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count))
    return weights * drawn[codes]


def _members(
    coding: Coding, codes: Floats, rows: Rows, recipe: Recipe, seed: int, sure: bool, step: Step | None
) -> tuple[tuple[Member, ...], tuple[Member, ...]]:
    """Fits on all rows (trees with other seeds; a logistic regression has none), and fits on draws of the groups."""
    count, draws = (MEMBERS, DRAWS) if len(rows) < MANY else FEWER
    count, draws = count if recipe.estimator != "logistic" else 1, draws if sure else FEWEST_DRAWS
    weights = rows.weights
    masses = [weights] * count
    masses += [spread_weights(rows.group, weights, seed * 1_000 + number) for number in range(count, count + draws)]
    linear = _linear_members(coding, codes, rows, recipe, masses, count)

    def grow(number: int) -> Trees:
        kept = masses[number] > 0
        return fit_trees(
            codes[kept], rows.y[kept], masses[number][kept], coding, recipe.shape, rounds=recipe.rounds,
            seed=seed + number,
        )  # fmt: skip

    grown: list[Trees | None] = [None] * len(masses)
    if recipe.estimator != "logistic":
        grown = list(at_once(grow, range(len(masses)), "Fitting", step))
    found = [Member(logistic, trees) for logistic, trees in zip(linear, grown, strict=True)]
    return tuple(found[:count]), tuple(found[count:])


def _linear_members(
    coding: Coding, codes: Floats, rows: Rows, recipe: Recipe, masses: list[Floats], count: int
) -> list[Logistic | None]:
    """A logistic regression a member, the first ``count`` being one; none where only trees take part."""
    if recipe.estimator == "trees":
        return [None] * len(masses)
    design, given = coding.design(codes), coding.given(codes).sum(axis=1)
    found: list[Logistic | None] = []
    for number, mass in enumerate(masses):
        kept, start = mass > 0, found[-1] if found else None
        if 0 < number < count:
            found.append(start)
            continue
        found.append(
            fit_logistic(
                design[kept], rows.y[kept], mass[kept], penalty=recipe.penalty, rising=coding.rising(), start=start,
                offset=given[kept],
            )
        )  # fmt: skip
    return found


def at_once(work: Callable[[Given], Made], tasks: Sequence[Given], what: str, step: Step | None) -> Iterator[Made]:
    """``work`` on all tasks, in their order, several at once.

    Each works on one thread: LightGBM's own threads wait for one another so eagerly that a second process on the
    machine makes them seven times slower.
    """
    with ThreadPoolExecutor(min(MOST_WORKERS, os.cpu_count() or 1)) as workers:
        for number, made in enumerate(workers.map(work, tasks)):
            if step:
                step(what, number + 1, len(tasks))
            yield made


def _logistic_folds(
    rows: Rows, folds: list[tuple[Any, Any]], weights: Floats, signs: Mapping[str, int], step: Step | None
) -> tuple[float, Floats]:
    """The penalty with the lowest log loss, and its margins, fold after fold."""
    losses, found = np.zeros(len(PENALTIES)), []
    for place, (train, test) in enumerate(folds):
        coding = Coding.learn({k: v[train] for k, v in rows.columns.items()}, weights[train], signs)
        design, there = _design(coding, rows, train), _design(coding, rows, test)
        known, known_there = _given(coding, rows, train), _given(coding, rows, test)
        start, by_penalty = None, []
        for number, penalty in enumerate(PENALTIES):
            start = fit_logistic(
                design, rows.y[train], weights[train], penalty=penalty, rising=coding.rising(), start=start,
                offset=known,
            )  # fmt: skip
            by_penalty.append(start.margins(there) + known_there)
            losses[number] += _loss(by_penalty[-1], rows.y[test], weights[test])
        found.append(by_penalty)
        if step:
            step("Logistic regression", place + 1, len(folds))
    best = int(losses.argmin())
    return PENALTIES[best], np.concatenate([by_penalty[best] for by_penalty in found])


def _tree_folds(
    rows: Rows, folds: list[tuple[Any, Any]], weights: Floats, signs: Mapping[str, int], seed: int, step: Step | None
) -> tuple[TreeShape, int, Floats]:
    """The shape and number of trees with the lowest log loss, and their margins, fold after fold."""
    shapes = SHAPES if len(rows) < MANY else [replace(shape, rate=2 * shape.rate) for shape in SHAPES]
    coded_ = [_tree_fold(rows, train, test, weights, signs) for train, test in folds]

    def grow(task: tuple[TreeShape, int]) -> tuple[NDArray[np.int64], Floats, Floats]:
        shape, place = task
        (train, test), (coding, codes, there) = folds[place], coded_[place]
        judge = (there, rows.y[test], weights[test])
        trees = fit_trees(
            codes, rows.y[train], weights[train], coding, shape, rounds=MOST_ROUNDS, seed=seed, judge=judge
        )
        return _padded(*curve(trees, coding, *judge))

    tasks = [(shape, place) for shape in shapes for place in range(len(folds))]
    made = dict(zip(tasks, at_once(grow, tasks, "Boosted trees", step), strict=True))
    mass = [weights[test].sum() for _, test in folds]
    totals = {
        shape: np.sum([made[shape, place][1] * mass[place] for place in range(len(folds))], axis=0) for shape in shapes
    }
    shape = min(shapes, key=lambda one: totals[one].min())
    best = int(totals[shape].argmin())
    margins_ = [made[shape, place][2][:, best] for place in range(len(folds))]
    return shape, int(made[shape, 0][0][best]), np.concatenate(margins_)


def _tree_fold(
    rows: Rows, train: NDArray[Any], test: NDArray[Any], weights: Floats, signs: Mapping[str, int]
) -> tuple[Coding, Floats, Floats]:
    """The coding learnt on a fold, and the codes to train on and to judge."""
    seen, others = ({name: values[part] for name, values in rows.columns.items()} for part in (train, test))
    coding = Coding.learn(seen, weights[train], signs)
    return coding, coding.codes(seen), coding.codes(others)


def _padded(counts: NDArray[np.int64], losses: Floats, found: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
    """LightGBM stops early where no split is left: what it had then holds for the rest."""
    wanted = np.arange(10, MOST_ROUNDS + 1, 10)
    lack = len(wanted) - len(counts)
    if not len(counts):  # not one tree
        return wanted, np.full(len(wanted), np.inf), np.zeros((len(found), len(wanted)))
    return wanted, np.pad(losses, (0, lack), mode="edge"), np.pad(found, ((0, 0), (0, lack)), mode="edge")


def _compete(
    found: Mapping[Estimator, Floats], y: NDArray[np.int8], weights: Floats, group: NDArray[np.object_]
) -> tuple[Estimator, tuple[Tried, ...]]:
    """The simplest that is as good as the best, by log loss after calibration by the same rows' Platt line."""
    losses = {}
    for name, margin in found.items():
        fitted = Calibration.probabilities(fit_calibration(margin, y, weights), margin)
        losses[name] = -np.where(y == 1, np.log(fitted), np.log1p(-fitted))
    total = weights.sum()
    means = {name: float((weights * loss).sum() / total) for name, loss in losses.items()}
    best = min(means, key=lambda name: means[name])
    codes, tried = coded(group), []
    for name in found:
        gap = weights * (losses[name] - losses[best])
        by_group = np.bincount(codes, gap)
        error = float(np.sqrt((by_group**2).sum()) / total)
        tried.append(Tried(name, means[name], means[name] - means[best], error))
    winner = next(one.estimator for one in tried if one.behind <= TIE * one.standard_error)
    return winner, tuple(tried)


def _scale(chance: Floats, score: Floats, weights: Floats) -> tuple[tuple[float, float], ...]:
    """Knots of the expected score against the probability: the mean score of twenty equally large groups, monotone."""
    known = ~np.isnan(score)
    if known.sum() < 20:
        return ()
    from sklearn.isotonic import IsotonicRegression

    chance, score, weights = chance[known], score[known], weights[known]
    rising = bool(np.cov(chance, score)[0, 1] > 0)
    order = np.argsort(chance, kind="stable")
    parts = np.array_split(order, min(20, len(order) // 10))
    x = np.array([np.average(chance[part], weights=weights[part]) for part in parts])
    mean = np.array([np.average(score[part], weights=weights[part]) for part in parts])
    mass = np.array([weights[part].sum() for part in parts])
    smooth = IsotonicRegression(increasing=rising).fit_transform(x, mean, sample_weight=mass)
    return tuple(zip(x.tolist(), smooth.tolist(), strict=True))


def _design(coding: Coding, rows: Rows, places: NDArray[Any]) -> Any:  # noqa: ANN401
    return coding.design(coding.codes({name: values[places] for name, values in rows.columns.items()}))


def _given(coding: Coding, rows: Rows, places: NDArray[Any]) -> Floats:
    """Log odds known beforehand."""
    known = coding.given(coding.codes({name: values[places] for name, values in rows.columns.items()}))
    return np.asarray(known.sum(axis=1), dtype=np.float64)


def _fewer(rows: Rows, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places to compete on: all, or those of some tickets, by hash, where there are many."""
    if len(places) <= ROWS_TO_COMPETE:
        return places
    return places[_hashes(rows.ticket[places]) < 2**32 * ROWS_TO_COMPETE / len(places)]


def _hashes(keys: NDArray[np.object_]) -> NDArray[np.int64]:
    """A number in 0 … 2³² of each key."""
    known: dict[Any, int] = {}
    for key in keys.tolist():
        if key not in known:
            known[key] = int(hashlib.blake2b(str(key).encode("utf-8", "replace"), digest_size=4).hexdigest(), 16)
    return np.fromiter((known[key] for key in keys.tolist()), np.int64, len(keys))


def _tells(rows: Rows, places: NDArray[np.int64], weights: Floats) -> bool:
    """Whether any column says anything on some of the rows."""
    return any(Coding.learn({k: v[places]}, weights[places]).columns for k, v in rows.columns.items())


def _both(y: NDArray[np.int8]) -> bool:
    return bool(y.any() and not y.all())


def _loss(margin: Floats, y: NDArray[np.int8], weights: Floats) -> float:
    chance = np.clip(expit(margin), 1e-9, 1 - 1e-9)
    return float(-(weights * np.where(y == 1, np.log(chance), np.log1p(-chance))).sum())
