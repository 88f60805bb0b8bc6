from __future__ import annotations

import numpy as np
import pytest

from verbatim.meaning import Nearest


@pytest.mark.parametrize("exact_rows", [10_000, 0])
def test_the_nearest_are_those_of_all_cosines(exact_rows: int) -> None:
    draw = np.random.default_rng(7)
    centres = draw.normal(size=(40, 200))
    vectors = centres[draw.integers(0, 40, 8_000)] + draw.normal(size=(8_000, 200)) * 0.5
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    near = Nearest(vectors, exact_rows=exact_rows)
    for row in (0, 17, 7_999):
        rows, cosines = near.best(vectors[row], 10)
        assert rows[0] == row
        assert set(rows[:5]) <= set(np.argsort(-(vectors @ vectors[row]), kind="stable")[:12])
        assert cosines == pytest.approx(vectors[rows] @ vectors[row], abs=2e-3)
        assert (np.diff(cosines) <= 0).all()


def test_fewer_texts_than_asked_for_are_all_found() -> None:
    near = Nearest(np.eye(3, dtype=np.float32))
    rows, cosines = near.best(np.asarray([0, 1, 0], dtype=np.float32), 10)
    assert rows.tolist() == [1, 0, 2]
    assert cosines.tolist() == [1, 0, 0]
