from __future__ import annotations

import pytest

from verbatim.themes.candidates import GroupCounts, candidates, keywords

OTHER = [f"the courier was late on {day} with parcel {n}" for n, day in enumerate(["monday", "friday", "sunday"] * 4)]


def readability(texts, other=OTHER):
    """How well each candidate of a group reads, by its words."""
    counts = GroupCounts.of([texts, other])
    found = candidates(counts, [keywords(counts, row) for row in range(2)])[0]
    return {" ".join(counts.table.phrases[entry.columns[0]]): entry.bonus for entry in found if len(entry.columns) == 1}


def test_a_phrase_cut_out_of_a_longer_one_reads_worse():
    reads = readability(
        [f"{who} bought a new card reader for the shop" for who in ("ann", "bob", "cid", "dan", "eve")] * 2
    )
    assert reads["card reader"] > reads["new card"]


def test_a_verb_without_its_object_reads_worse():
    things = ("entries", "photos", "changes", "orders", "notes", "drafts")
    reads = readability([f"the app loses my {thing}. lost {thing} in the app" for thing in things] * 2)
    assert reads["app loses"] < reads["lost entries"]


def test_a_noun_reads_better_than_an_adjective():
    texts = [f"the terminal is {how} and {how} staff" for how in ("dirty", "noisy", "empty", "dirty", "dirty", "dirty")]
    reads = readability(texts * 2)
    assert reads["terminal"] > reads["dirty"]


def test_numbers_count_as_one_neighbour():
    reads = readability([f"on a {n} hour flight without food" for n in range(5, 15)])
    assert "hour flight" not in reads or reads["hour flight"] < -0.3


def test_a_hidden_word_is_neither_keyword_nor_candidate():
    texts = [f"maya fixed the printer in room {n}" for n in range(12)]
    counts = GroupCounts.of([texts, OTHER], hidden={"maya"})
    best = [keywords(counts, row) for row in range(2)]
    said = {
        word
        for row in candidates(counts, best)
        for entry in row
        for c in entry.columns
        for word in counts.table.phrases[c]
    }
    assert "maya" not in said
    assert "printer" in said


def test_counts_are_of_texts_of_each_group():
    counts = GroupCounts.of([["late refund late refund", "refund"], ["late parcel"]])
    late, refund = counts.table.columns[("late",)], counts.table.columns[("refund",)]
    assert [counts.said(0, late), counts.said(0, refund), counts.said(1, refund)] == [1, 2, 0]
    assert counts.share(0, refund) == 1.0
    assert counts.lift(1)[list(counts.entries(1)[0]).index(late)] == pytest.approx(2.0)
