"""Completing and questioning pictures pixel by pixel, by a real mouse in the real window with the real engine."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.shell.window import MainWindow
from app.store.drawn.given import Hand
from app.store.shown.pictures import Drawing
from engine.families.autoregressive.pixelcnn import PixelCNN
from engine.opened.model import OpenedModel, open_model_file
from engine.protocol.answers import Finished, Rendered
from engine.protocol.values import Image
from engine.training.loop import Job, train
from tests.e2e.hand import hover
from tests.e2e.opened import opened
from tests.engine.small import SMALL, bars
from tests.pages import explore
from tests.patience import PATIENCE_MS

CPU = torch.device("cpu")
LEFT = Qt.MouseButton.LeftButton
SIZE = 16


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    run = tmp_path_factory.mktemp("runs") / "pixels"
    values = dict(SMALL["pixelcnn"], size=SIZE, depth=2, levels=256, steps=20)
    *_, end = train(
        Job(run=run, name="pixels", family="pixelcnn", values=values, data="bars"), bars(size=SIZE), device=CPU
    )
    assert isinstance(end, Finished)
    return end.path


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, model: str) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "home", model, "pixels", timeout_ms=PATIENCE_MS) as window:
        await_whole(qtbot, window)
        yield window


def await_whole(qtbot: QtBot, window: MainWindow, known: bool | None = None) -> Rendered:
    explorer = window.shell.explorer

    def is_whole() -> bool:
        picture, recipe = explorer.pictures.picture, explorer.place.recipe
        whole = picture is not None and picture.final and recipe is not None and picture.recipe == recipe
        return whole and (known is None or bool(recipe is not None and recipe.known) is known)

    qtbot.waitUntil(is_whole, timeout=PATIENCE_MS)
    picture = explorer.pictures.picture
    assert picture is not None
    return picture


def cell(window: MainWindow, row: int, column: int) -> QPoint:
    return explore(window).pixels.overlay.box((row, column)).center().toPoint()


def drag(window: MainWindow, *cells: tuple[int, int]) -> None:
    overlay = explore(window).pixels.overlay
    QTest.mousePress(overlay, LEFT, pos=cell(window, *cells[0]))
    for place in cells[1:]:
        QTest.mouseMove(overlay, cell(window, *place))
    QTest.mouseRelease(overlay, LEFT, pos=cell(window, *cells[-1]))


def given_of(window: MainWindow) -> Image:
    pixels = window.shell.explorer.given.pixels
    assert pixels is not None
    return pixels


def forward(model: OpenedModel, image: Image) -> tuple[torch.Tensor, torch.Tensor]:
    """log p (K, L, H, W) of every level by one forward pass for each class, and the levels (H, W)."""
    family = model.family
    assert isinstance(family, PixelCNN)
    levels = torch.from_numpy(image[:, :, 0].copy()).long()
    x = (levels / 127.5 - 1.0).float()[None, None]
    with torch.no_grad():
        laws = [family(x, torch.tensor([place]))[0, 0].double().log_softmax(0) for place in range(2)]
    return torch.stack(laws), levels


def test_what_is_painted_is_in_the_completion_to_the_bit(qtbot: QtBot, window: MainWindow, model: str) -> None:
    explorer, page = window.shell.explorer, explore(window)
    before = explorer.place.recipe
    QTest.mouseClick(page.pixels.tools.tools[Hand.PAINT], LEFT)
    page.pixels.hands.set_colour((200, 200, 200))
    page.pixels.hands.set_brush(1)
    drag(window, (2, 3), (2, 9))
    whole = await_whole(qtbot, window, known=True)
    given = given_of(window)
    assert int((given[:, :, 3] == 255).sum()) == 7
    assert (whole.image[2, 3:10] == 200).all()
    name = whole.recipe.known
    assert explorer.edits.undoable is not None
    assert explorer.edits.undoable.label == "Paint"
    QTest.mouseClick(page.pixels.tools.tools[Hand.ERASE], LEFT)
    page.pixels.hands.set_brush(1)
    drag(window, (2, 8), (2, 9))
    qtbot.waitUntil(lambda: explorer.place.recipe is not None and explorer.place.recipe.known not in ("", name))
    shorter = await_whole(qtbot, window)
    assert int((given_of(window)[:, :, 3] == 255).sum()) == 5
    assert (shorter.image[2, 3:8] == 200).all()
    explorer.edits.undo()
    assert await_whole(qtbot, window).recipe.known == name
    assert int((given_of(window)[:, :, 3] == 255).sum()) == 7
    explorer.edits.undo()
    assert explorer.place.recipe == before
    assert explorer.given.pixels is None
    assert window.shell.board.notices == ()
    assert explore(window).gallery.title.text() == "Gallery"
    explorer.edits.redo()
    explorer.gallery.refresh()
    qtbot.waitUntil(lambda: all(explorer.gallery.image(k) is not None for k in range(8)), timeout=PATIENCE_MS)
    pictures = [explorer.gallery.image(k) for k in range(8)]
    assert all(image is not None and (image[2, 3:10] == 200).all() for image in pictures)
    assert len({image.tobytes() for image in pictures if image is not None}) > 1
    assert explore(window).gallery.title.text() == "Completions"


def test_halves_boxes_and_a_picture_of_ones_own(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    explorer, page = window.shell.explorer, explore(window)
    first = await_whole(qtbot, window).image
    QTest.mouseClick(page.pixels.tools.lower_half, LEFT)
    half = await_whole(qtbot, window, known=True)
    assert (half.image[: SIZE // 2] == first[: SIZE // 2]).all()
    explorer.place.set_seed(7)
    other = await_whole(qtbot, window).image
    assert (other[: SIZE // 2] == first[: SIZE // 2]).all()
    assert (other[SIZE // 2 :] != half.image[SIZE // 2 :]).any()
    QTest.mouseClick(page.pixels.tools.tools[Hand.BOX], LEFT)
    drag(window, (4, 4), (6, 9))
    qtbot.waitUntil(lambda: explorer.given.count == SIZE * SIZE - 18)
    boxed = await_whole(qtbot, window).image
    outside = np.ones((SIZE, SIZE), bool)
    outside[4:7, 4:10] = False
    assert (boxed[outside] == other[outside]).all()
    own = np.random.default_rng(2).integers(0, 256, (SIZE, SIZE), dtype=np.uint8)
    Pillow.fromarray(own).save(tmp_path / "own.png")
    window.shell.opening.open_dropped([tmp_path / "own.png"])
    qtbot.waitUntil(lambda: explorer.given.count == SIZE * SIZE, timeout=PATIENCE_MS)
    assert (await_whole(qtbot, window).image[:, :, 0] == own).all()
    QTest.mouseClick(page.pixels.tools.clear, LEFT)
    assert await_whole(qtbot, window, known=False).recipe.known == ""
    assert not page.pixels.tools.clear.isEnabled()


def test_a_completion_comes_back_from_its_file_mask_included(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    explorer = window.shell.explorer
    QTest.mouseClick(explore(window).pixels.tools.lower_half, LEFT)
    whole = await_whole(qtbot, window, known=True)
    given = given_of(window).copy()
    window.shell.dialogs.ask_save = lambda title, suggestion, filters, then: then(tmp_path / "out.png")
    window.shell.exporting.export_picture(1)
    qtbot.waitUntil((tmp_path / "out.png").is_file, timeout=PATIENCE_MS)
    explorer.given.clear()
    explorer.place.set_seed(99)
    await_whole(qtbot, window, known=False)
    for kept in (window.shell.home / "kept").iterdir():
        kept.unlink()  # as on somebody else's computer
    window.shell.opening.open_dropped([tmp_path / "out.png"])
    again = await_whole(qtbot, window, known=True)
    assert again.recipe.known == whole.recipe.known
    assert (again.image == whole.image).all()
    qtbot.waitUntil(lambda: explorer.given.pixels is not None)
    assert (given_of(window)[:, :, 3] == given[:, :, 3]).all()


def test_the_map_and_a_pixel_are_those_of_a_forward_pass(qtbot: QtBot, window: MainWindow, model: str) -> None:
    explorer, page = window.shell.explorer, explore(window)
    combo = page.sliders.wishes.choices["class"]
    combo.chosen.emit(1)
    image = await_whole(qtbot, window).image
    QTest.mouseClick(page.pixels.tools.heat, LEFT)
    qtbot.waitUntil(lambda: explorer.surprise.bits is not None, timeout=PATIENCE_MS)
    bits = explorer.surprise.bits
    assert bits is not None
    laws, levels = forward(open_model_file(model, CPU), image)
    direct = -laws[1].gather(0, levels[None])[0] / math.log(2.0)
    assert bits.bits == pytest.approx(direct.numpy(), abs=1e-3)
    assert bits.bits_per_dim == pytest.approx(float(direct.mean()), abs=1e-4)
    assert f"{bits.bits_per_dim:.3f}" in page.sliders.pixels.total.text()
    hover(qtbot, page.pixels.overlay, cell(window, 5, 6), lambda: explorer.surprise.told is not None)
    told = explorer.surprise.told
    assert told is not None
    assert (told.row, told.column) == (5, 6)
    assert np.array(told.chances[0]) == pytest.approx(laws[1, :, 5, 6].exp().numpy(), abs=1e-4)
    later = np.arange(SIZE * SIZE).reshape(SIZE, SIZE) >= 5 * SIZE + 6
    assert not told.seen[later].any()
    assert told.seen[5, 5] > 0
    chances = page.sliders.pixels.chances
    assert chances is not None
    assert chances.bars() == told.chances
    QTest.mouseClick(page.pixels.overlay, LEFT, pos=cell(window, 5, 6))
    assert explorer.surprise.held == (5, 6)
    wished = 240
    place = chances.mapFromScene(chances.view.mapViewToScene(QPointF(wished, chances.y_range()[1] / 2)))
    QTest.mouseClick(chances.viewport(), LEFT, pos=place)
    drawn_on = await_whole(qtbot, window, known=True).image
    assert abs(int(drawn_on[5, 6, 0]) - wished) <= 2  # as exact as a click on a plot
    assert (drawn_on[~later] == image[~later]).all()
    assert explorer.given.count == 5 * SIZE + 7


def test_a_picture_stands_beside_held_out_ones_and_measuring_can_be_left_off(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    import engine.datasets.catalogue as catalogue

    cancelled = threading.Event()

    def given(source: str, *, home: Path, size: int = 0) -> Iterator[None]:
        yield None
        while not cancelled.is_set():  # ten small pictures are measured before a slow hand is at the button
            yield None
        return bars(size=SIZE)

    monkeypatch.setattr(catalogue, "open_data", given)
    explorer, page = window.shell.explorer, explore(window)
    QTest.mouseClick(page.pixels.tools.heat, LEFT)
    QTest.mouseClick(page.sliders.pixels.compare_button, LEFT)
    QTest.mouseClick(page.sliders.pixels.cancel_button, LEFT)
    cancelled.set()
    qtbot.waitUntil(lambda: not explorer.surprise.is_measuring, timeout=PATIENCE_MS)
    assert explorer.surprise.held_out is None
    assert window.shell.board.notices == ()
    QTest.mouseClick(page.sliders.pixels.compare_button, LEFT)
    qtbot.waitUntil(lambda: explorer.surprise.held_out is not None, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: explorer.surprise.bits is not None, timeout=PATIENCE_MS)
    histogram = page.sliders.pixels.histogram
    assert histogram is not None
    assert sum(histogram.bars()[0]) == 10
    assert explorer.surprise.bits is not None
    assert histogram.marks() == (explorer.surprise.bits.bits_per_dim,)
    assert "held-out pictures of Bars" in page.sliders.pixels.verdict.text()


def test_it_is_watched_stopped_and_what_is_drawn_is_kept(qtbot: QtBot, window: MainWindow) -> None:
    explorer, page = window.shell.explorer, explore(window)
    whole = await_whole(qtbot, window).image
    page.pixels.pen.pace.edit_to(0.0)
    QTest.mouseClick(page.pixels.pen.play, LEFT)
    assert explorer.pictures.drawing is Drawing.GROWING
    for _ in range(20):
        QTest.mouseClick(page.pixels.pen.step, LEFT)
    assert explorer.pen.is_paused
    drawn = explorer.pen.at
    assert 20 <= drawn < SIZE * SIZE
    part = explorer.pictures.picture
    assert part is not None
    assert (part.image.reshape(-1, 3)[:drawn] == whole.reshape(-1, 3)[:drawn]).all()
    assert explorer.pen.cell == divmod(drawn, SIZE)
    QTest.mouseClick(page.pixels.pen.stop, LEFT)
    assert explorer.pictures.drawing is Drawing.STOPPED
    assert explorer.pictures.picture is part
    page.pixels.pen.pace.edit_to(6.0)
    QTest.mouseClick(page.pixels.pen.keep, LEFT)
    ended = await_whole(qtbot, window, known=True)
    assert explorer.given.count == drawn
    assert (ended.image.reshape(-1, 3)[:drawn] == whole.reshape(-1, 3)[:drawn]).all()
