"""Rules of follow-ups: as they hold, tried on past answers, edited and taken back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Form, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import ValidationError

from api.routers.conditional import etag
from api.routers.rules import (
    RuleFields,
    RuleName,
    Trial,
    list_rules,
    read_rule,
    reset_follow_up_rule,
    save_follow_up_rule,
    try_rule,
)
from api.web.page import DONE, Administers, LooksAtAll
from api.web.settings.keys import lines_of
from api.web.settings.tabs import mendable, router, show, status_of, told
from verbatim.errors import InputError
from verbatim.followups.preview import PREVIEW_DAYS
from verbatim.followups.reading_rules import EVENTS, ROLES, RULE_NAME, SEVERITIES
from verbatim.followups.rules import Rule

if TYPE_CHECKING:
    from starlette.datastructures import FormData

    from api.routers.rules import RuleOut
    from api.web.page import Page

DONE |= {
    "rule-saved": "The rule was saved. It holds for answers that come from now on, and at the next sweep.",
    "rule-back": "The rule is as it was before.",
    "rule-reset": "What people had edited of the rule was taken back.",
}
PATH = "/settings/rules"
LONGEST_UNDO = 4_000  # characters in an address
TEXTS = ("signal", "when", "who", "what", "due", "severity")
TEXTS_OR_NONE = ("metric", "person", "task_due")
LISTS = ("scales", "tiers")
NUMBERS = ("window_days", "at_least", "within_days")
SIGNS = {
    "answer": "an answer: one follow-up each", "effort": "high effort: one a theme and month",
    "at_risk": "an open ticket of high risk", "account_low": "several contacts of one account, in one month",
}  # fmt: skip
FIELDS = (*TEXTS, *TEXTS_OR_NONE, *LISTS, "segments", "minimum_arr", "events", "active", *NUMBERS)
Before = Annotated[str, Form(max_length=20_000)]


@router.get(PATH)
def rules_page(page: LooksAtAll) -> Response:
    """Every rule as it holds."""
    return show(
        page, "settings_rules.html", rules=list_rules(page.caller, page.store, page.settings).rules, signs=SIGNS
    )


@router.get(PATH + "/new")
def new_rule_page(page: Administers) -> Response:
    """A form for a rule of one's own."""
    return _form(page, None, _values({**Rule("new").to_dict(), "what": ""}))


@router.get(PATH + "/{name}")
def rule_page(page: LooksAtAll, name: RuleName) -> Response:
    """One rule, to change and try."""
    found = _read(page, name)
    return _form(page, found, _values(found.model_dump()))


@router.post(PATH, name="save_follow_up_rule")
async def add(page: Administers) -> Response:
    """Add a rule, or try one that is not there yet."""
    form = await page.request.form()
    return await run_in_threadpool(_act, page, str(form.get("name", "")).strip(), form)


@router.post(PATH + "/{name}", name="save_follow_up_rule")
async def save(page: Administers, name: RuleName) -> Response:
    """Save what the form changed of a rule, or try it."""
    form = await page.request.form()
    return await run_in_threadpool(_act, page, name, form)


@router.post(PATH + "/{name}/reset", name="reset_follow_up_rule")
def reset(page: Administers, name: RuleName) -> Response:
    """Take back what people edited."""
    there = _read(page, name)
    reset_follow_up_rule(name, page.caller, page.store, page.settings, if_match=etag(there.version))
    return page.back(PATH, "rule-reset", of=name, **(_undoing(there) if there.origin == "edited" else {}))


@router.post(PATH + "/{name}/undo", name="save_follow_up_rule")
def undo(page: Administers, name: RuleName, before: Before) -> Response:
    """Put back the fields that a rule had before."""
    try:
        body = RuleFields.model_validate_json(before)
    except ValidationError as error:
        raise InputError(told(error)) from error
    there = _found(page, name)
    match = None if there is None else etag(there.version)
    save_follow_up_rule(name, body, page.caller, page.store, page.settings, Response(), if_match=match)
    return page.back(PATH, "rule-back")


def _act(page: Page, name: str, form: FormData) -> Response:
    """Save or try what a form holds; what is wrong stands beside it, with what was typed."""
    typed = {field: str(form.get(field, "")) for field in FIELDS} | {
        "events": [str(one) for one in form.getlist("events")], "active": "active" in form,
    }  # fmt: skip
    there = _found(page, name)
    tried = None
    try:
        if not RULE_NAME.fullmatch(name):
            raise InputError("a rule's name has small letters, digits and _, and begins with a letter")
        given = _given(typed)
        changed = given if there is None else {key: value for key, value in given.items() if value != _of(there, key)}
        body = RuleFields.model_validate(changed)
        if "try" not in form:
            return _save(page, name, body, there, str(form.get("version", "")))
        trial = Trial(name=name, rule=body, days=_days(str(form.get("days", ""))))
        tried = try_rule(trial, page.caller, page.store, page.settings)
    except Exception as error:
        return _form(page, there, typed, name=name, problem=told(mendable(error)), status=status_of(error))
    return _form(page, there, typed, name=name, tried=tried)


