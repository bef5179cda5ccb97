"""Scales, curves, film: numbers before pixels; then the plot and its legend."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.store.run_state import LossHistory
from app.train.curve_board import CurveBoard, by_size
from app.train.curve_legend import CurveLegend
from app.train.curves import Curve, CurveSet, thinned
from app.train.film import Film
from app.train.samples import SampleGrid, Samples
from app.train.scales import Scale, count_tick_text, curve_words, fitted_scale, linear_ticks, loss_text, tick_text
from engine.protocol.values import Image

LEFT = Qt.MouseButton.LeftButton


def history(count: int = 300, names: tuple[str, ...] = ("loss", "kl")) -> LossHistory:
    losses = LossHistory()
    for k in range(1, count + 1):
        losses.append(k * 64, tuple((name, (place + 1) / k) for place, name in enumerate(names)))
    return losses


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0.0, 1.0, 5, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
        (0.0, 100.0, 4, (0.0, 25.0, 50.0, 75.0, 100.0)),
        (-3.0, 3.0, 6, (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)),
        (5.0, 5.0, 4, ()),
        (0.0, math.inf, 4, ()),
    ],
)
def test_ticks_are_round(low: float, high: float, most: int, expected: tuple[float, ...]) -> None:
    assert linear_ticks(low, high, most) == pytest.approx(expected)


def test_a_logarithmic_scale_knows_decades() -> None:
    scale = Scale(0.001, 10.0, True)
    assert scale.shares(np.array([0.001, 0.1, 10.0])) == pytest.approx([0.0, 0.5, 1.0])
    assert np.isnan(scale.shares(np.array([0.0, -1.0]))).all()
    assert set(scale.ticks(5)) >= {0.001, 0.01, 0.1, 1.0, 10.0}


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [
        (0.25, 0.25, "0.25"),
        (2.0, 0.5, "2.0"),
        (20.0, 10.0, "20"),
        (0, 1, "0"),
        (-0.5, 0.5, "−0.5"),
        (1e6, 1e6, "e6"),
        (-12000.0, 2000.0, "−12\u202f000"),
    ],
)
def test_ticks_in_words(value: float, step: float, text: str) -> None:
    assert tick_text(value, step) == text


def test_numbers_in_words() -> None:
    assert [count_tick_text(count) for count in (0, 500, 12_000, 1_500_000)] == ["0", "500", "12k", "1.5M"]
    assert [loss_text(value) for value in (0.12344, 1234.4, 1e-5, -2.5, math.nan)] == [
        "0.1234",
        "1234",
        "1.00e−05",
        "−2.5",
        "–",
    ]


def test_a_spike_does_not_flatten_the_rest() -> None:
    values = np.concatenate([[1e6], np.linspace(2.0, 1.0, 999)])
    scale = fitted_scale([values], is_log=False)
    assert scale.high < 10.0
    assert scale.low < 1.0


def test_scales_of_nothing_and_of_nonsense() -> None:
    assert fitted_scale([], is_log=False) == Scale(0.0, 1.0)
    assert fitted_scale([np.array([np.nan, np.inf])], is_log=True).is_log
    flat = fitted_scale([np.full(9, 3.0)], is_log=False)
    assert flat.low < 3.0 < flat.high


def test_a_curve_takes_only_what_is_new() -> None:
    losses, curves = history(1000), CurveSet()
    assert curves.catch_up(losses)
    assert not curves.catch_up(losses)
    losses.append(99_999, (("loss", 5.0),))
    assert curves.catch_up(losses)
    assert len(curves.curves["loss"]) == 1001
    assert np.array_equal(curves.curves["loss"].y[:-1], 1.0 / np.arange(1, 1001))
    assert curves.last_images == 99_999
    assert curves.catch_up(history(3))
    assert len(curves.curves["loss"]) == 3


def test_the_smooth_curve_keeps_a_constant_and_skips_gaps() -> None:
    curve = Curve()
    values = [2.0] * 50 + [math.nan] + [2.0] * 50
    curve.catch_up(list(range(101)), values)
    assert curve.smooth == pytest.approx(np.full(101, 2.0))
    assert curve.value_near(50) == pytest.approx(2.0)
    assert math.isnan(Curve().value_near(3))


def test_thinning_keeps_every_spike() -> None:
    y = np.zeros(100_000)
    y[31_337], y[77_777] = 9.0, -9.0
    x, thin = thinned(np.arange(100_000.0), y, 300)
    assert len(x) <= 1200
    assert (thin.max(), thin.min()) == (9.0, -9.0)
    assert (np.diff(x) >= 0).all()
    assert len(thinned(np.arange(10.0), np.full(10, np.nan), 300)[0]) == 10
    assert len(thinned(np.arange(5000.0), np.full(5000, np.nan), 10)[0]) == 0


def test_a_film_keeps_the_newest_and_moments_over_all_the_run(picture: Image) -> None:
    film = Film()
    for k in range(1000):
        assert film.add(k * 10, (picture,))
        assert film.moments[-1].images == k * 10
        assert film.moments[0].images == 0
        assert len(film.moments) <= 49
    gaps = np.diff([moment.images for moment in film.moments[:-1]])
    assert set(gaps) == {gaps[0]}
    assert not film.add(9990, (picture,))
    assert not film.add(20_000, ())


# ---------------------------------------------------------------- widgets


@pytest.fixture
def plot(qtbot: QtBot) -> CurveBoard:
    widget = CurveBoard()
    qtbot.addWidget(widget)
    widget.resize(600, 240)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def test_points_are_painted_at_a_tick(qtbot: QtBot, plot: CurveBoard) -> None:
    empty = plot.grab().toImage()
    with qtbot.waitSignal(plot.curves_changed):
        plot.follow(history())
    assert plot.grab().toImage() != empty
    colour = plot.colour("loss")
    image = plot.grab().toImage()
    found = sum(image.pixelColor(x, y).name() == colour for x in range(image.width()) for y in range(image.height()))
    assert found > 30


@pytest.mark.parametrize("values", [[math.nan] * 3, [1e30, -1e30, math.inf], [0.0], [5.0, 5.0], [-1.0, -2.0]])
@pytest.mark.parametrize("is_log", [False, True])
def test_wild_values_do_not_break_the_plot(plot: CurveBoard, values: list[float], is_log: bool) -> None:
    losses = LossHistory()
    for k, value in enumerate(values):
        losses.append(k, (("loss", value),))
    plot.set_log(is_log)
    plot.show_now(losses)
    assert not plot.grab().isNull()


def test_curves_of_another_size_get_a_plot_of_their_own(plot: CurveBoard) -> None:
    losses = LossHistory()
    for k in range(20):
        losses.append(k, (("elbo", -900.0 + k), ("kl", 80.0), ("loss", 0.05), ("error", 0.01), ("gap", math.nan)))
    plot.show_now(losses)
    assert plot.large.names() == ("elbo", "kl")
    assert plot.small.names() == ("loss", "error", "gap")
    assert plot.small.isVisible()
    assert not plot.grab().isNull()
    plot.show_now(history(9))
    assert plot.large.names() == ("loss", "kl")
    assert not plot.small.isVisible()
    assert by_size({}) == ((), (), ())


def test_three_sizes_of_curves_are_three_plots_and_none_lies_flat(plot: CurveBoard) -> None:
    losses = LossHistory()
    for k in range(20):
        losses.append(k, (("elbo", -14_000.0), ("kl", 230.0), ("loss", 1.2), ("pixel_error", 0.2)))
    plot.show_now(losses)
    assert [part.names() for part in plot.plots] == [("elbo",), ("kl",), ("loss", "pixel_error")]
    assert all(part.isVisible() for part in plot.plots)
    plot.show_now(history(9))
    assert not plot.least.isVisible()


def test_one_plot_alone_has_all_the_room(qtbot: QtBot, plot: CurveBoard) -> None:
    qtbot.waitUntil(lambda: plot.large.width() == plot.width())  # its sentence stands in the middle
    plot.show_now(history(3))
    qtbot.waitUntil(lambda: plot.large.width() == plot.width())
    losses = LossHistory()
    for k in range(1, 9):
        losses.append(k, (("elbo", 5000.0), ("loss", 0.5)))
    plot.show_now(losses)
    qtbot.waitUntil(lambda: plot.small.isVisible() and plot.large.width() < 0.7 * plot.width())


def test_the_choice_of_scale_comes_with_the_curves(qtbot: QtBot, plot: CurveBoard) -> None:
    legend = CurveLegend(plot)
    qtbot.addWidget(legend)
    legend.show()
    assert not legend.log_button.isVisible()
    plot.show_now(history(3))
    assert legend.log_button.isVisible()


def test_curves_are_named_for_people() -> None:
    assert [curve_words(name) for name in ("elbo", "g.kl", "pixel_error")] == ["ELBO", "KL", "Pixel error"]


def test_the_legend_names_values_and_puts_curves_away(qtbot: QtBot, plot: CurveBoard) -> None:
    legend = CurveLegend(plot)
    qtbot.addWidget(legend)
    plot.show_now(history(40))
    chip = legend.chips["kl"]
    assert chip.accessibleName() == "KL 0.05"
    assert "now: Loss 0.025" in plot.accessibleDescription()
    with qtbot.waitExposed(legend):
        legend.show()
    QTest.mouseClick(chip, LEFT)
    assert list(plot.shown_curves()) == ["loss"]
    QTest.keyClick(chip, Qt.Key.Key_Space)
    assert list(plot.shown_curves()) == ["loss", "kl"]
    QTest.mouseClick(legend.log_button, LEFT)
    assert plot.is_log()


def test_pointing_tells_the_values_of_that_moment(qtbot: QtBot, plot: CurveBoard) -> None:
    legend = CurveLegend(plot)
    qtbot.addWidget(legend)
    plot.show_now(history(40))
    with qtbot.waitSignal(plot.pointed_at) as pointed:
        QTest.mouseMove(plot.large, QPoint(plot.large.width() // 2, 60))
    assert 0 < pointed.args[0] < 40 * 64
    assert not plot.grab().isNull()
    assert legend.chips["loss"].accessibleName() != "Loss 0.025"


def test_samples_follow_the_newest_until_one_goes_back(qtbot: QtBot, picture: Image) -> None:
    samples = Samples()
    qtbot.addWidget(samples)
    samples.resize(600, 260)
    with qtbot.waitExposed(samples):
        samples.show()
    grids = [tuple(np.full_like(picture, 10 * k + j) for j in range(8)) for k in range(6)]
    for k in range(4):
        samples.add(k * 1000, grids[k])
    assert samples.grid.grid() is grids[3]
    tile = samples.strip.tile_at(1)
    assert tile is not None
    QTest.mouseClick(tile, LEFT)
    assert samples.grid.grid() is grids[1]
    samples.add(4000, grids[4])
    assert samples.grid.grid() is grids[1]
    assert "1\u202f000 pictures" in samples.grid.accessibleDescription()
    QTest.mouseClick(samples.now_button, LEFT)
    assert samples.grid.grid() is grids[4]
    samples.clear()
    assert samples.grid.grid() == ()
    assert not samples.grab().isNull()


@pytest.mark.parametrize(("count", "size"), [(1, (400, 200)), (16, (600, 200)), (16, (160, 80)), (64, (900, 300))])
def test_samples_are_as_large_as_fits(qtbot: QtBot, picture: Image, count: int, size: tuple[int, int]) -> None:
    grid = SampleGrid()
    qtbot.addWidget(grid)
    grid.resize(*size)
    grid.set_grid((picture,) * count)
    columns, side = grid.columns()
    rows = math.ceil(count / columns)
    assert columns * side + (columns - 1) * 4 <= size[0]
    assert rows * side + (rows - 1) * 4 <= size[1]
    assert side >= 10
    assert not grid.grab().isNull()


def test_a_legend_of_many_curves_takes_lines_and_clips_none(qtbot: QtBot, plot: CurveBoard) -> None:
    names = ("unlikeness", "untold", "loss", "elbo", "reconstruction", "kl", "pixel_error")
    legend = CurveLegend(plot)
    qtbot.addWidget(legend)
    legend.resize(520, 22)
    legend.show()
    plot.show_now(history(40, names))
    chips = list(legend.chips.values())
    assert [chip.name for chip in chips] == list(names)
    assert all(chip.width() >= chip.sizeHint().width() for chip in chips)
    assert all(legend.rect().contains(chip.geometry()) for chip in chips)
    shown = [*chips, legend.log_button]
    assert not any(a.geometry().intersects(b.geometry()) for a in shown for b in shown if a is not b)
    narrow = legend.height()
    legend.resize(1200, narrow)
    qtbot.waitUntil(lambda: legend.height() < narrow)
