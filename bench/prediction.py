"""How good the predictions are: the shop's tickets beside other libraries, the sample beside its truth, and the gate.

The shop: trained on 1 and 2 August, tested on 3 August, also with other days; the same columns for all. scikit-learn's
``HistGradientBoostingClassifier`` and CatBoost with their defaults (three seeds), a random forest as public notebooks
do it (words as numbers, nothing filled in but −1).
"""

from __future__ import annotations

import csv
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from bench.shared import shared_data
from bench.shop import COLUMNS, WORDS, for_peers, shop_frame
from models.estimator import CsatPredictor
from models.judging.metrics import ece
from models.learning import learn
from verbatim.demo import FILES
from verbatim.domain import Metric
from verbatim.ingest import IngestOptions, ingest, plan_ingest
from verbatim.sample import write_sample
from verbatim.settings import Settings
from verbatim.storage import queries
from verbatim.storage.engine import prepare_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from models.judging.evaluation import Evaluation
    from models.sources import Stored

SPLITS = (((1, 2), 3), ((1,), 2), ((1,), 3), ((2, 3), 1))
SEEDS = (0, 1, 2)
SAMPLE_SEEDS = (7, 11, 23)
PERMUTATIONS = 10
HEAD = "| | ROC-AUC | PR-AUC | Brier | ECE |\n|---|---|---|---|---|"


def main() -> str:
    """The section of ``bench/RESULTS.md``."""
    parts = ["## Prediction", ""]
    if (shared_data() / "ecommerce_csat.csv.gz").is_file():
        parts += [*_shop(), *_gate()]
    else:
        parts.append(f"The shop's tickets were not measured: {shared_data()} is missing.")
    return "\n".join([*parts, *_sample()])


def _shop() -> Iterator[str]:
    frame, score, day = shop_frame()
    y = (score <= 3).to_numpy(int)
    for train, test in SPLITS:
        past, later = day.isin(train).to_numpy(), (day == test).to_numpy()
        learnt = f"{' and '.join(map(str, train))} August ({past.sum():,})"
        yield f"\nShop, trained on {learnt}, tested on {test} August ({later.sum():,}):\n"
        yield HEAD
        for early, said in ((False, "as the peers, learnt late only"), (True, "learnt at creation too")):
            ours = CsatPredictor(COLUMNS, time="rated", increasing=["wait"], creation_too=early, refuse=False)
            ours.fit(frame[past], score[past])
            gate = "passed" if ours.gate_.passed else "refused"
            name = f"**Verbatim**, {said} ({ours.predictor_.trained.recipe.estimator}, gate {gate})"
            yield _row(name, y[later], ours.predict_proba(frame[later])[:, 1])
        for name, seed, p in _peers(frame, y, past, later):
            yield _row(f"{name}, seed {seed}", y[later], p)
        yield _row("constant", y[later], np.full(later.sum(), y[past].mean()))


def _peers(
    frame: pd.DataFrame, y: NDArray[Any], past: NDArray[Any], later: NDArray[Any]
) -> Iterator[tuple[str, int, NDArray[np.float64]]]:
    from catboost import CatBoostClassifier  # type: ignore[import-untyped]
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

    columns = for_peers(frame)
    many = [name for name in WORDS if columns[name].nunique() > 255]  # more than scikit-learn takes as a category
    codes = columns.assign(**{name: columns[name].cat.codes.astype(float).replace(-1.0, np.nan) for name in WORDS})
    few = columns.assign(**{name: codes[name] for name in many})
    text = columns.assign(**{name: columns[name].astype(object).fillna("none").astype(str) for name in WORDS})
    for seed in SEEDS:
        boosted = HistGradientBoostingClassifier(random_state=seed, categorical_features="from_dtype")
        yield "HistGradientBoosting", seed, boosted.fit(few[past], y[past]).predict_proba(few[later])[:, 1]
        cat = CatBoostClassifier(
            verbose=0, random_seed=seed, cat_features=list(WORDS), thread_count=2, allow_writing_files=False
        )
        yield "CatBoost", seed, cat.fit(text[past], y[past]).predict_proba(text[later])[:, 1]
        forest = RandomForestClassifier(random_state=seed, n_jobs=2)
        filled = codes.fillna(-1)
        yield "random forest", seed, forest.fit(filled[past], y[past]).predict_proba(filled[later])[:, 1]


