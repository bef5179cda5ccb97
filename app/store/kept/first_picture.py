"""Something to look at while the engine starts: the last picture of the last time, else the bundled one.

It is kept as large as the canvas's better filter makes it, and read by Qt alone: numpy is not loaded yet by then.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter

from app.look.images import Scaling, grown, marked_still, to_qimage
from app.store.kept.pngs import read_png
from engine.disk.files import ZscapeError, atomic_write
from engine.disk.home import resources
from engine.protocol.answers import Rendered
from engine.protocol.values import Image

FILE = "last.png"
BUNDLED = "faces.first.png"
LIMIT_BYTES = 8 << 20
LIMIT_PX = 2048


def load(home: Path, *, is_default: bool) -> QImage | None:
    """The picture to show at once. The bundled one only stands for the model that comes with it."""
    last = _read(home / FILE)
    if last is not None or not is_default:
        return last
    return _read(resources() / "models" / BUNDLED)


def keep(home: Path, picture: Rendered | None, scaling: Scaling) -> None:
    """Remember what is on the canvas; without room for it the next start shows something else."""
    if picture is None or not picture.final or max(picture.image.shape[:2]) > LIMIT_PX:
        return
    height, width = picture.image.shape[:2]
    with suppress(ZscapeError):
        atomic_write(home / FILE, png(picture.image, is_crisp=scaling.is_crisp(width, height)))


def png(image: Image, *, is_crisp: bool) -> bytes:
    """A picture as it is kept: grown by the cubic, or pixel by pixel where they are shown as squares."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    still = to_qimage(image) if is_crisp else grown(image, LIMIT_PX)
    QImageWriter(buffer, QByteArray(b"png")).write(marked_still(still, image))
    buffer.close()
    return bytes(content.data())


def _read(path: Path) -> QImage | None:
    picture = read_png(path, limit_bytes=LIMIT_BYTES, limit_px=LIMIT_PX)
    return None if picture is None else picture.convertToFormat(QImage.Format.Format_RGB32)
