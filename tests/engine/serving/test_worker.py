"""The engine with its two real threads: commands in, events out, whatever happens."""

from __future__ import annotations

import queue
import shutil
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image as Pillow

from engine.datasets.making.preview import preview_set
from engine.machine.work import Work
from engine.opened import export
from engine.opened.checkpoints import fingerprint_of
from engine.opened.model import OpenedModel, open_model_file
from engine.protocol.answers import (
    Answer,
    ConfigChecked,
    Encoded,
    Evaluated,
    Event,
    Exported,
    ExportProgressed,
    Failed,
    FamiliesListed,
    Finished,
    FolderSeen,
    MakeablesListed,
    ModelOpened,
    Preparing,
    Progressed,
    Ready,
    RecipeRead,
    Rendered,
    SetMade,
    SetPreviewed,
    SetProgressed,
    Stopped,
    TrainingStarted,
)
from engine.protocol.requests import (
    Cancel,
    CheckConfig,
    Encode,
    Evaluate,
    ExportGrid,
    ExportPicture,
    ListFamilies,
    ListMakeables,
    LookAtFolder,
    MakeSet,
    OpenModel,
    PreviewSet,
    ReadRecipe,
    Render,
    Shutdown,
    StopTraining,
    Train,
)
from engine.protocol.sheets import Sheet
from engine.protocol.values import CANVAS, Image, Recipe, Stop, View
from engine.serving.mailbox import Mailbox
from engine.serving.worker import serve
from engine.training.loop import Job, train
from tests.engine.small import SMALL, bars
from tests.patience import PATIENCE_S


class Running:
    """An engine on a thread of its own, and everything it says."""

    def __init__(self, home: Path) -> None:
        self.mailbox = Mailbox()
        self.events: queue.Queue[Event] = queue.Queue()
        self.thread = threading.Thread(
            target=lambda: serve(self.mailbox, self.events.put, home=home, device="cpu"), name="engine"
        )
        self.thread.start()

    def until(self, wanted: Callable[[Event], bool] | Any) -> Any:
        """The next event of this kind, or that is wanted; others are passed over."""
        test = wanted if callable(wanted) and not isinstance(wanted, type) else (lambda e: isinstance(e, wanted))
        while True:
            event = self.events.get(timeout=PATIENCE_S)
            if test(event):
                return event
            assert not isinstance(event, Stopped), "the engine stopped"

    def stop(self) -> Event:
        self.mailbox.put(Shutdown())
        last = self.until(Stopped)
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()
        return last


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    run = tmp_path_factory.mktemp("runs") / "small"
    *_, end = train(
        Job(run=run, name="small", family="vae", values=dict(SMALL["vae"]), data="bars"),
        bars(),
        device=torch.device("cpu"),
    )
    assert isinstance(end, Finished)
    return end.path


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    engine = Running(tmp_path / "home")
    yield engine
    if engine.thread.is_alive():
        engine.stop()


def opened(running: Running, model: str) -> str:
    running.mailbox.put(OpenModel(source=model))
    event = running.until(ModelOpened)
    assert isinstance(event, ModelOpened)
    return event.model.fingerprint


def test_it_says_ready_first_and_stopped_last(running: Running) -> None:
    assert isinstance(running.until(Ready), Ready)
    running.mailbox.put(ListFamilies())
    listed = running.until(FamiliesListed)
    assert isinstance(listed, FamiliesListed)
    assert {f.name for f in listed.families} >= {"vae", "dcgan", "pixelcnn"}
    assert running.stop() == Stopped(clean=True)


def test_settings_are_checked_as_a_whole(running: Running) -> None:
    for ticket, (config, field) in enumerate([((("size", 36),), "size"), ((("size", 40),), "")], 1):
        running.mailbox.put(CheckConfig(ticket=ticket, family="vae", config=config))
        answer = running.until(ConfigChecked)
        assert isinstance(answer, ConfigChecked)
        assert (answer.ticket, answer.field, bool(answer.sentence)) == (ticket, field, bool(field))


