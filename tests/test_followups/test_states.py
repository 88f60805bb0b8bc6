from __future__ import annotations

from datetime import timedelta

import pytest

from tests.test_followups.given import NOW, answer, key, put, put_account
from verbatim.errors import EditConflictError, InputError, NotFoundError
from verbatim.followups.inbox import counts, inbox
from verbatim.followups.states import add_note, assign, change, get, history, undo
from verbatim.followups.sweep import sweep
from verbatim.settings import Settings
from verbatim.storage.store import Store

PLAIN = Settings()


@pytest.fixture
def one(store: Store) -> str:
    put_account(store)
    put(store, answer("a", "nps", 2))
    sweep(store, PLAIN, now=NOW)
    return str(inbox(store)[0]["id"])


def test_the_way_through_the_states_is_kept_with_time_and_person(store: Store, one: str) -> None:
    change(store, PLAIN, one, to="contacted", person="Ann", at=NOW, note="Wrote to ann@shop.example")
    change(store, PLAIN, one, to="cannot_resolve", person="Ben", at=NOW + timedelta(hours=1), reason="No contract")
    row = change(store, PLAIN, one, to="open", person="Ann", at=NOW + timedelta(hours=2))
    assert (row["state"], row["reason"], row["sequence"]) == ("open", None, 3)
    steps = history(store, one)
    assert [(each["person"], each["from_state"], each["to_state"], each["at"]) for each in steps] == [
        ("Ann", "open", "contacted", NOW), ("Ben", "contacted", "cannot_resolve", NOW + timedelta(hours=1)),
        ("Ann", "cannot_resolve", "open", NOW + timedelta(hours=2)),
    ]  # fmt: skip
    assert steps[0]["note"] == "Wrote to [EMAIL]"
    assert steps[1]["to_reason"] == "No contract"


@pytest.mark.parametrize(
    ("to", "reason", "said"),
    [
        ("resolved", None, "open cannot become resolved"),
        ("open", None, "open cannot become open"),
        ("cannot_resolve", "  ", "give a reason"),
        ("withdrawn", None, "cannot become 'withdrawn'"),
        ("done", None, "it can become open"),
    ],
)
def test_a_step_that_is_not_allowed_is_refused(store: Store, one: str, to: str, reason: str | None, said: str) -> None:
    with pytest.raises(InputError, match=said):
        change(store, PLAIN, one, to=to, person="Ann", at=NOW, reason=reason)
    assert get(store, one)["sequence"] == 0
    assert history(store, one) == []


def test_who_was_overtaken_is_told(store: Store, one: str) -> None:
    change(store, PLAIN, one, to="contacted", person="Ann", at=NOW, expected_sequence=0)
    with pytest.raises(EditConflictError, match="change 1, you saw 0"):
        assign(store, PLAIN, one, to="Ben", person="Ben", at=NOW, expected_sequence=0)
    assert get(store, one)["owner"] == "Ann"


def test_undo_takes_steps_back_one_by_one_until_nobody_has_touched_it(store: Store, one: str) -> None:
    untouched = get(store, one)
    assign(store, PLAIN, one, to="Ben", person="Ben", at=NOW)
    change(store, PLAIN, one, to="contacted", person="Ben", at=NOW)
    assert (undo(store, PLAIN, one, person="Ben", at=NOW)["state"], get(store, one)["owner"]) == ("open", "Ben")
    row = undo(store, PLAIN, one, person="Ben", at=NOW)
    assert (row["owner"], row["taken_at"], row["sequence"]) == (untouched["owner"], None, 4)
    with pytest.raises(InputError, match="nothing to undo"):
        undo(store, PLAIN, one, person="Ben", at=NOW)
    put(store, answer("a", "nps", 9))
    assert sweep(store, PLAIN, now=NOW).withdrawn == 1


def test_a_note_is_redacted_and_an_empty_one_refused(store: Store, one: str) -> None:
    add_note(store, PLAIN, one, note="Call +49 30 901820", person="Ann", at=NOW)
    assert history(store, one)[0]["note"] == "Call [PHONE]"
    with pytest.raises(InputError, match="needs words"):
        add_note(store, PLAIN, one, note=" ", person="Ann", at=NOW)
    with pytest.raises(NotFoundError, match="no follow-up 'x'"):
        add_note(store, PLAIN, "x", note="words", person="Ann", at=NOW)


def test_pages_of_the_inbox_lose_and_double_nothing_while_rows_arrive(store: Store) -> None:
    put(store, *[answer(f"n{n}", "nps", 2, hours_ago=1 + n % 3) for n in range(23)])
    sweep(store, PLAIN, now=NOW)
    there = {row["id"] for row in inbox(store, limit=1000)}
    seen: list[str] = []
    after = None
    while page := inbox(store, after=after, limit=4):
        seen += [row["id"] for row in page]
        after = page[-1]["id"]
        put(store, answer(f"late{len(seen)}", "nps", 2))
        sweep(store, PLAIN, now=NOW)
        assert len(seen) < 200
    assert len(seen) == len(set(seen))
    assert there <= set(seen)


def test_the_inbox_is_narrowed_down(store: Store, one: str) -> None:
    put(store, answer("p", "nps", 8, account_id=key("other")))
    sweep(store, PLAIN, now=NOW)
    assert [row["rule"] for row in inbox(store, account_id=key("other"))] == ["passive"]
    assert [row["rule"] for row in inbox(store, due_before=NOW + timedelta(days=1))] == ["detractor"]
    assert [row["rule"] for row in inbox(store, owner="Ann")] == ["detractor"]
    with pytest.raises(InputError, match="no state"):
        inbox(store, state="new")


def test_counts_of_a_span_leave_out_what_was_taken_back(store: Store, one: str) -> None:
    put(store, *[answer(name, "nps", 2, account_id=key(name)) for name in ("b", "c")])
    sweep(store, PLAIN, now=NOW)
    ids = [row["id"] for row in inbox(store)]
    for key_, hours in zip(ids, (1, 3, 4), strict=True):
        change(store, PLAIN, key_, to="contacted", person="Ann", at=NOW + timedelta(hours=hours))
    undo(store, PLAIN, ids[2], person="Ann", at=NOW + timedelta(hours=4))
    change(store, PLAIN, ids[0], to="resolved", person="Ann", at=NOW + timedelta(days=2))
    sweep(store, PLAIN, now=NOW + timedelta(days=1))
    day = counts(store, PLAIN, start=NOW - timedelta(days=1), end=NOW + timedelta(days=1, hours=1))
    assert (day.opened, day.contacted, day.resolved, day.overdue, day.open_now) == (3, 2, 0, 1, 1)
    assert day.hours_to_contact == 3.0  # two and four hours after the answers
    assert counts(store, PLAIN, start=NOW + timedelta(days=2), end=NOW + timedelta(days=3)).resolved == 1
