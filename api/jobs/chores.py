"""What a worker does by the clock: lost jobs, schedules, follow-ups, messages, tidying."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from api.jobs import ledger, schedules
from api.jobs.kinds import request
from api.jobs.uploads import remove_old_uploads
from verbatim.storage.columns import EPOCH
from verbatim.storage.tables import ingest_batch, predictor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from verbatim.settings import Settings
    from verbatim.storage.store import Store

log = logging.getLogger("verbatim.worker")

KEPT = timedelta(days=90)  # ended jobs
MESSAGES_AT_ONCE = 50
CLOCK = "the clock"


@dataclass(slots=True)
class Chore:
    """Something done every so many ``seconds``; gives how many jobs it made."""

    name: str
    seconds: float
    do: Callable[[datetime], int]
    due: float = 0.0


class Chores:
    """The chores of one worker; others may do the same at the same time, and nothing happens twice."""

    def __init__(self, store: Store, settings: Settings, take_up_lost: Callable[[], None], *, by_clock: bool) -> None:
        self._store, self._settings = store, settings

        def lost(_: datetime) -> int:
            take_up_lost()
            return 0

        self._chores = [Chore("lost jobs", 3, lost), Chore("tidying", 3600, self._tidy)]
        if by_clock:
            self._chores += [
                Chore("messages", 3, self._deliver),
                Chore("schedules", 5, lambda now: len(schedules.run_due(store, now=now))),
                Chore("follow-ups", 60, self._sweep),
                Chore("open tickets", 60, lambda now: ask_for_scores(store, now=now)),
                Chore("watch", 600, lambda now: ask_to_watch(store, settings, now=now)),
            ]

    def do_due(self, now: datetime, elapsed: float) -> int:
        """Do what is due; gives how many jobs were made. What fails is logged and tried again at its next time."""
        made = 0
        for chore in self._chores:
            if elapsed < chore.due:
                continue
            chore.due = elapsed + chore.seconds
            try:
                made += chore.do(now)
            except Exception as error:  # the seam of the worker: one chore's fault must not end the others
                log.error("a chore failed", extra={"chore": chore.name, "fault": type(error).__name__})
        return made

    def _tidy(self, now: datetime) -> int:
        from api.idempotency import forget_answers

        ledger.forget(self._store, before=now - KEPT)
        remove_old_uploads(self._settings, now=now)
        forget_answers(self._store, now=now)
        return 0

    def _deliver(self, now: datetime) -> int:
        deliver_now(self._store, self._settings)
        return 0

    def _sweep(self, now: datetime) -> int:
        sweep_now(self._store, self._settings, now=now)
        return 0


def without_home(settings: Settings, message: str) -> str:
    """A message without the place of the home folder, which is nobody's business outside."""
    for place in (settings.home.resolve(), settings.home):
        message = message.replace(f"{place}/", "")
    return message


def ask_for_scores(store: Store, *, now: datetime) -> int:
    """Have open tickets scored again where something came in since the last time; gives how many jobs were made."""
    with store.reading() as connection:
        newest = connection.execute(select(func.max(ingest_batch.c.finished_at))).scalar()
        active = connection.execute(
            select(predictor.c.metric, predictor.c.id).where(predictor.c.status == "active")
        ).all()
    if newest is None:
        return 0
    made = 0
    for metric, predictor_id in active:
        once = f"score_open:{predictor_id}:{newest.isoformat()}"
        asked = request(store, None, "score_open", {"metric": metric}, person=CLOCK, unique=once, since=EPOCH)
        made += asked.created_at >= now
    return made


def ask_to_watch(store: Store, settings: Settings, *, now: datetime) -> int:
    """Have drift and bursts looked for, once a day of the organisation's; gives how many jobs were made."""
    day = now.astimezone(ZoneInfo(settings.timezone)).date()
    return int(request(store, None, "watch", {}, person=CLOCK, unique=f"watch:{day}", since=EPOCH).created_at >= now)


def sweep_now(store: Store, settings: Settings, *, now: datetime | None = None) -> Mapping[str, Any]:
    """Look for what must be followed up."""
    from verbatim.followups.sweep import sweep

    return asdict(sweep(store, settings, now=now))


def deliver_now(store: Store, settings: Settings) -> Mapping[str, Any]:
    """Send the messages that are due."""
    from verbatim.messages.dispatch import deliver_due

    return asdict(deliver_due(store, settings, limit=MESSAGES_AT_ONCE))
