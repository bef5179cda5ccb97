"""What is said of single pixels, against the network's own forward pass; and masks from words and files."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Pillow

from engine.disk.bundled import find_model
from engine.disk.files import BadConfig, LoadError, ZscapeError
from engine.families.autoregressive.pixelcnn import PixelCNN
from engine.machine.work import finished
from engine.opened.checkpoints import Model
from engine.opened.completing import drawn_part, given_pixels, require_completes
from engine.opened.model import OpenedModel, open_model_file
from engine.opened.pixelwise import bits_of, told_of
from engine.protocol.values import Image, Recipe
from tests.engine.families.autoregressive.test_pixelcnn import shaken

CPU = torch.device("cpu")


def opened(
    channels: int = 1, classes: tuple[str, ...] = (), *, size: int = 8, depth: int = 2, data: str = ""
) -> OpenedModel:
    family = shaken(channels, classes=classes, size=size, depth=depth)
    card = {"data": data}
    return OpenedModel(
        Model(family=family, name="pixels", path="", fingerprint="f" * 16, card=card, explorables=None), CPU
    )


def picture(channels: int = 1, size: int = 8) -> Image:
    levels = np.random.default_rng(4).integers(0, 256, (size, size, 3 if channels == 3 else 1), dtype=np.uint8)
    return np.ascontiguousarray(np.broadcast_to(levels, (size, size, 3)))


def laws(model: OpenedModel, image: Image, classes: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
    """log p (C, L, H, W) of every level by one forward pass, and the levels (C, H, W) there are."""
    family = model.family
    assert isinstance(family, PixelCNN)
    count = family.config.levels
    levels = torch.from_numpy(image.copy()).permute(2, 0, 1).long()[: family.config.channels] * count // 256
    with torch.no_grad():
        logits = family((levels * 2.0 / (count - 1) - 1.0)[None].float(), classes)[0]
    return logits.double().log_softmax(1), levels


@pytest.mark.parametrize("channels", [1, 3])
def test_bits_are_those_of_a_forward_pass(channels: int) -> None:
    model, image = opened(channels), picture(channels)
    found = finished(bits_of(model, image))
    law, levels = laws(model, image, None)
    direct = -law.gather(1, levels[:, None])[:, 0] / math.log(2.0)
    assert found.bits == pytest.approx(direct.sum(0).numpy(), abs=1e-4)
    assert found.bits_per_dim == pytest.approx(float(direct.mean()), abs=1e-5)


def test_a_class_that_is_asked_for_counts_and_one_that_is_not_is_summed_out() -> None:
    model, image = opened(classes=("a", "b")), picture()
    each = []
    for place in range(2):
        law, levels = laws(model, image, torch.tensor([place]))
        each.append(-law.gather(1, levels[:, None]).sum() / math.log(2.0))
    asked = finished(bits_of(model, image, (("class", 1.0),)))
    assert float(asked.bits.sum()) == pytest.approx(float(each[1]), rel=1e-5)
    unasked = finished(bits_of(model, image))
    mixed = 1.0 - math.log2(sum(2.0 ** float(min(each) - one) for one in each)) + float(min(each))
    assert float(unasked.bits.sum()) == pytest.approx(mixed, rel=1e-5)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_pixel_is_told_as_the_forward_pass_has_it(channels: int) -> None:
    model, image = opened(channels), picture(channels)
    row, column = 3, 5
    told = finished(told_of(model, image, row, column))
    law, levels = laws(model, image, None)
    here = law[:, :, row, column].exp()
    assert np.array(told.chances) == pytest.approx(here.numpy(), abs=1e-5)
    assert told.levels == tuple(levels[:, row, column].tolist())
    assert told.entropy == pytest.approx(float(-(here * here.log2()).sum()), abs=1e-4)
    assert told.before == row * 8 + column
    mapped = finished(bits_of(model, image))
    assert told.bits == pytest.approx(float(mapped.bits[row, column]), abs=1e-4)


def test_it_sees_what_is_drawn_before_and_has_a_blind_spot() -> None:
    model = opened(size=16, depth=1)
    told = finished(told_of(model, picture(size=16), 8, 6))
    order = np.arange(256).reshape(16, 16)
    here = 8 * 16 + 6
    assert not told.seen[order >= here].any()
    assert told.seen[8, 5] > 0
    assert told.seen[7, 6] > 0
    assert told.seen.max() == 1.0
    assert told.reached < told.before
    assert told.seen[7, 14] == 0.0, "far to the right in the row above: the blind spot of stacked masks"


def test_what_it_sees_is_weighed_in_this_picture_as_of_the_class_it_seems_to_be() -> None:
    """The gradient of the law of the likeliest class; what only noise brings out is seen and hardly counts."""
    model, image = opened(classes=("a", "b"), size=12), picture(size=12)
    row, column = 6, 5
    told = finished(told_of(model, image, row, column))
    before = [finished(bits_of(model, image, (("class", float(k)),))).bits.reshape(-1)[: row * 12 + column].sum()
              for k in (0, 1)]  # fmt: skip
    likeliest = int(np.argmin(before))
    same = finished(told_of(model, image, row, column, (("class", float(likeliest)),)))
    other = finished(told_of(model, image, row, column, (("class", 1.0 - likeliest),)))
    assert told.seen == pytest.approx(same.seen, rel=1e-4, abs=1e-5)
    assert told.seen != pytest.approx(other.seen, rel=1e-2, abs=1e-3)
    family = model.family
    x = torch.from_numpy(image[:, :, :1].copy()).permute(2, 0, 1)[None].float() / 127.5 - 1.0
    slope = family.noticed(x, row, column, {"class": torch.tensor([likeliest])})[0]
    assert told.seen == pytest.approx((slope / slope.max()).numpy(), abs=1e-4)


def test_questions_that_cannot_be_answered_are_refused() -> None:
    model = opened()
    with pytest.raises(ZscapeError, match="12×12"):
        finished(bits_of(model, picture(size=12)))
    with pytest.raises(BadConfig, match="beside"):
        finished(told_of(model, picture(), 8, 0))
    faces = open_model_file(str(find_model("faces")), CPU)
    with pytest.raises(ZscapeError, match="each pixel"):
        finished(bits_of(faces, picture(3, 64)))
    with pytest.raises(ZscapeError, match="as a whole"):
        require_completes(faces)


def test_the_window_hears_in_which_order_pixels_are_drawn() -> None:
    assert opened().describe().order == tuple(range(64))
    assert open_model_file(str(find_model("faces")), CPU).describe().order == ()


# ---------------------------------------------------------------- masks


def test_a_mask_says_what_is_drawn(tmp_path: Path) -> None:
    lower = drawn_part("lower", 8)
    assert not lower[:4].any()
    assert lower[4:].all()
    box = drawn_part("box=1,2,3,4", 8)
    assert box.sum() == 12
    assert box[2:6, 1:4].all()
    painted = np.zeros((8, 8), np.uint8)
    painted[:, 6:] = 255
    Pillow.fromarray(painted).save(tmp_path / "mask.png")
    assert (drawn_part(str(tmp_path / "mask.png"), 8) == (painted == 255)).all()
    given = given_pixels(picture(), lower)
    assert (given[:4, :, 3] == 255).all()
    assert (given[4:] == 0).all()
    assert (given[:4, :, :3] == picture()[:4]).all()


def test_a_mask_that_means_nothing_is_refused(tmp_path: Path) -> None:
    Pillow.fromarray(np.zeros((8, 8), np.uint8)).save(tmp_path / "black.png")
    for mask, words in (
        ("box=1,2,3", "no box"),
        ("box=9,9,2,2", "outside"),
        (str(tmp_path / "black.png"), "no white part"),
    ):
        with pytest.raises(BadConfig, match=words):
            drawn_part(mask, 8)
    with pytest.raises(LoadError, match=r"none\.png"):
        drawn_part(str(tmp_path / "none.png"), 8)
    with pytest.raises(BadConfig, match="leaves nothing"):
        given_pixels(picture(), np.ones((8, 8), bool))


def test_given_pixels_come_back_to_the_bit_and_others_follow_the_seed() -> None:
    model, image = opened(), picture()
    given = given_pixels(image, drawn_part("lower", 8))
    model = model.at(0, kept=lambda name: given)
    one = model.picture(Recipe(model="f" * 16, seed=1, known="a" * 32))
    two = model.picture(Recipe(model="f" * 16, seed=2, known="a" * 32))
    assert (one[:4] == image[:4]).all()
    assert (two[:4] == image[:4]).all()
    assert (one[4:] != two[4:]).any()
