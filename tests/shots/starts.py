"""States that need a window of their own: ways to begin, and what stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from unittest import mock

from app import program
from app.client import EngineClient
from app.shell.model_chip import bundled_models
from app.store.kept.home_lock import HomeLock
from app.store.kept.settings import EXPORT_SCALE
from engine.disk import files
from engine.disk.bundled import bundled_model, find_model
from engine.machine.devices import choose
from engine.machine.work import finished
from engine.opened.checkpoints import load_model, save_model
from engine.opened.export import export_picture
from engine.opened.model import open_model_file
from engine.protocol.values import Recipe
from tests.shots import library, runs
from tests.shots.stage import Stage, pause, stage, until


@contextmanager
def first() -> Iterator[Stage]:
    """The very first start, held before the engine is up."""
    with mock.patch.object(EngineClient, "start"), stage() as scene:
        pause(500)
        yield scene


@contextmanager
def no_model() -> Iterator[Stage]:
    """Not even the bundled model could be opened."""
    with mock.patch.object(program, "DEFAULT_MODEL", "no-such-model"), stage() as scene:
        until(lambda: bool(scene.program.board.notices))
        pause(500)
        yield scene


@contextmanager
def second() -> Iterator[Stage]:
    """Another program keeps this home."""
    locks: list[HomeLock] = []
    with stage(lambda home: locks.append(HomeLock(home))) as scene:
        scene.settle()
        yield scene
        locks[0].release()


@contextmanager
def unwritable() -> Iterator[Stage]:
    """A home that may only be read."""

    def refuse(moment: str, path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    with mock.patch.object(files, "write_moment", refuse), stage() as scene:
        scene.settle()
        scene.program.settings.put(EXPORT_SCALE, 8)
        scene.explorer.place.randomise()
        scene.settle()
        pause(2500)  # the session is written once it is quiet
        yield scene


@contextmanager
def other_model() -> Iterator[Stage]:
    """A picture of another model was dropped: its model is open, and undo goes back."""
    with stage() as scene:
        scene.settle()
        other = next(name for name in bundled_models() if name != "faces")
        _drop(scene, _exported(scene.home, other))
        until(lambda: scene.explorer.models.model is not None and scene.explorer.models.model.name.lower() != "faces")
        scene.settle()
        yield scene


@contextmanager
def model_gone() -> Iterator[Stage]:
    """A picture of a model that is not where it was."""
    with stage() as scene:
        scene.settle()
        path = scene.home / "a-model-with-a-name-of-more-than-forty-letters.safetensors"
        save_model(path, load_model(bundled_model("glyphs")).family, name="Glyphs of my own")
        picture = _exported(scene.home, str(path))
        path.unlink()
        _drop(scene, picture)
        until(lambda: bool(scene.program.board.notices))
        pause(400)
        yield scene


@contextmanager
def train_left() -> Iterator[Stage]:
    """Runs that the end of the program interrupted."""
    with stage(runs.left_behind) as scene:
        runs.empty(scene)
        yield scene


def _exported(home: Path, source: str) -> Path:
    session = open_model_file(find_model(source), choose("cpu").torch)
    path = home / "of another model.png"
    finished(export_picture(session, Recipe(model=session.fingerprint, seed=3), path, scale=4))
    return path


def _drop(scene: Stage, path: Path) -> None:
    scene.program.opening.open_dropped([path])


STARTS: dict[str, Callable[[], AbstractContextManager[Stage]]] = {
    "first": first,
    "no-model": no_model,
    "second": second,
    "unwritable": unwritable,
    "other-model": other_model,
    "model-gone": model_gone,
    "train-left": train_left,
    "library": library.library,
    "library-compare": library.comparing,
    "library-large": library.large,
    "beside": library.comparing_models,
}
