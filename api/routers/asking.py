"""What several routers over stored answers are asked with: segments to group by, conditions, and who may use which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import Depends, Query

from api.problems import Refusal
from api.shapes import From, Name, To, Where, segments_of, span
from api.wiring import SettingsDep
from verbatim.errors import InputError
from verbatim.storage.queries.restriction import account_key, contact_key, ticket_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from api.access.caller import Caller

AGENT = "agent"
SINGLE = frozenset({"ticket_id", "contact_id"})  # too many to group by, and single people
WORKED_OUT = frozenset({AGENT, "tenure", "cohort"})  # one value at a time in a condition
KEYS: Mapping[str, Callable[[str], str]] = {
    "account_id": account_key, "ticket_id": ticket_key, "contact_id": contact_key,
}  # fmt: skip
MOST_SEGMENTS = 4
MOST_PERIODS = 2_000
PERIOD_DAYS = {"day": 1, "week": 7, "month": 28, "quarter": 90}

Period = Literal["day", "week", "month", "quarter"]
By = Annotated[
    list[Name],
    Query(
        description="group by a segment, for example channel; repeat for several. GET /v1/segments lists them",
        max_length=MOST_SEGMENTS, examples=[["channel"]],
    ),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answered:
    """Which answers are meant: aware, half-open, with the conditions as they were sent."""

    start: datetime | None
    end: datetime | None
    where: Mapping[str, Any]

    def seen_by(self, caller: Caller) -> dict[str, Any]:
        """The conditions for queries, with what the caller is limited to.

        Raises:
            Refusal: a condition on single agents, by somebody who may not see their ratings.
        """
        check_agents(caller, self.where)
        return caller.restriction.within(self.where)


async def _answered(
    settings: SettingsDep,
    where: Where = [],  # noqa: B006 (FastAPI copies it)
    start: From = None,
    end: To = None,
) -> Answered:
    first, last = span(settings, start, end)
    return Answered(first, last, _conditions(segments_of(where)))


AnsweredDep = Annotated[Answered, Depends(_answered)]


def check_agents(caller: Caller, names: Iterable[str]) -> None:
    """Raise Refusal where a name is ``agent`` and the caller may not see how single agents are rated."""
    if AGENT in set(names) and not caller.sees_agents:
        raise Refusal("not-allowed", "how single agents are rated is hidden from this role; leave out 'agent'")


def check_groups(caller: Caller, by: Iterable[str]) -> tuple[str, ...]:
    """``by`` as it may be asked for.

    Raises:
        InputError: single tickets or people.
        Refusal: as `check_agents`.
    """
    names = tuple(by)
    single = sorted(SINGLE.intersection(names))
    if single:
        raise InputError(f"by={single[0]} would list single ones; narrow with where={single[0]}=… instead")
    check_agents(caller, names)
    return names


def check_periods(asked: Answered, period: str | None, today: date) -> None:
    """Raise InputError where a span would have more periods than one answer holds."""
    if period is None or asked.start is None:
        return
    last = asked.end.date() if asked.end else today
    periods = (last - asked.start.date()).days // PERIOD_DAYS[period]
    if periods > MOST_PERIODS:
        raise InputError(f"from and to span {periods} periods of a {period}; at most {MOST_PERIODS} fit one answer")


def _conditions(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Ids of the source become ids of the store too; what is worked out row by row takes one value."""
    found: dict[str, Any] = {}
    for name, values in asked.items():
        if name in KEYS:
            values = [*values, *(KEYS[name](value) for value in values if value is not None)]
        if name in WORKED_OUT:
            if len(values) > 1:
                raise InputError(f"where={name}=… takes one value, not {len(values)}; ask once for each")
            values = values[0]
        found[name] = values
    return found
