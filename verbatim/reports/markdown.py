"""The report as Markdown for a chat: short lines and bullets, no tables, customer text made harmless."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from verbatim.reports.harmless import CONTROL
from verbatim.reports.words import amount, arrow, day_of, estimate, many, mood, signed, versus

if TYPE_CHECKING:
    from verbatim.reports.model import (
        MetricSection,
        MonthlyReport,
        QualitySection,
        Sentence,
        ThemeLine,
        ThemeSection,
    )

SPECIAL = re.compile(r"([\\`*_\[\]<>#~])")
LINKING = re.compile(r"(?<=:)(?=//)|(?<=@)|(?<=\bwww)(?=\.)|(?<=\bmailto)(?=:)|(?<=<)(?=!)", re.IGNORECASE)
BLOCK = re.compile(r"^(\d*)([-+=.)])(?=\s|$|[-=])")
MOVES = {"new": "New", "growing": "Growing", "shrinking": "Shrinking", "fading": "Fading"}


def to_markdown(report: MonthlyReport) -> str:
    """The whole report in the order of the page; charts and long tables stay behind."""
    blocks = [
        f"# {plain(report.title)}",
        f"{plain(report.organisation)}, {report.period} ({report.timezone}): "
        f"{many(report.answers, 'answer')}, {many(report.comments, 'comment')}.",
        "## Scores",
        *[_metric(section) for section in report.metrics],
        *_milestones(report),
        *_story(report),
        "## Top themes",
        _themes(report.themes),
        *_movements(report),
        *_lasting(report),
        "## How far to trust these answers",
        *([_quality(section) for section in report.quality] or ["No survey answers this month."]),
        "## Method",
        "\n".join(f"- **{plain(note.title)}**: {plain(note.text)}" for note in report.method),
        "\n".join(f"- {plain(caveat)}" for caveat in report.caveats),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def plain(text: str) -> str:
    r"""Text that Markdown shows as it is: one line, nothing marked up, nobody mentioned, no direction overridden.

    >>> print(plain("<b>*hi*"))
    \<b\>\*hi\*
    """
    line = " ".join(CONTROL.sub(" ", text).split())
    escaped = LINKING.sub("\u2060", SPECIAL.sub(r"\\\1", line))
    return BLOCK.sub(r"\1\\\2", escaped)


def _metric(section: MetricSection) -> str:
    lines = [
        f"**{plain(section.name)}** ({plain(section.definition)})",
        f"- {plain(section.headline)}",
    ]
    known = [f"{point.label} {amount(point.figure.value, section.unit)}" for point in section.months if point.figure.n]
    if len(known) > 1:
        lines.append(f"- Six months: {', '.join(known)}")
    weeks = [point for point in section.weeks if point.figure.n]
    if weeks:
        lines.append(f"- Rolling four weeks to {weeks[-1].label}: {estimate(weeks[-1].figure, section.unit)}")
    for breakdown in section.breakdowns:
        shown = [
            f"{plain(group.name)} {estimate(group.figure, section.unit)}{' few answers' if group.small else ''}"
            for group in breakdown.groups[:8]
        ]
        if shown:
            lines.append(f"- By {plain(breakdown.segment)}: {'; '.join(shown)}")
        if breakdown.note:
            lines.append(f"- {plain(breakdown.note)}")
    return "\n".join(lines)


def _milestones(report: MonthlyReport) -> list[str]:
    marks = [f"{plain(mark.name)} ({day_of(mark.on)})" for mark in report.marks]
    return [f"Milestones: {'; '.join(marks)}."] if marks else []


def _themes(section: ThemeSection) -> str:
    if section.absent:
        return plain(section.absent)
    said = f"{many(section.comments, 'comment')} say something; a comment counts on every theme it speaks of."
    return "\n".join([said, "", *(line for rank, theme in enumerate(section.top, 1) for line in _theme(rank, theme))])


def _theme(rank: int, theme: ThemeLine) -> list[str]:
    status = f", {theme.status}" if theme.status else ""
    change = ""
    if theme.change:
        change = f"; {arrow(theme.change)} {versus(theme.change, 'percent')}"
    lines = [
        f"{rank}. **{plain(theme.name)}**{status}: {many(theme.volume, 'comment')}, "
        f"{estimate(theme.share, 'percent')}{change}"
    ]
    for score in theme.scores:
        pair = f"{estimate(score.inside, score.unit)} against {estimate(score.outside, score.unit)} in the rest"
        noise = "" if score.real else ", within noise"
        lines.append(f"   - {plain(score.name)} {pair}: {signed(score.difference, score.unit)}{noise}")
    if theme.sentiment:
        lines.append(f"   - Sentiment: {mood(theme.sentiment)}")
    for quote in theme.quotes:
        lines.append(
            f"   - “{plain(quote.text)}” ({plain(', '.join(part for part in (quote.kind, quote.rating) if part))})"
        )
    return lines


def _movements(report: MonthlyReport) -> list[str]:
    lines = [f"- {MOVES[move.kind]}: {plain(move.sentence)}" for move in report.themes.movements]
    return ["## Themes that moved", "\n".join(lines)] if lines else []


def _story(report: MonthlyReport) -> list[str]:
    story = report.story
    parts = [("What changed", story.changed), ("Why", story.why), ("What next", story.next)]
    blocks = [
        f"## {title}\n\n" + "\n".join(sentence_line(s) for s in sentences) for title, sentences in parts if sentences
    ]
    return blocks if story.changed or not story.quiet else [f"## What changed\n\n{plain(story.quiet)}", *blocks]


def _lasting(report: MonthlyReport) -> list[str]:
    """Chronic issues, accounts that renew, decisions, people to thank."""
    blocks = []
    issues = "\n".join(sentence_line(s) for s in report.chronic.issues) or plain(report.chronic.absent or "")
    if issues:
        blocks.append(f"## Chronic issues\n\n{issues}")
    if report.retention:
        told = [sentence_line(s) for s in report.retention.told]
        blocks.append("## Before they renew\n\n" + "\n".join([*told, f"- {plain(report.retention.note)}"]))
    if report.decisions:
        due = [sentence_line(s) for s in report.decisions.due] or ["- The figures leave nothing to decide."]
        taken = [sentence_line(s) for s in report.decisions.taken]
        blocks.append("## To decide\n\n" + "\n".join(due))
        blocks.append(
            "## Milestones, and what followed\n\n" + "\n".join([*taken, f"- {plain(report.decisions.note or '')}"])
        )
    if report.recognition:
        found = report.recognition
        said = [f"- {_thanked(one.agent)}\u201c{plain(one.text)}\u201d" for one in found.people]
        blocks.append(f"## {found.title}\n\n" + "\n".join([*said, "", plain(found.note)]))
    return blocks


def _thanked(agent: str | None) -> str:
    return f"**{plain(agent)}**: " if agent else ""


def sentence_line(sentence: Sentence) -> str:
    """A sentence as a bullet with its evidence and, for an action, the blank for its owner."""
    owner = f" (owner: {plain(sentence.owner)})" if sentence.owner else ""
    return f"- {plain(sentence.text)} [{plain(sentence.evidence)}]{owner}"


def _quality(section: QualitySection) -> str:
    parts = []
    if section.response:
        parts.append(f"response rate {estimate(section.response, 'percent')}")
    if section.commented:
        parts.append(f"with a comment {estimate(section.commented, 'percent')}")
    if section.late:
        parts.append(f"late {estimate(section.late, 'percent')}")
    if section.raw and section.weighted:
        weighted = amount(section.weighted.value, section.unit)
        by = plain(section.segment or "")
        parts.append(f"raw {amount(section.raw.value, section.unit)}, post-stratified by {by} {weighted}")
    notes = [plain(note) for note in section.notes]
    return "\n".join([f"- {plain(section.name)}: {'; '.join(parts)}", *[f"  - {note}" for note in notes]])
