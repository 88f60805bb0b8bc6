"""Scopes of keys, and the roles of people, which are sets of scopes."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from verbatim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Scope(StrEnum):
    """What a key may do; ``admin`` may do everything."""

    READ = "read"
    SCORE = "score"
    WRITE = "write"
    EDIT_THEMES = "edit-themes"
    ADMIN = "admin"


MEANING: Mapping[Scope, str] = {
    Scope.READ: "read scores, comments, themes, predictions, reports and follow-ups",
    Scope.SCORE: "calculate and predict, and work the queues: feedback, follow-ups, alerts",
    Scope.WRITE: "bring data in, start jobs, make and schedule reports",
    Scope.EDIT_THEMES: "change themes and take changes back",
    Scope.ADMIN: "everything, also keys, rules, endpoints, models and the audit log",
}

ROLES: Mapping[str, tuple[Scope, ...]] = {
    "viewer": (Scope.READ,),
    "agent": (Scope.READ, Scope.SCORE),
    "analyst": (Scope.READ, Scope.SCORE, Scope.WRITE, Scope.EDIT_THEMES),
    "admin": tuple(Scope),
}


def scopes_of(role: str | None, named: Iterable[str]) -> frozenset[Scope]:
    """The scopes of a role and those named one by one.

    Raises:
        InputError: an unknown role or scope.
    """
    if role is not None and role not in ROLES:
        raise InputError(f"{role!r} is not a role; the roles are {', '.join(ROLES)}")
    unknown = [name for name in named if name not in set(Scope)]
    if unknown:
        raise InputError(f"{unknown[0]!r} is not a scope; the scopes are {', '.join(Scope)}")
    return frozenset(ROLES.get(role or "", ())) | frozenset(map(Scope, named))


def allows(held: Iterable[Scope], wanted: Scope) -> bool:
    """Whether these scopes include ``wanted``."""
    have = frozenset(held)
    return Scope.ADMIN in have or wanted in have
