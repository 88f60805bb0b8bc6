"""Records that come one by one or in batches, by the API and by webhooks, without a file.

``shapes`` (what a record may hold) → ``cells`` (typed values → cells, as a file would have them) → ``answers``,
``records`` (rows of tables, with the keys that a file of the same source would give) → ``folding`` (the last of several
records with one id wins) → ``writing`` (one transaction) → ``taking`` (the whole path).
"""

from verbatim.ingest.direct.shapes import ANSWER_FIELDS, COMMENT_FIELDS, RECORD_FIELDS, FieldType, RecordField
from verbatim.ingest.direct.taking import DirectResult, RecordResult, prepare_records, take_records
from verbatim.ingest.direct.writing import Outcome

__all__ = [
    "ANSWER_FIELDS", "COMMENT_FIELDS", "RECORD_FIELDS", "DirectResult", "FieldType", "Outcome", "RecordField",
    "RecordResult", "prepare_records", "take_records",
]  # fmt: skip
