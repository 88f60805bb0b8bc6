"""Records that come by call, one or many, and what became of them: rejects and batches."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import literal, or_, select, tuple_

from api.access.allowed import WholeReader, Writer
from api.idempotency import IdempotencyKey, once
from api.paging import cursor, uncursor
from api.problems import Refusal, documented
from api.routers.ingest_shapes import (
    JSON,
    LONGEST_SOURCE,
    MOST_RECORDS,
    NDJSON,
    Batch,
    Batches,
    RecordOutcome,
    RecordProblem,
    RecordsTaken,
    Reject,
    Rejects,
    request_body,
)
from api.shapes import After, Limit, PlainText
from api.wiring import Service, ServiceDep, StoreDep
from verbatim.domain import Kind
from verbatim.errors import InputError
from verbatim.ingest.direct import DirectResult, take_records
from verbatim.storage.tables import ingest_batch, reject

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Select

    from api.access.caller import Caller

router = APIRouter(tags=["ingest"])

LINE_TYPES = frozenset({NDJSON, "application/jsonl", "application/x-jsonlines", "application/jsonlines"})
BODY_SOURCE = "source"
BODY_RECORDS = "records"
UNREADABLE = ""  # stands for a line that is no JSON: it is rejected as anything that is no object
Handler = TypeVar("Handler", bound="Callable[..., Response]")
Wanted = Annotated[PlainText | None, Query(max_length=200)]
Merge = Annotated[
    bool,
    Query(
        description="what a record leaves out stays as it is stored, and what it says is null goes (what "
        "is required is required still); without it a record is the whole of what is known",
        examples=[False],
    ),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sent:
    """A request with records, as it arrived."""

    request: Request
    body: bytes
    source: str
    key: str | None


async def _sent(
    request: Request,
    source: Annotated[
        PlainText,
        Query(
            min_length=1, max_length=LONGEST_SOURCE, examples=["crm"],
            description="the system that the records are from; ids are its own. `source` of the body counts first",
        ),
    ] = "api",
    idempotency_key: IdempotencyKey = None,
) -> Sent:  # fmt: skip
    return Sent(request, await request.body(), source, idempotency_key)


SentDep = Annotated[Sent, Depends(_sent)]


def _takes(kind: Kind, *, merges: bool = True) -> Callable[[Handler], Handler]:
    """Make ``handler`` the operation that takes records of ``kind``: what holds of all of them is said here."""
    joins = ", or joins it with `merge`" if merges else ""
    always = (
        f"A record with an id that is known replaces the one before{joins}; the same again changes nothing. Each is "
        "taken or rejected on its own, and the answer says which; rejects are kept."
    )

    def routed(handler: Handler) -> Handler:
        return router.post(
            f"/{kind}", response_model=RecordsTaken, openapi_extra=request_body(kind),
            responses=documented("conflict", "unsupported-media-type"),
            description=f"{cleandoc(handler.__doc__ or '')}\n\n{always}",
        )(handler)  # fmt: skip

    return routed


@_takes(Kind.RESPONSES, merges=False)
def add_responses(caller: Writer, sent: SentDep, service: ServiceDep) -> Response:
    """Bring survey responses in: scores and comments, one or many.

    Text is cleaned and redacted before it is stored. With `answers` or `comments` a record is everything there is of
    its id.
    """
    return _take(Kind.RESPONSES, caller, sent, service)


@_takes(Kind.TICKETS)
def add_tickets(caller: Writer, sent: SentDep, service: ServiceDep, merge: Merge = False) -> Response:
    """Bring tickets in, one or many."""
    return _take(Kind.TICKETS, caller, sent, service, merge=merge)


@_takes(Kind.EVENTS)
def add_events(caller: Writer, sent: SentDep, service: ServiceDep, merge: Merge = False) -> Response:
    """Bring events of tickets in: replies, changes of status or agent, one or many."""
    return _take(Kind.EVENTS, caller, sent, service, merge=merge)


@_takes(Kind.ACCOUNTS)
def add_accounts(caller: Writer, sent: SentDep, service: ServiceDep, merge: Merge = False) -> Response:
    """Bring accounts in: tier, revenue, renewal, owner, one or many."""
    return _take(Kind.ACCOUNTS, caller, sent, service, merge=merge)


@_takes(Kind.CONTACTS)
def add_contacts(caller: Writer, sent: SentDep, service: ServiceDep, merge: Merge = False) -> Response:
    """Bring people at accounts in, one or many; an e-mail address as id is kept as a hash only."""
    return _take(Kind.CONTACTS, caller, sent, service, merge=merge)


@_takes(Kind.MILESTONES)
def add_milestones(caller: Writer, sent: SentDep, service: ServiceDep, merge: Merge = False) -> Response:
    """Bring milestones in: releases, price changes and what else before and after are compared at."""
    return _take(Kind.MILESTONES, caller, sent, service, merge=merge)


@router.get("/rejects")
def list_rejects(
    caller: WholeReader, store: StoreDep, limit: Limit = 100, after: After = None, kind: Kind | None = None,
    source: Wanted = None, file: Wanted = None, batch_id: Wanted = None,
) -> Rejects:  # fmt: skip
    """List rows and cells that could not be taken, with why. One that comes right later is no longer among them."""
    row = reject.c
    order = (row.source, row.kind, row.file, row.row, row.id)
    wanted = select(reject).order_by(*order).limit(limit + 1)
    wanted = _narrowed(wanted, {row.source: source, row.kind: kind, row.batch_id: batch_id})
    if file is not None:
        wanted = wanted.where(or_(row.file == file, row.file.endswith(f"/{file}", autoescape=True)))
    if after is not None:
        last = uncursor(after, str, str, str, int, str)
        if not 0 <= last[3] < 2**31:
            raise InputError(f"after={after[:40]!r} is not a cursor of this list; pass `next` of the page before")
        wanted = wanted.where(tuple_(*order) > tuple_(*_bound(order, last)))
    with store.reading() as connection:
        found = [dict(each) for each in connection.execute(wanted).mappings()]
    end = [found[limit - 1][column.name] for column in order] if len(found) > limit else None
    return Rejects(rejects=[Reject.model_validate(_named(each)) for each in found[:limit]], next=end and cursor(*end))


@router.get("/batches")
def list_batches(
    caller: WholeReader, store: StoreDep, limit: Limit = 100, after: After = None, kind: Kind | None = None,
    source: Wanted = None,
) -> Batches:  # fmt: skip
    """List the files and calls that brought data in, newest first, with their counts."""
    row = ingest_batch.c
    order = (row.started_at, row.id)
    wanted = select(ingest_batch).order_by(row.started_at.desc(), row.id.desc()).limit(limit + 1)
    wanted = _narrowed(wanted, {row.kind: kind, row.source: source})
    if after is not None:
        wanted = wanted.where(tuple_(*order) < tuple_(*_bound(order, uncursor(after, datetime, str))))
    with store.reading() as connection:
        found = [dict(each) for each in connection.execute(wanted).mappings()]
    end = [found[limit - 1][column.name] for column in order] if len(found) > limit else None
    return Batches(batches=[Batch.model_validate(_named(each)) for each in found[:limit]], next=end and cursor(*end))


def _named(row: dict[str, Any]) -> dict[str, Any]:
    """A file by its name: where it lies on the server is nobody's business."""
    return {**row, "file": Path(row["file"]).name}


