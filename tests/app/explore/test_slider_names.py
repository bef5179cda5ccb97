"""A slider that was given another name is called so wherever a place is told in words."""

from __future__ import annotations

from app.program import Program
from app.store.recipes import SliderKind
from tests.pages import explore


def test_a_renamed_slider_is_called_so_everywhere(program: Program) -> None:
    explorer, page = program.explorer, explore(program.window)
    explorer.place.set_direction("smile", 1.5)
    explorer.place.set_axis(2, -1.0)
    explorer.sliders.rename(SliderKind.DIRECTION, "smile", "Grin")
    explorer.sliders.rename(SliderKind.AXIS, "2", "Warm")
    explorer.gallery.refresh()
    for words in (
        page.canvas.accessibleDescription(),
        page.gallery.sheet.slots[0].toolTip(),
        page.tray.strips[0].slots[1].toolTip(),
    ):
        assert "Grin +1.5" in words
        assert "Warm −1.0" in words
        assert "Smile" not in words
    explorer.edits.undo()
    explorer.edits.undo()
    assert "Smile +1.5" in page.canvas.accessibleDescription()
    assert "Axis 3 −1.0" in page.tray.strips[0].slots[1].toolTip()
