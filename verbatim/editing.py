"""Editing the themes of a store: what a command or the API calls.

An edit is planned on the active model (`verbatim.edits.plan`), replayed with all others on the model as it was fitted
(`verbatim.edits.replay`), and kept with its outcome in one transaction; mining replays the same edits on every refit.
"""

from __future__ import annotations

import uuid
from bisect import bisect_left
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from verbatim.edits import Conflict, Corpus, Edit, EditKind, Replayed, replay
from verbatim.edits.events import undone_edits
from verbatim.edits.outcome import ThemeChange, changes_between
from verbatim.edits.plan import Desk, plan
from verbatim.errors import EditConflictError, EmptyError, InputError, NotFoundError
from verbatim.identity.stored import model_before, model_rows
from verbatim.mining import model_folder, people
from verbatim.storage import queries
from verbatim.themes.artifact import check_encoder, save_artifact
from verbatim.themes.cache import CachedEncoder
from verbatim.themes.encode import find_encoder
from verbatim.themes.name import PhraseNamer
from verbatim.themes.naming import Group, Naming, name_groups
from verbatim.themes.people import said_names
from verbatim.themes.prototypes import ThemeArtifact

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from verbatim.edits.requests import Request
    from verbatim.protocols import Encoder
    from verbatim.settings import Settings
    from verbatim.storage.store import Store
    from verbatim.themes.model import ThemeModel

LONGEST_PERSON = 100


