"""The sentences of the routine reports: each says nothing where the statistics do not hold (tests: both directions).

Plain counts ("2 low answers") need no statistics; what compares does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from verbatim.reports.model import Sentence
from verbatim.reports.routine.contrasts import stands_out
from verbatim.reports.sentences import NO_OWNER
from verbatim.reports.words import amount, count, estimate, gap_span, many, signed

if TYPE_CHECKING:
    from verbatim.reports.model import Change, Figure, ScoreLine
    from verbatim.reports.routine.model import AccountFacts, Burst, Contrast, FollowUpCounts, OpenTicket

RENEWS_SOON = 120  # days
MOST_RISKS = 3


def digest_line(answers: int, share: Figure, negative: int, follow_ups: FollowUpCounts | None) -> str:
    """``20 answers, 90% positive (70 to 97%), 2 negatives, 2 followed up``."""
    parts = [many(answers, "answer")]
    if share.value is not None and share.low is not None and share.high is not None:
        parts.append(f"{share.value:.0f}% positive ({share.low:.0f} to {share.high:.0f}%)")
    if follow_ups is None:
        return ", ".join([*parts, many(negative, "negative")])
    parts += [many(negative, "negative"), f"{count(follow_ups.contacted + follow_ups.resolved)} followed up"]
    if follow_ups.overdue:
        parts.append(f"{count(follow_ups.overdue)} overdue")
    return ", ".join(parts)


def follow_up_line(counts: FollowUpCounts) -> str:
    """``5 opened, 2 contacted, 1 resolved, 1 overdue``."""
    return (
        f"{count(counts.opened)} opened, {count(counts.contacted)} contacted, {count(counts.resolved)} resolved, "
        f"{count(counts.overdue)} overdue"
    )


def burst_sentence(burst: Burst) -> Sentence:
    """Several customers, one day; `day_alarms` has tested it."""
    part = f" (part of \u201c{burst.part_of}\u201d)" if burst.part_of else ""
    text = f"{many(burst.customers, 'customer')} spoke of \u201c{burst.name}\u201d{part} within 24 hours."
    usual = f"usual {burst.expected:.1f} of the {count(burst.of)} who wrote; p {max(burst.p, 0.001):.3f}"
    return Sentence(text, f"{burst.span}; {usual}, all themes and days allowed for")


def cause_stands_out(cause: Contrast, among: str) -> Sentence | None:
    """A theme that comments ``among`` (with a low score, say) speak of more than the others."""
    if not stands_out(cause) or cause.change is None:
        return None
    return Sentence(f"{among} speak more of \u201c{cause.name}\u201d than the others do.", share_evidence(cause))


def fix_cause(cause: Contrast) -> Sentence | None:
    """What the low scores speak of more than the rest is worth fixing first."""
    if not stands_out(cause):
        return None
    text = f"Find the cause behind \u201c{cause.name}\u201d and fix it first."
    return Sentence(text, f"{many(cause.volume, 'low comment')} this week; {share_evidence(cause)}", NO_OWNER)


def share_evidence(theme: Contrast) -> str:
    """Both shares, and the difference with its interval."""
    if theme.change is None:
        return estimate(theme.share, "percent")
    change = theme.change
    bounds = gap_span(change.low, change.high, "percent")
    return (
        f"{amount(theme.share.value, 'percent')} (n {count(theme.share.n)}) against "
        f"{amount(change.before.value, 'percent')} (n {count(change.before.n)}) in {change.against}; "
        f"{signed(change.difference, 'percent')} ({bounds})"
    )


def clear_overdue(counts: FollowUpCounts | None) -> Sentence | None:
    """Overdue promises come first."""
    if counts is None or not counts.overdue:
        return None
    return Sentence(f"Finish what is overdue: {many(counts.overdue, 'follow-up')}.", follow_up_line(counts), NO_OWNER)


def read_low(negative: int, with_words: int) -> Sentence | None:
    """Where nothing stands out, reading what was said is the next step."""
    if not with_words:
        return None
    said = f"{count(with_words)} of {many(negative, 'low answer')} came with words"
    return Sentence("Read the low answers together and note what they have in common.", said, NO_OWNER)


def agent_differs(change: Change | None, line: ScoreLine) -> str | None:
    """A person's score and the others' differ by more than noise, with what to look at before judging."""
    if change is None or not change.real:
        return None
    better = (change.difference > 0) != line.lower_is_better
    bounds = gap_span(change.low, change.high, line.unit)
    gap = f"{signed(change.difference, line.unit)} against {change.against}, {bounds}: more than noise"
    if better:
        return f"{line.name} better than that of the others ({gap}). Ask what others can take from it."
    return (
        f"{line.name} worse than that of the others ({gap}). Look at topics and channels first: they move scores too."
    )


def differs_from_others(line: ScoreLine, change: Change | None) -> Sentence | None:
    """An account's score and that of all other accounts differ by more than noise."""
    if change is None or not change.real:
        return None
    side = "above" if change.difference > 0 else "below"
    better = (change.difference > 0) != line.lower_is_better
    mark = f" ({'better' if better else 'worse'})" if line.lower_is_better else ""
    others = f"{amount(change.before.value, line.unit)} (n {count(change.before.n)})"
    gap = f"{signed(change.difference, line.unit)} ({gap_span(change.low, change.high, line.unit)})"
    text = f"{line.name} is {side} that of {change.against}{mark}."
    return Sentence(text, f"{estimate(line.figure, line.unit)} against {others}; {gap}")


