"""What comes back: predictors.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictorOut(Answered):
    """A version of a predictor."""

    name: str
    metric: str
    # refused, ready, active or retired
    status: str
    # whether the gate let it pass
    proven: bool
    # what counts as a bad rating
    target: str
    created_at: datetime
    # first rated ticket it learnt from
    data_start: datetime
    data_end: datetime
    tickets: int
    snapshots: int
    # tickets that were rated badly
    cases: int
    # what the gate said of it: why it passed, or why not
    gate_reasons: tuple[str, ...]
    # headline metrics and settings of the training
    summary: Mapping[str, Any]
    activated_at: datetime | None
    retired_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictors(Answered):
    """Every version, newest first."""

    predictors: tuple[PredictorOut, ...]
