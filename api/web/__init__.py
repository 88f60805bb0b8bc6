"""The web page: the API's own functions, shown to people. One module a page; each is readable without a script."""

from __future__ import annotations

from api.web import (
    accounts,
    assets,
    at_risk,
    comments,
    entering,
    follow_ups,
    imports,
    reports,
    scores,
    settings,
    theme,
    themes,
    today,
)

ALL = (
    assets.router,
    entering.router,
    today.router,
    scores.router,
    themes.router,
    theme.router,
    comments.router,
    at_risk.router,
    accounts.router,
    follow_ups.router,
    reports.router,
    imports.router,
    settings.router,
)
