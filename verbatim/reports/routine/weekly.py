"""The weekly summary: what moved against the week before, where it dipped, what the low scores speak of, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from verbatim.reports import sentences
from verbatim.reports.figures import change_of, family_confidence
from verbatim.reports.metrics import breakdown_of, group_name
from verbatim.reports.routine.coaching import coaching_section, rated_by_agent
from verbatim.reports.routine.contrasts import NOT_MINED, contrasts, spoken_in
from verbatim.reports.routine.model import SegmentTable, WeeklyReport
from verbatim.reports.routine.notes import LOW, THEMES, caveats_of, method_of
from verbatim.reports.routine.scores import Step, refuse_empty, score_lines
from verbatim.reports.routine.spans import week_span
from verbatim.reports.routine.telling import cause_stands_out, clear_overdue, fix_cause, read_low
from verbatim.reports.routine.voices import Speakers, negatives, praise, voices_in
from verbatim.reports.words import day_name
from verbatim.scores.segments import PROTECTED, Rules, score_table
from verbatim.scores.trends import compare
from verbatim.storage import queries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from verbatim.reports.model import Change, Sentence
    from verbatim.reports.routine.model import Contrast, FollowUpCounts
    from verbatim.reports.routine.scores import Line
    from verbatim.reports.routine.spans import Days
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

WEEK = 7
WEEKS_SHOWN = 8
USUAL_WEEKS = 4
USUAL = f"the {USUAL_WEEKS} weeks before"
PREFERRED = ("channel", "tier", "team", "product", "issue_type", "region")
MOST_SEGMENTS = 3
MOST_GROUPS = 12
MOST = {"causes": 5, "voices": 5, "praise": 3, "actions": 3, "changed": 5}
LOW_ONES = "the other comments"


def build_weekly(
    store: Store, settings: Settings, *, week: str, follow_ups: FollowUpCounts | None = None,
    generated_at: datetime | None = None,
) -> WeeklyReport:  # fmt: skip
    """The summary of the ISO week ``YYYY-Www`` in the organisation's time zone; the clock is not read.

    Scores are held against the week before; segments, whose groups are small, against the four weeks before.

    Raises:
        EmptyError: the week has neither answers nor comments; the message says which days have some.
        UserError: ``week`` is not a week.
    """
    days = week_span(week, settings.timezone)
    lines = score_lines(store, settings, days, days.before(WEEK), against="the week before", steps=_steps(days))
    comments = queries.comments(store, start=days.period.start, end=days.period.end)
    if not lines and comments.empty:
        raise refuse_empty(store, settings.timezone, f"the week of {days.words}")
    accounts = queries.accounts(store)
    voices = voices_in(store, [line.asked for line in lines], days)
    low, kind = negatives(voices, accounts), praise(voices).head(MOST["praise"])
    agents = rated_by_agent(store, days, lines)
    speakers = Speakers(store, days, [voices], accounts)
    segments = tuple(_segments(store, settings, days, lines))
    causes, why_none, low_comments = _causes(store, days, lines, low)
    dips = [sentence for line in lines for sentence in _moves(line, segments)]
    changed = [*(sentences.score_moved(line.shown) for line in lines), *dips]
    changed += [cause_stands_out(cause, "Low comments") for cause in causes]
    told = tuple(sentence for sentence in changed if sentence is not None)[: MOST["changed"]]
    return WeeklyReport(
        organisation=settings.organisation, week=week, title=f"Weekly summary, {days.words}",
        period=f"week {int(week[-2:])}, {days.words}", timezone=days.tz,
        generated_at=None if generated_at is None else generated_at.isoformat(timespec="minutes"),
        answers=sum(line.shown.figure.n for line in lines), comments=len(comments),
        accounts=int(voices["account_id"].nunique()) or None, scores=tuple(line.shown for line in lines),
        segments=segments, changed=told, quiet=None if told else _quiet(lines), low_comments=low_comments,
        causes=causes, causes_absent=why_none,
        low_voices=speakers.voices(low[low["text"].notna()].head(MOST["voices"])), praise=speakers.voices(kind),
        actions=_actions(lines, segments, causes, low, follow_ups),
        coaching=coaching_section(settings, lines, agents, voices, speakers), follow_ups=follow_ups,
        method=method_of((line.shown for line in lines), days.tz, LOW, THEMES), caveats=caveats_of(),
    )  # fmt: skip


def _steps(days: Days) -> list[Step]:
    """The eight weeks that end with this one, by their Mondays."""
    starts = [days.before(WEEK * back) if back else days for back in range(WEEKS_SHOWN - 1, -1, -1)]
    weeks = [type(days)(each.first, each.first + (days.after - days.first), days.tz) for each in starts]
    return [Step(each, day_name(each.first)) for each in weeks]


def _segments(store: Store, settings: Settings, days: Days, lines: Sequence[Line]) -> list[SegmentTable]:
    """Each metric by the first segments with a readable number of groups, every group against its usual level."""
    rules = Rules(small_group=settings.small_group, agent_minimum=settings.agent_minimum)
    usual = days.before(USUAL_WEEKS * WEEK).period
    found = []
    for line in [line for line in lines if line.asked.main]:
        metric, definition = line.asked.metric, line.asked.definition
        names = [name for name in PREFERRED if name in queries.segment_names(store, metric) and name not in PROTECTED]
        frames: dict[str, tuple[pd.DataFrame, pd.DataFrame]] = {}
        for name in names:
            before, now = (
                line.asked.mine(queries.answer_counts(store, metric, by=[name], start=span.start, end=span.end))
                for span in (usual, days.period)
            )
            if 2 <= now[name].nunique() <= MOST_GROUPS and len(frames) < MOST_SEGMENTS:
                frames[name] = (before, now)
        changes = _changes(line, frames, settings.small_group)
        for name, (_, now) in frames.items():
            table = score_table(now, definition, [name], rules=rules)
            own = {group: change for (segment, group), change in changes.items() if segment == name}
            found.append(SegmentTable(line.asked.name, line.shown.unit, breakdown_of(name, table, own)))
    return found


def _changes(
    line: Line, frames: dict[str, tuple[pd.DataFrame, pd.DataFrame]], fewest: int
) -> dict[tuple[str, str], Change]:
    """The change of every group of every segment with ``fewest`` answers on both sides, all of them allowed for."""
    sides = {}
    for segment, pair in frames.items():
        names = [frame[segment].map(group_name) for frame in pair]
        for group in sorted(set(names[0]) & set(names[1])):
            both = [frame[name == group] for frame, name in zip(pair, names, strict=True)]
            if min(frame["n"].sum() for frame in both) >= fewest:
                sides[segment, group] = both
    confidence = family_confidence(len(sides))
    found = {}
    for key, (before, now) in sides.items():
        change = change_of(compare(before, now, line.asked.definition, confidence=confidence), USUAL)
        if change is not None:
            found[key] = change
    return found


def _moves(line: Line, segments: Sequence[SegmentTable]) -> list[Sentence]:
    """Groups of the metric that moved by more than noise."""
    own = [table.breakdown for table in segments if table.metric == line.asked.name]
    told = [sentences.group_moved(line.shown, each.segment, group) for each in own for group in each.groups]
    return [sentence for sentence in told if sentence is not None]


def _causes(
    store: Store, days: Days, lines: Sequence[Line], low: pd.DataFrame
) -> tuple[tuple[Contrast, ...], str | None, int]:
    """Themes of the comments with a low score, why there are none, and how many such comments say something."""
    spoken = spoken_in(store, days)
    if spoken is None:
        return (), NOT_MINED, 0
    inside = set(spoken.rows.loc[spoken.rows["submission_id"].isin(low["submission_id"]), "comment_id"])
    if not inside:
        return (), "No comment came with a low score this week.", 0
    asked = [line.asked for line in lines]
    found = contrasts(
        spoken, inside, asked=asked, days=days, against=LOW_ONES, most=MOST["causes"], leaning="complaint"
    )
    return found, None if found else "No theme has two comments with a low score.", len(inside)


def _actions(
    lines: Sequence[Line], segments: Sequence[SegmentTable], causes: Sequence[Contrast], low: pd.DataFrame,
    follow_ups: FollowUpCounts | None,
) -> tuple[Sentence, ...]:  # fmt: skip
    """One to three, the surest first; where nothing stands out and something was low, reading is the action."""
    found = [clear_overdue(follow_ups), next((s for s in map(fix_cause, causes) if s), None)]
    for line in lines:
        own = [table.breakdown for table in segments if table.metric == line.asked.name]
        found += [sentences.read_group(line.shown, each.segment, group) for each in own for group in each.groups]
    kept = [sentence for sentence in found if sentence is not None]
    reading = read_low(len(low), int(low["text"].notna().sum()))
    if reading is not None and len(kept) < 2:
        kept.append(reading)
    return tuple(dict.fromkeys(kept))[: MOST["actions"]]


def _quiet(lines: Sequence[Line]) -> str:
    if any(line.shown.change is not None for line in lines):
        return "Nothing changed by more than noise: no score against the week before, no segment, no theme."
    return "There is no week before to compare this one with."
