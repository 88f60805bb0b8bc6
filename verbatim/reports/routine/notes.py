"""What the figures of a routine report rest on, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verbatim.reports.model import Note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from verbatim.reports.model import ScoreLine

NOISE = Note(
    "Intervals and noise",
    "Every interval is a 95% interval. A change is more than noise when the interval of the difference excludes zero; "
    "where several groups or themes are compared at once it is widened (Bonferroni).",
)
CAUSE = "Comparisons name what goes together. They do not prove a cause."
WORDS = (
    "Quotes are customers\u2019 words, with personal data replaced by tags such as [EMAIL]; "
    "\u201c\u2026\u201d stands where more was said."
)
LOW = Note(
    "Positive and negative",
    "Positive answers are favourable by their metric\u2019s definition (satisfied, easy, promoter), negative ones "
    "unfavourable; those between are neither. Comments without an answer are negative where their words clearly are.",
)
THEMES = Note(
    "Themes",
    "A comment can speak of several themes and counts once on each; shares are of the comments that say something.",
)


def method_of(lines: Iterable[ScoreLine], tz: str, *further: Note) -> tuple[Note, ...]:
    """How each score is counted, the time zone, and what else the report needs to say."""
    scores = [Note(line.name, f"{line.definition[0].upper()}{line.definition[1:]}.") for line in lines]
    days = Note("Time", f"Days of the time zone {tz}, weeks from Monday. An answer belongs to the moment it was given.")
    return (*scores, NOISE, *further, days)


def caveats_of(*further: str | None) -> tuple[str, ...]:
    """What a reader should not take for more than it is."""
    return (*(each for each in further if each), CAUSE, WORDS)
