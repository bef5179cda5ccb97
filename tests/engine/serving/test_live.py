"""A run that is explored while it learns: newer copies under one fingerprint, axes that stay, moments that are kept."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Pillow

from engine.families.base import AnyFamily
from engine.latents.explorables import Explorables
from engine.machine.work import Work
from engine.opened.export import read_png_memory
from engine.opened.model import open_model_file
from engine.protocol.answers import (
    Exported,
    Failed,
    Finished,
    ModelOpened,
    MomentKept,
    Progressed,
    Rendered,
    Republished,
)
from engine.protocol.requests import (
    ExportGrid,
    ExportPicture,
    KeepMoment,
    OpenModel,
    Render,
    StopTraining,
    TakeAxes,
    Train,
)
from engine.protocol.values import CANVAS, Recipe
from engine.serving.shown import Shown
from engine.training import live
from engine.training.checking import config_problem
from engine.training.live import Moment, live_fingerprint, matches, settled
from engine.training.loop import Control, Job, train
from tests.engine.serving.test_worker import Running
from tests.engine.small import SMALL, bars
from tests.patience import PATIENCE_S

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy at every step: what takes a person minutes takes a test a moment."""
    monkeypatch.setattr(live, "EVERY_S", 0.0)
    monkeypatch.setattr(live, "SHARE", 1e9)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    engine = Running(tmp_path / "home")
    yield engine
    if engine.thread.is_alive():
        engine.stop()


def begin(running: Running, folder: Path, family: str = "vae", steps: int = 100_000) -> Path:
    pictures = folder / "pictures"
    pictures.mkdir(parents=True)
    for number, picture in enumerate(bars().pictures):
        Pillow.fromarray(picture[0].numpy()).save(pictures / f"{number:03d}.png")
    run = folder / "run"
    config = tuple({**SMALL[family], "steps": steps}.items())
    running.mailbox.put(Train(family=family, data=str(pictures), out=run, name="mine", config=config))
    running.until(Progressed)
    return run


def look(running: Running, run: Path, ticket: int = 3) -> ModelOpened:
    running.mailbox.put(OpenModel(source=str(run), ticket=ticket))
    event = running.until(lambda event: isinstance(event, ModelOpened | Failed))
    assert isinstance(event, ModelOpened), event
    assert event.ticket == ticket
    return event


def rendered(running: Running, recipe: Recipe, ticket: int = 9) -> Rendered:
    running.mailbox.put(Render(view=CANVAS, ticket=ticket, recipe=recipe))
    found = running.until(lambda event: isinstance(event, Rendered) and event.ticket == ticket)
    assert isinstance(found, Rendered)
    return found


LONG = [name for name in SMALL if not config_problem(name, {**SMALL[name], "steps": 100_000})[0]]
"""Families that go on for as long as they are asked to."""


@pytest.mark.parametrize("family", SMALL)
def test_every_family_can_be_looked_at_while_it_learns(family: str, tmp_path: Path) -> None:
    seen: list[Moment] = []
    control = Control(onlooker=lambda moment: seen.append(moment) if isinstance(moment, Moment) else None)
    job = Job(run=tmp_path / "run", name="a", family=family, values=dict(SMALL[family]), data="bars")
    for _ in train(job, bars(), device=CPU, control=control):
        pass
    assert len(seen) > 1
    pictures = [moment.opened.picture(Recipe(model=moment.opened.fingerprint)) for moment in seen]
    path = tmp_path / "kept.safetensors"
    fingerprint = seen[0].keep(path, seen[0].explorables)
    opened = open_model_file(str(path), CPU)
    assert opened.fingerprint == fingerprint
    assert np.array_equal(opened.surveyed(None).picture(Recipe(model=fingerprint)), pictures[0])


@pytest.mark.parametrize("family", LONG)
def test_the_run_that_trains_is_opened_and_its_picture_changes_while_it_learns(
    family: str, running: Running, tmp_path: Path
) -> None:
    run = begin(running, tmp_path, family)
    opened = look(running, run).model
    assert opened.live
    assert opened.fingerprint == live_fingerprint(run)
    assert opened.can_begin
    assert bool(opened.axes) == (opened.latent > 0), "a light survey has told the sliders"
    recipe = Recipe(model=opened.fingerprint, seed=4)
    first = rendered(running, recipe)
    assert first.moment > 0
    for ticket in range(10, 500):
        running.until(Republished)
        now = rendered(running, recipe, ticket)
        assert now.model == opened.fingerprint
        if not np.array_equal(now.image, first.image):
            break
    else:
        raise AssertionError("it learns, and nothing is seen of it")
    assert now.moment > first.moment
    running.mailbox.put(StopTraining())
    end = running.until(Finished)
    after = look(running, run, 4)
    assert (after.model.live, after.model.fingerprint) == (False, end.fingerprint)
    assert sorted(was for was, _, _ in after.axes_were) == list(range(len(after.axes_were)))


