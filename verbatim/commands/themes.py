"""``verbatim mine``, ``verbatim themes`` and ``verbatim quotes``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from verbatim.commands.console import (
    DAY,
    check_days,
    moment,
    notes,
    opened_store,
    output,
    print_json,
    print_table,
    progress,
)
from verbatim.errors import EmptyError

if TYPE_CHECKING:
    from datetime import date

    from verbatim.browse import MonthShare, Said, ThemeRow

BAR_WIDTH = 20
ROUNDING = 1e-6


@click.command("mine")
@click.option("--from", "start", type=DAY, help="First day of the comments, YYYY-MM-DD.")
@click.option("--to", "end", type=DAY, help="Day after the last, YYYY-MM-DD.")
@click.option("--question", help="Only answers to this open question.")
@click.option("--themes", "wanted", type=click.IntRange(2, 200), help="About how many (default: the data decide).")
@click.option(
    "--refit", is_flag=True, help="Find the themes anew from all comments, even if those there are still fit."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def mine_command(
    start: date | None, end: date | None, question: str | None, wanted: int | None, refit: bool, as_json: bool
) -> None:
    """Find the themes of the stored comments: every comment is placed, and ids stay from one run to the next.

    Comments that are new join the themes there are, and make new ones where enough of them fit none. The themes are
    found anew when the settings change, when the comments have grown by more than half since the last time, or when
    more than a fifth of the new ones fit no theme. `verbatim changes` says what became of each theme. Comments that
    were encoded before are not encoded again.
    """
    from verbatim.browse import theme_tree
    from verbatim.mining import mine_store

    check_days(start, end)
    with opened_store() as (settings, store):
        asked = settings.model_copy(update={"themes": wanted}) if wanted else settings
        with progress() as step:
            result = mine_store(
                store,
                asked,
                start=moment(start, settings),
                end=moment(end, settings),
                question=question,
                refit=refit,
                progress=step,
            )
        tree = theme_tree(store)
    notes().print(f"[dim]{escape(result.summary)}; encoder {result.model.encoder_id}[/dim]")
    for conflict in result.conflicts:
        notes().print(f"[yellow]an edit cannot be kept:[/yellow] {escape(conflict.message)}")
    _list(tree, as_json=as_json)


@click.command("themes")
@click.argument("theme", required=False)
@click.option("--archived", is_flag=True, help="List archived themes too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def themes_command(theme: str | None, archived: bool, as_json: bool) -> None:
    """List the themes, or show THEME (its id or the beginning of its name): keywords, months, quotes."""
    from verbatim import browse

    with opened_store() as (settings, store):
        tree = browse.theme_tree(store, archived=archived or theme is not None)
        if theme is None:
            _list(tree, as_json=as_json)
            return
        row = browse.find_theme(tree, theme)
        months = browse.months_of(store, browse.with_sub_themes(tree, row), tz=settings.timezone)
        quotes = browse.best_quotes(store, tree, row)
    children = [child for child in tree if child.parent_id == row.id]
    if as_json:
        found = {
            **asdict(row),
            "months": [{**asdict(month), "share": month.share} for month in months],
            "sub_themes": [asdict(child) for child in children],
            "quotes": [asdict(quote) for quote in quotes],
        }
        print_json(found)
        return
    _show(row, children, months, quotes)


@click.command("quotes")
@click.argument("theme")
@click.option("--from", "start", type=DAY, help="First day, YYYY-MM-DD.")
@click.option("--to", "end", type=DAY, help="Day after the last, YYYY-MM-DD.")
@click.option("--all", "everything", is_flag=True, help="Every comment of the theme, newest first, not the best few.")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1), help="How many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def quotes_command(
    theme: str, start: date | None, end: date | None, everything: bool, limit: int, as_json: bool
) -> None:
    """Show what people said about THEME (its id or the beginning of its name).

    Without --from, --to or --all: the most telling comments. With them: every comment, newest first. Of a comment on
    several themes the part on this one is shown, with “…” for the rest; --json gives the whole text too.
    """
    from verbatim import browse

    check_days(start, end)
    with opened_store() as (settings, store):
        tree = browse.theme_tree(store, archived=True)
        row = browse.find_theme(tree, theme)
        if everything or start or end:
            ids = browse.with_sub_themes(tree, row)
            said = browse.everything_said(store, ids, start=moment(start, settings), end=moment(end, settings))
        else:
            said = browse.best_quotes(store, tree, row)
    if as_json:
        print_json([asdict(quote) for quote in said[:limit]])
        return
    if not said:
        raise EmptyError(f"nobody said anything about {row.name!r} in this period; widen --from and --to")
    output().print(f"[bold]{escape(row.name)}[/bold]  ({row.id}, {row.size} comments)\n")
    for quote in said[:limit]:
        _print_quote(quote)
    if len(said) > limit:
        click.echo(f"… and {len(said) - limit} more: --limit {len(said)}")


def _list(tree: list[ThemeRow], *, as_json: bool) -> None:
    if as_json:
        print_json([asdict(row) for row in tree])
        return
    rows = [
        (
            row.id,
            f"  {row.name}" if row.parent_id else row.name,
            str(row.size),
            f"{100 * row.share:.1f} %",
            ", ".join(row.keywords[:5]),
        )
        for row in tree
    ]
    print_table(("Id", "Theme", "Comments", "Share", "Keywords"), rows)
    if sum(row.share for row in tree if row.parent_id is None) > 1 + ROUNDING:
        notes().print("[dim]shares are of all comments; one that is on several themes counts on each[/dim]")


def _show(row: ThemeRow, children: list[ThemeRow], months: list[MonthShare], quotes: list[Said]) -> None:
    output().print(f"[bold]{escape(row.name)}[/bold]  ({row.id}, {row.size} comments, {100 * row.share:.1f} %)")
    if row.description:
        output().print(escape(row.description))
    states = [name for name in ("pinned", "archived") if getattr(row, name)]
    if row.aliases:
        states.append(f"takes in {', '.join(row.aliases)}")
    if states:
        output().print(f"[dim]{'; '.join(states)}[/dim]")
    output().print(f"Keywords: {escape(', '.join(row.keywords))}\n")
    if children:
        print_table(("Id", "Sub-theme", "Comments"), [(child.id, child.name, str(child.size)) for child in children])
        click.echo()
    largest = max((month.share for month in months), default=0.0) or 1.0
    rows = [
        (month.month, str(month.n), f"{100 * month.share:.1f} %", "█" * round(BAR_WIDTH * month.share / largest))
        for month in months
    ]
    if rows:
        print_table(("Month", "Comments", "Share", ""), rows)
        click.echo()
    for quote in _telling(quotes):
        _print_quote(quote)


def _telling(quotes: list[Said]) -> list[Said]:
    """The first quote of each kind; the first three where no kinds are known."""
    first = {quote.kind: quote for quote in reversed(quotes)}
    return [quote for quote in quotes if first[quote.kind] is quote] if len(first) > 1 else quotes[:3]


def _print_quote(quote: Said) -> None:
    ratings = ", ".join(f"{metric.upper()} {value:g}" for metric, value in quote.ratings.items())
    kind = (quote.kind or "").replace("_", " ")
    about = ", ".join(part for part in (kind, quote.day or "no date", ratings) if part)
    output().print(f"“{escape(quote.part)}”  [dim]{about}[/dim]\n")
