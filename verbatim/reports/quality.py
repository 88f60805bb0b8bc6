"""Survey quality: who was asked, who answered and when, and what the score were if all groups had answered alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from verbatim.domain import Metric, Period
from verbatim.reports.figures import figure_of_estimate, figure_of_score, share_figure
from verbatim.reports.metrics import NOT_RECORDED
from verbatim.reports.model import Figure, QualitySection, Representation
from verbatim.scores.stratified import post_stratify
from verbatim.scores.survey import answer_delays, respondents_table, summarise_delays
from verbatim.storage import queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verbatim.reports.metrics import Measure
    from verbatim.reports.months import Calendar
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

MOST_GROUPS = 12
ONLY_ANSWERS = "Only answers were read in, no unanswered surveys: a response rate cannot be given."


def quality_section(
    store: Store, settings: Settings, calendar: Calendar, measure: Measure, segments: Sequence[str]
) -> QualitySection | None:
    """What is known of one measure's surveys in the month; ``None`` where nobody was asked."""
    span = calendar.period
    sent = measure.mine(queries.surveys(store, measure.metric, start=span.start, end=span.end))
    asked, answered, commented = (int(sent[name].sum()) for name in ("sent", "answered", "commented"))
    if not asked:
        return None
    silent = asked > answered
    notes = [] if silent else [ONLY_ANSWERS]
    delay, late, doubtful = _delays(store, settings, measure, span)
    notes += doubtful
    segment, basis, rows, raw, weighted = _representation(store, calendar, measure, segments)
    return QualitySection(
        metric=measure.metric.value,
        name=measure.name,
        unit=measure.unit,
        sent=asked,
        response=share_figure(answered, asked) if silent else None,
        commented=share_figure(commented, answered) if answered else None,
        delay_hours=delay,
        late=late,
        segment=segment,
        representation=rows,
        raw=raw,
        weighted=weighted,
        basis=basis,
        notes=tuple(notes),
    )


def _delays(
    store: Store, settings: Settings, measure: Measure, span: Period
) -> tuple[float | None, Figure | None, list[str]]:
    """Median hours to the answer, the share of late ones, and what is wrong with the times."""
    rows = measure.mine(queries.answers(store, measure.metric, start=span.start, end=span.end, by=()))
    rows = rows[rows["status"] == "answered"]
    if rows.empty:
        return None, None, []
    solved = queries.tickets(store, end=span.end).set_index("id")["solved_at"]
    since = solved.reindex(rows["ticket_id"]).set_axis(rows.index)
    rows = rows.assign(since=since.fillna(rows["asked_at"]))
    delays = summarise_delays(answer_delays(rows, since="since", late_after_days=settings.late_after_days))
    notes = []
    if delays.implausible:
        notes.append(f"{delays.implausible:,} answers came before the ticket was solved; the delay leaves them out.")
    late = share_figure(delays.late, delays.n) if delays.n else None
    median = None if delays.median_hours is None else round(delays.median_hours, 2)
    return median, late, notes


def _representation(
    store: Store, calendar: Calendar, measure: Measure, segments: Sequence[str]
) -> tuple[str | None, str, tuple[Representation, ...], Figure | None, Figure | None]:
    """The first segment by which those who answered can be held against everybody."""
    known = {*queries.segment_names(store, measure.metric), *queries.BUILT_IN}
    for segment in [name for name in segments if name in known]:
        counts = measure.mine(
            queries.answer_counts(
                store, measure.metric, by=[segment], start=calendar.period.start, end=calendar.period.end
            )
        )
        everybody, basis = _everybody(store, calendar, measure, segment)
        groups = set(counts[segment].dropna()) & set(everybody[segment].dropna())
        if not 2 <= len(groups) <= MOST_GROUPS:
            continue
        answered = counts.groupby(segment, dropna=False)["n"].sum().reset_index()
        if not (everybody["n"].sum() > answered["n"].sum()):
            continue  # only answers were read in: held against themselves they say nothing
        table = respondents_table(answered, everybody, [segment])
        total = int(answered["n"].sum())
        rows = tuple(
            Representation(
                NOT_RECORDED if pd.isna(row[segment]) else str(row[segment]),
                round(float(row["tickets_share"]), 4),
                share_figure(int(row["respondents"]), total),
                bool(pd.notna(row["is_noise"]) and not row["is_noise"]),
            )
            for row in table.sort_values(["tickets", segment], ascending=[False, True]).to_dict("records")
        )
        found = post_stratify(counts, everybody, measure.definition, [segment])
        weighted = figure_of_estimate(found.adjusted, found.raw.n)
        return segment, basis, rows, figure_of_score(found.raw), weighted
    return None, "", (), None, None


def _everybody(store: Store, calendar: Calendar, measure: Measure, segment: str) -> tuple[pd.DataFrame, str]:
    """All tickets of the month by segment; where there are none (or NPS, which has none), all who were asked."""
    span = calendar.period
    if measure.metric is not Metric.NPS:
        tickets = queries.tickets(store, start=span.start, end=span.end)
        if segment in tickets and tickets[segment].notna().any():
            return tickets.groupby(segment, dropna=False).size().rename("n").reset_index(), "all tickets of the month"
    asked = measure.mine(queries.surveys(store, measure.metric, by=[segment], start=span.start, end=span.end))
    sizes = asked.groupby(segment, dropna=False)["sent"].sum().rename("n").reset_index()
    return sizes, "all who were asked"
