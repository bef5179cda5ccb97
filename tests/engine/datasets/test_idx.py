"""IDX files: read as they are meant, never believed."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.datasets.formats import idx
from engine.datasets.formats.idx import load_idx, read_idx
from engine.datasets.store import Split
from engine.disk.files import LoadError
from engine.machine.work import finished


def _idx(array: np.ndarray, *, code: int = 8, shape: tuple[int, ...] | None = None) -> bytes:
    shape = array.shape if shape is None else shape
    return struct.pack(">BBBB", 0, 0, code, len(shape)) + struct.pack(f">{len(shape)}I", *shape) + array.tobytes()


def _images(count: int, size: int = 10) -> np.ndarray:
    return np.random.default_rng(count).integers(0, 256, (count, size, size), dtype=np.uint8)


@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_of_four_files_is_one_set(tmp_path: Path, packed: bool) -> None:
    for part, count in (("train", 40), ("t10k", 7)):
        for name, array in (
            (f"{part}-images-idx3-ubyte", _images(count)),
            (f"{part}-labels-idx1-ubyte", (np.arange(count) % 3).astype(np.uint8)),
        ):
            content = _idx(array)
            path = tmp_path / (name + (".gz" if packed else ""))
            path.write_bytes(gzip.compress(content) if packed else content)
    store = finished(load_idx(tmp_path)).store
    assert torch.equal(store.pictures[:, 0], torch.from_numpy(np.concatenate([_images(40), _images(7)])))
    assert store.labels is not None
    assert store.labels.tolist() == [k % 3 for k in (*range(40), *range(7))]
    assert store.classes == ("0", "1", "2")
    assert store.split[40:].tolist() == [Split.TEST] * 7
    assert torch.bincount(store.split[:40].long(), minlength=3).tolist() == [36, 4, 0]


def test_one_file_of_pictures_finds_its_labels_beside_it(tmp_path: Path) -> None:
    (tmp_path / "train-images-idx3-ubyte").write_bytes(_idx(_images(12)))
    assert finished(load_idx(tmp_path / "train-images-idx3-ubyte")).store.labels is None
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(_idx(np.zeros(12, dtype=np.uint8)))
    assert finished(load_idx(tmp_path / "train-images-idx3-ubyte")).store.classes == ("0",)


def _bad() -> dict[str, tuple[bytes, str]]:
    good = _idx(_images(5))
    return {
        "wrong magic": (b"\1\2\3\4" + good[4:], "not an IDX file"),
        "labels": (_idx(np.zeros(5, dtype=np.uint8)), "not an IDX file"),
        "floats": (_idx(_images(5), code=13), "not an IDX file"),
        "short": (good[:-1], "cut off"),
        "header only": (good[:16], "cut off"),
        "three bytes": (good[:3], "not an IDX file"),
        "over-declared": (_idx(_images(5), shape=(2**32 - 1, 2**32 - 1, 2**32 - 1)), "declares more"),
        "nothing declared": (_idx(_images(5), shape=(0, 10, 10)), "holds nothing"),
        "trailing": (good + b"x", "goes on"),
        "gzip cut": (gzip.compress(good)[:-30], "cut off"),
        "gzip damaged": (gzip.compress(good)[:300] + b"\xff\xff\xff" + gzip.compress(good)[303:], "damaged"),
        "gzip bomb": (gzip.compress(_idx(_images(1)) + b"\0" * (1 << 24)), "goes on"),
        "gzip that declares a bomb": (gzip.compress(_idx(_images(1), shape=(2**31, 100, 100))), "declares more"),
        "tiny pictures": (_idx(np.zeros((5, 3, 3), dtype=np.uint8)), "3×3"),
    }


@pytest.mark.parametrize("kind", _bad())
def test_a_bad_file_is_one_sentence_that_names_it(tmp_path: Path, kind: str) -> None:
    content, words = _bad()[kind]
    path = tmp_path / "some-images"
    path.write_bytes(content)
    with pytest.raises(LoadError) as caught:
        finished(load_idx(path))
    assert words in caught.value.sentence
    assert "some-images" in caught.value.sentence


def test_labels_that_do_not_fit_their_pictures_are_refused(tmp_path: Path) -> None:
    (tmp_path / "train-images-idx3-ubyte").write_bytes(_idx(_images(12)))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(_idx(np.zeros(11, dtype=np.uint8)))
    with pytest.raises(LoadError, match="11 labels for the 12 pictures"):
        finished(load_idx(tmp_path))


def test_a_bomb_of_pictures_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    path.write_bytes(gzip.compress(_idx(np.zeros((1000, 10, 10), dtype=np.uint8))))
    assert read_idx(path, rank=3).shape == (1000, 10, 10)
    monkeypatch.setattr(idx, "_LARGE", 1000)
    with pytest.raises(LoadError, match="from almost nothing"):
        read_idx(path, rank=3)
    monkeypatch.setattr(idx, "_HONEST_RATIO", 10_000)
    monkeypatch.setattr(idx, "_MOST_PIXELS", 1000)
    with pytest.raises(LoadError, match="holds more than"):
        read_idx(path, rank=3)
