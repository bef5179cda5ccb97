"""The bundled faces from nothing by one command: every part of the true chain, in a few steps on a few pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.datasets import catalogue
from engine.datasets.catalogue import FACES
from engine.datasets.face_sets.shards import load_shards
from engine.datasets.store import Split, Store, take_known
from engine.disk.tensor_files import read_tensors
from engine.families import presets
from engine.machine.work import Work, finished
from engine.opened.checkpoints import load_model
from engine.protocol.values import Preset
from tests.engine.commands.conftest import Command

PICTURES = {Split.TRAIN: 24, Split.VALIDATION: 8, Split.TEST: 8}


def few(store: Store) -> Store:
    rows = [torch.nonzero(store.split == int(split)).flatten()[:count] for split, count in PICTURES.items()]
    chosen = torch.cat(rows)
    return replace(take_known(store, chosen), pictures=store.pictures[chosen], sha256="few")


@pytest.fixture(scope="module")
def faces() -> Store:
    return few(finished(load_shards(FACES)))


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch, faces: Store) -> list[str]:
    """Presets as they are but for two steps of two pictures; the sets that are opened, in order."""
    opened: list[str] = []

    def open_any(data: str, *, home: Path, size: int) -> Work[Store]:
        opened.append(data)
        yield None
        return faces

    def short(preset: Preset) -> Preset:
        return replace(preset, config=tuple({**dict(preset.config), "steps": 2, "batch": 2}.items()))

    known = {family: tuple(map(short, each)) for family, each in presets.all_presets().items()}
    monkeypatch.setattr(presets, "all_presets", lambda: known)
    monkeypatch.setattr(catalogue, "open_any", open_any)
    return opened


def test_the_bundled_faces_are_learned_in_six_parts(zscape: Command, hurried: list[str], tmp_path: Path) -> None:
    run = tmp_path / "faces"
    answer = zscape("train", "vaegan", "--preset", "faces", "--chain", "--out", run, "--half")
    assert answer.code == 0, answer.err
    parts = [f"{line['family']}/{line['preset']}" for line in answer.lines if line.get("event") == "part"]
    first = ["vae/faces", "vae/faces-finish", "vae/faces-polish"]
    assert parts == [*first, "vaegan/faces-sharpen", "vaegan/faces-see", "vaegan/faces"]
    assert hurried == ["bundled:faces"] * 4 + ["bundled:faces-more"] * 2
    card = load_model(run / "model.safetensors").card
    assert card["parts"] == ", ".join(parts)
    assert card["learned_from"] == "bundled:faces, bundled:faces-more"
    assert card["data"] == "bundled:faces-more"
    see, last = (
        read_tensors(folder / "checkpoint.safetensors", kind="state").tensors
        for folder in (run / "parts" / "5-vaegan-faces-see", run)
    )
    for key in (key for key in see if key.startswith("average.encoder.")):
        assert torch.equal(last[key], see[key]), "the last part keeps the encoder of the fifth"
    model = load_model(run / "model.safetensors")
    assert model.explorables is not None
    assert (run / "model.safetensors").stat().st_size < 4.4e6


def test_the_face_gan_begins_with_what_the_last_part_draws(zscape: Command, hurried: list[str], tmp_path: Path) -> None:
    run = tmp_path / "faces-gan"
    answer = zscape("train", "r3gan", "--preset", "faces", "--chain", "--out", run, "--half")
    assert answer.code == 0, answer.err
    assert (answer.frame["reason"], answer.frame["steps"]) == ("completed", 2)
    parts = [f"{line['family']}/{line['preset']}" for line in answer.lines if line.get("event") == "part"]
    assert parts[-2:] == ["vaegan/faces", "r3gan/faces"]
    model = run / "model.safetensors"
    assert model.stat().st_size < 2.5e6
    before = dict(load_model(run / "parts" / "6-vaegan-faces" / "model.safetensors").family.named_parameters())
    trunk = {k: w for k, w in load_model(model).family.named_parameters() if k.startswith(("decoder.trunk.", "fine."))}
    assert trunk
    for name, weight in trunk.items():
        torch.testing.assert_close(weight, before[name], rtol=2e-3, atol=2e-3)


def test_every_preset_of_bundled_faces_says_how_long_it_takes() -> None:
    chains = [presets.chain("vaegan", "faces"), presets.chain("r3gan", "faces")]
    for family, preset in (part for chain in chains for part in chain):
        assert preset.hours > 0, f"{family}/{preset.name}"
