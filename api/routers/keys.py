"""Keys, and who did what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy import and_, or_, select

from api.access import keys
from api.access.allowed import Admin
from api.access.scopes import ROLES, Scope, scopes_of
from api.idempotency import Repeats
from api.paging import cursor, uncursor
from api.problems import about, documented, misfit
from api.shapes import After, Answer, Body, Id, Limit, Moment, Name, Page, PlainText
from api.wiring import StoreDep
from verbatim.storage.store import Store
from verbatim.storage.tables import audit

router = APIRouter(tags=["access"])


class NewKey(Body):
    """A key to make: a role or scopes, and what it is limited to."""

    name: Annotated[PlainText, Field(min_length=1, max_length=100, examples=["helpdesk"])]
    role: str | None = Field(None, max_length=20, examples=["analyst"], description="viewer, agent, analyst or admin")
    scopes: list[Scope] = Field(default_factory=list, max_length=5, examples=[[]])
    accounts: list[Name] = Field(
        default_factory=list, max_length=1000, description="external ids; empty: all", examples=[[]]
    )
    teams: list[Name] = Field(default_factory=list, max_length=1000, description="empty: all", examples=[[]])
    expires_at: Moment | None = Field(None, examples=["2027-10-31T00:00:00Z"])


class KeyOut(Answer):
    """A key, without its secret."""

    id: str = Field(examples=["4f6e9a1b2c3d"])
    name: str = Field(examples=["helpdesk"])
    role: str | None
    scopes: list[Scope]
    accounts: list[str]
    teams: list[str]
    state: str = Field(description="active, revoked or expired", examples=["active"])
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None


class MadeKey(KeyOut):
    """A key that was just made."""

    key: str = Field(description="the key itself: shown now and never again", examples=["vb_4f6e9a1b2c3d_…"])


class Keys(Answer):
    """Every key, newest first."""

    keys: list[KeyOut]


class AuditLine(Answer):
    """One write or export."""

    at: datetime
    person: str
    key_id: str | None
    operation: str = Field(examples=["create_key"])
    subject: str | None = Field(examples=["/v1/keys"])
    status: int = Field(examples=[201])
    request_id: str
    details: dict[str, Any]


class AuditPage(Page):
    """The audit log, newest first."""

    lines: list[AuditLine]


@router.get("/keys")
def list_keys(caller: Admin, store: StoreDep) -> Keys:
    """List every key, also those revoked and expired; secrets are not kept and cannot be shown."""
    return Keys(keys=[_shown(key) for key in keys.list_keys(store)])


@router.post("/keys", status_code=201, response_model=MadeKey, responses=documented("conflict"))
def create_key(body: NewKey, caller: Admin, repeats: Repeats) -> Response:
    """Make a key. Its text is in the answer and nowhere else.

    Sent again with the same Idempotency-Key it makes no second one, and answers 409 with the first one's id: its text
    is not kept.
    """

    def make(store: Store) -> tuple[MadeKey, int]:
        key, text = keys.create_key(
            store, body.name, person=caller.person, role=body.role, scopes=body.scopes, accounts=body.accounts,
            teams=body.teams, expires_at=body.expires_at,
        )  # fmt: skip
        return MadeKey(**_shown(key).model_dump(), key=text), 201

    _check(body)
    instead = "revoke the key of this id, and make another with a new Idempotency-Key"
    return repeats.once(caller, make, shown_once="key", instead=instead)


@router.delete("/keys/{key_id}", responses=documented("not-found"))
def revoke_key(key_id: Id, caller: Admin, store: StoreDep) -> KeyOut:
    """End a key; running processes refuse it within two seconds. Sessions that began with it end too."""
    return _shown(keys.revoke_key(store, key_id))


@router.get("/audit")
def list_audit(
    caller: Admin, store: StoreDep, limit: Limit = 100, after: After = None,
    operation: Annotated[PlainText | None, Query(max_length=100, examples=["create_key"])] = None,
) -> AuditPage:  # fmt: skip
    """Every write and every export, newest first: who, what, how it ended."""
    row = audit.c
    wanted = select(audit).order_by(row.at.desc(), row.id.desc()).limit(limit + 1)
    if operation is not None:
        wanted = wanted.where(row.operation == operation)
    if after is not None:
        at, last = uncursor(after, datetime, str)
        wanted = wanted.where(or_(row.at < at, and_(row.at == at, row.id < last)))
    with store.reading() as connection:
        found = connection.execute(wanted).mappings().all()
    shown = [AuditLine.model_validate(dict(line)) for line in found[:limit]]
    more = len(found) > limit
    return AuditPage(lines=shown, next=cursor(found[limit - 1]["at"], found[limit - 1]["id"]) if more else None)


def _check(body: NewKey) -> None:
    """Name the field that does not fit, where it is one.

    Raises:
        Refusal: a role that is none, neither role nor scopes, limits of an administrator, or an end that is over.
    """
    with about("body.role"):
        granted = scopes_of(body.role, body.scopes)
    if not granted:
        raise misfit("body.role", f"say what the key may do: a role ({', '.join(ROLES)}) or scopes")
    for field in ("accounts", "teams"):
        if Scope.ADMIN in granted and getattr(body, field):
            raise misfit(f"body.{field}", "a key for admin cannot be limited to accounts or teams; name other scopes")
    if body.expires_at is not None and body.expires_at <= datetime.now(UTC):
        raise misfit("body.expires_at", "the key would have expired already; name a later moment")


def _shown(key: keys.Key) -> KeyOut:
    return KeyOut(
        id=key.id, name=key.name, role=key.role, scopes=list(key.scopes), accounts=list(key.accounts),
        teams=list(key.teams), state=key.state(datetime.now(UTC)), created_at=key.created_at,
        created_by=key.created_by, expires_at=key.expires_at, revoked_at=key.revoked_at, used_at=key.used_at,
    )  # fmt: skip
