"""The Evaluate page's states: nothing yet, measuring, a table, bars, neighbours, time."""

from __future__ import annotations

from app.evaluate.page import TABS, EvaluatePage
from tests.pages import explore
from tests.shots.stage import Stage, pause, until


def page_of(scene: Stage) -> EvaluatePage:
    scene.window.show_page("evaluate")
    page = scene.window.page("evaluate")
    assert isinstance(page, EvaluatePage)
    until(lambda: bool(scene.explorer.scores.models and scene.explorer.runs.datasets))
    pause(400)
    return page


def empty(scene: Stage) -> None:
    page_of(scene)


def measuring(scene: Stage) -> None:
    button = page_of(scene).empty.button
    assert button is not None
    button.click()
    pause(1500)


def table(scene: Stage) -> None:
    page, scores = page_of(scene), scene.explorer.scores
    if not scores.chosen:
        measuring(scene)
    until(lambda: not scores.is_measuring)
    scores.measure()
    until(lambda: not scores.is_measuring)
    page.tabs.setCurrentIndex(TABS.index("Table"))
    pause(400)


def bars(scene: Stage) -> None:
    table(scene)
    page_of(scene).tabs.setCurrentIndex(TABS.index("Bars"))
    pause(600)


def neighbours(scene: Stage) -> None:
    table(scene)
    closeness = scene.explorer.closeness
    page_of(scene).tabs.setCurrentIndex(TABS.index("Neighbours"))
    until(lambda: closeness.neighbours() is not None)
    pause(400)


def over_time(scene: Stage) -> None:
    """Nothing yet: a first start has no run."""
    page_of(scene).tabs.setCurrentIndex(TABS.index("Over time"))
    pause(400)


def nearest(scene: Stage) -> None:
    """Beside the canvas, of the model that is open."""
    scene.window.show_page("explore")
    sliders, found = explore(scene.window).sliders, scene.explorer.nearest
    sliders.nearest_section.set_open(True)
    until(lambda: found.is_current or bool(found.trouble))
    sliders.verticalScrollBar().setValue(sliders.verticalScrollBar().maximum())
    pause(400)


def codes(scene: Stage) -> None:
    """Of held-out pictures of the model that is open, over what one draws from."""
    scene.window.show_page("explore")
    scene.explorer.models.open("faces")
    scene.settle()
    sliders, found = explore(scene.window).sliders, scene.explorer.codes
    sliders.codes_section.set_open(True)
    until(lambda: found.found is not None or bool(found.trouble))
    pause(400)
    sliders.verticalScrollBar().setValue(sliders.codes_section.y())
    pause(400)
    sliders.nearest_section.set_open(False)


SCENES = {
    "evaluate-empty": empty,
    "evaluate-measuring": measuring,
    "evaluate-table": table,
    "evaluate-bars": bars,
    "evaluate-neighbours": neighbours,
    "evaluate-over-time": over_time,
    "nearest": nearest,
    "codes": codes,
}
