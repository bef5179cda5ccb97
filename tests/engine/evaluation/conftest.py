"""Faces so simple that everything about them is known: each attribute is the level of one column of pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from engine.datasets.store import Split, Store, category, continuous
from engine.families.base import DataShape
from engine.families.judges.judge import FaceJudge
from engine.families.latent import Latent
from engine.protocol.values import Capability

NAMES = ("smile", "age", "skin", "beard")
SIZE = 8
COUNT = 800


class ExactJudge(FaceJudge):
    """Reads the columns as they are."""

    def read(self, x_BCHW: Tensor) -> dict[str, Tensor]:
        levels_B4 = x_BCHW.mean((1, 2))[:, :4]
        seen = {name: levels_B4[:, k] for k, name in enumerate(NAMES[:3])}
        bearded_B = torch.sigmoid(50.0 * levels_B4[:, 3])
        return {**seen, "beard": torch.stack((1.0 - bearded_B, bearded_B), 1)}


def exact_judge() -> ExactJudge:
    config = FaceJudge.Config.build({"size": SIZE, "channels": 3, "width": 4, "depth": 0})
    return ExactJudge(config, DataShape(attributes=NAMES, categories={"beard": 2}))


def columns(levels_N4: Tensor) -> Tensor:
    """Pictures whose first columns have these levels, in [-1, 1]."""
    x = torch.zeros(len(levels_N4), 3, SIZE, SIZE)
    x[:, :, :, :4] = levels_N4[:, None, None, :]
    return x


def face_store(entangled: float = 0.0) -> Store:
    """Attributes drawn at random; with `entangled`, the age goes along with the smile."""
    generator = torch.Generator().manual_seed(3)
    levels = torch.rand(COUNT, 4, generator=generator) * 1.6 - 0.8
    levels[:, 1] = entangled * levels[:, 0] + (1.0 - entangled) * levels[:, 1]
    levels[:, 3] = torch.where(levels[:, 3] > 0.0, 0.7, -0.7)
    split = torch.zeros(COUNT, dtype=torch.uint8)
    split[-COUNT // 2 :] = int(Split.TEST)
    attributes = {name: levels[:, k].clone() for k, name in enumerate(NAMES)}
    attributes["beard"] = (levels[:, 3] > 0).float()
    return Store(
        name="simple faces",
        label="Simple faces",
        pictures=((columns(levels) + 1.0) * 127.5).round().to(torch.uint8),
        attributes=attributes,
        visible={name: torch.ones(COUNT, dtype=torch.bool) for name in NAMES},
        kinds={
            **{name: continuous(name.capitalize(), -1, 1) for name in NAMES[:3]},
            "beard": category("Beard", ("none", "full")),
        },
        split=split,
        sha256=f"simple faces {entangled}",
    )


@dataclass
class Columns:
    """A family that encodes the columns, and decodes them again after `spoil` had its way."""

    spoil: Callable[[Tensor], Tensor] = lambda z_BD: z_BD

    capabilities = frozenset({Capability.ENCODE, Capability.DECODE})
    picture = SimpleNamespace(size=SIZE, channels=3)
    latent = Latent(coordinates=4)
    conditions = ()
    gives_law = False
    differentiable = True

    def encode(self, x_BCHW: Tensor, conditions: object = None) -> Tensor:
        return x_BCHW.mean((1, 2))[:, :4]

    def decode(self, z_BD: Tensor, conditions: object = None) -> Tensor:
        return columns(self.spoil(z_BD))


def opened_of(family: Columns) -> SimpleNamespace:
    return SimpleNamespace(
        family=family, device=torch.device("cpu"), model=SimpleNamespace(name="columns"), fingerprint="0" * 16, moment=0
    )


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> ExactJudge:
    """The judge that reads columns stands in for the bundled one."""
    exact = exact_judge()
    monkeypatch.setattr("engine.opened.judging.bundled_judge", lambda name: exact)
    return exact
