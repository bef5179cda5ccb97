"""Between a network's numbers and a picture's bytes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from engine.opened.pictures import from_image, to_image


def test_levels_are_rounded_and_bounded() -> None:
    x = torch.tensor([-7.0, -1.0, -0.001, 0.0, 0.005, 1.0, 7.0]).repeat(3, 1, 1)
    assert to_image(x)[0, :, 0].tolist() == [0, 0, 127, 128, 128, 255, 255]


def test_what_is_not_a_number_is_black_and_the_infinite_is_bounded() -> None:
    x = torch.tensor([math.nan, math.inf, -math.inf]).repeat(3, 1, 1)
    assert to_image(x)[0, :, 0].tolist() == [0, 255, 0]


@pytest.mark.parametrize("channels", [1, 3])
def test_every_level_comes_back(channels: int) -> None:
    levels = torch.arange(256, dtype=torch.uint8).view(1, 16, 16).repeat(channels, 1, 1)
    image = to_image(levels / 127.5 - 1.0)
    assert image.shape == (16, 16, 3)
    assert not image.flags.writeable
    assert np.array_equal(image, levels.expand(3, -1, -1).permute(1, 2, 0).numpy())
    torch.testing.assert_close(from_image(image, channels), levels / 127.5 - 1.0, atol=1e-6, rtol=0)


def test_the_order_in_memory_does_not_matter() -> None:
    x = torch.randn(1, 3, 8, 8)
    assert np.array_equal(to_image(x[0]), to_image(x.to(memory_format=torch.channels_last)[0]))
