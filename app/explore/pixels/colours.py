"""The colour in the hand: greys, or the picture's own colours, or any; and how wide the brush is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QColorDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QWidget,
    QWidgetAction,
)

from app.controls.buttons import quiet_button
from app.explore.pixels.hands import BLACK, WHITE, Colour, Hands
from app.look.theme import tokens
from app.look.tokens import SPACE_4, SPACE_8, SPACE_12
from engine.protocol.values import Image

_COLUMNS = 6
_GREYS = 12
_SIZES = (1, 2, 3, 5, 9)


def swatch(colour: Colour, side: int) -> QIcon:
    """A square of a colour, with an edge that is seen on any ground."""
    result = QIcon()
    for ratio in (1.0, 2.0):
        drawn = QPixmap(round(side * ratio), round(side * ratio))
        drawn.setDevicePixelRatio(ratio)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(*colour))
        painter.setPen(QPen(QColor(tokens().secondary), 1.25))
        painter.drawRoundedRect(QRectF(1, 1, side - 2, side - 2), 4, 4)
        painter.end()
        result.addPixmap(drawn)
    return result


def offered(image: Image | None, *, has_colours: bool) -> tuple[Colour, ...]:
    """Greys from white to black; of a colour model white, black and what the picture is mostly made of."""
    if not has_colours or image is None:
        steps = [round(255 * (1 - k / (_GREYS - 1))) for k in range(_GREYS)]
        return tuple((level, level, level) for level in steps)
    import numpy as np

    coarse, counts = np.unique(image.reshape(-1, 3) // 32, axis=0, return_counts=True)
    often = coarse[np.argsort(-counts)][: _GREYS - 2]
    own = [(int(red), int(green), int(blue)) for red, green, blue in (often.astype(int) * 32 + 16).tolist()]
    return (WHITE, BLACK, *own)


class ColourMenu(QMenu):
    """Closes when a colour is chosen; a width leaves it open."""

    def __init__(self, hands: Hands, image: Image | None, has_colours: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._hands = hands
        self.setObjectName("pixels.colours")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(SPACE_12, SPACE_8, SPACE_12, SPACE_8)
        grid.setSpacing(SPACE_4)
        self.swatches: list[QToolButton] = []
        for number, colour in enumerate(offered(image, has_colours=has_colours)):
            button = QToolButton()
            button.setProperty("kind", "tool")
            button.setIcon(swatch(colour, 24))
            button.setIconSize(QSize(24, 24))
            button.setFixedSize(34, 34)
            words = f"Grey {colour[0]} of 255" if len(set(colour)) == 1 else f"Colour {QColor(*colour).name()}"
            button.setAccessibleName(words)
            button.setToolTip(words)
            button.clicked.connect(lambda _checked=False, colour=colour: self._choose(colour))
            grid.addWidget(button, number // _COLUMNS, number % _COLUMNS)
            self.swatches.append(button)
        row = grid.rowCount()
        if has_colours:
            other = quiet_button("Other colour…")
            other.clicked.connect(self._on_other_clicked)
            grid.addWidget(other, row, 0, 1, _COLUMNS)
            row += 1
        widths = QHBoxLayout()
        widths.setSpacing(SPACE_4)
        label = QLabel("Width, px")
        label.setProperty("tone", "small")
        widths.addWidget(label)
        self.widths: dict[int, QPushButton] = {}
        for size in _SIZES:
            choice = QPushButton(str(size))
            choice.setProperty("kind", "choice")
            choice.setCheckable(True)
            choice.setAutoExclusive(True)
            choice.setChecked(size == hands.brush)
            choice.setAccessibleName(f"Brush {size} pixels wide")
            choice.clicked.connect(lambda _checked=False, size=size: hands.set_brush(size))
            widths.addWidget(choice)
            self.widths[size] = choice
        grid.addLayout(widths, row, 0, 1, _COLUMNS)
        action = QWidgetAction(self)
        action.setDefaultWidget(box)
        self.addAction(action)

    def _choose(self, colour: Colour) -> None:
        self._hands.set_colour(colour)
        self.close()

    def _on_other_clicked(self) -> None:
        dialog = QColorDialog(QColor(*self._hands.colour), self.parentWidget())
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        hands = self._hands
        dialog.colorSelected.connect(lambda chosen: hands.set_colour((chosen.red(), chosen.green(), chosen.blue())))
        self.close()
        dialog.open()
