"""A closer look finds a point whose picture is nearer than the encoder's own, never one that is farther."""

from __future__ import annotations

from collections.abc import Generator

import pytest
import torch
from torch import Tensor

from engine.datasets.catalogue import open_data
from engine.datasets.store import Split, Store
from engine.disk.bundled import bundled_model
from engine.disk.home import default_home
from engine.evaluation.reading import real
from engine.evaluation.scores import evaluate
from engine.families import FAMILIES, family_class
from engine.families.judges.judge import FaceJudge
from engine.families.judges.likeness import Likeness
from engine.machine.work import finished
from engine.opened.checkpoints import Model
from engine.opened.closer import STEPS, can_look_closer, closer, find_closer
from engine.opened.judging import READER, bundled_judge
from engine.opened.model import OpenedModel, open_model_file
from engine.opened.pictures import to_image
from engine.protocol.values import Capability, Recipe
from tests.engine.families.stepping import learn, tiny, two_bars

ENCODING = [name for name in FAMILIES if Capability.ENCODE in family_class(name).capabilities]


def opened_tiny(name: str) -> OpenedModel:
    family = tiny(name)
    learn(family, 12)
    model = Model(family=family, name=name, path="", fingerprint=name, explorables=None, card={})
    return OpenedModel(model, torch.device("cpu"))


def errors(opened: OpenedModel, x_BCHW: Tensor, z_BD: Tensor) -> Tensor:
    with torch.no_grad():
        return (opened.family.decode(z_BD).clamp(-1, 1) - x_BCHW).abs().flatten(1).mean(1)


def drained(work: Generator[None, None, Tensor]) -> tuple[Tensor, int]:
    """What it comes to, and how often one could have left."""
    seams = 0
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value, seams
        seams += 1


@pytest.mark.parametrize("name", ENCODING)
def test_every_family_that_encodes_is_looked_at_closer(name: str) -> None:
    opened = opened_tiny(name)
    assert can_look_closer(opened)
    x_BCHW = two_bars(6, 1, channels=opened.family.picture.channels)[0]
    with torch.no_grad():
        z_BD = opened.family.encode(x_BCHW)
    again, seams = drained(closer(opened, x_BCHW, z_BD))
    before, after = errors(opened, x_BCHW, z_BD), errors(opened, x_BCHW, again)
    assert bool((after <= before).all()), "a point that no step made better stays"
    assert after.mean() < before.mean()
    assert seams > STEPS, "others may go first after each step"
    assert torch.equal(again, drained(closer(opened, x_BCHW, z_BD))[0])


def test_a_picture_that_is_met_already_stays_where_it_is() -> None:
    opened = opened_tiny("vae")
    assert opened.family.latent is not None
    z_BD = torch.randn(3, opened.family.latent.coordinates)
    with torch.no_grad():
        x_BCHW = opened.family.decode(z_BD).clamp(-1, 1)
    assert torch.equal(drained(closer(opened, x_BCHW, z_BD))[0], z_BD)


@pytest.fixture(scope="module")
def heads() -> Store:
    return finished(open_data("bundled:faces", home=default_home()))


@pytest.fixture(scope="module")
def faces() -> OpenedModel:
    return open_model_file(str(bundled_model("faces")), torch.device("cpu"))


def test_a_head_that_it_never_saw_is_found_closer(faces: OpenedModel, heads: Store) -> None:
    """Its brow, age and nose too: as the judge reads them, who takes no part."""
    scores = finished(evaluate(faces, heads, ("attributes", "closer", "copies"), 24))
    assert scores["closer"].measured.value < scores["copies"].measured.value
    small = ("age", "nose", "eyes_open", "smile", "gaze")
    before = [scores[f"r2.{name}"].measured.value for name in small]
    after = [scores[f"closer.r2.{name}"].measured.value for name in small]
    assert sum(after) > sum(before) + 0.15
    assert sum(one > other for one, other in zip(after, before, strict=True)) >= 4


def test_what_is_told_of_it_is_what_is_drawn_there(faces: OpenedModel, heads: Store) -> None:
    image = to_image(next(iter(real(heads.subset(Split.TEST), 1)))[0])
    point, distance, percentile = faces.encode(image)
    found = finished(find_closer(faces, image))
    assert found.point != point
    assert found.distance < distance
    assert found.percentile == percentile, "among pictures that its encoder alone was asked for"
    drawn = faces.picture(Recipe(model=faces.fingerprint, point=found.point))
    levels = drawn.astype(float) - image
    assert float((levels**2).mean()) ** 0.5 / 255 == pytest.approx(found.distance, abs=0.004)


def test_likeness_of_each_two_is_their_own(heads: Store) -> None:
    reader = bundled_judge(READER)
    assert isinstance(reader, FaceJudge)
    likeness = Likeness(reader)
    x_BCHW = next(iter(real(heads.subset(Split.TEST), 4)))
    other_BCHW = x_BCHW.roll(1, 0)
    near_BCHW = torch.lerp(x_BCHW, other_BCHW, 0.1)
    with torch.no_grad():
        same_B, near_B, far_B = (likeness.apart(x_BCHW, each) for each in (x_BCHW, near_BCHW, other_BCHW))
        alone_B = likeness.apart(x_BCHW[:1], other_BCHW[:1])
    assert torch.allclose(same_B, torch.zeros(4), atol=1e-5)
    assert bool((near_B < far_B).all())
    torch.testing.assert_close(alone_B, far_B[:1], rtol=1e-4, atol=1e-5)
