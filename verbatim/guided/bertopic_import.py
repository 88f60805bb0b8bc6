"""The topics of a saved BERTopic model as a starting taxonomy; BERTopic itself is not needed, and no code ever runs.

What is read: ``topics.json`` as ``BERTopic.save(folder, serialization="safetensors")`` writes it ("pytorch" writes the
same file), and the ``topic_info.csv`` that ``get_topic_info().to_csv`` makes, which also has representative comments.
A pickled model is refused, since opening one runs whatever code is in it.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from verbatim.errors import InputError
from verbatim.guided.taxonomy import LONGEST_EXAMPLE, LONGEST_NAME, MOST_ENTRIES, TaxonomyEntry, make_taxonomy
from verbatim.themes.wording import stop_words

if TYPE_CHECKING:
    from pathlib import Path

    from verbatim.guided.taxonomy import Taxonomy

TOPICS, INFO = "topics.json", "topic_info.csv"
MOST_BYTES = 500_000_000
LONGEST_CELL = 5_000_000
WORDS_IN_NAME, WORDS_IN_DESCRIPTION = 3, 10
SAVE_HINT = 'load it where it was made and save it with model.save(folder, serialization="safetensors")'

_PICKLES = {".pkl", ".pickle", ".joblib", ".bin", ".pt", ".pth"}
_DEFAULT_LABEL = re.compile(r"-?\d+_")


@dataclass(frozen=True, slots=True)
class _Topic:
    """A topic as BERTopic knows it: its words, best first, a label of its own or "", and comments that show it."""

    number: int
    words: tuple[str, ...]
    label: str = ""
    examples: tuple[str, ...] = ()


def import_bertopic(path: Path) -> Taxonomy:
    """The topics of a saved model: a folder with ``topics.json`` and, where wanted, ``topic_info.csv``, or either file.

    The outlier topic -1 is left out. A topic is called by its custom label, else by its best words; its words become
    the description, its representative comments the examples. The ids are ``bertopic-<number>``.

    Raises:
        InputError: no such files, damaged ones, a pickle, or no topics; the message says what to do.
    """
    topics, shown, info = _find(path)
    found = _from_json(topics) if topics else {}
    described = _from_info(info) if info else {}
    if found and described and (set(found) - {-1}) != (set(described) - {-1}):
        raise InputError(f"{shown}: {TOPICS} and {INFO} hold different topics; keep the one that belongs to this model")
    merged = [_joined(found.get(number), described.get(number)) for number in sorted({*found, *described} - {-1})]
    if not merged:
        raise InputError(f"{shown} holds no topics besides outliers")
    if len(merged) > MOST_ENTRIES:
        raise InputError(f"{shown} holds {len(merged):,} topics; {MOST_ENTRIES:,} are the most: reduce them first")
    used: set[str] = set()
    return make_taxonomy([_entry(topic, used) for topic in merged], [f"topic {topic.number}" for topic in merged])


def _find(path: Path) -> tuple[Path | None, Path, Path | None]:
    """The ``topics.json``, the path to show in messages, and the ``topic_info.csv``."""
    if path.suffix.lower() in _PICKLES:
        raise InputError(f"{path} is a pickle, and opening one can run any code in it; {SAVE_HINT}")
    if path.is_dir():
        topics, info = path / TOPICS, path / INFO
        if topics.is_file() or info.is_file():
            return (topics if topics.is_file() else None), path, (info if info.is_file() else None)
        pickled = sorted(file.name for file in path.iterdir() if file.suffix.lower() in _PICKLES)
        if pickled:
            raise InputError(f"{path} holds a pickle ({pickled[0]}), which can run any code when opened; {SAVE_HINT}")
        raise InputError(f"{path} holds neither {TOPICS} nor {INFO}; {SAVE_HINT}")
    if not path.is_file():
        raise InputError(f"{path} does not exist; name the folder of a saved BERTopic model")
    if _starts_like_a_pickle(path):
        raise InputError(f"{path} is a pickle, and opening one can run any code in it; {SAVE_HINT}")
    if path.suffix.lower() == ".csv":
        return None, path, path
    if path.suffix.lower() == ".json":
        return path, path, None
    raise InputError(f"{path} should be a folder, a {TOPICS} or a {INFO}")


def _starts_like_a_pickle(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            head = stream.read(2)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    return len(head) == 2 and head[0] == 0x80 and head[1] <= 0x0A  # noqa: PLR2004 - the opcode PROTO and its number


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path} is larger than {MOST_BYTES:,} bytes; that is no list of topics")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8, so it is not what BERTopic writes") from error


def _from_json(path: Path) -> dict[int, _Topic]:
    try:
        content = json.loads(_read(path))
        labels = content.get("custom_labels") or []
        words = {
            int(number): tuple(str(word) for word, _ in pairs if str(word).strip())
            for number, pairs in content["topic_representations"].items()
        }
        own = dict(zip(sorted(words), map(str, labels), strict=True)) if labels else {}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{path} is not a {TOPICS} of BERTopic ({type(error).__name__}: {error})") from error
    return {number: _Topic(number, found, own.get(number, "")) for number, found in words.items()}


def _from_info(path: Path) -> dict[int, _Topic]:
    found: dict[int, _Topic] = {}
    limit = csv.field_size_limit(LONGEST_CELL)
    try:
        reader = csv.DictReader(io.StringIO(_read(path), newline=""), strict=True)
        if not {"Topic", "Name"} <= set(reader.fieldnames or ()):
            raise InputError(f"{path} has no columns 'Topic' and 'Name', as get_topic_info().to_csv writes them")
        for row in reader:
            number = int(row["Topic"])
            words = _listed(row.get("Representation"), path) or tuple((row["Name"] or "").split("_")[1:])
            label = row.get("CustomName") or row["Name"] or ""
            examples = _listed(row.get("Representative_Docs"), path)
            found[number] = _Topic(number, words, label, examples)
    except (ValueError, TypeError, csv.Error) as error:
        raise InputError(f"{path} is not a table of topics as BERTopic writes it: {error}") from error
    finally:
        csv.field_size_limit(limit)
    return found


def _listed(cell: str | None, path: Path) -> tuple[str, ...]:
    """A Python list of texts as pandas writes it into a cell; literals only, so nothing is run."""
    if not cell or cell.strip() in {"", "nan", "None"}:
        return ()
    try:
        value = ast.literal_eval(cell.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise InputError(f"{path}: {cell[:40]!r}… is not a list of texts") from error
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise InputError(f"{path}: {cell[:40]!r}… is not a list of texts")
    return tuple(text for text in value if text.strip())


def _joined(saved: _Topic | None, told: _Topic | None) -> _Topic:
    first = saved or told
    if first is None or told is None:
        return first or _Topic(0, ())
    label = first.label or ("" if _DEFAULT_LABEL.match(told.label) else told.label)
    return _Topic(first.number, first.words or told.words, label, told.examples)


def _entry(topic: _Topic, used: set[str]) -> TaxonomyEntry:
    telling = [word for word in topic.words if word.lower() not in stop_words()] or list(topic.words)
    label = "" if _DEFAULT_LABEL.match(topic.label) else " ".join(topic.label.split())
    name = (label or ", ".join(telling[:WORDS_IN_NAME]).capitalize() or f"Topic {topic.number}")[:LONGEST_NAME].strip()
    if name.casefold() in used:
        name = f"{name[: LONGEST_NAME - 12]} ({topic.number})"
    used.add(name.casefold())
    examples = tuple(text[:LONGEST_EXAMPLE] for text in topic.examples)
    return TaxonomyEntry(f"bertopic-{topic.number}", name, ", ".join(telling[:WORDS_IN_DESCRIPTION]), examples)
