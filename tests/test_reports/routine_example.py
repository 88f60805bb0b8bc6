"""Routine reports written by hand: what the renderers are tested on, without a store."""

from __future__ import annotations

from verbatim.reports.model import Breakdown, Change, Figure, Group, Note, Point, Quote, ScoreLine, Sentence
from verbatim.reports.routine.model import (
    AccountFacts,
    AccountReview,
    AccountView,
    Burst,
    Coaching,
    CoachingSection,
    Contrast,
    DailyReport,
    FollowUpCounts,
    OpenTicket,
    Risk,
    Role,
    SegmentTable,
    Voice,
    WeeklyReport,
)

METHOD = (Note("CSAT", "% satisfied = answers 4-5 ÷ valid answers; Wilson interval."),)
CAVEATS = ("Comparisons name what goes together. They do not prove a cause.",)
FOLLOW_UPS = FollowUpCounts(4, 1, 2, 1)
SHARE = Figure(60.0, 31.3, 83.2, 10)
PLAIN = "The export stops at page two and nobody says why."


def example_daily(text: str = PLAIN, name: str = "Corran") -> DailyReport:
    return DailyReport(
        organisation=name, day="2026-10-30", title="Daily digest, Friday 30 October 2026",
        period="Friday 30 October 2026", timezone="Europe/Berlin", generated_at=None,
        line="20 answers, 90% positive (70 to 97%), 2 negatives", quiet=None, answers=20, comments=12, accounts=9,
        positive=18, negative=2, positive_share=Figure(90.0, 69.9, 97.2, 20), scores=(_score(name),),
        negatives=(_voice("complaint", text, name), _voice("complaint", None, name)), negatives_unshown=1,
        praise=_voice("praise", text, name),
        bursts=(Burst("t1", name, name, "29 Oct 12:00 to 30 Oct 12:00", 6, 14, 0.8, 0.004, (text,)),),
        bursts_absent=None, follow_ups=FOLLOW_UPS, method=METHOD, caveats=CAVEATS,
    )  # fmt: skip


def example_weekly(text: str = PLAIN, name: str = "Corran") -> WeeklyReport:
    groups = (Group(name, SHARE, True), Group("email", Figure(70.0, 60.0, 79.0, 90), False, _change()))
    return WeeklyReport(
        organisation=name, week="2026-W44", title="Weekly summary, 26 October to 1 November 2026",
        period="week 44, 26 October to 1 November 2026", timezone="Europe/Berlin", generated_at=None, answers=97,
        comments=41, accounts=30, scores=(_score(name),),
        segments=(SegmentTable("CSAT", "percent", Breakdown(name, groups, 0, None)),),
        changed=(Sentence(f"CSAT fell by 12.0 points in {name}.", "−20.0 to −4.0, n 90 and 95"),), quiet=None,
        low_comments=10, causes=(_theme(text, name),), causes_absent=None,
        low_voices=(_voice("complaint", text, name),), praise=(_voice("praise", text, name),),
        actions=(Sentence(f"Find the cause behind “{name}” and fix it first.", "6 low comments this week", "—"),),
        coaching=CoachingSection(
            "CSAT", (Coaching(name, SHARE, "percent", True, _voice("praise", text, name), text),), 3, None
        ),
        follow_ups=FOLLOW_UPS, method=METHOD, caveats=CAVEATS,
    )  # fmt: skip


def example_account(text: str = PLAIN, name: str = "Corran") -> AccountReview:
    return AccountReview(
        organisation=name, account=AccountFacts(
            "a1", name, "X-1", name, 29900.0, "EUR", "2024-05-11", "2027-01-11", 71, name, {"region": name}
        ),
        title=f"Account review: {name}", period="August to October 2026", start="2026-08", end="2026-10",
        timezone="Europe/Berlin", generated_at=None, answers=14, comments=10, contacts=6, contacts_answered=5,
        scores=(_score(name),),
        views=(AccountView("CSAT", "percent", "all answers pooled", Figure(70.0, 66.0, 74.0, 987), "987 answers"),),
        views_note=None, roles=(Role(name, 4, 2, (("CSAT", "percent", SHARE),)), Role("champion", 1, 0, ())),
        themes=(_theme(text, name),), themes_absent=None, praise=(_voice("praise", text, name),),
        complaints=(_voice("complaint", text, name),), open_tickets=(
            OpenTicket(name, "open", "high", "2026-10-20", 12, (
                Risk("CSAT", 81.0, 62.0, 90.0, "high", "2026-10-31", ("the ticket was reopened",)),
            )),
            OpenTicket("T-2", None, None, None, None, ()),
        ), tickets_unshown=2, changed=(Sentence("CSAT is below that of all other accounts.", "60.0% (n 10)"),),
        quiet=None, raise_next=(Sentence(f"Say what is being done about “{name}”.", "60.0% (n 10)", "—"),),
        follow_ups=FOLLOW_UPS, method=METHOD, caveats=CAVEATS,
    )  # fmt: skip


def _change() -> Change:
    return Change("the week before", Figure(82.0, 74.0, 88.0, 95), -12.0, -20.0, -4.0, True)


def _score(name: str) -> ScoreLine:
    points = tuple(Point(f"2026-0{n}-01", label, SHARE) for n, label in ((7, "Jul"), (8, "Aug"), (9, name)))
    return ScoreLine(
        "csat/csat-5", "csat", "CSAT", "csat-5", "% satisfied", "percent", 0.0, 100.0, False, SHARE, None, _change(),
        "CSAT fell to 60.0% (31.3 to 83.2%, n 10), −12.0 points against the week before (−20.0 to −4.0).",
        True, points,
    )  # fmt: skip


def _voice(kind: str, text: str | None, name: str) -> Voice:
    assert kind in ("praise", "complaint")
    return Voice(
        "praise" if kind == "praise" else "complaint", text, "CSAT 2 of 5", "14:05", name, name, name, "s1", "c1"
    )


def _theme(text: str, name: str) -> Contrast:
    quotes = (Quote(text, "complaint", "CSAT 1 of 5", "Fri 30 Oct", "c1"),)
    change = Change("the other comments", Figure(11.3, 9.0, 14.0, 600), 48.7, 16.8, 73.9, True)
    return Contrast("t1", name, 6, SHARE, change, Figure(-0.4, -0.7, -0.1, 6), quotes)
