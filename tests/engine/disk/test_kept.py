"""Pictures that recipes start from: named by what they hold, kept whole, told when they are missing or damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.disk.files import LoadError, WriteError, ZscapeError
from engine.disk.kept import KeptPictures, content_name, packed
from engine.disk.recipes import Memory, memory_text, read_memory
from engine.protocol.values import Recipe


def picture(seed: int, channels: int = 4) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (6, 9, channels), np.uint8)


def test_a_picture_comes_back_to_the_bit_also_where_nothing_is_given(tmp_path: Path) -> None:
    one = picture(1)
    name = KeptPictures(tmp_path).keep(one)
    assert name == content_name(one)
    again = KeptPictures(tmp_path)(name)
    assert np.array_equal(again, one), "colours under alpha 0 too: alpha only says what is given"
    assert not again.flags.writeable
    assert KeptPictures(tmp_path).keep(one) == name
    assert len(list((tmp_path / "kept").iterdir())) == 1


def test_without_alpha_every_pixel_is_given(tmp_path: Path) -> None:
    kept = KeptPictures(tmp_path)
    found = kept(kept.keep(picture(2, 3)))
    assert np.array_equal(found[:, :, :3], picture(2, 3))
    assert (found[:, :, 3] == 255).all()


@pytest.mark.parametrize("name", ["", "../../secret", "f" * 32, "F" * 32, "a/b"])
def test_what_is_not_here_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(ZscapeError, match="is not here"):
        KeptPictures(tmp_path)(name)


def test_a_damaged_picture_is_told_and_no_other_taken_for_it(tmp_path: Path) -> None:
    name = KeptPictures(tmp_path).keep(picture(3))
    (tmp_path / "kept" / f"{name}.png").write_bytes(packed(picture(4)))
    with pytest.raises(LoadError, match="damaged"):
        KeptPictures(tmp_path)(name)
    (tmp_path / "kept" / f"{name}.png").write_bytes(b"no picture")
    with pytest.raises(LoadError, match="damaged"):
        KeptPictures(tmp_path)(name)


def test_what_comes_with_a_recipe_is_kept_if_it_is_what_it_says(tmp_path: Path) -> None:
    kept, good = KeptPictures(tmp_path), picture(5)
    kept.take_in({content_name(good): packed(good), "0" * 32: packed(good)})
    assert np.array_equal(kept(content_name(good)), good)
    with pytest.raises(ZscapeError, match="is not here"):
        kept("0" * 32)


def test_where_nothing_can_be_written_it_lasts_for_a_while(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file stands where the folder should be")
    kept, good = KeptPictures(tmp_path), picture(6)
    kept.take_in({content_name(good): packed(good)})
    assert np.array_equal(kept(content_name(good)), good)
    with pytest.raises(WriteError):
        kept.keep(picture(7))


def test_a_memory_carries_its_pictures_and_a_malformed_one_is_none() -> None:
    one = picture(8)
    memory = Memory(recipes=(Recipe(model="m", source=content_name(one)),), pictures={content_name(one): packed(one)})
    text = memory_text(memory)
    assert read_memory(text) == memory
    for bad in ('"!!"', "3", '{"a": 1}'):
        spoilt = text.replace(f'"{text.split(chr(34))[-2]}"', bad)
        assert read_memory(spoilt) is None or bad == '{"a": 1}'
    assert read_memory(text.replace(content_name(one), "../x")) is None
