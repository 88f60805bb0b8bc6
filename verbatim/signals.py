"""What a score does beside being one: targets, milestones before and after, signals that contradict each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from verbatim.answers import main_counts
from verbatim.domain import Metric
from verbatim.errors import EmptyError, ScaleError
from verbatim.scores import divergences
from verbatim.scores.definitions import Definition, Figure
from verbatim.scores.targets import TargetPath, TargetStatus, track
from verbatim.scores.trends import Comparison, before_and_after, compare
from verbatim.storage import queries

if TYPE_CHECKING:
    import pandas as pd

    from verbatim.scores.divergences import Divergence
    from verbatim.scores.score import Score
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

EVENT_DAYS = 28
RECENT_DAYS = 91


@dataclass(frozen=True, slots=True)
class Around:
    """A score in the days before and after a milestone. A comparison, not a proof."""

    name: str
    kind: str
    at: datetime
    comparison: Comparison


def target_status(settings: Settings, metric: Metric, score: Score, now: datetime) -> TargetStatus | None:
    """Where ``score`` stands against the target of its metric in the settings; ``None`` where there is none."""
    target = settings.targets.get(metric.value)
    if target is None:
        return None
    path = TargetPath(target.goal, target.start, target.start_on, target.due_on)
    return track(path, score, now.astimezone(ZoneInfo(settings.timezone)).date())


def around_milestones(
    store: Store, settings: Settings, metric: Metric, *, definition: str | None = None, days: int = EVENT_DAYS
) -> list[Around]:
    """The ``days`` before against the ``days`` from each milestone on, oldest first.

    Answers on the scale that most were given on; for NPS, relational and transactional answers stay apart too.

    Raises:
        EmptyError: no milestones, or no answers.
    """
    milestones = queries.milestones(store)
    if milestones.empty:
        raise EmptyError("no milestones yet; `verbatim ingest milestones FILE` reads releases, price changes and so on")
    daily, chosen = main_counts(store, settings, metric, period="day", definition=definition)
    return [
        Around(
            str(row["name"]), str(row["kind"]), row["at"],
            before_and_after(daily, row["at"], chosen, days=days, tz=settings.timezone),
        )
        for row in milestones.to_dict("records")
    ]  # fmt: skip


def contradictions(store: Store, settings: Settings, *, end: datetime) -> list[Divergence]:
    """Signals that contradict each other in the three months before ``end`` against the three before those.

    CSAT high while NPS falls; CSAT stable while complaints (comments given with a low CSAT) rise; one channel falling
    alone; accounts falling before their renewal. What has no data is left out.
    """
    turn, start = end - timedelta(days=RECENT_DAYS), end - timedelta(days=2 * RECENT_DAYS)
    halves = {metric: _halves(store, settings, metric, start, turn, end) for metric in (Metric.CSAT, Metric.NPS)}
    csat, nps = halves[Metric.CSAT], halves[Metric.NPS]
    found: list[Divergence | None] = []
    if csat is not None:
        both = compare(*csat[:2], csat[2])
        is_share = csat[2].figure is Figure.SHARE
        if nps is not None and is_share:
            found.append(divergences.csat_high_while_nps_falls(both, compare(*nps[:2], nps[2])))
        if is_share:
            complaints = [_complaints(store, csat[2], *span) for span in ((start, turn), (turn, end))]
            exposure = (float(RECENT_DAYS), float(RECENT_DAYS))
            found.append(
                divergences.csat_stable_while_complaints_rise(both, (complaints[0], complaints[1]), exposure=exposure)
            )
        found.append(_channel_alone(store, settings, csat[2], start, turn, end))
        found += _accounts_falling(store, settings, csat[2], start, turn, end)
    return [one for one in found if one is not None]


def last_answer(store: Store) -> datetime:
    """The moment just after the newest answer of any metric.

    Raises:
        EmptyError: there are no answers.
    """
    newest = [
        counts["period_start"].max() for metric in Metric
        if not (counts := queries.answer_counts(store, metric.value, period="day")).empty
    ]  # fmt: skip
    if not newest:
        raise EmptyError("no answers yet; `verbatim ingest responses FILE` reads some")
    latest: datetime = max(newest).to_pydatetime()
    return latest + timedelta(days=1)


def _halves(
    store: Store, settings: Settings, metric: Metric, start: datetime, turn: datetime, end: datetime
) -> tuple[pd.DataFrame, pd.DataFrame, Definition] | None:
    """Counts before and after ``turn`` on one scale; ``None`` where either half has no answers."""
    try:
        after, definition = main_counts(store, settings, metric, start=turn, end=end)
        before, same = main_counts(store, settings, metric, start=start, end=turn)
    except (EmptyError, ScaleError):
        return None
    return (before, after, definition) if same.name == definition.name else None


def _complaints(store: Store, definition: Definition, start: datetime, end: datetime) -> int:
    rows = queries.answers(store, definition.metric.value, start=start, end=end, by=())
    said = rows[(rows["scale"] == definition.scale.name) & rows["comment"].notna()]
    low, high = definition.unfavourable
    return int(said["value"].between(low, high).sum())


def _channel_alone(
    store: Store, settings: Settings, definition: Definition, start: datetime, turn: datetime, end: datetime
) -> Divergence | None:
    if "channel" not in queries.segment_names(store, definition.metric.value):
        return None
    before, after = (
        main_counts(store, settings, definition.metric, by=("channel",), start=span[0], end=span[1])[0]
        for span in ((start, turn), (turn, end))
    )
    return divergences.channel_falling_alone(before, after, definition)


def _accounts_falling(
    store: Store, settings: Settings, definition: Definition, start: datetime, turn: datetime, end: datetime
) -> list[Divergence]:
    accounts = queries.accounts(store)
    if accounts.empty or accounts["renewal_at"].isna().all():
        return []
    before, after = (
        main_counts(store, settings, definition.metric, by=("account_id",), start=span[0], end=span[1])[0]
        for span in ((start, turn), (turn, end))
    )
    return divergences.accounts_falling_before_renewal(before, after, definition, accounts, today=end)
