"""Real receivers on loopback: an HTTP server that answers as it is told, and a mail server of forty lines."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Web:
    """What came, and how to answer: by path a status, or "hang" or "drip"."""

    url: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    came: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def web_server() -> Iterator[Web]:
    web = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            web.came.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            answer = web.answers.get(self.path, 204)
            if isinstance(answer, str):
                web.over.wait(10) if answer == "hang" else self._drip()
                return
            self.send_response(answer)
            if 300 <= answer < 400:
                self.send_header("Location", f"{web.url}/elsewhere")
            if answer == 429:
                self.send_header("Retry-After", "900")
            self.send_header("Content-Length", "6")
            self.end_headers()
            self.wfile.write(b"secret")

        def _drip(self) -> None:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not web.over.is_set():
                try:
                    self.wfile.write(b"x: y\r\n")
                    self.wfile.flush()
                except OSError:
                    return
                time.sleep(0.05)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    web.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield web
    web.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Post:
    """A mail server: ``came`` has (sender, receivers, content); ``refuse`` the code for receivers."""

    port: int = 0
    refuse: int | None = None
    came: list[tuple[str, list[str], str]] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[Post]:
    post = Post()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            sender, receivers = "", []
            while line := self.rfile.readline().decode().strip():
                word = line.upper()
                reply = "250 ok"
                if word.startswith("MAIL"):
                    sender = line
                elif word.startswith("RCPT"):
                    reply = f"{post.refuse} no" if post.refuse else reply
                    receivers.append(line)
                elif word == "DATA":
                    self.wfile.write(b"354 go\r\n")
                    lines = []
                    while (text := self.rfile.readline().decode()) != ".\r\n":
                        lines.append(text)
                    post.came.append((sender, receivers, "".join(lines)))
                elif word == "QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                self.wfile.write(reply.encode() + b"\r\n")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    post.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield post
    server.shutdown()
    server.server_close()
    thread.join()


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
