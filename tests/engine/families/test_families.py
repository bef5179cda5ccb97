"""The family contract, over every family there is."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path

import pytest
import torch

from engine.disk.files import BadConfig
from engine.families import FAMILIES, JUDGES, build, describe, family_class
from engine.families.base import AnyFamily, DataShape
from engine.families.presets import FOLDER, all_presets, chain
from engine.latents.fit import parzen
from engine.protocol.values import Capability
from tests.engine.families.stepping import SHAPE, ask, bars_batch, drawn, learn, points, seeds, tiny, two_bars

GOLDEN = Path(__file__).parent / "golden"
EVERY = (*FAMILIES, *JUDGES)


@pytest.mark.parametrize("name", EVERY)
def test_builds_from_its_default_config(name: str) -> None:
    kind = family_class(name)
    assert kind.name == name
    family = build(name, {}, SHAPE)
    assert family.phases()
    assert all(torch.isfinite(p).all() for p in family.parameters())


@pytest.mark.parametrize("name", EVERY)
def test_building_leaves_global_randomness_alone(name: str) -> None:
    torch.manual_seed(7)
    before = torch.get_rng_state()
    one, other = tiny(name, seed=3), tiny(name, seed=3)
    assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))


@pytest.mark.parametrize("name", EVERY)
def test_losses_follow_their_recorded_course(name: str) -> None:
    """Golden losses: a change of numbers is a decision, taken by writing the file anew."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        history = learn(tiny(name), 3)
    finally:
        torch.set_num_threads(threads)
    for record in history:
        assert all(math.isfinite(value) for value in record.values())
    path = GOLDEN / f"{name}.json"
    expected = json.loads(path.read_text(encoding="utf-8"))
    assert [sorted(record) for record in history] == [sorted(record) for record in expected]
    for record, recorded in zip(history, expected, strict=True):
        assert record == pytest.approx(recorded, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("name", EVERY)
def test_losses_use_no_global_randomness(name: str) -> None:
    family = tiny(name)
    torch.manual_seed(11)
    before = torch.get_rng_state()
    for phase in family.phases():
        one = phase.loss(bars_batch(0, 10))
        assert "loss" in one
        assert one["loss"].requires_grad
        assert not any(value.requires_grad for key, value in one.items() if key != "loss")
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_have_the_declared_shape(name: str, channels: int) -> None:
    family = tiny(name, channels=channels).eval()
    x_BCHW = drawn(family, 0, 1)
    assert x_BCHW.shape == (2, channels, 8, 8)
    assert x_BCHW.min() >= -1.0
    assert x_BCHW.max() <= 1.0
    assert not x_BCHW.requires_grad


@pytest.mark.parametrize("name", FAMILIES)
def test_picture_k_depends_on_seed_k_only(name: str) -> None:
    family = tiny(name)
    learn(family, 3)
    alone = drawn(family, 5)
    assert torch.equal(alone, drawn(family, 5))
    torch.testing.assert_close(drawn(family, 9, 5, 2)[1:2], alone, atol=1e-5, rtol=0)
    torch.testing.assert_close(drawn(family, 5, 8)[:1], alone, atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", [name for name in FAMILIES if Capability.PROGRESSIVE in FAMILIES[name].capabilities])
def test_each_look_has_drawn_what_it_says_and_shows_what_was_there_before_elsewhere(name: str) -> None:
    family = tiny(name)
    learn(family, 2)
    looks = [look[0].flatten(1) for look in family.sample(ask(family, 4))]
    places = [row * 8 + column for row, column in family.order(8, 8)]
    assert sorted(places) == list(range(64))
    assert len(looks) == family.sample_steps
    assert family.drawn(len(looks) - 1) == 64
    for number, look in enumerate(looks):
        drawn = family.drawn(number)
        assert torch.equal(look[:, places[:drawn]], looks[-1][:, places[:drawn]])
        ahead = places[max(drawn, family.drawn(0)) :]
        assert torch.equal(look[:, ahead], looks[0][:, ahead])


@pytest.mark.parametrize("name", FAMILIES)
def test_modes_do_not_leak_out_of_a_suspended_sampler(name: str) -> None:
    family = tiny(name).eval()
    sampler = family.sample(ask(family, 0))
    next(sampler)
    assert torch.is_grad_enabled()
    assert not torch.is_inference_mode_enabled()
    sampler.close()


@pytest.mark.parametrize("name", FAMILIES)
def test_copies_and_state_dicts_draw_the_same(name: str) -> None:
    family = tiny(name)
    learn(family, 2)
    twin = tiny(name, seed=99).eval().requires_grad_(False)
    twin.load_state_dict(family.state_dict())
    torch.testing.assert_close(drawn(family, 1), drawn(twin, 1), rtol=0, atol=1e-5)  # laid out otherwise
    twin = copy.deepcopy(family)
    twin.drop_training_only()
    assert torch.equal(drawn(family, 1), drawn(twin, 1))
    left = {key.split(".")[0] for key in twin.state_dict()}
    assert not left & set(family.training_only)


@pytest.mark.parametrize("name", FAMILIES)
def test_capabilities_are_kept(name: str) -> None:
    family = tiny(name).eval().requires_grad_(False)
    x_BCHW, _ = two_bars(3, 0)
    able = family.capabilities
    if Capability.ENCODE in able:
        assert family.latent is not None
        assert family.encode(x_BCHW).shape == (3, family.latent.coordinates)
    if Capability.DECODE in able:
        z_BD = points(family, 0)
        assert z_BD is not None
        assert family.decode(z_BD).shape == (1, 1, 8, 8)
    if Capability.LIKELIHOOD in able:
        log_p = family.log_likelihood(x_BCHW, seeds(0)[0])
        assert log_p.shape == (3,)
        assert (log_p < 0).all()
    if Capability.CONDITION in able:
        assert family.conditions
    elif family.latent is None:
        pytest.fail("a family without a latent space or a condition has nothing to explore")


LEARNED: dict[str, tuple[int, dict[str, object]]] = {
    "autoencoder": (150, {"latent": 1}),
    "aae": (200, {"latent": 1}),
    "vae": (200, {"latent": 1, "beta": 4.0, "sigma": 0.5, "rate": 1e-2}),
    "vaegan": (200, {"latent": 1, "beta": 4.0, "sigma": 0.5, "rate": 5e-3}),
    "gan0": (150, {}),
    "gan1": (150, {}),
    "dcgan": (150, {}),
    "lsgan": (150, {}),
    "wgan": (150, {"rate": 2e-3}),
    "wgan-gp": (150, {}),
    "began": (300, {"latent": 1, "gamma": 1.0, "pace": 0.5, "rate": 2e-3}),
    "r3gan": (250, {}),
    "cfg": (400, {"gradient_steps": 40, "updates": 10, "eta": 2.0, "width": 16, "rate": 3e-3}),
    "icfg": (400, {"gradient_steps": 200, "updates": 2, "eta": 0.5, "width": 16}),
    "xicfg": (400, {"gradient_steps": 10, "epochs": 5, "eta": 3.0, "rate": 5e-3}),
    "fvbn": (80, {"rate": 3e-2}),
    "pixelrnn": (80, {}),
    "pixelvae": (120, {"latent": 1, "rate": 1e-2}),
    "pixelcnn": (80, {"rate": 1e-2}),
    "gated-pixelcnn": (80, {"rate": 1e-2}),
    "pixelcnn++": (100, {"rate": 1e-2, "dropout": 0.0}),
    "multiscale-pixelcnn": (80, {"rate": 1e-2}),
}


PRIORLESS = {"autoencoder"}
"""Families whose points follow no law but the one that is fitted to them after training."""


def from_its_codes(family: AnyFamily, count: int) -> torch.Tensor:
    """Pictures of points drawn from a density around encoded pictures, as the window draws them."""
    with torch.no_grad():
        mixture = parzen(family.encode(two_bars(256, 1)[0]))
        return family.decode(torch.stack([mixture.draw(each) for each in seeds(*range(count))]))


NEAR = {"began": 0.33}
"""An autoencoder copies what lies on the way from one kind to the other, too; evenly spread there it would be .25."""


@pytest.mark.parametrize("name", FAMILIES)
def test_a_tiny_known_distribution_is_learned(name: str) -> None:
    """Two kinds of pictures, equally likely: drawn pictures are near one of them, and both kinds come."""
    steps, changes = LEARNED[name]
    family = tiny(name, **changes)
    learn(family, steps)
    x_BCHW = from_its_codes(family, 32) if name in PRIORLESS else drawn(family, *range(32))
    left, right = (two_bars(64, 0)[0][two_bars(64, 0)[1] == side][0] for side in (0, 1))
    to_left, to_right = ((x_BCHW - each).abs().mean((1, 2, 3)) / 2.0 for each in (left, right))
    is_left = to_left < to_right
    assert torch.minimum(to_left, to_right).mean() < NEAR.get(name, 0.2)
    assert 4 <= int(is_left.sum()) <= 28


def test_families_describe_themselves() -> None:
    described = {family.name: family for family in describe()}
    assert list(described) == list(FAMILIES)
    for family in described.values():
        names = [field.name for field in family.fields]
        assert len(names) == len(set(names))
        assert {"size", "batch", "steps", "rate"} <= set(names)
        assert all(field.label for field in family.fields)
        assert [preset.name for preset in family.presets][:2] == ["quick", "good"]


def test_presets_are_valid_and_all_belong_to_a_family() -> None:
    presets = all_presets()
    assert set(presets) == {*FAMILIES, *JUDGES}
    assert sum(len(each) for each in presets.values()) == len(list(FOLDER.glob("*.toml")))
    for name, each in presets.items():
        for preset in each:
            family_class(name).Config.build(dict(preset.config))
            assert preset.label
            assert preset.data


def test_presets_come_after_others_that_there_are() -> None:
    parts = chain("vaegan", "faces")
    assert [(family, preset.name) for family, preset in parts] == [
        ("vae", "faces"), ("vae", "faces-finish"), ("vae", "faces-polish"),
        ("vaegan", "faces-sharpen"), ("vaegan", "faces-see"), ("vaegan", "faces"),
    ]  # fmt: skip
    for family, presets in all_presets().items():
        for preset in presets:
            assert chain(family, preset.name)[-1] == (family, preset)


@pytest.mark.parametrize("name", ["autoencoder", "vae", "vaegan", "dcgan", "lsgan", "wgan-gp", "began", "r3gan"])
def test_sizes_that_cannot_be_halved_are_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(BadConfig, match="try 32 or 40"):
        build(name, {"size": 36}, DataShape())


def test_unknown_families_are_refused_in_a_sentence() -> None:
    with pytest.raises(BadConfig, match=r"no family “os\.system”"):
        build("os.system", {}, DataShape())
