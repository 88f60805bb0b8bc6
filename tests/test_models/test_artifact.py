import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import models
from models.artifact import ARRAY_FILE, FORMAT, JSON_FILE, load_predictor, save_predictor
from models.explain import explain_rows
from models.learners.expectation import fit_expectation
from models.tickets.meaning import Meaning
from verbatim.errors import NotFoundError, StorageError, StoreFullError


@pytest.fixture(scope="module")
def saved(predictor, fits, tmp_path_factory):
    """A predictor with trees and coefficients, saved; its folder and hash."""
    both = replace(predictor, trained=replace(predictor.trained, model=fits["blend"], proof=fits["trees"]))
    folder = tmp_path_factory.mktemp("saved") / "v1"
    return both, folder, save_predictor(folder, both)


@pytest.fixture
def copy(saved, tmp_path):
    return Path(shutil.copytree(saved[1], tmp_path / "copy")), saved[2]


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_loaded_predictor_predicts_and_explains_the_same(saved, rows):
    both, folder, sha256 = saved
    loaded = load_predictor(folder, sha256)
    for name in ("model", "proof"):
        one, other = (getattr(of.trained, name).predict(rows.columns) for of in (both, loaded))
        for part in ("p", "low", "high", "margin", "expected"):
            assert np.array_equal(getattr(one, part), getattr(other, part)), (name, part)
    some = rows.take(np.arange(5)).columns
    assert explain_rows(loaded, some) == explain_rows(both, some)


def test_everything_else_comes_back_too(saved):
    both, folder, sha256 = saved
    loaded = load_predictor(folder, sha256)
    for name in ("metric", "target", "kind", "features", "left_out", "data_start", "tickets", "cases", "created_at",
                 "libraries", "text"):  # fmt: skip
        assert getattr(loaded, name) == getattr(both, name), name
    for name in ("recipe", "gate", "bands", "held_from", "usual", "importance"):
        assert getattr(loaded.trained, name) == getattr(both.trained, name), name
    assert loaded.trained.evaluation.to_dict() == both.trained.evaluation.to_dict()


def test_meaning_and_expectation_come_back(predictor, tmp_path):
    things = ("printer", "invoice", "app", "screen", "login", "update", "manager", "work")
    texts = [f"the {one} and the {other} are {how}" for one in things for other in things for how in ("broken", "lost")]
    wait = np.random.default_rng(1).lognormal(1, 1, 200)
    expectation = fit_expectation({"longest_wait": wait}, 1 / (1 + wait), (wait > 5).astype(np.int8))
    whole = replace(predictor, meaning=Meaning.fit(texts), expectation=expectation, text=("body",))
    loaded = load_predictor(tmp_path / "a", save_predictor(tmp_path / "a", whole))
    assert np.array_equal(loaded.meaning.transform(texts), whole.meaning.transform(texts))
    assert loaded.expectation.shares({"longest_wait": wait}) == pytest.approx(
        expectation.shares({"longest_wait": wait}), abs=0
    )
    assert loaded.expectation.worth == expectation.worth > 0


def test_the_same_predictor_gives_the_same_files(saved, tmp_path):
    both, folder, sha256 = saved
    assert save_predictor(tmp_path / "again", both) == sha256
    for name in names(folder):
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_files_are_json_text_and_safetensors_only(saved):
    _, folder, _ = saved
    assert {Path(name).suffix for name in names(folder)} == {".json", ".safetensors", ".txt"}
    assert json.loads((folder / JSON_FILE).read_text())["format"] == FORMAT


PARTS = [JSON_FILE, ARRAY_FILE, "trees/model-members-0.txt", "trees/proof-draws-3.txt"]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("damage", ["half", "empty", "last byte", "a bit", "garbage"])
def test_every_file_that_was_cut_short_or_altered_is_refused_with_what_to_do(copy, part, damage):
    folder, sha256 = copy
    content = (folder / part).read_bytes()
    middle = len(content) // 2
    (folder / part).write_bytes({
        "half": content[:middle], "empty": b"", "last byte": content[:-1], "garbage": b"\x80\x04\x95 no predictor",
        "a bit": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
    }[damage])  # fmt: skip
    with pytest.raises(StorageError, match="verbatim predictor train") as refused:
        load_predictor(folder, sha256)
    assert Path(part).name in str(refused.value)


@pytest.mark.parametrize("part", PARTS[1:])
def test_a_missing_part_is_named(copy, part):
    folder, sha256 = copy
    (folder / part).unlink()
    with pytest.raises(StorageError, match=f"{part}.*missing.*train"):
        load_predictor(folder, sha256)


def test_no_predictor_is_told_from_a_damaged_one(copy, tmp_path):
    folder, sha256 = copy
    (folder / JSON_FILE).unlink()
    for nothing in (folder, tmp_path / "nowhere"):
        with pytest.raises(NotFoundError, match="verbatim predictor train"):
            load_predictor(nothing, sha256)


def test_another_hash_is_refused(copy):
    with pytest.raises(StorageError, match="not what was registered"):
        load_predictor(copy[0], "0" * 64)


def test_another_format_is_refused_and_named(copy):
    path = copy[0] / JSON_FILE
    path.write_text(path.read_text().replace(FORMAT, "verbatim.predictor/9"))
    with pytest.raises(StorageError, match=r"'verbatim.predictor/9'.*reads 'verbatim.predictor/1'"):
        load_predictor(copy[0])


# One thing wrong that the hashes of the files do not tell: where it stands, and what stands there instead.
WRONG = {
    "other coding": (("model", "coding"), []),
    "no members": (("model", "members"), []),
    "a path outside": (("sha256", "../secret"), "0" * 64),
    "no recipe": (("recipe",), None),
    "words for numbers": (("model", "calibration"), "line"),
    "tickets lost": (("known_tickets",), ["one"]),
    "files lost": (("sha256",), {}),
    "no date": (("data_start",), "yesterday"),
    "no gate": (("gate",), None),
    "another evaluation": (("evaluation",), {"overall": 3}),
    "no description": ((), [1]),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_description_that_does_not_fit_is_refused_not_half_loaded(copy, name):
    path, (places, value) = copy[0] / JSON_FILE, WRONG[name]
    whole = {"all": json.loads(path.read_text())}
    here = whole
    for place in ("all", *places)[:-1]:
        here = here[place]
    here[("all", *places)[-1]] = value
    path.write_text(json.dumps(whole["all"]))
    with pytest.raises(StorageError, match="train"):
        load_predictor(copy[0])


def test_a_place_that_cannot_be_written_to_is_an_error_of_storage(predictor, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreFullError, match="cannot be written"):
        save_predictor(tmp_path / "file", predictor)


def test_nothing_in_models_pickles():
    banned = re.compile(r"^\s*(?:import|from)\s+(?:pickle|joblib|cloudpickle|dill|shelve|marshal|skops)\b|\bpickle\.\w|"
                        r"\.to_pickle\(|allow_pickle=True|\beval\(|\bexec\(", re.MULTILINE)  # fmt: skip
    paths = list(Path(models.__file__).parent.rglob("*.py"))
    assert len(paths) > 20
    assert [path.name for path in paths if banned.search(path.read_text())] == []
