"""Answers to counts: ten million rows become a few thousand, and every figure above works on those.

A *counts frame* has one row a combination that occurs: the segment columns, ``period_start`` where a period was asked
for, ``value`` and ``n``. The store makes the same frame with one GROUP BY; ``count_answers`` makes it from rows in
memory: integer codes, then one count over the product of the codes, in chunks on two threads.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from verbatim.errors import ScaleError, UserError
from verbatim.scores import periods

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CHUNK_ROWS = 1 << 19
THREADS = 2
DENSE_CELLS = 1 << 22  # up to this many combinations are counted in an array, more in a hash table
WIDEST_SCALE = 1000
SLOT_SECONDS = 900  # clock offsets are whole quarter hours since 1972: a table of slots gives the period
UNITS_A_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Axis:
    """One key column as codes: ``read(rows)`` gives 0 for "missing" and ``i + 1`` for ``labels[i]``."""

    name: str
    labels: pd.Index[Any]
    read: Callable[[slice], Codes]

    @property
    def size(self) -> int:
        return len(self.labels) + 1


def count_answers(
    answers: pd.DataFrame, *, by: Sequence[str] = (), period: str | None = None, tz: str = "UTC",
    value: str = "value", at: str = "occurred_at",
) -> pd.DataFrame:  # fmt: skip
    """Count equal answers: columns ``[*by, period_start?, value, n]``, sorted, whatever the order of the rows.

    ``answers`` has a numeric column ``value`` (NaN = no answer, not counted), the columns of ``by`` (any type; missing
    values form a group of their own) and, for a ``period``, aware datetimes in ``at``. A column ``scale`` or ``step``
    that is there joins ``by``, so that answers that must not be averaged stay apart.

    Raises:
        UserError: a column is missing, or times are naive.
        ScaleError: answers are not whole numbers.
    """
    names = [*by, *(name for name in ("scale", "step") if name in answers and name not in by)]
    missing = [name for name in [*names, value, *([at] if period else [])] if name not in answers]
    if missing:
        raise UserError(f"no column {missing[0]!r} to count by; there are {', '.join(map(str, answers.columns))}")
    axes = [_segment_axis(answers[name]) for name in names]
    if period is not None:
        axes.append(_period_axis(answers[at], period, tz))
    axes.append(_value_axis(answers[value]))
    cells, n = _count_cells(axes, len(answers))
    return _frame(axes, cells, n)


def _segment_axis(column: pd.Series) -> _Axis:
    name = str(column.name)
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes: NDArray[Any] = column.cat.codes.to_numpy()
        labels: pd.Index[Any] = column.cat.categories
    else:
        codes, uniques = pd.factorize(column)
        labels = pd.Index(uniques)
    return _Axis(name, labels, lambda rows: codes[rows].astype(np.int64) + 1)


def _period_axis(times: pd.Series, period: str, tz: str) -> _Axis:
    if not isinstance(times.dtype, pd.DatetimeTZDtype):
        raise UserError(f"{times.name!r} has no time zone ({times.dtype}); use pd.to_datetime(…, utc=True)")
    index = pd.DatetimeIndex(times)
    moments, absent = index.asi8, np.iinfo(np.int64).min
    if index.isna().all():
        return _Axis("period_start", index[:0], lambda rows: np.zeros(len(moments[rows]), dtype=np.int64))
    starts = periods.edges(index.min(), index.max(), period, tz)  # NaT is skipped
    bounds = starts.as_unit(index.unit).asi8
    second = UNITS_A_SECOND[index.unit]
    table = _slot_table(bounds, SLOT_SECONDS * second)

    def read(rows: slice) -> Codes:
        chunk = moments[rows]
        if table is None:
            codes = np.searchsorted(bounds, chunk, side="right")
        else:
            slots = (chunk - bounds[0]) // (SLOT_SECONDS * second)
            codes = table.take(slots, mode="clip")
        return np.where(chunk == absent, 0, codes).astype(np.int64)

    return _Axis("period_start", starts[:-1], read)


def _slot_table(bounds: Codes, slot: int) -> NDArray[np.int32] | None:
    """The period code of each quarter hour from ``bounds[0]`` on; ``None`` where a bound is not on a quarter."""
    widths = np.diff(bounds)
    if (widths % slot).any():
        return None
    return np.repeat(np.arange(1, len(bounds), dtype=np.int32), widths // slot)


def _value_axis(column: pd.Series) -> _Axis:
    try:
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ScaleError(f"{column.name!r} holds text; read it with Scale.parse first") from error
    present = values.size > 0 and not np.isnan(values).all()
    low, high = (int(np.nanmin(values)), int(np.nanmax(values))) if present else (0, 0)
    if high - low > WIDEST_SCALE:
        raise ScaleError(f"answers from {low} to {high} are on no scale")

    def read(rows: slice) -> Codes:
        chunk = values[rows]
        answered = ~np.isnan(chunk)
        whole = np.where(answered, chunk, low - 1).astype(np.int64)
        if (whole != chunk)[answered].any():
            fraction = chunk[answered & (whole != chunk)][0]
            raise ScaleError(f"{fraction} is a fraction; answers are whole numbers, and none is rounded")
        return whole - (low - 1)

    return _Axis("value", pd.Index(np.arange(low, high + 1, dtype=np.float64)), read)


def _count_cells(axes: Sequence[_Axis], rows: int) -> tuple[Codes, Codes]:
    """Cell numbers (mixed radix over the axes, the last fastest) and how many rows fell in each."""
    cells = int(np.prod([axis.size for axis in axes], dtype=np.float64))
    if cells >= 2**62:
        raise UserError("too many combinations of segments to count at once; use fewer segments")
    chunks = [slice(start, min(start + CHUNK_ROWS, rows)) for start in range(0, rows, CHUNK_ROWS)]
    dense = cells <= max(DENSE_CELLS, rows)

    def combined(chunk: slice) -> Codes:
        number = axes[0].read(chunk)
        for axis in axes[1:]:
            number = number * axis.size + axis.read(chunk)
        return number

    def work(share: Sequence[slice]) -> Codes:
        total = np.zeros(cells, dtype=np.int64)
        for chunk in share:
            total += np.bincount(combined(chunk), minlength=cells)
        return total

    with ThreadPoolExecutor(THREADS) as pool:
        if dense:
            totals = sum(pool.map(work, [chunks[i::THREADS] for i in range(THREADS)]), np.zeros(cells, dtype=np.int64))
            found = np.flatnonzero(totals)
            return found, totals[found]
        numbers = np.concatenate(list(pool.map(combined, chunks)))
    counted = pd.Series(numbers).value_counts(sort=False).sort_index()
    return np.asarray(counted.index, dtype=np.int64), np.asarray(counted, dtype=np.int64)


def _frame(axes: Sequence[_Axis], cells: Codes, n: Codes) -> pd.DataFrame:
    codes: list[Codes] = []
    rest = cells
    for axis in reversed(axes):
        rest, code = np.divmod(rest, axis.size)
        codes.append(code - 1)
    codes.reverse()
    answered = codes[-1] >= 0
    columns = {axis.name: _labelled(axis, code[answered]) for axis, code in zip(axes, codes, strict=True)}
    frame = pd.DataFrame({**columns, "n": n[answered]})
    ranks = [_ranks(axis)[code[answered]] for axis, code in zip(axes, codes, strict=True)]
    return frame.iloc[np.lexsort(ranks[::-1])].reset_index(drop=True)


def _labelled(axis: _Axis, codes: Codes) -> pd.Series:
    """Labels for codes, −1 being missing; categories come back as plain values."""
    labels = pd.Series(axis.labels)
    if isinstance(labels.dtype, pd.CategoricalDtype):
        labels = labels.astype(labels.cat.categories.dtype)
    return labels.reindex(codes).reset_index(drop=True)


def _ranks(axis: _Axis) -> Codes:
    """The rank of each label in sorted order, missing last, so that category order or first sight do not matter."""
    order = sorted(range(len(axis.labels)), key=lambda i: sort_key(axis.labels[i]))
    ranks = np.empty(axis.size, dtype=np.int64)
    ranks[order] = np.arange(len(order))
    ranks[-1] = len(order)  # code −1
    return ranks


def sort_key(label: Any) -> tuple[bool, str, Any]:  # noqa: ANN401
    """Sorts labels of any kind: missing last, kinds apart, then by value."""
    if label is None or label is pd.NaT or label is pd.NA or label != label:
        return True, "", 0
    kind = "number" if isinstance(label, (int, float, np.number)) else type(label).__name__
    return False, kind, label
