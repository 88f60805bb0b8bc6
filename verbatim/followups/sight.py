"""What a caller may see of follow-ups and alerts: those of some accounts, teams or people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from verbatim.storage.queries.restriction import TEAM, Restriction
from verbatim.storage.tables import alert, follow_up, survey_response, ticket

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


@dataclass(frozen=True, slots=True)
class Sight:
    """``restriction`` by accounts and teams; ``owners``: only what one of them is to do, or nobody yet (None: all).

    A team has the follow-ups whose ticket or answer names it: those about a whole account or theme have no team.
    """

    restriction: Restriction = Restriction()
    owners: tuple[str, ...] | None = None

    def of_follow_ups(self) -> list[ColumnElement[bool]]:
        """Conditions on ``follow_up``; none where everything may be seen."""
        row, teams = follow_up.c, self.restriction.teams
        found: list[ColumnElement[bool]] = []
        accounts = self.restriction.where().get("account_id")
        if accounts is not None:
            found.append(row.account_id.in_(accounts))
        if teams:
            tickets = select(ticket.c.id).where(ticket.c.segments[TEAM].as_string().in_(teams))
            answers = select(survey_response.c.id).where(survey_response.c.segments[TEAM].as_string().in_(teams))
            found.append(or_(row.ticket_id.in_(tickets), row.response_id.in_(answers)))
        if self.owners is not None:
            found.append(or_(row.owner.is_(None), row.owner.in_(self.owners)))
        return found

    def of_alerts(self) -> list[ColumnElement[bool]]:
        """The same on ``alert``: of a follow-up that may be seen; where it has none, of an account that may be."""
        row, limits = alert.c, self.of_follow_ups()
        if not limits:
            return []
        seen = row.follow_up_id.in_(select(follow_up.c.id).where(*limits))
        if self.restriction.teams:
            return [seen]
        accounts = self.restriction.where().get("account_id")
        alone = row.follow_up_id.is_(None)
        return [or_(seen, alone if accounts is None else alone & row.account_id.in_(accounts))]


EVERYTHING = Sight()
