"""Messages as Slack-compatible webhooks take them: one text in mrkdwn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# https://docs.slack.dev/messaging/formatting-message-text: these three, and no others, are escaped.
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
LONGEST = 500  # characters of one part
# event → the parts of its data that are shown after its title, in order
SHOWN: Mapping[str, tuple[str, ...]] = {
    "response.created": ("metric", "score", "band", "account", "themes", "comments"),
    "response.updated": ("metric", "score", "band", "account", "themes", "comments"),
    "followup.created": ("what", "rule", "who", "owner", "due_at"),
    "followup.changed": ("what", "state", "owner"),
    "followup.overdue": ("what", "owner", "due_at"),
    "alert.raised": ("severity", "message"),
    "prediction.high": ("metric", "probability", "ticket_id"),
    "report.made": ("kind", "period", "account"),
    "job.finished": ("kind", "status"),
    "themes.changed": ("change",),
    "test": ("message",),
}


def slack_text(event: str, payload: Mapping[str, Any], *, public_url: str | None = None) -> str:
    """``*event*``, a line a part, and a link where ``public_url`` is known; nothing in it is markup of its own."""
    content = payload.get("data") or {}
    lines = [f"*{escaped(event)}*"]
    for name in SHOWN.get(event, ()):
        value = content.get(name)
        if value not in (None, "", []):
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            lines.append(f"{escaped(name.replace('_', ' '))}: {escaped(text)}")
    whole = "\n".join(lines)
    path = content.get("path")
    return f"{whole}\n<{public_url}{path}|Open>" if public_url and path else whole


def escaped(text: str) -> str:
    """``text`` on one line, cut where it is long; no mention and no link comes of it."""
    flat = " ".join(text.split())
    flat = flat if len(flat) <= LONGEST else flat[: LONGEST - 1] + "…"
    return "".join(ESCAPES.get(sign, sign) for sign in flat)
