"""Folders of pairs, and of two kinds of pictures: opened, kept in the cache, told apart from folders of classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.datasets.cache import SOURCES, is_store, open_store, verify_store
from engine.datasets.catalogue import open_any, open_data
from engine.datasets.making.sets import make_set
from engine.datasets.store import Split
from engine.disk.files import LoadError
from engine.machine.work import finished
from engine.protocol.requests import MakeSet


@pytest.fixture(scope="module")
def sketches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve drawn faces with their sketches."""
    out = tmp_path_factory.mktemp("made") / "sketches"
    finished(make_set(MakeSet(what="faces", out=out, count=12, size=16, pair="sketch"), lambda: False))
    return out


def pixels(path: Path) -> torch.Tensor:
    return torch.from_numpy(np.array(Image.open(path).convert("RGB")).transpose(2, 0, 1).copy())


def test_each_picture_has_its_partner_also_from_the_cache(sketches: Path, tmp_path: Path) -> None:
    fresh = finished(open_data(str(sketches), home=tmp_path, size=16))
    again = finished(open_data(str(sketches), home=tmp_path, size=16))
    for store in (fresh, again):
        assert store.is_paired
        assert store.sources is not None
        assert len(store) == len(store.sources) == 12
        assert not store.classes
        assert "smile" in store.attributes
    assert fresh.sha256 == again.sha256
    wanted = {
        pixels(sketches / "face" / path.name).numpy().tobytes(): pixels(path).numpy().tobytes()
        for path in (sketches / "sketch").iterdir()
    }
    assert again.sources is not None
    for target, source in zip(again.pictures, again.sources, strict=True):
        assert wanted[target.numpy().tobytes()] == source.numpy().tobytes()
    train = again.subset(Split.TRAIN)
    assert train.sources is not None
    assert len(train.sources) == len(train)


def test_a_changed_source_is_another_set_and_a_damaged_one_is_told(sketches: Path, tmp_path: Path) -> None:
    store = finished(open_data(str(sketches), home=tmp_path, size=16))
    [folder] = [path for path in (tmp_path / "cache" / "data").iterdir() if is_store(path)]
    assert open_store(folder).sha256 == verify_store(folder).sha256 == store.sha256
    content = bytearray((folder / SOURCES).read_bytes())
    content[5] ^= 255
    (folder / SOURCES).write_bytes(content)
    with pytest.raises(LoadError, match=r"sources\.u8"):
        open_store(folder)
    assert finished(open_data(str(sketches), home=tmp_path, size=16)).sha256 == store.sha256, "a cache heals itself"


def test_what_has_no_partner_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "pairs"
    for side, count in (("a", 3), ("b", 2)):
        (folder / side).mkdir(parents=True)
        for k in range(count):
            Image.new("L", (8, 8), 40 * k + len(side)).save(folder / side / f"{k}.png")
    (folder / "pairs.json").write_text('{"from": {"folder": "a"}, "to": {"folder": "b"}}')
    store = finished(open_data(str(folder), home=tmp_path / "home", size=8))
    assert len(store) == 2
    assert store.is_paired
    (folder / "pairs.json").write_text('{"from": {"folder": "a"}, "to": {"folder": "elsewhere"}}')
    with pytest.raises(LoadError, match="no picture in “elsewhere”"):
        finished(open_data(str(folder), home=tmp_path / "home", size=8))
    (folder / "pairs.json").write_text("[]")
    with pytest.raises(LoadError, match="which folder holds what"):
        finished(open_data(str(folder), home=tmp_path / "home", size=8))


def test_two_folders_are_two_kinds_of_pictures(tmp_path: Path) -> None:
    folder = tmp_path / "kinds"
    for kind, count, level in (("apples", 25, 60), ("oranges", 40, 200)):
        (folder / kind).mkdir(parents=True)
        for k in range(count):
            Image.new("L", (8, 8), level + k).save(folder / kind / f"{k}.png")
    store = finished(open_data(str(folder), home=tmp_path / "home", size=8)).between_classes()
    assert store.sources is not None
    assert not store.is_paired
    assert (len(store.sources), len(store)) == (25, 40)
    assert store.sources.max() < 100 < store.pictures.min()
    train = store.subset(Split.TRAIN)
    assert train.sources is not None
    assert len(train.sources) == int((store.source_split == 0).sum())


# ---------------------------------------------------------------- points


def test_a_density_by_name_and_a_drawn_folder_give_points(tmp_path: Path) -> None:
    by_name = finished(open_any("ring", home=tmp_path))
    again = finished(open_any("bundled:ring", home=tmp_path))
    assert by_name.pictures.shape == (20_000, 2)
    assert by_name.sha256 == again.sha256
    out = tmp_path / "drawn"
    finished(make_set(MakeSet(what="mixture-1d", out=out, count=50, size=64), lambda: False))
    drawn = finished(open_any(str(out), home=tmp_path))
    assert drawn.pictures.shape == (50, 1)
    (out / "points.csv").write_text("x,log_density\n1,2\nnan,3\n")
    with pytest.raises(LoadError, match="no table of points"):
        finished(open_any(str(out), home=tmp_path))
    with pytest.raises(LoadError, match="is a density"):
        finished(open_data("ring", home=tmp_path))
