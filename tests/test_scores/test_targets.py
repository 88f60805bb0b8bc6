from datetime import date

import pytest

from verbatim.errors import UserError
from verbatim.scores import TargetPath, ces, csat, track

PATH = TargetPath(goal=85, start=82, start_on=date(2026, 10, 1), due_on=date(2026, 12, 31))


def test_the_line_begins_at_the_start_and_ends_at_the_goal():
    assert PATH.expected_on(date(2026, 9, 1)) == 82
    assert PATH.expected_on(date(2026, 12, 31)) == 85
    assert PATH.expected_on(date(2027, 5, 1)) == 85
    assert 82 < PATH.expected_on(date(2026, 11, 1)) < 85
    assert TargetPath(goal=85).expected_on(date(2026, 1, 1)) == 85


def test_a_score_is_on_track_behind_or_there():
    today = date(2026, 11, 15)
    ahead, behind, there = (csat([5] * up + [1] * (1000 - up)) for up in (840, 700, 900))
    assert track(PATH, ahead, today).on_track
    assert track(PATH, ahead, today).is_noise
    assert "on track, within the noise" in track(PATH, ahead, today).statement
    assert track(PATH, behind, today).on_track is False
    assert track(PATH, behind, today).is_noise is False
    assert "behind" in track(PATH, behind, today).statement
    assert track(PATH, there, today).reached
    assert "is reached" in track(PATH, there, today).statement


def test_after_the_due_day_the_target_is_overdue():
    status = track(PATH, csat([5] * 80 + [1] * 20), date(2027, 1, 1))
    assert status.overdue
    assert "was due 85.0" in status.statement


def test_no_answers_have_no_status():
    status = track(PATH, csat([]), date(2026, 11, 15))
    assert (status.value, status.on_track, status.reached) == (None, None, None)
    assert "No answers yet" in status.statement


def test_lower_is_better_for_a_mean_of_effort():
    path = TargetPath(goal=2.0, start=3.0, start_on=date(2026, 1, 1), due_on=date(2026, 12, 31))
    low_effort = ces([2] * 20, scale="ces-5-effort", definition="mean")
    assert track(path, low_effort, date(2026, 7, 1)).reached


def test_a_target_due_before_it_starts_is_an_error():
    path = TargetPath(goal=85, start=82, start_on=date(2026, 10, 1), due_on=date(2026, 9, 1))
    with pytest.raises(UserError, match="due on 2026-09-01"):
        path.expected_on(date(2026, 10, 2))