def _take(kind: Kind, caller: Caller, sent: Sent, service: Service, *, merge: bool = False) -> Response:
    content_type = sent.request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    told = "\n".join((kind, content_type, sent.source, str(merge))).encode() + b"\n" + sent.body

    def take() -> RecordsTaken:
        records, source = _read(sent.body, content_type)
        taken = take_records(
            service.store, service.settings, kind, records, source=source or sent.source, merge=merge
        )  # fmt: skip
        return _said(taken, source or sent.source, sent.request)

    return once(service.store, caller, f"add_{kind}", sent.key, told).answer(take)


def _read(body: bytes, content_type: str) -> tuple[list[Any], str | None]:
    """The records of a body, and the source that it names.

    Raises:
        InputError: no JSON, or of another shape.
        Refusal: another content type, or too many records.
    """
    source = None
    if content_type in LINE_TYPES:
        records = [_line(line) for line in body.splitlines() if line.strip()]
    elif content_type == JSON or content_type.endswith("+json"):
        whole = _json(body)
        if not isinstance(whole, dict):
            raise InputError('body: send one record as an object, or several as {"source": …, "records": […]}')
        if BODY_RECORDS not in whole:
            return [whole], None
        records, source = _wrapped(whole)
    else:
        raise Refusal("unsupported-media-type", f"send {JSON} or {NDJSON}")
    if not records:
        raise InputError("body.records: holds no records")
    if len(records) > MOST_RECORDS:
        raise Refusal(
            "too-large", f"{len(records):,} records are more than the {MOST_RECORDS:,} of one call; send parts, or a "
            "file: POST /v1/uploads",
        )  # fmt: skip
    return records, source


def _wrapped(whole: dict[str, Any]) -> tuple[list[Any], str | None]:
    records, source = whole[BODY_RECORDS], whole.get(BODY_SOURCE)
    if set(whole) - {BODY_RECORDS, BODY_SOURCE}:
        raise InputError("body: beside records there is only source; every other field belongs into a record")
    if not isinstance(records, list):
        raise InputError("body.records: send a list of objects")
    if source is not None and not isinstance(source, str):
        raise InputError("body.source: send the name of a system, for example crm")
    return records, source


def _json(body: bytes) -> Any:  # noqa: ANN401 (whatever JSON holds)
    try:
        return json.loads(body)
    except json.JSONDecodeError as error:
        raise InputError(f"body: not JSON at line {error.lineno}, column {error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise InputError("body: not JSON that can be read: no UTF-8, nested too deeply, or a huge number") from error


def _line(line: bytes) -> Any:  # noqa: ANN401
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return UNREADABLE


def _said(taken: DirectResult, source: str, request: Request) -> RecordsTaken:
    counts = {name: getattr(taken, name) for name in ("inserted", "updated", "unchanged", "rejected", "removed")}
    request.scope["state"]["audit_details"] = {"batch_id": taken.batch_id, **counts}
    records = [
        RecordOutcome(
            row=one.row, id=one.id, outcome=one.outcome,
            problems=[RecordProblem(field=field, problem=reason) for field, reason in one.problems],
        )
        for one in taken.records
    ]  # fmt: skip
    return RecordsTaken(batch_id=taken.batch_id, source=source.strip(), records=records, **counts)


def _narrowed(wanted: Select[Any], equal: dict[Any, str | None]) -> Select[Any]:
    return wanted.where(*[column == value for column, value in equal.items() if value is not None])


def _bound(columns: tuple[Any, ...], values: tuple[Any, ...]) -> list[Any]:
    return [literal(value, column.type) for column, value in zip(columns, values, strict=True)]
