"""A taxonomy: the themes an organisation wants its comments sorted into, as values that are valid once they exist.

Ids are permanent: they are given, or derived from the name when an entry is first written down. A renamed theme keeps
its id as long as the file carries it (``taxonomy_files.write_taxonomy`` always writes ids).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from verbatim.domain import stable_key
from verbatim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_ENTRIES = 2_000
MOST_EXAMPLES = 5_000  # of one theme
LONGEST_NAME = 200
LONGEST_DESCRIPTION = 5_000
LONGEST_EXAMPLE = 20_000

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class TaxonomyEntry:
    """One theme of a taxonomy. ``examples`` are comments that belong to it; ``parent`` is the id of another entry."""

    id: str
    name: str
    description: str = ""
    examples: tuple[str, ...] = ()
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Themes in the order of their file; made by ``make_taxonomy``, which checks them."""

    entries: tuple[TaxonomyEntry, ...]

    def entry(self, key: str) -> TaxonomyEntry:
        """The entry with id ``key``.

        Raises:
            InputError: there is none.
        """
        for entry in self.entries:
            if entry.id == key:
                return entry
        raise InputError(f"the taxonomy has no theme with the id {key!r}")

    @property
    def targets(self) -> tuple[TaxonomyEntry, ...]:
        """The themes that comments are matched to: those without sub-themes, and parents with examples of their own."""
        parents = {entry.parent for entry in self.entries}
        return tuple(entry for entry in self.entries if entry.id not in parents or entry.examples)

    def ancestors(self, key: str) -> tuple[str, ...]:
        """The ids above ``key``, nearest first."""
        parents = {entry.id: entry.parent for entry in self.entries}
        found: list[str] = []
        above = parents.get(key)
        while above is not None:
            found.append(above)
            above = parents.get(above)
        return tuple(found)

    def with_examples(self, added: Mapping[str, Sequence[str]]) -> Taxonomy:
        """A taxonomy with further examples by theme id; an example that is there already is not added twice.

        Raises:
            InputError: an unknown id, or an example that is blank or too long.
        """
        known = {entry.id for entry in self.entries}
        for key in added:
            if key not in known:
                raise InputError(f"the taxonomy has no theme with the id {key!r} to add examples to")
        return make_taxonomy(
            [replace(entry, examples=(*entry.examples, *added.get(entry.id, ()))) for entry in self.entries]
        )


def make_taxonomy(entries: Iterable[TaxonomyEntry], places: Sequence[str] = ()) -> Taxonomy:
    """Check ``entries`` and make them a taxonomy; a parent may be given by id or by name.

    ``places`` say where each entry stands ("line 12"), for messages; without them entries are numbered.

    Raises:
        InputError: no entries, too many, a name that is missing, too long or given twice, an id that is not one or
            given twice, an unknown parent, a theme that is its own ancestor, or examples that cannot be used.
    """
    listed = list(entries)
    where = list(places) or [f"entry {number}" for number in range(1, len(listed) + 1)]
    if not listed:
        raise InputError("the taxonomy has no themes; give each a [[theme]] with a name")
    if len(listed) > MOST_ENTRIES:
        raise InputError(f"the taxonomy has {len(listed):,} themes; {MOST_ENTRIES:,} are the most")
    tidy = [_tidied(entry, place) for entry, place in zip(listed, where, strict=True)]
    _refuse_repeated([entry.name.casefold() for entry in tidy], tidy, where, "name")
    _refuse_repeated([entry.id.casefold() for entry in tidy], tidy, where, "id")
    linked = _with_parents(tidy, where)
    _refuse_cycles(linked, where)
    return Taxonomy(tuple(linked))