def account_theme(theme: Contrast) -> Sentence | None:
    """A theme this account speaks of more than others do."""
    return cause_stands_out(theme, "Their comments")


def raise_theme(theme: Contrast) -> Sentence | None:
    """A theme to bring up: it stands out here, and sounds unhappy or is told in complaints and not clearly happy."""
    if not stands_out(theme):
        return None
    if theme.sentiment is not None and theme.sentiment.low is not None and theme.sentiment.low > 0:
        return None
    unhappy = theme.sentiment is not None and theme.sentiment.high is not None and theme.sentiment.high < 0
    if not unhappy and not any(quote.kind == "complaint" for quote in theme.quotes):
        return None
    return Sentence(f"Say what is being done about \u201c{theme.name}\u201d.", share_evidence(theme), NO_OWNER)


def raise_fall(line: ScoreLine) -> Sentence | None:
    """The account's own score got worse by more than noise."""
    change = line.change
    if change is None or not change.real or (change.difference > 0) != line.lower_is_better:
        return None
    bounds = gap_span(change.low, change.high, line.unit)
    text = f"Ask what lies behind the fall of their {line.name}."
    if line.lower_is_better:
        text = f"Ask what lies behind the worse {line.name}."
    return Sentence(text, f"{signed(change.difference, line.unit)} against {change.against} ({bounds})", NO_OWNER)


def raise_tickets(tickets: tuple[OpenTicket, ...]) -> Sentence | None:
    """Open tickets that are predicted to end badly are worth a word before the talk."""
    risky = [ticket for ticket in tickets if any(risk.band == "high" for risk in ticket.predictions)]
    if not risky:
        return None
    named = ", ".join(ticket.ticket for ticket in risky[:MOST_RISKS])
    text = f"Settle {many(len(risky), 'open ticket')} at high risk before the talk: {named}."
    return Sentence(text, "as last predicted; a prediction is no answer", NO_OWNER)


def raise_renewal(account: AccountFacts) -> Sentence | None:
    """The contract renews soon."""
    if account.renewal_days is None or not 0 <= account.renewal_days <= RENEWS_SOON:
        return None
    text = f"Bring up the renewal, which is due in {many(account.renewal_days, 'day')}."
    return Sentence(text, f"on {account.renewal_on}, as the account data say", NO_OWNER)


def ask_silent(answered: int, contacts: int) -> Sentence | None:
    """Nobody of the account answered, or one speaks for many."""
    if contacts < 3 or answered > 1:
        return None
    who = "Nobody" if answered == 0 else "Only one person"
    return Sentence(
        f"{who} of {many(contacts, 'contact')} answered: ask the others how it goes.",
        f"{count(answered)} of {many(contacts, 'contact')}", NO_OWNER,
    )  # fmt: skip
