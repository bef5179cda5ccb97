"""A run that begins with the weights of another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from engine.disk.bundled import find_model
from engine.disk.files import BadConfig, LoadError
from engine.disk.tensor_files import read_tensors
from engine.families import FAMILIES, build, describe_family, family_class
from engine.latents.fit import as_one
from engine.opened.checkpoints import load_model
from engine.opened.model import open_model_file
from engine.training.loop import Job, train
from engine.training.resuming import begin_with
from tests.engine.small import SMALL, bars, drained, shape_of


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """Where short runs of all families lie."""
    for family, values in SMALL.items():
        job = Job(run=tmp_path / family, name=family, family=family, values={**values, "steps": 2}, data="bars")
        drained(train(job, bars(), device=torch.device("cpu")))
    return tmp_path


@pytest.mark.parametrize("family", SMALL)
def test_a_run_begins_with_all_that_another_learned(family: str, made: Path) -> None:
    fresh = build(family, SMALL[family], shape_of(family, bars()))
    begin_with(str(made / family), fresh)
    kept = read_tensors(made / family / "checkpoint.safetensors", kind="state").tensors
    for name, value in fresh.state_dict().items():
        torch.testing.assert_close(value, kept[f"average.{name}"], rtol=0, atol=0)


def test_a_model_is_enough_where_one_phase_moves_everything(made: Path) -> None:
    fresh = build("vae", {**SMALL["vae"], "supervision": 0.5}, shape_of("vae", bars()))
    begin_with(str(made / "vae" / "model.safetensors"), fresh)
    model = load_model(made / "vae" / "model.safetensors").family
    for name, value in model.state_dict().items():
        torch.testing.assert_close(fresh.state_dict()[name], value, rtol=0, atol=0)


@pytest.mark.parametrize("family", SMALL)
def test_a_model_says_whether_a_run_can_begin_with_it(family: str, made: Path) -> None:
    """The window asks before it offers; what is offered is taken."""
    for source in (made / family, made / family / "model.safetensors"):
        opened = open_model_file(str(find_model(str(source))), torch.device("cpu"))
        opened.source = str(source)
        described = opened.describe()
        fresh = build(family, dict(described.settings), shape_of(family, bars()))
        if described.can_begin:
            begin_with(str(source), fresh)
        else:
            with pytest.raises(BadConfig):
                begin_with(str(source), fresh)
        assert described.can_begin == (source.is_dir() or family_class(family).begins_alone)


def test_a_run_ended_before_its_first_checkpoint_begins_as_it_did(made: Path, tmp_path: Path) -> None:
    values = {**SMALL["vae"], "steps": 1}
    start = str(made / "vae")

    def begun(run: str, **more: Any) -> dict[str, torch.Tensor]:
        job = Job(run=tmp_path / run, name=run, family="vae", values=values, data="bars", **more)
        drained(train(job, bars(), device=torch.device("cpu")))
        model = load_model(tmp_path / run / "model.safetensors")
        assert model.card["began_with"] == "vae"
        return model.family.state_dict()

    whole = begun("whole", start=start)
    left = train(
        Job(run=tmp_path / "left", name="left", family="vae", values=values, data="bars", start=start),
        bars(),
        device=torch.device("cpu"),
    )
    while not (tmp_path / "left" / "run.json").exists():
        next(left)
    left.close()
    assert not (tmp_path / "left" / "checkpoint.safetensors").exists()
    again = begun("left", resume=True)
    assert all(torch.equal(again[name], value) for name, value in whole.items())


def test_a_generator_does_not_begin_without_its_discriminator(made: Path) -> None:
    fresh = build("dcgan", SMALL["dcgan"], shape_of("dcgan", bars()))
    with pytest.raises(BadConfig, match=r"cannot begin .*lacks “discriminator"):
        begin_with(str(made / "dcgan" / "model.safetensors"), fresh)


@pytest.mark.parametrize(("source", "changes"), [("vae", {"width": 8}), ("dcgan", {}), ("pixelcnn", {})])
def test_other_shapes_and_families_are_one_sentence(source: str, changes: dict[str, object], made: Path) -> None:
    fresh = build("vae", {**SMALL["vae"], **changes}, shape_of("vae", bars()))
    before = {name: value.clone() for name, value in fresh.state_dict().items()}
    with pytest.raises(BadConfig, match="This run cannot begin with"):
        begin_with(str(made / source), fresh)
    assert all(torch.equal(value, before[name]) for name, value in fresh.state_dict().items())


def test_a_deeper_encoder_begins_anew_and_the_decoder_goes_on(tmp_path: Path) -> None:
    values = {**SMALL["vae"], "size": 32, "steps": 1}
    job = Job(run=tmp_path / "run", name="run", family="vae", values=values, data="bars")
    drained(train(job, bars(), device=torch.device("cpu")))
    fresh = build("vae", {**values, "encoder_depth": 1}, shape_of("vae", bars()))
    own = {name: value.clone() for name, value in fresh.state_dict().items()}
    begin_with(str(tmp_path / "run"), fresh)
    kept = read_tensors(tmp_path / "run" / "checkpoint.safetensors", kind="state").tensors
    assert {name for name in own if f"average.{name}" not in kept}, "the encoder must have another shape"
    for name, value in fresh.state_dict().items():
        expected = own[name] if name.startswith("encoder.") else kept[f"average.{name}"]
        torch.testing.assert_close(value, expected, rtol=0, atol=0)


def test_what_only_training_needed_may_be_missing_or_left(tmp_path: Path) -> None:
    """A VAE taught with labels, a VAE/GAN without: the probe stays behind, the discriminator begins anew."""
    values = {**SMALL["vae"], "supervision": 0.5, "steps": 1}
    job = Job(run=tmp_path / "run", name="run", family="vae", values=values, data="bars")
    drained(train(job, bars(), device=torch.device("cpu")))
    fresh = build("vaegan", SMALL["vaegan"], shape_of("vaegan", bars()))
    begin_with(str(tmp_path / "run"), fresh)
    kept = read_tensors(tmp_path / "run" / "checkpoint.safetensors", kind="state").tensors
    torch.testing.assert_close(fresh.state_dict()["decoder.foot.weight"], kept["average.decoder.foot.weight"])


def test_a_replaceable_part_of_another_kind_begins_anew_where_it_has_another_shape(tmp_path: Path) -> None:
    values = {**SMALL["vae"], "size": 32, "steps": 1}
    job = Job(run=tmp_path / "run", name="run", family="vae", values=values, data="bars")
    drained(train(job, bars(), device=torch.device("cpu")))
    fresh = build("vaegan", {**SMALL["vaegan"], "size": 32, "encoder_depth": 1}, shape_of("vaegan", bars()))
    own = {name: value.clone() for name, value in fresh.state_dict().items()}
    begin_with(str(tmp_path / "run"), fresh)
    kept = read_tensors(tmp_path / "run" / "checkpoint.safetensors", kind="state").tensors
    for name, value in fresh.state_dict().items():
        is_taken = name.startswith(("decoder.", "pixels"))
        torch.testing.assert_close(value, kept[f"average.{name}"] if is_taken else own[name], rtol=0, atol=0)


def test_every_part_that_is_taken_is_one_of_both_kinds() -> None:
    for name in FAMILIES:
        for part, others in family_class(name).takes.items():
            for other in others:
                kind, theirs = other.split(".", 1)
                values = {**SMALL[name], **family_class(name).takes_with}
                mine = build(name, values, shape_of(name, bars()))
                given = build(kind, SMALL[kind], shape_of(kind, bars()))
                assert hasattr(mine, part)
                assert hasattr(given, theirs)
                assert kind in describe_family(name).takes


def test_what_is_taken_draws_of_any_point_what_it_drew_where_its_own_points_lay(made: Path) -> None:
    """A GAN draws of points of N(0, I); the pictures of a VAE lie elsewhere."""
    for source in ("vae", "vaegan/model.safetensors"):
        model = load_model(find_model(str(made / source)))
        assert model.explorables is not None
        assert model.explorables.mixture is not None
        gaussian = as_one(model.explorables.mixture)
        values = {**SMALL["r3gan"], **family_class("r3gan").takes_with, "depth": 0}
        fresh = build("r3gan", values, shape_of("r3gan", bars()))
        begin_with(str(made / source), fresh)
        z_BD = torch.randn(5, 3, generator=torch.Generator().manual_seed(1))
        its_BD = gaussian.mean_D + z_BD @ gaussian.factors_KDD[0].T
        with torch.no_grad():
            torch.testing.assert_close(fresh.eval().decode(z_BD), model.family.eval().decode(its_BD))
        plain = build("r3gan", SMALL["r3gan"], shape_of("r3gan", bars()))
        with pytest.raises(BadConfig, match="another shape or kind"):
            begin_with(str(made / source), plain)


def test_settings_that_keep_a_part_need_a_model_to_keep_it_of(tmp_path: Path) -> None:
    values = {**SMALL["vaegan"], "keep_encoder": True}
    job = Job(run=tmp_path / "run", name="run", family="vaegan", values=values, data="bars")
    with pytest.raises(BadConfig, match="goes on from a model"):
        drained(train(job, bars(), device=torch.device("cpu")))


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="nothing-here"):
        begin_with(
            str(tmp_path / "nothing-here.safetensors"),
            build("vae", SMALL["vae"], shape_of("vae", bars())),
        )


def test_the_first_step_of_a_begun_run_is_better_than_of_a_fresh_one(tmp_path: Path) -> None:
    def last_loss(run: str, steps: int, start: str = "") -> float:
        values = {**SMALL["vae"], "steps": steps, "rate": 0.01, "warmup": 0.0}
        job = Job(run=tmp_path / run, name=run, family="vae", values=values, data="bars", start=start)
        drained(train(job, bars(), device=torch.device("cpu")))
        lines = (tmp_path / run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
        return float(lines[-1].split('"loss":')[1].split(",")[0].rstrip("}"))

    last_loss("learned", 60)
    # Reports come by the clock and say the mean since the last one: only a run of one step tells that of its first.
    assert last_loss("begun", 1, start=str(tmp_path / "learned")) < last_loss("fresh", 1) - 0.05
