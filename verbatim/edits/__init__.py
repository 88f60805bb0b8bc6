"""What people change in the themes, as events that are replayed on every refit.

What every kind of edit means, and keeps meaning (edits are about permanent ids, never about names or sizes):

- **rename**, **describe**: the theme has this name or description. Names are unique: a name that a machine gave gives
  way to one that a person gave.
- **merge**: the sources are one with the target, whose id stays; their ids become its aliases. Where a refit finds
  a source again, its comments go to the target. Sub-themes of the merged themes become the target's.
- **split** by examples: the parts get permanent ids at the edit, and every comment of the theme goes to the part whose
  examples it is nearest to, in every refit. Parts become sub-themes of the theme, or (``apart``, and always for a
  sub-theme) take its place. **split** by sub-theme: sub-themes become themes beside the one they were in.
- **move**: these comments are in this theme, always, and so are comments with the same text that nobody moved
  elsewhere. They count as examples of it. A theme with sub-themes gives them to the nearest of these.
- **move-theme**: the theme is under this parent, or at the top. A parent whose own comments would be left without a
  sub-theme gets one for them, ``<id>-rest``. No theme is deeper than the deepest that mining makes (at least two).
- **pin**, **unpin**: a pinned theme exists, even when a refit finds nothing like it.
- **archive**, **restore**: an archived theme is in no list and no report; its comments stay in it.
- **undo**: everything is as if the edit had never been made; undoing an undo makes it again.

Edits are replayed in the order they were made; of two about the same thing the later one holds. A theme that carries
an edit is kept alive, with the comments nearest to it, when a refit does not find it. What cannot be true any more
is a `Conflict` with its reason: never dropped, and tried again on the next refit.
"""

from verbatim.edits.corpus import Corpus
from verbatim.edits.events import Edit, EditKind, live_edits
from verbatim.edits.outcome import Conflict, Reason, Replayed
from verbatim.edits.replay import replay

__all__ = ["Conflict", "Corpus", "Edit", "EditKind", "Reason", "Replayed", "live_edits", "replay"]
