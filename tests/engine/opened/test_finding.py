"""A picture's model is found by what it is, wherever it lies and whatever it is called."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from engine.disk.bundled import bundled_model
from engine.disk.files import LoadError
from engine.opened import finding
from engine.opened.checkpoints import fingerprint_of, load_model
from engine.opened.finding import find, model_of, remember
from engine.protocol.answers import Finished
from engine.training.loop import Job, train
from tests.engine.small import SMALL, bars


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    run = tmp_path_factory.mktemp("runs") / "small"
    *_, end = train(
        Job(run=run, name="small", family="vae", values=dict(SMALL["vae"]), data="bars"),
        bars(),
        device=torch.device("cpu"),
    )
    assert isinstance(end, Finished)
    return run, end.fingerprint


@pytest.fixture
def home(finished: tuple[Path, str], tmp_path: Path) -> Path:
    shutil.copytree(finished[0], tmp_path / "runs" / "mine, renamed")
    (tmp_path / "runs" / "litter").mkdir()
    (tmp_path / "runs" / "litter" / "model.safetensors").write_bytes(b"no model")
    (tmp_path / "runs" / "file").touch()
    return tmp_path


def test_a_fingerprint_needs_no_model_to_be_built(finished: tuple[Path, str]) -> None:
    model = finished[0] / "model.safetensors"
    assert fingerprint_of(model) == load_model(model).fingerprint == finished[1]
    with pytest.raises(LoadError):
        fingerprint_of(finished[0] / "run.json")


def test_a_run_is_found_by_what_it_learned(home: Path, finished: tuple[Path, str]) -> None:
    assert find(finished[1], home=home) == str(home / "runs" / "mine, renamed")
    snapshot = sorted((home / "runs" / "mine, renamed" / "snapshots").iterdir())[0]
    assert find(fingerprint_of(snapshot), home=home) == str(snapshot)
    assert find("0" * 16, home=home) is None
    assert find("0" * 16, home=home / "nowhere") is None


def test_a_bundled_model_is_found_by_its_name_or_its_weights(tmp_path: Path) -> None:
    assert model_of("anything", "glyphs", home=tmp_path) == "glyphs"
    fingerprint = fingerprint_of(bundled_model("glyphs"))
    assert model_of(fingerprint, "/home/ada/zscape/glyphs.safetensors", home=tmp_path) == "glyphs"


def test_what_was_opened_elsewhere_is_found_there(finished: tuple[Path, str], tmp_path: Path) -> None:
    model = tmp_path / "stick" / "from a friend.safetensors"
    model.parent.mkdir()
    shutil.copy(finished[0] / "model.safetensors", model)
    home = tmp_path / "home"
    remember(model, finished[1], home=home)
    assert find(finished[1], home=home) == str(model)
    shutil.copy(bundled_model("glyphs"), model)
    assert find(finished[1], home=home) is None, "another model took its place"
    remember(finished[0] / "model.safetensors", finished[1], home=home)
    assert find(finished[1], home=home) == str(finished[0])
    remember(bundled_model("faces"), "f" * 16, home=tmp_path / "other")
    assert not (tmp_path / "other").exists(), "bundled ones are always known"


def test_a_path_that_an_older_picture_remembers_counts_while_it_is_there(
    home: Path, finished: tuple[Path, str]
) -> None:
    there = str(home / "runs" / "mine, renamed" / "model.safetensors")
    assert model_of("0" * 16, there, home=home) == there
    assert model_of(finished[1], "/gone/model.safetensors", home=home) == str(home / "runs" / "mine, renamed")
    for gone in ("/gone/model.safetensors", "mine", "", "a\0b"):
        assert model_of("0" * 16, gone, home=home) == gone


def test_a_file_is_read_once_and_again_when_it_changed(
    home: Path, finished: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def counted(path: Path) -> str:
        read.append(path.parent.name)
        return fingerprint_of(path)

    monkeypatch.setattr(finding, "fingerprint_of", counted)
    assert find("0" * 16, home=home) is None
    first = len(read)
    assert first > 3
    assert find(finished[1], home=home) is not None
    assert len(read) == first
    shutil.copy(bundled_model("glyphs"), home / "runs" / "litter" / "model.safetensors")
    find("0" * 16, home=home)
    assert read[first:] == ["litter"]
    index = json.loads((home / "cache" / "fingerprints.json").read_text())
    assert str(home / "runs" / "litter" / "model.safetensors") in index
    shutil.rmtree(home / "runs" / "litter")
    (home / "runs" / "mine, renamed" / "model.safetensors").touch()
    find("0" * 16, home=home)
    assert not any("litter" in key for key in json.loads((home / "cache" / "fingerprints.json").read_text()))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a": 3}', b'{"a": [1, 2]}', b"\xff\xfe"])
def test_a_broken_index_is_no_index(home: Path, finished: tuple[Path, str], content: bytes) -> None:
    (home / "cache").mkdir()
    (home / "cache" / "fingerprints.json").write_bytes(content)
    assert find(finished[1], home=home) is not None
