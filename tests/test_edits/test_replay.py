"""Known answers: one edit at a time, on the first fit and on refits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.test_edits.organisation import ENCODER, comments, edited, first, refits
from tests.test_edits.test_plan import INNER, OTHER_SUB, SUB, WHOLE, said_in, under
from verbatim.edits import EditKind, Reason, replay
from verbatim.edits.requests import Describe, Mark, Merge, Move, MoveTheme, Part, Rename, Split, SplitOff, Undo
from verbatim.themes.model import NO_DETAIL


def replayed(edits, which=0):
    model, corpus = [first(), *refits()][which]
    return replay(model, edits, corpus)


def theme(outcome, key):
    return next((one for one in outcome.model.themes if one.id == key), None)


def places(outcome):
    return {entry.comment_id: entry.theme_id for entry in outcome.model.assignments}


def test_a_persons_name_stays_and_a_machines_name_gives_way():
    machine = "Name of T014"  # that the second refit gives
    edits = edited([], Rename(SUB, machine))
    outcome = replayed(edits, 2)
    assert (theme(outcome, SUB).name, theme(outcome, SUB).name_by) == (machine, "person")
    assert theme(outcome, "T014").name != machine
    assert theme(outcome, "T014").name.startswith(machine)


def test_a_description_is_kept_and_taken_away():
    edits = edited([], Describe(SUB, "Money that comes late"))
    assert theme(replayed(edits, 1), SUB).description == "Money that comes late"
    assert theme(replayed(edited(edits, Describe(SUB, "")), 1), SUB).description is None


@pytest.mark.parametrize("which", range(5))
def test_merged_themes_are_one_under_the_targets_id(which):
    fit = [first(), *refits()][which][0]
    outcome = replayed(edited([], Merge(WHOLE[0], (SUB,))), which)
    own = {entry.comment_id for entry in fit.assignments if entry.theme_id in (WHOLE[0], SUB)}
    within = {WHOLE[0], *(one.id for one in outcome.model.themes if one.parent_id == WHOLE[0])}
    assert theme(outcome, SUB) is None
    assert theme(outcome, WHOLE[0]).aliases == (SUB,)
    assert {places(outcome)[comment] for comment in own} <= within


def test_merging_themes_with_sub_themes_keeps_all_sub_themes():
    outcome = replayed(edited([], Merge(INNER[0], (INNER[1],))))
    assert {one.id for one in outcome.model.themes if one.parent_id == INNER[0]} == {*under(INNER[0]), *under(INNER[1])}
    assert theme(outcome, INNER[0]).size == sum(one.size for one in first()[0].themes if one.id in INNER[:2])


def test_parts_of_a_split_are_found_again_in_a_refit_by_their_examples():
    one, two = said_in(WHOLE[0])[0], said_in(WHOLE[0])[-1]
    edits = edited([], Split(WHOLE[0], (Part((one,), "First"), Part((two,)))))
    made = [part["id"] for part in edits[0].payload["parts"]]
    assert made == ["E001-1", "E001-2"]
    for which in range(5):
        outcome = replayed(edits, which)
        assert [theme(outcome, key).parent_id for key in made] == [WHOLE[0]] * 2
        assert places(outcome)[two] == made[1]
        assert theme(outcome, made[0]).name == "First"
        assert theme(outcome, WHOLE[0]).size == sum(theme(outcome, key).size for key in made)


def test_parts_can_take_the_place_of_the_theme():
    one, two = said_in(WHOLE[0])[0], said_in(WHOLE[0])[-1]
    outcome = replayed(edited([], Split(WHOLE[0], (Part((one,)), Part((two,))), apart=True)))
    assert theme(outcome, WHOLE[0]) is None
    assert [theme(outcome, key).parent_id for key in ("E001-1", "E001-2")] == [None, None]


def test_a_new_theme_of_a_refit_that_is_one_of_the_parts_joins_it():
    one, two = said_in(WHOLE[0])[0], said_in(WHOLE[0])[-1]
    edits = edited([], Split(WHOLE[0], (Part((one,)), Part((two,)))))
    model, corpus = first()
    parts = replay(model, edits, corpus).model
    found = {"E001-1": WHOLE[0], "E001-2": "T099"}  # the refit itself finds both halves
    refit = replace(
        model,
        themes=(*model.themes[:-1], replace(model.themes[0], id="T099", parent_id=None), model.themes[-1]),
        centroids=np.insert(model.centroids, -1, parts.centroids[[one.id for one in parts.themes].index("E001-2")], 0),
        assignments=tuple(
            replace(was, theme_id=found.get(now.theme_id, was.theme_id))
            for was, now in zip(model.assignments, parts.assignments, strict=True)
        ),
        next_number=100,
    )
    outcome = replay(refit, edits, corpus)
    assert theme(outcome, "T099") is None
    assert places(outcome) == {entry.comment_id: entry.theme_id for entry in parts.assignments}


def test_sub_themes_that_are_split_off_stand_beside():
    outcome = replayed(edited([], SplitOff(INNER[0], (SUB,))), 1)
    assert theme(outcome, SUB).parent_id is None
    assert theme(replayed(edited([], SplitOff(INNER[0], tuple(under(INNER[0]))))), INNER[0]) is None


def test_a_moved_comment_takes_those_with_the_same_text_along():
    twin = "again-2"
    text = {row.id: row.text for row in comments().itertuples()}
    other = next(key for key, said in text.items() if said == text[twin] and key != twin)
    edits = edited([], Move((twin,), WHOLE[0]))
    for which in range(5):
        outcome = replayed(edits, which)
        within = {WHOLE[0], *(one.id for one in outcome.model.themes if one.parent_id == WHOLE[0])}
        assert places(outcome)[twin] in within
        assert places(outcome).get(other, places(outcome)[twin]) == places(outcome)[twin]
    apart = replayed(edited(edits, Move((other,), OTHER_SUB)))
    assert (places(apart)[twin], places(apart)[other]) == (WHOLE[0], OTHER_SUB)


def test_a_moved_comment_is_an_example_for_new_ones():
    moved = said_in(SUB)[0]
    outcome = replayed(edited([], Move((moved,), WHOLE[0])))
    rows = [row for row, owner in enumerate(outcome.model.owners) if owner == WHOLE[0]]
    text = {row.id: row.text for row in comments().itertuples()}[moved]
    assert (outcome.model.prototypes[rows] @ ENCODER.encode([text])[0]).max() > 0.999


def test_comments_move_into_and_out_of_no_detail():
    edits = edited(edited([], Move((said_in(SUB)[0],), NO_DETAIL)), Move(("nothing-1",), SUB))
    outcome = replayed(edits)
    assert places(outcome)[said_in(SUB)[0]] == NO_DETAIL
    assert places(outcome)["nothing-1"] == SUB
    assert theme(outcome, NO_DETAIL).size == 2


def test_a_theme_under_one_without_sub_themes_leaves_the_rest_in_one_of_its_own():
    outcome = replayed(edited([], MoveTheme(SUB, WHOLE[0])))
    rest = theme(outcome, f"{WHOLE[0]}-rest")
    assert (theme(outcome, SUB).parent_id, rest.parent_id) == (WHOLE[0], WHOLE[0])
    assert rest.size + theme(outcome, SUB).size == theme(outcome, WHOLE[0]).size
    renamed = replayed(edited(edited([], MoveTheme(SUB, WHOLE[0])), Rename(f"{WHOLE[0]}-rest", "Everything else")), 1)
    assert theme(renamed, f"{WHOLE[0]}-rest").name == "Everything else"


def test_a_pinned_theme_lives_on_where_nothing_is_like_it():
    model, corpus = refits()[2]
    gone = next(one.id for one in first()[0].themes if one.id not in {now.id for now in model.themes})
    assert theme(replayed([], 3), gone) is None
    outcome = replayed(edited([], Mark(gone, EditKind.PIN)), 3)
    kept = theme(outcome, gone)
    assert kept.pinned
    assert kept.name == next(one.name for one in first()[0].themes if one.id == gone)
    assert not outcome.conflicts
    for edit in (Mark(gone, EditKind.ARCHIVE), Rename(gone, "Still here"), Describe(gone, "Still here")):
        assert theme(replayed(edited([], edit), 3), gone) is not None
    unpinned = edited(edited([], Mark(gone, EditKind.PIN)), Mark(gone, EditKind.UNPIN))
    assert theme(replayed(unpinned, 3), gone) is None


def test_a_theme_that_lives_on_takes_the_comments_nearest_to_it():
    outcome = replayed(edited([], Mark("T002", EditKind.PIN)), 4)
    taken = {comment for comment, key in places(outcome).items() if key == "T002"}
    assert taken
    assert all(comment.startswith("refund") for comment in taken)


def test_archived_themes_keep_their_comments_and_can_be_restored():
    archived = edited([], Mark(SUB, EditKind.ARCHIVE))
    assert theme(replayed(archived), SUB).archived
    assert theme(replayed(archived), SUB).size == len(said_in(SUB))
    assert not theme(replayed(edited(archived, Mark(SUB, EditKind.RESTORE))), SUB).archived


def test_a_comment_that_is_gone_is_a_conflict_with_its_reason():
    lost = next(entry.comment_id for entry in first()[0].assignments if entry.comment_id.startswith("refund-"))
    outcome = replayed(edited([], Move((lost, "invoice-003"), WHOLE[0])), 3)
    (conflict,) = outcome.conflicts
    assert (conflict.reason, conflict.comment_id) == (Reason.COMMENT_MISSING, lost)
    assert places(outcome)["invoice-003"] in {
        WHOLE[0],
        *(x.id for x in outcome.model.themes if x.parent_id == WHOLE[0]),
    }


def test_what_undoing_a_split_makes_untrue_is_reported_and_true_again_after_a_redo():
    one, two = said_in(WHOLE[0])[0], said_in(WHOLE[0])[-1]
    edits = edited([], Split(WHOLE[0], (Part((one,)), Part((two,)))))
    edits = edited(edited(edits, Rename("E001-1", "Mine"), person="Bob"), Undo(1))
    (conflict,) = replayed(edits).conflicts
    assert conflict.reason is Reason.THEME_UNDONE
    assert "Ana undid the split" in conflict.message
    again = replayed(edited(edits, Undo(3)))
    assert not again.conflicts
    assert theme(again, "E001-1").name == "Mine"


def test_of_two_people_who_want_one_name_the_first_gets_it():
    edits = edited(edited([], Rename(SUB, "Refunds")), Rename(SUB, "Late refunds"))
    edits = edited(edited(edits, Rename(OTHER_SUB, "Refunds"), person="Bob"), Undo(2))
    outcome = replayed(edits)
    (conflict,) = outcome.conflicts
    assert (conflict.reason, conflict.sequence) == (Reason.NAME_TAKEN, 3)
    assert theme(outcome, SUB).name == "Refunds"
    assert theme(outcome, OTHER_SUB).name == next(one.name for one in first()[0].themes if one.id == OTHER_SUB)


def test_edits_survive_another_encoder_by_their_examples():
    one, two = said_in(WHOLE[0])[:3], said_in(WHOLE[0])[-3:]
    gone = next(key.id for key in first()[0].themes if key.id not in {now.id for now in refits()[2][0].themes})
    edits = edited(edited([], Split(WHOLE[0], (Part(tuple(one)), Part(tuple(two))))), Mark(gone, EditKind.PIN))
    model, corpus = refits()[2]
    other = replace(model, encoder_id="another@1")
    outcome = replay(other, edits, corpus)
    assert {places(outcome)[comment] for comment in two} == {"E001-2"}
    known = {entry.comment_id for entry in model.assignments}
    remembered = set(edits[1].payload["themes"][gone]["comments"])
    assert bool(known & remembered) == (theme(outcome, gone) is not None)
    assert all(one.reason is Reason.ENCODER for one in outcome.conflicts)


def test_a_comment_with_two_themes_can_leave_one_of_them():
    model, corpus = first()
    twice = model.assignments[0]
    other = WHOLE[0] if twice.theme_id != WHOLE[0] else WHOLE[1]
    spans = (replace(twice, end=5), replace(twice, theme_id=other, start=5, end=9))
    two = replace(model, assignments=(*spans, *model.assignments[1:]))
    both = replace(corpus, rows=np.concatenate([corpus.rows[:1], corpus.rows]))
    target = SUB if twice.theme_id != SUB else OTHER_SUB
    edits = edited([], Move((twice.comment_id,), target, other), base=(two, both))
    outcome = replay(two, edits, both)
    held = [entry.theme_id for entry in outcome.model.assignments if entry.comment_id == twice.comment_id]
    assert held == [twice.theme_id, target]
    alone = replay(model, edits, corpus)
    assert places(alone)[twice.comment_id] == target
