"""Closing the loop: the inbox of what there is to do, and one follow-up with its history and its next steps."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Response
from pydantic import BaseModel, Field

from api.routers import follow_ups as api
from api.routers.comments import get_comment, read_comments
from api.routers.conditional import etag
from api.shapes import Id
from api.web.forms import Mending, Unfit, filled, simply
from api.web.page import DONE, Looks, PageRoute, Works
from verbatim.domain import local_midnight
from verbatim.errors import NotFoundError
from verbatim.followups.reading_rules import SIGNALS
from verbatim.followups.settling import MACHINE
from verbatim.followups.states import STEPS, WITHOUT_CONTACT
from verbatim.storage.queries import CommentFilter
from verbatim.storage.queries.behind import behind_answers
from verbatim.storage.queries.browsing import ids_among

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from api.web.page import Page
    from verbatim.storage.queries.behind import Behind
    from verbatim.storage.queries.details import StoredComment

router = APIRouter(include_in_schema=False, route_class=PageRoute)

ROWS = 30
STATES = {
    "open": "Open", "contacted": "Contacted", "resolved": "Resolved", "cannot_resolve": "Cannot resolve",
    "withdrawn": "Withdrawn", "all": "All",
}  # fmt: skip
STEP_WORDS = {
    "open": "Open it again", "contacted": "Customer contacted", "resolved": "Resolved",
    "cannot_resolve": "Cannot be resolved",
}  # fmt: skip
SIGNAL_WORDS = {
    "answer": "An answer", "effort": "High effort", "at_risk": "A ticket at risk", "account_low": "An account",
}  # fmt: skip
DONE |= {
    "follow-up-open": "The follow-up is open again.",
    "follow-up-contacted": "Noted: the customer was contacted.",
    "follow-up-resolved": "Noted: it is resolved.",
    "follow-up-cannot_resolve": "Noted: it cannot be resolved.",
    "follow-up-taken": "It is yours now.",
    "follow-up-assigned": "It has its owner.",
    "follow-up-freed": "It belongs to nobody now.",
    "follow-up-noted": "The note is in the history.",
    "follow-up-undone": "The last step was taken back.",
}

Text = Annotated[str, Form()]
Word = Annotated[str, Field(max_length=200)]


class Wish(BaseModel):
    """The filters of the inbox, as they stand in the address; empty text narrows nothing."""

    state: Literal["open", "contacted", "resolved", "cannot_resolve", "withdrawn", "all", ""] = "open"
    owner: Word = ""
    who: Word = ""
    rule: Word = ""
    signal: Word = ""
    account: Word = ""
    overdue: Literal["", "true", "false"] = ""
    due: Literal["", "today", "week"] = ""
    after: Annotated[str, Field(max_length=500)] = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything but the state is asked for."""
        return any((self.owner, self.who, self.rule, self.signal, self.account, self.overdue, self.due, self.after))


@router.get("/follow-ups")
def inbox(page: Looks, wish: Annotated[Wish, Query()]) -> Response:
    """What there is to do, the first due first."""
    state = None if wish.state == "all" or wish.state == "" else wish.state
    found = api.list_follow_ups(
        page.caller, page.store, state=state, owner=wish.owner or None, who=wish.who or None, rule=wish.rule or None,
        signal=wish.signal or None, account=wish.account or None, limit=ROWS, after=wish.after or None,
        overdue=None if not wish.overdue else wish.overdue == "true", due_before=_due_before(page, wish.due),
    )  # fmt: skip
    answers, words = _behind(page, found.follow_ups)
    month = datetime.now(ZoneInfo(page.settings.timezone)).date().replace(day=1)
    counts = None
    if not page.caller.restricted:
        counts = api.count_follow_ups(page.caller, page.store, page.settings, start=month)
    return page.render(
        "follow_ups.html", wish=wish, found=found, answers=answers, words=words, counts=counts, month=month,
        states=STATES, signals={name: SIGNAL_WORDS.get(name, name) for name in SIGNALS},
    )  # fmt: skip


@router.get("/follow-ups/{follow_up_id}")
def one(page: Looks, follow_up_id: Id) -> Response:
    """One follow-up."""
    return _shown(page, follow_up_id)


@router.post("/follow-ups/{follow_up_id}/change")
def change(
    page: Works, follow_up_id: Id, to: Text = "", note: Text = "", reason: Text = "", sequence: Text = ""
) -> Response:  # fmt: skip
    """Take it to another state."""

    def act() -> None:
        body = filled(api.Step, to=to, note=note, reason=reason)
        api.change_follow_up(
            follow_up_id, body, page.caller, simply(page, "change"), page.settings, etag(sequence)
        )  # fmt: skip

    return _acted(page, follow_up_id, act, f"follow-up-{to}", {"to": to, "note": note, "reason": reason})


