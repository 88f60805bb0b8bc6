"""Closing the loop: what there is to do, and doing it.

Who sees what: keys limited to accounts or teams see theirs. The role agent, where its key is not limited, sees what is
its own and what nobody has yet. Roles that do not see single agents' ratings do not see which agent's rating a
follow-up came from: owners who are there because they held the ticket are not named to them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.access.allowed import Reader, Scorer, WholeReader, Writer
from api.access.caller import Caller
from api.idempotency import Repeatable, Repeats
from api.problems import Refusal, documented, misfit
from api.routers.conditional import IfMatch, etag, required_version
from api.routers.naming import with_names
from api.shapes import After, Answer, Body, From, Id, Limit, Moment, Name, Page, PlainText, To, span
from api.wiring import SettingsDep, StoreDep
from verbatim.errors import EditConflictError
from verbatim.followups import states
from verbatim.followups.inbox import counts, inbox
from verbatim.followups.sight import Sight
from verbatim.followups.sweep import sweep
from verbatim.settings import Settings
from verbatim.storage.queries.restriction import account_key
from verbatim.storage.store import Store

router = APIRouter(prefix="/follow-ups", tags=["closing the loop"])

State = Literal["open", "contacted", "resolved", "cannot_resolve", "withdrawn"]
Words = Annotated[PlainText, Field(max_length=states.LONGEST_NOTE)]
ME = "me"
WHERE = "/v1/follow-ups/{id}"
CHANGES = documented("not-found", "conflict", "changed-meanwhile", "precondition-required")


class FollowUp(Answer):
    """Something that somebody has to do about an answer, an account, a theme or an open ticket."""

    id: str = Field(examples=["a3f8" * 8])
    rule: str = Field(examples=["low_csat"])
    signal: str = Field(examples=["answer"])
    state: State
    severity: str = Field(examples=["urgent"])
    what: str = Field(examples=["Reopen the ticket with a next step and an owner."])
    who: str = Field(description="the role that must act", examples=["ticket_owner"])
    owner: str | None = Field(description="the person, where known or assigned", examples=["Ben"])
    reason: str | None = Field(description="why it cannot be resolved", examples=[None])
    metric: str | None = Field(examples=["csat"])
    response_id: str | None
    ticket: str | None = Field(description="your id of it", examples=["T-100017"])
    account: str | None = Field(description="your id of it", examples=["ACC-1161"])
    contact_id: str | None = Field(description="a key of the store: whose, only your system knows")
    theme_id: str | None
    customers: int | None = Field(description="affected, where it is about several", examples=[None])
    occurred_at: datetime
    created_at: datetime
    task_due_at: datetime | None = Field(description="somebody has taken it by then")
    due_at: datetime = Field(description="the customer has been contacted by then")
    taken_at: datetime | None
    state_at: datetime
    overdue_at: datetime | None = Field(description="when it was found overdue")
    sequence: int = Field(description="of the last change; its ETag is this in quotes", examples=[0])


class FollowUps(Page):
    """A page of the inbox, the first due first."""

    follow_ups: list[FollowUp]


class FollowUpStep(Answer):
    """One step of a follow-up's history."""

    sequence: int = Field(examples=[1])
    at: datetime
    person: str = Field(examples=["Ada (4f6e9a1b2c3d)"])
    kind: str = Field(description="state, assigned, note or undo", examples=["state"])
    from_state: State
    to_state: State
    from_owner: str | None
    to_owner: str | None
    note: str | None = Field(description="redacted, as comments are", examples=["Called; they wait for the refund."])
    reason: str | None
    undoes: int | None = Field(description="the sequence of the step that was taken back", examples=[None])


class FollowUpWithHistory(FollowUp):
    """A follow-up with every step, the first one first."""

    history: list[FollowUpStep]


class Counts(Answer):
    """How closing the loop went in a span; each follow-up counts once for each state it reached then."""

    opened: int
    contacted: int
    resolved: int
    cannot_resolve: int
    withdrawn: int
    overdue: int
    hours_to_contact: float | None = Field(description="median of business hours from the signal", examples=[3.5])
    open_now: int
    overdue_now: int


class Step(Body):
    """A step to another state."""

    model_config = Body.model_config | {
        "json_schema_extra": {"examples": [{"to": "contacted", "note": "Called; they wait for the refund."}]}
    }

    to: Literal["open", "contacted", "resolved", "cannot_resolve"]
    note: Words | None = Field(None, description="personal data is taken out before it is kept")
    reason: Words | None = Field(None, description="why not; cannot_resolve needs it")


