"""Where pictures lie, in the real window: codes of held-out pictures over the prior, of the model that is open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

import engine.datasets.catalogue as catalogue
from app.shell.window import MainWindow
from engine.datasets.store import Split
from engine.machine.work import finished
from engine.opened.model import open_model_file
from engine.training.loop import Job, train
from tests.e2e.opened import opened
from tests.engine.small import SMALL, bars, drained
from tests.pages import explore
from tests.patience import PATIENCE_MS

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adversarial autoencoder that has learned bars, a petal for each of two classes, from a person's folder."""
    home, data = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("pictures")
    store = bars(240)
    assert store.labels is not None
    for number, (picture, label) in enumerate(zip(store.pictures, store.labels.tolist(), strict=True)):
        folder = data / store.classes[label]
        folder.mkdir(exist_ok=True)
        Pillow.fromarray(picture[0].numpy()).save(folder / f"{number:03d}.png")
    learned = finished(catalogue.open_data(str(data), home=home, size=8))
    values = {**SMALL["aae"], "prior": "labelled", "steps": 150, "width": 8, "rate": 0.003, "adversary": 0.002}
    job = Job(run=home / "runs" / "petals", name="petals", family="aae", values=values, data=str(data))
    drained(train(job, learned, device=CPU))
    (home / "data.txt").write_text(str(data), encoding="utf-8")
    return home


@pytest.fixture
def window(qtbot: QtBot, home: Path) -> Iterator[MainWindow]:
    with opened(qtbot, home, str(home / "runs" / "petals"), "petals", timeout_ms=PATIENCE_MS) as window:
        window.resize(1280, 1200)
        yield window


def test_codes_of_every_class_lie_over_the_prior(qtbot: QtBot, home: Path, window: MainWindow) -> None:
    window.show_page("explore")
    sliders, codes = explore(window).sliders, window.shell.explorer.codes
    QTest.mouseClick(sliders.codes_section.header, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: codes.found is not None or bool(codes.trouble), timeout=PATIENCE_MS)
    assert codes.found is not None, codes.trouble
    panel = sliders.codes
    assert panel is not None
    qtbot.waitUntil(lambda: panel.plot is not None, timeout=PATIENCE_MS)
    assert panel.plot is not None
    data = (home / "data.txt").read_text(encoding="utf-8")
    test = finished(catalogue.open_data(data, home=home, size=8)).subset(Split.TEST)
    assert test.labels is not None
    model = open_model_file(str(home / "runs" / "petals" / "model.safetensors"), CPU)
    with torch.no_grad():
        known = model.family.encode(test.pictures.float() / 127.5 - 1.0).numpy()

    panel.across.setCurrentIndex(panel.across.findText("z 0"))
    panel.across.activated.emit(panel.across.currentIndex())
    panel.up.setCurrentIndex(panel.up.findText("z 1"))
    panel.up.activated.emit(panel.up.currentIndex())
    assert [cloud.name for cloud in panel.plot.clouds()] == list(test.classes)
    for kind, cloud in enumerate(panel.plot.clouds()):
        assert np.allclose(cloud.points, known[test.labels.numpy() == kind][:, :2], atol=1e-4)
    middles = [float(np.mean(np.sign(panel.plot.ground()[:, 0]) == side)) for side in (1, -1)]
    assert min(middles) > 0.4, "the prior has a petal to the right and one to the left"
    assert f"Codes of {len(test)} held-out pictures" in panel.plot.accessibleName()
    assert f"of {len(test)} held-out pictures spread" in panel.words.text()
    assert "left" in panel.legend.text()


def test_another_model_has_other_codes(qtbot: QtBot, home: Path, window: MainWindow) -> None:
    window.show_page("explore")
    sliders, explorer = explore(window).sliders, window.shell.explorer
    sliders.codes_section.set_open(True)
    qtbot.waitUntil(lambda: explorer.codes.found is not None, timeout=PATIENCE_MS)
    explorer.models.open("faces-dcgan")
    qtbot.waitUntil(lambda: explorer.models.model is not None and explorer.models.model.name != "petals",
                    timeout=PATIENCE_MS)  # fmt: skip
    assert explorer.codes.found is None, "what another model's codes are is not shown of this one"
    assert not sliders.codes_section.isVisible(), "it has no encoder"
