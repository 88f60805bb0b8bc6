"""The routine reports laid out as documents: what stands where, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verbatim.reports.document import (
    Document,
    Estimated,
    Facts,
    Grid,
    Moved,
    Prose,
    Scores,
    Section,
    Spoken,
    Themes,
    Told,
)
from verbatim.reports.routine.telling import burst_sentence, follow_up_line
from verbatim.reports.words import NOTHING, count, day_of, many, number

if TYPE_CHECKING:
    from verbatim.reports.document import Block, Cell
    from verbatim.reports.model import Sentence
    from verbatim.reports.routine.model import (
        AccountReview,
        CoachingSection,
        DailyReport,
        FollowUpCounts,
        OpenTicket,
        SegmentTable,
        WeeklyReport,
    )

NO_BURST = "No theme had more customers within a day than usual."
PRAISE_FIRST = (
    "Praise first. People stand in alphabetical order; a score says something of a person only where a note does."
)


def daily_document(report: DailyReport) -> Document:
    """The digest: one line, whom to call, what to share, what is new, the scores."""
    meta = _meta(report.organisation, report.period, report.timezone)
    line = Section("In one line", (Prose((report.line,), strong=True), *_follow_ups(report.follow_ups)))
    if report.quiet is not None:
        return Document(report.title, meta, (line,), report.method, report.caveats, report.generated_at)
    more = f"{count(report.negatives_unshown)} more are not shown." if report.negatives_unshown else None
    new: Block = Told(tuple(_burst(report)), report.bursts_absent or NO_BURST)
    sections = (
        line,
        Section("To follow up", (Spoken(report.negatives, "No negative answer.", more),)),
        Section("To share", (Spoken((report.praise,) if report.praise else (), "No praise in words."),)),
        Section("What is new", (new,)),
        Section("Scores", (Scores(report.scores),)),
    )
    counted = (many(report.comments, "comment"), *_accounts(report.accounts))
    return Document(report.title, (*meta, *counted), sections, report.method, report.caveats, report.generated_at)


def weekly_document(report: WeeklyReport) -> Document:
    """The summary: scores, what changed, causes, actions, coaching, segments."""
    changed = Told(report.changed, report.quiet or "Nothing beyond noise.")
    low = f"Of {many(report.low_comments, 'comment')} with a low score, against the other comments of the week."
    sections = (
        Section("Scores", (Scores(report.scores, "Eight weeks, by their Mondays"),)),
        Section("What changed", (changed, *_follow_ups(report.follow_ups))),
        Section("What to do", (Told(report.actions, "No low answer came with words: nothing asks for an action."),)),
        Section(
            "What the low scores speak of", (Themes(report.causes, report.causes_absent or ""),),
            low if report.causes else None,
        ),
        Section("In their words", (Spoken(report.low_voices, "No low answer came with words."),)),
        Section("Praise to share", (Spoken(report.praise, "No praise in words."),)),
        Section("Coaching notes", _coaching(report.coaching), None if report.coaching.absent else PRAISE_FIRST),
        Section("By segment", tuple(_segment(table) for table in report.segments) or (Prose(("No segments.",)),)),
    )  # fmt: skip
    meta = _meta(report.organisation, report.period, report.timezone)
    counted = (many(report.answers, "answer"), many(report.comments, "comment"), *_accounts(report.accounts))
    return Document(report.title, (*meta, *counted), sections, report.method, report.caveats, report.generated_at)


def account_document(report: AccountReview) -> Document:
    """The review: who they are, what to raise, what changed, scores, people, themes, tickets, the others."""
    tickets = Grid(
        "Open tickets, the riskiest first", ("Ticket", "Status", "Priority", "Open since", "Days", "Risk", "Reasons"),
        tuple(_ticket(ticket) for ticket in report.open_tickets),
        f"{count(report.tickets_unshown)} more are not shown." if report.tickets_unshown else None,
    )  # fmt: skip
    themes = Themes(report.themes, report.themes_absent or "")
    sections = (
        Section("The account", (_facts(report), *_follow_ups(report.follow_ups))),
        Section("What to raise", (Told(report.raise_next, "Nothing asks to be raised."),)),
        Section("What changed", (Told(report.changed, report.quiet or "Nothing beyond noise."),)),
        Section(
            "Scores", (Scores(report.scores, "Six months"),) if report.scores else (Prose(("No answers.",)),)
        ),
        Section("People behind the figures", (_people(report),)),
        Section("What they speak of", (themes,), "Of their comments, against those of other accounts."),
        Section("Complaints", (Spoken(report.complaints, "No low answer came with words."),)),
        Section("Praise", (Spoken(report.praise, "No praise in words."),)),
        Section("Open tickets", (tickets,) if report.open_tickets else (Prose(("No open ticket.",)),)),
        *([Section("Beside all accounts", (_views(report),))] if report.views else []),
    )  # fmt: skip
    meta = _meta(report.organisation, report.period, report.timezone)
    people = f"{count(report.contacts_answered)} of {many(report.contacts, 'contact')} answered"
    counted = (many(report.answers, "answer"), many(report.comments, "comment"), people)
    return Document(report.title, (*meta, *counted), sections, report.method, report.caveats, report.generated_at)


def _meta(organisation: str, period: str, tz: str) -> tuple[str, str]:
    return organisation, f"{period} ({tz})"


def _accounts(accounts: int | None) -> tuple[str, ...]:
    return () if accounts is None else (many(accounts, "account"),)


def _follow_ups(counts: FollowUpCounts | None) -> tuple[Block, ...]:
    return () if counts is None else (Facts((("Follow-ups", follow_up_line(counts)),)),)


def _burst(report: DailyReport) -> list[Sentence]:
    return [burst_sentence(burst) for burst in report.bursts]


def _filled(grid: Grid) -> Grid:
    """The table without columns that say nothing in any row."""
    kept = [place for place in range(len(grid.header)) if not place or any(_says(row[place]) for row in grid.rows)]
    rows = tuple(tuple(row[place] for place in kept) for row in grid.rows)
    return Grid(grid.caption, tuple(grid.header[place] for place in kept), rows, grid.note)


def _says(cell: Cell) -> bool:
    return cell is not None and str(cell) != ""


def _segment(table: SegmentTable) -> Grid:
    rows = tuple(
        (group.name, Estimated(group.figure, table.unit, group.small), Moved(group.change, table.unit))
        for group in table.breakdown.groups
    )
    segment = table.breakdown.segment
    caption = f"{table.metric} by {segment}, groups in order of answers"
    return _filled(Grid(caption, (segment.capitalize(), table.metric, "Change"), rows, table.breakdown.note))


def _coaching(section: CoachingSection) -> tuple[Block, ...]:
    if section.absent:
        return (Prose((section.absent,)),)
    rows = tuple(
        (one.agent, one.praise.text if one.praise else None, Estimated(one.figure, one.unit, one.small), one.note)
        for one in section.agents
    )
    withheld = (
        f"{many(section.withheld, 'person', 'people')} with too few answers withheld." if section.withheld else None
    )
    return (_filled(Grid("By person", ("Agent", "Praise", section.metric or "Score", "Note"), rows, withheld)),)


def _facts(report: AccountReview) -> Facts:
    account = report.account
    renewal = None
    if account.renewal_on is not None and account.renewal_days is not None:
        days = account.renewal_days
        when = f"in {many(days, 'day')}" if days >= 0 else f"{many(-days, 'day')} ago"
        renewal = f"{day_of(account.renewal_on)}, {when} from the end of the period"
    value = None if account.arr is None else f"{number(account.arr, 0)} {account.currency or ''}".strip()
    rows = [
        ("Id", account.external_id), ("Tier", account.tier), ("ARR", value), ("Renewal", renewal),
        ("Owner", account.owner), ("Customer since", day_of(account.since) if account.since else None),
        *((name.replace("_", " ").capitalize(), text) for name, text in account.segments.items()),
    ]  # fmt: skip
    return Facts(tuple((name, text) for name, text in rows if text))


def _people(report: AccountReview) -> Grid:
    names = [line.name for line in report.scores]
    rows = []
    for role in report.roles:
        figures = {name: Estimated(figure, unit) for name, unit, figure in role.scores}
        rows.append((role.name, role.contacts, role.answered, *(figures.get(name, NOTHING) for name in names)))
    return Grid("Contacts by role", ("Role", "Contacts", "Answered", *names), tuple(rows))


def _ticket(ticket: OpenTicket) -> tuple[str | int | None, ...]:
    risks = "; ".join(
        f"{risk.metric} {risk.band}: {number(risk.risk, 0)}% ({number(risk.low, 0)} to {number(risk.high, 0)}%), "
        f"predicted {day_of(risk.predicted_on)}"
        for risk in ticket.predictions
    )
    reasons = "; ".join(reason for risk in ticket.predictions for reason in risk.reasons)
    opened = day_of(ticket.opened_on) if ticket.opened_on else None
    return (
        ticket.ticket, ticket.status, ticket.priority, opened, ticket.days_open, risks or "not predicted",
        reasons or None,
    )  # fmt: skip


def _views(report: AccountReview) -> Grid:
    """A row a score: this account, then each way to one figure over all; the note says what stands behind them."""
    own = {line.name: line for line in report.scores}
    metrics = dict.fromkeys(view.metric for view in report.views)
    variants = dict.fromkeys(view.variant for view in report.views)
    found = {(view.metric, view.variant): Estimated(view.figure, view.unit) for view in report.views}
    rows = tuple(
        (name, Estimated(own[name].figure, own[name].unit), *(found.get((name, each), NOTHING) for each in variants))
        for name in metrics
    )  # fmt: skip
    behind = dict.fromkeys(f"{view.metric}: {view.behind}." for view in report.views)
    note = " ".join([*behind, *([report.views_note] if report.views_note else [])])
    header = ("Score", "This account", *(variant.capitalize() for variant in variants))
    return Grid("All accounts in the same months", header, rows, note)
