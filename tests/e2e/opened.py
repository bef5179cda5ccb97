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
    qtbot.waitUntil(lambda: explorer.engine.status.state is EngineState.READY, timeout=timeout_ms)
    explorer.models.open(model)
    models = explorer.models
    qtbot.waitUntil(lambda: models.model is not None and models.model.name == name, timeout=timeout_ms)
    qtbot.waitUntil(lambda: library().is_here, timeout=timeout_ms)  # so that pages have their plots from now on
    yield window
    window.close()
    assert window.shell.stopped_cleanly


@contextmanager
def opened_as_ever(home: Path) -> Iterator[MainWindow]:
    """The window as it starts for the first time, on the model that comes with it."""
    window = create_window(home, device="cpu")
    window.show()
    models = window.shell.explorer.models
    until(lambda: models.model is not None)
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
    until(lambda: explorer.models.model is not None and explorer.models.model.name == "small")
    until(lambda: library().is_here)
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
