"""How a customer's messages sound and what habits they show: plain numbers per text, and what they add up to so far.

Between the stored messages and the snapshots of ``models``: a snapshot asks `MessageSignals.seen` what the messages
up to its moment said. Sentiment is VADER's (English); the phrases are English, German and Spanish.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from verbatim.text.sentiment import sentiments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Columns = Mapping[str, NDArray[np.float64]]
    Read = Callable[[Sequence[str | None]], Columns]
    Words = Callable[[str | None], frozenset[str]]

LONGEST = 20_000  # characters read of a text
MOST_PICTURES = 100  # emoji that the lexicon reads: its time grows with the square of a run of them
SHORTEST_SHOUT = 3  # letters of a word that can be in capitals for emphasis
SHORTEST_REPEATED = 4  # characters of a word that counts as repeated: "the" and "der" always are

FLAGS = ("asks_for_manager", "urgent", "says_again")
SIGNALS = ("sentiment", "words", "characters", "caps_share", "question_marks", "exclamation_marks", *FLAGS)
"""The columns of ``text_signals``."""
SUMMED = ("words", "question_marks", *FLAGS, "known", "tone")
"""The rows of ``MessageSignals.sums``: of the signals; how many have a sentiment; its millionths."""
SEEN = (
    *("sentiment_last", "sentiment_mean", "sentiment_trend", "words", "words_last"),
    *("caps_share_max", "question_marks", *FLAGS, "repetition"),
)
"""The columns of ``MessageSignals.seen``."""

# Phrases of whole words, lower case; a star stands for any ending.
_PHRASES: Mapping[str, str] = {
    "asks_for_manager": """
manager | supervisor* | escalate* | escalation* | complaint* | complain to | speak to someone
speak with someone | talk to someone | talk with someone | speak to a person | speak to a human | talk to a person
talk to a human | real person | actual human | your boss | team lead | team leader | ombudsman | lawyer* | solicitor
legal action | trading standards | vorgesetzt* | teamleit* | abteilungsleit* | geschäftsführ* | geschäftsleit*
filialleit* | eskalier* | eskalation* | beschwerde* | beschweren | mit jemandem sprechen | echten menschen
richtigen menschen | anwalt* | verbraucherschutz* | verbraucherzentrale | gerente* | encargado* | encargada*
su jefe | su superior | la persona responsable | hablar con alguien | hablar con una persona | hablar con un humano
persona real | queja* | reclamación* | reclamaciones | presentar una reclamación | escalar el | escalar este
escalen | abogado* | acciones legales
""",
    "urgent": """
urgent* | asap | as soon as possible | immediately | right away | emergency | critical | time sensitive
deadline* | end of day | eod | without delay | top priority | is down | blocking us | blocks us | blocker
dringend* | eilt | eilig* | sofort* | umgehend* | schnellstmöglich* | so schnell wie möglich | so bald wie möglich
unverzüglich* | notfall* | höchste priorität | urge | lo antes posible | cuanto antes | inmediatamente | de inmediato
ahora mismo | emergencia* | con prisa
""",
    "says_again": """
again | still not | still no | still waiting | still nothing | still haven't | still hasn't | still have not
still has not | still isn't | still is not | still doesn't | still does not | still don't | still do not | still can't
still cannot | still won't | still broken | still failing | still fails | still the same | still happening | once more
second time | third time | fourth time | fifth time | 2nd time | 3rd time | 4th time | how many times | no reply
no response | no answer | any update* | any news | following up | follow up on | chasing | haven't heard
have not heard | not heard back | never heard back | as i said | as i wrote | as i already | as mentioned
already told | already said | already sent | already explained | already wrote | keeps happening | same problem
same issue | noch immer | immer noch | schon wieder | wieder nicht | erneut* | nochmal* | noch einmal
zum zweiten mal | zum dritten mal | keine antwort | keine rückmeldung | noch keine | noch nicht | noch nichts
wie bereits | wie schon gesagt | neuigkeiten | nichts gehört | gleiche problem | otra vez | de nuevo | nuevamente
todavía no | aún no | sigue sin | sigo sin | seguimos sin | sigo esperando | seguimos esperando | sin respuesta
ninguna respuesta | segunda vez | tercera vez | alguna novedad | alguna noticia | hay novedades | como ya | ya les dije
mismo problema
""",
}
# What holds a phrase and means something else.
_NOT_MEANT: Mapping[str, str] = {
    "asks_for_manager": """
