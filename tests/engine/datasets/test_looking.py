"""A folder is looked into before anything is learned from it: what is in it, and what speaks against it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from engine.datasets import looking
from engine.datasets.looking import LOOKED_AT, SHOWN, look_at
from engine.disk.files import Cancelled, LoadError

Random = Callable[..., Path]


@pytest.fixture
def pictures(tmp_path: Path) -> Random:
    """A folder of so many pictures that differ, of a size and mode."""

    def made(count: int, size: tuple[int, int] = (64, 64), mode: str = "RGB", below: str = "") -> Path:
        folder = tmp_path / "my cats"
        (folder / below).mkdir(parents=True, exist_ok=True)
        random = np.random.default_rng(count)
        for k in range(count):
            tone = random.integers(0, 256, 3, dtype=np.uint8)
            picture = Pillow.fromarray(np.broadcast_to(tone, (size[1], size[0], 3)).copy())
            picture.convert(mode).save(folder / below / f"{k:04d}.png")
        return folder

    return made


def test_colour_pictures_are_told_with_count_and_size(pictures: Random) -> None:
    folder = pictures(60, (80, 64))
    data = look_at(folder)
    assert (data.name, data.label, data.note) == (str(folder), "my cats", str(folder.parent))
    assert (data.images, data.size, data.channels, data.installed) == (60, 64, 3, True)
    assert len(data.samples) == SHOWN
    assert data.samples[0].shape == (48, 48, 3)
    assert not data.samples[0].flags.writeable
    assert data.thumbnail is not None
    assert data.warnings == ("60 pictures are few: they are learned by heart in part. Thousands are better.",)


def test_grey_pictures_are_told_from_coloured_ones(pictures: Random) -> None:
    assert look_at(pictures(60, mode="L")).channels == 1


def test_classes_and_attributes_are_told(pictures: Random) -> None:
    pictures(3, below="train/tabby")
    folder = pictures(3, below="train/black")
    assert look_at(folder).classes == ()
    pictures(2, below="test/black")
    assert look_at(folder).classes == ("black", "tabby")
    names = [f"train/tabby/{k:04d}.png" for k in range(3)]
    (folder / "attributes.csv").write_text("file,age\n" + "".join(f"{name},{k}\n" for k, name in enumerate(names)))
    assert look_at(folder).attributes == ("age",)


def test_samples_and_preview_are_of_every_class(tmp_path: Path) -> None:
    """The first class alone was shown where each has a folder of its own."""
    folder = tmp_path / "cats"
    for tone, name in ((40, "black"), (120, "grey"), (200, "white")):
        (folder / name).mkdir(parents=True)
        for k in range(40):
            Pillow.new("L", (48, 48), tone + k % 9).save(folder / name / f"{k}.png")
    data = look_at(folder)
    means = [float(sample.mean()) for sample in data.samples]
    assert max(means) > 190
    assert min(means) < 60
    assert any(100 < mean < 140 for mean in means)
    assert data.thumbnail is not None
    corners = [data.thumbnail[row, column].mean() for row in (20, 70) for column in (20, 70)]
    assert max(corners) - min(corners) > 140


def test_pairs_are_counted_as_pairs_and_shown_side_by_side(pictures: Random) -> None:
    pictures(5, mode="L", below="sketch")
    folder = pictures(6, below="face")
    (folder / "pairs.json").write_text('{"from": {"folder": "sketch"}, "to": {"folder": "face"}, "label": "Sketches"}')
    data = look_at(folder)
    assert (data.images, data.channels, data.classes) == (5, 3, ())
    assert np.ptp(data.samples[0], axis=2).max() > 0, "a face"
    assert np.ptp(data.samples[1], axis=2).max() == 0, "its sketch"
    (folder / "pairs.json").write_text("{}")
    with pytest.raises(LoadError, match="does not say which folder holds what"):
        look_at(folder)


def test_a_celeba_folder_is_known_by_its_list(pictures: Random) -> None:
    folder = pictures(4, below="img_align_celeba")
    lines = "".join(f"{k:04d}.png 1 -1\n" for k in range(4))
    (folder / "list_attr_celeba.txt").write_text(f"4\nSmiling Young\n{lines}")
    data = look_at(folder)
    assert (data.images, data.attributes) == (4, ("Smiling", "Young"))


def test_few_of_many_are_looked_into(pictures: Random, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(path: Path, size: int) -> object:
        read.append(path.name)
        return real(path, size)

    real = looking.read_picture
    monkeypatch.setattr(looking, "read_picture", counted)
    assert look_at(pictures(500)).images == 500
    assert len(read) == LOOKED_AT
    assert (read[0], read[-1]) == ("0000.png", f"{500 * 31 // 32:04d}.png")


@pytest.mark.parametrize(
    ("count", "size", "words"),
    [
        (12, (64, 64), "12 pictures are very few"),
        (600, (12, 12), "are very small"),
        (600, (90, 40), "square in their middle"),
    ],
)
def test_what_speaks_against_it_is_said(pictures: Random, count: int, size: tuple[int, int], words: str) -> None:
    (warning,) = look_at(pictures(count, size)).warnings
    assert words in warning


def test_pictures_that_are_all_alike_are_said_to_be(tmp_path: Path) -> None:
    for k in range(600):
        Pillow.new("RGB", (16, 16), (100, 100, 100 + k % 2)).save(tmp_path / f"{k}.png")
    assert look_at(tmp_path).warnings == ("The pictures look all the same.",)


def test_files_that_cannot_be_read_are_counted_and_named(pictures: Random) -> None:
    folder = pictures(600)
    (folder / "0000.png").write_bytes(b"text")
    (warning,) = look_at(folder).warnings
    assert warning.startswith("1 of 32 files looked into cannot be read: “0000.png” is not a picture that is read here")


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, "no-pictures"),
        ({"a.txt": b"x"}, "no-pictures"),
        ({"a.png": b"x", "b.png": b"y"}, "mostly-bad"),
        ({"density.json": b"{}", "points.csv": b"x\n1\n"}, "a-density"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(tmp_path: Path, files: dict[str, bytes], code: str) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(LoadError) as caught:
        look_at(tmp_path)
    assert caught.value.code == code


def test_one_picture_is_too_few_and_a_folder_that_is_gone_is_missing(pictures: Random) -> None:
    folder = pictures(1)
    with pytest.raises(LoadError, match="holds one picture"):
        look_at(folder)
    shutil.rmtree(folder)
    with pytest.raises(LoadError, match="does not exist"):
        look_at(folder)


def test_nobody_looks_on_who_is_not_wanted(pictures: Random) -> None:
    with pytest.raises(Cancelled):
        look_at(pictures(4), lambda: True)


def test_sets_in_files_of_their_own_are_read(tmp_path: Path) -> None:
    header = bytes([0, 0, 8, 3, 0, 0, 0, 70, 0, 0, 0, 28, 0, 0, 0, 28])
    (tmp_path / "train-images-idx3-ubyte").write_bytes(header + bytes(range(256)) * 214 + bytes(96))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 70]) + bytes([0, 1] * 35))
    data = look_at(tmp_path)
    assert (data.images, data.size, data.channels, len(data.classes)) == (70, 28, 1, 2)
    assert len(data.samples) == SHOWN
