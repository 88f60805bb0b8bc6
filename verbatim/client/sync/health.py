"""The operations of health.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from verbatim.client.answers.health import Health, ProblemPage, Readiness
from verbatim.client.calls import make_call
from verbatim.client.files import File
from verbatim.client.sync.resource import Resource


class HealthResource(Resource):
    """Operations under /healthz, /metrics, /problems/{name}, /readyz."""

    def alive(self) -> Health:
        """Say that the process is up, and which version it is."""
        call = make_call("GET", "/healthz")
        return self._transport.call(call, Health)

    def ready(self) -> Readiness:
        """Say whether requests can be served: the store answers, and models are loaded where they are active."""
        call = make_call("GET", "/readyz")
        return self._transport.call(call, Readiness)

    def metrics(self) -> File:
        """Counts and times for Prometheus; no personal data."""
        call = make_call("GET", "/metrics")
        return self._transport.file(call)

    def problem(self, name: str) -> ProblemPage:
        """Say what a kind of problem means and what to do about it: where the `type` of an error leads."""
        call = make_call("GET", "/problems/{}", (name,))
        return self._transport.call(call, ProblemPage)
