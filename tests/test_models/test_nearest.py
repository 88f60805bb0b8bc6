import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from models.nearest import Groups, Neighbours

FEATURES = ("waiting", "agent", "channel", "first_wait", "seats", "agent_rating", "longest_wait")


def test_the_strongest_groups_come_first_each_told_by_its_strongest_feature():
    points = np.array([[0.1, 0.9, -0.2, -0.3, 0.0, 0.9, 0.05], [0.2, 0.0, 0.02, 0.3, -0.001, 0.0, -0.1]])
    groups = Groups.of(FEATURES)
    found = [
        [(groups.names[group], FEATURES[place], round(total, 9)) for group, place, total in row]
        for row in groups.strongest(points, 3, 0.005)
    ]
    assert found == [
        [("channel", "channel", -0.2), ("waiting", "first_wait", -0.15)],
        [("waiting", "first_wait", 0.4), ("channel", "channel", 0.02)],
    ]


def test_who_the_agent_is_is_in_no_group():
    assert Groups.of(("agent", "agent_rating")).names == ()
    assert Groups.of(("agent",)).strongest(np.ones((2, 1)), 3, 0.0) == [[], []]


@settings(max_examples=60, deadline=None)
@given(
    known=arrays.arrays(np.float64, st.tuples(st.integers(1, 230), st.just(3)), elements=st.integers(-3, 3)),
    asked=arrays.arrays(np.float64, st.tuples(st.integers(1, 5), st.just(3)), elements=st.integers(-3, 3)),
    count=st.integers(1, 4),
)
def test_the_nearest_are_the_nearest_and_of_equals_the_first(known, asked, count):
    found = Neighbours.of(known).nearest(asked, count)
    for row, places in zip(asked, found, strict=True):
        apart = ((known - row) ** 2).sum(axis=1)
        assert places == np.argsort(apart, kind="stable")[:count].tolist()


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_small_differences_are_told_apart_wherever_they_lie(scale):
    rng = np.random.default_rng(2)
    known = scale * (5 + rng.normal(size=(400, 40)) * np.where(np.arange(400) < 60, 1e-7, 1.0)[:, None])
    asked = known[[3, 77]]
    for row, places in zip(asked, Neighbours.of(known).nearest(asked, 3), strict=True):
        apart = ((known - row) ** 2).sum(axis=1)
        assert places == np.argsort(apart, kind="stable")[:3].tolist()
