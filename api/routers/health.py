"""Whether the process is up."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from verbatim import __version__

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """The process answers."""

    status: str = "ok"
    version: str = __version__


@router.get("/healthz")
async def healthz() -> Health:
    """Say that the process is up, and which version it is."""
    return Health()
