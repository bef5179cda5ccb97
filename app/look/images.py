"""Pictures between numpy and Qt: memory that Qt owns, and scaling that respects the screen's pixels.

Where there is an image there is numpy; the window is painted without either, a tenth of a second earlier.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap

from engine.protocol.values import Image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TAPS = 4
_GROWN_LIMIT_PX = 256
"""Pictures are grown by the cubic up to here; the rest of the way a bilinear step cannot be told from it."""


MOST_TIMES = 8
"""A picture is enlarged so many times at most: beyond that it is one large blur, and the room is worth more."""
_STILL_KEY = "times"
_USUAL_PX = 64
"""Of pictures kept without a word about it, most were drawn with so many pixels."""
_CRISP_BELOW_PX = 28
"""Pictures up to this size are shown pixel by pixel: smoothed, a digit of 16 pixels is a cloud."""


class Scaling(StrEnum):
    """How pictures are enlarged."""

    AUTO = "auto"
    SMOOTH = "smooth"
    PIXELS = "pixels"

    def is_crisp(self, width: int, height: int) -> bool:
        """True if every pixel of a picture of this size is shown as a square."""
        if self is Scaling.AUTO:
            return 0 < max(width, height) <= _CRISP_BELOW_PX
        return self is Scaling.PIXELS


def marked_still(still: QImage, image: Image) -> QImage:
    """A picture that is kept enlarged, with a note of how many times."""
    still.setText(_STILL_KEY, f"{still.width() / image.shape[1]:g}")
    return still


def still_times(still: QImage) -> float:
    """How many times a kept picture was enlarged when it was kept."""
    noted = still.text(_STILL_KEY)
    if noted.replace(".", "", 1).isdigit() and float(noted) >= 1.0:
        return float(noted)
    return max(1.0, max(still.width(), still.height()) / _USUAL_PX)


def to_qimage(image: Image) -> QImage:
    """A copy of a (height, width, 1 or 3) or (height, width) uint8 array: Qt would share its memory and outlive it."""
    pixels = _contiguous(image)
    return _borrowed(pixels).copy()


def rgba_qimage(pixels: Image) -> QImage:
    """A copy of a (height, width, 4) uint8 array with its alpha, which is not multiplied in."""
    import numpy as np

    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_RGBA8888).copy()


def _painted(image: Image) -> QImage:
    """The same, in the format that painters work in."""
    pixels = _contiguous(image)
    return _borrowed(pixels).convertToFormat(QImage.Format.Format_RGB32)


def _contiguous(image: Image) -> Image:
    import numpy as np

    pixels = np.ascontiguousarray(image)
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] not in (1, 3)):
        raise ValueError(f"not a picture: {pixels.dtype} of shape {pixels.shape}")
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = np.ascontiguousarray(pixels[:, :, 0])
    return pixels


def _borrowed(pixels: Image) -> QImage:
    """In the array's own memory: only for as long as somebody holds the array."""
    height, width = pixels.shape[:2]
    kind = QImage.Format.Format_Grayscale8 if pixels.ndim == 2 else QImage.Format.Format_RGB888
    return QImage(pixels.data, width, height, pixels.strides[0], kind)


def from_qimage(picture: QImage) -> Image:
    """The pixels of a QImage as a read-only (height, width, 3) array of their own."""
    import numpy as np

    rgb = picture.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    pixels = rows[:, : rgb.width() * 3].reshape(rgb.height(), rgb.width(), 3).copy()
    pixels.setflags(write=False)
    return pixels


