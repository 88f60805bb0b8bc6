"""The page today."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.web.page import Looks, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/")
def today(page: Looks) -> Response:
    """The day."""
    return page.render("today.html")