class Assignment(Body):
    """Who is to act."""

    to: Name | None = Field(description="a person; `me`: you; null: nobody", examples=["me"])
    note: Words | None = Field(None, examples=["You know them best."])


class Note(Body):
    """Something to write down."""

    note: Annotated[Words, Field(min_length=1, examples=["They renew in March."])]


class Since(Body):
    """From when on answers are looked at."""

    since: date | None = Field(None, description="also where rules' windows are over", examples=[None])


class Swept(Answer):
    """What a sweep looked at and did."""

    answers: int = Field(description="looked at", examples=[412])
    created: int
    refreshed: int
    withdrawn: int
    reopened: int
    overdue: int = Field(description="newly overdue")
    alerts: int
    told: int = Field(description="messages about answers for timelines")


def own_names(caller: Caller) -> tuple[str, ...]:
    """What the caller may be called as an owner: as they log in, and by the name of their key."""
    return tuple(dict.fromkeys((caller.person, caller.person.rsplit(" (", 1)[0] if caller.key_id else caller.person)))


def sight_of(caller: Caller) -> Sight:
    """What the caller may see of follow-ups and alerts."""
    alone = caller.role == "agent" and not caller.restricted
    return Sight(caller.restriction, own_names(caller) if alone else None)


@router.get("", responses=documented("not-found"))
def list_follow_ups(
    caller: Reader, store: StoreDep,
    state: Annotated[State | None, Query(description="without it all", examples=["open"])] = None,
    owner: Annotated[Name | None, Query(description="only those of this person; `me`: yours")] = None,
    who: Annotated[Name | None, Query(description="only those of this role", examples=["product"])] = None,
    rule: Annotated[Name | None, Query(examples=["low_csat"])] = None,
    signal: Annotated[Name | None, Query(examples=["answer"])] = None,
    account: Annotated[Name | None, Query(description="your id of the account", examples=["ACC-1161"])] = None,
    overdue: Annotated[bool | None, Query(description="only those that are, or that are not")] = None,
    due_before: Annotated[Moment | None, Query(examples=["2026-11-30T00:00:00Z"])] = None,
    limit: Limit = 50, after: After = None,
) -> FollowUps:  # fmt: skip
    """List what there is to do, the first due first.

    The role agent sees its own and what nobody has yet, unless its key is limited to accounts or teams: then all of
    theirs.
    """
    rows = inbox(
        store, state=state, owner=_owner(caller, owner), who=who, rule=rule, signal=signal,
        account_id=None if account is None else account_key(account),
        overdue=overdue, due_before=due_before, sight=sight_of(caller), after=after, limit=limit,
    )  # fmt: skip
    full = len(rows) == limit
    return FollowUps(
        follow_ups=[_shown(row, caller) for row in with_names(store, rows)], next=rows[-1]["id"] if full else None
    )


@router.get("/counts")
def count_follow_ups(
    caller: WholeReader, store: StoreDep, settings: SettingsDep, start: From = None, end: To = None
) -> Counts:
    """Count how closing the loop went; without `from` and `to`, ever."""
    first, last = span(settings, start, end)
    found = counts(store, settings, start=first or datetime(1970, 1, 1, tzinfo=UTC), end=last or datetime.now(UTC))
    return Counts.model_validate(found, from_attributes=True)


@router.post("/sweep", responses=documented("invalid"))
def sweep_answers(body: Since, caller: Writer, store: StoreDep, settings: SettingsDep) -> Swept:
    """Look at new answers and predictions, make follow-ups as the rules say, and see which are overdue.

    The worker does this by itself. Repeating it makes nothing twice.
    """
    since, _ = span(settings, body.since, None)
    return Swept.model_validate(sweep(store, settings, since=since), from_attributes=True)


@router.get("/{follow_up_id}", responses=documented("not-found"))
def read_follow_up(follow_up_id: Id, caller: Reader, store: StoreDep, response: Response) -> FollowUpWithHistory:
    """Read a follow-up with its history. The ETag is what If-Match must be to change it."""
    row = states.get(store, follow_up_id, sight=sight_of(caller))
    response.headers["ETag"] = etag(row["sequence"])
    steps = [_step(each, row, caller) for each in states.history(store, follow_up_id)]
    return FollowUpWithHistory(**_shown(with_names(store, [row])[0], caller).model_dump(), history=steps)


