"""Where the public data sets lie that some measurements use; they are not part of the project."""

from __future__ import annotations

import os
from pathlib import Path


def shared_data() -> Path:
    """The folder named by ``VERBATIM_SHARED_DATA``, else ``../shared/data`` beside the checkout; it need not exist."""
    named = os.environ.get("VERBATIM_SHARED_DATA")
    return Path(named) if named else Path(__file__).parents[2] / "shared" / "data"
