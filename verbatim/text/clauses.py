"""Splits a comment into clauses, so that "the staff were lovely but the wait was endless" speaks of two themes.

Sentences (``sentences.py``) are split further where a new statement begins: at a semicolon, dash or bullet; at "but",
"however" and their like; at a comma or "and" with a statement of its own on both sides; and between the items of a
list of aspects ("good food, friendly staff, quick service"). The rules read tokens only and need no model, so they
are the same on every machine. What would be too short to mean something stays with its neighbour.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from verbatim.text.connectors import (
    ADDING,
    AUXILIARIES,
    CONTRASTING,
    DOUBTFUL,
    FILLERS,
    INTENSIFIERS,
    MOST_WORDS_OF_A_CONNECTOR,
    NOT_BEFORE_BUT,
    SUBJECTS,
    SUBORDINATING,
)
from verbatim.text.sentences import Span, split_many
from verbatim.text.verdicts import COMPLAINT, PRAISE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

FEWEST_WORDS = 2
FEWEST_WORDS_OF_A_STATEMENT = 3
WORDS_TO_THE_VERB = 6  # a statement shows its verb within so many words
MOST_WORDS_OF_AN_ITEM = 6  # of a list of aspects

_WORD_OR_MARK = re.compile(r"[^\W_]+(?:['’\-][^\W_]+){0,4}|[;,:()/&+•·*–—]|-(?=\s)|\[[A-Z0-9_]{1,30}\]")
_CANDIDATE = re.compile(
    r"[;,•·–—&+/*]|\s-\s|\b(?:and|but|however|though|although|whereas|while|yet|except|otherwise|also|plus|because|"
    r"aber|jedoch|doch|und|sondern|allerdings|pero|aunque|sin|y|mais|cependant|toutefois|et|ma|però|e|maar|en|mas|"
    r"porém)\b",
    re.IGNORECASE,
)
_STRONG = frozenset(";•·*–—-")
_LISTING = frozenset(",/&+")
_EDGES = re.compile(r"[\s,;:•·*–—&+/\-]+")


def split_clauses(text: str, language: str = "en") -> list[Span]:
    """The clauses of ``text``, in order, never overlapping; none for blank text.

    Only blanks, marks and the connecting words between clauses lie outside. ``language`` is an ISO 639-1 code; the
    words that connect are known for English, and the commonest of them for German, Spanish, French, Italian, Dutch
    and Portuguese; other languages are split at sentences and semicolons.

    >>> text = "The staff were lovely but the wait was endless."
    >>> [text[clause.start : clause.end] for clause in split_clauses(text)]
    ['The staff were lovely', 'the wait was endless.']
    """
    return next(split_many_clauses([text], language))


def split_many_clauses(texts: Iterable[str], language: str = "en") -> Iterator[list[Span]]:
    """``split_clauses`` for each of ``texts``, in order, streaming; takes time linear in the length of a text."""
    waiting: list[str] = []

    def remembered() -> Iterator[str]:
        for text in texts:
            waiting.append(text)
            yield text

    for sentences in split_many(remembered(), language):
        text = waiting.pop(0)
        yield [clause for sentence in sentences for clause in _clauses_of(text, sentence, language)]


class _Token:
    """A word or mark: where it lies, its lower-case form, and whether it is a word."""

    __slots__ = ("end", "is_word", "start", "word")

    def __init__(self, match: re.Match[str], offset: int) -> None:
        self.start, self.end = match.start() + offset, match.end() + offset
        self.word = match.group().lower().replace("’", "'")
        self.is_word = self.word[0].isalnum()


def _clauses_of(text: str, sentence: Span, language: str) -> list[Span]:
    piece = text[sentence.start : sentence.end]
    if not _CANDIDATE.search(piece):
        return [sentence]
    tokens = [_Token(match, sentence.start) for match in _WORD_OR_MARK.finditer(piece)]
    borders = _borders(tokens, language)
    if not borders:
        return [sentence]
    spans = []
    start = sentence.start
    for left, right in [*borders, (sentence.end, sentence.end)]:
        spans.append(_trimmed(text, start, left))
        start = right
    return [span for span in spans if span.end > span.start] or [sentence]


def _borders(tokens: Sequence[_Token], language: str) -> list[tuple[int, int]]:
    """Where clauses end and the next begin: pairs of offsets, in order."""
    verbs = _verbs_ahead(tokens, language)
    candidates = _list_borders(tokens, language) if not any(verbs) else _statement_borders(tokens, verbs, language)
    return _long_enough(tokens, candidates, language)


def _statement_borders(tokens: Sequence[_Token], verbs: Sequence[bool], language: str) -> list[tuple[int, int]]:
    """Places (first token of the connector, first token after it) where a new statement begins."""
    found: list[tuple[int, int]] = []
    stated = False  # whether the clause so far has a verb or a verdict
    depth = 0
    place = 0
    while place < len(tokens):
        token = tokens[place]
        depth = max(0, depth + (token.word == "(") - (token.word == ")"))
        kind, after = _connector(tokens, place, language)
        if kind and depth == 0 and _begins_statement(tokens, after, kind, stated, verbs, language):
            found.append((_without_trailing(tokens, place, language), after))
            stated = False
        if not kind:
            stated = stated or _is_verb(token.word, language) or token.word in PRAISE or token.word in COMPLAINT
        place = max(after, place + 1)
    return found


def _begins_statement(
    tokens: Sequence[_Token], after: int, kind: str, stated: bool, verbs: Sequence[bool], language: str
) -> bool:
    if after >= len(tokens):
        return False
    if kind in {"strong", "contrast"}:
        return True
    subject = tokens[after].word in SUBJECTS.get(language, frozenset()) or kind == "comma"
    return stated and verbs[after] and subject and not _opens_subordinate(tokens, after, language)


def _without_trailing(tokens: Sequence[_Token], place: int, language: str) -> int:
    """``place`` moved back over the connecting words before it: "… and even though" begins at "and"."""
    adding = ADDING.get(language, frozenset())
    while place and (tokens[place - 1].word in INTENSIFIERS or tokens[place - 1].word in adding):
        place -= 1
    return place


def _opens_subordinate(tokens: Sequence[_Token], place: int, language: str) -> bool:
    return tokens[place].word in SUBORDINATING.get(language, frozenset())


def _connector(tokens: Sequence[_Token], place: int, language: str) -> tuple[str, int]:
    """The kind of connector that begins at ``place`` ("" for none) and the token after it."""
    word = tokens[place].word
    if word in _STRONG:
        skipped = _after_words(tokens, place + 1, CONTRASTING, language)
        return "strong", _after_words(tokens, skipped, ADDING, language)
    start = place + 1 if word in _LISTING else place
    contrast = _after_words(tokens, start, CONTRASTING, language)
    if contrast > start and not (place and tokens[place - 1].word in NOT_BEFORE_BUT):
        comma = contrast < len(tokens) and tokens[contrast].word == ","
        sure = word == "," or comma or tokens[start].word not in DOUBTFUL
        return ("contrast" if sure else "adding"), contrast + comma
    adding = _after_words(tokens, start, ADDING, language)
    if adding > start:
        return "adding", adding
    return ("comma", start) if word == "," else ("", place)


def _after_words(tokens: Sequence[_Token], place: int, words: dict[str, frozenset[str]], language: str) -> int:
    known = words.get(language, frozenset())
    end = min(len(tokens), place + MOST_WORDS_OF_A_CONNECTOR)
    while place < end and tokens[place].word in known:
        place += 1
    return place


def _verbs_ahead(tokens: Sequence[_Token], language: str) -> list[bool]:
    """Whether a verb follows within ``WORDS_TO_THE_VERB`` words from each token, before the next comma or mark."""
    ahead = [False] * len(tokens)
    distance = WORDS_TO_THE_VERB
    for place in range(len(tokens) - 1, -1, -1):
        token = tokens[place]
        if not token.is_word and token.word[0] != "[":
            distance = WORDS_TO_THE_VERB
        else:
            distance = 0 if _is_verb(token.word, language) else distance + 1
        ahead[place] = distance < WORDS_TO_THE_VERB
    return ahead


def _is_verb(word: str, language: str) -> bool:
    if word in AUXILIARIES.get(language, frozenset()):
        return True
    return language == "en" and (word.endswith(("n't", "'re", "'ve", "'ll", "'m")) or word in {"it's", "that's"})


def _list_borders(tokens: Sequence[_Token], language: str) -> list[tuple[int, int]]:
    """The borders between items of a list without verbs: "good food, friendly staff and quick service"."""
    found: list[tuple[int, int]] = []
    place = begun = 0
    while place < len(tokens):
        kind, after = _connector(tokens, place, language)
        listed = kind or tokens[place].word in _LISTING
        after = max(after, place + 1)
        if listed and place - begun <= MOST_WORDS_OF_AN_ITEM + 2:
            found.append((place, after))
        if listed:
            begun = after
        place = after
    return found


def _long_enough(tokens: Sequence[_Token], borders: Sequence[tuple[int, int]], language: str) -> list[tuple[int, int]]:
    """The offsets of those ``borders`` that leave clauses which mean something on both sides."""
    fillers = FILLERS.get(language, frozenset())
    heavy = [0]  # how many words with meaning, and words, come before each token
    words = [0]
    for token in tokens:
        words.append(words[-1] + token.is_word)
        heavy.append(heavy[-1] + (token.is_word and token.word not in fillers))
    kept: list[tuple[int, int]] = []
    start = 0
    for left, right in borders:
        before = words[left] - words[start] >= FEWEST_WORDS and heavy[left] > heavy[start]
        if before and words[-1] - words[right] >= FEWEST_WORDS and heavy[-1] > heavy[right]:
            kept.append((left, right))
            start = right
    return [(tokens[left].start, tokens[right].start) for left, right in kept]


def _trimmed(text: str, start: int, end: int) -> Span:
    opening = _EDGES.match(text, start, end)
    start = opening.end() if opening else start
    while end > start and text[end - 1] in " \t\r\n,;:•·–—&+/-":
        end -= 1
    return Span(start, end)
