"""The method note: what every figure rests on, so that nobody has to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verbatim.reports import movements
from verbatim.reports.model import Note
from verbatim.reports.months import ROLLING, WINDOW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verbatim.reports.model import MetricSection, ThemeSection
    from verbatim.reports.months import Calendar
    from verbatim.settings import Settings


def method_notes(
    sections: Sequence[MetricSection], themes: ThemeSection, settings: Settings, calendar: Calendar
) -> tuple[Note, ...]:
    """Definitions, intervals, periods, themes, redaction."""
    notes = [Note(section.name, _sentence(section.definition)) for section in sections]
    notes += [
        Note(
            "Answers",
            "“Not applicable” and blank do not count. Several scales of a metric are reported apart, never averaged.",
        ),
        Note(
            "Intervals and noise",
            "Every interval is a 95% interval. A change is more than noise when the interval of the difference "
            "(Newcombe for shares, sum of variances for net scores, Welch for means) excludes zero. Where several "
            "groups or themes are compared at once, the intervals are widened (Bonferroni), so that one false alarm "
            f"among them has a chance of 5% at most. Groups with fewer than {settings.small_group} answers are marked "
            f"and not compared; people with fewer than {settings.agent_minimum} are withheld, and people are listed by "
            "name, never by score.",
        ),
        Note(
            "Periods",
            f"Months and weeks (from Monday) of the time zone {calendar.tz}, half-open. A rolling point pools the "
            f"answers of {ROLLING} whole weeks and ends on a Sunday. An answer belongs to the moment it was given.",
        ),
    ]
    if not themes.absent:
        notes += [Note("Themes", _themes(themes)), Note("New, growing, shrinking, fading", _rule())]
        notes.append(Note("Chronic issues", _chronic(settings.chronic_months)))
    notes.append(
        Note(
            "Personal data",
            "E-mail addresses, phone, card and account numbers and other identifiers are replaced by tags such as "
            "[EMAIL] before a comment is stored. Quotes are customers' words, shortened where “…” stands.",
        )
    )
    return tuple(notes)


def caveats(sections: Sequence[MetricSection], themes: ThemeSection, unmined: int) -> tuple[str, ...]:
    """What a reader should not take for more than it is."""
    found = ["Those who answer may differ from those who do not; see “How far to trust these answers”."]
    found.append("Comparisons name what goes together. They do not prove a cause.")
    if not themes.absent:
        found.append("Themes are found by a statistical model; single comments can stand in the wrong one.")
        found.append(
            "Sentiment is estimated from the words; comments in languages that it was not learned for have none."
        )
    if unmined:
        found.append(f"{unmined:,} comments of the month came after the themes were mined: run `verbatim mine` again.")
    if len({section.metric for section in sections}) < len(sections):
        found.append("A metric was asked on several scales or in several ways; compare them with care.")
    return tuple(found)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _themes(themes: ThemeSection) -> str:
    return (
        f"Found by model {themes.model}. A comment can speak of several themes and counts once on each, so that "
        "shares, which are of the comments that say something, need not add up to 100%. A score beside a theme is of "
        "the answers given with its comments, “the rest” those given with comments that say something, but nothing on "
        "the theme. Sentiment, of the part of a comment that is on the theme, runs from −1 to 1."
    )


def _chronic(months: int) -> str:
    return (
        f"Themes that came with a worse score than the rest in {months} months running or more, each month on its own "
        "by more than noise (one-sided, 95%), and all of them together too (95% interval of the difference). The six "
        "months of the report are looked at."
    )


def _rule() -> str:
    little, large = f"{movements.LITTLE:.0%}", f"{movements.LARGE:g}%"
    return (
        f"Of the last {WINDOW} months, with those before to compare. New: from a month on, found by likelihood, a "
        f"theme's share is more than noise above that before, which was at most {little} of it, with at least "
        f"{movements.FEWEST} comments. Fading: the last two months hold at most {little} of the theme's share in its "
        f"largest three months, which was at least {large}. Growing and shrinking: the last three months against "
        "the three before differ by a quarter at least. All by more than noise."
    )
