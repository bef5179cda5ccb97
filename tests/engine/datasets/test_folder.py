"""Folders as people have them: what is good is read, what is bad is told, nothing hangs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.datasets.formats.attribute_files import write_attributes
from engine.datasets.formats.folder import find_pictures, folder_fingerprint, load_folder
from engine.datasets.store import Split, category, continuous
from engine.disk.files import Cancelled, LoadError
from engine.machine.work import finished, heeding

Maker = Callable[[int], Path]


def test_good_pictures_are_read_in_the_order_of_their_names(picture_folder: Maker) -> None:
    folder = picture_folder(12)
    loaded = finished(load_folder(folder, 16))
    assert loaded.files == tuple(f"{k:03d}.png" for k in range(12))
    assert loaded.store.pictures.shape == (12, 3, 16, 16)
    assert loaded.skipped == ()
    again = finished(load_folder(folder, 16))
    assert torch.equal(again.store.pictures, loaded.store.pictures)
    assert torch.equal(again.store.split, loaded.store.split)


def test_what_is_bad_is_left_out_and_told_with_its_reason(picture_folder: Maker) -> None:
    folder = picture_folder(6)
    (folder / "broken.jpg").write_bytes((folder / "000.png").read_bytes()[:200])
    (folder / "text.jpg").write_text("no picture")
    (folder / "empty.png").write_bytes(b"")
    (folder / "loop").symlink_to(folder)
    (folder / "self.png").symlink_to(folder / "self.png")
    (folder / "gone.png").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe.png")
    loaded = finished(load_folder(folder, 16))
    assert len(loaded.store) == 6
    reasons = {skipped.path: skipped.reason for skipped in loaded.skipped}
    assert set(reasons) == {"broken.jpg", "text.jpg", "empty.png", "loop", "self.png", "gone.png", "pipe.png"}
    assert reasons["empty.png"] == "is empty"
    assert "JPEG, PNG" in reasons["text.jpg"]


def test_litter_is_passed_over_in_silence(picture_folder: Maker) -> None:
    folder = picture_folder(3)
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._000.png", "notes.txt", "list.csv", "readme.md"):
        (folder / name).write_bytes(b"x")
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "000.png").write_bytes(b"x")
    loaded = finished(load_folder(folder, 16))
    assert (len(loaded.store), loaded.skipped) == (3, ())


ODD_NAMES = [
    b"caf\xe9.png",
    "😀.png".encode(),
    b"new\nline.png",
    b"%s %d.png",
    b"<b>.png",
    b"a" * 251 + b".png",
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_names_of_any_bytes_are_read(picture_folder: Maker, name: bytes) -> None:
    folder = picture_folder(2)
    os.rename(folder / "000.png", os.path.join(os.fsencode(folder), name))
    assert len(finished(load_folder(folder, 16)).store) == 2
    with open(os.path.join(os.fsencode(folder), name), "wb") as file:
        file.write(b"broken")
    told = finished(load_folder(folder, 16)).skipped[0]
    assert "\n" not in told.path
    json.dumps(told.path).encode("utf-8")


def test_a_folder_of_mostly_bad_files_is_refused_in_one_sentence(picture_folder: Maker) -> None:
    folder = picture_folder(1)
    for k in range(11):
        (folder / f"bad{k}.jpg").write_text("x")
    with pytest.raises(LoadError) as caught:
        finished(load_folder(folder, 16))
    assert "11 of 12 files cannot be read" in caught.value.sentence
    assert "bad0.jpg" in caught.value.sentence


@pytest.mark.parametrize("content", ["nothing", "litter", "folders"])
def test_a_folder_without_pictures_is_refused(tmp_path: Path, content: str) -> None:
    if content == "litter":
        (tmp_path / ".hidden.png").write_bytes(b"x")
    if content == "folders":
        (tmp_path / "a" / "b").mkdir(parents=True)
    with pytest.raises(LoadError, match="holds no picture"):
        finished(load_folder(tmp_path, 16))


def test_one_picture_and_identical_pictures_are_sets_too(picture_folder: Maker) -> None:
    folder = picture_folder(1)
    assert len(finished(load_folder(folder, 16)).store) == 1
    for k in range(20):
        (folder / f"copy{k}.png").write_bytes((folder / "000.png").read_bytes())
    assert int((finished(load_folder(folder, 16)).store.split == Split.TRAIN).sum()) == 21


def test_mixed_sizes_and_modes_become_one_store(tmp_path: Path) -> None:
    for k, (mode, size) in enumerate([("L", (9, 30)), ("RGB", (300, 17)), ("RGBA", (16, 16)), ("CMYK", (33, 33))]):
        Image.new(mode, size).save(tmp_path / f"{k}.{'jpg' if mode == 'CMYK' else 'png'}")
    assert finished(load_folder(tmp_path, 16)).store.pictures.shape == (4, 3, 16, 16)


def test_grey_pictures_make_a_grey_store(tmp_path: Path) -> None:
    for k in range(3):
        Image.new("L", (16, 16), 10 * k).save(tmp_path / f"{k}.png")
    assert finished(load_folder(tmp_path, 16)).store.channels == 1


def test_sub_folders_become_classes(picture_folder: Maker) -> None:
    folder = picture_folder(6)
    for k in range(6):
        (folder / ("cats" if k % 2 else "dogs")).mkdir(exist_ok=True)
        (folder / f"{k:03d}.png").rename(folder / ("cats" if k % 2 else "dogs") / f"{k:03d}.png")
    store = finished(load_folder(folder, 16)).store
    assert store.classes == ("cats", "dogs")
    assert store.labels is not None
    assert store.labels.tolist() == [0, 0, 0, 1, 1, 1]


def test_folders_called_train_and_test_are_the_split(picture_folder: Maker) -> None:
    folder = picture_folder(8)
    for k in range(8):
        place = folder / ("train" if k < 5 else "test") / ("a" if k % 2 else "b")
        place.mkdir(parents=True, exist_ok=True)
        (folder / f"{k:03d}.png").rename(place / f"{k:03d}.png")
    store = finished(load_folder(folder, 16)).store
    assert sorted(store.split.tolist()) == [Split.TRAIN] * 5 + [Split.TEST] * 3
    assert store.classes == ("a", "b")


def test_attributes_beside_the_pictures_come_back_as_written(picture_folder: Maker) -> None:
    folder = picture_folder(5)
    files = [f"{k:03d}.png" for k in range(5)]
    columns = {"smile": np.linspace(-1, 1, 5, dtype=np.float32), "hat": np.array([0, 1, 2, 1, 0], dtype=np.float32)}
    kinds = {"smile": continuous("Smile", -1, 1, "sad", "glad"), "hat": category("Hat", ("none", "cap", "crown"))}
    visible = {"smile": np.array([True, True, False, True, True])}
    write_attributes(folder, files, columns, kinds, visible, [f"face {k}" for k in range(5)])
    store = finished(load_folder(folder, 16)).store
    assert store.kinds == kinds
    assert torch.allclose(store.attributes["smile"], torch.from_numpy(columns["smile"]), atol=1e-5)
    assert store.attributes["hat"].tolist() == [0, 1, 2, 1, 0]
    assert store.visible["smile"].tolist() == [True, True, False, True, True]
    assert store.captions == tuple(f"face {k}" for k in range(5))


def test_attributes_without_a_description_are_understood_by_their_numbers(picture_folder: Maker) -> None:
    folder = picture_folder(4)
    (folder / "attributes.csv").write_bytes(
        "﻿file,male,age,kind\r\n000.png,1,0.5,3\r\n001.png,-1,0.25,0\r\n003.png,1,,1\r\n".encode()
    )
    store = finished(load_folder(folder, 16)).store
    assert store.kinds["male"].names == ("no", "yes")
    assert store.attributes["male"].tolist()[:2] == [1, 0]
    assert (store.kinds["age"].low, store.kinds["age"].high) == (0.25, 0.5)
    assert store.kinds["kind"].names == ("0", "1", "2", "3")
    assert store.visible["age"].tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "does not begin"),
        ("file,a,a\n000.png,1,2\n", "does not begin"),
        ("file,a\n000.png,1,2\n", "3 cells in line 2 where 2"),
        ("file,a\n000.png,smile\n", "words in line 2"),
        ("file,a\n000.png,inf\n", "without end in line 2"),
        ("file,a\nother.png,1\n", "names none of the pictures"),
    ],
)
def test_a_bad_table_is_one_sentence_that_names_it(picture_folder: Maker, content: str, words: str) -> None:
    folder = picture_folder(2)
    (folder / "attributes.csv").write_text(content)
    with pytest.raises(LoadError) as caught:
        finished(load_folder(folder, 16))
    assert words in caught.value.sentence
    assert "attributes.csv" in caught.value.sentence


def test_a_value_that_is_no_category_is_refused(picture_folder: Maker) -> None:
    folder = picture_folder(2)
    (folder / "attributes.csv").write_text("file,hat\n000.png,7\n001.png,0\n")
    (folder / "attributes.json").write_text('{"hat": {"label": "Hat", "names": ["none", "cap"]}}')
    with pytest.raises(LoadError, match="none of its 2 categories"):
        finished(load_folder(folder, 16))
    (folder / "attributes.json").write_text("{")
    with pytest.raises(LoadError, match="does not describe attributes"):
        finished(load_folder(folder, 16))


def test_progress_is_told_and_stopping_is_heard(picture_folder: Maker) -> None:
    folder = picture_folder(10)
    told: list[tuple[int, int]] = []
    finished(load_folder(folder, 16), lambda event: told.append((event.done, event.of)))
    assert told == [(10, 10)]
    work = load_folder(folder, 16)
    next(work)
    work.close()  # its helper threads are gone, or the test that left them fails
    with pytest.raises(Cancelled):
        finished(heeding(lambda: True, load_folder(folder, 16)))


def test_the_fingerprint_follows_every_change(picture_folder: Maker) -> None:
    folder = picture_folder(3)
    prints = {folder_fingerprint(folder, 16), folder_fingerprint(folder, 32)}
    assert folder_fingerprint(folder, 16) in prints
    os.utime(folder / "000.png", (1, 1))
    prints.add(folder_fingerprint(folder, 16))
    (folder / "002.png").unlink()
    prints.add(folder_fingerprint(folder, 16))
    (folder / "attributes.csv").write_text("file,a\n000.png,1\n")
    prints.add(folder_fingerprint(folder, 16))
    assert len(prints) == 5


def test_links_to_pictures_are_followed_and_links_to_folders_are_not(picture_folder: Maker, tmp_path: Path) -> None:
    folder = picture_folder(2)
    other = tmp_path / "other"
    other.mkdir()
    (other / "link.png").symlink_to(folder / "000.png")
    (other / "links").symlink_to(folder)
    found, skipped = find_pictures(other)
    assert [candidate.relative for candidate in found] == ["link.png"]
    assert [s.path for s in skipped] == ["links"]
