from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.jobs import ledger, records
from api.jobs.ledger import Held
from api.jobs.records import Job
from verbatim.errors import NotFoundError, UserError
from verbatim.storage.store import Store

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def ask(store: Store, number: int = 0, *, lane: str | None = None, unique: str | None = None) -> Job:
    return ledger.submit(
        store, "mine", {"number": number}, person="Ada", lane=lane, unique=unique, now=NOW + number * SECOND
    )


def take(store: Store, worker: str = "w1", now: datetime = NOW) -> Held:
    job = ledger.claim(store, worker, now=now)
    assert job is not None
    return Held(job.id, worker, job.attempt)


def texts(store: Store, job_id: str) -> list[str]:
    return [line.text for line in records.lines(store, job_id)]


def test_a_job_goes_from_queued_to_done_with_its_result(store: Store) -> None:
    asked = ask(store)
    assert (asked.status, asked.attempt, asked.done) == ("queued", 0, None)
    held = take(store)
    assert ledger.progress(store, held, "Encoding", 0.25, now=NOW + SECOND) is False
    running = records.get(store, asked.id)
    assert (running.status, running.step, running.done, running.heartbeat_at) == (
        "running", "Encoding", 0.25, NOW + SECOND,
    )  # fmt: skip
    assert ledger.finish(store, held, "done", result={"themes": 3}, now=NOW + 2 * SECOND)
    done = records.get(store, asked.id)
    assert (done.status, done.done, done.result, done.finished_at) == ("done", 1.0, {"themes": 3}, NOW + 2 * SECOND)
    assert done.started_at == NOW


def test_each_job_is_taken_once_by_whoever_asks_at_once(store: Store) -> None:
    asked = {ask(store, number).id for number in range(12)}

    def take_all(worker: str) -> list[str]:
        found = []
        while (job := ledger.claim(store, worker)) is not None:
            found.append(job.id)
        return found

    with ThreadPoolExecutor(4) as pool:
        taken = [job_id for ids in pool.map(take_all, "abcd") for job_id in ids]
    assert sorted(taken) == sorted(asked)


def test_jobs_of_one_lane_run_one_at_a_time_also_when_several_ask_at_once(store: Store) -> None:
    first, second = ask(store, 1, lane="themes"), ask(store, 2, lane="themes")
    free = ask(store, 3)
    with ThreadPoolExecutor(4) as pool:
        taken = [job for job in pool.map(lambda worker: ledger.claim(store, worker), "abcd") if job is not None]
    assert {job.id for job in taken} == {first.id, free.id}
    held = next(Held(job.id, str(job.worker), job.attempt) for job in taken if job.id == first.id)
    assert ledger.finish(store, held, "failed", problem="no comments")
    assert take(store).job_id == second.id


def test_a_lane_held_up_does_not_hold_up_others_behind_it(store: Store) -> None:
    ask(store, 1, lane="themes")
    ask(store, 2, lane="themes")
    other = ask(store, 3, lane="training")
    take(store)
    assert take(store).job_id == other.id


def test_a_worker_that_was_overtaken_changes_nothing(store: Store) -> None:
    asked = ask(store)
    old = take(store, "w1")
    assert ledger.requeue_lost(store, now=NOW + ledger.LEASE + SECOND) == [asked.id]
    new = take(store, "w1", NOW + timedelta(minutes=1))  # by the same name: the attempt alone must fence
    before = records.get(store, asked.id)
    assert ledger.heartbeat(store, old) is None
    assert ledger.progress(store, old, "Ghost", 0.9) is None
    assert not ledger.log(store, old, "boo")
    assert not ledger.finish(store, old, "done", result={"by": "ghost"})
    assert not ledger.hand_back(store, old)
    assert records.get(store, asked.id) == before
    assert ledger.finish(store, new, "done", result={"by": "heir"})
    assert not ledger.finish(store, new, "failed", problem="a second end")
    assert records.get(store, asked.id).result == {"by": "heir"}
    assert texts(store, asked.id) == ["its worker w1 died", "taken up again, attempt 2"]


def test_a_silent_worker_is_dead_after_its_lease_and_not_before(store: Store) -> None:
    asked = ask(store)
    held = take(store)
    assert ledger.heartbeat(store, held, now=NOW + 10 * SECOND) is False
    assert ledger.requeue_lost(store, now=NOW + 10 * SECOND + ledger.LEASE) == []
    assert ledger.requeue_lost(store, now=NOW + 11 * SECOND + ledger.LEASE) == [asked.id]
    assert ledger.requeue_lost(store, now=NOW + 11 * SECOND + ledger.LEASE) == []


def test_what_is_known_of_a_worker_counts_more_than_its_silence(store: Store) -> None:
    asked = ask(store)
    take(store)
    later = NOW + timedelta(minutes=1)
    assert ledger.requeue_lost(store, now=later, alive={"w1"}) == []
    assert ledger.requeue_lost(store, now=NOW + ledger.PATIENCE + SECOND, alive={"w1"}) == [asked.id]
    take(store, "w2", later)
    assert ledger.requeue_lost(store, now=later, dead={"w2"}) == [asked.id]


