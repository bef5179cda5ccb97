"""The Train page's states: a real run, told again from its record, and ends that nobody waits for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.shell.window import LEAST_PX
from engine.disk.runs import RunFolder
from engine.families import build
from engine.families.base import DataShape
from engine.opened.checkpoints import save_model
from engine.protocol.answers import Event, Finished, Preparing, Progressed, Sampled, Snapshotted, TrainingStarted
from engine.protocol.requests import Train
from engine.protocol.values import Stop
from tests.shots.record import REPORTS, samples
from tests.shots.stage import Stage, pause, until

NAME = "Faces at sixty-four pixels"
LONG_NAME = "Faces at sixty-four pixels for the course on generative models, second try"
RUN = "recorded"
SECONDS = 4700.0


def blank_pixelcnn(home: Path) -> str:
    """A PixelCNN that has learned nothing: it draws noise, pixel by pixel."""
    shape = DataShape(classes=tuple("0123456789"))
    family = build("pixelcnn", {"size": 28, "channels": 1, "levels": 8}, shape)
    path = home / "blank.safetensors"
    save_model(path, family.eval(), name="A PixelCNN before it learns")
    return str(path)


# ---------------------------------------------------------------- what a real run told


def recorded() -> list[Event]:
    """The events of the recorded run, in their order."""
    told: dict[str, Any] = json.loads(REPORTS.read_text(encoding="utf-8"))
    planned = told["steps"] * told["batch"]
    grids = dict(zip(told["moments"], samples(), strict=True))
    events: list[Event] = []
    for report in told["reports"]:
        for images in [moment for moment in grids if moment <= report["images"]]:
            step = images // told["batch"]
            events.append(Sampled(run=RUN, step=step, images=images, grid=grids.pop(images)))
            events.append(Snapshotted(run=RUN, step=step, path="snapshot"))
        events.append(
            Progressed(
                run=RUN,
                step=report["step"],
                steps=told["steps"],
                images=report["images"],
                images_per_s=report["images_per_s"],
                losses=tuple(report["losses"].items()),
                eta_s=(planned - report["images"]) / report["images_per_s"],
                health=report["health"],
            )
        )
    return events


def tell(scene: Stage, *events: Event) -> None:
    for event in events:
        scene.program.receive(event)


def start(scene: Stage, told: tuple[tuple[int, tuple[tuple[str, float], ...]], ...] = (), *, name: str = NAME) -> None:
    tell(scene, TrainingStarted(run=RUN, name=name, family="vae", images_planned=304_000, told=told))


def dismissed(scene: Stage) -> None:
    for card in scene.window.notices.shown:
        scene.window.notices.dismiss(card.number)
    pause(300)


# ---------------------------------------------------------------- states


def empty(scene: Stage) -> None:
    dismissed(scene)
    scene.window.show_page("train")
    if focused := scene.app.focusWidget():
        focused.clearFocus()  # a hand came here by mouse
    until(lambda: bool(scene.explorer.runs.families) and bool(scene.explorer.runs.datasets))
    pause(500)


def preparing(scene: Stage) -> None:
    start(scene)
    tell(scene, Preparing(what="Reading pictures", done=7400, of=12_000))
    pause(300)


def running(scene: Stage) -> None:
    start(scene)
    events = recorded()
    tell(scene, *events[: int(0.62 * len(events))])
    pause(500)


def long_name(scene: Stage) -> None:
    """A run whose name nobody should have given it, in the smallest window."""
    tell(scene, _end(Stop.STOPPED, ""))
    dismissed(scene)
    scene.window.resize(*LEAST_PX)
    start(scene, name=LONG_NAME)
    events = recorded()
    tell(scene, *events[: int(0.62 * len(events))])
    pause(500)


def paused(scene: Stage) -> None:
    scene.explorer.runs.pause(True)
    pause(300)


def stopping(scene: Stage) -> None:
    scene.explorer.runs.pause(False)
    scene.explorer.runs.stop()
    pause(300)


def finished(scene: Stage) -> None:
    tell(scene, _end(Stop.STOPPED, ""))
    start(scene)
    events = recorded()
    tell(scene, *events, _end(Stop.COMPLETED, "Done: every step was taken, and the model is kept."))
    pause(500)
    dismissed(scene)


def resumed(scene: Stage) -> None:
    """Back after the program was closed: the past is there, the first steps are being taken."""
    events = [event for event in recorded() if isinstance(event, Progressed)]
    before = events[: int(0.4 * len(events))]
    start(scene, tuple((event.images, event.losses) for event in before))
    drawn = [event for event in recorded() if isinstance(event, Sampled | Snapshotted)]
    tell(scene, *(event for event in drawn if event.step <= before[-1].step), events[len(before)])
    pause(500)
    dismissed(scene)


def failed(scene: Stage) -> None:
    """Really asked of the engine: a folder that holds no picture."""
    tell(scene, _end(Stop.STOPPED, ""))
    dismissed(scene)
    pictures = scene.home / "a folder without pictures"
    pictures.mkdir(exist_ok=True)
    train = Train(family="vae", data=str(pictures), out=scene.home / "runs" / "none", name="My pictures", config=())
    assert scene.explorer.runs.start(train)
    until(lambda: scene.explorer.runs.run is not None and scene.explorer.runs.run.is_over)
    pause(500)


def diverged(scene: Stage) -> None:
    """Told, not lived: a real one comes when it likes."""
    dismissed(scene)
    start(scene)
    events = [event for event in recorded() if isinstance(event, Progressed)][:60]
    for number, event in enumerate(events):
        wild = 1.0 + 0.02 * 1.25 ** max(0, number - 36)
        tell(scene, replace(event, losses=tuple((name, value * wild) for name, value in event.losses)))
    end = _end(Stop.DIVERGED, "The loss stopped being a number. Try a smaller learning rate.", path="")
    tell(scene, replace(end, step=events[-1].step, images=events[-1].images, seconds=SECONDS / 6))
    pause(500)
    dismissed(scene)


def _end(reason: Stop, sentence: str, path: str = "model") -> Finished:
    last = next(event for event in reversed(recorded()) if isinstance(event, Progressed))
    return Finished(
        run=RUN, reason=reason, step=last.step, images=last.images, path=path, fingerprint="", sha256_state="",
        seconds=SECONDS, sentence=sentence,
    )  # fmt: skip


def left_behind(home: Path) -> None:
    """Two runs that the end of the program interrupted."""
    for name, step in (("Faces at night", 340), ("A run with a name of more than forty letters, by far", 11_800)):
        run = RunFolder(home / "runs" / name)
        run.write_config({"name": name, "family": "vae", "data": "bundled:faces", "config": {"steps": 12_000}})
        run.append_metrics({"step": step, "images": 32 * step, "losses": {"loss": 1.0}})
