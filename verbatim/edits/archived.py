"""Which themes are in no list and no report, because a person archived them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def hidden_themes(themes: pd.DataFrame) -> set[str]:
    """The ids of archived themes and of everything under them; ``themes`` as ``queries.themes`` gives them."""
    hidden = set(themes.loc[themes["archived"].astype(bool), "id"])
    while more := set(themes.loc[themes["parent_id"].isin(hidden), "id"]) - hidden:
        hidden |= more
    return hidden
