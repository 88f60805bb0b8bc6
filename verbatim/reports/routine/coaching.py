"""What to talk about with whom: praise first, nobody ranked, nobody with few answers shown.

A score stands beside a name only with its interval; a sentence about it only where it differs from everybody else's by
more than noise, all people allowed for. Answers belong to the agent who held the ticket when it was rated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from verbatim.reports.figures import change_of, family_confidence, figure_of_score
from verbatim.reports.routine.model import Coaching, CoachingSection
from verbatim.reports.routine.telling import agent_differs
from verbatim.reports.routine.voices import praise
from verbatim.scores import score_counts
from verbatim.scores.counting import count_answers
from verbatim.scores.ownership import HANDOVERS, agent_when_rated
from verbatim.scores.trends import compare
from verbatim.storage import queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verbatim.reports.metrics import Asked
    from verbatim.reports.routine.scores import Line
    from verbatim.reports.routine.spans import Days
    from verbatim.reports.routine.voices import Speakers
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

NO_AGENTS = "No answer says which agent held the ticket."
THE_OTHERS = "the others"


def rated_by_agent(store: Store, days: Days, lines: Sequence[Line]) -> pd.DataFrame | None:
    """Answers of the first metric's main scale with who held the ticket; ``None`` where that is not known."""
    line = next((line for line in lines if line.asked.main), None)
    if line is None or "agent" not in queries.segment_names(store, line.asked.metric):
        return None
    return answers_by_agent(store, days, line.asked)


def answers_by_agent(store: Store, days: Days, asked: Asked) -> pd.DataFrame:
    """The answers to one question with the ``agent`` who held the ticket when it was rated, where that is known."""
    span = days.period
    rows = queries.answers(store, asked.metric, start=span.start, end=span.end, by=["agent"])
    rows = asked.mine(rows[rows["status"] == "answered"])
    events = queries.ticket_events(store, kinds=HANDOVERS)
    if not events.empty:
        rows = rows.assign(agent=agent_when_rated(rows, events, at="occurred_at"))
    return rows[rows["agent"].notna()]


def coaching_section(
    settings: Settings, lines: Sequence[Line], rows: pd.DataFrame | None, voices: pd.DataFrame, speakers: Speakers
) -> CoachingSection:
    """Everybody with enough answers, by name; ``voices`` are all of the week."""
    line = next((line for line in lines if line.asked.main), None)
    if rows is None or line is None or rows.empty:
        return CoachingSection(None, (), 0, NO_AGENTS)
    definition = line.asked.definition
    sizes = rows.groupby("agent").size()
    shown = sorted(str(name) for name in sizes[sizes >= settings.agent_minimum].index)
    large = [name for name in shown if sizes[name] >= settings.small_group]
    confidence = family_confidence(len(large))
    agents = []
    for name in shown:
        own, others = (count_answers(side) for side in (rows[rows["agent"] == name], rows[rows["agent"] != name]))
        change = None
        if name in large and not others.empty:
            change = change_of(compare(others, own, definition, confidence=confidence), THE_OTHERS)
        said = voices[voices["submission_id"].isin(rows.loc[rows["agent"] == name, "submission_id"])]
        kind = next(iter(speakers.voices(praise(said).head(1))), None)
        note = agent_differs(change, line.shown)
        figure, small = figure_of_score(score_counts(own, definition)), name not in large
        agents.append(Coaching(name, figure, line.shown.unit, small, kind, note))
    return CoachingSection(line.asked.name, tuple(agents), len(sizes) - len(shown), None)
