"""What a file can tell, per kind, and under which headers programs export it: tables only, read by ``mapping``.

Headers are compared after ``squash``: "Ticket ID", "ticket_id" and "TicketId" are one. Within a kind the first
field that claims a header wins, and a field takes its first synonym that the file has.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from verbatim.domain import Kind


class Reading(StrEnum):
    """How the cells of a field are read."""

    ID = "id"  # the row's own id at its source
    LINK = "link"  # the id of another record
    TIME = "time"
    SCORE = "score"
    TEXT = "text"  # free text: cleaned and redacted
    WORD = "word"  # a short text: redacted
    NUMBER = "number"
    COUNT = "count"  # a whole number, 0 or more
    FLAG = "flag"
    MINUTES = "minutes"  # a duration, 0 or more


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a file can tell; ``synonyms`` are headers in words, lower case, best first."""

    name: str
    reading: Reading
    synonyms: tuple[str, ...]
    required: bool = False
    may_be_future: bool = False


R = Reading
_TICKET = Field("ticket_id", R.LINK, (
    "ticket id", "ticket", "ticket number", "ticket no", "ticket key", "case id", "case number", "case",
            "conversation id",
    "conversation number", "issue id", "issue key", "request id", "incident id", "incident number", "ticketnummer",
))  # fmt: skip
_ACCOUNT = Field("account_id", R.LINK, (
    "account id", "account", "account number", "company id", "organization id", "organisation id", "org id",
    "customer id", "client id", "tenant id", "workspace id", "kundennummer", "company", "organization", "organisation",
))  # fmt: skip
_CONTACT = Field("contact_id", R.LINK, (
    "contact id", "requester id", "user id", "person id", "end user id", "contact", "requester email", "contact email",
    "customer email", "recipient email", "respondent email", "user email", "person email", "email", "email address",
      "mail",
))  # fmt: skip

