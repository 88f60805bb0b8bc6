"""Metrics for Prometheus: requests as they end, and the state of queue, models and predictions when asked.

With several processes the counts of all are added up, through files in a folder of the run (prometheus_client's
multiprocess mode). No label holds personal data: paths are templates, callers do not appear.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

# name -> (help, labels): what `state_lines` may say
STATE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "verbatim_jobs": ("Jobs by kind and status.", ("kind", "status")),
    "verbatim_job_wait_seconds": ("How long the oldest queued job has waited.", ()),
    "verbatim_predictor_active": ("1 for the predictor in use.", ("metric", "version")),
    "verbatim_predictions": ("Latest predictions of tickets, by band.", ("metric", "band")),
    "verbatim_predictor_drifted_features": ("Features that have drifted, as last looked at.", ("metric",)),
    "verbatim_follow_ups": ("Follow-ups by state.", ("state",)),
    "verbatim_follow_ups_overdue": ("Follow-ups that are overdue.", ()),
    "verbatim_deliveries": ("Messages to other systems by status.", ("status",)),
    "verbatim_theme_model_age_seconds": ("How old the theme model in use is.", ()),
}


class Meters:
    """What this process counts. One registry an application: two applications in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "verbatim_http_requests", "Requests by method, path template and status.",
            ("method", "path", "status"), registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "verbatim_http_request_seconds", "Time to the end of the answer.", ("method", "path"), buckets=BUCKETS,
            registry=self.registry,
        )  # fmt: skip
        self.scored = Counter(
            "verbatim_live_predictions", "Tickets scored on request, by band.", ("metric", "band"),
            registry=self.registry,
        )  # fmt: skip
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def note(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count one request."""
        key = (method, path, status)
        if key not in self._children:
            self._children[key] = (
                self.requests.labels(method, path, str(status)), self.seconds.labels(method, path),
            )  # fmt: skip
        counter, histogram = self._children[key]
        counter.inc()
        histogram.observe(seconds)

    def text(self, state: Iterable[tuple[str, tuple[str, ...], float]]) -> bytes:
        """Everything in Prometheus' text format; ``state`` are (name of `STATE`, labels, value)."""
        counted = self.registry
        if os.environ.get(FOLDER_VARIABLE):
            counted = CollectorRegistry()
            MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        return generate_latest(counted) + generate_latest(_state_registry(state))


def share_between_processes(folder: Path) -> None:
    """Make the processes started from here count together; what an earlier run left is removed.

    Must be called before prometheus_client is imported anywhere, since it chooses its kind of value at import.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.db"):
        left.unlink(missing_ok=True)
    os.environ[FOLDER_VARIABLE] = str(folder)


def leave(pid: int) -> None:
    """Forget the gauges of a process that has ended."""
    if os.environ.get(FOLDER_VARIABLE):
        mark_process_dead(pid)  # type: ignore[no-untyped-call]


def _state_registry(state: Iterable[tuple[str, tuple[str, ...], float]]) -> CollectorRegistry:
    registry = CollectorRegistry()
    found: dict[str, list[tuple[tuple[str, ...], float]]] = {}
    for name, labels, value in state:
        found.setdefault(name, []).append((labels, value))
    for name, rows in sorted(found.items()):
        registry.register(_Known(name, rows))
    return registry


class _Known(Collector):
    """A gauge whose values are known already; not kept between scrapes, and never in the files of several processes."""

    def __init__(self, name: str, rows: list[tuple[tuple[str, ...], float]]) -> None:
        self._name, self._rows = name, rows

    def collect(self) -> Iterable[Metric]:
        """One family."""
        help_line, labels = STATE[self._name]
        family = GaugeMetricFamily(self._name, help_line, labels=labels)
        for values, value in self._rows:
            family.add_metric(values, value)
        yield family
