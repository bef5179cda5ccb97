"""The README's animation: a hand drags the smile, and the face changes."""

from __future__ import annotations

import math
from pathlib import Path

from PIL import Image as Pillow
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.controls.values.bipolar_slider import BipolarSlider
from app.look import theme
from tests.shots.stage import Stage, pause, stage, until

FRAMES_A_SIDE = 10
FRAME_MS = 80
SEED = 21
WIDTH_PX = 800
NAMES = ("smile", "glasses", "yaw")
LIMIT_BYTES = 900_000


def draw(path: Path) -> int:
    """Drive the real window, photograph every step, write the loop."""
    with stage() as scene:
        theme.apply(scene.app, theme.Scheme.DARK)
        scene.window.resize(960, 640)
        until(scene.settled)
        scene.explorer.place.set_seed(SEED)
        scene.settle()
        model = scene.explorer.models.model
        known = {direction.name for direction in model.directions} if model else set()
        frames: list[Pillow.Image] = []
        for name in NAMES:
            if name in known:
                frames += _dragged(scene, name)
    for quality in (82, 70, 55, 40):
        frames[0].save(
            path, save_all=True, append_images=frames[1:], duration=FRAME_MS, loop=0, quality=quality, method=4
        )
        if path.stat().st_size <= LIMIT_BYTES:
            return 0
    return 1


def _dragged(scene: Stage, name: str) -> list[Pillow.Image]:
    slider = scene.window.findChild(BipolarSlider, f"attribute.{name}")
    assert slider is not None
    track: QWidget = slider.track
    middle = track.rect().center()
    reach = track.width() * 0.36
    frames = []
    QTest.mousePress(track, Qt.MouseButton.LeftButton, pos=middle)
    for step in range(4 * FRAMES_A_SIDE):
        at = middle + QPoint(round(reach * math.sin(2 * math.pi * step / (4 * FRAMES_A_SIDE))), 0)
        QTest.mouseMove(track, at)
        until(scene.settled)
        frames.append(_frame(scene, track.mapTo(scene.window, at)))
    QTest.mouseRelease(track, Qt.MouseButton.LeftButton, pos=middle)
    scene.explorer.place.reset()
    until(scene.settled)
    pause(50)
    return [frames[0]] * 4 + frames


def _frame(scene: Stage, hand: QPoint) -> Pillow.Image:
    picture = scene.window.grab().toImage()
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_hand(painter, QPointF(hand))
    painter.end()
    ratio = WIDTH_PX / picture.width()
    small = picture.convertToFormat(QImage.Format.Format_RGB888).scaledToWidth(
        WIDTH_PX, Qt.TransformationMode.SmoothTransformation
    )
    room = QRect(0, 0, WIDTH_PX, round(picture.height() * ratio))
    cut = small.copy(room)
    pixels = cut.constBits()
    whole = Pillow.frombuffer("RGB", (cut.width(), cut.height()), bytes(pixels), "raw", "RGB", cut.bytesPerLine(), 1)
    return whole.copy()


def _paint_hand(painter: QPainter, at: QPointF) -> None:
    """A pointer: photographs of windows come without one."""
    arrow = QPainterPath(at)
    for x, y in ((0, 17), (4, 13.5), (7, 20), (9.6, 18.8), (6.8, 12.6), (12, 12.2)):
        arrow.lineTo(at + QPointF(x, y))
    arrow.closeSubpath()
    painter.setBrush(QColor("white"))
    painter.setPen(QPen(QColor("black"), 1))
    painter.drawPath(arrow)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(255, 255, 255, 90), 2))
    painter.drawEllipse(QRectF(at.x() - 12, at.y() - 12, 24, 24))
