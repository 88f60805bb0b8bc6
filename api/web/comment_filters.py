"""The filters of the page of comments: what stands in the address, what the form sends, and the tags that take one out.

The form has fields that the API has not: a segment and its value apart, the last day instead of the day after it, an
answer's metric and category in one. `tidied` makes of them the filters of the API, so that an address says one thing in
one way and holds nothing that is empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from pydantic import Field, ValidationError

from api.problems import Refusal, kind_of
from api.themes.asking import LISTS, PageWish
from verbatim.domain import Metric
from verbatim.reports.words import cut, day_name
from verbatim.scores.definitions import CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from verbatim.errors import VerbatimError

    Pairs = Sequence[tuple[str, str]]

PATH = "/comments"
ROWS = 30
NOT_FILTERS = ("done", "job", "view", "before")  # what the page says, not what it lists
PLACES = ("after", "limit")
NO_THEME = "none"
MOODS = {"negative": ("sentiment_to", "-0.2"), "positive": ("sentiment_from", "0.2")}
FORM_ONLY = ("segment", "value", "last", "answer", "mood")
# A metric takes with it what is said of its answers.
OF_METRIC = ("metric", "category", "lowest", "highest")
OWN_FIELDS = frozenset(
    {"words", "meaning", *OF_METRIC, "from", "to", "sentiment_from", "sentiment_to", "language", "question", "account",
     "ticket"}
)  # fmt: skip
NAMES = {
    "language": "Language", "question": "Question", "account": "Account", "ticket": "Ticket", "contact": "Contact",
    "source": "Source", "lowest": "At least", "highest": "At most", "sentiment_from": "Sentiment from",
    "sentiment_to": "Sentiment to",
}  # fmt: skip
LONGEST_TAG = 60


class Wish(PageWish):
    """What the address asks for: comments as of the API, and whether the words are meant."""

    meaning: bool = Field(False)
    limit: int = Field(ROWS, ge=1, le=100)


@dataclass(frozen=True, slots=True)
class Tag:
    """An active filter, and the address without it."""

    text: str
    without: str


def tidied(given: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The filters that a form means, none of them empty, each once."""
    form = {name: value.strip() for name, value in given if name in FORM_ONLY}
    kept = [(name, value) for name, value in given if name not in FORM_ONLY and value.strip()]
    if form.get("segment"):
        kept.append(("where", f"{form['segment']}={form.get('value', '')}"))
    if form.get("last"):
        kept = [pair for pair in kept if pair[0] != "to"] + [("to", _day_after(form["last"]))]
    if form.get("answer"):
        metric, _, category = form["answer"].partition("/")
        kept += [("metric", metric), *([("category", category)] if category else [])]
    if form.get("mood") in MOODS:
        kept.append(MOODS[form["mood"]])
    if ("theme", NO_THEME) in kept:
        kept = [pair for pair in kept if pair[0] != "theme"] + [("no_theme", "true")]
    kept = [pair for pair in kept if pair[1].strip()]
    names = {name for name, _ in kept}
    if "metric" not in names:
        kept = [pair for pair in kept if pair[0] not in OF_METRIC]
    if "words" not in names:
        kept = [pair for pair in kept if pair[0] != "meaning"]
    return list(dict.fromkeys(kept))


def _day_after(day: str) -> str:
    try:
        return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return day  # is refused by its own name


def wish_in(pairs: Pairs) -> Wish:
    """What the filters ask for.

    Raises:
        ValidationError: one of them fits nothing.
    """
    return Wish.model_validate(_mapped((name, value) for name, value in pairs if name not in NOT_FILTERS))


