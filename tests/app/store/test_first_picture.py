"""What stands on the canvas before the engine does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

from app.controls.picture.shown_picture import ShownPicture
from app.look.images import Scaling, from_qimage, grown, to_qimage
from app.store.kept import first_picture
from app.store.recipes import start_seed
from engine.disk.bundled import bundled_model
from engine.opened.model import open_model_file
from engine.protocol.answers import Rendered
from engine.protocol.values import CANVAS, Image, Recipe


def rendered(image: Image, *, final: bool = True) -> Rendered:
    return Rendered(
        view=CANVAS,
        ticket=1,
        model="m",
        image=image,
        point=None,
        final=final,
        progress=1.0,
        render_ms=1.0,
        recipe=Recipe(model="m"),
    )


@pytest.fixture
def image() -> Image:
    pixels = np.random.default_rng(3).integers(0, 256, (64, 48, 3), np.uint8)
    pixels.setflags(write=False)
    return pixels


def pixels(still: QImage | None) -> Image:
    assert still is not None
    return from_qimage(still)


def test_it_is_kept_as_large_as_the_canvas_makes_it(home: Path, image: Image) -> None:
    first_picture.keep(home, rendered(image), Scaling.SMOOTH)
    still = first_picture.load(home, is_default=False)
    assert np.array_equal(pixels(still), from_qimage(grown(image, 4096)))
    assert pixels(still).shape == (256, 192, 3)


def test_squares_stay_squares(home: Path, image: Image) -> None:
    first_picture.keep(home, rendered(image), Scaling.PIXELS)
    assert np.array_equal(pixels(first_picture.load(home, is_default=False)), image)


@pytest.mark.parametrize("side", [28, 64, 128])
@pytest.mark.parametrize("scaling", [Scaling.SMOOTH, Scaling.PIXELS])
def test_a_kept_picture_stands_as_large_as_the_one_that_takes_its_place(
    home: Path, side: int, scaling: Scaling
) -> None:
    image = np.zeros((side, side, 3), np.uint8)
    room, drawn, kept = QRect(0, 0, 1400, 1300), ShownPicture(), ShownPicture()
    drawn.scaling = kept.scaling = scaling
    drawn.set_image(image, is_fine=True)
    first_picture.keep(home, rendered(image), scaling)
    kept.set_still(first_picture.load(home, is_default=False))
    assert kept.frame(room, 1.0) == drawn.frame(room, 1.0)
    assert drawn.frame(room, 1.0).width() == 8 * side
    assert kept.width_for(1300) == drawn.width_for(1300)


def test_half_a_picture_is_not_kept(home: Path, image: Image) -> None:
    first_picture.keep(home, rendered(image, final=False), Scaling.SMOOTH)
    first_picture.keep(home, None, Scaling.SMOOTH)
    assert first_picture.load(home, is_default=False) is None


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"text"])
def test_a_broken_one_gives_way_to_the_bundled_one(home: Path, content: bytes) -> None:
    (home / first_picture.FILE).write_bytes(content)
    assert first_picture.load(home, is_default=False) is None
    assert first_picture.load(home, is_default=True) is not None


def test_the_bundled_one_is_what_the_bundled_model_draws_first(home: Path) -> None:
    """Within two levels: another processor may round differently."""
    session = open_model_file(str(bundled_model("faces")), torch.device("cpu"))
    drawn = [*session.sampling(Recipe(model=session.fingerprint, seed=start_seed(session.describe())))][-1]
    expected = from_qimage(grown(drawn.image, first_picture.LIMIT_PX)).astype(int)
    assert np.abs(pixels(first_picture.load(home, is_default=True)).astype(int) - expected).max() <= 2
    assert to_qimage(drawn.image).width() * 4 == expected.shape[1]
