"""Where settings come from: environment over file over defaults; and how they are shown."""

from __future__ import annotations

import difflib
import json
import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, SecretStr, ValidationError

from verbatim.errors import SettingsError
from verbatim.settings.model import PREFIX, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIG_FILE = "verbatim.toml"
# Read by verbatim itself but not settings: where the settings are, and where tests find the shared data sets.
NOT_SETTINGS = frozenset({"VERBATIM_CONFIG", "VERBATIM_SHARED_DATA"})


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting as ``verbatim settings`` shows it."""

    name: str
    value: str
    default: str
    origin: str
    help: str


def config_path() -> Path:
    """The settings file; it need not exist.

    The one that ``VERBATIM_CONFIG`` names, else ``verbatim.toml`` in the current folder, else the one in the home
    folder, so that ``verbatim --home DIR`` finds the settings that belong to the data there.
    """
    named = os.environ.get("VERBATIM_CONFIG")
    if named:
        return Path(named)
    here, home = Path(CONFIG_FILE), Path(os.environ.get("VERBATIM_HOME") or "var") / CONFIG_FILE
    return home if home.exists() and not here.exists() else here


def load_settings() -> Settings:
    """Read the environment and the settings file.

    Raises:
        SettingsError: an unknown setting, a wrong value or a file that is not TOML; the message names it.
    """
    path = config_path()
    stored = _read_file(path)
    _refuse_unknown(stored, str(path))
    _refuse_unknown(_environment_names(), "the environment")
    try:
        return Settings(**stored)
    except ValidationError as error:
        raise SettingsError(_first_problem(error, stored, path)) from error
    except (ValueError, json.JSONDecodeError) as error:
        raise SettingsError(f"a setting in the environment is not valid: {error}") from error


def describe_settings(settings: Settings) -> list[SettingLine]:
    """Every setting with its value, default, help and where the value came from."""
    path = config_path()
    stored, environment = _read_file(path), _environment_names()
    lines = []
    for name, spec in Settings.model_fields.items():
        in_file = str(path) if name in stored else "default"
        origin = f"{PREFIX}{name.upper()}" if name in environment else in_file
        default = spec.get_default(call_default_factory=True)
        value = getattr(settings, name)
        shown = _without_password(value) if name in {"database_url", "queue_url"} else value
        lines.append(SettingLine(name, _as_text(shown), _as_text(default), origin, spec.description or ""))
    return lines


def _read_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        if "VERBATIM_CONFIG" in os.environ:
            raise SettingsError(f"VERBATIM_CONFIG names {path}, which does not exist")
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as TOML: {error}") from error


def _environment_names() -> dict[str, str]:
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in os.environ.items()
        if name.startswith(PREFIX) and name not in NOT_SETTINGS
    }


def _refuse_unknown(names: Mapping[str, Any], place: str) -> None:
    for name in sorted(names):
        if name not in Settings.model_fields:
            near = difflib.get_close_matches(name, Settings.model_fields, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "`verbatim settings` lists all"
            raise SettingsError(f"unknown setting {name!r} in {place}; {hint}")


def _first_problem(error: ValidationError, stored: Mapping[str, Any], path: Path) -> str:
    problem = error.errors()[0]
    name = str(problem["loc"][0]) if problem["loc"] else "?"
    where = f"{PREFIX}{name.upper()}" if name in _environment_names() else str(path)
    inner = ".".join(str(part) for part in problem["loc"])
    return f"setting {inner!r} ({where}) is wrong: {problem['msg'].removeprefix('Value error, ')}"


def _without_password(url: str | None) -> str | None:
    return None if url is None else re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", url)


def _as_text(value: object) -> str:
    if isinstance(value, SecretStr):
        return "***"
    if isinstance(value, dict):
        return json.dumps({name: _plain(held) for name, held in value.items()})
    return json.dumps(value, default=str) if isinstance(value, list) else "" if value is None else str(value)


def _plain(value: object) -> object:
    if isinstance(value, SecretStr):
        return "***"
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value
