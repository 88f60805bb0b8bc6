"""What takes more than one call: written by hand, on top of what is made."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from verbatim.client.aio import jobs as made_jobs
from verbatim.client.aio import predictions as made_predictions
from verbatim.client.answers.predictions import Prediction
from verbatim.client.answers.shared import JobOut
from verbatim.client.calls import make_call, plain
from verbatim.client.problems import BadAnswer, JobFailed
from verbatim.client.reading import read_answer


@dataclass(frozen=True, slots=True)
class Predicted:
    """What became of one ticket of many: a prediction, or the problem with it. ``row``: its place, from 1."""

    row: int
    ticket: str | None
    prediction: Prediction | None
    problem: str | None


class PredictionsResource(made_predictions.PredictionsResource):
    """Predictions, also for many tickets at once."""

    async def bulk(
        self, tickets: Iterable[Mapping[str, Any]], *, metric: Literal["csat", "ces"] = "csat", at_once: int = 1_000
    ) -> AsyncIterator[Predicted]:
        """Predict for any number of tickets, each as in the body of a single prediction; answers come in their order.

        ``tickets`` may be a generator: ``at_once`` of them are held at a time, and none is asked for before the answers
        before it were taken. Nothing is stored.
        """
        for first, part in _parts(tickets, at_once):
            content = b"\n".join(json.dumps(plain(one), allow_nan=False).encode() for one in part)
            call = make_call(
                "POST", f"/v1/predictions/{metric}/bulk", content=content, content_type="application/x-ndjson",
                keeps_nothing=True, streams=True,
            )  # fmt: skip
            answered = 0
            async for line in self._transport.lines(call, dict[str, Any]):
                answered += 1
                yield _predicted(line, first)
            if answered != len(part):
                raise BadAnswer(f"{len(part)} tickets were sent and {answered} answers came")


class JobsResource(made_jobs.JobsResource):
    """Jobs, also asked for and waited for in one."""

    async def run(
        self, kind: str, arguments: Mapping[str, Any] | None = None, *, wait: bool = True,
        on_progress: Callable[[JobOut], object] | None = None, every_seconds: float = 1.0,
        limit_seconds: float | None = None, idempotency_key: str | None = None,
    ) -> JobOut:  # fmt: skip
        """Ask for a job and wait until a worker has done it; with ``wait=False`` as `create` does.

        ``arguments`` are those of the kind, see `create`. ``on_progress`` is called with the job whenever its step or
        share has changed. Asked for again without the same ``idempotency_key``, it is done again.

        Raises:
            JobFailed: it failed, was cancelled, or took longer than ``limit_seconds`` (then it goes on by itself).
        """
        wish = {"kind": kind, **({} if arguments is None else {"arguments": arguments})}
        call = make_call("POST", "/v1/jobs", body=wish, key=True, headers={"Idempotency-Key": idempotency_key})
        job = await self._transport.call(call, JobOut)
        if not wait:
            return job
        return await self.wait(
            job.id, on_progress=on_progress, every_seconds=every_seconds, limit_seconds=limit_seconds
        )  # fmt: skip

    async def wait(
        self, job_id: str, *, on_progress: Callable[[JobOut], object] | None = None, every_seconds: float = 1.0,
        limit_seconds: float | None = None,
    ) -> JobOut:  # fmt: skip
        """Wait for a job that was asked for before, for example by `reports.make`; as `run` otherwise."""
        began = time.monotonic()
        seen: JobOut | None = None
        while True:
            job = await self.get(job_id)
            if on_progress is not None and job != seen:
                on_progress(job)
            seen = job
            if job.status == "done":
                return job
            if job.status in {"failed", "cancelled"}:
                raise JobFailed(f"job {job.id} ({job.kind}) {job.status}: {job.problem or 'without saying why'}")
            if limit_seconds is not None and time.monotonic() - began > limit_seconds:
                raise JobFailed(
                    f"job {job.id} ({job.kind}) is {job.status} after {limit_seconds:g} seconds; it goes on"
                )
            await asyncio.sleep(every_seconds)


def _parts(tickets: Iterable[Mapping[str, Any]], at_once: int) -> Iterator[tuple[int, list[Mapping[str, Any]]]]:
    left = iter(tickets)
    first = 0
    while part := list(itertools.islice(left, max(1, at_once))):
        yield first, part
        first += len(part)


def _predicted(line: Mapping[str, Any], first: int) -> Predicted:
    problem = line.get("problem")
    return Predicted(
        first + int(line.get("row", 0)), line.get("ticket"),
        None if problem is not None else read_answer(Prediction, dict(line)), problem,
    )  # fmt: skip