FIELDS: dict[Kind, tuple[Field, ...]] = {
    Kind.RESPONSES: (
        Field("id", R.ID, (
            "id", "response id", "survey response id", "answer id", "submission id", "feedback id", "rating id",
            "satisfaction rating id", "conversation rating id", "comment id", "review id", "unique id", "record id",
            "token", "#", "uuid", "respondent id", "collector response id",
        )),
        Field("submission_id", R.LINK, ("submission", "survey submission", "respondent id", "participant id")),
        _TICKET, _ACCOUNT, _CONTACT,
        Field("asked_at", R.TIME, (
            "asked at", "sent at", "survey sent at", "survey sent", "sent date", "date sent", "survey sent date",
            "sent on",
            "survey sent on", "survey requested at", "requested at", "invited at", "invitation date", "offered at",
            "asked",
            "delivered at", "survey offered at",
        )),
        Field("answered_at", R.TIME, (
            "answered at", "answered", "responded at", "response at", "response date", "survey response date",
            "survey responded at", "response received at", "submitted at", "submit date utc", "submit date",
            "submission date", "submitted on", "date submitted", "completed at", "completion date", "completion time",
            "date completed", "end date", "recorded date", "date modified", "rated at", "rating date", "rated on",
            "feedback date", "comment date", "review date", "reviewed at", "survey date", "survey completed at",
            "created at", "created", "date created", "created date", "timestamp", "datetime", "date",
            "time", "time started", "started at", "start time", "start date",
            "zeitstempel", "datum", "fecha",
        )),
        Field("metric", R.WORD, ("metric", "survey metric", "score type", "rating type", "survey type")),
        Field("scale", R.WORD, ("scale", "rating scale", "score scale")),
        Field("step", R.WORD, ("step", "survey step", "touch point", "nps type", "survey stage")),
        Field("score", R.SCORE, (
            "score", "value", "csat", "csat score", "csat rating", "customer satisfaction",
            "customer satisfaction score",
            "satisfaction", "satisfaction score", "satisfaction rating", "overall satisfaction", "survey rating",
            "conversation rating", "nps", "nps score", "nps rating", "net promoter score", "likelihood to recommend",
            "recommend score", "ces", "ces score", "ces rating", "effort", "effort score", "customer effort score",
            "ease score", "rating", "rating value", "star rating", "stars", "overall rating", "bewertung", "puntuacion",
        )),
        Field("question", R.WORD, ("question", "question text", "survey question", "prompt", "frage", "pregunta")),
        Field("comment", R.TEXT, (
            "comment", "comments", "customer comment", "customer comments", "survey comment", "satisfaction comment",
            "rating comment", "rating remark", "csat comment", "nps comment", "ces comment", "score comment",
            "feedback comment", "customer feedback", "feedback text", "feedback", "verbatim", "customer remarks",
            "remarks", "remark", "reason for score", "score reason", "open ended response", "open text", "free text",
            "additional comments", "additional feedback", "response text", "review", "review text", "answer text",
            "answer",
            "response", "text", "message", "kommentar", "comentario",
        )),
    ),
    Kind.TICKETS: (
        Field("id", R.ID, ("id", *_TICKET.synonyms, "number", "unique id", "key"), required=True),
        _ACCOUNT, _CONTACT,
        Field("subject", R.TEXT, ("subject", "title", "summary", "short description", "ticket subject", "raw subject",
            "betreff")),
        Field("body", R.TEXT, (
            "body", "description", "message", "first message", "ticket body", "ticket description", "question", "text",
            "details", "initial message", "content",
        )),
        Field("status", R.WORD, ("status", "state", "ticket status", "conversation state", "incident state")),
        Field("priority", R.WORD, ("priority", "urgency", "ticket priority")),
        Field("created_at", R.TIME, (
            "created at", "created", "created time", "created date", "date created", "creation date", "opened at",
            "opened", "open date", "reported at", "issue reported at", "submitted at", "received at", "started at",
            "conversation started at", "conversation started at utc", "sys created at",
        ), required=True),
        Field("first_reply_at", R.TIME, (
            "first reply at", "first replied at", "first response at", "first responded at", "initial response time",
            "issue responded", "responded at", "replied at", "assigned and first replied at", "first teammate reply at",
        )),
        Field("solved_at", R.TIME, (
            "solved at", "solved", "resolved at", "resolved time", "resolved", "resolution date", "date solved",
            "resolved date", "completed at", "last resolved at",
        )),
        Field("closed_at", R.TIME, ("closed at", "closed", "closed time", "closed date", "date closed",
            "last closed at")),
        Field("first_reply_minutes", R.MINUTES, (
            "first reply minutes", "first reply time in minutes", "first reply time minutes", "first response minutes",
        )),
        Field("solved_minutes", R.MINUTES, (
            "solved minutes", "full resolution time in minutes", "resolution time in minutes", "resolution minutes",
        )),
        Field("replies", R.COUNT, ("replies", "agent replies", "reply count", "public replies", "number of replies",
            "outbound count",
                                   "agent interactions")),
        Field("reopens", R.COUNT, ("reopens", "reopen count", "reopened count", "times reopened")),
        Field("reassignments", R.COUNT, ("reassignments", "reassignment count", "assignee stations",
            "reassigned count")),
        Field("channel_switches", R.COUNT, ("channel switches", "channel changes", "channel switch count")),
        Field("escalated", R.FLAG, ("escalated", "is escalated", "was escalated", "escalation")),
        Field("first_contact_resolution", R.FLAG, (
            "first contact resolution", "fcr", "resolved on first contact", "one touch", "one touch ticket",
            "fcr status", "first call resolution",
        )),
        Field("sla_met", R.FLAG, ("sla met", "met sla", "within sla", "made sla", "sla achieved", "resolution status")),
    ),
    Kind.EVENTS: (
        Field("id", R.ID, ("id", "event id", "audit id", "log id", "activity id", "uuid")),
        Field("ticket_id", R.LINK, (*_TICKET.synonyms, "number"), required=True),
        Field("at", R.TIME, (
            "at", "event at", "event time", "event date", "timestamp", "created at", "occurred at", "time", "date",
            "datetime", "updated at", "sys updated at", "changed at",
        ), required=True),
        Field("kind", R.WORD, ("kind", "event", "event type", "event kind", "type", "action", "activity", "change type",
                               "field changed", "incident state"), required=True),
        Field("actor", R.WORD, ("actor", "author", "user", "agent", "changed by", "performed by", "updated by",
            "sys updated by",
                                "actor id", "author id", "agent id")),
        Field("from_value", R.WORD, ("from value", "from", "old value", "previous value", "before", "old")),
        Field("to_value", R.WORD, ("to value", "to", "new value", "value", "after", "new")),
        Field("text", R.TEXT, ("text", "body", "comment", "message", "note", "content")),
    ),
    Kind.ACCOUNTS: (
        Field("id", R.ID, ("id", *_ACCOUNT.synonyms, "unique id"), required=True),
        Field("name", R.WORD, ("name", "account name", "company name", "organization name", "organisation name",
                               "customer name", "company", "organization", "organisation")),
        Field("tier", R.WORD, ("tier", "customer tier", "account tier", "plan", "segment", "account type",
            "support tier")),
        Field("arr", R.NUMBER, ("arr", "annual recurring revenue", "account value", "contract value", "acv",
            "annual revenue",
                                "arr usd", "arr eur")),
        Field("currency", R.WORD, ("currency", "arr currency", "currency code", "currency iso code")),
        Field("since", R.TIME, ("since", "customer since", "created at", "created date", "created", "start date",
                                "signup date", "signed up at")),
        Field("renewal_at", R.TIME, ("renewal at", "renewal", "renewal date", "next renewal", "renews at", "renews on",
                                     "contract end", "contract end date"), may_be_future=True),
        Field("owner", R.WORD, ("owner", "account owner", "account manager", "csm", "customer success manager",
            "owner name")),
    ),
    Kind.CONTACTS: (
        Field("id", R.ID, ("id", *_CONTACT.synonyms, "unique id"), required=True),
        _ACCOUNT,
        Field("role", R.WORD, ("role", "contact role", "job role", "persona", "title", "job title", "function")),
        Field("since", R.TIME, ("since", "created at", "created date", "created", "contact since", "signed up at")),
    ),
    Kind.MILESTONES: (
        Field("id", R.ID, ("id", "milestone id", "release id", "uuid")),
        Field("at", R.TIME, ("at", "date", "released at", "release date", "happened at", "timestamp", "time",
            "start date",
                             "effective date"), required=True, may_be_future=True),
        Field("kind", R.WORD, ("kind", "type", "category", "milestone type", "event type")),
        Field("name", R.WORD, ("name", "title", "milestone", "release", "description", "summary", "event"),
            required=True),
    ),
}  # fmt: skip

