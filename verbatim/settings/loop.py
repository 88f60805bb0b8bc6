"""Settings of closing the loop: rules of follow-ups, owners, messages to other systems."""

from __future__ import annotations

from pydantic import BaseModel


class LoopSettings(BaseModel):
    """Fields of `verbatim.settings.Settings`."""