def _gate() -> Iterator[str]:
    frame, score, _ = shop_frame()
    rng = np.random.default_rng(7)
    refused = 0
    for _ in range(PERMUTATIONS):
        made = CsatPredictor(COLUMNS, time="rated").fit(frame, rng.permutation(score.to_numpy()))
        refused += not made.gate_.passed
    yield f"\nGate: on {PERMUTATIONS} random permutations of the shop's ratings {refused} predictors were refused."
    path = shared_data() / "tickets_random_ratings.csv.gz"
    if path.is_file():
        read = pd.read_csv(path)
        columns = {
            "Product Purchased": "at_creation", "Ticket Type": "at_creation", "Ticket Subject": "at_creation",
            "Ticket Priority": "at_creation", "Ticket Channel": "at_creation", "Ticket Description": "at_creation",
        }  # fmt: skip
        made = CsatPredictor(columns, text=["Ticket Description"]).fit(  # type: ignore[arg-type]
            read[list(columns)], read["Customer Satisfaction Rating"]
        )
        said = "passed (wrongly)" if made.gate_.passed else "refused"
        yield f"Tickets with random ratings ({made.predictor_.tickets:,} rated): {said}: {made.gate_.reasons[0]}."


def _sample() -> Iterator[str]:
    yield "\nSample organisation, most recent 20 % of the rated tickets, by stage; the truth file's risk is of the"
    yield "whole handling of a ticket, with the hidden health of accounts and skill of agents in it.\n"
    yield "| seed | stage | tickets | ROC-AUC | of the true risk | reached | Brier | of the true risk |"
    yield "|---|---|---|---|---|---|---|---|"
    for seed in SAMPLE_SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            yield from _sample_rows(Path(folder), seed)


def _sample_rows(folder: Path, seed: int) -> Iterator[str]:
    settings = Settings(home=folder / "home")
    write_sample(folder / "sample", seed=seed)
    with prepare_store(settings) as store:
        for kind, name in FILES:
            ingest(plan_ingest(kind, folder / "sample" / name, IngestOptions(), settings), store, settings)
        learnt = learn(store, settings, Metric.CSAT)
        truth = _truth(folder / "sample" / "ticket_risk.csv", queries.tickets(store))
        evaluation, true = _both(store, settings, learnt, truth)
    for ours, best in zip(evaluation.rows, true.rows, strict=True):
        if ours.segment not in (None, "stage") or ours.name != "predictor":
            continue
        area, most, brier, least = (
            float("nan") if figure.value is None else figure.value
            for figure in (ours.roc_auc, best.roc_auc, ours.brier, best.brier)
        )
        yield (
            f"| {seed} | {ours.slice.replace('_', ' ')} | {ours.tickets} | {area:.3f} | {most:.3f} "
            f"| {100 * area / most:.1f} % | {brier:.4f} | {least:.4f} |"
        )


def _both(store: Any, settings: Settings, learnt: Any, truth: dict[str, float]) -> tuple[Evaluation, Evaluation]:
    """What was predicted of the tickets held back, and their true risk, judged alike."""
    from models.sources import ratings_of, read_store
    from models.watching import judge_since

    stored: Stored = read_store(store, settings)
    ratings = ratings_of(stored, "csat")
    trained = learnt.predictor.trained
    ours = judge_since(stored, ratings, learnt.predictor, trained.proof, trained.held_from)
    risk = np.array([truth[key] for key in stored.log.ids.tolist()])

    class Truth:
        """Predicts the true risk of each ticket, in the place of a model."""

        def predict(self, columns: dict[str, NDArray[Any]]) -> Any:
            found = risk[columns["place"].astype(int)]
            return type("Known", (), {"p": np.clip(found, 0, 1), "expected": np.full(len(found), np.nan)})

    class Places:
        """Gives the place of a ticket as its only feature."""

        target, cases, tickets = learnt.predictor.target, learnt.predictor.cases, learnt.predictor.tickets

        def look(self, view: Any) -> Any:
            return view

        def columns_at(self, view: Any, ticket: Any, moment: Any) -> dict[str, NDArray[Any]]:
            return {"place": ticket.astype(float)}

    best: Any = judge_since(stored, ratings, Places(), Truth(), trained.held_from)  # type: ignore[arg-type]
    return ours, best


def _truth(path: Path, tickets: pd.DataFrame) -> dict[str, float]:
    with path.open(encoding="utf-8") as stream:
        risk = {row["ticket_id"]: float(row["p_dissatisfied"]) for row in csv.DictReader(stream)}
    return {key: risk[name] for key, name in zip(tickets["id"], tickets["external_id"], strict=True)}


def _row(name: str, y: NDArray[Any], p: NDArray[np.float64]) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        area = ece(y.astype(np.int8), p)
    return (
        f"| {name} | {roc_auc_score(y, p):.4f} | {average_precision_score(y, p):.4f} | {brier_score_loss(y, p):.5f} "
        f"| {0.0 if area is None else area:.4f} |"
    )


if __name__ == "__main__":
    print(main())
