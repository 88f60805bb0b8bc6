"""Which phrases could name a theme, and which are its keywords.

Keywords: class-based TF-IDF (Grootendorst 2022) over words and phrases. Candidates for a name: phrases that several
comments of the theme share, that are more usual in it than elsewhere, and that are not cut out of a longer one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from verbatim.themes.phrases import count_tokens, tokenise
from verbatim.themes.spelling import corrections
from verbatim.themes.wording import (
    ARTICLE,
    AUXILIARY,
    CONTENT,
    LINK,
    OPENER,
    PREPOSITION,
    PRONOUN,
    QUESTION,
    SUBJECT,
    VERDICT,
    WEAK,
    is_keyword,
    is_negation,
    namable,
    stems,
    without_verdict,
    word_flags,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from verbatim.themes.phrases import PhraseTable

KEYWORDS = 8
CANDIDATES = 60
PAIRED = 5  # keywords that are paired
SMALLEST_SHARE = 0.015  # of a theme's texts must have a phrase that speaks for it
SMALLEST_SHARE_OF_WORD = 0.05  # the same for a single word as a name
LEAST_LIFT = 1.25  # a keyword is at least so many times more usual in its theme than in the others
FAIR_SHARE = 0.5  # "poor service" may name a theme only if half of those who say "service" say it so
FAIR_SHARE_OF_NEGATIONS = 1.0  # a bare phrase contains those of the negated one where they touch

LENGTH_BONUS = {1: -0.3, 2: 0.0, 3: 0.03, 4: 0.02, 5: -0.02}
PAIR_BONUS = -1.0  # "A and B" says less than a phrase people used, though more texts have one of the two
CUT_LEFT, CUT_RIGHT = 0.35, 0.35  # taken off where the phrase is always part of a longer one
QUESTION_BONUS = -0.08  # "How long do transfers take" is fine where no phrase says it
UNFINISHED, UNFINISHED_WORD, UNFINISHED_QUESTION = (
    0.45,
    0.3,
    1.0,
)  # taken off what goes on: "app loses", "dried", "when will my"
DIGITS = 0.15  # taken off for a number or code in a name
WEAK_END = 0.12  # taken off for an end that says little ("time to explain")
OUT_OF_TUNE = 0.3  # taken off where those who say a phrase praise, and the others complain, or the reverse
FEW_SAY = 5
NOUN = 0.15  # for a single word after an article


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name that a group could get: ``columns`` of its phrases, two for "A and B", of so many ``words``.

    ``share`` of the group's texts speak of it; ``bonus`` is for how it reads.
    """

    columns: tuple[int, ...]
    words: int
    share: float
    bonus: float


