"""Topics of a saved BERTopic model: a hand-made folder of its format, damaged ones, pickles, and a real one."""

from __future__ import annotations

import importlib.util
import json
import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.test_guided.planted import ENCODER, corpus
from verbatim.errors import InputError
from verbatim.guided.bertopic_import import import_bertopic

SAVED: dict[str, Any] = {
    "topic_representations": {
        "-1": [["the", 0.1]],
        "0": [["the", 0.2], ["refund", 0.15], ["money", 0.1], ["late", 0.05], ["bank", 0.02]],
        "1": [["login", 0.3], ["password", 0.2], ["", 0.0]],
        "2": [["login", 0.3], ["password", 0.2], ["locked", 0.1]],
    },
    "topics": [0, 1, -1],
    "topic_sizes": {"0": 10, "1": 5, "-1": 2, "2": 2},
    "topic_labels": {"0": "0_the_refund_money_late"},
    "custom_labels": None,
    "_outliers": 1,
}
TABLE = """Topic,Count,Name,Representation,Representative_Docs
-1,2,-1_the,"['the']","['nothing']"
0,10,0_the_refund_money_late,"['the', 'refund', 'money']","['Where is my refund?', ""I don't have my money""]"
1,5,Cannot log in,"['login', 'password']",
2,2,2_login_password_locked,"['login', 'password', 'locked']",nan
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "topics.json").write_text(json.dumps(SAVED))
    return tmp_path


def test_topics_become_themes_without_the_outliers(folder: Path) -> None:
    found = import_bertopic(folder)
    assert [(entry.id, entry.name) for entry in found.entries] == [
        ("bertopic-0", "Refund, money, late"),
        ("bertopic-1", "Login, password"),
        ("bertopic-2", "Login, password, locked"),
    ]
    assert found.entries[0].description == "refund, money, late, bank"


def test_the_table_beside_it_adds_labels_and_examples(folder: Path) -> None:
    (folder / "topic_info.csv").write_text(TABLE)
    found = import_bertopic(folder)
    assert found.entries[0].examples == ("Where is my refund?", "I don't have my money")
    assert [entry.name for entry in found.entries] == [
        "Refund, money, late",
        "Cannot log in",
        "Login, password, locked",
    ]


def test_the_table_alone_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "topic_info.csv"
    path.write_text(TABLE)
    assert [entry.name for entry in import_bertopic(path).entries] == [
        "Refund, money",
        "Cannot log in",
        "Login, password, locked",
    ]


def test_custom_labels_are_names_and_equal_ones_are_told_apart(folder: Path) -> None:
    (folder / "topics.json").write_text(json.dumps({**SAVED, "custom_labels": ["Out", "Money", "Access", "Access"]}))
    assert [entry.name for entry in import_bertopic(folder).entries] == ["Money", "Access", "Access (2)"]


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("opened"),)


@pytest.mark.parametrize("name", ["model.pickle", "model.pkl", "model", "model.csv", "topics.json", "folder/a.bin"])
def test_a_pickle_is_refused_and_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(InputError, match="pickle.*safetensors"):
        import_bertopic(path.parent if "/" in name else path)
    assert not (tmp_path / "opened").exists()


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("topics.json", "{", "is not a topics.json"),
        ("topics.json", "[]", "is not a topics.json"),
        ("topics.json", '{"topic_representations": {"a": []}}', "is not a topics.json"),
        ("topics.json", '{"topic_representations": {"0": [1]}}', "is not a topics.json"),
        ("topics.json", '{"topic_representations": {"-1": [["a", 1]]}}', "no topics besides outliers"),
        ("topics.json", "[" * 200_000, "is not a topics.json"),
        ("topic_info.csv", "a,b\n1,2\n", "no columns 'Topic' and 'Name'"),
        ("topic_info.csv", "Topic,Name\nx,y\n", "not a table of topics"),
        ("topic_info.csv", "Topic,Name,Representation\n0,y,__import__('os')\n", "is not a list of texts"),
        ("topic_info.csv", "Topic,Name,Representation\n0,y," + "[" * 5_000 + "\n", "is not a list of texts"),
        ("topic_info.csv", b"Topic,Name\n0,caf\xe9\n", "not UTF-8"),
        ("notes.txt", "x", "holds neither"),
    ],
)
def test_damaged_files_are_told(tmp_path: Path, file: str, content: str | bytes, message: str) -> None:
    (tmp_path / file).write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(InputError, match=message):
        import_bertopic(tmp_path)


def test_files_of_two_models_are_not_mixed(folder: Path) -> None:
    (folder / "topic_info.csv").write_text("Topic,Count,Name\n0,1,0_a\n7,1,7_b\n")
    with pytest.raises(InputError, match="hold different topics"):
        import_bertopic(folder)


def test_what_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        import_bertopic(tmp_path / "none")


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("bertopic") is None, reason="BERTopic is not installed (extra 'bench')")
def test_a_model_that_bertopic_saved_is_read(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from bertopic import BERTopic
        from sklearn.cluster import KMeans
        from sklearn.decomposition import PCA

        texts = [text for _, text in corpus(20)]
        model = BERTopic(umap_model=PCA(5), hdbscan_model=KMeans(5, random_state=0, n_init=1), embedding_model=None)
        model.fit(texts, np.asarray(ENCODER.encode(texts)))
        model.save(str(tmp_path / "saved"), serialization="safetensors", save_ctfidf=True)
        model.get_topic_info().to_csv(tmp_path / "saved" / "topic_info.csv", index=False)
    found = import_bertopic(tmp_path / "saved")
    assert [entry.id for entry in found.entries] == [f"bertopic-{number}" for number in range(5)]
    assert all(entry.examples and set(entry.examples) <= set(texts) for entry in found.entries)
    assert found.entries[0].name.lower().split(", ")[0] in {str(word) for word, _ in model.get_topic(0)}
