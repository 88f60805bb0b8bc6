"""What a caller may see at all: the accounts or teams that an API key is limited to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from verbatim.domain import stable_key

if TYPE_CHECKING:
    from collections.abc import Mapping

TEAM = "team"


def account_key(external_id: str) -> str:
    """The key under which ingest keeps the account of that id, where the source has no namespace of its own."""
    return _shared("account", external_id)


def ticket_key(external_id: str) -> str:
    """The same of a ticket."""
    return _shared("ticket", external_id)


def contact_key(external_id: str) -> str:
    """The same of a contact."""
    return _shared("contact", external_id)


@lru_cache(maxsize=50_000)
def _shared(kind: str, external_id: str) -> str:
    return stable_key(kind, "", external_id)


@dataclass(frozen=True, slots=True)
class Restriction:
    """One of the ``accounts`` (external ids) and one of the ``teams``, as far as either are given."""

    accounts: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()

    @property
    def given(self) -> bool:
        """Whether anything is restricted."""
        return bool(self.accounts or self.teams)

    def where(self) -> dict[str, Any]:
        """The same for queries that take ``where``; empty where nothing is restricted.

        >>> Restriction(teams=("north",)).where()
        {'team': ['north']}
        """
        where: dict[str, Any] = {}
        if self.accounts:
            where["account_id"] = [account_key(external_id) for external_id in self.accounts]
        if self.teams:
            where[TEAM] = list(self.teams)
        return where

    def within(self, where: Mapping[str, Any]) -> dict[str, Any]:
        """``where`` and this: of a name that both have only what both allow, an empty list where that is nothing."""
        both = dict(where)
        for name, allowed in self.where().items():
            if name in both:
                asked = both[name] if isinstance(both[name], list | tuple | set | frozenset) else [both[name]]
                both[name] = [one for one in allowed if one in {str(each) for each in asked if each is not None}]
            else:
                both[name] = allowed
        return both
