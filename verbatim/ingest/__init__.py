"""The ingest room: from a file to rows of the store.

``source`` (what the file is) → ``mapping``, ``ratings``, ``dates`` (how its columns are read) → ``plan`` (shown before
anything is written) → ``responses``, ``records`` (rows of tables) → ``load`` (into the store, chunk by chunk).
"""

from verbatim.ingest.convert import Refusal
from verbatim.ingest.load import IngestResult, Progress, ingest
from verbatim.ingest.plan import IngestPlan, plan_ingest
from verbatim.ingest.profile import IngestOptions

__all__ = ["IngestOptions", "IngestPlan", "IngestResult", "Progress", "Refusal", "ingest", "plan_ingest"]
