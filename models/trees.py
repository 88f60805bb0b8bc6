"""Gradient-boosted trees (LightGBM), small and many: kept as LightGBM's own text, never as a pickle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from verbatim.errors import StorageError

if TYPE_CHECKING:
    from lightgbm import Booster
    from numpy.typing import NDArray

    from models.coding import Coding

    Floats = NDArray[np.float64]

THREADS = 2
MOST_ROUNDS = 400


@dataclass(frozen=True, slots=True)
class TreeShape:
    """How the trees grow. ``leaf_rows`` counts tickets, not snapshots."""

    leaves: int
    rate: float = 0.05
    leaf_rows: int = 40


SHAPES = (TreeShape(leaves=4), TreeShape(leaves=12, rate=0.04, leaf_rows=60))


@dataclass(frozen=True, slots=True)
class Trees:
    """A booster of log odds."""

    booster: Booster

    def margins(self, codes: Floats) -> Floats:
        """Log odds of every row, (n,)."""
        return np.asarray(self.booster.predict(codes, raw_score=True, num_threads=_threads(codes)), dtype=np.float64)

    def contributions(self, codes: Floats) -> tuple[Floats, float]:
        """(n, f) SHAP values in log odds (TreeSHAP, Lundberg et al. 2018) and their base: the margin, exactly."""
        found = np.asarray(self.booster.predict(codes, pred_contrib=True, num_threads=_threads(codes)))
        return found[:, :-1], float(found[0, -1]) if len(found) else 0.0

    def text(self) -> str:
        """LightGBM's text format."""
        return str(self.booster.model_to_string())

    @classmethod
    def of_text(cls, text: str) -> Trees:
        """Read what `text` gave.

        Raises:
            StorageError: it is not a LightGBM model.
        """
        import lightgbm

        if not text.startswith("tree\n") or "\nend of trees\n" not in text:  # LightGBM itself ends the process on some
            raise StorageError("the trees of the predictor are cut short or not LightGBM's text; train it again")
        try:
            return cls(lightgbm.Booster(model_str=text))
        except lightgbm.basic.LightGBMError as error:
            raise StorageError(f"the trees of the predictor cannot be read ({error}); train it again") from error


def fit_trees(
    codes: Floats, y: NDArray[np.int8], weights: Floats, coding: Coding, shape: TreeShape, *, rounds: int, seed: int
) -> Trees:
    """Fit ``rounds`` trees; ``weights`` count a ticket with several snapshots once."""
    import lightgbm

    return Trees(lightgbm.train(_parameters(coding, shape, weights, seed), _rows(codes, y, weights, coding), rounds))


def curve(
    trees: Trees, codes: Floats, y: NDArray[np.int8], weights: Floats, every: int = 10
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Log loss after 10, 20, … trees on other rows: the numbers of trees, the mean losses, and margins (n, k)."""
    counts = np.arange(every, trees.booster.num_trees() + 1, every)
    margins = np.empty((len(codes), len(counts)))
    total = np.zeros(len(codes))
    for place, count in enumerate(counts):
        total = total + np.asarray(
            trees.booster.predict(codes, raw_score=True, start_iteration=int(count) - every, num_iteration=every)
        )
        margins[:, place] = total
    losses = np.logaddexp(0, margins) - y[:, None] * margins
    return counts, np.asarray((weights[:, None] * losses).sum(axis=0) / weights.sum()), margins


def _rows(codes: Floats, y: NDArray[np.int8], weights: Floats, coding: Coding) -> Any:  # noqa: ANN401
    import lightgbm

    return lightgbm.Dataset(
        codes,
        label=y,
        weight=weights,
        feature_name=[f"f{place}" for place in range(codes.shape[1])],  # names of people's columns stay out of the text
        categorical_feature=list(coding.categories),
        params={"verbose": -1, "max_bin": 127, "min_data_in_bin": 3},
        free_raw_data=True,
    )


def _parameters(coding: Coding, shape: TreeShape, weights: Floats, seed: int) -> dict[str, Any]:
    snapshots = max(1.0, len(weights) / weights.sum())  # a ticket
    return {
        "objective": "binary",
        "num_leaves": shape.leaves,
        "learning_rate": shape.rate,
        "min_data_in_leaf": round(shape.leaf_rows * snapshots),
        "min_data_per_group": round(20 * snapshots),
        "cat_smooth": 20.0,
        "cat_l2": 20.0,
        "lambda_l2": 5.0,
        "feature_fraction": 0.6,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "monotone_constraints": [0 if one.kind == "category" else one.sign for one in coding.columns],
        "monotone_constraints_method": "intermediate",
        "max_bin": 127,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": THREADS,
        "verbose": -1,
    }


def _threads(codes: Floats) -> int:
    """One thread for few rows: waking others takes longer than the work."""
    return 1 if len(codes) < 500 else THREADS
