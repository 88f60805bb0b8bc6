"""Verbatim mines the open-text comments of support surveys and tickets.

``from verbatim import ThemeMiner`` finds themes in a notebook; ``verbatim.scores`` stands alone there too, and
``verbatim.pipeline`` is the main path. Nothing heavy is imported here, so that ``import verbatim`` and
``verbatim --help`` are quick: what is offered is imported when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verbatim.miner import ThemeMiner

__version__ = "0.1.0"
__all__ = ["ThemeMiner", "__version__"]


def __getattr__(name: str) -> object:
    """``ThemeMiner``, imported now.

    Raises:
        AttributeError: any other name.
    """
    if name == "ThemeMiner":
        from verbatim.miner import ThemeMiner

        return ThemeMiner
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
