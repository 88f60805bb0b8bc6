from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from verbatim.ingest.identity import KeyTable, content_digest, shared_key

NUMBERS = st.integers(0, 2**64 - 1)


@settings(max_examples=50)
@given(
    st.lists(
        st.dictionaries(
            st.integers(0, 300) | NUMBERS, st.tuples(st.integers(-5, 2**63 - 1), st.integers(0, 9)), max_size=80
        ),
        max_size=12,
    )
)
def test_a_key_table_behaves_like_a_dictionary(chunks):
    table, known = KeyTable(), {}
    for chunk in chunks:
        asked = [*chunk, *list(known)[:20], 12345]
        found = table.get(np.array(asked, np.uint64)).tolist()
        assert [tuple(pair) for pair in found] == [known.get(key, (0, 0)) for key in asked]
        table.put(np.array(list(chunk), np.uint64), np.array(list(chunk.values()), np.int64).reshape(-1, 2))
        known.update(chunk)
    assert len(table) == len(known)


def test_a_content_digest_ignores_the_order_of_columns_but_not_of_values():
    one = content_digest(["x", "y"], [0, 1], b"a\x1eb")
    assert one == content_digest(["y", "x"], [1, 0], b"a\x1eb")
    assert one != content_digest(["y", "x"], [0, 1], b"a\x1eb")
    assert content_digest(["xy", ""], [0, 1], b"") != content_digest(["x", "y"], [0, 1], b"")


def test_shared_keys_depend_on_kind_and_namespace():
    assert len({shared_key("ticket", "", "1"), shared_key("account", "", "1"), shared_key("ticket", "z", "1")}) == 3
