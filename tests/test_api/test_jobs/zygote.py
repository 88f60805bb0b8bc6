"""Forks workers and servers that have everything imported, so that they start in milliseconds and can be killed often.

``python -m tests.test_api.test_jobs.zygote``: each line of standard input is a JSON object with ``command``,
``environment``, ``words`` and ``log``; the answer is the process's id. Each is a process of its own.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys

from verbatim.text.language import detect_language

IMPORTED = (
    "api.jobs.command", "api.jobs.worker", "api.jobs.queue", "api.jobs.uploads", "api.jobs.work",
    "verbatim.storage.engine", "verbatim.ingest", "verbatim.mining", "models.learning", "models.registry",
    "api.app", "api.serving", "uvicorn", "verbatim.messages.dispatch", "verbatim.followups.sweep",
    "sentence_transformers",
)  # fmt: skip


def main() -> None:
    for name in IMPORTED:
        importlib.import_module(name)
    detect_language("Its model takes half a second to load")  # longer than most of the killed live
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead leave at once
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            become(**asked)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def become(command: str, environment: dict[str, str], words: list[str], log: str) -> None:
    from api.commands.serve import serve_command
    from api.jobs.command import worker_command

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(environment)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(file, 1)
    os.dup2(file, 2)
    code = 1
    try:
        {"serve": serve_command, "worker": worker_command}[command](words, standalone_mode=False)
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
