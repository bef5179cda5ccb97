"""PixelCNN: causality by gradients, likelihood by enumeration, cached drawing against the plain one."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch import Tensor

from engine.disk.files import BadConfig
from engine.families import build
from engine.families.autoregressive.drawing import pick
from engine.families.autoregressive.pixelcnn import PixelCNN
from engine.families.base import DataShape
from tests.engine.families.autoregressive.exactness import draw_naively as by_full_passes
from tests.engine.families.autoregressive.exactness import influence, shake, worst_cached
from tests.engine.families.stepping import ask, drawn, seeds, tiny


def shaken(channels: int = 1, size: int = 8, classes: tuple[str, ...] = (), **changes: object) -> PixelCNN:
    """A PixelCNN with weights that are not zero anywhere, so that every path counts."""
    config = {"size": size, "channels": channels, "width": 12, "depth": 2, "levels": 4, **changes}
    family = build("pixelcnn", config, DataShape(classes=classes))
    assert isinstance(family, PixelCNN)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for p in family.parameters():
            p.add_(torch.randn(p.shape, generator=generator) * 0.3)
    return family.eval()


@pytest.mark.parametrize("channels", [1, 3])
def test_masks_let_nothing_through_from_later_pixels(channels: int) -> None:
    """The gradient of a logit with respect to its own and all later pixels and colours is exactly zero."""
    family = shaken(channels)
    row, column = 4, 3
    for colour in range(channels):
        # Several pictures: in a single one every path to a pixel may pass through a unit that is off.
        x = torch.randn(16, channels, 8, 8, generator=torch.Generator().manual_seed(2)).requires_grad_()
        (gradients,) = torch.autograd.grad(family(x, None)[:, colour, :, row, column].square().sum(), x)
        gradient = gradients.abs().amax(0)
        order = torch.arange(8 * 8 * channels).view(8, 8, channels).permute(2, 0, 1)
        own = int(order[colour, row, column])
        assert not gradient[order >= own].any()
        assert gradient[order == own - 1].min() > 0, "the pixel or colour just before is seen"
        assert gradient[:, row - 1, column].min() > 0, "the pixel above is seen"


@pytest.mark.parametrize(("channels", "classes"), [(1, ()), (1, ("a", "b")), (3, ())])
def test_likelihood_sums_to_one_over_all_pictures(channels: int, classes: tuple[str, ...]) -> None:
    """Pictures of 2×2 pixels with two levels (one row of two for colour) are few enough to add up."""
    family = shaken(channels, classes=classes, levels=2)
    height = 2 if channels == 1 else 1
    states = list(itertools.product((-1.0, 1.0), repeat=channels * height * 2))
    x = torch.tensor(states).view(-1, channels, height, 2)
    total = torch.logsumexp(family.log_likelihood(x, seeds(0)[0]).detach(), 0)
    assert float(total) == pytest.approx(0.0, abs=1e-5)


def draw_naively(family: PixelCNN, classes_B: Tensor | None, uniforms_BHWC: Tensor) -> Tensor:
    """The same pictures by one full forward per pixel and colour: the definition of what is drawn."""
    count, size, _, colours = uniforms_BHWC.shape
    picture = torch.zeros(count, colours, size, size, device=uniforms_BHWC.device)
    values = torch.linspace(-1.0, 1.0, family.config.levels, device=uniforms_BHWC.device)
    with torch.no_grad():
        for row in range(size):
            for column in range(size):
                for colour in range(colours):
                    logits = family(picture, classes_B)[:, colour, :, row, column]
                    picture[:, colour, row, column] = values[
                        pick(logits, uniforms_BHWC[:, row, column, colour, None].contiguous())
                    ]
    return picture


@pytest.mark.parametrize(("channels", "classes"), [(1, ()), (1, ("a", "b", "c")), (3, ())])
def test_cached_drawing_equals_one_forward_per_pixel(channels: int, classes: tuple[str, ...]) -> None:
    family = shaken(channels, classes=classes)
    condition = {"class": 1.0} if classes else {}
    asked = ask(family, 0, 1, 2, **condition)
    *_, cached = family.sample(asked)
    uniforms = torch.stack([torch.rand((8, 8, channels), generator=each) for each in asked.generators()])
    naive = draw_naively(family, torch.full((3,), 1) if classes else None, uniforms)
    assert torch.equal(cached, naive)


@pytest.mark.parametrize("channels", [1, 3])
def test_cached_logits_equal_the_full_forward(channels: int) -> None:
    family = shaken(channels, levels=16)
    with torch.no_grad():
        x = family.pictures_of(torch.randint(16, (2, channels, 8, 8), generator=seeds(0)[0]))
        full = family(x, None)
        canvas = family.sampler(ask(family, 0, 1))
        for row, column, colour in itertools.product(range(8), range(8), range(channels)):
            logits = canvas.law(row, column, colour)
            torch.testing.assert_close(logits, full[:, colour, :, row, column], rtol=0, atol=5e-6)
            canvas.put(row, column, colour, family.levels_of(x)[:, colour, row, column])


def test_drawing_grows_row_by_row_and_can_be_left() -> None:
    family = shaken()
    sampler = family.sample(ask(family, 0))
    first, *_, row = itertools.islice(sampler, 8)
    assert first.flatten(2)[:, :, 1:].abs().max() == 0
    assert row[:, :, 1:].abs().max() == 0
    *_, second = itertools.islice(sampler, 8)
    assert torch.equal(row[:, :, 0], second[:, :, 0])
    assert second[:, :, 1].abs().max() > 0
    sampler.close()
    assert len(list(family.sample(ask(family, 0)))) == 64


def test_wide_rows_are_shown_while_they_are_drawn() -> None:
    family = shaken(size=16)
    looks = list(family.sample(ask(family, 0)))
    assert len(looks) == family.sample_steps == 256
    looks = looks[7::8]
    assert looks[0][:, :, 0, :8].abs().max() > 0
    assert looks[0][:, :, 0, 8:].abs().max() == 0
    assert torch.equal(looks[1][:, :, 0, :8], looks[0][:, :, 0, :8])
    assert looks[1][:, :, 0, 8:].abs().max() > 0


def test_drawn_levels_follow_the_probabilities() -> None:
    """The first pixel's law is known in closed form: the softmax of its logits."""
    family = shaken(levels=4, size=8)
    with torch.no_grad():
        expected = torch.softmax(family(torch.zeros(1, 1, 8, 8), None)[0, 0, :, 0, 0], 0)
    x = torch.cat([next(family.sample(ask(family, *range(start, start + 100)))) for start in range(0, 2000, 100)])
    counts = torch.bincount(family.levels_of(x)[:, 0, 0, 0], minlength=4) / len(x)
    assert (counts - expected).abs().max() < 4 * math.sqrt(0.25 / 2000)


