"""What kinds of words there are, and which runs of words read as a name or a keyword.

No trained tagger is needed: closed classes of words (articles, prepositions, auxiliaries …) are listed, everything
else carries content. Rules work on bit flags of words, so that a hundred thousand phrases are judged at once.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

CONTENT, VERDICT, NEGATION, OPENER, LINK, SUBJECT, AUXILIARY, WEAK, PREPOSITION, QUESTION, ARTICLE, PRONOUN, BARE = (
    1 << bit for bit in range(13)
)
"""CONTENT says what it is about; VERDICT how it was; LINK joins clauses ("but", "because"); SUBJECT acts ("I", "they");
WEAK has meaning but says little alone ("time", "people"); OPENER may begin a name ("too", "more"); BARE is a verb that
needs another before it ("has been") or asks ("do you")."""

LONGEST_NAME, LONGEST_KEYWORD = 5, 3

_CONTENT = frozenset("call name back empty full part show side bottom top front move first last give keep".split())
_VERDICTS = frozenset(
    """good great nice fine well bad best better excellent poor poorly worst worse terrible horrible awful amazing
    awesome fantastic brilliant perfect lovely wonderful happy unhappy pathetic useless superb gut schlecht bueno malo
    satisfied disappointed impressed love loved enjoyed liked beautiful exceptional outstanding perfectly pleasant
    pleased marvellous marvelous fabulous disappointing""".split()
)
_NEGATIONS = frozenset(
    """not no never nothing none without unable lack hardly cannot can't couldn't didn't doesn't don't won't wouldn't
    wasn't isn't aren't weren't haven't hasn't cant couldnt didnt doesnt dont wont wouldnt wasnt isnt havent hasnt
    nicht kein keine keinen nie no nunca sin""".split()
)
_OPENERS = frozenset("too more less hard zu mehr más".split())
_LINKS = frozenset(
    """but because cause cuz if when while that which who whom whose so than then as though although since until unless
    where whether aber weil dass wenn als pero porque que cuando sondern oder or & plus""".split()
)
_SUBJECTS = frozenset(
    """i you he she we they it i'm i've i'd i'll you're you've you'll we're we've they're they've he's she's it's there
    ich du er wir sie yo ellos nosotros who's that's there's u im ive everyone someone anyone nobody""".split()
)
_AUXILIARIES = frozenset(
    """is are was were be been being am do does did has have had having can could will would shall should may might must
    ist sind war waren hat habe hatte kann wird es son fue ha he""".split()
)
_BARE = frozenset("be been being do does did get".split())
_PREPOSITIONS = frozenset(
    """to of for from with in on at by about into over under after before between during out up down off through against
    per via around near towards onto within upon across along among behind beside besides like despite""".split()
)
_QUESTIONS = frozenset("how what when where why what's how's where's wie was warum qué cómo".split())
_ARTICLES = frozenset("a an the der die das ein eine el la los las un una".split())
_PRONOUNS = frozenset(
    """my your his her its our their me him us them mine yours ours theirs this these those some any every each all both
    another other others such own self myself yourself himself herself itself themselves mein meine ihr ihre mi tu su
    much many it""".split()
)
_WEAK = frozenset(
    """time times day days way ways people person lot lots something anything everything someone somewhere stuff issue
    issues problem problems thing things bit more most less month months week weeks year years hour hours minute
    minutes everybody nobody anybody lady ladies man men woman women guy guys gentleman place life monday tuesday
    wednesday thursday friday saturday sunday january february april june july august september october november
    december morning afternoon evening today yesterday tomorrow tonight now already still again soon later ago moment
    moments reason reasons kind kinds type types sort sorts part parts case cases number numbers example rest end
    start point question questions answer experience experiences overall general generally possible fact sure new old
    little big small able needed help helped helping find found look looking looked tell told talk ask asked asking
    let give given gave feel felt feeling set check know show maybe exactly long short high low right left correct
    anymore moreover instead else ever never always usually sometimes often however definitely absolutely extremely
    completely totally quickly quick actually currently simply quite pretty especially particularly tried trying try
    happened happen happening wondering wonder hear heard guess hope hoping seem seems seemed thought believe
    understand idea clue current specific exact certain different several couple amount hi bye approximately roughly
    basically honestly obviously previously recently""".split()
)
_EXTRA_STOP_WORDS = frozenset(
    """im iam i'am ive thats also got get gets getting lot lots etc would could should please thank thanks thankyou hi
    hello ok okay yes yeah yep yup plz pls mr mrs ms sir madam mam ma'am one two thing things bit able like just really
    go going went come came want wanted wants need needed needs know say said says think make made use used using
    redacted unreadable hey olá gonna wanna gotta let's lets that'd what'd theres heres dont it'd could've would've
    much't nt ll ve re kindly regarding""".split()
)

_FUNCTION = _EXTRA_STOP_WORDS.union(
    _NEGATIONS, _OPENERS, _LINKS, _SUBJECTS, _AUXILIARIES, _BARE, _PREPOSITIONS, _QUESTIONS, _ARTICLES, _PRONOUNS,
    ("and", "und", "y"),
)  # fmt: skip


def word_flags(word: str) -> int:
    """The kinds a lower-case word is of, as bits; 0 for a stop word of no listed kind."""
    flags = 0
    for kind, words in _KINDS:
        if word in words:
            flags |= kind
    return flags | CONTENT if _carries(word) else flags


