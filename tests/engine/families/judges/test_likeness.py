"""Learning from what a reader sees: it pulls on the copy, never on the reader, and leaves no trace in files."""

from __future__ import annotations

import pytest
import torch

from engine.disk.files import BadConfig
from engine.families import build
from engine.families.autoencoders.vae import VAE
from engine.families.base import DataShape
from engine.families.judges.judge import FaceJudge
from engine.families.judges.likeness import Likeness
from engine.families.layers.moving import mirrored
from tests.engine.families.stepping import bars_batch

SHAPE = DataShape(attributes=("place", "side"), categories={"side": 2})


def reader() -> FaceJudge:
    family = build("judge", {"size": 8, "channels": 3, "width": 4}, SHAPE)
    assert isinstance(family, FaceJudge)
    return family


def vae(**changes: object) -> VAE:
    values = {"size": 8, "channels": 3, "width": 4, "latent": 3, "likeness": 0.1, "warmup": 0.0}
    family = build("vae", values | changes, DataShape())
    assert isinstance(family, VAE)
    return family


def test_a_perfect_copy_is_alike_and_a_stranger_is_not() -> None:
    likeness = Likeness(reader())
    x = torch.rand(6, 3, 8, 8) * 2 - 1
    assert float(likeness.distance(x, x.clone(), torch.Generator())) == pytest.approx(0.0, abs=1e-6)
    near, far = (likeness.distance(x, other, torch.Generator()) for other in (0.9 * x, x.flip(0)))
    assert 0.0 < float(near) < float(far)


def test_it_pulls_on_the_copy_and_not_on_the_reader() -> None:
    judge = reader()
    likeness = Likeness(judge)
    before = {name: value.clone() for name, value in judge.state_dict().items()}
    copy = torch.randn(4, 3, 8, 8, requires_grad=True)
    likeness.distance(torch.rand(4, 3, 8, 8) * 2 - 1, copy, torch.Generator()).backward()
    assert copy.grad is not None
    assert float(copy.grad.abs().sum()) > 0
    assert all(parameter.grad is None for parameter in judge.parameters())
    assert all(torch.equal(value, before[name]) for name, value in judge.state_dict().items())


def test_pictures_of_another_size_are_brought_to_the_readers() -> None:
    x = torch.rand(3, 3, 16, 16) * 2 - 1
    assert torch.isfinite(Likeness(reader()).distance(x, x * 0.5, torch.Generator()))


def test_a_borrowed_reader_changes_the_loss_and_is_never_saved() -> None:
    family = vae()
    alone = {name: value.shape for name, value in family.state_dict().items()}
    batch = bars_batch(0, 10)
    batch.x = batch.x.expand(-1, 3, -1, -1)
    without = vae(likeness=0.0).phases()[0].loss(batch)
    batch.generator.manual_seed(batch.generator.initial_seed())
    assert family.wants_reader
    family.lend(reader())
    within = family.phases()[0].loss(batch)
    expected = without["loss"].item() + 0.1 * within["unlikeness"].item()
    assert within["loss"].item() == pytest.approx(expected, rel=1e-5)
    assert {name: value.shape for name, value in family.state_dict().items()} == alone


def test_grey_pictures_have_no_reader() -> None:
    with pytest.raises(BadConfig, match="colour"):
        vae(channels=1)


def test_mirrored_pictures_are_their_own_or_turned() -> None:
    x = torch.rand(40, 3, 4, 4)
    found, is_turned = mirrored(x, torch.Generator().manual_seed(3))
    assert torch.equal(found[is_turned], x[is_turned].flip(3))
    assert torch.equal(found[~is_turned], x[~is_turned])
    assert 5 < int(is_turned.sum()) < 35
