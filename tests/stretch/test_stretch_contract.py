"""The family contract over a miniature family of each kind, through the one loop.

What is asked of the real families in tests/engine/families, and what only some kinds have: conditions, sources,
stages, carried tensors, points.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.disk.files import BadConfig, LoadError
from engine.disk.tensor_files import read_tensors, write_tensors
from engine.families import build, describe_family
from engine.families.ask import Ask
from engine.families.base import AnyFamily
from engine.families.phases import Batch, Stage
from engine.machine.seeds import generator
from engine.opened.asking import recipe_ask
from engine.opened.checkpoints import Model, load_model, save_model
from engine.opened.model import OpenedModel, open_model_file
from engine.protocol.answers import Progressed, Sampled
from engine.protocol.values import Stop
from engine.training.material import batches, data_shape
from engine.training.resuming import begin_with
from engine.training.trainer import Trainer
from tests.engine.small import drained
from tests.stretch.conftest import CPU, Trained, events
from tests.stretch.kinds import DRAWING, EVERY, KINDS, kept, recipes, training_part

TrainedOf = Callable[[str], Trained]
ALONE = 2e-6
"""Sums of another batch size may round otherwise."""


def fresh(name: str) -> AnyFamily:
    kind = KINDS[name]
    return build(kind.family.name, kind.values, data_shape(kind.family, kind.data()))


def loaded(trained: TrainedOf, name: str) -> tuple[Model, AnyFamily]:
    model = load_model(trained(name).end.path)
    return model, model.family


def asked(family: AnyFamily, count: int) -> Ask:
    """Pictures of which each is asked for something else."""
    some = recipes(family, "m", count)
    latent = family.latent
    points = None if latent is None else torch.stack([latent.draw(generator(each.seed)) for each in some])
    return recipe_ask(family, some, points, CPU, kept)


def part(ask: Ask, row: int) -> Ask:
    """One picture's part of what is asked."""

    def of(value: Tensor | None) -> Tensor | None:
        return None if value is None else value[row : row + 1]

    return Ask(
        seeds=ask.seeds[row : row + 1],
        points_BD=of(ask.points_BD),
        conditions={name: value[row : row + 1] for name, value in ask.conditions.items()},
        settings={name: value[row : row + 1] for name, value in ask.settings.items()},
        source_BCHW=of(ask.source_BCHW),
        known_BCHW=of(ask.known_BCHW),
        mask_BHW=of(ask.mask_BHW),
    )


def drawn(family: AnyFamily, ask: Ask) -> Tensor:
    *_, last = family.sample(ask)
    return last


@pytest.mark.parametrize("name", EVERY)
def test_builds_and_is_described(name: str) -> None:
    kind = KINDS[name]
    torch.manual_seed(7)
    before = torch.get_rng_state()
    one, other = fresh(name), fresh(name)
    assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))
    described = describe_family(kind.family.name)
    assert {field.name for field in described.fields} >= set(kind.values)
    with pytest.raises(BadConfig, match="Batch"):
        kind.family.Config.build({**kind.values, "batch": 0})


@pytest.mark.parametrize("name", EVERY)
def test_each_phase_alone_has_finite_losses_and_uses_its_own_randomness(name: str) -> None:
    family, data = fresh(name), training_part(name)
    rows = batches(family, data).rows(count=8, seed=0, step=0, layout=torch.contiguous_format)
    torch.manual_seed(3)
    before = torch.get_rng_state()
    with torch.no_grad():
        family.begin(family.stage(0), generator(1))
    for phase in family.phases():
        batch = Batch(
            x=rows.x, source=rows.source, labels_B=rows.labels_B, captions_BT=rows.captions_BT,
            attributes=rows.attributes, generator=generator(1), step=0, steps=10, stage=family.stage(0),
        )  # fmt: skip
        losses = phase.loss(batch)
        assert losses["loss"].requires_grad
        assert all(bool(torch.isfinite(value)) for value in losses.values())
        assert not any(value.requires_grad for key, value in losses.items() if key != "loss")
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("name", EVERY)
def test_the_one_loop_trains_it_and_tells_finite_losses(name: str, trained: TrainedOf) -> None:
    run = trained(name)
    assert run.end.reason is Stop.COMPLETED
    assert run.end.trouble is None
    assert run.end.step == KINDS[name].values["steps"]
    reports = [event for event in run.events if isinstance(event, Progressed)]
    assert all(math.isfinite(value) for report in reports for _, value in report.losses)
    assert reports[-1].images == run.end.images
    sheets = [event for event in run.events if isinstance(event, Sampled)]
    assert bool(sheets) == (name in DRAWING)
    if sheets:
        side = KINDS[name].values["size"]
        assert {cell.shape for sheet in sheets for cell in sheet.grid} == {(side, side, 3)}


