"""Every state of docs/checklist.md, driven by hand in the real window and photographed light and dark."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from app.look import theme
from tests.shots import around, directions, exploring, judging, runs, sets, walking
from tests.shots.stage import SIZE_PX, Stage, pause, photograph, save_small, stage, until
from tests.shots.starts import STARTS

KEPT = {
    "ready": "window",
    "path": "path",
    "arithmetic": "arithmetic",
    "train-finished": "train",
    "grid-maker": "grid",
    "pixels-drawing": "pixels",
    "pixels-surprise": "surprise",
    "evaluate-table": "evaluate",
}
"""The states that are kept in docs/screens, by the name of their panel."""

STEPS = ("ready", "arithmetic-empty", "pixels-completed", "train-empty")
"""Those that others begin with, played in any case."""

Scene = Callable[[Stage], object]


def smallest(scene: Stage) -> None:
    scene.explorer.models.open("faces")
    until(lambda: scene.explorer.models.model is not None and scene.explorer.models.model.name.lower() == "faces")
    scene.window.resize(960, 640)
    scene.settle()


def restore_size(scene: Stage) -> None:
    scene.window.resize(*SIZE_PX)


SCENES: dict[str, Scene] = {
    "ready": exploring.ready,
    "dragging": exploring.dragging,
    "before": exploring.before,
    "gallery": exploring.gallery,
    "focus": exploring.focus,
    "strip": exploring.strip,
    "raw-z": exploring.raw,
    "pad": exploring.pad,
    **walking.SCENES,
    "menu-export": around.menu_export,
    "menu-model": around.menu_model,
    "keys": around.keys,
    "palette": around.palette,
    "guide": around.guide,
    "notice": around.notice,
    "drop": around.drop,
    "grid": exploring.grid,
    "grid-maker": exploring.grid_maker,
    "pixels-drawing": exploring.pixels_drawing,
    "pixels-stopped": exploring.pixels_stopped,
    "pixels-completed": exploring.pixels_completed,
    "pixels-surprise": exploring.pixels_surprise,
    "pixels-sight": exploring.pixels_sight,
    "pixels-class": exploring.pixels_class,
    "steps": exploring.steps,
    "long-name": exploring.long_name,
    "exporting": around.exporting,
    "exported": around.exported,
    "notices": around.notices,
    "settings-menu": around.settings_menu,
    **sets.SCENES,
    **judging.SCENES,
    **directions.SCENES,
    "weak": exploring.weak,
    "smallest": smallest,
    "train-empty": runs.empty,
    "train-preparing": runs.preparing,
    "train-running": runs.running,
    "train-paused": runs.paused,
    "train-stopping": runs.stopping,
    "train-finished": runs.finished,
    "train-resumed": runs.resumed,
    "train-failed": runs.failed,
    "train-diverged": runs.diverged,
    "train-long-name": runs.long_name,
}


def draw(out: Path, scale: str, *, only: str = "", every: bool = False) -> int:
    """Play the scenes in order (each builds on those before) and photograph those that are wanted."""
    wanted = set(only.split(",")) if only else set(SCENES) | set(STARTS) if every else set(KEPT)
    names = list(SCENES)
    last = max((names.index(name) for name in wanted if name in SCENES), default=-1)
    if last >= 0:
        with stage() as scene:
            for name in names[: last + 1]:
                if not every and name not in wanted and name not in STEPS:
                    continue
                if name == "train-empty":
                    restore_size(scene)
                SCENES[name](scene)
                if name in wanted:
                    _both(scene, out, name if every else KEPT.get(name, name), scale)
                scene.strike()
    for name, start in STARTS.items():
        if name in wanted:
            with start() as scene:
                _both(scene, out, name, scale)
    return 0


def _both(scene: Stage, out: Path, name: str, scale: str) -> None:
    for scheme in (theme.Scheme.LIGHT, theme.Scheme.DARK):
        theme.apply(scene.app, scheme)
        pause(250)
        path, is_small = out / f"{name}-{scheme.value}-{scale}x.webp", scale == "1"
        is_whole = is_small and name == KEPT["ready"]  # the README begins with it
        save_small(photograph(scene), path, quality=90 if is_small else 82, is_whole=is_whole)
    print(f"{name} {scale}x", file=sys.stderr, flush=True)


__all__ = ["KEPT", "SCENES", "draw"]
