"""A CelebA folder in its exact layout, and the ways in which its lists can be wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.datasets.formats.celeba import LIST, load_celeba
from engine.datasets.store import Split
from engine.disk.files import LoadError
from engine.machine.work import finished

NAMES = ["Smiling", "Eyeglasses", "Male"]


def _folder(tmp_path: Path, count: int = 12) -> Path:
    place = tmp_path / "img_align_celeba"
    place.mkdir(parents=True)
    rng = np.random.default_rng(1)
    rows = []
    for k in range(1, count + 1):
        Image.fromarray(rng.integers(0, 256, (218, 178, 3), dtype=np.uint8)).save(place / f"{k:06d}.jpg")
        rows.append(f"{k:06d}.jpg {' '.join(f'{1 if (k + j) % 2 else -1:2d}' for j in range(3))}")
    (tmp_path / LIST).write_text("\n".join([str(count), " ".join(NAMES), *rows]) + "\n")
    return tmp_path


def test_pictures_attributes_and_split_are_read(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    (folder / "list_eval_partition.txt").write_text("".join(f"{k:06d}.jpg {(k - 1) % 3}\n" for k in range(1, 13)))
    loaded = finished(load_celeba(folder, 32))
    store = loaded.store
    assert store.pictures.shape == (12, 3, 32, 32)
    assert list(store.kinds) == NAMES
    assert store.kinds["Smiling"].names == ("no", "yes")
    assert store.attributes["Smiling"].tolist() == [1.0 if k % 2 else 0.0 for k in range(1, 13)]
    assert store.split.tolist() == [k % 3 for k in range(12)]
    assert (loaded.skipped, store.labels) == ((), None)


def test_carriage_returns_and_a_byte_order_mark_are_no_trouble(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    text = (folder / LIST).read_text()
    (folder / LIST).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert len(finished(load_celeba(folder, 16)).store) == 12


def test_what_is_only_in_the_list_or_only_in_the_folder_is_told(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    (folder / "img_align_celeba" / "000003.jpg").unlink()
    (folder / "img_align_celeba" / "000004.jpg").rename(folder / "img_align_celeba" / "extra.jpg")
    (folder / "img_align_celeba" / "000005.jpg").write_bytes(b"broken")
    loaded = finished(load_celeba(folder, 16))
    assert len(loaded.store) == 9
    assert {s.path for s in loaded.skipped} == {"000003.jpg", "000004.jpg", "000005.jpg", "extra.jpg"}
    assert loaded.store.attributes["Smiling"].tolist() == [float(k % 2) for k in range(1, 13) if k not in (3, 4, 5)]
    assert set(loaded.store.split.tolist()) <= set(Split)


def test_a_part_of_the_pictures_is_not_told_name_by_name(tmp_path: Path) -> None:
    folder = _folder(tmp_path, 40)
    for k in range(6, 41):
        (folder / "img_align_celeba" / f"{k:06d}.jpg").unlink()
    loaded = finished(load_celeba(folder, 16))
    assert len(loaded.store) == 5
    assert [s.reason for s in loaded.skipped] == ["names 35 pictures that are not in the folder"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.replace("12\n", "13\n", 1), "announces 13 pictures and lists 12"),
        (lambda t: t.replace("12\n", "twelve\n", 1), "does not begin with the number"),
        (lambda t: t.replace("12\n", "²\n", 1), "does not begin with the number"),
        (lambda t: "", "does not begin with the number"),
        (lambda t: t.replace("Eyeglasses", "Smiling"), "one twice"),
        (lambda t: t.replace("000004.jpg -1", "000004.jpg 0"), "in line 6"),
        (lambda t: t.replace("000004.jpg -1", "000004.jpg"), "in line 6"),
        (lambda t: t.replace("000004.jpg", "000003.jpg"), "“000003.jpg” twice"),
        (lambda t: t.replace(".jpg", ".png"), "names none of the pictures"),
    ],
)
def test_a_wrong_list_is_one_sentence_that_names_it(tmp_path: Path, change: object, words: str) -> None:
    folder = _folder(tmp_path)
    (folder / LIST).write_text(change((folder / LIST).read_text()))
    with pytest.raises(LoadError) as caught:
        finished(load_celeba(folder, 16))
    assert words in caught.value.sentence
    assert LIST in caught.value.sentence


def test_a_partition_with_other_parts_is_refused(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    (folder / "list_eval_partition.txt").write_text("000001.jpg 5\n")
    with pytest.raises(LoadError, match=r"list_eval_partition\.txt.*line 1"):
        finished(load_celeba(folder, 16))
