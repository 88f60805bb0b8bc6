"""Verbatim mines the open-text comments of support surveys and tickets.

Import what you need from the rooms: ``verbatim.scores`` stands alone in a notebook, ``verbatim.pipeline`` is the
main path. Nothing heavy is imported here, so that ``import verbatim`` and ``verbatim --help`` are quick.
"""

__version__ = "0.1.0"