@pytest.mark.parametrize("levels", [2, 3, 4, 16, 256])
def test_levels_and_pictures_are_inverse(levels: int) -> None:
    family = tiny("pixelcnn", levels=levels)
    assert isinstance(family, PixelCNN)
    every = torch.arange(levels).view(1, 1, 1, -1)
    assert torch.equal(family.levels_of(family.pictures_of(every)), every)


def test_without_a_wish_the_class_is_drawn_from_the_seed() -> None:
    family = tiny("pixelcnn").eval()
    assert family.conditions[0].choices == ("left", "right")
    assert torch.equal(drawn(family, 3), drawn(family, 3))


def test_classes_out_of_range_are_refused() -> None:
    family = tiny("pixelcnn").eval()
    with pytest.raises(BadConfig, match="from 0 to 1"):
        ask(family, 0, **{"class": 2.0})


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("classes", [(), ("a", "b")])
def test_plain_convolutions_draw_what_full_passes_draw(channels: int, classes: tuple[str, ...]) -> None:
    """Laws within 1e-5, the same picture from the same seed, nothing seen of what comes later."""
    values = {"size": 8, "channels": channels, "width": 12, "depth": 2, "levels": 4, "layers": "plain"}
    family = build("pixelcnn", values, DataShape(classes=classes))
    assert isinstance(family, PixelCNN)
    shake(family, 0.05)
    assert worst_cached(family) < 1e-5
    asked = ask(family, 0, 1, **({"class": 1.0} if classes else {}))
    *_, drawn = family.sample(asked)
    assert torch.equal(drawn, by_full_passes(family, asked))
    moved = influence(family, 6)
    assert not moved.triu().any()
    begins_row = torch.arange(1, len(moved)) % (6 * channels) == 0
    assert ((moved.diagonal(-1) > 0) | begins_row).all()
