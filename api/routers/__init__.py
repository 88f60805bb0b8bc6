"""One module a subject; `ALL` are those under ``/v1``, in the order of the documentation."""

from __future__ import annotations

from api.routers import keys, scores, session

ALL = (session.router, scores.router, keys.router)
