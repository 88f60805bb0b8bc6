"""The account review: everything one account has told, for the talk with it (a QBR)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from verbatim.errors import EmptyError, NotFoundError, UserError
from verbatim.reports import sentences
from verbatim.reports.routine import telling
from verbatim.reports.routine.beside import account_views, against_others, roles_of
from verbatim.reports.routine.contrasts import NOT_MINED, contrasts, spoken_in
from verbatim.reports.routine.model import AccountFacts, AccountReview
from verbatim.reports.routine.notes import THEMES, caveats_of, method_of
from verbatim.reports.routine.open_tickets import open_tickets
from verbatim.reports.routine.scores import Step, known_days, refuse_empty, score_lines
from verbatim.reports.routine.spans import months_of, months_span, months_title, shifted
from verbatim.reports.routine.voices import Speakers, negatives, praise, voices_in
from verbatim.reports.words import many, month_short
from verbatim.storage import queries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from verbatim.reports.model import Sentence
    from verbatim.reports.routine.model import Contrast, FollowUpCounts, OpenTicket
    from verbatim.reports.routine.scores import Line
    from verbatim.reports.routine.spans import Days
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

MONTHS = 3
MONTHS_SHOWN = 6
MOST = {"themes": 5, "voices": 4, "raise": 5, "changed": 6}
OWN = {"id", "source", "external_id", "batch_id", "name", "tier", "arr", "currency", "since", "renewal_at", "owner"}


def build_account_review(
    store: Store, settings: Settings, *, account: str, start: str | None = None, end: str | None = None,
    follow_ups: FollowUpCounts | None = None, generated_at: datetime | None = None,
) -> AccountReview:  # fmt: skip
    """The review of ``account`` (its external id, its name or its key) over the months from ``start`` to ``end``.

    Both ends are ``YYYY-MM`` and whole; by default the last three full months that the store knows (before
    ``generated_at`` where given). The clock is not read. Scores are held against as many months before, and against
    all other accounts.

    Raises:
        NotFoundError: no account is called that.
        UserError: several are, or an end is not a month.
        EmptyError: the account has no answers, comments or tickets in this time.
    """
    row = _found(queries.accounts(store), account)
    tz = settings.timezone
    days = _days(store, tz, start, end, generated_at)
    months = months_of(days)
    earlier = months_span(shifted(months[0], -len(months)), shifted(months[0], -1), tz)
    against = f"the {many(len(months), 'month')} before"
    where = {"account_id": row["id"]}
    lines = score_lines(store, settings, days, earlier, against=against, where=where, steps=_steps(months[-1], tz))
    voices = voices_in(store, [line.asked for line in lines], days, where)
    tickets, unshown = open_tickets(store, row["id"], days)
    if voices.empty and not tickets:
        raise EmptyError(_nothing(store, row["id"], days))
    accounts = queries.accounts(store)
    low, kind = negatives(voices, accounts), praise(voices).head(MOST["voices"])
    speakers = Speakers(store, days, [low, kind], accounts.iloc[:0])  # the account is named in the title
    views, views_note = account_views(store, settings, days, lines)
    people = queries.contacts(store)
    people = people[people["account_id"] == row["id"]]
    roles = roles_of(store, days, lines, people, where)
    themes, why_none = _themes(store, days, lines, row["id"])
    facts = _facts(row, days)
    answered = int(voices["contact_id"].nunique())
    changed = _changed(store, lines, themes, days, row["id"])
    return AccountReview(
        organisation=settings.organisation, account=facts, title=f"Account review: {facts.name}",
        period=months_title(months[0], months[-1]), start=months[0], end=months[-1], timezone=tz,
        generated_at=None if generated_at is None else generated_at.isoformat(timespec="minutes"),
        answers=sum(line.shown.figure.n for line in lines), comments=int(voices["text"].notna().sum()),
        contacts=max(len(people), answered), contacts_answered=answered,
        scores=tuple(line.shown for line in lines), views=views, views_note=views_note, roles=roles, themes=themes,
        themes_absent=why_none, praise=speakers.voices(kind),
        complaints=speakers.voices(low[low["text"].notna()].head(MOST["voices"])), open_tickets=tickets,
        tickets_unshown=unshown, changed=changed,
        quiet=None if changed else f"Nothing differs from {against} or from other accounts by more than noise.",
        raise_next=_raise(facts, lines, themes, follow_ups, tickets=tickets, people=(answered, len(people))),
        follow_ups=follow_ups, method=method_of((line.shown for line in lines), tz, THEMES),
        caveats=caveats_of("One account gives few answers: its intervals are wide, and its words say more."),
    )  # fmt: skip


def _found(accounts: pd.DataFrame, wanted: str) -> dict[Any, Any]:
    """The row of the account that is called so: by key or external id exactly, else by name, whatever its case."""
    name = wanted.strip().casefold()
    for column in ("id", "external_id"):
        exact = accounts[accounts[column] == wanted.strip()]
        if len(exact) == 1:
            return dict(exact.iloc[0].to_dict())
    named = accounts[accounts["name"].fillna("").str.strip().str.casefold() == name] if name else accounts.iloc[:0]
    if named.empty:
        raise NotFoundError(f"there is no account {wanted!r} among {len(accounts):,}; give its id or its name")
    if len(named) > 1:
        ids = ", ".join(sorted(str(key) for key in named["external_id"]))
        raise UserError(f"{len(named)} accounts are called {wanted!r}; give the id of one: {ids}")
    return dict(named.iloc[0].to_dict())


def _days(store: Store, tz: str, start: str | None, end: str | None, now: datetime | None) -> Days:
    """The months asked for; without them the last three that are over."""
    last = end or _last_full_month(store, tz, now)
    first = start or shifted(last, 1 - MONTHS)
    return months_span(first, max(first, last) if end is None else last, tz)


def _last_full_month(store: Store, tz: str, now: datetime | None) -> str:
    """The month before that of ``now``; without it, of the day after the last one that has answers."""
    if now is not None:
        if now.tzinfo is None:
            raise UserError("generated_at has no time zone; give an aware time, for example datetime.now(UTC)")
        local = pd.Timestamp(now.astimezone(UTC)).tz_convert(tz)
        return shifted(f"{local:%Y-%m}", -1)
    known = known_days(store, tz)
    if known is None:
        raise refuse_empty(store, tz, "the store")
    return shifted(f"{pd.Timestamp(known[1]) + timedelta(days=1):%Y-%m}", -1)


def _steps(last: str, tz: str) -> list[Step]:
    """The six months that end with ``last``."""
    months = [shifted(last, -back) for back in range(MONTHS_SHOWN - 1, -1, -1)]
    return [Step(months_span(month, month, tz), month_short(month)) for month in months]


def _facts(row: dict[Any, Any], days: Days) -> AccountFacts:
    """What the account's source says of it."""
    day = {name: None if pd.isna(row[name]) else days.local_day(row[name]) for name in ("since", "renewal_at")}
    renewal = day["renewal_at"]
    return AccountFacts(
        id=row["id"], name=row["name"] or row["external_id"] or row["id"], external_id=row["external_id"],
        tier=row["tier"], arr=None if pd.isna(row["arr"]) else float(row["arr"]), currency=row["currency"],
        since=None if day["since"] is None else day["since"].isoformat(),
        renewal_on=None if renewal is None else renewal.isoformat(),
        renewal_days=None if renewal is None else (renewal - days.after).days, owner=row["owner"],
        segments={str(k): str(v) for k, v in sorted(row.items()) if k not in OWN and isinstance(v, str) and v},
    )  # fmt: skip


