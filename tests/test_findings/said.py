"""Frames for the tests: comments of a year with themes at given rates, and answers with known effects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from verbatim.sample import write_sample

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

START = datetime(2025, 11, 1, tzinfo=UTC)
MONTHS = ("2025-11", "2025-12", *(f"2026-{month:02d}" for month in range(1, 11)))
LAST = MONTHS[-1]
TREE = pd.DataFrame(
    {
        "id": ["A", "A1", "A2", "B", "N", "OLD"],
        "parent_id": [None, "A", "A", None, None, None],
        "kind": ["theme", "theme", "theme", "theme", "no_detail", "theme"],
        "archived": [False, False, False, False, False, True],
    }
)


def year(
    rates: Mapping[str, Sequence[float] | float], *, a_month: int = 200, months: int = 12, seed: int = 1,
    customers: int = 400,
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """Comments (``a_month`` each month) and pairs: every comment is on each theme at its rate, by month or constant."""
    rng = np.random.default_rng(seed)
    count = a_month * months
    month = np.repeat(np.arange(months), a_month)
    at = [
        START + timedelta(days=30.4 * float(m) + float(d))
        for m, d in zip(month, rng.uniform(0, 30, count), strict=True)
    ]
    comments = pd.DataFrame(
        {
            "id": [f"k{number:06d}" for number in range(count)],
            "occurred_at": pd.to_datetime(at, utc=True).as_unit("us"),
            "contact_id": [f"p{one}" for one in rng.integers(0, customers, count)],
        }
    )
    parts = []
    for theme, rate in rates.items():
        by_month = np.broadcast_to(np.asarray(rate, dtype=float), (months,))
        on = rng.random(count) < by_month[month]
        parts.append(pd.DataFrame({"comment_id": comments["id"][on], "theme_id": theme}))
    return comments, pd.concat(parts, ignore_index=True)


def rated(
    effects: Mapping[str, tuple[float, float]], *, n: int = 1500, base: float = 0.6, seed: int = 3, customers: int = 200
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Answers 5 or 1 and pairs: theme → (how often, effect on the chance of a 5); one in five has no comment."""
    rng = np.random.default_rng(seed)
    names = list(effects)
    on = np.column_stack([rng.random(n) < effects[name][0] for name in names])
    silent = rng.random(n) < 0.2
    on[silent] = False
    chance = np.clip(base + on @ np.array([effects[name][1] for name in names]), 0, 1)
    ids = [f"a{number:05d}" for number in range(n)]
    answers = pd.DataFrame(
        {
            "id": ids,
            "value": np.where(rng.random(n) < chance, 5.0, 1.0),
            "account_id": [f"c{one}" for one in rng.integers(0, customers, n)],
            "commented": ~silent,
            "occurred_at": pd.to_datetime([START + timedelta(days=int(d)) for d in rng.integers(0, 364, n)], utc=True),
        }
    )
    rows, columns = np.nonzero(on)
    pairs = pd.DataFrame({"answer_id": [ids[row] for row in rows], "theme_id": [names[column] for column in columns]})
    return answers, pairs


@cache
def planted() -> tuple[pd.DataFrame, pd.DataFrame, dict[str, dict[str, float]]]:
    """The sample organisation: answers (``metric``, ``telling``), true pairs (``id``, ``theme_id``), effects."""
    from bench.drivers import sample_frames

    with TemporaryDirectory() as folder:
        write_sample(Path(folder))
        return sample_frames(Path(folder))


def planted_comments() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The sample's comments that say something, and pairs (``comment_id``, ``theme_id``)."""
    answers, pairs, _ = planted()
    told = answers.loc[answers["telling"], ["id", "occurred_at", "account_id", "contact_id"]]
    return told, pairs.rename(columns={"id": "comment_id"})