_KINDS = (
    (VERDICT, _VERDICTS),
    (NEGATION, _NEGATIONS),
    (OPENER, _OPENERS),
    (LINK, _LINKS),
    (SUBJECT, _SUBJECTS),
    (AUXILIARY, _AUXILIARIES),
    (WEAK, _WEAK),
    (PREPOSITION, _PREPOSITIONS),
    (QUESTION, _QUESTIONS),
    (ARTICLE, _ARTICLES),
    (PRONOUN, _PRONOUNS),
    (BARE, _BARE),
)


def namable(flags: NDArray[np.int64], words: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of n phrases can stand as a name, by the flags and the ids of their words, both ``(n, length)``.

    Two to five different words, nothing at the ends that needs a neighbour, no clause inside, something it is about.
    """
    length = flags.shape[1]
    if not 2 <= length <= LONGEST_NAME:
        return np.zeros(len(flags), dtype=np.bool_)
    first, last = flags[:, 0], flags[:, -1]
    asks = ((first & QUESTION) > 0) & (length > 2) & ((flags[:, 1:] & AUXILIARY) > 0).any(axis=1)
    opens = ((first & (CONTENT | VERDICT | NEGATION | OPENER)) > 0) | asks
    closes = ((last & CONTENT) > 0) | (((last & VERDICT) > 0) & ((first & VERDICT) == 0))
    clause = ((flags[:, 1:] & (LINK | QUESTION)) > 0).any(axis=1) | ((first & (LINK | QUESTION)) > 0) & ~asks
    clause |= ((flags & SUBJECT) > 0).any(axis=1) & ~asks
    held = ((flags[:, :-1] & (AUXILIARY | NEGATION | PREPOSITION)) > 0) & ((flags[:, :-1] & BARE) == 0)
    clause |= (((flags[:, 1:] & BARE) > 0) & ~held).any(axis=1) & ~asks
    clause |= (((flags[:, :-1] & ARTICLE) > 0) & ((flags[:, 1:] & (PRONOUN | ARTICLE | PREPOSITION)) > 0)).any(axis=1)
    repeated = np.zeros(len(flags), dtype=np.bool_)
    for one in range(length):
        for other in range(one):
            repeated |= words[:, one] == words[:, other]
    carries = (flags & CONTENT) > 0
    strong = carries & ((flags & WEAK) == 0)
    said = strong.any(axis=1) | (((flags & NEGATION) > 0).any(axis=1) & carries.any(axis=1))
    return np.asarray(opens & closes & said & ~clause & ~repeated, dtype=np.bool_)


def is_name(phrase: Sequence[str]) -> bool:
    """Whether a phrase can stand as a name; ``namable`` for one."""
    flags = np.asarray([[word_flags(word) for word in phrase]], dtype=np.int64)
    places = {word: place for place, word in enumerate(phrase)}
    return bool(namable(flags, np.asarray([[places[word] for word in phrase]], dtype=np.int64))[0])


def is_keyword(phrase: Sequence[str]) -> bool:
    """Whether a phrase can stand as a keyword: it begins and ends with a word that says what, not how it was."""
    return len(phrase) <= LONGEST_KEYWORD and _carries(phrase[0]) and _carries(phrase[-1])


def without_verdict(phrase: tuple[str, ...]) -> tuple[str, ...]:
    """``phrase`` without the words that say how it was: what must not be much more usual than the phrase itself."""
    return tuple(word for word in phrase if word not in _VERDICTS and word not in _NEGATIONS)


def is_negation(word: str) -> bool:
    """Whether a word turns what follows into its opposite."""
    return word in _NEGATIONS


@cache
def stem(word: str) -> str:
    """A crude stem, to see that "improved" and "improvement" say the same; for comparison only."""
    for ending in ("fully", "ful", "ies", "ings", "ing", "ers", "ed", "es", "er", "s", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:6]


def stems(phrase: Iterable[str]) -> frozenset[str]:
    """The stems of the meaningful words of a phrase."""
    return frozenset(stem(word) for word in phrase if word not in stop_words())


@cache
def stop_words() -> frozenset[str]:
    """Words that carry no theme: spaCy's English, German and Spanish lists, and words that say little in a comment."""
    from spacy.lang.de.stop_words import STOP_WORDS as GERMAN
    from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH
    from spacy.lang.es.stop_words import STOP_WORDS as SPANISH

    everyday = {word for word in ENGLISH | GERMAN | SPANISH if word not in _CONTENT}
    return frozenset(everyday) | _EXTRA_STOP_WORDS | _SUBJECTS | _AUXILIARIES | _ARTICLES | _PRONOUNS | _LINKS


def says_what(word: str) -> bool:
    """Whether a word can tell somebody what a text is about; a quick look, without spaCy's lists of stop words."""
    return len(word) > 1 and word not in _FUNCTION and word.partition("'")[0] not in _FUNCTION


def _carries(word: str) -> bool:
    """Whether a word says what something is about."""
    if len(set(word)) < 2 or word.isdigit() or word in _VERDICTS or word in _NEGATIONS:
        return False
    return word not in stop_words() and word.partition("'")[0] not in stop_words()