SEGMENTS: dict[str, tuple[str, ...]] = {
    "agent": ("agent", "agent name", "assignee", "assignee name", "assigned to", "teammate", "teammate name",
              "teammate assigned", "handled by", "assigned agent", "agent id", "assignee id"),
    "team": ("team", "team name", "group", "group name", "assigned team", "team assigned", "assignment group",
            "department"),
    "channel": ("channel", "channel name", "via", "via channel", "source channel", "contact type",
            "conversation channel", "ticket channel"),
    "issue_type": ("issue type", "issue category", "category", "ticket type", "contact reason", "reason for contact"),
    "product": ("product", "product name", "product purchased"),
    "product_line": ("product line", "product family"),
    "tier": ("tier", "customer tier", "account tier", "support tier"),
    "role": ("role", "contact role"),
    "region": ("region", "sales region", "customer region"),
    "language": ("language", "locale", "survey language", "user language"),
    "lifecycle_stage": ("lifecycle stage", "lifecycle", "stage"),
    "cohort": ("cohort",),
    "workflow": ("workflow", "work flow"),
}  # fmt: skip

PERSONAL = re.compile(
    r"e ?mail|phone|\bmobile\b|\btel(efon)?\b|\bfax\b|\b(first|last|sur|full|user|given|family|middle|contact|customer|"
    r"client|requester|respondent|recipient|patient|person|guest|visitor) ?names?\b|^name$|\baddress|\bstreet\b|\bip\b|"
    r"\bip ?address|\bbirth|\bdob\b|latitude|longitude|passport|\bssn\b|\bcustom data\b|twitter|instagram|recipient"
)
QUESTION_METRIC: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("nps", re.compile(r"\bnps\b|net promoter|recommend|weiterempf|recomend")),
    ("ces", re.compile(r"\bces\b|effort|\beas(y|e|ily)\b|handle my (issue|problem)|aufwand|esfuerzo")),
    ("csat", re.compile(r"c ?sat\b|\bsatisf|\brating\b|\bstars?\b|zufrieden|satisfech|\bsmiley|happy with")),
)


def words_of(header: str) -> str:
    """A header as lower-case words: ``"TicketID "`` → ``"ticket id"``, ``"created_at"`` → ``"created at"``."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", unicodedata.normalize("NFKC", header))
    return " ".join(re.sub(r"[^\w#]|_", " ", split).casefold().split())


def squash(header: str) -> str:
    """The form in which headers are compared: its words without the blanks between them."""
    return words_of(header).replace(" ", "")
