"""The columns of each file of the sample, and one row for each record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verbatim.sample.messages import Correspondent
from verbatim.sample.span import stamp
from verbatim.sample.surveys import Response, Surveys
from verbatim.sample.tickets import Ticket
from verbatim.sample.world import World

ACCOUNT_COLUMNS = "id,name,tier,arr,currency,since,renewal_at,owner,region,industry".split(",")
CONTACT_COLUMNS = "id,account_id,role,email,since".split(",")
TICKET_COLUMNS = (
    "id,account_id,contact_id,created_at,first_reply_at,solved_at,closed_at,status,priority,issue_type,product,"
    "channel,agent,team,subject,body,replies,reopens,reassignments,escalated,channel_switches,"
    "first_contact_resolution,sla_met"
).split(",")
CSAT_COLUMNS = (
    "id,ticket_id,account_id,contact_id,agent,team,channel,issue_type,product,tier,region,asked_at,answered_at,"
    "score,resolved,comment"
).split(",")
CES_COLUMNS = [*CSAT_COLUMNS[:11], "step", *CSAT_COLUMNS[11:]]
NPS_COLUMNS = "id,account_id,contact_id,role,tier,region,asked_at,answered_at,score,comment".split(",")
MILESTONE_COLUMNS = ["at", "kind", "name"]
TRUTH_COMMENT_COLUMNS = "file,id,month,themes,language,polarity,junk,personal_data".split(",")
RISK_COLUMNS = ["ticket_id", "theme", "p_dissatisfied"]


def account_rows(world: World) -> Iterator[Sequence[str]]:
    """One row an account; ``since`` and ``renewal_at`` are dates."""
    for one in world.accounts:
        since, renewal = f"{one.since:%Y-%m-%d}", f"{one.renewal_at:%Y-%m-%d}"
        yield (
            one.id, one.name, one.tier, str(one.arr), one.region.currency, since, renewal, one.owner,
            one.region.name, one.industry,
        )  # fmt: skip


def contact_rows(world: World) -> Iterator[Sequence[str]]:
    """One row a contact."""
    for one in world.contacts:
        yield one.id, one.account.id, one.role, one.email, f"{one.since:%Y-%m-%d}"


def milestone_rows(world: World) -> Iterator[Sequence[str]]:
    """One row a milestone."""
    for one in world.milestones:
        yield stamp(one.at), one.kind, one.name


def ticket_rows(tickets: list[Ticket], correspondent: Correspondent) -> Iterator[Sequence[str]]:
    """One row a ticket, as it stands at the end of the period."""
    for one in tickets:
        subject, body = correspondent.opening(one)
        switches = [event.now for event in one.events if event.kind == "channel_switched"]
        yield (
            one.id, one.contact.account.id, one.contact.id, stamp(one.created_at), stamp(one.first_reply_at),
            stamp(one.solved_at), stamp(one.last("closed")), one.status, one.priority, one.cause.issue_type,
            one.product, switches[-1] or "" if switches else one.plan.channel, one.agent.name, one.agent.team,
            subject, body, str(one.count("customer_replied", "agent_replied")), str(one.count("reopened")),
            str(one.count("reassigned")), _yes(one.count("escalated") > 0), str(len(switches)),
            _yes(one.first_contact_resolution), _yes(one.sla_met),
        )  # fmt: skip


def event_records(tickets: list[Ticket], correspondent: Correspondent) -> Iterator[dict[str, str | None]]:
    """One record an event: by ticket, in order of time."""
    number = 0
    for ticket in tickets:
        for event, text in zip(ticket.events, correspondent.replies(ticket), strict=True):
            number += 1
            yield {
                "id": f"E-{number}",
                "ticket_id": ticket.id,
                "at": stamp(event.at),
                "kind": event.kind,
                "actor": event.actor,
                "from": event.before,
                "to": event.now,
                "text": text,
            }


def ticket_survey_rows(responses: list[Response], columns: Sequence[str]) -> Iterator[Sequence[str]]:
    """One row a survey sent, with those of its fields that the file has."""
    for one in responses:
        record = _response_record(one)
        yield [record[column] for column in columns]


def _response_record(one: Response) -> dict[str, str]:
    ticket = one.ticket
    return {
        "id": one.id,
        "ticket_id": ticket.id if ticket else "",
        "account_id": one.contact.account.id,
        "contact_id": one.contact.id,
        "role": one.contact.role,
        "agent": ticket.agent.name if ticket else "",
        "team": ticket.agent.team if ticket else "",
        "channel": ticket.plan.channel if ticket else "",
        "issue_type": ticket.cause.issue_type if ticket else "",
        "product": one.product,
        "tier": one.contact.account.tier,
        "region": one.contact.account.region.name,
        "step": one.step,
        "asked_at": stamp(one.asked_at),
        "answered_at": stamp(one.answered_at),
        "score": "" if one.score is None else str(one.score),
        "resolved": _yes(one.resolved),
        "comment": one.written.text if one.written else "",
    }


def truth_comment_rows(surveys: Surveys) -> Iterator[Sequence[str]]:
    """One row a comment that is not blank: its month of answering, themes and kinds joined by ``;``."""
    for name, responses in (("csat", surveys.csat), ("ces", surveys.ces), ("nps", surveys.nps)):
        for one in responses:
            if one.written and one.written.text.strip():
                written = one.written
                yield (
                    f"{name}.csv", one.id, stamp(one.answered_at)[:7], ";".join(written.themes), written.language,
                    written.polarity, _yes(written.junk), ";".join(written.personal),
                )  # fmt: skip


def risk_rows(tickets: list[Ticket]) -> Iterator[Sequence[str]]:
    """One row a ticket: the theme it is about, and the true probability that its customer is dissatisfied."""
    for one in tickets:
        yield one.id, one.cause.key if one.cause.is_theme else "", f"{one.risk:.4f}"


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"