def test_a_folder_is_looked_into_beside_everything_else(running: Running, model: str, tmp_path: Path) -> None:
    for k in range(4):
        Pillow.new("L", (20, 20), 60 * k).save(tmp_path / f"{k}.png")
    running.mailbox.put(LookAtFolder(path=tmp_path, ticket=7))
    seen = running.until(FolderSeen)
    assert isinstance(seen, FolderSeen)
    assert (seen.ticket, seen.data.images, seen.data.size, seen.data.channels) == (7, 4, 20, 1)
    running.mailbox.put(LookAtFolder(path=tmp_path / "gone", ticket=8))
    failed = running.until(Failed)
    assert isinstance(failed, Failed)
    assert (failed.ticket, failed.problem.code) == (8, "missing")


def test_the_last_render_of_a_storm_equals_a_direct_one(running: Running, model: str) -> None:
    fingerprint = opened(running, model)
    for ticket in range(2000):
        recipe = Recipe(model=fingerprint, seed=1, axes=((0, ticket / 500),))
        running.mailbox.put(Render(view=CANVAS, ticket=ticket, recipe=recipe))
    tickets = []
    while True:
        event = running.until(Rendered)
        assert isinstance(event, Rendered)
        tickets.append(event.ticket)
        if event.ticket == 1999:
            break
    assert tickets == sorted(tickets)
    direct = open_model_file(model, torch.device("cpu")).picture(event.recipe)
    assert np.array_equal(event.image, direct)


def test_a_bad_model_is_told_and_the_open_one_stays(running: Running, model: str, tmp_path: Path) -> None:
    fingerprint = opened(running, model)
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"not a model at all, only some words of text")
    running.mailbox.put(OpenModel(source=str(bad)))
    failed = running.until(Failed)
    assert isinstance(failed, Failed)
    assert "bad.safetensors" in failed.problem.sentence
    assert not failed.problem.details
    running.mailbox.put(Render(view=CANVAS, ticket=1, recipe=Recipe(model=fingerprint)))
    assert isinstance(running.until(Rendered), Rendered)


def test_renders_of_another_model_are_dropped(running: Running, model: str) -> None:
    fingerprint = opened(running, model)
    running.mailbox.put(Render(view=View("a"), ticket=1, recipe=Recipe(model="someone else")))
    running.mailbox.put(Render(view=View("b"), ticket=2, recipe=Recipe(model=fingerprint)))
    event = running.until(Rendered)
    assert isinstance(event, Rendered)
    assert event.view == View("b")


def test_a_render_that_fails_names_its_view(running: Running, model: str) -> None:
    fingerprint = opened(running, model)
    running.mailbox.put(Render(view=View("a"), ticket=1, recipe=Recipe(model=fingerprint, point=(1.0,))))
    failed = running.until(Failed)
    assert isinstance(failed, Failed)
    assert isinstance(failed.command, Render)
    assert (failed.command.view, failed.ticket) == (View("a"), 1)


def test_pictures_remember_and_are_found_again(running: Running, model: str, tmp_path: Path) -> None:
    fingerprint = opened(running, model)
    recipe = Recipe(model=fingerprint, seed=7, axes=((0, 1.5),), truncation=0.5)
    running.mailbox.put(ExportPicture(recipe=recipe, path=tmp_path / "one.png", scale=4))
    running.until(Exported)
    running.mailbox.put(ReadRecipe(path=tmp_path / "one.png"))
    read = running.until(RecipeRead)
    assert isinstance(read, RecipeRead)
    assert read.recipes == (recipe,)
    running.mailbox.put(Encode(path=tmp_path / "one.png"))
    found = running.until(Encoded)
    assert isinstance(found, Encoded)
    assert len(found.point) == 3


def test_every_cell_of_a_grid_remembers(running: Running, model: str, tmp_path: Path) -> None:
    fingerprint = opened(running, model)
    recipes = tuple(Recipe(model=fingerprint, seed=seed) for seed in range(7))
    running.mailbox.put(ExportGrid(recipes=recipes, columns=3, path=tmp_path / "grid.png"))
    running.until(Exported)
    running.mailbox.put(ReadRecipe(path=tmp_path / "grid.png"))
    read = running.until(RecipeRead)
    assert isinstance(read, RecipeRead)
    assert read.recipes == recipes
    assert read.columns == 3
    assert read.image is not None
    assert read.image.shape == (24, 24, 3)


