"""Telling attributes from points: units, what is hidden does not count, and a supervised VAE."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.disk.files import BadConfig
from engine.families import build
from engine.families.autoencoders.vae import VAE
from engine.families.base import DataShape
from engine.families.judges.attributes import Probe
from engine.families.phases import Batch
from engine.opened.model import open_model_file
from tests.engine.small import SMALL, bars, shape_of
from tests.engine.training.test_training import CPU, finished

SHAPE = DataShape(attributes=("place", "side"), categories={"side": 2})


def labelled(place: torch.Tensor, visible: torch.Tensor) -> Batch:
    count = len(place)
    return Batch(
        x=torch.zeros(count, 1, 8, 8),
        attributes={"place": place, "side": (place > 0).float()},
        visible={"place": visible},
        generator=torch.Generator().manual_seed(0),
        step=0,
        steps=10,
    )


def telling_probe() -> Probe:
    """A probe of one coordinate that says: place = z, side = its sign, loudly."""
    probe = Probe(1, SHAPE)
    with torch.no_grad():
        probe.tell.weight.copy_(torch.tensor([[1.0], [-50.0], [50.0]]))
        probe.tell.bias.zero_()
    return probe


def test_what_a_point_tells_costs_nothing() -> None:
    place = torch.tensor([-2.0, -1.0, 1.0, 2.0])
    every = torch.ones(4, dtype=torch.bool)
    probe = telling_probe()
    assert probe.loss(place[:, None], labelled(place, every), every).item() == pytest.approx(0.0, abs=1e-6)
    assert probe.loss(-place[:, None], labelled(place, every), every).item() > 1.0


def test_what_cannot_be_seen_and_who_does_not_count_is_left_out() -> None:
    place = torch.tensor([-2.0, -1.0, 1.0, 2.0])
    wrong = place.clone()
    wrong[0] = -9.0  # far off, but on the side that it says
    every, first_hidden = torch.ones(4, dtype=torch.bool), torch.tensor([False, True, True, True])
    probe = telling_probe()
    assert probe.loss(wrong[:, None], labelled(place, every), every).item() > 1.0
    assert probe.loss(wrong[:, None], labelled(place, first_hidden), every).item() == pytest.approx(0.0, abs=1e-6)


def test_a_mirrored_picture_counts_for_its_categories_alone() -> None:
    place = torch.tensor([-2.0, -1.0, 1.0, 2.0])
    every, probe = torch.ones(4, dtype=torch.bool), telling_probe()
    far = 3.0 * place  # the right side, the wrong place
    assert probe.loss(far[:, None], labelled(place, every), every).item() > 1.0
    assert probe.loss(far[:, None], labelled(place, every), ~every).item() == pytest.approx(0.0, abs=1e-6)
    assert probe.loss(-far[:, None], labelled(place, every), ~every).item() > 1.0


def test_values_are_told_in_units_of_their_own_spread() -> None:
    store = bars()
    probe = Probe(2, shape_of("vae", store))
    probe.prepare(store)
    assert float(probe.means[0]) == pytest.approx(float(store.attributes["place"].mean()))
    assert float(probe.spreads[0]) == pytest.approx(float(store.attributes["place"].std()))


def test_a_supervised_run_tells_and_its_model_forgets_the_probe(tmp_path: Path) -> None:
    end = finished(tmp_path / "run", "vae", supervision=0.5)
    opened = open_model_file(end.path, CPU)
    assert not hasattr(opened.family, "probe")
    assert opened.describe().family == "vae"


def test_supervision_makes_points_tell_more() -> None:
    store = bars(400)
    told = {}
    for weight in (0.0001, 10.0):
        family = build("vae", {**SMALL["vae"], "supervision": weight, "rate": 0.01}, shape_of("vae", store))
        assert isinstance(family, VAE)
        family.prepare(store)
        (phase,) = family.phases()
        optimiser = torch.optim.Adam([p for module in phase.modules for p in module.parameters()], lr=0.01)
        for step in range(40):
            rows = torch.arange(step * 8, step * 8 + 8) % 400
            batch = Batch(
                x=store.pictures[rows].float() / 127.5 - 1.0,
                attributes={"place": store.attributes["place"][rows]},
                visible={},
                generator=torch.Generator().manual_seed(step),
                step=step,
                steps=40,
            )
            losses = phase.loss(batch)
            losses["loss"].backward()
            optimiser.step()
            optimiser.zero_grad()
            told[weight] = losses["untold"].item()
    assert told[10.0] < 0.7 * told[0.0001]


def test_supervision_without_labels_is_told() -> None:
    with pytest.raises(BadConfig, match="labelled attributes"):
        build("vae", {**SMALL["vae"], "supervision": 1.0}, DataShape())
