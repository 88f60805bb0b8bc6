"""What the user says about a file: a profile in TOML, options of the command, and both merged.

A profile's unknown keys are errors that name the nearest known one. Options win over the profile.
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import available_timezones

from verbatim.domain import Kind, Metric
from verbatim.errors import InputError, MappingError
from verbatim.ingest.fields import FIELDS, Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

NOT_A_RATING = frozenset({"not_applicable", "n/a", "na", "none", ""})
UNANSWERED, NOT_ASKED = "unanswered", "not_asked"


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """One score column. ``blank`` says what an empty cell is: a survey not answered, or a question not asked."""

    column: str
    metric: str | None = None
    scale: str | None = None
    step: str | None = None
    question: str | None = None
    blank: str = UNANSWERED


@dataclass(frozen=True, slots=True)
class CommentRule:
    """One column of open answers, and the question they answer."""

    column: str
    question: str | None = None


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """Everything a caller can say about a file; what is left out is detected or proposed.

    ``fields`` maps a field to a column (``segments`` and ``ignore`` to columns separated by commas). ``max_rejects``
    stops early; ``now`` is the moment after which a date lies in the future (default: the clock).
    """

    profile: Path | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None
    namespace: str | None = None
    metric: str | None = None
    scale: str | None = None
    date_format: str | None = None
    timezone: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    max_rejects: int | None = None
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """Profile and options merged. ``segments`` maps a segment to its column; ``None``: every column left over.

    ``labels`` maps an own label to its value, or to ``None`` where it is not a rating. ``complete``: a profile names
    every field, so that nothing is proposed beyond it.
    """

    kind: Kind
    fields: Mapping[str, str] = field(default_factory=dict)
    scores: tuple[ScoreRule, ...] = ()
    comments: tuple[CommentRule, ...] = ()
    segments: Mapping[str, str] | None = None
    ignore: frozenset[str] = frozenset()
    labels: Mapping[str, int | None] = field(default_factory=dict)
    date_formats: Mapping[str, str] = field(default_factory=dict)  # by column; "" is every column
    source: str | None = None
    namespace: str = ""
    metric: str | None = None
    scale: str | None = None
    timezone: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    complete: bool = False


T = TypeVar("T")
TEXT_KEYS = ("kind", "source", "namespace", "metric", "scale", "timezone", "encoding", "delimiter", "sheet")
PROFILE_KEYS = (*TEXT_KEYS, "fields", "scores", "comments", "segments", "ignore", "labels", "date_format", "header_row")
SCORE_KEYS = ("column", "metric", "scale", "step", "question", "blank")
COMMENT_KEYS = ("column", "question")


def make_recipe(kind: Kind, options: IngestOptions) -> Recipe:
    """Read the profile, if one is named, and lay the options over it.

    Raises:
        InputError: no such profile, not TOML, a wrong value.
        MappingError: an unknown key or field; the message names the nearest known one.
    """
    recipe = read_profile(options.profile, kind) if options.profile else Recipe(kind)
    named = dict(options.fields)
    chosen: dict[str, Any] = {}
    if "segments" in named:
        chosen["segments"] = {column: column for column in _listed(named.pop("segments"))}
    if "ignore" in named:
        chosen["ignore"] = recipe.ignore | frozenset(_listed(named.pop("ignore")))
    _refuse_unknown(named, field_names(kind), "field", "--map")
    if "score" in named:
        chosen["scores"] = ()
    if "comment" in named:
        chosen["comments"] = ()
    for name in ("source", "namespace", "metric", "scale", "timezone", "encoding", "delimiter", "sheet", "header_row"):
        value = getattr(options, name)
        if value is not None:
            chosen[name] = value
    if options.date_format is not None:
        chosen["date_formats"] = {"": options.date_format}
    merged = replace(recipe, fields={**recipe.fields, **named}, **chosen)
    _check_values(merged, "the options")
    return merged


def read_profile(path: Path, kind: Kind) -> Recipe:
    """The recipe in a profile.

    Raises:
        InputError: no such file, not TOML, made for another kind, or a value of the wrong type.
        MappingError: an unknown key.
    """
    try:
        stored = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise InputError(f"there is no profile {path}; check the path") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"the profile {path} cannot be read as TOML: {error}") from error
    place = f"the profile {path}"
    _refuse_unknown(stored, PROFILE_KEYS, "key", place)
    for key in TEXT_KEYS:
        _demand(place, key, stored.get(key, ""), str, "a text")
    if stored.get("kind", kind) != kind:
        raise InputError(f"{place} is for {stored['kind']}, not for {kind}; run: verbatim ingest {stored['kind']} …")
    recipe = _recipe(kind, stored, place)
    _check_values(recipe, place)
    return recipe


def field_names(kind: Kind) -> tuple[str, ...]:
    """The fields of a kind, in the order they are documented."""
    return tuple(item.name for item in FIELDS[kind])


def time_fields(kind: Kind) -> frozenset[str]:
    """Which of them are moments."""
    return frozenset(item.name for item in FIELDS[kind] if item.reading is Reading.TIME)


def _recipe(kind: Kind, stored: Mapping[str, Any], place: str) -> Recipe:
    fields = _demand(place, "fields", stored.get("fields", {}), dict, "a table")
    _refuse_unknown(fields, field_names(kind), "field", f"[fields] of {place}")
    for name, column in fields.items():
        _demand(place, f"fields.{name}", column, str, "a column's name")
    header_row = _demand(place, "header_row", stored.get("header_row", 1), int, "a line number")
    formats = stored.get("date_format", {})
    return Recipe(
        kind=kind,
        fields=fields,
        scores=tuple(_score_rule(table, place) for table in _tables(place, "scores", stored)),
        comments=tuple(_comment_rule(table, place) for table in _tables(place, "comments", stored)),
        segments=_segments(stored.get("segments"), place),
        ignore=frozenset(_names(place, "ignore", stored.get("ignore", []))),
        labels=_labels(stored.get("labels", {}), place),
        date_formats={"": formats}
        if isinstance(formats, str)
        else _demand(place, "date_format", formats, dict, "a text or a table"),
        source=stored.get("source"),
        namespace=stored.get("namespace", ""),
        metric=stored.get("metric"),
        scale=stored.get("scale"),
        timezone=stored.get("timezone"),
        encoding=stored.get("encoding"),
        delimiter=stored.get("delimiter"),
        sheet=stored.get("sheet"),
        header_row=header_row if "header_row" in stored else None,
        complete=bool(fields or stored.get("scores") or stored.get("comments")),
    )


def _score_rule(table: Mapping[str, Any], place: str) -> ScoreRule:
    _refuse_unknown(table, SCORE_KEYS, "key", f"[[scores]] of {place}")
    for key, value in table.items():
        _demand(place, f"scores.{key}", value, str, "a text")
    if "column" not in table:
        raise MappingError(f"{place}: a [[scores]] table without column; name the column of the score")
    if table.get("blank", UNANSWERED) not in {UNANSWERED, NOT_ASKED}:
        raise InputError(f"{place}: scores.blank is {table['blank']!r}; it is {UNANSWERED!r} or {NOT_ASKED!r}")
    return ScoreRule(**table)


def _comment_rule(table: Mapping[str, Any], place: str) -> CommentRule:
    _refuse_unknown(table, COMMENT_KEYS, "key", f"[[comments]] of {place}")
    for key, value in table.items():
        _demand(place, f"comments.{key}", value, str, "a text")
    if "column" not in table:
        raise MappingError(f"{place}: a [[comments]] table without column; name the column of the comment")
    return CommentRule(**table)


def _segments(stored: object, place: str) -> dict[str, str] | None:
    """A list names columns that keep their names; a table gives them other names."""
    if stored is None:
        return None
    if isinstance(stored, dict):
        return {
            str(name): _demand(place, f"segments.{name}", column, str, "a column's name")
            for name, column in stored.items()
        }
    return {column: column for column in _names(place, "segments", stored)}


def _labels(stored: object, place: str) -> dict[str, int | None]:
    labels: dict[str, int | None] = {}
    for label, value in _demand(place, "labels", stored, dict, "a table").items():
        if isinstance(value, str) and value.casefold() in NOT_A_RATING:
            labels[label] = None
        elif isinstance(value, int) and not isinstance(value, bool):
            labels[label] = value
        else:
            raise InputError(f'{place}: labels.{label} is {value!r}; write a whole number, or "not_applicable"')
    return labels


def _tables(place: str, key: str, stored: Mapping[str, Any]) -> list[dict[str, Any]]:
    tables = _demand(place, key, stored.get(key, []), list, f"tables [[{key}]]")
    return [_demand(place, key, table, dict, f"tables [[{key}]]") for table in tables]


def _names(place: str, key: str, stored: object) -> list[str]:
    names = _demand(place, key, stored, list, "a list of columns")
    return [_demand(place, key, name, str, "a list of columns") for name in names]


def _demand(place: str, key: str, value: object, kind: type[T], wanted: str) -> T:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise InputError(f"{place}: {key} is {value!r}; it should be {wanted}")
    return value


def _refuse_unknown(names: Iterable[str], known: Iterable[str], what: str, place: str) -> None:
    known = tuple(known)
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
            raise MappingError(f"unknown {what} {name!r} in {place}; {hint}")


def _check_values(recipe: Recipe, place: str) -> None:
    if recipe.timezone is not None and recipe.timezone not in available_timezones():
        raise InputError(f"{recipe.timezone!r} in {place} is not an IANA time zone; one is Europe/Berlin")
    for metric in [recipe.metric, *(rule.metric for rule in recipe.scores)]:
        if metric is not None and metric not in set(Metric):
            raise InputError(f"{metric!r} in {place} is not a metric; the metrics are csat, ces and nps")
    if recipe.header_row is not None and recipe.header_row < 1:
        raise InputError(f"header_row is {recipe.header_row}; it counts lines from 1")


def _listed(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]
