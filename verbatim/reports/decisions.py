"""What the month leaves to decide, and what was decided lately: milestones, with what followed them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from verbatim.domain import Period
from verbatim.reports import sentences
from verbatim.reports.model import Decisions, Sentence
from verbatim.reports.story import EVENT_DAYS, RECENT_MONTHS, around_events
from verbatim.reports.words import many

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from typing import Any

    from verbatim.reports.metrics import Measure
    from verbatim.reports.model import Chronic, MetricSection
    from verbatim.reports.months import Calendar
    from verbatim.scores.trends import Comparison
    from verbatim.storage.store import Store

MOST_TAKEN = 4
NOT_RECORDED = "No milestone of the last three months is recorded: `verbatim ingest milestones`, or the API."
A_COMPARISON = "Before and after a milestone is a comparison, not a proof."


def decisions(
    store: Store, calendar: Calendar, measures: Sequence[Measure], sections: Sequence[MetricSection], chronic: Chronic
) -> Decisions:  # fmt: skip
    """What the figures put to those who read them, each only where its statistics hold; the latest milestones first."""
    earliest = Period.of_month(calendar.window[-RECENT_MONTHS], calendar.tz).start
    main = [measure for measure in measures if measure.main]
    taken = [_taken(calendar, *one) for one in around_events(store, calendar, main, earliest)]
    due = [*map(sentences.decide_target, sections), sentences.decide_chronic(chronic.names, chronic.issues)]
    asked = tuple(one for one in due if one is not None)
    return Decisions(asked, tuple(taken[::-1][:MOST_TAKEN]), A_COMPARISON if taken else NOT_RECORDED)


def _taken(
    calendar: Calendar, event: Mapping[Hashable, Any], compared: Sequence[tuple[Measure, Comparison]]
) -> Sentence:
    """A milestone, and each score since."""
    days = (calendar.period.end - event["at"]) // timedelta(days=1)
    after = "four weeks" if days >= EVENT_DAYS else many(max(days, 1), "day")
    told = "; ".join(sentences.followed(one.name, one.unit, found) for one, found in compared)
    name = f"\u201c{event['name']}\u201d ({calendar.day_label(event['at'])}, {event['kind']})"
    return Sentence(name, f"in the {after} after, against four weeks before: {told}")
