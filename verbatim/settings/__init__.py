"""One settings class: environment (``VERBATIM_…``) over ``verbatim.toml`` over defaults.

Every setting has a default and a help line, and ``verbatim settings`` prints where each value came from.
An unknown setting is an error that names it and the nearest one that exists.
"""

from __future__ import annotations

from verbatim.settings.loading import (
    CONFIG_FILE,
    NOT_SETTINGS,
    SettingLine,
    config_path,
    describe_settings,
    load_settings,
)
from verbatim.settings.model import PREFIX, WEEKDAYS, Settings, Target

__all__ = [
    "CONFIG_FILE", "NOT_SETTINGS", "PREFIX", "WEEKDAYS", "SettingLine", "Settings", "Target", "config_path",
    "describe_settings", "load_settings",
]  # fmt: skip
