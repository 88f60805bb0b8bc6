"""What a record may hold, per kind: a table only, read by ``cells`` and by whoever describes the API.

The names are those of the fields of files (`verbatim.ingest.fields`), so that a record and a row of a file with
columns of these names are the same row.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from verbatim.domain import Kind, Metric, Status
from verbatim.scores.scales import SCALES

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_TEXT = 100_000  # characters
MOST_SEGMENTS = 50
MOST_ANSWERS = 50


class FieldType(StrEnum):
    """What a value may be in JSON; ``null`` is as good as leaving a field out."""

    ID = "id"  # text or a whole number, at most 500 characters
    WORD = "word"  # text on one line, redacted, cut at 200 characters
    TEXT = "text"  # free text, cleaned and redacted, at most 100,000 characters
    TIME = "time"  # ISO 8601; without an offset it is in the organisation's time zone
    SCORE = "score"  # a number on the scale, or one of its words
    NUMBER = "number"
    COUNT = "count"  # a whole number, 0 or more
    MINUTES = "minutes"  # a duration, 0 or more
    FLAG = "flag"  # true or false
    CHOICE = "choice"  # one of ``choices``
    SEGMENTS = "segments"  # an object of names and short values
    ANSWERS = "answers"  # a list of objects of ``ANSWER_FIELDS``
    COMMENTS = "comments"  # a list of objects of ``COMMENT_FIELDS``


@dataclass(frozen=True, slots=True)
class RecordField:
    """One field of a record."""

    name: str
    type: FieldType
    help: str
    example: Any
    required: bool = False
    choices: tuple[str, ...] = ()


T = FieldType
_TICKET = RecordField("ticket_id", T.ID, "id of the ticket, as in its own record", "4711")
_ACCOUNT = RecordField("account_id", T.ID, "id of the account, as in its own record", "A-17")
_CONTACT = RecordField("contact_id", T.ID, "id of the person, as in its own record; an e-mail address is hashed", "C-9")
_SEGMENTS = RecordField(
    "segments", T.SEGMENTS, "what to group by: names and short values", {"team": "Billing", "channel": "email"}
)


def _id(what: str, example: str) -> RecordField:
    return RecordField("id", T.ID, f"the {what}'s own id at its source: the same id again updates it", example, True)


ANSWER_FIELDS: tuple[RecordField, ...] = (
    RecordField("metric", T.CHOICE, "what the question measures", "csat", choices=tuple(Metric)),
    RecordField("scale", T.CHOICE, "scale of the answer; needed but for NPS, which has one", "csat-5",
                choices=tuple(SCALES)),
    RecordField("score", T.SCORE, "the answer: a number on the scale, or one of its words; null: none", 4),
    RecordField("status", T.CHOICE, "what became of the question; without it the score says so", "answered",
                choices=tuple(Status)),
    RecordField("question", T.WORD, "the question, where one survey asks several of a kind", "How easy was it?"),
    RecordField("step", T.WORD, "where on the way it was asked (CES), or relational / transactional (NPS)", "sign-up"),
)  # fmt: skip

COMMENT_FIELDS: tuple[RecordField, ...] = (
    RecordField("question", T.WORD, "the open question", "What could we do better?", True),
    RecordField("text", T.TEXT, "what was answered; null or blank: nothing (any more)", "Reply faster, please."),
)

RECORD_FIELDS: Mapping[Kind, tuple[RecordField, ...]] = {
    Kind.RESPONSES: (
        _id("survey response", "R-1001"),
        *ANSWER_FIELDS,
        RecordField("comment", T.TEXT, "free text beside the score; null or blank: none (any more)", "Quick and kind"),
        RecordField("answers", T.ANSWERS, "instead of metric, scale, score …: several answers of one survey",
                    [{"metric": "csat", "scale": "csat-5", "score": 4}, {"metric": "nps", "score": 9}]),
        RecordField("comments", T.COMMENTS, "several open answers, each with its question",
                    [{"question": "What could we do better?", "text": "Reply faster, please."}]),
        RecordField("asked_at", T.TIME, "when the survey was sent", "2026-10-30T09:00:00Z"),
        RecordField("answered_at", T.TIME, "when it was answered", "2026-10-31T14:05:00+01:00"),
        _TICKET, _ACCOUNT, _CONTACT,
        RecordField("submission_id", T.ID, "where several records are one filled-in survey: its id", "S-55"),
        _SEGMENTS,
    ),
    Kind.TICKETS: (
        _id("ticket", "4711"),
        _ACCOUNT, _CONTACT,
        RecordField("subject", T.TEXT, "subject", "Invoice is wrong"),
        RecordField("body", T.TEXT, "first message of the customer", "You charged us twice."),
        RecordField("status", T.WORD, "status", "open"),
        RecordField("priority", T.WORD, "priority", "high"),
        RecordField("created_at", T.TIME, "when it was opened; needed but where it is merged into a stored ticket",
                    "2026-10-31T14:05:00Z"),
        RecordField("first_reply_at", T.TIME, "first reply of the team", "2026-10-31T15:00:00Z"),
        RecordField("solved_at", T.TIME, "when it was solved", "2026-11-01T10:00:00Z"),
        RecordField("closed_at", T.TIME, "when it was closed", "2026-11-05T10:00:00Z"),
        RecordField("updated_at", T.TIME, "when it was last changed: what is older than what is stored does not put "
                    "it back", "2026-11-05T10:00:00Z"),
        RecordField("first_reply_minutes", T.MINUTES, "instead of first_reply_at: minutes after created_at", 55),
        RecordField("solved_minutes", T.MINUTES, "instead of solved_at: minutes after created_at", 1195),
        RecordField("replies", T.COUNT, "public replies of the team", 3),
        RecordField("reopens", T.COUNT, "how often it was opened again", 0),
        RecordField("reassignments", T.COUNT, "how often it changed hands", 1),
        RecordField("channel_switches", T.COUNT, "how often the channel changed", 0),
        RecordField("escalated", T.FLAG, "whether it was escalated", False),
        RecordField("first_contact_resolution", T.FLAG, "whether the first contact solved it", False),
        RecordField("sla_met", T.FLAG, "whether what was promised was kept", True),
        _SEGMENTS,
    ),
    Kind.EVENTS: (
        _id("event", "E-1"),
        RecordField("ticket_id", T.ID, "id of the ticket, as in its own record", "4711", True),
        RecordField("at", T.TIME, "when it happened", "2026-10-31T15:00:00Z", True),
        RecordField("kind", T.WORD, "what happened, for example reply, status, assignee", "status", True),
        RecordField("actor", T.WORD, "who did it; an e-mail address becomes a code", "agent 12"),
        RecordField("from_value", T.WORD, "what it was before", "open"),
        RecordField("to_value", T.WORD, "what it is now", "solved"),
        RecordField("text", T.TEXT, "what was written", "We have sent you a new invoice."),
        _SEGMENTS,
    ),
    Kind.ACCOUNTS: (
        _id("account", "A-17"),
        RecordField("name", T.WORD, "name", "Northwind"),
        RecordField("tier", T.WORD, "tier or plan", "enterprise"),
        RecordField("arr", T.NUMBER, "annual recurring revenue", 48000),
        RecordField("currency", T.WORD, "currency of arr, ISO 4217", "EUR"),
        RecordField("since", T.TIME, "customer since", "2024-03-01"),
        RecordField("renewal_at", T.TIME, "next renewal", "2027-03-01"),
        RecordField("owner", T.WORD, "who looks after it; an e-mail address becomes a code", "Ann"),
        _SEGMENTS,
    ),
    Kind.CONTACTS: (
        _id("person", "C-9"),
        _ACCOUNT,
        RecordField("role", T.WORD, "role at the customer", "admin"),
        RecordField("since", T.TIME, "known since", "2025-01-15"),
        _SEGMENTS,
    ),
    Kind.MILESTONES: (
        _id("milestone", "release-2026-10"),
        RecordField("at", T.TIME, "when it took effect; may lie in the future", "2026-10-01", True),
        RecordField("kind", T.WORD, "release, price change …; without it milestone", "release"),
        RecordField("name", T.WORD, "name", "Version 5", True),
        _SEGMENTS,
    ),
}  # fmt: skip
