from __future__ import annotations

from verbatim.domain import stable_key
from verbatim.storage.queries.naming import KEYS_AT_ONCE, external_ids
from verbatim.storage.store import Store
from verbatim.storage.tables import account, ticket


def test_every_key_gets_its_own_id_however_many_there_are(store: Store) -> None:
    every = {stable_key("ticket", str(number)): f"K{number}" for number in range(KEYS_AT_ONCE + 3)}
    store.upsert(ticket, [{"id": key, "source": "desk", "external_id": name} for key, name in every.items()])
    some = dict(list(every.items())[1:])
    assert external_ids(store, ticket, [*some, *some, "nothing"]) == some
    assert external_ids(store, account, every) == {}
    assert external_ids(store, ticket, []) == {}