def state_of(run: Path, *, looked_at: bool) -> str:
    control = Control()
    seen: list[Moment] = []
    if looked_at:
        control.onlooker = lambda moment: seen.append(moment) if isinstance(moment, Moment) else None
    job = Job(run=run, name="a", family="vae", values={**SMALL["vae"], "steps": 12}, data="bars")
    *_, end = train(job, bars(), device=CPU, control=control)
    assert isinstance(end, Finished)
    assert bool(seen) == looked_at
    return f"{end.sha256_state} {end.fingerprint}"


def test_looking_changes_neither_weights_nor_the_result(tmp_path: Path) -> None:
    assert state_of(tmp_path / "quiet", looked_at=False) == state_of(tmp_path / "watched", looked_at=True)


def shown_axes(running: Running, place: Recipe) -> bytes:
    """The axes that are drawn along: those of what would be kept now."""
    rendered(running, place)
    running.mailbox.put(KeepMoment(moment=0))
    explorables = open_model_file(running.until(MomentKept).path, CPU).explorables
    assert explorables is not None
    return explorables.axes_AD.numpy().tobytes()


def test_the_axes_are_exchanged_when_the_window_takes_them_and_not_before(running: Running, tmp_path: Path) -> None:
    run = begin(running, tmp_path)
    recipe = Recipe(model=look(running, run).model.fingerprint, seed=4)
    before = shown_axes(running, recipe)
    told = running.until(lambda event: isinstance(event, Republished) and event.axes > 0)
    assert isinstance(told, Republished)
    assert shown_axes(running, recipe) == before, "weights are newer, axes are not"
    running.mailbox.put(TakeAxes(number=told.axes + 1000))
    assert shown_axes(running, recipe) != before


@pytest.mark.parametrize("way", ["keep", "picture", "grid"])
def test_a_moment_that_is_kept_draws_the_same_picture_for_ever(
    way: str, running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "EVERY_S", 1e9)  # what is shown is not two moments old when somebody asks for it
    run = begin(running, tmp_path)
    fingerprint = look(running, run).model.fingerprint
    place = Recipe(model=fingerprint, seed=4, axes=((0, 1.5),))
    shown = rendered(running, place)
    path = tmp_path / "me.png"
    match way:
        case "keep":
            running.mailbox.put(KeepMoment(moment=shown.moment, ticket=20))
        case "picture":
            running.mailbox.put(ExportPicture(recipe=place, path=path, moment=shown.moment, ticket=20))
        case _:
            running.mailbox.put(ExportGrid(recipes=(place,), columns=1, path=path, moment=shown.moment, ticket=20))
    kept = running.until(MomentKept)
    assert (kept.ticket, kept.model) == (20, fingerprint)
    if way != "keep":
        assert running.until(Exported).ticket == 20
        memory, pixels = read_png_memory(path)
        assert memory.recipes == (replace(place, model=kept.fingerprint),)
        again = open_model_file(kept.path, CPU).picture(memory.recipes[0])
        assert np.array_equal(again, pixels)
    opened = open_model_file(kept.path, CPU)
    assert opened.fingerprint == kept.fingerprint
    assert Path(kept.path).parent == run / "snapshots"
    assert np.array_equal(opened.picture(replace(place, model=kept.fingerprint)), shown.image)


def test_another_model_that_is_opened_ends_the_looking(running: Running, tmp_path: Path) -> None:
    run = begin(running, tmp_path)
    look(running, run)
    running.mailbox.put(KeepMoment(moment=0))
    kept = running.until(MomentKept)
    running.mailbox.put(OpenModel(source=kept.path, ticket=5))
    assert not running.until(lambda event: isinstance(event, ModelOpened) and event.ticket == 5).model.live
    running.until(Progressed)
    while not running.events.empty():
        running.events.get()
    running.until(Progressed)
    running.until(Progressed)
    assert not [event for event in tuple(running.events.queue) if isinstance(event, Republished)]
    running.mailbox.put(KeepMoment(moment=0))
    assert running.until(Failed).problem.code == "not-live"


