from __future__ import annotations

from datetime import UTC, datetime

from verbatim.domain import Kind
from verbatim.storage.tables import account, contact, milestone, reject, ticket, ticket_event


def test_a_ticket_with_everything(desk, store, stored):
    header = (
        "Ticket ID,Requester email,Organization,Subject,Description,Status,Priority,Created at,"
        "First reply time in minutes,Solved at,Replies,Reopens,Escalated,FCR,SLA met,Assignee,Group,Via\n"
    )
    row = "7,ann@who.example,Acme,Help,<p>Call +49 30 901820</p>,open,high,2026-10-01 09:00,30,"
    row += "2026-10-01 12:00,3,0,no,yes,1,Bo,EMEA,mail\n"
    desk.ingest(store, header + row, Kind.TICKETS)
    (found,) = stored(ticket)
    assert (found["external_id"], found["subject"], found["body"], found["status"]) == (
        "7",
        "Help",
        "Call [PHONE]",
        "open",
    )
    assert found["first_reply_at"] == datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
    assert (
        found["replies"],
        found["reopens"],
        found["escalated"],
        found["first_contact_resolution"],
        found["sla_met"],
    ) == (3, 0, False, True, True)
    assert found["segments"] == {"agent": "Bo", "team": "EMEA", "channel": "mail"}


def test_negative_durations_are_refused(desk, store, stored):
    text = (
        "id,created_at,solved_at,first_reply_minutes\n"
        "1,2026-10-02,2026-10-01,\n2,2026-10-02,,-5\n3,2026-10-02 10:00,2026-10-02,5\n"
    )
    desk.ingest(store, text, Kind.TICKETS)
    assert [(row["row"], row["column"]) for row in sorted(stored(reject), key=lambda row: row["row"])] == [
        (2, "solved_at"), (3, "first_reply_minutes"),
    ]  # fmt: skip
    assert all("negative" in row["reason"] for row in stored(reject))
    assert [row["external_id"] for row in stored(ticket)] == ["3"]


def test_a_bad_count_is_refused_alone(desk, store, stored):
    desk.ingest(store, "id,created_at,replies\n1,2026-10-02,many\n", Kind.TICKETS)
    assert (stored(ticket)[0]["replies"], stored(reject)[0]["column"]) == (None, "replies")


def test_events_keep_their_ticket_and_hide_who_wrote(desk, store, stored):
    text = '{"id": 1, "ticket_id": "T1", "at": "2026-10-01T09:00:00Z", "kind": "reassigned", "from": "Bo", "to": "Cy", '
    text += '"actor": "bo@corp.example", "text": null}\n'
    desk.ingest(store, "id,created_at\nT1,2026-10-01\n", Kind.TICKETS)
    desk.ingest(store, desk.write(text, "events.jsonl"), Kind.EVENTS)
    (event,) = stored(ticket_event)
    assert event["ticket_id"] == stored(ticket)[0]["id"]
    assert (event["kind"], event["from_value"], event["to_value"], event["text"]) == ("reassigned", "Bo", "Cy", None)
    assert event["actor"].startswith("actor ")


def test_an_event_without_ticket_or_kind_is_refused(desk, store, stored):
    text = "id,ticket_id,at,kind\n1,,2026-10-01,x\n2,T1,2026-10-01,\n3,T1,,x\n4,T1,2026-10-01,x\n"
    assert desk.ingest(store, text, Kind.EVENTS).rejected == 3
    assert sorted(row["reason"] for row in stored(reject)) == ["no at", "no kind", "no ticket_id"]


def test_accounts_have_amounts_currencies_and_renewals_ahead(desk, store, stored):
    text = 'id,name,tier,arr,currency,since,renewal_date,csm\nA1,Acme,gold,"€12.500,50",,2020-01-01,2027-06-01,Kim\n'
    text += "A2,Beta,basic,$1.2M,EURO,,,\n"
    desk.ingest(store, text, Kind.ACCOUNTS)
    found = {row["external_id"]: row for row in stored(account)}
    assert (found["A1"]["arr"], found["A1"]["currency"], found["A1"]["owner"]) == (12500.5, "EUR", "Kim")
    assert found["A1"]["renewal_at"] == datetime(2027, 6, 1, tzinfo=UTC)
    assert (found["A2"]["arr"], found["A2"]["currency"]) == (1.2e6, None)
    assert [row["column"] for row in stored(reject)] == ["currency"]


def test_contacts_are_known_by_a_key_only(desk, store, stored):
    desk.ingest(
        store, "contact_id,account_id,role,email,first name\nC-1,A1,Champion,ann@who.example,Ann\n", Kind.CONTACTS
    )
    (found,) = stored(contact)
    assert found["external_id"] == found["id"]
    assert (found["role"], found["segments"]) == ("Champion", {})


def test_milestones_may_lie_ahead_and_need_no_kind(desk, store, stored):
    desk.ingest(store, "date,name\n2026-12-24,Closed\n", Kind.MILESTONES)
    assert [(row["kind"], row["name"]) for row in stored(milestone)] == [("milestone", "Closed")]
