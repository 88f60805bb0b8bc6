import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.tickets.timeline import Timeline, coded_keys, highest_so_far, last_true, next_true, running
from tests.test_models.made import objects

ROWS = st.lists(st.tuples(st.integers(-1, 3), st.integers(0, 20)), max_size=30)


@given(ROWS, st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 21)), min_size=1, max_size=10), st.booleans())
@settings(max_examples=100, deadline=None)
def test_it_counts_what_a_loop_counts(rows, asked, inclusive):
    keys, at = np.array([key for key, _ in rows], np.int64), np.array([time for _, time in rows], np.int64)
    line = Timeline.of(keys, at, 4)
    of, moments = np.array([key for key, _ in asked]), np.array([time for _, time in asked])
    first, last = line.until(of, moments, inclusive=inclusive)
    for place, (key, moment) in enumerate(asked):
        expected = sorted(
            i for i, (k, t) in enumerate(rows) if k == key >= 0 and (t < moment or (inclusive and t == moment))
        )
        assert sorted(line.order[first[place] : last[place]].tolist()) == expected
        assert (np.diff(at[line.order[first[place] : last[place]]]) >= 0).all()


def test_sums_start_at_zero():
    assert running(np.array([1.0, 2.0])).tolist() == [0, 1, 3]
    assert running(np.zeros(0)).tolist() == [0]


def test_the_last_and_next_flag_are_found():
    flags = np.array([False, True, False, True, False])
    assert last_true(flags).tolist() == [-1, 1, 1, 3, 3]
    assert next_true(flags).tolist() == [1, 1, 3, 3, 5, 5]
    assert last_true(np.zeros(0, bool)).tolist() == [] and next_true(np.zeros(0, bool)).tolist() == [0]


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1e6)), max_size=30))
@settings(max_examples=60, deadline=None)
def test_the_highest_value_so_far_is_exact_within_its_group(pairs):
    pairs.sort(key=lambda pair: pair[0])
    group, values = np.array([g for g, _ in pairs], np.int64), np.array([v for _, v in pairs], float)
    expected = [max(v for h, v in pairs[: i + 1] if h == g) for i, (g, _) in enumerate(pairs)]
    assert highest_so_far(values, group).tolist() == expected


def test_keys_of_several_columns_share_their_numbers_and_nobody_is_minus_one():
    numbered, (left, right) = coded_keys(objects(["a", None, "b"]), objects(["b", "c", float("nan")]))
    assert numbered == {"a": 0, "b": 1, "c": 2}
    assert (left.tolist(), right.tolist()) == ([0, -1, 1], [1, 2, -1])
