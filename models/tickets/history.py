"""What was known, at a moment, of the requester, the account, the product and the agent: past ratings and open tickets.

Built once from all tickets, answers, accounts and contacts, then asked for any number of moments. An answer counts
from the moment it was given, a ticket from its creation; nothing that came later is seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from models.tickets.log import CLOSED, NEVER, REOPENED, SOLVED, TicketLog, moments
from models.tickets.timeline import Timeline, coded_keys, last_true, running
from verbatim.scores.scales import SCALES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Expected = Callable[["Places", "Places", "Objects"], "Floats"]
    Places = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Objects = NDArray[np.object_]

DAY = 86_400 * 1_000_000
RECENT = 28 * DAY
QUARTER = 91 * DAY
FADE = 30.0  # half-life of moods, in days
FIRM = 1.75  # answers, as Σ p(1 − p), at which a small mood counts half
FAR = 0.5  # log odds: from about here on a mood is believed sooner
TURNS = 5
EXPECTED = (0.05, 0.95)  # shares that may be expected of an answer
LEAN = 4.0  # answers of everybody that a mean of few answers leans on


@dataclass(frozen=True, slots=True)
class Keyed:
    """Values by key and time, added up: how many, and what mean, until a moment."""

    line: Timeline
    sums: Floats
    values: Floats

    @classmethod
    def of(cls, keys: Places, at: Places, values: Floats, count: int) -> Keyed:
        """Rows of keys below ``count``; −1 is nobody."""
        line = Timeline.of(keys, at, count)
        ordered = values[line.order]
        return cls(line, running(ordered), ordered)

    def seen(
        self, keys: Places, at: Places, since: Places | None = None, *, inclusive: bool = False
    ) -> tuple[Floats, Floats, Floats]:
        """Number, sum and last value of each key before a moment (``inclusive``: or at it), from ``since`` on.

        The last is NaN without any.
        """
        first, last = self.line.until(keys, at, inclusive=inclusive)
        if since is not None:
            _, first = self.line.until(keys, since, inclusive=False)
        count = (last - first).astype(np.float64)
        if len(self.values):
            newest = np.where(last > first, self.values.take(np.maximum(last - 1, 0)), np.nan)
        else:
            newest = np.full(len(keys), np.nan)
        return count, self.sums.take(last) - self.sums.take(first), newest


@dataclass(frozen=True, slots=True)
class Fading:
    """Values by key of which the older ones count less: their weight falls to a half in ``half_life`` days."""

    line: Timeline
    at: Places
    sums: Floats  # after each row, weighted as of that row
    half_life: float

    @classmethod
    def of(cls, keys: Places, at: Places, values: Floats, count: int, *, half_life: float) -> Fading:
        """Rows of keys below ``count``; −1 is nobody."""
        line = Timeline.of(keys, at, count)
        times, ordered = at[line.order], values[line.order]
        first = np.zeros(len(times), dtype=bool)
        first[line.starts[:-1][line.starts[:-1] < len(times)]] = True
        passed = np.where(first, 0, np.diff(times, prepend=times[:1])) / (DAY * half_life)
        fall = np.where(first, 0.0, 0.5**passed)
        sums, total = np.zeros(len(times)), 0.0
        for place, (share, value) in enumerate(zip(fall.tolist(), ordered.tolist(), strict=True)):
            total = total * share + value
            sums[place] = total
        return cls(line, times, sums, half_life)

    def seen(self, keys: Places, at: Places) -> Floats:
        """The weighted sum before each moment; NaN without any."""
        newest, fall = self.until(keys, at)
        return self.sums.take(newest) * fall if len(self.sums) else fall

    def until(self, keys: Places, at: Places) -> tuple[Places, Floats]:
        """The last row before each moment, and what its sum weighs by then: NaN without any row."""
        first, last = self.line.until(keys, at, inclusive=False)
        newest = np.maximum(last - 1, 0)
        if not len(self.at):
            return newest, np.full(len(keys), np.nan)
        fall = 0.5 ** ((at - self.at.take(newest)) / (DAY * self.half_life))
        return newest, np.where(last > first, fall, np.nan)


@dataclass(frozen=True, slots=True)
class Moods:
    """How far the answers by a key lie above what was expected of them, in log odds of the share of the scale.

    ``above`` sums up answers less expectations p, ``firmness`` p(1 − p): their quotient is one Newton step to the log
    odds that would explain the answers (a logistic model with a random intercept).
    """

    above: Fading
    firmness: Fading

    def of(self, keys: Places, at: Places) -> Floats:
        """The mood before each moment, NaN without any answer.

        It leans on 0 as the posterior of a heavy-tailed (Cauchy) prior does: a mood far off is believed sooner than
        one nearby, so that an account that turns is not taken for chance.
        """
        newest, fall = self.above.until(keys, at)
        if np.isnan(fall).all():
            return fall
        total, mass = self.above.sums.take(newest) * fall, self.firmness.sums.take(newest) * fall
        mood = total / (mass + FIRM)
        for _ in range(TURNS):
            mood = total / (mass + FIRM / (1 + (mood / FAR) ** 2))
        return mood


@dataclass(frozen=True, slots=True)
class History:
    """Past ratings by key, and how many tickets were open; ask `of`."""

    contacts: Mapping[str, int]
    accounts: Mapping[str, int]
    kinds: Mapping[str, int]  # "product", name → number …
    agents: Mapping[str, int]
    by_contact: Keyed
    by_kind: Keyed
    by_agent: Keyed
    moods: Moods
    everybody: Keyed
    raised_by_contact: Keyed
    open_of_account: Keyed
    load_of_agent: Keyed
    tier: Mapping[str, str | None]
    since: Mapping[str, int]
    renewal: Mapping[str, int]
    role: Mapping[str, str | None]
    member_since: Mapping[str, int]

    def of(self, asked: Asked) -> dict[str, Any]:
        """The features of history, by name (see `models.tickets.features`), for each row of ``asked``."""
        at = asked.at
        nobody = np.zeros(len(at), np.int64)
        n_all, sum_all, _ = self.everybody.seen(nobody, at, at - RECENT)
        usual = np.where(n_all > 0, sum_all / np.maximum(n_all, 1), 0.5)
        contact, account = _codes(self.contacts, asked.contact), _codes(self.accounts, asked.account)
        found: dict[str, Any] = {"everybody_rating": np.where(n_all >= LEAN, usual, np.nan)}
        _, _, found["requester_last_rating"] = self.by_contact.seen(contact, at)
        found["account_mood"] = self.moods.of(account, at)
        for name in ("product", "issue_type"):
            n, total, _ = self.by_kind.seen(_codes(self.kinds, _prefixed(name, asked.words[name])), at, at - RECENT)
            found[f"{name}_rating"] = np.where(n > 0, (total + 3 * LEAN * usual) / (n + 3 * LEAN), np.nan)
        n, _, _ = self.raised_by_contact.seen(contact, at, at - QUARTER, inclusive=True)
        found["requester_tickets"] = np.where(contact >= 0, n, np.nan)
        _, total, _ = self.open_of_account.seen(account, at, inclusive=True)
        found["account_open"] = np.where(account >= 0, np.maximum(total - asked.is_open, 0), np.nan)
        agent = _codes(self.agents, asked.words["agent"])
        _, total, _ = self.load_of_agent.seen(agent, at, inclusive=True)
        found["agent_load"] = np.where(agent >= 0, np.maximum(total - asked.is_open, 0), np.nan)
        n, total, _ = self.by_agent.seen(agent, at)
        found["agent_rating"] = np.where(n > 0, (total + 3 * LEAN * usual) / (n + 3 * LEAN), np.nan)
        return found | self._records(asked)

    def _records(self, asked: Asked) -> dict[str, Any]:
        """What the lists of accounts and contacts say: tier, tenure, days to the renewal, role."""
        began, renewal = _times(self.since, asked.account), _times(self.renewal, asked.account)
        joined = _times(self.member_since, asked.contact)
        return {
            "tier": np.array([self.tier.get(key) for key in asked.account.tolist()], dtype=object),
            "role": np.array([self.role.get(key) for key in asked.contact.tolist()], dtype=object),
            "account_days": _not_negative((asked.at - began) / DAY),
            "requester_days": _not_negative((asked.at - joined) / DAY),
            "renewal_days": _not_negative((renewal - asked.at) / DAY),
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """Of whom and when: arrays (n,); ``is_open`` 1 where the ticket itself is among the open ones."""

    at: Places
    contact: Objects
    account: Objects
    words: Mapping[str, Objects]
    is_open: Floats


def build_history(
    log: TicketLog, answers: pd.DataFrame | None = None, accounts: pd.DataFrame | None = None,
    contacts: pd.DataFrame | None = None, *, holders: tuple[Objects, Objects, Objects] | None = None,
    expected: Expected | None = None,
) -> History:  # fmt: skip
    """Gather all that is known; ``answers`` as ``verbatim.storage.queries.answers`` gives them (any metric).

    ``expected`` gives, for places of tickets and moments, the shares that their handling leads one to expect (NaN: no
    idea), which moods are measured against; without it, earlier answers of everybody. ``holders`` are, from
    `models.tickets.state`, the agent who held each ticket first, and before and after each event.
    """
    given = _given(answers)
    place = log.place_of()
    ticket = np.fromiter((place.get(key, -1) for key in given["ticket_id"].tolist()), np.int64, len(given))
    at, value = moments(given["answered_at"]), given["share"].to_numpy(np.float64)
    contact = _or_of_ticket(given["contact_id"].to_numpy(object), log.contact, ticket)
    account = _or_of_ticket(given["account_id"].to_numpy(object), log.account, ticket)
    contacts_, (of_answer, of_ticket) = coded_keys(contact, log.contact)
    accounts_, (account_of_answer, account_of_ticket) = coded_keys(account, log.account)
    kinds, coded = coded_keys(*(_prefixed(name, _of(log.words[name], ticket)) for name in ("product", "issue_type")))
    agents, load = _load(log, holders)
    agent = _codes(agents, _held(log, holders, ticket, at))
    opened, ended = _openings(log)
    foreseen = _usual(given["metric"].to_numpy(object), at, value)
    if expected is not None:
        known = ticket >= 0
        told = expected(ticket[known], at[known], given["metric"].to_numpy(object)[known])
        foreseen[known] = np.clip(np.where(np.isnan(told), foreseen[known], told), *EXPECTED)
    return History(
        contacts=contacts_, accounts=accounts_, kinds=kinds, agents=agents,
        by_contact=Keyed.of(of_answer, at, value, len(contacts_)),
        by_kind=Keyed.of(np.concatenate(coded), np.r_[at, at], np.r_[value, value], len(kinds)),
        by_agent=Keyed.of(agent, at, value, len(agents)),
        moods=Moods(
            Fading.of(account_of_answer, at, value - foreseen, len(accounts_), half_life=FADE),
            Fading.of(account_of_answer, at, foreseen * (1 - foreseen), len(accounts_), half_life=FADE),
        ),
        everybody=Keyed.of(np.where(ticket >= 0, 0, -1), at, value, 1),
        raised_by_contact=Keyed.of(of_ticket, log.created, np.ones(len(log)), len(contacts_)),
        open_of_account=Keyed.of(
            account_of_ticket[np.r_[opened[0], ended[0]]], np.r_[opened[1], ended[1]],
            np.r_[np.ones(len(opened[0])), -np.ones(len(ended[0]))], len(accounts_),
        ),
        load_of_agent=load,
        tier=_column(accounts, "tier"), role=_column(contacts, "role"),
        since=_moments_of(accounts, "since"), renewal=_moments_of(accounts, "renewal_at"),
        member_since=_moments_of(contacts, "since"),
    )  # fmt: skip


def share_of_scale(value: Floats, scale: NDArray[np.object_]) -> Floats:
    """Answers as shares of their scale: 0 is the worst answer, 1 the best; NaN on an unknown scale."""
    found = np.full(len(value), np.nan)
    for name in set(scale.tolist()):
        known = SCALES.get(name)
        if known is None:
            continue
        here = scale == name
        share = (value[here] - known.low) / (known.high - known.low)
        found[here] = share if known.higher_is_better else 1 - share
    return found


def _given(answers: pd.DataFrame | None) -> pd.DataFrame:
    """Answers with a time and a value, and their share of the scale."""
    wanted = ["metric", "ticket_id", "contact_id", "account_id", "answered_at", "value", "scale"]
    if answers is None or answers.empty:
        empty = pd.DataFrame({name: np.array([], dtype=object) for name in [*wanted, "share"]})
        return empty.assign(share=np.zeros(0), answered_at=pd.Series([], dtype="datetime64[us, UTC]"))
    rows = answers[answers["value"].notna() & answers["answered_at"].notna()]
    share = share_of_scale(rows["value"].to_numpy(np.float64), rows["scale"].to_numpy(object))
    rows = rows.assign(share=share)
    return rows[rows["share"].notna()].sort_values(["answered_at", "metric", "share"], kind="stable")


def _usual(metric: Objects, at: Places, value: Floats) -> Floats:
    """The mean of the earlier answers to the same metric and of ``LEAN`` in the middle, within 0.05 … 0.95."""
    found = np.zeros(len(value))
    for name in set(metric.tolist()):
        here = np.flatnonzero(metric == name)
        order = here[np.argsort(at[here], kind="stable")]
        earlier = running(value[order])[:-1]
        count = np.arange(len(order))
        found[order] = np.clip((earlier + LEAN / 2) / (count + LEAN), *EXPECTED)
    return found


def _open_around(log: TicketLog) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether its ticket was open before and after each event (e,): from the creation or a reopening to an ending."""
    if not len(log.at):
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
    start, latest = log.line.starts[log.ticket], last_true(log.flagged(REOPENED, SOLVED, CLOSED))
    after = (latest < start) | (log.kind[latest] == REOPENED)
    before = np.append(True, after[:-1]) | (np.arange(len(after)) == start)
    return before, after