def test_another_model_that_is_opened_while_a_copy_is_made_stays_open(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy was shown when it was done, in the place of the other model, whose pictures were never drawn."""
    holds, reached, released = threading.Event(), threading.Event(), threading.Event()
    survey = live.Live._survey

    def held(publishing: live.Live, family: AnyFamily) -> Work[Explorables | None]:
        while holds.is_set() and not released.is_set():
            reached.set()
            yield None
        return (yield from survey(publishing, family))

    monkeypatch.setattr(live.Live, "_survey", held)
    monkeypatch.setattr(live, "RESURVEY", 1.0)
    run = begin(running, tmp_path)
    look(running, run)
    running.mailbox.put(KeepMoment(moment=0))
    kept = running.until(MomentKept)
    holds.set()
    assert reached.wait(PATIENCE_S)
    running.mailbox.put(OpenModel(source=kept.path, ticket=5))
    running.until(lambda event: isinstance(event, ModelOpened) and event.ticket == 5)
    released.set()
    running.until(Progressed)
    running.until(Progressed)
    running.mailbox.put(KeepMoment(moment=0))
    told = running.until(lambda event: isinstance(event, Failed | MomentKept))
    assert isinstance(told, Failed), "the run is not looked at any more"
    assert rendered(running, Recipe(model=kept.fingerprint, seed=4)).model == kept.fingerprint


def test_who_asks_for_a_run_that_ends_meanwhile_is_shown_its_result(running: Running, tmp_path: Path) -> None:
    run = begin(running, tmp_path, steps=30)
    running.mailbox.put(StopTraining())
    running.mailbox.put(OpenModel(source=str(run), ticket=3))
    opened = running.until(lambda event: isinstance(event, ModelOpened) and event.ticket == 3)
    assert not opened.model.live


# ---------------------------------------------------------------- axes that stay


def test_axes_keep_their_place_and_their_way_round() -> None:
    before = torch.eye(4)[:3]
    now = torch.stack([-before[2], torch.eye(4)[3], before[0]])
    pairs = matches(before, now)
    assert pairs[2] == (0, -1.0)
    assert pairs[0] == (2, 1.0)


def test_a_new_survey_exchanges_no_axis_and_loses_no_direction(tmp_path: Path) -> None:
    seen: list[Moment] = []
    control = Control(onlooker=lambda moment: seen.append(moment) if isinstance(moment, Moment) else None)
    job = Job(run=tmp_path / "run", name="a", family="vae", values={**SMALL["vae"], "steps": 40}, data="bars")
    for _ in train(job, bars(), device=CPU, control=control):
        pass
    surveys = [moment.explorables for moment in seen if moment.explorables is not None]
    assert len(surveys) > 2
    for before, now in itertools.pairwise(surveys):
        count = len(before.axes)
        assert len(now.axes) >= count
        alike = torch.nn.functional.normalize(before.axes_AD, dim=1) @ now.axes_AD[:count].T
        assert bool((alike.diagonal() >= 0).all()), "no axis is turned round"
        names = [direction.name for direction in before.directions]
        assert [direction.name for direction in now.directions][: len(names)] == names
        lost = replace(now, axes_AD=now.axes_AD[:1], sigmas_A=now.sigmas_A[:1], shares_A=now.shares_A[:1],
                       axis_labels=now.axis_labels[:1], directions=(), directions_MD=now.directions_MD[:0])  # fmt: skip
        assert len(settled(before, lost).axes) == count
        assert settled(before, lost).directions == before.directions


def test_what_is_not_taken_is_still_offered_with_newer_weights(tmp_path: Path) -> None:
    seen: list[Moment] = []
    control = Control(onlooker=lambda moment: seen.append(moment) if isinstance(moment, Moment) else None)
    job = Job(run=tmp_path / "run", name="a", family="vae", values={**SMALL["vae"], "steps": 12}, data="bars")
    for _ in train(job, bars(), device=CPU, control=control):
        pass
    taken = 0
    shown = Shown(lambda: taken)
    first, *later = seen
    assert shown.show_moment(first, first=True) == 0
    assert shown.opened() is not None
    numbers = [shown.show_moment(moment, first=False) for moment in later]
    offered = [number for number in numbers if number]
    assert offered == sorted(offered)
    assert len(offered) == len(later) - next(k for k, number in enumerate(numbers) if number), "an offer stands"
    opened = shown.opened()
    assert opened is not None
    assert opened.explorables is first.explorables
    taken = offered[-1]
    opened = shown.opened()
    assert opened is not None
    assert opened.explorables is not first.explorables
    assert opened.moment == later[-1].number
