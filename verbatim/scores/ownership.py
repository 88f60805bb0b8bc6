"""Whose answer it is: an answer belongs to the agent who held the ticket when it was rated, not to the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from verbatim.errors import UserError
from verbatim.scores.groups import require

if TYPE_CHECKING:
    from collections.abc import Sequence

HANDOVERS = ("assigned", "reassigned")


def agent_when_rated(
    answers: pd.DataFrame, events: pd.DataFrame, *, at: str = "answered_at", agent: str = "agent",
    kinds: Sequence[str] = HANDOVERS,
) -> pd.Series:  # fmt: skip
    """The agent of every answer (index kept) from the log of its ticket; where the log is silent, the column ``agent``.

    ``answers`` has ``ticket_id``, the time ``at`` and ``agent`` (the ticket's agent as exported, often the last one).
    ``events`` has ``ticket_id``, ``at``, ``kind``, ``from_value`` and ``to_value``; of its ``kinds`` the last one
    until the rating says who took over, else the first one after it says who handed over.

    Raises:
        UserError: a column is missing or a time has no zone.
    """
    require(answers, ["ticket_id", at, agent])
    require(events, ["ticket_id", "at", "kind", "from_value", "to_value"])
    for times in (answers[at], events["at"]):
        if not isinstance(times.dtype, pd.DatetimeTZDtype):
            raise UserError(f"{times.name!r} has no time zone ({times.dtype}); use pd.to_datetime(…, utc=True)")
    handovers = events[events["kind"].isin(list(kinds)) & events["ticket_id"].notna() & events["at"].notna()]
    rated = answers[answers["ticket_id"].notna() & answers[at].notna()]
    if handovers.empty or rated.empty:
        return answers[agent].copy()
    took_over = _nearest(rated, at, handovers, "to_value", "backward")
    handed_over = _nearest(rated, at, handovers, "from_value", "forward")
    known = took_over.where(took_over.notna(), handed_over).dropna()
    held = answers[agent].astype(object)
    held.loc[known.index] = known
    return held


def _nearest(rated: pd.DataFrame, at: str, handovers: pd.DataFrame, column: str, direction: str) -> pd.Series:
    """``column`` of the nearest handover of the ticket before (or at) the rating, or after it; by answer."""
    left = pd.DataFrame({
        "ticket_id": rated["ticket_id"].astype(str), "moment": rated[at].dt.as_unit("us"), "row": range(len(rated)),
    })  # fmt: skip
    right = pd.DataFrame({
        "ticket_id": handovers["ticket_id"].astype(str), "moment": handovers["at"].dt.as_unit("us"),
        "agent": handovers[column],
    })  # fmt: skip
    order = ["moment", "ticket_id", "agent"]
    joined = pd.merge_asof(
        left.sort_values("moment", kind="stable"), right.sort_values(order, kind="stable", na_position="first"),
        on="moment", by="ticket_id", direction="backward" if direction == "backward" else "forward",
        allow_exact_matches=direction == "backward",
    )  # fmt: skip
    return joined.sort_values("row")["agent"].set_axis(rated.index)