def _mapped(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, value in pairs:
        if name in LISTS:
            told.setdefault(name, []).append(value)
        else:
            told[name] = value
    return told


def filters_of(pairs: Pairs) -> list[tuple[str, str]]:
    """Without the place in the list, and without what is no filter."""
    return [pair for pair in pairs if pair[0] not in (*NOT_FILTERS, *PLACES)]


def query_for_api(pairs: Pairs) -> str:
    """The filters as a query of GET /v1/comments."""
    return urlencode([pair for pair in filters_of(pairs) if pair[0] != "meaning"])


def address(pairs: Pairs) -> str:
    """The page with these filters."""
    told = urlencode(filters_of(pairs))
    return f"{PATH}?{told}" if told else PATH


def tags(pairs: Pairs, themes: Mapping[str, str], values: Mapping[str, str]) -> list[Tag]:
    """The active filters; ``themes``: names by id; the words are in their own field."""
    found, filters = [], filters_of(pairs)
    hidden = (
        {"words", "meaning", "category", "lowest", "highest", "to"} if values.get("metric") else {"words", "meaning"}
    )
    for name, value in filters:
        if name in hidden and not (name == "to" and "from" not in values):
            continue
        gone = {name}
        if name == "metric":
            gone = set(OF_METRIC)
        elif name == "from":
            gone = {"from", "to"}
        elif name == "to" and "from" in values:
            continue
        left = [pair for pair in filters if pair[0] not in gone] if name not in LISTS else [
            pair for pair in filters if pair != (name, value)
        ]  # fmt: skip
        found.append(Tag(cut(_said(name, value, themes, values), LONGEST_TAG), address(left)))
    return found


def _said(name: str, value: str, themes: Mapping[str, str], values: Mapping[str, str]) -> str:
    if name == "theme":
        return f"Theme: {themes.get(value, value)}"
    if name == "no_theme":
        return "On no theme"
    if name == "where":
        segment, _, worth = value.partition("=")
        return f"{segment}: {worth or 'none'}"
    if name == "metric":
        return _answer_said(value, values)
    if name in {"from", "to"}:
        return _span_said(values.get("from"), values.get("to"))
    if (name, value) in MOODS.values():
        return next(mood for mood, pair in MOODS.items() if pair == (name, value)).capitalize()
    if name == "informative":
        return "Says something in detail" if value == "true" else "Says nothing in detail"
    return f"{NAMES.get(name, name)}: {value}"


def _answer_said(metric: str, values: Mapping[str, str]) -> str:
    told = [metric.upper()]
    if values.get("category"):
        told.append(values["category"])
    low, high = values.get("lowest"), values.get("highest")
    if low and high:
        told.append(low if low == high else f"{low} to {high}")
    elif low or high:
        told.append(f"{low} and more" if low else f"{high} and less")
    return " ".join(told)


def _span_said(first: str | None, after: str | None) -> str:
    try:
        start = None if first is None else date.fromisoformat(first)
        last = None if after is None else date.fromisoformat(after) - timedelta(days=1)
    except (ValueError, OverflowError):
        return f"{first or '…'} to {after or '…'}"
    begin = None if start is None else f"{day_name(start)} {start.year}"
    end = None if last is None else f"{day_name(last)} {last.year}"
    if begin and end:
        return begin if start == last else f"{begin} to {end}"
    return f"From {begin}" if begin else f"Until {end}"


def answers_to_choose() -> list[tuple[str, list[tuple[str, str]]]]:
    """What answers can count as: a group for each metric, of values and what they say."""
    return [
        (metric.value.upper(), [(metric.value, f"any {metric.value.upper()} answer"),
                                *((f"{metric.value}/{name}", name) for name in CATEGORIES[metric])])
        for metric in Metric if metric in CATEGORIES
    ]  # fmt: skip


def typed(pairs: Pairs) -> dict[str, str]:
    """What the fields of the form hold, by the form's names; empty where nothing was asked for."""
    told = {name: value for name, value in pairs if name not in LISTS}
    last = ""
    if told.get("to"):
        try:
            last = (date.fromisoformat(told["to"]) - timedelta(days=1)).isoformat()
        except (ValueError, OverflowError):
            last = told["to"]
    mood = next((mood for mood, (name, value) in MOODS.items() if told.get(name) == value), "")
    answer = "/".join(part for part in (told.get("metric", ""), told.get("category", "")) if part)
    names = ("words", "meaning", "lowest", "highest", "from", "language", "question", "account", "ticket")
    return {**{name: told.get(name, "") for name in names}, "last": last, "mood": mood, "answer": answer}


def carried(pairs: Pairs) -> list[tuple[str, str]]:
    """What the form keeps without a field of its own."""
    moods = set(MOODS.values())
    return [
        (name, value) for name, value in filters_of(pairs)
        if name not in OWN_FIELDS or (name.startswith("sentiment") and (name, value) not in moods)
    ]  # fmt: skip


def message_of(error: ValidationError) -> str:
    """The first filter that does not fit, and why."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    name = ".".join(str(part) for part in first["loc"])[:60]
    if first["type"] == "extra_forbidden":
        return f"There is no filter {name!r}."
    return f"{NAMES.get(name, name)}: {first['msg'].removeprefix('Value error, ')}"


def read(query: str) -> list[tuple[str, str]]:
    """The filters that a query says."""
    return tidied(parse_qsl(query, max_num_fields=200))


def mendable(error: Refusal | VerbatimError) -> tuple[int, str]:
    """What is shown beside the form; what is no fault of the filters becomes the page of its own."""
    kind, detail = (error.kind, error.detail) if isinstance(error, Refusal) else (kind_of(error), str(error))
    if int(kind.status) >= 500 and kind.name != "not-installed":
        raise error
    return int(kind.status), detail