def grown(image: Image, room_px: int) -> QImage:
    """The picture enlarged two or four times by a cubic (Catmull-Rom), as far as the room asks for it.

    Qt enlarges bilinearly, which draws a lattice of diamonds when 64 pixels become 600. After the cubic the
    remaining bilinear step is too small to leave one. Costs a millisecond for 64 pixels and no threads.
    """
    import numpy as np

    side = max(image.shape[:2])
    factor = 4 if side * 3 <= room_px else 2 if side * 3 <= room_px * 2 else 1
    while factor > 1 and side * factor > _GROWN_LIMIT_PX:
        factor //= 2
    if factor == 1 or image.ndim != 3:
        return _painted(image)
    taps = _catmull_rom(factor)
    tall = _grown_rows(image.astype(np.float32), taps)
    wide = _grown_rows(np.ascontiguousarray(tall.swapaxes(0, 1)), taps).swapaxes(0, 1)
    height, width = wide.shape[:2]
    packed = np.full((height, width, 4), 255, np.uint8)
    wide += 0.5
    np.clip(wide, 0.0, 255.0, out=wide)
    packed[:, :, :3] = wide[:, :, ::-1]
    return QImage(packed.data, width, height, packed.strides[0], QImage.Format.Format_RGB32).copy()


@cache
def _catmull_rom(factor: int) -> NDArray[np.float32]:
    """Weights of the four nearest rows for each of `factor` positions between two rows: (factor, 4)."""
    import numpy as np

    offset = (np.arange(factor) + 0.5) / factor - 0.5
    t = (offset - np.floor(offset))[:, None]
    distance = np.abs(t - np.arange(-1, 3))
    near = 1.5 * distance**3 - 2.5 * distance**2 + 1
    far = -0.5 * distance**3 + 2.5 * distance**2 - 4 * distance + 2
    weights: NDArray[np.float32] = np.where(distance <= 1, near, far).astype(np.float32)
    return weights


def _grown_rows(rows: NDArray[np.float32], taps: NDArray[np.float32]) -> NDArray[np.float32]:
    """`factor` rows for each one, edges repeated."""
    import numpy as np

    factor, count = len(taps), len(rows)
    padded = np.concatenate([rows[:1]] * 2 + [rows] + [rows[-1:]] * 2)
    result = np.empty((count, factor, *rows.shape[1:]), np.float32)
    part = np.empty_like(rows)
    for phase in range(factor):
        first = 0 if phase < factor / 2 else 1  # positions before a row's middle lie between it and the one above
        total = padded[first : first + count] * taps[phase, 0]
        for tap in range(1, _TAPS):
            np.multiply(padded[first + tap : first + tap + count], taps[phase, tap], out=part)
            total += part
        result[:, phase] = total
    return result.reshape(count * factor, *rows.shape[1:])


def fitted_px(image_px: int, room_px: int, *, whole_pixels: bool) -> int:
    """The side of a picture in a room, in device pixels: a whole multiple where every pixel is to be seen."""
    if whole_pixels and room_px >= image_px > 0:
        return room_px // image_px * image_px
    return max(1, room_px)


def scaled(image: Image, width_px: int, height_px: int, *, whole_pixels: bool = False) -> QImage:
    """The picture at a size in device pixels: crisp squares, or smooth."""
    size = QSize(max(1, width_px), max(1, height_px))
    keep = Qt.AspectRatioMode.IgnoreAspectRatio
    if whole_pixels:
        return to_qimage(image).scaled(size, keep, Qt.TransformationMode.FastTransformation)
    return grown(image, max(width_px, height_px)).scaled(size, keep, Qt.TransformationMode.SmoothTransformation)


def halfway(image: Image, width_px: int, height_px: int) -> QImage:
    """The picture enlarged bilinearly on its way to a size, for a painter that repeats pixels the rest of the way: to
    half of the size, or to three times its own, which cannot be told from the whole way while it moves.
    """
    height, width = image.shape[:2]
    size = QSize(max(1, min((width_px + 1) // 2, 3 * width)), max(1, min((height_px + 1) // 2, 3 * height)))
    return _painted(image).scaled(
        size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )


def image_pixmap(image: Image, side_px: int, ratio: float, *, whole_pixels: bool = False) -> QPixmap:
    """A picture within a square of `side_px` logical pixels, on a screen of this device pixel ratio."""
    height, width = image.shape[:2]
    room = max(1, round(side_px * ratio))
    longest = max(height, width)
    pixmap = QPixmap.fromImage(
        scaled(image, round(room * width / longest), round(room * height / longest), whole_pixels=whole_pixels)
    )
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