def _openings(log: TicketLog) -> tuple[tuple[Places, Places], tuple[Places, Places]]:
    """Tickets and moments of opening (creation, reopening), and of ending."""
    before, after = _open_around(log)
    again, ends = ~before & after, before & ~after
    dated = np.flatnonzero(log.created != NEVER)
    opened = np.r_[dated, log.ticket[again]], np.r_[log.created[dated], log.at[again]]
    return opened, (log.ticket[ends], log.at[ends])


def _load(log: TicketLog, holders: tuple[Objects, Objects, Objects] | None) -> tuple[dict[str, int], Keyed]:
    """Open tickets of each agent: one more with each taken or reopened, one less with each given or ended."""
    if holders is None:
        numbered, (codes,) = coded_keys(log.words["agent"])
        dated = log.created != NEVER
        codes = np.where(dated, codes, -1)
        return numbered, Keyed.of(codes, log.created, np.zeros(len(log)), len(numbered))
    first, before, after = holders
    numbered, (first_, before_, after_) = coded_keys(first, before, after)
    was_open, is_open = _open_around(log)
    moved = before_ != after_
    given, taken = was_open & (moved | ~is_open), is_open & (moved | ~was_open)
    dated = np.flatnonzero(log.created != NEVER)
    keys = np.r_[first_[dated], before_[given], after_[taken]]
    at = np.r_[log.created[dated], log.at[given], log.at[taken]]
    change = np.repeat([1.0, -1.0, 1.0], [len(dated), given.sum(), taken.sum()])
    return numbered, Keyed.of(keys, at, change, len(numbered))


