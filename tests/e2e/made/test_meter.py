"""What each slider moves, measured by hand in the real window; the numbers that stand there are looked at."""

from __future__ import annotations

from pathlib import Path

import torch
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from app.directions.dialog import DirectionsDialog
from engine.disk.bundled import bundled_model
from engine.families.judges.judge import FaceJudge
from engine.machine.devices import choose
from engine.opened.judging import bundled_judge
from engine.opened.model import open_model_file
from engine.opened.pictures import from_image
from engine.protocol.values import Image, Recipe
from tests.e2e.hand import Hand
from tests.e2e.opened import opened
from tests.pages import explore
from tests.patience import PATIENCE_MS


def readings(images: list[Image]) -> dict[str, torch.Tensor]:
    """What the judge reads of pictures."""
    judge = bundled_judge("judge")
    assert isinstance(judge, FaceJudge)
    with torch.no_grad():
        found = judge.read(torch.stack([from_image(image, 3) for image in images]))
    return {name: 1.0 - value[:, 0] if value.ndim == 2 else value for name, value in found.items()}


def test_what_each_slider_moves_is_measured_read_and_held_still(qtbot: QtBot, tmp_path: Path) -> None:
    hand = Hand()
    with opened(qtbot, tmp_path / "home", "faces", "Faces", timeout_ms=PATIENCE_MS) as window:
        explorer = window.shell.explorer
        qtbot.waitUntil(lambda: not explorer.models.is_opening, timeout=PATIENCE_MS)
        hand.click(explore(window).sliders.directions_button)
        dialog = window.findChild(DirectionsDialog)
        assert dialog is not None
        hand.click(dialog.tabs, dialog.tabs.tabRect(2).center())
        panel = dialog.meter
        hand.click(panel.measure_button)
        qtbot.waitUntil(lambda: panel.plot is not None and explorer.meter.matrix is not None, timeout=PATIENCE_MS)
        matrix, plot = explorer.meter.matrix, panel.plot
        assert matrix is not None
        assert plot is not None

        # the figures that stand there are what pictures do: two sliders measured again, from other places
        faces = open_model_file(str(bundled_model("faces")), choose("cpu").torch)
        rest = readings([faces.picture(Recipe(model=faces.fingerprint, seed=200 + k)) for k in range(24)])
        for name in ("smile", "yaw"):
            row, column = matrix.sliders.index(name), matrix.attributes.index(name)
            ends = [
                readings(
                    [
                        faces.picture(Recipe(model=faces.fingerprint, seed=200 + k, directions=((name, way),)))
                        for k in range(24)
                    ]
                )[name]
                for way in (-1.0, 1.0)
            ]
            again = float((ends[1] - ends[0]).mean() / 2 / rest[name].std())
            assert abs(plot.value(row, column) - again) < 0.35 * again, (name, plot.value(row, column), again)
        owns = [
            plot.value(row, matrix.attributes.index(name))
            for row, name in enumerate(matrix.sliders)
            if name in matrix.attributes
        ]
        assert sum(own > 0.2 for own in owns) >= 0.8 * len(owns), "sliders move what they are called after"

        # a row is pressed; what it moves most besides is held still
        row = matrix.sliders.index("age")
        hand.click(plot.viewport(), QPoint(20, 92 + 26 * row + 10))
        assert panel.hold_title.text() == "Age: hold still"
        other = next(iter(panel.choices))
        qtbot.waitUntil(lambda: all(button.isVisible() for button in panel.choices.values()), timeout=PATIENCE_MS)
        moved = dict(zip(matrix.attributes, matrix.rows[row], strict=True))
        assert abs(moved[other]) == max(abs(value) for name, value in moved.items() if name != "age")
        for name, button in panel.choices.items():
            if button.isChecked() != (name == other):
                hand.click(button)
        hand.click(panel.hold_button)

        def is_drawn() -> bool:
            return all(tile.image() is not None for one in panel.rows for tile in one.thumbnails)

        qtbot.waitUntil(lambda: len(explorer.meter.held) == 2 and is_drawn(), timeout=PATIENCE_MS)
        drift = []
        for one in panel.rows:
            images = [one.thumbnails[0].image(), one.thumbnails[-1].image()]
            seen = readings([image for image in images if image is not None])[other]
            drift.append(abs(float(seen[1] - seen[0])))
        assert drift[1] < drift[0], f"{other} moves less when it is held still"
        hand.click(panel.keep_button)
        qtbot.waitUntil(lambda: "own:Age, held" in explore(window).sliders.look.rows, timeout=PATIENCE_MS)
        dialog.close()
