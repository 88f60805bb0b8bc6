"""The other way round: mined themes as a taxonomy, which people can then edit and match comments to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verbatim.errors import EmptyError
from verbatim.guided.taxonomy import LONGEST_EXAMPLE, LONGEST_NAME, TaxonomyEntry, make_taxonomy
from verbatim.storage import queries

if TYPE_CHECKING:
    from verbatim.guided.taxonomy import Taxonomy
    from verbatim.storage.store import Store

KEYWORDS = 8


def taxonomy_of_store(store: Store) -> Taxonomy:
    """The active mined themes as a taxonomy: ids, names, descriptions (else keywords), and quotes as examples.

    "No detail" is left out. Two themes of one name, one above the other, are told apart by their ids.

    Raises:
        EmptyError: nothing was mined yet.
    """
    frame = queries.themes(store)
    frame = frame[frame["kind"] == "theme"] if not frame.empty else frame
    if frame.empty:
        raise EmptyError("no themes yet; run `verbatim mine` first")
    wanted = {quote for quotes in frame["quotes"] for quote in quotes}
    comments = queries.comments(store)
    comments = comments[comments["id"].isin(wanted)]
    said = dict(zip(comments["id"], comments["text"], strict=True))
    records = frame.sort_values(["size", "id"], ascending=[False, True]).to_dict("records")
    top = [row for row in records if not isinstance(row["parent_id"], str)]
    below = [row for row in records if isinstance(row["parent_id"], str)]
    used: set[str] = set()
    entries = []
    for row in [one for first in top for one in (first, *(sub for sub in below if sub["parent_id"] == first["id"]))]:
        name = str(row["name"])[:LONGEST_NAME]
        name = f"{name[: LONGEST_NAME - 70]} ({row['id']})" if name.casefold() in used else name
        used.add(name.casefold())
        examples = tuple(said[quote][:LONGEST_EXAMPLE] for quote in row["quotes"] if quote in said)
        parent = row["parent_id"] if isinstance(row["parent_id"], str) else None
        is_parent = any(sub["parent_id"] == row["id"] for sub in below)
        described = row["description"] if isinstance(row["description"], str) else ", ".join(row["keywords"][:KEYWORDS])
        entries.append(TaxonomyEntry(str(row["id"]), name, described, () if is_parent else examples, parent))
    return make_taxonomy(entries)