account manager* | project manager* | product manager* | password manager* | device manager | task manager
file manager | tag manager | package manager | my manager* | our manager* | store manager role | manager role*
manager permission* | manager approval* | manager account* | manager access | no complaint* | not a complaint
keine beschwerde* | ninguna queja | sin quejas | no tengo quejas
""",
    "urgent": """
not urgent* | nothing urgent | isn't urgent | non urgent | not that urgent | not very urgent | not critical
not an emergency | immediately after | crashes immediately | nicht dringend | nicht eilig | eilt nicht
sofort gelöst | sofort geholfen | sofort behoben | sofort beantwortet
nicht so dringend | no es urgente | no urgente | no urge | nada urgente
""",
    "says_again": """
thanks again | thank you again | thank you very much again | thanks so much again | hello again | hi again
try again | see you again | start again | works again | working again | work again | happens again | happen again
again thanks | again thank you | in again | no reply needed | no reply necessary
no reply address | nochmals danke | nochmal danke | nochmals vielen dank | noch einmal danke | noch einmal vielen dank
danke nochmal* | dank nochmal* | gracias de nuevo | gracias otra vez | de nuevo gracias | otra vez gracias
de nuevo muchas gracias
""",
}
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_TAG = re.compile(r"\[[A-Z][A-Z0-9_]{0,30}\]")  # what redaction leaves
_PICTURE = re.compile("[©®‼⁉™ℹ\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]")


def text_signals(texts: Sequence[str | None]) -> Columns:
    """What each text shows, columns ``SIGNALS``, float64 of shape ``(n,)``.

    ``sentiment``: VADER, −1 … 1, NaN where there is no text or it is in another language than English; ``words``,
    ``characters``; ``caps_share``: of the words of three letters and more, the share in capitals (0 where there are
    none); ``question_marks``, ``exclamation_marks``; ``asks_for_manager``, ``urgent``, ``says_again``: 0 or 1.
    The first 20,000 characters of a text are read; redaction tags are no words. ``None`` and ``""`` give zeros beside
    the sentiment. Each distinct text is read once; nothing in a text raises.

    >>> found = text_signals(["STILL no reply! Get me your manager.", None])
    >>> [found[name].tolist() for name in ("says_again", "asks_for_manager", "words")]
    [[1.0, 0.0], [1.0, 0.0], [7.0, 0.0]]
    """
    rows: dict[str, int] = {}
    read = np.fromiter((rows.setdefault((text or "")[:LONGEST], len(rows)) for text in texts), np.int64, len(texts))
    plain = [_TAG.sub(" ", text.replace("’", "'")) for text in rows]
    found = np.zeros((len(rows), len(SIGNALS)))
    for row, (text, own) in enumerate(zip(rows, plain, strict=True)):
        found[row, 1:] = _counts(text, own)
    tones = sentiments([_few_pictures(own) for own in plain])
    for row, (own, tone) in enumerate(zip(plain, tones, strict=True)):
        found[row, 0] = np.nan if tone is None or not own.strip() else round(tone, 6)
    return {name: found[read, column] for column, name in enumerate(SIGNALS)}


def no_signals(texts: Sequence[str | None]) -> Columns:
    """Zeros, for texts whose signals nobody asks for."""
    return {name: np.zeros(len(texts)) for name in SIGNALS}


def no_words(_: str | None) -> frozenset[str]:
    """None, likewise."""
    return frozenset()


def longer_words(text: str | None) -> frozenset[str]:
    """The distinct words of a text that count as repeated when they are there again, case folded."""
    plain = _TAG.sub(" ", (text or "")[:LONGEST].replace("’", "'"))
    return frozenset(word for word in _WORD.findall(plain.casefold()) if len(word) >= SHORTEST_REPEATED)


@dataclass(frozen=True, slots=True, eq=False)
class MessageSignals:
    """The signals of all customer messages of all tickets, added up, so that a span costs the same however long it is.

    ``starts`` (t + 1,) bounds the tickets; ``sums`` (``SUMMED``, n + 1) have a leading zero; ``caps`` is a sparse table
    of maxima: row ``k`` holds those of ``2**k`` messages from each on (Bender and Farach-Colton, LATIN 2000).
    """

    starts: NDArray[np.int64]
    tones: NDArray[np.float64]
    last_known: NDArray[np.int64]
    next_known: NDArray[np.int64]
    sums: NDArray[np.int64]
    caps: tuple[NDArray[np.float64], ...]
    repetition: NDArray[np.float64]

    @classmethod
    def of(
        cls, texts: Sequence[str | None], starts: NDArray[np.int64], *, read: Read = text_signals,
        words: Words = longer_words,
    ) -> MessageSignals:  # fmt: skip
        """Read ``texts``, sorted by ticket, then time; ticket ``i`` has those of ``[starts[i], starts[i + 1])``.

        ``read`` and ``words`` may give from memory what `text_signals` and `longer_words` give.

        Raises:
            ValueError: ``starts`` does not run from 0 to the number of texts without a step back.
        """
        bounds = np.asarray(starts, dtype=np.int64)
        sizes = bounds[1:] - bounds[:-1]
        if len(bounds) == 0 or bounds[0] != 0 or bounds[-1] != len(texts) or (sizes < 0).any():
            raise ValueError(f"starts must rise from 0 to {len(texts)}, the number of texts")
        signals = read(texts)
        tones = signals["sentiment"]
        known = tones == tones
        at = np.arange(len(texts))
        rows = np.zeros((len(SUMMED), len(texts) + 1))
        for row, name in enumerate(SUMMED[:-2]):
            rows[row, 1:] = signals[name]
        rows[-2, 1:] = known
        np.multiply(tones, 1e6, out=rows[-1, 1:], where=known)  # whole numbers: sums do not depend on what came before
        return cls(
            starts=bounds,
            tones=tones,
            last_known=np.maximum.accumulate(np.where(known, at, -1)),
            next_known=np.minimum.accumulate(np.where(known, at, len(texts))[::-1])[::-1],
            sums=np.cumsum(np.rint(rows).astype(np.int64), axis=1),
            caps=_maxima(signals["caps_share"], int(sizes.max(initial=0))),
            repetition=_repetition(texts, bounds, words),
        )

    def seen(self, first: NDArray[np.int64], last: NDArray[np.int64]) -> Columns:
        """What the messages ``[first, last)`` show, columns ``SEEN``, float64 of shape ``(n,)``; each span in O(1).

        ``sentiment_last`` is that of the last message that has one, ``sentiment_mean`` the mean, ``sentiment_trend``
        the last less the first (NaN under two; all three NaN where none has one); ``words`` and ``question_marks``
        are sums, ``caps_share_max`` the maximum; ``FLAGS`` are 1 where any message shows them. ``repetition``: of the
        distinct words of the last message (four characters and more), the share that an earlier message of the
        ticket has, also one before ``first``; 0 for a ticket's first message. An empty span gives zeros.

        Raises:
            ValueError: a span that is not inside one ticket.
        """
        first, last = np.asarray(first, dtype=np.int64), np.asarray(last, dtype=np.int64)
        self._check(first, last)
        there = last > first
        if there.all():
            return self._seen(first, last)
        some = np.flatnonzero(there)
        found = {name: np.zeros(len(first)) for name in SEEN}
        for name in ("sentiment_last", "sentiment_mean", "sentiment_trend"):
            found[name][:] = np.nan
        begin, end = first[some], last[some]
        for name, values in self._seen(begin, end).items():
            found[name][some] = values
        return found

    def _seen(self, begin: NDArray[np.int64], end: NDArray[np.int64]) -> Columns:
        """``seen`` of spans that are not empty."""
        until = self.sums.take(end, axis=1)
        total = (until - self.sums.take(begin, axis=1)).astype(np.float64)
        words, questions, *shown, known, tone = total
        any_known = known > 0
        newest = np.where(any_known, self.tones.take(self.last_known.take(end - 1)), np.nan)
        oldest = np.where(known > 1, self.tones.take(self.next_known.take(begin), mode="clip"), np.nan)
        return {
            "sentiment_last": newest,
            "sentiment_mean": np.divide(tone / 1e6, known, out=np.full(len(end), np.nan), where=any_known),
            "sentiment_trend": newest - oldest,
            "words": words,
            "words_last": (until[0] - self.sums[0].take(end - 1)).astype(np.float64),
            "caps_share_max": self._most_caps(begin, end),
            "question_marks": questions,
            **{name: (count > 0).astype(np.float64) for name, count in zip(FLAGS, shown, strict=True)},
            "repetition": self.repetition.take(end - 1),
        }

    def _most_caps(self, begin: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.float64]:
        if len(self.caps) == 1:
            return self.caps[0].take(begin)
        level = np.frexp((end - begin).astype(np.float64))[1] - 1  # the largest power of two that fits
        most = np.zeros(len(begin))
        for power, table in enumerate(self.caps):
            here = level == power
            most[here] = np.maximum(table[begin[here]], table[end[here] - 2**power])
        return most

    def _check(self, first: NDArray[np.int64], last: NDArray[np.int64]) -> None:
        inside = (first >= 0) & (first <= last) & (last <= self.starts[-1])
        if inside.all():
            ticket = self.starts.searchsorted(first, side="right")
            inside = (last == first) | (last <= self.starts.take(ticket, mode="clip"))
        if not inside.all():
            wrong = int(np.flatnonzero(~inside)[0])
            raise ValueError(f"the span [{first[wrong]}, {last[wrong]}) is not inside the messages of one ticket")


def _counts(text: str, own: str) -> list[float]:
    """``SIGNALS`` without the sentiment; ``own`` is ``text`` without tags."""
    words = _WORD.findall(own)
    loud = quiet = 0
    for word in words:
        if len(word) >= SHORTEST_SHOUT and word.replace("'", "").isalpha():
            loud, quiet = (loud + 1, quiet) if word.isupper() else (loud, quiet + 1)
    joined = f" {' '.join(words).casefold()} "
    return [
        len(words),
        len(text),
        loud / (loud + quiet) if loud else 0.0,
        own.count("?") + own.count("？"),
        own.count("!") + own.count("！"),
        *(float(_says(joined, flag)) for flag in FLAGS),
    ]


def _says(joined: str, flag: str) -> bool:
    """Whether ``joined`` (words between single spaces) holds a phrase of ``flag`` that is meant so."""
    phrases, not_meant = _tables()[flag]
    if not any(phrase in joined for phrase in phrases):
        return False
    plain = not_meant.sub(" | ", joined)
    return any(phrase in plain for phrase in phrases)


@cache
def _tables() -> dict[str, tuple[tuple[str, ...], re.Pattern[str]]]:
    """For each flag its phrases with a blank where a word must begin or end, and a pattern of what is not meant."""
    tables = {}
    for flag in FLAGS:
        phrases = tuple(f" {p[:-1]}" if p.endswith("*") else f" {p} " for p in _listed(_PHRASES[flag]))
        others = "|".join(re.escape(p).replace(r"\*", "[^ ]*") for p in _listed(_NOT_MEANT[flag]))
        tables[flag] = (phrases, re.compile(f" (?:{others})(?= )"))
    return tables


def _listed(block: str) -> list[str]:
    return [phrase for part in block.replace("\n", "|").split("|") if (phrase := part.strip().casefold())]


def _few_pictures(text: str) -> str:
    """``text`` with its first hundred emoji set apart and no more of them, where it has more than that."""
    ends = [match.end() for match, _ in zip(_PICTURE.finditer(text), range(MOST_PICTURES + 1), strict=False)]
    if len(ends) <= MOST_PICTURES:
        return text
    cut = ends[MOST_PICTURES - 1]
    return _PICTURE.sub(r" \g<0> ", text[:cut]) + _PICTURE.sub(" ", text[cut:])


def _maxima(column: NDArray[np.float64], longest: int) -> tuple[NDArray[np.float64], ...]:
    tables = [column]
    width = 1
    while 2 * width <= longest:
        tables.append(np.maximum(tables[-1][:-width], tables[-1][width:]))
        width *= 2
    return tuple(tables)


def _repetition(texts: Sequence[str | None], starts: NDArray[np.int64], words: Words) -> NDArray[np.float64]:
    """For each message the share of its distinct longer words that stand in an earlier message of its ticket."""
    found = np.zeros(len(texts))
    for ticket in np.flatnonzero(starts[1:] - starts[:-1] > 1).tolist():
        said: set[str] = set()
        for at in range(int(starts[ticket]), int(starts[ticket + 1])):
            if not texts[at]:
                continue
            own = words(texts[at])
            found[at] = len(own & said) / len(own) if own else 0.0
            said |= own
    return found
