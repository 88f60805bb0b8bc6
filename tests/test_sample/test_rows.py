from __future__ import annotations

from itertools import groupby

from tests.test_sample.conftest import Folder

START, END = "2025-11-01T00:00:00Z", "2026-11-01T00:00:00Z"


def test_ids_are_unique_in_every_file(sample: Folder) -> None:
    tables = [sample.table("accounts.csv"), sample.table("contacts.csv"), sample.tickets, sample.events]
    for rows in [*tables, *sample.responses.values()]:
        ids = [row["id"] for row in rows]
        assert len(set(ids)) == len(ids) > 0


def test_every_reference_leads_to_a_row(sample: Folder) -> None:
    accounts = {row["id"] for row in sample.table("accounts.csv")}
    contacts = {row["id"]: row["account_id"] for row in sample.table("contacts.csv")}
    tickets = {row["id"]: row for row in sample.tickets}
    assert set(contacts.values()) <= accounts
    for row in sample.tickets:
        assert contacts[row["contact_id"]] == row["account_id"]
    assert {event["ticket_id"] for event in sample.events} == set(tickets)
    for rows in sample.responses.values():
        for row in rows:
            assert contacts[row["contact_id"]] == row["account_id"]
            ticket = tickets.get(row.get("ticket_id") or "")
            if ticket:
                assert ticket["contact_id"] == row["contact_id"]
                assert ticket["agent"] == row["agent"]
            else:
                assert row.get("step", "onboarding") == "onboarding"


def test_sizes_are_those_of_the_organisation_described(sample: Folder) -> None:
    assert 150 <= len(sample.table("accounts.csv")) <= 200
    assert 600 <= len(sample.table("contacts.csv")) <= 900
    assert 6000 <= len(sample.tickets) <= 9500
    assert 5000 <= len(sample.comments) <= 7000
    assert len({row["agent"] for row in sample.tickets}) == 25
    assert len({row["team"] for row in sample.tickets}) == 5


def test_nothing_happens_outside_the_period(sample: Folder) -> None:
    for row in sample.tickets:
        assert START <= row["created_at"] < END
    for event in sample.events:
        assert START <= str(event["at"]) < END
    for rows in sample.responses.values():
        for row in rows:
            assert START <= row["asked_at"] < END
            assert row["answered_at"] < END
    for row in [*sample.table("contacts.csv"), *sample.table("accounts.csv")]:
        assert row["since"] < END


def test_times_of_a_ticket_are_in_order(sample: Folder) -> None:
    for row in sample.tickets:
        known = [row[name] for name in ("created_at", "first_reply_at", "solved_at", "closed_at") if row[name]]
        assert known == sorted(known)


def test_a_ticket_belongs_to_a_contact_who_is_there_already(sample: Folder) -> None:
    since = {row["id"]: row["since"] for row in sample.table("contacts.csv")}
    assert all(row["created_at"] >= since[row["contact_id"]] for row in sample.tickets)


def test_a_survey_about_a_ticket_is_asked_after_it_was_solved(sample: Folder) -> None:
    solved = {row["id"]: row["solved_at"] for row in sample.tickets}
    for metric in ("csat", "ces"):
        for row in sample.responses[metric]:
            if row["ticket_id"]:
                assert "" < solved[row["ticket_id"]] < row["asked_at"]


def test_events_tell_the_same_as_the_ticket(sample: Folder) -> None:
    logs = {key: list(log) for key, log in groupby(sample.events, key=lambda event: event["ticket_id"])}
    for row in sample.tickets:
        log = logs[row["id"]]
        times = [event["at"] for event in log]
        kinds = [event["kind"] for event in log]
        assert times == sorted(set(times), key=str)
        assert kinds[0] == "created"
        assert times[0] == row["created_at"]
        assert kinds.count("reopened") == int(row["reopens"])
        assert kinds.count("reassigned") == int(row["reassignments"])
        assert kinds.count("channel_switched") == int(row["channel_switches"])
        assert kinds.count("customer_replied") + kinds.count("agent_replied") == int(row["replies"])
        assert ("escalated" in kinds) == (row["escalated"] == "yes")
        assert ("closed" in kinds) == (row["status"] == "closed") == bool(row["closed_at"])
        replies = [event for event in log if event["kind"] == "agent_replied"]
        assert row["first_reply_at"] == (replies[0]["at"] if replies else "")
        holders = [event["to"] for event in log if event["kind"] == "reassigned"]
        assert row["agent"] == (holders[-1] if holders else row["agent"])


def test_every_reply_has_words_and_no_other_event_has(sample: Folder) -> None:
    for event in sample.events:
        assert bool(event["text"]) == (event["kind"] in ("customer_replied", "agent_replied", "reopened"))


def test_some_tickets_are_still_open_and_only_late_ones(sample: Folder) -> None:
    unsolved = [row for row in sample.tickets if not row["solved_at"]]
    assert 5 <= len(unsolved) <= 200
    assert {row["status"] for row in unsolved} <= {"new", "open", "pending"}
    assert all(row["created_at"] >= "2026-09" for row in unsolved)
    assert all(row["first_contact_resolution"] == "" for row in unsolved)


def test_a_score_comes_with_its_time_and_stays_on_its_scale(sample: Folder) -> None:
    for metric, low, high in (("csat", 1, 5), ("ces", 1, 7), ("nps", 0, 10)):
        seen = set()
        for row in sample.responses[metric]:
            assert bool(row["score"]) == bool(row["answered_at"])
            assert bool(row["comment"]) <= bool(row["score"])
            if row["score"]:
                assert row["asked_at"] <= row["answered_at"]
                seen.add(int(row["score"]))
        assert seen == set(range(low, high + 1))


def test_every_month_has_answers_of_every_metric(sample: Folder) -> None:
    for rows in sample.responses.values():
        assert {row["answered_at"][:7] for row in rows} - {""} == set(sample.truth["months"])
