"""What changed, why, and what next: asks every sentence whether it holds, and keeps those that do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from verbatim.domain import Metric
from verbatim.reports import sentences
from verbatim.reports.model import Sentence, Story
from verbatim.reports.words import month_name
from verbatim.scores import divergences
from verbatim.scores.segments import PROTECTED
from verbatim.scores.trends import before_and_after, compare
from verbatim.storage import queries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from verbatim.reports.metrics import Measure
    from verbatim.reports.model import MetricSection, QualitySection, ThemeLine, ThemeScore, ThemeSection
    from verbatim.reports.months import Calendar
    from verbatim.scores.divergences import Divergence
    from verbatim.scores.trends import Comparison
    from verbatim.storage.store import Store

MOST = 6
RECENT_MONTHS = 3
EVENT_DAYS = 28
MOST_ACCOUNTS = 3
HALF = 3


def tell(
    sections: Sequence[MetricSection], themes: ThemeSection, quality: Sequence[QualitySection],
    contradictions: Sequence[Sentence], events: Sequence[Sentence], calendar: Calendar,
) -> Story:  # fmt: skip
    """The story of the month; each part has six sentences at most, the surest kinds first."""
    changed = _first(_changed(sections, themes, contradictions, calendar))
    why = _first([*_causes(sections, themes), *events])
    following = _first(_next(sections, themes, quality, calendar))
    compared = any(section.change for section in sections) or any(theme.change for theme in themes.top)
    return Story(changed, why, following, sentences.quiet_month(changed, compared=compared))


def contradictions(store: Store, calendar: Calendar, measures: Sequence[Measure]) -> list[Sentence]:
    """Signals that contradict each other, named by `verbatim.scores.divergences`."""
    by_metric = {measure.metric: measure for measure in measures if measure.main}
    found: list[Divergence | None] = []
    csat, nps = by_metric.get(Metric.CSAT), by_metric.get(Metric.NPS)
    halves = {metric: _halves(measure, calendar) for metric, measure in by_metric.items()}
    if csat is not None and nps is not None and csat.unit == "percent":
        found.append(divergences.csat_high_while_nps_falls(halves[Metric.CSAT], halves[Metric.NPS]))
    for measure in by_metric.values():
        found.append(_channel_alone(store, calendar, measure))
    sentences_found = [Sentence(one.statement, "signals that contradict each other") for one in found if one]
    return sentences_found + (_renewals(store, calendar, csat) if csat else [])


def event_sentences(store: Store, calendar: Calendar, measures: Sequence[Measure]) -> list[Sentence]:
    """The scores in the four weeks before and after each milestone since the month before the report's."""
    milestones = queries.milestones(store)
    earliest = calendar.period.start - timedelta(days=EVENT_DAYS)
    recent = milestones[(milestones["at"] >= earliest) & (milestones["at"] < calendar.period.end)]
    found = []
    for event in recent.to_dict("records"):
        span = timedelta(days=EVENT_DAYS + 1)
        for measure in measures:
            daily = queries.answer_counts(
                store, measure.metric, period="day", tz=calendar.tz, start=event["at"] - span,
                end=min(event["at"] + span, calendar.period.end),
            )  # fmt: skip
            comparison = before_and_after(
                measure.mine(daily), event["at"], measure.definition, days=EVENT_DAYS, tz=calendar.tz
            )
            day = calendar.day_label(event["at"])
            found.append(sentences.milestone_moved(event["name"], day, measure.name, measure.unit, comparison))
    return [sentence for sentence in found if sentence is not None]


def _halves(measure: Measure, calendar: Calendar) -> Comparison:
    """The last three months against the three before: long enough for a quarterly NPS."""
    old, new = calendar.window[:HALF], calendar.window[HALF:]
    months = measure.months["period_start"].dt.tz_convert(calendar.tz).dt.strftime("%Y-%m")
    before, after = (measure.months[months.isin(half)] for half in (old, new))
    return compare(before, after, measure.definition)


def _channel_alone(store: Store, calendar: Calendar, measure: Measure) -> Divergence | None:
    if "channel" not in queries.segment_names(store, measure.metric):
        return None
    turn = calendar.period.start
    before, after = (
        measure.mine(queries.answer_counts(store, measure.metric, by=["channel"], start=start, end=end))
        for start, end in ((calendar.month_before.start, turn), (turn, calendar.period.end))
    )
    return divergences.channel_falling_alone(before, after, measure.definition)


