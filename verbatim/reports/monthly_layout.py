"""The monthly report laid out as a document: for mail and slides, which have no pages of their own drawing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from verbatim.reports.document import (
    Document,
    Estimated,
    Facts,
    Grid,
    Prose,
    Scores,
    Section,
    Themes,
    Told,
)
from verbatim.reports.model import ScoreLine, Sentence
from verbatim.reports.routine.model import Contrast
from verbatim.reports.words import NOTHING, amount, day_of, estimate, gap_span, many, month_short, number, signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verbatim.reports.document import Block, Cell
    from verbatim.reports.model import (
        MetricSection,
        MonthlyReport,
        QualitySection,
        Recognition,
        Retention,
        ThemeLine,
        ThemeScore,
        ThemeSection,
    )

NO_CAUSE = "The answers support no cause."
NO_ACTION = "The answers call for no action."
STEADY = "No theme appeared, grew, shrank or faded by more than noise."


def monthly_document(report: MonthlyReport) -> Document:
    """The month in the order in which it is read: what a leader needs first, then what it rests on."""
    story = report.story
    scores = Scores(tuple(_line(section) for section in report.metrics), "Six months")
    sections = (
        Section("Scores", (scores,) if report.metrics else (Prose(("No answers.",)),), _milestones(report)),
        Section("What changed", (Told(story.changed, story.quiet or "Nothing beyond noise."),)),
        Section("Why", (Told(story.why, NO_CAUSE),)),
        Section("What happens next", (Told(story.next, NO_ACTION),)),
        *_themes(report.themes),
        *_lasting(report),
        *_driving(report.themes.top),
        *([Section("By segment", tuple(_segments(report)))] if any(m.breakdowns for m in report.metrics) else []),
        Section("How far to trust these answers", tuple(_quality(report)) or (Prose(("No survey answers.",)),)),
    )
    counted = [many(report.answers, "answer"), many(report.comments, "comment")]
    if report.accounts:
        counted.append(many(report.accounts, "account"))
    meta = (report.organisation, f"{report.period} ({report.timezone})", *counted)
    return Document(report.title, meta, sections, report.method, report.caveats, report.generated_at)


def _milestones(report: MonthlyReport) -> str | None:
    marks = "; ".join(f"{mark.name} ({day_of(mark.on)})" for mark in report.marks)
    return f"Milestones: {marks}." if marks else None


def _line(section: MetricSection) -> ScoreLine:
    return ScoreLine(
        key=section.key, metric=section.metric, name=section.name, scale=section.scale,
        definition=section.definition, unit=section.unit, floor=section.floor, ceiling=section.ceiling,
        lower_is_better=section.lower_is_better, figure=section.figure, second=section.second, change=section.change,
        headline=section.headline, small=False,
        points=tuple(replace(point, label=month_short(point.on)) for point in section.months),
    )  # fmt: skip


def _themes(section: ThemeSection) -> Iterator[Section]:
    if section.absent:
        yield Section("Top themes", (Prose((section.absent,)),))
        return
    shown = tuple(_contrast(theme) for theme in section.top)
    lead = (
        f"{many(section.comments, 'comment')} that say something; a comment counts on every theme it speaks of."
        + (f" {many(section.others, 'smaller theme')} not shown." if section.others else "")
    )  # fmt: skip
    yield Section("Top themes", (Themes(shown, "No theme."),), lead)
    moved = tuple(
        Sentence(move.sentence, move.kind + (f"; in that month: {move.near}" if move.near else ""))
        for move in section.movements
    )
    yield Section("Themes that moved", (Told(moved, STEADY),))


def _driving(themes: tuple[ThemeLine, ...]) -> Iterator[Section]:
    rows = tuple(_drivers(themes))
    if rows:
        header = ("Theme", "On it", "The rest", "Difference")
        yield Section("What goes with the scores", (Grid("Scores given with comments on a theme", header, rows),))


def _contrast(theme: ThemeLine) -> Contrast:
    name = f"{theme.name} ({theme.status})" if theme.status else theme.name
    return Contrast(theme.id, name, theme.volume, theme.share, theme.change, theme.sentiment, theme.quotes)


def _drivers(themes: tuple[ThemeLine, ...]) -> Iterator[tuple[Cell, ...]]:
    for theme in themes:
        for score in theme.scores:
            yield (
                f"{theme.name}: {score.name}",
                Estimated(score.inside, score.unit),
                Estimated(score.outside, score.unit),
                _difference(score),
            )  # fmt: skip


def _lasting(report: MonthlyReport) -> Iterator[Section]:
    """What outlasts the month: chronic issues, renewals, decisions, people to thank; each only where it is known."""
    if report.chronic.issues or report.chronic.absent:
        yield Section("Chronic issues", (Told(report.chronic.issues, report.chronic.absent or ""),))
    if report.retention is not None:
        told = report.retention.told
        sentences: tuple[Block, ...] = (Told(told, ""),) if told else ()
        yield Section("Before they renew", (*sentences, *_renewing(report.retention)))
    if report.decisions is not None:
        yield Section("To decide", (Told(report.decisions.due, "The figures leave nothing to decide."),))
        yield Section("Milestones, and what followed", (Told(report.decisions.taken, ""),), report.decisions.note)
    if report.recognition is not None:
        yield Section(report.recognition.title, (_thanks(report.recognition),))


def _thanks(found: Recognition) -> Grid:
    said = [(one.agent, f"\u201c{one.text}\u201d", one.said_on) for one in found.people]
    if not any(one.agent for one in found.people):
        return Grid("What was said", ("What was said", "When"), tuple(row[1:] for row in said), found.note)
    return Grid("In alphabetical order", ("Who", "What was said", "When"), tuple(said), found.note)


def _renewing(retention: Retention) -> Iterator[Block]:
    rows = tuple(
        (
            score.name, Estimated(score.inside, score.unit), Estimated(score.outside, score.unit), _difference(score),
        )
        for score in retention.scores
    )  # fmt: skip
    if not rows:
        yield Prose((retention.note,))
        return
    header = ("Score", "Renewing", "The others", "Difference")
    yield Grid(f"Accounts that renew within {retention.days} days, and all others", header, rows, retention.note)


def _difference(score: ThemeScore) -> str:
    bounds = gap_span(score.low, score.high, score.unit)
    return f"{signed(score.difference, score.unit)} ({bounds}), {'more than noise' if score.real else 'within noise'}"


def _segments(report: MonthlyReport) -> Iterator[Grid]:
    names = dict.fromkeys(b.segment for section in report.metrics for b in section.breakdowns)
    for segment in names:
        columns = [(m, b) for m in report.metrics for b in m.breakdowns if b.segment == segment]
        groups = dict.fromkeys(group.name for _, b in columns for group in b.groups)
        by_name = [{group.name: group for group in b.groups} for _, b in columns]
        rows = []
        for name in groups:
            cells: list[Cell] = [name]
            for (section, _), found in zip(columns, by_name, strict=True):
                group = found.get(name)
                cells.append(NOTHING if group is None else Estimated(group.figure, section.unit, group.small))
            rows.append(tuple(cells))
        notes = "; ".join(dict.fromkeys(f"{m.name}: {b.note}" for m, b in columns if b.note))
        header = (segment.capitalize(), *(section.name for section, _ in columns))
        yield Grid(f"Scores by {segment}, groups in order of answers", header, tuple(rows), notes or None)


def _quality(report: MonthlyReport) -> Iterator[Block]:
    for section in report.quality:
        facts = tuple(_facts(section))
        if facts:
            yield Facts(facts)
        if section.notes:
            yield Prose(section.notes)


def _facts(section: QualitySection) -> Iterator[tuple[str, str]]:
    if section.response:
        yield f"{section.name}: response rate", estimate(section.response, "percent")
    if section.commented:
        yield f"{section.name}: with a comment", estimate(section.commented, "percent")
    if section.delay_hours is not None:
        yield f"{section.name}: delay, median", f"{number(section.delay_hours)} hours"
    if section.late:
        yield f"{section.name}: late answers", estimate(section.late, "percent")
    if section.raw and section.weighted:
        weighted = amount(section.weighted.value, section.unit)
        text = f"{amount(section.raw.value, section.unit)} as answered, {weighted} weighted by {section.segment}"
        yield f"{section.name}: weighted", f"{text} to {section.basis} (n {section.raw.n})"
