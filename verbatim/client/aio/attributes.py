"""The resources of a client, each made when it is first used.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from verbatim.client.aio.accounts import AccountsResource
from verbatim.client.aio.alerts import AlertsResource
from verbatim.client.aio.audit import AuditResource
from verbatim.client.aio.batches import BatchesResource
from verbatim.client.aio.comments import CommentsResource
from verbatim.client.aio.contacts import ContactsResource
from verbatim.client.aio.deliveries import DeliveriesResource
from verbatim.client.aio.endpoints import EndpointsResource
from verbatim.client.aio.event_types import EventTypesResource
from verbatim.client.aio.events import EventsResource
from verbatim.client.aio.follow_ups import FollowUpsResource
from verbatim.client.aio.health import HealthResource
from verbatim.client.aio.jobs import JobsResource
from verbatim.client.aio.keys import KeysResource
from verbatim.client.aio.milestones import MilestonesResource
from verbatim.client.aio.predictions import PredictionsResource
from verbatim.client.aio.predictors import PredictorsResource
from verbatim.client.aio.rejects import RejectsResource
from verbatim.client.aio.reports import ReportsResource
from verbatim.client.aio.responses import ResponsesResource
from verbatim.client.aio.rules import RulesResource
from verbatim.client.aio.schedules import SchedulesResource
from verbatim.client.aio.scores import ScoresResource
from verbatim.client.aio.segments import SegmentsResource
from verbatim.client.aio.session import SessionResource
from verbatim.client.aio.surveys import SurveysResource
from verbatim.client.aio.themes import ThemesResource
from verbatim.client.aio.tickets import TicketsResource
from verbatim.client.aio.transport import AsyncTransport
from verbatim.client.aio.uploads import UploadsResource
from verbatim.client.aio.views import ViewsResource

if TYPE_CHECKING:
    from verbatim.client.aio.accounts import AccountsResource
    from verbatim.client.aio.alerts import AlertsResource
    from verbatim.client.aio.audit import AuditResource
    from verbatim.client.aio.batches import BatchesResource
    from verbatim.client.aio.comments import CommentsResource
    from verbatim.client.aio.contacts import ContactsResource
    from verbatim.client.aio.deliveries import DeliveriesResource
    from verbatim.client.aio.endpoints import EndpointsResource
    from verbatim.client.aio.event_types import EventTypesResource
    from verbatim.client.aio.events import EventsResource
    from verbatim.client.aio.extras import JobsResource, PredictionsResource
    from verbatim.client.aio.follow_ups import FollowUpsResource
    from verbatim.client.aio.health import HealthResource
    from verbatim.client.aio.keys import KeysResource
    from verbatim.client.aio.milestones import MilestonesResource
    from verbatim.client.aio.predictors import PredictorsResource
    from verbatim.client.aio.rejects import RejectsResource
    from verbatim.client.aio.reports import ReportsResource
    from verbatim.client.aio.responses import ResponsesResource
    from verbatim.client.aio.rules import RulesResource
    from verbatim.client.aio.schedules import SchedulesResource
    from verbatim.client.aio.scores import ScoresResource
    from verbatim.client.aio.segments import SegmentsResource
    from verbatim.client.aio.session import SessionResource
    from verbatim.client.aio.surveys import SurveysResource
    from verbatim.client.aio.themes import ThemesResource
    from verbatim.client.aio.tickets import TicketsResource
    from verbatim.client.aio.uploads import UploadsResource
    from verbatim.client.aio.views import ViewsResource


class AsyncResources:
    """What a client can do, by subject."""

    _transport: AsyncTransport

    @cached_property
    def accounts(self) -> AccountsResource:
        """Operations of accounts."""
        from verbatim.client.aio.accounts import AccountsResource

        return AccountsResource(self._transport)

    @cached_property
    def alerts(self) -> AlertsResource:
        """Operations of alerts."""
        from verbatim.client.aio.alerts import AlertsResource

        return AlertsResource(self._transport)

    @cached_property
    def audit(self) -> AuditResource:
        """Operations of audit."""
        from verbatim.client.aio.audit import AuditResource

        return AuditResource(self._transport)

    @cached_property
    def batches(self) -> BatchesResource:
        """Operations of batches."""
        from verbatim.client.aio.batches import BatchesResource

        return BatchesResource(self._transport)

    @cached_property
    def comments(self) -> CommentsResource:
        """Operations of comments."""
        from verbatim.client.aio.comments import CommentsResource

        return CommentsResource(self._transport)

    @cached_property
    def contacts(self) -> ContactsResource:
        """Operations of contacts."""
        from verbatim.client.aio.contacts import ContactsResource

        return ContactsResource(self._transport)

    @cached_property
    def deliveries(self) -> DeliveriesResource:
        """Operations of deliveries."""
        from verbatim.client.aio.deliveries import DeliveriesResource

        return DeliveriesResource(self._transport)

    @cached_property
    def endpoints(self) -> EndpointsResource:
        """Operations of endpoints."""
        from verbatim.client.aio.endpoints import EndpointsResource

        return EndpointsResource(self._transport)

    @cached_property
    def event_types(self) -> EventTypesResource:
        """Operations of event types."""
        from verbatim.client.aio.event_types import EventTypesResource

        return EventTypesResource(self._transport)

    @cached_property
    def events(self) -> EventsResource:
        """Operations of events."""
        from verbatim.client.aio.events import EventsResource

        return EventsResource(self._transport)

    @cached_property
    def follow_ups(self) -> FollowUpsResource:
        """Operations of follow ups."""
        from verbatim.client.aio.follow_ups import FollowUpsResource

        return FollowUpsResource(self._transport)

    @cached_property
    def health(self) -> HealthResource:
        """Operations of health."""
        from verbatim.client.aio.health import HealthResource

        return HealthResource(self._transport)

    @cached_property
    def jobs(self) -> JobsResource:
        """Operations of jobs."""
        from verbatim.client.aio.extras import JobsResource

        return JobsResource(self._transport)

    @cached_property
    def keys(self) -> KeysResource:
        """Operations of keys."""
        from verbatim.client.aio.keys import KeysResource

        return KeysResource(self._transport)

    @cached_property
    def milestones(self) -> MilestonesResource:
        """Operations of milestones."""
        from verbatim.client.aio.milestones import MilestonesResource

        return MilestonesResource(self._transport)

    @cached_property
    def predictions(self) -> PredictionsResource:
        """Operations of predictions."""
        from verbatim.client.aio.extras import PredictionsResource

        return PredictionsResource(self._transport)

    @cached_property
    def predictors(self) -> PredictorsResource:
        """Operations of predictors."""
        from verbatim.client.aio.predictors import PredictorsResource

        return PredictorsResource(self._transport)

    @cached_property
    def rejects(self) -> RejectsResource:
        """Operations of rejects."""
        from verbatim.client.aio.rejects import RejectsResource

        return RejectsResource(self._transport)

    @cached_property
    def reports(self) -> ReportsResource:
        """Operations of reports."""
        from verbatim.client.aio.reports import ReportsResource

        return ReportsResource(self._transport)

    @cached_property
    def responses(self) -> ResponsesResource:
        """Operations of responses."""
        from verbatim.client.aio.responses import ResponsesResource

        return ResponsesResource(self._transport)

    @cached_property
    def rules(self) -> RulesResource:
        """Operations of rules."""
        from verbatim.client.aio.rules import RulesResource

        return RulesResource(self._transport)

    @cached_property
    def schedules(self) -> SchedulesResource:
        """Operations of schedules."""
        from verbatim.client.aio.schedules import SchedulesResource

        return SchedulesResource(self._transport)

    @cached_property
    def scores(self) -> ScoresResource:
        """Operations of scores."""
        from verbatim.client.aio.scores import ScoresResource

        return ScoresResource(self._transport)

    @cached_property
    def segments(self) -> SegmentsResource:
        """Operations of segments."""
        from verbatim.client.aio.segments import SegmentsResource

        return SegmentsResource(self._transport)

    @cached_property
    def session(self) -> SessionResource:
        """Operations of session."""
        from verbatim.client.aio.session import SessionResource

        return SessionResource(self._transport)

    @cached_property
    def surveys(self) -> SurveysResource:
        """Operations of surveys."""
        from verbatim.client.aio.surveys import SurveysResource

        return SurveysResource(self._transport)

    @cached_property
    def themes(self) -> ThemesResource:
        """Operations of themes."""
        from verbatim.client.aio.themes import ThemesResource

        return ThemesResource(self._transport)

    @cached_property
    def tickets(self) -> TicketsResource:
        """Operations of tickets."""
        from verbatim.client.aio.tickets import TicketsResource

        return TicketsResource(self._transport)

    @cached_property
    def uploads(self) -> UploadsResource:
        """Operations of uploads."""
        from verbatim.client.aio.uploads import UploadsResource

        return UploadsResource(self._transport)

    @cached_property
    def views(self) -> ViewsResource:
        """Operations of views."""
        from verbatim.client.aio.views import ViewsResource

        return ViewsResource(self._transport)