@pytest.mark.parametrize("name", [name for name in EVERY if not KINDS[name].is_judge])
def test_picture_k_depends_on_its_own_part_of_the_ask_only(name: str, trained: TrainedOf) -> None:
    _, family = loaded(trained, name)
    ask = asked(family, 6)
    together = drawn(family, ask)
    assert not together.requires_grad
    assert together.shape[0] == 6
    if name in DRAWING:
        assert together.shape[1:] == (family.picture.channels, family.picture.size, family.picture.size)
        assert together.abs().max() <= 1.0
    assert len({tuple(each.flatten().tolist()) for each in together}) > 3, "they were asked for different things"
    for row in range(6):
        torch.testing.assert_close(drawn(family, part(ask, row))[0], together[row], atol=ALONE, rtol=ALONE)
        assert torch.equal(drawn(family, part(ask, row)), drawn(family, part(ask, row)))


@pytest.mark.parametrize("name", EVERY)
def test_files_keep_it_exactly(name: str, trained: TrainedOf, tmp_path: Path) -> None:
    model, family = loaded(trained, name)
    path = tmp_path / "again.zscape"
    stage = read_tensors(trained(name).end.path, kind="model").meta.get("stage")
    again = None if stage is None else Stage(name=stage["name"], began=stage["began"], form=stage["form"])
    assert save_model(path, family, name="again", explorables=model.explorables, stage=again) == model.fingerprint
    twin = load_model(path).family
    assert not family.carried
    kept_weights = family.state_dict()
    assert all(torch.equal(value, kept_weights[key]) for key, value in twin.state_dict().items())
    left = {key.split(".")[0] for key in kept_weights}
    assert not left & set(KINDS[name].family.training_only)
    if KINDS[name].is_judge:
        return
    ask = asked(family, 3)
    assert torch.equal(drawn(family, ask), drawn(twin, ask))


@pytest.mark.parametrize("name", [name for name in EVERY if name != "density"])
def test_looking_changes_nothing(name: str) -> None:
    """Weights are those of a run from which nobody drew, also of what is carried."""

    def trainer() -> Trainer:
        family = fresh(name)
        return Trainer(family, batches(family, training_part(name)), CPU)

    calm, watched = trainer(), trainer()
    for _ in range(4):
        for _ in calm.step():
            pass
        for _ in watched.step():
            if name in DRAWING:
                drawn(watched.average, asked(watched.average, 1))
    one, other = calm.state(), watched.state()
    assert one.keys() == other.keys()
    assert all(torch.equal(value, other[key]) for key, value in one.items())


# ---------------------------------------------------------------- what only some kinds have


def test_class_number_and_sentence_are_obeyed(trained: TrainedOf) -> None:
    """Asked for left, for a place on the left, or in words for the left: the bar is there."""
    _, family = loaded(trained, "captions")
    kinds = {condition.name: condition for condition in family.conditions}
    assert kinds["place"].low == 0.0
    assert kinds["place"].high == 7.0
    assert "left" in kinds["caption"].words
    opened = OpenedModel(load_model(trained("captions").end.path), CPU)

    def leaning(**wishes: float | str) -> float:
        """How much brighter the left half is, over some seeds."""
        place = recipes(family, opened.fingerprint, 1)[0]
        some = [replace(place, seed=k, conditions=tuple(sorted(wishes.items()))) for k in range(12)]
        cells = np.stack(drained(opened.pictures(some))).astype(float)
        return float(cells[:, :, :4].mean() - cells[:, :, 4:].mean())

    for left, right in (
        ({"class": 0.0}, {"class": 1.0}),
        ({"place": 1.0}, {"place": 6.0}),
        ({"caption": "a bar on the left"}, {"caption": "a bar on the right"}),
    ):
        assert leaning(**left) > leaning(**right) + 5.0


