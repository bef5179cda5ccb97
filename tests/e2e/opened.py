"""The whole program with one model open, and closed cleanly afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from pytestqt.qtbot import QtBot

from app.controls.plots.library import library
from app.run import create_window
from app.shell.window import MainWindow
from app.store.engine_status import EngineState
from engine.machine.warm import warm_up
from engine.protocol.answers import Finished, Rendered
from engine.training.loop import Job, train
from tests.e2e.waiting import until
from tests.engine.small import SMALL, bars


@contextmanager
def opened(qtbot: QtBot, home: Path, model: str, name: str, *, timeout_ms: int) -> Iterator[MainWindow]:
    """The real window on the model of this name."""
    warm_up(torch.device("cpu"))  # the engine imports 800 modules for it while it is idle, and cannot be stopped then
    window = create_window(home, device="cpu")
    qtbot.addWidget(window)
    window.show()
    explorer = window.shell.explorer
    # the model before has drawn its first picture, which its place in the history keeps
    qtbot.waitUntil(lambda: explorer.pictures.picture is not None, timeout=timeout_ms)
    explorer.models.open(model)
    qtbot.waitUntil(lambda: is_at_rest(window, name), timeout=timeout_ms)
    yield window
    window.close()
    assert window.shell.stopped_cleanly


def is_at_rest(window: MainWindow, name: str) -> bool:
    """Whether this model is open and what follows by itself has come: plots, and what was measured of its sliders.

    A model that is still being opened would take away the steps and pictures of whoever began before it was there, and
    sliders of which something is known are made anew: a test that held one of them would hold what is gone.
    """
    explorer = window.shell.explorer
    model = explorer.models.model
    is_open = model is not None and model.name == name and not explorer.models.is_opening
    return is_open and not explorer.meter._ticket and library().is_here


@contextmanager
def opened_as_ever(home: Path) -> Iterator[MainWindow]:
    """The window as it starts for the first time, on the model that comes with it."""
    window = create_window(home, device="cpu")
    window.show()
    until(lambda: is_at_rest(window, "Faces"))
    yield window
    window.close()
    assert window.shell.stopped_cleanly


def small_model(tmp_path_factory: pytest.TempPathFactory, steps: int = 2) -> str:
    """A VAE that has learned a little, as the file that opens it."""
    run = tmp_path_factory.mktemp("runs") / "small"
    job = Job(run=run, name="small", family="vae", values=dict(SMALL["vae"], steps=steps), data="bars")
    *_, end = train(job, bars(), device=torch.device("cpu"))
    assert isinstance(end, Finished)
    return end.path


@contextmanager
def opened_small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    """The real window on a VAE of two steps, for all tests of a module."""
    model = small_model(tmp_path_factory)
    window = create_window(tmp_path_factory.mktemp("home"), device="cpu")
    window.show()
    explorer = window.shell.explorer
    # its threads are there before the first test counts them
    until(lambda: explorer.engine.status.state is EngineState.READY)
    explorer.models.open(model)
    until(lambda: is_at_rest(window, "small"))
    yield window
    window.close()
    assert window.shell.stopped_cleanly


def await_whole(qtbot: QtBot, window: MainWindow, *, timeout_ms: int) -> Rendered:
    """The picture of where one is, once it is drawn to the end."""
    explorer = window.shell.explorer

    def is_whole() -> bool:
        picture = explorer.pictures.picture
        return picture is not None and picture.final and picture.recipe == explorer.place.recipe

    qtbot.waitUntil(is_whole, timeout=timeout_ms)
    picture = explorer.pictures.picture
    assert picture is not None
    return picture
