"""Reading a rule as people write it, in TOML or JSON: every mistake names the field and what it may be."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

from verbatim.domain import Metric
from verbatim.errors import InputError
from verbatim.followups.due import read_due
from verbatim.followups.matching import read_when
from verbatim.scores.scales import SCALES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SIGNALS = ("answer", "effort", "at_risk", "account_low")
ROLES = ("account_owner", "ticket_owner", "support_lead", "product", "success", "person")
SEVERITIES = ("info", "warning", "urgent")
EVENTS = ("followup.created", "prediction.high")  # that a rule can tell other systems of
RULE_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
LONGEST = 500


def read_rule(name: str, given: Mapping[str, Any], base: Mapping[str, Any] | None) -> dict[str, Any]:
    """The fields of a `verbatim.followups.rules.Rule`: those given, the rest of ``base`` or as usual.

    Raises:
        InputError: a field that does not exist or fit.
    """
    if not RULE_NAME.fullmatch(name):
        raise InputError(f"{name!r} cannot name a rule; use small letters, digits and _")
    read = dict(base or {})
    for key, value in given.items():
        if key == "name":
            if value != name:
                raise InputError(f"'name' is {value!r}, but the rule is called {name!r}; leave it out")
            continue
        if key not in FIELDS:
            near = difflib.get_close_matches(str(key), FIELDS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"the fields are {', '.join(FIELDS)}"
            raise InputError(f"a rule has no field {key!r}; {hint}")
        read[key] = FIELDS[key](key, value)
    read["name"] = name
    if base is None and "what" not in given:
        raise InputError(f"{name!r} is no usual rule, so say what it asks for: give 'what', and 'metric' and 'when'")
    if read.get("who") == "person" and not read.get("person"):
        raise InputError("'who' is \"person\", so give 'person', the name of who acts")
    metric = read.get("metric")
    wrong = [scale for scale in read.get("scales") or () if metric and SCALES[scale].metric != metric]
    if wrong:
        raise InputError(f"'scales' has {wrong[0]!r}, which is no scale of {metric}")
    if "when" in read:
        read_when(read["when"], metric)
    return read


def _one_of(*allowed: str) -> Callable[[str, Any], str]:
    def read(key: str, value: Any) -> str:  # noqa: ANN401
        if value not in allowed:
            raise InputError(f"{key!r} is {value!r}; it may be {', '.join(allowed)}")
        return str(value)

    return read


def _metric(key: str, value: Any) -> str | None:  # noqa: ANN401
    return None if value is None else _one_of(*(metric.value for metric in Metric))(key, value)


def _words(key: str, value: Any) -> str:  # noqa: ANN401
    if not isinstance(value, str) or not 1 <= len(" ".join(value.split())) <= LONGEST:
        raise InputError(f"{key!r} is a text of 1 to {LONGEST} characters")
    return " ".join(value.split())


def _words_or_none(key: str, value: Any) -> str | None:  # noqa: ANN401
    return None if value is None else _words(key, value)


def _texts(key: str, value: Any) -> tuple[str, ...]:  # noqa: ANN401
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise InputError(f'{key!r} is a list of texts, for example ["a", "b"]')
    return tuple(value)


def _scales(key: str, value: Any) -> tuple[str, ...]:  # noqa: ANN401
    names = _texts(key, value)
    for name in names:
        _one_of(*SCALES)(key, name)
    return names


def _events(key: str, value: Any) -> tuple[str, ...]:  # noqa: ANN401
    names = _texts(key, value)
    for name in names:
        _one_of(*EVENTS)(key, name)
    return names


def _segments(key: str, value: Any) -> dict[str, tuple[str, ...]]:  # noqa: ANN401
    if value is None:
        return {}
    if not hasattr(value, "items"):
        raise InputError(f'{key!r} is a table of segments, for example {{channel = ["chat"]}}')
    return {str(name): (one,) if isinstance(one, str) else _texts(f"{key}.{name}", one) for name, one in value.items()}


def _due(key: str, value: Any) -> str:  # noqa: ANN401
    try:
        return str(read_due(value))
    except InputError as error:
        raise InputError(f"{key!r}: {error}") from error


def _due_or_none(key: str, value: Any) -> str | None:  # noqa: ANN401
    return None if value in (None, "", "none") else _due(key, value)


def _number(low: float, high: float, *, whole: bool = False) -> Callable[[str, Any], Any]:
    def read(key: str, value: Any) -> float | int:  # noqa: ANN401
        fits = isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
        if not fits or (whole and value != int(value)):
            raise InputError(f"{key!r} is {value!r}; it is a {'whole ' * whole}number from {low:g} to {high:g}")
        return int(value) if whole else float(value)

    return read


def _minimum(key: str, value: Any) -> float | None:  # noqa: ANN401
    found: float | None = None if value is None else _number(0, 1e15)(key, value)
    return found


def _flag(key: str, value: Any) -> bool:  # noqa: ANN401
    if not isinstance(value, bool):
        raise InputError(f"{key!r} is {value!r}; it is true or false")
    return value


FIELDS: Mapping[str, Callable[[str, Any], Any]] = {
    "signal": _one_of(*SIGNALS), "metric": _metric, "when": _words, "scales": _scales, "segments": _segments,
    "tiers": _texts, "minimum_arr": _minimum, "who": _one_of(*ROLES), "person": _words_or_none, "what": _words,
    "task_due": _due_or_none, "due": _due, "severity": _one_of(*SEVERITIES), "events": _events, "active": _flag,
    "window_days": _number(0.01, 366), "at_least": _number(2, 1000, whole=True), "within_days": _number(1, 366),
}  # fmt: skip