def test_each_picture_is_translated_from_its_own_source(trained: TrainedOf) -> None:
    _, family = loaded(trained, "translation")
    ask = asked(family, 4)
    assert ask.source_BCHW is not None
    turned = replace(ask, source_BCHW=ask.source_BCHW.flip(0))
    torch.testing.assert_close(drawn(family, turned), drawn(family, ask).flip(0), atol=ALONE, rtol=ALONE)


def test_a_file_of_every_stage_opens_and_draws_what_was_drawn(trained: TrainedOf, tmp_path: Path) -> None:
    """The form of a growing network is in its files."""
    family = fresh("growing")
    trainer = Trainer(family, batches(family, training_part("growing")), CPU)
    shares = []
    for _ in range(18):
        for _ in trainer.step():
            pass
        save_model(tmp_path / "now.zscape", trainer.average, name="now", stage=trainer.stage)
        again = load_model(tmp_path / "now.zscape").family
        assert torch.equal(drawn(again, asked(again, 2)), drawn(trainer.average, asked(trainer.average, 2)))
        shares.append((again.level, round(again.share, 3)))
    faded = [(level, share) for level in (1, 2) for share in (0.333, 0.667, 1.0, 1.0, 1.0, 1.0)]
    assert shares == [(0, 1.0)] * 3 + faded + [(2, 1.0)] * 3
    kept_stages = [
        read_tensors(path, kind="model").meta["stage"]["name"]
        for path in sorted((trained("growing").run / "snapshots").iterdir())
    ]
    assert kept_stages == ["hold 4", "fade 8", "fade 8", "hold 8", "fade 16", "fade 16", "hold 16", "hold 16"]


def test_a_stage_that_no_network_has_is_refused_in_a_sentence(trained: TrainedOf, tmp_path: Path) -> None:
    file = read_tensors(trained("growing").end.path, kind="model")
    meta = {**file.meta, "stage": {**file.meta["stage"], "form": {"level": 99, "share": 1.0}}}
    write_tensors(tmp_path / "odd.zscape", file.tensors, meta)
    with pytest.raises(LoadError, match="unknown stage"):
        load_model(tmp_path / "odd.zscape")


def test_a_flow_of_twelve_thousand_coordinates_has_axes_and_no_square_matrix(trained: TrainedOf) -> None:
    model, family = loaded(trained, "flow")
    assert family.latent is not None
    assert family.latent.coordinates == 12_288
    assert model.explorables is not None
    assert model.explorables.mixture is None, "explored in its prior"
    assert model.explorables.axes_AD.shape[1] == 12_288
    assert len(model.explorables.axes_AD) >= 3
    assert Path(model.path).stat().st_size < 8 << 20, "a square matrix would take 600 MB"
    x_BCHW = training_part("flow").pictures[:3].float() / 127.5 - 1.0
    torch.testing.assert_close(family.decode(family.encode(x_BCHW)), x_BCHW, atol=1e-5, rtol=0)
    opened = open_model_file(model.path, CPU)
    place = recipes(family, opened.fingerprint, 1)[0]
    moved = opened.picture(replace(place, axes=((0, 2.0),)))
    assert not np.array_equal(moved, opened.picture(place))


def test_points_of_a_density_are_learned(trained: TrainedOf) -> None:
    _, family = loaded(trained, "density")
    x_ND = training_part("density").points_ND
    learned = family.log_likelihood(x_ND, generator(0)).mean()
    begun = fresh("density").log_likelihood(x_ND, generator(0)).mean()
    assert learned > begun + 0.2
    with pytest.raises(LoadError, match="points"):
        open_model_file(trained("density").end.path, CPU)


def test_a_classifier_begins_with_an_autoencoders_encoder(trained: TrainedOf, tmp_path: Path) -> None:
    source = trained("captions").end.path
    told = events("labeller", tmp_path / "run", start=source, leave_at=0)
    assert told
    family = fresh("labeller")
    begin_with(source, family)
    theirs = load_model(source).family.encoder.state_dict()
    assert all(torch.equal(value, theirs[key]) for key, value in family.encoder.state_dict().items())
    with pytest.raises(BadConfig, match="serves"):
        begin_with(trained("growing").end.path, family)
