"""The page accounts."""

from __future__ import annotations

from fastapi import APIRouter

from api.web.page import PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)
