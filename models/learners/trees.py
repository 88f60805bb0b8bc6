"""Gradient-boosted trees (LightGBM), small and many: kept as LightGBM's own text, never as a pickle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import logit

from models.learners.coding import UNKNOWN
from verbatim.errors import StorageError

if TYPE_CHECKING:
    from lightgbm import Booster
    from numpy.typing import NDArray

    from models.learners.coding import Coding

    Floats = NDArray[np.float64]

MOST_ROUNDS = 400
PATIENCE = 50


NODE_ARRAYS = ("split_feature", "split_gain", "threshold", "decision_type", "left_child", "right_child",
               "internal_value", "internal_weight", "internal_count")  # fmt: skip
LEAF_ARRAYS = ("leaf_value", "leaf_weight", "leaf_count")


@dataclass(frozen=True, slots=True)
class TreeShape:
    """How the trees grow. ``leaf_rows`` counts tickets, not snapshots."""

    leaves: int
    rate: float = 0.05
    leaf_rows: int = 40


SHAPES = (TreeShape(leaves=4), TreeShape(leaves=12, rate=0.04, leaf_rows=60))


class Trees:
    """A booster of log odds; from text it is only made when it is used, since a service reads the text by itself."""

    def __init__(self, booster: Booster | str) -> None:
        self._booster = booster

    @property
    def booster(self) -> Booster:
        """LightGBM's own.

        Raises:
            StorageError: it cannot be made of the text.
        """
        if isinstance(self._booster, str):
            import lightgbm

            try:
                self._booster = lightgbm.Booster(model_str=self._booster)
            except lightgbm.basic.LightGBMError as error:
                raise StorageError(f"the trees of the predictor cannot be read ({error}); train it again") from error
        return self._booster

    def margins(self, codes: Floats) -> Floats:
        """Log odds of every row, (n,)."""
        return np.asarray(self.booster.predict(codes, raw_score=True, num_threads=1), dtype=np.float64)

    def contributions(self, codes: Floats) -> tuple[Floats, float]:
        """(n, f) SHAP values in log odds (TreeSHAP, Lundberg et al. 2018) and their base: the margin, exactly."""
        if not len(codes):  # LightGBM divides by the number of rows
            return np.zeros(codes.shape), 0.0
        found = np.asarray(self.booster.predict(codes, pred_contrib=True, num_threads=1))
        return found[:, :-1], float(found[0, -1])

    def text(self) -> str:
        """LightGBM's text format."""
        return self._booster if isinstance(self._booster, str) else str(self._booster.model_to_string())

    @classmethod
    def of_text(cls, text: str) -> Trees:
        """Read what `text` gave.

        Raises:
            StorageError: it is not a LightGBM model.
        """
        try:
            _audit(text)
        except (ValueError, KeyError, IndexError) as error:
            raise StorageError(
                "the trees of the predictor are cut short, altered or not LightGBM's text; train it again"
            ) from error
        return cls(text)


def fit_trees(
    codes: Floats, y: NDArray[np.int8], weights: Floats, coding: Coding, shape: TreeShape, *, rounds: int, seed: int,
    judge: tuple[Floats, NDArray[np.int8], Floats] | None = None,
) -> Trees:  # fmt: skip
    """Fit ``rounds`` trees; ``weights`` count a ticket with several snapshots once.

    They learn what is beyond the given columns, whose log odds `Trees.margins` leaves out. With codes, y and weights to
    ``judge`` by, growing stops where ``PATIENCE`` further trees have not helped.
    """
    import lightgbm

    rate = float(np.clip(np.average(y, weights=weights), 1e-6, 1 - 1e-6))
    base = float(logit(rate)) if coding.is_given.any() else 0.0  # LightGBM starts there itself, if nothing is given
    rows = _rows(codes, y, weights, coding, base)
    parameters = _parameters(coding, shape, weights, seed)
    stop: list[Any] = []
    others = []
    if judge is not None:
        others = [_rows(*judge, coding, base, like=rows)]
        stop = [lightgbm.early_stopping(PATIENCE, verbose=False)]
    booster = lightgbm.train(parameters, rows, rounds, valid_sets=others, callbacks=stop, keep_training_booster=True)
    if base and booster.num_trees():
        first = booster.dump_model(num_iteration=1)["tree_info"][0]["num_leaves"]
        for leaf in range(first):
            booster.set_leaf_output(0, leaf, booster.get_leaf_output(0, leaf) + base)
    return Trees(booster)