def _save(page: Page, name: str, body: RuleFields, there: RuleOut | None, version: str) -> Response:
    match = None if there is None else etag(version or there.version)
    save_follow_up_rule(name, body, page.caller, page.store, page.settings, Response(), if_match=match)
    return page.back(PATH, "rule-saved", of=name, **_undoing(there))


def _undoing(there: RuleOut | None) -> dict[str, str]:
    """What takes a change back: a reset, or the fields before, where people had edited it already."""
    if there is None or there.origin != "edited":
        return {"undo": "reset"}
    fields = {key: _of(there, key) for key in FIELDS}
    before = json.dumps(fields, separators=(",", ":"), ensure_ascii=False)
    return {"before": before} if len(before) <= LONGEST_UNDO else {}


def _form(page: Page, there: RuleOut | None, typed: dict[str, Any], *, status: int = 200, **shown: Any) -> Response:  # noqa: ANN401
    context: dict[str, Any] = {"problem": None, "tried": None, "name": "" if there is None else there.name, **shown}
    context["rule_name"] = context.pop("name")
    return show(
        page, "settings_rule.html", status=status, rule=there, typed=typed, signs=SIGNS, roles=ROLES,
        severities=SEVERITIES, all_events=EVENTS, days=PREVIEW_DAYS, may=page.may("admin"), **context,
    )  # fmt: skip


def _found(page: Page, name: str) -> RuleOut | None:
    rules = list_rules(page.caller, page.store, page.settings).rules
    return next((one for one in rules if one.name == name), None)


def _read(page: Page, name: str) -> RuleOut:
    return read_rule(name, page.caller, page.store, page.settings, Response())


def _of(rule: RuleOut, key: str) -> Any:  # noqa: ANN401 (any field)
    value = getattr(rule, key)
    return list(value) if isinstance(value, tuple) else value


def _values(rule: dict[str, Any]) -> dict[str, Any]:
    """The fields of a rule as the form's inputs hold them."""
    lines = {key: "\n".join(rule[key] or ()) for key in LISTS}
    segments = "\n".join(f"{name}: {', '.join(values)}" for name, values in (rule["segments"] or {}).items())
    numbers = {key: f"{rule[key]:g}" for key in NUMBERS}
    arr = rule["minimum_arr"]
    return {
        **{key: rule[key] or "" for key in (*TEXTS, *TEXTS_OR_NONE)}, **lines, **numbers, "segments": segments,
        "minimum_arr": "" if arr is None else f"{arr:.15g}", "events": list(rule["events"]), "active": rule["active"],
    }  # fmt: skip


def _given(typed: dict[str, Any]) -> dict[str, Any]:
    """What a form holds, as fields of a rule.

    Raises:
        InputError: a number or a segment that is none.
    """
    return {
        **{key: typed[key].strip() for key in TEXTS if typed[key].strip()},
        **{key: typed[key].strip() or None for key in TEXTS_OR_NONE},
        **{key: lines_of(typed[key]) for key in LISTS},
        **{key: _number(typed[key], key, whole=key == "at_least") for key in NUMBERS if typed[key].strip()},
        "segments": dict(_segment(line) for line in lines_of(typed["segments"])),
        "minimum_arr": _number(typed["minimum_arr"], "minimum_arr") if typed["minimum_arr"].strip() else None,
        "events": typed["events"], "active": typed["active"],
    }  # fmt: skip


def _segment(line: str) -> tuple[str, list[str]]:
    name, colon, values = line.partition(":")
    found = [value.strip() for value in values.split(",") if value.strip()]
    if not colon or not name.strip() or not found:
        raise InputError("a line of segments reads like channel: chat, email")
    return name.strip(), found


def _number(text: str, name: str, *, whole: bool = False) -> float | int:
    try:
        return int(text) if whole else float(text)
    except ValueError as error:
        raise InputError(f"{name.replace('_', ' ')} is no {'whole ' * whole}number") from error


def _days(text: str) -> int:
    return PREVIEW_DAYS if not text.strip() else int(_number(text, "days", whole=True))
