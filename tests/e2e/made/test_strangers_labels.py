"""A stranger's labelled pictures, in CelebA's layout: a model learns from them, and sums of faces work at once.

The pictures are renders of other people than those that the bundled set has; labels are the folder's own words.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.arithmetic.page import ArithmeticPage
from app.directions.dialog import DirectionsDialog
from app.store.learning.runs import Runs
from engine.datasets.faces.factors import sample_factors
from engine.datasets.faces.render import render_faces
from engine.datasets.formats.celeba import LIST
from engine.protocol.requests import Train
from engine.protocol.values import Image
from tests.e2e.hand import Hand
from tests.e2e.opened import opened
from tests.patience import PATIENCE_MS

SEED, COUNT, SIZE = 977, 120, 32
NAMES = ("Black_Hair", "Blond_Hair", "Male", "Smiling", "Eyeglasses")
QUICK = {"size": SIZE, "channels": 3, "width": 8, "latent": 12, "batch": 24, "steps": 240}


def celeba_shaped(folder: Path) -> Path:
    """Portraits of 178 × 218 pixels with a list of attributes, and nothing that says where they are from."""
    table = sample_factors(SEED, range(COUNT))
    place = folder / "img_align_celeba"
    place.mkdir(parents=True)
    number = 0
    for piece in render_faces(table, SIZE):
        for image in piece.images:
            number += 1
            Pillow.fromarray(image).resize((178, 218), Pillow.Resampling.BICUBIC).save(place / f"{number:06d}.jpg")
    columns = table.columns
    told = (
        columns["hair_color"] < 0.35, columns["hair_color"] > 0.65, columns["gender"] > 0, columns["smile"] > 0.2,
        columns["glasses"] > 0,
    )  # fmt: skip
    rows = [f"{k + 1:06d}.jpg {' '.join('1' if values[k] else '-1' for values in told)}" for k in range(COUNT)]
    (folder / LIST).write_text("\n".join([str(COUNT), " ".join(NAMES), *rows]) + "\n")
    return folder


def hair(image: Image) -> float:
    """How bright the top of the head is."""
    side = image.shape[0]
    return float(image[side // 8 : side // 3, side // 3 : 2 * side // 3].mean())


def test_sums_work_on_a_strangers_labels_with_no_further_step(qtbot: QtBot, tmp_path: Path) -> None:
    folder, home, hand = celeba_shaped(tmp_path / "celeba"), tmp_path / "home", Hand()
    with opened(qtbot, home, "faces", "Faces", timeout_ms=PATIENCE_MS) as window:
        explorer = window.shell.explorer
        models, runs = explorer.models, explorer.runs
        run = home / "runs" / "mine"
        train = Train(family="vae", data=str(folder), out=run, name="mine", config=tuple(QUICK.items()))
        assert runs.start(train)
        qtbot.waitUntil(lambda: is_over(runs), timeout=PATIENCE_MS)
        models.open(str(run))
        qtbot.waitUntil(lambda: models.model is not None and models.model.name == "mine", timeout=PATIENCE_MS)

        QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
        page = window.page("arithmetic")
        assert isinstance(page, ArithmeticPage)
        sums, board, means = explorer.sums, explorer.boards.board("sum.cell", 9), explorer.boards.board("sum.mean", 8)

        def is_drawn() -> bool:
            cell, place = board.cell(4), sums.place()
            return cell is not None and place is not None and cell.recipe == place and not sums.is_holding

        for slot, words in enumerate(("blond hair", "black hair", "black hair, not smiling")):
            hand.type(page.slots[slot].ask, words, enter=True)
            qtbot.waitUntil(lambda slot=slot, words=words: sums.total.terms[slot].words == words, timeout=PATIENCE_MS)
        assert [term.understood for term in sums.total.terms] == ["blond hair", "black hair", "black hair, not smiling"]
        assert all(1 < len(term.places) <= 24 for term in sums.total.terms)
        qtbot.waitUntil(lambda: is_drawn() and means.cell(2) is not None, timeout=PATIENCE_MS)
        result, start = page.result.image(), means.cell(2)
        assert result is not None
        assert start is not None
        assert hair(result) > hair(start.image) + 20, "black hair less black hair plus blond hair is blond"

        hand.click(page.holds)
        qtbot.waitUntil(lambda: is_drawn() and "is held still" in page.note.text(), timeout=PATIENCE_MS)
        assert page.note.text() == "All but black hair and blond hair is held still."
        held = page.result.image()
        assert held is not None
        assert not np.array_equal(held, result)
        assert hair(held) > hair(start.image) + 20

        # the meter is off, and says why
        hand.click(page.directions_button)
        dialog = window.findChild(DirectionsDialog)
        assert dialog is not None
        hand.click(dialog.tabs, dialog.tabs.tabRect(2).center())
        hand.click(dialog.meter.measure_button)
        qtbot.waitUntil(lambda: bool(explorer.meter.trouble), timeout=PATIENCE_MS)
        assert "cannot be judged" in dialog.meter.told.text()
        assert dialog.meter.plot is None
        dialog.close()


def is_over(runs: Runs) -> bool:
    return runs.run is not None and runs.run.is_over
