"""What operations are called in the client: ``resource.method``, by a rule or as written here.

By rule: the resource is the first word of the path, the method the operation's id without the resource's words and
without a leading ``list``, ``get`` or ``read`` where something remains: ``get_theme_segments`` under ``/v1/themes``
is ``themes.segments``.
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping, Sequence

from verbatim.client.making.document import Operation

# What the rule does not name well.
NAMES: Mapping[str, str] = {
    "healthz": "health.alive",
    "readyz": "health.ready",
    "metrics": "health.metrics",
    "problem_page": "health.problem",
    "who_am_i": "session.who_am_i",
    "log_in": "session.log_in",
    "log_out": "session.log_out",
    "read_scores": "scores.stored",
    "list_divergences": "scores.divergences",
    "list_at_risk": "predictions.queue",
    "list_past_predictions": "predictions.past",
    "predict_stored": "predictions.stored",
    "give_feedback": "predictions.feedback",
    "roll_back_predictor": "predictors.roll_back",
    "get_model_card": "predictors.card",
    "check_eligibility": "surveys.eligibility",
    "check_eligibilities": "surveys.eligibilities",
    "count_follow_ups": "follow_ups.counts",
    "sweep_answers": "follow_ups.sweep",
    "save_follow_up_rule": "rules.save",
    "reset_follow_up_rule": "rules.reset",
    "try_rule": "rules.preview",
    "read_account_scores": "scores.accounts",
    "list_themes": "themes.tree",
    "list_drivers": "themes.drivers",
    "get_theme_drivers": "themes.drivers_of",
    "assign_texts": "themes.assign",
    "list_comments": "comments.find",
    "search_by_meaning": "comments.search",
    "upload_file": "uploads.send",
    "plan_ingest_of_upload": "uploads.plan",
    "download_export": "jobs.file",
}
# Operations that are one method a value of this parameter of the path: scores.csat(), scores.ces(), scores.nps().
SPREAD: Mapping[str, str] = {"calculate_score": "metric", "predict_ticket": "metric"}
# Operations that take one record or many: the type of a record. Their methods are called `send` and take many.
RECORDS: Mapping[str, str] = {
    "add_responses": "ResponseRecord",
    "add_tickets": "TicketRecord",
    "add_events": "EventRecord",
    "add_accounts": "AccountRecord",
    "add_contacts": "ContactRecord",
    "add_milestones": "MilestoneRecord",
}
# Members of the body that may be given by position, beyond the one that is required.
POSITIONAL: Mapping[str, Sequence[str]] = {"calculate_score": ("values",)}
# Written by hand, in aio/extras.py, since they do more than one call: the operation, and the method that makes it.
BY_HAND: Mapping[str, str] = {"predict_bulk": "predictions.bulk"}
# Resources with methods of their own in aio/extras.py.
EXTENDED = ("jobs", "predictions")
# Not for programs: the operation, and why.
NOT_OFFERED: Mapping[str, str] = {"receive_webhook": "vendors call it, with their signature"}
# Query parameters whose own names are no names in Python, or say less than these.
PARAMETERS: Mapping[str, str] = {"from": "start", "to": "end"}
# What a body that is not an object of members is called as an argument.
BODY = "body"


def place_of(operation: Operation) -> tuple[str, str]:
    """The resource and the method that an operation is."""
    said = NAMES.get(operation.id) or BY_HAND.get(operation.id)
    if operation.id in SPREAD:
        said = f"{_first_word(operation)}.{operation.id}"
    if said is not None:
        resource, _, method = said.partition(".")
        return resource, method
    resource = _first_word(operation)
    return resource, "send" if operation.id in RECORDS else _method(operation.id, resource)


def _first_word(operation: Operation) -> str:
    parts = [part for part in operation.path.split("/") if part and part != "v1" and not part.startswith("{")]
    return python_name(parts[0])


def python_name(text: str) -> str:
    """A name in Python for a name in JSON or in a path."""
    name = "".join(one if one.isalnum() else "_" for one in text)
    return f"{name}_" if keyword.iskeyword(name) else name


def class_name(resource: str) -> str:
    """The class of a resource: ``follow_ups`` → ``FollowUpsResource``."""
    return "".join(word.capitalize() for word in resource.split("_")) + "Resource"


def _method(operation_id: str, resource: str) -> str:
    words = operation_id.split("_")
    own = resource.split("_")
    for length in range(len(own), 0, -1):  # whole names before parts of them
        start = _found(words, own[:length])
        if start is not None:
            del words[start : start + length]
            break
    if len(words) > 1 and words[0] in {"list", "get", "read"}:
        words = words[1:]
    name = "_".join(words) or operation_id
    if name == "read":
        name = "get"
    return f"{name}_" if keyword.iskeyword(name) else name


def _found(words: Sequence[str], own: Sequence[str]) -> int | None:
    """Where ``own``, in the singular or plural, stands in ``words``."""
    for start in range(len(words) - len(own) + 1):
        there = words[start : start + len(own)]
        if all(_singular(one) == _singular(other) for one, other in zip(there, own, strict=True)):
            return start
    return None


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "ches")) else word.removesuffix("s")
