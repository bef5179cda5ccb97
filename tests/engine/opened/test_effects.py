"""What coordinates do: the numbers are those of a direct reckoning, and one the decoder does not hear does nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.disk.files import ZscapeError
from engine.families import build
from engine.families.base import DataShape
from engine.opened.checkpoints import save_model
from engine.opened.effects import PLACES, measured_effects
from engine.opened.model import OpenedModel, open_model_file
from engine.protocol.made import EffectsMeasured
from engine.protocol.values import Recipe
from tests.engine.small import SMALL

DEAF = 1


def opened_of(name: str, folder: Path, *, deaf: bool = False) -> OpenedModel:
    family = build(name, SMALL[name], DataShape()).eval()
    if deaf:
        latent = family.latent
        assert latent is not None
        columns = [each for each in family.parameters() if each.ndim == 2 and each.shape[1] == latent.coordinates]
        with torch.no_grad():
            columns[-1][:, DEAF] = 0.0
    path = folder / f"{name}.safetensors"
    save_model(path, family, name=name)
    return open_model_file(str(path), torch.device("cpu"))


def told(opened: OpenedModel) -> list[EffectsMeasured]:
    return [event for event in measured_effects(opened) if event is not None]


def test_effects_are_those_of_a_direct_reckoning(tmp_path: Path) -> None:
    opened = opened_of("vae", tmp_path, deaf=True)
    events = told(opened)
    last = events[-1]
    assert len(last.effects) == last.of == 3
    assert [len(event.effects) for event in events] == [1, 2, 3]
    assert last.effects[DEAF] == 0.0
    seeds = [opened.place(Recipe(model=opened.fingerprint, seed=seed)) for seed in range(64)]
    spread_D = torch.stack([z for z in seeds if z is not None]).std(0)
    total = 0.0
    with torch.no_grad():
        for z_D in seeds[:PLACES]:
            assert z_D is not None
            moved_D = z_D + torch.eye(3)[2] * spread_D
            before, after = opened.family.decode(z_D[None]), opened.family.decode(moved_D[None])
            total += float(((after - before) / 2).square().mean().sqrt())
    assert last.effects[2] == pytest.approx(total / PLACES, rel=1e-4)
    assert last.effects[2] > 0


def test_a_family_without_places_has_none(tmp_path: Path) -> None:
    with pytest.raises(ZscapeError, match="no coordinates"):
        told(opened_of("pixelcnn", tmp_path))
