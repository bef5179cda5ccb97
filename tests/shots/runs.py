"""The Train page's states: a short real run, and ends that nobody waits for."""

from __future__ import annotations

from pathlib import Path

from engine.checkpoints import save_model
from engine.families import build
from engine.families.base import DataShape
from engine.protocol import Finished, Progressed, Stop, Train, TrainingStarted
from tests.shots.stage import Stage, pause, until

NAME = "Faces at thirty-two pixels"
CONFIG = (("batch", 32), ("latent", 32), ("size", 32), ("steps", 400), ("width", 16))


def blank_pixelcnn(home: Path) -> str:
    """A PixelCNN that has learned nothing: it draws noise, pixel by pixel."""
    shape = DataShape(classes=tuple("0123456789"))
    family = build("pixelcnn", {"size": 28, "channels": 1, "levels": 8}, shape)
    path = home / "blank.safetensors"
    save_model(path, family.eval(), name="A PixelCNN before it learns")
    return str(path)


def empty(scene: Stage) -> None:
    scene.window.show_mode("train")
    until(lambda: bool(scene.explorer.families) and bool(scene.explorer.datasets))
    pause(500)


def running(scene: Stage) -> None:
    run = scene.home / "runs" / "short"
    train = Train(family="vae", data="bundled:faces", out=run, name=NAME, config=CONFIG, preset="quick")
    assert scene.explorer.start_training(train)
    until(lambda: scene.explorer.run is not None and scene.explorer.run.step >= 30 and bool(scene.explorer.run.grid))
    pause(300)


def finished(scene: Stage) -> None:
    if scene.explorer.run is None:
        empty(scene)
        running(scene)
    until(lambda: scene.explorer.run is not None and scene.explorer.run.step >= 90)
    scene.explorer.stop_training()
    until(lambda: scene.explorer.run is not None and scene.explorer.run.is_over)
    for card in scene.window.notices.shown:
        scene.window.notices.dismiss(card.number)
    pause(500)


def failed(scene: Stage) -> None:
    pictures = scene.home / "a folder without pictures"
    pictures.mkdir()
    train = Train(family="vae", data=str(pictures), out=scene.home / "runs" / "none", name="Nothing", config=CONFIG)
    assert scene.explorer.start_training(train)
    until(lambda: scene.explorer.run is not None and scene.explorer.run.is_over)
    pause(500)


def diverged(scene: Stage) -> None:
    """Told, not lived: a real one comes when it likes."""
    for card in scene.window.notices.shown:
        scene.window.notices.dismiss(card.number)
    run = str(scene.home / "runs" / "wild")
    out = scene.home / "runs" / "wild"
    with_rate = (*CONFIG, ("rate", 1.0))
    assert scene.explorer.start_training(
        Train(family="vae", data="bundled:nothing", out=out, name="Too fast", config=with_rate)
    )
    until(lambda: scene.explorer.run is not None and scene.explorer.run.is_over)
    scene.explorer.receive(TrainingStarted(run=run, name="Too fast", family="vae", images_planned=12_800))
    for step in range(1, 30):
        losses = (("loss", 0.5 + 0.002 * step**2.2), ("kl", 0.1 * step))
        scene.explorer.receive(
            Progressed(run=run, step=step, steps=400, images=32 * step, images_per_s=200.0, losses=losses, eta_s=60.0)
        )
    scene.explorer.receive(
        Finished(
            run=run, reason=Stop.DIVERGED, step=29, images=928, path="", fingerprint="", sha256_state="", seconds=5.0,
            sentence="The loss stopped being a number. Try a smaller learning rate.",
        )
    )  # fmt: skip
    pause(500)