@router.post("/{follow_up_id}/changes", response_model=FollowUp, responses=CHANGES)
def change_follow_up(
    follow_up_id: Id, body: Step, caller: Scorer, repeats: Repeats, settings: SettingsDep, if_match: IfMatch = None
) -> Response:
    """Take a follow-up to another state: open → contacted → resolved, or cannot_resolve with a reason.

    Sent again with the same If-Match it is refused with 412, since the first one has changed it; with the same
    Idempotency-Key too it gets the first answer.
    """
    if body.to == "cannot_resolve" and not (body.reason or "").strip():
        raise misfit("body.reason", "say why it cannot be resolved: give a reason")
    told = {"to": body.to, "note": body.note, "reason": body.reason}
    return _changed(states.change, follow_up_id, caller, repeats, settings, if_match, told)


@router.post("/{follow_up_id}/assign", response_model=FollowUp, responses=CHANGES)
def assign_follow_up(
    follow_up_id: Id, body: Assignment, caller: Scorer, repeats: Repeats, settings: SettingsDep,
    if_match: IfMatch = None,
) -> Response:  # fmt: skip
    """Give a follow-up to a person, to yourself (`me`) or to nobody (null)."""
    to = own_names(caller)[-1] if body.to == ME else body.to
    told = {"to": to, "note": body.note}
    return _changed(states.assign, follow_up_id, caller, repeats, settings, if_match, told)


@router.post("/{follow_up_id}/notes", response_model=FollowUp, responses=CHANGES)
def note_follow_up(
    follow_up_id: Id, body: Note, caller: Scorer, repeats: Repeats, settings: SettingsDep, if_match: IfMatch = None
) -> Response:
    """Write something down. If-Match may be left out here; an Idempotency-Key keeps it from being written twice."""
    return _changed(states.add_note, follow_up_id, caller, repeats, settings, if_match or "*", {"note": body.note})


@router.post("/{follow_up_id}/undo", response_model=FollowUp, responses=CHANGES)
def undo_follow_up(
    follow_up_id: Id, caller: Scorer, repeats: Repeats, settings: SettingsDep, if_match: IfMatch = None
) -> Response:
    """Take back the last step that a person made and that still holds."""
    return _changed(states.undo, follow_up_id, caller, repeats, settings, if_match, {})


def _changed(
    step: Callable[..., dict[str, Any]], follow_up_id: str, caller: Caller, repeats: Repeatable, settings: Settings,
    if_match: str | None, told: dict[str, Any],
) -> Response:  # fmt: skip
    """One step of `verbatim.followups.states`, if the caller may see the follow-up and saw its last change."""
    states.get(repeats.store, follow_up_id, sight=sight_of(caller))
    version = required_version(if_match, of=WHERE)
    if version is not None and not (version.isdecimal() and len(version) <= 9):
        raise Refusal("changed-meanwhile", f"If-Match is not the ETag of GET {WHERE}; look at it again")

    def take(store: Store) -> tuple[FollowUp, int]:
        try:
            row = step(
                store, settings, follow_up_id, person=caller.person, at=datetime.now(UTC),
                expected_sequence=None if version is None else int(version), **told,
            )  # fmt: skip
        except EditConflictError as error:
            raise Refusal("changed-meanwhile", str(error)) from error
        except states.StepError as error:
            raise Refusal("conflict", str(error)) from error
        return _shown(with_names(store, [row])[0], caller), 200

    answer = repeats.once(caller, take)
    answer.headers["ETag"] = etag(json.loads(bytes(answer.body))["sequence"])
    return answer


def _owner(caller: Caller, owner: str | None) -> str | None:
    if owner == ME:
        return own_names(caller)[-1]
    if owner is not None and not caller.sees_agents and owner not in own_names(caller):
        raise Refusal("not-allowed", "whose follow-ups these are is hidden from this role; ask for owner=me")
    return owner


def _hides(row: dict[str, Any], caller: Caller, name: str | None) -> bool:
    """Whether ``name`` says whose rating it was: that of the agent who held the ticket."""
    return not caller.sees_agents and row["who"] == "ticket_owner" and name not in own_names(caller)


def _shown(row: dict[str, Any], caller: Caller) -> FollowUp:
    owner = None if _hides(row, caller, row["owner"]) else row["owner"]
    return FollowUp.model_validate({**row, "owner": owner})


def _step(each: dict[str, Any], row: dict[str, Any], caller: Caller) -> FollowUpStep:
    owners = {name: None if _hides(row, caller, each[name]) else each[name] for name in ("from_owner", "to_owner")}
    return FollowUpStep.model_validate({**each, **owners, "reason": each["to_reason"]})
