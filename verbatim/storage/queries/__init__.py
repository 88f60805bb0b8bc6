"""Reading the store: functions that take a `Store` and return pandas frames, the same on every database."""

from verbatim.storage.queries.browsing import comment_count, comment_page
from verbatim.storage.queries.filters import CommentFilter
from verbatim.storage.queries.groups import BUILT_IN
from verbatim.storage.queries.identity import edits, next_theme_number, theme_links, theme_registry_rows
from verbatim.storage.queries.overview import newest_day, theme_months, theme_overview
from verbatim.storage.queries.predictions import (
    interventions,
    latest_predictions,
    predictions,
    predictor_changes,
    predictors,
)
from verbatim.storage.queries.records import (
    accounts,
    batches,
    contacts,
    milestones,
    rejects,
    table_sizes,
    ticket_events,
    tickets,
)
from verbatim.storage.queries.restriction import Restriction
from verbatim.storage.queries.scores import answer_counts, answers, segment_names, surveys
from verbatim.storage.queries.themes import assignments, comments, theme_counts, theme_models, themes

__all__ = [
    "BUILT_IN",
    "CommentFilter",
    "Restriction",
    "accounts",
    "answer_counts",
    "answers",
    "assignments",
    "batches",
    "comment_count",
    "comment_page",
    "comments",
    "contacts",
    "edits",
    "interventions",
    "latest_predictions",
    "milestones",
    "newest_day",
    "next_theme_number",
    "predictions",
    "predictor_changes",
    "predictors",
    "rejects",
    "segment_names",
    "surveys",
    "table_sizes",
    "theme_counts",
    "theme_links",
    "theme_models",
    "theme_months",
    "theme_overview",
    "theme_registry_rows",
    "themes",
    "ticket_events",
    "tickets",
]
