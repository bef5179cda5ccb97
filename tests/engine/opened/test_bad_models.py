"""Every bad model file, to the reader alone: a LoadError that names it, and a good one beside it opens."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.disk.files import LoadError
from engine.disk.tensor_files import read_tensors, write_tensors
from engine.families import build
from engine.families.base import DataShape
from engine.opened.checkpoints import load_model, save_model
from engine.opened.model import open_model_file
from tests.bad_models import FILES, SUFFIX, TRACE, explorable
from tests.engine.small import SMALL


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / f"good{SUFFIX}"
    save_model(path, build("vae", SMALL["vae"], DataShape()), name="good")
    return path


@pytest.mark.parametrize("name", FILES)
def test_a_bad_model_is_one_sentence(name: str, good: Path, tmp_path: Path) -> None:
    bad = tmp_path / f"stranger{SUFFIX}"
    FILES[name](good, bad)
    with pytest.raises(LoadError) as told:
        open_model_file(str(bad), torch.device("cpu"))
    assert bad.name in told.value.sentence
    assert told.value.sentence.endswith(".")
    assert told.value.sentence.isprintable()
    assert not TRACE.exists(), "a file was run as a program"


def test_what_the_bad_ones_are_made_from_is_good(good: Path, tmp_path: Path) -> None:
    file = read_tensors(good, kind="model")
    meta, tensors = dict(file.meta), dict(file.tensors)
    explorable(meta, tensors)
    write_tensors(tmp_path / "again.safetensors", tensors, meta)
    opened = open_model_file(str(tmp_path / "again.safetensors"), torch.device("cpu"))
    assert [direction.name for direction in opened.describe().directions] == ["place"]


def test_a_name_that_could_not_stand_on_a_line_is_made_to(good: Path, tmp_path: Path) -> None:
    file = read_tensors(good, kind="model")
    write_tensors(tmp_path / "odd.safetensors", file.tensors, {**file.meta, "name": "a\u202eb\n" + "c" * 5000})
    name = load_model(tmp_path / "odd.safetensors").name
    assert name.isprintable()
    assert len(name) < 100
