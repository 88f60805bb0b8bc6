"""Hypothesis settings: the same examples on every run, and no deadline, since timings live in bench/."""

from hypothesis import settings

seeded = settings(deadline=None, derandomize=True)
few_seeded = settings(seeded, max_examples=20)  # for properties of whole frames
