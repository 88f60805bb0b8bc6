"""What people change in the themes; two edits never cover each other up: each says which state it was made on."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Query, Response
from sqlalchemy import select

from api.access.allowed import ThemeEditor, WholeReader
from api.paging import cursor, uncursor
from api.problems import Refusal, documented
from api.routers.conditional import IfMatch, etag, required_version
from api.routers.edit_shapes import (
    AnyEdit,
    Change,
    ConflictOut,
    EditOut,
    EditOutcomeOut,
    PastEdit,
    PastEdits,
    ThemeHistory,
)
from api.routers.theme_findings import shown_change
from api.routers.theme_shapes import ThemeState
from api.routes import KEEPS_NOTHING
from api.shapes import After, Id, Limit, Name
from api.themes.asking import ThemesVersion
from api.wiring import ServiceDep, StoreDep
from verbatim.errors import EditConflictError
from verbatim.storage.tables import theme_model

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from api.access.caller import Caller
    from api.wiring import Service
    from verbatim.domain import Theme
    from verbatim.editing import EditOutcome
    from verbatim.edits import Edit
    from verbatim.edits.requests import Request
    from verbatim.storage.store import Store

router = APIRouter(prefix="/themes", tags=["themes"])

LONGEST_PERSON = 100
WHERE = "/v1/themes"
EDITS: dict[str, Any] = {
    "rename": {"summary": "Rename", "value": {"kind": "rename", "theme": "T044", "name": "Wrong invoices"}},
    "merge": {"summary": "Merge", "value": {"kind": "merge", "target": "T045", "sources": ["T046"]}},
    "move-theme": {"summary": "Put at the top", "value": {"kind": "move-theme", "theme": "T045", "parent": None}},
    "archive": {"summary": "Archive", "value": {"kind": "archive", "theme": "T054"}},
    "undo": {"summary": "Undo the last edit", "value": {"kind": "undo"}},
}
PROBLEMS = ("not-found", "nothing-yet", "conflict", "changed-meanwhile", "precondition-required", "not-installed")


@router.post("/edits", status_code=201, responses=documented(*PROBLEMS))
def edit_themes(
    body: Annotated[AnyEdit, Body(openapi_examples=EDITS)], caller: ThemeEditor, store: StoreDep, service: ServiceDep,
    response: Response, if_match: IfMatch = None,
) -> EditOutcomeOut:  # fmt: skip
    """Change the themes: rename, describe, merge, split, move, pin, archive, undo; refits keep it.

    If-Match, the ETag of GET /v1/themes, says which state you saw: where somebody edited since, nothing happens and the
    answer (412) says what they did. Sent twice it is refused the second time, for that reason. Each can be undone.
    """
    return _made(caller, store, service, body.request(), response, if_match)


@router.post("/edits/preview", openapi_extra=KEEPS_NOTHING, responses=documented(*PROBLEMS))
def preview_edit(
    body: Annotated[AnyEdit, Body(openapi_examples=EDITS)], caller: ThemeEditor, service: ServiceDep,
    response: Response,
) -> EditOutcomeOut:  # fmt: skip
    """Say what an edit would do to the themes as they are, and keep nothing. The ETag is that of the present state."""
    from verbatim.editing import edit_in_room

    with service.themes.room() as room:
        outcome = edit_in_room(
            service.store, service.settings, room, body.request(), person=person_of(caller), preview=True
        )
        response.headers["ETag"] = etag(ThemesVersion(room.model_id, room.desk.sequence))
    return _shown(outcome)


@router.post("/edits/{edit}/undo", status_code=201, responses=documented(*PROBLEMS))
def undo_edit(
    edit: Id, caller: ThemeEditor, store: StoreDep, service: ServiceDep, response: Response, if_match: IfMatch = None
) -> EditOutcomeOut:  # fmt: skip
    """Take an edit back, by its number or id: as if it had never been made. Undoing an undo makes it again.

    If-Match is the ETag of GET /v1/themes.
    """
    from verbatim.edits.requests import Undo

    wanted = int(edit) if edit.isascii() and edit.isdigit() and len(edit) <= 9 else edit
    return _made(caller, store, service, Undo(wanted), response, if_match)


@router.get("/edits")
def list_edits(
    caller: WholeReader, store: StoreDep, limit: Limit = 100, after: After = None,
    theme: Annotated[Name | None, Query(description="about this theme only", examples=[None])] = None,
) -> PastEdits:  # fmt: skip
    """List what people changed in the themes, newest first, and what was undone."""
    last = None if after is None else uncursor(after, int)[0]
    found = [
        one for one in reversed(_history(store))
        if (last is None or one.sequence < last) and (theme is None or theme in _about(one))
    ]  # fmt: skip
    page = found[:limit]
    return PastEdits(edits=page, next=cursor(page[-1].sequence) if len(found) > limit else None)


@router.get("/{theme_id}/history", responses=documented("not-found", "nothing-yet"))
def get_theme_history(theme_id: Id, caller: WholeReader, store: StoreDep) -> ThemeHistory:
    """Say what became of a theme with each mining, and what people did to it; also of themes that are gone."""
    from verbatim.identity.history import theme_changes

    lineage = [shown_change(one) for one in theme_changes(store, theme_id)]
    return ThemeHistory(lineage=lineage, edits=[one for one in _history(store) if theme_id in _about(one)])


def person_of(caller: Caller) -> str:
    """The caller's name as edits keep it."""
    plain = "".join(character if character.isprintable() else " " for character in caller.person)
    return " ".join(plain.split())[:LONGEST_PERSON].strip() or caller.id


