"""Predictions of CSAT and CES for open tickets. May import ``verbatim``; is imported by ``api`` only.

The main path: `models.sources` reads the store, `models.tickets` says what was known of each ticket at a moment,
`models.learners` fits and refuses, `models.judging` says what that is worth. `models.learning`, `scoring`, `live` and
`watching` are what the commands and the API call. ``from models import CsatPredictor`` is for notebooks; it is imported
when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.estimator import CesPredictor, CsatPredictor

__all__ = ["CesPredictor", "CsatPredictor"]


def __getattr__(name: str) -> object:
    """``CsatPredictor`` or ``CesPredictor``, imported now.

    Raises:
        AttributeError: any other name.
    """
    if name in __all__:
        from models import estimator

        return getattr(estimator, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
