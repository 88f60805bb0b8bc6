"""Webhooks that go out: receivers, tests, secrets, and messages that did not arrive."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Form, Query, Response

from api.routers.endpoints import (
    EndpointChange,
    NewEndpoint,
    change_endpoint,
    create_endpoint,
    delete_endpoint,
    list_deliveries,
    list_endpoints,
    list_event_types,
    read_delivery,
    read_endpoint,
    renew_secret,
    retry_delivery,
    retry_endpoint,
    test_endpoint,
)
from api.shapes import After, Id
from api.web.page import DONE, Administers
from api.web.settings.tabs import mendable, once, router, show, status_of, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.routers.endpoints import EndpointOut
    from api.web.page import Page

DONE |= {
    "endpoint-off": "The receiver is off: nothing is sent to it.",
    "endpoint-on": "The receiver is on.",
    "endpoint-gone": "The receiver was forgotten. What waited for it is not sent any more.",
    "endpoint-retried": "Its dead messages try again, from the first attempt.",
    "delivery-retried": "The message tries again, from the first attempt.",
    "endpoint-tested": "A test message was put down; the worker sends it within seconds. Load the page again to see.",
}
PATH = "/settings/endpoints"
EMPTY: dict[str, Any] = {"name": "", "url": "", "style": "webhook", "events": []}
STATUSES = ("waiting", "sent", "dead")
Line = Annotated[str, Form(max_length=2_000)]
Events = Annotated[list[str] | None, Form()]


@router.get(PATH)
def endpoints_page(
    page: Administers, after: After = None, status: Annotated[str, Query(max_length=20)] = "",
    endpoint: Annotated[str, Query(max_length=200)] = "",
) -> Response:  # fmt: skip
    """The receivers, and what is on its way."""
    return _listed(page, after=after, wanted=status, endpoint=endpoint)


@router.post(PATH, name="create_endpoint")
def make(
    page: Administers, name: Line = "", url: Line = "", style: Line = "webhook", events: Events = None
) -> Response:
    """Add a receiver, and show its secret this once."""
    typed = {"name": name, "url": url, "style": style, "events": events or []}
    try:
        body = NewEndpoint.model_validate({**typed, "name": name.strip(), "url": url.strip()})
        made = create_endpoint(body, page.caller, once(page, "create_endpoint"), page.settings)
    except Exception as error:
        return _listed(page, typed=typed, problem=told(mendable(error)), http=status_of(error))
    return _listed(page, made=json.loads(bytes(made.body)))


@router.post(PATH + "/{endpoint_id}", name="change_endpoint")
def change(page: Administers, endpoint_id: Id, name: Line = "", url: Line = "", events: Events = None) -> Response:
    """Change its name, address or events, and show what it was: in the page, since an address may be a secret."""
    try:
        before = read_endpoint(endpoint_id, page.caller, page.store)
        body = EndpointChange.model_validate({"name": name.strip(), "url": url.strip(), "events": events or []})
        change_endpoint(endpoint_id, body, page.caller, page.store, page.settings)
    except Exception as error:
        return _listed(page, problem=told(mendable(error)), http=status_of(error))
    return _listed(page, before=before)


@router.post(PATH + "/{endpoint_id}/active", name="change_endpoint")
def switch(page: Administers, endpoint_id: Id, active: Annotated[bool, Form()]) -> Response:  # noqa: FBT001
    """Switch it on or off."""
    change_endpoint(endpoint_id, EndpointChange(active=active), page.caller, page.store, page.settings)
    return page.back(PATH, "endpoint-on" if active else "endpoint-off", of=endpoint_id)


@router.post(PATH + "/{endpoint_id}/test", name="test_endpoint")
def try_it(page: Administers, endpoint_id: Id) -> Response:
    """Send a test message."""
    return _done(page, "endpoint-tested", lambda: test_endpoint(endpoint_id, page.caller, once(page, "test_endpoint")))


@router.post(PATH + "/{endpoint_id}/secret", name="renew_secret")
def renew(page: Administers, endpoint_id: Id) -> Response:
    """Renew its secret, and show it this once."""
    try:
        made = renew_secret(endpoint_id, page.caller, once(page, "renew_secret"), page.settings)
    except Exception as error:
        return _listed(page, problem=told(mendable(error)), http=status_of(error))
    found = {one.id: one.name for one in list_endpoints(page.caller, page.store).endpoints}
    return _listed(page, made={**json.loads(bytes(made.body)), "name": found.get(endpoint_id, ""), "renewed": True})


@router.post(PATH + "/{endpoint_id}/retry", name="retry_endpoint")
def retry_all(page: Administers, endpoint_id: Id) -> Response:
    """Let its dead messages try again."""
    retry_endpoint(endpoint_id, page.caller, page.store)
    return page.back(PATH, "endpoint-retried")


@router.post(PATH + "/{endpoint_id}/delete", name="delete_endpoint")
def forget(page: Administers, endpoint_id: Id) -> Response:
    """Forget it."""
    delete_endpoint(endpoint_id, page.caller, page.store)
    return page.back(PATH, "endpoint-gone")


@router.get("/settings/deliveries/{delivery_id}")
def delivery_page(page: Administers, delivery_id: Id) -> Response:
    """A message with its content and every attempt."""
    return _delivery(page, delivery_id)


@router.post("/settings/deliveries/{delivery_id}/retry", name="retry_delivery")
def retry_one(page: Administers, delivery_id: Id) -> Response:
    """Let a dead message try again."""
    try:
        retry_delivery(delivery_id, page.caller, page.store)
    except Exception as error:
        return _delivery(page, delivery_id, problem=told(mendable(error)), status=status_of(error))
    return page.back(f"/settings/deliveries/{delivery_id}", "delivery-retried")


def _done(page: Page, code: str, act: Callable[[], object]) -> Response:
    try:
        act()
    except Exception as error:
        return _listed(page, problem=told(mendable(error)), http=status_of(error))
    return page.back(PATH, code)


def _delivery(page: Page, delivery_id: str, *, problem: str | None = None, status: int = 200) -> Response:
    found = read_delivery(delivery_id, page.caller, page.store)
    payload = None if found.payload is None else json.dumps(found.payload, indent=1, ensure_ascii=False)
    return show(page, "settings_delivery.html", status=status, found=found, payload=payload, problem=problem)


def _listed(
    page: Page, *, http: int = 200, after: str | None = None, wanted: str = "", endpoint: str = "",
    typed: dict[str, Any] | None = None, problem: str | None = None, made: dict[str, Any] | None = None,
    before: EndpointOut | None = None,
) -> Response:  # fmt: skip
    known: Any = wanted if wanted in STATUSES else None
    receivers = list_endpoints(page.caller, page.store).endpoints
    sent = list_deliveries(
        page.caller, page.store, status=known, endpoint_id=endpoint or None, limit=50, after=after
    )  # fmt: skip
    return show(
        page, "settings_endpoints.html", status=http, secret=made is not None or before is not None,
        receivers=receivers, sent=sent,
        names={one.id: one.name for one in receivers}, events=list_event_types(page.caller).events,
        typed=typed or EMPTY, adding=typed is not None, problem=problem, made=made, before=before, wanted=known or "",
        endpoint=endpoint, statuses=STATUSES,
    )  # fmt: skip
