"""Loading the sample organisation: generated, read in, mined, and with a predictor, as ``make demo`` does it.

Done again after a kill it changes nothing that is there: the same records come, and the same themes are found.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verbatim.domain import Period
from verbatim.errors import EmptyError, MissingExtraError, UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from api.jobs.context import JobContext
    from api.jobs.kinds import Nothing

MONTHS, SEED = 12, 7


def load_sample(context: JobContext, told: Nothing) -> Mapping[str, Any]:
    """Bring the sample in; what an extra is missing for is left out, and said in the log."""
    from verbatim.demo import FILES
    from verbatim.ingest import IngestOptions, ingest, plan_ingest
    from verbatim.sample import write_sample

    context.settings.home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=context.settings.home, prefix="sample-") as name:
        folder = Path(name)
        context.step("Generating the sample organisation", 0, None)
        summary = write_sample(folder, months=MONTHS, seed=SEED)
        options = IngestOptions(now=max(datetime.now(UTC), Period.of_month(summary.last_month).end))
        for place, (kind, file) in enumerate(FILES):
            context.step("Reading records in", place, len(FILES))
            plan = plan_ingest(kind, folder / file, options, context.settings)
            ingest(plan, context.store, context.settings)
    mined = _or_left_out(context, "themes", lambda: _mine(context))
    predicted = _or_left_out(context, "predictions", lambda: _predict(context))
    context.step("Looking for what must be followed up", 0, None)
    from api.jobs.chores import sweep_now

    sweep_now(context.store, context.settings)
    return {"comments": summary.comments, "last_month": summary.last_month, "mined": mined, "predicted": predicted}


def _mine(context: JobContext) -> None:
    from verbatim.mining import mine_store

    mine_store(context.store, context.settings, progress=context.step)


def _predict(context: JobContext) -> None:
    from api.jobs.kinds import ScoreOpen, Train
    from api.jobs.work import score_open, train

    train(context, Train(metric="csat", activate=True))
    score_open(context, ScoreOpen())


def _or_left_out(context: JobContext, what: str, do: Callable[[], None]) -> bool:
    try:
        do()
    except (EmptyError, MissingExtraError, UserError) as error:
        context.log(f"without {what}: {error}")
        return False
    return True