def _renewals(store: Store, calendar: Calendar, csat: Measure) -> list[Sentence]:
    accounts = queries.accounts(store)
    if accounts.empty or accounts["renewal_at"].isna().all():
        return []
    spans = ((calendar.window_start, calendar.half), (calendar.half, calendar.period.end))
    before, after = (
        csat.mine(queries.answer_counts(store, csat.metric, by=["account_id"], start=start, end=end))
        for start, end in spans
    )
    found = divergences.accounts_falling_before_renewal(
        before, after, csat.definition, accounts, today=calendar.period.end
    )
    shown = found[:MOST_ACCOUNTS]
    chance = "of {checked} accounts compared; about one in forty falls by chance"
    return [Sentence(one.statement, chance.format(checked=one.evidence["checked"])) for one in shown]


def _changed(
    sections: Sequence[MetricSection], themes: ThemeSection, contradicting: Sequence[Sentence], calendar: Calendar
) -> Iterator[Sentence | None]:
    recent = tuple(month_name(month) for month in calendar.window[-RECENT_MONTHS:])
    yield from map(sentences.score_moved, sections)
    yield from map(sentences.goal_missed, sections)
    yield from map(sentences.goal_reached, sections)
    for movement in themes.movements:
        yield sentences.theme_appeared(movement, recent)
    yield from contradicting
    for section in sections:
        for breakdown in section.breakdowns:
            if breakdown.segment not in PROTECTED:
                for group in breakdown.groups:
                    yield sentences.group_moved(section, breakdown.segment, group)
    yield from map(sentences.theme_moved, themes.top)


def _causes(sections: Sequence[MetricSection], themes: ThemeSection) -> Iterator[Sentence | None]:
    pairs = _scored(sections, themes)
    for section, theme, score in pairs:
        yield sentences.theme_drives_change(section, theme, score)
    for section, theme, score in _heaviest(pairs):
        yield sentences.theme_weighs(theme, score, lower_is_better=section.lower_is_better)
    for section, theme, score in _heaviest(pairs):
        yield sentences.theme_lifts(theme, score, lower_is_better=section.lower_is_better)


def _next(
    sections: Sequence[MetricSection], themes: ThemeSection, quality: Sequence[QualitySection], calendar: Calendar
) -> Iterator[Sentence | None]:
    recent = tuple(month_name(month) for month in calendar.window[-RECENT_MONTHS:])
    worst = (
        sentences.look_first(theme, score, lower_is_better=section.lower_is_better)
        for section, theme, score in _heaviest(_scored(sections, themes))
    )
    yield next((sentence for sentence in worst if sentence), None)
    for movement in themes.movements:
        yield sentences.own_new_theme(movement, recent)
    for section in sections:
        for breakdown in section.breakdowns:
            if breakdown.segment not in PROTECTED:
                for group in breakdown.groups:
                    yield sentences.read_group(section, breakdown.segment, group)
    for survey in quality:
        yield sentences.ask_more(survey.name, survey.response)


def _scored(
    sections: Sequence[MetricSection], themes: ThemeSection
) -> list[tuple[MetricSection, ThemeLine, ThemeScore]]:
    by_name = {section.name: section for section in sections}
    return [(by_name[score.name], theme, score) for theme in themes.top for score in theme.scores]


def _heaviest(
    pairs: Iterable[tuple[MetricSection, ThemeLine, ThemeScore]],
) -> list[tuple[MetricSection, ThemeLine, ThemeScore]]:
    """One pair a theme, the first metric whose difference is real; by comments × difference, the heaviest first."""
    kept: dict[str, tuple[MetricSection, ThemeLine, ThemeScore]] = {}
    for section, theme, score in pairs:
        if score.real:
            kept.setdefault(theme.id, (section, theme, score))
    scale = {"mean": 25.0}
    return sorted(
        kept.values(),
        key=lambda pair: (-abs(pair[2].difference) * scale.get(pair[2].unit, 1.0) * pair[1].volume, pair[1].id),
    )


def _first(found: Iterable[Sentence | None]) -> tuple[Sentence, ...]:
    kept = dict.fromkeys(sentence for sentence in found if sentence is not None)
    return tuple(kept)[:MOST]