def start_run(running: Running, tmp_path: Path, steps: int) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    from PIL import Image

    for number, picture in enumerate(bars().pictures):
        Image.fromarray(picture[0].numpy()).save(folder / f"{number:03d}.png")
    config = tuple({**SMALL["vae"], "steps": steps}.items())
    running.mailbox.put(Train(family="vae", data=str(folder), out=tmp_path / "run", name="mine", config=config))
    running.until(Progressed)


def test_rendering_goes_on_while_a_run_goes_on(running: Running, model: str, tmp_path: Path) -> None:
    fingerprint = opened(running, model)
    start_run(running, tmp_path, steps=100_000)
    running.mailbox.put(Render(view=CANVAS, ticket=1, recipe=Recipe(model=fingerprint)))
    running.until(Rendered)
    running.mailbox.put(StopTraining())
    end = running.until(Finished)
    assert isinstance(end, Finished)
    assert end.reason is Stop.STOPPED
    assert Path(end.path).exists()
    assert opened(running, end.path) == end.fingerprint


def test_a_second_run_is_refused_with_a_sentence(running: Running, tmp_path: Path) -> None:
    start_run(running, tmp_path, steps=100_000)
    running.mailbox.put(Train(family="vae", data="glyphs", out=tmp_path / "two", name="two", config=()))
    failed = running.until(Failed)
    assert isinstance(failed, Failed)
    assert "going on" in failed.problem.sentence


def test_leaving_while_a_run_goes_on_keeps_its_last_step(running: Running, tmp_path: Path) -> None:
    start_run(running, tmp_path, steps=100_000)
    assert running.stop() == Stopped(clean=True)
    assert (tmp_path / "run" / "checkpoint.safetensors").exists()


# ---------------------------------------------------------------- drawing sets


def faces(out: Path, count: int = 400, **changed: Any) -> MakeSet:
    return MakeSet(**{"what": "faces", "out": out, "count": count, "size": 32, **changed})


def test_a_set_is_drawn_while_pictures_are_answered_and_stopped_with_what_there_is(
    running: Running, model: str, tmp_path: Path
) -> None:
    fingerprint = opened(running, model)
    running.mailbox.put(faces(tmp_path / "set", ticket=5))
    running.until(SetProgressed)
    running.mailbox.put(Render(view=CANVAS, ticket=1, recipe=Recipe(model=fingerprint)))
    running.until(Rendered)
    running.mailbox.put(faces(tmp_path / "other", ticket=6))
    refused = running.until(Failed)
    assert isinstance(refused, Failed)
    assert (refused.ticket, refused.problem.code) == (6, "already-making")
    running.mailbox.put(Cancel(ticket=6))  # it never began
    running.mailbox.put(Cancel(ticket=5))
    end = running.until(SetMade)
    assert isinstance(end, SetMade)
    assert end.ticket == 5
    assert end.reason is Stop.STOPPED
    assert 0 < end.count < 400
    assert len(list((tmp_path / "set").glob("*.png"))) == end.count
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "home") == ["set"]
    running.mailbox.put(Cancel(ticket=5))  # too late: the next set must not end by it
    running.mailbox.put(MakeSet(what="glyphs", out=tmp_path / "glyphs", count=300, ticket=7))
    end = running.until(SetMade)
    assert isinstance(end, SetMade)
    assert (end.count, end.reason) == (300, Stop.COMPLETED)


def test_leaving_keeps_what_was_drawn(running: Running, tmp_path: Path) -> None:
    running.mailbox.put(faces(tmp_path / "set"))
    running.until(SetProgressed)
    running.mailbox.put(PreviewSet(ticket=1, order=faces(tmp_path / "set", size=256)))
    assert running.stop() == Stopped(clean=True)
    assert (tmp_path / "set" / "attributes.csv").is_file()
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "home") == ["set"]


