"""Where pictures lie: codes over the prior, asked for while somebody looks, in the plane one chooses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.controls.panel_scroll import PanelScroll
from app.controls.plots.axes import LEFT_PX
from app.controls.plots.cloud_plot import Cloud, CloudPlot, density
from app.explore.latent_panel import LatentPanel
from app.explore.learned.codes_panel import CodesPanel, agreement_words
from app.look.tokens import DARK, LIGHT
from app.store.judged import codes as store
from app.store.state import Explorer
from engine.protocol.answers import Evaluating, Failed, Republished
from engine.protocol.requests import Cancel
from engine.protocol.scoring import ScatterCodes
from engine.protocol.values import Problem
from tests.app.fake_engine import GLYPHS, LIVE, FakeClient, scattered
from tests.patience import PATIENCE_MS


@pytest.fixture
def panel(qtbot: QtBot, explorer: Explorer) -> CodesPanel:
    panel = CodesPanel(explorer.codes)
    qtbot.addWidget(panel)
    panel.resize(360, 600)
    return panel


def test_codes_of_each_class_lie_over_the_prior(panel: CodesPanel, explorer: Explorer, fake: FakeClient) -> None:
    assert not fake.sent_of(ScatterCodes), "nobody looks yet"
    panel.show()
    [_] = fake.sent_of(ScatterCodes)
    told = scattered()
    assert panel.plot is not None
    names = [cloud.name for cloud in panel.plot.clouds()]
    assert names == ["cat", "dog", "<newt>"]
    widest = told.codes @ told.widest.T
    for kind, cloud in enumerate(panel.plot.clouds()):
        assert np.allclose(cloud.points, widest[np.array(told.labels) == kind], atol=1e-6)
    assert np.allclose(panel.plot.ground(), told.drawn @ told.widest.T, atol=1e-6)
    assert [panel.across.itemText(place) for place in range(panel.across.count())] == [
        "Widest", "Second widest", "z 0", "z 1", "z 2", "z 3",
    ]  # fmt: skip
    assert "&lt;newt&gt;" in panel.legend.text()
    assert panel.words.text() == agreement_words(told)
    assert "0.90 to 2.50 times as far as the prior" in panel.words.text()


def test_another_plane_needs_no_new_measuring(panel: CodesPanel, explorer: Explorer, fake: FakeClient) -> None:
    panel.show()
    told, asked = scattered(), len(fake.sent_of(ScatterCodes))
    panel.up.setCurrentIndex(3)
    panel.up.activated.emit(3)
    panel.across.setCurrentIndex(5)
    panel.across.activated.emit(5)
    assert panel.plot is not None
    assert np.array_equal(panel.plot.ground(), told.drawn[:, [3, 1]])
    assert panel.plot.title() == "z 1 over z 3"
    low, high = panel.plot.x_range()
    assert low < told.drawn[:, 3].min() + 1
    assert high > told.drawn[:, 3].max() - 1
    assert len(fake.sent_of(ScatterCodes)) == asked


def test_the_drawing_fills_its_plot_in_a_panel_that_scrolls(qtbot: QtBot) -> None:
    """It was fitted to a height that was not kept: a stripe in the middle of an empty square."""
    scroll, plot = PanelScroll(), CloudPlot()
    qtbot.addWidget(scroll)
    scroll.setFixedWidth(386)
    scroll.resize(386, 700)
    with qtbot.waitExposed(scroll):
        scroll.show()
    scroll.column.addWidget(plot)
    scroll.column.addStretch(1)
    qtbot.waitUntil(lambda: plot.isVisible() and plot.height() == plot.width() - LEFT_PX // 2)
    scroll.settle()
    assert plot.centralWidget.geometry().size() == plot.viewport().size().toSizeF()


def test_one_class_alone_keeps_its_colour(panel: CodesPanel, explorer: Explorer) -> None:
    panel.show()
    panel.lit.setCurrentIndex(3)
    panel.lit.activated.emit(3)
    assert panel.plot is not None
    others, newts = panel.plot.clouds()
    assert (others.kind, len(others.points), newts.name, len(newts.points)) == (-1, 60, "<newt>", 30)
    assert others.colour(DARK) == DARK.curves[-1] != newts.colour(DARK)


def test_pictures_without_classes_are_one_cloud_that_is_not_grey(panel: CodesPanel, explorer: Explorer) -> None:
    panel.show()
    explorer.codes.found = replace(scattered(), classes=(), labels=(-1,) * 90)
    explorer.codes.changed.emit()
    assert panel.plot is not None
    [cloud] = panel.plot.clouds()
    assert (cloud.name, len(cloud.points)) == ("held-out pictures", 90)
    assert cloud.colour(DARK) != DARK.curves[-1]
    assert not panel.lit.isVisible()
    assert panel.words.text().endswith("what is drawn there is guessed.")
    explorer.codes.found = replace(scattered(), is_drawn_from=False)
    explorer.codes.changed.emit()
    assert panel.words.text().endswith("by a law fitted to them, not in the grey.")
    assert panel.across.isVisible()


def test_ten_classes_differ_in_colour_or_shape() -> None:
    nothing = np.zeros((0, 2), np.float32)
    for look in (DARK, LIGHT):
        marks = {(cloud.colour(look), cloud.shape(look)) for cloud in (Cloud("", k, nothing) for k in range(30))}
        assert len(marks) == 30


def test_the_ground_is_darkest_where_most_points_lie() -> None:
    points = np.random.default_rng(1).normal(size=(4000, 2)).astype(np.float32) * (1.0, 0.3) + (5.0, -2.0)
    share, place = density(points.astype(np.float32))
    row, column = np.unravel_index(share.argmax(), share.shape)
    across = place.left() + (column + 0.5) * place.width() / share.shape[1]
    up = place.top() + (row + 0.5) * place.height() / share.shape[0]
    assert (across, up) == pytest.approx((5.0, -2.0), abs=0.5)
    assert share[0, 0] < 0.01


def test_who_looks_away_has_it_cancelled(panel: CodesPanel, explorer: Explorer, fake: FakeClient) -> None:
    fake.held = True
    panel.show()
    request = fake.last(ScatterCodes)
    fake.say(Evaluating(what="Encoding held-out pictures", done=50, of=1000, ticket=request.ticket))
    assert panel.bar.isVisible()
    assert panel.words.text() == "Encoding held-out pictures, 50 of 1 000.".replace(" 000", "\u202f000")
    panel.hide()
    assert fake.last(Cancel).ticket == request.ticket
    panel.show()
    assert fake.last(ScatterCodes).ticket != request.ticket
    fake.say(
        Failed(
            command=request, problem=Problem(code="no-data", sentence="Nobody knows."),
            ticket=fake.last(ScatterCodes).ticket,
        )
    )  # fmt: skip
    assert panel.words.text() == "Nobody knows."
    assert not panel.bar.isVisible()


def test_a_run_that_learns_is_followed(
    panel: CodesPanel, explorer: Explorer, fake: FakeClient, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel.show()
    explorer.codes._follow.setInterval(1)
    count = len(fake.sent_of(ScatterCodes))
    fake.say(Republished(model=LIVE, step=10, images=320))
    qtbot.waitUntil(lambda: len(fake.sent_of(ScatterCodes)) == count + 1, timeout=PATIENCE_MS)
    panel.hide()
    fake.say(Republished(model=LIVE, step=20, images=640))
    assert not explorer.codes._follow.isActive()
    assert store.FOLLOW_MS >= 1000


def test_only_models_that_encode_have_the_section(explorer: Explorer, fake: FakeClient, qtbot: QtBot) -> None:
    sliders = LatentPanel(explorer)
    qtbot.addWidget(sliders)
    sliders.show()
    assert sliders.codes_section.isVisible()
    assert sliders.codes is None, "it is made when it is unfolded"
    sliders.codes_section.set_open(True)
    assert sliders.codes is not None
    assert len(fake.sent_of(ScatterCodes)) == 1
    sliders.set_model(GLYPHS)
    assert sliders.codes_section.isVisible() == store.has_codes(GLYPHS)
