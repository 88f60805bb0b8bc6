"""Whether this process was told to stop, for answers that would otherwise go on for minutes.

Uvicorn waits for open answers before it tells the application anything, so the signals are listened to as well.
"""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stopping:
    """Begins to listen when it is first asked on the main thread, where alone signals can be had."""

    def __init__(self) -> None:
        self.told = False
        self._listens = False

    def listen(self) -> None:
        """Note the signals, and pass them on to whoever had them."""
        if self._listens or threading.current_thread() is not threading.main_thread():
            return
        self._listens = True
        for number in SIGNALS:
            self._note(number)

    def _note(self, number: signal.Signals) -> None:
        before: Any = signal.getsignal(number)

        def noted(told: int, frame: FrameType | None) -> None:
            self.told = True
            if callable(before):
                before(told, frame)
            elif before == signal.SIG_DFL:
                signal.signal(number, signal.SIG_DFL)
                signal.raise_signal(number)

        signal.signal(number, noted)
