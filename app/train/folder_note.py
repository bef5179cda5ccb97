"""Under the card of a set: some pictures of a person's own folder, and what should be known before a start."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.controls.small_note import small_note
from app.look.images import image_pixmap
from app.look.tokens import SPACE_4, SPACE_8
from engine.protocol.values import DatasetDescribed, Image

_GAP_PX = 2
_RADIUS_PX = 3
_LABELS = 6
"""So many labels are named."""


class Samples(QWidget):
    """Pictures side by side, as large as the width lets them be; nobody presses them."""

    def __init__(self, most: int = 8) -> None:
        super().__init__()
        self._most = most
        self.images: tuple[Image, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_images(self, images: tuple[Image, ...]) -> None:
        """Show these."""
        self.images = images[: self._most]
        self.setVisible(bool(images))
        self.updateGeometry()
        self.update()

    def _side_px(self) -> float:
        return (self.width() - (self._most - 1) * _GAP_PX) / self._most

    def sizeHint(self) -> QSize:
        return QSize(0, int(self._side_px()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = self._side_px()
        for place, image in enumerate(self.images):
            box = QRectF(place * (side + _GAP_PX), 0, side, min(side, self.height()))
            path = QPainterPath()
            path.addRoundedRect(box, _RADIUS_PX, _RADIUS_PX)
            painter.save()
            painter.setClipPath(path)
            pixmap = image_pixmap(image, round(side), self.devicePixelRatioF())
            painter.drawPixmap(box, pixmap, QRectF(pixmap.rect()))
            painter.restore()
        painter.end()


def labels_text(data: DatasetDescribed) -> str:
    """Evening, morning, and 8 more."""
    labels = (*data.classes, *data.attributes)
    if len(labels) <= _LABELS:
        return ", ".join(labels)
    return f"{', '.join(labels[:_LABELS])}, and {len(labels) - _LABELS} more"


class FolderNote(QWidget):
    """Hidden while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self.samples = Samples()
        self.lines: list[QLabel] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SPACE_8, SPACE_4, SPACE_8, SPACE_8)
        self._column.setSpacing(SPACE_4)
        self._column.addWidget(self.samples)
        self.hide()

    def show_set(self, data: DatasetDescribed | None, *, is_seen: bool) -> None:
        """Tell of a set, or of none."""
        for line in self.lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.lines = []
        self.setVisible(data is not None)
        if data is None:
            return
        self.samples.set_images(data.samples)
        if not is_seen:
            self._say("Looking at the pictures…", "small")
        elif not data.installed:
            self._say(data.note, "problem")
        if data.classes or data.attributes:
            self._say(f"Labels found: {labels_text(data)}.", "small")
        for warning in data.warnings:
            self._say(warning, "caution")

    def _say(self, words: str, tone: str) -> None:
        line = small_note(words)
        line.setProperty("tone", tone)
        line.setTextFormat(Qt.TextFormat.PlainText)
        self._column.addWidget(line)
        self.lines.append(line)
