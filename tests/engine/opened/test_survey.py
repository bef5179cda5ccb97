"""What is learned of a trained model's latent space, where the right answer is known."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import cast

import pytest
import torch
from torch import Tensor, nn

import engine.opened.survey
from engine.datasets.store import Store, continuous, take_known
from engine.families.base import AnyFamily
from engine.families.latent import Latent
from engine.latents.explorables import Explorables
from engine.protocol.values import Capability
from tests.engine.evaluation.conftest import NAMES, columns, face_store
from tests.engine.small import drained


class Columns(nn.Module):
    """An encoder that reads off the four columns, a decoder that draws them."""

    capabilities = frozenset({Capability.ENCODE, Capability.DECODE})
    latent = Latent(coordinates=4)
    conditions = ()

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def encode(self, x_BCHW: Tensor, conditions: object) -> Tensor:
        return x_BCHW.mean((1, 2))[:, :4]

    def decode(self, z_BD: Tensor, conditions: object) -> Tensor:
        return columns(z_BD)


def surveyed(store: Store) -> Explorables:
    return cast(Explorables, drained(engine.opened.survey.survey(cast(AnyFamily, Columns()), store)))


def in_order_of(store: Store, name: str) -> Store:
    rows = torch.argsort(store.split.double() * 100.0 + store.attributes[name].double(), stable=True)
    return replace(take_known(store, rows), pictures=store.pictures[rows])


def test_directions_of_a_known_space() -> None:
    """Each attribute is one coordinate, so its direction is that coordinate times its standard deviation."""
    store = face_store()
    found = surveyed(store)
    train = store.pictures[: len(store) // 2]
    for name, move_D in zip([d.name for d in found.directions], found.directions_MD, strict=True):
        place = NAMES.index(name)
        spread = float((train.float() / 127.5 - 1.0).mean((1, 2))[:, place].std())
        assert float(move_D[place]) == pytest.approx(spread, rel=0.05)
        assert float(move_D.norm()) == pytest.approx(spread, rel=0.05)
    assert {d.name for d in found.directions} == set(NAMES)


def test_a_part_of_an_ordered_set_tells_of_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large sets are surveyed in part; were it the first part, nobody in it would wear a beard."""
    monkeypatch.setattr(engine.opened.survey, "PICTURES", 100)
    store = in_order_of(face_store(), "beard")
    found = surveyed(store)
    assert "beard" in {direction.name for direction in found.directions}
    bearded = float(store.attributes["beard"][: len(store) // 2].mean()) * 1.4 - 0.7
    assert float(found.centre_D[NAMES.index("beard")]) == pytest.approx(bearded, abs=0.05)


def test_two_axes_never_have_one_name() -> None:
    """Both go with the light; the one that goes with it less stays without."""
    z_ND = torch.randn(400, 3)
    readings = engine.opened.survey.Readings(
        points_ND=z_ND,
        values_NA=(z_ND[:, :1] + 0.8 * z_ND[:, 1:2]),
        known_NA=torch.ones(400, 1, dtype=torch.bool),
        names=("light",),
        distances=torch.zeros(0),
    )
    kinds = {"light": continuous("Light", -1.0, 1.0, "left", "right")}
    assert engine.opened.survey._axis_labels(torch.eye(3), readings, kinds) == ("Light", "", "")


def test_how_much_is_told_of_an_attribute_does_not_grow_by_chance() -> None:
    """Sixty coordinates explain most of any hundred numbers: of other pictures they would tell nothing."""
    chance = torch.randn(100, 1, generator=torch.Generator().manual_seed(0))
    readings = engine.opened.survey.Readings(
        points_ND=torch.randn(100, 60, generator=torch.Generator().manual_seed(1)),
        values_NA=chance,
        known_NA=torch.ones(100, 1, dtype=torch.bool),
        names=("luck",),
        distances=torch.zeros(0),
    )
    [share] = engine.opened.survey._shares(readings)
    told = engine.opened.survey.beyond_chance(share, readings, 0)
    assert share > 0.4
    assert told is not None
    assert told < 0.2
    few = replace(readings, known_NA=torch.arange(100)[:, None] < 61)
    assert engine.opened.survey.beyond_chance(share, few, 0) is None
    assert all(d.told is not None and d.told > 0.9 for d in surveyed(face_store()).directions)


def test_what_is_told_is_kept_in_the_file_and_older_files_say_nothing_of_it() -> None:
    found = surveyed(face_store())
    again = Explorables.read(json.loads(json.dumps(found.header())), found.tensors())
    assert [d.told for d in again.directions] == [d.told for d in found.directions]
    older = json.loads(json.dumps(found.header()))
    for direction in older["directions"]:
        del direction["told"]
    assert {d.told for d in Explorables.read(older, found.tensors()).directions} == {None}
