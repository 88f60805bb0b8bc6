"""What the month leaves to decide, and the latest milestones (what was decided, or happened) with what followed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from verbatim.reports.model import Decisions, Sentence
from verbatim.reports.sentences import NO_OWNER, goal_missed, plain_gap
from verbatim.reports.story import EVENT_DAYS
from verbatim.reports.words import amount, count, gap_span, many

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verbatim.reports.model import Chronic, MetricSection
    from verbatim.reports.months import Calendar
    from verbatim.reports.story import Milestone
    from verbatim.scores.trends import Comparison

MOST_TAKEN = 4
NOT_RECORDED = "No milestone of the last three months is recorded: `verbatim ingest milestones`, or the API."
A_COMPARISON = "Before and after a milestone is a comparison, not a proof."


def decisions(
    calendar: Calendar, sections: Sequence[MetricSection], chronic: Chronic, milestones: Sequence[Milestone]
) -> Decisions:
    """What the figures put to those who read them, each only where its statistics hold; the latest milestones first."""
    due = [*map(decide_target, sections), decide_chronic(chronic.names, chronic.issues)]
    latest = sorted(milestones, key=lambda one: one.at, reverse=True)[:MOST_TAKEN]
    return Decisions(
        tuple(one for one in due if one is not None), tuple(_taken(calendar, one) for one in latest),
        A_COMPARISON if latest else NOT_RECORDED,
    )  # fmt: skip


def followed(metric: str, unit: str, comparison: Comparison) -> str:
    """What a score did after an event, in a few words: how much it moved, that this is noise, or that nobody knows."""
    found = comparison.change
    if found.value is None or found.low is None or found.high is None:
        return f"{metric} unknown, too few answers"
    n = f"n {count(comparison.after.n)} and {count(comparison.before.n)}"
    if not (comparison.is_fall or comparison.is_rise):
        return f"{metric} within noise ({n})"
    more = "higher" if found.value > 0 else "lower"
    return f"{metric} {plain_gap(found.value, unit)} {more} ({gap_span(found.low, found.high, unit)}; {n})"


def decide_target(section: MetricSection) -> Sentence | None:
    """A target that is missed by more than noise: keep it and act, or set another."""
    missed = goal_missed(section)
    if missed is None or section.goal is None:
        return None
    text = f"{section.name}: keep the target of {amount(section.goal.value, section.unit)} and act, or set another."
    return Sentence(text, missed.evidence, NO_OWNER)


def decide_chronic(names: Sequence[str], issues: Sequence[Sentence]) -> Sentence | None:
    """Themes that have been worse for months: somebody decides what becomes of them."""
    if not names:
        return None
    said = [f"\u201c{name}\u201d" for name in names]
    told = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    them = "it" if len(said) == 1 else "each"
    evidence = issues[0].evidence if len(said) == 1 else "worse for months running; figures under chronic issues"
    return Sentence(f"{told}: fix {them}, accept it, or tell customers why.", evidence, NO_OWNER)


def _taken(calendar: Calendar, milestone: Milestone) -> Sentence:
    """A milestone, and each score since."""
    days = (calendar.period.end - milestone.at) // timedelta(days=1)
    after = "four weeks" if days >= EVENT_DAYS else many(max(days, 1), "day")
    told = "; ".join(
        followed(measure.name, measure.unit, found) for measure, found in milestone.compared if measure.main
    )
    name = f"\u201c{milestone.name}\u201d ({calendar.day_label(milestone.at)}, {milestone.kind})"
    return Sentence(name, f"in the {after} after, against four weeks before: {told}")
