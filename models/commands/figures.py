"""Figures with intervals as the commands print them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.judging.evaluation import Evaluation

NOTHING = "–"


def figure(value: Any, decimals: int = 3, *, percent: bool = False) -> str:  # noqa: ANN401
    """A `models.judging.metrics.Figure`, or (value, low, high), as "0.711 (0.690 to 0.731)"; a dash for nothing."""
    if value is None:
        return NOTHING
    parts = tuple(value) if isinstance(value, (tuple, list)) else (value.value, value.low, value.high)
    if parts[0] is None:
        return NOTHING
    shown = [NOTHING if part is None else share(part) if percent else f"{part:.{decimals}f}" for part in parts]
    told = f"{shown[0]} ({shown[1]} to {shown[2]})" if parts[1] is not None and parts[2] is not None else shown[0]
    return told.replace("-", "−")


def share(value: float) -> str:
    """A share as a percentage."""
    return f"{100 * value:.0f} %"


def evaluation_rows(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """One line for the predictor on all tickets, for each baseline, stage and segment's value."""
    return [
        (
            _named(row.name, row.segment, row.slice), f"{row.tickets:,}", figure(row.roc_auc), figure(row.pr_auc),
            figure(row.brier), figure(row.skill, 2), NOTHING if row.ece.value is None else f"{row.ece.value:.3f}",
        )
        for row in evaluation.rows
    ]  # fmt: skip


def _named(name: str, segment: str | None, slice_: str) -> str:
    if segment is None:
        return name
    return f"  {slice_.replace('_', ' ')}" if segment == "stage" else f"  {segment} = {slice_}"
