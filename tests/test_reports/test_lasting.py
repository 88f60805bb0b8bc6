"""What outlasts the month is told where it is planted, and not where it is not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.test_reports.stored import MONTHS, SOURCE, Writer, open_test_store
from verbatim.domain import stable_key
from verbatim.reports import build_monthly, sentences
from verbatim.reports.model import Figure, ThemeScore
from verbatim.storage.tables import account, milestone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from verbatim.reports import MonthlyReport
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

RUN: dict[str, Any] = {
    "run": 4, "since": "2026-07", "n": 60, "value": 40.0, "rest": 80.0, "difference": -40.0, "low": -50.0,
    "high": -30.0,
}  # fmt: skip
INSIDE, OUTSIDE = Figure(60.0, 55.0, 65.0, 300), Figure(75.0, 72.0, 78.0, 600)
WORSE = ThemeScore("CSAT", "percent", INSIDE, OUTSIDE, -15.0, -21.0, -9.0, True)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[tuple[Store, Settings]]:
    store, settings = open_test_store(tmp_path)
    with store:
        yield store, settings


def october(opened: tuple[Store, Settings]) -> MonthlyReport:
    return build_monthly(*opened, month="2026-10")


def write_months(store: Store, bad_from: int, bad_until: int = 12) -> None:
    """Twelve months; comments on T1 come with a 1 in months ``[bad_from, bad_until)``, else with a 5 or a 2 as all."""
    writer = Writer(store)
    for position, (year, month) in enumerate(MONTHS):
        for number in range(60):
            at = datetime(year, month, 1 + number % 28, 9, tzinfo=UTC)
            slow = number % 3 == 0
            value = 1.0 if slow and bad_from <= position < bad_until else 5.0 if number % 4 else 2.0
            theme = "T1" if slow else "T2"
            writer.answer(at, value, text=f"{theme} is what comment {position} {number} speaks of", theme=theme)
    writer.write()
    writer.mine({"T1": "Slow replies", "T2": "Everything else"})


def test_theme_that_is_worse_for_three_months_is_chronic_with_its_first_month(empty):
    write_months(empty[0], bad_from=9)
    chronic = october(empty).chronic
    (issue,) = chronic.issues
    assert "Slow replies" in issue.text
    assert "3 months running, since August 2026" in issue.text
    assert "(n 60)" in issue.evidence
    assert chronic.absent is None


@pytest.mark.parametrize(("bad_from", "bad_until"), [(12, 12), (10, 12), (4, 7)])
def test_theme_that_is_worse_never_too_short_or_long_ago_is_not_chronic(empty, bad_from, bad_until):
    write_months(empty[0], bad_from, bad_until)
    chronic = october(empty).chronic
    assert chronic.issues == ()
    assert "No theme came with worse scores" in chronic.absent


def test_run_that_began_before_the_six_months_is_said_to_be_at_least_as_long(empty):
    write_months(empty[0], bad_from=3)
    assert "since at least May 2026" in october(empty).chronic.issues[0].text


def test_what_lasts_for_months_is_put_to_the_readers_to_decide(empty):
    write_months(empty[0], bad_from=9)
    found = october(empty).decisions
    assert [one.text for one in found.due] == ["“Slow replies”: fix it, accept it, or tell customers why."]
    assert found.due[0].owner == "to be named"
    assert found.taken == ()
    assert "No milestone" in found.note


def test_what_was_decided_lately_comes_with_what_followed(empty):
    store = empty[0]
    write_months(store, bad_from=12)
    days = {"Long ago": (2026, 7, 20), "New hours": (2026, 9, 1), "New macros": (2026, 10, 21)}
    store.upsert(milestone, [
        {"id": stable_key(name), **SOURCE, "at": datetime(*day, tzinfo=UTC), "kind": "process", "name": name,
         "segments": {}}
        for name, day in days.items()
    ])  # fmt: skip
    found = october(empty).decisions
    assert found.due == ()
    assert [one.text.partition(" (")[0] for one in found.taken] == ["“New macros”", "“New hours”"]
    assert "in the four weeks after, against four weeks before: CSAT within noise" in found.taken[1].evidence
    assert "days after, against four" in found.taken[0].evidence
    assert "not a proof" in found.note


def test_chronic_issue_needs_the_gap_over_all_its_months_and_enough_answers():
    assert "4 months running" in sentences.chronic_issue("Slow", RUN, "CSAT", "percent").text
    assert "worse by 40.0 points (30.0 to 50.0)" in sentences.chronic_issue("Slow", RUN, "CSAT", "percent").evidence
    assert sentences.chronic_issue("Slow", RUN | {"high": 0.5}, "CSAT", "percent") is None
    assert sentences.chronic_issue("Slow", RUN | {"n": 9}, "CSAT", "percent") is None


def write_accounts(store: Store, soon: dict[str, list[float]], later: dict[str, list[float]]) -> None:
    """Answers of October by account; ``soon`` renew in November, ``later`` a year on."""
    writer, rows = Writer(store), []
    for renewal, known in ((datetime(2026, 11, 20, tzinfo=UTC), soon), (datetime(2027, 10, 1, tzinfo=UTC), later)):
        for name, values in known.items():
            key = stable_key(name)
            rows.append({
                "id": key, **SOURCE, "external_id": name, "name": name, "tier": None, "arr": None, "currency": None,
                "since": None, "renewal_at": renewal, "owner": None, "segments": {},
            })  # fmt: skip
            for number, value in enumerate(values):
                writer.answer(datetime(2026, 10, 1 + number % 28, tzinfo=UTC), value, account_id=key)
    store.upsert(account, rows)
    writer.write()


def accounts(name: str, count: int, values: list[float]) -> dict[str, list[float]]:
    return {f"{name}{number}": values for number in range(count)}


def test_accounts_that_renew_soon_and_score_worse_are_told_with_n(empty):
    write_accounts(
        empty[0], accounts("s", 8, [1.0, 2.0, 5.0, 1.0, 2.0]) | accounts("t", 2, [1.0, 5.0]),
        accounts("l", 20, [5.0, 4.0, 5.0, 2.0]) | accounts("m", 3, [5.0, 1.0]),
    )  # fmt: skip
    found = october(empty).retention
    assert (found.renewing, found.answered) == (10, 10)
    assert found.scores[0].real
    assert "a worse CSAT" in found.told[0].text
    assert "(n 44)" in found.told[0].evidence


def test_accounts_that_renew_soon_and_score_alike_are_not_told(empty):
    write_accounts(empty[0], accounts("s", 8, [5.0, 2.0, 4.0]), accounts("l", 20, [5.0, 2.0, 4.0]))
    found = october(empty).retention
    assert found.told == ()
    assert not found.scores[0].real


def test_many_answers_of_one_angry_account_do_not_speak_for_all_that_renew(empty):
    calm = {f"s{number}": [5.0, 4.0, 5.0 - number % 2] for number in range(6)}
    write_accounts(empty[0], calm | {"angry": [1.0] * 80}, {f"l{n}": [5.0, 4.0, 4.0 + n % 2] for n in range(20)})
    (score,) = october(empty).retention.scores
    assert score.high < 0  # answer by answer it looks sure
    assert not score.real
    assert october(empty).retention.told == ()


def test_without_a_renewal_in_sight_there_is_no_such_part(empty):
    write_accounts(empty[0], {}, accounts("l", 5, [5.0, 2.0]))
    assert october(empty).retention is None


def test_renewing_accounts_are_compared_in_words_only_beyond_noise():
    assert "a worse CSAT" in sentences.renewing_score(WORSE, 120).text
    assert "a better CSAT" in sentences.renewing_score(WORSE, 120, lower_is_better=True).text
    noise = ThemeScore("CSAT", "percent", INSIDE, OUTSIDE, -3.0, -8.0, 2.0, False)
    assert sentences.renewing_score(noise, 120) is None


def write_agents(store: Store, praised: dict[str, int]) -> None:
    """October answers by agent, as many as said, each with kind words and the highest score."""
    writer = Writer(store)
    for agent, count in praised.items():
        for number in range(count):
            at = datetime(2026, 10, 1 + number % 28, tzinfo=UTC)
            text = f"{agent} was wonderful and helped me at once, visit number {number}"
            writer.answer(at, 5.0, text=text, theme="T1", segments={"agent": agent})
    writer.write()


def test_people_are_thanked_by_name_without_a_score_and_few_answers_are_left_out(empty):
    write_agents(empty[0], {"Zoe": 12, "Adam": 8, "Mia": 2})
    found = october(empty).recognition
    assert [one.agent for one in found.people] == ["Adam", "Zoe"]
    for one in found.people:
        assert one.agent in one.text
    assert "Mia" not in str(found)
    assert "CSAT" not in str(found)


def test_nobody_is_thanked_where_no_answer_says_who_held_the_ticket(empty):
    writer = Writer(empty[0])
    writer.answer(datetime(2026, 10, 5, tzinfo=UTC), 5.0, text="wonderful help, thank you so much", theme="T1")
    writer.write()
    assert october(empty).recognition is None


def test_owners_of_fallen_accounts_are_named_where_they_are_known():
    assert sentences.talk_to_accounts(["Acme", "Blue"], ["Ann", None]).owner == "Ann"
    assert sentences.talk_to_accounts(["Acme", "Blue"], ["Ann", "Ann"]).owner == "Ann"
    assert sentences.talk_to_accounts(["Acme"], [None]).owner == "to be named"
