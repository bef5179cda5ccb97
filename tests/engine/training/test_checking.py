"""What keeps a run from beginning is told before Start: settings, pictures or weights that do not go together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.datasets.catalogue import describe
from engine.disk.bundled import bundled_model
from engine.families import FAMILIES
from engine.families.presets import all_presets
from engine.machine.work import finished
from engine.protocol.values import DatasetDescribed
from engine.training.checking import config_problem
from engine.training.loop import Job, train
from tests.engine.small import SMALL, bars

CATS = DatasetDescribed(name="/pictures/cats", label="cats", images=540, size=64, channels=3)


@pytest.mark.parametrize(
    ("family", "values", "field"),
    [
        ("vae", {"size": 36}, "size"),
        ("vae", {"rate": 0.0}, "rate"),
        ("vae", {"rate": float("nan")}, "rate"),
        ("vae", {"likelihood": "bernoulli"}, "likelihood"),
        ("vae", {"likeness": 1.0, "channels": 1}, "likeness"),
        ("dcgan", {"size": 36}, "size"),
        ("pixelcnn", {"channels": 2}, "channels"),
        ("nobody", {}, ""),
    ],
)
def test_what_keeps_a_config_from_being_used_names_the_setting(
    family: str, values: dict[str, object], field: str
) -> None:
    sentence, named = config_problem(family, values)
    assert sentence.endswith(".")
    assert named == field


def test_nothing_keeps_the_defaults_from_being_used() -> None:
    assert config_problem("vae", {}) == ("", "")


def test_every_preset_can_be_started_with_its_own_pictures() -> None:
    """No false alarm: what is checked from a description must not refuse what would be learned."""
    known = {entry.name: entry for entry in describe()}
    for family in FAMILIES:
        for preset in all_presets().get(family, ()):
            data = known[preset.data.removeprefix("bundled:")]
            if preset.after:
                continue  # goes on from another part
            assert config_problem(family, dict(preset.config), data) == ("", ""), (family, preset.name)


@pytest.mark.parametrize(
    ("family", "values", "data", "field", "words"),
    [
        ("vae", {"supervision": 1.0}, CATS, "supervision", "Use of labels (supervision) needs labelled attributes"),
        ("vae", {"batch": 541}, CATS, "batch", "Batch (541) is larger than the 540 pictures of “cats”."),
        (
            "vae",
            {},
            replace(CATS, kind="density"),
            "",
            "“cats” is a density, not a set of pictures, and Variational autoencoder",
        ),
    ],
)
def test_what_these_pictures_do_not_serve_for_is_told(
    family: str, values: dict[str, object], data: DatasetDescribed, field: str, words: str
) -> None:
    """It was found after Start."""
    sentence, named = config_problem(family, values, data)
    assert words in sentence
    assert named == field


def test_labelled_pictures_serve_for_supervision() -> None:
    labelled = replace(CATS, attributes=("smile", "age"))
    assert config_problem("vae", {"supervision": 1.0}, labelled) == ("", "")


def test_pictures_nobody_has_looked_into_are_not_judged() -> None:
    assert config_problem("vae", {"batch": 64}, replace(CATS, images=0)) == ("", "")


def test_weights_that_do_not_fit_are_told(tmp_path: Path) -> None:
    run = tmp_path / "run"
    job = Job(run=run, name="small", family="vae", values=dict(SMALL["vae"]), data="bars")
    finished(train(job, bars(), device=torch.device("cpu")))
    grey = replace(CATS, channels=1)
    settings = dict(SMALL["vae"])
    for source in (run, run / "model.safetensors"):
        assert config_problem("vae", settings, grey, str(source)) == ("", "")
        sentence, _ = config_problem("vae", {**settings, "latent": 5}, grey, str(source))
        assert sentence.startswith("This run cannot begin with")
    sentence, _ = config_problem("vae", settings, grey, str(tmp_path / "gone.safetensors"))
    assert "does not exist" in sentence
    sentence, _ = config_problem("vae", settings, grey, str(bundled_model("glyphs")))
    assert sentence.startswith("This run cannot begin with")


def test_checking_builds_nothing_in_memory_and_leaves_randomness_alone() -> None:
    """Asked at every key, for networks of gigabytes too."""
    before = torch.random.get_rng_state()
    huge = {"size": 256, "width": 256, "latent": 4096, "depth": 4}
    assert config_problem("vae", huge, CATS) == ("", "")
    assert torch.equal(before, torch.random.get_rng_state())
