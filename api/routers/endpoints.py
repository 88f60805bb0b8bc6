"""Webhooks that go out: who is told of what, with which secret, and what became of each message."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, Field

from api.access.allowed import Admin, Reader
from api.idempotency import Repeats
from api.problems import Refusal, about, documented
from api.shapes import After, Answer, Body, Id, Limit, Name, Page, PlainText
from api.wiring import SettingsDep, StoreDep
from verbatim.messages import endpoints as receivers
from verbatim.messages.addresses import check_url
from verbatim.messages.dispatch import send_test
from verbatim.messages.endpoints import Endpoint
from verbatim.messages.events import EVENTS, example_of
from verbatim.messages.outbox import Delivery, deliveries, delivery_of, queue_sizes, retry_dead
from verbatim.storage.store import Store

router = APIRouter(tags=["webhooks out"])

Status = Literal["waiting", "sent", "dead"]
RENEW = "POST /v1/endpoints/{id}/secret with a new Idempotency-Key makes another secret"
Url = Annotated[
    PlainText,
    Field(min_length=1, max_length=2000, description="https; it is checked again at every delivery"),
]


def _known_event(name: str) -> str:
    if name not in EVENTS:
        raise ValueError(f"is no event; the events are {', '.join(EVENTS)}")
    return name


EventName = Annotated[str, Field(max_length=100), AfterValidator(_known_event)]


class NewEndpoint(Body):
    """A receiver to add."""

    name: Name = Field(examples=["CRM"])
    url: Url = Field(examples=["https://crm.example/hooks/verbatim"])
    style: Literal["webhook", "slack"] = Field("webhook", description="slack: one line of text, for such webhooks")
    events: list[EventName] = Field(
        default_factory=list, max_length=50, description="empty: all", examples=[["response.created"]]
    )


class EndpointChange(Body):
    """What to change of a receiver; what is not given stays."""

    name: Name | None = Field(None, examples=["CRM"])
    url: Url | None = Field(None, examples=["https://crm.example/hooks/verbatim"])
    events: list[EventName] | None = Field(None, max_length=50, examples=[["response.created", "followup.created"]])
    active: bool | None = Field(None, description="switching it on forgets why it was off", examples=[True])


class EndpointOut(Answer):
    """A receiver, without its secret."""

    id: str = Field(examples=["5d0c" * 8])
    name: str = Field(examples=["CRM"])
    style: str = Field(examples=["webhook"])
    url: str = Field(examples=["https://crm.example/hooks/verbatim"])
    events: list[str] = Field(description="empty: all", examples=[["response.created"]])
    active: bool
    problem: str | None = Field(description="why it was switched off", examples=[None])
    created_at: datetime
    created_by: str
    rotated_at: datetime | None = Field(description="when its secret was last renewed")


class MadeEndpoint(EndpointOut):
    """A receiver that was just added."""

    secret: str = Field(description="what it verifies with: shown now and never again", examples=["whsec_…"])


class Endpoints(Answer):
    """Every receiver, the oldest first."""

    endpoints: list[EndpointOut]


class Secret(Answer):
    """A renewed secret."""

    secret: str = Field(description="shown now and never again", examples=["whsec_…"])


class Attempt(Answer):
    """One attempt to deliver a message."""

    at: datetime
    status: int | None = Field(description="what the receiver answered with", examples=[503])
    problem: str | None = Field(examples=["answered 503"])


class DeliveryOut(Answer):
    """A message on its way to one receiver."""

    id: str = Field(description="webhook-id at the receiver, the same on every attempt", examples=["77aa" * 8])
    endpoint_id: str | None = Field(description="null: mail")
    event: str = Field(examples=["followup.created"])
    status: Status
    attempts: int = Field(examples=[1])
    created_at: datetime
    next_at: datetime = Field(description="when it is tried next, while it waits")
    sent_at: datetime | None
    last_status: int | None = Field(examples=[200])
    last_problem: str | None = Field(examples=[None])


class DeliveryWithLog(DeliveryOut):
    """A message with its content and every attempt."""

    payload: dict[str, Any] | None = Field(description="what is sent; null for mail")
    log: list[Attempt]


class Deliveries(Page):
    """A page of messages, the newest first, and how many there are of each status."""

    deliveries: list[DeliveryOut]
    sizes: dict[str, int] = Field(examples=[{"waiting": 2, "sent": 310, "dead": 0}])


class Retried(Answer):
    """How many dead messages try again."""

    retried: int = Field(examples=[3])


class Sent(Answer):
    """The test message that was put down; GET /v1/deliveries/{id} says what became of it."""

    delivery_id: str = Field(examples=["77aa" * 8])


class EventOut(Answer):
    """A kind of event."""

    name: str = Field(examples=["followup.created"])
    help: str = Field(examples=["somebody has to act"])
    version: int = Field(description="of its payload", examples=[1])
    example: dict[str, Any] = Field(description="a payload, made up")


class Events(Answer):
    """Every kind of event."""

    events: list[EventOut]


@router.get("/event-types")
def list_event_types(caller: Reader) -> Events:
    """List what other systems can be told, with an example payload of each."""
    return Events(
        events=[
            EventOut(name=event.name, help=event.help, version=event.version, example=example_of(event.name))
            for event in EVENTS.values()
        ]
    )


@router.get("/endpoints")
def list_endpoints(caller: Admin, store: StoreDep) -> Endpoints:
    """List the receivers of webhooks; secrets are not kept and cannot be shown."""
    return Endpoints(endpoints=[_shown(one) for one in receivers.endpoints(store)])


@router.post("/endpoints", status_code=201, response_model=MadeEndpoint, responses=documented("conflict"))
def create_endpoint(body: NewEndpoint, caller: Admin, repeats: Repeats, settings: SettingsDep) -> Response:
    """Add a receiver, active at once. Its secret is in the answer and nowhere else.

    Sent twice, there are two; with the same Idempotency-Key there is one, and the second answer is 409 with its id,
    since the secret is not kept.
    """

    def make(store: Store) -> tuple[MadeEndpoint, int]:
        made = receivers.add_endpoint(
            store, settings, name=body.name, url=body.url, style=body.style, events=body.events, person=caller.person,
            at=datetime.now(UTC),
        )  # fmt: skip
        secret = receivers.reveal_secret(store, settings, made.id)
        return MadeEndpoint(**_shown(made).model_dump(), secret=secret), 201

    with about("body.url"):
        check_url(body.url, settings)
    return repeats.once(caller, make, shown_once="secret", instead=RENEW)


@router.get("/endpoints/{endpoint_id}", responses=documented("not-found"))
def read_endpoint(endpoint_id: Id, caller: Admin, store: StoreDep) -> EndpointOut:
    """Read a receiver."""
    return _shown(receivers.endpoint_of(store, endpoint_id))


@router.patch("/endpoints/{endpoint_id}", responses=documented("not-found"))
def change_endpoint(
    endpoint_id: Id, body: EndpointChange, caller: Admin, store: StoreDep, settings: SettingsDep
) -> EndpointOut:
    """Change what is given, or switch it on or off. Repeating it changes nothing."""
    given = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    if body.url is not None:
        with about("body.url"):
            check_url(body.url, settings)
    return _shown(receivers.change_endpoint(store, settings, endpoint_id, **given))


@router.delete("/endpoints/{endpoint_id}", status_code=204, responses=documented("not-found"))
def delete_endpoint(endpoint_id: Id, caller: Admin, store: StoreDep) -> None:
    """Forget a receiver; what waits for it is not sent any more."""
    receivers.remove_endpoint(store, endpoint_id)


@router.post(
    "/endpoints/{endpoint_id}/secret", response_model=Secret, responses=documented("not-found", "conflict")
)  # fmt: skip
def renew_secret(endpoint_id: Id, caller: Admin, repeats: Repeats, settings: SettingsDep) -> Response:
    """Renew the secret. Messages are signed with the old one too for 24 hours.

    Each call makes another; with the same Idempotency-Key the second does not, and answers 409: no secret is kept.
    """

    def renew(store: Store) -> tuple[Secret, int]:
        return Secret(secret=receivers.rotate_secret(store, settings, endpoint_id, at=datetime.now(UTC))), 200

    return repeats.once(caller, renew, shown_once="secret", instead=RENEW)


@router.post(
    "/endpoints/{endpoint_id}/test", status_code=202, response_model=Sent, responses=documented("not-found", "conflict")
)  # fmt: skip
def test_endpoint(endpoint_id: Id, caller: Admin, repeats: Repeats) -> Response:
    """Send a test message, one a call or, with it, an Idempotency-Key. The worker delivers it within seconds."""

    def put_down(store: Store) -> tuple[Sent, int]:
        if not receivers.endpoint_of(store, endpoint_id).active:
            raise Refusal("conflict", "this endpoint is switched off; PATCH it with active=true first")
        return Sent(delivery_id=send_test(store, endpoint_id, person=caller.person, at=datetime.now(UTC))), 202

    return repeats.once(caller, put_down)


@router.post("/endpoints/{endpoint_id}/retry", responses=documented("not-found"))
def retry_endpoint(endpoint_id: Id, caller: Admin, store: StoreDep) -> Retried:
    """Let all dead messages to a receiver try again, from the first attempt."""
    receivers.endpoint_of(store, endpoint_id)
    return Retried(retried=retry_dead(store, now=datetime.now(UTC), endpoint_id=endpoint_id))


@router.get("/deliveries", responses=documented("not-found"))
def list_deliveries(
    caller: Admin, store: StoreDep,
    status: Annotated[Status | None, Query(description="dead: the dead letters")] = None,
    endpoint_id: Annotated[Name | None, Query(description="only those to one receiver")] = None,
    event: Annotated[Name | None, Query(examples=["test"])] = None,
    limit: Limit = 50, after: After = None,
) -> Deliveries:  # fmt: skip
    """List messages on their way, sent and dead, the newest first."""
    rows = deliveries(store, status=status, endpoint_id=endpoint_id, event=event, after=after, limit=limit)
    full = len(rows) == limit
    return Deliveries(
        deliveries=[DeliveryOut.model_validate(one, from_attributes=True) for one in rows],
        sizes=queue_sizes(store), next=rows[-1].id if full else None,
    )  # fmt: skip


@router.get("/deliveries/{delivery_id}", responses=documented("not-found"))
def read_delivery(delivery_id: Id, caller: Admin, store: StoreDep) -> DeliveryWithLog:
    """Read a message with its content and every attempt."""
    return _with_log(delivery_of(store, delivery_id))


@router.post("/deliveries/{delivery_id}/retry", responses=documented("not-found", "conflict"))
def retry_delivery(delivery_id: Id, caller: Admin, store: StoreDep) -> DeliveryWithLog:
    """Let a dead message try again, from the first attempt; others are left as they are (409)."""
    if not retry_dead(store, now=datetime.now(UTC), ids=[delivery_id]):
        status = delivery_of(store, delivery_id).status
        raise Refusal("conflict", f"this message is {status}; only dead ones are tried again by hand")
    return _with_log(delivery_of(store, delivery_id))


def _shown(one: Endpoint) -> EndpointOut:
    return EndpointOut(
        id=one.id, name=one.name, style=one.style, url=one.url, events=list(one.events), active=one.active,
        problem=one.problem, created_at=one.created_at, created_by=one.person, rotated_at=one.rotated_at,
    )  # fmt: skip


def _with_log(one: Delivery) -> DeliveryWithLog:
    shown = DeliveryOut.model_validate(one, from_attributes=True)
    payload = one.payload if one.endpoint_id is not None else None
    return DeliveryWithLog(
        **shown.model_dump(), payload=payload, log=[Attempt.model_validate(each) for each in one.log]
    )
