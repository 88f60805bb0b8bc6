"""The nouns of the house: what every room speaks of.

Frozen values without behaviour beyond what they are. Times are timezone-aware UTC; ``None`` means "nothing".
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from verbatim.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Metric(StrEnum):
    """What a survey measures."""

    CSAT = "csat"
    CES = "ces"
    NPS = "nps"


class Kind(StrEnum):
    """What an ingested file holds: one kind of record a file."""

    RESPONSES = "responses"
    TICKETS = "tickets"
    EVENTS = "events"
    ACCOUNTS = "accounts"
    CONTACTS = "contacts"
    MILESTONES = "milestones"


class Status(StrEnum):
    """What became of one survey question that was asked."""

    ANSWERED = "answered"
    NOT_APPLICABLE = "not_applicable"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open span of time ``[start, end)``, both timezone-aware UTC."""

    start: datetime
    end: datetime

    @classmethod
    def of_month(cls, month: str, tz: str = "UTC") -> Period:
        """The calendar month ``YYYY-MM`` in time zone ``tz``.

        >>> Period.of_month("2026-02").end.isoformat()
        '2026-03-01T00:00:00+00:00'
        """
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
            raise UserError(f"{month!r} is not a month; write it as YYYY-MM, for example 2026-10")
        first = date.fromisoformat(f"{month}-01")
        following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
        return cls(local_midnight(first, tz), local_midnight(following, tz))

    def contains(self, moment: datetime) -> bool:
        """Whether ``moment`` lies in ``[start, end)``."""
        return self.start <= moment < self.end


def local_midnight(day: date, tz: str) -> datetime:
    """The moment, in UTC, at which ``day`` begins in time zone ``tz``."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(tz)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Comment:
    """One open answer, cleaned and redacted, with what is known of its author and moment."""

    id: str
    text: str
    question: str | None = None
    language: str | None = None
    occurred_at: datetime | None = None
    submission_id: str | None = None
    account_id: str | None = None
    ticket_id: str | None = None
    segments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Theme:
    """A group of comments that speak of the same thing.

    ``id`` is permanent; ``name`` is not. ``keywords`` and ``quotes`` (comment ids) are ordered, best first;
    ``quote_kinds`` says why each was chosen (representative, recent, most_critical, most_positive), where known.
    ``kind`` is ``"theme"`` or ``"no_detail"`` (the bucket for comments that say nothing).
    What people decided: ``description``; ``name_by`` is ``"person"`` where one gave the name; ``pinned`` (never goes),
    ``archived`` (in no list and no report); ``aliases`` are the ids of themes that were merged into this one.
    """

    id: str
    name: str
    keywords: tuple[str, ...]
    quotes: tuple[str, ...]
    size: int
    parent_id: str | None = None
    kind: str = "theme"
    description: str | None = None
    name_by: str = "machine"
    pinned: bool = False
    archived: bool = False
    aliases: tuple[str, ...] = ()
    quote_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assignment:
    """The theme of one comment, or of the span ``[start, end)`` of its text.

    ``similarity`` is the cosine to the theme's centroid, ``margin`` its lead over the runner-up.
    ``theme_id`` is ``None`` where the comment stays unassigned.
    """

    comment_id: str
    theme_id: str | None
    similarity: float
    margin: float
    start: int = 0
    end: int | None = None
    sentiment: float | None = None


def stable_key(*parts: str) -> str:
    """A 32-digit hexadecimal key that depends on ``parts`` only: the same source row, the same key.

    BLAKE2b (RFC 7693) over the length-prefixed parts, so that ``("ab", "c")`` and ``("a", "bc")`` differ.
    """
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    prefixed = b"".join([len(part).to_bytes(8, "little") + part for part in encoded])
    return hashlib.blake2b(prefixed, digest_size=16).hexdigest()
