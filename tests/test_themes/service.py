"""A real HTTP server on a free port that speaks the protocol of chat completions, and misbehaves on demand."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Service:
    """Answers each request with ``behave(request, number)``.

    That is ``(status, headers, body)``, or ``None`` to drop the connection. ``requests`` are the JSON bodies received,
    ``keys`` their Authorization headers.
    """

    def __init__(self, behave):
        self.behave = behave
        self.requests = []
        self.keys = []
        self.stop = threading.Event()
        self.lock = threading.Lock()

    @property
    def sent(self):
        return json.dumps(self.requests, ensure_ascii=False)


def told(request):
    """What the model is told about the theme: id, keywords, comments."""
    return json.loads(request["messages"][1]["content"])


def completion(text, **more):
    """A chat completion whose message is ``text``."""
    message = {"role": "assistant", "content": text, **more}
    body = {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 200, "completion_tokens": 30, "total_tokens": 230},
    }
    return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()


def naming(request, name, description="What customers say.", theme=None):
    """The answer of a model that names the theme it was asked for."""
    found = {"theme": theme or told(request)["theme"], "name": name, "description": description}
    return completion(json.dumps(found))


@contextmanager
def serving(behave):
    """A running ``Service`` and its URL."""
    service = Service(behave)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with service.lock:
                service.requests.append(request)
                service.keys.append(self.headers.get("Authorization"))
                number = len(service.requests)
            answer = service.behave(request, number)
            if answer is None:
                self.close_connection = True
                self.connection.close()
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client had enough

        def log_message(self, *_):
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_):
            pass

    server = Quiet(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service, f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        service.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
