"""What the palette finds: actions, sliders, pages and models, each with how it is done."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtGui import QKeySequence

from app.controls.numbers import count_text
from app.flows.shell import EXPLORE, Shell
from app.places.words import has_places, spoken
from app.shell.actions import ActionId, Actions
from app.shell.help import GUIDE
from app.shell.model_chip import bundled_models, title_of
from app.store.kept.settings import RECENT_MODELS
from app.store.recipes import SliderKind
from engine.disk.files import shown
from engine.protocol.values import ModelDescribed

_COORDINATE = re.compile(r"^z?\s*(\d{1,6})$")
_BEFORE = {
    ActionId.THEME: "Theme: ",
    ActionId.SCALING: "Pictures: ",
    ActionId.MOST_TIMES: "Pictures: ",
    ActionId.SHOW_PAGE: "Go to ",
    ActionId.EXPORT_PICTURE: "Export: ",
    ActionId.EXPORT_GRID: "Export gallery: ",
    ActionId.EXPORT_STRIP: "Export slider: ",
}
"""What stands above these choices in their menus."""


GUIDE_KIND = "Guide"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to be found."""

    label: str
    kind: str
    run: Callable[[], object]
    keys: str = ""
    icon: str = ""
    reason: str = ""
    """Why it can do nothing now; empty when it can."""


def entries(shell: Shell, actions: Actions) -> tuple[Entry, ...]:
    """Everything there is, sliders first: they are what most people look for."""
    model = shell.explorer.models.model
    sliders = tuple(_sliders(shell, model)) if model is not None else ()
    return (*sliders, *_actions(actions), *_models(shell), *_guide(shell))


def coordinate(shell: Shell, query: str) -> Entry | None:
    """One of the raw coordinates, which are too many to be listed, by its number."""
    model, typed = shell.explorer.models.model, _COORDINATE.match(query.strip().lower())
    if model is None or typed is None or not has_places(model) or int(typed[1]) >= model.latent:
        return None
    index = int(typed[1])
    label = f"z {index}"
    return Entry(label, f"Coordinate of {count_text(model.latent)}", _focusing(shell, f"z.{index}"), icon="explore")


def _sliders(shell: Shell, model: ModelDescribed) -> Iterator[Entry]:
    notes = shell.explorer.sliders
    if has_places(model):
        for direction in model.directions:
            name = notes.note(SliderKind.DIRECTION, direction.name).label or direction.label or spoken(direction.name)
            yield _slider(shell, name, f"attribute.{direction.name}")
        yield _slider(shell, "Diversity", "diversity")
        for axis in model.axes:
            name = notes.note(SliderKind.AXIS, str(axis.index)).label
            yield _slider(shell, name or f"Axis {axis.index + 1}  {axis.label}".strip(), f"slider.{axis.index}")
    for condition in model.conditions:
        yield _slider(shell, condition.label or spoken(condition.name), f"condition.{condition.name}")
    for setting in model.sampling:
        yield _slider(shell, setting.label or spoken(setting.name), f"setting.{setting.name}")


def _slider(shell: Shell, label: str, object_name: str) -> Entry:
    return Entry(label, "Slider", _focusing(shell, object_name), icon="explore")


def _focusing(shell: Shell, object_name: str) -> Callable[[], object]:
    def run() -> None:
        shell.show_page(EXPLORE)
        shell.explorer.sliders.focus_asked.emit(object_name)

    return run


def _actions(actions: Actions) -> Iterator[Entry]:
    for row in actions.rows:
        if row.id is ActionId.PALETTE:
            continue
        action = actions[row.id, row.argument]
        words = action.text().split("\t")[0].replace("&&", "&")
        keys = " or ".join(keys.toString(QKeySequence.SequenceFormat.NativeText) for keys in action.shortcuts())
        reason = "" if action.isEnabled() else action.toolTip()
        kind = "Page" if row.id is ActionId.SHOW_PAGE else "Setting" if row.is_choice else "Action"
        yield Entry(
            _BEFORE.get(row.id, "") * (row.argument is not None) + words, kind, action.trigger, keys, row.icon, reason
        )


def _guide(shell: Shell) -> Iterator[Entry]:
    """The guide's headings, and the pages of the families."""
    for path in (GUIDE, *sorted(each for each in GUIDE.parent.glob("*.md") if each != GUIDE)):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except OSError:
            continue
        headings = [line.lstrip("#").strip() for line in lines if line.startswith("#")]
        for heading in headings[1:] if path == GUIDE else headings[:1]:
            about = heading if path == GUIDE else path.name
            yield Entry(heading, GUIDE_KIND, _reading(shell, about), icon="guide")


def _reading(shell: Shell, about: str) -> Callable[[], object]:
    return lambda: shell.show_guide(about)


def _opening(shell: Shell, source: str) -> Callable[[], object]:
    return lambda: shell.opening.open_source(source)


def _models(shell: Shell) -> Iterator[Entry]:
    bundled, open_now = bundled_models(), shell.explorer.models.source
    recent = tuple(source for source in shell.settings.get(RECENT_MODELS) if source not in bundled)
    for source in (*bundled, *recent):
        fallback = title_of(source) if source in bundled else shown(source)  # until the library has been read
        label = shell.explorer.library.title(source) or fallback
        reason = "It is open" if source == open_now else ""
        yield Entry(label, "Model", _opening(shell, source), icon="open", reason=reason)
