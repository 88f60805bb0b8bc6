"""What the process that counts is asked for in tests; it imports this, and so this imports little."""

from __future__ import annotations

import os
import time


def process_id(**_: object) -> int:
    return os.getpid()


def sleeps(**_: object) -> None:
    time.sleep(600)


def raises(error: Exception, **_: object) -> None:
    raise error
