"""What the commands share: the open store, dates as options, tables, JSON, progress.

Plug-ins import it for their help lines, so that everything heavy is imported where it is used.
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from verbatim.domain import local_midnight
from verbatim.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rich.console import Console

    from verbatim.settings import Settings
    from verbatim.storage.store import Store


class Day(click.ParamType[date]):
    """A date option, ``YYYY-MM-DD``."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse, or fail with what was expected."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a date; write it as 2026-10-31", param, ctx)


DAY = Day()


@contextmanager
def opened_store() -> Iterator[tuple[Settings, Store]]:
    """The settings and the store they name, its schema at head; closed at the end."""
    from verbatim.settings import load_settings
    from verbatim.storage.engine import prepare_store

    settings = load_settings()
    store = prepare_store(settings)
    try:
        yield settings, store
    finally:
        store.close()


def moment(day: date | None, settings: Settings) -> datetime | None:
    """The UTC moment at which ``day`` begins in the organisation's time zone."""
    return None if day is None else local_midnight(day, settings.timezone)


def check_days(start: date | None, end: date | None) -> None:
    """Refuse a span without a day.

    Raises:
        UserError: ``--from`` is not before ``--to``.
    """
    if start is not None and end is not None and start >= end:
        raise UserError(f"--from {start} is not before --to {end}; --to is the day after the last")


def pairs(words: Sequence[str], option: str) -> dict[str, str]:
    """Turn ``key=value`` options into a dictionary.

    Raises:
        UserError: a word without ``=``; the message names the option.
    """
    for word in words:
        if "=" not in word.strip("="):
            raise UserError(f"{option} {word!r} should read {option} name=value")
    return {key.strip(): value.strip() for key, value in (word.split("=", 1) for word in words)}


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, title: str | None = None) -> None:
    """Print a table that fits the terminal; numbers align right."""
    from rich.table import Table

    if title:
        output().print(title, style="bold", markup=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for index, column in enumerate(columns):
        numeric = bool(rows) and all(_looks_numeric(row[index]) for row in rows)
        table.add_column(_plain(column), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_plain(cell) for cell in row))
    output().print(table)


def print_json(value: object) -> None:
    """Print JSON: UTF-8, keys in their order, moments in ISO 8601; never NaN."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_encode, allow_nan=False))


def output() -> Console:
    """Standard output: as wide as the terminal, and wide enough where there is none."""
    from rich.console import Console

    return Console(
        highlight=False, emoji=False, markup=True, soft_wrap=False, width=None if sys.stdout.isatty() else 160
    )


def notes() -> Console:
    """Standard error: progress and remarks, so that standard output stays clean for a pipe."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, emoji=False)


@contextmanager
def progress(*, plain: bool = False) -> Iterator[Callable[[str, int, int | None], None]]:
    """A progress bar on standard error: call it with what is done, how far, and of how many (``None``: unknown).

    Where standard error is no terminal nothing is shown, or with ``plain`` a line a step.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=notes(),
        disable=not sys.stderr.isatty(),
    )
    tasks: dict[str, Any] = {}

    def step(what: str, done: int, of: int | None) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(what, total=of)
            if plain and bar.disable:
                click.echo(f"{what} …", err=True)
        bar.update(tasks[what], completed=done, total=of)

    with bar:
        yield step


def _plain(cell: str) -> str:
    from rich.markup import escape

    return escape(cell)


def _looks_numeric(cell: str) -> bool:
    return not cell or cell[0].isdigit() or cell in {"–", "—"} or (cell[0] in "+-−" and cell[1:2].isdigit())


def _encode(value: object) -> object:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    as_dict: Callable[[], Mapping[str, object]] | None = getattr(value, "to_dict", None)
    if as_dict is not None:
        return as_dict()
    item: Callable[[], object] | None = getattr(value, "item", None)
    if item is not None:
        return item()
    return str(value)
