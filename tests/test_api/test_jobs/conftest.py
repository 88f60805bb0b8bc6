"""What the tests that kill share: processes that start fast, a small organisation, a small model, a receiver."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from time import sleep
from typing import Any

import pytest

from verbatim.domain import Kind
from verbatim.ingest import IngestOptions, ingest, plan_ingest
from verbatim.sample import write_sample
from verbatim.settings import Settings
from verbatim.storage import queries
from verbatim.storage.engine import prepare_store

SEED = 20261122


@dataclass(frozen=True)
class Organisation:
    """A small one, ingested; copied for each test."""

    home: Path

    def copied(self, home: Path, **more: Any) -> Settings:
        shutil.copytree(self.home, home)
        lines = [f"{name} = {value!r}\n" for name, value in more.items()]
        (home / "verbatim.toml").write_text("".join(lines), encoding="utf-8")
        return Settings(home=home, **more)


@pytest.fixture(scope="module")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Organisation:
    root = tmp_path_factory.mktemp("killed")
    found = Organisation(root / "home")
    write_sample(root / "sample", months=6, seed=7, size=0.1)
    settings = Settings(home=found.home)
    with prepare_store(settings) as store:
        for kind, name in (
            (Kind.ACCOUNTS, "accounts.csv"), (Kind.TICKETS, "tickets.csv"), (Kind.RESPONSES, "csat.csv"),
        ):  # fmt: skip
            ingest(plan_ingest(kind, root / "sample" / name, IngestOptions(), settings), store, settings)
    return found


@pytest.fixture(scope="module")
def tiny_model(organisation: Organisation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model of random weights: a real one, but small, of the words that are said."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    with prepare_store(Settings(home=organisation.home)) as store:
        words = sorted({word for text in queries.comments(store)["text"] for word in re.findall(r"\w+|[^\w\s]+", text)})
    root = tmp_path_factory.mktemp("model")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted({word.lower() for word in words})]
    (root / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    BertTokenizerFast(vocab=str(root / "vocab.txt")).save_pretrained(root / "bert")
    torch.manual_seed(SEED)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=len(vocabulary), **sizes)).save_pretrained(root / "bert")
    modules = [Transformer(str(root / "bert"), max_seq_length=64), Pooling(32)]
    SentenceTransformer(modules=modules, device="cpu").save(str(root / "tiny"))
    return root / "tiny"


class Receiver(ThreadingHTTPServer):
    """Takes webhooks, slowly, and remembers their ids."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.ids: list[str] = []
        self.lock = Lock()


class _Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Receiver)
        self.rfile.read(int(self.headers["Content-Length"]))
        sleep(0.01)
        with self.server.lock:
            self.server.ids.append(self.headers["webhook-id"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