@dataclass(frozen=True, slots=True)
class EditOutcome:
    """What an edit did, or in a preview would do.

    ``changes`` are the themes that are not as they were, ``moved`` counts the comments that are in another theme.
    ``conflicts`` are all edits that are not true; ``new_conflicts`` those that were true before this edit.
    """

    edit: Edit
    model: ThemeModel
    changes: tuple[ThemeChange, ...]
    moved: int
    conflicts: tuple[Conflict, ...]
    new_conflicts: tuple[Conflict, ...]
    preview: bool


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An edit, who undid it, and what is not true of it in the active model."""

    edit: Edit
    undone_by: Edit | None
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class EditRoom:
    """The active model, open for an edit: where it is, and the ``desk`` that edits are planned on."""

    model_id: str
    desk: Desk
    replayed: Replayed


def edit_themes(
    store: Store,
    settings: Settings,
    request: Request,
    *,
    person: str,
    preview: bool = False,
    seen: int | None = None,
) -> EditOutcome:
    """Make one edit and keep it, or with ``preview`` only say what it would do.

    ``seen`` is the sequence of the last edit that ``person`` saw, where known: a later one refuses the edit.

    Raises:
        EmptyError: nothing was mined yet.
        EditConflictError: somebody edited or mined meanwhile, or the edit contradicts another.
        NotFoundError, InputError, UserError: as `verbatim.edits.plan.plan` says.
        EncoderError: the encoder is another than the one the comments were mined with.
    """
    room = open_room(store, settings)
    if seen is not None and seen != room.desk.sequence:
        raise EditConflictError(f"the themes were edited since you looked (edit {room.desk.sequence}, you saw {seen})")
    return edit_in_room(store, settings, room, request, person=person, preview=preview)


def edit_in_room(
    store: Store, settings: Settings, room: EditRoom, request: Request, *, person: str, preview: bool = False,
    beside: Callable[[Connection, EditOutcome], object] | None = None,
) -> EditOutcome:  # fmt: skip
    """Make one edit in a ``room`` that is open; afterwards `room_after` is the one to go on in.

    ``beside`` writes more in the transaction that keeps the edit. Raises as `edit_themes`.
    """
    who = _checked_person(person)
    planned = plan(request, room.desk)
    edit = Edit(
        id=uuid.uuid4().hex,
        sequence=room.desk.sequence + 1,
        at=datetime.now(UTC),
        person=who,
        kind=planned.kind,
        theme_id=planned.theme_id,
        payload=planned.payload,
    )
    outcome = _outcome(room, edit, preview=preview)
    if not preview:
        _keep(store, settings, room, outcome, beside)
    return outcome


def room_after(room: EditRoom, outcome: EditOutcome) -> EditRoom:
    """The room as opening it anew would give it after an edit in it that was kept."""
    desk = replace(room.desk, model=outcome.model, edits=(*room.desk.edits, outcome.edit))
    return replace(room, desk=desk, replayed=Replayed(outcome.model, outcome.conflicts))


def open_room(store: Store, settings: Settings) -> EditRoom:
    """Read the active model, its comments and every edit.

    Raises:
        EmptyError: nothing was mined yet.
        EncoderError: the encoder is another than the one the comments were mined with.
    """
    model_id = store.active_model_id()
    if model_id is None:
        raise EmptyError("no themes yet; run `verbatim mine` first")
    fitted = model_before(store, model_id, model_folder(settings, model_id), edited=False)
    encoder = CachedEncoder(find_encoder(settings.model), settings.home / "cache" / "vectors")
    check_encoder(ThemeArtifact(fitted.encoder_id, fitted.themes, fitted.centroids, fitted.next_number), encoder)
    comments = queries.comments(store)
    texts = dict(zip(comments["id"], comments["text"], strict=True))
    corpus = Corpus.of(fitted.assignments, texts, encoder)
    edits = stored_edits(store)
    replayed = replay(fitted, edits, corpus)

    def named(groups: Sequence[Group], taken: Sequence[str]) -> list[Naming]:
        return name_groups(_namer(store, encoder, list(texts.values())), groups, taken)

    return EditRoom(model_id, Desk(fitted, replayed.model, corpus, edits, named), replayed)


def history(store: Store, settings: Settings) -> list[HistoryEntry]:
    """Every edit, oldest first, with who undid it and its conflicts in the active model."""
    edits = stored_edits(store)
    if not edits:
        return []
    found = open_room(store, settings).replayed.conflicts if store.active_model_id() is not None else ()
    undone = undone_edits(edits)
    return [
        HistoryEntry(edit, undone.get(edit.id), tuple(one for one in found if one.edit_id == edit.id)) for edit in edits
    ]


def stored_edits(store: Store) -> tuple[Edit, ...]:
    """What people did to the themes, in order."""
    return tuple(
        Edit(
            id=row["id"],
            sequence=int(row["sequence"]),
            at=row["at"].to_pydatetime(),
            person=row["person"],
            kind=EditKind(row["kind"]),
            theme_id=row["theme_id"],
            payload=row["payload"],
        )
        for row in queries.edits(store).to_dict("records")
    )


def find_id(model: ThemeModel, wanted: str) -> str:
    """The id of the theme whose id (or one merged into it) or name is ``wanted``, or whose name begins so.

    Case does not matter.

    Raises:
        NotFoundError: none, or several; the message names them.
    """
    plain = " ".join(wanted.split()).casefold()
    exact = [theme for theme in model.themes if plain in (theme.id.casefold(), *map(str.casefold, theme.aliases))]
    named = [theme for theme in model.themes if theme.name.casefold() == plain]
    begins = [theme for theme in model.themes if plain and theme.name.casefold().startswith(plain)]
    for found in (exact, named, begins):
        if len(found) == 1:
            return found[0].id
        if found:
            names = "; ".join(f"{theme.id} {theme.name}" for theme in found[:5])
            raise NotFoundError(f"{wanted!r} fits several themes ({names}); name one by its id")
    raise NotFoundError(f"no theme {wanted!r}; `verbatim themes` lists them")


def find_comments(model: ThemeModel, wanted: Sequence[str]) -> tuple[str, ...]:
    """The ids of comments of which each of ``wanted`` is the id, or how one begins (six characters at least).

    Raises:
        NotFoundError: none, or several, begin so.
    """
    known = sorted({entry.comment_id for entry in model.assignments})
    found = []
    for word in wanted:
        place = bisect_left(known, word)
        begins = [one for one in known[place : place + 2] if one == word or (len(word) >= 6 and one.startswith(word))]
        if not begins or (len(begins) > 1 and begins[0] != word):
            problem = "several comments" if begins else "no comment"
            raise NotFoundError(f"{problem} with an id like {word!r}; `verbatim quotes THEME --json` shows ids")
        found.append(begins[0])
    return tuple(found)


def _outcome(room: EditRoom, edit: Edit, *, preview: bool) -> EditOutcome:
    desk = room.desk
    replayed = replay(desk.fitted, [*desk.edits, edit], desk.corpus)
    own = [one for one in replayed.conflicts if one.edit_id == edit.id]
    if own:
        raise EditConflictError(f"this cannot be done: {own[0].message}")
    before = {(one.edit_id, one.comment_id) for one in room.replayed.conflicts}
    moved = {
        after.comment_id
        for was, after in zip(desk.model.assignments, replayed.model.assignments, strict=True)
        if was.theme_id != after.theme_id
    }
    return EditOutcome(
        edit=edit,
        model=replayed.model,
        changes=changes_between(desk.model, replayed.model),
        moved=len(moved),
        conflicts=replayed.conflicts,
        new_conflicts=tuple(one for one in replayed.conflicts if (one.edit_id, one.comment_id) not in before),
        preview=preview,
    )


def _keep(
    store: Store, settings: Settings, room: EditRoom, outcome: EditOutcome,
    beside: Callable[[Connection, EditOutcome], object] | None,
) -> None:  # fmt: skip
    edit, desk = outcome.edit, room.desk
    folder = model_folder(settings, room.model_id)
    shown = model_before(store, room.model_id, folder, edited=True)
    model = replace(outcome.model, links=shown.links, told=shown.told)
    rows = model_rows(model, room.model_id, {}, comments=0, previous_id=None)
    stored = dict(zip(_keys(shown), shown.assignments, strict=True))
    changed = [
        row for row, key, entry in zip(rows.assignments, _keys(model), model.assignments, strict=True)
        if stored.get(key) != entry
    ]  # fmt: skip
    undone = {key: undo.id for key, undo in undone_edits((*desk.edits, edit)).items()}
    store.save_edit(
        {field.name: getattr(edit, field.name) for field in fields(Edit)},
        {"id": room.model_id, "undone": undone},
        rows.themes,
        changed,
        write_files=lambda: save_artifact(folder, model, fitted=desk.fitted),
        beside=None if beside is None else lambda connection: beside(connection, outcome),
    )


def _keys(model: ThemeModel) -> list[tuple[str, int]]:
    return [(entry.comment_id, entry.start) for entry in model.assignments]


def _namer(store: Store, encoder: Encoder, texts: list[str]) -> PhraseNamer:
    return PhraseNamer(encoder, hidden=said_names(texts, people(store)))


def _checked_person(person: str) -> str:
    plain = " ".join(person.split())
    if not plain or len(plain) > LONGEST_PERSON or not plain.isprintable():
        raise InputError(f"{person[:20]!r} is not the name of a person; say who edits with --as NAME")
    return plain
