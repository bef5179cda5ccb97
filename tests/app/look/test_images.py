"""Pictures between numpy and Qt, checked against plain arithmetic and Pillow."""

from __future__ import annotations

import gc

import numpy as np
import PIL.Image
import pytest
from pytestqt.qtbot import QtBot

from app.look.images import fitted_px, from_qimage, grown, image_pixmap, scaled, to_qimage


@pytest.mark.parametrize("shape", [(1, 1, 3), (5, 7, 3), (64, 64, 3), (33, 35, 3), (9, 13, 1), (9, 13)])
def test_odd_widths_do_not_shear(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    back = from_qimage(to_qimage(pixels))
    colour = pixels if pixels.ndim == 3 else pixels[:, :, None]
    assert np.array_equal(back, np.broadcast_to(colour, back.shape))


def test_qt_owns_its_memory() -> None:
    pixels = np.full((50, 51, 3), 77, np.uint8)
    image = to_qimage(pixels)
    pixels[:] = 0
    del pixels
    gc.collect()
    assert (from_qimage(image) == 77).all()


@pytest.mark.parametrize("bad", [np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3), np.float32), np.zeros(4, np.uint8)])
def test_other_arrays_are_refused(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="not a picture"):
        to_qimage(bad)


@pytest.mark.parametrize(("side", "room", "factor"), [(32, 1000, 4), (64, 130, 2), (16, 40, 2), (300, 1000, 1)])
def test_growing_is_the_cubic_that_pillow_knows(side: int, room: int, factor: int) -> None:
    rng = np.random.default_rng(2)
    pixels = rng.integers(90, 160, (side, side, 3), dtype=np.uint8)  # no overshoot: Pillow clips between its passes
    ours = from_qimage(grown(pixels, room)).astype(int)
    theirs = PIL.Image.fromarray(pixels).resize((side * factor,) * 2, PIL.Image.Resampling.BICUBIC)
    inner = slice(2 * factor, -2 * factor)  # edges are repeated here and renormalised there
    assert ours.shape == (side * factor, side * factor, 3)
    assert np.abs(ours - np.asarray(theirs, int))[inner, inner].max() <= 1


def test_crisp_pixels_are_repeated_exactly() -> None:
    pixels = np.random.default_rng(4).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    big = from_qimage(scaled(pixels, 40, 40, whole_pixels=True))
    assert np.array_equal(big, pixels.repeat(5, 0).repeat(5, 1))


def test_room_is_used_in_whole_pixels_when_each_is_to_be_seen() -> None:
    assert fitted_px(64, 527, whole_pixels=True) == 512
    assert fitted_px(64, 527, whole_pixels=False) == 527
    assert fitted_px(64, 40, whole_pixels=True) == 40


def test_pixmaps_know_their_ratio_and_keep_their_shape(qtbot: QtBot) -> None:
    wide = np.zeros((10, 20, 3), np.uint8)
    pixmap = image_pixmap(wide, 40, 2.0)
    assert (pixmap.width(), pixmap.height(), pixmap.devicePixelRatio()) == (80, 40, 2.0)
