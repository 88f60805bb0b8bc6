"""What can be asked for, and what is refused before anything is stored."""

from __future__ import annotations

import pytest

from tests.test_edits.organisation import desk, edited, first
from verbatim.edits import EditKind, replay
from verbatim.edits.plan import plan
from verbatim.edits.requests import Describe, Mark, Merge, Move, MoveTheme, Part, Rename, Split, SplitOff, Undo
from verbatim.errors import EditConflictError, InputError, NotFoundError, UserError
from verbatim.themes.model import NO_DETAIL


def tops():
    """Themes at the top with sub-themes, then those without."""
    themes = [theme for theme in first()[0].themes if theme.kind == "theme" and theme.parent_id is None]
    parents = {theme.parent_id for theme in first()[0].themes}
    inner = [theme.id for theme in themes if theme.id in parents]
    return inner, [theme.id for theme in themes if theme.id not in parents]


def under(key):
    return [theme.id for theme in first()[0].themes if theme.parent_id == key]


def said_in(key):
    return [entry.comment_id for entry in first()[0].assignments if entry.theme_id == key]


INNER, WHOLE = tops()
SUB, OTHER_SUB = under(INNER[0])[:2]


def refused(error, match, request, edits=()):
    with pytest.raises(error, match=match):
        plan(request, desk(edits))


def test_a_theme_that_is_not_there_is_not_found():
    for request in (Rename("T999", "x"), Merge("T999", ("T001",)), Merge("T001", ("T999",)), MoveTheme(SUB, "T999")):
        refused(NotFoundError, "no theme 'T999'", request)


def test_no_detail_cannot_be_edited():
    for request in (Rename(NO_DETAIL, "x"), Merge(NO_DETAIL, (SUB,)), Mark(NO_DETAIL, EditKind.ARCHIVE)):
        refused(InputError, "say nothing", request)


def test_a_name_that_another_theme_has_is_refused():
    other = next(theme for theme in first()[0].themes if theme.id == SUB)
    refused(EditConflictError, f"{SUB} is called", Rename(WHOLE[0], other.name.upper()))
    refused(EditConflictError, "No detail", Rename(WHOLE[0], "no DETAIL"))


def test_what_would_change_nothing_is_refused():
    edits = edited([], Rename(SUB, "Slow refunds"))
    refused(UserError, "is called 'Slow refunds' already", Rename(SUB, "Slow refunds"), edits)
    refused(UserError, "has no description", Describe(SUB, " "))
    refused(UserError, "not pinned", Mark(SUB, EditKind.UNPIN))
    refused(UserError, "not archived", Mark(SUB, EditKind.RESTORE))
    refused(UserError, "at the top already", MoveTheme(INNER[0]))
    refused(UserError, f"under {INNER[0]} already", MoveTheme(SUB, INNER[0]))
    refused(UserError, "already", Move((said_in(SUB)[0],), SUB))
    refused(UserError, "nothing to undo", Undo())


def test_a_theme_cannot_be_merged_into_itself_or_its_own_sub_theme():
    refused(InputError, "not itself", Merge(SUB, (SUB,)))
    refused(InputError, f"merge {SUB} into {INNER[0]} instead", Merge(SUB, (INNER[0],)))


def test_a_split_needs_two_parts_with_examples_of_the_theme():
    one, two = said_in(WHOLE[0])[:2]
    refused(InputError, "two parts at least", Split(WHOLE[0], (Part((one,)),)))
    refused(InputError, "of two parts", Split(WHOLE[0], (Part((one,)), Part((one,)))))
    refused(NotFoundError, f"is not in {WHOLE[0]}", Split(WHOLE[0], (Part((one,)), Part((said_in(SUB)[0],)))))
    refused(InputError, "one example at least", Split(WHOLE[0], (Part((one,)), Part(()))))
    refused(InputError, "has sub-themes", Split(INNER[0], (Part((one,)), Part((two,)))))
    refused(EditConflictError, "two parts", Split(WHOLE[0], (Part((one,), "Late"), Part((two,), "LATE"))))


def test_only_sub_themes_can_be_split_off():
    refused(InputError, "is not a sub-theme", SplitOff(INNER[0], (WHOLE[0],)))
    refused(InputError, "nothing is not a sub-theme", SplitOff(INNER[0], ()))


def test_trees_stay_two_themes_deep():
    refused(InputError, "is a sub-theme itself", MoveTheme(WHOLE[0], SUB))
    refused(InputError, "has sub-themes", MoveTheme(INNER[0], WHOLE[0]))
    refused(InputError, "itself or under it", MoveTheme(INNER[0], SUB))


def test_comments_are_moved_by_ids_that_exist():
    refused(NotFoundError, "no comment 'lost'", Move(("lost",), SUB))
    refused(InputError, "name the comments", Move((), SUB))
    refused(NotFoundError, f"is not in {SUB}", Move((said_in(WHOLE[0])[0],), OTHER_SUB, SUB))


def test_an_undone_edit_cannot_be_undone_again_but_its_undo_can():
    edits = edited(edited([], Mark(SUB, EditKind.PIN)), Undo())
    refused(EditConflictError, "undone already, by Ana; undo edit 2 to make it again", Undo(1), edits)
    redone = edited(edits, Undo(2))
    assert next(theme for theme in replay(*first()[:1], redone, first()[1]).model.themes if theme.id == SUB).pinned
    refused(NotFoundError, "no edit 99", Undo(99), edits)


def test_undo_without_a_number_takes_the_last_edit_that_holds():
    edits = edited(edited(edited([], Mark(SUB, EditKind.PIN)), Rename(SUB, "Slow refunds")), Undo())
    assert plan(Undo(), desk(edits)).payload["edit"] == "edit-1"
