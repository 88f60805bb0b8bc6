"""What outlasts the month: themes that stay unhappy, people to thank, accounts that are about to renew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from verbatim.domain import Period
from verbatim.edits.archived import hidden_themes
from verbatim.errors import EmptyError
from verbatim.findings import chronic_themes
from verbatim.reports.figures import change_of, figure_of_score
from verbatim.reports.model import Chronic, Praised, Recognition, Retention, Sentence, ThemeScore
from verbatim.reports.routine.coaching import answers_by_agent
from verbatim.reports.routine.spans import months_span
from verbatim.reports.routine.voices import praise, voices_in
from verbatim.reports.sentences import chronic_issue, renewing_score
from verbatim.reports.themes import FEWEST_SCORED, roots_of
from verbatim.reports.words import count, cut, many
from verbatim.scores.intervals import welch
from verbatim.scores.trends import compare
from verbatim.storage import queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verbatim.reports.metrics import Measure
    from verbatim.reports.months import Calendar
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

MOST_ISSUES = 4
MOST_PRAISED = 4
LONGEST_PRAISE = 140
RENEWAL_DAYS = 120
KIND_WORDS = "Kind words on tickets that they held, without any score"
NO_NAMES = "Kind words of the month, without the names of those who held the tickets."
AT_STAKE = (
    "More than noise means here: with one value an account too. Whether accounts renewed is not stored, so nothing is "
    "said of what follows from a score."
)


def chronic_issues(store: Store, settings: Settings, calendar: Calendar, measures: Sequence[Measure]) -> Chronic:
    """Themes with a worse score than the rest in several months running, by `verbatim.findings.chronic_themes`.

    Of a theme that several scores call so the longest run is told; the six months of the report are looked at.
    """
    known = queries.themes(store)
    if known.empty:
        return Chronic()
    roots = roots_of(known)
    shown = known[(known["kind"] == "theme") & known["parent_id"].isna() & ~known["id"].isin(hidden_themes(known))]
    names = dict(zip(shown["id"], shown["name"], strict=True))
    span = Period(calendar.window_start, calendar.period.end)
    given = queries.assignments(store, start=span.start, end=span.end, by=())
    on = given.assign(theme_id=given["theme_id"].map(roots))[["submission_id", "theme_id"]].drop_duplicates()
    runs = [
        _runs(store, settings, calendar, measure, on[on["theme_id"].isin(list(names))])
        for measure in measures if measure.main
    ]  # fmt: skip
    rows = sorted((row for each in runs for row in each), key=lambda row: (-row["run"], row["high"], row["theme_id"]))
    first = {row["theme_id"]: row for row in reversed(rows)}
    told = [row for row in rows if first[row["theme_id"]] is row]
    issues = [
        chronic_issue(
            names[row["theme_id"]], row, row["measure"].name, row["measure"].unit,
            at_least=row["since"] == calendar.window[0],
        )
        for row in told
    ]  # fmt: skip
    least = settings.chronic_months
    none = f"No theme came with worse scores than the rest in {least} months running."
    kept = [(names[row["theme_id"]], one) for row, one in zip(told, issues, strict=True) if one is not None]
    kept = kept[:MOST_ISSUES]
    return Chronic(tuple(one for _, one in kept), None if kept else none, tuple(name for name, _ in kept))


def recognition(
    store: Store, settings: Settings, calendar: Calendar, measures: Sequence[Measure]
) -> Recognition | None:
    """Kind words for those who held the tickets, one each, in alphabetical order and without any score.

    ``None`` where no answer says who held the ticket, or nobody said anything kind. Whoever has fewer answers than
    the settings ask for is left out.
    """
    first = next((measure for measure in measures if measure.main), None)
    if first is None or "agent" not in queries.segment_names(store, first.metric):
        return None
    days = months_span(calendar.month, calendar.month, calendar.tz)
    held = answers_by_agent(store, days, first)
    sizes = held.groupby("agent").size()
    large = held[held["agent"].isin(list(sizes[sizes >= settings.agent_minimum].index))]
    whose = large.drop_duplicates("submission_id").set_index("submission_id")["agent"]
    said = praise(voices_in(store, measures, days))
    said = said.assign(agent=said["submission_id"].map(whose))
    best = said[said["agent"].notna()].drop_duplicates("agent")
    if best.empty:
        return None
    people = [
        Praised(
            str(row["agent"]), cut(row["text"], LONGEST_PRAISE), None if pd.isna(row["at"]) else days.said_on(row["at"])
        )
        for row in best.head(MOST_PRAISED).to_dict("records")
    ]
    more = len(best) - len(people)
    beyond = f"; {count(more)} more were praised" if more else ""
    note = f"{KIND_WORDS}; those with fewer than {many(settings.agent_minimum, 'answer')} are left out{beyond}."
    return Recognition(tuple(sorted(people, key=lambda one: one.agent or "")), note)


def unnamed(found: Recognition) -> Recognition:
    """The same words without saying whose tickets they were on, in an order that says nothing of it either."""
    people = sorted((replace(one, agent=None) for one in found.people), key=lambda one: one.text)
    return Recognition(tuple(people), NO_NAMES)


def retention(store: Store, calendar: Calendar, measures: Sequence[Measure]) -> Retention | None:
    """The scores of accounts that renew soon beside those of all others; ``None`` where none is known to renew."""
    accounts = queries.accounts(store)
    end = calendar.period.end
    due = set(accounts.loc[accounts["renewal_at"].between(end, end + timedelta(days=RENEWAL_DAYS)), "id"])
    if not due:
        return None
    scores, heard = [], set()
    for measure in measures:
        if measure.main:
            counts = measure.mine(
                queries.answer_counts(store, measure.metric, by=["account_id"], start=calendar.half, end=end)
            )
            known = counts[counts["account_id"].notna()]
            soon = known["account_id"].isin(due)
            heard |= set(known.loc[soon, "account_id"])
            scores.append(_beside(measure, known[soon], known[~soon]))
    found = tuple(score for score in scores if score is not None)
    told = [renewing_score(score, RENEWAL_DAYS, lower_is_better=_lower(measures, score)) for score in found]
    note = (
        f"{many(len(due), 'account renews', 'accounts renew')} within {RENEWAL_DAYS} days, "
        f"{count(len(heard))} of them answered in the last three months. {AT_STAKE}"
    )
    sentences: tuple[Sentence, ...] = tuple(sentence for sentence in told if sentence is not None)
    return Retention(RENEWAL_DAYS, len(due), len(heard), found, sentences, note)


def _runs(
    store: Store, settings: Settings, calendar: Calendar, measure: Measure, on: pd.DataFrame
) -> list[dict[str, Any]]:
    """The rows of `chronic_themes` by one score, each with its ``measure``."""
    rows = queries.answers(store, measure.metric, start=calendar.window_start, end=calendar.period.end, by=())
    rows = measure.mine(rows[rows["status"] == "answered"])
    pairs = rows[["id", "submission_id"]].merge(on, on="submission_id").rename(columns={"id": "answer_id"})
    said = rows[rows["submission_id"].isin(set(on["submission_id"]))]
    themes = sorted(set(pairs["theme_id"]))
    try:
        table = chronic_themes(
            said, pairs, themes, measure.definition, calendar.month, tz=calendar.tz, months=settings.chronic_months
        )
    except EmptyError:
        return []
    return [{**row, "measure": measure} for row in table.to_dict("records")]  # type: ignore[dict-item]


def _beside(measure: Measure, inside: pd.DataFrame, outside: pd.DataFrame) -> ThemeScore | None:
    if min(inside["n"].sum(), outside["n"].sum()) < FEWEST_SCORED:
        return None
    comparison = compare(outside, inside, measure.definition)
    change = change_of(comparison, "the others")
    if change is None:
        return None
    real = change.real and _by_account(inside, outside)
    return ThemeScore(
        measure.name, measure.unit, figure_of_score(comparison.after), change.before, change.difference, change.low,
        change.high, real,
    )  # fmt: skip


def _by_account(inside: pd.DataFrame, outside: pd.DataFrame) -> bool:
    """Whether the mean answers of accounts, one value each, differ by more than noise (Welch).

    Answers of one account are alike, so that counting each as independent makes differences look surer than they are.
    """
    moments = []
    for side in (inside, outside):
        sums = side.assign(total=side["value"] * side["n"]).groupby("account_id")[["total", "n"]].sum()
        means = sums["total"] / sums["n"]
        if len(means) < FEWEST_SCORED:
            return False
        moments.append((float(means.mean()), float(means.var()), float(len(means))))
    found = welch(moments[0], moments[1])
    return not float(found.low) <= 0 <= float(found.high)


def _lower(measures: Sequence[Measure], score: ThemeScore) -> bool:
    return not next(one.definition.higher_is_better for one in measures if one.name == score.name)
