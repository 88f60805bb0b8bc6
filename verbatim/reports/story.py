"""What changed, why, and what next: asks every sentence whether it holds, and keeps those that do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from verbatim import signals
from verbatim.domain import Period
from verbatim.reports import sentences
from verbatim.reports.model import Sentence, Story
from verbatim.reports.words import MINUS, many, month_name
from verbatim.scores.segments import PROTECTED
from verbatim.scores.trends import before_and_after
from verbatim.storage import queries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from verbatim.reports.metrics import Measure
    from verbatim.reports.model import MetricSection, QualitySection, ThemeLine, ThemeScore, ThemeSection
    from verbatim.reports.months import Calendar
    from verbatim.scores.divergences import Divergence
    from verbatim.scores.trends import Comparison
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

MOST = {"changed": 7, "why": 4, "next": 4}
MOST_LIFTS = 1
MOST_WEIGHTS = 2
RECENT_MONTHS = 3
EVENT_DAYS = 28
RENEWAL_DAYS = 120
FALLEN = "account_falling_before_renewal"


@dataclass(frozen=True, slots=True)
class Extra:
    """What the store says beyond the sections: contradictions, milestones, accounts that fell before renewal."""

    contradictions: tuple[Sentence, ...]
    events: tuple[Sentence, ...]
    accounts: Sentence | None
    accounts_next: Sentence | None


@dataclass(frozen=True, slots=True)
class Milestone:
    """What happened, or was decided, and each score before and after it."""

    name: str
    kind: str
    at: datetime
    compared: tuple[tuple[Measure, Comparison], ...]


def tell(
    sections: Sequence[MetricSection], themes: ThemeSection, quality: Sequence[QualitySection], extra: Extra,
    calendar: Calendar,
) -> Story:  # fmt: skip
    """The story of the month, each part cut to what fits, the surest kinds first."""
    changed = _first(_changed(sections, themes, extra, calendar), MOST["changed"])
    why = _first([*_causes(sections, themes), *extra.events], MOST["why"])
    following = _first(_next(sections, themes, quality, extra, calendar), MOST["next"])
    compared = any(section.change for section in sections) or any(theme.change for theme in themes.top)
    return Story(changed, why, following, sentences.quiet_month(changed, compared=compared))


def ask_store(store: Store, settings: Settings, calendar: Calendar, milestones: Sequence[Milestone]) -> Extra:
    """The sentences that need more than the sections hold: what `verbatim.signals` finds up to the month's end."""
    found = signals.contradictions(store, settings, end=calendar.period.end)
    fallen = [one for one in found if one.kind == FALLEN]
    told = tuple(
        Sentence(_typeset(one.statement), "signals that contradict each other") for one in found if one.kind != FALLEN
    )
    return Extra(told, tuple(event_sentences(calendar, milestones)), *account_sentences(store, calendar, fallen))


def account_sentences(
    store: Store, calendar: Calendar, fallen: Sequence[Divergence]
) -> tuple[Sentence | None, Sentence | None]:
    """Accounts that fell before they renew: what changed, and what next."""
    if not fallen:
        return None, None
    accounts = queries.accounts(store)
    known = {row["id"]: row for row in accounts.to_dict("records")}
    named = [(known[one.evidence["account_id"]], one.evidence) for one in fallen]
    names = [row["name"] or row["external_id"] or row["id"] for row, _ in named]
    today = calendar.period.end
    due = accounts["renewal_at"].between(today, today + timedelta(days=RENEWAL_DAYS))
    told = [
        f"{name} ({e['mean']['before']:.1f} to {e['mean']['after']:.1f}, in {many(e['days'], 'day')})"
        for name, (_, e) in zip(names, named, strict=True)
    ]
    changed = sentences.accounts_falling(told, int(due.sum()), fallen[0].evidence["checked"])
    return changed, sentences.talk_to_accounts(names, [row["owner"] for row, _ in named])


def event_sentences(calendar: Calendar, milestones: Sequence[Milestone]) -> list[Sentence]:
    """The scores in the four weeks before and after each milestone since the month before the report's."""
    earliest = calendar.period.start - timedelta(days=EVENT_DAYS)
    found = [
        sentences.milestone_moved(one.name, calendar.day_label(one.at), measure.name, measure.unit, comparison)
        for one in milestones if one.at >= earliest for measure, comparison in one.compared
    ]  # fmt: skip
    return [sentence for sentence in found if sentence is not None]


def recent_milestones(store: Store, calendar: Calendar, measures: Sequence[Measure]) -> tuple[Milestone, ...]:
    """Those of the last three months, and each score in the four weeks before and after them, within the month."""
    earliest = Period.of_month(calendar.window[-RECENT_MONTHS], calendar.tz).start
    rows = queries.milestones(store)
    recent = rows[(rows["at"] >= earliest) & (rows["at"] < calendar.period.end)]
    span = timedelta(days=EVENT_DAYS + 1)
    found = []
    for row in recent.to_dict("records"):
        compared = []
        for measure in measures:
            daily = queries.answer_counts(
                store, measure.metric, period="day", tz=calendar.tz, start=row["at"] - span,
                end=min(row["at"] + span, calendar.period.end),
            )  # fmt: skip
            comparison = before_and_after(
                measure.mine(daily), row["at"], measure.definition, days=EVENT_DAYS, tz=calendar.tz
            )
            compared.append((measure, comparison))
        found.append(Milestone(row["name"], row["kind"], row["at"], tuple(compared)))
    return tuple(found)


def _typeset(statement: str) -> str:
    """A statement of the score room in the report's signs: a true minus, no space before the percent sign."""
    return re.sub(r"(?<!\S)\(?-(?=\d)", lambda hit: hit[0].replace("-", MINUS), statement).replace(" %", "%")


def _changed(
    sections: Sequence[MetricSection], themes: ThemeSection, extra: Extra, calendar: Calendar
) -> Iterator[Sentence | None]:
    recent = tuple(month_name(month) for month in calendar.window[-RECENT_MONTHS:])
    yield from map(sentences.score_moved, sections)
    yield from map(sentences.score_drifted, sections)
    yield from map(sentences.goal_missed, sections)
    yield from map(sentences.goal_reached, sections)
    for movement in themes.movements:
        yield sentences.theme_appeared(movement, recent)
    yield from extra.contradictions
    yield extra.accounts
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
    weights = [
        sentences.theme_weighs(theme, score, lower_is_better=section.lower_is_better)
        for section, theme, score in _heaviest(pairs)
    ]
    lifts = [
        sentences.theme_lifts(theme, score, lower_is_better=section.lower_is_better)
        for section, theme, score in _heaviest(pairs)
    ]
    yield from [sentence for sentence in weights if sentence][:MOST_WEIGHTS]
    yield from [sentence for sentence in lifts if sentence][:MOST_LIFTS]


def _next(
    sections: Sequence[MetricSection], themes: ThemeSection, quality: Sequence[QualitySection], extra: Extra,
    calendar: Calendar,
) -> Iterator[Sentence | None]:  # fmt: skip
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
    yield extra.accounts_next
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


def _first(found: Iterable[Sentence | None], most: int) -> tuple[Sentence, ...]:
    kept = dict.fromkeys(sentence for sentence in found if sentence is not None)
    return tuple(kept)[:most]
