"""Plots: numbers, curves, what is drawn of them, what hands do to them, and what is saved."""

from __future__ import annotations

import csv
import io
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.controls.plots.curve_board import CurveBoard
from app.controls.plots.curve_legend import CurveLegend
from app.controls.plots.curve_plot import CurvePlot
from app.controls.plots.curves import Curve, CurveSet, repeats
from app.controls.plots.lines import Line, by_size
from app.controls.plots.scales import count_tick_text, curve_words, fitted_range, loss_text, tick_text
from app.look import theme
from app.look.images import from_qimage
from app.look.theme import Scheme
from app.look.tokens import DARK, LIGHT
from app.store.learning.run_state import LossHistory
from engine.disk.files import ZscapeError
from engine.protocol.values import Monitor
from tests.patience import PATIENCE_S

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key
LAST = 300 * 64


def history(count: int = 300, names: tuple[str, ...] = ("loss", "kl"), scale: float = 1.0) -> LossHistory:
    losses = LossHistory()
    for k in range(1, count + 1):
        slow, wave = k**-0.5, math.sin(k / 7)  # of which none tells all of another
        values = [scale * (slow + (place * (1 + wave**place) if place else 0.3)) for place in range(len(names))]
        losses.append(k * 64, tuple(zip(names, values, strict=True)))
    return losses


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [
        (0.25, 0.25, "0.25"),
        (2.0, 0.5, "2.0"),
        (20.0, 10.0, "20"),
        (0, 1, "0"),
        (1e-18, 0.1, "0"),
        (-0.5, 0.5, "−0.5"),
        (1e6, 1e6, "e6"),
        (-12000.0, 2000.0, "−12\u202f000"),
    ],
)
def test_ticks_in_words(value: float, step: float, text: str) -> None:
    assert tick_text(value, step) == text


def test_numbers_in_words() -> None:
    assert [count_tick_text(count) for count in (0, 500, 12_000, 1_500_000)] == ["0", "500", "12k", "1.5M"]
    assert count_tick_text(12_740, 20) == "12\u202f740"
    assert [loss_text(value) for value in (0.12344, 1234.4, 1e-5, -2.5, math.nan)] == [
        "0.1234",
        "1234",
        "1.00e−05",
        "−2.5",
        "–",
    ]
    named = ("elbo", "g.kl", "kl_12", "pixel_error")
    assert [curve_words(name) for name in named] == ["ELBO", "KL", "KL 12", "Pixel error"]


def test_a_spike_does_not_flatten_the_rest() -> None:
    low, high = fitted_range([np.concatenate([[1e6], np.linspace(2.0, 1.0, 999)])], is_log=False)
    assert high < 10.0
    assert low < 1.0


def test_ranges_of_nothing_and_of_nonsense() -> None:
    assert fitted_range([], is_log=False) == (0.0, 1.0)
    assert fitted_range([np.array([np.nan, np.inf])], is_log=True) == (0.1, 10.0)
    low, high = fitted_range([np.full(9, 3.0)], is_log=False)
    assert low < 3.0 < high


def test_a_curve_takes_only_what_is_new() -> None:
    losses, curves = history(1000), CurveSet()
    assert curves.catch_up(losses)
    assert not curves.catch_up(losses)
    losses.append(99_999, (("loss", 5.0),))
    assert curves.catch_up(losses)
    assert len(curves.curves["loss"]) == 1001
    assert curves.curves["loss"].y.tolist() == losses.values["loss"]
    assert curves.last_images == 99_999
    assert curves.catch_up(history(3))
    assert len(curves.curves["loss"]) == 3


def test_the_smooth_curve_keeps_a_constant_and_skips_gaps() -> None:
    curve = Curve()
    curve.catch_up(list(range(101)), [2.0] * 50 + [math.nan] + [2.0] * 50)
    assert curve.smooth == pytest.approx(np.full(101, 2.0))
    assert curve.value_near(50) == pytest.approx(2.0)
    assert math.isnan(Curve().value_near(3))


def curves_of(**values: list[float]) -> dict[str, Curve]:
    made = {name: Curve() for name in values}
    for name, numbers in values.items():
        made[name].catch_up(list(range(len(numbers))), numbers)
    return made


