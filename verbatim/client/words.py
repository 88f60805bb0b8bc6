"""Words that stand for one of several.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from typing import Literal

Kind = Literal["responses", "tickets", "events", "accounts", "contacts", "milestones"]
Metric = Literal["csat", "ces", "nps"]
Outcome = Literal["inserted", "updated", "unchanged", "rejected"]
Scope = Literal["read", "score", "write", "edit-themes", "admin"]