def _themes(
    store: Store, days: Days, lines: Sequence[Line], account_id: str
) -> tuple[tuple[Contrast, ...], str | None]:
    spoken = spoken_in(store, days)
    if spoken is None:
        return (), NOT_MINED
    inside = set(spoken.rows.loc[spoken.rows["account_id"] == account_id, "comment_id"])
    if not inside:
        return (), "None of their comments in this time says something on a theme."
    asked = [line.asked for line in lines]
    found = contrasts(spoken, inside, asked=asked, days=days, against="other accounts", most=MOST["themes"])
    return found, None if found else "No theme has two of their comments."


def _changed(
    store: Store, lines: Sequence[Line], themes: Sequence[Contrast], days: Days, account_id: str
) -> tuple[Sentence, ...]:
    found = [sentences.score_moved(line.shown) for line in lines]
    found += [
        telling.differs_from_others(line.shown, against_others(store, line, days, account_id, len(lines)))
        for line in lines
    ]
    found += [telling.account_theme(theme) for theme in themes]
    return tuple(sentence for sentence in found if sentence is not None)[: MOST["changed"]]


def _raise(
    facts: AccountFacts, lines: Sequence[Line], themes: Sequence[Contrast], follow_ups: FollowUpCounts | None, *,
    tickets: tuple[OpenTicket, ...], people: tuple[int, int],
) -> tuple[Sentence, ...]:  # fmt: skip
    """What to bring up, the most pressing first."""
    found = [telling.clear_overdue(follow_ups), telling.raise_tickets(tickets)]
    found += [telling.raise_fall(line.shown) for line in lines]
    found += [telling.raise_theme(theme) for theme in themes]
    found += [telling.raise_renewal(facts), telling.ask_silent(*people)]
    told = [sentence for sentence in found if sentence is not None][: MOST["raise"]]
    return tuple(replace(sentence, owner=facts.owner or sentence.owner) for sentence in told)


def _nothing(store: Store, account_id: str, days: Days) -> str:
    rows = queries.answers(store, where={"account_id": account_id}, by=())
    times = rows.loc[rows["status"] == "answered", "occurred_at"].dropna()
    there = (
        f"it has answers from {days.local_day(times.min())} to {days.local_day(times.max())}"
        if len(times)
        else "it has never answered"
    )
    return f"the account has no answers, comments or open tickets from {days.words}; {there}"
