"""What other systems are told: the catalogue of events, and what each carries.

No payload holds customers' words, unless the setting ``message_texts`` allows redacted comments. Ids in payloads are
those of the store; ``path`` leads to the page of the subject below ``public_url``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from verbatim.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of event: its name, the version of its payload, and when it comes."""

    name: str
    help: str
    version: int = 1


EVENTS: Mapping[str, Event] = {
    event.name: event
    for event in (
        Event("response.created", "a survey was answered: who, account, score and themes, for a CRM's timeline"),
        Event("response.updated", "an answer was corrected at its source"),
        Event("followup.created", "somebody has to act"),
        Event("followup.changed", "a follow-up was taken, contacted, resolved, given up or reopened"),
        Event("followup.overdue", "a follow-up was not done in time"),
        Event("alert.raised", "something needs a look: overdue, an account, a theme, drift"),
        Event("prediction.high", "an open ticket has a high risk of a bad rating"),
        Event("report.made", "a report is ready"),
        Event("job.finished", "long work has ended, well or not"),
        Event("themes.changed", "themes were mined anew, or edited"),
        Event("test", "somebody pressed the test button"),
    )
}


_AT = "2026-11-18T11:58:00+00:00"
_TICKET, _ACCOUNT, _ANSWER, _TASK = "9c41" * 8, "51d0" * 8, "7e02" * 8, "a3f8" * 8
# What events of one kind (the part before the dot) carry, made up.
EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "response": {
        "response_id": _ANSWER, "source": "zendesk", "external_id": "4711", "account_id": "acme", "account": "Acme",
        "contact_id": "c-17", "ticket_id": "1042", "metric": "csat", "scale": "csat-5", "step": None,
        "status": "answered", "score": 2.0, "band": "dissatisfied", "themes": ["Refunds take too long"],
        "occurred_at": _AT, "path": f"/responses/{_ANSWER}",
    },
    "followup": {
        "followup_id": _TASK, "rule": "low_csat", "signal": "answer", "state": "open", "severity": "urgent",
        "who": "ticket_owner", "owner": "Ben", "what": "Reopen the ticket with a next step and an owner.",
        "metric": "csat", "response_id": _ANSWER, "ticket_id": _TICKET, "account_id": _ACCOUNT, "theme_id": None,
        "customers": None, "occurred_at": _AT, "task_due_at": None, "due_at": "2026-11-18T17:00:00+00:00",
        "overdue_at": None, "path": f"/follow-ups/{_TASK}",
    },
    "alert": {
        "alert_id": "d2b6" * 8, "kind": "account_low", "severity": "urgent", "subject": _ACCOUNT,
        "message": "3 contacts of one account gave low scores within a short time.", "followup_id": _TASK,
        "account_id": _ACCOUNT, "at": _AT, "path": f"/alerts/{'d2b6' * 8}",
    },
    "prediction": {
        "ticket_id": _TICKET, "metric": "csat", "probability": 0.41, "low": 0.33, "high": 0.5, "band": "high",
        "reasons": [{"statement": "reopened twice", "points": 0.12}], "at": _AT, "path": f"/tickets/{_TICKET}",
    },
    "report": {
        "report_id": "e19a" * 8, "kind": "monthly", "period": "2026-10", "account": None, "formats": ["html", "pdf"],
        "made_at": _AT, "path": f"/reports/{'e19a' * 8}",
    },
    "job": {"job_id": "f00d" * 8, "kind": "mine", "status": "done", "finished_at": _AT, "path": f"/jobs/{'f00d' * 8}"},
    "themes": {"model_id": "b7c5" * 8, "change": "merge", "theme_ids": ["T12", "T31"], "path": "/themes"},
    "test": {"message": "A test of CRM by Ada; messages to it arrive.", "path": "/"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """That an event happened to a subject, and what there is to say about it.

    The same event of the same ``subject`` is told once to each endpoint: a subject that changes again carries the
    number of the change (``f"{id}:{sequence}"``). ``data`` is JSON-ready.
    """

    event: str
    subject: str
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        """What is sent, as Standard Webhooks recommends: ``type``, ``timestamp``, ``data``; and the ``version``."""
        event = event_named(self.event)
        return {
            "type": event.name, "version": event.version, "timestamp": self.at.isoformat(), "data": dict(self.data),
        }  # fmt: skip


def event_named(name: str) -> Event:
    """The event called ``name``.

    Raises:
        NotFoundError: there is none; the message lists them.
    """
    if name not in EVENTS:
        raise NotFoundError(f"there is no event {name!r}; the events are {', '.join(EVENTS)}")
    return EVENTS[name]


def example_of(name: str) -> dict[str, Any]:
    """A payload of the event ``name``, made up: what a receiver can be built and tested with.

    Raises:
        NotFoundError: there is no such event.
    """
    about = event_named(name).name
    told = EXAMPLES[about.partition(".")[0]]
    return Message(about, "example", datetime(2026, 11, 18, 12, 0, tzinfo=UTC), told).payload()


def response_data(row: Mapping[str, Any], *, band: str | None, themes: Sequence[str] = (),
                  comments: Sequence[str] = ()) -> dict[str, Any]:  # fmt: skip
    """The timeline entry of one answer.

    ``row`` has the columns of ``survey_response``, ``account_name``, and the ids at the source as
    ``account_external``, ``contact_external`` and ``ticket_external``; ``comments`` are redacted, and given only
    where they are allowed.
    """
    said = {"comments": list(comments)} if comments else {}
    return {
        "response_id": row["id"], "source": row["source"], "external_id": row["external_id"],
        "account_id": row["account_external"], "account": row["account_name"], "contact_id": row["contact_external"],
        "ticket_id": row["ticket_external"], "metric": row["metric"], "scale": row["scale"], "step": row["step"],
        "status": row["status"], "score": row["value"], "band": band, "themes": list(themes),
        "occurred_at": _iso(row["occurred_at"]), "path": f"/responses/{row['id']}", **said,
    }  # fmt: skip


def follow_up_data(row: Mapping[str, Any]) -> dict[str, Any]:
    """A follow-up as a row of its table says it stands."""
    return {
        "followup_id": row["id"], "rule": row["rule"], "signal": row["signal"], "state": row["state"],
        "severity": row["severity"], "who": row["who"], "owner": row["owner"], "what": row["what"],
        "metric": row["metric"], "response_id": row["response_id"], "ticket_id": row["ticket_id"],
        "account_id": row["account_id"], "theme_id": row["theme_id"], "customers": row["customers"],
        "occurred_at": _iso(row["occurred_at"]), "task_due_at": _iso(row["task_due_at"]), "due_at": _iso(row["due_at"]),
        "overdue_at": _iso(row["overdue_at"]), "path": f"/follow-ups/{row['id']}",
    }  # fmt: skip


def alert_data(row: Mapping[str, Any]) -> dict[str, Any]:
    """An alert as a row of its table."""
    return {
        "alert_id": row["id"], "kind": row["kind"], "severity": row["severity"], "subject": row["subject"],
        "message": row["message"], "followup_id": row["follow_up_id"], "account_id": row["account_id"],
        "at": _iso(row["at"]), "path": f"/alerts/{row['id']}",
    }  # fmt: skip


def prediction_data(row: Mapping[str, Any]) -> dict[str, Any]:
    """A prediction as a row of its table, with its reasons."""
    return {
        "ticket_id": row["ticket_id"], "metric": row["metric"], "probability": row["probability"], "low": row["low"],
        "high": row["high"], "band": row["band"], "reasons": list(row["reasons"] or ()), "at": _iso(row["at"]),
        "path": f"/tickets/{row['ticket_id']}",
    }  # fmt: skip


def report_data(row: Mapping[str, Any]) -> dict[str, Any]:
    """A report that was made, as a row of ``made_report``."""
    return {
        "report_id": row["id"], "kind": row["kind"], "period": row["period"], "account": row["account"],
        "formats": sorted(row["files"]), "made_at": _iso(row["made_at"]), "path": f"/reports/{row['id']}",
    }  # fmt: skip


def job_data(row: Mapping[str, Any]) -> dict[str, Any]:
    """A job that has ended, as a row of ``job``."""
    return {
        "job_id": row["id"], "kind": row["kind"], "status": row["status"], "finished_at": _iso(row["finished_at"]),
        "path": f"/jobs/{row['id']}",
    }  # fmt: skip


def themes_data(*, model_id: str, change: str, themes: Sequence[str] = ()) -> dict[str, Any]:
    """That themes changed: ``change`` is "mined" or a kind of edit, ``themes`` the ids it is about."""
    return {"model_id": model_id, "change": change, "theme_ids": list(themes), "path": "/themes"}


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