@dataclass(frozen=True)
class GroupCounts:
    """How many texts of each group have each phrase, ``inside`` (groups, phrases), of ``sizes`` (groups,) texts.

    Phrases with a hidden word count as never said. ``heard`` (groups, phrases) sums how the texts with
    a phrase sound, from -1 to 1; ``moods`` (groups,) is the mean of each group.
    """

    table: PhraseTable
    inside: csr_array
    sizes: NDArray[np.float64]
    heard: csr_array | None = None
    moods: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def of(
        cls,
        groups: Sequence[Sequence[str]],
        hidden: Collection[str] = (),
        known: Collection[str] = (),
        moods: Sequence[NDArray[np.float64] | None] = (),
    ) -> GroupCounts:
        """Count the phrases of ``groups`` of texts; ``known`` words are spelled right.

        ``moods`` say how the texts of each group sound, -1 to 1, NaN or ``None`` where unknown.
        """
        texts = [text for group in groups for text in group]
        labels = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        tokens = tokenise(texts)
        table = count_tokens(tokens.respelled(corrections(tokens, known)), len(texts))
        inside = table.by_group(labels, len(groups)).tocsr()
        concealed = np.asarray([word in hidden for word in table.tokens.words], dtype=np.bool_)
        if concealed.any():
            shown = np.concatenate([~concealed[level.words].any(axis=1) for level in table.levels])
            inside.data *= shown[inside.indices]
            inside.eliminate_zeros()
        inside.sort_indices()
        sizes = np.asarray([max(1, len(group)) for group in groups], dtype=np.float64)
        if not moods or all(mood is None for mood in moods):
            return cls(table, inside, sizes)
        known_moods = [
            np.zeros(len(group)) if mood is None else np.nan_to_num(mood)
            for mood, group in zip(moods, groups, strict=True)
        ]
        heard = table.by_group(labels, len(groups), np.concatenate(known_moods)).tocsr()
        return cls(table, inside, sizes, heard, np.asarray([mood.sum() for mood in known_moods]) / sizes)

    @cached_property
    def total(self) -> NDArray[np.float64]:
        """In how many texts each phrase is, shape ``(phrases,)``."""
        found = np.bincount(self.inside.indices, weights=self.inside.data, minlength=self.inside.shape[1])
        return found.astype(np.float64)

    @cached_property
    def flags(self) -> NDArray[np.int64]:
        """The kinds of every word of the table."""
        return np.asarray([word_flags(word) for word in self.table.tokens.words], dtype=np.int64)

    @cached_property
    def with_digits(self) -> NDArray[np.bool_]:
        """Which words of the table hold a digit."""
        return np.asarray([any(map(str.isdigit, word)) for word in self.table.tokens.words], dtype=np.bool_)

    @cached_property
    def could_name(self) -> NDArray[np.bool_]:
        """Which phrases read as a name, shape ``(phrases,)``; single words that say what count too."""
        found = []
        for level in self.table.levels:
            flags = self.flags[level.words]
            single = ((flags[:, 0] & CONTENT) > 0) & ((flags[:, 0] & (WEAK | OPENER)) == 0)
            found.append(single if flags.shape[1] == 1 else namable(flags, level.words))
        return np.concatenate(found) if found else np.zeros(0, dtype=np.bool_)

    def entries(self, row: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The phrases of one group and in how many of its texts each is."""
        span = slice(self.inside.indptr[row], self.inside.indptr[row + 1])
        return self.inside.indices[span].astype(np.int64), self.inside.data[span]

    def weights(self, row: int) -> NDArray[np.float64]:
        """Class-based TF-IDF of the phrases of one group, beside ``entries``."""
        columns, inside = self.entries(row)
        return np.asarray(inside / self.sizes[row] * np.log1p(self.sizes.mean() / self.total[columns]))

    def lift(self, row: int) -> NDArray[np.float64]:
        """How many times more usual each phrase of a group is in it than in the others; infinite where only there."""
        columns, inside = self.entries(row)
        outside = self.total[columns] - inside
        others = max(1.0, float(self.sizes.sum() - self.sizes[row]))
        with np.errstate(divide="ignore"):
            return np.asarray(np.where(outside > 0, (inside / self.sizes[row]) / (outside / others), np.inf))

    def share(self, row: int, column: int) -> float:
        """The share of a group's texts that have a phrase."""
        return self.said(row, column) / float(self.sizes[row])

    def said(self, row: int, column: int) -> float:
        """In how many texts of a group a phrase is."""
        columns, inside = self.entries(row)
        place = int(np.searchsorted(columns, column))
        return float(inside[place]) if place < len(columns) and columns[place] == column else 0.0

    def out_of_tune(self, row: int, column: int) -> float:
        """How positive the texts with a phrase sound where their group is negative, or the reverse, 0 to 1.

        Less where few have the phrase.
        """
        if self.heard is None:
            return 0.0
        aside = -float(np.sign(self.moods[row]) * self.heard[row, column])
        return max(0.0, aside) / (self.said(row, column) + FEW_SAY)

    def rarest(self, row: int) -> float:
        """In how many texts of a group a phrase must be to speak for it."""
        size = float(self.sizes[row])
        return max(1.0, min(2.0, size / 5), SMALLEST_SHARE * size)


def keywords(counts: GroupCounts, row: int) -> list[int]:
    """The columns of a group's phrases by class-based TF-IDF, without those that repeat a better one."""
    columns, inside = counts.entries(row)
    weights = counts.weights(row)
    usable = np.flatnonzero((inside >= counts.rarest(row)) & (counts.lift(row) >= LEAST_LIFT) & (weights > 0))
    chosen: list[int] = []
    said: list[frozenset[str]] = []
    for place in usable[np.argsort(-weights[usable].round(12), kind="stable")].tolist():
        if len(chosen) == KEYWORDS:
            break
        phrase = counts.table.phrases[columns[place]]
        if not is_keyword(phrase):
            continue
        words = stems(phrase)
        if not any(words <= old or old <= words for old in said):
            chosen.append(int(columns[place]))
            said.append(words)
    return chosen


def candidates(counts: GroupCounts, best: Sequence[Sequence[int]]) -> list[list[Candidate]]:
    """For each group the phrases that could name it, and pairs of its ``best`` words (``keywords`` of each group)."""
    single = [_phrases(counts, row) for row in range(len(counts.sizes))]
    wanted = np.unique(np.asarray([column for row in single for column in row], dtype=np.int64))
    reads = dict(zip(wanted.tolist(), _readability(counts, wanted).tolist(), strict=True))
    return [
        [
            *(
                Candidate(
                    (column,),
                    len(counts.table.phrases[column]),
                    counts.share(row, column),
                    reads[column] - OUT_OF_TUNE * counts.out_of_tune(row, column),
                )
                for column in columns
            ),
            *_pairs(counts, row, best[row]),
        ]
        for row, columns in enumerate(single)
    ]


def _phrases(counts: GroupCounts, row: int) -> list[int]:
    columns, inside = counts.entries(row)
    words = len(counts.table.levels[0].words) if counts.table.levels else 0
    least = np.where(columns < words, SMALLEST_SHARE_OF_WORD * counts.sizes[row], counts.rarest(row))
    usable = np.flatnonzero((inside >= least) & (counts.lift(row) >= 1) & counts.could_name[columns])
    ranked = usable[np.argsort(-counts.weights(row)[usable].round(12), kind="stable")][: 2 * CANDIDATES]
    fair = (column for column in columns[ranked].tolist() if _is_fair(counts, row, column))
    return [column for column, _ in zip(fair, range(CANDIDATES), strict=False)]


def _is_fair(counts: GroupCounts, row: int, column: int) -> bool:
    """Whether a verdict or negation in a phrase is how the group mostly speaks of what it is about."""
    phrase = counts.table.phrases[column]
    bare = without_verdict(phrase)
    if len(bare) in (0, len(phrase)) or bare not in counts.table.columns:
        return True
    wanted = FAIR_SHARE if not any(is_negation(word) for word in phrase) else FAIR_SHARE_OF_NEGATIONS
    return counts.said(row, column) >= wanted * counts.said(row, counts.table.columns[bare])


def _pairs(counts: GroupCounts, row: int, best: Sequence[int]) -> list[Candidate]:
    """Names of the form "A and B" from the best keywords, for groups that no single phrase covers."""
    plain = [column for column in best if counts.could_name[column]][:PAIRED]
    pairs = []
    for first, second in combinations(plain, 2):
        neither = (1 - counts.share(row, first)) * (1 - counts.share(row, second))
        words = sum(len(counts.table.phrases[column]) for column in (first, second))
        pairs.append(Candidate((first, second), words, 1 - neither, PAIR_BONUS))
    return pairs


def _readability(counts: GroupCounts, columns: NDArray[np.int64]) -> NDArray[np.float64]:
    """How well each phrase reads as a name, shape ``(len(columns),)``; 0 is an ordinary phrase of two words."""
    bonus = np.zeros(len(columns))
    for level in counts.table.levels:
        length = level.words.shape[1]
        here = np.flatnonzero((columns >= level.first) & (columns < level.first + len(level.words)))
        if not len(here):
            continue
        own = columns[here] - level.first
        flags = counts.flags[level.words[own]]
        weak = ((flags[:, 0] & WEAK) > 0).astype(float) + ((flags[:, -1] & WEAK) > 0)
        asking = (flags[:, 0] & QUESTION) > 0
        digits = DIGITS * counts.with_digits[level.words[own]].any(axis=1)
        around = Neighbours.of(counts, level.at, length, columns[here])
        cut = CUT_LEFT * around.cut_left() + CUT_RIGHT * around.cut_right()
        bonus[here] = LENGTH_BONUS[length] + QUESTION_BONUS * asking - digits - WEAK_END * weak - cut
        goes_on = (UNFINISHED if length > 1 else UNFINISHED_WORD) * around.unfinished_share()
        bonus[here] -= np.where(asking, UNFINISHED_QUESTION * around.followed_share(), goes_on)
        if length == 1:
            bonus[here] += NOUN * around.noun_share()
    return bonus


@dataclass(frozen=True)
class Neighbours:
    """The words before and after each occurrence of some phrases of one length; -1 where there is none.

    ``own`` (m,) is the number of the phrase, ``total`` how often each occurs.
    """

    own: NDArray[np.int64]
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    total: NDArray[np.int64]
    kinds: NDArray[np.int64]
    numbers: NDArray[np.bool_]

    @classmethod
    def of(cls, counts: GroupCounts, at: NDArray[np.int64], length: int, columns: NDArray[np.int64]) -> Neighbours:
        """The neighbours of the phrases in ``columns``, which start at ``at``."""
        place = np.full(counts.inside.shape[1], -1, dtype=np.int64)
        place[columns] = np.arange(len(columns))
        starts = np.flatnonzero(at >= 0)
        own = place[at[starts]]
        starts, own = starts[own >= 0], own[own >= 0]
        word = counts.table.tokens.word
        before = np.where(starts > 0, word[np.maximum(starts - 1, 0)], -1)
        after = word[np.minimum(starts + length, len(word) - 1)]
        total = np.maximum(1, np.bincount(own, minlength=len(columns)))
        return cls(own, before, after, total, counts.flags, counts.with_digits)

    def cut_left(self) -> NDArray[np.float64]:
        """How much each phrase is part of one that starts earlier: 0 never, 1 always with the same word before it.

        Words that a name does without (articles, pronouns, prepositions, "very") do not count; numbers count as one.
        """
        bare = ARTICLE | PRONOUN | SUBJECT | AUXILIARY | LINK | PREPOSITION | VERDICT
        binding = np.where(((self.kinds & bare) > 0) | (self.kinds == 0), 0.0, 1.0)
        numbered = self._share(self.before, self.numbers)
        return np.maximum(_largest_share(self.own, self.before, binding, self.total), numbered)

    def cut_right(self) -> NDArray[np.float64]:
        """The same for the word after; a preposition counts for 0.6."""
        bare = ARTICLE | PRONOUN | SUBJECT | AUXILIARY | LINK
        free = ((self.kinds & bare) > 0) | (self.kinds == 0)
        binding = np.where(free, 0.0, np.where((self.kinds & PREPOSITION) > 0, 0.6, 1.0))
        return _largest_share(self.own, self.after, binding, self.total)

    def noun_share(self) -> NDArray[np.float64]:
        """How often an article, a pronoun or a preposition other than "to" comes before."""
        return self._share(self.before, (self.kinds & (ARTICLE | PRONOUN | PREPOSITION)) > 0)

    def unfinished_share(self) -> NDArray[np.float64]:
        """How often an object or a noun comes right after: what a phrase is about is then cut off ("app loses")."""
        return self._share(self.after, (self.kinds & (CONTENT | ARTICLE | PRONOUN | QUESTION)) > 0)

    def followed_share(self) -> NDArray[np.float64]:
        """How often any word that does not start a new part of the sentence comes right after."""
        return self._share(self.after, (self.kinds & (LINK | PREPOSITION)) == 0)

    def _share(self, neighbour: NDArray[np.int64], wanted: NDArray[np.bool_]) -> NDArray[np.float64]:
        found = (neighbour >= 0) & wanted[neighbour]
        return np.bincount(self.own[found], minlength=len(self.total)) / self.total


def _largest_share(
    own: NDArray[np.int64], neighbour: NDArray[np.int64], binding: NDArray[np.float64], total: NDArray[np.int64]
) -> NDArray[np.float64]:
    held = neighbour >= 0
    keys, times = np.unique(own[held] * len(binding) + neighbour[held], return_counts=True)
    phrase, word = np.divmod(keys, max(1, len(binding)))
    largest = np.zeros(len(total))
    np.maximum.at(largest, phrase, times * binding[word])
    return np.asarray(largest / total)
