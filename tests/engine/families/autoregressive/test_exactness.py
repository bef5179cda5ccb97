"""For every family that draws pixel by pixel: nothing sees what is drawn later, chances add up to one, and the sampler
that keeps what it computed gives what a full forward gives.
"""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor

from engine.families.ask import Ask
from engine.families.autoregressive.drawing import pick
from engine.families.base import DataShape
from tests.engine.families.autoregressive.test_pixelwise import PIXELWISE, Pixels, noise, shaken
from tests.engine.families.stepping import ask, seeds

DEEP: dict[str, dict[str, object]] = {
    "pixelcnn": {"depth": 6},
    "gated-pixelcnn": {"depth": 5},
    "multiscale-pixelcnn": {"depth": 5},
    "pixelcnn++": {"depth": 2},
    "pixelrnn": {"walk": "diagonal"},
}
"""Depths at which a pixel of 8×8 can see back to the first."""
STEEP = {"pixelcnn++"}
"""Families whose log p of a level is a steep function of what the network gives; there the chances are compared, and in
a test of their own the network's numbers.
"""
FIXED = {"fvbn"}
"""Families that know pictures of their own size only: these cannot be enumerated whole."""


def numbers(family: Pixels, height: int, width: int) -> list[tuple[int, int, int]]:
    """(row, column, colour) in drawing order."""
    return [(*place, colour) for place in family.order(height, width) for colour in range(family.picture.channels)]


@pytest.mark.parametrize("name", PIXELWISE)
@pytest.mark.parametrize("channels", [1, 3])
def test_changing_a_number_changes_no_law_up_to_its_own(name: str, channels: int) -> None:
    """Every pixel, every colour: two pictures that differ in one number, and the laws of all."""
    family = shaken(name, channels=channels, levels=8)
    x_BCHW = noise(family, 1).round()
    order = numbers(family, 8, 8)
    pictures_BCHW = x_BCHW.repeat(len(order) + 1, 1, 1, 1)  # the last one is left as it is
    for place, (row, column, colour) in enumerate(order):
        pictures_BCHW[place, colour, row, column] = -x_BCHW[0, colour, row, column] or 1.0
    laws = family.log_weights(pictures_BCHW, torch.zeros(len(order) + 1, dtype=torch.int64)).log_softmax(2)
    rows, columns, colours = (torch.tensor(each) for each in zip(*order, strict=True))
    differs = (laws[:-1] - laws[-1]).abs() > 1e-5 * (1.0 + laws[-1].abs())
    differs_PN = differs.any(2)[:, colours, rows, columns]  # which is changed, whose law
    assert not differs_PN.tril().any()
    assert differs_PN.diagonal(1).float().mean() > 0.7, "the number just before is seen"


