"""The colours of a heat map, from dark (expected) to bright (surprising), and its scale in bits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QImage, QLinearGradient

from app.look.images import to_qimage
from engine.protocol.pixels import HEAT, SCALE_ENDS, Map

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def top_of(bits: Map) -> float:
    """The end of the scale: a round number that holds nearly every pixel, so that a single one darkens no map."""
    import numpy as np

    most = float(np.quantile(bits, 0.995)) if bits.size else 0.0
    return next((step for step in SCALE_ENDS if step >= most), math.ceil(most))


def coloured(bits: Map, top: float) -> NDArray[np.uint8]:
    """The map as colours (H, W, 3)."""
    import numpy as np

    share = np.clip(np.asarray(bits, np.float64) / max(top, 1e-9), 0.0, 1.0)
    at = [stop for stop, _ in HEAT]
    channels = [np.interp(share, at, [colour[k] for _, colour in HEAT]) for k in range(3)]
    return np.ascontiguousarray(np.stack(channels, -1).round().astype(np.uint8))


def heat_image(bits: Map, top: float) -> QImage:
    """The map as a picture, a pixel for each pixel."""
    return to_qimage(coloured(bits, top))


def gradient(left: float, right: float) -> QLinearGradient:
    """The scale, from 0 to its end."""
    ramp = QLinearGradient(left, 0.0, right, 0.0)
    for stop, colour in HEAT:
        ramp.setColorAt(stop, QColor(*colour))
    return ramp
