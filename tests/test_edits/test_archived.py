from __future__ import annotations

import pandas as pd

from verbatim.edits.archived import hidden_themes


def test_what_is_under_an_archived_theme_is_hidden_too():
    rows = [("T1", None, True), ("T2", "T1", False), ("T3", "T2", False), ("T4", None, False), ("T5", "T4", True)]
    frame = pd.DataFrame(rows, columns=["id", "parent_id", "archived"])
    assert hidden_themes(frame) == {"T1", "T2", "T3", "T5"}
