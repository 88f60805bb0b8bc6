"""CES: % easy, net easy and mean on the scale that was asked, and an ease index for comparison across scales."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from verbatim.domain import Metric
from verbatim.errors import ScaleError
from verbatim.scores.definitions import Definition, Figure, default_definition, define, ease_index_definition
from verbatim.scores.figures import Tally, estimate
from verbatim.scores.scales import Scale, scale_named
from verbatim.scores.score import Estimate, Score, first, read_answers, score_answers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from verbatim.scores.intervals import Array


def ces(
    values: Iterable[object], *, scale: Scale | str | None = None, definition: Definition | str | None = None,
    weights: Iterable[float] | None = None, baseline: float | None = None,
) -> Score:  # fmt: skip
    """Customer effort of answers on one scale (1–7 ease unless named); the headline is % easy.

    ``figures`` of the result holds the mean, net easy and the ease index with their intervals; ``definition="net"``
    or ``"mean"`` makes one of them the headline.

    Raises:
        ScaleError: a value that is not on the scale, or a definition that is not one.

    >>> ces([7, 6, 5, 4, 2]).value, ces([7, 6, 5, 4, 2], definition="net").value
    (60.0, 20.0)
    """
    chosen = definition if isinstance(definition, Definition) else define(Metric.CES, definition, scale)
    return score_answers(values, chosen, weights=weights, baseline=baseline)


def ease_index(answers: Mapping[Scale | str, Iterable[object]]) -> Estimate:
    """The mean ease index (0–100, linear, 100 = easiest) of answers on several scales, keyed by scale.

    This is the only figure that pools scales of different length or direction; t interval.

    >>> ease_index({"ces-7-ease": [7, 7], "ces-5-effort": [1, 5]}).value
    75.0
    """
    parts = []
    for key, values in answers.items():
        scale = scale_named(key) if isinstance(key, str) else key
        parts.append(pd.Series(index_points(read_answers(values, scale), scale)).dropna())
    points = pd.concat(parts) if parts else pd.Series(dtype="float64")
    counted = points.value_counts().sort_index()
    tally = Tally(np.asarray(counted.index, dtype=np.float64), np.asarray(counted, dtype=np.float64)[None, :])
    return first(estimate(tally, ease_index_definition(), Figure.INDEX))


def to_ease_index(counts: pd.DataFrame) -> pd.DataFrame:
    """A counts frame of several CES scales (column ``scale``) as one of index points: ``value`` becomes 0…100.

    Score it with ``ease_index_definition()``; the column ``scale`` is gone, equal rows are added up.

    Raises:
        ScaleError: no column ``scale``, or a scale that is not of CES.
    """
    if "scale" not in counts:
        raise ScaleError("the ease index needs a column 'scale': each answer counts on the scale it was asked on")
    parts = []
    for name, part in counts.groupby("scale", sort=True):
        scale = scale_named(str(name))
        if scale.metric is not Metric.CES:
            raise ScaleError(f"{scale.name} is not a CES scale; the ease index is for CES only")
        parts.append(part.assign(value=index_points(part["value"].to_numpy(), scale)))
    frame = pd.concat(parts) if parts else counts
    keys = [column for column in frame.columns if column not in {"scale", "n"}]
    return frame.groupby(keys, dropna=False, observed=True, sort=True)["n"].sum().reset_index()


def index_points(values: Array, scale: Scale) -> Array:
    """Answers on ``scale`` as index points 0…100."""
    return default_definition(scale).headed(Figure.INDEX).points(values)