def _held(log: TicketLog, holders: tuple[Objects, Objects, Objects] | None, ticket: Places, at: Places) -> Objects:
    """The agent who held each ticket (−1: none) when it was rated."""
    if holders is None or not len(log.at):
        return _of(log.words["agent"], ticket)
    first, last = log.line.until(ticket, at, inclusive=True)
    return np.where(last > first, holders[2][last - 1], _of(holders[0], ticket))


def _codes(numbered: Mapping[str, int], keys: Objects) -> Places:
    return np.fromiter((numbered.get(key, -1) for key in keys.tolist()), np.int64, len(keys))


def _prefixed(name: str, words: Objects) -> Objects:
    found = np.empty(len(words), dtype=object)
    found[:] = [None if word is None else f"{name}:{word}" for word in words.tolist()]
    return found


def _of(words: Objects, ticket: Places) -> Objects:
    """The word of each ticket, ``None`` for −1."""
    nobody = np.full(len(ticket), None, dtype=object)
    return np.where(ticket >= 0, words[ticket], nobody) if len(words) else nobody


def _or_of_ticket(keys: Objects, of_ticket: Objects, ticket: Places) -> Objects:
    return np.where(pd.isna(keys), _of(of_ticket, ticket), keys)


def _column(frame: pd.DataFrame | None, name: str) -> dict[str, str | None]:
    if frame is None or name not in frame:
        return {}
    return {key: value for key, value in zip(frame["id"], frame[name], strict=True) if isinstance(value, str)}


def _moments_of(frame: pd.DataFrame | None, name: str) -> dict[str, int]:
    if frame is None or name not in frame or frame.empty:
        return {}
    return dict(zip(frame["id"], moments(frame[name]).tolist(), strict=True))


def _times(known: Mapping[str, int], keys: Objects) -> Floats:
    found = np.fromiter((known.get(key, NEVER) for key in keys.tolist()), np.float64, len(keys))
    return np.where(found == float(NEVER), np.nan, found)


def _not_negative(days: Floats) -> Floats:
    return np.where(days >= 0, days, np.nan)
