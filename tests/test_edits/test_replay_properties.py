"""Any sequence of edits, followed by a refit, leaves every edit true."""

from __future__ import annotations

import random
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.test_edits.organisation import desk, edited, first, fits, refits
from tests.test_edits.truth import assert_edits_are_true, assert_model_is_whole
from verbatim.edits import EditKind, Reason, live_edits, replay
from verbatim.edits.requests import Describe, Mark, Merge, Move, MoveTheme, Part, Rename, Split, SplitOff, Undo
from verbatim.errors import VerbatimError

NAMES = ("Late refund", "Wrong amount", "late  REFUND", "Search", "Kind people")
KINDS, UNDOING = 14, 12  # from UNDOING on, a step undoes something


def steps_from(seed, most=16):
    """A sequence of numbers that `request_from` makes requests of."""
    draw = random.Random(seed)
    return [
        (draw.randrange(KINDS), *(draw.randrange(10_000) for _ in range(4))) for _ in range(draw.randrange(1, most))
    ]


STEPS = st.integers(0, 2**32).map(steps_from)  # evenly drawn: small numbers would name the same few themes


def request_from(step, model, edits):
    """A request made from numbers; it need not be a sensible one."""
    kind, first_number, second_number, third_number, fourth_number = step
    themes = [theme.id for theme in model.themes if theme.kind == "theme"]
    one, other = themes[first_number % len(themes)], themes[second_number % len(themes)]
    comments = sorted(entry.comment_id for entry in model.assignments)
    inside = [entry.comment_id for entry in model.assignments if entry.theme_id == one] or comments
    below = [theme.id for theme in model.themes if theme.parent_id == one]
    any_comment = comments[third_number % len(comments)]
    parts = (
        Part((inside[third_number % len(inside)],)),
        Part((inside[fourth_number % len(inside)],), NAMES[second_number % len(NAMES)]),
    )
    makers = [
        lambda: Rename(one, NAMES[second_number % len(NAMES)]),
        lambda: Describe(one, f"About {second_number % 3}"),
        lambda: Merge(one, (other,)),
        lambda: Split(one, parts, apart=bool(second_number % 2)),
        lambda: SplitOff(one, tuple(below[: 1 + second_number % 3])),
        lambda: Move((any_comment,), one),
        lambda: Move((inside[third_number % len(inside)],), other, one),
        lambda: Move((any_comment, comments[fourth_number % len(comments)]), one),
        lambda: MoveTheme(one, other),
        lambda: MoveTheme(one, None),
        lambda: Mark(one, EditKind.PIN if second_number % 3 else EditKind.UNPIN),
        lambda: Mark(one, EditKind.ARCHIVE if second_number % 3 else EditKind.RESTORE),
        lambda: Undo(edits[second_number % len(edits)].id if edits else None),
        lambda: Undo(edits[second_number % len(edits)].id if edits else None),
    ]
    return makers[kind]()


def made(steps, base, most=12):
    """The edits that people could make of ``steps`` on ``base``, one after the other."""
    edits, at = [], desk(base=base)
    for step in steps:
        try:
            edits = edited(edits, request_from(step, at.model, edits), at=at)
        except VerbatimError:
            continue
        if len(edits) == most:
            break
        at = desk(edits, base)
    return edits


def plain(model):
    return (
        [asdict(theme) for theme in model.themes],
        [asdict(entry) for entry in model.assignments],
        model.centroids.tobytes(),
        None if model.prototypes is None else sorted(zip(model.owners, map(bytes, model.prototypes), strict=True)),
    )


PROPERTY = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.generate),  # a sequence out of a seed cannot be shrunk
)


@PROPERTY
@given(STEPS, st.sampled_from(range(5)), st.booleans())
def test_every_edit_is_true_after_a_refit(steps, which, spans):
    edits = made(steps, first(spans))
    model, corpus = fits(spans)[which]
    outcome = replay(model, edits, corpus)
    assert_model_is_whole(outcome.model, model)
    assert_edits_are_true(outcome, edits, {entry.comment_id for entry in model.assignments})
    live = {edit.id for edit in live_edits(edits)}
    assert {one.edit_id for one in outcome.conflicts} <= live
    assert all(isinstance(one.reason, Reason) and one.message for one in outcome.conflicts)


@PROPERTY
@given(STEPS)
def test_where_nothing_was_undone_and_no_comment_is_gone_there_is_no_conflict(steps):
    edits = made([step for step in steps if step[0] < UNDOING], first())
    for model, corpus in fits(spans=False)[:3]:
        assert replay(model, edits, corpus).conflicts == ()


@PROPERTY
@given(STEPS, st.sampled_from(range(5)), st.booleans(), st.randoms(use_true_random=False))
def test_replaying_is_deterministic_and_idempotent(steps, which, spans, draw):
    edits = made(steps, first(spans))
    model, corpus = fits(spans)[which]
    outcome = replay(model, edits, corpus)
    shuffled = draw.sample(edits, len(edits))
    assert plain(replay(model, shuffled, corpus).model) == plain(outcome.model)
    again = replay(outcome.model, edits, corpus)
    assert plain(again.model) == plain(outcome.model)


@PROPERTY
@given(STEPS, st.integers(0, 100))
def test_an_undone_edit_is_as_if_it_had_never_been_made(steps, which):
    edits = [edit for edit in made(steps, first()) if edit.kind is not EditKind.UNDO]
    if not edits:
        return
    undone = edits[which % len(edits)]
    if any(set(undone.made) & set(edit.payload["themes"]) for edit in edits):
        return  # then others are about what it made, which is a conflict of theirs
    model, corpus = refits()[0]
    with_undo = edited(edits, Undo(undone.id))
    without = [edit for edit in edits if edit is not undone]
    assert plain(replay(model, with_undo, corpus).model) == plain(replay(model, without, corpus).model)
    again = edited(with_undo, Undo(with_undo[-1].id))
    assert plain(replay(model, again, corpus).model) == plain(replay(model, edits, corpus).model)


def test_without_edits_the_model_is_as_it_was():
    model, corpus = first()
    assert replay(model, [], corpus).model is model


@pytest.mark.parametrize("which", range(5))
def test_the_fits_differ_enough_to_try_edits_on(which):
    model, corpus = fits(spans=False)[which]
    assert which in (0, 3) or model.themes != first()[0].themes
    assert any(theme.parent_id for theme in model.themes) == (which != 3)
    assert len(corpus.rows) == len(model.assignments)
    assert (np.linalg.norm(corpus.vectors, axis=1) > 0.99).all()


def test_a_comment_moved_out_of_a_theme_leaves_the_sub_theme_that_it_was_moved_to_before():
    edits = edited([], Move(("login-007",), "T006"), at=desk(base=first()))
    edits = edited(edits, Move(("login-007",), "T007", "T005"), at=desk(edits, first()))
    for model, corpus in fits(spans=False)[:3]:
        outcome = replay(model, edits, corpus)
        assert outcome.conflicts == ()
        assert_edits_are_true(outcome, edits, {entry.comment_id for entry in model.assignments})