@pytest.mark.parametrize("name", [name for name in PIXELWISE if name != "pixelcnn"])
def test_every_earlier_pixel_can_matter(name: str) -> None:
    family = shaken(name, **DEEP.get(name, {}))
    order = list(family.order(8, 8))
    for place in (len(order) - 1, len(order) // 2 + 3, 17):
        noticed = family.noticed(noise(family, 8), *order[place], {"class": torch.zeros(8, dtype=torch.int64)}).amax(0)
        assert all(noticed[row, column] > 0 for row, column in order[:place])


def test_the_plain_net_has_a_blind_spot_and_the_gated_one_has_none() -> None:
    """Figure 1 of van den Oord et al. 2016b: however deep, rows above are seen to the right only along the diagonal."""
    wish = {"class": torch.zeros(8, dtype=torch.int64)}
    plain = shaken("pixelcnn", size=24, depth=12)
    blind = plain.noticed(noise(plain, 8), 16, 4, wish).amax(0)[:16] == 0
    assert blind[12, 21]
    assert blind.sum() > 20
    gated = shaken("gated-pixelcnn", size=24, depth=17)
    assert not (gated.noticed(noise(gated, 8), 16, 4, wish).amax(0)[:16] == 0).any()


@pytest.mark.parametrize("name", [name for name in PIXELWISE if name not in FIXED])
@pytest.mark.parametrize(
    ("height", "width", "channels"), [(2, 2, 1), (3, 3, 1), (1, 2, 3)], ids=["2x2", "3x3", "2 in colour"]
)
@pytest.mark.parametrize("classes", [(), ("left", "right")], ids=["plain", "classes"])
def test_chances_add_up_to_one_over_all_pictures(
    name: str, height: int, width: int, channels: int, classes: tuple[str, ...]
) -> None:
    family = shaken(name, channels=channels, shape=DataShape(classes=classes), levels=2)
    states = torch.tensor(list(itertools.product((-1.0, 1.0), repeat=channels * height * width)))
    x = states.view(-1, channels, height, width)
    total = torch.logsumexp(family.log_likelihood(x, seeds(0)[0]).double(), 0)
    assert float(total) == pytest.approx(0.0, abs=1e-5)


def draw_naively(family: Pixels, asked: Ask) -> Tensor:
    """The same pictures by one full forward for each number: the definition of what is drawn."""
    channels, size = family.picture.channels, family.picture.size
    uniforms_BHWC = torch.stack([torch.rand((size, size, channels), generator=each) for each in asked.generators()])
    x_BCHW = torch.zeros(len(asked), channels, size, size)
    with torch.no_grad():
        for row, column, colour in numbers(family, size, size):
            law_BL = family.law_at(x_BCHW, row, column, asked.conditions["class"])[:, colour]
            level_B = pick(law_BL, uniforms_BHWC[:, row, column, colour, None].contiguous())
            x_BCHW[:, colour, row, column] = family.values[level_B]
    return x_BCHW


@pytest.mark.parametrize("name", PIXELWISE)
@pytest.mark.parametrize("channels", [1, 3])
def test_the_same_seed_gives_the_same_picture_cached_or_naive(name: str, channels: int) -> None:
    family = shaken(name, channels=channels)
    asked = ask(family, 0, 1, 2, **{"class": 1.0})
    *_, cached = family.sample(asked)
    assert torch.equal(cached, draw_naively(family, asked))


@pytest.mark.parametrize("name", PIXELWISE)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [8, 12, 16])
def test_cached_laws_equal_those_of_the_full_forward(name: str, channels: int, size: int) -> None:
    family = shaken(name, channels=channels, size=size, **DEEP.get(name, {}))
    levels_BCHW = family.levels_of(noise(family, 2))
    classes_B = torch.tensor([1, 0])
    full = family.log_weights(family.pictures_of(levels_BCHW), classes_B).log_softmax(2)
    asked = ask(family, 0, 1)
    sampler = family.sampler(Ask(seeds=asked.seeds, points_BD=asked.points_BD, conditions={"class": classes_B}))
    with torch.no_grad():
        for row, column, colour in numbers(family, size, size):
            law_BL, full_BL = sampler.law(row, column, colour).log_softmax(1), full[:, colour, :, row, column]
            if name in STEEP:
                law_BL, full_BL = law_BL.exp(), full_BL.exp()
            # Added up in another order: of a log of −28 the last bits of thirty-two are a hundred-thousandth.
            torch.testing.assert_close(law_BL, full_BL, rtol=1e-6, atol=1e-4 if name in STEEP else 1e-5)
            sampler.put(row, column, colour, levels_BCHW[:, colour, row, column])


@pytest.mark.parametrize("name", PIXELWISE)
def test_two_drawings_at_once_do_not_meet(name: str) -> None:
    """Layers keep nothing: a canvas and a thumbnail are drawn from one model side by side."""
    family = shaken(name)
    alone = [list(family.sample(ask(family, seed)))[-1] for seed in (5, 6)]
    both = list(zip(family.sample(ask(family, 5)), family.sample(ask(family, 6)), strict=True))[-1]
    assert all(torch.equal(a, b) for a, b in zip(alone, both, strict=True))