def derived_id(name: str) -> str:
    """The id of a theme that was given none: its name in lower-case ASCII, or a hash where that leaves nothing.

    >>> derived_id("Café & parking")
    'cafe-parking'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64].strip("-")
    letters = sum(character.isalpha() for character in name)
    kept = sum(character.isalpha() for character in slug)
    return slug if slug and kept * 2 >= letters else f"theme-{stable_key(name)[:12]}"


def _tidied(entry: TaxonomyEntry, place: str) -> TaxonomyEntry:
    name = " ".join(entry.name.split())
    if not name:
        raise InputError(f"{place}: the theme has no name")
    if len(name) > LONGEST_NAME:
        raise InputError(f"{place}: the name {name[:40]!r}… has {len(name):,} characters; {LONGEST_NAME} are the most")
    description = " ".join(entry.description.split())
    if len(description) > LONGEST_DESCRIPTION:
        raise InputError(
            f"{place} ({name!r}): the description has {len(description):,} characters; "
            f"{LONGEST_DESCRIPTION:,} are the most"
        )
    for what, text in (("name", name), ("description", description)):
        if _CONTROL.search(text):
            raise InputError(f"{place}: the {what} {text[:40]!r} holds a control character; remove it")
    key = entry.id.strip() or derived_id(name)
    if not _ID.fullmatch(key):
        raise InputError(
            f"{place} ({name!r}): {key[:70]!r} cannot be an id; use at most 64 of A–Z, a–z, 0–9, '.', '_' and '-'"
        )
    return TaxonomyEntry(key, name, description, _tidied_examples(entry, place), entry.parent)


def _tidied_examples(entry: TaxonomyEntry, place: str) -> tuple[str, ...]:
    examples = tuple(dict.fromkeys(" ".join(_CONTROL.sub(" ", text).split()) for text in entry.examples))
    if len(examples) > MOST_EXAMPLES:
        raise InputError(f"{place} ({entry.name!r}): {len(examples):,} examples; {MOST_EXAMPLES:,} are the most")
    for text in examples:
        if not text:
            raise InputError(f"{place} ({entry.name!r}): an example is blank; remove it")
        if len(text) > LONGEST_EXAMPLE:
            raise InputError(
                f"{place} ({entry.name!r}): an example has {len(text):,} characters; {LONGEST_EXAMPLE:,} are the most"
            )
    return examples


def _refuse_repeated(keys: Sequence[str], entries: Sequence[TaxonomyEntry], where: Sequence[str], what: str) -> None:
    seen: dict[str, int] = {}
    for row, key in enumerate(keys):
        if key in seen:
            hint = "give one of them an id of its own" if what == "id" else "rename one, or merge the two"
            raise InputError(
                f"{where[row]}: the {what} {getattr(entries[row], what)!r} is taken by {where[seen[key]]}; {hint}"
            )
        seen[key] = row


def _with_parents(entries: Sequence[TaxonomyEntry], where: Sequence[str]) -> list[TaxonomyEntry]:
    by_name = {entry.name.casefold(): entry.id for entry in entries}
    ids = {entry.id for entry in entries}
    linked = []
    for entry, place in zip(entries, where, strict=True):
        wanted = " ".join((entry.parent or "").split())
        parent = wanted if wanted in ids else by_name.get(wanted.casefold())
        if wanted and parent is None:
            raise InputError(f"{place} ({entry.name!r}): there is no theme {wanted[:80]!r} to be its parent")
        linked.append(replace(entry, parent=parent))
    return linked


def _refuse_cycles(entries: Sequence[TaxonomyEntry], where: Sequence[str]) -> None:
    parents = {entry.id: entry.parent for entry in entries}
    sound: set[str] = set()
    for entry, place in zip(entries, where, strict=True):
        path: dict[str, None] = {}
        at: str | None = entry.id
        while at is not None and at not in sound:
            if at in path:
                circle = [*list(path)[list(path).index(at) :], at]
                raise InputError(f"{place} ({entry.name!r}): the parents go round in a circle: {' → '.join(circle)}")
            path[at] = None
            at = parents[at]
        sound |= set(path)
