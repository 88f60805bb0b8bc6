import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.learners.rows import Rows, coded, forward_folds, split_by_time, ticket_weights
from tests.test_models.made import objects


def rows_of(tickets, accounts, *, seed=0):
    """Tickets with one to three snapshots, rated one after the other."""
    rng = np.random.default_rng(seed)
    of = np.repeat(np.arange(tickets), rng.integers(1, 4, tickets))
    rated = np.sort(rng.integers(0, 10 * tickets, tickets))[of] + 100
    group = objects(f"a{account}" for account in rng.integers(0, accounts, tickets)[of])
    y = (rng.random(tickets) < 0.4).astype(np.int8)[of]
    return Rows(
        {"x": rng.normal(size=len(of))}, y, 5.0 - y, objects(f"t{one}" for one in of), group,
        objects(["creation"] * len(of)), rated - rng.integers(1, 90, len(of)), rated, {"team": group},
    )  # fmt: skip


@given(st.integers(12, 120), st.integers(2, 150), st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_no_fold_has_a_ticket_or_judged_account_on_both_sides_or_learns_from_later_ratings(tickets, accounts, seed):
    rows = rows_of(tickets, accounts, seed=seed)
    for train, test in forward_folds(rows):
        assert not set(rows.ticket[train]) & set(rows.ticket[test])
        assert not set(rows.group[train]) & set(rows.group[test])
        assert rows.rated[train].max() < rows.rated[test].min()


def test_where_accounts_come_again_they_are_judged_part_by_part():
    rows = rows_of(200, 12)
    folds = list(forward_folds(rows))
    assert len(folds) > 3
    judged = np.concatenate([test for _, test in folds])
    assert len(judged) == len(set(judged.tolist()))
    assert len(set(rows.ticket[judged])) > 90  # half of the tickets, and most of them are judged


def test_where_nearly_every_ticket_is_of_another_account_there_are_three_folds():
    assert len(list(forward_folds(rows_of(200, 100_000)))) == 3


def test_folds_do_not_hang_on_the_order_of_rows():
    rows = rows_of(100, 12)
    order = np.random.default_rng(1).permutation(len(rows))
    mixed = rows.take(order)
    one = [(set(rows.ticket[a]), set(rows.ticket[b])) for a, b in forward_folds(rows)]
    assert one == [(set(mixed.ticket[a]), set(mixed.ticket[b])) for a, b in forward_folds(mixed)]


@given(st.integers(5, 80), st.floats(0.1, 0.5))
@settings(max_examples=30, deadline=None)
def test_what_is_held_back_was_rated_and_seen_after_what_is_learnt_from(tickets, share):
    rows = rows_of(tickets, 10)
    early, late, cut = split_by_time(rows, share)
    assert (rows.rated[early] < cut).all()
    assert (rows.rated[late] >= cut).all() and (rows.moment[late] >= cut).all()
    assert not set(rows.ticket[early]) & set(rows.ticket[late])


def test_every_ticket_weighs_one():
    keys = objects(["a", "b", "a", "a", "c"])
    assert ticket_weights(keys).tolist() == pytest.approx([1 / 3, 1, 1 / 3, 1 / 3, 1])
    assert len(ticket_weights(objects([]))) == 0


def test_keys_are_numbered_in_the_order_in_which_they_come():
    assert coded(objects(["b", "a", "b", None, None])).tolist() == [0, 1, 0, 2, 2]


def test_taking_rows_takes_every_array():
    rows = rows_of(20, 5)
    some = rows.take(rows.y == 1)
    assert len(some) == rows.y.sum() == len(some.columns["x"]) == len(some.segments["team"]) == len(some.rated)
    assert some.cases == some.tickets == rows.cases
