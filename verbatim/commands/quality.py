"""``verbatim quality``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.markup import escape

from verbatim.commands.console import notes, opened_store, output, print_json, print_table

if TYPE_CHECKING:
    from verbatim.themes.quality import LayerQuality, QualityPage, ThemeQuality

MISSING = "–"
SHOWN_SUSPECTS = 20


@click.command("quality")
@click.option("--stability", is_flag=True, help="Find the themes again in parts of the comments, and compare.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, definitions included.")
def quality_command(stability: bool, as_json: bool) -> None:
    """Say what the themes are worth: coverage, coherence, separation, names, and which themes look wrong and why.

    Nothing here needs labels, and no figure alone says that themes are good: read the suspicious ones.
    """
    from verbatim.examining import examine_store

    with opened_store() as (settings, store):
        if stability:
            notes().print("[dim]finding the themes again, five times …[/dim]")
        page = examine_store(store, settings, stability=stability)
    if as_json:
        print_json(page.to_dict())
        return
    _print_page(page, stability=stability)


def _print_page(page: QualityPage, *, stability: bool) -> None:
    rows = [
        ("coverage", _percent(page.coverage)),
        ("no_detail_share", _percent(page.no_detail_share)),
        ("unassigned_share", _percent(page.unassigned_share)),
        ("several_share", _percent(page.several_share)),
        ("cohesion", _number(page.cohesion)),
        ("clear_share", _percent(page.clear_share)),
    ]
    print_table(
        ("Comments", f"{page.comments:,}", "What it says"),
        [(_title(name), shown, page.definitions[name]) for name, shown in rows],
    )
    click.echo()
    _print_layers(page)
    click.echo()
    _print_themes(page.themes, stability=stability)
    click.echo()
    _print_suspects(page)
    if not stability:
        notes().print("[dim]stability: not measured; `verbatim quality --stability`[/dim]")


def _print_layers(page: QualityPage) -> None:
    names = {"top": "Top themes", "fine": "Finest themes"}
    figures = ("coherence", "diversity", "separation", "name_score", "stability")
    rows = [("Themes", *(str(layer.themes) for layer in page.layers), "")]
    for figure in figures:
        shown = [_layer_figure(layer, figure) for layer in page.layers]
        if figure != "stability" or any(cell != MISSING for cell in shown):
            rows.append((_title(figure), *shown, page.definitions[figure]))
    print_table(("Layer", *(names[layer.layer] for layer in page.layers), "What it says"), rows)


def _layer_figure(layer: LayerQuality, figure: str) -> str:
    value: float | None = getattr(layer, figure)
    return _number(value) if figure in ("coherence", "separation") else _percent(value)


def _print_themes(themes: tuple[ThemeQuality, ...], *, stability: bool) -> None:
    columns = ("Id", "Theme", "Comments", "Cohesion", "Clear", "Coherence", "Name", "Nearest")
    rows = []
    for theme in themes:
        fits = {None: MISSING, True: "fits", False: "does not fit"}[theme.name_fits]
        near = MISSING if theme.nearest is None else f"{theme.nearest} {theme.nearest_cosine:.2f}"
        cells = (
            theme.id,
            f"  {theme.name}" if theme.parent_id else theme.name,
            f"{theme.size:,}",
            _number(theme.cohesion),
            _percent(theme.clear_share),
            _number(theme.coherence),
            fits,
            near,
        )
        rows.append((*cells, _percent(theme.stability)) if stability else cells)
    print_table((*columns, "Stable") if stability else columns, rows)


def _print_suspects(page: QualityPage) -> None:
    if not page.suspects:
        output().print("[bold]Suspicious themes[/bold]: none of what is looked for")
        return
    output().print(f"[bold]Suspicious themes[/bold]: {len(page.suspects)} to look at\n")
    for one in page.suspects[:SHOWN_SUSPECTS]:
        name = escape(f"{one.theme_id} “{one.name}” ({one.size:,})")
        output().print(f"[bold]{one.reason.value}[/bold]  {name}: {escape(one.why)}")
        output().print(f"    {escape(one.advice)}:  [dim]{escape(one.command)}[/dim]")
    if len(page.suspects) > SHOWN_SUSPECTS:
        click.echo(f"… and {len(page.suspects) - SHOWN_SUSPECTS} more: --json lists all")


def _title(figure: str) -> str:
    return figure.removesuffix("_share").replace("_", " ").capitalize()


def _percent(value: float | None) -> str:
    return MISSING if value is None else f"{100 * value:.1f} %"


def _number(value: float | None) -> str:
    return MISSING if value is None else f"{value:.2f}".replace("-", "−")