def _made(
    caller: Caller, store: Store, service: Service, request: Request, response: Response, if_match: str | None
) -> EditOutcomeOut:
    """Make the edit on the state that the caller saw, and tell other systems."""
    from verbatim.editing import edit_in_room

    seen = required_version(if_match, of=WHERE)
    _demand(store, seen, ThemesVersion.read(store))
    with service.themes.room() as room:
        now = ThemesVersion(room.model_id, room.desk.sequence)
        _demand(store, seen, now)
        try:
            outcome = edit_in_room(store, service.settings, room, request, person=person_of(caller), beside=_tell)
        except EditConflictError as error:
            if ThemesVersion.read(store) == now:
                raise  # it contradicts another edit
            raise _overtaken(store, now, str(error)) from error
        service.themes.carry_on(room, outcome)
    response.headers["ETag"] = etag(ThemesVersion(room.model_id, outcome.edit.sequence))
    return _shown(outcome)


def _demand(store: Store, seen: str | None, now: ThemesVersion) -> None:
    """Pass where the caller saw the themes as they are now, or wants whatever there is (``None``)."""
    if seen is None or seen == str(now):
        return
    known = ThemesVersion.parse(seen)
    if known is None:
        raise Refusal("changed-meanwhile", f"If-Match is no ETag of the themes; send that of GET {WHERE} as it is")
    raise _overtaken(store, known, "")


def _overtaken(store: Store, seen: ThemesVersion, why: str) -> Refusal:
    """412 with what changed since, where that can be told."""
    now = ThemesVersion.read(store)
    since = [one for one in _history(store) if one.sequence > seen.edit] if seen.model_id == now.model_id else []
    done = "; ".join(f"{one.person} did {one.words}" for one in since[-3:])
    what = why or (f"the themes were edited since you looked: {done}" if done else "the comments were mined anew")
    changes = [one.model_dump(mode="json", exclude={"payload"}) for one in since]
    return Refusal(
        "changed-meanwhile", f"{what}; look at GET {WHERE} and try again", headers={"ETag": etag(now)},
        changes=changes,
    )  # fmt: skip


def _tell(connection: Connection, outcome: EditOutcome) -> None:
    """Put the message to other systems down, in the transaction that keeps the edit."""
    from verbatim.messages.events import Message, themes_data
    from verbatim.messages.outbox import emit

    edit = outcome.edit
    model_id: str = connection.execute(select(theme_model.c.id).where(theme_model.c.active)).scalar_one()
    touched = dict.fromkeys(
        one.id for change in outcome.changes for one in (change.before, change.after) if one is not None
    )
    told = themes_data(model_id=model_id, change=edit.kind.value, themes=list(touched))
    emit(connection, [Message("themes.changed", f"{model_id}:{edit.sequence}", edit.at, told)])


def _history(store: Store) -> list[PastEdit]:
    """Every edit, oldest first."""
    from verbatim.editing import stored_edits
    from verbatim.edits.events import undone_edits

    edits = stored_edits(store)
    undone = undone_edits(edits)
    return [
        PastEdit.model_validate({**_plain(one), "undone_by": undone[one.id].sequence if one.id in undone else None})
        for one in edits
    ]


def _about(one: PastEdit) -> set[str]:
    payload = one.payload
    made = [part["id"] for part in payload.get("parts", ())]
    named = [one.theme_id, payload.get("parent"), payload.get("from"), *payload.get("sub_themes", ())]
    return {key for key in (*named, *made, *payload.get("sources", ())) if key}


def _plain(edit: Edit) -> dict[str, Any]:
    from verbatim.commands.edit_words import edit_as_json

    return edit_as_json(edit)


def _shown(outcome: EditOutcome) -> EditOutcomeOut:
    return EditOutcomeOut(
        preview=outcome.preview, edit=EditOut.model_validate(_plain(outcome.edit)), moved_comments=outcome.moved,
        changes=[Change(before=_state(one.before), after=_state(one.after)) for one in outcome.changes],
        conflicts=[ConflictOut.model_validate(asdict(one)) for one in outcome.new_conflicts],
    )  # fmt: skip


def _state(theme: Theme | None) -> ThemeState | None:
    return None if theme is None else ThemeState.of(theme)
