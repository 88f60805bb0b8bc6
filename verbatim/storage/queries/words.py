"""What people type to search for words, and what the databases make of it.

All words must occur; ``"several in quotes"`` must stand beside each other; ``-word`` must not occur; ``word*`` is the
beginning of one. Everything else that a database's own language would understand is a sign between words. Texts are
parsed here and never handed over as they are, so that no input is an error to a database.

Where in a text the words stand is worked out here too, by one rule for both databases, since PostgreSQL cannot say it
and SQLite (`highlight`) only by searching once more. The rule is that of the index (`verbatim.storage.words`): runs of
letters and digits, whole or by their beginning, whatever their case and the accents of Latin letters, no stemming.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import ColumnElement, Select, and_, column, exists, func, literal, literal_column, not_, select, table

from verbatim.errors import InputError
from verbatim.storage.tables import comment
from verbatim.storage.words import FOLDED, POSTGRES_FUNCTION, TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

LONGEST, MOST_TERMS = 1_000, 40
TERM = re.compile(r'(?P<minus>-*)(?:"(?P<phrase>[^"]*)(?:"|$)|(?P<word>[^\s"]+))(?P<star>\*?)')
WORD = re.compile(r"[^\W_]+")
MARKS = "\u0300-\u036f"  # accents that stand behind their letter
WORD_IN_TEXT = re.compile(rf"[^\W_](?:[^\W_]|[{MARKS}])*")
UNORDERED_ROW: ColumnElement[int] = literal_column("+comment.rowid")  # a plus: not to be gone through by it
INDEX = table(TABLE, column("rowid"), column(TABLE))
ROW: ColumnElement[int] = literal_column("comment.rowid")


class _Plain(dict[int, str]):
    """For `str.translate`: each character in its small form and, if it is Latin, without accents; filled as needed."""

    def __missing__(self, code: int) -> str:
        self[code] = plain = _plain(chr(code))
        return plain


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand beside each other; ``prefix``: the last is the beginning of one."""

    words: tuple[str, ...]
    prefix: bool = False

    def runs(self, words: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Where the term stands among ``words``, in their plain forms: number of its first and of its last word."""
        *whole, last = (word.translate(PLAIN) for word in self.words)
        for end in range(len(whole), len(words)):
            first = end - len(whole)
            if words[first:end] == whole and (words[end].startswith(last) if self.prefix else words[end] == last):
                yield first, end


@dataclass(frozen=True, slots=True)
class WordQuery:
    """Terms that must all occur, and terms of which none may."""

    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...]

    @classmethod
    def parse(cls, typed: str) -> Self:
        """Read what somebody typed.

        Raises:
            InputError: nothing in it is a word, or it is too long.

        >>> WordQuery.parse('late "was not" -bill*')
        WordQuery(wanted=(Term(words=('late',), prefix=False), Term(words=('was', 'not'), prefix=False)), \
unwanted=(Term(words=('bill',), prefix=True),))
        """
        if len(typed) > LONGEST:
            raise InputError(f"a search has at most {LONGEST:,} characters, this one {len(typed):,}; shorten it")
        wanted: dict[Term, None] = {}
        unwanted: dict[Term, None] = {}
        for found in TERM.finditer(typed):
            said = found["word"] if found["phrase"] is None else found["phrase"]
            words = tuple(WORD.findall(said.translate(FOLDED).lower()))
            if words:
                term = Term(words, prefix=bool(found["star"]) or said.endswith("*"))
                (unwanted if found["minus"] else wanted)[term] = None
        if not wanted and not unwanted:
            raise InputError('the search has no words; give letters or digits, as in: late "not delivered" -refund')
        if len(wanted) + len(unwanted) > MOST_TERMS:
            raise InputError(f"a search has at most {MOST_TERMS} words or phrases; leave some out")
        return cls(tuple(wanted), tuple(unwanted))

    def matched(self, connection: Connection) -> ColumnElement[bool]:
        """That a comment matches; for SQLite to begin with the matches, so best where they are few."""
        if connection.dialect.name != "sqlite":
            return _postgresql(self)
        if not self.wanted:
            return not_(ROW.in_(_rows(_any(self.unwanted))))
        return ROW.in_(_rows(_sqlite(self)))

    def places(self, said: str) -> tuple[tuple[int, int], ...]:
        """Where in the text ``said`` wanted words and phrases stand: ``[start, end)`` in characters (code points).

        In order; what overlaps is one place. A word found by its beginning counts as a whole, a phrase from its first
        word to its last. Empty where only unwanted words were given.

        >>> WordQuery.parse('invoic* "was not" -refund').places("Invoices? It was not mine.")
        ((0, 8), (13, 20))
        """
        found = list(WORD_IN_TEXT.finditer(said))
        words = [one[0].translate(PLAIN) for one in found]
        runs = {(found[first].start(), found[last].end()) for term in self.wanted for first, last in term.runs(words)}
        places: list[tuple[int, int]] = []
        for start, end in sorted(runs):
            if places and start < places[-1][1]:
                places[-1] = (places[-1][0], max(end, places[-1][1]))
            else:
                places.append((start, end))
        return tuple(places)

    @property
    def has_prefix(self) -> bool:
        """Whether a term stands for many words, which SQLite looks for all anew for each comment it is asked of."""
        return any(term.prefix for term in (*self.wanted, *self.unwanted))

    def listed(self, connection: Connection) -> ColumnElement[bool]:
        """The same, for SQLite to list the matches once, but to go through the comments in another order."""
        if connection.dialect.name != "sqlite" or not self.wanted:
            return self.matched(connection)
        return UNORDERED_ROW.in_(_rows(_sqlite(self)))

    def probed(self, connection: Connection) -> ColumnElement[bool]:
        """The same, for SQLite to ask of one comment after the other; best where most match."""
        if connection.dialect.name != "sqlite":
            return _postgresql(self)
        asked = _any(self.unwanted) if not self.wanted else _sqlite(self)
        found = exists(_rows(asked).where(INDEX.c.rowid == ROW).correlate(comment))
        return found if self.wanted else not_(found)

    def matches(self, connection: Connection, *, most: int) -> int:
        """How many comments match, counted no further than ``most``; ``most`` where only unwanted words are given."""
        if not self.wanted:
            return most
        rows: Select[Any] = (
            _rows(_sqlite(self))
            if connection.dialect.name == "sqlite"
            else select(comment.c.id).where(_postgresql(self))
        )
        number: int = connection.execute(select(func.count()).select_from(rows.limit(most).subquery())).scalar_one()
        return number


def _plain(letter: str) -> str:
    """One character as the indexes compare it: "É" is "e", "ß" is itself, an accent by itself is nothing."""
    if "\u0300" <= letter <= "\u036f":
        return ""
    folded = letter.casefold()
    small = folded if len(folded) == 1 else letter.lower()
    base = unicodedata.normalize("NFD", small)[0]
    return base if base.isascii() else small


PLAIN = _Plain()


def _rows(asked: str) -> Select[Any]:
    return select(INDEX.c.rowid).where(INDEX.c[TABLE].op("MATCH", is_comparison=True)(literal(asked)))


def _sqlite(query: WordQuery) -> str:
    wanted = " AND ".join(map(_phrase, query.wanted))
    return f"({wanted}) NOT ({_any(query.unwanted)})" if query.unwanted else wanted


def _any(terms: tuple[Term, ...]) -> str:
    return " OR ".join(map(_phrase, terms))


def _phrase(term: Term) -> str:
    return f'"{" ".join(term.words)}"{" *" if term.prefix else ""}'


def _postgresql(query: WordQuery) -> ColumnElement[bool]:
    asked = [*(_followed(term) for term in query.wanted), *(f"!({_followed(term)})" for term in query.unwanted)]
    words = func.to_tsquery(literal_column("'simple'::regconfig"), " & ".join(asked))
    found: ColumnElement[bool] = getattr(func, POSTGRES_FUNCTION)(comment.c.text).op("@@", is_comparison=True)(words)
    return and_(found)


def _followed(term: Term) -> str:
    quoted = [f"'{word}'" for word in term.words]
    return f"({' <-> '.join(quoted)}{':*' if term.prefix else ''})"
