from __future__ import annotations

import numpy as np

from tests.test_themes.planted import sentences
from verbatim.themes.cluster import LabelTree
from verbatim.themes.describe import Documents, describe
from verbatim.themes.hashing import HashingEncoder
from verbatim.themes.name import PhraseNamer
from verbatim.themes.naming import Naming

ENCODER = HashingEncoder()


def described(namer, **known):
    pairs = sorted(sentences(30), key=lambda pair: pair[1])
    texts = tuple(text for _, text in pairs)
    themes = sorted({theme for theme, _ in pairs})
    labels = np.asarray([themes.index(theme) for theme, _ in pairs], dtype=np.int64)
    documents = Documents(
        texts,
        np.ones(len(texts), dtype=np.int64),
        tuple(f"c{row}" for row in range(len(texts))),
        **{name: values(len(texts)) for name, values in known.items()},
    )
    return describe(LabelTree((labels, labels)), documents, ENCODER.encode(texts), namer=namer)[0].themes


def test_themes_say_why_each_comment_is_quoted():
    themes = described(
        PhraseNamer(ENCODER), recency=lambda n: np.linspace(0, 1, n), mood=lambda n: np.sin(np.arange(n, dtype=float))
    )
    for theme in themes:
        assert len(theme.quote_kinds) == len(theme.quotes)
        assert theme.quote_kinds[0] == "representative"
    assert {kind for theme in themes for kind in theme.quote_kinds} >= {"recent", "most_critical", "most_positive"}


def test_a_namer_that_gives_names_and_keywords_only_is_enough():
    class Plain:
        def name(self, groups, centroids, taken=()):
            return [(f"Name {row}", ("word",)) for row in range(len(groups))]

    assert {theme.name for theme in described(Plain())} == {f"Name {row}" for row in range(6)}


def test_a_description_reaches_the_theme():
    class Telling:
        def name(self, groups, centroids, taken=()):
            raise AssertionError("name_groups says more")

        def name_groups(self, groups, taken=()):
            return [Naming(f"Name {row}", (), description=f"About {group.size}") for row, group in enumerate(groups)]

    assert {theme.description for theme in described(Telling())} == {"About 30"}
