from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from verbatim.errors import InputError
from verbatim.tone import RatedComments, rating_targets


def targets(**columns: list[object]) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in rating_targets(pd.DataFrame(columns))]


def test_a_rating_is_placed_between_the_ends_of_its_own_scale() -> None:
    assert targets(csat=[1, 3, 5], csat_scale=["csat-5"] * 3) == [0, 0.5, 1]
    assert targets(csat=[1, 10], csat_scale=["csat-10"] * 2) == [0, 1]
    assert targets(ces=[1, 4, 7], ces_scale=["ces-7-ease"] * 3) == [0, 0.5, 1]


def test_where_lower_is_better_the_low_end_is_the_good_one() -> None:
    assert targets(csat=[1, 5], csat_scale=["csat-5-reversed"] * 2) == [1, 0]
    assert targets(ces=[1, 5], ces_scale=["ces-5-effort"] * 2) == [1, 0]


def test_nps_goes_by_its_groups() -> None:
    assert targets(nps=[0, 6, 7, 8, 9, 10]) == [0, 0, 0.5, 0.5, 1, 1]


def test_several_metrics_give_their_mean_and_none_gives_none() -> None:
    frame = {"csat": [5, None], "csat_scale": ["csat-5", None], "nps": [7, None]}
    assert targets(**frame) == [0.75, None]


@pytest.mark.parametrize(("value", "scale"), [(9, "csat-5"), (0, "csat-5"), (3, "no such scale")])
def test_what_is_not_on_its_scale_does_not_count(value: int, scale: str) -> None:
    assert targets(csat=[value], csat_scale=[scale]) == [None]


def test_without_metric_columns_nothing_is_rated() -> None:
    assert targets(text=["a", "b"]) == [None, None]


def test_rows_must_fit_together_and_ratings_lie_between_0_and_1() -> None:
    with pytest.raises(InputError, match="vectors 1"):
        RatedComments(["a", "b"], np.zeros((1, 3), dtype=np.float32), np.zeros(2))
    with pytest.raises(InputError, match="rating_targets"):
        RatedComments(["a"], np.zeros((1, 3), dtype=np.float32), np.asarray([5.0]))
