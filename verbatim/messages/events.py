"""What other systems are told: the catalogue of events, and what each carries.

No payload holds customers' words, unless the setting ``message_texts`` allows redacted comments. Ids in payloads are
those of the store; ``path`` leads to the page of the subject below ``public_url``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from verbatim.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


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