def test_what_another_curve_says_in_other_units_is_known() -> None:
    """Loss beside ELBO beside bits per dimension: one of them tells all."""
    nats = [100.0 / k + math.cos(k) for k in range(1, 40)]
    wave = [math.sin(k * k) for k in range(1, 40)]
    found = repeats(curves_of(loss=nats, elbo=[-12 * n - 3 for n in nats], bits_per_dim=[n / 9 for n in nats], kl=wave))
    assert found == {"loss": "elbo", "bits_per_dim": "elbo"}
    assert repeats(curves_of(loss=nats, kl=wave)) == {}
    assert repeats(curves_of(loss=nats[:5], elbo=nats[:5])) == {}  # too few to know
    assert repeats(curves_of(loss=[1.0] * 40, elbo=[2.0] * 40)) == {}  # both at rest: nothing follows from that


# ---------------------------------------------------------------- what is drawn


@pytest.fixture
def board(qtbot: QtBot) -> CurveBoard:
    widget = CurveBoard()
    qtbot.addWidget(widget)
    widget.resize(700, 300)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


@pytest.fixture
def plot(board: CurveBoard) -> CurvePlot:
    board.show_now(history())
    return board.plots[0]


def pixels(image: QImage, colour: str) -> int:
    """How many pixels are about of this colour."""
    wanted = QColor(colour)
    apart = np.abs(from_qimage(image).astype(int) - (wanted.red(), wanted.green(), wanted.blue())).sum(2)
    return int((apart < 40).sum())


def test_before_the_first_steps_a_sentence_stands_there(board: CurveBoard) -> None:
    assert board._note.isVisible()
    assert not board.plots[0].isVisible()
    board.show_now(history(3))
    QApplication.processEvents()
    assert board.plots[0].isVisible()
    assert not board._note.isVisible()


def test_points_are_painted_at_a_tick(qtbot: QtBot, board: CurveBoard) -> None:
    with qtbot.waitSignal(board.curves_changed):
        board.follow(history())
    QApplication.processEvents()
    image = board.plots[0].grab().toImage()
    assert pixels(image, board.colour("loss")) > 100
    assert pixels(image, board.colour("kl")) > 100