def curve(
    trees: Trees, coding: Coding, codes: Floats, y: NDArray[np.int8], weights: Floats, every: int = 10
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Log loss after 10, 20, … trees on other rows: the numbers of trees, the mean losses, and margins (n, k)."""
    counts = np.arange(every, trees.booster.num_trees() + 1, every)
    margins = np.empty((len(codes), len(counts)))
    total = coding.given(codes).sum(axis=1)
    for place, count in enumerate(counts):
        total = total + np.asarray(
            trees.booster.predict(
                codes,
                raw_score=True,
                start_iteration=int(count) - every,
                num_iteration=every,
                num_threads=1,
            )  # fmt: skip
        )
        margins[:, place] = total
    losses = np.logaddexp(0, margins) - y[:, None] * margins
    return counts, np.asarray((weights[:, None] * losses).sum(axis=0) / weights.sum()), margins


def _audit(text: str) -> None:
    """Check what LightGBM is given: on damaged text it ends the process instead of raising an error.

    Raises:
        ValueError, KeyError, IndexError: the text is damaged.
    """
    head, _, rest = text.partition("\n\n")
    known = dict(line.partition("=")[::2] for line in head.split("\n"))
    features = int(known["max_feature_idx"]) + 1
    single = known["num_class"] == known["num_tree_per_iteration"] == "1"
    if not text.startswith("tree\n") or not single or len(known["feature_names"].split(" ")) != features:
        raise ValueError("another header")
    at = 0
    for place, size in enumerate(map(int, known["tree_sizes"].split())):
        block = rest[at : at + size]
        if not block.startswith(f"Tree={place}\n") or block.find("\n\n") != len(block) - 3:
            raise ValueError("another tree")
        _audit_tree(dict(line.partition("=")[::2] for line in block.rstrip("\n").split("\n")), features)
        at += size
    tail = rest[at:]
    if not tail.startswith("end of trees\n") or not tail.endswith("\nend of parameters\n\npandas_categorical:null\n"):
        raise ValueError("another end")


def _audit_tree(tree: dict[str, str], features: int) -> None:
    leaves, words = int(tree["num_leaves"]), int(tree["num_cat"])
    _ = float(tree["shrinkage"])
    if (
        leaves < 1
        or words < 0
        or (leaves == 1 and words)
        or tree["is_linear"] != "0"
        or len(_numbers(tree["leaf_value"])) != leaves
    ):
        raise ValueError("another number of leaves")
    if leaves == 1:
        return
    lengths = {name: len(_numbers(tree[name])) for name in (*NODE_ARRAYS, *LEAF_ARRAYS)}
    if any(size != leaves - (name in NODE_ARRAYS) for name, size in lengths.items()):
        raise ValueError("another number of values")
    nodes = list(zip(*(map(int, tree[name].split(" ")) for name in ("split_feature", "left_child", "right_child")),
                     strict=True))  # fmt: skip
    for place, (feature, *children) in enumerate(nodes):  # a child comes behind its parent; −1, −2, … are leaves
        if not 0 <= feature < features or any(not place < child < leaves - 1 and not -leaves <= child < 0
                                              for child in children):  # fmt: skip
            raise ValueError("a node that is not there")
    if words:
        bounds = [int(bound) for bound in tree["cat_boundaries"].split(" ")]
        if len(bounds) != words + 1 or bounds[0] != 0 or sorted(bounds) != bounds:
            raise ValueError("other bounds of words")
        if len([int(bits) for bits in tree["cat_threshold"].split(" ")]) != bounds[-1]:
            raise ValueError("other words")
    kinds, cuts = tree["decision_type"].split(" "), _numbers(tree["threshold"])
    if any(int(kind) % 2 and not 0 <= cut < words for kind, cut in zip(kinds, cuts, strict=True)):
        raise ValueError("words that are not there")


def _numbers(written: str) -> list[float]:
    return [float(number) for number in written.split(" ")]


def _rows(
    codes: Floats,
    y: NDArray[np.int8],
    weights: Floats,
    coding: Coding,
    base: float,
    like: Any = None,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    import lightgbm

    known = coding.given(codes)
    return lightgbm.Dataset(
        np.where(coding.is_given, UNKNOWN, codes),  # nothing is learnt of a given column, nor of its being unknown
        label=y,
        weight=weights,
        init_score=known.sum(axis=1) + base if coding.is_given.any() else None,
        feature_name=[f"f{place}" for place in range(codes.shape[1])],  # names of people's columns stay out of the text
        categorical_feature=list(coding.categories),
        params={"verbose": -1, "max_bin": 127, "min_data_in_bin": 3},
        reference=like,
        free_raw_data=True,
    )


def _parameters(coding: Coding, shape: TreeShape, weights: Floats, seed: int) -> dict[str, Any]:
    snapshots = max(1.0, len(weights) / weights.sum())  # a ticket
    return {
        "objective": "binary",
        "metric": "binary_logloss",
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
        "num_threads": 1,
        "verbose": -1,
    }
