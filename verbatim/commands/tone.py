"""``verbatim sentiment`` and ``verbatim sentiment check``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from verbatim.commands.console import notes, opened_store, output, print_json, print_table, progress
from verbatim.errors import EmptyError

if TYPE_CHECKING:
    from verbatim.browse import ThemeRow
    from verbatim.settings import Settings
    from verbatim.storage.store import Store
    from verbatim.themes.cache import CachedEncoder
    from verbatim.tone import SentimentModel, ThemeTone
    from verbatim.tone.gate import GateReport, Skill
    from verbatim.tone.stored import Progress

KINDS = ("praise", "complaint", "request", "question", "bug")
KINDS_SHOWN = 2


@click.group("sentiment", invoke_without_command=True)
@click.option("--theme", help="Only this theme (its id or the beginning of its name) and its sub-themes.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def sentiment_command(context: click.Context, theme: str | None, as_json: bool) -> None:
    """Show how each theme sounds: sentiment with its interval, kinds of comments, emotion, support or product.

    Mining learns sentiment from the ratings given beside the comments where that proves better; the last line says so.
    """
    if context.invoked_subcommand is not None:
        return
    from verbatim import browse

    with opened_store() as (settings, store):
        tree = browse.theme_tree(store)
        chosen = tree if theme is None else _branch(tree, browse.find_theme(tree, theme))
        model, tones = _measure(store, settings, tree)
    rows = {row.id: row for row in chosen}
    shown = [tone for tone in tones if tone.theme_id in rows]
    if as_json:
        themes = [{"name": rows[tone.theme_id].name, **asdict(tone)} for tone in shown]
        print_json({"source": model.source, "quality": asdict(model.report), "themes": themes})
        return
    _print_tones(shown, rows)
    notes().print(f"[dim]Source: {model.source}; {model.report.reason}[/dim]")


@sentiment_command.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check_command(as_json: bool) -> None:
    """Learn sentiment from the stored ratings and say whether that beats the written examples and VADER."""
    from verbatim.tone import learn_from_store

    with opened_store() as (settings, store), progress() as step:
        model = learn_from_store(store, _encoder(settings), seed=settings.seed, progress=step)
    report = model.report
    if as_json:
        print_json({"source": model.source, **asdict(report)})
        return
    output().print(f"{report.texts} distinct rated comments: {report.high} high, {report.low} low")
    if report.skills is not None and report.lead is not None:
        found = [(name, *_figures(skill)) for name, skill in report.skills.items()]
        print_table(("Source", "AUC", "95 % interval"), [*found, ("lead of own ratings", *_figures(report.lead))])
        output().print(_calibration(report))
    output().print(f"Used: {model.source} ({report.reason}); languages {', '.join(model.languages)}", markup=False)


def _measure(store: Store, settings: Settings, tree: list[ThemeRow]) -> tuple[SentimentModel, list[ThemeTone]]:
    """The sentiment model that mining kept, and the tone of every theme of the active model.

    Raises:
        EmptyError: there are no themes.
    """
    from verbatim.storage import queries
    from verbatim.tone import add_tone, theme_tones
    from verbatim.tone.stored import encode_all
    from verbatim.tone.summary import spans

    assignments = queries.assignments(store, by=[])
    if assignments.empty:
        raise EmptyError("there are no themes yet; run `verbatim mine`")
    encoder = _encoder(settings)
    with progress() as step:
        model = _kept_or_learned(store, settings, encoder, step)
        vectors = encode_all(spans(assignments), encoder, step)
        toned = add_tone(assignments, vectors, model)
    return model, theme_tones(toned, {row.id: row.parent_id for row in tree})


def _kept_or_learned(store: Store, settings: Settings, encoder: CachedEncoder, step: Progress) -> SentimentModel:
    """The sentiment model kept with the active themes; learned where none is, or it is damaged or another encoder's."""
    from verbatim.errors import EncoderError, NotFoundError, StorageError
    from verbatim.mining import model_folder
    from verbatim.storage import queries
    from verbatim.tone import learn_from_store, load_sentiment

    models = queries.theme_models(store)
    active = models.loc[models["active"].astype(bool), "id"].tolist()
    try:
        return load_sentiment(model_folder(settings, str(active[0])), encoder)
    except NotFoundError:
        pass  # mined before sentiment was kept, or a copy of the database without its files
    except (EncoderError, StorageError) as error:
        notes().print(f"[dim]Sentiment is learned anew: {escape(str(error))}[/dim]")
    return learn_from_store(store, encoder, seed=settings.seed, progress=step)


def _encoder(settings: Settings) -> CachedEncoder:
    from verbatim.themes.cache import CachedEncoder
    from verbatim.themes.encode import find_encoder

    return CachedEncoder(find_encoder(settings.model), settings.home / "cache" / "vectors")


def _branch(tree: list[ThemeRow], row: ThemeRow) -> list[ThemeRow]:
    return [row, *(child for child in tree if child.parent_id == row.id)]


def _print_tones(tones: list[ThemeTone], rows: dict[str, ThemeRow]) -> None:
    table = []
    for tone in tones:
        name = f"  {rows[tone.theme_id].name}" if rows[tone.theme_id].parent_id else rows[tone.theme_id].name
        felt = "–" if tone.sentiment is None else f"{tone.sentiment:+.2f}"
        if tone.low is not None and tone.high is not None:
            felt = f"{felt} ({tone.low:+.2f} … {tone.high:+.2f})"
        most = sorted(KINDS, key=lambda kind: -tone.kinds[kind])[:KINDS_SHOWN]
        kinds = ", ".join(f"{kind} {_percent(tone.kinds[kind])}" for kind in most if tone.kinds[kind] > 0)
        support = _percent(tone.subjects["support"] + tone.subjects["both"])
        table.append((tone.theme_id, name, str(tone.comments), felt, kinds or "–", f"{tone.emotion:.2f}", support))
    print_table(("Id", "Theme", "n", "Sentiment (95 %)", "Mostly", "Emotion", "Support"), table)
    notes().print("[dim]Support: of how many comments it is the subject; all kinds and subjects: --json[/dim]")


def _figures(skill: Skill) -> tuple[str, str]:
    return f"{skill.value:.3f}", f"{skill.low:.3f} … {skill.high:.3f}"


def _calibration(report: GateReport) -> str:
    return (
        f"Chance of a high rating, out of fold: calibration error {report.calibration_error:.3f}, "
        f"Brier {report.brier:.3f} (always the average: {report.brier_constant:.3f})"
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