def test_a_job_whose_workers_die_again_and_again_fails(store: Store) -> None:
    asked = ask(store)
    for number in range(ledger.MOST_LOST):
        assert records.get(store, asked.id).status == "queued"
        take(store, f"w{number}")
        ledger.requeue_lost(store, now=NOW, dead={f"w{number}"})
    failed = records.get(store, asked.id)
    assert (failed.status, failed.lost) == ("failed", 5)
    assert failed.problem is not None
    assert failed.problem.startswith("its worker died 5 times")
    assert ledger.claim(store, "w9") is None


def test_handing_back_is_no_death(store: Store) -> None:
    asked = ask(store)
    for _ in range(ledger.MOST_LOST + 2):
        assert ledger.hand_back(store, take(store))
    back = records.get(store, asked.id)
    assert (back.status, back.lost, back.attempt) == ("queued", 0, 7)


def test_a_job_that_waits_is_cancelled_at_once_and_one_that_runs_is_told(store: Store) -> None:
    waits, runs = ask(store, 2), ask(store, 1)
    held = take(store)
    assert held.job_id == runs.id
    assert ledger.ask_cancel(store, waits.id).status == "cancelled"
    assert ledger.ask_cancel(store, runs.id).status == "running"
    assert ledger.heartbeat(store, held) is True
    assert ledger.progress(store, held, "Encoding", None) is True
    assert ledger.finish(store, held, "cancelled")
    with pytest.raises(UserError, match="is cancelled and cannot be cancelled any more"):
        ledger.ask_cancel(store, runs.id)
    with pytest.raises(NotFoundError):
        ledger.ask_cancel(store, "0" * 32)


def test_a_job_to_be_cancelled_whose_worker_dies_is_cancelled(store: Store) -> None:
    asked = ask(store)
    take(store)
    ledger.ask_cancel(store, asked.id)
    ledger.requeue_lost(store, now=NOW, dead={"w1"})
    assert records.get(store, asked.id).status == "cancelled"


def test_only_what_failed_or_was_cancelled_can_be_tried_again(store: Store) -> None:
    asked = ask(store)
    with pytest.raises(UserError, match="is queued; only failed and cancelled"):
        ledger.retry(store, asked.id)
    held = take(store)
    ledger.finish(store, held, "failed", problem="no comments")
    again = ledger.retry(store, asked.id)
    assert (again.status, again.problem, again.finished_at, again.lost) == ("queued", None, None, 0)
    assert take(store).attempt == held.attempt + 1


def test_a_unique_job_is_asked_for_once_until_it_ends(store: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        ids = {job.id for job in pool.map(lambda _: ask(store, unique="mine"), range(8))}
    assert len(ids) == 1
    held = take(store)
    assert ask(store, unique="mine").id == held.job_id
    ledger.finish(store, held, "done")
    assert ask(store, unique="mine").id != held.job_id


def test_the_log_keeps_its_order_and_its_lines_short(store: Store) -> None:
    ask(store)
    held = take(store)
    for number in range(5):
        assert ledger.log(store, held, f"line {number}\nwith a break " + "x" * 900)
    found = records.lines(store, held.job_id, after=2, limit=2)
    assert [(line.position, line.text[:20]) for line in found] == [
        (3, "line 2 with a break "),
        (4, "line 3 with a break "),
    ]
    assert max(len(line.text) for line in found) == ledger.LONGEST_LINE


def test_ended_jobs_are_forgotten_with_their_logs_and_others_stay(store: Store) -> None:
    old, new, waits = (ask(store, number) for number in range(3))
    for job, ended in ((old, NOW), (new, NOW + timedelta(days=2))):
        held = take(store)
        assert held.job_id == job.id
        ledger.log(store, held, "a line")
        ledger.finish(store, held, "done", now=ended)
    assert ledger.forget(store, before=NOW + timedelta(days=1)) == 1
    assert [job.id for job in records.page(store)] == [waits.id, new.id]
    assert texts(store, old.id) == []
    assert texts(store, new.id) == ["a line"]


@given(sizes=st.lists(st.integers(1, 5), min_size=1, max_size=6), ties=st.booleans())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_lose_and_double_nothing_while_jobs_arrive(store: Store, sizes: list[int], ties: bool) -> None:
    ledger.forget(store, before=NOW + timedelta(days=9))
    for job in records.page(store, status="queued", limit=1000):
        ledger.ask_cancel(store, job.id, now=NOW)
    ledger.forget(store, before=NOW + timedelta(days=9))
    there = {ask(store, 0 if ties else number).id for number in range(9)}
    seen: list[str] = []
    after = None
    for size in [*sizes, *[4] * 9]:
        found = records.page(store, after=after, limit=size)
        seen += [job.id for job in found]
        if found:
            after = (found[-1].created_at, found[-1].id)
        ask(store, 100)  # newer: it comes before what was seen
    assert len(seen) == len(set(seen))
    assert there <= set(seen)