@router.post("/follow-ups/{follow_up_id}/assign")
def assign(page: Works, follow_up_id: Id, to: Text = "", note: Text = "", sequence: Text = "") -> Response:
    """Give it to a person, to yourself (`me`), or to nobody (empty)."""

    def act() -> None:
        body = filled(api.Assignment, to=to.strip(), note=note)
        api.assign_follow_up(
            follow_up_id, body, page.caller, simply(page, "assign"), page.settings, etag(sequence)
        )  # fmt: skip

    done = {"me": "follow-up-taken", "": "follow-up-freed"}.get(to.strip(), "follow-up-assigned")
    return _acted(page, follow_up_id, act, done, {"owner": to, "owner_note": note})


@router.post("/follow-ups/{follow_up_id}/note")
def note(page: Works, follow_up_id: Id, words: Text = "") -> Response:
    """Write something down."""

    def act() -> None:
        api.note_follow_up(
            follow_up_id, api.Note(note=words), page.caller, simply(page, "note"), page.settings
        )  # fmt: skip

    return _acted(page, follow_up_id, act, "follow-up-noted", {"words": words})


@router.post("/follow-ups/{follow_up_id}/undo")
def undo(page: Works, follow_up_id: Id, sequence: Text = "") -> Response:
    """Take the last step back."""

    def act() -> None:
        api.undo_follow_up(follow_up_id, page.caller, simply(page, "undo"), page.settings, etag(sequence))

    return _acted(page, follow_up_id, act, "follow-up-undone", {})


def undoable(history: Sequence[api.FollowUpStep]) -> api.FollowUpStep | None:
    """The step that an undo would take back: the last one that still holds, if a person made it."""
    undone = {step.undoes for step in history}
    held = [step for step in history if step.kind != "undo" and step.sequence not in undone]
    return held[-1] if held and held[-1].person != MACHINE else None


def _acted(page: Page, follow_up_id: str, act: Callable[[], None], done: str, typed: dict[str, str]) -> Response:
    try:
        with Mending():
            act()
    except Unfit as unfit:
        return _shown(page, follow_up_id, unfit=unfit, typed=typed)
    return page.back(f"/follow-ups/{follow_up_id}", done)


def _shown(
    page: Page, follow_up_id: str, *, unfit: Unfit | None = None, typed: dict[str, str] | None = None
) -> Response:  # fmt: skip
    found = api.read_follow_up(follow_up_id, page.caller, page.store, Response())
    steps = STEPS[found.state]
    if found.state == "open" and found.signal in WITHOUT_CONTACT:
        steps = ("resolved", *steps)
    answer = behind_answers(page.store, [found.response_id]).get(found.response_id) if found.response_id else None
    said = None
    for comment_id in () if answer is None else answer.comment_ids[:1]:
        with suppress(NotFoundError):  # of another team: the follow-up may be seen, the words not
            said = get_comment(comment_id, page.caller, page.store)
    kept = {"to": "", "note": "", "reason": "", "owner": "", "owner_note": "", "words": "", **(typed or {})}
    return page.render(
        "follow_up.html", status=200 if unfit is None else int(unfit.kind.status), one=found, said=said,
        answer=answer, steps=[(step, STEP_WORDS[step]) for step in steps],
        step_words=STEP_WORDS, states=STATES, undoable=undoable(found.history), typed=kept,
        problem=None if unfit is None else unfit.problem, signals=SIGNAL_WORDS,
    )  # fmt: skip


def _due_before(page: Page, due: str) -> datetime | None:
    """The end of today, or of the seven days from today, on the organisation's clock."""
    if not due:
        return None
    today = datetime.now(ZoneInfo(page.settings.timezone)).date()
    return local_midnight(today + timedelta(days=1 if due == "today" else 7), page.settings.timezone).astimezone(UTC)


def _behind(page: Page, rows: Sequence[Any]) -> tuple[dict[str, Behind], dict[str, StoredComment]]:
    """The answers behind follow-ups, and by answer the comment beside it that this caller may see."""
    answers = behind_answers(page.store, [row.response_id for row in rows if row.response_id])
    first = {answer_id: found.comment_ids[0] for answer_id, found in answers.items() if found.comment_ids}
    if not first:
        return answers, {}
    allowed = ids_among(page.store, CommentFilter(restricted=page.caller.restriction), sorted(first.values()))
    comments = {one.id: one for one in read_comments(page.store, sorted(allowed))}
    return answers, {answer_id: comments[said] for answer_id, said in first.items() if said in comments}
