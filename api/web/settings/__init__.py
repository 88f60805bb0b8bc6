"""The settings, one module a few tabs; each is shown to whom the API allows what it shows."""

from __future__ import annotations

from api.web.settings import endpoints, jobs, keys, models, rules, standing  # each puts its paths on the router
from api.web.settings.tabs import router

__all__ = ["endpoints", "jobs", "keys", "models", "router", "rules", "standing"]
