"""The sentences of the report: each is a small function that says nothing where the statistics do not hold.

Every function returns ``None`` (or a sentence that names the noise) unless an interval excludes 0; the tests assert
both directions. Sentences compare, they do not prove a cause, and say so where a reader might think it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from verbatim.reports.model import Sentence
from verbatim.reports.words import (
    amount,
    count,
    day_name,
    estimate,
    gap_span,
    joined,
    many,
    month_name,
    number,
    signed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from verbatim.reports.model import (
        Change,
        Figure,
        Group,
        MetricSection,
        Movement,
        Scored,
        ScoreLine,
        ThemeLine,
        ThemeScore,
    )
    from verbatim.reports.months import Calendar
    from verbatim.scores.targets import TargetStatus
    from verbatim.scores.trends import Comparison

NO_OWNER = "to be named"
FEW_TO_JUDGE = 10
LOW_RESPONSE = 15.0
MOST_NAMED = 3
CHANCE = 0.025  # of an interval of 95 % to lie below 0 where nothing changed
Verdict = Literal["reached", "missed", "open"]


def with_headline(section: MetricSection, calendar: Calendar, small_group: int) -> MetricSection:
    """The section with its headline sentence."""
    parts = [_standing(section, calendar)]
    if section.figure.n:
        drift = _drift(section)
        if drift:
            parts.append(drift)
        if section.goal:
            parts.append(section.goal.sentence)
        if section.figure.n < small_group:
            parts.append(f"Fewer than {small_group} answers: uncertain.")
    return replace(section, headline=" ".join(parts))


def _standing(section: MetricSection, calendar: Calendar) -> str:
    name, unit, month = section.name, section.unit, month_name(calendar.month)
    if section.figure.n:
        return standing(section, alone="the months before have nothing to compare it with")
    known = [point for point in section.months if point.figure.n]
    last = f"; the last, in {known[-1].label}, gave {estimate(known[-1].figure, unit)}" if known else ""
    return f"No {name} answers in {month}{last}."


def with_standing(line: ScoreLine, against: str, small_group: int) -> ScoreLine:
    """The line with its headline sentence."""
    parts = [standing(line, alone=f"there is nothing in {against} to compare it with")]
    if line.small:
        parts.append(f"Fewer than {small_group} answers: uncertain.")
    return replace(line, headline=" ".join(parts))


def standing(section: Scored, *, alone: str) -> str:
    """Where a score with answers stands and whether it moved; ``alone`` says that there is nothing before it."""
    name, unit, now, change = section.name, section.unit, estimate(section.figure, section.unit), section.change
    if change is None:
        return f"{name} stands at {now}; {alone}."
    bounds = gap_span(change.low, change.high, unit)
    if change.real:
        moved = "rose" if change.difference > 0 else "fell"
        better = "" if unit == "percent" or not section.lower_is_better else " (lower is better)"
        gap = signed(change.difference, unit)
        return f"{name} {moved} to {now}{better}, {gap} against {change.against} ({bounds}): more than noise."
    moved = f"{signed(change.difference, unit)}, {bounds}"
    return f"{name} stands at {now}; the change against {change.against} ({moved}) is within noise."


def _drift(section: MetricSection) -> str | None:
    """Where it went over the six months, if by more than noise."""
    drift = section.drift
    if drift is None or not drift.real:
        return None
    gap, bounds = signed(drift.difference, section.unit), gap_span(drift.low, drift.high, section.unit)
    return f"Since {drift.against} it has moved by {gap} ({bounds}): more than noise."


def goal_verdict(goal: float, worst: float | None, best: float | None, sign: int) -> Verdict:
    """Where the interval from ``worst`` to ``best`` lies; ``sign`` is −1 where lower is better."""
    if worst is not None and sign * (worst - goal) >= 0:
        return "reached"
    if best is not None and sign * (best - goal) < 0:
        return "missed"
    return "open"


def goal_sentence(status: TargetStatus, gap: float | None, verdict: Verdict, *, due: str | None, unit: str) -> str:
    """One sentence on the target, certain only where the interval is."""
    asked = f"the target of {amount(status.goal, unit)}"
    if due:
        day = date.fromisoformat(due)
        asked += f" due {day_name(day)} {day.year}"
    if gap is None:
        return f"There is {asked}."
    if verdict == "open":
        text = f"It cannot be told from {asked}, which lies within the interval."
    elif verdict == "reached":
        text = f"It is above {asked}." if gap < 0 else f"It reaches {asked}."
    else:
        text = f"It misses {asked} by {plain_gap(gap, unit)}."
    if status.expected != status.goal and verdict != "reached":
        text += f" The way there asks for {amount(status.expected, unit)} by now."
    return text


def plain_gap(gap: float, unit: str) -> str:
    """A difference without its sign: ``4.5 points``; of means ``0.31``."""
    return number(abs(gap), 2) if unit == "mean" else f"{number(abs(gap))} points"


def score_moved(section: Scored) -> Sentence | None:
    """The score changed by more than noise."""
    change = section.change
    if change is None or not change.real:
        return None
    word = _direction(change, lower_is_better=section.lower_is_better)
    text = f"{section.name} {word} by {plain_gap(change.difference, section.unit)} against {change.against}."
    return Sentence(text, _evidence(change, section.figure, section.unit))


def score_drifted(section: MetricSection) -> Sentence | None:
    """The score is elsewhere than at the beginning of the six months, by more than noise."""
    drift = section.drift
    if drift is None or not drift.real:
        return None
    word = _direction(drift, lower_is_better=section.lower_is_better)
    text = f"{section.name} {word} by {plain_gap(drift.difference, section.unit)} since {drift.against}."
    return Sentence(text, _evidence(drift, section.figure, section.unit))


def goal_missed(section: MetricSection) -> Sentence | None:
    """The target lies outside the interval, on the wrong side."""
    if section.goal is None or section.goal.verdict != "missed" or section.goal.gap is None:
        return None
    text = f"{section.name} misses its target of {amount(section.goal.value, section.unit)}."
    return Sentence(text, estimate(section.figure, section.unit))


def goal_reached(section: MetricSection) -> Sentence | None:
    """The whole interval lies at the target or beyond it."""
    if section.goal is None or section.goal.verdict != "reached":
        return None
    text = f"{section.name} reaches its target of {amount(section.goal.value, section.unit)}."
    return Sentence(text, estimate(section.figure, section.unit))


def group_moved(section: Scored, segment: str, group: Group) -> Sentence | None:
    """One group of a segment changed by more than noise (allowing for the number of groups); small ones never."""
    change = group.change
    if change is None or not change.real or group.small:
        return None
    word = _direction(change, lower_is_better=section.lower_is_better)
    moved = plain_gap(change.difference, section.unit)
    text = f"{section.name} {word} by {moved} in {segment} {group.name}."
    return Sentence(text, _evidence(change, group.figure, section.unit))


def theme_moved(theme: ThemeLine) -> Sentence | None:
    """A theme's share of the month's comments changed by more than noise."""
    change = theme.change
    if change is None or not change.real:
        return None
    more = "More" if change.difference > 0 else "Fewer"
    text = f"{more} comments speak of \u201c{theme.name}\u201d: {amount(theme.share.value, 'percent')} of them."
    return Sentence(text, _evidence(change, theme.share, "percent"))


def theme_appeared(movement: Movement, recent: tuple[str, ...]) -> Sentence | None:
    """A theme that is new since one of the ``recent`` months."""
    if movement.kind != "new" or movement.since not in recent:
        return None
    before, after = estimate(movement.before, "percent"), estimate(movement.after, "percent")
    return Sentence(f"\u201c{movement.name}\u201d is new since {movement.since}.", f"{after} since, {before} before")


def theme_weighs(theme: ThemeLine, score: ThemeScore, *, lower_is_better: bool = False) -> Sentence | None:
    """The comments on a theme come with worse scores than all others."""
    if not _worse(score, lower_is_better=lower_is_better):
        return None
    gap = plain_gap(score.difference, score.unit)
    side = "above" if lower_is_better else "below"
    text = f"Comments on \u201c{theme.name}\u201d come with a {score.name} {gap} {side} that of the others."
    return Sentence(text, _pair(score))


def theme_lifts(theme: ThemeLine, score: ThemeScore, *, lower_is_better: bool = False) -> Sentence | None:
    """The comments on a theme come with better scores than all others."""
    if not _better(score, lower_is_better=lower_is_better):
        return None
    gap = plain_gap(score.difference, score.unit)
    side = "below" if lower_is_better else "above"
    text = f"Comments on \u201c{theme.name}\u201d come with a {score.name} {gap} {side} that of the others."
    return Sentence(text, _pair(score))


def theme_drives_change(section: MetricSection, theme: ThemeLine, score: ThemeScore) -> Sentence | None:
    """The score changed, and a theme with other scores than the rest took a changed share: both beyond noise.

    The part that goes with the theme is (share now − share before) × (score inside − outside), to first order.
    """
    change, moved = section.change, theme.change
    if change is None or moved is None or not (change.real and moved.real and score.real):
        return None
    part = moved.difference / 100 * score.difference
    if part * change.difference <= 0:
        return None
    share = "larger" if moved.difference > 0 else "smaller"
    text = (
        f"\u201c{theme.name}\u201d took a {share} share of comments and its {score.name} differs from the rest: "
        f"about {signed(part, section.unit)} of the {signed(change.difference, section.unit)} go with it."
    )
    bounds = gap_span(moved.low, moved.high, "percent")
    return Sentence(text, f"share {signed(moved.difference, 'percent')} ({bounds}); {_pair(score)}")


def milestone_moved(name: str, day: str, metric: str, unit: str, comparison: Comparison) -> Sentence | None:
    """The four weeks from an event on differ from the four before by more than noise."""
    if not (comparison.is_fall or comparison.is_rise):
        return None
    found = comparison.change
    if found.value is None or found.low is None or found.high is None:
        return None
    more = "higher" if found.value > 0 else "lower"
    gap = plain_gap(found.value, unit)
    text = (
        f"In the four weeks from \u201c{name}\u201d ({day}) on, {metric} was {gap} {more} than in the four before. "
        "A comparison, not a proof."
    )
    n = f"n {count(comparison.after.n)} and {count(comparison.before.n)}"
    return Sentence(text, f"{gap_span(found.low, found.high, unit)}, {n}")


def look_first(theme: ThemeLine, score: ThemeScore, *, lower_is_better: bool = False) -> Sentence | None:
    """Where the most is to be gained: a theme with worse scores than the rest."""
    if theme_weighs(theme, score, lower_is_better=lower_is_better) is None:
        return None
    text = f"Find the cause behind \u201c{theme.name}\u201d and fix it first."
    return Sentence(text, f"{many(theme.volume, 'comment')} this month; {_pair(score)}", NO_OWNER)


def own_new_theme(movement: Movement, recent: tuple[str, ...]) -> Sentence | None:
    """A theme that has just appeared needs somebody who looks after it."""
    found = theme_appeared(movement, recent)
    if found is None:
        return None
    return Sentence(f"Name an owner for the new theme \u201c{movement.name}\u201d.", found.evidence, NO_OWNER)


def read_group(section: Scored, segment: str, group: Group) -> Sentence | None:
    """A group that got worse by more than noise: its low answers are worth reading."""
    sentence = group_moved(section, segment, group)
    if sentence is None or group.change is None:
        return None
    if (group.change.difference > 0) != section.lower_is_better:
        return None
    return Sentence(f"Read the low {section.name} answers of {segment} {group.name}.", sentence.evidence, NO_OWNER)


def ask_more(name: str, response: Figure | None) -> Sentence | None:
    """So few answer that the score may not speak for the others."""
    if response is None or response.high is None or response.high >= LOW_RESPONSE:
        return None
    text = f"Raise the response rate of {name}: the score rests on few of those asked."
    return Sentence(text, f"{estimate(response, 'percent')} answered", NO_OWNER)


def quiet_month(changed: tuple[Sentence, ...], *, compared: bool) -> str | None:
    """What stands in the place of changes when there is none."""
    if changed:
        return None
    if not compared:
        return "There is no earlier month to compare this one with."
    return (
        "Nothing changed by more than noise against the month before: no score, no segment and none of the top themes."
    )


def accounts_falling(names: Sequence[str], renewals: int, checked: int) -> Sentence | None:
    """Accounts whose mean answer fell by more than noise and that renew soon; ``names`` with figures, soonest first."""
    if not names:
        return None
    accounts = many(len(names), "account that renews soon has", "accounts that renew soon have")
    shown = joined(list(names[:MOST_NAMED]))
    text = f"{accounts} fallen: {shown}." if len(names) <= MOST_NAMED else f"{accounts} fallen, the soonest: {shown}."
    chance = f"{checked} of {renewals} could be compared; about {number(checked * CHANCE, 0)} would fall by chance"
    return Sentence(text, f"mean CSAT, last three months against the three before; {chance}")


def talk_to_accounts(names: Sequence[str], owners: Sequence[str | None] = ()) -> Sentence | None:
    """A fallen account is worth a call before it renews, by those who own it, where that is known."""
    if not names:
        return None
    verb = "it renews" if len(names) == 1 else "they renew"
    text = f"Talk to {joined(list(names[:MOST_NAMED]))} before {verb}."
    known = list(dict.fromkeys(owner for owner in owners[:MOST_NAMED] if owner))
    return Sentence(text, "their mean CSAT fell by more than noise", joined(known) or NO_OWNER)


def chronic_issue(
    name: str, run: Mapping[str, Any], metric: str, unit: str, *, at_least: bool = False
) -> Sentence | None:
    """A theme with worse scores than the rest for months; ``run`` is a row of `verbatim.findings.chronic_themes`.

    ``at_least``: it begins with the first month that was looked at, so that it may be longer. The gap over the whole
    run has to exclude 0 too, which each month's own interval does not promise.
    """
    if run["high"] >= 0 or run["n"] < FEW_TO_JUDGE:
        return None
    since = f"since {'at least ' if at_least else ''}{month_name(run['since'])}"
    text = f"\u201c{name}\u201d: a worse {metric} than the rest in {run['run']} months running, {since}."
    both = f"{amount(run['value'], unit)} (n {count(run['n'])}) against {amount(run['rest'], unit)} since then"
    bounds = gap_span(-run["high"], -run["low"], unit)
    gap = number(-run["difference"], 2) if unit == "mean" else f"{number(-run['difference'])} points"
    return Sentence(text, f"{both}; worse by {gap} ({bounds})")


def renewing_score(score: ThemeScore, days: int, *, lower_is_better: bool = False) -> Sentence | None:
    """Accounts that are about to renew score otherwise than the others, by more than noise."""
    if not score.real or score.inside.n < FEW_TO_JUDGE:
        return None
    worse = (score.difference < 0) != lower_is_better
    text = (
        f"Accounts that renew within {days} days give a {'worse' if worse else 'better'} {score.name} than the others."
    )
    return Sentence(text, _pair(score))


def _direction(change: Change, *, lower_is_better: bool) -> str:
    better = (change.difference > 0) != lower_is_better
    word = "rose" if change.difference > 0 else "fell"
    return f"{word} ({'better' if better else 'worse'})" if lower_is_better else word


def _worse(score: ThemeScore, *, lower_is_better: bool) -> bool:
    return score.real and score.inside.n >= FEW_TO_JUDGE and (score.difference < 0) != lower_is_better


def _better(score: ThemeScore, *, lower_is_better: bool) -> bool:
    return score.real and score.inside.n >= FEW_TO_JUDGE and (score.difference > 0) != lower_is_better


def _evidence(change: Change, now: Figure, unit: str) -> str:
    before = f"{amount(change.before.value, unit)} (n {count(change.before.n)})"
    bounds = gap_span(change.low, change.high, unit)
    return f"{before} to {amount(now.value, unit)} (n {count(now.n)}); {signed(change.difference, unit)} ({bounds})"


def _pair(score: ThemeScore) -> str:
    inside = f"{amount(score.inside.value, score.unit)} (n {count(score.inside.n)})"
    outside = f"{amount(score.outside.value, score.unit)} (n {count(score.outside.n)})"
    bounds = gap_span(score.low, score.high, score.unit)
    return f"{inside} against {outside}; {signed(score.difference, score.unit)} ({bounds})"
