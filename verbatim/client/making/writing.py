"""Python as text: docstrings, comments, imports, and whole modules in the style of the house."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

WIDTH = 112
ROOM = Path(__file__).parent.parent
SETTINGS = ROOM.parent.parent / "pyproject.toml"
FIRST_PARTY = '--config=lint.isort.known-first-party=["verbatim"]'  # ruff looks for it beside the file
_WORD = re.compile(r"\b[A-Za-z_]\w*\b")

# Where names that are not made come from.
STANDARD: Mapping[str, str] = {
    "Any": "typing", "Literal": "typing", "NotRequired": "typing", "TypedDict": "typing", "Mapping": "collections.abc",
    "Sequence": "collections.abc", "AsyncIterator": "collections.abc", "datetime": "datetime", "date": "datetime",
    "dataclass": "dataclasses", "Path": "pathlib", "cached_property": "functools", "cast": "typing",
    "Answered": "verbatim.client.reading", "make_call": "verbatim.client.calls", "given": "verbatim.client.calls",
    "AsyncPages": "verbatim.client.aio.paging", "AsyncResource": "verbatim.client.aio.resource",
    "AsyncTransport": "verbatim.client.aio.transport", "File": "verbatim.client.files",
    "Event": "verbatim.client.files", "UNSET": "verbatim.client.calls", "Unset": "verbatim.client.calls",
    "changed": "verbatim.client.calls",
}  # fmt: skip


def docstring(text: str, indent: int) -> str:
    """A docstring: the first paragraph, as far as it goes, then the others."""
    paragraphs = [" ".join(part.split()) for part in text.replace("\\", "\\\\").replace('"""', "'''").split("\n\n")]
    summary, *rest = [part for part in paragraphs if part] or ["No description."]
    if summary[-1] not in ".?!…":
        summary = summary.rstrip(":;,") + "."
    pad = " " * indent
    first = textwrap.fill(
        summary[0].upper() + summary[1:],
        WIDTH,
        initial_indent=f'{pad}"""',
        subsequent_indent=pad,
        break_on_hyphens=False,
    )
    if not rest and "\n" not in first:
        return f'{first}"""'
    body = [textwrap.fill(part, WIDTH, initial_indent=pad, subsequent_indent=pad) for part in rest]
    return "\n\n".join([first, *body]) + f'\n{pad}"""'


def comment(text: str, indent: int) -> list[str]:
    """A comment above what it is about; none for nothing."""
    pad = " " * indent + "# "
    return textwrap.wrap(" ".join(text.split()), WIDTH, initial_indent=pad, subsequent_indent=pad)


def module(about: str, code: str, places: Mapping[str, str], own: str) -> str:
    """A module with the imports that its code needs; ``places``: the module of each class."""
    words = set(_WORD.findall(code))
    found = {word: place for word, place in {**STANDARD, **places}.items() if word in words and place != own}
    imports = "\n".join(f"from {place} import {word}" for word, place in sorted(found.items()))
    head = f'"""{about}\n\nMade by `verbatim.client.making` from the OpenAPI document; do not edit.\n"""'
    return f"{head}\n# ruff: noqa: D205\n\nfrom __future__ import annotations\n\n{imports}\n\n{code}\n"


def joined(parts: Sequence[str]) -> str:
    """Classes below one another."""
    return "\n\n\n".join(parts)


def formatted(modules: Mapping[str, str]) -> Mapping[str, str]:
    """The modules as ruff leaves them: imports sorted, unused ones gone, lines broken.

    Raises:
        ValueError: one of them is no Python.
    """
    with tempfile.TemporaryDirectory() as name:
        for path, code in modules.items():
            target = Path(name) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(code, encoding="utf-8")
        _ruff(name, "check", "--fix", "--unsafe-fixes", "--exit-zero", "--select=F401,I,UP028", "--quiet", FIRST_PARTY)
        _ruff(name, "format", "--quiet")
        return {path: (Path(name) / path).read_text(encoding="utf-8") for path in modules}


def _ruff(folder: str, *arguments: str) -> None:
    command = [sys.executable, "-m", "ruff", *arguments, f"--config={SETTINGS}", "--no-cache", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise ValueError(f"a module cannot be made: {done.stderr[:500]}")
