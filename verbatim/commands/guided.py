"""``verbatim taxonomy``: check, match, import and export."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from verbatim.errors import EmptyError, StoreFullError, UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from verbatim.guided.sorting import Sorted
    from verbatim.guided.taxonomy import Taxonomy

QUOTED = 2
COLUMNS = ("comment", "text", "theme_id", "theme", "score", "start", "end", "span", "nearest", "closeness")
FORMULA = tuple("=+-@\t\r")
FILE = click.Path(path_type=Path)


@click.group("taxonomy")
def taxonomy_command() -> None:
    """Work with themes of your own: a file of names, descriptions, examples and parents.

    In TOML each theme is a [[theme]] with name and, where wanted, id, description, examples and parent; in CSV these
    are columns. `verbatim taxonomy export` makes one from the mined themes, to begin with.
    """


@taxonomy_command.command("check")
@click.argument("file", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check_command(file: Path, as_json: bool) -> None:
    """Read the taxonomy FILE and show it; every mistake is told with its line."""
    from verbatim.guided.taxonomy_files import read_taxonomy

    taxonomy = read_taxonomy(file)
    thin = [entry.name for entry in taxonomy.targets if not entry.description and not entry.examples]
    if as_json:
        print_json({"themes": [asdict(entry) for entry in taxonomy.entries], "name_only": thin})
        return
    rows = [
        (
            entry.id,
            "  " * len(taxonomy.ancestors(entry.id)) + entry.name,
            "yes" if entry.description else "–",
            str(len(entry.examples)),
        )
        for entry in taxonomy.entries
    ]
    print_table(("Id", "Theme", "Described", "Examples"), rows)
    if thin:
        notes().print(f"[dim]{len(thin)} themes have a name only; a description or examples help: {_few(thin)}[/dim]")


@taxonomy_command.command("match")
@click.argument("comments", type=FILE, required=False)
@click.option("--stored", is_flag=True, help="Match the comments in the store instead of a file's.")
@click.option("--taxonomy", "taxonomy_file", type=FILE, required=True, help="The themes, a .toml or .csv file.")
@click.option("--column", help="Column of the comments. [default: found by its name, else the longest texts]")
@click.option("--language", default="en", show_default=True, help="Language of the comments, for splitting them.")
@click.option("--from", "start", type=DAY, help="With --stored: first day, YYYY-MM-DD.")
@click.option("--to", "end", type=DAY, help="With --stored: day after the last, YYYY-MM-DD.")
@click.option("--question", help="With --stored: only answers to this open question.")
@click.option("--out", type=FILE, help="Write every comment with its themes and spans to a .csv or .json file.")
@click.option("--grow", type=FILE, help="Write the taxonomy with the proposals added to a .toml or .csv file.")
@click.option("--save", type=FILE, help="Keep the fitted model in this folder.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def match_command(
    comments: Path | None,
    *,
    stored: bool,
    taxonomy_file: Path,
    out: Path | None,
    grow: Path | None,
    save: Path | None,
    as_json: bool,
    **options: Any,  # noqa: ANN401
) -> None:
    """Match COMMENTS (a CSV, JSON Lines, Parquet or XLSX file) or those --stored to a taxonomy.

    A comment can speak of several themes; one that fits nowhere is left for the proposals. Examples in the taxonomy
    improve the matching at once.
    """
    from verbatim.guided.model_files import save_guided
    from verbatim.guided.sorting import sort_comments
    from verbatim.guided.taxonomy_files import read_taxonomy, write_taxonomy
    from verbatim.settings import load_settings
    from verbatim.themes.cache import CachedEncoder
    from verbatim.themes.encode import find_encoder

    if stored == (comments is not None):
        raise UserError("name a file of comments, or --stored, one of the two")
    if out is not None and out.suffix.lower() not in {".csv", ".json"}:
        raise UserError(f"--out {out} should end in .csv or .json")
    taxonomy = read_taxonomy(taxonomy_file)
    settings = load_settings()
    people: set[str] = set()
    if comments is None:
        ids, texts, people = _stored(options)
    else:
        ids, texts = _of_file(comments, options["column"])
    encoder = CachedEncoder(find_encoder(settings.model), settings.home / "cache" / "vectors")
    with progress() as step:
        found = sort_comments(
            texts,
            taxonomy,
            encoder,
            language=options["language"],
            people=people,
            seed=settings.seed,
            progress=step,
        )
    if out is not None:
        _write(out, _rows(ids, texts, found, taxonomy))
    if grow is not None:
        write_taxonomy(_grown(taxonomy, found), grow)
    if save is not None:
        save_guided(found.model, save)
    _show(found, as_json=as_json)


@taxonomy_command.group("import")
def import_group() -> None:
    """Make a taxonomy from what another program found."""


@import_group.command("bertopic")
@click.argument("folder", type=FILE)
@click.option("--out", type=FILE, required=True, help="The .toml or .csv file to write.")
def bertopic_command(folder: Path, out: Path) -> None:
    """Read the topics of a BERTopic model saved with serialization="safetensors", or a topic_info.csv.

    Pickled models are refused: opening one can run any code. A topic_info.csv in the folder
    (model.get_topic_info().to_csv) adds examples.
    """
    from verbatim.guided.bertopic_import import import_bertopic
    from verbatim.guided.taxonomy_files import write_taxonomy

    taxonomy = import_bertopic(folder)
    write_taxonomy(taxonomy, out)
    click.echo(f"{len(taxonomy.entries)} topics written to {out}; rename them there, their ids stay")


@taxonomy_command.command("export")
@click.option("--out", type=FILE, help="The .toml or .csv file to write. [default: print it, as TOML]")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
def export_command(out: Path | None, force: bool) -> None:
    """Write the mined themes as a taxonomy, with quotes as examples.

    A theme that people described keeps that description; the keywords describe the others.
    """
    from verbatim.guided.export import taxonomy_of_store
    from verbatim.guided.taxonomy_files import as_toml, write_taxonomy

    if out is not None and out.exists() and not force:
        raise UserError(f"{out} is there already; --force replaces it")
    with opened_store() as (_, store):
        taxonomy = taxonomy_of_store(store)
    if out is None:
        click.echo(as_toml(taxonomy), nl=False)
        return
    write_taxonomy(taxonomy, out)
    click.echo(f"{len(taxonomy.entries)} themes written to {out}")


def _of_file(path: Path, column: str | None) -> tuple[Sequence[str], Sequence[str]]:
    from verbatim.guided.comments import read_comments
    from verbatim.settings import load_settings

    found = read_comments(path, load_settings(), column)
    left = f"; {found.blank:,} blank" if found.blank else ""
    left += f"; {found.unreadable:,} rows that cannot be read" if found.unreadable else ""
    notes().print(f"[dim]{len(found.texts):,} comments in the column {escape(repr(found.column))}{left}[/dim]")
    return found.ids, found.texts


def _stored(options: Mapping[str, Any]) -> tuple[Sequence[str], Sequence[str], set[str]]:
    """Ids and texts of the stored comments, and the names of people who are known there."""
    from verbatim.mining import people
    from verbatim.storage import queries

    start: date | None = options["start"]
    end: date | None = options["end"]
    check_days(start, end)
    with opened_store() as (settings, store):
        frame = queries.comments(
            store, start=moment(start, settings), end=moment(end, settings), question=options["question"]
        )
        known = people(store)
    if frame.empty:
        raise EmptyError("no stored comments match; run `verbatim ingest` first, or widen --from, --to and --question")
    return list(frame["id"]), list(frame["text"]), known


def _grown(taxonomy: Taxonomy, found: Sorted) -> Taxonomy:
    """The taxonomy with the proposals behind it; an id that is taken gets a number."""
    from dataclasses import replace

    from verbatim.guided.taxonomy import make_taxonomy

    entries = list(taxonomy.entries)
    used = {entry.id.casefold() for entry in entries}
    for proposal in found.proposals:
        entry = proposal.as_entry()
        key, number = entry.id, 2
        while key.casefold() in used:
            key, number = f"{entry.id[:60]}-{number}", number + 1
        used.add(key.casefold())
        entries.append(replace(entry, id=key))
    return make_taxonomy(entries)


def _rows(ids: Sequence[str], texts: Sequence[str], found: Sorted, taxonomy: Taxonomy) -> list[dict[str, object]]:
    """One row a span, and one for each comment that fits nowhere; keys as in ``COLUMNS``."""
    names = {entry.id: entry.name for entry in taxonomy.entries}
    rows: list[dict[str, object]] = []
    for key, text, match in zip(ids, texts, found.matches, strict=True):
        about = {"nearest": match.nearest, "closeness": match.closeness}
        blank = {"theme_id": None, "theme": None, "score": None, "start": None, "end": None, "span": None}
        if not match.spans:
            rows.append({"comment": key, "text": text, **blank, **about})
        for span in match.spans:
            said = {"theme_id": span.theme_id, "theme": names[span.theme_id], "score": match.scores[span.theme_id]}
            place = {"start": span.start, "end": span.end, "span": text[span.start : span.end]}
            rows.append({"comment": key, "text": text, **said, **place, **about})
    return rows


def _write(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    if path.suffix.lower() == ".json":
        content = json.dumps(rows, ensure_ascii=False, indent=1, allow_nan=False)
    else:
        stream = io.StringIO(newline="")
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows([_cell(row[column]) for column in COLUMNS] for row in rows)
        content = "\ufeff" + stream.getvalue()
    try:
        path.write_text(content, encoding="utf-8", newline="")
    except OSError as error:
        raise StoreFullError(f"{path} cannot be written: {error.strerror}") from error


def _cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else "" if value is None else value


def _show(found: Sorted, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "comments": found.comments,
                "several_themes": found.several,
                "no_detail": found.no_detail,
                "unmatched": found.unmatched,
                "floor": found.model.floor,
                "themes": [asdict(theme) for theme in found.themes],
                "proposals": [
                    {key: value for key, value in asdict(proposal).items() if key != "rows"}
                    for proposal in found.proposals
                ],
            }
        )
        return
    depth = {entry.id: len(found.model.taxonomy.ancestors(entry.id)) for entry in found.model.taxonomy.entries}
    rows = [
        ("  " * depth[theme.id] + theme.name, f"{theme.comments:,}", f"{100 * theme.share:.1f} %", str(theme.examples))
        for theme in found.themes
    ]
    print_table(("Theme", "Comments", "Share", "Examples"), rows)
    click.echo(
        f"\n{found.comments:,} comments; {_share(found.several, found.comments)} speak of several themes, "
        f"{_share(found.unmatched, found.comments)} fit nowhere, "
        f"{_share(found.no_detail, found.comments)} say nothing and fit nowhere"
    )
    if found.proposals:
        output().print("\n[bold]Proposals for what fits nowhere[/bold]")
    for proposal in found.proposals:
        output().print(f"\n{escape(proposal.sentence)}")
        for quote in proposal.quotes[:QUOTED]:
            output().print(f"  [dim]“{escape(quote)}”[/dim]")


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %"


def _few(names: Sequence[str]) -> str:
    return escape(", ".join(names[:5]) + (" …" if len(names) > 5 else ""))