def test_a_curve_is_drawn_where_its_values_say(plot: CurvePlot) -> None:
    """A falling curve is high on the left and low on the right."""
    line = plot.lines()[0]
    plot.set_lines([line])
    QApplication.processEvents()
    image = plot.grab().toImage()
    colour = QColor(line.colour(theme.tokens()))

    def height(x: int) -> float:
        hits = [y for y in range(image.height()) if image.pixelColor(x, y).name() == colour.name()]
        return sum(hits) / len(hits)

    at = plot.view.mapViewToScene(QPointF(100 * 64.0, line.curve.value_near(100 * 64)))
    assert abs(height(round(at.x())) - at.y()) < 4
    assert height(80) < height(image.width() // 2) < height(image.width() - 20)


def test_a_spike_between_two_pixels_is_seen(qtbot: QtBot) -> None:
    curve, values = Curve(), np.zeros(50_000)
    values[31_337] = 9.0
    curve.catch_up(range(50_000), values.tolist())
    plot = CurvePlot()
    qtbot.addWidget(plot)
    plot.resize(400, 200)
    plot.show()
    plot.set_lines([Line("a", "A", curve)])
    plot.set_x_range(0, 50_000)
    plot.set_y_range(-1, 10)
    QApplication.processEvents()
    drawn = plot._items._items["a"][0].getData()[1]
    assert drawn.max() == 9.0
    assert len(drawn) < 5000


@pytest.mark.parametrize("values", [[math.nan] * 3, [1e300, -1e308, math.inf], [0.0], [5.0, 5.0], [-1.0, -2.0]])
@pytest.mark.parametrize("is_log", [False, True])
def test_wild_values_do_not_break_the_plot(board: CurveBoard, values: list[float], is_log: bool) -> None:
    losses = LossHistory()
    for k, value in enumerate(values):
        losses.append(k, (("loss", value),))
    board.set_log(is_log)
    board.show_now(losses)
    QApplication.processEvents()
    assert not board.grab().isNull()


def test_a_logarithmic_scale_says_what_it_cannot_show(board: CurveBoard) -> None:
    losses = LossHistory()
    for k in range(30):
        losses.append(k, (("elbo", -900.0 + k * math.sin(k)),))
    board.show_now(losses)
    board.set_log(True)
    assert "zero" in board.plots[0]._note.text()
    assert board.plots[0]._note.isVisible()
    board.set_log(False)
    assert not board.plots[0]._note.isVisible()


def test_a_logarithmic_scale_has_round_ticks(plot: CurvePlot, board: CurveBoard) -> None:
    board.set_log(True)
    axis = plot.getAxis("left")
    (_, ticks) = axis.tickValues(-3.0, 1.0, 200)[0]
    assert axis.tickStrings(ticks, 1.0, 1.0) == ["0.001", "0.01", "0.1", "1", "10"]
    (_, ticks) = axis.tickValues(math.log10(20), math.log10(45), 200)[0]
    assert axis.tickStrings(ticks, 1.0, 1.0) == ["20", "25", "30", "35", "40", "45"]
    assert plot.y_range()[0] > 0


def test_curves_of_another_size_get_a_plot_of_their_own(board: CurveBoard) -> None:
    losses = LossHistory()
    for k in range(20):
        losses.append(k, (("elbo", -14_000.0 + k), ("kl", 230.0), ("unlikeness", 1.2), ("pixel_error", 0.2)))
    board.show_now(losses)
    keys = [[line.key for line in part.lines()] for part in board.plots]
    assert keys == [["elbo"], ["kl"], ["unlikeness", "pixel_error"]]
    QApplication.processEvents()
    assert all(part.isVisible() for part in board.plots)
    board.show_now(history(9))
    assert [line.key for line in board.plots[0].lines()] == ["loss", "kl"]
    assert not board.plots[1].isVisible()
    assert not board.plots[2].isVisible()
    assert by_size({}) == ((), (), ())


def test_one_plot_alone_has_all_the_room(qtbot: QtBot, board: CurveBoard) -> None:
    board.show_now(history(3))
    qtbot.waitUntil(lambda: board.plots[0].width() == board.width())
    losses = LossHistory()
    for k in range(1, 9):
        losses.append(k, (("elbo", 5000.0), ("loss", 0.5)))
    board.show_now(losses)
    qtbot.waitUntil(lambda: board.plots[1].isVisible() and board.plots[0].width() < 0.7 * board.width())


def test_curves_that_repeat_each_other_are_put_away_until_asked_for(qtbot: QtBot, board: CurveBoard) -> None:
    losses = LossHistory()
    for k in range(1, 40):
        nats = 9 + math.sin(k * k)
        losses.append(k, (("loss", nats), ("bits_per_dim", nats / math.log(2)), ("kl", 8 + math.cos(k))))
    legend = CurveLegend(board)
    qtbot.addWidget(legend)
    board.show_now(losses)
    assert [line.key for line in board.plots[0].lines()] == ["bits_per_dim", "kl"]
    assert list(legend.chips) == ["bits_per_dim", "kl", "loss"]
    assert not legend.chips["loss"].isChecked()
    assert "Bits per dim" in legend.chips["loss"].toolTip()
    legend.chips["loss"].click()
    assert "loss" in [line.key for line in board.plots[0].lines()]


def test_a_family_says_what_its_curves_are_called(board: CurveBoard) -> None:
    board.show_now(history(3))
    board.set_monitors([Monitor(name="kl", label="Room used", help="How much of the latent space is in use.")])
    assert [(entry.words, entry.help) for entry in board.entries()] == [
        ("Room used", "How much of the latent space is in use."),
        ("Loss", ""),
    ]
    assert [line.words for line in board.plots[0].lines()] == ["Room used"]  # the rest when somebody asks for it
    board.set_monitors([Monitor(name="kl", label="Room used"), Monitor(name="loss", label="Error")])
    assert [entry.words for entry in board.entries()] == ["Room used", "Error"]  # the most telling first


def test_what_a_family_names_stays_and_what_says_the_same_unnamed_goes(board: CurveBoard) -> None:
    """A critic's loss is its distance turned over, and came first: neither was drawn."""
    losses = LossHistory()
    for k in range(1, 40):
        distance = 3.0 + math.cos(k) / k
        values = (("discriminator_loss", -distance), ("penalty", 1.0 / k), ("distance", distance))
        losses.append(k * 64, values)
    board.set_monitors([Monitor(name="distance", label="Distance"), Monitor(name="penalty", label="Penalty")])
    board.show_now(losses)
    shown = [entry.words for entry in board.entries() if not board.is_hidden(entry.key)]
    assert shown == ["Distance", "Penalty"]


def test_the_theme_reaches_what_is_drawn(qapp: QApplication, plot: CurvePlot) -> None:
    before = theme.theme().scheme
    try:
        for scheme, look in ((Scheme.DARK, DARK), (Scheme.LIGHT, LIGHT)):
            theme.apply(qapp, scheme)
            QApplication.processEvents()
            image = plot.grab().toImage()
            assert image.pixelColor(3, 3).name() == look.panel
            assert pixels(image, look.curves[0]) > 50
    finally:
        theme.apply(qapp, before)


# ---------------------------------------------------------------- hands


def roll(plot: CurvePlot, clicks: int) -> bool:
    """Turn the wheel over the middle; True if the plot took it."""
    port = plot.viewport()
    middle = QPointF(port.rect().center())
    event = QWheelEvent(
        middle, QPointF(port.mapToGlobal(middle.toPoint())), QPoint(), QPoint(0, 120 * clicks),
        Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(port, event)
    return event.isAccepted()


def point(plot: CurvePlot) -> None:
    """Move the pointer over the middle, wherever it was."""
    port = plot.viewport()
    at = port.rect().center()
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(at), QPointF(port.mapToGlobal(at)), none, none, NONE)
    QApplication.sendEvent(port, event)


def drag(plot: CurvePlot, start: QPoint, end: QPoint, held: Qt.KeyboardModifier = NONE) -> None:
    port = plot.viewport()
    QTest.mousePress(port, LEFT, held, start)
    for share in (0.25, 0.5, 0.75, 1.0):
        at = start + (end - start) * share
        place = QPointF(port.mapToGlobal(at))
        event = QMouseEvent(QEvent.Type.MouseMove, QPointF(at), place, Qt.MouseButton.NoButton, LEFT, held)
        QApplication.sendEvent(port, event)
    QTest.mouseRelease(port, LEFT, held, end)


def test_the_wheel_zooms_and_a_double_click_shows_all_again(board: CurveBoard, plot: CurvePlot) -> None:
    whole = plot.x_range(), plot.y_range()
    assert roll(plot, 3)
    low, high = plot.x_range()
    assert 0 < low < high < LAST
    assert board.is_moved()
    port = plot.viewport()
    QTest.mouseClick(port, LEFT, NONE, port.rect().center())
    QTest.mouseDClick(port, LEFT, NONE, port.rect().center())
    QTest.mouseRelease(port, LEFT, NONE, port.rect().center())
    assert (plot.x_range(), plot.y_range()) == (pytest.approx(whole[0]), pytest.approx(whole[1]))
    assert not board.is_moved()


def test_a_drag_pans_and_with_shift_marks_what_to_enlarge(plot: CurvePlot) -> None:
    QApplication.processEvents()
    middle = plot.viewport().rect().center()
    drag(plot, middle, middle - QPoint(100, 0))
    low, high = plot.x_range()
    assert low > 0
    assert high - low == pytest.approx(LAST, rel=1e-6)
    drag(plot, middle - QPoint(50, 50), middle + QPoint(50, 50), SHIFT)
    narrow = plot.x_range()
    assert narrow[1] - narrow[0] < 0.3 * LAST


def test_a_range_that_somebody_chose_is_not_followed_away(board: CurveBoard) -> None:
    losses = history()
    board.show_now(losses)
    plot = board.plots[0]
    roll(plot, 2)
    held = plot.x_range(), plot.y_range()
    losses.append(LAST * 2, (("loss", 50.0), ("kl", 50.0)))
    board.show_now(losses)
    assert (plot.x_range(), plot.y_range()) == held
    board.reset_view()
    assert plot.x_range()[1] == LAST * 2


def test_plots_side_by_side_share_their_moments(qtbot: QtBot, board: CurveBoard) -> None:
    losses = LossHistory()
    for k in range(1, 200):
        losses.append(k * 10, (("elbo", -900.0 + k * math.sin(k)), ("error", 0.05 + 0.01 * math.cos(k))))
    board.show_now(losses)
    QApplication.processEvents()
    large, small = board.plots[:2]
    other = small.y_range()
    roll(large, 3)
    assert small.x_range() == pytest.approx(large.x_range())
    assert small.y_range() != other  # fitted to the part that is visible now
    point(large)
    qtbot.waitUntil(lambda: large.pointer.isVisible())
    assert small.pointer.isVisible()
    assert small.pointer.value() == large.pointer.value()


def test_pointing_tells_the_values_of_that_moment(qtbot: QtBot, board: CurveBoard, plot: CurvePlot) -> None:
    legend = CurveLegend(board)
    qtbot.addWidget(legend)
    QApplication.processEvents()
    now = legend.chips["loss"].accessibleName()
    with qtbot.waitSignal(board.pointed_at) as pointed:
        point(plot)
    moment = pointed.args[0]
    assert 0 < moment < LAST
    assert legend.chips["loss"].accessibleName() == f"Loss {loss_text(board.set.curves['loss'].value_near(moment))}"
    assert legend.chips["loss"].accessibleName() != now
    assert "pictures" in plot.moment.textItem.toPlainText()
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert legend.chips["loss"].accessibleName() == now


def test_the_moment_stays_at_the_head_of_its_line(board: CurveBoard, plot: CurvePlot) -> None:
    QApplication.processEvents()
    point(plot)
    QApplication.processEvents()
    assert plot.moment.isVisible()
    for clicks in (3, -5):
        roll(plot, clicks)
        QApplication.processEvents()
        assert plot.moment.pos().y() == pytest.approx(plot.view.viewRange()[1][1])
        assert plot.moment.pos().x() == pytest.approx(plot.pointer.value())


def test_all_of_it_goes_by_keys(board: CurveBoard, plot: CurvePlot) -> None:
    plot.setFocus(Qt.FocusReason.TabFocusReason)
    assert plot._shows_ring
    QTest.keyClick(plot, Key.Key_Plus)
    assert plot.x_range()[1] - plot.x_range()[0] == pytest.approx(LAST / 1.25)
    before = plot.x_range()
    QTest.keyClick(plot, Key.Key_Right, SHIFT)
    assert plot.x_range()[0] > before[0]
    QTest.keyClick(plot, Key.Key_Left)
    first = plot.pointer.value()
    QTest.keyClick(plot, Key.Key_Left)
    assert plot.pointer.value() < first
    QTest.keyClick(plot, Key.Key_Escape)
    assert not plot.pointer.isVisible()
    QTest.keyClick(plot, Key.Key_L)
    assert board.is_log()
    QTest.keyClick(plot, Key.Key_L)
    QTest.keyClick(plot, Key.Key_0)
    assert plot.x_range() == (0.0, LAST)
    assert not board.is_moved()


def test_on_a_page_that_scrolls_the_wheel_is_the_page_s(qtbot: QtBot) -> None:
    area, page, board = QScrollArea(), QWidget(), CurveBoard()
    qtbot.addWidget(area)
    column = QVBoxLayout(page)
    board.setMinimumHeight(300)
    column.addWidget(board)
    column.addSpacing(900)
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.resize(500, 400)
    with qtbot.waitExposed(area):
        area.show()
    board.show_now(history())
    plot = board.plots[0]
    whole = plot.x_range()
    roll(plot, -1)
    assert plot.x_range() == whole
    plot.setFocus()
    roll(plot, 1)
    assert plot.x_range() != whole


# ---------------------------------------------------------------- legend


def test_the_choice_of_scale_comes_with_the_curves(qtbot: QtBot, board: CurveBoard) -> None:
    legend = CurveLegend(board)
    qtbot.addWidget(legend)
    legend.resize(600, 30)
    legend.show()
    assert not legend.log_button.isVisible()
    assert not legend.save_button.isVisible()
    board.show_now(history(30))
    assert legend.log_button.isVisible()
    assert not legend.reset_button.isVisible()
    roll(board.plots[0], 2)
    assert legend.reset_button.isVisible()
    QTest.mouseClick(legend.reset_button, LEFT)
    assert not legend.reset_button.isVisible()


def test_the_legend_names_values_and_puts_curves_away(qtbot: QtBot, board: CurveBoard) -> None:
    legend = CurveLegend(board)
    qtbot.addWidget(legend)
    board.show_now(history(40))
    chip = legend.chips["kl"]
    assert chip.accessibleName() == f"KL {loss_text(board.values_at(math.nan)['kl'])}"
    assert "now: Loss" in board.accessibleDescription()
    with qtbot.waitExposed(legend):
        legend.show()
    QTest.mouseClick(chip, LEFT)
    assert [line.key for line in board.plots[0].lines()] == ["loss"]
    assert board.plots[0].accessibleName() == "Plot of Loss"
    QTest.keyClick(chip, Key.Key_Space)
    assert [line.key for line in board.plots[0].lines()] == ["loss", "kl"]
    QTest.mouseClick(legend.log_button, LEFT)
    assert board.is_log()


def test_a_legend_of_many_curves_takes_lines_and_clips_none(qtbot: QtBot, board: CurveBoard) -> None:
    names = ("unlikeness", "untold", "loss", "elbo", "reconstruction", "kl", "pixel_error")
    legend = CurveLegend(board)
    qtbot.addWidget(legend)
    legend.resize(520, 22)
    legend.show()
    board.show_now(history(10, names))
    chips = list(legend.chips.values())
    assert [chip.name for chip in chips] == list(names)
    assert all(chip.width() >= chip.sizeHint().width() for chip in chips)
    assert all(legend.rect().contains(chip.geometry()) for chip in chips)
    shown = [*chips, legend.log_button, legend.save_button]
    assert not any(a.geometry().intersects(b.geometry()) for a in shown for b in shown if a is not b)
    narrow = legend.height()
    legend.resize(1300, narrow)
    qtbot.waitUntil(lambda: legend.height() < narrow)


def test_a_right_click_offers_our_own_menu(qtbot: QtBot, board: CurveBoard, plot: CurvePlot) -> None:
    legend = CurveLegend(board)
    qtbot.addWidget(legend)
    with qtbot.waitSignal(board.menu_asked):
        QTest.mouseClick(plot.viewport(), Qt.MouseButton.RightButton, NONE, plot.viewport().rect().center())
    popup = QApplication.activePopupWidget()
    assert popup is not None
    popup.close()
    menu = legend.menu()
    words = [action.text() for action in menu.actions() if action.text()]
    assert words == ["Show all", "Logarithmic scale", "Picture (PNG)…", "Drawing (SVG)…", "Numbers (CSV)…"]
    with qtbot.waitSignal(legend.save_asked) as asked:
        menu.actions()[-1].trigger()
    assert asked.args == [".csv"]
    menu.deleteLater()


# ---------------------------------------------------------------- several runs


def test_several_runs_lie_over_one_another(qtbot: QtBot, board: CurveBoard) -> None:
    legend = CurveLegend(board)
    qtbot.addWidget(legend)
    legend.resize(800, 40)
    legend.show()
    board.compare({"first": history(100), "wider": history(60, scale=2.0)})
    QApplication.processEvents()
    large = board.plots[0]
    assert [line.words for line in large.lines()] == ["Loss of first", "Loss of wider"]
    assert large.title() == "Loss"
    assert list(legend.chips) == ["first", "wider"]
    image = large.grab().toImage()
    assert pixels(image, board.colour("first")) > 50
    assert pixels(image, board.colour("wider")) > 50
    legend.quantity.setCurrentIndex(legend.quantity.findData("kl"))
    legend.quantity.activated.emit(legend.quantity.currentIndex())
    assert large.title() == "KL"
    assert board.values_at(math.nan)["wider"] == pytest.approx(board.runs["wider"].curves["kl"].value_near(1e9))
    QTest.mouseClick(legend.chips["first"], LEFT)
    assert [line.words for line in large.lines()] == ["KL of wider"]
    board.show_now(history(5))
    assert not board.is_comparing()
    assert list(legend.chips) == ["loss", "kl"]


def test_of_several_runs_the_most_telling_quantity_comes_first(board: CurveBoard) -> None:
    """As for one run: what the family names first, whatever was reported first."""
    board.set_monitors([Monitor(name="kl", label="Detail kept"), Monitor(name="loss", label="Loss")])
    board.compare({"first": history(100), "second": history(60, scale=2.0)})
    assert board.quantities() == ("kl", "loss")
    assert board.plots[0].title() == "Detail kept"


# ---------------------------------------------------------------- taking it along


def test_the_table_holds_the_numbers_as_reported(board: CurveBoard, tmp_path: Path) -> None:
    losses = history(200)
    losses.append(99_999, (("loss", math.nan), ("kl", 1 / 3)))
    board.show_now(losses)
    board.set_hidden("kl", True)
    roll(board.plots[0], 4)
    board.save(tmp_path / "curves.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "curves.csv").read_text(encoding="utf-8"))))
    assert [int(row["images"]) for row in rows] == losses.images["loss"]
    assert [float(row["kl"]) for row in rows] == losses.values["kl"]
    assert [float(row["loss"]) for row in rows[:-1]] == losses.values["loss"][:-1]
    assert rows[-1]["loss"] == ""


def test_the_table_of_several_runs_says_whose_each_row_is(board: CurveBoard) -> None:
    board.compare({"first": history(2), "second": history(3, names=("loss", "lead"))})
    rows = list(csv.reader(io.StringIO(board.csv())))
    assert rows[0] == ["run", "images", "loss", "kl", "lead"]
    assert [row[0] for row in rows[1:]] == ["first"] * 2 + ["second"] * 3
    assert rows[1][4] == ""
    assert rows[3][3] == ""


def drawn(path: Path) -> QImage:
    if path.suffix == ".png":
        return QImage(str(path))
    image = QImage(700, 520, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    QSvgRenderer(str(path)).render(painter)
    painter.end()
    return image


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_a_saved_figure_shows_the_curves_on_white(board: CurveBoard, tmp_path: Path, suffix: str) -> None:
    board.show_now(history())
    QApplication.processEvents()
    path = tmp_path / f"curves{suffix}"
    board.save(path, "A run & its “curves”")
    image = drawn(path)
    assert image.pixelColor(2, 2).name() == "#ffffff"
    both = [pixels(image, LIGHT.curves[k]) for k in (0, 1)]
    assert min(both) > 200
    board.set_hidden("kl", True)
    board.save(path)
    assert pixels(drawn(path), LIGHT.curves[1]) < 20
    if suffix == ".svg":
        assert "<image" not in path.read_text(encoding="utf-8")  # lines that can be enlarged


def test_a_figure_that_cannot_be_written_is_a_sentence(board: CurveBoard, tmp_path: Path) -> None:
    board.show_now(history(3))
    blocked = tmp_path / "file"
    blocked.write_text("x", encoding="utf-8")
    with pytest.raises(ZscapeError):
        board.save(blocked / "curves.csv")


# ---------------------------------------------------------------- the library

JOINS = """
import sys, threading
from PySide6.QtCore import QTimer
from app.run import application
app = application()
from app.controls.plots.curve_board import CurveBoard
from app.controls.plots.library import library
from app.store.learning.run_state import LossHistory
losses = LossHistory()
for k in range(20):
    losses.append(k, (("loss", 1.0 / (k + 1)),))
board = CurveBoard()
board.show_now(losses)
assert "pyqtgraph" not in sys.modules and not board.plots
board.show()
main = threading.get_ident()
library().arrived.connect(lambda: print("here", threading.get_ident() == main))
def look():
    print(len(board.plots), board.plots[0].isVisible(), [line.key for line in board.plots[0].lines()])
    app.quit()
library().arrived.connect(lambda: QTimer.singleShot(0, look))
app.exec()
"""


def told_by(code: str) -> subprocess.CompletedProcess[str]:
    """What a program of its own prints, to which nothing was imported yet."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=PATIENCE_S)


def test_a_page_opens_without_pyqtgraph_and_its_plots_join() -> None:
    done = subprocess.run(
        [sys.executable, "-c", JOINS], capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )
    assert done.stdout.splitlines() == ["here True", "3 True ['loss']"], done.stderr


WAITS = """
import sys, tempfile
from pathlib import Path
import app.program
app.program.GO_ON_MS = 3_600_000  # a busy machine may need longer for its first picture than a person should wait
from PySide6.QtCore import Qt
from app.run import application, create_window
from app.controls.plots.library import library
app = application()
window = create_window(Path(tempfile.mkdtemp()), device="cpu")
window.show()
def look(*picture):
    print("picture", "pyqtgraph" in sys.modules)
window.shell.explorer.pictures.picture_changed.connect(look, Qt.ConnectionType.SingleShotConnection)
library().arrived.connect(window.close)
app.exec()
print("plots", "pyqtgraph" in sys.modules)
"""


def test_plots_come_after_the_first_picture_which_they_would_delay() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WAITS], capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )
    assert done.stdout.splitlines() == ["picture False", "plots True"], done.stderr


MISSING = """
import sys
sys.modules["pyqtgraph"] = None
from app.run import application
app = application()
from app.controls.plots.curve_board import CurveBoard
from app.controls.plots.library import library
board = CurveBoard()
board.show()
library().arrived.connect(app.quit)
app.exec()
print(board._note.text(), len(board.plots))
board.close()
"""


def test_without_pyqtgraph_the_board_says_so() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MISSING], capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )
    assert "cannot be drawn" in done.stdout, done.stderr
    assert done.stdout.rstrip().endswith(" 0")
