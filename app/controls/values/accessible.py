"""Screen readers hear a bipolar slider as a slider with real values, not as a painted rectangle."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface, QAccessibleValueChangeEvent, QAccessibleValueInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget


@runtime_checkable
class Valued(Protocol):
    """A control with one number."""

    def value(self) -> float: ...
    def value_text(self) -> str: ...
    def bounds(self) -> tuple[float, float]: ...
    def step(self) -> float: ...
    def edit_to(self, value: float) -> None: ...


class _SliderInterface(QAccessibleWidget, QAccessibleValueInterface):
    """What assistive technology asks of a slider, answered by the control itself."""

    def __init__(self, widget: QWidget) -> None:
        QAccessibleWidget.__init__(self, widget, QAccessible.Role.Slider, "")
        QAccessibleValueInterface.__init__(self)

    def _valued(self) -> Valued:
        widget = self.widget()
        assert isinstance(widget, Valued)
        return widget

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Any:
        return (
            self if kind == QAccessible.InterfaceType.ValueInterface else QAccessibleWidget.interface_cast(self, kind)
        )

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Value:
            return self._valued().value_text()
        return QAccessibleWidget.text(self, kind)

    def currentValue(self) -> float:
        return self._valued().value()

    def setCurrentValue(self, value: Any) -> None:
        self._valued().edit_to(float(value))

    def minimumValue(self) -> float:
        return self._valued().bounds()[0]

    def maximumValue(self) -> float:
        return self._valued().bounds()[1]

    def minimumStepSize(self) -> float:
        return self._valued().step()


_alive: list[_SliderInterface] = []
"""Qt deletes these with their widgets, but Python must not let go of them before."""
_told: set[str] = set()


def _make(_key: str, target: QObject) -> QAccessibleInterface | None:
    if not isinstance(target, QWidget) or type(target).__name__ not in _told:
        return None
    _alive[:] = [known for known in _alive if shiboken6.isValid(known)]
    interface = _SliderInterface(target)
    _alive.append(interface)
    return interface


def announce_as_slider(kind: type[QWidget]) -> None:
    """From now on widgets of this class are sliders to assistive technology."""
    if not _told:
        QAccessible.installFactory(_make)
    _told.add(kind.__name__)


def tell_value(widget: QWidget, value: float) -> None:
    """Say that the value is another one now."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleValueChangeEvent(widget, value))
