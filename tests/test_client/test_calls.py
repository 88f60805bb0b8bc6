"""Decisions about calls, without a network: what is sent, and when it is sent again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verbatim.client.calls import UNSET, Call, Lost, Patience, Reply, Wait, attempts, changed, make_call, plain
from verbatim.client.problems import NoAnswer
from verbatim.errors import InputError

OUTCOMES = st.one_of(
    st.sampled_from([200, 201, 404, 409, 422, 500, 502, 503, 504]).map(lambda status: Reply(status, {})),
    st.integers(0, 200).map(lambda seconds: Reply(429, {"retry-after": str(seconds)})),
    st.integers(0, 200).map(lambda seconds: Reply(503, {"retry-after": str(seconds)})),
    st.booleans().map(lambda reached: Lost("gone", reached)),
)


class Course:
    """What happens to a call when the server behaves as listed; time passes by waiting only."""

    def __init__(self, call: Call, outcomes: Sequence[Reply | Lost], patience: Patience, chance: float = 0.5) -> None:
        self.sent: list[Call] = []
        self.waits: list[float] = []
        self.seen: list[Reply | Lost] = []
        self.lost = False
        self.reply: Reply | None = None
        steps = attempts(call, patience, clock=lambda: sum(self.waits), chance=lambda: chance)
        left = iter([*outcomes, *[Reply(200, {})] * 100])
        try:
            step = next(steps)
            while True:
                if isinstance(step, Wait):
                    self.waits.append(step.seconds)
                    step = steps.send(None)
                else:
                    self.sent.append(step)
                    self.seen.append(next(left))
                    step = steps.send(self.seen[-1])
        except StopIteration as ended:
            self.reply = ended.value
        except NoAnswer:
            self.lost = True


READ = make_call("GET", "/v1/themes")
WRITE = make_call("POST", "/v1/keys", body={"name": "x"})
KEYED = make_call("POST", "/v1/responses", body={"records": []}, key=True)


@settings(max_examples=150, deadline=None)
@given(st.lists(OUTCOMES, max_size=8), st.integers(0, 5), st.floats(0, 1), st.sampled_from([READ, WRITE, KEYED]))
def test_patience_is_bounded_in_number_and_in_time(
    outcomes: list[Reply | Lost], retries: int, chance: float, call: Call
) -> None:
    course = Course(call, outcomes, Patience(retries=retries, total_seconds=60), chance)
    assert len(course.sent) <= retries + 1
    assert sum(course.waits) <= 60
    assert len(course.waits) == len(course.sent) - 1
    assert all(sent is call for sent in course.sent), "a repetition is the same call, with the same Idempotency-Key"
    assert course.lost == isinstance(course.seen[-1], Lost)


@settings(max_examples=150, deadline=None)
@given(st.lists(OUTCOMES, max_size=6))
def test_a_write_without_a_key_never_reaches_the_server_twice(outcomes: list[Reply | Lost]) -> None:
    course = Course(WRITE, outcomes, Patience(retries=5, total_seconds=1e6))
    acted = [one for one in course.seen if (one.reached if isinstance(one, Lost) else one.status != 429)]
    assert len(acted) <= 1


@pytest.mark.parametrize("call", [READ, KEYED])
@pytest.mark.parametrize("outcome", [Reply(503, {}), Reply(429, {}), Lost("gone", True), Lost("gone", False)])
def test_what_does_nothing_twice_is_sent_again(call: Call, outcome: Reply | Lost) -> None:
    course = Course(call, [outcome], Patience())
    assert len(course.sent) == 2
    assert course.reply is not None
    assert course.reply.status == 200


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 422, 500, 501, 502, 504])
def test_what_would_fail_again_is_not_sent_again(status: int) -> None:
    assert len(Course(READ, [Reply(status, {})], Patience()).sent) == 1


def test_retry_after_is_kept_and_back_off_doubles_without_it() -> None:
    asked = Course(READ, [Reply(429, {"retry-after": "7"})], Patience(), chance=0.0)
    assert asked.waits == [7.0]
    grown = Course(READ, [Reply(503, {})] * 4, Patience(), chance=1.0)
    assert grown.waits == [0.25, 0.5, 1.0, 2.0]


def test_a_wait_that_would_outlast_patience_is_not_begun() -> None:
    course = Course(READ, [Reply(429, {"retry-after": "3600"})], Patience(total_seconds=60))
    assert course.waits == []
    assert course.reply is not None
    assert course.reply.status == 429


@given(st.text(min_size=1).filter(lambda text: text not in {".", ".."} and text.isprintable()))
def test_an_id_stays_one_part_of_the_path(text: str) -> None:
    path = make_call("GET", "/v1/themes/{}/comments", (text,)).path
    assert path.count("/") == 4
    assert unquote(path.split("/")[3]) == text
    assert "?" not in path
    assert "#" not in path


@pytest.mark.parametrize("text", ["", ".", ".."])
def test_an_id_that_would_lead_elsewhere_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        make_call("DELETE", "/v1/keys/{}", (text,))


def test_a_query_repeats_lists_and_segments_and_leaves_out_what_was_not_given() -> None:
    call = make_call(
        "GET",
        "/v1/comments",
        query={
            "where": {"channel": ["email", None], "tier": "gold", "team": None},
            "theme": ["T1", "T2"],
            "from": date(2026, 10, 1),
            "archived": False,
            "words": None,
            "limit": 5,
        },
    )
    assert call.query == (
        ("where", "channel=email"),
        ("where", "channel="),
        ("where", "tier=gold"),
        ("where", "team="),
        ("theme", "T1"),
        ("theme", "T2"),
        ("from", "2026-10-01"),
        ("archived", "false"),
        ("limit", "5"),
    )


def test_times_are_sent_with_their_zone_and_refused_without() -> None:
    assert plain({"at": datetime(2026, 10, 31, 14, tzinfo=UTC)}) == {"at": "2026-10-31T14:00:00+00:00"}
    with pytest.raises(InputError, match="time zone"):
        plain([{"at": datetime(2026, 10, 31, 14)}])  # noqa: DTZ001


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes", object()])
def test_what_json_has_no_place_for_is_refused_before_it_is_sent(value: object) -> None:
    with pytest.raises(InputError):
        make_call("POST", "/v1/scores/nps", body={"values": [value]})


def test_each_write_has_a_key_of_its_own_and_a_given_one_is_kept() -> None:
    keys = {make_call("POST", "/v1/jobs", key=True).headers["Idempotency-Key"] for _ in range(20)}
    assert len(keys) == 20
    given_one = make_call("POST", "/v1/jobs", key=True, headers={"Idempotency-Key": "mine"})
    assert given_one.headers["Idempotency-Key"] == "mine"


@pytest.mark.parametrize("value", ["one\r\nX-Other: two", "\u00e9", "\x00"])
def test_a_header_that_would_be_another_is_refused(value: str) -> None:
    with pytest.raises(InputError, match="If-Match"):
        make_call("PUT", "/v1/rules/x", etag=value)


def test_in_a_change_none_is_sent_and_what_is_not_given_is_not() -> None:
    assert changed({"person": None, "due": UNSET, "active": False}) == {"person": None, "active": False}