def test_a_folder_that_cannot_be_is_one_sentence(running: Running, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("dear")
    for out, code in ((tmp_path / "file", "exists"), (tmp_path / "file" / "below", "bad-path")):
        running.mailbox.put(faces(out, 3))
        failed = running.until(Failed)
        assert isinstance(failed, Failed)
        assert (type(failed.command), failed.problem.code) == (MakeSet, code)
        assert not failed.problem.details
    assert (tmp_path / "file").read_text() == "dear"


def test_drawing_changes_nothing_of_what_is_learned(tmp_path: Path) -> None:
    ends = []
    for drawing in (False, True):
        engine = Running(tmp_path / "home")
        folder = tmp_path / f"{drawing}"
        folder.mkdir()
        engine.until(Ready)
        if drawing:
            engine.mailbox.put(faces(folder / "set", 60))
        start_run(engine, folder, 40)
        ended = engine.until(Finished)
        assert isinstance(ended, Finished)
        ends.append(ended.sha256_state)
        engine.stop()
    assert ends[0] == ends[1]
    assert len(list((tmp_path / "True" / "set").glob("*.png"))) > 0


def test_the_newest_preview_is_the_one_that_ends(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_asked = threading.Event()

    def waiting(order: MakeSet, ticket: int) -> Iterator[Event | None]:
        """The first one is not over before the last one is asked for, however slow a hand is."""
        while not all_asked.is_set():
            yield None
        yield from preview_set(order, ticket)

    monkeypatch.setattr("engine.serving.desk.preview_set", waiting)
    running.until(Ready)
    for ticket in range(20):
        running.mailbox.put(PreviewSet(ticket=ticket, order=faces(tmp_path / "set", seed=ticket)))
    all_asked.set()
    while True:
        shown = running.until(SetPreviewed)
        assert isinstance(shown, SetPreviewed)
        if shown.final:
            break
    assert shown.ticket == 19
    assert len(shown.images) == 8
    assert not (tmp_path / "set").exists()


def test_what_can_be_drawn_is_listed_with_pictures(running: Running) -> None:
    running.mailbox.put(ListMakeables())
    listed = running.until(MakeablesListed)
    assert isinstance(listed, MakeablesListed)
    assert {entry.name for entry in listed.makeables} >= {"faces", "glyphs", "ring", "mixture-1d"}
    assert all(entry.thumbnail is not None for entry in listed.makeables)


# ---------------------------------------------------------------- long work


class Gate:
    """Holds the engine inside a step until it is opened: what a person does meanwhile comes while the step goes on."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    def wait(self) -> None:
        self.reached.set()
        assert self.opened.wait(PATIENCE_S)


def test_an_export_that_is_cancelled_while_its_last_picture_is_drawn_leaves_no_file(
    running: Running, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file was written after the cancel, when the machine was busy."""
    gate = Gate()
    sheet = export.on_sheet

    def slow(cells: Sequence[Image], columns: int, around: Sheet) -> NDArray[np.uint8]:
        gate.wait()
        return sheet(cells, columns, around)

    monkeypatch.setattr(export, "on_sheet", slow)
    recipes = (Recipe(model=opened(running, model)),) * 3
    out = tmp_path / "out"
    running.mailbox.put(ExportGrid(recipes=recipes, columns=3, path=out / "grid.png", ticket=8))
    assert gate.reached.wait(PATIENCE_S)
    running.mailbox.put(Cancel(ticket=8))
    gate.opened.set()
    failed = running.until(lambda event: isinstance(event, Failed | Exported))
    assert isinstance(failed, Failed)
    assert (failed.ticket, failed.problem.code) == (8, "stopped")
    assert failed.problem.sentence == "The export was cancelled; nothing was written."
    assert not out.exists()
    running.mailbox.put(Cancel(ticket=8))  # late: the next one must not end by it
    running.mailbox.put(ExportGrid(recipes=recipes, columns=3, path=out / "grid.png", ticket=9))
    assert running.until(Exported).ticket == 9
    assert [path.name for path in out.iterdir()] == ["grid.png"]


def test_everything_is_under_way_at_once_and_each_answer_carries_its_ticket(
    running: Running, model: str, tmp_path: Path
) -> None:
    """A run, a set, an evaluation, a grid, an encoded and a read picture: none of them waits for another to end."""
    fingerprint = opened(running, model)
    start_run(running, tmp_path, steps=100_000)
    running.mailbox.put(faces(tmp_path / "set", ticket=11))
    running.mailbox.put(Evaluate(data=str(tmp_path / "pictures"), n=8, ticket=12))
    cells = tuple(Recipe(model=fingerprint, seed=seed) for seed in range(40))
    running.mailbox.put(ExportGrid(recipes=cells, columns=8, path=tmp_path / "grid.png", ticket=13))
    running.mailbox.put(ExportPicture(recipe=cells[0], path=tmp_path / "one.png", ticket=14))
    running.mailbox.put(Encode(path=tmp_path / "pictures" / "000.png", ticket=15))
    running.mailbox.put(ReadRecipe(path=tmp_path / "pictures" / "000.png", ticket=16))
    running.mailbox.put(Encode(path=tmp_path / "nowhere.png", ticket=17))
    wanted = {12: Evaluated, 13: Exported, 14: Exported, 15: Encoded, 16: Failed, 17: Failed}
    while wanted:
        event = running.until(Answer)
        assert not isinstance(event, Finished | SetMade), "they go on"
        if isinstance(event, wanted.get(event.ticket, ())):
            del wanted[event.ticket]
    running.until(Progressed)
    assert running.until(SetProgressed).ticket == 11
    running.mailbox.put(Cancel(ticket=11))
    assert running.until(SetMade).ticket == 11
    running.mailbox.put(StopTraining())
    running.until(Finished)


def test_finishing_is_heard_while_pictures_are_still_read(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reading(source: str, **_how: Any) -> Work[None]:
        """No end of pictures: whoever is slow to press Finish is not too late."""
        while True:
            yield Preparing(what="Reading pictures", done=0, of=1)

    monkeypatch.setattr("engine.datasets.catalogue.open_any", reading)
    running.until(Ready)
    running.mailbox.put(
        Train(family="vae", data="glyphs", out=tmp_path / "run", name="mine", config=(("size", 8),), ticket=21)
    )
    running.until(Preparing)
    running.mailbox.put(StopTraining())
    failed = running.until(lambda event: isinstance(event, Failed | TrainingStarted))
    assert isinstance(failed, Failed)
    assert (failed.ticket, failed.problem.code) == (21, "stopped")
    assert not (tmp_path / "run").exists()


def test_leaving_closes_what_writes_files_and_leaves_none(
    running: Running, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = OpenedModel.drawn_alone

    def endless(session: OpenedModel, recipes: Sequence[Recipe]) -> Generator[float, None, list[Image]]:
        """What is drawn is not written before somebody leaves, however slow that one is."""
        yield from drawn(session, recipes)
        while True:
            yield float(len(recipes))

    monkeypatch.setattr(OpenedModel, "drawn_alone", endless)
    fingerprint = opened(running, model)
    cells = tuple(Recipe(model=fingerprint, seed=seed) for seed in range(40))
    out = tmp_path / "out"
    running.mailbox.put(ExportGrid(recipes=cells, columns=40, path=out / "grid.png", scale=8))
    running.until(ExportProgressed)
    assert running.stop() == Stopped(clean=True)
    assert not out.exists() or list(out.iterdir()) == []


def test_a_model_that_lies_elsewhere_is_found_by_its_fingerprint(running: Running, model: str, tmp_path: Path) -> None:
    """A picture or a path carries the model's name, not its place; and places change."""
    fingerprint = fingerprint_of(model)
    moved = tmp_path / "home" / "runs" / "another name"
    moved.mkdir(parents=True)
    shutil.copy(model, moved / "model.safetensors")
    for hint in ("mine", "/gone/model.safetensors"):
        running.mailbox.put(OpenModel(source=hint, fingerprint=fingerprint, ticket=5))
        opened = running.until(ModelOpened)
        assert isinstance(opened, ModelOpened)
        assert opened.source == str(moved / "model.safetensors")
        assert opened.model.fingerprint == fingerprint
    running.mailbox.put(OpenModel(source="mine", fingerprint="0" * 16, ticket=6))
    failed = running.until(Failed)
    assert isinstance(failed, Failed)
    assert "“mine”" in failed.problem.sentence
